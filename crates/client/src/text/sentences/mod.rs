//! The sentences in which a phone tells its owner what happened. The program and the worlds of the laboratory share
//! them.
//!
//! Every [`Notice`] has a sentence and a [`word`](fn@word). Both come from matches without a catch-all arm, so that a
//! new notice does not compile before it has a sentence. Sentences are safe to show: texts and names of others have
//! passed through [`display`](crate::display). This layer does not know where a sentence is shown or which commands a
//! program has; [`Names`] provides both.

mod devices;
mod directory;
mod membership;
mod names;
mod span;
mod states;
mod word;

use pillarbox_text::show::{safe, safe_lines};
use pillarbox_wire::{AccountId, PostRow, Refusal};

use crate::records::contact::Trust;
use crate::records::group::GroupNews;
use crate::records::history::{DeliveryState, EntryDirection, EntryKind, HistoryEntry};
use crate::records::ids::GroupId;
use crate::records::notice::Notice;
use crate::records::picture::PicturePointer;

pub use crate::text::sentences::membership::{
    BY_OPERATOR, GROUP_UNSIGNED, group_change, group_code, group_of_operator, group_signed, operator_says,
};
pub use crate::text::sentences::names::{Choice, Names, Tone};
pub use crate::text::sentences::span::span;
pub use crate::text::sentences::states::{
    BLOCKED, WROTE_FIRST, backup_readers, protection, state, trust, trust_code,
};
pub use crate::text::sentences::word::word;

/// The word in front of a warning.
pub const WARNING: &str = "Warning:";

/// Describes the progress of a message.
#[must_use]
pub fn progress(state: DeliveryState, to: &str) -> String {
    match state {
        DeliveryState::Queued => {
            format!("Waiting on this phone; it goes to {to} with the next command that connects.")
        }
        DeliveryState::Sent => format!("Sent: the relay keeps it for {to}."),
        DeliveryState::Delivered => format!("Delivered: {to}'s phone has it."),
        DeliveryState::Refused => format!("Refused: the relay does not take it for {to}."),
    }
}

/// Explains a delay.
#[must_use]
pub fn delayed(reason: Refusal) -> String {
    format!("The relay asks to wait: {reason}. What waits is kept and goes later.")
}

/// Explains a delay to somebody who continues to write.
#[must_use]
pub fn throttled(reason: Refusal) -> String {
    match reason {
        Refusal::RateLimited { retry_after } => {
            format!("The relay asks to wait {}; what you send meanwhile waits here.", span(retry_after))
        }
        reason => format!("The relay asks to wait: {reason}. What you send meanwhile waits here."),
    }
}

/// Explains a timer.
#[must_use]
pub fn timer(seconds: Option<u32>) -> String {
    match seconds {
        Some(seconds) => format!("[messages now disappear after {}]", span(seconds)),
        None => "[messages now stay]".to_owned(),
    }
}

/// Describes a picture, which a terminal does not show.
#[must_use]
pub fn picture(pointer: &PicturePointer) -> String {
    format!("[picture, {} bytes]", pointer.size)
}

/// Names the sender of a received entry with the trust in their key at the time: `Bob (NOT VERIFIED)`.
#[must_use]
pub fn sender(entry: &HistoryEntry, name: &str, group: Option<&str>) -> String {
    let verified = matches!(entry.direction, EntryDirection::Received { verified: true, .. });
    let sure = trust(if verified { Trust::Verified } else { Trust::Unverified });
    let place = match (&entry.group, group) {
        (None, _) => String::new(),
        (Some(_), None) => " in a group".to_owned(),
        (Some(_), Some(group)) => format!(" in {group}"),
    };
    format!("{name}{place} ({sure})")
}

/// Returns the content of an entry: the lines of a text, or the effect of a timer.
#[must_use]
pub fn content(entry: &HistoryEntry) -> String {
    match &entry.kind {
        EntryKind::Text(text) => safe_lines(text),
        EntryKind::Timer(seconds) => timer(*seconds),
        EntryKind::Picture(pointer) => picture(pointer),
    }
}

