//! The ways in which a command about a group can fail, and their messages.

use std::fmt::Write;

use pillarbox_client::body::MAX_GROUP_MEMBERS;
use pillarbox_client::naming;

use super::exit::Exit;
use pillarbox_text::shell::quote;

/// Reasons that a command about a group stopped.
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
    /// The owner was removed from the group.
    Removed {
        /// The group's name.
        name: String,
        /// The keeper who removed them; `None` if they are out because the member who had added them was removed.
        by: Option<String>,
    },
    /// Nobody signs who is in the group, so nobody can be removed.
    Unsigned {
        /// The group's name.
        name: String,
    },
    /// Somebody else may remove members.
    NotKeeper {
        /// The group's name.
        name: String,
        /// The member who may.
        keeper: String,
    },
    /// Somebody else is the admin of a group whose members the operator manages.
    NotAdmin {
        /// The group's name.
        name: String,
        /// The name of the admin here.
        admin: String,
    },
    /// The operator does not manage the members of the group, or this phone no longer asks it.
    NotOperators {
        /// The group's name.
        name: String,
    },
    /// The owner is out of a group whose members the operator manages.
    OperatorOut {
        /// The group's name.
        name: String,
    },
    /// Somebody is not in the group.
    NotMember {
        /// The name of that person here.
        member: String,
        /// The group's name.
        name: String,
    },
    /// The owner would be removed, and can leave instead.
    Oneself {
        /// The group's name.
        name: String,
    },
    /// The group knows another key of the owner.
    OtherKey {
        /// The group's name.
        name: String,
    },
    /// This phone lacks the key of somebody whom the owner wants to add.
    NoKey {
        /// The name of that person here.
        member: String,
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
    /// The owner wants to add somebody who has left.
    WasMember {
        /// The name of that person here.
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
            Self::Removed { name, by } => {
                let how = match by {
                    Some(by) => format!("{by} removed you from {name}"),
                    None => format!("You are no longer in {name}: whoever had added you was removed"),
                };
                (
                    format!(
                        "{how}, and nobody comes back into a group. Nothing was sent and nothing was changed. What was said \
                         before stays on this phone."
                    ),
                    Some(format!("history --group {}", quote(name))),
                )
            }
            Self::Unsigned { name } => (
                format!(
                    "Nobody signs who is in {name}, so nobody can be removed from it. Nothing was changed. A group that you \
                     make now is signed: make a new one without them."
                ),
                Some("group create --help".to_owned()),
            ),
            Self::NotKeeper { name, keeper } => (
                format!(
                    "Only {keeper} can remove somebody from {name}. Nothing was changed. You can leave it."
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::NotAdmin { name, admin } => (
                format!(
                    "By the operator's rule only {admin} can change who is in {name}. Nothing was changed. You can leave it."
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::NotOperators { name } => (
                format!(
                    "This phone asks no operator about {name}, so nothing was changed. To let the relay manage the groups of \
                     this phone, type `group believe operator`."
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::OperatorOut { name } => (
                format!(
                    "The operator says that you are no longer in {name}. Nothing was sent and nothing was changed. Its admin \
                     can add you again. What was said before stays on this phone."
                ),
                Some(format!("history --group {}", quote(name))),
            ),
            Self::NotMember { member, name } => (
                format!("{member} is not in {name}. Nothing was changed."),
                Some(format!("group show {}", quote(name))),
            ),
            Self::Oneself { name } => (
                format!(
                    "That is you. To go yourself, type `group leave {}`. Nothing was changed.",
                    quote(name)
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::OtherKey { name } => (
                format!(
                    "{name} knows you by the key of your former phone, so nothing that this phone signs holds there. \
                     Nothing was changed. Ask a member to add you again; writing and leaving work as they are."
                ),
                Some(format!("group show {}", quote(name))),
            ),
            Self::NoKey { member, name } => (
                format!(
                    "This phone does not have {member}'s key yet, so it cannot sign that {member} is in {name}. Nothing was \
                     changed. Write to {member} first."
                ),
                Some(format!("chat {}", quote(member))),
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
                    "{member} has left {name} or was removed, and nobody comes back into a group, so that all phones agree who is in it. \
                     Nothing was changed. To write to all of them, make a new group."
                ),
                Some(format!("group show {}", quote(name))),
            ),
        };
        (what, next, Exit::No)
    }
}
