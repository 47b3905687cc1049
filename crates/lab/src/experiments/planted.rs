//! Software that is put on one phone, by a build that its maker signs or through a hole in the phone's system, and what
//! it reports to an authority.

use std::collections::BTreeMap;

use pillarbox_access::demand::notice_to_change::NOTICE_TO_CHANGE;
use pillarbox_access::demand::seized_phone::SEIZED_PHONE;
use pillarbox_access::demand::{Demand, seized_phone};
use pillarbox_access::design::Design;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::Views;
use crate::answer::counted_by;
use crate::evidence::reread::harvested::shown;
use crate::evidence::reread::{offered, pieces};
use crate::scenario::Scenario;
use crate::score::{Capability, Counted};
use crate::world::{BuildLogging, PlantAttempt, PlantedBy};

/// One case of software on one phone.
pub(crate) struct PlantedSoftware {
    /// How it gets there.
    pub(crate) by: PlantedBy,
    /// True for somebody without an order, who does the same to a bystander.
    pub(crate) on_bystander: bool,
}

impl Experiment for PlantedSoftware {
    fn demand(&self) -> &'static Demand {
        match self.by {
            PlantedBy::Build(_) => &NOTICE_TO_CHANGE,
            PlantedBy::Hole { .. } => &SEIZED_PHONE,
        }
    }

    fn name(&self) -> &'static str {
        use BuildLogging::{LeftOut, Logged, NoLog};
        match (self.by, self.on_bystander) {
            (PlantedBy::Build(NoLog), false) => "targeted-update-no-log",
            (PlantedBy::Build(NoLog), true) => "targeted-update-no-log-bystander",
            (PlantedBy::Build(LeftOut), false) => "targeted-update-left-out",
            (PlantedBy::Build(LeftOut), true) => "targeted-update-left-out-bystander",
            (PlantedBy::Build(Logged), false) => "targeted-update-logged",
            (PlantedBy::Build(Logged), true) => "targeted-update-logged-bystander",
            (PlantedBy::Hole { is_patched: false }, false) => "device-hack-unpatched",
            (PlantedBy::Hole { is_patched: false }, true) => "device-hack-unpatched-bystander",
            (PlantedBy::Hole { is_patched: true }, false) => "device-hack-patched",
            (PlantedBy::Hole { is_patched: true }, true) => "device-hack-patched-bystander",
        }
    }

    /// The same software finds everything on a phone that lets it in.
    fn control(&self) -> &'static str {
        match self.by {
            PlantedBy::Build(BuildLogging::Logged) => "targeted-update-logged",
            PlantedBy::Build(_) => "targeted-update-no-log",
            PlantedBy::Hole { .. } => "device-hack-unpatched",
        }
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        let Self { by, on_bystander } = *self;
        Ordered::Plant { by, on_bystander }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::There, rereadable: true, ..Answered::default() };
        for attempt in views.plant_attempts() {
            answered.reasons.push(in_words(attempt));
            if let PlantAttempt::Build(build) = attempt {
                answered.pieces.push(offered::piece(build));
            }
        }
        let Some(key) = views.harvest_key() else { return Ok(answered) };
        let mut by_owner: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
        let (mut count, mut bytes) = (0, 0);
        for (owner, report) in views.harvest_reports() {
            answered.pieces.push(pieces::harvested(&owner, report));
            (count, bytes) = (count + 1, bytes + report.len() as u64);
            by_owner.entry(owner).or_default().push(report);
        }
        if count == 0 {
            return Ok(answered);
        }
        answered.pieces.push(pieces::harvest_key(&key.to_bytes()));
        let mut closed: BTreeMap<String, u64> = BTreeMap::new();
        for (owner, reports) in by_owner {
            let (phones, refused) = shown(key, &reports);
            for phone in phones {
                answered.facts(&seized_phone::read(&phone?, &owner)?.facts);
            }
            for why in refused {
                *closed.entry(why.to_string()).or_default() += 1;
            }
        }
        let not_opened: u64 = closed.values().sum();
        answered.reasons.push(format!(
            "The software sent {}, together {}, and {} with the authority's key.",
            counted_by(count, "reports"),
            counted_by(bytes, "bytes"),
            match count - not_opened {
                opened if opened == count && count == 1 => "it opened".to_owned(),
                opened if opened == count => "all of them opened".to_owned(),
                opened => format!("{opened} opened"),
            }
        ));
        let closed = closed.into_iter().map(|(why, count)| format!("Not opened: {count}, because {why}."));
        answered.reasons.extend(closed);
        Ok(answered)
    }
}

fn in_words(attempt: &PlantAttempt) -> String {
    match attempt {
        PlantAttempt::Build(offered) => {
            let whose = match offered.is_by_maker {
                true => "The build that the messenger's maker signed",
                false => "The same build, signed by another maker,",
            };
            match offered.outcome {
                Ok(()) => format!("{whose} was offered to the phone, which took it."),
                Err(why) => format!("{whose} was offered to the phone, which refused it: {why}."),
            }
        }
        PlantAttempt::Hole(Ok(())) => {
            "The phone's system lent the running messenger to other software. No exploit is in here; this is what one reaches.".to_owned()
        }
        PlantAttempt::Hole(Err(why)) => format!("The phone's system refused: {why}."),
    }
}
