//! Writes the manual pages and the shell completions of the three programs, from the grammars that the programs parse
//! with.
//!
//! `pillarbox-manuals FOLDER` creates `FOLDER/man/man1`, and `FOLDER/completions` with a folder for each shell. The
//! files do not depend on the time or the place at which they are created.

mod lab;
mod page;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

/// The shells, each with the folder for its files.
const SHELLS: [(Shell, &str); 3] = [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish")];

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("pillarbox-manuals: name one folder to write into: pillarbox-manuals FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pillarbox-manuals: {} cannot be written: {error}", Path::new(&folder).display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> io::Result<()> {
    let pages = folder.join("man").join("man1");
    fs::create_dir_all(&pages)?;
    for grammar in [pillarbox_client::cli::command(), pillarbox_relay::cli::command(), lab::command()] {
        for (shell, name) in SHELLS {
            let place = folder.join("completions").join(name);
            fs::create_dir_all(&place)?;
            let program = grammar.get_name().to_owned();
            clap_complete::generate_to(shell, &mut grammar.clone(), program, &place)?;
        }
        write_pages(built(grammar), &pages)?;
    }
    Ok(())
}

/// Builds the grammar as it is parsed. Each command has the options that all commands share, and knows its whole
/// name.
fn built(mut grammar: Command) -> Command {
    // Pages of the `help` subcommand would repeat those of the commands.
    grammar = grammar.disable_help_subcommand(true);
    grammar.build();
    grammar
}

/// Writes a page for the command and one for each command below it.
fn write_pages(command: Command, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands() {
        write_pages(below.clone(), folder)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    fs::write(folder.join(format!("{name}.1")), page::render(&name, command)?)
}
