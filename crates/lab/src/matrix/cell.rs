//! A cell: what came of one demand under one design, in words and in measures, and where the bytes are. When it was computed and
//! how long that took are no part of it.

use pillarbox_access::demand::View;
use serde::{Deserialize, Serialize};

use crate::answer::{self, Answer, Context};
use crate::score::{Brought, Counts, Means, Measures, Share, State, What, Yardstick, score};

/// The version of the form of evidence and of the matrix, in every file.
pub const VERSION: u8 = 2;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The design: the row.
    pub design: String,
    /// The demand: the column.
    pub demand: String,
    /// What came of it.
    pub state: State,
    /// The same in words, with what was counted.
    pub says: String,
    /// Why, where the counts do not say it.
    pub reasons: Vec<String>,
    /// The same for people, with everything that stands beside it.
    pub answer: Answer,
    /// What was measured.
    pub measures: Measures,
    /// The control that shows that the same steps find what is there: its evidence file.
    pub control: String,
    /// The seed of the world.
    pub seed: u64,
    /// The evidence file.
    pub evidence: String,
    /// SHA-256 of it.
    pub evidence_sha256: String,
}

impl Cell {
    /// The noun behind the numbers of [`Cell::says`], in the plural; none where nothing is counted.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        if !self.measures.kinds.is_empty() {
            return Some("kinds of data");
        }
        let says = self.says.strip_prefix(&self.state.to_string())?.trim_start();
        let (unit, _) = says.split_once(';').unwrap_or((says, ""));
        self.state.counted().map(|_| unit)
    }
}

/// Something that an answer rests on: a row, a field or bytes, and how bytes are read, so that whoever has the file can try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Where it was found.
    pub found_in: String,
    /// What of it.
    pub part: String,
    /// JSON of a row or a field; bytes in hexadecimal.
    pub value: String,
    /// SHA-256 of the JSON, or of the bytes.
    pub sha256: String,
    /// How it is read.
    pub how: How,
}

/// How a piece is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Bytes, as a message that phones exchange.
    Message,
    /// Bytes, as a text that stands there as it is.
    Plain,
    /// A row with a part of a backup, or its key: all of them together.
    Backup,
    /// The key of a phone's vault, in bytes, for the rows that were found in the same phone.
    PhoneKey,
    /// A row of a phone's vault: its table, the hash that it is found under, nonce and what is sealed, in bytes.
    PhoneRow,
    /// How a phone names somebody in what is read from it, as JSON.
    PhoneNames,
    /// The wrapped key of a phone's vault, in bytes, that passcodes are tried on.
    WrappedKey,
    /// A reported message with the stamp key that checks it, as JSON.
    Report,
    /// Not at all: it is kept as it lay there.
    Kept,
}

/// What stands in an evidence file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`VERSION`].
    pub v: u8,
    /// The scenario.
    pub scenario: String,
    /// The design.
    pub design: String,
    /// The demand, or the case of it that this column is.
    pub demand: String,
    /// The demand's own name, by which the law knows it.
    pub power: String,
    /// The seed.
    pub seed: u64,
    /// SHA-256 of the record of the world that it was measured in.
    pub world_sha256: String,
    /// What the party could see.
    pub view: View,
    /// What was ordered, in words; none if nothing was.
    pub ordered: Option<String>,
    /// Whether whoever is asked can do it.
    pub means: Means,
    /// Whether the demand is about the future alone.
    pub only_from_now_on: bool,
    /// What is counted.
    pub what: What,
    /// What stands behind the number, if that is not what is counted.
    pub unit: String,
    /// The container of texts that this demand meets closed, in one word or two.
    pub container: String,
    /// Counts that the experiment itself made, where texts, messages and entries are not what the demand is about.
    pub counted: Option<Counts>,
    /// Why, where the counts do not say it.
    pub reasons: Vec<String>,
    /// What came back.
    pub brought: Brought,
    /// What it is held against.
    pub yardstick: Yardstick,
    /// Names, the law, and what the operator says of itself: nothing of it is measured.
    pub context: Context,
    /// What only a comparison with another run, or another look at the same one, can measure: who noticed, what was lost, who else
    /// has the texts.
    pub effects: Measures,
    /// What it rests on.
    pub pieces: Vec<Piece>,
    /// Whether the texts in it can be read again from those bytes.
    pub rereadable: bool,
    /// The same demand where whoever is asked answers it in another way, if that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
}

