//! The next frames to the relay, apart from conversations: registration, acknowledgements, keys and questions.

use pillarbox_crypto::{kdf, labels};
use pillarbox_transport::sign_handshake;
use pillarbox_wire::{
    Authenticate, ClientFrame, CloseAccount, CountPreKeys, FixedBytes, LookUp, OpenPlace, Ping,
    PublishPreKeys, Register, RegisterWithCode, RequestCertificate, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::CertificateRecord;
use crate::phone::state::link::Link;
use crate::phone::state::links::{Connection, LinkStage, Question};
use crate::records::account::Protection;
use crate::records::contact::write_identity;
use crate::records::prekeys;
use crate::software::{Shipped, Software};

impl Phone {
    /// Returns the frames that should be sent on a link now. Everything they depend on is stored.
    ///
    /// Call this after [`connected`](Self::connected), after each batch of received frames, after each local change,
    /// and about once a second while something is scheduled for later.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; nothing has changed then, and nothing may be sent.
    pub fn outgoing(
        &mut self,
        link: Link,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<ClientFrame>, PhoneError> {
        self.outgoing_with(link, now, rng, &Shipped)
    }

    /// Returns the frames that should be sent on a link now, as this software makes them; see
    /// [`outgoing`](Self::outgoing).
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; nothing has changed then, and nothing may be sent.
    pub fn outgoing_with(
        &mut self,
        link: Link,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<ClientFrame>, PhoneError> {
        self.leave_log_unchecked(software, rng)?;
        self.owed.wake(now);
        let Some(connection) = self.links.get_mut(link) else {
            return Ok(Vec::new());
        };
        connection.reckon(now);
        let mut frames = Vec::new();
        match (link, connection.stage) {
            (Link::Named, LinkStage::Welcomed) => frames.push(self.introduce(now, rng)?),
            (Link::Named, LinkStage::Ready) => {
                self.acknowledge(&mut frames);
                self.tend_keys(now, rng, &mut frames)?;
                self.ask_questions(now, &mut frames);
                self.leave_facts(now, &mut frames)?;
                self.tend_recall(&mut frames);
                self.ask_for_proof(link, now, &mut frames)?;
                self.tend_channels(now, &mut frames)?;
                self.tend_groups(now, &mut frames);
                self.tend_pictures(link, now, &mut frames)?;
                self.tend_devices(rng, &mut frames)?;
                self.tell_devices(now, rng)?;
                self.ask_lists(link, &mut frames)?;
                self.converse(link, now, rng, software, &mut frames)?;
            }
            (Link::Nameless, LinkStage::Ready) => {
                self.tend_pictures(link, now, &mut frames)?;
                self.ask_for_proof(link, now, &mut frames)?;
                self.ask_lists(link, &mut frames)?;
                self.converse(link, now, rng, software, &mut frames)?;
            }
            (
                _,
                LinkStage::Fresh
                | LinkStage::Welcomed
                | LinkStage::Asked
                | LinkStage::Waiting(_)
                | LinkStage::Refused,
            ) => {}
        }
        Ok(frames)
    }

    /// Returns a ping, which the relay answers if it is still connected.
    ///
    /// Returns `None` while the link is not ready or a ping is open.
    pub fn ping(&mut self, link: Link) -> Option<ClientFrame> {
        let connection = self.links.get_mut(link)?;
        let usable = matches!(connection.stage, LinkStage::Ready | LinkStage::Waiting(_));
        let open = connection.is_asking(|question| matches!(question, Question::Ping));
        (usable && !open).then(|| ClientFrame::Ping(Ping { request: connection.ask(Question::Ping) }))
    }

    /// Returns true if a link is ready for all its frames.
    #[must_use]
    pub fn is_ready(&self, link: Link) -> bool {
        self.links.get(link).is_some_and(|connection| connection.stage == LinkStage::Ready)
    }

    /// Returns true if nothing more is sent over the named link: the relay refused this device, or the account is
    /// closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.links.get(Link::Named).is_some_and(|connection| connection.stage == LinkStage::Refused)
    }

    /// Returns true if a link waits for an answer.
    #[must_use]
    pub fn is_asking(&self, link: Link) -> bool {
        self.links.get(link).is_some_and(|connection| connection.is_asking(|_| true))
    }

    /// Returns true if only waiting is left: the named link is authenticated, all messages of the mailbox have
    /// arrived and are acknowledged, and every question is answered. Messages that cannot be sent at present do not
    /// count, nor do those that this phone has [no room](Self::held_back) for: they are delivered once the owner
    /// has looked.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_ready(Link::Named)
            && !self.is_asking(Link::Named)
            && !self.is_asking(Link::Nameless)
            && self.mailbox.is_settled()
            && self.look_ups.is_empty()
            && self.key_stock.is_settled()
            && self.deposits.are_settled()
            && self.channels.are_settled()
            && self.groups_are_settled()
            && self.pictures.are_settled()
            && self.recall.next().is_none()
            && self.link_wish.is_none()
            && self.proofs.waiting.is_empty()
            && self.proofs.unproved.is_empty()
    }

    /// Registers, or authenticates the connection.
    fn introduce(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<ClientFrame, PhoneError> {
        let prekeys = match self.account.address {
            Some(_) => None,
            None => {
                self.vault.transact(rng, |rows| prekeys::current(rows, &self.secrets.identity, now, true))?
            }
        };
        let verifier = kdf::hash(labels::DELIVERY_KEY, &[self.secrets.delivery.as_bytes()]);
        let (identity, device) = (self.secrets.identity.public(), &self.secrets.device);
        // The caller has just checked this connection.
        let Some(connection) = self.links.get_mut(Link::Named) else {
            return Err(PhoneError::NotRegistered);
        };
        let signature = sign_handshake(device, &connection.handshake_hash);
        connection.stage = LinkStage::Asked;
        Ok(match (self.account.address, prekeys) {
            (None, Some(prekeys)) if self.link.is_some() => {
                let link = self.link.ok_or(PhoneError::NotRegistered)?;
                let offer = self.offer(&link, prekeys);
                let Some(connection) = self.links.get_mut(Link::Named) else {
                    return Err(PhoneError::NotRegistered);
                };
                let request = connection.ask(Question::OpenPlace);
                let open = OpenPlace { request, place: link.place, offer, signature };
                ClientFrame::OpenPlace(Box::new(open))
            }
            (None, Some(prekeys)) => {
                let registration = Register {
                    request: connection.ask(Question::Register),
                    handle: self.account.handle.clone(),
                    identity: write_identity(&identity),
                    device_key: FixedBytes(*device.public().as_bytes()),
                    delivery_verifier: FixedBytes(verifier),
                    prekeys,
                    signature,
                };
                match self.code {
                    Some(code) => {
                        ClientFrame::RegisterWithCode(Box::new(RegisterWithCode { registration, code }))
                    }
                    None => ClientFrame::Register(Box::new(registration)),
                }
            }
            (Some(address), _) => ClientFrame::Authenticate(Authenticate {
                request: connection.ask(Question::Authenticate),
                address,
                signature,
            }),
            (None, None) => return Err(PhoneError::NotRegistered),
        })
    }

    fn acknowledge(&mut self, frames: &mut Vec<ClientFrame>) {
        frames.extend(self.mailbox.acknowledge().into_iter().map(ClientFrame::Acknowledge));
        if self.mailbox.asks() {
            frames.extend(self.ping(Link::Named));
        }
    }

    /// Publishes missing keys, and asks how many the relay has.
    fn tend_keys(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        if self.account.protection == Protection::ServerReadable {
            return Ok(());
        }
        let publishing = |connection: &Connection| {
            connection.is_asking(|question| matches!(question, Question::Publish { .. } | Question::Count))
        };
        if self.links.get(Link::Named).is_none_or(publishing) {
            return Ok(());
        }
        if self.key_stock.recount {
            let identity = &self.secrets.identity;
            let upload = self.vault.transact(rng, |rows| prekeys::current(rows, identity, now, false))?;
            self.key_stock.uploads.extend(upload);
            if let Some(connection) = self.links.get_mut(Link::Named) {
                let request = connection.ask(Question::Count);
                frames.push(ClientFrame::CountPreKeys(CountPreKeys { request }));
            }
            self.key_stock.recount = false;
        }
        if let (Some(connection), Some(prekeys)) =
            (self.links.get_mut(Link::Named), self.key_stock.uploads.pop_front())
        {
            let request = connection.ask(Question::Publish { upload: prekeys::Numbers::of(&prekeys) });
            frames.push(ClientFrame::PublishPreKeys(PublishPreKeys { request, prekeys }));
        }
        Ok(())
    }

    fn ask_questions(&mut self, now: Timestamp, frames: &mut Vec<ClientFrame>) {
        let wants_certificate = self.wants_certificate(now);
        let Some(connection) = self.links.get_mut(Link::Named) else {
            return;
        };
        if wants_certificate {
            self.certificate.asked(now);
            let request = connection.ask(Question::Certificate);
            frames.push(ClientFrame::RequestCertificate(RequestCertificate { request }));
        }
        for (handle, name) in self.look_ups.drain(..) {
            let request = connection.ask(Question::LookUp { handle: handle.clone(), name });
            frames.push(ClientFrame::LookUp(LookUp { request, handle }));
        }
        if self.closing {
            self.closing = false;
            let request = connection.ask(Question::Close);
            frames.push(ClientFrame::CloseAccount(CloseAccount { request }));
        }
    }

    fn wants_certificate(&self, now: Timestamp) -> bool {
        self.account.seals() && self.certificate.may_be_asked(now) && self.good_certificate(now).is_none()
    }

    /// Returns the certificate, if the relay will accept it for some time to come.
    pub(crate) fn good_certificate(&self, now: Timestamp) -> Option<CertificateRecord> {
        self.certificate.good_on(self.links.get(Link::Named)?, now)
    }
}
