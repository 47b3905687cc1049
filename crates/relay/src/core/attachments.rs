//! Attachments: encrypted files in parts, left under a name on a connection that names its account, and fetched by
//! whoever knows the name, on any connection.
//!
//! The relay does not know who was told a name. It counts by account what is left, so that no account fills its disk,
//! and by connection what is fetched.

use pillarbox_wire::limits::{MAX_ATTACHMENT_PART_LEN, MAX_ATTACHMENT_PARTS};
use pillarbox_wire::{
    AttachmentLeft, AttachmentPart, Bytes, FetchAttachment, LeaveAttachment, Refusal, RelayFrame,
};

use super::Relay;
use super::log::LogEntry;
use super::prekeys::Trouble;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::Request;
use crate::rules::keeping::Logged;
use crate::store::{AttachmentRow, Store, StoreError};

/// The word for attachments in the log of changes.
const LOGGED_AS: &str = "attachment";

impl<S: Store> Relay<S> {
    pub(super) fn leave_attachment(
        &mut self,
        id: ConnectionId,
        frame: LeaveAttachment,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let request = frame.request;
        match self.stage_part(id, frame, round) {
            Ok(()) => {
                // The next request of this connection sees this part.
                round.block(id);
                round.promise(id, request, RelayFrame::AttachmentLeft(AttachmentLeft { request }));
            }
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn stage_part(
        &mut self,
        id: ConnectionId,
        frame: LeaveAttachment,
        round: &mut Round,
    ) -> Result<(), Trouble> {
        let LeaveAttachment { request: _, attachment, number, part } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let owner = connection.named()?.account;
        self.attachments_offered()?;
        if part.len() > MAX_ATTACHMENT_PART_LEN || number >= MAX_ATTACHMENT_PARTS {
            return Err(Refusal::TooMuch.into());
        }
        if part.0.is_empty() {
            return Err(Refusal::NotWellFormed.into());
        }
        let limits = &self.settings.limits;
        self.limiter.take(Request::Attachment, connection.subject(), limits.attachment_parts, round.now)?;
        if let Some(there) = self.store.attachment(&attachment, number)? {
            // The answer was lost, and the phone sends the part again. Nobody replaces a part by another.
            let again = there.owner == owner && there.part == part;
            return if again { Ok(()) } else { Err(Refusal::NotWellFormed.into()) };
        }
        let held = self.store.attachments(owner)?;
        let one_more = number == 0 && held.attachments >= limits.attachments;
        if one_more || held.bytes + part.len() as u64 > limits.attachment_bytes {
            return Err(Refusal::TooMuch.into());
        }
        self.take_room(part.len(), round)?;
        if number == 0 {
            self.log(LogEntry::on(&connection, Logged::Changed).named(LOGGED_AS), round);
        }
        round.changes.attachments.push(AttachmentRow { attachment, number, owner, left_at: round.now, part });
        Ok(())
    }

    pub(super) fn fetch_attachment(
        &mut self,
        id: ConnectionId,
        frame: &FetchAttachment,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let request = frame.request;
        match self.fetched_part(id, frame, round) {
            Ok(part) => round.answer(id, RelayFrame::AttachmentPart(AttachmentPart { request, part })),
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn fetched_part(
        &mut self,
        id: ConnectionId,
        frame: &FetchAttachment,
        round: &Round,
    ) -> Result<Bytes, Trouble> {
        let FetchAttachment { request: _, attachment, number } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        self.attachments_offered()?;
        let rate = self.settings.limits.attachment_reads;
        self.limiter.take(Request::AttachmentRead, connection.subject(), rate, round.now)?;
        let row = self.store.attachment(attachment, *number)?.ok_or(Refusal::UnknownAttachment)?;
        Ok(row.part)
    }

    fn attachments_offered(&self) -> Result<(), Refusal> {
        if self.settings.keeping.attachments.is_some() { Ok(()) } else { Err(Refusal::NotOffered) }
    }
}
