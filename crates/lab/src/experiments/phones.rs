//! Demands on phones: a seized phone, in three states, and a phone that its owner shows.

use pillarbox_access::Item;
use pillarbox_access::demand::Demand;
use pillarbox_access::demand::participant::{self, PARTICIPANT};
use pillarbox_access::demand::report::{self, REPORT};
use pillarbox_access::demand::seized_phone::{self, OnThePhone, SEIZED_PHONE, SeizureResult, about};
use pillarbox_access::demand::{CONTENT_WARRANT, Case, stored};
use pillarbox_access::facts::{Facts, ReadableText};
use pillarbox_access::view::{LockState, ReportedMessage, SeizedPhone};
use pillarbox_client::Protection;
use pillarbox_wire::{AccountId, Timestamp};

use super::answered::{Answered, piece};
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::guessing::try_codes;
use super::views::Views;
use crate::evidence::reread::pieces::{self, Names};
use crate::score::{Absence, Capability, Counted, Counts, DisappearingTimer, Party, SAME_MOMENT_MS};

/// The assumption behind the state between open and off: a phone that is locked and runs.
const MEMORY_TOOL: &str = "This assumes a tool that reads the memory of a phone that is locked and runs. Whoever has none has a phone \
                           that is off.";

/// A seized phone, in one state.
pub(super) struct Taken(LockState);

/// The three states, as columns.
pub(super) static SEIZED: [Taken; 3] =
    [Taken(LockState::BeforeFirstUnlock), Taken(LockState::AfterFirstUnlock), Taken(LockState::Unlocked)];

impl Experiment for Taken {
    fn demand(&self) -> &'static Demand {
        &SEIZED_PHONE
    }

    fn name(&self) -> &'static str {
        match self.0 {
            LockState::BeforeFirstUnlock => "seized-phone-off",
            LockState::AfterFirstUnlock => "seized-phone-locked",
            LockState::Unlocked => "seized-phone-open",
        }
    }

    /// The control of a phone that is off is the same phone, open: it shows what the other hides.
    fn control(&self) -> &'static str {
        match self.0 {
            LockState::BeforeFirstUnlock => "seized-phone-open",
            LockState::AfterFirstUnlock | LockState::Unlocked => self.name(),
        }
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered =
            Answered { means: Capability::NotModelled, container: "locked phone", ..Answered::default() };
        answered.reasons.push("Nobody's phone is taken in this story under this design.".into());
        let owner = views.about().to_string();
        for (number, taken) in views.phones().enumerate() {
            let place = format!("phone {}", number + 1);
            if answered.means == Capability::NotModelled {
                answered.means = Capability::There;
                answered.reasons.clear();
            }
            let phone = match (self.0, taken.memory()) {
                (LockState::Unlocked, Some(running)) => SeizedPhone::open(taken.folder(), running),
                (LockState::AfterFirstUnlock, Some(running)) => SeizedPhone::locked(taken.folder(), running),
                _ => SeizedPhone::off(taken.folder()),
            };
            match seized_phone::serve(&phone, &owner)? {
                SeizureResult::Open(found) => take(&mut answered, &place, &phone, &owner, &found)?,
                SeizureResult::KeysInMemory(found) => {
                    take(&mut answered, &place, &phone, &owner, &found)?;
                    answered.unit = Some("texts with a tool that reads memory");
                    if !answered.reasons.iter().any(|reason| reason == MEMORY_TOOL) {
                        answered.reasons.push(MEMORY_TOOL.into());
                    }
                }
                SeizureResult::Sealed { .. } => {
                    let tried = try_codes(phone.folder(), views.passcode())?;
                    // With an account for each contact, one phone has several vaults. A reason that applies to all
                    // of them is stated once.
                    let new = tried.reasons.into_iter().filter(|reason| !answered.reasons.contains(reason));
                    let new: Vec<String> = new.collect();
                    answered.reasons.extend(new);
                    answered.effects.guesses.push(tried.guesses);
                    answered.guessing = Some(answered.guessing.unwrap_or_default().and(tried.time));
                    match tried.opened {
                        Some(opened) => {
                            let phone = SeizedPhone::open(phone.folder(), &opened);
                            let found = seized_phone::read(&opened, &owner)?;
                            take(&mut answered, &place, &phone, &owner, &found)?;
                        }
                        // A phone with several vaults still counts as one phone.
                        None => answered.brought.closed = 1,
                    }
                    answered.pieces.push(pieces::wrapped_key(&place, &tried.wrapped_key));
                }
            }
        }
        Ok(answered)
    }
}

