//! The store of a phone's operating system for the content of its notifications. The messenger's passcode does not
//! seal it, and a text that disappears from the messenger stays in it.

use pillarbox_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// A notification as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The time at which it was shown, in milliseconds since 1970.
    pub at: u64,
    /// The sender, as the phone calls them; empty if notifications show no previews.
    pub from: String,
    /// The words; empty if notifications show no previews.
    pub text: String,
}

/// The bytes of the store: a line of JSON for each notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotificationStore {
    bytes: Vec<u8>,
}

impl NotificationStore {
    /// Stores a notification with the sender and the words.
    pub fn keep_preview(&mut self, at: Timestamp, from: &str, text: &str) {
        self.keep(&Preview { at: at.0, from: from.to_owned(), text: text.to_owned() });
    }

    /// Stores a notification that says only that a message arrived.
    pub fn keep_bare(&mut self, at: Timestamp) {
        self.keep(&Preview { at: at.0, from: String::new(), text: String::new() });
    }

    fn keep(&mut self, preview: &Preview) {
        // Three plain fields always have a JSON form.
        self.bytes.extend(serde_json::to_vec(preview).unwrap_or_default());
        self.bytes.push(b'\n');
    }

    /// Returns the store, byte for byte.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads the notifications in a store's bytes, and counts the lines that are not notifications.
    #[must_use]
    pub fn read(bytes: &[u8]) -> (Vec<Preview>, usize) {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let (mut previews, mut others) = (Vec::new(), 0);
        for line in lines {
            match serde_json::from_slice(line) {
                Ok(preview) => previews.push(preview),
                Err(_) => others += 1,
            }
        }
        (previews, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_read_from_its_bytes_and_odd_lines_are_counted() {
        let mut store = NotificationStore::default();
        store.keep_preview(Timestamp(7), "Bea", "Two\nlines \u{1f600}.");
        store.keep_bare(Timestamp(9));
        let (previews, others) = NotificationStore::read(store.bytes());
        assert_eq!((previews.len(), others), (2, 0));
        assert_eq!(previews[0], Preview { at: 7, from: "Bea".into(), text: "Two\nlines \u{1f600}.".into() });
        assert_eq!(previews[1].text, "");
        let cut = [store.bytes(), b"{\"at\":1\n", &[0xff, b'\n']].concat();
        assert_eq!(NotificationStore::read(&cut).1, 2);
        assert_eq!(NotificationStore::read(b""), (Vec::new(), 0));
    }
}
