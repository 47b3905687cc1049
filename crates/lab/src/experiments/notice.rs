//! The notice to change the software: the world of the operator's own answer, and beside it the world of compliance.

use std::collections::BTreeSet;

use pillarbox_access::country;
use pillarbox_access::demand::notice_to_change::{self, NOTICE_TO_CHANGE, Subject};
use pillarbox_access::demand::{Case, Demand};
use pillarbox_access::design::{AnswersNotice, Design, Operator};
use pillarbox_access::law::Country;
use pillarbox_text::count::counted;

use super::answered::Answered;
use super::compare::Compared;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::Views;
use crate::evidence::{How, reread};
use crate::scenario::Scenario;
use crate::score::{Capability, Counted, NoticeOutcome, NoticeOutcomes, Share, Yield};

/// Changes the software so that the operator can eavesdrop.
pub(super) struct Notice;

/// Assumption about how changed software reaches the phones.
const EVERYBODY_GETS_IT: &str = "Assumed: everybody's phone gets the update at the same moment and keeps its account, keys, contacts and \
                                 conversations, and the new program says nothing of its own about what it does. A phone that stayed \
                                 with the old one would be told by every text in the clear.";

/// Returns the answer that the design's operator has given to that country, if a source reports one. An operator
/// whose software keeps nothing from it has nothing to withdraw.
fn answer_of(design: &Design, asking: Country) -> Option<AnswersNotice> {
    let given = design.operator.answer_to_notice(asking)?.answer;
    let has_nothing_to_withdraw = notice_to_change::subject(design).is_none();
    Some(if has_nothing_to_withdraw { AnswersNotice::Complies } else { given })
}

/// Returns true if the operator has said that it does something other than comply.
fn refuses(answer: Option<AnswersNotice>) -> bool {
    matches!(answer, Some(AnswersNotice::Withdraws | AnswersNotice::Leaves | AnswersNotice::Refuses))
}

/// Returns the order that a complying operator carries out.
fn complied(design: &Design) -> Ordered {
    let told = notice_to_change::complied(design);
    let stops_encrypting = told.protection != design.phone.protection;
    Ordered::Update { habits: told.habits, stops_encrypting, relay: Box::new(told.relay) }
}

impl Experiment for Notice {
    fn is_for_a_country(&self) -> bool {
        true
    }

    fn demand(&self) -> &'static Demand {
        &NOTICE_TO_CHANGE
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    /// Returns the arrangement for comparison: the operator eavesdrops with the present software.
    fn usual(&self) -> Ordered {
        Ordered::Tap
    }

    fn ordered(&self, design: &Design, scenario: &Scenario) -> Ordered {
        let asking = scenario.inquiry.country;
        let country = asking.to_string();
        match (answer_of(design, asking), notice_to_change::subject(design)) {
            (None | Some(AnswersNotice::Complies), _) => complied(design),
            (Some(AnswersNotice::Withdraws), Some(Subject::Backups)) => {
                let habits = notice_to_change::without_owner_keys(design);
                let relay = Box::new(notice_to_change::taking(design.relay.clone(), &habits, design));
                Ordered::WithdrawBackups { country, habits, relay }
            }
            (Some(AnswersNotice::Withdraws), _) => Ordered::StopServing { country, closes_accounts: false },
            (Some(AnswersNotice::Leaves), _) => Ordered::StopServing { country, closes_accounts: true },
            (Some(AnswersNotice::Refuses), _) => Ordered::Block { country, and_people_move: false },
        }
    }

    fn otherwise(&self, design: &Design, scenario: &Scenario) -> Option<Ordered> {
        refuses(answer_of(design, scenario.inquiry.country)).then(|| complied(design))
    }

