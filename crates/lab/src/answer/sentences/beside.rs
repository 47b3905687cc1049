//! The sentences beside the headline: the operator's statement, the thief, the people who could notice, other places of
//! the same texts, ciphertexts.

use pillarbox_access::demand::ViewKind;
use pillarbox_access::design::AnswersNotice;

use super::subject::{Subject, counted, share};
use super::words::{capital, counted_by, crowd, listed, possessive, with_article};
use crate::evidence::{OperatorsWord, WordIs};
use crate::score::{Counts, Holder, Measures, Sealed, Share, State, TextsAt, Thief};

/// Describes what the operator, or somebody else, says about the operator and the demanded data. The source comes
/// first.
pub(crate) fn operators_word(subject: &Subject<'_>, word: Option<&OperatorsWord>, counts: &Counts) -> String {
    let Some(OperatorsWord { is, says, from }) = word else {
        return "What its operator does about such demands is not known for this design.".into();
    };
    let left = counts.returned.saturating_sub(counts.withheld);
    let from = &with_article(from);
    let what = match subject.unit {
        "texts" => "the texts",
        "messages" => "the records of messages",
        "devices" => "the push tokens",
        _ => "what this demand is about",
    };
    let gist = match is {
        WordIs::HandsOver => "hands this over".to_owned(),
        // A source may say that an operator does not produce something. It does not thereby say that the operator has
        // none.
        WordIs::HasNone => return format!("According to {from}: {says}"),
        // The headline already states this, with its speaker.
        WordIs::Withholds if counts.returned > 0 && left == 0 => return format!("{}: {says}", capital(from)),
        WordIs::Withholds if counts.returned == 0 => format!("hands over none of {what}"),
        WordIs::Withholds => {
            format!("hands over {left} of those {}", counted(subject, counts.returned))
        }
        WordIs::Notice(AnswersNotice::Complies) => "follows such a notice".to_owned(),
        WordIs::Notice(AnswersNotice::Withdraws) => "withdraws the feature in that country".to_owned(),
        WordIs::Notice(AnswersNotice::Leaves) => "would leave that country".to_owned(),
        WordIs::Notice(AnswersNotice::Refuses) => {
            "would refuse and let itself be blocked in that country".to_owned()
        }
    };
    format!("According to {from}, its operator {gist}: {says}")
}

/// Describes how much of the demanded data a thief obtains who steals the party's rows and keys, with the order and
/// without it. `reached` is the amount that the demand returns, which may be less than the rows contain.
pub(crate) fn thief(subject: &Subject<'_>, thief: &Thief, reached: u64) -> String {
    let Share { n, of } = thief.rows;
    let all = share(subject, n, of);
    let more = if n > reached && !subject.is_a_tap { ", and more than this demand reaches" } else { "" };
    let has = if subject.unit == "messages" { "has a record of" } else { "has" };
    let these = match *subject.container == *"backup" {
        true => "the same backups and keys",
        false => "the operator's rows and keys",
    };
    match thief.without.map(|without| without.n) {
        _ if of == 0 => String::new(),
        None | Some(0) if n == 0 && subject.is_a_tap => {
            format!("What passes lies in no row: a thief of the operator's rows and keys {has} {all}.")
        }
        None | Some(0) if n == 0 => format!("A thief of {these} {has} {all}."),
        Some(without) if n == 0 => {
            format!("A thief of the rows and keys {has} {all}; without the order it would be {without}.")
        }
        Some(0) => format!(
            "The order makes rows: a thief of them {has} {all}. Without the order none of that lies there."
        ),
        Some(without) if without != n => {
            format!("A thief of the rows and keys {has} {all}; without the order it would be {without}.")
        }
        None | Some(_) => format!("A thief of {these} {has} {all}, without any order{more}."),
    }
}

/// Describes the part of an order's yield that the rows contain even without the order.
pub(crate) fn without_the_order(subject: &Subject<'_>, thief: &Thief) -> Option<String> {
    let without = thief.without.filter(|without| without.n > 0)?;
    Some(format!("Without the order the operator's rows have {}.", share(subject, without.n, without.of)))
}

/// The sentence about noticing if no phone takes part.
pub(crate) const NO_PHONE: &str = "No phone takes part in this, so no phone could tell anybody.";

