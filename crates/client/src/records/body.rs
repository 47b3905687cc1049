//! The content of messages between phones, inside the encryption.
//!
//! This layer knows what a message means, but not how it is protected or carried. A body is encoded with the wire
//! codec, so that equal bodies have equal bytes (franking commits to those bytes).
//!
//! Everything that a person should see carries a random [`BodyId`]. Receipts refer to it, and it makes a message
//! appear once however often it arrives, even where no ratchet refuses a second copy.

use std::fmt;

use pillarbox_wire::{
    AccountId, CodecError, DeviceList, Encoded, FixedBytes, LogHead, Timestamp, decode, encode,
};
use serde::{Deserialize, Serialize};

use crate::records::ids::GroupId;
use crate::records::membership::{MemberChange, MembersSeen};
use crate::records::own_news::OwnNews;
use crate::records::picture::PictureTold;

pub use crate::records::ids::BodyId;
pub use crate::records::limits::{MAX_BODY_LEN, MAX_GROUP_MEMBERS, MAX_NAME_LEN, MAX_TEXT_LEN};

/// Ids in one receipt. A longer list becomes a second receipt.
pub const MAX_RECEIPT_IDS: usize = 64;

/// Digests in one resend request. A phone that misses more sends several requests.
pub const MAX_RESEND_DIGESTS: usize = 64;

/// Signed changes in one body: as many additions as fit. More go into the next body.
pub const MAX_CHANGES_TOLD: usize = 80;

/// An id in a receipt that names no message: it says that the sender of the receipt reads bodies of version 2. A
/// phone that does not know the id finds no such message, and ignores it.
pub const READS_VERSION_2: BodyId = BodyId(FixedBytes(*b"reads version 2."));

/// An id in a receipt that names no message: it says that the sender of the receipt checks the relay's public log,
/// and reads the heads that other phones have seen. A phone that does not know the id ignores it.
pub const CHECKS_LOG: BodyId = BodyId(FixedBytes(*b"checks the log.."));

/// An id in a receipt that names no message: it says that the sender of the receipt shows pictures. A phone that does
/// not know the id ignores it.
pub const SHOWS_PICTURES: BodyId = BodyId(FixedBytes(*b"shows pictures.."));

/// One message to one phone: its content, and an introduction if one is due.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Sent along until the other phone has confirmed a message that carried it.
    pub introduction: Option<Introduction>,
    /// The content.
    pub content: Content,
}

impl Encoded for Body {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_BODY_LEN;
}

/// A body whose content phones of version 1 cannot read. It is sent only to phones that have shown that they read
/// it.
#[derive(Serialize, Deserialize)]
struct NewerBody(Body);

impl Encoded for NewerBody {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = MAX_BODY_LEN;
}

/// Information for people the owner writes to, so that their answers can be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// Admits sealed messages to the sender's mailbox; absent if the relay could read it.
    pub delivery_key: Option<FixedBytes<32>>,
    /// The name that the sender suggests for itself: a stranger's text.
    pub name: String,
}

/// The content of a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// A text to one person.
    Text(Text),
    /// These messages have arrived and are stored.
    Receipt(Receipt),
    /// These messages could not be opened: please send them again.
    ResendRequest(ResendRequest),
    /// From now on texts disappear after this time.
    Timer(Timer),
    /// A text to everybody in a group.
    GroupText(GroupText),
    /// These accounts are in a group, the recipient among them.
    Roster(Roster),
    /// The sender has left a group.
    Leave(Leave),
    /// A text to everybody in a group, with the members whom its sender sees. Version 2.
    SeenGroupText(SeenGroupText),
    /// Signed changes of a group's members. Version 2.
    MemberChanges(MemberChanges),
    /// The sender's linked devices. Version 2.
    Devices(DevicesTold),
    /// News from another device of the recipient's own account. Version 2.
    OwnNews(OwnNews),
    /// The last head of the relay's public log that the sender's phone has seen. Version 2.
    LogHead(HeadTold),
    /// A picture for one person, which is at the relay. Version 2, to phones that show pictures.
    Picture(PictureTold),
}

/// See [`Content::Text`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The text's id, to which its receipt refers.
    pub id: BodyId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// The text's words.
    pub text: String,
    /// Seconds until it disappears. The timer starts at the recipient when it is shown, and at the sender when the
    /// relay has accepted it.
    pub expires_after: Option<u32>,
}

/// See [`Content::Receipt`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Ids of the confirmed messages, at most [`MAX_RECEIPT_IDS`].
    pub ids: Vec<BodyId>,
}

/// See [`Content::ResendRequest`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResendRequest {
    /// Digests of the payloads, at most [`MAX_RESEND_DIGESTS`].
    pub digests: Vec<FixedBytes<32>>,
}

