//! The sender certificate: the relay's word that this phone's key is its account's. Sealed messages carry it.

use pillarbox_wire::{Duration, Timestamp};

use crate::phone::rows::records::CertificateRecord;
use crate::phone::state::links::{CERTIFICATE_MARGIN, Connection};

/// The certificate is not asked for more often than this, whatever the relay answers.
const CERTIFICATE_PAUSE: Duration = Duration::from_seconds(60);

/// The certificate in use, and the question for the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Certificate {
    pub(crate) current: Option<CertificateRecord>,
    /// The time of the last question on this connection.
    asked_at: Option<Timestamp>,
}

impl Certificate {
    /// The connection is gone, and an open question with it.
    pub(crate) const fn disconnected(&mut self) {
        self.asked_at = None;
    }

    /// Notes that a certificate is asked for.
    pub(crate) const fn asked(&mut self, now: Timestamp) {
        self.asked_at = Some(now);
    }

    /// Tests that the pause since the last question is over.
    pub(crate) fn may_be_asked(&self, now: Timestamp) -> bool {
        self.asked_at.is_none_or(|at| now.since(at) >= CERTIFICATE_PAUSE || now < at)
    }

    /// The certificate, if the relay on the named link would stand by it for some time to come.
    pub(crate) fn good_on(&self, named: &Connection, now: Timestamp) -> Option<CertificateRecord> {
        self.current.filter(|record| {
            let issuer = named.certificate_key.is_some_and(|key| *key.as_bytes() == record.issuer.0);
            let until = Timestamp::from_seconds(u64::from(record.certificate.expires_at));
            issuer && named.relay_time(now) + CERTIFICATE_MARGIN < until
        })
    }
}
