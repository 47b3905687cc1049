//! The grammar of `pillarbox-relay`, from its own files.
#![allow(dead_code, unreachable_pub, reason = "of each file only what the grammar needs is used")]

#[path = "../../../crates/relay/src/cli/args.rs"]
mod args;
#[path = "../../../crates/relay/src/cli/failure.rs"]
mod failure;
#[path = "../../../crates/relay/src/cli/public_host.rs"]
mod public_host;
#[path = "../../../crates/relay/src/cli/rule.rs"]
mod rule;
#[path = "../../../crates/relay/src/cli/text.rs"]
mod text;

use clap::CommandFactory;

pub(crate) fn command() -> clap::Command {
    args::Arguments::command()
}
