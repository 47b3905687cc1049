//! The acts of people: each event of the scenario becomes calls on phones, as a person's thumbs would make them.

use pillarbox_client::{Phone, PhoneError};
use pillarbox_wire::DepositKind;
use rand_core::CryptoRng;

use super::error::WorldError;
use super::push;
use super::state::World;
use super::state::acquaintance::Acquaintance;
use super::state::profile::{ProfileId, Purpose};
use super::state::seized::Seized;
use super::state::site::{Role, SiteId};
use crate::record::{Kind, sha256};
use crate::scenario::{Act, Audience, Event, LOCK_STATES, LockState, PersonId, Sought};
use crate::truth::{Said, WhereSaid};

impl World {
    /// Carries out one event of the scenario.
    pub(super) fn happen(&mut self, number: usize) -> Result<(), WorldError> {
        let Some(event) = self.scenario.events.get(number).cloned() else { return Ok(()) };
        let does = verb(&event.act);
        let kind = Kind::Event { who: self.name(event.who), does: does.to_owned(), what: self.what(&event) };
        self.record.push(self.now, kind);
        let who = event.who;
        self.wake_for_its_owner(who);
        match self.act(event) {
            // A phone's refusal is part of the story and no fault of the world.
            Err(WorldError::Phone(error))
                // A full disk is nobody's refusal: an answer from such a world would be wrong.
                if !matches!(error, PhoneError::Storage(_)) =>
            {
                self.not_done(who, does, &error.to_string());
                Ok(())
            }
            other => other,
        }
    }

    fn act(&mut self, event: Event) -> Result<(), WorldError> {
        let Event { who, act, .. } = event;
        match act {
            Act::Says { text, to: Audience::Person(whom) } => self.say(who, whom, &text),
            Act::Says { text, to: Audience::Group(group) } => self.say_to_group(who, &group, &text),
            Act::MakesGroup { group, with } => self.make_group(who, &group, &with),
            Act::LeavesGroup { group } => self.leave_group(who, &group),
            Act::OpensChannel { channel } => self.open_channel(who, &channel),
            Act::Posts { channel, text } => self.post(who, &channel, &text),
            Act::Follows { channel } => self.follow(who, &channel),
            Act::BacksUp => self.back_up(who),
            Act::Reports { whom } => self.report(who, whom),
            Act::Blocks { whom } => self.with_acquaintance(who, whom, "blocks", |phone, theirs, _, rng| {
                phone.block(theirs, true, rng)
            }),
            Act::SetsTimer { with, after } => {
                self.with_acquaintance(who, with, "sets-timer", |phone, theirs, now, rng| {
                    phone.set_timer(theirs, after, now, rng)
                })
            }
            Act::LooksUp { whom } => self.looks_up(who, &whom),
            Act::GoesOffline => {
                self.offline.insert(who);
                for id in self.profiles_of(who) {
                    self.cut(id)?;
                }
                Ok(())
            }
            Act::ComesOnline => {
                self.offline.remove(&who);
                if !self.is_away(who) {
                    self.hear_announcements(who);
                }
                self.restless.extend(self.profiles_of(who));
                Ok(())
            }
            Act::ReRegisters => self.begin_anew(who),
            Act::PhoneSeized { state } => self.seize(who, state),
            Act::LosesPhone => self.lose_phone(who),
            Act::HidesPreviews => {
                self.without_previews.insert(who);
                Ok(())
            }
            Act::DeletesAccount => self.delete_accounts(who),
            Act::MovesToOtherRelay => self.move_on(who),
        }
    }

    pub(super) fn profiles_of(&self, who: PersonId) -> Vec<ProfileId> {
        let owned = self.owned.get(&who).into_iter().flatten().copied();
        owned.filter(|id| self.profiles.get(id.0).is_some_and(|profile| profile.phone.is_some())).collect()
    }

    fn say(&mut self, who: PersonId, whom: PersonId, text: &str) -> Result<(), WorldError> {
        let Some(Acquaintance { own, theirs }) = self.meet(who, whom)? else {
            self.not_done(who, "says", "there is no way to write to them");
            return Ok(());
        };
        let now = self.now;
        let Some((phone, rng)) = self.profile_mut(own)?.in_hand() else { return Ok(()) };
        let body = phone.queue_text(theirs, text, now, rng)?;
        let said =
            Said { at: now, by: who, to: vec![whom], place: WhereSaid::Private, text: text.to_owned() };
        self.note_said(said, Some(body));
        self.restless.insert(own);
        Ok(())
    }

