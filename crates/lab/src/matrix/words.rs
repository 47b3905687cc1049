//! Measures in words, for people.

use pillarbox_access::Item;
use pillarbox_wire::Timestamp;

use crate::evidence::Evidence;
use crate::score::{
    ExtraEntry, Guesses, Measures, PostCounts, PrecisionRecall, RelocationOutcome, Sealed, Share,
};

/// The two names of a measure: for data that was returned, and for data that the operator has and does not hand
/// over.
struct Named {
    came: &'static str,
    held: &'static str,
}

const TEXTS: Named = Named { came: "Texts that came back", held: "Texts that the operator has" };
const MESSAGES: Named = Named { came: "Messages that came back", held: "Messages that the operator has" };
const OTHER_DATA: Named =
    Named { came: "Other data that came back", held: "Other data that the operator has" };

/// Returns every measure of a cell that is not empty, with its name. Data that the operator has and does not hand over
/// has a different name from returned data.
#[must_use]
pub(crate) fn measures(measures: &Measures, evidence: &Evidence) -> Vec<(&'static str, String)> {
    let brought = &evidence.brought;
    let texts = if brought.is_without_its_texts() { TEXTS.held } else { TEXTS.came };
    let about_messages = [Item::MessageContent, Item::MessageSourceDestination, Item::MessageTimes];
    let messages = if brought.is_withheld(&about_messages) { MESSAGES.held } else { MESSAGES.came };
    let (kept, came): (Vec<&ExtraEntry>, Vec<&ExtraEntry>) =
        measures.besides.iter().partition(|it| brought.is_withheld(&[it.what]));
    let besides = |of: Vec<&ExtraEntry>| {
        some(of.into_iter().map(|it| format!("{}: {}", it.what.wording(), it.entries)))
    };
    let share = |share: Share| (share.of > 0).then(|| format!("{} of {}", share.n, share.of));
    let rates = |rates: PrecisionRecall| {
        (rates.of + rates.found > 0)
            .then(|| format!("{} of {}; {} came back in all", rates.right, rates.of, rates.found))
    };
    let all = [
        ("Texts from before the order", share(measures.content_past)),
        ("Texts from the order on", share(measures.content_future)),
        ("Who wrote to whom", rates(measures.pairs)),
        ("When messages passed", rates(measures.times)),
        ("Members of groups", rates(measures.groups)),
        ("Reaches back", measures.look_back_ms.map(span)),
        ("Comes after at most", measures.delay_ms.map(span)),
        ("Others who are named", some(measures.named.iter().cloned())),
        (
            "Accounts of others without a name",
            (measures.named_accounts > 0).then(|| measures.named_accounts.to_string()),
        ),
        ("A thief of the rows and keys has", measures.thief.and_then(|it| share(it.rows))),
        ("A thief without the order", measures.thief.and_then(|it| it.without).and_then(share)),
        ("Others whose words are read", some(measures.read.iter().cloned())),
        (texts, some(measures.texts.iter().cloned())),
        (messages, some(measures.passed.iter().cloned())),
        ("Unreadable ciphertexts", sealed(&measures.sealed)),
        ("Could notice", some(measures.could_notice.iter().cloned())),
        (
            "Noticed by",
            some(measures.first_noticed().into_iter().map(|(who, at)| format!("{who}, {}", Timestamp(at)))),
        ),
        ("Messages that did not arrive", share(measures.function_lost)),
        ("Which did not arrive", some(measures.lost.iter().cloned())),
        ("Attribution", measures.attribution.map(|it| it.wording().to_owned())),
        (OTHER_DATA.came, besides(came)),
        (OTHER_DATA.held, besides(kept)),
        (
            "The same texts elsewhere",
            some(
                measures
                    .copies
                    .iter()
                    .map(|it| format!("{}: {} of {}", it.holder.wording(), it.texts.len(), it.of)),
            ),
        ),
        (
            "Each contact alone shows",
            some(measures.shows.iter().map(|it| format!("{}: {} of {}", it.who, it.texts.n, it.texts.of))),
        ),
        ("Passcodes tried", some(measures.guesses.iter().map(passcodes))),
        ("The phone erases itself", some(measures.guesses.iter().map(erases))),
        (
            "Texts disappear",
            some(
                measures
                    .timers
                    .iter()
                    .map(|it| (evidence.in_names(&it.with), span(it.seconds * 1_000)))
                    .map(|(with, span)| format!("with {with} after {span}")),
            ),
        ),
    ];
    let all = all.into_iter().chain(posts(measures)).chain(elsewhere(measures)).chain(complied(measures));
    all.filter_map(|(name, says)| Some((name, says?))).collect()
}

fn sealed(sealed: &Sealed) -> Option<String> {
    let texts = if sealed.texts.is_empty() { "none of them a text".into() } else { sealed.texts.join(", ") };
    (sealed.ciphertexts > 0).then(|| format!("{}: {texts}", sealed.ciphertexts))
}

