//! Each exit code of the program, and its sentence.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pillarbox_relay::DATABASE_FILE;
use pillarbox_relay::server::KEY_FILE;
use pillarbox_testkit::link::Link;
use pillarbox_testkit::program::{Ended, Process, Stream};
use pillarbox_wire::RelayFrame;

use crate::cli_program::{program, say, start};

/// Runs a command that must fail, and returns its one sentence.
fn fails(code: i32, arguments: &[&str]) -> String {
    let said = say(arguments);
    assert_eq!(said.code(), Some(code), "{said:?}");
    assert_eq!(said.out, "");
    let sentence = said.err.strip_prefix("pillarbox-relay: ").unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence.trim_end().to_owned()
}

#[test]
fn help_leads_with_examples_and_tells_the_exit_codes() {
    let said = say(&["--help"]);
    assert_eq!(said.code(), Some(0));
    assert!(said.out.starts_with("Examples:\n  pillarbox-relay run"), "{}", said.out);
    for part in ["Exit codes:", "0  done", "No telemetry and no update check"] {
        assert!(said.out.contains(part), "{part}");
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn wrong_usage_is_2() {
    for wrong in [
        &[][..],
        &["serve"],
        &["run", "--listen", "nowhere"],
        &["run", "--admin", "7456"],
        &["run", "--keep-delivered", "0"],
        &["run", "--public-host", "0.0.0.0"],
        &["run", "--public-host", "[::]"],
        &["run", "--public-host", "ff02::1"],
        &["ledger", "--json", "--plain"],
        &["ledger", "--follow", "--last", "3"],
        &["inventory", "--last-seen", "often"],
    ] {
        let said = say(wrong);
        assert_eq!(said.code(), Some(2), "{wrong:?}");
        assert!(!said.err.is_empty());
    }
}

#[test]
fn limits_that_cannot_be_used_are_4_and_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("limits.json");
    let path = file.to_str().unwrap();
    let data = folder.path().join("data");
    let run = ["run", "--data", data.to_str().unwrap(), "--limits", path];
    assert!(fails(4, &run).contains("cannot be read"));
    std::fs::write(&file, r#"{"conections": 9}"#).unwrap();
    let sentence = fails(4, &run);
    assert!(sentence.contains("unknown field `conections`") && sentence.contains("line 1"), "{sentence}");
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn a_rule_from_a_file_is_what_is_kept_and_a_mistake_in_it_is_4() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rule.toml");
    let path = file.to_str().unwrap();
    assert!(fails(4, &["inventory", "--keep", path]).contains("there is no such file"));
    std::fs::write(&file, "deposits = [\"name\"]\nretain = 3\n").unwrap();
    let data = folder.path().join("data");
    let sentence = fails(4, &["run", "--data", data.to_str().unwrap(), "--keep", path]);
    assert!(
        sentence.contains("line 2, column 1") && sentence.contains("unknown field `retain`"),
        "{sentence}"
    );
    assert!(!data.exists(), "nothing was begun");
    assert_eq!(say(&["inventory", "--keep", path, "--drop-sender"]).code(), Some(2));

    std::fs::write(&file, "log = [{ what = \"looked-up\", keep = \"90 days\" }]\n").unwrap();
    let inventory = say(&["inventory", "--plain", "--keep", path]);
    let line = inventory.out.lines().find(|line| line.starts_with("LookUp\t") && line.contains("\thandle\t"));
    assert!(line.unwrap().contains("in the log, 90 days"), "{line:?}");
    let relay = start(&data, &["--keep", path]);
    relay.signal("TERM");
    let Ended { status, out, .. } = relay.finish();
    assert!(
        status.success() && out.contains("a log of who looks for which number, and when (90 days)"),
        "{out}"
    );
    let kept = pillarbox_relay::Holdings::read(&data).unwrap().keeping.unwrap();
    assert_eq!(kept.log[0].keep, pillarbox_wire::Duration::from_days(90));
}

#[test]
fn what_was_typed_is_repeated_without_what_a_terminal_acts_on() {
    for wrong in [
        &["inventory", "--last-seen", "\u{1b}[2Joften\u{202e}"][..],
        &["run", "--listen", "nowhere\u{7}\u{1b}]0;title\u{7}"],
        &["\u{1b}[31mserve"],
    ] {
        let said = say(wrong);
        assert_eq!(said.code(), Some(2), "{said:?}");
        let harmless = said.err.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}');
        assert!(harmless && said.err.contains("\\u{"), "{:?}", said.err);
    }
}

#[test]
fn help_that_nobody_can_be_shown_is_no_success() {
    for word in ["--help", "--version", "-h"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program(&[word]).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(1) && err.contains("cannot be written: the disk is full"),
            "{err}"
        );
        assert_eq!(say(&[word]).code(), Some(0));
    }
}

