//! One run of the phone's real program: a chat is open, is locked, and is opened again. At each moment its memory and
//! its files are searched for the texts, for names, for the passphrase and for every secret that the phone was made
//! with.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use pillarbox_access::Design;
use pillarbox_client::net::{now, sync};
use pillarbox_client::{Passphrase, Phone, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_relay::{Holdings, Keeping};
use pillarbox_system::private;

use super::chat::{Chat, Profile};
use super::error::AuditError;
use super::lengths::{Deeds, Lengths};
use super::memory;
use super::needle::{Needle, NeedleRole, Planted};
use super::person::{Person, account};
use super::phones::{SQLITE, in_folder, said};
use super::plan::AuditPlan;
use super::program::RelayProcess;
use super::randomness::Remembered;
use super::report::{Locking, Measured, Moment, Searched, SearchedPlace};
use super::search::Search;
use super::searched::searched;
use super::stage::{ALICE, BOB};

/// The longest time for one exchange with a relay on the same computer. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The number of texts that the program receives. It releases each text after showing it, and released memory is
/// overwritten by chance. With a single text, nothing might remain to show that the search finds it.
const HEARD: usize = 3;

/// The words of an open chat.
const OPEN: &str = "Talking with";

/// Words that a locked chat prints. By then the program that held everything has ended.
const LOCKED: &str = "/unlock opens";

/// The way in which the chat is made to lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockingWay {
    /// `/lock` is typed into it.
    Typed,
    /// Another process runs `pillarbox account lock`.
    Told,
}

/// A phone that was created here, so that its secrets are known, and is closed.
struct Made {
    /// Everything that must not be found.
    needles: Vec<Needle>,
    /// The phone's name for itself.
    name: String,
    /// The phone's name for the other one.
    contact: String,
    passphrase: String,
}

