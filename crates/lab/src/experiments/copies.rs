//! Copies: who else has the texts that a demand is about. Each place is read with the steps of the demand on that place, in the same
//! world and at the same time, and held against the same yardstick.

use pillarbox_access::demand::seized_phone;
use pillarbox_access::demand::{CONTENT_WARRANT, View};

use super::answer::Answered;
use super::operators::{Backup, Stored};
use super::phones::Participant;
use super::views::Views;
use super::{Experiment, ExperimentError};
use crate::score::{Brought, Holder, TextsAt, What, Yardstick, score};

/// Every place, in the order in which it is told.
const HOLDERS: [Holder; 4] = [Holder::OwnPhone, Holder::Contacts, Holder::Backup, Holder::Operator];

/// What each place has of all the target's texts.
pub(super) fn everywhere(views: &Views<'_>, yardstick: &Yardstick) -> Result<Vec<TextsAt>, ExperimentError> {
    let of = yardstick.of_target().count() as u64;
    HOLDERS
        .into_iter()
        .map(|holder| {
            let brought = read(holder, views)?;
            Ok(TextsAt { holder, texts: score(What::Texts, &brought, yardstick).1.texts, of })
        })
        .collect()
}

/// Those places beside the one that a demand asks, and those texts that it is about; none for a demand that is about no texts.
pub(super) fn beside(asked: View, what: What, everywhere: &[TextsAt], yardstick: &Yardstick) -> Vec<TextsAt> {
    let since = match what {
        What::Texts => 0,
        What::TextsAfter => yardstick.ordered,
        What::Messages | What::MessagesAfter | What::Entries => return Vec::new(),
    };
    let itself = match asked {
        View::RelayHoldings => Some(Holder::Operator),
        View::BackupStore => Some(Holder::Backup),
        View::SeizedPhone => Some(Holder::OwnPhone),
        View::OpenPhone => Some(Holder::Contacts),
        View::OperatorTap => None,
        View::PushRecords | View::ReportedMessage | View::PublicChannel | View::Nothing => return Vec::new(),
    };
    let meant: Vec<String> =
        yardstick.of_target().filter(|told| told.at >= since).map(|told| yardstick.id(told)).collect();
    let others = everywhere.iter().filter(|there| Some(there.holder) != itself);
    others
        .map(|there| TextsAt {
            holder: there.holder,
            texts: there.texts.iter().filter(|text| meant.contains(text)).cloned().collect(),
            of: meant.len() as u64,
        })
        .collect()
}

/// What one place gives to whoever reads it.
fn read(holder: Holder, views: &Views<'_>) -> Result<Brought, ExperimentError> {
    Ok(match holder {
        Holder::OwnPhone => own_phone(views)?.brought,
        Holder::Contacts => Participant.serve(views, views)?.brought,
        Holder::Backup => Backup.serve(views, views)?.brought,
        Holder::Operator => Stored(&CONTENT_WARRANT, What::Texts).serve(views, views)?.brought,
    })
}

/// The target's phone, in whose hands it is, open.
fn own_phone(views: &Views<'_>) -> Result<Answered, ExperimentError> {
    let mut answered = Answered::default();
    let owner = views.about().to_string();
    for phone in views.own_phones() {
        answered.facts(&seized_phone::read(phone, &owner)?.facts);
    }
    Ok(answered)
}
