//! Names and surroundings of a demand: the law, the dates, and the operator's statements about itself.

use pillarbox_access::design::AnswersNotice;
use serde::{Deserialize, Serialize};

/// Names and surroundings of a cell, in words. Nothing here is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The design's name for people.
    pub design: String,
    /// The demand's name for people, with its article.
    pub demand: String,
    /// The party that answers, as the subject of a sentence.
    pub party: String,
    /// The day on which the demand is made.
    pub on: String,
    /// The country that makes the demand.
    pub country: String,
    /// The first power on which the demand can rest in that country on that day.
    pub power: String,
    /// All powers on which it can rest in that country on that day, the powers that came later, and the reach of the
    /// paper.
    pub law: Vec<String>,
    /// The operator's own statement about demands of this kind; `None` if nothing is known.
    pub word: Option<OperatorsWord>,
    /// Statements about the design that nobody checked.
    pub assumed: Vec<String>,
    /// The command that repeats the cell.
    pub repeat: String,
    /// The question, if it is not the usual question of a demand on an operator.
    pub question: String,
    /// True if nobody knows whether the operator would do what was measured.
    pub hypothetical: bool,
}

/// An operator's statement on the subject of a demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorsWord {
    /// The gist of the statement.
    pub is: WordIs,
    /// The statement, in this project's words.
    pub says: String,
    /// The source of the statement.
    pub from: String,
}

/// The gist of an operator's statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordIs {
    /// The operator hands this over on valid process.
    HandsOver,
    /// The operator has this, and does not hand it over.
    Withholds,
    /// The operator does not have this.
    HasNone,
    /// It answers a notice to change its software in this way.
    #[serde(untagged)]
    Notice(AnswersNotice),
}
