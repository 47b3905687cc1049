//! A conversation in a group, with a linked device, a backup and a public channel. Everything in it that has a name or
//! a key is drawn for the run and searched for.
//!
//! It runs twice: in groups whose members sign, with a backup whose key is the owner's; and in groups whose operator
//! manages the members, with a backup whose key lies at the operator. What the operator is given in the second run is
//! the control of the first: the same search, over the same places, has to find it there.

use std::path::Path;

use pillarbox_access::Design;
use pillarbox_client::net::now;
use pillarbox_client::{BackupKey, GroupBasis, Habits, Notice};
use pillarbox_crypto::IdentityPublic;
use pillarbox_relay::{Holdings, Keeping};
use pillarbox_wire::{ChannelName, DepositKind};

use super::error::AuditError;
use super::needle::{Needle, NeedleRole, Planted};
use super::person::Person;
use super::phones::{SQLITE, in_folder};
use super::program::RelayProcess;
use super::report::{FeatureRun, Moment, PlantedName};
use super::search::Search;
use super::stage::{ALICE, BOB, Looker, needles};

/// The folder and the name of Alice's other device in a report.
const DEVICE: &str = "Alice's device";

/// What a search calls the group's name.
pub(super) const GROUP: &str = "the group's name";
/// What a search calls the key of Alice's backup.
pub(super) const BACKUP_KEY: &str = "the backup's key";
/// What a search calls the channel's name.
pub(super) const CHANNEL: &str = "the channel's name";
/// What a search calls the channel's post.
pub(super) const POST: &str = "the channel's post";

/// The names that are drawn for one run.
struct Names {
    owner: Planted,
    contact: Planted,
    group: Planted,
    channel: ChannelName,
    post: Planted,
    text: Planted,
}

impl Names {
    fn draw() -> Result<Self, AuditError> {
        let mut rng = rand::rng();
        let mut draw = || Planted::draw(&mut rng);
        let (owner, contact, group, channel, post, text) = (draw(), draw(), draw(), draw(), draw(), draw());
        // A channel's name has at most 32 letters: three of the four words.
        let words: Vec<&str> = channel.words.split(' ').take(3).collect();
        let channel = ChannelName::try_from(format!("@{}", words.join("_")))
            .map_err(|_| AuditError::WentWrong { what: "a channel's name that is none" })?;
        Ok(Self { owner, contact, group, channel, post, text })
    }
}

/// Plays the conversation over a process of `program`, and searches. The run is reported, and judged, as one of groups
/// of the basis `claimed`; its phones and its relay behave as those of `acted`. The two differ only in a test of the
/// audit.
///
/// # Errors
/// [`AuditError`].
pub async fn play(
    program: &Path,
    design: &Design,
    claimed: GroupBasis,
    acted: GroupBasis,
) -> Result<FeatureRun, AuditError> {
    let folder = tempfile::tempdir().map_err(|error| AuditError::Folder {
        folder: std::env::temp_dir().display().to_string(),
        kind: error.kind(),
    })?;
    let (data, is_operators) = (folder.path().join("relay"), acted == GroupBasis::Operator);
    let keeping = Keeping {
        deposits: vec![DepositKind::BackupPart, DepositKind::BackupKey],
        channels: true,
        groups: is_operators,
        ..design.relay.clone()
    };
    let relay = RelayProcess::start(program, &data, &keeping)?;
    let names = Names::draw()?;
    let habits = || Habits { groups: Some(acted), ..Habits::default() };
    let place = (design, &relay);
    let mut alice = Person::begin_with(ALICE, &names.owner.words, habits(), place, folder.path()).await?;
    let mut bob = Person::begin_with(BOB, BOB.0, habits(), place, folder.path()).await?;
    let group = converse(&mut alice, &mut bob, &names).await?;
    let mut device = alice.link(DEVICE, design, &relay, folder.path()).await?;
    let held_by = if is_operators { BackupKey::Provider } else { BackupKey::Owner };
    alice.phone.turn_on_backups(held_by, now(), &mut alice.rng)?;
    alice.settle().await?;
    alice.phone.queue_group_text(group, &names.text.text(), now(), &mut alice.rng)?;
    alice.settle().await?;
    bob.hear(&names.text.text()).await?;
    // The device has the text, and with it everything that came before.
    alice.until_at(&mut device, &names.text.text()).await?;
    publish(&mut alice, &names).await?;

    let key = alice.phone.backup_key()?.ok_or(AuditError::WentWrong { what: "no key of a backup" })?;
    let mut needles = needles(std::slice::from_ref(&names.text), [&alice, &bob])?;
    let keys = device.rng.identity(DEVICE, &linked_identity(&data)?)?;
    needles.extend(keys.ok_or(AuditError::WentWrong { what: "a device's keys are not the drawn ones" })?);
    needles.extend(names_of(&names, claimed, key.as_bytes())?);
    let mut looker = Looker::new(needles.clone(), relay, &folder, None)?;
    looker.look(Moment::Talking).await?;
    let phones = with_head(needles)?;
    let people = [&alice, &bob, &device];
    let phones =
        people.iter().map(|person| in_folder(&phones, &folder.path().join(person.name), Moment::Talking));
    let phones = phones.collect::<Result<_, _>>()?;
    for person in [&mut alice, &mut bob, &mut device] {
        person.hang_up().await;
    }
    looker.end(&[&alice, &bob, &device])?;
    let (searched, planted) = (looker.searched, planted(&names));
    Ok(FeatureRun { groups: claimed, planted, relay: searched, phones })
}

