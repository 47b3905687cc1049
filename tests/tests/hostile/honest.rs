//! Two honest people who talk during an attack, each with the real program: `pillarbox chat`.

use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Phone, Place, Process, Stream};

/// The two people, each with an open chat.
pub(crate) struct Honest {
    alice: Process,
    bob: Process,
    rounds: usize,
}

impl Honest {
    pub(crate) fn start(place: &Place, relay: &str) -> Self {
        let [alice, bob] = ["alice", "bob"].map(|profile| place.phone(profile));
        for (phone, name) in [(&alice, "Alice"), (&bob, "Bob")] {
            drop(phone.run(&["account", "create", "--relay", relay, "--name", name]).expect(0));
        }
        alice.add(&bob);
        bob.add(&alice);
        let chat = |phone: &Phone, with: &str| phone.start(&["chat", with]);
        Self { alice: chat(&alice, "Bob"), bob: chat(&bob, "Alice"), rounds: 0 }
    }

    /// Sends a question and its answer, and returns the time that the two took.
    pub(crate) fn round(&mut self) -> Duration {
        self.rounds += 1;
        let (question, answer) = (format!("question {};", self.rounds), format!("answer {};", self.rounds));
        let begun = Instant::now();
        self.alice.feed(&format!("{question}\n"));
        self.bob.wait_for(Stream::Out, |line| line.starts_with("Alice") && line.ends_with(&question));
        self.bob.feed(&format!("{answer}\n"));
        self.alice.wait_for(Stream::Out, |line| line.starts_with("Bob") && line.ends_with(&answer));
        begun.elapsed()
    }

    /// Ends both chats, and asserts that each has shown every message of the other once and in order.
    pub(crate) fn leave(self) {
        for (process, from, what) in [(self.alice, "Bob", "answer"), (self.bob, "Alice", "question")] {
            let ended = process.finish().expect(0);
            let seen: Vec<_> = ended.out.lines().filter(|line| line.starts_with(from)).collect();
            assert_eq!(seen.len(), self.rounds, "{seen:#?}");
            for (line, number) in seen.iter().zip(1..) {
                assert!(line.ends_with(&format!("{what} {number};")), "{line}");
            }
        }
    }
}