/// Returns the sentence for a notice.
#[must_use]
#[deny(clippy::wildcard_enum_match_arm)]
pub fn notice(notice: &Notice, names: &impl Names) -> (Tone, String) {
    use Tone::{Note, Warning};
    let name = |account: &AccountId| safe(&names.contact(account));
    let group = |id: &GroupId| names.group(id).map(|name| safe(&name));
    let of_group = |id: &GroupId| group(id).unwrap_or_else(|| "a group that you are in".to_owned());
    let whose =
        |contact: &Option<AccountId>| contact.as_ref().map_or_else(|| "an unknown sender".to_owned(), name);
    match notice {
        Notice::Registered { address: _ } => (Note, "The account is made.".to_owned()),
        Notice::Reregistered { address: _ } => (
            Note,
            "The account of this number goes on with this phone. Contacts are told that your safety number has changed."
                .to_owned(),
        ),
        Notice::NumbersVerified => (
            Note,
            "This relay sends a code to a number before anybody can have it. Whoever reads the code can have the number."
                .to_owned(),
        ),
        Notice::RegistrationRefused { reason: Refusal::CodeSent } => {
            (Note, "A code was sent to the number.".to_owned())
        }
        Notice::RegistrationRefused { reason } => (Warning, format!("the account was not made: {reason}.")),
        Notice::AuthenticationRefused { reason } => {
            (Warning, format!("the relay does not take this phone for what it says it is: {reason}."))
        }
        Notice::Connected { waiting } => (Note, connected(*waiting)),
        Notice::Farewell { reason } => (Note, format!("The relay closed the connection: {reason}.")),
        Notice::AccountClosed => (Note, "The account is closed at the relay.".to_owned()),
        Notice::Delayed { reason } => (Note, delayed(*reason)),
        Notice::Received { contact, entry } => {
            let group = entry.group.as_ref().and_then(group);
            (Note, format!("{}: {}", sender(entry, &name(contact), group.as_deref()), content(entry)))
        }
        Notice::TimerChanged { contact, expires_after } => {
            (Note, format!("{}: {}", name(contact), timer(*expires_after)))
        }
        Notice::Accepted { contact, message: _ } => (Note, progress(DeliveryState::Sent, &name(contact))),
        Notice::Delivered { contact, message: _ } => {
            (Note, progress(DeliveryState::Delivered, &name(contact)))
        }
        Notice::NotSent { contact, message, reason } => {
            let what = if message.is_some() { "a message to" } else { "a receipt for" };
            (Warning, format!("{what} {} was not sent, and is not tried again: {reason}.", name(contact)))
        }
        Notice::NotStarted { contact, reason } => (Warning, not_started(&name(contact), *reason)),
        Notice::DepositRefused { kind, reason } => {
            (Note, format!("The relay does not keep what this phone was to leave there ({kind}): {reason}."))
        }
        Notice::ChannelOpened { channel } => {
            (Note, format!("{channel} is open: what you post there anybody can read."))
        }
        Notice::Posted { channel, number } => (Note, format!("Published in {channel}, as number {number}.")),
        Notice::ChannelPosts { channel, posts } if posts.is_empty() => {
            (Note, format!("{channel} has published nothing."))
        }
        Notice::ChannelPosts { channel, posts } => {
            let line = |post: &PostRow| {
                let words = safe(&String::from_utf8_lossy(post.content.as_slice()));
                format!("{channel}, number {}: {words}", post.number)
            };
            (Note, posts.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        Notice::ChannelRefused { channel, reason } => (Warning, format!("{channel}: {reason}.")),
        Notice::KnownNumbers { numbers } => {
            let listed = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (Note, known_numbers(numbers.len(), &listed))
        }
        Notice::Requested { contact } => (Note, requested(contact, &name(contact), names)),
        Notice::Found { contact: _, handle } => (Note, format!("{handle} has an account at this relay.")),
        Notice::NotFound { handle, reason } => (Note, format!("{handle} was not found: {reason}.")),
        Notice::GroupJoined { group: id, by } => {
            let place = group(id).unwrap_or_else(|| "a group".to_owned());
            (
                Note,
                format!(
                    "{} put you into {place}. What is said in it comes from each member in turn.",
                    name(by)
                ),
            )
        }
        Notice::MemberAdded { group: id, member, by } => {
            (Note, format!("{} added {} to {}.", name(by), name(member), of_group(id)))
        }
        Notice::GroupsFull { by } => (
            Note,
            format!(
                "{} put you into a group. The relay keeps that until you have left one: you are in as many as this \
                 phone keeps.",
                name(by)
            ),
        ),
        Notice::GroupFull { group: id, by } => (
            Note,
            format!(
                "{} added more people to {} than this phone keeps. What those write is shown outside the group.",
                name(by),
                of_group(id)
            ),
        ),
        Notice::MemberLeft { group: id, member } => {
            (Note, format!("{} left {}.", name(member), of_group(id)))
        }
        Notice::DirectoryUnproved { contact, handle, why } => {
            let says = match (contact, handle) {
                (Some(contact), _) => directory::of_contact(&name(contact), *why),
                (None, Some(handle)) => directory::of_number(handle, *why),
                (None, None) => directory::of_owner(*why),
            };
            (Warning, says)
        }
        Notice::NotMyEntry { at } => (Warning, directory::not_mine(*at)),
        Notice::SplitView { contact, why } => {
            (Warning, directory::split_view(&name(contact), *why))
        }
        Notice::MemberRemoved { group: id, member, by } => {
            (Note, format!("{} removed {} from {}.", name(by), name(member), of_group(id)))
        }
        Notice::MemberDropped { group: id, member } => {
            (Note, membership::dropped(Some(&name(member)), &of_group(id)))
        }
        Notice::KeeperChanged { group: id, keeper, by } => (
            Note,
            format!(
                "{} left the keeping of {} to {}, who can now remove members.",
                name(by),
                of_group(id),
                name(keeper)
            ),
        ),
        Notice::MembersDiffer { group: id, contact, theirs, ours } => (
            Note,
            format!(
                "{}'s phone sees {} in {}, and this phone {}. The two phones exchange the signed changes that they have.",
                name(contact),
                seen_members(*theirs, *theirs == *ours),
                of_group(id),
                ours
            ),
        ),
        Notice::ChangeRefused { group: id, contact } => (
            Warning,
            format!(
                "{} sent a change of {} without a signature that holds. It was not taken.",
                name(contact),
                of_group(id)
            ),
        ),
        Notice::OperatorSays { group: id, news, by } => {
            let place = match news {
                GroupNews::Made | GroupNews::Joined => group(id).unwrap_or_else(|| "a group".to_owned()),
                GroupNews::Added(_)
                | GroupNews::Left
                | GroupNews::Removed(_)
                | GroupNews::Dropped(_)
                | GroupNews::Handed(_) => of_group(id),
            };
            (Note, operator_says(*news, *by, &place, |who| Some(name(&who))))
        }
        Notice::OperatorRefused { group: id, reason } => {
            (Warning, membership::operator_refused(*reason, group(id).as_deref()))
        }
        Notice::GroupNotChanged { group: id, reason } => {
            (Warning, membership::not_changed(*reason, group(id).as_deref()))
        }
        Notice::WishRefused { group: id, fault } => {
            (Warning, membership::wish_refused(*fault, group(id).as_deref()))
        }
        Notice::KeyChanged { contact, blocked } => {
            (Warning, devices::key_changed(&name(contact), *blocked, names))
        }
        Notice::DevicesChanged { .. }
        | Notice::DeviceRefused { .. }
        | Notice::DeviceLinked { .. }
        | Notice::DeviceSignedOff { .. }
        | Notice::DeviceRemoved { .. }
        | Notice::DeviceNotChanged { .. }
        | Notice::WaitsForLink
        | Notice::Linked { .. }
        | Notice::LinkComplete => devices::notice(notice, &name, names),
        Notice::Undecryptable { contact: None, asked_again: false } => (Warning, senderless(1)),
        Notice::Undecryptable { contact, asked_again } => {
            let then = match contact {
                Some(_) if *asked_again => "This phone asks for it again.".to_owned(),
                Some(contact) => format!("It is lost; {} would have to say it again.", name(contact)),
                None => "It is lost.".to_owned(),
            };
            (Warning, format!("a message from {} would not open. {then}", whose(contact)))
        }
        Notice::RequestUnopened { contact } => {
            let name = name(contact);
            let choice = names.choice(Choice::Answer(&name));
            (
                Warning,
                format!("a message from {name}, whom you did not add, would not open. NOT VERIFIED. {choice}."),
            )
        }
        Notice::StrangerUnopened { account } => (Warning, unopened_from(*account, names)),
        Notice::RequestGaveWay { name, entries } => (Note, gave_way_with(&safe(name), *entries)),
        Notice::RequestsFull => (Note, requests_full(names)),
        Notice::MissingFull { contact } => (
            Warning,
            format!(
                "more messages from {} would not open than this phone can note at once. The relay keeps the others \
                 until those have been asked for again.",
                name(contact)
            ),
        ),
        Notice::Recovered { contact } => {
            (Note, format!("The conversation with {} was begun anew; later messages open.", name(contact)))
        }
        Notice::Resent { contact, messages } => (Note, resent(&name(contact), *messages)),
        Notice::OtherProtection { contact } => (
            Warning,
            format!("a message from {} is not end-to-end encrypted. It was not taken.", whose(contact)),
        ),
        Notice::Degraded { contact, degraded: _ } => (
            Note,
            format!(
                "The conversation with {} began without a one-time key: the relay handed none out. It may have none \
                 left, be asked too often, or keep them back. First messages are less well protected against a later theft of keys.",
                name(contact)
            ),
        ),
        Notice::PictureArrived { contact, message: _ } => {
            let name = name(contact);
            let choice = names.choice(Choice::SavePicture(&name));
            (Note, format!("The picture from {name} is on this phone. {choice}."))
        }
        Notice::PictureLost { contact, message: _, fault } => (
            Warning,
            format!(
                "a picture from {0} will not come: {1}. {0} would have to send it again.",
                name(contact),
                fault.clause()
            ),
        ),
        Notice::Unsealed { contact } => (
            Note,
            format!("The relay now sees that it is you who writes to {}, until they answer.", name(contact)),
        ),
    }
}

/// Returns the sentence for a notice as shown on a screen: a warning has the word in front.
#[must_use]
pub fn line(notice: &Notice, names: &impl Names) -> String {
    match self::notice(notice, names) {
        (Tone::Note, says) => says,
        (Tone::Warning, says) => format!("{WARNING} {says}"),
    }
}

/// Explains why a newcomer's message is not here yet.
const REQUESTS_FULL: &str = "Somebody new wrote. The relay keeps the message until you have seen what others wrote \
    whom you did not add: there are as many of them as this phone keeps.";

/// Returns the sentence for a message from an account that is not a contact, if the message did not open. It does not
/// begin with `Warning:`.
#[must_use]
pub fn unopened_from(account: AccountId, names: &impl Names) -> String {
    let choice = names.choice(Choice::AddAccount(account));
    format!("a message from somebody whom you have not added would not open. {choice}.")
}

/// Returns the sentence for several messages that did not open.
#[must_use]
pub fn unopened(messages: usize) -> String {
    format!(
        "{messages} messages from people whom you have not added would not open. Each is asked for again if you add \
         whoever sent it."
    )
}

/// Returns the sentence for messages that nobody can have sent, without `Warning:` in front.
#[must_use]
pub fn senderless(messages: usize) -> String {
    match messages {
        1 => "a message from an unknown sender would not open. It is lost.".to_owned(),
        more => format!("{more} messages from unknown senders would not open. They are lost."),
    }
}

/// Returns the sentence for requests that gave way to newer ones.
#[must_use]
pub fn gave_way(requests: usize) -> String {
    match requests {
        1 => "The oldest request that you had seen and not answered gave way to a newer one, with what they wrote."
            .to_owned(),
        more => format!(
            "The {more} oldest requests that you had seen and not answered gave way to newer ones, with what they wrote."
        ),
    }
}

/// Returns the sentence for a new sender whose message the relay keeps.
#[must_use]
pub fn requests_full(names: &impl Names) -> String {
    format!("{REQUESTS_FULL} {}.", names.choice(Choice::LookAtRequests))
}

fn gave_way_with(name: &str, entries: u64) -> String {
    let what = match entries {
        0 => String::new(),
        1 => ", with the message that you had seen and not answered".to_owned(),
        more => format!(", with the {more} messages that you had seen and not answered"),
    };
    format!("The request of {name} gave way to a newer one{what}.")
}

/// Counts the members whom another phone sees; `others` if they are as many as here, and not the same.
fn seen_members(count: u16, others: bool) -> String {
    match (count, others) {
        (1, _) => "1 member".to_owned(),
        (count, false) => format!("{count} members"),
        (count, true) => format!("{count} members, other ones,"),
    }
}

fn connected(waiting: u32) -> String {
    match waiting {
        0 => "Connected; no message waits.".to_owned(),
        1 => "Connected; 1 message waits.".to_owned(),
        more => format!("Connected; {more} messages wait."),
    }
}

fn not_started(name: &str, reason: Option<Refusal>) -> String {
    let why = reason.map_or_else(
        || "the keys that the relay gave do not verify, so they may be somebody else's".to_owned(),
        |reason| format!("the relay gave no keys: {reason}"),
    );
    format!("the conversation with {name} could not begin: {why}. Messages wait.")
}

fn known_numbers(count: usize, listed: &str) -> String {
    match count {
        0 => "Of the numbers in your address book, none has an account at this relay.".to_owned(),
        1 => format!("Of the numbers in your address book, this one has an account at this relay: {listed}."),
        _ => format!("Of the numbers in your address book, these have an account at this relay: {listed}."),
    }
}

fn requested(account: &AccountId, name: &str, names: &impl Names) -> String {
    let claim = names.claim(account).map_or_else(String::new, |claim| {
        format!(" That phone calls itself \"{}\"; anybody can say so.", safe(&claim))
    });
    format!(
        "Somebody new wrote. You did not add them; here they are called {name}, NOT VERIFIED.{claim} {}.",
        names.choice(Choice::Rename(name))
    )
}

fn resent(name: &str, messages: u32) -> String {
    match messages {
        0 => format!("{name}'s phone asked again for a message that is no longer on this phone."),
        1 => format!("{name}'s phone asked again for 1 message; sent."),
        more => format!("{name}'s phone asked again for {more} messages; sent."),
    }
}

#[cfg(test)]
mod tests;
