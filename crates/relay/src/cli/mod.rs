//! The command line of `pillarbox-relay`: grammar, output for people and for programs, exit codes.
//!
//! Results go to stdout, everything else to stderr. This layer knows nothing of how the relay works: it starts a relay,
//! or reads what one left.

mod admin_port;
mod args;
mod failure;
mod follow;
mod inventory;
mod kept;
mod ledger;
mod legends;
mod log_audit;
mod log_reader;
mod names;
mod place;
mod plain_words;
mod public_host;
mod remove;
mod rule;
mod run;
mod start_screen;
mod table;
mod takedown;
mod text;
mod window;

use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use pillarbox_relay::RelaySoftware;
use pillarbox_system::exit::USAGE;
use pillarbox_text::wrap::wrap;

use args::{AccountCommand, Arguments, Command, MailboxCommand};
use failure::Failure;
use window::Window;

/// Returns the grammar.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs one command line of a relay with this software.
pub fn main(
    software: impl RelaySoftware + Send + 'static,
    words: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    if let Some(banner) = software.banner() {
        anstream::eprintln!("{}", wrap(banner, 0, Window::of_output().for_sentences()));
    }
    let words: Vec<OsString> = words.into_iter().collect();
    let Arguments { color, command } = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return said(&repeated_harmlessly(error, &words)),
    };
    color.apply();
    match execute(command, software) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Returns the same error about arguments, without anything that a terminal acts on. The error repeats what was typed,
/// which may be an address or a path that somebody else made.
fn repeated_harmlessly(error: clap::Error, words: &[OsString]) -> clap::Error {
    let harmless = words.iter().map(|argument| text::escape(&argument.to_string_lossy()));
    // No error repeats an argument that is wrong only because of its harmful characters.
    Arguments::try_parse_from(harmless).err().unwrap_or(error)
}

/// Prints clap's answer: help and the version are results, everything else is about wrong arguments.
fn said(error: &clap::Error) -> ExitCode {
    let printed = if error.use_stderr() {
        // clap breaks the lines of its help, and not those of its errors.
        let width = Window::of_output().columns;
        write!(anstream::stderr(), "{}", wrap(&error.render().ansi().to_string(), 0, width))
    } else {
        error.print()
    };
    match printed.map_err(Failure::from) {
        Err(failure) => failure.report(),
        Ok(()) if error.use_stderr() => ExitCode::from(USAGE),
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn execute(command: Command, software: impl RelaySoftware + Send + 'static) -> Result<(), Failure> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match command {
        Command::Run(arguments) => run::run(*arguments, software, &mut out),
        Command::Ledger(arguments) => ledger::run(arguments, &mut out),
        Command::Inventory(arguments) => inventory::run(arguments, &mut out),
        Command::Account(AccountCommand::Remove(arguments)) => remove::account(arguments, &mut out),
        Command::Mailbox(MailboxCommand::Empty(arguments)) => remove::mailbox(arguments, &mut out),
        Command::LogAudit(arguments) => log_audit::run(arguments, &mut out),
        Command::Takedown(arguments) => takedown::run(arguments, &mut out),
    }
}
