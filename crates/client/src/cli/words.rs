//! What is said about contacts, messages and notices: sentences, and words that stand alone without colour.

use std::io::ErrorKind;

use pillarbox_client::display::{safe, safe_lines};
use pillarbox_client::{Contact, DeliveryState, Direction, Entry, EntryKind, Notice, Trust};
use pillarbox_wire::{AccountId, Refusal, Timestamp};

use super::grammar::quote;
use super::period::Period;
use super::wrap::{INDENT, break_words};

/// How sure of a contact's key the owner can be.
pub(crate) const fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "VERIFIED",
        Trust::Unverified => "NOT VERIFIED",
        Trust::Changed => "KEY CHANGED",
    }
}

/// The same for programs.
pub(crate) const fn trust_code(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "verified",
        Trust::Unverified => "unverified",
        Trust::Changed => "changed",
    }
}

/// The sentence about numbers at a relay that sends no codes.
pub(crate) const NUMBERS_PROVE_NOTHING: &str = "A number proves nothing at this relay: it sends no code, and anybody can \
    take a number that has no account yet.";

/// The same at a relay that sends codes.
pub(crate) const NUMBERS_BY_CODE: &str = "This relay sends a code to a number before it lets anybody have it. Codes go to \
    a file at the relay, which stands in for the telephone network: whoever can read that file, the operator among them, can \
    take over any number.";

/// How far a message has come.
pub(crate) const fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => "waiting",
        DeliveryState::Sent => "sent",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Refused => "refused",
    }
}

/// Sentences about how far a message has come.
pub(crate) fn progress(state: DeliveryState, to: &str) -> String {
    match state {
        DeliveryState::Queued => {
            format!("Waiting on this phone; it goes to {to} with the next command that connects.")
        }
        DeliveryState::Sent => format!("Sent: the relay keeps it for {to}."),
        DeliveryState::Delivered => format!("Delivered: {to}'s phone has it."),
        DeliveryState::Refused => format!("Refused: the relay does not take it for {to}."),
    }
}

/// Why a relay was not reached, where the system's word for it would be a programmer's.
pub(crate) fn unreached(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::ConnectionRefused => "nothing answers there".into(),
        ErrorKind::TimedOut => "no answer came in time".into(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "there is no way to it from here".into()
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "it hung up at once".into(),
        // What a name that nobody knows comes as has no name of its own among the kinds.
        _ => "its host name may be wrong, or the network is down".into(),
    }
}

/// Hour and minute in UTC; with the date where it is not the date of `today`.
pub(crate) fn time(at: Timestamp, today: Timestamp) -> String {
    let (year, month, day, hour, minute, _) = at.calendar();
    let clock = format!("{hour:02}:{minute:02} UTC");
    if at.day() == today.day() { clock } else { format!("{year:04}-{month:02}-{day:02} {clock}") }
}

/// An entry as one line that starts with its sender's name. Later lines of a text are indented when it is
/// wrapped, and its words fit a line, so that no text can pass itself off as somebody else's message.
pub(crate) fn entry(entry: &Entry, contact: &Contact, today: Timestamp) -> String {
    let when = time(entry.sent_at, today);
    let head = match entry.direction {
        Direction::Received { verified, .. } => {
            let sure = trust(if verified { Trust::Verified } else { Trust::Unverified });
            let place = if entry.group.is_some() { " in a group" } else { "" };
            format!("{}{place} ({sure}), {when}:", name(contact))
        }
        Direction::Sent(reached) => format!("You, {when}, {}:", state(reached)),
    };
    let what = match &entry.kind {
        EntryKind::Text(text) => break_words(&safe_lines(text), INDENT),
        EntryKind::Timer(seconds) => timer(*seconds),
    };
    format!("{head} {what}")
}

