//! Orders that ask for nothing: takedown and blocking. Their result is what happens afterwards.

use pillarbox_access::Item;
use pillarbox_access::demand::Demand;
use pillarbox_access::demand::blocking_order::BLOCKING_ORDER;
use pillarbox_access::demand::takedown::{self, TAKEDOWN};
use pillarbox_access::design::Design;
use pillarbox_access::view::PublicChannel;

use super::answered::{Answered, piece};
use super::compare::{Compared, Otherwise};
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::{Ordered, channel_of};
use super::views::Views;
use crate::answer::counted_by;
use crate::scenario::Scenario;
use crate::score::{Capability, Counted, Counts, PostCounts, RelocationOutcome, Share};

/// Removes a public channel.
pub(super) struct Takedown;

impl Experiment for Takedown {
    fn demand(&self) -> &'static Demand {
        &TAKEDOWN
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn only_from_now_on(&self) -> bool {
        true
    }

    fn ordered(&self, _: &Design, scenario: &Scenario) -> Ordered {
        take_down(scenario, false).unwrap_or(Ordered::Nothing)
    }

    /// The strangers who look at the channel have ordinary phones, so the comparison uses the world without them.
    fn otherwise(&self, design: &Design, scenario: &Scenario) -> Option<Ordered> {
        take_down(scenario, true).filter(|_| design.relay.channels)
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered =
            Answered { means: Capability::Removes, unit: Some("posts"), ..Answered::default() };
        let mut counts = Counts::default();
        answered.counted = Some(counts);
        let Some(channel) = views.channel() else {
            answered.reasons.push("Nobody in this story publishes anything.".into());
            return Ok(answered);
        };
        for (before, after) in views.before().iter().zip(views.operators()?) {
            let Some(before) = PublicChannel::at(before, channel) else { continue };
            let taken = takedown::compare(&before, PublicChannel::at(&after, channel).as_ref());
            counts.returned += taken.destroyed.len() as u64;
            counts.of += before.posts.len() as u64;
            answered
                .pieces
                .extend(taken.destroyed.iter().map(|exhibit| piece(Item::MessageContent, exhibit)));
        }
        if !views.design().relay.channels {
            answered.reasons.push("There are no public channels under this design.".into());
        } else {
            answered.reasons.push(format!(
                "The order brings no evidence, and destroys it: of {} that the operator could have handed over the moment before, \
                 {} {} gone from its rows.",
                counted_by(counts.of, "posts"),
                counts.returned,
                if counts.returned == 1 { "is" } else { "are" }
            ));
        }
        answered.counted = Some(counts);
        Ok(answered)
    }

    fn compared(&self, answered: &mut Answered, compared: &Compared) {
        let Some(Otherwise { readers, .. }) = &compared.otherwise else { return };
        let of = |n: u64| Share { n, of: readers.posts };
        let gone = answered.counted.unwrap_or_default();
        answered.effects.posts = Some(PostCounts {
            destroyed: Share { n: gone.returned, of: gone.of },
            stranger_before: of(readers.stranger_before),
            stranger_after: of(readers.stranger_after),
            fetched: of(readers.fetched),
            followers: readers.followers,
        });
        answered.reasons.extend([
            format!(
                "Somebody who had never been there read {} of {} before the order, and {} after it.",
                readers.stranger_before,
                counted_by(readers.posts, "posts"),
                readers.stranger_after
            ),
            format!(
                "{} had fetched {} of them before it, out of its reach.",
                counted_by(readers.followers, "followers"),
                readers.fetched
            ),
        ]);
    }
}

fn take_down(scenario: &Scenario, and_strangers_look: bool) -> Option<Ordered> {
    let channel = channel_of(scenario)?.clone();
    Some(Ordered::TakeDown { channel, and_strangers_look })
}

/// Blocks the messenger for everybody in the country.
pub(super) struct Blocking;

impl Experiment for Blocking {
    fn demand(&self) -> &'static Demand {
        &BLOCKING_ORDER
    }

    fn asks(&self) -> bool {
        false
    }

    fn is_for_a_country(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    fn ordered(&self, _: &Design, scenario: &Scenario) -> Ordered {
        Ordered::Block { country: scenario.inquiry.country.to_string(), and_people_move: false }
    }

    fn otherwise(&self, _: &Design, scenario: &Scenario) -> Option<Ordered> {
        Some(Ordered::Block { country: scenario.inquiry.country.to_string(), and_people_move: true })
    }

    fn serve(&self, _: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        Ok(Answered { means: Capability::CutsOff, ..Answered::default() })
    }

    fn compared(&self, answered: &mut Answered, compared: &Compared) {
        let Compared { otherwise, .. } = compared;
        // The headline states the number of lost texts.
        answered.reasons.push("The order brings no evidence.".into());
        let Some(otherwise) = otherwise else { return };
        answered.effects.elsewhere = Some(RelocationOutcome {
            restored: otherwise.restored,
            by_number: otherwise.by_number,
            by_invitation: otherwise.by_invitation,
        });
        if otherwise.restored.of == 0 {
            return;
        }
        answered.reasons.push(moved(otherwise));
        if otherwise.restored.n < otherwise.restored.of {
            answered.reasons.push(missing(otherwise.lost_to_groups));
        }
    }
}

/// Describes the texts that arrive after all if people move to a relay elsewhere, and the effort of moving.
fn moved(otherwise: &Otherwise) -> String {
    let Otherwise { restored: Share { n, of }, by_number, by_invitation, .. } = *otherwise;
    let arrive = match (n, of) {
        (0, 1) => "that one does not arrive either".to_owned(),
        (0, of) => format!("none of those {of} arrives either"),
        (1, 1) => "that one arrives after all".to_owned(),
        (1, of) => format!("1 of those {of} arrives after all"),
        (n, of) => format!("{n} of those {of} arrive after all"),
    };
    let pairs = |number: u64| match number {
        0 => "no pair of contacts".to_owned(),
        number => format!("{} of contacts", counted_by(number, "pairs")),
    };
    let handed = match by_invitation {
        0 => "none had to hand each other invitations".to_owned(),
        number => format!("{} had to hand each other invitations", counted_by(number, "pairs")),
    };
    format!(
        "If people move to a relay elsewhere that the order does not name, {arrive}. For that, {} found each other by number \
         again, and {handed}.",
        pairs(by_number)
    )
}

/// Describes why some texts do not arrive by a relay elsewhere, as far as the bench is the reason.
fn missing(to_groups: u64) -> String {
    let groups = match to_groups {
        0 => String::new(),
        1 => "Of those that do not, 1 was said to a group, which nobody makes again there. ".to_owned(),
        many => format!("Of those that do not, {many} were said to groups, which nobody makes again there. "),
    };
    format!("{groups}Assumed: people look for another relay an hour after the order.")
}
