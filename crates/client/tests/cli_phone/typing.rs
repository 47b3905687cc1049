//! The chat on a terminal: editing, pasting and recalling lines while messages arrive.

use pillarbox_testkit::program::PASSPHRASE;

use super::support::{Phone, Place};
use super::terminal::{Window, flat, paste};

/// Window widths: the narrowest, a small one, the usual one, a wide one.
const WIDTHS: [u16; 4] = [40, 60, 80, 140];

const UP: &str = "\x1b[A";
const LEFT: &str = "\x1b[D";

/// Opens Alice's chat with Bob in a window, connected.
fn chat(alice: &Phone, arguments: &[&str], size: (u16, u16)) -> Window {
    let window = Window::open(alice, &[&["chat", "Bob"], arguments].concat(), size);
    window.wait_for("to Bob (NOT VERIFIED)>");
    window
}

/// Runs the chat as the first command of a shell, followed by another.
fn below_a_shell(alice: &Phone, then: &str) -> std::process::Command {
    let (program, passphrase) = (alice.place().programs().phone(), alice.place().passphrase_file());
    let (program, passphrase) = (program.display(), passphrase.display());
    let mut shell = alice.place().command("sh");
    shell.arg("-c").arg(format!(
        "set -m; '{program}' --profile alice --passphrase-file '{passphrase}' chat Bob; {then}"
    ));
    shell.env("TERM", "xterm");
    shell
}

/// Returns the texts that a phone has received, with their line breaks.
fn texts(phone: &Phone) -> Vec<String> {
    let inbox = phone.run(&["inbox", "--json"]).expect(0).out;
    let text = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        message["text"].as_str().unwrap().to_owned()
    };
    inbox.lines().map(text).collect()
}

/// Returns a screen without its times.
fn steady(shown: &str) -> String {
    let is_time = |word: &str| word.len() == 5 && word.as_bytes()[2] == b':';
    let line = |line: &str| {
        line.split(' ').map(|word| if is_time(word) { "00:00" } else { word }).collect::<Vec<_>>().join(" ")
    };
    // The line of a text that was typed before the phone was connected says "waiting" first.
    shown.lines().map(line).collect::<Vec<_>>().join("\n").replace(" waiting, sent", " sent")
}

#[test]
fn a_half_typed_line_survives_a_message_whole_with_its_cursor() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    bob.run(&["send", "Alice", "First."]).expect(0);
    alice.run(&["inbox"]).expect(0);
    for width in WIDTHS {
        let mut window = chat(&alice, &["--last", "1"], (24, width));
        let half = "this is my half typed draft, which is longer than a small window";
        window.keys(half);
        window.keys(&LEFT.repeat(6));
        window.wait_for(half);
        bob.run(&["send", "Alice", &format!("A message that comes at {width}, while Alice is typing.")])
            .expect(0);
        window.wait_for(&format!("A message that comes at {width}, while Alice is typing. to Bob"));
        window.keys("X");
        window.wait_for("which is longer than a small Xwindow");
        window.keys("\r");
        window.wait_until_sent(1);
        insta::assert_snapshot!(format!("half_typed_{width}"), steady(&window.shown()));
        window.keys("/quit\r");
        assert_eq!(window.end(), Some(0));
    }
    let sent = "this is my half typed draft, which is longer than a small Xwindow";
    assert_eq!(texts(&bob), vec![sent; WIDTHS.len()]);
}

#[test]
fn a_paste_of_several_lines_is_one_message() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let letter =
        "/quit\nis the first of seven lines.\n\n  The fourth is indented.\n/lock\n/quit now\nThe end.\n";
    for width in WIDTHS {
        let mut window = chat(&alice, &["--last", "0"], (24, width));
        window.keys(&paste(letter));
        window.wait_for("The end.");
        window.keys("\r");
        window.wait_until_sent(1);
        insta::assert_snapshot!(format!("paste_{width}"), steady(&window.shown()));
        window.keys("/quit\r");
        assert_eq!(window.end(), Some(0), "{}", window.shown());
    }
    assert_eq!(texts(&bob), vec![letter.trim_end_matches('\n'); WIDTHS.len()]);
}

