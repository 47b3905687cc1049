//! A cell: the outcome of one demand under one design, in words and in measures, and the place of the bytes. The time
//! of its computation, and the time that this took, are no part of it.

use pillarbox_access::demand::ViewKind;
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
    /// The outcome.
    pub state: State,
    /// The same in words, with the counts.
    pub says: String,
    /// Reasons that the counts do not give.
    pub reasons: Vec<String>,
    /// The answer for people, with everything that stands beside it.
    pub answer: Answer,
    /// The measures.
    pub measures: Measures,
    /// The evidence file of the control, which shows that the same steps find what is there.
    pub control: String,
    /// The seed of the world.
    pub seed: u64,
    /// The evidence file.
    pub evidence: String,
    /// SHA-256 of the evidence file.
    pub evidence_sha256: String,
}

impl Cell {
    /// Returns the noun for the numbers of [`Cell::says`], in the plural; none if nothing is counted.
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

/// A row, a field or bytes on which an answer rests, and the way in which the bytes are read, so that anybody with the
/// file can try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// The place where it was found.
    pub found_in: String,
    /// The part of that place.
    pub part: String,
    /// JSON of a row or a field; bytes in hexadecimal.
    pub value: String,
    /// SHA-256 of the JSON, or of the bytes.
    pub sha256: String,
    /// The way in which it is read.
    pub how: How,
}

/// The way in which a piece is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// As a message that phones exchange.
    Message,
    /// As a text that stands there as it is.
    Plain,
    /// As a row with a part of a backup, or its key. All of them are read together.
    Backup,
    /// As the key of a phone's vault, in bytes, for the rows that were found in the same phone.
    PhoneKey,
    /// As a row of a phone's vault, in bytes: its table, the hash under which it is found, the nonce, and the sealed
    /// part.
    PhoneRow,
    /// As a phone's names for people in the data that is read from it, in JSON.
    PhoneNames,
    /// As the wrapped key of a phone's vault, in bytes, on which passcodes are tried.
    WrappedKey,
    /// As a reported message with the stamp key that checks it, in JSON.
    Report,
    /// Not at all. It is kept as it lay there.
    Kept,
}

/// The content of an evidence file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`VERSION`].
    pub v: u8,
    /// The scenario.
    pub scenario: String,
    /// The design.
    pub design: String,
    /// The demand, or the case of it to which this column belongs.
    pub demand: String,
    /// The demand's own name, which the law uses.
    pub power: String,
    /// The seed.
    pub seed: u64,
    /// SHA-256 of the record of the world in which it was measured.
    pub world_sha256: String,
    /// The party's view.
    pub view: ViewKind,
    /// The order, in words; none if nothing was ordered.
    pub ordered: Option<String>,
    /// The kind of outcome: whether the party asked can do it at all, and in which way.
    pub means: Means,
    /// True if the demand is about the future alone.
    pub only_from_now_on: bool,
    /// The counted quantity.
    pub what: What,
    /// The unit of the number, if it is not the counted quantity.
    pub unit: String,
    /// The container of texts that this demand meets closed, in one word or two.
    pub container: String,
    /// Counts that the experiment itself made, if the demand is about something other than texts, messages and entries.
    pub counted: Option<Counts>,
    /// Reasons that the counts do not give.
    pub reasons: Vec<String>,
    /// Everything that came back.
    pub brought: Brought,
    /// The yardstick with which it is compared.
    pub yardstick: Yardstick,
    /// Names, the law, and the operator's statements about itself. None of it is measured.
    pub context: Context,
    /// Measures that need a comparison with another run, or another look at the same one: who noticed, what was lost,
    /// who else has the texts.
    pub effects: Measures,
    /// The bytes on which it rests.
    pub pieces: Vec<Piece>,
    /// True if the texts in it can be read again from those bytes.
    pub rereadable: bool,
    /// The same demand, answered by the party in another way, if that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
}

/// The outcome of a demand that was answered in another way. It is compared with the same yardstick, and its texts can
/// be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// The order, in words.
    pub ordered: Option<String>,
    /// SHA-256 of the record of that world.
    pub world_sha256: String,
    /// Everything that came back.
    pub brought: Brought,
    /// The bytes on which it rests.
    pub pieces: Vec<Piece>,
}

impl Evidence {
    /// Replaces numbers and accounts in a text by the story's names, if the answering party could have done so.
    #[must_use]
    pub fn in_names(&self, text: &str) -> String {
        self.yardstick.in_names(text, self.brought.knows_accounts())
    }

    /// Returns the name of its file, without the folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}--{}.json", self.design, self.demand)
    }

    /// Scores the evidence, in the same way for a program that ran the world and for one that only has the file.
    #[must_use]
    pub fn score(&self) -> (State, Counts, Measures) {
        let (counts, mut measures) = score(self.what, &self.brought, &self.yardstick);
        let mut counts = self.counted.unwrap_or(counts);
        if self.counted.is_some() {
            // Something other than kinds of data is counted.
            measures.kinds.clear();
            measures.kinds_withheld.clear();
        }
        if self.means == Means::Withdrawn {
            // The data that then lies open includes the time before, because a new backup carries the old history.
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
        // An answer that also brings earlier texts is not from the order on alone.
        let only_from_now_on = self.only_from_now_on && measures.content_past.n == 0;
        (State::of(self.means, only_from_now_on, &counts), counts, measures)
    }

    /// Returns true if an operator answers.
    #[must_use]
    pub const fn is_an_operators(&self) -> bool {
        matches!(self.view, ViewKind::RelayHoldings | ViewKind::OperatorTap | ViewKind::BackupStore)
    }

    /// Returns the file's bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// Returns the cell of this evidence.
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

/// Formats JSON for people and for programs: indented, with a line break at its end. A value without a JSON form is
/// left out, and a test reads everything back.
pub(crate) fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