/// Runs a conversation between the program and a phone in this process, and searches.
///
/// # Errors
/// [`AuditError`].
pub async fn play(plan: &AuditPlan, way: LockingWay) -> Result<Locking, AuditError> {
    let AuditPlan { relay_program, phone_program, .. } = plan;
    if !phone_program.is_file() {
        return Err(AuditError::NoPhone { program: phone_program.clone() });
    }
    let failed = |error: std::io::Error| AuditError::Folder {
        folder: std::env::temp_dir().display().to_string(),
        kind: error.kind(),
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let data = folder.path().join("relay");
    let relay = RelayProcess::start(relay_program, &data, &Keeping::LEAST)?;
    // Whatever the plan compares, the program knows one design only.
    let as_shipped = AuditPlan::new(relay_program.clone()).unreadable;
    let mut bob = Person::begin(BOB, &as_shipped, &relay, folder.path()).await?;
    let own = folder.path().join(ALICE.0);
    let made = Made::make(&own, &as_shipped, &relay, &mut bob).await?;
    let mut rng = rand::rng();
    let said_by_it = Planted::draw(&mut rng);
    let heard: Vec<Planted> = (0..HEARD).map(|_| Planted::draw(&mut rng)).collect();
    let planted: Vec<Planted> = [&said_by_it].into_iter().chain(&heard).cloned().collect();

    let file = folder.path().join("passphrase");
    private::create_anew(&file)
        .and_then(|mut file| file.write_all(made.passphrase.as_bytes()))
        .map_err(failed)?;
    let profile = Profile { program: phone_program, folder: &own, passphrase: &file };
    let search = made.search(&planted, &own)?;
    let lengths = Lengths::new(&as_shipped, said_by_it.text().len(), HEARD, &[made.name.as_str(), BOB.0]);
    let mut measured = Measured::default();
    let mut looked = Vec::new();
    let mut chat = profile.chat(&made.contact)?;
    chat.wait_for(OPEN)?;
    chat.type_line(&said_by_it.text())?;
    bob.hear(&said_by_it.text()).await?;
    for text in &heard {
        bob.say(&text.text()).await?;
        chat.wait_for(&text.tag)?;
    }
    look(&mut looked, Moment::Open, &chat, &search, &own)?;
    lengths.rows(&mut measured, &Holdings::read(&data)?, Moment::Open.name());

    match way {
        LockingWay::Typed => chat.type_line("/lock")?,
        LockingWay::Told => profile.account_lock()?,
    }
    chat.wait_for(LOCKED)?;
    look(&mut looked, Moment::Locked, &chat, &search, &own)?;

    chat.type_line("/unlock")?;
    chat.type_line(&made.contact)?;
    chat.wait_for(OPEN)?;
    look(&mut looked, Moment::Reopened, &chat, &search, &own)?;
    lengths.rows(&mut measured, &Holdings::read(&data)?, Moment::Reopened.name());
    // The program writes first, so Bob introduces himself in a receipt.
    lengths.measure_person(&mut measured, &bob, Deeds { texts: HEARD, introducing: 1, sessions: 0 });
    // The program has no seam. Everything that it submitted was delivered at the other end.
    let (_, handed) = bob.passed();
    let of_program = Deeds { texts: 1, introducing: 0, sessions: 1 };
    lengths.measure_all(&mut measured, "of the phone's program", handed, of_program);
    bob.hang_up().await;
    drop(chat);
    relay.stop()?;
    Ok(Locking { planted, looked, lengths: measured })
}

/// Returns a name that is short enough for an introduction to leave each text and each receipt in its bucket. A
/// length then distinguishes texts and receipts.
pub(super) fn short_name(drawn: &Planted) -> String {
    drawn.words.split(' ').next().unwrap_or_default().to_owned()
}

impl Made {
    /// Creates a phone in `folder`, which knows Bob and is known to him.
    async fn make(
        folder: &Path,
        design: &Design,
        relay: &RelayProcess,
        bob: &mut Person,
    ) -> Result<Self, AuditError> {
        let mut rng = Remembered::default();
        let draw = || Planted::draw(&mut rand::rng());
        let (name, contact, passphrase) = (short_name(&draw()), draw().words, draw().text());
        let secret = Passphrase::new(passphrase.clone())
            .map_err(|_| AuditError::WentWrong { what: "an empty passphrase" })?;
        let vault = Vault::create(folder, &secret, PasswordCost::INTERACTIVE, &mut rng)?;
        // An empty vault has one secret.
        let mut needles = rng.keys("the vault")?;
        match needles.as_mut_slice() {
            [key] => *key = Needle::new(NeedleRole::Key, "the vault's key", key.bytes())?,
            _ => return Err(AuditError::WentWrong { what: "an empty vault has more than one secret" }),
        }
        let new = account(&name, ALICE.1, design, relay.address().clone())?;
        let mut phone = Phone::create_in(vault, new, now(), &mut rng)?;
        sync(&mut phone, PATIENCE, &mut rng).await?;
        phone.add_invited(&bob.phone.invitation()?, Some(&contact), now(), &mut rng)?;
        let invitation = phone.invitation()?;
        let added = bob.phone.add_invited(&invitation, Some(ALICE.0), now(), &mut bob.rng)?;
        bob.contact = Some(added.account);

        let keys = rng.identity("the phone", &invitation.identity)?;
        needles.extend(keys.ok_or(AuditError::WentWrong { what: "a phone's keys are not the drawn ones" })?);
        needles.extend(rng.keys("the phone")?);
        needles.push(Needle::new(NeedleRole::Key, "the passphrase", passphrase.as_bytes())?);
        needles.push(Needle::new(NeedleRole::Name, "the owner's name", name.as_bytes())?);
        needles.push(Needle::new(NeedleRole::Name, "the contact's name", contact.as_bytes())?);
        Ok(Self { needles, name, contact, passphrase })
    }

    fn search(&self, planted: &[Planted], folder: &Path) -> Result<Search, AuditError> {
        let mut needles = said(planted)?;
        needles.extend(self.needles.iter().cloned());
        needles.push(Needle::new(NeedleRole::Witness, "what a SQLite file begins with", SQLITE)?);
        // The path is on the program's command line both before and after the lock.
        let path = folder.display().to_string();
        needles.push(Needle::new(NeedleRole::Witness, "the profile's folder", path.as_bytes())?);
        Ok(Search::new(needles)?)
    }
}

fn look(
    into: &mut Vec<Searched>,
    moment: Moment,
    chat: &Chat,
    search: &Search,
    folder: &Path,
) -> Result<(), AuditError> {
    let memory::Looked { parts, not_read, hits } = memory::search(chat.child(), search)?;
    let looked = searched(SearchedPlace::PhoneMemory, moment, search, parts, hits);
    into.push(Searched { not_read, ..looked });
    into.push(in_folder(search, folder, moment)?);
    Ok(())
}
