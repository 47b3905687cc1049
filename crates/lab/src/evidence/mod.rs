//! Evidence: what was returned for one demand under one design, the ground truth with which it is compared, and the
//! bytes behind it. Anybody with the file can score it in the same way as the program that ran the world.
//!
//! | file | what |
//! |---|---|
//! | here | the content of an evidence file, and its score |
//! | `context` | names, the law of the day, and what the operator says of itself |
//! | `piece` | rows, fields and bytes, each with the way in which it is read |
//! | `guesses` | the passcodes that are tried on a phone that is off |
//! | `reread` | reading the bytes again |

mod context;
pub(crate) mod guesses;
mod piece;
pub(crate) mod reread;

use pillarbox_access::demand::ViewKind;
use serde::{Deserialize, Serialize};

use crate::score::{Capability, Counted, Counts, Measures, Share, State, Yardstick, Yield, score};

pub use context::{Context, OperatorsWord, WordIs};
pub use piece::{How, Piece};

/// The version of the form of evidence and of the matrix, in every file.
pub const VERSION: u8 = 2;

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
    /// The order, in words; `None` if nothing was ordered.
    pub ordered: Option<String>,
    /// The kind of outcome: whether the party asked is able to do what is demanded, and in which way.
    pub means: Capability,
    /// True if the demand is about the future alone.
    pub only_from_now_on: bool,
    /// The counted quantity.
    pub what: Counted,
    /// The unit of the number, if it is not the counted quantity.
    pub unit: String,
    /// The container of texts that this demand finds closed, in one or two words.
    pub container: String,
    /// Counts that the experiment itself made, if the demand is about something other than texts, messages and entries.
    pub counted: Option<Counts>,
    /// Reasons for the result that the counts do not show.
    pub reasons: Vec<String>,
    /// Everything that was returned.
    pub brought: Yield,
    /// The yardstick with which it is compared.
    pub yardstick: Yardstick,
    /// Names, the law, and the operator's statements about itself. None of it is measured.
    pub context: Context,
    /// Measures that need a comparison with another run, or another look at the same run: who noticed, what was lost,
    /// and who else has the texts.
    pub effects: Measures,
    /// The bytes on which it rests.
    pub pieces: Vec<Piece>,
    /// True if the texts in it can be read again from those bytes.
    pub rereadable: bool,
    /// The outcome if the party answers the demand in another way, if that was measured.
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
    /// Everything that was returned.
    pub brought: Yield,
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
        if self.means == Capability::Withdrawn {
            // The data that is exposed then includes earlier data, because a new backup carries the old history.
            let (past, future) = (measures.content_past, measures.content_future);
            counts = Counts { returned: past.n + future.n, of: past.of + future.of, ..counts };
        }
        // An order that asks for nothing is scored by what it stops.
        if matches!(self.means, Capability::CutsOff | Capability::Left | Capability::Refused) {
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
        // An answer that also returns earlier texts is not from the order on alone.
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
}

/// Formats JSON for people and for programs: indented, with a line break at its end. A value without a JSON form is
/// left out, and a test reads everything back.
pub(crate) fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
