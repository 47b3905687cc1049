//! Requests and replies, as the script of the page sends and shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lanes::TableRow;

/// A request: the attributes and fields of the element that somebody clicked or submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Request(BTreeMap<String, String>);

impl Request {
    /// Creates a request from these words.
    #[must_use]
    pub fn of(words: &[(&str, &str)]) -> Self {
        Self(words.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect())
    }

    /// Reads JSON: one object of strings.
    ///
    /// # Errors
    /// The error of the JSON reader.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// Returns one of its words; empty if there is none of this name.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Returns one of its numbers.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        self.word(name).parse().ok()
    }
}

/// The page's instructions for a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PageReply {
    /// New contents of elements, by their `id`.
    pub parts: BTreeMap<&'static str, String>,
    /// Rows of the conversation's table that are new or have changed, in their order in the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<TableRow>,
    /// The sentence for a screen reader, which is also in the line for messages.
    pub says: String,
    /// The element that gets the keyboard's focus; empty to leave it where it is.
    pub focus: String,
    /// The address's fragment: the question, and never a text.
    pub address: String,
    /// Set while the request is in progress and waits to be continued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<RequestProgress>,
    /// A file for download.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// The progress of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RequestProgress {
    /// The number of things that have happened in worlds.
    pub done: usize,
    /// The number of things that will have happened at the end, as far as that is known now.
    pub of: usize,
}

/// A file for download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// The file's media type.
    pub kind: &'static str,
    /// Its text.
    pub text: String,
}

impl PageReply {
    /// Returns the bytes for the page.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and maps of strings always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
