//! The grammar of `pillarbox`, from its own files.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "of each file only what the grammar needs is used"
)]

#[path = "../../../crates/client/src/cli/backup_key.rs"]
mod backup_key;
#[path = "../../../crates/client/src/cli/device_grammar.rs"]
mod device_grammar;
#[path = "../../../crates/client/src/cli/device_words.rs"]
mod device_words;
#[path = "../../../crates/client/src/cli/exit.rs"]
mod exit;
#[path = "../../../crates/client/src/cli/failure.rs"]
mod failure;
#[path = "../../../crates/client/src/cli/grammar.rs"]
mod grammar;
#[path = "../../../crates/client/src/cli/group_grammar.rs"]
mod group_grammar;
#[path = "../../../crates/client/src/cli/help.rs"]
mod help;
#[path = "../../../crates/client/src/cli/machine.rs"]
mod machine;
#[path = "../../../crates/client/src/cli/membership.rs"]
mod membership;
#[path = "../../../crates/client/src/cli/passphrase.rs"]
mod passphrase;
#[path = "../../../crates/client/src/cli/period.rs"]
mod period;
#[path = "../../../crates/client/src/cli/profile.rs"]
mod profile;
#[path = "../../../crates/client/src/cli/qr.rs"]
mod qr;
#[path = "../../../crates/client/src/cli/services.rs"]
mod services;
#[path = "../../../crates/client/src/cli/terminal.rs"]
mod terminal;
#[path = "../../../crates/client/src/cli/typing/mod.rs"]
mod typing;

pub(crate) use grammar::command;
