//! Notices of phones to their owners: into the record, and into the truth if they concern something that was really
//! said.

use pillarbox_client::sentences::{self, Names};
use pillarbox_client::{GroupId, HistoryEntry, Notice};
use pillarbox_wire::{AccountId, Duration, Farewell};

use super::error::WorldError;
use super::state::World;
use super::state::profile::ProfileId;
use crate::record::{Kind, text_id};
use crate::scenario::PersonId;

/// The delay before a phone tries again after its relay was busy: a little more than a minute.
const AFTER_DELAY: Duration = Duration::from_seconds(61);

impl World {
    /// Passes a phone's notice to its owner.
    pub(super) fn tell(&mut self, id: ProfileId, notice: &Notice) -> Result<(), WorldError> {
        self.tend(id, notice)?;
        let who = self.profile(id)?.who;
        let mut text = None;
        match notice {
            Notice::Received { contact, entry } => text = self.show(id, *contact, entry)?,
            Notice::Delivered { contact, message } => {
                if let Some(reader) = self.truth.behind(*contact) {
                    self.truth.confirm(who, *message, reader, self.now);
                }
            }
            Notice::ChannelPosts { channel, posts } => self.show_posts(id, channel, posts)?,
            Notice::Requested { contact } => self.accept(id, *contact)?,
            Notice::Farewell { reason: Farewell::Replaced } => self.put_off(id)?,
            Notice::Delayed { .. } => {
                self.alarms.insert((self.now + AFTER_DELAY, id));
            }
            _ => {}
        }
        let says = sentences::line(notice, &Screen { world: self, id });
        let kind =
            Kind::Notice { who: self.name(who), notice: sentences::word(notice).to_owned(), says, text };
        self.record.push(self.now, kind);
        Ok(())
    }

    /// Has the owner read a new text at once. Names the text that was really said, if the notice is about one.
    fn show(
        &mut self,
        id: ProfileId,
        contact: AccountId,
        entry: &HistoryEntry,
    ) -> Result<Option<String>, WorldError> {
        let now = self.now;
        let profile = self.profile_mut(id)?;
        let who = profile.who;
        if let Some((phone, rng)) = profile.in_hand() {
            phone.mark_shown(contact, entry.place, now, rng)?;
        }
        let Some(by) = self.truth.behind(contact) else { return Ok(None) };
        if let Some(text) = entry.text() {
            self.notify(who, by, text);
        }
        Ok(self.truth.read(by, entry.id, who, now).map(|said| text_id(said.0)))
    }

    /// Stores the notification that the system of a phone shows of a new text.
    fn notify(&mut self, who: PersonId, by: PersonId, text: &str) {
        let (now, from) = (self.now, self.name(by));
        let previews = !self.without_previews.contains(&who);
        let store = self.notifications.entry(who).or_default();
        if previews { store.keep_preview(now, &from, text) } else { store.keep_bare(now) }
    }

    /// Accepts a contact whom the owner knows. A stranger's message remains a request.
    fn accept(&mut self, id: ProfileId, contact: AccountId) -> Result<(), WorldError> {
        let who = self.profile(id)?.who;
        let Some(from) = self.truth.behind(contact) else { return Ok(()) };
        let knows = self.scenario.person(who).is_some_and(|person| person.knows.contains(&from));
        let now = self.now;
        if let Some((phone, rng)) = self.profile_mut(id)?.in_hand().filter(|_| knows) {
            phone.accept_request(contact, now, rng)?;
        }
        Ok(())
    }

    /// Records that this design lacks something that the scenario asks for.
    pub(super) fn not_in_design(&mut self, who: PersonId, does: &str, why: &str) {
        let kind = Kind::NotInDesign {
            who: self.name(who),
            does: does.to_owned(),
            why: format!("not in this design: {why}"),
        };
        self.record.push(self.now, kind);
    }

    /// Records that a phone did not do what its owner wanted.
    pub(super) fn not_done(&mut self, who: PersonId, does: &str, why: &str) {
        let kind = Kind::NotDone { who: self.name(who), does: does.to_owned(), why: why.to_owned() };
        self.record.push(self.now, kind);
    }
}

/// A phone's screen, on which people and groups have the names that the story uses.
struct Screen<'a> {
    world: &'a World,
    id: ProfileId,
}

impl Names for Screen<'_> {
    fn contact(&self, account: &AccountId) -> String {
        let behind = self.world.truth.behind(*account);
        behind.map_or_else(|| "a stranger".to_owned(), |who| self.world.name(who))
    }

    fn claim(&self, account: &AccountId) -> Option<String> {
        let phone = self.world.profile(self.id).ok()?.phone.as_ref()?;
        let claimed = phone.contact(*account).ok()?.suggested_name?;
        (!claimed.is_empty() && claimed != self.contact(account)).then_some(claimed)
    }

    fn group(&self, group: &GroupId) -> Option<String> {
        self.world.group_name(*group).map(|name| format!("the group {name}"))
    }
}
