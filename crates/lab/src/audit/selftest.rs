//! The audit's test of itself: a patched phone sends words in each form that the audit claims to find, and each has
//! to be found.
//!
//! The phone is honest up to its [seam](super::seam). There the words are appended to the payload in one form after
//! the other, and travel over a real connection to a real relay, into the mailbox of a phone that is switched off.
//! If the search misses a form there, it could miss that form anywhere. If the lengths do not show appended bytes
//! there, they would show them nowhere.

use pillarbox_access::Design;
use pillarbox_relay::Holdings;
use rand_core::{CryptoRng, Rng};

use super::encoding::Encoding;
use super::error::AuditError;
use super::form::{Form, Pattern};
use super::lengths::{Deeds, Lengths};
use super::needle::{Needle, NeedleRole, Planted};
use super::person::Person;
use super::plan::AuditPlan;
use super::program::RelayProcess;
use super::report::{Measured, Moment, Plant, SelfTest};
use super::seam::Patch;
use super::search::{Hit, Search};
use super::stage::{ALICE, BOB};
use super::{files, memory};

/// Follows the words. Without characters from the upper end of ASCII, base64 and its URL-safe form are the same.
const TAIL: &str = " ~~~";

/// The number of bytes of a piece, when the words are cut up with noise between.
const PIECE: usize = 3;

/// Returns every form that the words have, under no key and under a key that is drawn.
fn forms(rng: &mut impl CryptoRng) -> Vec<Form> {
    let mut forms = Vec::new();
    for encoding in Encoding::ALL {
        for backwards in [false, true] {
            let key = u8::try_from(rng.next_u32() % 255 + 1).unwrap_or(1);
            forms.extend([0, key].map(|xor| Form { encoding, backwards, xor }));
        }
    }
    forms
}

/// Returns the writings of the words in one form.
fn writings(words: &str, form: Form) -> Vec<Vec<u8>> {
    let patterns = Pattern::all(words.as_bytes()).into_iter();
    let these = patterns.filter(|it| (it.encoding, it.backwards) == (form.encoding, form.backwards));
    these.map(|it| it.bytes.iter().map(|byte| byte ^ form.xor).collect()).collect()
}

/// One writing, and the words that only this writing has.
struct Writing {
    words: String,
    bytes: Vec<u8>,
}

/// Draws the writings of a form. Each writing is of different words, so that none is mistaken for another. Returns
/// nothing for a form that equals another form under a second name.
fn drawn(form: Form, rng: &mut impl CryptoRng) -> Vec<Writing> {
    let mut draw = || Planted::draw(rng).words + TAIL;
    let count = writings(&draw(), form).len();
    let each = (0..count).filter_map(|number| {
        let words = draw();
        let bytes = writings(&words, form).into_iter().nth(number)?;
        Some(Writing { words, bytes })
    });
    each.collect()
}

/// Has a patched phone send everything under the design whose relay cannot read, and searches.
///
/// # Errors
/// [`AuditError`].
pub async fn play(plan: &AuditPlan) -> Result<SelfTest, AuditError> {
    let mut rng = rand::rng();
    let planted: Vec<(Form, Vec<Writing>)> = forms(&mut rng)
        .into_iter()
        .map(|form| (form, drawn(form, &mut rng)))
        .filter(|(_, writings)| !writings.is_empty())
        .collect();
    let joined = |writings: &[Writing]| {
        let writings: Vec<&[u8]> = writings.iter().map(|writing| writing.bytes.as_slice()).collect();
        Patch::Append(writings.join(&0))
    };
    let mut patches: Vec<Patch> = planted.iter().map(|(_, writings)| joined(writings)).collect();
    let pieces = Planted::draw(&mut rng).words;
    let noise = |piece: &[u8]| [piece, &rng.next_u32().to_be_bytes()].concat();
    patches.push(Patch::Append(pieces.as_bytes().chunks(PIECE).flat_map(noise).collect()));
    patches.push(Patch::Append(vec![0]));
    let words = planted.iter().flat_map(|(_, writings)| writings);
    let needles = words.map(|Writing { words, .. }| Needle::new(NeedleRole::Said, words, words.as_bytes()));
    let search = Search::new(needles.collect::<Result<_, _>>()?)?;
    let Sent { on_disk, in_memory, noticed, rows: _ } =
        send(plan, &plan.unreadable, &patches, &search).await?;
    let plants = planted.iter().map(|(form, writings)| {
        let found = |hits: &[Hit]| {
            let is_found = |words: &str| hits.iter().any(|hit| hit.what == words && hit.form == *form);
            writings.iter().filter(|writing| is_found(&writing.words)).count()
        };
        Plant {
            form: *form,
            writings: writings.len(),
            on_disk: found(&on_disk),
            in_memory: found(&in_memory),
        }
    });
    Ok(SelfTest { plants: plants.collect(), lengthened: patches.len(), noticed })
}

/// The relay's data from a patched phone.
#[derive(Debug)]
pub struct Sent {
    /// The findings on its disk.
    pub on_disk: Vec<Hit>,
    /// The findings in its memory.
    pub in_memory: Vec<Hit>,
    /// The number of payloads whose length was noticed, both as they were submitted and as rows.
    pub noticed: usize,
    /// The payloads as stored in its rows.
    pub rows: Vec<Vec<u8>>,
}

/// Has a phone of `design` send a text for each patch, to a phone that is switched off, and searches the relay's
/// data.
///
/// # Errors
/// [`AuditError`].
pub async fn send(
    plan: &AuditPlan,
    design: &Design,
    patches: &[Patch],
    search: &Search,
) -> Result<Sent, AuditError> {
    let folder = tempfile::tempdir().map_err(|error| AuditError::Folder {
        folder: std::env::temp_dir().display().to_string(),
        kind: error.kind(),
    })?;
    let data = folder.path().join("relay");
    let relay = RelayProcess::start(&plan.relay_program, &data, &design.relay)?;
    let mut alice = Person::begin(ALICE, design, &relay, folder.path()).await?;
    let mut bob = Person::begin(BOB, design, &relay, folder.path()).await?;
    alice.add(&bob)?;
    bob.add(&alice)?;
    bob.hang_up().await;
    // The text itself does not matter: it is encrypted, and the searched words are appended to it.
    let text = Planted::draw(&mut rand::rng()).text();
    for patch in patches {
        alice.say_patched(&text, Some(patch.clone())).await?;
    }
    let lengths = Lengths::new(design, text.len(), 1, &[ALICE.0, BOB.0]);
    let (mut submitted, mut rows) = (Measured::default(), Measured::default());
    // Nobody answers, so each message is a first one.
    let deeds = Deeds { texts: patches.len(), introducing: 0, sessions: patches.len() };
    lengths.measure_person(&mut submitted, &alice, deeds);
    let holdings = Holdings::read(&data)?;
    lengths.rows(&mut rows, &holdings, Moment::Waiting.name());
    let noticed = submitted.misfits.len().min(rows.misfits.len());
    let memory::Looked { hits: in_memory, .. } = memory::search(relay.child(), search)?;
    let mut on_disk = Vec::new();
    for file in files::files(&data)? {
        on_disk.extend(files::search(&file, search)?.1);
    }
    alice.hang_up().await;
    relay.stop()?;
    let rows = holdings.messages.into_iter().map(|row| row.payload.as_slice().to_vec()).collect();
    Ok(Sent { on_disk, in_memory, noticed, rows })
}