/// What a timer does.
pub(crate) fn timer(seconds: Option<u32>) -> String {
    match seconds {
        Some(_) => format!("[messages now disappear after {}]", Period(seconds)),
        None => "[messages now stay]".to_owned(),
    }
}

/// What the owner calls a contact. It may have come from a peer as a suggestion, so it is made safe here.
pub(crate) fn name(contact: &Contact) -> String {
    safe(&contact.name)
}

/// A safety number in two rows of six groups, as both phones show it.
pub(crate) fn number(digits: &str, indent: usize) -> String {
    let groups: Vec<&str> = digits.split_whitespace().collect();
    let rows = groups.chunks(6).map(|row| format!("{}{}", " ".repeat(indent), row.join(" ")));
    rows.collect::<Vec<_>>().join("\n")
}

/// What a delay means.
pub(crate) fn delayed(reason: Refusal) -> String {
    format!("The relay asks to wait: {reason}. What waits is kept and goes later.")
}

/// How much attention a notice asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Good to know.
    Note,
    /// To be seen before going on.
    Warning,
}

/// What a contact calls itself, where that is another name than the owner's: a stranger's word for it.
pub(crate) fn claim(contact: &Contact) -> Option<String> {
    let claimed = safe(contact.suggested_name.as_deref()?);
    (!claimed.is_empty() && claimed != name(contact)).then(|| format!("calls itself \"{claimed}\""))
}

/// What is told when somebody writes who was not added.
pub(crate) fn request(contact: &Contact, known: Option<&Contact>) -> String {
    let claim = claim(contact).map_or_else(String::new, |claim| {
        let whose = known.map_or_else(String::new, |known| {
            let known = self::name(known);
            format!(", and you have a contact {known}, whose account is another one")
        });
        format!(" That phone {claim}{whose}; anybody can say so.")
    });
    let ask = known.and_then(|known| known.handle.as_ref()).map_or_else(String::new, |number| {
        format!(" To ask the relay who has that contact's number now: `contact add {number}`.")
    });
    let name = name(contact);
    format!(
        "Somebody new wrote. You did not add them; here they are called {name}, NOT VERIFIED.{claim}{ask} To call them \
         otherwise: `contact rename {} NEW-NAME`.",
        quote(&name)
    )
}

