//! Submission and acknowledgement of messages.
//!
//! A sealed message arrives on a connection that names nobody, from a sender who presents the recipient's delivery
//! key. A connection with a name is refused that key: otherwise a phone could undo its own anonymity by mistake,
//! and nobody would notice.

use pillarbox_crypto::labels::DELIVERY_KEY;
use pillarbox_crypto::{equal, kdf};
use pillarbox_wire::limits::{MAX_ACKNOWLEDGEMENTS, MAX_PAYLOAD_LEN};
use pillarbox_wire::{
    Accepted, AccountId, Acknowledge, Farewell, FixedBytes, MessageId, Refusal, RelayFrame, Submit,
};

use super::Relay;
use super::connections::Connection;
use super::log::LogEntry;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::mailbox::{Entrance, Quota};
use crate::memory::rate_limiter::Request;
use crate::rules::keeping::Logged;
use crate::store::{Changes, MessageRow, Store};

impl<S: Store> Relay<S> {
    pub(super) fn submit(&mut self, id: ConnectionId, frame: Submit, round: &mut Round) {
        let request = frame.request;
        match self.stage_message(id, frame, round) {
            Ok(()) => round.promise(id, request, RelayFrame::Accepted(Accepted { request })),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_message(&mut self, id: ConnectionId, frame: Submit, round: &mut Round) -> Result<(), Refusal> {
        let Submit { request: _, to, delivery_key, payload } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        if payload.len() > MAX_PAYLOAD_LEN {
            return Err(Refusal::TooMuch);
        }
        let limits = &self.settings.limits;
        let (kind, rate) = match connection.device {
            Some(_) => (Request::Submission, limits.submissions),
            None => (Request::SealedSubmission, limits.sealed_submissions),
        };
        self.limiter.take(kind, connection.subject(), rate, round.now)?;
        self.admit(&connection, to.account, delivery_key.as_ref())?;
        if self.directory.device(&to).is_none() && self.directory.account(to.account).is_some() {
            return Err(Refusal::KeysReplaced);
        }
        let size = payload.len();
        if self.directory.device(&to).is_none() {
            return Err(Refusal::UnknownRecipient);
        }
        self.take_room(size, round)?;
        let device = self.directory.device_mut(&to).ok_or(Refusal::UnknownRecipient)?;
        let limits = &self.settings.limits;
        // `admit` admits no nameless connection that does not present the delivery key.
        let entrance = if connection.device.is_some() { Entrance::Open } else { Entrance::Sealed };
        if !device.mailbox.reserve(size, entrance, Quota::from(limits)) {
            return Err(Refusal::MailboxFull);
        }
        let message = self.counters.next_message;
        self.counters.next_message = MessageId(message.0.saturating_add(1));
        round.changes.counters.next_message = self.counters.next_message;
        round.recipients.push((to, entrance));
        round.changes.messages.push(MessageRow {
            message,
            mailbox: device.row.device_number,
            accepted_at: round.now,
            sender: connection.device.filter(|_| self.settings.keeping.sender),
            delivered_at: None,
            payload,
        });
        if self.rule.log.concern(Logged::Sent) {
            let sent = LogEntry::on(&connection, Logged::Sent).about(Some(to.account));
            self.log(sent.bytes(size).message(message), round);
        }
        Ok(())
    }

    /// Admits a connection to an account: one with a name needs no key, one without a name needs the right key. A
    /// wrong key and a missing account get the same answer after the same work.
    pub(super) fn admit(
        &self,
        connection: &Connection,
        account: AccountId,
        delivery_key: Option<&FixedBytes<32>>,
    ) -> Result<(), Refusal> {
        match (connection.device, delivery_key) {
            (Some(_), None) => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::AlreadyAuthenticated),
            (None, None) => Err(Refusal::NotAuthenticated),
            (None, Some(key)) => {
                let shown = kdf::hash(DELIVERY_KEY, &[key.as_bytes()]);
                let known = self.directory.account(account);
                let verifier = known.map_or([0; 32], |account| account.row.delivery_verifier.0);
                if equal(&shown, &verifier) && known.is_some() {
                    Ok(())
                } else {
                    Err(Refusal::DeliveryKeyRefused)
                }
            }
        }
    }

    /// The device confirms that it has these messages. Memory forgets them at once; the rows are deleted by this
    /// round's transaction, or by the next one that succeeds. A crash before that delivers them once more, and the
    /// phone recognises them. A frame that names no message says that the device leaves the delivered messages
    /// here.
    pub(super) fn acknowledge(&mut self, id: ConnectionId, frame: &Acknowledge, round: &mut Round) {
        let connection = self.connections.get(id).filter(|connection| connection.device.is_some());
        let (Some(connection), true) = (connection, frame.messages.len() <= MAX_ACKNOWLEDGEMENTS) else {
            // The frame has no request number that a refusal could name.
            self.forget(id, round);
            return round.close(id, Farewell::Unreadable);
        };
        let Some(address) = connection.device else { return };
        let Some(device) = self.directory.device_mut(&address) else { return };
        if frame.messages.is_empty() && device.online == Some(id) {
            device.mailbox.leave();
        }
        let acknowledged = frame.messages.iter().copied().filter(|message| device.mailbox.remove(*message));
        let Changes { delivered, removed, .. } = &mut round.changes;
        let (stay, go) = (delivered.len(), removed.len());
        if self.settings.keeping.delivered.is_some() {
            delivered.extend(acknowledged.map(|message| (message, round.now)));
        } else {
            removed.extend(acknowledged);
        }
        if self.rule.log.concern(Logged::Delivered) {
            let stay = delivered.iter().skip(stay).map(|(message, _)| *message);
            let taken: Vec<_> = stay.chain(removed.iter().skip(go).copied()).collect();
            for message in taken {
                self.log(LogEntry::on(&connection, Logged::Delivered).message(message).anyway(), round);
            }
        }
        self.stand_in_line(address);
    }
}
