//! Requests and replies, as the script of the page sends and shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lanes::TableRow;

/// A request: the attributes and fields of whatever somebody clicked or sent off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Request(BTreeMap<String, String>);

impl Request {
    /// A request made of these words.
    #[must_use]
    pub fn of(words: &[(&str, &str)]) -> Self {
        Self(words.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect())
    }

    /// Reads JSON: one object of strings.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// A word of it; empty where it has none of this name.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A number of it.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        self.word(name).parse().ok()
    }
}

/// What the page does with what came back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// New contents of elements, by their `id`.
    pub parts: BTreeMap<&'static str, String>,
    /// Rows of the conversation's table that are new or are other ones now, in the order in which they stand there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<TableRow>,
    /// What a screen reader says, and what stands in the line for messages.
    pub says: String,
    /// The element that the keyboard goes to; empty for where it is.
    pub focus: String,
    /// The address's fragment: the question, and never a text.
    pub address: String,
    /// The request is on its way and waits to be asked to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<Progress>,
    /// A file to take away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Things that have happened in worlds.
    pub done: usize,
    /// Things that will have happened at the end, as far as that is known now.
    pub of: usize,
}

/// A file to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its kind, as browsers call it.
    pub kind: &'static str,
    /// Its text.
    pub text: String,
}

impl Reply {
    /// The bytes for the page.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and maps of strings always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