#[test]
fn only_quit_alone_on_its_line_ends_the_chat_and_nothing_behind_it_runs_in_the_shell() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    // A terminal that does not mark pastes sends them as keys.
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("/quit now\rone\r/quit\rtwo\recho ran > pasted");
    assert_eq!(window.end(), Some(1));
    let shown = flat(&window.shown());
    assert!(shown.contains("There is no command /quit with words behind it"), "{shown}");
    assert!(shown.contains("2 lines after /quit were not sent."), "{shown}");
    assert_eq!(texts(&bob), ["one"]);

    // The same chat runs below a shell, which must not get any of the lines that were not sent.
    let shell = below_a_shell(&alice, "echo Ready.; read -r line; echo \"the shell got <$line>\"");
    let mut window = Window::run(shell, (24, 80));
    window.wait_for("to Bob (NOT VERIFIED)>");
    window.keys("/quit\rtouch pasted\rtouch more");
    window.wait_for("2 lines after /quit were not sent. Ready.");
    window.keys("nothing of it\r");
    assert_eq!(window.end(), Some(0));
    assert!(flat(&window.shown()).ends_with("the shell got <nothing of it>"), "{}", window.shown());
}

#[test]
fn a_paste_that_is_too_long_is_kept_to_be_cut() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys(&paste(&"x".repeat(16_385)));
    window.wait("the end of the paste", |shown| shown.ends_with("xxx"));
    window.keys("\r");
    window.wait_for("longer than the 16384 bytes that fit");
    window.wait("the paste, still there", |shown| shown.ends_with("xxx"));
    window.keys("\u{7f}\r");
    window.wait_until_sent(1);
    window.keys("half");
    window.wait_for("> half");
    window.keys(&paste(&"y".repeat(100_000)));
    window.wait_for("has 100000 bytes");
    window.wait_for("> half");
    window.keys(" and whole\r");
    window.wait_until_sent(2);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(1), "one was refused");
    assert_eq!(texts(&bob), ["x".repeat(16_384), "half and whole".to_owned()]);
}

#[test]
fn a_resize_loses_nothing_and_what_comes_then_fits() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("half of a line that is longer than the window will be");
    window.wait_for("will be");
    window.resize(24, 40);
    window.wait("the line, in the narrow window", |shown| {
        let line: Vec<_> = shown.lines().skip_while(|line| !line.starts_with("to Bob")).collect();
        line.len() == 2 && line[0].len() < 40 && line[1].ends_with("will be")
    });
    bob.run(&["send", "Alice", "A text that is longer than forty columns, too."]).expect(0);
    window.wait_for("than forty columns, too. to Bob");
    let narrow = window.shown();
    window.resize(24, 140);
    bob.run(&[
        "send",
        "Alice",
        "And one that comes when the window is wide again, and is wider than eighty columns, too.",
    ])
    .expect(0);
    window.wait_for("wider than eighty columns, too. to Bob");
    window.wait("the line", |shown| shown.ends_with("half of a line that is longer than the window will be"));
    insta::assert_snapshot!(steady(&format!("{narrow}\n\n== 140\n{}", window.shown())));
    window.keys("\r");
    window.wait_until_sent(1);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert_eq!(texts(&bob), ["half of a line that is longer than the window will be"]);
}

#[test]
fn arrow_up_brings_back_what_was_sent_and_no_key_is_text() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("one\rtwo\r");
    window.wait_until_sent(2);
    window.keys("half");
    window.keys(&format!("{UP}{UP}"));
    window.wait_for("to Bob (NOT VERIFIED)> one");
    window.keys(&format!("{LEFT}{LEFT}{LEFT}st\x1b[C\x1b[F!\r"));
    window.wait_until_sent(3);
    window.keys("\x01\x0b");
    window.keys("日本語 👩\u{200d}👧\u{7f}e\u{301}\x17ok\r");
    window.wait_until_sent(4);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert_eq!(texts(&bob), ["one", "two", "stone!", "日本語 ok"]);
}

