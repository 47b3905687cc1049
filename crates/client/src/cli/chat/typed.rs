//! The meaning of a line typed into a chat: a message, or a command to this phone.

use pillarbox_text::read::{is_blank, without_mark};
use pillarbox_text::wrap::{INDENT, wrap};

use super::super::period::{Period, PeriodError};
use super::super::typing::Kept;

/// A parsed line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// An empty line.
    Nothing,
    /// A message to the contact.
    Say(String),
    /// `/help`
    Help,
    /// `/verify`, with or without the number that the other phone shows.
    Verify(Option<String>),
    /// `/timer 1h`
    Timer(Result<Period, PeriodError>),
    /// `/lock`
    Lock,
    /// `/quit`
    Quit,
    /// An unknown command, or a known one with unexpected words after it.
    Unknown(String),
}

/// The commands and their meanings.
const COMMANDS: [(&str, &str); 7] = [
    ("/verify", "show the safety number and how to compare it"),
    ("/verify DIGITS", "compare with the number that was read out to you"),
    ("/timer 1h, /timer off", "let messages disappear after a time, or not"),
    (
        "/lock",
        "leave no text and no key in memory until the passphrase is given again; `account lock` does the same from outside",
    ),
    ("/help", "this list"),
    ("/quit", "end; Ctrl-C and the end of input do the same"),
    ("//text", "say something that begins with /"),
];

/// The keys and their meanings, for a line that can be edited.
const KEYS: [(&str, &str); 3] = [
    ("Alt-Enter", "a line break; a paste is one message, with its line breaks"),
    ("Up, Down", "what you wrote before"),
    ("Ctrl-C, Ctrl-D", "end"),
];

/// Column in which the meanings of commands begin.
const MEANINGS: usize = 21;

/// The minimum width of a column of meanings beside the commands. With less, each meaning is below its command.
const LEAST_ROOM: usize = 30;

/// Lists the commands for a window of `width` columns.
pub(super) fn help(width: usize, keys: bool) -> String {
    let is_narrow = width < MEANINGS + LEAST_ROOM;
    let indent = if is_narrow { 2 * INDENT } else { MEANINGS };
    let mut lines = vec![wrap("A line is a message. Commands:", 0, width)];
    let keys: &[_] = if keys { &KEYS } else { &[] };
    for (command, meaning) in COMMANDS.iter().chain(keys) {
        let command = format!("{:INDENT$}{command}", "");
        let meaning = wrap(meaning, 0, width.saturating_sub(indent));
        let mut meaning = meaning.lines();
        let is_beside = !is_narrow && command.len() + INDENT <= MEANINGS;
        let first = if is_beside { meaning.next().unwrap_or_default() } else { "" };
        lines.push(format!("{command:MEANINGS$}{first}").trim_end().to_owned());
        lines.extend(meaning.map(|line| format!("{:indent$}{line}", "")));
    }
    lines.join("\n")
}

impl Typed {
    /// Returns true if the line is meant for this phone, even if no such command exists.
    pub(super) const fn is_command(&self) -> bool {
        !matches!(self, Self::Nothing | Self::Say(_))
    }
}

impl From<&Kept> for Typed {
    /// Pasted text and text of several lines are always messages, even if they begin like a command.
    fn from(kept: &Kept) -> Self {
        match kept.text.as_str() {
            text if !kept.is_pasted && !text.contains('\n') => Self::from(text),
            text if is_blank(text) => Self::Nothing,
            text => Self::Say(text.to_owned()),
        }
    }
}

impl From<&str> for Typed {
    fn from(line: &str) -> Self {
        let line = without_mark(line).trim_end_matches(['\r', '\n']);
        let Some(command) = line.strip_prefix('/') else {
            return if is_blank(line) { Self::Nothing } else { Self::Say(line.to_owned()) };
        };
        if command.starts_with('/') {
            return Self::Say(command.to_owned());
        }
        let (verb, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match (verb, rest) {
            ("verify", rest) => Self::Verify((!rest.is_empty()).then(|| rest.to_owned())),
            ("timer", rest) => Self::Timer(rest.parse()),
            ("help" | "?", "") => Self::Help,
            ("lock", "") => Self::Lock,
            ("quit" | "exit", "") => Self::Quit,
            // A pasted text may contain any word; a command ends the chat only if it is alone on its line.
            (other, "") => Self::Unknown(other.to_owned()),
            (other, _) => Self::Unknown(format!("{other} with words behind it")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_fit_the_window() {
        for width in [20, 40, 60, 80] {
            let help = help(width, true);
            assert!(help.lines().all(|line| line.len() <= width.max(24)), "{width}:\n{help}");
        }
        insta::assert_snapshot!(format!("{}\n\n{}\n\n{}", help(80, false), help(40, false), help(80, true)));
    }

    #[test]
    fn a_line_is_a_message_unless_it_begins_with_a_slash() {
        assert_eq!(Typed::from("see you at 6\r\n"), Typed::Say("see you at 6".to_owned()));
        assert_eq!(Typed::from("  indented"), Typed::Say("  indented".to_owned()));
        assert_eq!(Typed::from("//etc/passwd"), Typed::Say("/etc/passwd".to_owned()));
        assert_eq!(Typed::from("and/or"), Typed::Say("and/or".to_owned()));
        assert_eq!(Typed::from("\u{feff}hello\r\n"), Typed::Say("hello".to_owned()));
        assert_eq!(Typed::from("\u{feff}/quit"), Typed::Quit);
        for blank in [" \n", "\u{a0}", "\u{200b}", "\u{feff}\r\n"] {
            assert_eq!(Typed::from(blank), Typed::Nothing, "{blank:?}");
        }
    }

    #[test]
    fn what_was_pasted_is_a_text() {
        let kept = |text: &str, is_pasted| Kept { text: text.to_owned(), is_pasted };
        assert_eq!(Typed::from(&kept("/quit", true)), Typed::Say("/quit".to_owned()));
        assert_eq!(Typed::from(&kept("/quit", false)), Typed::Quit);
        assert_eq!(Typed::from(&kept("/quit\nnow", false)), Typed::Say("/quit\nnow".to_owned()));
        assert_eq!(Typed::from(&kept(" \n ", true)), Typed::Nothing);
    }

    #[test]
    fn commands_are_read_with_their_arguments() {
        assert_eq!(Typed::from("/quit"), Typed::Quit);
        assert_eq!(Typed::from("/lock "), Typed::Lock);
        assert_eq!(Typed::from("/verify"), Typed::Verify(None));
        assert_eq!(Typed::from("/verify 40215 88310"), Typed::Verify(Some("40215 88310".to_owned())));
        assert_eq!(Typed::from("/timer 1h"), Typed::Timer(Ok(Period(Some(3_600)))));
        assert_eq!(Typed::from("/timer"), Typed::Timer(Err(PeriodError::Shape)));
        assert_eq!(Typed::from("/quiet"), Typed::Unknown("quiet".to_owned()));
        for verb in ["quit", "exit", "lock", "help"] {
            let line = format!("/{verb} is not a command here?");
            assert_eq!(Typed::from(line.as_str()), Typed::Unknown(format!("{verb} with words behind it")));
        }
    }
}
