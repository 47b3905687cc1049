//! A person with a phone that stays connected, through a recorder, until it is told to hang up.

use std::path::Path;
use std::time::Duration;

use pillarbox_access::Design;
use pillarbox_client::net::now;
use pillarbox_client::{Habits, Invitation, Link, NewAccount, Notice, Passphrase, Phone, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, Handle};

use super::error::AuditError;
use super::program::RelayProcess;
use super::randomness::Remembered;
use super::recorder::{Recorder, Recording};
use super::seam::{Event, Patch, Patched, Seam};

/// The longest time for one exchange with a relay on the same computer. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most looks at two devices of one owner until both have the same. Each takes a moment in which nothing comes.
const MOST_TURNS: usize = 300;

/// A person who takes part.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) phone: Phone,
    pub(super) rng: Remembered,
    /// The other person's account, once known.
    pub(super) contact: Option<AccountId>,
    seam: Seam,
    recorder: Recorder,
    /// The link of each connection of the recorder, in the order in which they were made.
    links: Vec<Link>,
}

/// Describes an account under a design, to be created.
pub(super) fn account(
    name: &str,
    number: &str,
    design: &Design,
    relay: RelayAddress,
) -> Result<NewAccount, AuditError> {
    Ok(NewAccount {
        relay,
        handle: Some(Handle::parse(number)?),
        name: name.into(),
        protection: design.phone.protection,
        padding: design.phone.padding,
        habits: Habits::default(),
    })
}

/// Returns the passphrase of every vault here. A vault is deleted in a few seconds, with the folder that contains it.
/// So its passphrase is not stretched: that would be a fifth of an audit's time.
fn passphrase() -> Result<Passphrase, AuditError> {
    Passphrase::new("an audit has no secrets".into())
        .map_err(|_| AuditError::WentWrong { what: "an empty passphrase" })
}

/// Starts a recorder in front of a relay. Returns it with the address under which phones reach the relay through it.
async fn recorded(relay: &RelayProcess) -> Result<(Recorder, RelayAddress), AuditError> {
    let recorder =
        Recorder::start(relay.socket()?).await.map_err(|error| AuditError::NoPort(error.kind()))?;
    let at = recorder.address();
    let address = RelayAddress::new(&at.ip().to_string(), at.port(), *relay.address().key())
        .map_err(|_| AuditError::NotReady)?;
    Ok((recorder, address))
}

