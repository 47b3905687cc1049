//! The answer that a relay's folder gives. Nobody told a story, so that there is no truth to measure it by: it says what is there.

use pillarbox_access::law::AS_OF;
use pillarbox_access::{Answer as ItemAnswer, Item, Reach, Served};

use super::Answer;
use super::sentences::{self, Rows};

impl Answer {
    /// The answer of the rows of a relay, which has accepted so many messages in all. `law` is that of [`AS_OF`]; `why` is said beside
    /// it.
    #[must_use]
    pub fn of_rows(
        served: &Served,
        accepted_in_all: u64,
        law: Vec<String>,
        why: impl IntoIterator<Item = String>,
    ) -> Self {
        let demand = served.demand;
        let reaches = |reach| demand.reaches.contains(&reach);
        let entries = |item| match served.answer(item) {
            Some(ItemAnswer::Returned { count, .. }) => *count,
            _ => 0,
        };
        let unreadable = match served.answer(Item::MessageContent) {
            Some(ItemAnswer::HeldUnreadable { count, .. }) => *count,
            _ => 0,
        };
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let kinds = served.returned();
        let rows = Rows {
            about: &served.about,
            has_account: served.has_account,
            texts: reaches(Reach::Contents).then(|| number(served.facts.said.len())),
            messages: reaches(Reach::Records).then(|| entries(Item::MessageTimes)),
            unreadable,
            kinds: number(kinds.len()),
        };
        let others: Vec<&str> = served.others().into_iter().collect();
        let headline = sentences::rows_headline(&rows, &others);
        Self {
            design: String::new(),
            demand: demand.title.to_owned(),
            target: served.about.clone(),
            on: AS_OF.to_string(),
            country: String::new(),
            question: sentences::rows_question(demand.title, &served.about),
            has: headline.clone(),
            headline,
            says: String::new(),
            thief: sentences::ROWS_FOR_A_THIEF.to_owned(),
            why: std::iter::once(sentences::accepted_in_all(accepted_in_all)).chain(why).collect(),
            texts: Vec::new(),
            other_data: kinds.into_iter().map(|item| item.wording().to_owned()).collect(),
            named: others.into_iter().map(str::to_owned).collect(),
            named_accounts: 0,
            read: Vec::new(),
            could_notice: Vec::new(),
            noticed: Vec::new(),
            notice: sentences::NO_PHONE.to_owned(),
            elsewhere: Vec::new(),
            copies: if reaches(Reach::Contents) {
                sentences::ROWS_ELSEWHERE.to_owned()
            } else {
                String::new()
            },
            law,
            assumed: Vec::new(),
            repeat: format!(
                "pillarbox-lab demand {} --about {} --data FOLDER --i-own-this-data",
                demand.name, served.about
            ),
        }
    }
}
