//! The sweep, which removes what is too old: messages that nobody fetched, delivered messages and events whose time
//! is over, and everything that exceeds a rule that was changed.

use super::Relay;
use super::round::Round;
use crate::store::{Forget, Store, Trim};

impl<S: Store> Relay<S> {
    /// Stages expired rows, up to a limit at once. Returns true if there may be more.
    pub(super) fn sweep(&mut self, round: &mut Round) -> bool {
        let limits = &self.settings.limits;
        if self.ageing.is_due(round.now) {
            self.ageing.advance(round.now, limits.ageing_step);
            self.counters.ageing_clock = Some(self.ageing.clock());
            self.sweeping = true;
        }
        if !self.sweeping {
            return false;
        }
        round.changes.counters.ageing_clock = self.counters.ageing_clock;
        let clock = self.ageing.clock();
        let keeping = &self.settings.keeping;
        let most = limits.sweep_messages as usize;
        let mut expired = Vec::new();
        'mailboxes: for device in self.directory.devices_mut() {
            while let Some(message) = device.mailbox.expire(clock, keeping.undelivered) {
                expired.push(message);
                if expired.len() >= most {
                    break 'mailboxes;
                }
            }
        }
        let more = expired.len() >= most;
        self.sweeping = more;
        round.changes.removed.extend(&expired);
        round.expired = expired;
        round.changes.forget = Some(Forget {
            delivered_by: clock - keeping.delivered.unwrap_or_default(),
            attachments_by: keeping.attachments.map(|time| clock - time),
            most: limits.sweep_messages,
        });
        if self.rule.trimming {
            round.changes.trim = Some(Trim::from(keeping));
        }
        if self.rule.trimming || !self.rule.log.is_empty() {
            round.changes.lapse = Some(self.rule.log.lapse(clock, limits.sweep_messages));
        }
        more
    }
}