    /// Does something on a person's own phone that concerns a contact.
    fn with_acquaintance(
        &mut self,
        who: PersonId,
        whom: PersonId,
        does: &str,
        act: impl FnOnce(
            &mut Phone,
            pillarbox_wire::AccountId,
            pillarbox_wire::Timestamp,
            &mut rand_chacha::ChaCha20Rng,
        ) -> Result<(), PhoneError>,
    ) -> Result<(), WorldError> {
        let Some(Acquaintance { own, theirs }) = self.meet(who, whom)? else {
            self.not_done(who, does, "the phone knows no such contact");
            return Ok(());
        };
        let now = self.now;
        if let Some((phone, rng)) = self.profile_mut(own)?.in_hand() {
            act(phone, theirs, now, rng)?;
        }
        self.restless.insert(own);
        Ok(())
    }

    fn looks_up(&mut self, who: PersonId, whom: &Sought) -> Result<(), WorldError> {
        let number = match whom {
            Sought::Number(number) => Some(number.clone()),
            Sought::Person(whom) => self.scenario.person(*whom).and_then(|person| person.number.clone()),
        };
        if !self.design.phone.number || !self.design.relay.directory {
            self.not_in_design(who, "looks-up", "nobody is found by number");
            return Ok(());
        }
        let own = self.one_profile(who, self.home(who))?;
        if let (Some(number), Some(phone)) = (number, self.profile_mut(own)?.phone.as_mut()) {
            phone.look_up(number, None)?;
            self.restless.insert(own);
        }
        Ok(())
    }

    /// Closes somebody's accounts, as far as their phone reaches the relays.
    pub(super) fn close_accounts(&mut self, who: PersonId) -> Result<(), WorldError> {
        let all = self.profiles_of(who);
        for id in &all {
            if let Some(phone) = self.profile_mut(*id)?.phone.as_mut() {
                phone.close_account();
            }
            self.restless.insert(*id);
        }
        for id in &all {
            self.wait_for(*id)?;
        }
        for id in all {
            self.cut(id)?;
            self.profile_mut(id)?.phone = None;
        }
        Ok(())
    }

    /// Removes a person. Others keep the contact, and their texts to it reach nobody.
    fn delete_accounts(&mut self, who: PersonId) -> Result<(), WorldError> {
        self.close_accounts(who)?;
        self.gone.insert(who);
        Ok(())
    }

    /// Destroys somebody's phone with everything on it. Their accounts are unchanged, and nobody answers for them.
    fn lose_phone(&mut self, who: PersonId) -> Result<(), WorldError> {
        for id in self.profiles_of(who) {
            self.cut(id)?;
            let profile = self.profile_mut(id)?;
            (profile.phone, profile.folder) = (None, None);
        }
        self.notifications.remove(&who);
        self.offline.insert(who);
        self.gone.insert(who);
        Ok(())
    }

    /// Seizes somebody's phone. A phone that is not stored in a folder is cut off and yields nothing.
    /// [`World::new`] says which phones are stored in folders.
    pub(super) fn seize(&mut self, who: PersonId, state: LockState) -> Result<(), WorldError> {
        let class = self.scenario.person(who).map(|person| person.passcode).unwrap_or_default();
        for id in self.profiles_of(who) {
            self.cut(id)?;
            let profile = self.profile_mut(id)?;
            let phone = profile.phone.take();
            if let Some(folder) = profile.folder.take() {
                let running = phone.filter(|_| state != LockState::BeforeFirstUnlock);
                self.seized.push(Seized { who, state, class, folder, running });
            }
        }
        self.offline.insert(who);
        self.gone.insert(who);
        Ok(())
    }

    /// Has a person open an account at another relay and send an invitation to everybody they know.
    fn move_on(&mut self, who: PersonId) -> Result<(), WorldError> {
        let country = self.scenario.person(who).map(|person| person.country.clone()).unwrap_or_default();
        let here = self.home(who);
        let other = self.sites.iter().enumerate().find(|(at, site)| {
            SiteId(*at) != here && site.role == Role::Messenger && site.unreachable_from(&country).is_none()
        });
        let Some(other) = other.map(|(at, _)| SiteId(at)) else {
            self.not_in_design(who, "moves-to-other-relay", "there is no other relay that can be reached");
            return Ok(());
        };
        let known: Vec<PersonId> =
            self.acquaintances.keys().filter(|(one, _)| *one == who).map(|(_, other)| *other).collect();
        self.moved.insert(who, other);
        self.forget_ways(who);
        for whom in known {
            self.meet(whom, who)?;
        }
        Ok(())
    }

