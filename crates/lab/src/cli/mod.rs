//! The command line: what can be typed, what is printed, and the exit codes.

mod args;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser;
use pillarbox_access::{RelayHoldings, serve};
use pillarbox_lab::demonstration::{self, DemonstrationError};
use pillarbox_lab::paper;
use serde::Serialize;

use args::{Arguments, Color, Command, Demand, Try};

/// Ran, and the answer is no.
const FAILED: u8 = 1;
/// Typed wrongly; clap uses the same number.
const USAGE: u8 = 2;
/// The data store.
const STORE: u8 = 4;

/// What went wrong, for a person: what happened and what to do next.
struct Failure {
    sentence: String,
    code: u8,
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
    let done = match arguments.command.unwrap_or(Command::Try(Try::default())) {
        Command::Try(wanted) => try_it(&wanted),
        Command::Demand(wanted) => demand(&wanted),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If standard error is gone too, the exit code still tells.
            let _ = writeln!(anstream::stderr(), "pillarbox-lab: {}", failure.sentence);
            ExitCode::from(failure.code)
        }
    }
}

fn try_it(wanted: &Try) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Failure {
            sentence: format!(
                "the system gives no threads: {}. Close other programs and try again.",
                error.kind()
            ),
            code: FAILED,
        })?;
    let report = runtime.block_on(demonstration::run()).map_err(in_words)?;
    if wanted.json {
        print_json(&report)
    } else {
        print(&paper::headed(&demonstration::text::render(&report)))?;
        hint("Next: pillarbox-lab try --json   (the same as data, with every byte)")
    }
}

fn in_words(error: DemonstrationError) -> Failure {
    let (next, code) = match &error {
        DemonstrationError::Folder { .. }
        | DemonstrationError::Profile(_)
        | DemonstrationError::Holdings(_) => {
            ("Free some space there, or name another folder with TMPDIR=FOLDER.", STORE)
        }
        _ => ("Nothing was left behind; run it again.", FAILED),
    };
    Failure { sentence: format!("{error}. {next}"), code }
}

fn demand(wanted: &Demand) -> Result<(), Failure> {
    if !wanted.i_own_this_data {
        return Err(Failure {
            sentence: format!(
                "{} may hold other people's data. If you may look into it, add --i-own-this-data.",
                wanted.data.display()
            ),
            code: USAGE,
        });
    }
    let holdings = RelayHoldings::read(&wanted.data).map_err(|error| Failure {
        sentence: format!(
            "{}: {error}. Name a relay's data folder with --data FOLDER.",
            wanted.data.display()
        ),
        code: STORE,
    })?;
    let returned = serve(wanted.demand, &wanted.about, &holdings);
    if wanted.json { print_json(&returned) } else { print(&paper::headed(&paper::render(&returned))) }
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure {
        sentence: format!("the answer has no JSON form: {error}."),
        code: FAILED,
    })?;
    print(&format!("{text}\n"))
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn hint(text: &str) -> Result<(), Failure> {
    written(writeln!(anstream::stderr(), "{text}"))
}

/// A reader that has seen enough, as `head` does, is no failure.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure {
            sentence: format!("the output cannot be written: {}. Free space where it goes.", error.kind()),
            code: STORE,
        }),
        _ => Ok(()),
    }
}
