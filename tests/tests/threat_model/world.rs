//! The world of these tests: a relay whose rows are in a folder and which reports what passes, and phones as the
//! shipped program creates them.

use pillarbox_client::PaddingRule;
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::World;

pub(crate) fn new() -> World {
    with(RelaySettings::default())
}

pub(crate) fn with(settings: RelaySettings) -> World {
    let mut world = World::on_disk(settings);
    world.padding = PaddingRule::Padme;
    world.relay.engine().follow(Some(usize::MAX));
    world
}
