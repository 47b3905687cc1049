//! Pictures stored at an operator: each is tried with every key that the operator has, and with the keys in messages
//! that it can read.

use std::collections::BTreeMap;

use pillarbox_client::PicturePointer;
use pillarbox_client::picture::open_with;
use pillarbox_relay::store::AttachmentRow;
use pillarbox_wire::FixedBytes;

use super::rows::Rows;
use crate::evidence::Exhibit;
use crate::reading::Keys;

/// The result of trying to open the pictures of an account.
#[derive(Debug, Default)]
pub(super) struct OpenedPictures {
    pub(super) lines: Vec<String>,
    pub(super) exhibits: Vec<Exhibit>,
    /// The number of stored pictures that do not open.
    pub(super) unreadable: u64,
}

/// Tries to open the pictures that the account has left, and those that a message to it or from it names. `named` are
/// the pointers in messages that were read.
pub(super) fn content(rows: &Rows<'_>, named: &[PicturePointer], most_public: usize) -> OpenedPictures {
    let mut opened = OpenedPictures::default();
    let keys = Keys::for_recipient(rows.holdings, Some(rows.account.account), most_public);
    for (name, parts) in stored(rows, named) {
        let sealed: Vec<u8> = parts.iter().flat_map(|row| row.part.as_slice()).copied().collect();
        let told = named.iter().filter(|pointer| pointer.attachment == name).map(|pointer| &pointer.key.0);
        let held = keys.each().map(|key| key.as_bytes());
        match told.chain(held).find_map(|key| open_with(&name, key, &sealed)) {
            Some(picture) => opened.lines.push(format!("(a picture of {} bytes)", picture.len())),
            None => opened.unreadable += 1,
        }
        opened.exhibits.extend(parts.iter().map(|row| Exhibit::row("attachments", row)));
    }
    opened
}

/// Returns the parts of each picture, in order, by its name.
fn stored<'a>(rows: &Rows<'a>, named: &[PicturePointer]) -> BTreeMap<FixedBytes<32>, Vec<&'a AttachmentRow>> {
    let mut stored: BTreeMap<FixedBytes<32>, Vec<&AttachmentRow>> = BTreeMap::new();
    let all = rows.holdings.rows().attachments.iter().filter(|row| {
        let is_named = named.iter().any(|pointer| pointer.attachment == row.attachment);
        (row.owner == rows.account.account || is_named) && rows.is_in_time(row.left_at)
    });
    all.for_each(|row| stored.entry(row.attachment).or_default().push(row));
    stored.values_mut().for_each(|parts| parts.sort_by_key(|row| row.number));
    stored
}
