//! Kills a relay with a public log of keys while an owner links and removes devices. Afterwards a device list and
//! its entry in the log both exist, or neither does.
#![allow(clippy::print_stdout, reason = "the counts are for whoever reads the log")]

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pillarbox_crypto::kdf;
use pillarbox_crypto::labels::DELIVERY_KEY;
use pillarbox_crypto::log::binding;
use pillarbox_relay::{ConnectionId, Holdings};
use pillarbox_testkit::frames::{self, device_key};
use pillarbox_testkit::link::Link;
use pillarbox_testkit::owner::{Owner, offer, secret};
use pillarbox_testkit::program::{Place, Relay, relay_command};
use pillarbox_wire::{
    AddDevice, ClientFrame, DeviceAddress, DeviceId, DeviceList, FixedBytes, IdentityKey, ListedDevice,
    PublishDevices, RelayFrame,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const WITH_LOG: &[&str] = &["--directory-log"];

/// The longest time from the owner's first change to the kill. The changes that a relay allows at once take about as
/// long.
const MOMENT: Duration = Duration::from_millis(60);

/// The owner's seed, and with it the keys.
const SEED: u8 = 1;

/// Returns the version of the one account's list, and asserts that the latest entry binds that list.
fn bound(data: &Path) -> u32 {
    let held = Holdings::read(data).unwrap();
    let account = &held.accounts[0];
    let devices = held.linked_devices.iter().map(|row| ListedDevice {
        device: row.device,
        identity: IdentityKey {
            signing: row.identity_signing,
            agreement: row.identity_agreement,
            cross_signature: row.identity_cross_signature,
        },
        consent: row.consent,
    });
    let (version, signed) = held.device_lists.first().map_or((0, Vec::new()), |row| {
        let (account, version, signature) = (row.account, row.version, row.signature);
        let list = DeviceList { account, version, devices: devices.collect(), signature };
        (version, list.signed_bytes())
    });
    let (signing, agreement) = (&account.identity_signing.0, &account.identity_agreement.0);
    let latest = held.leaves.last().unwrap();
    assert_eq!(latest.binding.0, binding(signing, agreement, version, &signed), "version {version}");
    assert_eq!(latest.count, version + 1, "one entry for each change");
    version
}

/// Makes changes until the relay has ended or accepts no more, and returns the lists that were sent to it. `begun`
/// is signalled at the first.
async fn change(mut link: Link, mut owner: Owner, begun: mpsc::Sender<()>) -> Vec<DeviceList> {
    let mut sent = vec![owner.list.clone()];
    loop {
        let request = link.request();
        let last = owner.list.version;
        let frame = match owner.list.devices.first() {
            Some(listed) if owner.list.devices.len() == 2 => {
                owner.list = owner.without(listed.device.0);
                let delivery_verifier = FixedBytes(kdf::hash(DELIVERY_KEY, &[&last.to_be_bytes()]));
                let list = owner.list.clone();
                ClientFrame::PublishDevices(Box::new(PublishDevices { request, list, delivery_verifier }))
            }
            _ => {
                let number = 128 + (last % 120) as u8;
                let offer = offer(&owner, number);
                owner.list = owner.with(number, &offer);
                ClientFrame::AddDevice(Box::new(AddDevice { request, list: owner.list.clone(), offer }))
            }
        };
        sent.push(owner.list.clone());
        // Only the first is waited for.
        begun.send(()).ok();
        let answer = link.try_ask(&frame).await;
        if !matches!(answer, Some(RelayFrame::DevicesPublished(_))) {
            return sent;
        }
    }
}

async fn register(relay: &Relay) -> Owner {
    let mut link = Link::open(&relay.parsed_address()).await;
    let (identity, mut rng) = (secret(SEED), rand::rng());
    let key = device_key(SEED);
    let frame = frames::session_registration(&identity, &key, None, &link.handshake_hash, &mut rng);
    let answer = link.ask(frame).await;
    let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
    let (account, devices, signature) = (registered.address.account, Vec::new(), FixedBytes([0; 64]));
    let list = DeviceList { account, version: 0, devices, signature };
    Owner { identity, address: registered.address, connection: ConnectionId(0), list }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Kills the relay `kills` times while devices are linked and removed.
pub(crate) fn check(kills: u32) {
    let place = Place::new();
    let data = place.path("relay");
    let mut relay = Relay::listen_with(&place, &data, "127.0.0.1:0", WITH_LOG);
    let mut list = runtime().block_on(register(&relay)).list;
    let mut dice = StdRng::seed_from_u64(rand::rng().random());
    let (mut unheard, mut changes) = (0, 0);
    for _ in 0..kills {
        let address = relay.parsed_address();
        let last = list.clone();
        let (begun, wait) = mpsc::channel();
        let changing = thread::spawn(move || {
            runtime().block_on(async {
                let mut link = Link::open(&address).await;
                let own = DeviceAddress { account: last.account, device: DeviceId::FIRST };
                let (request, key) = (link.request(), device_key(SEED));
                let frame = frames::authenticate(&key, own, &link.handshake_hash, request);
                let answer = link.ask(frame).await;
                assert!(matches!(answer, RelayFrame::Authenticated(_)), "{answer:?}");
                let (identity, connection) = (secret(SEED), ConnectionId(0));
                change(link, Owner { identity, address: own, connection, list: last }, begun).await
            })
        });
        wait.recv().unwrap();
        thread::sleep(dice.random_range(Duration::ZERO..MOMENT));
        let stopped = relay.kill();
        let sent = changing.join().unwrap();
        let version = bound(&data);
        let before = list.version;
        list = sent.into_iter().find(|sent| sent.version == version).unwrap();
        changes += version - before;
        unheard += u32::from(version > before);
        relay = stopped.start_again(&place);
        assert_eq!(bound(&data), version, "a start adds nothing");
    }
    drop(relay_command(&place, &["log-audit", relay.address()]).expect(0));
    println!("{kills} kills, {changes} changes in {unheard} lives: each list had its entry.");
    assert!(unheard * 2 > kills, "most kills meet changes under way");
}