#[test]
fn ctrl_c_ends_and_says_what_was_not_sent() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("half a line");
    window.wait_for("half a line");
    window.keys("\x03");
    assert_eq!(window.end(), Some(130));
    let shown = flat(&window.shown());
    assert!(shown.contains("1 line that you had typed was not sent."), "{shown}");
    assert!(window.written().trim_end().contains("\x1b[?2004l"), "the terminal is given back");
    assert_eq!(texts(&bob), [""; 0]);

    // Ctrl-D is the end of input on an empty line only.
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("ab\x01\x04");
    window.wait("the first character taken away", |shown| shown.ends_with("> b"));
    window.keys("\x04\x04");
    assert_eq!(window.end(), Some(0));
}

#[test]
fn each_message_has_one_line_for_its_state() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    for (number, text) in [(1, "one"), (2, "two"), (3, "three")] {
        window.keys(&format!("{text}\r"));
        window.wait_until_sent(number);
    }
    window.keys("half typed");
    bob.run(&["inbox"]).expect(0);
    window.wait("three deliveries", |shown| shown.matches("sent, delivered").count() == 3);
    window.wait_for("> half typed");
    insta::assert_snapshot!(steady(&window.shown()));
    window.keys("\x15/quit\r");
    assert_eq!(window.end(), Some(0));
}

#[test]
fn the_last_lines_stand_there_when_it_opens() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let lines: String = (1..=14).map(|number| format!("Line {number}.\n")).collect();
    bob.run_with(&["chat", "Alice"], &lines).expect(0);
    alice.run(&["inbox"]).expect(0);
    bob.run(&["send", "Alice", "A new one."]).expect(0);
    alice.run_with(&["send", "Bob", "-"], "An answer.").expect(0);
    let mut window = chat(&alice, &[], (24, 60));
    insta::assert_snapshot!(steady(&window.shown()));
    window.keys("\x03");
    window.end();
    let mut window = chat(&alice, &["--last", "1"], (24, 60));
    let shown = flat(&window.shown());
    assert!(shown.contains("The last message; `history` has 15 more: Bob (NOT VERIFIED)"), "{shown}");
    window.keys("\x03");
    window.end();
    let mut window = chat(&alice, &["--last", "0"], (24, 60));
    assert!(!window.shown().contains("An answer"), "{}", window.shown());
    window.keys("\x03");
    window.end();
}

#[test]
fn a_chat_locks_and_says_what_was_not_sent() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("half a line");
    window.wait_for("half a line");
    alice.run(&["account", "lock"]).expect(0);
    window.wait_for("opens the chat again");
    window.wait_for("Passphrase:");
    let shown = flat(&window.shown());
    assert!(shown.contains("1 line that you had typed was not sent."), "{shown}");
    assert!(!shown.contains("half"), "{shown}");
    window.keys(&format!("{PASSPHRASE}\r"));
    window.wait_for("With whom?");
    window.keys("Bob\r");
    window.wait_for("to Bob (NOT VERIFIED)>");
    window.keys("after\r");
    window.wait_until_sent(1);
    window.keys("/lock\r");
    window.wait("the second lock", |shown| !shown.contains("after") && shown.contains("Passphrase:"));
    window.keys("\x03");
    assert_eq!(window.end(), None, "by the signal, as at any question");
    assert_eq!(texts(&bob), ["after"]);
}