/// A notice in words; `None` for those that the commands tell in their own way or that need no words.
pub(crate) fn notice(notice: &Notice, name: impl Fn(&AccountId) -> String) -> Option<(Tone, String)> {
    use Tone::{Note, Warning};
    Some(match notice {
        Notice::Farewell { reason } => (Note, format!("The relay closed the connection: {reason}.")),
        Notice::Delayed { reason } => (Note, delayed(*reason)),
        Notice::NotSent { contact, message: Some(_), reason } => (
            Warning,
            format!("a message to {} was not sent, and is not tried again: {reason}.", name(contact)),
        ),
        Notice::NotStarted { contact, reason } => {
            let why = reason.map_or_else(
                || "the keys that the relay gave do not verify, so they may be somebody else's".to_owned(),
                |reason| format!("the relay gave no keys: {reason}"),
            );
            (
                Warning,
                format!("the conversation with {} could not begin: {why}. Messages wait.", name(contact)),
            )
        }
        Notice::KeyChanged { contact, blocked: true } => {
            let name = name(contact);
            let quoted = quote(&name);
            (
                Warning,
                format!(
                    "{name}'s safety number has changed since you verified it. Nothing is sent until you choose: \
                     compare again with `verify {quoted}`, or go on unverified with `contact accept {quoted}`."
                ),
            )
        }
        Notice::KeyChanged { contact, blocked: false } => (
            Warning,
            format!(
                "{}'s safety number has changed: a new phone, a new account, or somebody in between. NOT VERIFIED, \
                 as before.",
                name(contact)
            ),
        ),
        Notice::Undecryptable { contact, asked_again } => {
            let whose = contact.as_ref().map_or_else(|| "an unknown sender".to_owned(), &name);
            let then = if *asked_again { "It was asked for again." } else { "It is lost." };
            (Warning, format!("a message from {whose} would not open. {then}"))
        }
        Notice::RequestUnopened { contact } => {
            let name = name(contact);
            (
                Warning,
                format!(
                    "somebody new wrote, and it would not open. You did not add them; here they are called {name}, NOT \
                     VERIFIED. To have it sent again, add them by their invitation or answer: `send {} TEXT`.",
                    quote(&name)
                ),
            )
        }
        Notice::Recovered { contact } => {
            (Note, format!("The conversation with {} was begun anew; later messages open.", name(contact)))
        }
        Notice::Resent { contact, messages: 0 } => (
            Note,
            format!("{}'s phone asked again for a message that is no longer on this phone.", name(contact)),
        ),
        Notice::Resent { contact, messages } => {
            let plural = if *messages == 1 { "message" } else { "messages" };
            (Note, format!("{}'s phone asked again for {messages} {plural}; sent.", name(contact)))
        }
        Notice::OtherProtection { contact } => {
            let whose = contact.as_ref().map_or_else(|| "an unknown sender".to_owned(), &name);
            (Warning, format!("a message from {whose} is not end-to-end encrypted. It was not taken."))
        }
        Notice::Degraded { contact, .. } => (
            Note,
            format!(
                "The conversation with {} began without a one-time key, because a stock was used up. Its \
                 first messages are less well protected against a later theft of keys.",
                name(contact)
            ),
        ),
        Notice::Unsealed { contact } => (
            Note,
            format!("The relay now sees that it is you who writes to {}, until they answer.", name(contact)),
        ),
        Notice::GroupJoined { by, .. } => (
            Note,
            format!("{} put you into a group. What is said in it comes from each member in turn.", name(by)),
        ),
        Notice::MemberAdded { member, by, .. } => {
            (Note, format!("{} added {} to a group that you are in.", name(by), name(member)))
        }
        Notice::MemberLeft { member, .. } => {
            (Note, format!("{} left a group that you are in.", name(member)))
        }
        Notice::ChannelOpened { channel } => {
            (Note, format!("{channel} is open: what you post there anybody can read."))
        }
        Notice::Posted { channel, number } => (Note, format!("Published in {channel}, as number {number}.")),
        Notice::ChannelPosts { channel, posts } if posts.is_empty() => {
            (Note, format!("{channel} has published nothing."))
        }
        Notice::ChannelPosts { channel, posts } => {
            let shown = posts.iter().map(|post| {
                let words = safe(&String::from_utf8_lossy(post.content.as_slice()));
                format!("{channel}, number {}: {}", post.number, break_words(&words, INDENT))
            });
            (Note, shown.collect::<Vec<_>>().join("\n"))
        }
        Notice::ChannelRefused { channel, reason } => (Warning, format!("{channel}: {reason}.")),
        Notice::DepositRefused { kind, reason } => {
            (Note, format!("The relay does not keep what this phone was to leave there ({kind}): {reason}."))
        }
        Notice::KnownNumbers { numbers } => {
            let numbers = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (
                Note,
                format!(
                    "Of the numbers in your address book, these have an account at this relay: {numbers}."
                ),
            )
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_stands_only_where_it_is_not_today() {
        let at = Timestamp::from_seconds(1_490_193_607);
        assert_eq!(time(at, at), "14:40 UTC");
        assert_eq!(time(at, Timestamp(at.0 + 86_400_000)), "2017-03-22 14:40 UTC");
    }

    #[test]
    fn a_safety_number_is_two_rows_of_six_groups() {
        let digits = (10..22).map(|group| format!("000{group}")).collect::<Vec<_>>().join(" ");
        assert_eq!(
            number(&digits, 2),
            "  00010 00011 00012 00013 00014 00015\n  00016 00017 00018 00019 00020 00021"
        );
    }
}
