//! The grammar of `pillarbox-lab`, from its own files.
#![allow(dead_code, unreachable_pub, reason = "of each file only what the grammar needs is used")]

#[path = "../../../crates/lab/src/cli/args.rs"]
mod args;
#[path = "../../../crates/lab/src/cli/live_grammar.rs"]
mod live_grammar;
#[path = "../../../crates/lab/src/cli/metadata_grammar.rs"]
mod metadata_grammar;

use clap::CommandFactory;

pub(crate) fn command() -> clap::Command {
    args::Arguments::command()
}
