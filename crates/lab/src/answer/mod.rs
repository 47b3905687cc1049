//! The answer to one demand under one design: the data behind every screen that shows a result, and the one module
//! that composes sentences about results.
//!
//! It is built from a cell's evidence alone, by the same function for a program that ran the world and for one that
//! only has the file. The numbers come from the score. Names, the law and the operator's statements come from the
//! evidence's [`Context`](crate::evidence::Context).

mod from_folder;
mod sentences;

use pillarbox_access::Item;
use pillarbox_access::demand::ViewKind;
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::score::{Absence, Counted, Counts, Measures, State, TextsAt};

pub use sentences::{Server, can_read, due_to_encryption, own_question, says};
pub(crate) use sentences::{counted_by, listed, name_the_account, with_article};

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
    /// The day on which the demand is made.
    pub on: String,
    /// The country that makes the demand.
    pub country: String,
    /// The question in words: design, demand, person, date.
    pub question: String,
    /// At most two sentences: what was returned, then who else is in it.
    pub headline: String,
    /// The data that the party actually has, regardless of its statements about itself.
    pub has: String,
    /// The operator's statement about the demanded data.
    pub says: String,
    /// The data that a thief of the same rows and keys reads.
    pub thief: String,
    /// Reasons for the result that the numbers do not show.
    pub why: Vec<String>,
    /// The texts that were returned readable, by their numbers in the story.
    pub texts: Vec<String>,
    /// Other kinds of data that were returned.
    pub other_data: Vec<String>,
    /// Other people whom the answer names.
    pub named: Vec<String>,
    /// The number of other people's accounts in it that have no name or number.
    pub named_accounts: u64,
    /// Other people whose words are in the answer.
    pub read: Vec<String>,
    /// People whose phones received something different because of the order. Everybody else had nothing to notice.
    pub could_notice: Vec<String>,
    /// People whose phone told them something because of the order.
    pub noticed: Vec<String>,
    /// The people who could notice, and those who did, in a sentence.
    pub notice: String,
    /// The other holders of readable copies of the texts that the demand is about.
    pub elsewhere: Vec<TextsAt>,
    /// People whose phones received something different because of the order. Nobody else had anything to notice.
    pub copies: String,
    /// The first power on which the demand can rest, with its country and day.
    pub power: String,
    /// The law on that day, and whether the paper reaches the party that is asked.
    pub law: Vec<String>,
    /// Everything that was assumed.
    pub assumed: Vec<String>,
    /// The command that repeats the answer.
    pub repeat: String,
}

impl Answer {
    /// Builds the answer from a cell's evidence.
    #[must_use]
    pub fn of(evidence: &Evidence, state: State, counts: &Counts, measures: &Measures) -> Self {
        let context = &evidence.context;
        let subject = sentences::Subject {
            party: &context.party,
            target: &evidence.yardstick.target,
            unit: &evidence.unit,
            container: &evidence.container,
            is_an_operator: evidence.is_an_operators(),
            is_a_tap: evidence.view == ViewKind::OperatorTap,
            is_about_the_time_after: evidence.what == Counted::TextsAfter,
            is_from_the_order_on: matches!(evidence.what, Counted::TextsAfter | Counted::MessagesAfter)
                || evidence.view == ViewKind::Nothing,
            is_about_everybody: evidence.view == ViewKind::Nothing,
            is_anything_back: evidence.brought.is_anything_back(),
            is_hypothetical: context.hypothetical,
            keeps_back: sentences::KeepsBack::of(&evidence.brought.statements()),
        };
        let brought = &evidence.brought;
        let came_back = |item: Item| !brought.is_withheld(&[item]);
        let (headline, reasons) = match (evidence.view, state, evidence.reasons.split_first()) {
            // If there is nothing to remove, the first reason is the headline, because it also says what is missing.
            (ViewKind::PublicChannel, State::None { why: Absence::NotInStory }, Some((first, rest))) => {
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
                // A statement about the data that the operator has says nothing about the data that it would have with
                // other software.
                true => {
                    let is_on_this = !context.hypothetical || matches!(state, State::InPlace { .. });
                    sentences::operators_word(&subject, context.word.as_ref().filter(|_| is_on_this), counts)
                }
                false => String::new(),
            },
            thief: measures
                .thief
                .map(|thief| sentences::thief(&subject, &thief, counts.returned))
                .unwrap_or_default(),
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

    /// Returns the sentences beside the headline, in order, without empty ones.
    pub fn beside(&self) -> impl Iterator<Item = &str> {
        let all = [&self.says, &self.thief, &self.copies, &self.notice];
        all.into_iter().map(String::as_str).filter(|sentence| !sentence.is_empty())
    }
}
