//! Pictures: left at the relay before their message is sent, and fetched after their message has arrived.
//!
//! What is left to do is stored: after a crash the next connection continues with the part that was not confirmed, or
//! fetches a picture again from its first part. Pictures are left over the named link, because the relay counts them
//! by account. A phone that hides its name when it sends also fetches over the nameless link: the relay learns that
//! somebody at this address fetched this picture, and not by which account.
//!
//! A relay cannot make a phone keep more than the sender's message says: each part has one length, and a picture has
//! as many parts as its length needs.

use pillarbox_wire::{
    AccountId, Bytes, ClientFrame, FetchAttachment, LeaveAttachment, Refusal, Timestamp,
    limits::MAX_ATTACHMENT_PART_LEN,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::entries::Draft;
use crate::phone::rows::pictures;
use crate::phone::rows::say::{Asked, say_to_contact};
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::phone::state::pauses::patience;
use crate::phone::state::pictures::PartAsked;
use crate::records::contact::ContactRecord;
use crate::records::history::EntryKind;
use crate::records::ids::BodyId;
use crate::records::notice::Notice;
use crate::records::picture::{
    MAX_PICTURE_LEN, PictureFault, PicturePointer, PictureTransfer, TransferStage,
};
use crate::vault::{StorageError, Table};

/// The whereabouts of a picture of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureBytes {
    /// It is on this phone.
    Here(Zeroizing<Vec<u8>>),
    /// It is to be fetched from the relay.
    AtRelay,
    /// It will not come.
    Lost(PictureFault),
    /// This phone never had it: another device of the owner's has sent it, or it came in a backup.
    Elsewhere,
}

impl Phone {
    /// Tells contacts from now on, with each receipt, that this phone shows pictures.
    pub fn show_pictures(&mut self) {
        self.pictures.shows = true;
    }

