//! Groups whose members the operator manages: its own rows say who is in them.

use std::collections::BTreeSet;

use pillarbox_relay::store::{GroupMemberRow, GroupRow};

use super::profile::words;
use super::rows::Rows;
use crate::evidence::Exhibit;
use crate::facts::Member;

/// What the operator's rows of groups say about an account.
#[derive(Debug, Default)]
pub(super) struct Managed {
    /// A line for each group.
    pub(super) lines: BTreeSet<String>,
    /// The members that are named.
    pub(super) members: BTreeSet<Member>,
    /// The rows.
    pub(super) exhibits: Vec<Exhibit>,
}

/// Reads the groups that the account is or was in. `whole` lists the other members of those that it is in.
pub(super) fn managed(rows: &Rows<'_>, whole: bool) -> Managed {
    let held = rows.holdings.rows();
    let mut managed = Managed::default();
    for group in &held.groups {
        let of_group = || held.group_members.iter().filter(|row| row.group_id == group.group_id);
        let Some(own) = of_group().find(|row| row.account == rows.account.account) else { continue };
        managed.exhibits.push(Exhibit::row("groups", group));
        if whole && own.standing.is_in() {
            managed.add_whole(group, of_group(), rows);
        } else {
            managed.add_own(group, own, rows);
        }
    }
    managed
}

impl Managed {
    fn add_own(&mut self, group: &GroupRow, own: &GroupMemberRow, rows: &Rows<'_>) {
        let name = name(group);
        self.exhibits.push(Exhibit::row("group_members", own));
        if own.standing.is_in() {
            self.lines.insert(name.clone());
            self.members.insert(Member { group: name, member: rows.name(own.account) });
        } else {
            let (year, month, day, ..) = own.at.calendar();
            self.lines.insert(format!("{name}, until {year}-{month:02}-{day:02}"));
        }
    }

    fn add_whole<'a>(
        &mut self,
        group: &GroupRow,
        of_group: impl Iterator<Item = &'a GroupMemberRow>,
        rows: &Rows<'_>,
    ) {
        let name = name(group);
        let mut named = Vec::new();
        for row in of_group {
            self.exhibits.push(Exhibit::row("group_members", row));
            if row.standing.is_in() {
                named.push(rows.name(row.account));
                self.members.insert(Member { group: name.clone(), member: rows.name(row.account) });
            }
        }
        self.lines.insert(format!("{name}: {}", named.join(", ")));
    }
}

/// Returns a group's name as far as it is words that can be shown.
fn name(group: &GroupRow) -> String {
    words(group.name.as_bytes()).unwrap_or_default()
}
