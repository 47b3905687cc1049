//! The legal footing of one answer: the powers that could support the demand that day, the powers that came later,
//! and the territorial reach of the paper. It is printed beside the measurement and changes none of it.

use serde::Serialize;

use super::{Country, Day, Power, ReachLine, all_powers, foremost, not_yet, powers, reach};
use crate::demand::Demand;
use crate::design::Design;

/// The law beside one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Footing {
    /// The country that asks.
    pub country: Country,
    /// The day on which it asks.
    pub day: Day,
    /// The powers that the demand can rest on that day.
    pub powers: Vec<&'static Power>,
    /// The power among them that it is most likely to rest on.
    #[serde(skip)]
    pub foremost: Option<&'static Power>,
    /// The powers that it can rest on only later.
    pub not_yet: Vec<&'static Power>,
    /// The force of the paper against the operators that are asked. It is empty if no operator is asked.
    pub reach: Vec<ReachLine>,
}

impl Footing {
    /// Determines the footing of `demand` under `design`, if `country` asks on `day`.
    #[must_use]
    pub fn of(demand: &Demand, design: &Design, country: Country, day: Day) -> Self {
        Self {
            country,
            day,
            powers: powers(demand.name, country, day),
            foremost: foremost(demand.name, country, day),
            not_yet: not_yet(demand.name, country, day),
            reach: reach(country, demand, design, day),
        }
    }

    /// Names the foremost power with its country and day, and leaves out details that only a lawyer needs.
    #[must_use]
    pub fn in_short(&self) -> String {
        let power = self
            .foremost
            .map_or_else(|| format!("not checked: {}", self.no_power()), |power| power.phrase(self.day));
        format!("{}: {power}", self.place())
    }

    /// Returns the footing in sentences, the powers first.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Self { day, powers, not_yet, reach, .. } = self;
        let mut said: Vec<String> = powers.iter().map(|power| self.power(power)).collect();
        if powers.is_empty() {
            said.push(format!("Power ({}): not checked: {}.", self.place(), self.no_power()));
        }
        said.extend(not_yet.iter().map(|power| {
            let from = power.from.map_or_else(String::new, |from| format!(", from {from}"));
            format!("Not yet on {day}: {}{from}.", power.phrase(*day))
        }));
        said.extend(reach.iter().map(|line| format!("Reach: {}.", line.phrase())));
        said
    }

    /// Returns the country and the day.
    fn place(&self) -> String {
        format!("{}, {}", self.country.name(), self.day)
    }

    /// Returns the reason that no power is named.
    fn no_power(&self) -> &'static str {
        match all_powers().iter().any(|power| power.country == self.country) {
            true => "the table has no power for this day",
            false => "the table has no powers of this country",
        }
    }

    fn power(&self, power: &Power) -> String {
        let mut said = format!("Power ({}): {}", self.place(), power.phrase(self.day));
        for (what, who) in
            [("decided by", power.authorised_by), ("approval from outside", power.outside_approval)]
        {
            if who != "-" {
                said.push_str(&format!("; {what}: {who}"));
            }
        }
        said.push_str(&match power.in_court.split_once(": ") {
            Some((_, section)) => format!("; what it brings may not be used in court ({section})"),
            None if power.in_court == "yes" => "; what it brings may be used in court".to_owned(),
            None if power.in_court == "not checked" => {
                "; whether what it brings may be used in court was not checked".to_owned()
            }
            None => String::new(),
        });
        said.push('.');
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::{CONTENT_WARRANT, NOTICE_TO_CHANGE, PARTICIPANT};
    use crate::designs;
    use crate::law::LegalForce;

    const WESTMINSTER: Day = Day::new(2017, 3, 22);

    #[test]
    fn whether_a_product_may_be_used_in_court_is_said_or_said_not_to_be_checked() {
        let said = |day| {
            let whatsapp = designs::named("whatsapp-2017").unwrap();
            Footing::of(&CONTENT_WARRANT, whatsapp, Country::GB, day).sentences().join("\n")
        };
        let in_2017 = said(Day::new(2017, 3, 26));
        assert!(in_2017.contains("what it brings may not be used in court (s.17)"), "{in_2017}");
        assert!(in_2017.contains("what it brings may be used in court."), "{in_2017}");
        assert!(
            said(Day::new(2025, 2, 1))
                .contains("whether what it brings may be used in court was not checked")
        );
    }

    #[test]
    fn a_footing_is_of_its_day_and_country() {
        let design = designs::named("whatsapp-2017").unwrap();
        let then = Footing::of(&NOTICE_TO_CHANGE, design, Country::GB, WESTMINSTER).sentences().join("\n");
        assert!(then.contains("Not yet on 22 March 2017: technical capability notice"), "{then}");
        assert!(then.contains("from 12 March 2018"), "{then}");
        assert!(then.contains("Reach: not: no technical capability notice"), "{then}");

        let papers = [
            (Country::GB, WESTMINSTER),
            (Country::GB, Day::new(2022, 10, 3)),
            (Country::parse("FR").unwrap(), WESTMINSTER),
        ];
        let said = papers.map(|(asks, day)| Footing::of(&CONTENT_WARRANT, design, asks, day).sentences());
        assert!(said[0] != said[1] && said[1] != said[2] && said[0] != said[2]);
        assert!(said[2][0].contains("not checked: the table has no powers of this country"), "{:?}", said[2]);
    }

    #[test]
    fn a_participant_is_no_operator() {
        let design = designs::end_to_end();
        let footing = Footing::of(&PARTICIPANT, design, Country::GB, WESTMINSTER);
        assert!(footing.reach.is_empty() && !footing.powers.is_empty());
        let unseated = Footing::of(&CONTENT_WARRANT, design, Country::GB, WESTMINSTER);
        assert!(unseated.reach.iter().all(|line| line.force == LegalForce::NotChecked));
    }
}
