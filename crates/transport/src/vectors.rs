//! Published vectors through our resolver, and our resolver against snow's own. The tests are inside the crate
//! because the resolver is not public.

use proptest::prelude::*;
use snow::resolvers::{BoxedCryptoResolver, DefaultResolver};
use snow::{Builder, HandshakeState, TransportState};
use zeroize::Zeroizing;

use crate::resolver::Primitives;

const PUBLISHED: &str = include_str!("../tests/vectors/nk.txt");
const PROTOCOL: &str = "Noise_NK_25519_ChaChaPoly_SHA256";

/// One set of the file.
#[derive(Default)]
struct Set {
    messages: usize,
    prologue: Vec<u8>,
    initiator_ephemeral: Vec<u8>,
    responder_public: Vec<u8>,
    responder_static: Vec<u8>,
    responder_ephemeral: Vec<u8>,
    handshake_hash: Option<Vec<u8>>,
    payloads: Vec<Vec<u8>>,
    ciphertexts: Vec<Vec<u8>>,
}

fn published() -> Vec<Set> {
    let mut sets = Vec::<Set>::new();
    for line in PUBLISHED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split(' ');
        let (name, value) = (words.next().unwrap(), words.next().unwrap());
        if name == "expect" {
            sets.push(Set { messages: value.parse().unwrap(), ..Set::default() });
            continue;
        }
        let set = sets.last_mut().unwrap();
        let value = hex(value);
        match name {
            "prologue" => set.prologue = value,
            "initiator-ephemeral" => set.initiator_ephemeral = value,
            "responder-public" => set.responder_public = value,
            "responder-static" => set.responder_static = value,
            "responder-ephemeral" => set.responder_ephemeral = value,
            "handshake-hash" => set.handshake_hash = Some(value),
            "payload" => set.payloads.push(value),
            "ciphertext" => set.ciphertexts.push(value),
            other => panic!("unknown name {other}"),
        }
    }
    sets
}

fn hex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The primitives that a side runs on.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Ours,
    Snows,
}

/// Builds a side of the handshake with a given ephemeral key. snow's own resolver takes the key through its interface
/// for tests; ours takes it through the interface that it always uses.
fn builder<'a>(whose: Whose, prologue: &'a [u8], ephemeral: &'a [u8]) -> Builder<'a> {
    let resolver: BoxedCryptoResolver = match whose {
        Whose::Ours => Box::new(Primitives::new(Zeroizing::new(ephemeral.try_into().unwrap()))),
        // snow wants a generator here, although it uses the fixed key instead.
        Whose::Snows => Box::new(snow::resolvers::FallbackResolver::new(
            Box::new(DefaultResolver),
            Box::new(Primitives::new(Zeroizing::new([0; 32]))),
        )),
    };
    let builder = Builder::with_resolver(PROTOCOL.parse().unwrap(), resolver).prologue(prologue).unwrap();
    match whose {
        Whose::Ours => builder,
        Whose::Snows => builder.fixed_ephemeral_key_for_testing_only(ephemeral),
    }
}

/// Runs a set between two sides. Returns each message, and the hash on both sides.
fn run(set: &Set, initiator: Whose, responder: Whose) -> (Vec<Vec<u8>>, [Vec<u8>; 2]) {
    let mut ours: HandshakeState = builder(initiator, &set.prologue, &set.initiator_ephemeral)
        .remote_public_key(&set.responder_public)
        .unwrap()
        .build_initiator()
        .unwrap();
    let mut theirs: HandshakeState = builder(responder, &set.prologue, &set.responder_ephemeral)
        .local_private_key(&set.responder_static)
        .unwrap()
        .build_responder()
        .unwrap();
    let mut sent = Vec::new();
    let (handshake, transport) = set.payloads.split_at(2);
    for (number, payload) in handshake.iter().enumerate() {
        let (from, to) = if number == 0 { (&mut ours, &mut theirs) } else { (&mut theirs, &mut ours) };
        let message = filled(|out| from.write_message(payload, out).unwrap());
        assert_eq!(filled(|out| to.read_message(&message, out).unwrap()), *payload);
        sent.push(message);
    }
    let hashes = [&ours, &theirs].map(|side| side.get_handshake_hash().to_vec());
    let mut sides: [TransportState; 2] = [ours, theirs].map(|side| side.into_transport_mode().unwrap());
    for payload in transport {
        let message = filled(|out| sides[0].write_message(payload, out).unwrap());
        assert_eq!(filled(|out| sides[1].read_message(&message, out).unwrap()), *payload);
        sent.push(message);
        sides.reverse();
    }
    (sent, hashes)
}

fn filled(step: impl FnOnce(&mut [u8]) -> usize) -> Vec<u8> {
    let mut out = vec![0; 65_535];
    let length = step(&mut out);
    out.truncate(length);
    out
}

#[test]
fn the_published_vectors_come_out() {
    let sets = published();
    assert_eq!(sets.iter().map(|set| set.messages).collect::<Vec<_>>(), [6, 4]);
    assert_eq!(sets.iter().filter(|set| set.handshake_hash.is_some()).count(), 1);
    for set in sets {
        let (sent, hashes) = run(&set, Whose::Ours, Whose::Ours);
        assert_eq!(set.payloads.len(), set.messages);
        assert_eq!(sent, set.ciphertexts);
        if let Some(hash) = set.handshake_hash {
            assert_eq!(hashes, [hash.clone(), hash]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn our_primitives_and_snows_own_give_the_same_bytes(
        prologue: Vec<u8>,
        keys: [[u8; 32]; 3],
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 2..6),
    ) {
        let [initiator, responder, fixed] = keys;
        let public = pillarbox_crypto::AgreementSecret::from_bytes(fixed).public();
        let set = Set {
            prologue,
            initiator_ephemeral: initiator.to_vec(),
            responder_public: public.as_bytes().to_vec(),
            responder_static: fixed.to_vec(),
            responder_ephemeral: responder.to_vec(),
            payloads,
            ..Set::default()
        };
        let reference = run(&set, Whose::Snows, Whose::Snows);
        for (initiator, responder) in
            [(Whose::Ours, Whose::Ours), (Whose::Ours, Whose::Snows), (Whose::Snows, Whose::Ours)]
        {
            prop_assert_eq!(&run(&set, initiator, responder), &reference);
        }
    }
}