/// A half-typed name at the question is sent to nobody, and the tab key types a blank.
#[test]
fn a_name_half_typed_is_no_line_and_a_tab_is_a_blank() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = Window::open(&alice, &["chat"], (24, 80));
    window.wait_for("With whom?");
    window.keys("Bo");
    window.wait_for("With whom? Bo");
    window.keys("\x03");
    window.end();
    assert!(!flat(&window.shown()).contains("was not sent"), "{}", window.shown());
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("one\ttab\tkey\r");
    window.wait_until_sent(1);
    assert_eq!(
        flat(&window.shown()).matches("A tab is a blank in a message.").count(),
        1,
        "{}",
        window.shown()
    );
    window.keys("half");
    window.wait_for("half");
    window.keys("\x03");
    window.end();
    assert!(flat(&window.shown()).contains("1 line that you had typed was not sent."), "{}", window.shown());
    assert_eq!(texts(&bob), ["one tab key"]);
}

#[test]
fn without_a_terminal_that_moves_its_cursor_it_is_lines() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window =
        Window::open_with(&alice, &["--color", "never", "chat", "Bob"], (24, 80), &[("TERM", "dumb")]);
    window.wait_for("to Bob (NOT VERIFIED)>");
    window.keys("hello\r");
    window.wait_for("Message 1: sent.");
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert!(!window.written().contains('\x1b'), "{:?}", window.written());
    let mut window = chat(&alice, &["--lines"], (24, 80));
    assert!(flat(&window.shown()).contains("The last message: You, "), "{}", window.shown());
    window.keys("again\r");
    window.wait_for("Message 1: sent.");
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert!(!window.written().contains("\x1b[J") && !window.written().contains("\x1b[?2004"));
    assert_eq!(texts(&bob), ["hello", "again"]);
    // In a pipe, none of the earlier lines is shown again.
    assert_eq!(alice.run_with(&["chat", "Bob"], "").expect(0).out, "");
}

#[test]
fn times_are_those_of_the_clock_on_the_wall() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    bob.run(&["send", "Alice", "hello"]).expect(0);
    let size = (24, 80);
    let zone = [("TZ", "XYZ-5:30")];
    let read = |arguments: &[&str]| {
        let mut window = Window::open_with(&alice, arguments, size, &zone);
        assert_eq!(window.end(), Some(0));
        window.shown()
    };
    assert!(read(&["inbox"]).contains(" XYZ: hello"));
    assert!(read(&["history", "Bob"]).contains(" XYZ: hello"));
    assert!(read(&["--utc", "history", "Bob"]).contains(" UTC: hello"));
    let plain = read(&["history", "Bob", "--plain"]);
    assert!(!plain.contains("XYZ"), "what programs read is UTC: {plain}");
    let nowhere = Window::open_with(&alice, &["history", "Bob"], size, &[("TZ", "No/Where")]);
    nowhere.wait_for(" UTC: hello");
    // A zone by its name, where the system has the database of zones.
    if !std::path::Path::new("/usr/share/zoneinfo/Asia/Tokyo").exists() {
        std::io::Write::write_all(&mut std::io::stderr(), b"SKIPPED: no zones by name here.\n").unwrap();
        return;
    }
    let tokyo = Window::open_with(&alice, &["history", "Bob"], size, &[("TZ", "Asia/Tokyo")]);
    tokyo.wait_for(" JST: hello");
}

#[test]
fn a_chat_where_nobody_was_added_names_who_waits() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    bob.add(&alice);
    bob.run(&["send", "Alice", "hello"]).expect(0);
    alice.run(&["inbox"]).expect(0);
    let mut window = Window::open(&alice, &["chat"], (24, 80));
    assert_eq!(window.end(), Some(1));
    let shown = flat(&window.shown());
    assert!(shown.contains("wrote first and waits for an answer: `chat "), "{shown}");
    assert!(shown.contains("calls itself"), "{shown}");
    let unknown = alice.run(&["send", "Bob", "hello?"]).expect(1);
    assert!(unknown.tells("Somebody who wrote first calls itself so"), "{}", unknown.err);
    // The suggested next step leads to the person who waits.
    let next = flat(shown.split("Next: ").nth(1).unwrap());
    assert!(next.contains(" chat ") && next.starts_with("pillarbox --profile alice"), "{next}");
}

