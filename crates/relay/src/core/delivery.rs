//! Delivery: messages that wait in a mailbox are sent to its device, in order, as far as the window of its
//! connection allows.
//!
//! Messages of this round come from memory. Older ones are read from the store, a bounded number of bytes in one
//! turn, so that many devices that reconnect at once do not fill the memory.

use pillarbox_wire::{Deliver, DeviceAddress, FixedBytes, MessageId, RelayFrame, Timestamp};

use super::Relay;
use super::events::{Effect, Outcome};
use super::round::Fresh;
use crate::exhibit::passing::{self, FrameSubject, Passing};
use crate::store::{MessageRow, Store, StoreError};

impl<S: Store> Relay<S> {
    /// Puts a device at the end of the line, unless it is already in it.
    pub(super) fn stand_in_line(&mut self, address: DeviceAddress) {
        if let Some(device) = self.directory.device_mut(&address)
            && device.online.is_some()
            && !device.in_line
        {
            device.in_line = true;
            self.line.push_back(address);
        }
    }

    /// Serves the whole line, or as much of it as one turn may read.
    pub(super) fn serve(
        &mut self,
        fresh: &mut Fresh,
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let mut to_read = self.settings.limits.read_ahead_bytes;
        for _ in 0..self.line.len() {
            let Some(address) = self.line.pop_front() else { break };
            if let Some(device) = self.directory.device_mut(&address) {
                device.in_line = false;
            }
            match self.serve_one(address, &mut to_read, fresh, now, outcome) {
                Ok(true) => {}
                Ok(false) => {
                    self.stand_in_line(address);
                    outcome.more = true;
                }
                // The messages wait; the next acknowledgement, message or connection tries again.
                Err(error) if error.may_pass() => outcome.trouble = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Fills one device's window. Returns false if that needs more reading than this turn has left.
    fn serve_one(
        &mut self,
        address: DeviceAddress,
        to_read: &mut u64,
        fresh: &mut Fresh,
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<bool, StoreError> {
        let Some(device) = self.directory.device_mut(&address) else { return Ok(true) };
        let Some(connection) = device.online else { return Ok(true) };
        let limits = &self.settings.limits;
        let mut handed: Vec<MessageId> = Vec::new();
        let mut stored: Vec<MessageId> = Vec::new();
        let mut bytes = 0_u64;
        while let Some(waiting) = device.mailbox.hand_over(limits.window_messages, limits.window_bytes) {
            handed.push(waiting.message);
            if !fresh.has(waiting.message) {
                stored.push(waiting.message);
                bytes += u64::from(waiting.size);
            }
        }
        if *to_read == 0 && !stored.is_empty() {
            device.mailbox.take_back(handed.len());
            return Ok(false);
        }
        *to_read = to_read.saturating_sub(bytes.max(u64::from(!stored.is_empty())));
        let read = if stored.is_empty() {
            Vec::new()
        } else {
            match self.store.messages(&stored) {
                Ok(rows) => rows,
                Err(error) => {
                    device.mailbox.take_back(handed.len());
                    return Err(error);
                }
            }
        };
        let mut read = read.into_iter();
        for message in handed {
            let row = fresh.take(message).or_else(|| read.next()).ok_or(StoreError::Damaged)?;
            let MessageRow { message, mailbox: _, accepted_at, sender, delivered_at: _, payload } = row;
            self.pass(outcome, || {
                self.connections.get(connection).map(|known| Passing {
                    time: now,
                    connection,
                    peer: known.peer,
                    frame: "Deliver",
                    from: sender,
                    about: Some(FrameSubject::Device(address)),
                    bytes: u32::try_from(payload.len()).unwrap_or(u32::MAX),
                })
            });
            // The relay vouches for no sender that the row does not name.
            let stamp =
                self.rule.stamp_key.as_ref().zip(sender).map(|(key, sender)| {
                    FixedBytes(key.stamp(payload.as_slice(), sender, address, accepted_at))
                });
            let frame = RelayFrame::Deliver(Deliver { message, from: sender, accepted_at, payload, stamp });
            outcome.effects.push(Effect::Send(connection, frame));
        }
        Ok(true)
    }

    /// Returns an answer as an event for followers.
    pub(super) fn event_of_answer(&self, effect: &Effect, now: Timestamp) -> Option<Passing> {
        let (connection, frame) = match effect {
            Effect::Send(connection, frame) => (*connection, passing::to_phone(frame)),
            Effect::Close(connection, _) => (*connection, "Goodbye"),
            // It is sent on nobody's connection.
            Effect::Wake(_) | Effect::SendCode(..) => return None,
        };
        // A connection that was just closed is forgotten, and its goodbye is not worth remembering it for.
        let known = self.connections.get(connection)?;
        Some(Passing {
            time: now,
            connection,
            peer: known.peer,
            frame,
            from: None,
            about: known.device.map(FrameSubject::Device),
            bytes: 0,
        })
    }
}
