//! No type of the channel that contains keys prints them, on one line or over several.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use pillarbox_crypto::AgreementSecret;
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer};
use pillarbox_transport::{Established, Versions};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn shown(secret: &impl Debug) -> String {
    assert_eq!(format!("{secret:?}"), format!("{secret:#?}"));
    format!("{secret:?}")
}

#[test]
fn each_state_of_the_channel_prints_its_name_only() {
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let relay = AgreementSecret::generate(&mut rng);
    let (phone, offer) = AwaitingAnswer::begin(&relay.public(), Versions::SUPPORTED, &mut rng);
    let server = AwaitingOffer::begin(&relay, Versions::SUPPORTED, &mut rng);
    let mut seen = vec![shown(&phone), shown(&server)];
    let (server, answer) = server.offered(&offer).unwrap();
    let (phone, opening) = phone.answered(&answer).unwrap();
    seen.extend([shown(&phone), shown(&server)]);
    let (established, _) = server.opened(&opening).unwrap();
    seen.push(shown(&established));
    let Established { sealer, opener, .. } = established;
    seen.extend([shown(&sealer), shown(&opener)]);
    let names = [
        "AwaitingAnswer",
        "AwaitingOffer",
        "AwaitingReply",
        "AwaitingOpening",
        "Established",
        "Sealer",
        "Opener",
    ];
    assert_eq!(seen, names);
}