#[test]
fn a_rule_that_windows_saved_is_read_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rule.toml");
    let inventory = |text: &str| {
        std::fs::write(&file, text).unwrap();
        say(&["inventory", "--plain", "--keep", file.to_str().unwrap()])
    };
    let plain = inventory("log = [{ what = \"looked-up\",\n keep = \"90 days\" }]\n");
    let windows = inventory("\u{feff}log = [{ what = \"looked-up\",\r\n keep = \"90 days\" }]\r\n");
    assert_eq!((plain.code(), windows.code()), (Some(0), Some(0)), "{windows:?}");
    assert_eq!(plain.out, windows.out);
}

#[test]
fn a_limit_from_the_file_holds_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("limits.json");
    // The file is as an editor on Windows saves it.
    std::fs::write(&file, "\u{feff}{\"connections_per_address\":\r\n1}\r\n").unwrap();
    let relay = start(&folder.path().join("data"), &["--limits", file.to_str().unwrap()]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _first = Link::open(&relay.parsed_address()).await;
        let stream = tokio::net::TcpStream::connect(pillarbox_testkit::link::socket(&relay.parsed_address()))
            .await
            .unwrap();
        let mut second = Link::secure(stream, &relay.parsed_address()).await;
        assert!(matches!(second.receive().await, Some(RelayFrame::Goodbye(_))));
    });
    relay.signal("TERM");
    relay.finish().expect(0);
}

#[test]
fn output_that_cannot_be_written_is_1() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = program(&["inventory"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("the output cannot be written"));
}

#[test]
fn a_reader_that_has_heard_enough_is_no_error() {
    let mut child = program(&["inventory"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_relay_that_is_not_there_is_3() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let sentence = fails(3, &["ledger", "--follow", "--data", path]);
    assert!(sentence.ends_with(&format!("Start one with: pillarbox-relay run --data {path}")), "{sentence}");
    // A relay that was killed leaves its admin file, and nobody answers at its address.
    let relay = start(data.path(), &[]);
    drop(relay.kill());
    fails(3, &["ledger", "--follow", "--data", path]);
}

#[test]
fn an_address_that_cannot_be_listened_on_is_3() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let path = data.path().to_str().unwrap();
    let sentence = fails(3, &["run", "--data", path, "--admin", "off", "--listen", &address]);
    assert!(sentence.contains("is taken by another program") && sentence.contains("--listen"), "{sentence}");
    let free = "127.0.0.1:0";
    let sentence = fails(3, &["run", "--data", path, "--listen", free, "--admin", &address]);
    assert!(sentence.contains("--admin"), "{sentence}");
    let sentence =
        fails(3, &["run", "--data", path, "--listen", free, "--admin", "off", "--public-host", "a b"]);
    assert!(sentence.contains("--public-host"), "{sentence}");
}

#[test]
fn a_data_directory_without_a_relay_is_4() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let sentence = fails(4, &["ledger", "--data", path]);
    assert!(sentence.contains(&format!("pillarbox-relay run --data {path}")), "{sentence}");
}

#[test]
fn a_data_directory_that_cannot_be_one_is_4() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "").unwrap();
    let sentence = fails(4, &["run", "--data", file.join("below").to_str().unwrap()]);
    assert!(sentence.contains("cannot be used as a data directory"), "{sentence}");
}

#[test]
fn what_stands_in_the_place_of_a_file_is_named_with_what_to_do_about_that_file() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let run = ["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data", path];
    std::fs::create_dir(data.path().join("admin")).unwrap();
    let sentence = fails(4, &run);
    assert!(sentence.starts_with(&format!("{path}/admin cannot be written: ")), "{sentence}");
    assert!(sentence.ends_with("without an admin port: --admin off"), "{sentence}");
    std::fs::remove_dir(data.path().join("admin")).unwrap();

    let aside = data.path().join("aside");
    std::os::unix::fs::symlink(&aside, data.path().join("number-codes")).unwrap();
    let sentence = fails(4, &[&run[..], &["--verify-numbers"]].concat());
    assert!(sentence.starts_with(&format!("{path}/number-codes cannot be written: ")), "{sentence}");
    assert!(sentence.ends_with("with --verify-numbers=FILE"), "{sentence}");
    assert!(!aside.exists());
}

#[test]
fn a_limit_on_the_size_of_files_is_named_and_a_relay_without_it_starts() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let run = ["run", "--listen", "127.0.0.1:0", "--admin", "off", "--data", path];
    for blocks in [0, 1, 30, 60] {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -f {blocks}; exec \"$@\"")).arg("sh");
        let output = command.arg(env!("CARGO_BIN_EXE_pillarbox-relay")).args(run).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{blocks}: {err}");
        assert!(err.contains("a limit on the size of files stands in the way"), "{blocks}: {err}");
        assert!(err.contains("`ulimit -f`") && err.contains("LimitFSIZE"), "{blocks}: {err}");
    }
    let relay = start(data.path(), &[]);
    relay.signal("TERM");
    relay.finish().expect(0);
}

