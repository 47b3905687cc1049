//! A handshake between a phone and a relay, with an attacker between them who may alter each of its messages.

use pillarbox_crypto::{AgreementPublic, AgreementSecret};
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer};
use pillarbox_transport::{Established, HandshakeError, Versions};
use rand_core::CryptoRng;

/// The two sides of a handshake.
pub struct Parties<'a> {
    /// The key of the relay that answers.
    pub relay: &'a AgreementSecret,
    /// The key in the address that the phone has.
    pub expected: &'a AgreementPublic,
    /// The versions that the phone offers.
    pub phone_speaks: Versions,
    /// The versions that the relay accepts.
    pub relay_speaks: Versions,
}

/// The outcome of a handshake.
pub struct Shaken {
    /// The phone's channel, or the reason that it has none.
    pub phone: Result<Established, HandshakeError>,
    /// The relay's channel. It is missing if the relay gave up or was never asked.
    pub relay: Option<Established>,
    /// The messages as they arrived: those of the phone at 0 and 2, those of the relay at 1 and 3.
    pub messages: Vec<Vec<u8>>,
}

struct PhoneLink<'a> {
    between: &'a mut dyn FnMut(usize, &mut [u8]),
    messages: Vec<Vec<u8>>,
}

impl PhoneLink<'_> {
    fn carry<const LEN: usize>(&mut self, mut message: [u8; LEN]) -> [u8; LEN] {
        (self.between)(self.messages.len(), &mut message);
        self.messages.push(message.to_vec());
        message
    }
}

impl<'a> Parties<'a> {
    /// Returns a phone that expects this relay's key, and a relay that speaks the same versions.
    #[must_use]
    pub fn honest(relay: &'a AgreementSecret, expected: &'a AgreementPublic) -> Self {
        Self { relay, expected, phone_speaks: Versions::SUPPORTED, relay_speaks: Versions::SUPPORTED }
    }

    /// Performs the handshake. `between` receives the number of each message and its bytes.
    pub fn shake_hands(&self, rng: &mut impl CryptoRng, between: &mut dyn FnMut(usize, &mut [u8])) -> Shaken {
        let mut way = PhoneLink { between, messages: Vec::new() };
        let mut relay_end = None;
        let phone = self.talk(rng, &mut way, &mut relay_end);
        Shaken { phone, relay: relay_end, messages: way.messages }
    }

    fn talk(
        &self,
        rng: &mut impl CryptoRng,
        way: &mut PhoneLink<'_>,
        relay_end: &mut Option<Established>,
    ) -> Result<Established, HandshakeError> {
        let (phone, offer) = AwaitingAnswer::begin(self.expected, self.phone_speaks, rng);
        let relay = AwaitingOffer::begin(self.relay, self.relay_speaks, rng);
        let (relay, answer) = match relay.offered(&way.carry(offer)) {
            Ok((relay, answer)) => (Some(relay), answer),
            Err(refused) => (None, refused.farewell.try_into().map_err(|_| HandshakeError::Closed)?),
        };
        let (phone, opening) = phone.answered(&way.carry(answer))?;
        let reply = match relay.ok_or(HandshakeError::Closed)?.opened(&way.carry(opening)) {
            Ok((established, reply)) => {
                *relay_end = Some(established);
                reply
            }
            Err(refused) => refused.farewell.try_into().map_err(|_| HandshakeError::Closed)?,
        };
        phone.replied(&way.carry(reply))
    }
}
