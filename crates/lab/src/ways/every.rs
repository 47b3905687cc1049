//! Every way, in the order of the screen.

use super::proposed;
use super::way::{WayEntry, today};

/// Returns every way.
pub(super) fn all() -> Vec<WayEntry> {
    let proposed = proposed::ghost_devices().into_iter().chain(proposed::escrow());
    let proposed = proposed.chain(proposed::readable_backups());
    let proposed = proposed.chain(proposed::targeted_updates()).chain(proposed::device_hacks());
    let proposed = proposed.chain([proposed::leaving()]);
    today().into_iter().chain(proposed).collect()
}

/// Returns the names of the ways, each once, in the order of the screen.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = all().iter().map(|way| way.name).collect();
    names.dedup();
    names
}
