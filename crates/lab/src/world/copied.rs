//! A phone that is copied with its passcode and returned. The copy is given what passes the operator. Once
//! something does not open, it connects itself, and both phones fight for one mailbox: the relay gives it to the
//! phone that connected last.

use pillarbox_access::view::Tapped;
use pillarbox_client::{Link, Notice, Phone, vault};
use pillarbox_wire::{
    AccountId, Bytes, Deliver, DeviceAddress, DeviceId, Duration, MessageId, RelayFrame, Timestamp,
};

use super::error::WorldError;
use super::state::World;
use super::state::copied::{Copied, RunningCopy};
use super::state::profile::{Profile, ProfileId};
use super::state::randomness::Streams;
use crate::scenario::{Person, PersonId};
use crate::scratch::Scratch;

/// The pause of a phone whose connection another phone has replaced. The shipped program returns within a second.
/// With ten minutes, either phone has the mailbox half of the time as well, and a story of days takes seconds.
const AFTER_REPLACED: Duration = Duration::from_seconds(600);

/// The name of the copy's holder, in records.
const HOLDER: &str = "whoever has the copy";

/// Returns a message from a tap in the form in which the relay delivers it. `number` distinguishes messages.
pub(crate) fn as_delivered(tapped: &Tapped, number: u64) -> RelayFrame {
    let device = |account: AccountId| DeviceAddress { account, device: DeviceId::FIRST };
    RelayFrame::Deliver(Deliver {
        message: MessageId(number),
        from: tapped.from.map(device),
        accepted_at: tapped.at,
        payload: Bytes(tapped.payload.clone()),
        stamp: None,
    })
}

impl World {
    /// Copies each phone of a person that is stored in a folder. The owner continues with the original.
    pub(super) fn copy_phone(&mut self, who: PersonId, goes_online: bool) -> Result<(), WorldError> {
        let Some(passcode) = self.passcodes.get(&who).cloned() else { return Ok(()) };
        for of in self.profiles_of(who) {
            let Some(original) = self.profile(of)?.folder.as_ref() else { continue };
            let failed = |error: std::io::Error| WorldError::Folder(error.kind());
            let folder = Scratch::new().map_err(failed)?;
            vault::copy(original.path(), folder.path()).map_err(failed)?;
            let at = self.now;
            let mut copied = Copied { who, at, folder, passcode: passcode.clone(), running: None };
            if goes_online {
                let id = self.start_copy(of, &copied)?;
                copied.running = Some(RunningCopy { id, given: 0, is_online: false });
            }
            self.copies.push(copied);
        }
        Ok(())
    }

    /// Starts the copy as a phone of its holder. It does not connect yet.
    fn start_copy(&mut self, of: ProfileId, copied: &Copied) -> Result<ProfileId, WorldError> {
        let (site, purpose) = {
            let original = self.profile(of)?;
            (original.site, original.purpose.clone())
        };
        let country = self.scenario.person(copied.who).map(|owner| owner.country.clone()).unwrap_or_default();
        let who = PersonId(self.scenario.people.len());
        let (owner, host) = (self.name(copied.who), self.site(site)?.address().host().to_owned());
        self.scenario.people.push(Person::outsider(HOLDER, country));
        let mut streams =
            Streams::of(&self.randomness, &format!("the copy of {owner}'s phone, {}", of.0), &host);
        let passcode = copied.passcode().map_err(|_| WorldError::Missing("a passcode"))?;
        let phone = Phone::open(copied.folder(), &passcode, self.now, &mut streams.phone)?;
        let id = ProfileId(self.profiles.len());
        self.profiles
            .push(Profile { refused: true, ..Profile::new(who, (site, purpose), phone, None, streams) });
        Ok(id)
    }

    /// Feeds each copy that waits the messages that have passed since. Returns true if one connects now.
    pub(super) fn feed_copies(&mut self) -> Result<bool, WorldError> {
        let mut goes_online = false;
        for at in 0..self.copies.len() {
            let Some(mut running) = self.copies.get(at).and_then(|copied| copied.running) else { continue };
            if running.is_online {
                continue;
            }
            let mut fails = false;
            for (number, tapped) in self.passed_to(running.id, running.given)? {
                running.given += 1;
                let now = self.now;
                let Some((phone, rng)) = self.profile_mut(running.id)?.in_hand() else { break };
                let notices = phone.on_frame(Link::Named, as_delivered(&tapped, number), now, rng)?;
                fails |= notices.iter().any(is_unopened);
            }
            if fails {
                running.is_online = true;
                let now = self.now;
                let profile = self.profile_mut(running.id)?;
                profile.refused = false;
                if let Some(phone) = profile.phone.take() {
                    // The numbers of messages on the tap are not the relay's. A phone that starts again has forgotten
                    // them.
                    profile.phone =
                        Some(Phone::open_in(phone.into_vault(), now, &mut profile.streams.phone)?);
                }
                self.restless.insert(running.id);
                goes_online = true;
            }
            if let Some(copied) = self.copies.get_mut(at) {
                copied.running = Some(running);
            }
        }
        Ok(goes_online)
    }

    /// Returns the messages on the tap to a phone's account, without the first ones, each with its number.
    fn passed_to(&self, id: ProfileId, skip: usize) -> Result<Vec<(u64, Tapped)>, WorldError> {
        let profile = self.profile(id)?;
        let (account, site) = (profile.account(), self.site(profile.site)?);
        let messages = site.taps().iter().flat_map(|tap| tap.messages());
        let here = messages.filter(|tapped| tapped.to == account).cloned();
        Ok((0..).zip(here).skip(skip).collect())
    }

    /// Postpones the reconnection of a phone whose connection another phone has replaced.
    pub(super) fn put_off(&mut self, id: ProfileId) -> Result<(), WorldError> {
        if self.copies.is_empty() {
            return Ok(());
        }
        let until = self.now + AFTER_REPLACED;
        self.profile_mut(id)?.put_off_until = Some(until);
        self.alarms.insert((until, id));
        Ok(())
    }

    /// Returns the copies of phones.
    #[must_use]
    pub fn copies(&self) -> &[Copied] {
        &self.copies
    }

    /// Returns a copy as the phone that connected; `None` if it waits or stays offline.
    #[must_use]
    pub fn copy_online(&self, copied: &Copied) -> Option<&Phone> {
        let running = copied.running.filter(|running| running.is_online)?;
        self.profiles.get(running.id.0)?.phone.as_ref()
    }
}

/// Returns true if a message did not open.
pub(crate) const fn is_unopened(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::Undecryptable { .. } | Notice::StrangerUnopened { .. } | Notice::RequestUnopened { .. }
    )
}

/// Returns true if a profile may connect at this time.
pub(super) fn may_connect(profile: &Profile, now: Timestamp) -> bool {
    profile.put_off_until.is_none_or(|until| until <= now)
}
