//! The output of a program that has ended, and its exit status.

use std::process::ExitStatus;

use super::next;

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The command line, for the messages of failed tests.
    pub command: String,
    /// The text on standard output.
    pub out: String,
    /// The text on standard error.
    pub err: String,
    /// The exit status.
    pub status: ExitStatus,
}

impl Ended {
    /// Returns the exit code, or nothing if a signal ended the program.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Asserts the exit code.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{}", self.shown());
        self
    }

    /// Asserts that standard error contains `text`. Line breaks count as spaces, because the programs wrap their
    /// sentences.
    pub fn says(self, text: &str) -> Self {
        assert!(self.tells(text), "{text:?} is not said: {}", self.shown());
        self
    }

    /// Returns true if standard error contains `text`. Line breaks count as spaces.
    #[must_use]
    pub fn tells(&self, text: &str) -> bool {
        unwrapped(&self.err).contains(text)
    }

    /// Asserts that standard output contains `text`. Line breaks count as spaces.
    pub fn prints(self, text: &str) -> Self {
        assert!(unwrapped(&self.out).contains(text), "{text:?} is not printed: {}", self.shown());
        self
    }

    /// Returns the command after `Next:`. There is at most one, and it is on standard error.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        assert!(!self.out.contains("Next:"), "a hint among the results: {}", self.shown());
        let mut lines = self.err.lines().filter_map(|line| line.strip_prefix("Next: "));
        let next = lines.next();
        assert_eq!(lines.next(), None, "two next steps: {}", self.shown());
        next
    }

    /// Returns the command after `Next:`, whose kind must be one that a test executes where it is printed
    /// ([`next::KINDS`]).
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        let next = self.next_step();
        if let Some(line) = next {
            let kind = next::kind(line);
            assert!(next::KINDS.contains(&kind.as_str()), "no test executes {kind:?}: {}", self.shown());
        }
        next
    }

    /// Parses standard output as one JSON document.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.shown()))
    }

    /// Parses each line of standard output as a JSON document.
    #[must_use]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let lines = self.out.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {}", self.shown()))
    }

    fn shown(&self) -> String {
        format!("{} ended with {}\n--- out\n{}--- err\n{}", self.command, self.status, self.out, self.err)
    }
}

fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