    /// Returns true if a contact's phone has said that it shows pictures.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn may_get_pictures(&self, contact: AccountId) -> Result<bool, PhoneError> {
        Ok(self.vault.read(|rows| pictures::shows(rows, contact))?)
    }

    /// Queues a picture: it is left at the relay first, and its message follows.
    ///
    /// # Errors
    /// [`PhoneError::EmptyPicture`], [`PhoneError::PictureTooLong`]; [`PhoneError::NoPictures`] if the contact's phone
    /// has not said that it shows pictures; [`PhoneError::FirstPhoneOnly`] on a linked device; and as for
    /// [`queue_text`](Self::queue_text).
    pub fn queue_picture(
        &mut self,
        contact: AccountId,
        bytes: &[u8],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<BodyId, PhoneError> {
        match bytes.len() {
            0 => return Err(PhoneError::EmptyPicture),
            got if got > MAX_PICTURE_LEN => return Err(PhoneError::PictureTooLong { got }),
            _ => {}
        }
        if self.link.is_some() {
            return Err(PhoneError::FirstPhoneOnly);
        }
        if !self.may_get_pictures(contact)? {
            return Err(PhoneError::NoPictures);
        }
        let picture = PicturePointer::draw(bytes, rng);
        let message = BodyId::generate(rng);
        let own = self.account.address;
        let asked = Asked { origin: None, first: self.outbox.next_order(), now };
        let queued = self.vault.transact(rng, |rows| {
            let draft = |record: &mut ContactRecord| Draft {
                id: message,
                kind: EntryKind::Picture(picture.clone()),
                sent_at: now,
                expires_after: record.expires_after,
                group: None,
            };
            let queued = say_to_contact(rows, own, contact, draft, asked)?;
            pictures::store_picture(rows, contact, message, bytes)?;
            let stage = TransferStage::Leaving { next: 0 };
            let picture = picture.clone();
            pictures::store_transfer(rows, &PictureTransfer { contact, message, picture, stage })?;
            Ok::<_, PhoneError>(queued)
        })?;
        for (order, indexed) in queued {
            self.outbox.insert(order, indexed);
        }
        self.pictures.look_again();
        self.note_pending(contact, now)?;
        Ok(message)
    }

    /// Returns the picture of a message.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn picture(&self, contact: AccountId, message: BodyId) -> Result<PictureBytes, PhoneError> {
        let (here, transfer) = self.vault.read(|rows| {
            let here = pictures::picture(rows, contact, message)?;
            Ok::<_, StorageError>((here, pictures::transfer(rows, contact, message)?))
        })?;
        Ok(match (here, transfer.map(|transfer| transfer.stage)) {
            (Some(bytes), _) => PictureBytes::Here(bytes),
            (None, Some(TransferStage::Failed(fault))) => PictureBytes::Lost(fault),
            (None, Some(TransferStage::Fetching | TransferStage::Leaving { .. })) => PictureBytes::AtRelay,
            (None, None) => PictureBytes::Elsewhere,
        })
    }

    /// Asks the next question about pictures: one part at a time in each direction.
    pub(crate) fn tend_pictures(
        &mut self,
        link: Link,
        now: Timestamp,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        if self.pictures.retry_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        self.pictures.retry_at = None;
        if !self.pictures.loaded {
            self.load_transfers()?;
        }
        if link == Link::Named {
            self.leave_part(frames)?;
        }
        if link == self.picture_link() {
            self.fetch_part(link, frames);
        }
        Ok(())
    }

    /// Returns the link over which pictures are fetched.
    pub(crate) fn picture_link(&self) -> Link {
        if self.account.seals() { Link::Nameless } else { Link::Named }
    }

    /// Reads what is left to do. A picture of somebody whom the owner has not accepted stays at the relay.
    fn load_transfers(&mut self) -> Result<(), StorageError> {
        let (leaving, fetching) = self.vault.read(|rows| {
            let mut all = rows.load_all::<PictureTransfer>(Table::PictureTransfers)?;
            // Rows come in no order; each conversation keeps its own in the outbox.
            all.sort_by_key(|transfer| (transfer.contact, transfer.message.0.0));
            let (mut leaving, mut fetching) = (Vec::new(), Vec::new());
            for transfer in all {
                match transfer.stage {
                    TransferStage::Leaving { .. } => leaving.push(transfer),
                    TransferStage::Fetching => {
                        let contact: Option<ContactRecord> =
                            rows.load(Table::Contacts, &transfer.contact.0)?;
                        let accepted = contact.is_some_and(|contact| contact.accepted);
                        fetching.extend(accepted.then_some(transfer));
                    }
                    TransferStage::Failed(_) => {}
                }
            }
            Ok::<_, StorageError>((leaving, fetching))
        })?;
        let first = |queue: &[PictureTransfer]| queue.first().map(|transfer| transfer.message);
        if first(&fetching) != first(self.pictures.fetching.make_contiguous()) {
            self.pictures.arrived = Vec::new();
        }
        (self.pictures.leaving, self.pictures.fetching) = (leaving.into(), fetching.into());
        self.pictures.loaded = true;
        Ok(())
    }

    fn leave_part(&mut self, frames: &mut Vec<ClientFrame>) -> Result<(), PhoneError> {
        let Some(transfer) = self.pictures.leaving.front() else { return Ok(()) };
        let TransferStage::Leaving { next: number } = transfer.stage else { return Ok(()) };
        let PictureTransfer { contact, message, picture: ref pointer, .. } = *transfer;
        let Some(connection) = self.links.get_mut(Link::Named) else { return Ok(()) };
        if connection.is_asking(|question| matches!(question, Question::LeavePart(_))) {
            return Ok(());
        }
        let bytes = self.vault.read(|rows| pictures::picture(rows, contact, message))?;
        let bytes = bytes.ok_or(StorageError::Damaged)?;
        let sealed = pointer.sealed(&bytes);
        let part = sealed.chunks(MAX_ATTACHMENT_PART_LEN).nth(number.into()).ok_or(StorageError::Damaged)?;
        let attachment = pointer.attachment;
        let request = connection.ask(Question::LeavePart(PartAsked { contact, message, number }));
        let part = Bytes(part.to_vec());
        frames.push(ClientFrame::LeaveAttachment(LeaveAttachment { request, attachment, number, part }));
        Ok(())
    }

    fn fetch_part(&mut self, link: Link, frames: &mut Vec<ClientFrame>) {
        let Some(transfer) = self.pictures.fetching.front() else { return };
        let PictureTransfer { contact, message, ref picture, .. } = *transfer;
        let Some(connection) = self.links.get_mut(link) else { return };
        if connection.is_asking(|question| matches!(question, Question::FetchPart(_))) {
            return;
        }
        // At most as many parts as one attachment has.
        let number = u8::try_from(self.pictures.arrived.len() / MAX_ATTACHMENT_PART_LEN).unwrap_or(u8::MAX);
        let attachment = picture.attachment;
        let request = connection.ask(Question::FetchPart(PartAsked { contact, message, number }));
        frames.push(ClientFrame::FetchAttachment(FetchAttachment { request, attachment, number }));
    }

    /// Records that the relay has a part. After the last one the message may be sent.
    pub(crate) fn part_left(&mut self, asked: PartAsked, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let PartAsked { contact, message, number } = asked;
        self.vault.transact(rng, |rows| {
            let Some(transfer) = pictures::transfer(rows, contact, message)? else { return Ok(()) };
            let next = number.saturating_add(1);
            if usize::from(next) >= transfer.picture.parts() {
                return pictures::end_transfer(rows, contact, message);
            }
            pictures::store_transfer(
                rows,
                &PictureTransfer { stage: TransferStage::Leaving { next }, ..transfer },
            )
        })?;
        self.pictures.look_again();
        Ok(())
    }

    /// Handles a part that the relay gives. Nothing is stored before the whole picture is what its sender left.
    pub(crate) fn part_fetched(
        &mut self,
        asked: PartAsked,
        part: &Bytes,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let PartAsked { contact, message, number } = asked;
        let is_this =
            |transfer: &&PictureTransfer| (transfer.contact, transfer.message) == (contact, message);
        let Some(pointer) = self.pictures.fetching.front().filter(is_this).map(|it| it.picture.clone())
        else {
            return Ok(Vec::new());
        };
        if self.pictures.arrived.len() != usize::from(number) * MAX_ATTACHMENT_PART_LEN {
            return Ok(Vec::new());
        }
        if part.len() != pointer.part_len(number.into()) {
            return self.not_fetched(contact, message, PictureFault::OtherSize, rng);
        }
        self.pictures.arrived.extend(part.as_slice());
        if self.pictures.arrived.len() < pointer.sealed_len() {
            return Ok(Vec::new());
        }
        let attachment = std::mem::take(&mut self.pictures.arrived);
        let picture = match pointer.open(&attachment) {
            Ok(picture) => picture,
            Err(fault) => return self.not_fetched(contact, message, fault, rng),
        };
        self.vault.transact(rng, |rows| {
            pictures::store_picture(rows, contact, message, &picture)?;
            pictures::end_transfer(rows, contact, message)
        })?;
        self.pictures.look_again();
        Ok(vec![Notice::PictureArrived { contact, message }])
    }

    fn not_fetched(
        &mut self,
        contact: AccountId,
        message: BodyId,
        fault: PictureFault,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.pictures.arrived = Vec::new();
        self.pictures.look_again();
        self.vault.transact(rng, |rows| {
            let Some(transfer) = pictures::transfer(rows, contact, message)? else { return Ok(()) };
            let stage = TransferStage::Failed(fault);
            pictures::store_transfer(rows, &PictureTransfer { stage, ..transfer })
        })?;
        Ok(vec![Notice::PictureLost { contact, message, fault }])
    }

    /// Handles a refusal of a part to be left. A picture that the relay will never take is not sent.
    pub(crate) fn part_not_left(
        &mut self,
        asked: PartAsked,
        reason: Refusal,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        if self.waits_with_pictures(reason, now) {
            return Ok(vec![Notice::Delayed { reason }]);
        }
        let PartAsked { contact, message, number: _ } = asked;
        self.vault.transact(rng, |rows| pictures::end_transfer(rows, contact, message))?;
        self.pictures.look_again();
        self.give_up(|item| item.id() == Some(message), reason, rng)
    }

    /// Handles a refusal of a part to be fetched.
    pub(crate) fn part_not_fetched(
        &mut self,
        asked: PartAsked,
        reason: Refusal,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        if self.waits_with_pictures(reason, now) {
            return Ok(vec![Notice::Delayed { reason }]);
        }
        let fault = match reason {
            Refusal::UnknownAttachment => PictureFault::Gone,
            _ => PictureFault::Refused,
        };
        self.not_fetched(asked.contact, asked.message, fault, rng)
    }

    /// Begins a pause after a refusal that may not last. Returns false for any other.
    fn waits_with_pictures(&mut self, reason: Refusal, now: Timestamp) -> bool {
        let passes = matches!(reason, Refusal::RateLimited { .. } | Refusal::StorageFailed);
        if passes {
            self.pictures.retry_at = Some(now + patience(reason));
        }
        passes
    }
}