    fn serve(&self, views: &Views<'_>, usual: &Views<'_>) -> Result<Answered, ExperimentError> {
        let design = views.design();
        // An operator's statement about what it has does not say what it would have with other software.
        let everything = design.operator.holding_nothing_back();
        let mut answered = read_along(views, &everything)?;
        let answer = answer_of(design, views.country());
        let outcome = |answer| NoticeOutcome { answer, ..NoticeOutcome::default() };
        answered.effects.notice = Some(NoticeOutcomes {
            country: views.country().to_string(),
            about: notice_to_change::subject(design),
            stated: outcome(answer),
            complied: refuses(answer).then(|| outcome(Some(AnswersNotice::Complies))),
        });
        match answer {
            Some(AnswersNotice::Withdraws) => answered.means = Capability::Withdrawn,
            Some(AnswersNotice::Leaves) => answered.means = Capability::Left,
            Some(AnswersNotice::Refuses) => answered.means = Capability::Refused,
            None | Some(AnswersNotice::Complies) => {
                let (with, without) = (readable(views)?, readable(usual)?);
                if with == without && !with.is_empty() {
                    // For the present software, the operator's statement on what it hands over counts.
                    answered = Answered { effects: answered.effects, ..read_along(views, &design.operator)? };
                    answered.means = Capability::InPlace;
                } else {
                    answered.reasons.extend(names_senders(design));
                    answered
                        .reasons
                        .extend(without_change(&answered.brought, &read_along(usual, &everything)?.brought));
                }
            }
        }
        Ok(answered)
    }

    fn serve_otherwise(&self, views: &Views<'_>) -> Result<Option<Answered>, ExperimentError> {
        Ok(Some(read_along(views, &views.design().operator.holding_nothing_back())?))
    }

    fn compared(&self, answered: &mut Answered, compared: &Compared) {
        let Some(notice) = &mut answered.effects.notice else { return };
        let scored = &compared.scored;
        notice.stated.lost = compared.lost;
        notice.stated.could_notice.clone_from(&compared.could_notice);
        notice.stated.noticed.clone_from(&compared.noticed);
        if let (Some(complied), Some(other)) = (&mut notice.complied, &compared.otherwise) {
            complied.lost = other.lost;
            complied.could_notice.clone_from(&other.could_notice);
            complied.noticed.clone_from(&other.noticed);
        }
        let (country, about) = (notice.country.clone(), notice.about);
        let mut reasons = Vec::new();
        match answered.means {
            Capability::InPlace => {
                reasons.push("The operator can read the same with the software that there is.".to_owned());
            }
            Capability::Withdrawn | Capability::Left | Capability::Refused => {
                reasons.push(stated_in_words(answered.means, about, &country));
                reasons.extend(arrived(compared.lost));
            }
            _ => reasons.extend([
                "Needs another build of the phones' program.".to_owned(),
                EVERYBODY_GETS_IT.to_owned(),
            ]),
        }
        if answered.means != Capability::InPlace {
            reasons.extend(before(
                scored.content_past,
                answered.pieces.iter().any(|piece| piece.how == How::Backup),
            ));
        }
        if let Some(other) = compared.otherwise.as_ref().and_then(|other| other.scored.as_ref()) {
            let both =
                [said(other.content_future, "from then on"), said(other.content_past, "before the order")];
            let both: Vec<String> = both.into_iter().flatten().collect();
            if !both.is_empty() {
                let both = both.join(" and ");
                reasons.push(format!(
                    "If the operator complied instead, {both} would come back. {EVERYBODY_GETS_IT}"
                ));
            }
        }
        reasons.append(&mut answered.reasons);
        answered.reasons = reasons;
    }
}

/// Reads what passes the operator from the order on, with everything that the operator has. `stated` is the operator
/// whose statement on handing over counts.
fn read_along(views: &Views<'_>, stated: &Operator) -> Result<Answered, ExperimentError> {
    let mut answered = Answered { rereadable: true, ..Answered::default() };
    let everything = views.design().operator.holding_nothing_back();
    for (holdings, tap) in views.tapped()? {
        let about = views.about_at(&holdings);
        let serve = |operator| {
            notice_to_change::serve(&Case { about: &about, operator, ..views.case() }, tap, &holdings)
        };
        answered.paper(&serve(&everything), &serve(stated));
    }
    Ok(answered)
}