impl Person {
    /// Creates an account and stays connected.
    pub(super) async fn begin(
        (name, number): (&'static str, &str),
        design: &Design,
        relay: &RelayProcess,
        folder: &Path,
    ) -> Result<Self, AuditError> {
        let (recorder, address) = recorded(relay).await?;
        Self::create(name, account(name, number, design, address)?, recorder, folder).await
    }

    /// Creates an account whose owner calls itself `own_name`, with these habits, and stays connected.
    pub(super) async fn begin_with(
        (name, number): (&'static str, &str),
        own_name: &str,
        habits: Habits,
        (design, relay): (&Design, &RelayProcess),
        folder: &Path,
    ) -> Result<Self, AuditError> {
        let (recorder, address) = recorded(relay).await?;
        let new = NewAccount { habits, ..account(own_name, number, design, address)? };
        Self::create(name, new, recorder, folder).await
    }

    async fn create(
        name: &'static str,
        new: NewAccount,
        recorder: Recorder,
        folder: &Path,
    ) -> Result<Self, AuditError> {
        let mut rng = Remembered::default();
        let vault = Vault::create(&folder.join(name), &passphrase()?, PasswordCost::TESTING, &mut rng)?;
        let phone = Phone::create_in(vault, new, now(), &mut rng)?;
        let mut person = Self::of(name, phone, rng, recorder);
        person.until(|notice| matches!(notice, Notice::Registered { .. })).await?;
        Ok(person)
    }

    fn of(name: &'static str, phone: Phone, rng: Remembered, recorder: Recorder) -> Self {
        Self { name, phone, rng, contact: None, seam: Seam::default(), recorder, links: Vec::new() }
    }

    /// Links another device of this person, with everything that was said before, and stays connected.
    pub(super) async fn link(
        &mut self,
        name: &'static str,
        design: &Design,
        relay: &RelayProcess,
        folder: &Path,
    ) -> Result<Self, AuditError> {
        let (recorder, address) = recorded(relay).await?;
        let invitation = Invitation { relay: address, ..self.phone.invitation()? };
        let mut rng = Remembered::default();
        let vault = Vault::create(&folder.join(name), &passphrase()?, PasswordCost::TESTING, &mut rng)?;
        let padding = design.phone.padding;
        let mut phone = Phone::create_linked_in(vault, &invitation, padding, now(), &mut rng)?;
        phone.set_habits(self.phone.account().habits.clone(), &mut rng)?;
        let mut device = Self::of(name, phone, rng, recorder);
        device.carry(|notice| matches!(notice, Notice::WaitsForLink), Until::Told).await?;
        let code = device.phone.device_code().ok_or(AuditError::WentWrong { what: "no device code" })?;
        self.phone.link_device(code, true)?;
        self.until(|notice| matches!(notice, Notice::DeviceLinked { .. })).await?;
        device.until(|notice| matches!(notice, Notice::LinkComplete)).await?;
        Ok(device)
    }

    /// Learns of each change to payloads, and reverses it.
    pub(super) fn takes_back(&mut self, patched: &Patched) {
        self.seam.patched = patched.clone();
    }

    /// Returns the payloads that this phone submitted, and those that it received, as they passed.
    pub(super) fn passed(&self) -> (&[Vec<u8>], &[Vec<u8>]) {
        (&self.seam.submitted, &self.seam.delivered)
    }

    /// Says something in a payload that is changed on its way out.
    pub(super) async fn say_patched(&mut self, text: &str, patch: Option<Patch>) -> Result<(), AuditError> {
        self.seam.patch = patch;
        let said = self.say(text).await;
        self.seam.patch = None;
        said
    }

    /// Adds the other person by their invitation, as people who meet would scan each other's code.
    pub(super) fn add(&mut self, other: &Self) -> Result<(), AuditError> {
        let invitation = other.phone.invitation()?;
        let added = self.phone.add_invited(&invitation, Some(other.name), now(), &mut self.rng)?;
        self.contact = Some(added.account);
        Ok(())
    }

    /// Says something, and waits until the relay has it on its disk.
    pub(super) async fn say(&mut self, text: &str) -> Result<(), AuditError> {
        let contact = self.contact.ok_or(AuditError::WentWrong { what: "nobody to speak to" })?;
        let said = self.phone.queue_text(contact, text, now(), &mut self.rng)?;
        // The other phone's receipt arrives on another connection than the relay's answer, and may overtake it.
        self.until(|notice| match notice {
            Notice::Accepted { message, .. } | Notice::Delivered { message, .. } => *message == said,
            _ => false,
        })
        .await
    }

    /// Waits until `text` has arrived, and everything that follows from it is done.
    pub(super) async fn hear(&mut self, text: &str) -> Result<(), AuditError> {
        self.until(|notice| match notice {
            Notice::Received { entry, .. } => entry.text() == Some(text),
            _ => false,
        })
        .await
    }

    /// Carries frames, here and at another device of the same owner, until that device has `text`, which was said here
    /// to a group.
    pub(super) async fn until_at(&mut self, device: &mut Self, text: &str) -> Result<(), AuditError> {
        for _ in 0..MOST_TURNS {
            self.settle().await?;
            device.settle().await?;
            let groups = device.phone.all_groups()?;
            let said = groups.iter().map(|group| device.phone.group_history(group.id));
            let said = said.collect::<Result<Vec<_>, _>>()?;
            if said.iter().flatten().any(|said| said.entry.text() == Some(text)) {
                return Ok(());
            }
        }
        Err(AuditError::WentWrong { what: "another device did not learn what was said" })
    }

    /// Waits until the other phone's receipt has arrived.
    pub(super) async fn be_told(&mut self) -> Result<(), AuditError> {
        self.until(|notice| matches!(notice, Notice::Delivered { .. })).await
    }

    /// Ends the connections.
    pub(super) async fn hang_up(&mut self) {
        self.seam.hang_up(&mut self.phone).await;
    }

    /// Returns the recorded connections of one link.
    pub(super) fn recordings(&self, link: Link) -> Result<Vec<Recording>, AuditError> {
        let recordings = self.recorder.recordings();
        // Otherwise nobody knows which connection is which.
        if recordings.len() != self.links.len() {
            return Err(AuditError::WentWrong { what: "a connection was made that no phone told of" });
        }
        let of_link = recordings.into_iter().zip(&self.links).filter(|(_, of)| **of == link);
        Ok(of_link.map(|(recording, _)| recording).collect())
    }

    /// Carries frames until nothing waits here and nothing comes.
    pub(super) async fn settle(&mut self) -> Result<(), AuditError> {
        self.carry(|_| false, Until::Idle).await
    }

    /// Carries frames until the wanted notice has arrived, and until everything is done after that.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Notice) -> bool) -> Result<(), AuditError> {
        self.carry(wanted, Until::Quiet).await
    }

    async fn carry(&mut self, wanted: impl Fn(&Notice) -> bool, until: Until) -> Result<(), AuditError> {
        let Self { seam, phone, rng, links, .. } = self;
        let carrying = async {
            let mut told = false;
            loop {
                match seam.next(phone, rng).await? {
                    Event::Up(link) => links.push(link),
                    Event::Told(notices) => told |= notices.iter().any(&wanted),
                    Event::Quiet if told && until == Until::Quiet => return Ok(()),
                    Event::Idle if until == Until::Idle => return Ok(()),
                    Event::Quiet | Event::Idle => {}
                }
                if told && until == Until::Told {
                    return Ok(());
                }
            }
        };
        match tokio::time::timeout(PATIENCE, carrying).await {
            Ok(done) => done,
            Err(_) => Err(AuditError::WentWrong { what: "something that was said did not arrive in time" }),
        }
    }
}

/// The end of carrying frames.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The wanted notice has arrived. A device that waits to be linked is never done with everything.
    Told,
    /// Everything is done after that.
    Quiet,
    /// Nothing is left to do, and nothing comes.
    Idle,
}
