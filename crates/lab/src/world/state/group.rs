//! Groups of the story, as they are here.

use std::collections::BTreeMap;

use pillarbox_client::GroupId;

use super::profile::ProfileId;
use crate::scenario::PersonId;

/// A group as the world knows it.
#[derive(Clone)]
pub(in crate::world) struct GroupHere {
    pub(in crate::world) id: GroupId,
    /// The present members and their profiles.
    pub(in crate::world) members: BTreeMap<PersonId, ProfileId>,
}