/// See [`Content::Timer`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The id of the timer change.
    pub id: BodyId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// Seconds, or `None` if texts are kept.
    pub expires_after: Option<u32>,
}

/// See [`Content::GroupText`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupText {
    /// The group that the text is for.
    pub group: GroupId,
    /// The text, under one id for all members. It does not disappear.
    pub text: Text,
}

/// See [`Content::Roster`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The roster's id.
    pub id: BodyId,
    /// The group whose roster this is.
    pub group: GroupId,
    /// The name chosen by the creator of the group.
    pub name: String,
    /// At most [`MAX_GROUP_MEMBERS`], sender and recipient among them.
    pub members: Vec<AccountId>,
    /// Seals the roster if a phone deposits it at a relay.
    pub key: FixedBytes<32>,
}

/// See [`Content::Leave`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// The id of the farewell.
    pub id: BodyId,
    /// The group that the sender leaves.
    pub group: GroupId,
}

/// See [`Content::SeenGroupText`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenGroupText {
    /// The text and its group.
    pub said: GroupText,
    /// The members whom the sender's phone sees.
    pub seen: MembersSeen,
}

/// See [`Content::MemberChanges`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChanges {
    /// The id of this message.
    pub id: BodyId,
    /// The group that the changes belong to.
    pub group: GroupId,
    /// Seals the roster if a phone deposits it at a relay.
    pub key: FixedBytes<32>,
    /// The members whom the sender's phone sees.
    pub seen: MembersSeen,
    /// True if the sender's list of members differs from the one that the recipient reported, and the sender asks for
    /// the changes it lacks.
    pub asks: bool,
    /// At most [`MAX_CHANGES_TOLD`], in an order that a phone without any of them can apply.
    pub changes: Vec<MemberChange>,
}

/// See [`Content::Devices`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicesTold {
    /// The id of this message.
    pub id: BodyId,
    /// The list as the sender's account has signed it.
    pub list: DeviceList,
}

/// See [`Content::LogHead`]. It has no id: nobody confirms it, and the next one arrives within days.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadTold {
    /// The key with which the head is signed.
    pub log_key: FixedBytes<32>,
    /// The last head that the sender has seen.
    pub head: LogHead,
}

impl Content {
    /// Returns the version of bodies that can express this.
    #[must_use]
    pub const fn version(&self) -> u8 {
        match self {
            Self::Text(_)
            | Self::Receipt(_)
            | Self::ResendRequest(_)
            | Self::Timer(_)
            | Self::GroupText(_)
            | Self::Roster(_)
            | Self::Leave(_) => Body::VERSION,
            Self::SeenGroupText(_)
            | Self::MemberChanges(_)
            | Self::Devices(_)
            | Self::OwnNews(_)
            | Self::LogHead(_)
            | Self::Picture(_) => NewerBody::VERSION,
        }
    }

    /// Returns the content for a phone that has or has not shown that it reads version 2, and that it shows pictures.
    /// Without the first a text omits the members seen. Without the second a sentence replaces the picture.
    #[must_use]
    pub fn read_by(self, reads_newer: bool, shows_pictures: bool) -> Self {
        match self {
            Self::SeenGroupText(text) if !reads_newer => Self::GroupText(text.said),
            Self::Picture(told) if !shows_pictures => {
                let text = told.in_words();
                let PictureTold { id, sent_at, picture: _, expires_after } = told;
                Self::Text(Text { id, sent_at, text, expires_after })
            }
            other => other,
        }
    }

    /// Returns the text to a group, with or without the members seen.
    #[must_use]
    pub const fn group_text(&self) -> Option<&GroupText> {
        match self {
            Self::GroupText(said) | Self::SeenGroupText(SeenGroupText { said, .. }) => Some(said),
            _ => None,
        }
    }
}

impl Body {
    /// Encodes the body in the version that its content needs.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] over [`MAX_BODY_LEN`].
    pub fn write(&self) -> Result<Vec<u8>, CodecError> {
        if self.content.version() == Self::VERSION {
            return encode(self);
        }
        encode(&NewerBody(self.clone()))
    }

