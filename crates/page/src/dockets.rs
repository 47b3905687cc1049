//! Dockets: the worlds on which demands are served. They are kept as long as nobody says anything and the order is
//! not moved.

use std::collections::BTreeMap;

use pillarbox_access::design::Design;
use pillarbox_lab::experiments::Docket;
use pillarbox_lab::scenario::Scenario;

use crate::error::StageError;
use crate::live::Live;
use crate::story::Story;
use crate::timeline::Timeline;

/// The maximum number of designs whose worlds are kept, in addition to the two on the stage.
const MAX_DESIGNS: usize = 3;

/// The dockets that are kept.
#[derive(Default)]
pub(crate) struct Dockets {
    /// SHA-256 of the story to which they belong.
    digest: [u8; 32],
    open: BTreeMap<&'static str, Docket>,
    /// The conversation under designs that are not on the stage.
    others: Vec<Timeline>,
}

/// The story that a demand is about.
pub(crate) enum About<'a> {
    /// The conversation on the stage.
    Conversation(&'a Story),
    /// A story of this program.
    BuiltIn,
}

impl Dockets {
    /// Returns the docket of a story under a design, once its conversation has run as far as the one on the stage.
    /// Returns nothing if the budget is used up before that.
    pub(crate) fn of(
        &mut self,
        design: &'static Design,
        scenario: &Scenario,
        (about, relays): (&About<'_>, &mut [Live]),
        budget: &mut usize,
    ) -> Result<Option<&mut Docket>, StageError> {
        if self.digest != scenario.digest {
            self.open.clear();
            self.digest = scenario.digest;
        }
        if !self.open.contains_key(design.name.as_str()) {
            while self.open.len() >= MAX_DESIGNS {
                self.open.pop_first();
            }
            let docket = match about {
                About::BuiltIn => Docket::new(design, scenario, scenario.seed),
                About::Conversation(story) => {
                    let live = relays.iter_mut().map(Live::timeline).find(|it| it.design() == design);
                    let timeline = match live {
                        Some(timeline) => timeline,
                        None => Self::other(&mut self.others, design, scenario)?,
                    };
                    if !timeline.go_on(scenario, story.texts().len(), budget)? {
                        return Ok(None);
                    }
                    timeline.docket(scenario, story.line())?
                }
            };
            self.open.insert(&design.name, docket);
        }
        Ok(self.open.get_mut(design.name.as_str()))
    }

    fn other<'t>(
        others: &'t mut Vec<Timeline>,
        design: &'static Design,
        scenario: &Scenario,
    ) -> Result<&'t mut Timeline, StageError> {
        let at = match others.iter().position(|timeline| timeline.design() == design) {
            Some(at) => at,
            None => {
                if others.len() >= MAX_DESIGNS {
                    others.remove(0);
                }
                others.push(Timeline::begin(design, scenario)?);
                others.len() - 1
            }
        };
        others.get_mut(at).ok_or(StageError::NoSuchRequest)
    }
}
