//! A victim's report. A recipient discloses a message, and the operator can verify that it carried exactly these
//! words from this sender. The report needs no power, and nobody else learns anything.
//!
//! Two checks must both succeed. The relay's stamp binds sender, recipient, time and ciphertext. The sender's
//! commitment in the ciphertext binds the words. Without the commitment, somebody could make one ciphertext that opens
//! to two texts, and report the harmless one ("invisible salamanders": Dodis, Grubbs, Ristenpart and Woodage, CRYPTO
//! 2018).

use pillarbox_client::body::Body;
use pillarbox_client::group::GroupId;
use pillarbox_relay::stamp::StampKey;
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_session::{Opening, commitment_of, franking};
use serde::Serialize;

use super::definition::{Demand, EVERYTHING, ViewKind, When};
use crate::attribution::{Attribution, Provenance, attribution};
use crate::facts::{Facts, ReadableText, addressed};
use crate::reading::text_of;
use crate::view::{RelayHoldings, ReportedMessage};

/// The demand that this module describes.
pub const REPORT: Demand = Demand {
    name: "victims-report",
    title: "a victim's report",
    plain: "a message that its recipient hands over, checked by the operator",
    reaches: EVERYTHING,
    view: ViewKind::ReportedMessage,
    when: When::Past,
};

/// The reason that a report proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NotProven {
    /// The relay's stamp is for another message, sender, recipient or time, or somebody else made it.
    #[error("the stamp is not this relay's on this message")]
    Stamp,
    /// The message shows no commitment. It is sealed, or belongs to no session.
    #[error("the message shows no commitment to what it says")]
    NoCommitment,
    /// The words are not those that the sender committed to.
    #[error("the words are not those that the sender committed to")]
    Commitment,
    /// The words are the sender's, but they are not a text that a phone would show.
    #[error("the words are no message")]
    NoMessage,
}

/// The proof that a genuine report gives the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// The sender, the recipient and the words.
    pub facts: Facts,
    /// The origin of these facts.
    pub origin: Provenance,
    /// The strength with which they are tied to the sender.
    pub attribution: Attribution,
}

/// Checks a report with the relay's stamp key, and returns the words if they are the sender's.
///
/// # Errors
/// [`NotProven`].
pub fn check(reported: &ReportedMessage, key: &StampKey) -> Result<String, NotProven> {
    let ReportedMessage { payload, from, to, accepted_at, stamp, body, opening } = reported;
    if !key.verify(stamp, payload, *from, *to, *accepted_at) {
        return Err(NotProven::Stamp);
    }
    match payload.split_first() {
        // A message in the clear proves its own content.
        Some((&SERVER_READABLE, said)) if said == body.as_slice() => {}
        Some((&SERVER_READABLE, _)) => return Err(NotProven::Commitment),
        _ => {
            let commitment = commitment_of(payload).ok_or(NotProven::NoCommitment)?;
            let opening = Opening::from_bytes(*opening);
            franking::verify(&opening, &commitment, body).map_err(|_| NotProven::Commitment)?;
        }
    }
    let body = Body::read(body).map_err(|_| NotProven::NoMessage)?;
    let text = text_of(&body.content).ok_or(NotProven::NoMessage)?;
    Ok(text.text.clone())
}

/// Returns the group that a message went to.
fn went_to(body: &[u8]) -> Option<GroupId> {
    Body::read(body).ok()?.content.group_text().map(|said| said.group)
}

/// Checks a report, and names people as the relay's rows do.
///
/// # Errors
/// [`NotProven`].
pub fn serve(
    reported: &ReportedMessage,
    key: &StampKey,
    holdings: &RelayHoldings,
) -> Result<Proven, NotProven> {
    let said = ReadableText {
        text: check(reported, key)?,
        // A message carries its group's number, not its name.
        group: addressed(went_to(&reported.body), &[]),
        at: reported.accepted_at,
        from: Some(holdings.name(reported.from.account)),
        to: Some(holdings.name(reported.to.account)),
    };
    let origin = Provenance {
        named_by_operator: true,
        shown_by_party: true,
        stamp_verified: true,
        ..Provenance::default()
    };
    let facts = Facts { said: vec![said], ..Facts::default() };
    Ok(Proven { facts, origin, attribution: attribution(origin) })
}
