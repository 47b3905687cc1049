//! Answers of the relay, each matched to its question.

use pillarbox_wire::{
    Accepted, AttachmentLeft, AttachmentPart, Authenticated, Bundles, Certificate, ChannelOpened, Closed,
    Deposited, DevicesPublished, Found, GroupsFollow, Linked, PlaceOpened, Posted, Posts, PreKeyCounts,
    PreKeysStored, Recalled, Refusal, Refused, Registered, RelayFrame, RequestId, Reregistered, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::state::link::Link;
use crate::phone::state::links::{LinkStage, Question};
use crate::phone::state::pauses::WaitCause;
use crate::records::notice::{DeviceFailure, Notice};
use crate::software::{Shipped, Software};

impl Phone {
    /// Handles a frame received on a link. When this returns, the frame's effects are stored.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then the frame has changed nothing. The link should be closed, and a message in the
    /// frame will be delivered again.
    pub fn on_frame(
        &mut self,
        link: Link,
        frame: RelayFrame,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.on_frame_with(link, frame, now, rng, &Shipped)
    }

    /// Handles a frame received on a link, as this software does; see [`on_frame`](Self::on_frame).
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then the frame has changed nothing.
    pub fn on_frame_with(
        &mut self,
        link: Link,
        frame: RelayFrame,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.leave_log_unchecked(software, rng)?;
        match frame {
            RelayFrame::Welcome(welcome) => self.welcomed(link, &welcome, now),
            // An honest relay does not deliver on the nameless link.
            RelayFrame::Deliver(deliver) if link == Link::Named => {
                return self.arrive(deliver, now, rng, software);
            }
            RelayFrame::Deliver(_) => {}
            RelayFrame::Goodbye(goodbye) => return Ok(vec![Notice::Farewell { reason: goodbye.reason }]),
            RelayFrame::Authenticated(Authenticated { request, waiting }) => {
                if let Some(Question::Authenticate) = self.answered(link, request) {
                    return Ok(self.authenticated(link, waiting));
                }
            }
            RelayFrame::Registered(Registered { request, address }) => {
                if let Some(Question::Register) = self.answered(link, request) {
                    return self.registered(link, address, rng);
                }
            }
            RelayFrame::Reregistered(Reregistered { request, address, waiting }) => {
                if let Some(Question::Register) = self.answered(link, request) {
                    return self.reregistered(link, address, waiting, rng);
                }
            }
            RelayFrame::PreKeyCounts(PreKeyCounts { request, one_time, one_time_kem }) => {
                if let Some(Question::Count) = self.answered(link, request) {
                    self.refill((one_time, one_time_kem), rng)?;
                }
            }
            RelayFrame::PreKeysStored(PreKeysStored { request }) => {
                if let Some(Question::Publish { upload }) = self.answered(link, request) {
                    self.keys_stored(&upload, rng)?;
                }
            }
            RelayFrame::Certificate(Certificate { request, certificate }) => {
                if let Some(Question::Certificate) = self.answered(link, request) {
                    self.keep_certificate(link, certificate, rng)?;
                }
            }
            RelayFrame::Found(Found { request, account, identity }) => {
                if let Some(Question::LookUp { handle, name }) = self.answered(link, request) {
                    return self.hold_found(link, (account, identity), handle, name, now, rng);
                }
            }
            RelayFrame::FoundByCode(Found { request, account, identity }) => {
                if let Some(Question::LookUp { handle, name }) = self.answered(link, request) {
                    let mut notices = vec![Notice::NumbersVerified];
                    notices.extend(self.hold_found(link, (account, identity), handle, name, now, rng)?);
                    return Ok(notices);
                }
            }
            RelayFrame::Bundles(Bundles { request, identity, devices }) => {
                if let Some(Question::Bundles { contact }) = self.answered(link, request) {
                    return self.hold_keys(link, contact, identity, devices, now, rng);
                }
            }
            RelayFrame::Accepted(Accepted { request }) => {
                if let Some(Question::Submit { order, digest, .. }) = self.answered(link, request) {
                    return self.accepted(order, &digest, now, rng);
                }
            }
            RelayFrame::Closed(Closed { request }) => {
                if let Some(Question::Close) = self.answered(link, request) {
                    return self.closed(link, now, rng);
                }
            }
            RelayFrame::Pong(pong) => {
                if self.answered(link, pong.request).is_some() && link == Link::Named {
                    self.mailbox.hear();
                }
            }
            RelayFrame::Deposited(Deposited { request, known }) => {
                if let Some(Question::Leave { deposits }) = self.answered(link, request) {
                    return self.left(&deposits, known, rng);
                }
            }
            RelayFrame::ChannelOpened(ChannelOpened { request }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.channel_opened(asked, rng);
                }
            }
            RelayFrame::Posted(Posted { request, number }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.posted(asked, number, rng);
                }
            }
            RelayFrame::Posts(Posts { request, posts }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.channel_read(asked, posts, rng);
                }
            }
            RelayFrame::Recalled(Recalled { request, value }) => {
                if let Some(Question::Recall) = self.answered(link, request) {
                    self.recall.answered(value);
                }
            }
            RelayFrame::AttachmentLeft(AttachmentLeft { request }) => {
                if let Some(Question::LeavePart(asked)) = self.answered(link, request) {
                    self.part_left(asked, rng)?;
                }
            }
            RelayFrame::AttachmentPart(AttachmentPart { request, part }) => {
                if let Some(Question::FetchPart(asked)) = self.answered(link, request) {
                    return self.part_fetched(asked, &part, rng);
                }
            }
            RelayFrame::PlaceOpened(PlaceOpened { request }) => {
                if let Some(Question::OpenPlace) = self.answered(link, request) {
                    self.set_stage(link, LinkStage::Waiting(request));
                    return Ok(vec![Notice::WaitsForLink]);
                }
            }
            RelayFrame::PlaceRead(read) => {
                if let Some(Question::ReadPlace { wish }) = self.answered(link, read.request) {
                    return self.place_read(&wish, read.offer, rng);
                }
            }
            RelayFrame::Linked(Linked { request, address, waiting }) => {
                let asked = matches!(self.answered(link, request), Some(Question::OpenPlace));
                if asked || self.stage(link) == Some(LinkStage::Waiting(request)) {
                    return self.linked(link, address, waiting, rng);
                }
            }
            RelayFrame::DevicesPublished(DevicesPublished { request }) => {
                if let Some(Question::Devices) = self.answered(link, request) {
                    return self.devices_published(now, rng);
                }
            }
            RelayFrame::Devices(devices) => {
                if let Some(Question::ContactDevices { contact }) = self.answered(link, devices.request) {
                    return self.devices_named(link, contact, devices.list, now, rng, software);
                }
            }
            RelayFrame::Proof(proof) => {
                if let Some(Question::Prove(held)) = self.answered(link, proof.request) {
                    return self.proved(link, *held, &proof, now, rng, software);
                }
            }
            RelayFrame::Growth(growth) => {
                if let Some(Question::Prove(held)) = self.answered(link, growth.request) {
                    return self.growth_proved(*held, &growth, now, rng);
                }
            }
            // A phone asks for no entries.
            RelayFrame::LogEntries(_) => {}
            RelayFrame::GroupActed(acted) => {
                if let Some(Question::Group { act, .. }) = self.answered(link, acted.request) {
                    return self.group_told(&acted.state, Some(&act), now, rng);
                }
            }
            RelayFrame::GroupTold(told) if link == Link::Named => {
                return self.group_told(&told.state, None, now, rng);
            }
            // An honest relay tells nothing of groups on the nameless link.
            RelayFrame::GroupTold(_) => {}
            RelayFrame::GroupsFollow(GroupsFollow { request, groups }) => {
                if let Some(Question::FollowGroups) = self.answered(link, request) {
                    return self.groups_listed(&groups, now, rng);
                }
            }
            RelayFrame::Refused(Refused { request, reason }) => {
                if let Some(question) = self.answered(link, request) {
                    return self.refused(link, question, reason, now, rng);
                }
            }
        }
        Ok(Vec::new())
    }

    fn answered(&mut self, link: Link, request: RequestId) -> Option<Question> {
        self.links.get_mut(link)?.answered(request)
    }

    fn stage(&self, link: Link) -> Option<LinkStage> {
        self.links.get(link).map(|connection| connection.stage)
    }

    pub(super) fn set_stage(&mut self, link: Link, stage: LinkStage) {
        if let Some(connection) = self.links.get_mut(link) {
            connection.stage = stage;
        }
    }

    fn refused(
        &mut self,
        link: Link,
        question: Question,
        reason: Refusal,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        Ok(match question {
            Question::Register => {
                self.set_stage(link, LinkStage::Refused);
                self.code = None;
                vec![Notice::RegistrationRefused { reason }]
            }
            Question::Authenticate => {
                self.set_stage(link, LinkStage::Refused);
                vec![Notice::AuthenticationRefused { reason }]
            }
            Question::LookUp { handle, .. } => vec![Notice::NotFound { handle, reason }],
            Question::Count | Question::Publish { .. } | Question::Certificate | Question::Close => {
                vec![Notice::Delayed { reason }]
            }
            Question::Leave { deposits } => self.not_left(&deposits, reason, now),
            Question::Channel(asked) => self.channel_refused(asked, reason, now, rng)?,
            Question::Recall => {
                self.recall.refused(reason);
                Vec::new()
            }
            Question::Ping | Question::ContactDevices { .. } => Vec::new(),
            Question::OpenPlace => {
                self.set_stage(link, LinkStage::Refused);
                vec![Notice::DeviceNotChanged { reason: DeviceFailure::Relay(reason) }]
            }
            Question::ReadPlace { .. } => {
                vec![Notice::DeviceNotChanged { reason: DeviceFailure::Relay(reason) }]
            }
            Question::LeavePart(asked) => self.part_not_left(asked, reason, now, rng)?,
            Question::FetchPart(asked) => self.part_not_fetched(asked, reason, now, rng)?,
            Question::Devices => self.devices_refused(reason, now, rng)?,
            Question::Prove(held) => self.not_proved(*held, reason, now),
            Question::Group { group, act } => self.group_refused(group, act, reason, now),
            Question::FollowGroups => {
                self.groups_not_followed(reason, now);
                Vec::new()
            }
            Question::Bundles { contact } => match reason {
                Refusal::DeliveryKeyRefused => self.unseal(contact, now, rng)?,
                // The list says which devices exist; it is requested.
                Refusal::UnknownRecipient | Refusal::KeysReplaced if self.is_device(contact)? => {
                    self.device_gone(contact, now)?;
                    Vec::new()
                }
                Refusal::UnknownRecipient => {
                    let mut notices = vec![Notice::NotStarted { contact, reason: Some(reason) }];
                    notices.extend(self.give_up(|item| item.to == contact, reason, rng)?);
                    self.forgive(contact, rng)?;
                    notices
                }
                _ => {
                    self.pauses.begin(contact, WaitCause::Relay(reason), now);
                    vec![Notice::Delayed { reason }]
                }
            },
            Question::Submit { order, sealed, .. } => {
                let Some(indexed) = self.outbox.get_mut(order) else {
                    return Ok(Vec::new());
                };
                indexed.in_flight = None;
                let contact = indexed.to;
                match reason {
                    Refusal::DeliveryKeyRefused if sealed => self.unseal(contact, now, rng)?,
                    Refusal::UnknownRecipient | Refusal::KeysReplaced if self.is_device(contact)? => {
                        self.device_gone(contact, now)?;
                        Vec::new()
                    }
                    Refusal::KeysReplaced => {
                        self.ask_for_keys(contact, now, rng)?;
                        Vec::new()
                    }
                    Refusal::UnknownRecipient | Refusal::NotWellFormed | Refusal::DeliveryKeyRefused => {
                        self.give_up(|item| item.order == order, reason, rng)?
                    }
                    _ => {
                        self.pauses.begin(contact, WaitCause::Relay(reason), now);
                        vec![Notice::Delayed { reason }]
                    }
                }
            }
        })
    }
}
