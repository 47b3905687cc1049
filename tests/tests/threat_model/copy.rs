//! A copy of a phone's open vault, held by an attacker who also records the traffic.

use pillarbox_client::{Link, Notice, Phone};
use pillarbox_testkit::world::{Who, World, passphrase};
use pillarbox_wire::{AccountId, Deliver, FixedBytes, RelayFrame, Timestamp, Welcome};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

/// The phone's program on a copied profile. It receives recorded frames and is never connected to anything.
pub(crate) struct Copy {
    phone: Phone,
    rng: StdRng,
    /// The time on its clock, which the holder of the copy sets.
    now: Timestamp,
    /// The folder of the copied profile. It is deleted with the copy, and not before.
    _folder: TempDir,
}

impl Copy {
    /// Copies a phone's profile in its present state, with its passphrase.
    pub(crate) fn take(world: &mut World, whose: Who) -> Self {
        let folder = world.copy_folder(whose);
        world.run();
        Self::open(folder, world.now, world)
    }

    /// Opens a copied profile with the clock at `now`.
    pub(crate) fn open(folder: TempDir, now: Timestamp, world: &World) -> Self {
        let mut rng = StdRng::from_seed([77; 32]);
        let mut phone = Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap();
        phone.connected(Link::Named, [0; 32]);
        let certificate_key = FixedBytes(*world.certificate_key().public().as_bytes());
        let welcome = RelayFrame::Welcome(Welcome { time: now, certificate_key });
        phone.on_frame(Link::Named, welcome, now, &mut rng).unwrap();
        Self { phone, rng, now, _folder: folder }
    }

    /// Feeds it recorded messages, and returns the notices that result.
    pub(crate) fn feed(&mut self, messages: &[Deliver]) -> Vec<Notice> {
        let mut notices = Vec::new();
        for message in messages {
            let frame = RelayFrame::Deliver(message.clone());
            notices.extend(self.phone.on_frame(Link::Named, frame, self.now, &mut self.rng).unwrap());
        }
        notices
    }

    /// Returns the texts that it can read in recorded messages.
    pub(crate) fn read(&mut self, messages: &[Deliver]) -> Vec<String> {
        let text = |notice| match notice {
            Notice::Received { entry, .. } => entry.text().map(str::to_owned),
            _ => None,
        };
        self.feed(messages).into_iter().filter_map(text).collect()
    }

    /// Returns the texts in the vault.
    pub(crate) fn kept(&self, with: AccountId) -> Vec<String> {
        let history = self.phone.history(with).unwrap();
        history.iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
    }
}
