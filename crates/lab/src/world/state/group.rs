//! Groups of the story, in this world.

use std::collections::BTreeMap;

use pillarbox_client::GroupId;

use super::profile::ProfileId;
use crate::scenario::PersonId;

/// A group as the world knows it.
#[derive(Clone)]
pub(crate) struct GroupHere {
    pub(crate) id: GroupId,
    /// The present members and their profiles.
    pub(crate) members: BTreeMap<PersonId, ProfileId>,
}