/// What came of a demand that was answered in another way. It is held against the same, and its texts can be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// What was ordered, in words.
    pub ordered: Option<String>,
    /// SHA-256 of the record of that world.
    pub world_sha256: String,
    /// What came back.
    pub brought: Brought,
    /// What it rests on.
    pub pieces: Vec<Piece>,
}

impl Evidence {
    /// A text with the story's names in the place of numbers and accounts, where whoever answered could have put them there.
    #[must_use]
    pub fn in_names(&self, text: &str) -> String {
        self.yardstick.in_names(text, self.brought.knows_accounts())
    }

    /// The name of its file, without the folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}--{}.json", self.design, self.demand)
    }

    /// Scores it: the same for whoever ran the world and for whoever only has the file.
    #[must_use]
    pub fn score(&self) -> (State, Counts, Measures) {
        let (counts, mut measures) = score(self.what, &self.brought, &self.yardstick);
        let mut counts = self.counted.unwrap_or(counts);
        if self.counted.is_some() {
            // Something else than kinds of data is counted.
            measures.kinds.clear();
            measures.kinds_withheld.clear();
        }
        if self.means == Means::Withdrawn {
            // What then lies open holds the time before as well: a new backup carries the old history.
            let (past, future) = (measures.content_past, measures.content_future);
            counts = Counts { returned: past.n + future.n, of: past.of + future.of, ..counts };
        }
        // An order that asks for nothing is counted by what it stops.
        if matches!(self.means, Means::CutsOff | Means::Left | Means::Refused) {
            let Share { n, of } = self.effects.function_lost;
            counts = Counts { returned: n, of, ..Counts::default() };
        }
        measures.noticed.clone_from(&self.effects.noticed);
        measures.could_notice.clone_from(&self.effects.could_notice);
        measures.copies.clone_from(&self.effects.copies);
        measures.thief = self.effects.thief;
        measures.function_lost = self.effects.function_lost;
        measures.lost.clone_from(&self.effects.lost);
        let Measures { guesses, timers, posts, elsewhere, .. } = &self.effects;
        measures.guesses.clone_from(guesses);
        measures.timers.clone_from(timers);
        (measures.posts, measures.elsewhere) = (*posts, *elsewhere);
        if let Some(mut notice) = self.effects.notice.clone() {
            notice.stated.content_past = measures.content_past;
            notice.stated.content_future = measures.content_future;
            if let (Some(complied), Some(other)) = (&mut notice.complied, &self.alternative) {
                let (_, other) = score(self.what, &other.brought, &self.yardstick);
                (complied.content_past, complied.content_future) = (other.content_past, other.content_future);
            }
            measures.notice = Some(notice);
        }
        measures.delay_ms = self.effects.delay_ms.or(measures.delay_ms);
        measures.look_back_ms = self.effects.look_back_ms.or(measures.look_back_ms);
        // What also brings the time before does not bring the time from the order on alone.
        let only_from_now_on = self.only_from_now_on && measures.content_past.n == 0;
        (State::of(self.means, only_from_now_on, &counts), counts, measures)
    }

    /// Whether an operator answers.
    #[must_use]
    pub const fn is_an_operators(&self) -> bool {
        matches!(self.view, View::RelayHoldings | View::OperatorTap | View::BackupStore)
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// The cell that this is the evidence of.
    #[must_use]
    pub fn cell(&self, control: &str) -> Cell {
        let (state, counts, measures) = self.score();
        let says = answer::says(self, state, &counts, &measures);
        Cell {
            design: self.design.clone(),
            demand: self.demand.clone(),
            state,
            says,
            reasons: self.reasons.clone(),
            answer: Answer::of(self, state, &counts, &measures),
            measures,
            control: control.to_owned(),
            seed: self.seed,
            evidence: format!("evidence/{}", self.file_name()),
            evidence_sha256: crate::record::sha256(self.to_json().as_bytes()),
        }
    }
}

/// JSON for people and for programs: indented, with a line break at its end. What has no form is left out, and a test reads
/// everything back.
pub(crate) fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
