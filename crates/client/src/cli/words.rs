//! The program's own words about contacts and messages. The sentences for notices are the library's.

use std::io::ErrorKind;

use anstyle::Style;
use pillarbox_client::display::safe;
use pillarbox_client::sentences::{self, Choice, Names, Tone, content, sender};
pub(crate) use pillarbox_client::sentences::{state, trust_code};
use pillarbox_client::{Contact, EntryDirection, GroupId, HistoryEntry, Notice, Phone, Trust};
use pillarbox_text::wrap::{INDENT, break_words};
use pillarbox_wire::{AccountId, Timestamp};

use super::clock::Clock;
use super::grammar::quote;
use super::terminal::{STRONG, WRONG};

/// Explains why a relay was not reached, if the system's own words would suit programmers only.
pub(crate) fn sure(trust: Trust) -> String {
    let style = weight(trust);
    format!("{style}{}{style:#}", sentences::trust(trust))
}

/// The emphasis for each level of trust.
const fn weight(trust: Trust) -> Style {
    match trust {
        Trust::Verified => Style::new(),
        Trust::Unverified => STRONG,
        Trust::Changed => WRONG,
    }
}

/// The sentence about numbers at a relay that sends no codes.
pub(crate) const NUMBERS_PROVE_NOTHING: &str = "A number proves nothing at this relay: it sends no code, and anybody can \
    take a number that has no account yet.";

/// The sentence about numbers at a relay that sends codes.
pub(crate) const NUMBERS_BY_CODE: &str = "This relay sends a code to a number before it lets anybody have it. Codes go to \
    a file at the relay, which stands in for the telephone network: whoever can read that file, the operator among them, can \
    take over any number.";

/// Says why a relay was not reached, if the system's own message would help only programmers.
pub(crate) fn unreached(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::ConnectionRefused => "nothing answers there".into(),
        ErrorKind::TimedOut => "no answer came in time".into(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "there is no way to it from here".into()
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "it hung up at once".into(),
        // Unknown hosts have no `ErrorKind` of their own.
        _ => "its host name may be wrong, or the network is down".into(),
    }
}

/// Formats an entry, beginning with its sender's name and the name of the group that it was sent to. Wrapped lines are
/// indented and words fit `width` columns, so that no text can pose as somebody else's message.
pub(crate) fn entry(
    entry: &HistoryEntry,
    from: &str,
    group: Option<&str>,
    clock: &Clock,
    today: Timestamp,
    width: usize,
) -> String {
    let when = clock.time(entry.sent_at, today);
    let head = match entry.direction {
        EntryDirection::Received { verified, .. } => {
            let from = sender(entry, from, group);
            let trust = if verified { Trust::Verified } else { Trust::Unverified };
            // Only the words at the end are replaced, because a name can contain the same words.
            let from = match from.strip_suffix(&format!("({})", sentences::trust(trust))) {
                Some(name) => format!("{name}({})", sure(trust)),
                None => from,
            };
            format!("{from}, {when}:")
        }
        EntryDirection::Sent(reached) => format!("You, {when}, {}:", state(reached)),
    };
    format!("{head} {}", break_words(&content(entry), INDENT, width))
}

/// The owner's name for a contact, made safe here because a peer may have suggested it.
pub(crate) fn name(contact: &Contact) -> String {
    safe(&contact.name)
}

/// Returns a group's name, made safe here because a peer may have chosen it.
pub(crate) fn group(phone: &Phone, group: &GroupId) -> Option<String> {
    phone.group(*group).ok().map(|group| safe(&group.name))
}

/// Returns the name of the group that an entry was sent to.
pub(crate) fn group_of(phone: &Phone, entry: &HistoryEntry) -> Option<String> {
    entry.group.as_ref().and_then(|id| group(phone, id))
}

/// Formats a safety number in two rows of six groups, as both phones show it.
pub(crate) fn number(digits: &str, indent: usize) -> String {
    let groups: Vec<&str> = digits.split_whitespace().collect();
    let rows = groups.chunks(6).map(|row| format!("{}{}", " ".repeat(indent), row.join(" ")));
    rows.collect::<Vec<_>>().join("\n")
}

/// Returns the contact's suggested name if it differs from the owner's name for it: the claim of a stranger.
fn claimed(contact: &Contact) -> Option<String> {
    let claimed = safe(contact.suggested_name.as_deref()?);
    (!claimed.is_empty() && claimed != name(contact)).then_some(claimed)
}

/// Quotes the contact's suggested name.
pub(crate) fn claim(contact: &Contact) -> Option<String> {
    claimed(contact).map(|claimed| format!("calls itself \"{claimed}\""))
}

