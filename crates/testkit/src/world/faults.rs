//! Faults: broken connections, ended programs, copied and restored profiles.

use std::path::PathBuf;

use pillarbox_client::{Link, Phone};
use pillarbox_relay::Input;
use tempfile::TempDir;

use super::{Who, World, passphrase};

impl World {
    /// Cuts both connections of a phone, with everything on them.
    pub fn cut(&mut self, who: Who) {
        for link in [Link::Named, Link::Nameless] {
            if let Some(line) = self.slots[who].lines[link as usize].take() {
                self.at(who).disconnected(link);
                self.process(vec![(line.connection, Input::Closed)]);
            }
        }
    }

    /// Cuts both connections of a phone. The relay learns of it once it has read what was sent.
    pub(super) fn linger(&mut self, who: Who) {
        for link in [Link::Named, Link::Nameless] {
            if let Some(line) = self.slots[who].lines[link as usize].take() {
                self.at(who).disconnected(link);
                self.late.push_back((line.connection, Input::Closed));
            }
        }
    }

    /// Restarts the relay's program on the same rows. Its rate limits begin again.
    pub fn restart_relay(&mut self) {
        for who in 0..self.slots.len() {
            for link in [Link::Named, Link::Nameless] {
                if self.slots[who].lines[link as usize].take().is_some() {
                    self.at(who).disconnected(link);
                }
            }
        }
        self.late.clear();
        self.set_relay_to_its_clock();
        self.relay.crash();
    }

    /// Cuts a phone off until it is [online](Self::online) again.
    pub fn offline(&mut self, who: Who) {
        self.cut(who);
        self.slots[who].online = false;
    }

    /// Reconnects a phone.
    pub fn online(&mut self, who: Who) {
        self.slots[who].online = true;
    }

    /// Restarts a phone's program, on the same vault or profile.
    pub fn crash(&mut self, who: Who) {
        self.cut(who);
        let phone = self.slots[who].phone.take().unwrap();
        if self.slots[who].folder.is_some() {
            drop(phone);
            return self.open_folder(who);
        }
        let (now, mut rng) = (self.clock(who), self.fork());
        self.slots[who].phone = Some(Phone::open_in(phone.into_vault(), now, &mut rng).unwrap());
    }

    /// Restarts a phone's program, and delivers everything that can arrive.
    pub fn restart(&mut self, who: Who) {
        self.crash(who);
        self.run();
    }

    /// Returns the folder of a phone's profile.
    #[must_use]
    pub fn folder(&self, who: Who) -> PathBuf {
        self.slots[who].folder.as_ref().unwrap().path().to_owned()
    }

    /// Copies a phone's profile while its program does not run.
    pub fn copy_folder(&mut self, who: Who) -> TempDir {
        self.cut(who);
        drop(self.slots[who].phone.take());
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder(who)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        self.open_folder(who);
        copy
    }

    /// Replaces a phone's profile with a copy, and starts its program again.
    pub fn put_back(&mut self, who: Who, copy: TempDir) {
        self.cut(who);
        drop(self.slots[who].phone.take());
        self.slots[who].folder = Some(copy);
        self.open_folder(who);
    }

    fn open_folder(&mut self, who: Who) {
        let (now, mut rng) = (self.clock(who), self.fork());
        let folder = self.folder(who);
        self.slots[who].phone = Some(Phone::open(&folder, &passphrase(), now, &mut rng).unwrap());
    }
}
