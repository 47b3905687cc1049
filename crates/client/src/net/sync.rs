//! For programs that connect, do one thing and go.

use std::time::Duration;

use rand_core::CryptoRng;
use tokio::time::timeout;

use super::carrier::{Carrier, Event};
use super::error::NetError;
use crate::phone::Phone;
use crate::records::notice::Notice;

/// Connects, registers if that is still to be done, sends what waits, receives what waits, and disconnects.
///
/// What cannot be sent at present (a blocked contact, a full mailbox) keeps waiting and is no error.
///
/// # Errors
/// [`NetError`]; what was done until then is done, and the phone is disconnected. [`NetError::Deadline`] if it took
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

/// Like [`sync`], and stays connected after that until the phone tells something that `enough` is true of, or `limit`
/// has passed. Once everything that could be done is done, a limit that passes is no error.
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
    /// Whether everything that could be done was done at some time.
    quiet: bool,
    /// Whether to stay on after that.
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
                Event::Up(_) => {}
                Event::Down { error, .. } => return Err(error),
                Event::Quiet => self.quiet = true,
                Event::Told(notices) => {
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
            // What was just received is acknowledged before the visit ends.
            if done && carrier.is_quiet(phone)? || self.quiet && !self.stay || done && phone.is_closed() {
                return Ok(());
            }
        }
    }
}
