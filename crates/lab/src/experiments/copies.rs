//! Copies: the others who have the texts that a demand is about. Each place is read with the steps of the demand on
//! that place, in the same world and at the same time, and compared with the same ground truth. A thief of the
//! operator's rows and keys obtains what those steps return that read rows and keys alone.

use std::collections::BTreeSet;

use pillarbox_access::demand::{CONTENT_WARRANT, Case, ViewKind, seized_phone, stored};
use pillarbox_wire::Timestamp;

use super::answered::Answered;
use super::contacts::contacts_of;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::operators::Backup;
use super::phones::Participant;
use super::staging::Staged;
use super::views::Views;
use crate::evidence::Evidence;
use crate::score::{
    Capability, Counted, Counts, Holder, Party, Share, TextsAt, Thief, Yardstick, Yield, score,
};

/// The places of a target's texts in one world, and the messages that the operator's rows reveal.
#[derive(Clone, Debug, Default)]
pub(super) struct Lies {
    /// The fraction of the target's texts that each place has.
    pub(super) texts: Vec<TextsAt>,
    /// The messages that the operator's rows reveal.
    pub(super) messages: Vec<String>,
}

/// Looks in every place, in the order of the report.
pub(super) fn everywhere(
    staged: &Staged,
    views: &Views<'_>,
    yardstick: &Yardstick,
) -> Result<Lies, ExperimentError> {
    // One pass over the operator's rows serves texts and messages, because trying every key on every ciphertext
    // takes most of the time.
    let rows = rows_of_operator(views)?;
    let messages = score(Counted::Messages, &rows, yardstick).1.passed;
    let of = yardstick.of_target().count() as u64;
    let texts = [
        (Holder::OwnPhone, own_phone(views)?),
        (Holder::Contacts, Participant.serve(views, views)?.brought),
        (Holder::Backup, Backup.serve(views, views)?.brought),
        (Holder::ContactsBackups, backups_of_contacts(staged, views)?),
        (Holder::Operator, rows),
    ]
    .into_iter()
    .map(|(holder, brought)| TextsAt {
        holder,
        texts: score(Counted::Texts, &brought, yardstick).1.texts,
        of,
    })
    .collect();
    Ok(Lies { texts, messages })
}

/// Returns the moment from which a text or a message counts. An answer that returns something from before the order
/// is about that time as well.
const fn since(evidence: &Evidence, brings_the_past: bool) -> u64 {
    match (evidence.what, evidence.means) {
        (_, Capability::Withdrawn) => 0,
        (Counted::TextsAfter, _) if brings_the_past => 0,
        (Counted::TextsAfter | Counted::MessagesAfter, _) => evidence.yardstick.ordered,
        (Counted::Texts | Counted::Messages | Counted::Entries, _) => 0,
    }
}

/// Returns the places other than the one that a demand asks, with the texts that the demand is about. Returns
/// nothing for a demand that is not about texts.
pub(super) fn beside(evidence: &Evidence, brings_the_past: bool, lies: &Lies) -> Vec<TextsAt> {
    if !matches!(evidence.what, Counted::Texts | Counted::TextsAfter) {
        return Vec::new();
    }
    let itself = match evidence.view {
        ViewKind::RelayHoldings => Some(Holder::Operator),
        ViewKind::BackupStore => Some(Holder::Backup),
        ViewKind::SeizedPhone => Some(Holder::OwnPhone),
        ViewKind::OpenPhone => Some(Holder::Contacts),
        ViewKind::OperatorTap => None,
        ViewKind::PushRecords | ViewKind::ReportedMessage | ViewKind::PublicChannel | ViewKind::Nothing => {
            return Vec::new();
        }
    };
    let others = lies.texts.iter().filter(|there| Some(there.holder) != itself);
    others.map(|there| meant(there, evidence, brings_the_past)).collect()
}

