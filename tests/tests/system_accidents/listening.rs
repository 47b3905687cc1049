//! Addresses at which a relay listens, and addresses that it gives phones.

use pillarbox_testkit::program::{Place, Process, Relay};

#[test]
fn a_relay_that_listens_everywhere_prints_an_address_that_a_phone_can_use_and_says_how_to_name_another() {
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let place = Place::new();
        let relay = Relay::listen(&place, &place.path("relay"), listen);
        assert!(!relay.address().contains("//0.0.0.0:") && !relay.address().contains("//[::]:"));
        let (alice, bob) = place.alice_and_bob(&relay);
        drop(alice.run(&["send", "Bob", "over the network"]).expect(0));
        assert_eq!(bob.inbox(), ["over the network"]);
        let (_stopped, ended) = relay.stop();
        drop(ended.expect(0).prints("name a host: --public-host HOST"));
    }
    // The control: a relay that listens at an address says nothing about it.
    let place = Place::new();
    let (_stopped, ended) = place.relay().stop();
    assert!(!ended.expect(0).out.contains("--public-host"));
}

#[test]
fn an_ipv6_host_is_taken_with_brackets_and_without_and_the_address_that_is_printed_works() {
    for public in ["[::1]", "::1"] {
        let place = Place::new();
        let relay = Relay::listen_with(&place, &place.path("relay"), "[::]:0", &["--public-host", public]);
        assert!(relay.address().starts_with("pillarbox://[::1]:"), "{}", relay.address());
        drop(place.account(&relay, "alice"));
        // A space that was copied with the address is not part of the address.
        let create = ["account", "create", "--relay", &format!("{} ", relay.address())];
        drop(place.phone("bob").run(&create).expect(0));
        let (_stopped, ended) = relay.stop();
        assert!(!ended.expect(0).out.contains("--public-host"));
    }
}

#[test]
fn a_name_with_a_port_is_listened_at_and_one_that_is_nobodys_is_refused_in_a_sentence() {
    let place = Place::new();
    let relay = Relay::listen(&place, &place.path("relay"), "localhost:0");
    drop(place.account(&relay, "alice"));
    for (wrong, said) in [
        ("nobody.invalid:0", "no address of this computer is called nobody.invalid"),
        ("7455", "expected an address and a port, such as"),
        ("::1:7455", "expected an address and a port, such as"),
    ] {
        let refused = Process::run(Relay::command(&place, &place.path("other"), wrong), "");
        drop(refused.expect(2).says(said));
    }
}
