//! The command line: its grammar, its output, and the exit codes.

mod args;
mod attempt;
mod audit;
mod authority;
mod demand;
mod diff;
mod list;
mod live;
mod live_grammar;
mod matrix;
mod metadata;
mod metadata_grammar;
mod month;
mod oracle;
mod output;
mod proposals;
mod report;
mod run;
mod runtime;
mod window;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use pillarbox_access::designs;
use pillarbox_client::display::escaped;
use pillarbox_lab::experiments;
use pillarbox_lab::scenario::library;
use pillarbox_text::wrap::wrap;

use args::{Arguments, Command, MAX_SEED};
use output::{Failure, fitted};
use pillarbox_system::exit::USAGE;

// The grammar uses nothing else of this crate, so that manuals are made from it alone.
const _: () = assert!(MAX_SEED == pillarbox_lab::scenario::MAX_SEED);

pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => match misnamed(&error) {
            Some(failure) => return report(&failure),
            None => return said(&repeated_harmlessly(error)),
        },
    };
    arguments.color.apply();
    let Arguments { bare, command, .. } = arguments;
    let is_misplaced = command.is_some() && (bare.full || bare.json);
    let done = match command.unwrap_or(Command::Try(bare)) {
        // An option before a command's name belongs to the demonstration.
        _ if is_misplaced => Err(Failure {
            sentence:
                "--full and --json stand behind the command's name, as in `pillarbox-lab oracle --full`."
                    .into(),
            code: USAGE,
        }),
        Command::Phone(wanted) => return live::phone(&wanted).unwrap_or_else(|failure| report(&failure)),
        Command::Relay(wanted) => return live::relay(&wanted).unwrap_or_else(|failure| report(&failure)),
        Command::Authority(wanted) => authority::run(&wanted),
        Command::List(wanted) => list::run(&wanted),
        Command::Try(wanted) => attempt::run(&wanted),
        Command::Run(wanted) => run::run(&wanted),
        Command::Demand(wanted) => demand::run(&wanted),
        Command::Audit(wanted) => audit::run(&wanted),
        Command::Matrix(wanted) => matrix::run(&wanted),
        Command::Proposals(wanted) => proposals::run(&wanted),
        Command::Diff(wanted) => diff::run(&wanted),
        Command::Report(wanted) => report::run(&wanted),
        Command::Metadata(wanted) => metadata::run(&wanted),
        Command::Oracle(wanted) => oracle::run(&wanted),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

/// Returns the same error about arguments without characters on which a terminal acts. The error repeats what was
/// typed, which may be a name or a path that somebody else made.
fn repeated_harmlessly(error: clap::Error) -> clap::Error {
    let harmless = std::env::args_os().map(|argument| escaped(&argument.to_string_lossy()));
    // If an argument is wrong for its harmful characters alone, no error repeats it.
    Arguments::try_parse_from(harmless).err().unwrap_or(error)
}

/// Names the command for a story, a design or a demand that was typed in a command's place.
fn misnamed(error: &clap::Error) -> Option<Failure> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let (is, command) = if library::BUILT_IN.iter().any(|(name, _)| name == typed) {
        ("a story", format!("run {typed}"))
    } else if designs::named(typed).is_some() {
        ("a design", format!("run westminster-2017 --design {typed}"))
    } else if experiments::demand_of(typed).is_some() {
        ("a demand", format!("demand {typed} --scenario westminster-2017"))
    } else {
        return None;
    };
    let sentence = format!("{typed} is {is} and not a command. Try: pillarbox-lab {command}");
    Some(Failure { sentence, code: USAGE })
}

/// Prints clap's message: help and the version are results, everything else is about wrong arguments.
fn said(error: &clap::Error) -> ExitCode {
    let printed = match window::of_messages() {
        // clap breaks the lines of its help, but not the lines of its errors.
        Some(width) if error.use_stderr() => {
            write!(anstream::stderr(), "{}", wrap(&error.render().ansi().to_string(), 0, width))
        }
        _ => error.print(),
    };
    match output::written(printed) {
        Err(failure) => report(&failure),
        Ok(()) if error.use_stderr() => ExitCode::from(USAGE),
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn report(failure: &Failure) -> ExitCode {
    // If standard error is gone too, the exit code still tells.
    let _ = writeln!(anstream::stderr(), "{}", fitted(&format!("pillarbox-lab: {}", failure.sentence)));
    ExitCode::from(failure.code)
}
