//! One run: a relay and two phones under one design, from nothing to the answers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pillarbox_access::demand::{CONTENT_WARRANT, Demand, DemandTarget, EVENTS_DATA};
use pillarbox_access::{Design, RelayHoldings, Served};
use pillarbox_client::net::{now, sync};
use pillarbox_client::{DeliveryState, EntryDirection, EntryKind, Habits, NewAccount, Passphrase, Phone};
use pillarbox_relay::passing::FrameSubject;
use pillarbox_relay::server::{RelayServer, ServerConfig};
use pillarbox_relay::{Passing, RelaySettings};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, Handle};

use super::error::DemonstrationError;
use super::report::{DemonstratedPerson, DemonstrationRun, KeptRow, PhoneScreen, ScreenLine, Sight};
use super::script::{ALONE, BOB, PEOPLE, Said, TOGETHER};
use crate::folder;
use crate::progress::Progress;

/// The two demands that are served: one for the log of events, one for the contents of messages.
const DEMANDS: [&Demand; 2] = [&EVENTS_DATA, &CONTENT_WARRANT];

/// The longest time for one exchange with a relay on the same computer. It takes milliseconds. A computer that
/// needs longer has another problem, and the demonstration says so instead of hanging.
const PATIENCE: Duration = Duration::from_secs(30);

/// The number of a payload's first bytes that are shown.
const FIRST_BYTES: usize = 8;

/// The steps of one run: each phone begins, each text is said, and the demands are served.
pub(super) const STEPS: usize = PEOPLE.len() + TOGETHER.len() + 2;

/// Plays the conversation under `design` and serves the demands.
pub(super) async fn play(
    design: &'static Design,
    progress: &Progress,
) -> Result<DemonstrationRun, DemonstrationError> {
    let folder = tempfile::tempdir().map_err(|error| DemonstrationError::Folder {
        folder: std::env::temp_dir().display().to_string(),
        kind: error.kind(),
    })?;
    let relay_folder = folder.path().join("relay");
    let mut config = ServerConfig::on_loopback(relay_folder.clone());
    config.settings = RelaySettings { keeping: design.relay.clone(), ..RelaySettings::default() };
    let relay = RelayServer::start(config).await?;
    let mut passing = relay.follow();

    let mut owners = Vec::new();
    for person in PEOPLE {
        owners.push(Owner::begin(person, design, relay.address(), folder.path()).await?);
        progress.step();
    }
    introduce(&mut owners)?;
    for said in TOGETHER {
        say(&mut owners, said).await?;
        // The other phone fetches the text and sends a receipt by itself, which the speaker's phone then fetches.
        let (before, speaker_on) = owners.split_at_mut(said.by);
        if let [speaker, after @ ..] = speaker_on {
            for listener in before.iter_mut().chain(after) {
                listener.sync().await?;
            }
            speaker.sync().await?;
        }
        progress.step();
    }
    say(&mut owners, &ALONE).await?;
    progress.step();

    let phones = owners.iter().map(Owner::screen).collect::<Result<Vec<_>, _>>()?;
    check(&phones)?;
    drop(owners);
    relay.stop().await?;
    let mut passed = Vec::new();
    while let Ok(event) = passing.try_recv() {
        passed.push(event);
    }
    let holdings = RelayHoldings::read(&relay_folder)?;
    let serve_about = |person: DemonstratedPerson| -> Result<Vec<Served>, DemonstrationError> {
        let about = DemandTarget::Number(Handle::parse(person.number)?);
        Ok(DEMANDS.iter().map(|demand| folder::read(demand, &about, &holdings)).collect())
    };
    let mut returns_about_others = Vec::new();
    for person in PEOPLE.into_iter().filter(|person| person.number != BOB.number) {
        returns_about_others.extend(serve_about(person)?);
    }
    progress.step();
    let saw: Vec<Sight> = passed.iter().filter_map(|event| sight(event, &holdings)).collect();
    Ok(DemonstrationRun {
        design: &design.name,
        plain: &design.plain,
        phones,
        saw_besides: passed.len().saturating_sub(saw.len()),
        saw,
        kept: kept(&holdings),
        returns: serve_about(BOB)?,
        returns_about_others,
        accepted_in_all: holdings.passed(),
    })
}

/// A person with an open phone.
struct Owner {
    person: DemonstratedPerson,
    phone: Phone,
    /// The other person's account, once known.
    contact: Option<AccountId>,
}