/// Restricts a place's texts to those that the demand is about.
fn meant(there: &TextsAt, evidence: &Evidence, brings_the_past: bool) -> TextsAt {
    let yardstick = &evidence.yardstick;
    let since = since(evidence, brings_the_past);
    let about: BTreeSet<String> =
        yardstick.of_target().filter(|told| told.at >= since).map(|told| yardstick.id(told)).collect();
    TextsAt {
        holder: there.holder,
        texts: there.texts.iter().filter(|text| about.contains(*text)).cloned().collect(),
        of: about.len() as u64,
    }
}

/// Returns what a thief of an operator's rows and keys obtains of the demand's subject: with the order, and without
/// it.
pub(super) fn thief(
    evidence: &Evidence,
    counts: &Counts,
    brings_the_past: bool,
    [with, without]: [&Lies; 2],
) -> Option<Thief> {
    let share = |n: usize, of: u64| Share { n: n as u64, of };
    let of_rows = |lies: &Lies| match evidence.what {
        Counted::Texts | Counted::TextsAfter => {
            let rows = lies.texts.iter().find(|there| there.holder == Holder::Operator)?;
            let rows = meant(rows, evidence, brings_the_past);
            Some(share(rows.texts.len(), rows.of))
        }
        Counted::Messages | Counted::MessagesAfter => {
            let yardstick = &evidence.yardstick;
            let since = since(evidence, brings_the_past);
            let legs = yardstick.legs().filter(|(told, ..)| told.at >= since);
            let about: BTreeSet<String> =
                legs.map(|(told, _, to)| format!("{} to {to}", yardstick.id(told))).collect();
            let there = lies.messages.iter().filter(|message| about.contains(*message));
            Some(share(there.count(), about.len() as u64))
        }
        Counted::Entries => None,
    };
    match evidence.view {
        // The answer comes from rows and keys alone, so a thief of those has as much.
        ViewKind::BackupStore => {
            Some(Thief { rows: Share { n: counts.returned, of: counts.of }, without: None })
        }
        ViewKind::RelayHoldings if evidence.what == Counted::Entries => {
            Some(Thief { rows: Share { n: counts.returned, of: counts.of }, without: None })
        }
        ViewKind::RelayHoldings | ViewKind::OperatorTap => {
            let without = evidence.ordered.is_some().then(|| of_rows(without)).flatten();
            Some(Thief { rows: of_rows(with)?, without })
        }
        _ => None,
    }
}

/// Returns everything that the operator's rows and keys reveal about the target.
fn rows_of_operator(views: &Views<'_>) -> Result<Yield, ExperimentError> {
    let mut answered = Answered::default();
    let operator = views.design().operator.holding_nothing_back();
    for holdings in views.operators()? {
        let about = views.about_at(&holdings);
        let case = Case { about: &about, operator: &operator, ..views.case() };
        // The rows are read from the beginning. That includes what was logged under an order, even about an account
        // that is closed by now.
        answered.facts(&stored::serve_since(&CONTENT_WARRANT, &case, &holdings, Timestamp(0)).facts);
    }
    Ok(answered.brought)
}

/// Returns the backups of everybody who exchanged messages with the target. A text that is in several backups
/// counts once.
fn backups_of_contacts(staged: &Staged, views: &Views<'_>) -> Result<Yield, ExperimentError> {
    let mut parties = Vec::new();
    for contact in contacts_of(&staged.scenario, views.target()) {
        let theirs = match views.about_contact(staged, contact) {
            Ok(theirs) => theirs,
            Err(ExperimentError::NobodyToAskAbout) => continue,
            Err(error) => return Err(error),
        };
        let said = Backup.serve(&theirs, &theirs)?.brought.said;
        parties.push(Party { who: theirs.about().to_string(), said });
    }
    Ok(Yield { said: Party::together(&parties), ..Yield::default() })
}

/// Returns the content of the target's phone, open, no matter who holds it.
fn own_phone(views: &Views<'_>) -> Result<Yield, ExperimentError> {
    let mut answered = Answered::default();
    let owner = views.about().to_string();
    for phone in views.own_phones() {
        answered.facts(&seized_phone::read(phone, &owner)?.facts);
    }
    Ok(answered.brought)
}
