//! The grammar of `pillarbox group`.

use clap::{Subcommand, ValueEnum};

use super::help;
use super::machine::Machine;

/// Whom a phone believes on who is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Believed {
    /// The members, who sign each change
    Members,
    /// The operator, who manages them
    Operator,
}

/// `pillarbox group`.
#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Make a group of your contacts and you, and tell them
    #[command(before_help = help::GROUP_CREATE)]
    Create {
        /// What every member sees it called
        #[arg(value_name = "GROUP")]
        name: String,
        /// The contacts to put into it
        #[arg(required = true, value_name = "MEMBER")]
        members: Vec<String>,
    },
    /// Add a contact, and tell every member
    #[command(before_help = help::GROUP_ADD)]
    Add {
        /// The group
        #[arg(value_name = "GROUP")]
        name: String,
        /// The contact
        member: String,
    },
    /// Remove a member, for good, and tell every member
    #[command(before_help = help::GROUP_REMOVE)]
    Remove {
        /// The group
        #[arg(value_name = "GROUP")]
        name: String,
        /// The member
        member: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Leave a group, for good, and tell every member
    #[command(before_help = help::GROUP_LEAVE)]
    Leave {
        /// The group
        #[arg(value_name = "GROUP")]
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Make another member the admin, in a group that the operator manages
    #[command(before_help = help::GROUP_HAND_OVER)]
    HandOver {
        /// The group
        #[arg(value_name = "GROUP")]
        name: String,
        /// The member
        member: String,
    },
    /// Choose whom this phone believes on who is in a group
    #[command(before_help = help::GROUP_BELIEVE)]
    Believe {
        /// Whom
        #[arg(value_enum)]
        whom: Believed,
    },
    /// List the groups that you are in or have left
    #[command(before_help = help::GROUP_LIST)]
    List {
        #[command(flatten)]
        machine: Machine,
    },
    /// Show who is in a group, and who signed it
    #[command(before_help = help::GROUP_SHOW)]
    Show {
        /// The group
        #[arg(value_name = "GROUP")]
        name: String,
        #[command(flatten)]
        machine: Machine,
    },
}