/// Introduces somebody who wrote and was not added.
pub(crate) fn request(contact: &Contact, known: Option<&Contact>) -> String {
    let claim = claim(contact).map_or_else(String::new, |claim| {
        let whose = known.map_or_else(String::new, |known| {
            let known = name(known);
            format!(", and you have a contact {known}, whose account is another one")
        });
        format!(" That phone {claim}{whose}; anybody can say so.")
    });
    let ask = known.and_then(|known| known.handle.as_ref()).map_or_else(String::new, |number| {
        format!(" To ask the relay who has that contact's number now: `contact add {number}`.")
    });
    let name = name(contact);
    let quoted = quote(&name);
    format!(
        "Somebody new wrote. You did not add them; here they are called {name}, NOT VERIFIED.{claim}{ask} To answer: `chat \
         {quoted}`. To call them otherwise: `contact rename {quoted} NEW-NAME`."
    )
}

/// The names and commands of this program, for the library's sentences.
pub(crate) struct OnThisPhone<'a>(pub(crate) &'a Phone);

impl OnThisPhone<'_> {
    fn find(&self, account: &AccountId) -> Option<Contact> {
        self.0.contacts().unwrap_or_default().into_iter().find(|contact| contact.account == *account)
    }
}

impl Names for OnThisPhone<'_> {
    fn contact(&self, account: &AccountId) -> String {
        self.find(account).map_or_else(|| account.to_string(), |contact| name(&contact))
    }

    fn group(&self, group: &GroupId) -> Option<String> {
        self::group(self.0, group)
    }

    fn claim(&self, account: &AccountId) -> Option<String> {
        claimed(&self.find(account)?)
    }

    fn choice(&self, choice: Choice<'_>) -> String {
        match choice {
            Choice::CompareOrAccept(name) => {
                let quoted = quote(name);
                format!(
                    "compare again with `verify {quoted}`, or go on unverified with `contact accept {quoted}`"
                )
            }
            Choice::Rename(name) => {
                format!("To call them otherwise: `contact rename {} NEW-NAME`", quote(name))
            }
            Choice::AddAccount(account) => {
                format!("It is asked for again if you add whoever sent it: `contact add {account}`")
            }
            Choice::Answer(name) => {
                format!("To have it sent again, answer: `send {} TEXT`", quote(name))
            }
            Choice::SavePicture(name) => {
                format!("To write it to a file: `picture save {} FILE`", quote(name))
            }
            Choice::LookAtRequests => "`inbox` shows them and makes room".to_owned(),
        }
    }
}

/// Returns the sentence for a notice, or `None` if the command reports it in its own way or it needs no words.
pub(crate) fn notice(notice: &Notice, phone: &Phone, width: usize) -> Option<(Tone, String)> {
    let told_by_commands = matches!(
        notice,
        Notice::Registered { .. }
            | Notice::Reregistered { .. }
            | Notice::NumbersVerified
            | Notice::RegistrationRefused { .. }
            | Notice::AuthenticationRefused { .. }
            | Notice::Connected { .. }
            | Notice::AccountClosed
            | Notice::Received { .. }
            | Notice::TimerChanged { .. }
            | Notice::GroupJoined { .. }
            | Notice::MemberAdded { .. }
            | Notice::MemberLeft { .. }
            | Notice::MemberRemoved { .. }
            | Notice::MemberDropped { .. }
            | Notice::KeeperChanged { .. }
            | Notice::OperatorSays { .. }
            | Notice::Delayed { .. }
            | Notice::Accepted { .. }
            | Notice::Delivered { .. }
            | Notice::NotSent { message: None, .. }
            | Notice::Found { .. }
            | Notice::NotFound { .. }
    );
    if told_by_commands {
        return None;
    }
    let (tone, says) = sentences::notice(notice, &OnThisPhone(phone));
    // This is the only sentence that quotes texts of others.
    let says =
        if matches!(notice, Notice::ChannelPosts { .. }) { break_words(&says, INDENT, width) } else { says };
    Some((tone, says))
}

/// Names for a test without contacts: accounts.
#[cfg(test)]
pub(super) struct Accounts;

#[cfg(test)]
impl Names for Accounts {
    fn contact(&self, account: &AccountId) -> String {
        account.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safety_number_is_two_rows_of_six_groups() {
        let digits = (10..22).map(|group| format!("000{group}")).collect::<Vec<_>>().join(" ");
        assert_eq!(
            number(&digits, 2),
            "  00010 00011 00012 00013 00014 00015\n  00016 00017 00018 00019 00020 00021"
        );
    }
}