    /// Stores its owner's facts on a new phone, and a push token if it passes one to the relay.
    pub(super) fn give_facts(
        &mut self,
        phone: &mut Phone,
        who: PersonId,
        (purpose, account): (&Purpose, &str),
        rng: &mut impl CryptoRng,
    ) -> Result<(), WorldError> {
        let person = self.scenario.person(who).ok_or(WorldError::Missing("a person"))?.clone();
        let mut facts =
            vec![(DepositKind::Name, person.name.clone()), (DepositKind::DisplayName, person.name.clone())];
        if let Some(email) = &person.email {
            facts.push((DepositKind::Email, email.clone()));
            facts.push((DepositKind::EmailHash, sha256(email.as_bytes())));
        }
        if let Some(number) = &person.number {
            facts.push((DepositKind::NumberHash, sha256(number.as_str().as_bytes())));
        }
        // Facts that the scenario states are set later and replace the facts that follow from the name.
        facts.extend(person.facts.iter().cloned());
        for (kind, value) in facts {
            phone.set_fact(kind, b"", Some(value.into_bytes()), rng)?;
        }
        let known = person.knows.iter().filter_map(|whom| self.scenario.person(*whom));
        for known in known.filter_map(|known| Some((known.number.clone()?, known.name.clone()))) {
            let (number, name) = known;
            phone.set_fact(DepositKind::Contact, number.as_str().as_bytes(), Some(name.into_bytes()), rng)?;
        }
        if phone.account().habits.deposits.contains(&DepositKind::PushToken) && *purpose != Purpose::Backups {
            // A token does not identify its owner, so each account has its own.
            let token = format!("push-{}", sha256(format!("{}, {account}", self.scenario.name).as_bytes()));
            push::give(&mut self.push, token.clone().into_bytes(), who, &person);
            phone.set_fact(DepositKind::PushToken, b"", Some(token.into_bytes()), rng)?;
        }
        Ok(())
    }

    /// Describes an event in words, for the record.
    fn what(&self, event: &Event) -> String {
        let list =
            |people: &[PersonId]| people.iter().map(|who| self.name(*who)).collect::<Vec<_>>().join(", ");
        match &event.act {
            Act::Says { text, to: Audience::Person(whom) } => format!("to {}: {text}", self.name(*whom)),
            Act::Says { text, to: Audience::Group(group) } => format!("to the group {group}: {text}"),
            Act::MakesGroup { group, with } => format!("{group}, with {}", list(with)),
            Act::LeavesGroup { group } => group.clone(),
            Act::OpensChannel { channel } | Act::Follows { channel } => channel.to_string(),
            Act::Posts { channel, text } => format!("to {channel}: {text}"),
            Act::Blocks { whom } | Act::Reports { whom } => self.name(*whom),
            Act::LooksUp { whom: Sought::Person(whom) } => self.name(*whom),
            Act::LooksUp { whom: Sought::Number(number) } => number.to_string(),
            Act::SetsTimer { with, after: Some(seconds) } => {
                format!("{seconds} s, with {}", self.name(*with))
            }
            Act::SetsTimer { with, after: None } => format!("off, with {}", self.name(*with)),
            Act::PhoneSeized { state } => {
                LOCK_STATES.iter().find(|(known, _)| known == state).map_or("", |(_, word)| word).to_owned()
            }
            Act::BacksUp
            | Act::GoesOffline
            | Act::ComesOnline
            | Act::ReRegisters
            | Act::LosesPhone
            | Act::HidesPreviews
            | Act::DeletesAccount
            | Act::MovesToOtherRelay => String::new(),
        }
    }
}

/// Returns the word for an act, as scenarios write it.
const fn verb(act: &Act) -> &'static str {
    match act {
        Act::Says { .. } => "says",
        Act::MakesGroup { .. } => "makes-group",
        Act::LeavesGroup { .. } => "leaves-group",
        Act::OpensChannel { .. } => "opens-channel",
        Act::Posts { .. } => "posts",
        Act::Follows { .. } => "follows",
        Act::BacksUp => "backs-up",
        Act::Blocks { .. } => "blocks",
        Act::LooksUp { .. } => "looks-up",
        Act::GoesOffline => "goes-offline",
        Act::ComesOnline => "comes-online",
        Act::ReRegisters => "re-registers",
        Act::PhoneSeized { .. } => "phone-seized",
        Act::LosesPhone => "loses-phone",
        Act::HidesPreviews => "hides-previews",
        Act::SetsTimer { .. } => "sets-timer",
        Act::Reports { .. } => "reports",
        Act::DeletesAccount => "deletes-account",
        Act::MovesToOtherRelay => "moves-to-other-relay",
    }
}
