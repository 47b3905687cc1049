//! Faults: broken connections, ended programs, restored profiles.

use super::*;

impl World {
    /// Cuts both connections of a phone, with everything on them.
    pub fn cut(&mut self, at: usize) {
        for link in [Link::Named, Link::Nameless] {
            if let Some((connection, _)) = self.slots[at].links[link as usize].take() {
                self.at(at).disconnected(link);
                self.relay(vec![(connection, Input::Closed)]);
            }
        }
    }

    /// Cuts both connections of a phone. The relay learns of it once it has read what was sent.
    pub(super) fn linger(&mut self, at: usize) {
        for link in [Link::Named, Link::Nameless] {
            if let Some((connection, _)) = self.slots[at].links[link as usize].take() {
                self.at(at).disconnected(link);
                self.late.push_back((connection, Input::Closed));
            }
        }
    }

    /// Restarts the relay's program on the same store. Its rate limits begin anew.
    pub fn restart(&mut self) {
        for at in 0..self.slots.len() {
            for link in [Link::Named, Link::Nameless] {
                if self.slots[at].links[link as usize].take().is_some() {
                    self.at(at).disconnected(link);
                }
            }
        }
        self.late.clear();
        let (now, mut rng) = (self.now, self.fork());
        let relay = self.relay.take().unwrap();
        let settings = relay.settings().clone();
        self.relay = Some(Relay::open(relay.into_store(), settings, now, &mut rng).unwrap());
    }

    pub fn offline(&mut self, at: usize) {
        self.cut(at);
        self.slots[at].online = false;
    }

    pub fn online(&mut self, at: usize) {
        self.slots[at].online = true;
    }

    /// Restarts a phone's program, on the same vault or profile.
    pub fn crash(&mut self, at: usize) {
        self.cut(at);
        let phone = self.slots[at].phone.take().unwrap();
        let (now, mut rng) = (self.now, self.fork());
        let opened = if let Some(folder) = &self.slots[at].folder {
            drop(phone);
            Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap()
        } else {
            Phone::open_in(phone.into_vault(), now, &mut rng).unwrap()
        };
        self.slots[at].phone = Some(opened);
    }

    /// Returns the folder of a phone's profile.
    pub fn folder(&self, at: usize) -> std::path::PathBuf {
        self.slots[at].folder.as_ref().unwrap().path().to_owned()
    }

    /// Copies a phone's profile away.
    pub fn copy(&mut self, at: usize) -> TempDir {
        self.cut(at);
        let (now, mut rng) = (self.now, self.fork());
        drop(self.slots[at].phone.take());
        let copy = tempfile::tempdir().unwrap();
        let folder = self.slots[at].folder.as_ref().unwrap();
        copy_all(folder, &copy);
        self.slots[at].phone = Some(Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap());
        copy
    }

    /// Restores an old copy of a phone's profile.
    pub fn restore(&mut self, at: usize, copy: TempDir) {
        self.cut(at);
        let (now, mut rng) = (self.now, self.fork());
        drop(self.slots[at].phone.take());
        self.slots[at].phone = Some(Phone::open(copy.path(), &passphrase(), now, &mut rng).unwrap());
        self.slots[at].folder = Some(copy);
    }
}

fn copy_all(from: &TempDir, to: &TempDir) {
    for file in std::fs::read_dir(from.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
    }
}