/// Adds what an open phone shows, or a phone whose memory somebody reads, with the rows behind it.
pub(super) fn take(
    answered: &mut Answered,
    place: &str,
    phone: &SeizedPhone<'_>,
    owner: &str,
    found: &OnThePhone,
) -> Result<(), ExperimentError> {
    answered.facts(&found.facts);
    answered.brought.origin.found_on_phone = true;
    if let Some(running) = phone.memory() {
        let names = Names { owner: owner.to_owned(), contact: None };
        answered.pieces.extend(pieces::phone(place, &running.exhibit()?, &names));
        answered.rereadable = true;
    }
    for (with, seconds) in &found.timers {
        answered.effects.timers.push(DisappearingTimer { with: with.clone(), seconds: u64::from(*seconds) });
        answered.reasons.push(format!(
            "Texts with {with} disappear after {}: those whose time was over when the phone was taken are not on it.",
            about(f64::from(*seconds))
        ));
    }
    Ok(())
}

/// The target's contacts show their own phones: each alone, and all of them together.
pub(super) struct Participant;

impl Experiment for Participant {
    fn demand(&self) -> &'static Demand {
        &PARTICIPANT
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::NotModelled, ..Answered::default() };
        let mut verified = 0_usize;
        // A person whose phone is in other hands has nothing to show.
        for (own, phones) in views.contacts().filter(|(_, phones)| !phones.is_empty()) {
            let mut said = Vec::new();
            let mut has_verified = false;
            for (number, phone) in phones.iter().enumerate() {
                let contacts = phone.contacts()?;
                for contact in contacts.iter().filter(|it| views.accounts().contains(&it.account)) {
                    let other = format!("account {}", contact.account);
                    let shown = participant::serve(phone, contact.account, &own, &other)?;
                    let names = Names { owner: own.clone(), contact: Some(contact.account.to_string()) };
                    let place = format!("phone {} of {own}, {other}", number + 1);
                    let exhibit = phone.exhibit_of(contact.account)?;
                    answered.pieces.extend(pieces::phone(&place, &exhibit, &names));
                    said.extend(shown.facts.said);
                    has_verified |= shown.verified;
                }
            }
            verified += usize::from(has_verified);
            answered.means = Capability::There;
            answered.brought.parties.push(Party { who: own, said });
        }
        answered.brought.said = Party::together(&answered.brought.parties);
        answered.brought.origin.shown_by_party = !answered.pieces.is_empty();
        answered.rereadable = true;
        let all = answered.brought.parties.len();
        let verified = match views.design().phone.protection {
            Protection::EndToEnd if verified == 0 && all > 1 => {
                " None of them had verified the target's keys.".to_owned()
            }
            Protection::EndToEnd if all == 1 => {
                let had = if verified == 1 { "had" } else { "had not" };
                format!(" They {had} verified the target's keys.")
            }
            Protection::EndToEnd => format!(" {verified} of them had verified the target's keys."),
            Protection::ServerReadable => String::new(),
        };
        answered.reasons.push(match all {
            0 => "Nobody who wrote with the target has a phone to show.".into(),
            1 => format!("1 contact shows their own phone.{verified}"),
            all => format!("{all} contacts show their own phones.{verified}"),
        });
        Ok(answered)
    }
}

/// A recipient reports a message, and the operator checks it.
pub(super) struct Report;

