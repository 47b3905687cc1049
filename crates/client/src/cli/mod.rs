//! The command line of a phone: parses a command, runs it, and reports the result in words.
//!
//! This layer owns grammar, prompts, wording and exit codes. It knows no cryptography, no frames and no storage,
//! because the library does that work. Text from peers passes `display::safe` before it is shown, in every form.

mod account;
mod backup;
mod backup_key;
mod channel;
mod chat;
mod clock;
mod contact;
mod context;
mod crowd;
mod device;
mod device_grammar;
mod device_words;
mod directory;
mod errors;
mod exit;
mod failure;
mod grammar;
mod group;
mod group_grammar;
mod help;
mod history;
mod inbox;
mod linking;
mod lock;
mod machine;
mod membership;
mod missing;
mod net;
mod passphrase;
mod period;
mod picture;
mod profile;
mod program;
mod qr;
mod send;
mod services;
mod strangers;
mod terminal;
mod typing;
mod verify;
mod waiting;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use pillarbox_client::display::safe_lines;
use pillarbox_system::color::Color;
use pillarbox_text::wrap::wrap;

use self::context::CliContext;
use self::exit::Exit;
use self::failure::Failure;
pub use self::grammar::command;
use self::grammar::{Cli, Command};
pub use self::program::PhoneProgram;
use self::terminal::Terminal;

/// Runs one command line of a program.
pub fn main(program: &impl PhoneProgram, words: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_line(program, &words.into_iter().collect::<Vec<_>>()).into()
}

fn run_line(program: &impl PhoneProgram, words: &[OsString]) -> Exit {
    if let Some(banner) = program.banner() {
        Terminal::new(Color::Auto).note(banner);
    }
    let Cli { options, command } = match grammar::parse(words) {
        Ok(cli) => cli,
        Err(error) => return say(&error, words),
    };
    let directory = context::directory(&options).unwrap_or_default();
    let (mut terminal, prefix) = (Terminal::new(options.color), options.prefix(program));
    let outcome =
        CliContext::new(program, &mut terminal, options).and_then(|mut context| run(&mut context, &command));
    match outcome {
        Ok(()) => Exit::Done,
        Err(failure) => {
            if let Some(explained) = errors::explain(&failure, &directory) {
                match failure {
                    // A deliberate action of the user is not an error.
                    Failure::Interrupted | Failure::Declined => terminal.note(&explained.what),
                    _ => terminal.error(&explained.what),
                }
                if let Some(next) = explained.next {
                    terminal.next(&format!("{prefix} {next}"));
                }
            }
            errors::exit(&failure)
        }
    }
}

fn run(context: &mut CliContext<'_, impl PhoneProgram>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Account(account) => account::run(context, account),
        Command::Contact(contact) => contact::run(context, contact),
        Command::Group(group) => group::run(context, group),
        Command::Verify(verify) => verify::run(context, verify),
        Command::Send(send) => send::run(context, send),
        Command::Inbox(inbox) => inbox::run(context, inbox),
        Command::History(history) => history::run(context, history),
        Command::Picture(command) => picture::run(context, command),
        Command::Chat(chat) => chat::run(context, chat),
        Command::Backup(command) => backup::run(context, command),
        Command::Channel(command) => channel::run(context, command),
        Command::Device(command) => device::run(context, command),
        Command::Directory(command) => directory::run(context, command),
    }
}

/// Prints a message of the parser. Help and version are printed to standard output and are not errors; everything
/// else is a usage error.
fn say(error: &clap::Error, words: &[OsString]) -> Exit {
    let harmless = |word: &OsString| word.to_str().is_some_and(|word| safe_lines(word) == word);
    let said = if error.use_stderr() {
        // The message repeats the command line, which may hold an address or link made by somebody else.
        let text = match words.iter().all(harmless) {
            true => error.render().ansi().to_string(),
            false => safe_lines(&error.render().to_string()),
        };
        // clap wraps its help, but not its errors.
        let text = wrap(&text, 0, Terminal::new(Color::Auto).width());
        write!(anstream::stderr(), "{text}")
    } else {
        error.print()
    };
    match said {
        Err(broken) if broken.kind() != io::ErrorKind::BrokenPipe => {
            let failure = Failure::from_output(broken);
            if let Some(explained) = errors::explain(&failure, &PathBuf::new()) {
                Terminal::new(Color::Auto).error(&explained.what);
            }
            errors::exit(&failure)
        }
        _ if error.use_stderr() => Exit::Usage,
        _ => Exit::Done,
    }
}