impl Owner {
    async fn begin(
        person: DemonstratedPerson,
        design: &Design,
        relay: &RelayAddress,
        folder: &Path,
    ) -> Result<Self, DemonstrationError> {
        // The vaults are deleted in a few seconds, with the folder that contains them.
        let passphrase = Passphrase::new("a demonstration has no secrets".into())
            .map_err(|_| DemonstrationError::WentWrong { what: "an empty passphrase" })?;
        let new = NewAccount {
            relay: relay.clone(),
            handle: Some(Handle::parse(person.number)?),
            name: person.name.into(),
            protection: design.phone.protection,
            padding: design.phone.padding,
            habits: Habits::default(),
        };
        let phone = Phone::create(&folder.join(person.name), &passphrase, new, now(), &mut rand::rng())?;
        let mut owner = Self { person, phone, contact: None };
        owner.sync().await?;
        Ok(owner)
    }

    async fn sync(&mut self) -> Result<(), DemonstrationError> {
        sync(&mut self.phone, PATIENCE, &mut rand::rng()).await?;
        Ok(())
    }

    fn screen(&self) -> Result<PhoneScreen, DemonstrationError> {
        let contact = self.contact.ok_or(DemonstrationError::WentWrong { what: "a contact is missing" })?;
        let name = self.phone.contact(contact)?.name;
        let entries = self.phone.history(contact)?;
        let lines = entries.iter().filter_map(|entry| {
            let EntryKind::Text(text) = &entry.kind else { return None };
            let (who, state) = match entry.direction {
                EntryDirection::Sent(state) => ("you".into(), Some(in_words(state))),
                EntryDirection::Received { .. } => (name.clone(), None),
            };
            Some(ScreenLine { who, text: text.clone(), state })
        });
        Ok(PhoneScreen { owner: self.person.name, lines: lines.collect() })
    }
}

/// Passes each person the other's invitation, as people who meet would scan each other's code.
fn introduce(owners: &mut [Owner]) -> Result<(), DemonstrationError> {
    let [first, second] = owners else {
        return Err(DemonstrationError::WentWrong { what: "it takes two" });
    };
    let (of_first, of_second) = (first.phone.invitation()?, second.phone.invitation()?);
    let mut rng = rand::rng();
    let added = first.phone.add_invited(&of_second, Some(second.person.name), now(), &mut rng)?;
    first.contact = Some(added.account);
    let added = second.phone.add_invited(&of_first, Some(first.person.name), now(), &mut rng)?;
    second.contact = Some(added.account);
    Ok(())
}

async fn say(owners: &mut [Owner], said: &Said) -> Result<(), DemonstrationError> {
    const NOBODY: DemonstrationError = DemonstrationError::WentWrong { what: "nobody is there to speak" };
    let owner = owners.get_mut(said.by).ok_or(NOBODY)?;
    let contact = owner.contact.ok_or(NOBODY)?;
    owner.phone.queue_text(contact, said.text, now(), &mut rand::rng())?;
    owner.sync().await
}

/// Checks that all texts and receipts arrived. With a lost text, the demonstration would show a false finding.
fn check(phones: &[PhoneScreen]) -> Result<(), DemonstrationError> {
    let [first, second] = phones else {
        return Err(DemonstrationError::WentWrong { what: "it takes two" });
    };
    let said = TOGETHER.len();
    if first.lines.len() != said + 1 || second.lines.len() != said {
        return Err(DemonstrationError::WentWrong { what: "a text did not arrive, or arrived too early" });
    }
    let undelivered =
        first.lines.iter().take(said).any(|line| line.state.is_some_and(|state| state != "delivered"));
    if undelivered {
        return Err(DemonstrationError::WentWrong { what: "a receipt did not arrive" });
    }
    Ok(())
}

fn in_words(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => "waiting here",
        DeliveryState::Sent => "sent, at the relay",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Refused => "refused",
    }
}

/// Describes a submitted message, as the relay saw it.
fn sight(event: &Arc<Passing>, holdings: &RelayHoldings) -> Option<Sight> {
    if event.frame != "Submit" {
        return None;
    }
    let Some(FrameSubject::Device(to)) = &event.about else { return None };
    Some(Sight {
        from: event.from.map(|from| holdings.name(from.account)),
        to: holdings.name(to.account),
        bytes: event.bytes.into(),
    })
}

fn kept(holdings: &RelayHoldings) -> Vec<KeptRow> {
    let rows = holdings.rows().messages.iter().map(|row| {
        let payload = row.payload.as_slice();
        let attempts = pillarbox_access::reading::read(payload, holdings);
        KeptRow {
            message: row.message.0,
            from: row.sender.map(|sender| holdings.name(sender.account)),
            to: holdings
                .recipient(row)
                .map_or_else(|| "a closed account".into(), |to| holdings.name(to.account)),
            bytes: u64::try_from(payload.len()).unwrap_or(u64::MAX),
            is_text: attempts.reads_a_text(),
            readable: attempts.readable,
            first_bytes: pillarbox_access::evidence::hexadecimal(
                payload.get(..FIRST_BYTES).unwrap_or(payload),
            ),
        }
    });
    rows.collect()
}
