//! The ways in which a command about a group can fail, and their messages.

use std::fmt::Write;

use pillarbox_client::body::MAX_GROUP_MEMBERS;
use pillarbox_client::naming;

use super::exit::Exit;
use super::quote::quote;

/// The reason why a command about a group stopped.
///
/// Invariant: text from a peer has passed `display::safe` before it gets here.
#[derive(Debug)]
pub(crate) enum GroupFailure {
    /// No group has this name.
    Unknown {
        /// The name as typed.
        name: String,
        /// The names of all groups.
        known: Vec<String>,
    },
    /// Several groups have this name, because anybody can give a group any name.
    Several {
        /// The name as typed.
        name: String,
        /// Their ids, names and members.
        meant: Vec<(String, String, usize)>,
    },
    /// The owner has left the group.
    Left {
        /// The group's name.
        name: String,
    },
    /// The owner has a group of this name.
    NameTaken {
        /// The name as typed.
        name: String,
    },
    /// Everybody else has left.
    Alone {
        /// The group's name.
        name: String,
    },
    /// The group has had as many members as it may.
    Full {
        /// The group's name.
        name: String,
    },
    /// Somebody who has left is to be added.
    WasMember {
        /// Who it is.
        member: String,
        /// The group's name.
        name: String,
    },
}

impl GroupFailure {
    /// Returns the message, the arguments of the command to type next, and the exit code.
    pub(crate) fn explain(&self) -> (String, Option<String>, Exit) {
        let (what, next) = match self {
            Self::Unknown { name, known } if known.is_empty() => (
                format!("There is no group called {name}. You are in none yet."),
                Some("group create --help".to_owned()),
            ),
            Self::Unknown { name, known } => {
                let folded = naming::fold(name);
                let close = known.iter().find(|other| naming::fold(other).contains(&folded));
                let close = close.map(|close| format!(" Did you mean {close}?")).unwrap_or_default();
                (format!("There is no group called {name}.{close}"), Some("group list".to_owned()))
            }
            Self::Several { name, meant } => {
                let mut what =
                    format!("{name} can mean {} of your groups, so nothing was done:\n", meant.len());
                for (id, name, members) in meant {
                    // Writing to a string cannot fail.
                    let noun = if *members == 1 { "member" } else { "members" };
                    let _ = writeln!(what, "{id}  {name}, {members} {noun}");
                }
                what += "Type those 32 digits of the one you mean in place of the name. Anybody can give a group any name.";
                (what, Some("group list".to_owned()))
            }
            Self::Left { name } => (
                format!(
                    "You have left {name}, and nobody comes back into a group. Nothing was sent and nothing was changed."
                ),
                Some(format!("history --group {}", quote(name))),
            ),
            Self::NameTaken { name } => (
                format!(
                    "You have a group called {name} already: capitals, spaces and the way an accent is typed make no \
                     difference. Choose another name."
                ),
                Some("group list".to_owned()),
            ),
            Self::Alone { name } => (
                format!("Everybody else has left {name}, so there is nobody to write to. Nothing was sent."),
                Some(format!("group show {}", quote(name))),
            ),
            Self::Full { name } => (
                format!(
                    "{name} has had {MAX_GROUP_MEMBERS} members, those who left included, and a group has no more. Nothing \
                     was changed."
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::WasMember { member, name } => (
                format!(
                    "{member} has left {name}, and nobody comes back into a group, so that all phones agree who is in it. \
                     Nothing was changed. To write to all of them, make a new group."
                ),
                Some(format!("group show {}", quote(name))),
            ),
        };
        (what, next, Exit::No)
    }
}
