//! Standard output, and what is said when something went wrong.

use std::io::{self, ErrorKind, Write};

use pillarbox_client::display::{json, safe_document};
use serde::Serialize;

use super::{FAILED, STORE};

/// What went wrong, for a person: what happened and what to do next.
pub(super) struct Failure {
    pub(super) sentence: String,
    pub(super) code: u8,
}

pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure {
        sentence: format!("the answer has no JSON form: {error}."),
        code: FAILED,
    })?;
    print(&format!("{}\n", json(text)))
}

pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

pub(super) fn hint(text: &str) -> Result<(), Failure> {
    written(writeln!(anstream::stderr(), "{}", safe_document(text)))
}

/// A reader that has seen enough, as `head` does, is no failure.
pub(super) fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure {
            sentence: format!("the output cannot be written: {}. Free space where it goes.", error.kind()),
            code: STORE,
        }),
        _ => Ok(()),
    }
}
