//! Short visits, for programs that connect, do one task and disconnect.

use std::time::Duration;

use rand_core::CryptoRng;
use tokio::time::timeout;

use super::carrier::{Carrier, CarrierEvent};
use super::error::NetError;
use crate::phone::Phone;
use crate::records::notice::Notice;

/// Connects, registers if necessary, sends and receives everything that waits, and disconnects.
///
/// Messages that cannot be sent at present (a blocked contact, a full mailbox) keep waiting; this is not an error.
///
/// # Errors
/// [`NetError`]; work done before it stays done, and the phone is disconnected. [`NetError::Deadline`] if it took
/// longer than `limit`.
pub async fn sync(
    phone: &mut Phone,
    limit: Duration,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Notice>, NetError> {
    let mut visit = Visit { told: Vec::new(), quiet: false, stay: false };
    visit.pay(phone, limit, &mut |_| false, rng).await?;
    Ok(visit.told)
}

/// Acts like [`sync`], then stays connected until the phone reports a notice for which `enough` returns true, or
/// `limit` has passed. Once everything that could be done is done, reaching the limit is not an error.
///
/// # Errors
/// As for [`sync`].
pub async fn sync_until(
    phone: &mut Phone,
    limit: Duration,
    mut enough: impl FnMut(&Notice) -> bool,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Notice>, NetError> {
    let mut visit = Visit { told: Vec::new(), quiet: false, stay: true };
    visit.pay(phone, limit, &mut enough, rng).await?;
    Ok(visit.told)
}

/// One visit to the relay.
struct Visit {
    told: Vec<Notice>,
    /// True once the carrier has been quiet: everything that could be done at that moment was done.
    quiet: bool,
    /// True if the visit continues once the carrier has been quiet.
    stay: bool,
}

impl Visit {
    async fn pay(
        &mut self,
        phone: &mut Phone,
        limit: Duration,
        enough: &mut impl FnMut(&Notice) -> bool,
        rng: &mut impl CryptoRng,
    ) -> Result<(), NetError> {
        let mut carrier = Carrier::new();
        let outcome = timeout(limit, self.carry(&mut carrier, phone, enough, rng)).await;
        carrier.close(phone).await;
        match outcome {
            Ok(done) => done,
            Err(_) if self.quiet && self.stay => Ok(()),
            Err(_) => Err(NetError::Deadline),
        }
    }

    async fn carry(
        &mut self,
        carrier: &mut Carrier,
        phone: &mut Phone,
        enough: &mut impl FnMut(&Notice) -> bool,
        rng: &mut impl CryptoRng,
    ) -> Result<(), NetError> {
        let mut done = false;
        loop {
            match carrier.next(phone, rng).await? {
                CarrierEvent::Up(_) => {}
                CarrierEvent::Down { error, .. } => return Err(error),
                CarrierEvent::Quiet => self.quiet = true,
                CarrierEvent::Told(notices) => {
                    for notice in notices {
                        match notice {
                            Notice::RegistrationRefused { reason } => {
                                return Err(NetError::NotRegistered(reason));
                            }
                            Notice::AuthenticationRefused { reason } => {
                                return Err(NetError::NotAuthenticated(reason));
                            }
                            Notice::AccountClosed => done = true,
                            _ => done |= enough(&notice),
                        }
                        self.told.push(notice);
                    }
                }
            }
            // The messages just received are acknowledged before the visit ends.
            if done && carrier.is_quiet(phone)? || self.quiet && !self.stay || done && phone.is_closed() {
                return Ok(());
            }
        }
    }
}
