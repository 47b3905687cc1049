//! What phones tell their owners: into the record, and into the truth where it is about something that was really said.

use pillarbox_client::{Entry, Notice, Receipts};
use pillarbox_wire::{AccountId, Duration, Refusal};

use super::{ProfileId, World, WorldError};
use crate::record::Kind;
use crate::scenario::{Act, PersonId};

/// A phone tries again a minute after a relay had no time for it.
const AFTER_DELAY: Duration = Duration::from_seconds(61);

impl World {
    /// A phone tells its owner something.
    pub(super) fn tell(&mut self, id: ProfileId, notice: &Notice) -> Result<(), WorldError> {
        self.tend(id, notice)?;
        let who = self.profile(id)?.who;
        match notice {
            Notice::Received { contact, entry } => self.show(id, *contact, entry)?,
            Notice::ChannelPosts { channel, posts } => self.show_posts(id, channel, posts)?,
            Notice::Requested { contact } => self.accept(id, *contact)?,
            Notice::Delayed { .. } => self.wake_at(self.now + AFTER_DELAY),
            _ => {}
        }
        let kind = Kind::Notice { who: self.name(who), notice: word(notice), says: self.in_words(notice) };
        self.record.push(self.now, kind);
        Ok(())
    }

    /// People read what arrives, at once.
    fn show(&mut self, id: ProfileId, contact: AccountId, entry: &Entry) -> Result<(), WorldError> {
        let (now, mut rng) = (self.now, self.fork());
        let profile = self.profile_mut(id)?;
        let who = profile.who;
        if let Some(phone) = profile.phone.as_mut() {
            phone.mark_shown(contact, entry.place, now, &mut rng)?;
            if let Receipts::After(seconds) = phone.account().habits.receipts {
                self.wake_at(now + Duration::from_seconds(u64::from(seconds)));
            }
        }
        if let Some(seconds) = entry.expires_after {
            self.wake_at(now + Duration::from_seconds(u64::from(seconds)));
        }
        if let Some(by) = self.truth.behind(contact) {
            self.truth.read(by, entry.id, who, now);
        }
        Ok(())
    }

    /// People accept whom they know; what a stranger writes stays a request.
    fn accept(&mut self, id: ProfileId, contact: AccountId) -> Result<(), WorldError> {
        let who = self.profile(id)?.who;
        let Some(from) = self.truth.behind(contact) else { return Ok(()) };
        let knows = self.scenario.person(who).is_some_and(|person| person.knows.contains(&from));
        let (now, mut rng) = (self.now, self.fork());
        if let Some(phone) = self.profile_mut(id)?.phone.as_mut().filter(|_| knows) {
            phone.accept_request(contact, now, &mut rng)?;
        }
        Ok(())
    }

    /// Whoever is behind an account, as the record calls them.
    fn behind(&self, account: AccountId) -> String {
        self.truth.behind(account).map_or_else(|| "a stranger".to_owned(), |who| self.name(who))
    }

    fn in_words(&self, notice: &Notice) -> String {
        match notice {
            Notice::Registered { .. } => "the account is made".to_owned(),
            Notice::Reregistered { .. } => "the account goes on with this phone".to_owned(),
            Notice::RegistrationRefused { reason: Refusal::CodeSent } => {
                "a code was sent to the number".to_owned()
            }
            Notice::NumbersVerified => "the operator sends codes to numbers".to_owned(),
            Notice::Connected { waiting } => format!("connected, {waiting} messages wait"),
            Notice::Received { contact, entry } => {
                let place =
                    entry.group.map(|group| format!(" in {}", self.group_name(group))).unwrap_or_default();
                format!("{} says{place}: {}", self.behind(*contact), entry.text().unwrap_or_default())
            }
            Notice::GroupJoined { group, by } => {
                format!("{} made you a member of {}", self.behind(*by), self.group_name(*group))
            }
            Notice::MemberAdded { group, member, .. } => {
                format!("{} is in {}", self.behind(*member), self.group_name(*group))
            }
            Notice::MemberLeft { group, member } => {
                format!("{} left {}", self.behind(*member), self.group_name(*group))
            }
            Notice::Accepted { contact, .. } => {
                format!("the relay has the text for {}", self.behind(*contact))
            }
            Notice::Delivered { contact, .. } => format!("{}'s phone has the text", self.behind(*contact)),
            Notice::Requested { contact } => format!("{}, who is no contact, writes", self.behind(*contact)),
            Notice::Found { handle, .. } => format!("{handle} has an account"),
            Notice::NotFound { handle, reason } => format!("{handle} is not found: {reason}"),
            Notice::KeyChanged { contact, .. } => {
                format!("{}'s safety number has changed", self.behind(*contact))
            }
            Notice::Recovered { contact } => {
                format!("the conversation with {} began anew", self.behind(*contact))
            }
            Notice::Unsealed { contact } => {
                format!("from now on the relay sees who writes to {}", self.behind(*contact))
            }
            Notice::NotSent { contact, reason, .. } => {
                format!("not sent to {}: {reason}", self.behind(*contact))
            }
            Notice::DepositRefused { kind, reason } => format!("the relay does not keep {kind}: {reason}"),
            Notice::ChannelOpened { channel } => format!("{channel} is open"),
            Notice::Posted { channel, number } => format!("{channel} has post {number}"),
            Notice::ChannelPosts { channel, posts } => format!("{channel} shows {} posts", posts.len()),
            Notice::ChannelRefused { channel, reason } => format!("{channel}: {reason}"),
            // Neither texts nor keys are in what these print.
            other => format!("{other:?}"),
        }
    }

    /// Texts whose time is over disappear from the phones, in a story in which they do.
    pub(super) fn remove_expired(&mut self) -> Result<(), WorldError> {
        if !self.scenario.events.iter().any(|event| matches!(event.act, Act::SetsTimer { .. })) {
            return Ok(());
        }
        let now = self.now;
        for number in 0..self.profiles.len() {
            let mut rng = self.fork();
            if let Some(phone) = self.profile_mut(ProfileId(number))?.phone.as_mut() {
                phone.remove_expired(now, &mut rng)?;
            }
        }
        Ok(())
    }

    /// Something of the scenario that this design does not have.
    pub(super) fn not_in_design(&mut self, who: PersonId, does: &str, why: &str) {
        let kind = Kind::NotInDesign {
            who: self.name(who),
            does: does.to_owned(),
            why: format!("not in this design: {why}"),
        };
        self.record.push(self.now, kind);
    }

    /// Something that somebody wanted and their phone did not do.
    pub(super) fn not_done(&mut self, who: PersonId, does: &str, why: &str) {
        let kind = Kind::NotDone { who: self.name(who), does: does.to_owned(), why: why.to_owned() };
        self.record.push(self.now, kind);
    }
}

/// The kind of a notice: its variant's name, with hyphens.
fn word(notice: &Notice) -> String {
    let printed = format!("{notice:?}");
    let name = printed.split([' ', '{', '(']).next().unwrap_or_default();
    let mut word = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_s_word_is_its_name() {
        assert_eq!(word(&Notice::AccountClosed), "account-closed");
        assert_eq!(word(&Notice::Connected { waiting: 3 }), "connected");
    }
}
