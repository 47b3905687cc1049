//! The bytes that the protocol adds to a message of 300 bytes. Lengths are exact, so they are counted once.

use super::{TEXT, olm, pillarbox};
use crate::{Failure, report::Size};

/// The byte that ends every text, whatever the padding (`pillarbox_crypto::padding`).
const TERMINATOR_LEN: usize = 1;

pub(super) fn table(
    ours: &mut pillarbox::Pair,
    peer: &mut olm::Pair,
    envelope: &pillarbox::Envelope,
) -> Result<Vec<Size>, Failure> {
    let running = ours.ask()? - TEXT.len() - TERMINATOR_LEN;
    let first = pillarbox::first_len()? - TEXT.len() - TERMINATOR_LEN;
    let peer_running = peer.ask()? - TEXT.len();
    let peer_first = olm::first_len()? - TEXT.len();
    Ok(vec![
        Size {
            what: "running chain, with franking",
            must: Some(97),
            aim: Some(72),
            ours: running,
            peer: Some(peer_running),
        },
        Size {
            what: "first message, with franking",
            must: Some(1_500),
            aim: Some(1_350),
            ours: first,
            peer: Some(peer_first),
        },
        Size {
            what: "sealed sender on top",
            must: Some(250),
            aim: Some(180),
            ours: envelope.added()?,
            peer: None,
        },
    ])
}