#[test]
fn ctrl_c_ends_a_chat_that_waits_for_its_last_words() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("one\r");
    window.wait_until_sent(1);
    // The relay is replaced by a server that accepts connections and sends nothing.
    let address = place.relay.address();
    let port: u16 = address.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
    drop(place.relay);
    let _silent = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    window.wait_for("It is tried again by itself");
    window.keys("two\r");
    window.wait_for("2 waiting");
    window.keys("/quit\rtyped too late\r\x03");
    assert_eq!(window.end(), Some(130));
    let shown = flat(&window.shown());
    assert!(shown.contains("1 line after /quit was not sent."), "{shown}");
    assert!(alice.run(&["history", "Bob"]).expect(0).out.contains("waiting: two"), "it is kept");
}

#[test]
fn a_text_that_a_hanging_relay_does_not_take_is_said_to_wait_and_again_at_the_end() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    for end in ["\x03", "/quit\r"] {
        let mut window = chat(&alice, &["--last", "0"], (24, 80));
        window.keys("one\r");
        window.wait_until_sent(1);
        let held = place.relay.hold();
        window.keys("two\r");
        window.wait_for("2 waiting");
        window.keys(end);
        // The closing words come before the relay can answer; otherwise the relay would have accepted the text.
        window.wait_for("1 message to Bob waits on this phone: not sent yet.");
        assert_eq!(window.end(), Some(if end == "\x03" { 130 } else { 1 }), "{}", window.shown());
        drop(held);
        alice.run(&["inbox"]).expect(0);
    }
}

#[test]
fn what_waited_before_a_chat_opened_is_said_to_have_gone_once() {
    let mut place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    place.relay.stop();
    for text in ["one", "two"] {
        alice.run(&["send", "Bob", text]).expect(3);
    }
    let mut window = chat(&alice, &[], (24, 80));
    window.wait_for("It is tried again by itself");
    assert!(window.shown().contains("waiting: two"), "{}", window.shown());
    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    window.wait_for("Connected again.");
    window.wait_for("What waited here has gone.");
    window.keys("three\r");
    window.wait_until_sent(1);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    let shown = flat(&window.shown());
    assert_eq!(shown.matches("What waited here has gone.").count(), 1, "{shown}");
    assert_eq!(texts(&bob), ["one", "two", "three"]);
}

#[test]
fn a_chat_that_is_told_to_end_gives_the_terminal_back() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    window.keys("half a line");
    window.wait_for("half a line");
    window.terminate();
    assert_eq!(window.end(), Some(130));
    assert!(window.written().contains("\x1b[?2004l"), "{:?}", window.written());
    assert!(flat(&window.shown()).contains("1 line that you had typed was not sent."), "{}", window.shown());
}

#[test]
fn a_chat_that_is_stopped_for_a_while_goes_on_with_its_half_typed_line() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = Window::run(below_a_shell(&alice, "stty -a; echo It is stopped.; fg"), (60, 80));
    window.wait_for("to Bob (NOT VERIFIED)>");
    window.keys("half");
    window.wait_for("> half");
    window.keys("\x1a");
    window.wait_for("It is stopped.");
    window.wait("the line again", |shown| shown.ends_with("> half"));
    let shown = window.shown();
    assert!(shown.contains(" icanon") && shown.contains(" echo "), "the shell has its own mode: {shown}");
    window.keys(" and whole\r");
    window.wait_until_sent(1);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert_eq!(texts(&bob), ["half and whole"]);
}

#[test]
fn a_paste_that_is_not_marked_comes_whole_too() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut window = chat(&alice, &[], (24, 80));
    let long = "x".repeat(16_000);
    window.keys(&long);
    window.keys("\r");
    window.wait_until_sent(1);
    window.keys("/quit\r");
    assert_eq!(window.end(), Some(0));
    assert_eq!(texts(&bob), [long]);
}