/// Returns the words of the messages that pass and can be read. A backup that passes is not a message.
fn readable(views: &Views<'_>) -> Result<Vec<String>, ExperimentError> {
    let everything = views.design().operator.holding_nothing_back();
    let mut words = reread::messages(&read_along(views, &everything)?.pieces);
    words.sort();
    Ok(words)
}

/// Describes the texts that are returned even without the change. Most of them are in backups.
fn without_change(with: &Yield, without: &Yield) -> Option<String> {
    let texts = |brought: &Yield| -> BTreeSet<(u64, String)> {
        brought.said.iter().map(|text| (text.at.0, text.text.clone())).collect()
    };
    let (with, without) = (texts(with), texts(without));
    let share = Share { n: with.intersection(&without).count() as u64, of: with.len() as u64 };
    (share.n > 0).then(|| format!("With the software that there is {} come back as well.", of_texts(share)))
}

/// Describes the operator's answer in words.
fn stated_in_words(means: Capability, about: Option<Subject>, country: &str) -> String {
    let country = country::name(country);
    let (answer, effect) = match (means, about) {
        (Capability::Left, _) => (
            "to leave the country",
            format!(
                "Assumed: that means that the accounts of the people in {country} are closed, and that they are told so. \
                 Everybody else keeps theirs."
            ),
        ),
        (Capability::Refused, _) => (
            "to refuse, and to be blocked",
            format!("The networks of {country} then let nobody connect. No account is closed."),
        ),
        (_, Some(Subject::Backups)) => (
            "to withdraw the feature",
            format!(
                "People in {country} can no longer make backups that only they can open, and the operator tells them so. \
                 Everybody else can, and messages stay as they are."
            ),
        ),
        _ => (
            "to withdraw the feature",
            format!(
                "People in {country} can no longer send or receive messages, and the operator tells them so. They keep their \
                 accounts, and everybody else goes on as before."
            ),
        ),
    };
    format!("The operator's stated answer is {answer}. {effect}")
}

/// Describes the returned texts from before the order, as counted.
fn before(past: Share, in_a_backup: bool) -> Option<String> {
    let texts = said(past, "before the order")?;
    if past.n == 0 {
        let none = match past.of {
            1 => "the one text did not come back".to_owned(),
            2 => "neither of the 2 texts came back".to_owned(),
            of => format!("none of the {of} texts came back"),
        };
        return Some(format!("What was said before stayed closed: {none}."));
    }
    let made_after = if in_a_backup { ", in a backup that was made after it" } else { "" };
    Some(format!("What was said before did not stay closed: {texts} came back{made_after}."))
}

/// Describes the relay's part of the change, if it has one.
fn names_senders(design: &Design) -> Option<String> {
    let changes = notice_to_change::complied(design).relay.sender != design.relay.sender;
    changes.then(|| {
        "The relays name the sender of each text from then on: without sessions nobody else tells a recipient whom it is from."
            .to_owned()
    })
}

/// Describes the fate of everybody's texts that arrive without the order.
fn arrived(lost: Share) -> Option<String> {
    Some(match lost {
        Share { of: 0, .. } => return None,
        Share { n: 0, .. } => "Every message from then on arrived.".to_owned(),
        _ => format!("{} from then on did not arrive.", of_messages(lost)),
    })
}

/// Formats a fraction of everybody's messages.
fn of_messages(Share { n, of }: Share) -> String {
    match (n, of) {
        (1, 1) => "Everybody's only message".to_owned(),
        _ => format!("{n} of everybody's {of} messages"),
    }
}

/// Formats a fraction of the texts that were said in a time, if any were.
fn said(share: Share, time: &str) -> Option<String> {
    (share.of > 0).then(|| format!("{} said {time}", of_texts(share)))
}

/// Formats a fraction of texts.
fn of_texts(Share { n, of }: Share) -> String {
    format!("{n} of {}", counted(of, "text", "texts"))
}
