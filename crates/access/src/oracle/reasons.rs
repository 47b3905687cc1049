//! Reasons for the differences between a run and a table. A person wrote one for each difference.
//!
//! A difference without a reason is an error, because nobody has looked at it. A reason without a difference is an
//! error too: it would excuse a difference that is not there, and hide the next one.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::finding::{ComparedRow, Reason, Whose};
use super::source::OracleSource;

/// An entry of the file: one reason for one or more differences.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    source: OracleSource,
    app: String,
    /// The designs with the difference. An empty list means all that represent the app.
    #[serde(default)]
    designs: Vec<String>,
    /// The processes with the difference. A figure has none.
    #[serde(default)]
    processes: Vec<String>,
    /// The items, markers or figures that differ.
    items: Vec<String>,
    because: String,
    from: String,
    whose: Whose,
}

/// All entries of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    #[serde(default, rename = "difference")]
    entries: Vec<Entry>,
}

/// Rows with their reasons, and the mistakes in the reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Every row that was compared.
    pub rows: Vec<ComparedRow>,
    /// The claims of reasons that no difference needs, in words.
    pub unused: Vec<String>,
}

impl Explained {
    /// Returns the rows that need a reason and have none.
    pub fn unexplained(&self) -> impl Iterator<Item = &ComparedRow> {
        self.rows.iter().filter(|row| row.wants_reason() && row.reason.is_none())
    }

    /// Returns true if each difference has a reason and each reason a difference.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unused.is_empty() && self.unexplained().next().is_none()
    }
}

/// One difference that an entry claims to explain. An empty word matches everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim<'e> {
    entry: &'e Entry,
    design: &'e str,
    process: &'e str,
    item: &'e str,
}

impl Entry {
    fn claims(&self) -> Vec<Claim<'_>> {
        let mut claims = Vec::new();
        for design in every(&self.designs) {
            for process in every(&self.processes) {
                for item in &self.items {
                    claims.push(Claim { entry: self, design, process, item });
                }
            }
        }
        claims
    }

    fn reason(&self) -> Reason {
        Reason { because: self.because.clone(), from: self.from.clone(), whose: self.whose }
    }
}

fn every(words: &[String]) -> Vec<&str> {
    if words.is_empty() { vec![""] } else { words.iter().map(String::as_str).collect() }
}

impl Claim<'_> {
    fn fits(&self, row: &ComparedRow) -> bool {
        let is = |wanted: &str, word: &str| wanted.is_empty() || wanted == word;
        row.wants_reason()
            && self.entry.source == row.source
            && self.entry.app == row.app
            && is(self.design, &row.design)
            && is(self.process, &row.process)
            && self.item == row.item
    }
}

impl fmt::Display for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { source, app, .. } = self.entry;
        write!(f, "{}: {app}, {}", source.as_str(), self.item)?;
        for (before, word) in [(", under ", self.process), (", in ", self.design)] {
            if !word.is_empty() {
                write!(f, "{before}{word}")?;
            }
        }
        Ok(())
    }
}

impl Reasons {
    /// Parses the file of reasons.
    ///
    /// # Errors
    /// The mistake in the file, and its line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Assigns each row that needs a reason the first matching one in the file. Reasons about tables other than
    /// `sources` are ignored.
    #[must_use]
    pub fn explain(&self, mut rows: Vec<ComparedRow>, sources: &[OracleSource]) -> Explained {
        let entries = self.entries.iter().filter(|entry| sources.contains(&entry.source));
        let mut unused = Vec::new();
        for claim in entries.flat_map(Entry::claims) {
            let mut used = false;
            for row in rows.iter_mut().filter(|row| row.reason.is_none() && claim.fits(row)) {
                row.reason = Some(claim.entry.reason());
                used = true;
            }
            if !used {
                unused.push(claim.to_string());
            }
        }
        Explained { rows, unused }
    }
}

/// The reasons that are part of this program.
pub static REASONS: LazyLock<Reasons> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Reasons {
    Reasons::parse(include_str!("../../oracles/differences.toml")).expect("a file of this program")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Mark;
    use crate::oracle::Agreement;

    fn row(process: &str, item: &str, agreement: Agreement) -> ComparedRow {
        ComparedRow {
            source: OracleSource::Chart,
            app: "x".into(),
            design: "x-now".into(),
            origin: String::new(),
            process: process.into(),
            case: String::new(),
            item: item.into(),
            says: "yes".into(),
            run: "no".into(),
            agreement,
            mark: Mark::Confirmed,
            reason: None,
        }
    }

    fn reasons(rest: &str) -> Reasons {
        Reasons::parse(&format!(
            "[[difference]]\nsource = \"fbi-2021\"\napp = \"x\"\nbecause = \"b\"\nfrom = \"f\"\nwhose = \"ours\"\n{rest}"
        ))
        .unwrap()
    }

    #[test]
    fn the_file_is_read_and_each_reason_says_where_it_is_from() {
        for entry in &REASONS.entries {
            assert!(!entry.because.trim().is_empty() && !entry.from.trim().is_empty(), "{entry:?}");
            assert!(!entry.items.is_empty(), "{entry:?}");
        }
    }

    #[test]
    fn a_difference_without_a_reason_is_noticed() {
        let rows =
            vec![row("subpoena", "name", Agreement::Differs), row("subpoena", "email", Agreement::Agrees)];
        let explained = Reasons::default().explain(rows, &OracleSource::ALL);
        assert_eq!(explained.unexplained().count(), 1);
        assert!(!explained.is_whole());
    }

    #[test]
    fn a_reason_without_a_difference_is_noticed() {
        let reasons = reasons("items = [\"name\", \"email\"]\nprocesses = [\"subpoena\"]");
        let rows =
            vec![row("subpoena", "name", Agreement::Differs), row("subpoena", "email", Agreement::Agrees)];
        let explained = reasons.explain(rows, &OracleSource::ALL);
        assert_eq!(explained.unused, ["fbi-2021: x, email, under subpoena"]);
        assert!(explained.unexplained().next().is_none() && !explained.is_whole());
        assert!(reasons.explain(Vec::new(), &[OracleSource::Figures]).is_whole(), "a table that did not run");
    }

    #[test]
    fn a_reason_fits_what_it_names_and_nothing_else() {
        let differing = || vec![row("subpoena", "name", Agreement::Differs)];
        for (rest, fits) in [
            ("items = [\"name\"]", true),
            ("items = [\"name\"]\ndesigns = [\"x-now\"]", true),
            ("items = [\"name\"]\ndesigns = [\"x-2016\"]", false),
            ("items = [\"name\"]\nprocesses = [\"2703d\"]", false),
            ("items = [\"email\"]", false),
        ] {
            assert_eq!(reasons(rest).explain(differing(), &OracleSource::ALL).is_whole(), fits, "{rest}");
        }
        assert!(Reasons::parse("[[difference]]\nsource = \"hearsay\"").is_err());
    }
}
