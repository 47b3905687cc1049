//! The answer to one demand under one design: what every screen shows of a result, as data, and the one place that makes sentences
//! about results.
//!
//! It is made from a cell's evidence alone, by the same function for whoever ran the world and for whoever only has the file. The
//! numbers come from the score; names, the law and what an operator says of itself come from [`Context`], which the evidence carries.

mod rows;
mod sentences;

use pillarbox_access::Item;
use pillarbox_access::demand::View;
use pillarbox_access::design::AnswersNotice;
use serde::{Deserialize, Serialize};

use crate::matrix::cell::Evidence;
use crate::score::{Absence, Counts, Measures, State, TextsAt, What};

pub use sentences::{Server, can_read, due_to_encryption, own_question, says};
pub(crate) use sentences::{counted_by, listed, with_article};

/// Names and surroundings of a cell, in words: nothing here is measured.
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
    /// The country whose demand it is.
    pub country: String,
    /// The first power that it can rest on there on that day.
    pub power: String,
    /// The powers that it can rest on there on that day, those that came later, and the reach of the paper.
    pub law: Vec<String>,
    /// The operator's own word on what such a demand is about; none if nothing is known.
    pub word: Option<OperatorsWord>,
    /// Statements about the design that nobody checked.
    pub assumed: Vec<String>,
    /// The command that repeats it.
    pub repeat: String,
    /// The question, where it is of another kind than that of a demand on an operator.
    pub question: String,
    /// Whether nobody knows that the operator would do what was measured.
    pub hypothetical: bool,
}

/// An operator's word on what a demand is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorsWord {
    /// The gist.
    pub is: WordIs,
    /// The statement, in this project's words.
    pub says: String,
    /// The source.
    pub from: String,
}

/// The gist of an operator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordIs {
    /// It hands this over on valid process.
    HandsOver,
    /// It has this, and does not hand it over.
    Withholds,
    /// It does not have this.
    HasNone,
    /// So it answers a notice to change its software.
    #[serde(untagged)]
    Notice(AnswersNotice),
}

/// The answer to one demand under one design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The design's name for people.
    pub design: String,
    /// The demand's name for people, with its article.
    pub demand: String,
    /// The person whom the demand is about.
    pub target: String,
    /// The day on which the demand is made, and the country whose demand it is.
    pub on: String,
    /// See [`on`](Self::on).
    pub country: String,
    /// The question in words: design, demand, person, date.
    pub question: String,
    /// At most two sentences: what came back, then who else is in it.
    pub headline: String,
    /// What the party has, whatever it says of itself.
    pub has: String,
    /// What its operator says about what was asked.
    pub says: String,
    /// What somebody reads who steals the same rows and keys.
    pub thief: String,
    /// Why, where the numbers do not say it.
    pub why: Vec<String>,
    /// The texts that came back readable, by their numbers in the story.
    pub texts: Vec<String>,
    /// Other kinds of data that came back.
    pub other_data: Vec<String>,
    /// Other people whom the answer names.
    pub named: Vec<String>,
    /// Accounts of others in it that no name or number goes with.
    pub named_accounts: u64,
    /// Other people whose words are in it.
    pub read: Vec<String>,
    /// People whose phones something else reached because of the order: whoever is not among them had nothing to notice.
    pub could_notice: Vec<String>,
    /// People whose phone told them something because of the order.
    pub noticed: Vec<String>,
    /// Who could notice, and who did, in a sentence.
    pub notice: String,
    /// Who else has the texts that the demand is about, readable.
    pub elsewhere: Vec<TextsAt>,
    /// The same in a sentence; empty where the demand is about no texts.
    pub copies: String,
    /// The first power that the demand can rest on, with its country and day.
    pub power: String,
    /// The law on that day, and whether the paper reaches whoever is asked.
    pub law: Vec<String>,
    /// What was assumed.
    pub assumed: Vec<String>,
    /// The command that repeats it.
    pub repeat: String,
}

impl Answer {
    /// The answer that a cell's evidence gives.
    #[must_use]
    pub fn of(evidence: &Evidence, state: State, counts: &Counts, measures: &Measures) -> Self {
        let context = &evidence.context;
        let subject = sentences::Subject {
            party: &context.party,
            target: &evidence.yardstick.target,
            unit: &evidence.unit,
            container: &evidence.container,
            is_an_operator: evidence.is_an_operators(),
            is_a_tap: evidence.view == View::OperatorTap,
            is_about_the_time_after: evidence.what == What::TextsAfter,
            is_from_the_order_on: matches!(evidence.what, What::TextsAfter | What::MessagesAfter)
                || evidence.view == View::Nothing,
            is_about_everybody: evidence.view == View::Nothing,
            is_anything_back: evidence.brought.is_anything_back(),
            is_hypothetical: context.hypothetical,
            keeps_back: sentences::KeepsBack::of(&evidence.brought.statements()),
        };
        let brought = &evidence.brought;
        let came_back = |item: Item| !brought.is_withheld(&[item]);
        let (headline, reasons) = match (evidence.view, state, evidence.reasons.split_first()) {
            // That there is nothing to remove is said once, by the reason, which says what.
            (View::PublicChannel, State::None { why: Absence::NotInStory }, Some((first, rest))) => {
                (evidence.in_names(first), rest)
            }
            _ => (sentences::headline(&subject, state, counts, measures), evidence.reasons.as_slice()),
        };
        Self {
            design: context.design.clone(),
            demand: context.demand.clone(),
            target: evidence.yardstick.target.clone(),
            on: context.on.clone(),
            country: pillarbox_access::country::name(&context.country).to_owned(),
            question: sentences::question(context, &evidence.yardstick.target),
            headline,
            has: sentences::has(&subject, state, counts),
            says: match evidence.is_an_operators() {
                // A word on the data that it has is none on data that it would have with other software.
                true => {
                    let is_on_this = !context.hypothetical || matches!(state, State::InPlace { .. });
                    sentences::operators_word(&subject, context.word.as_ref().filter(|_| is_on_this), counts)
                }
                false => String::new(),
            },
            thief: measures.thief.map(|thief| sentences::thief(&subject, &thief)).unwrap_or_default(),
            why: reasons
                .iter()
                .map(|reason| evidence.in_names(reason))
                .chain(sentences::ciphertexts(&subject, measures))
                .chain(measures.thief.and_then(|thief| sentences::without_the_order(&subject, &thief)))
                .collect(),
            texts: if brought.is_without_its_texts() { Vec::new() } else { measures.texts.clone() },
            other_data: measures
                .besides
                .iter()
                .filter(|it| came_back(it.what))
                .map(|it| it.what.wording().to_owned())
                .collect(),
            named: measures.named.clone(),
            named_accounts: measures.named_accounts,
            read: measures.read.clone(),
            could_notice: measures.could_notice.clone(),
            noticed: measures.first_noticed().into_keys().map(str::to_owned).collect(),
            notice: sentences::notice(evidence.view, evidence.ordered.is_some(), state, measures),
            elsewhere: measures.copies.clone(),
            copies: sentences::copies(
                &evidence.yardstick.target,
                &measures.copies,
                sentences::is_about_texts(&subject, state),
            ),
            power: context.power.clone(),
            law: context.law.clone(),
            assumed: context.assumed.clone(),
            repeat: context.repeat.clone(),
        }
    }

    /// The sentences that stand beside the headline, in their order: those that there are.
    pub fn beside(&self) -> impl Iterator<Item = &str> {
        let all = [&self.says, &self.thief, &self.copies, &self.notice];
        all.into_iter().map(String::as_str).filter(|sentence| !sentence.is_empty())
    }
}
