//! Devices that are linked to an account of the world.

use pillarbox_client::{Notice, PaddingRule, Phone, Vault};

use super::{Who, World};

impl World {
    /// Adds a new device that waits to be linked to an account.
    pub fn waiting_device(&mut self, owner: Who) -> Who {
        let invitation = self.invitation(owner);
        let (now, mut rng) = (self.now, self.fork());
        let vault = Vault::in_memory(&mut rng).unwrap();
        let phone =
            Phone::create_linked_in(vault, &invitation, PaddingRule::Blocks80, now, &mut rng).unwrap();
        self.add(phone, None)
    }

    /// Links a new device to an account, whose first phone is `owner`. Both were informed.
    pub fn link_device(&mut self, owner: Who, with_history: bool) -> Who {
        let device = self.waiting_device(owner);
        assert!(self.take_notices(device).contains(&Notice::WaitsForLink));
        let code = self.see(device).device_code().unwrap();
        self.at(owner).link_device(code.to_string().parse().unwrap(), with_history).unwrap();
        self.run();
        let told = self.take_notices(owner);
        assert!(told.iter().any(|notice| matches!(notice, Notice::DeviceLinked { .. })), "{told:?}");
        let told = self.take_notices(device);
        assert!(told.contains(&Notice::LinkComplete), "{told:?}");
        device
    }
}