type Line = (&'static str, Option<String>);

fn some(says: impl Iterator<Item = String>) -> Option<String> {
    let says: Vec<String> = says.collect();
    (!says.is_empty()).then(|| says.join("; "))
}

fn passcodes(guesses: &Guesses) -> String {
    let found =
        guesses.opened_by.map_or_else(|| "none opens it".to_owned(), |it| format!("number {it} opens it"));
    format!(
        "{} of {} codes ({}), {found}; {} ms for each is supposed, not measured",
        guesses.tried, guesses.codes, guesses.kind, guesses.supposed_guess_ms
    )
}

fn erases(guesses: &Guesses) -> String {
    let set = format!("set to do so after {} wrong passcodes", guesses.erases_after);
    match (guesses.erased_after, guesses.opened_before) {
        (Some(after), _) => format!("{set}, gone after {after}"),
        (None, Some(guess)) => format!("{set}, open with number {guess} before that"),
        (None, None) => format!("{set}, still there"),
    }
}

fn posts(measures: &Measures) -> [Line; 4] {
    let of = |field: fn(&PostCounts) -> Share| {
        measures.posts.as_ref().map(field).map(|share| format!("{} of {}", share.n, share.of))
    };
    let followers = measures.posts.map(|it| format!("by {} phones", it.followers));
    [
        ("Posts destroyed", of(|it| it.destroyed)),
        ("A stranger read before", of(|it| it.stranger_before)),
        ("A stranger read after", of(|it| it.stranger_after)),
        ("Followers had fetched", of(|it| it.fetched).zip(followers).map(|(of, by)| format!("{of}, {by}"))),
    ]
}

fn elsewhere(measures: &Measures) -> [Line; 1] {
    let says = measures.elsewhere.map(|RelocationOutcome { restored, by_number, by_invitation }| {
        format!(
            "{} of {}; {by_number} pairs of contacts found each other by number, {by_invitation} by invitation",
            restored.n, restored.of
        )
    });
    [("Arrive through a relay elsewhere", says)]
}

/// Describes the result of complying with a notice, if the operator's own answer is a different one.
fn complied(measures: &Measures) -> [Line; 1] {
    let complied = measures.notice.as_ref().and_then(|notice| notice.complied.as_ref());
    let says = complied.map(|it| {
        format!(
            "{} of {} texts from before the order, {} of {} from then on",
            it.content_past.n, it.content_past.of, it.content_future.n, it.content_future.of
        )
    });
    [("If the operator complied", says)]
}

/// Formats a span of time in the largest unit that is not too coarse for it.
#[must_use]
pub(super) fn span(milliseconds: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000)];
    let fits = UNITS.into_iter().find(|(_, unit)| milliseconds >= 2 * unit);
    fits.map_or_else(
        || format!("{milliseconds} ms"),
        |(name, unit)| format!("{} {name}", milliseconds / unit),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Entry, Statement};
    use pillarbox_access::speaker::Speaker;
    use pillarbox_access::{Blank, ItemAnswer};

    #[test]
    fn what_an_operator_keeps_back_did_not_come_back() {
        let mut evidence: Evidence =
            serde_json::from_str(include_str!("../../tests/page/evidence.json")).unwrap();
        let found = Measures {
            texts: vec!["T01".into()],
            passed: vec!["T01 to Bea".into()],
            besides: [Item::IpAddress, Item::LastSeenDate]
                .map(|what| ExtraEntry { what, entries: 1 })
                .to_vec(),
            ..Measures::default()
        };
        let entry = |asked, is_kept: bool| Entry {
            asked,
            answer: ItemAnswer::of(vec!["1".into()], Blank::NotWrittenDown),
            was_known: false,
            withheld: is_kept.then(|| Statement {
                says: "Not that.".into(),
                from: "a chart".into(),
                by: Speaker::Others,
            }),
        };
        let mut labels = |is_kept| {
            let kept = [Item::MessageContent, Item::MessageTimes, Item::LastSeenDate];
            evidence.brought.entries = kept.map(|item| entry(item, is_kept)).to_vec();
            evidence.brought.entries.push(entry(Item::IpAddress, false));
            measures(&found, &evidence).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(labels(false), [TEXTS.came, MESSAGES.came, OTHER_DATA.came]);
        assert_eq!(labels(true), [TEXTS.held, MESSAGES.held, OTHER_DATA.came, OTHER_DATA.held]);
    }

    #[test]
    fn a_span_is_said_in_whole_numbers() {
        assert_eq!(
            (span(0), span(2_000), span(899_000), span(172_800_000)),
            ("0 ms".into(), "2 seconds".into(), "14 minutes".into(), "2 days".into())
        );
    }
}