#[test]
fn a_data_directory_in_use_is_4() {
    let data = tempfile::tempdir().unwrap();
    let first = start(data.path(), &[]);
    let path = data.path().to_str().unwrap();
    let sentence = fails(4, &["run", "--listen", "127.0.0.1:0", "--admin", "off", "--data", path]);
    assert!(sentence.starts_with("another relay is running on"), "{sentence}");
    first.signal("TERM");
    first.finish().expect(0);
}

#[test]
fn a_damaged_or_newer_database_is_4_and_is_left_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let run = ["run", "--listen", "127.0.0.1:0", "--admin", "off", "--data", path];
    let relay = start(data.path(), &[]);
    relay.signal("TERM");
    drop(relay.finish());

    let file = data.path().join(DATABASE_FILE);
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 1_000_000).unwrap();
    database.close().unwrap();
    let newer = std::fs::read(&file).unwrap();
    assert!(fails(4, &run).contains("newer"), "run");
    assert!(fails(4, &["ledger", "--data", path]).contains("newer"), "ledger");
    assert_eq!(std::fs::read(&file).unwrap(), newer);

    std::fs::write(&file, b"this was a database once, before the disk failed".repeat(100)).unwrap();
    let damaged = std::fs::read(&file).unwrap();
    for arguments in [&run[..], &["ledger", "--data", path]] {
        let sentence = fails(4, arguments);
        assert!(sentence.contains("damaged") || sentence.contains("not one of a Pillarbox"), "{sentence}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), damaged);
}

#[test]
fn a_damaged_key_is_4_and_is_left_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    let key = data.path().join(KEY_FILE);
    let relay = start(data.path(), &[]);
    relay.signal("TERM");
    drop(relay.finish());
    File::options().write(true).open(&key).unwrap().set_len(7).unwrap();
    let sentence = fails(4, &["run", "--data", data.path().to_str().unwrap()]);
    assert!(sentence.contains("7 bytes"), "{sentence}");
    assert_eq!(key.metadata().unwrap().len(), 7);
}

#[test]
fn the_screen_of_a_relay_that_listens_everywhere_and_takes_fewer_connections_is_seen_in_an_ordinary_window() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 1024; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_pillarbox-relay")]);
    command.args(["run", "--listen", "0.0.0.0:0", "--admin", "127.0.0.1:0", "--data"]).arg(data.path());
    command.env("COLUMNS", "80");
    let mut relay = Process::start(command);
    relay.wait_for(Stream::Out, |line| line.starts_with("Next:"));
    let text = relay.kill().out;
    // The last line of the screen is the next step.
    let before = text.lines().take_while(|line| !line.starts_with("Next:")).count();
    assert!(before < 19, "{} lines:\n{text}", before + 1);
    assert!(text.contains("\nConnections ") && text.contains("\nReached from"), "{text}");
    assert!(text.contains("--public-host HOST"), "{text}");
}

#[test]
fn the_first_signal_is_a_clean_stop_whichever_it_is() {
    for signal in ["INT", "TERM"] {
        let data = tempfile::tempdir().unwrap();
        let relay = start(data.path(), &[]);
        let began = Instant::now();
        relay.signal(signal);
        let Ended { out, err, .. } = relay.finish().expect(0);
        assert!(began.elapsed() < Duration::from_secs(10));
        assert!(out.contains("It keeps") && err.contains("the relay has stopped"), "{out}{err}");
    }
}

#[tokio::test]
async fn a_second_signal_ends_at_once_with_130() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(data.path(), &[]);
    // A stop waits for some seconds for a phone that does not close its side.
    let mut deaf = Link::open(&relay.parsed_address()).await;
    relay.signal("TERM");
    assert!(matches!(deaf.receive().await, Some(RelayFrame::Goodbye(_))));
    relay.signal("INT");
    relay.finish().expect(130);
}

#[tokio::test]
async fn a_killed_relay_has_everything_that_it_accepted() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(data.path(), &[]);
    let mut alice = Link::open(&relay.parsed_address()).await;
    let own = alice.register(1, None).await;
    let recipient = Link::open(&relay.parsed_address()).await.register(2, None).await;
    for number in 0..5_u8 {
        assert!(matches!(alice.submit(recipient.address, &[number]).await, RelayFrame::Accepted(_)));
    }
    drop(relay.kill());

    let relay = start(data.path(), &[]);
    let mut bob = Link::open(&relay.parsed_address()).await;
    assert_eq!(bob.authenticate(&recipient).await, 5);
    for number in 0..5_u8 {
        let delivery = bob.delivery().await;
        assert_eq!((delivery.payload.as_slice(), delivery.from), (&[number][..], Some(own.address)));
    }
    drop(bob);
    relay.signal("TERM");
    relay.finish().expect(0);
}
