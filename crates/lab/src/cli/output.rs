//! Standard output, and the messages about failures.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use pillarbox_client::display::{json, safe_document};
use pillarbox_lab::matrix::rerun::quoted;
use pillarbox_system::exit::{NO, STORE};
use pillarbox_text::wrap;
use pillarbox_text::wrap::display_width;
use serde::Serialize;

use super::window;

/// A failure, described to a person: what happened and what to do next.
pub(super) struct Failure {
    pub(super) sentence: String,
    pub(super) code: u8,
}

pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure { sentence: format!("the answer has no JSON form: {error}."), code: NO })?;
    print(&format!("{}\n", json(text)))
}

pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints the findings of a check.
pub(super) fn print_findings(mut findings: Vec<String>, checked: &str) -> Result<(), Failure> {
    if findings.is_empty() {
        return print(&format!("Same: {checked}.\n"));
    }
    findings.sort();
    findings.dedup();
    print(&safe_document(&findings.iter().map(|finding| format!("{finding}\n")).collect::<String>()))?;
    let things = match findings.len() {
        1 => "1 thing is not as it says".to_owned(),
        many => format!("{many} things are not as they say"),
    };
    let sentence = format!("{things} ({checked}).");
    Err(Failure { sentence, code: NO })
}

/// Prints a message beside the result, broken at the window's edge.
pub(super) fn hint(text: &str) -> Result<(), Failure> {
    written(writeln!(anstream::stderr(), "{}", fitted(text)))
}

/// Prints a message beside the result that is laid out already.
pub(super) fn beside(text: &str) -> Result<(), Failure> {
    written(writeln!(anstream::stderr(), "{}", safe_document(text)))
}

/// Prints the place where something was saved, in a line that can be copied.
pub(super) fn place(label: &str, path: &Path) -> Result<(), Failure> {
    written(writeln!(anstream::stderr(), "{}", safe_document(&format!("{label} {}", path.display()))))
}

/// Returns the command that runs now, with one more option and without those of `left_out`, in words that a shell reads
/// back unchanged.
pub(super) fn again(option: &str, left_out: &[&str]) -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    typed_again(words, option, left_out)
}

fn typed_again(words: impl Iterator<Item = String>, option: &str, left_out: &[&str]) -> String {
    let mut words = words.peekable();
    let mut typed = vec!["pillarbox-lab".to_owned()];
    let mut is_set = false;
    while let Some(word) = words.next() {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        if !is_set && left_out.contains(&name) {
            // The option's value is the next word, or follows an equals sign.
            if name == word {
                words.next();
            }
            continue;
        }
        // After two dashes nothing is an option any more.
        if word == "--" && !is_set {
            typed.push(option.to_owned());
            is_set = true;
        }
        typed.push(quoted(&word));
    }
    if !is_set {
        typed.push(option.to_owned());
    }
    typed.join(" ")
}

/// Prints the next command to type, in a line that can be copied. Its purpose, `what`, follows it on the line, or below
/// it in a narrow window.
pub(super) fn next(command: &str, what: &str) -> Result<(), Failure> {
    let line = format!("Next: {command}");
    let both = format!("{line}   ({what})");
    let text = match (what, window::of_messages()) {
        ("", _) => line,
        (_, Some(width)) if display_width(&both) > width => {
            format!("{line}\n{}", fitted(&format!("({what})")))
        }
        _ => both,
    };
    written(writeln!(anstream::stderr(), "{}", safe_document(&text)))
}

/// Breaks text into lines no wider than the window for messages. Without a window, a program may read the messages, and
/// each stays one line.
pub(super) fn fitted(text: &str) -> String {
    match window::of_messages() {
        Some(width) => wrap::lines(text, width).join("\n"),
        None => safe_document(text),
    }
}

/// Returns the reason why a file that the user named was not written.
pub(super) fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AlreadyExists => "a link stands there, and leads into another file".to_owned(),
        kind => kind.to_string(),
    }
}

/// Treats a reader that has seen enough, as `head` does, as success.
pub(super) fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure {
            sentence: format!("the output cannot be written: {}. Free space where it goes.", error.kind()),
            code: STORE,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_repeated_in_words_that_a_shell_reads_back() {
        let again =
            |line: &[&str]| typed_again(line.iter().map(|word| (*word).to_owned()), "--full", &["--out"]);
        let typed = ["demand", "takedown", "--scenario", "a b.toml", "--design", "$(touch harm).toml"];
        assert_eq!(
            again(&typed),
            "pillarbox-lab demand takedown --scenario 'a b.toml' --design '$(touch harm).toml' --full"
        );
        let typed = ["demand", "x", "--out", "file", "--out=other", "--", "-story.toml"];
        assert_eq!(again(&typed), "pillarbox-lab demand x --full -- -story.toml");
    }
}