    /// Reads a body of any version. Content in a version other than its own is rejected.
    ///
    /// # Errors
    /// [`CodecError`] for bytes that are not a body.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        let body = match bytes.first() {
            Some(&NewerBody::VERSION) => decode::<NewerBody>(bytes)?.0,
            _ => decode::<Self>(bytes)?,
        };
        if bytes.first() == Some(&body.content.version()) { Ok(body) } else { Err(CodecError::Malformed) }
    }

    /// Returns true if every part is within the limits of this module. Any other body is treated as unreadable.
    #[must_use]
    pub fn is_within_limits(&self) -> bool {
        let introduction = self.introduction.as_ref().is_none_or(|said| said.name.len() <= MAX_NAME_LEN);
        introduction
            && match &self.content {
                Content::Text(text) => text.text.len() <= MAX_TEXT_LEN,
                Content::Receipt(receipt) => receipt.ids.len() <= MAX_RECEIPT_IDS,
                Content::ResendRequest(request) => request.digests.len() <= MAX_RESEND_DIGESTS,
                Content::GroupText(said) => said.text.text.len() <= MAX_TEXT_LEN,
                Content::Roster(roster) => {
                    roster.name.len() <= MAX_NAME_LEN && roster.members.len() <= MAX_GROUP_MEMBERS
                }
                Content::SeenGroupText(SeenGroupText { said, .. }) => said.text.text.len() <= MAX_TEXT_LEN,
                Content::MemberChanges(told) => told.changes.len() <= MAX_CHANGES_TOLD,
                Content::Devices(told) => told.list.is_in_order(),
                Content::Picture(told) => told.picture.is_within_limits(),
                Content::OwnNews(news) => news.is_within_limits(MAX_TEXT_LEN),
                Content::Timer(_) | Content::Leave(_) | Content::LogHead(_) => true,
            }
    }
}

/// Prints the kind of content, not the content.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.content {
            Content::Text(_) => "Body(text)",
            Content::Receipt(_) => "Body(receipt)",
            Content::ResendRequest(_) => "Body(resend request)",
            Content::Timer(_) => "Body(timer)",
            Content::GroupText(_) => "Body(group text)",
            Content::Roster(_) => "Body(roster)",
            Content::Leave(_) => "Body(leave)",
            Content::SeenGroupText(_) => "Body(group text with members)",
            Content::MemberChanges(_) => "Body(member changes)",
            Content::Devices(_) => "Body(devices)",
            Content::OwnNews(_) => "Body(own news)",
            Content::LogHead(_) => "Body(log head)",
            Content::Picture(_) => "Body(picture)",
        })
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
    use pillarbox_wire::{decode, encode};
    use proptest::prelude::*;

    use super::*;

    fn text(text: String) -> Body {
        let id = BodyId(FixedBytes([1; 16]));
        let introduction =
            Some(Introduction { delivery_key: Some(FixedBytes([2; 32])), name: "x".repeat(MAX_NAME_LEN) });
        let text = Text { id, sent_at: Timestamp(u64::MAX), text, expires_after: Some(u32::MAX) };
        Body { introduction, content: Content::Text(text) }
    }

    #[test]
    fn the_longest_body_fits_its_limit_and_a_payload() {
        let longest = text("x".repeat(MAX_TEXT_LEN));
        assert!(longest.is_within_limits());
        let encoded = encode(&longest).unwrap();
        let padded = pillarbox_crypto::Padding::BLOCKS_16K.padded_len(encoded.len() + 32);
        assert!(padded + 2_048 < MAX_PAYLOAD_LEN, "{padded} bytes, and what the session adds");
    }

    #[test]
    fn what_is_over_a_limit_is_seen() {
        assert!(!text("x".repeat(MAX_TEXT_LEN + 1)).is_within_limits());
        let ids = vec![BodyId(FixedBytes([0; 16])); MAX_RECEIPT_IDS + 1];
        let receipt = Body { introduction: None, content: Content::Receipt(Receipt { ids }) };
        assert!(!receipt.is_within_limits());
    }

    #[test]
    fn the_fullest_lists_fit() {
        let ids = vec![BodyId(FixedBytes([0; 16])); MAX_RECEIPT_IDS];
        let digests = vec![FixedBytes([0; 32]); MAX_RESEND_DIGESTS];
        let roster = Roster {
            id: BodyId(FixedBytes([0; 16])),
            group: GroupId(FixedBytes([0; 16])),
            name: "x".repeat(MAX_NAME_LEN),
            members: vec![AccountId([0; 16]); MAX_GROUP_MEMBERS],
            key: FixedBytes([0; 32]),
        };
        for content in [
            Content::Receipt(Receipt { ids }),
            Content::ResendRequest(ResendRequest { digests }),
            Content::Roster(roster),
        ] {
            let body = Body { introduction: None, content };
            assert!(body.is_within_limits() && encode(&body).is_ok());
        }
    }

    #[test]
    fn a_body_prints_nothing_that_was_said() {
        assert_eq!(format!("{:?}", text("a secret".to_owned())), "Body(text)");
    }

    proptest! {
        #[test]
        fn what_decodes_is_written_the_same_way(words in ".{0,200}", noise: Vec<u8>) {
            let body = text(words);
            let bytes = encode(&body).unwrap();
            prop_assert_eq!(decode::<Body>(&bytes), Ok(body));
            if let Ok(read) = decode::<Body>(&noise) {
                prop_assert_eq!(encode(&read).unwrap(), noise);
            }
        }
    }
}