/// Describes the people who could notice, and the people whose phone showed them something. People can notice if their
/// phone received something that it would not have received without the order.
pub(crate) fn notice(view: ViewKind, is_ordered: bool, state: State, measures: &Measures) -> String {
    let could = &measures.could_notice;
    let own = match view {
        ViewKind::SeizedPhone => "Who sees that a phone is taken is not measured.",
        ViewKind::OpenPhone => "Whoever shows a phone knows of it.",
        ViewKind::ReportedMessage => "Whoever reports a message knows of it.",
        _ if matches!(state, State::InPlace { .. }) => "Nothing would be changed, so nobody could notice.",
        _ if !is_ordered => NO_PHONE,
        _ if could.is_empty() => {
            "Nobody could notice: every phone was reached by the same bytes at the same times as without the order."
        }
        _ => "",
    };
    if !own.is_empty() {
        return own.to_owned();
    }
    let told: Vec<String> = measures.first_noticed().into_keys().map(str::to_owned).collect();
    let (phones, none, every) = match could.as_slice() {
        [_] => ("that phone", "It said nothing.", "It said something."),
        _ => ("their phones", "No phone said anything.", "Each of these phones said something."),
    };
    let said = match told.as_slice() {
        [] => none.to_owned(),
        all if all.len() == could.len() => every.to_owned(),
        [one] => format!("The phone of {one} said something."),
        some => format!("The phones of {} said something.", crowd(some)),
    };
    let who = capital(&crowd(could));
    format!("{who} could notice: the order changed what reached {phones}. {said}")
}

/// Names the other places where the texts that the demand is about can be read. `is_told` is true if the texts were
/// mentioned before.
pub(crate) fn copies(target: &str, everywhere: &[TextsAt], is_told: bool) -> String {
    let Some(of) = everywhere.first().map(|there| there.of).filter(|of| *of > 0) else {
        return String::new();
    };
    let place = |holder: Holder| match holder {
        Holder::OwnPhone => format!("on {} phone once it is open", possessive(target)),
        Holder::Contacts => "on the contacts' phones".to_owned(),
        Holder::Backup => format!("in {} backup", possessive(target)),
        Holder::ContactsBackups => "in the contacts' backups".to_owned(),
        Holder::Operator => "in what the operator stores".to_owned(),
    };
    let (there, gone): (Vec<&TextsAt>, Vec<&TextsAt>) =
        everywhere.iter().partition(|there| !there.texts.is_empty());
    let places = |of: &[&TextsAt], last: &str| {
        let all: Vec<String> = of.iter().map(|it| place(it.holder)).collect();
        listed(&all, last)
    };
    let nowhere = |gone: &[&TextsAt]| match gone {
        [] => String::new(),
        some => format!("; {} {}", if of == 1 { "not" } else { "none" }, places(some, "or")),
    };
    if there.is_empty() {
        let these = match (is_told, of) {
            (true, 1) => "This text".to_owned(),
            (true, _) => "These texts".to_owned(),
            (false, 1) => format!("The only text of {target}"),
            (false, of) => format!("The {of} texts of {target}"),
        };
        return format!("{these} can be read nowhere else: not {}.", places(&gone, "or"));
    }
    if of == 1 {
        let text = if is_told { "The same text can also be read" } else { "The text can be read" };
        return format!("{text} {}{}.", places(&there, "and"), nowhere(&gone));
    }
    let amount = |n: u64| match n {
        2 if of == 2 => "both".to_owned(),
        n if n == of => format!("all {of}"),
        n => n.to_string(),
    };
    let read = |it: &&TextsAt| format!("{} {}", amount(it.texts.len() as u64), place(it.holder));
    let parts: Vec<String> = there.iter().map(read).collect();
    let texts = if is_told { format!("the same {of} texts") } else { format!("the {of} texts of {target}") };
    format!("Of {texts}, these can be read elsewhere: {}{}.", listed(&parts, "and"), nowhere(&gone))
}

/// Describes ciphertexts that nothing opened, and the number of them that carry texts, which the bench knows.
pub(crate) fn ciphertexts(subject: &Subject<'_>, measures: &Measures) -> Option<String> {
    let Sealed { texts, ciphertexts, carrying, read_elsewhere } = &measures.sealed;
    let carried = texts.len() as u64 + read_elsewhere;
    let of = format!("{} of {}", counted_by(carried, "texts"), subject.target);
    let carries = match (*ciphertexts, *carrying) {
        (0, _) => return None,
        (1, 0) => format!("1 ciphertext is there. It carries no text of {}", subject.target),
        (1, _) => format!("1 ciphertext is there. It carries {of}"),
        (many, 0) => format!("{many} ciphertexts are there. None carries a text of {}", subject.target),
        (many, 1) => format!("{many} ciphertexts are there. 1 of them carries {of}"),
        (many, some) if many == some => format!("{many} ciphertexts are there. They carry {of}"),
        (many, some) => format!(
            "{many} ciphertexts are there. {some} of them carry {of}, the others receipts and the like"
        ),
    };
    let elsewhere = match read_elsewhere {
        0 => String::new(),
        1 => " 1 of those texts came back from elsewhere.".into(),
        many => format!(" {many} of those texts came back from elsewhere."),
    };
    Some(format!(
        "{carries}. The bytes do not say so; time, direction and size might, which was not tried.{elsewhere}"
    ))
}
