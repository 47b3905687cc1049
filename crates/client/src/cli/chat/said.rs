//! How far the messages typed into a chat have come, in words.

use std::time::Duration;

use pillarbox_client::BodyId;
use tokio::time::Instant;

use super::Chat;

/// How long a message may go without an answer before its line says that it waits on this phone. A relay that is there
/// answers within a second, and somebody who sees nothing for longer begins to wonder.
const UNANSWERED: Duration = Duration::from_secs(5);

/// A message typed here, as its line tells of it.
pub(super) struct Said {
    pub(super) id: BodyId,
    /// Whether the relay has decided about it.
    pub(super) settled: bool,
    /// When it was typed, until its line says that it waits.
    pub(super) untold: Option<Instant>,
}

impl Said {
    /// Whether its line should say now that it waits. True once.
    fn begins_to_wait(&mut self, now: Instant) -> bool {
        let is_late = |typed: Instant| now.saturating_duration_since(typed) >= UNANSWERED;
        let begins = !self.settled && self.untold.is_some_and(is_late);
        if begins {
            self.untold = None;
        }
        begins
    }
}

impl Chat<'_, '_> {
    /// Takes in what became of a message typed here, and tells it.
    pub(super) fn report(&mut self, message: BodyId, what: &str) {
        let mut said = self.said.iter_mut().enumerate();
        if let Some((at, said)) = said.find(|(_, said)| said.id == message) {
            said.settled = true;
            self.tell_step(at + 1, what);
        }
    }

    /// Tells which messages typed here wait on this phone because the relay gives no answer. Where it asks to wait, that was
    /// told for all of them.
    pub(super) fn tell_unanswered(&mut self) {
        if self.weather.is_throttled() {
            return;
        }
        let now = Instant::now();
        let said = self.said.iter_mut().enumerate();
        let late: Vec<_> = said.filter_map(|(at, said)| said.begins_to_wait(now).then_some(at + 1)).collect();
        late.into_iter().for_each(|number| self.tell_waiting(number));
    }

    /// Tells that a message typed here waits.
    pub(super) fn tell_waiting(&mut self, number: usize) {
        self.tell_step(number, if self.keys { "waiting" } else { "waiting on this phone" });
    }

    /// Tells how far a message typed here has come.
    pub(super) fn tell_step(&mut self, number: usize, step: &str) {
        if self.keys && !step.contains(' ') {
            self.desk.terminal.step(number, step);
        } else {
            self.desk.terminal.note(&format!("Message {number}: {step}."));
        }
    }
}
