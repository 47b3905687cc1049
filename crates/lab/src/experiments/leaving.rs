//! An operator that leaves: what its rows and what passes it give once it serves nobody in the country any more.

use pillarbox_access::Item;
use pillarbox_access::demand::{self, CONTENT_WARRANT, Case, Demand, DemandTarget, interception};
use pillarbox_access::design::Design;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::{Named, Views};
use crate::answer::counted_by;
use crate::evidence::reread;
use crate::scenario::Scenario;
use crate::score::{Capability, Counted};

/// The messenger's operator refuses the numbers of a country and closes their accounts.
pub(crate) struct OperatorLeaves {
    /// True for somebody without an order, who has the operator's rows about everybody.
    pub(crate) is_thief: bool,
}

impl Experiment for OperatorLeaves {
    fn demand(&self) -> &'static Demand {
        &CONTENT_WARRANT
    }

    fn name(&self) -> &'static str {
        if self.is_thief { "leaving-thief" } else { "leaving" }
    }

    /// The rows are read in the same way where the operator stays.
    fn control(&self) -> &'static str {
        "content-warrant"
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn named(&self) -> Named {
        Named::WhenOrdered
    }

    fn ordered(&self, _: &Design, scenario: &Scenario) -> Ordered {
        Ordered::StopServing { country: scenario.inquiry.country.to_string(), closes_accounts: true }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::There, rereadable: true, ..Answered::default() };
        let operator = views.design().operator.holding_nothing_back();
        for holdings in views.operators()? {
            let about = match self.is_thief {
                false => vec![views.about_at(&holdings)],
                true => {
                    holdings.rows().accounts.iter().map(|row| DemandTarget::Account(row.account)).collect()
                }
            };
            for about in &about {
                let case = Case { about, operator: &operator, ..views.case() };
                let has = demand::stored::serve(&CONTENT_WARRANT, &case, &holdings);
                answered.paper(&has, &has);
                if !self.is_thief {
                    answered.because(Item::MessageContent, &has);
                }
            }
        }
        if !self.is_thief {
            answered.reasons.extend(elsewhere(views)?);
            for (holdings, tap) in views.tapped()? {
                let about = views.about_at(&holdings);
                let case = Case { about: &about, operator: &operator, ..views.case() };
                let has = interception::serve(&case, tap, &holdings);
                answered.paper(&has, &has);
            }
        }
        Ok(answered)
    }
}

/// Describes the person's backup at another operator, which stays where it is. It is in no count here.
fn elsewhere(views: &Views<'_>) -> Result<Option<String>, ExperimentError> {
    let (Some(cloud), Some((holdings, _))) = (&views.design().cloud, views.cloud()?) else { return Ok(None) };
    let DemandTarget::Account(account) = views.about_at(&holdings) else { return Ok(None) };
    let texts = reread::backup_of(&holdings, account).len() as u64;
    let gives = counted_by(texts, "texts");
    Ok((texts > 0)
        .then(|| format!("Not counted here: {}, which stays, has a backup that gives {gives}.", cloud.name)))
}
