//! A client submits plain words in no format of this project. The ledger must report them to the relay's operator.

use pillarbox_testkit::program::{Place, Process, programs, relay_command};
use pillarbox_wire::{
    Bytes, ClientFrame, DeviceAddress, DeviceId, Handle, LookUp, RelayFrame, RequestId, Submit,
};

use super::peer::{self, Front};
use super::relay::RelayProcess;

const ALICE: &str = "+447700900101";

/// The payloads with words: an answer to somebody, a line of a log, and words behind bytes.
const SAID: [&[u8]; 4] = [
    b"hello ... \"I confess\"",
    b"{\"to\":\"alice\",\"text\":\"under the clock at six\"}",
    b"\x01\xfe\xfdI was at the harbour all night, and so was she.\x80\x80",
    b"I confess",
];

/// A payload without words and without a format.
const NO_WORDS: [u8; 40] = [0xfe; 40];

/// Submits each payload to the holder of the number.
async fn submit(front: Front, number: &str, payloads: &[&[u8]]) {
    let mut link = front.link(31).await;
    assert!(matches!(peer::register(&mut link, 31).await, RelayFrame::Registered(_)));
    let request = RequestId(2);
    let handle = Handle::parse(number).unwrap();
    let found = link.try_ask(&ClientFrame::LookUp(LookUp { request, handle })).await.unwrap();
    let RelayFrame::Found(found) = found else { panic!("{found:?}") };
    let to = DeviceAddress { account: found.account, device: DeviceId::FIRST };
    for payload in payloads {
        let submit = Submit { request, to, delivery_key: None, payload: Bytes(payload.to_vec()) };
        let answer = link.try_ask(&ClientFrame::Submit(submit)).await;
        assert!(matches!(answer, Some(RelayFrame::Accepted(_))), "{answer:?}");
    }
}

#[test]
fn plain_words_of_a_hostile_client_are_not_called_unreadable() {
    let place = Place::new();
    let relay = RelayProcess::start(&place);
    let alice = place.phone("alice");
    drop(alice.run(&["account", "create", "--relay", &relay.address, "--number", ALICE]).expect(0));
    peer::runtime().block_on(submit(Front::of(&relay), ALICE, &SAID));
    let data = place.path("relay");
    let data = data.to_str().unwrap();
    let demand = |more: &[&str]| {
        let mut command = place.command(programs().lab());
        command.args(["demand", "content-warrant", "--about", ALICE, "--i-own-this-data", "--data", data]);
        command.args(more);
        Process::run(command, "").expect(0)
    };
    // The ledger prints the words of each payload.
    let ledger = relay_command(&place, &["ledger", "--data", data, "--json"]).expect(0).json();
    let shown: Vec<_> =
        ledger["messages"].as_array().unwrap().iter().map(|row| row["readable_text"].as_str()).collect();
    assert_eq!(shown.len(), SAID.len());
    assert!(shown.iter().all(Option::is_some), "{shown:?}");
    // The answer to the demand reports them too, on the screen and as data.
    let each = "4 messages are not in a form that this program reads; plain words stand in each";
    for more in [&[][..], &["--full"]] {
        let ended = demand(more);
        let text = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(each), "{text}");
        assert!(!text.contains("unreadable") && !text.contains("opens them"), "{text}");
    }
    let json = demand(&["--json"]);
    assert!(!json.out.contains("unreadable"), "{}", json.out);
    let json = json.json();
    let content = |json: &serde_json::Value| {
        let lines = json["lines"].as_array().unwrap();
        lines.iter().find(|line| line["item"] == "message_content").unwrap()["answer"].clone()
    };
    let answer = content(&json);
    assert_eq!(
        (&answer["state"], &answer["count"], &answer["other_form"], &answer["plain_words"]),
        (&"held-in-another-form".into(), &4.into(), &4.into(), &4.into())
    );
    assert!(json["answer"]["headline"].as_str().unwrap().contains(each));

    // Beside these payloads, a ciphertext counts as unreadable. Bytes without words count as another form.
    let bob = place.phone("bob");
    drop(bob.run(&["account", "create", "--relay", &relay.address, "--name", "Bob"]).expect(0));
    drop(bob.run(&["contact", "add", ALICE]).expect(0));
    drop(bob.run(&["send", ALICE, "under the clock at six"]).expect(0));
    peer::runtime().block_on(submit(Front::of(&relay), ALICE, &[&NO_WORDS]));
    let ledger = relay_command(&place, &["ledger", "--data", data, "--json"]).expect(0).json();
    let rows = ledger["messages"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|row| row["readable_text"].is_string()).count(), 4);
    let answer = content(&demand(&["--json"]).json());
    assert_eq!(
        (&answer["count"], &answer["other_form"], &answer["plain_words"]),
        (&6.into(), &5.into(), &4.into())
    );
    let text = demand(&["--full"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("They hold 1 message"), "{text}");
    assert!(
        text.contains("5 messages are not in a form that this program reads; plain words stand in 4 of them")
    );
    relay.stop();
}
