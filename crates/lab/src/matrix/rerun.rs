//! The command that runs a matrix again. One rule writes it and reads it, and a shell reads it as the same words.

use super::manifest::RERUN;
use crate::scenario::MAX_SEED;

/// The run to be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// The story, as it was typed: a name or a file.
    pub scenario: String,
    /// The designs, as they were typed; empty for all of the program's.
    pub designs: Vec<String>,
    /// The demands; empty for all.
    pub demands: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// True if a run of some demands counts the pairs of a month. A run of all demands counts them anyway.
    pub month: bool,
}

/// The error for a text that is not a command that runs a matrix again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{RERUN} holds no command that runs a matrix again")]
pub struct NotARerun;

impl Rerun {
    /// Writes the command line.
    ///
    /// A word with a special meaning to a shell is quoted (POSIX.1, Shell Command Language, section 2.2). A word
    /// that the program would parse as an option is placed so that it is not.
    #[must_use]
    pub fn to_line(&self) -> String {
        let is_first = !self.scenario.starts_with('-');
        let mut words = vec!["pillarbox-lab matrix".to_owned()];
        words.extend(self.month.then(|| "--month".to_owned()));
        words.extend(is_first.then(|| quoted(&self.scenario)));
        words.extend(self.designs.iter().map(|design| option("--design", design)));
        words.extend(self.demands.iter().map(|demand| option("--demand", demand)));
        words.push(format!("--seed {}", self.seed));
        words.extend((!is_first).then(|| format!("-- {}", quoted(&self.scenario))));
        words.join(" ")
    }

    /// Returns true if this run counts the pairs of a month.
    #[must_use]
    pub const fn counts_pairs(&self) -> bool {
        self.month || self.demands.is_empty()
    }

    /// Reads a command line that [`to_line`](Self::to_line) wrote.
    ///
    /// # Errors
    /// [`NotARerun`] for anything else, however similar.
    pub fn parse(line: &str) -> Result<Self, NotARerun> {
        let words = shlex::split(line).ok_or(NotARerun)?;
        let mut words = words.into_iter();
        if [words.next(), words.next()] != ["pillarbox-lab", "matrix"].map(|word| Some(word.to_owned())) {
            return Err(NotARerun);
        }
        let (mut scenario, mut designs, mut demands, mut seed, mut month) =
            (None, Vec::new(), Vec::new(), None, false);
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
                _ => (word, None),
            };
            match name.as_str() {
                "--design" => designs.push(value.or_else(|| words.next()).ok_or(NotARerun)?),
                "--demand" => demands.push(value.or_else(|| words.next()).ok_or(NotARerun)?),
                "--seed" => {
                    seed = words.next().and_then(|seed| seed.parse().ok()).filter(|seed| *seed <= MAX_SEED)
                }
                "--month" if value.is_none() => month = true,
                "--" => scenario = words.next(),
                _ => scenario = Some(name),
            }
        }
        let (Some(scenario), Some(seed)) = (scenario, seed) else { return Err(NotARerun) };
        let rerun = Self { scenario, designs, demands, seed, month };
        if rerun.to_line() == line { Ok(rerun) } else { Err(NotARerun) }
    }
}

/// Returns an option with its value as a shell and the program parse them. A value that begins with a dash is not
/// taken for an option.
#[must_use]
pub fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { "=" } else { " " };
    format!("{name}{between}{}", quoted(value))
}

/// Quotes a word so that a shell reads it back. No shell word contains a zero byte, and no file name does.
#[must_use]
pub fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z0-9./_-]{1,12}",
            "[ -~]{1,12}",
            "\\PC{1,8}",
            Just("$(touch harm)".to_owned()),
            Just("it's `here`".to_owned()),
            Just("a\nb".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            scenario in word(),
            designs in prop::collection::vec(word(), 0..3),
            demands in prop::collection::vec(word(), 0..3),
            seed in 0..=MAX_SEED,
            month: bool,
        ) {
            let rerun = Rerun { scenario, designs, demands, seed, month };
            prop_assert_eq!(Rerun::parse(&rerun.to_line()), Ok(rerun));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// A shell reads the words that were typed, and does nothing else.
        #[test]
        fn a_shell_reads_the_same_words(scenario in word(), design in word()) {
            let rerun = Rerun { scenario: scenario.clone(), designs: vec![design.clone()], demands: vec![], seed: 7, month: false };
            let line = rerun.to_line();
            let arguments = line.strip_prefix("pillarbox-lab ").unwrap();
            let shown = Command::new("sh").arg("-c").arg(format!("printf '%s\\0' {arguments}")).output().unwrap();
            let shown = String::from_utf8(shown.stdout).unwrap();
            let shown: Vec<&str> = shown.split_terminator('\0').collect();
            prop_assert!(shown.contains(&scenario.as_str()), "{}", line);
            let is_there = |word: &&str| *word == design || *word == format!("--design={design}");
            prop_assert!(shown.iter().any(is_there), "{}", line);
            prop_assert!(shown.len() <= 7, "{}", line);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for line in [
            "",
            "rm -rf / # pillarbox-lab matrix --seed 1 parcel",
            "pillarbox-lab matrix --seed 1",
            "pillarbox-lab matrix parcel",
            "pillarbox-lab matrix parcel --seed 1; rm -rf /",
            "pillarbox-lab matrix parcel --seed 1 --out elsewhere",
            "pillarbox-lab matrix parcel --seed 1 # comment",
            "pillarbox-lab matrix $(touch harm) --seed 1",
            "pillarbox-lab  matrix parcel --seed 1",
            "pillarbox-lab run parcel --seed 1",
            "pillarbox-lab matrix --month --month parcel --seed 1",
            "pillarbox-lab matrix parcel --seed 1 --month",
            "pillarbox-lab matrix parcel --seed 9007199254740992",
        ] {
            assert_eq!(Rerun::parse(line), Err(NotARerun), "{line}");
        }
    }
}