/// Makes the two acquainted and into a group.
async fn converse(
    alice: &mut Person,
    bob: &mut Person,
    names: &Names,
) -> Result<pillarbox_client::GroupId, AuditError> {
    alice.add(bob)?;
    bob.add(alice)?;
    let contact = alice.contact.ok_or(AuditError::WentWrong { what: "nobody to speak to" })?;
    alice.phone.rename(contact, &names.contact.words, &mut alice.rng)?;
    // Each phone has to have shown that it reads signatures before changes are sent to it.
    for text in ["hello", "hello again"] {
        alice.say(text).await?;
        bob.hear(text).await?;
        alice.settle().await?;
    }
    let group = alice.phone.make_group(&names.group.words, &[contact], now(), &mut alice.rng)?;
    alice.settle().await?;
    bob.until(|notice| matches!(notice, Notice::GroupJoined { .. } | Notice::OperatorSays { .. })).await?;
    Ok(group)
}

/// Opens the channel and publishes the post.
async fn publish(alice: &mut Person, names: &Names) -> Result<(), AuditError> {
    alice.phone.open_channel(names.channel.clone(), &mut alice.rng)?;
    alice.phone.post(names.channel.clone(), names.post.text(), &mut alice.rng)?;
    alice.until(|notice| matches!(notice, Notice::Posted { .. })).await
}

/// Returns the needles of the names and of the backup's key. What the operator is given by design has a role of its
/// own.
fn names_of(names: &Names, claimed: GroupBasis, key: &[u8; 32]) -> Result<Vec<Needle>, AuditError> {
    let given = |role| if claimed == GroupBasis::Operator { NeedleRole::Given } else { role };
    let public = names.channel.as_str().trim_start_matches('@');
    let named = |role, name, words: &str| Needle::new(role, name, words.as_bytes());
    Ok(vec![
        named(NeedleRole::Name, "the owner's name", &names.owner.words)?,
        named(NeedleRole::Name, "the contact's name", &names.contact.words)?,
        named(given(NeedleRole::Name), GROUP, &names.group.words)?,
        Needle::new(given(NeedleRole::Key), BACKUP_KEY, key)?,
        named(NeedleRole::Given, CHANNEL, public)?,
        named(NeedleRole::Given, POST, &names.post.words)?,
    ])
}

fn planted(names: &Names) -> Vec<PlantedName> {
    let name = |what: &str, words: &str| PlantedName { what: what.to_owned(), words: words.to_owned() };
    vec![
        name("the owner's name", &names.owner.words),
        name("the contact's name", &names.contact.words),
        name(GROUP, &names.group.words),
        name("the text to the group", &names.text.text()),
        name(CHANNEL, names.channel.as_str()),
        name(POST, &names.post.text()),
    ]
}

/// Returns the public identity of the device that is linked at a relay.
fn linked_identity(data: &Path) -> Result<IdentityPublic, AuditError> {
    let linked = Holdings::read(data)?.linked_devices;
    let [row] = linked.as_slice() else {
        return Err(AuditError::WentWrong { what: "not exactly one linked device at the relay" });
    };
    IdentityPublic::from_parts(
        row.identity_signing.0,
        row.identity_agreement.0,
        row.identity_cross_signature.0,
    )
    .map_err(|_| AuditError::WentWrong { what: "the keys of a linked device are no keys" })
}

/// Returns a search for the same needles and for the beginning of a vault.
fn with_head(mut needles: Vec<Needle>) -> Result<Search, AuditError> {
    needles.push(Needle::new(NeedleRole::Witness, "what a SQLite file begins with", SQLITE)?);
    Ok(Search::new(needles)?)
}