impl Experiment for Report {
    fn demand(&self) -> &'static Demand {
        &REPORT
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { unit: Some("reports"), rereadable: true, ..Answered::default() };
        let mut counts = Counts::default();
        // Reports of other people's messages belong to other demands.
        let is_theirs = |reported: &ReportedMessage| views.accounts().contains(&reported.from.account);
        for (reported, key, holdings) in views.reports()?.into_iter().filter(|(it, ..)| is_theirs(it)) {
            counts.of += 1;
            answered.pieces.push(pieces::report(&reported, &key));
            match report::serve(&reported, &key, &holdings) {
                Ok(proven) => {
                    counts.returned += 1;
                    answered.facts(&proven.facts);
                    answered.brought.origin = answered.brought.origin.or(proven.origin);
                }
                Err(why) => {
                    counts.unreadable += 1;
                    answered.reasons.push(format!("Proves nothing: {why}."));
                }
            }
            let mut altered = reported.clone();
            altered.body.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
            let control = match report::serve(&altered, &key, &holdings) {
                Ok(_) => "The same with one letter changed passes too: the check is worth nothing.".into(),
                Err(why) => format!("The same with one letter changed is refused: {why}."),
            };
            if !answered.reasons.contains(&control) {
                answered.reasons.push(control);
            }
        }
        if counts.of == 0 {
            counts = compared(&mut answered, views)?;
        }
        answered.counted = Some(counts);
        Ok(answered)
    }
}

/// Checks a report that carries no proof: the operator checks whether its rows contain the words that the contact
/// shows.
fn compared(answered: &mut Answered, views: &Views<'_>) -> Result<Counts, ExperimentError> {
    let mut counts = Counts::default();
    let Some(Shown { by, at, text }) = last_text_shown(views)? else {
        answered.reasons.push("Nobody who was written to has a text of the target to report.".into());
        counts.absence = Absence::NotInStory;
        return Ok(counts);
    };
    counts.of = 1;
    let everything = views.design().operator.holding_nothing_back();
    for holdings in views.operators()? {
        let about = views.about_at(&holdings);
        let case = Case { about: &about, operator: &everything, ..views.case() };
        // The operator compares the words with messages. It opens nobody's backup for a report.
        let served = stored::serve_messages(&CONTENT_WARRANT, &case, &holdings);
        // The same words from somebody else, to somebody else or at another time make another message.
        let theirs = |name: &Option<String>, accounts: &[AccountId]| {
            name.as_ref().is_some_and(|name| accounts.iter().any(|account| holdings.name(*account) == *name))
        };
        let is_same = |said: &ReadableText| {
            said.text == text
                && said.at.0.abs_diff(at.0) <= SAME_MOMENT_MS
                && theirs(&said.from, views.accounts())
                && theirs(&said.to, &[by])
        };
        let Some(same) = served.facts.said.into_iter().find(is_same) else { continue };
        let payloads = served.lines.iter().filter(|line| line.item == Item::MessageContent);
        let pieces = payloads.flat_map(|line| line.exhibits.iter().map(|exhibit| piece(line.item, exhibit)));
        answered.pieces.extend(pieces);
        answered.facts(&Facts { said: vec![same], ..Facts::default() });
        answered.brought.origin.named_by_operator = true;
        counts.returned = 1;
        break;
    }
    answered.reasons.push(match counts.returned {
        0 => "The phones keep nothing that a report could be proved with, and the operator has no message from the one to the other at that time that says the reported words.",
        _ => "The phones keep nothing that a report could be proved with. The operator finds the reported words in a message that it has: its word is all the proof that there is.",
    }.into());
    Ok(counts)
}

/// A text that somebody shows.
struct Shown {
    /// The account that received it.
    by: AccountId,
    /// The time at which it was written.
    at: Timestamp,
    text: String,
}

/// Returns the last text of the target that a contact still has, from the first contact with one.
fn last_text_shown(views: &Views<'_>) -> Result<Option<Shown>, ExperimentError> {
    for (_, phones) in views.contacts() {
        for phone in &phones {
            for contact in phone.contacts()?.iter().filter(|it| views.accounts().contains(&it.account)) {
                let history = phone.history(contact.account)?;
                let mut received = history.iter().rev().filter(|entry| entry.is_received());
                let last = received.find_map(|entry| Some((entry.sent_at, entry.text()?)));
                if let (Some((at, text)), Some(own)) = (last, phone.account().address) {
                    return Ok(Some(Shown { by: own.account, at, text: text.to_owned() }));
                }
            }
        }
    }
    Ok(None)
}
