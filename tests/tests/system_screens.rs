//! The phone's screens that a person reads aloud or copies from, in windows of four widths, from the real program.

use std::process::Command;

use pillarbox_testkit::program::{Ended, Phone, Place, Process};

/// The widths of windows: the narrowest, a small one, the usual one, and a wide one.
const WIDTHS: [usize; 4] = [40, 60, 80, 140];

/// Runs a phone's command in a window of `width` columns.
fn shown(phone: &Phone, arguments: &[&str], input: &str, width: usize) -> Ended {
    let mut command: Command = phone.command(arguments);
    command.env("COLUMNS", width.to_string());
    Process::run(command, input)
}

/// Returns both streams without their variable parts: keys, numbers, times, places.
fn steady(ended: &Ended, place: &Place) -> String {
    let text = format!("{}\n----\n{}", ended.out, ended.err);
    let text = text.replace(&place.home().display().to_string(), "HOME");
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| match word {
                link if link.starts_with("pillarbox:invite/") => "LINK".to_owned(),
                digits if digits.len() == 5 && digits.bytes().all(|it| it.is_ascii_digit()) => {
                    "00000".to_owned()
                }
                time if time.len() == 5 && time.as_bytes().get(2) == Some(&b':') => "00:00".to_owned(),
                other => other.to_owned(),
            })
            .collect();
        lines.push(words.join(" "));
    }
    lines.join("\n")
}

#[test]
fn invite_verify_and_chat_fit_the_window() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    let screens: [(&str, &[&str], &str); 4] = [
        ("invite", &["account", "invite", "--qr", "none"], ""),
        ("verify", &["verify", "Bob", "--show"], ""),
        ("chat", &["chat", "Bob"], "/verify\n/help\n"),
        ("contacts", &["contact", "list"], ""),
    ];
    for width in WIDTHS {
        let mut all = Vec::new();
        for (name, arguments, input) in screens {
            let ended = shown(&alice, arguments, input, width).expect(0);
            for line in ended.out.lines().chain(ended.err.lines()) {
                // A link or a command is copied, so it must not be broken.
                let is_copied = line.starts_with("pillarbox:") || line.starts_with("Next: ");
                assert!(is_copied || line.chars().count() <= width, "{name} at {width}: {line}");
            }
            all.push(format!("== {name}\n{}", steady(&ended, &place)));
        }
        insta::assert_snapshot!(format!("phone_{width}"), all.join("\n"));
    }
}
