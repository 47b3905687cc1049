//! A limit on the size of files, and the remains of a crash.

use std::fs;
use std::path::Path;
use std::process::Command;

use pillarbox_testkit::program::{Place, Process, Relay, Stream};

/// Returns the same command with a limit on the size of the files that it writes, in KiB.
fn limited(place: &Place, command: &Command, kibibytes: u32) -> Command {
    let mut shell = place.command("bash");
    shell.arg("-c").arg(format!("ulimit -f {kibibytes} && exec \"$0\" \"$@\""));
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

/// Returns a process's limit on core dumps in bytes, as the system reports it.
fn dump_limit(process: u32) -> Vec<String> {
    let limits = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    line.split_whitespace().skip(4).take(2).map(str::to_owned).collect()
}

#[test]
fn a_relay_at_the_limit_of_file_size_refuses_what_it_cannot_write_and_goes_on() {
    let place = Place::new();
    let data = place.path("relay");
    let limits = place.path("limits.json");
    // The reserve is switched off, because it is larger than what this relay may write. If a relay cannot create
    // its reserve, it has room for nothing.
    fs::write(&limits, r#"{"reserve_bytes": 0}"#).unwrap();
    let mut command = Relay::command(&place, &data, "127.0.0.1:0");
    command.arg("--limits").arg(&limits);
    let relay = Relay::run(limited(&place, &command, 2_000), &data, &[]);
    let (alice, bob) = place.alice_and_bob(&relay);
    let text = "x".repeat(12_000);
    let mut sent = 0;
    while alice.run(&["send", "Bob", &text]).status.code() == Some(0) {
        sent += 1;
        assert!(sent < 500, "the limit was never met");
    }
    assert!(sent > 0);
    assert_eq!(relay.get("/healthz").0, 200, "it goes on");
    assert_eq!(relay.get("/readyz").0, 503);
    let stopped = relay.kill();
    // The control: a relay without the limit has what it accepted, and the messages that it refused wait on the phone.
    let relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox().len(), sent + 1);
    drop(relay);
}

#[test]
fn a_phone_at_the_limit_of_file_size_says_so_and_loses_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "before"]).expect(0));
    let limited = Process::run(limited(&place, &alice.command(&["send", "Bob", "during"]), 8), "");
    drop(limited.expect(4).says("The profile in"));
    // The control: the same phone without the limit. It may have kept the text before it met the limit.
    drop(alice.run(&["send", "Bob", "after"]).expect(0));
    let texts = bob.inbox();
    assert!(["before after", "before during after"].contains(&texts.join(" ").as_str()), "{texts:?}");
}

#[test]
fn a_running_relay_and_a_running_phone_leave_no_core_dump() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.feed("hello\n");
    chat.wait_for(Stream::Out, |line| line.contains("hello"));
    for process in [relay.id(), chat.id()] {
        assert_eq!(dump_limit(process), ["1", "1"]);
    }
    // The control: a program that takes no precautions keeps the limit that this test has set.
    let mut other = Process::start({
        let mut sleep = place.command("sh");
        sleep.args(["-c", "echo there; exec sleep 60"]);
        sleep
    });
    other.wait_for(Stream::Out, |line| line == "there");
    assert_ne!(dump_limit(other.id()), ["1", "1"]);
    drop(other.kill());
}
