//! The sender certificate: the relay's statement that this phone's key belongs to its account. Sealed messages carry
//! it.

use pillarbox_wire::{Duration, Timestamp};

use crate::phone::rows::records::CertificateRecord;
use crate::phone::state::links::{CERTIFICATE_MARGIN, Connection};

/// The minimum time between two requests for a certificate, no matter what the relay answers.
const CERTIFICATE_PAUSE: Duration = Duration::from_seconds(60);

/// The current certificate, and the request for the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Certificate {
    pub(crate) current: Option<CertificateRecord>,
    /// Time of the last request on this connection.
    asked_at: Option<Timestamp>,
}

impl Certificate {
    /// Records the disconnect and drops any pending request.
    pub(crate) const fn disconnected(&mut self) {
        self.asked_at = None;
    }

    /// Records that a certificate was requested.
    pub(crate) const fn asked(&mut self, now: Timestamp) {
        self.asked_at = Some(now);
    }

    /// Returns true if the pause since the last request has passed.
    pub(crate) fn may_be_asked(&self, now: Timestamp) -> bool {
        self.asked_at.is_none_or(|at| now.since(at) >= CERTIFICATE_PAUSE || now < at)
    }

    /// Returns the certificate, if the relay on the named link will accept it for some time to come.
    pub(crate) fn good_on(&self, named: &Connection, now: Timestamp) -> Option<CertificateRecord> {
        self.current.filter(|record| {
            let issuer = named.certificate_key.is_some_and(|key| *key.as_bytes() == record.issuer.0);
            let until = Timestamp::from_seconds(u64::from(record.certificate.expires_at));
            issuer && named.relay_time(now) + CERTIFICATE_MARGIN < until
        })
    }
}
