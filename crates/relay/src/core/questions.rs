//! Questions that the relay answers from memory: the directory, and sender certificates.

use pillarbox_crypto::labels::SENDER_CERTIFICATE;
use pillarbox_wire::{
    Certificate, FixedBytes, Found, LookUp, Refusal, RelayFrame, RequestId, SenderCertificate,
};

use super::Relay;
use super::log::LogEntry;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::Store;

impl<S: Store> Relay<S> {
    pub(super) fn look_up(&mut self, id: ConnectionId, frame: &LookUp, round: &mut Round) {
        match self.find(id, frame, round) {
            Ok(found) if self.settings.verify_numbers => round.answer(id, RelayFrame::FoundByCode(found)),
            Ok(found) => round.answer(id, RelayFrame::Found(found)),
            Err(reason) => round.refuse(id, frame.request, reason),
        }
    }

    /// Looks a number up. Only a device with a name may ask: otherwise one address could try out every number that
    /// exists.
    fn find(&mut self, id: ConnectionId, frame: &LookUp, round: &mut Round) -> Result<Found, Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        connection.named()?;
        if !self.settings.keeping.directory {
            return Err(Refusal::NotOffered);
        }
        let limits = &self.settings.limits;
        let address = (Subject::address(connection.peer), limits.look_ups_per_address);
        let account = (connection.subject(), limits.look_ups);
        self.limiter.take_all(Request::LookUp, &[address, account], round.now)?;
        let account = self.directory.account_by_handle(&frame.handle);
        let found = account.map(|account| (account.row.account, account.row.identity()));
        // A look-up without a result is logged too.
        let asked = LogEntry::on(&connection, Logged::LookedUp).about(found.map(|(account, _)| account));
        self.log(asked.named(frame.handle.as_str()).anyway(), round);
        let (account, identity) = found.ok_or(Refusal::UnknownHandle)?;
        Ok(Found { request: frame.request, account, identity })
    }

    pub(super) fn certify(&mut self, id: ConnectionId, request: RequestId, round: &mut Round) {
        match self.sign_certificate(id, round) {
            Ok(certificate) => {
                round.answer(id, RelayFrame::Certificate(Certificate { request, certificate }));
            }
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn sign_certificate(&mut self, id: ConnectionId, round: &Round) -> Result<SenderCertificate, Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let sender = connection.named()?;
        let limits = &self.settings.limits;
        self.limiter.take(Request::Certificate, connection.subject(), limits.certificates, round.now)?;
        let account = self.directory.account(sender.account).ok_or(Refusal::NotAuthenticated)?;
        let agreement = match account.list.as_ref().and_then(|list| list.device(sender.device)) {
            Some(listed) => listed.identity.agreement,
            None if sender.device.is_linked() => return Err(Refusal::NotAuthenticated),
            None => account.row.identity_agreement,
        };
        let expires = (round.now + limits.certificate_lifetime).as_seconds();
        let mut certificate = SenderCertificate {
            sender,
            agreement,
            expires_at: u32::try_from(expires).unwrap_or(u32::MAX),
            signature: FixedBytes([0; 64]),
        };
        let signature = self.certificate_key.sign(SENDER_CERTIFICATE, &certificate.signed_bytes());
        certificate.signature = FixedBytes(*signature.as_bytes());
        Ok(certificate)
    }
}
