//! The grammar of `pillarbox-lab`, from its own file.
#![allow(dead_code, unreachable_pub, reason = "of each file only what the grammar needs is used")]

#[path = "../../../crates/lab/src/cli/args.rs"]
mod args;

use clap::CommandFactory;

pub(crate) fn command() -> clap::Command {
    args::Arguments::command()
}
