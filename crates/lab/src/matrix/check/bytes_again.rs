//! Checks whether the returns in an evidence file are those that its bytes yield when they are read again.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::attribution::Provenance;
use pillarbox_access::facts::ReadableText;
use pillarbox_client::display::safe;

use crate::evidence::reread::{self, handed, offered};
use crate::evidence::{Evidence, How};
use crate::experiments::answered_by;
use crate::score::{DisappearingTimer, Guesses, Party, Yield};

/// Returns everything that does not agree.
pub(super) fn findings(evidence: &Evidence) -> Vec<String> {
    let has = |how: How| evidence.pieces.iter().any(|piece| piece.how == how);
    let mut findings = Vec::new();
    if has(How::PhoneKey) || !evidence.brought.parties.is_empty() {
        findings.extend(phones(evidence));
    } else if has(How::Report) {
        findings.extend(reports(evidence));
    } else {
        let read: BTreeSet<String> = reread::texts(&evidence.pieces).into_iter().collect();
        let said = evidence.brought.said.iter().filter(|text| !read.contains(&text.text));
        findings.extend(said.map(|text| format!("none of its bytes says \"{}\"", safe(&text.text))));
    }
    if let Some(other) = &evidence.alternative {
        let read: BTreeSet<String> = reread::texts(&other.pieces).into_iter().collect();
        let said = other.brought.said.iter().filter(|text| !read.contains(&text.text));
        findings.extend(
            said.map(|text| format!("none of the bytes of its alternative says \"{}\"", safe(&text.text))),
        );
    }
    findings.extend(guesses(evidence));
    findings.extend(offered::differing(&evidence.pieces));
    findings.extend(origin(evidence));
    findings.extend(posts(evidence));
    findings
}

/// Checks that a phone shows exactly what was returned: the same texts of the same people at the same times. If
/// several people were asked alone, this is checked for each of them, and the count is of the texts that they show
/// together.
fn phones(evidence: &Evidence) -> Vec<String> {
    let (mut again, mut timers, mut findings) = (Yield::default(), Vec::new(), Vec::new());
    let mut by_owner: BTreeMap<String, Vec<ReadableText>> = BTreeMap::new();
    for (place, read) in handed::phones(&evidence.pieces) {
        match read {
            Err(why) => findings.push(format!("{place} cannot be read again: {why}")),
            Ok((owner, found)) => {
                let shown = answered_by(&found.facts);
                by_owner.entry(owner).or_default().extend(shown.said.iter().cloned());
                again.said.extend(shown.said);
                again.members.extend(shown.members);
                let timer = |(with, seconds)| DisappearingTimer { with, seconds: u64::from(seconds) };
                timers.extend(found.timers.into_iter().map(timer));
            }
        }
    }
    let brought = &evidence.brought;
    if !brought.parties.is_empty() {
        let parties: Vec<Party> =
            by_owner.iter().map(|(who, said)| Party { who: who.clone(), said: said.clone() }).collect();
        again.said = Party::together(&parties);
        let shows = |party: &Party| by_owner.get(&party.who).map_or(&[][..], Vec::as_slice);
        let others = brought.parties.iter().filter(|party| differ(&party.said, shows(party)));
        findings.extend(
            others.map(|party| {
                format!("what {} shows is not what the rows of the phone give", safe(&party.who))
            }),
        );
        if by_owner.keys().any(|owner| brought.parties.iter().all(|party| party.who != *owner)) {
            findings.push("it has rows of somebody's phone and does not say what they show".to_owned());
        }
    }
    for (what, differs) in [
        ("texts", differ(&brought.said, &again.said)),
        ("members of groups", differ(&brought.members, &again.members)),
        ("times after which texts disappear", differ(&evidence.effects.timers, &timers)),
    ] {
        if differs {
            findings.push(format!("its {what} are not those that the rows of the phone give"));
        }
    }
    findings
}

/// Checks that each returned text is one that a report proves, and that the count is of proven texts.
fn reports(evidence: &Evidence) -> Vec<String> {
    let checked = handed::reports(&evidence.pieces);
    let person = |account: String| evidence.yardstick.names.get(&account);
    let named = |name: &Option<String>| name.as_deref().and_then(|name| evidence.yardstick.who(name));
    let mut proven: Vec<_> = checked.iter().flatten().filter(|report| report.text.is_ok()).collect();
    let (found, of) = (proven.len() as u64, checked.len() as u64);
    let mut findings = Vec::new();
    for text in &evidence.brought.said {
        let same = proven.iter().position(|report| {
            report.text.as_ref() == Ok(&text.text)
                && report.at == text.at.0
                && named(&text.from) == person(report.from.to_string()).map(String::as_str)
                && named(&text.to) == person(report.to.to_string()).map(String::as_str)
        });
        match same {
            Some(at) => drop(proven.swap_remove(at)),
            None => findings.push(format!("no report in it proves \"{}\"", safe(&text.text))),
        }
    }
    let counted = evidence.counted.unwrap_or_default();
    if (counted.returned, counted.of) != (found, of) {
        findings.push(format!(
            "it counts {} reports proven of {}, and its bytes prove {found} of {of}",
            counted.returned, counted.of
        ));
    }
    findings
}

/// Tries the passcodes again.
fn guesses(evidence: &Evidence) -> Vec<String> {
    let guesses = &evidence.effects.guesses;
    let kind = guesses.first().map_or("", |guesses| guesses.kind.as_str());
    let again = handed::guesses(&evidence.pieces, kind);
    if again.len() != guesses.len() {
        return vec![format!("it says of {} vaults what was tried, and has {}", guesses.len(), again.len())];
    }
    let finding = |(said, found): (&Guesses, Result<Guesses, String>)| match found {
        Err(why) => Some(format!("passcodes cannot be tried again: {why}")),
        Ok(found) => {
            (found != *said).then(|| "passcodes come out otherwise when they are tried again".into())
        }
    };
    guesses.iter().zip(again).filter_map(finding).collect()
}

/// Checks that an answer's stated origin is the origin of its bytes.
fn origin(evidence: &Evidence) -> Option<String> {
    let said = evidence.brought.origin;
    let (on_phone, by_party) = handed::whose_phones(&evidence.pieces);
    let proven = handed::reports(&evidence.pieces).iter().flatten().any(|report| report.text.is_ok());
    let is = Provenance {
        found_on_phone: on_phone,
        shown_by_party: by_party || proven,
        stamp_verified: proven,
        named_by_operator: said.named_by_operator,
    };
    (is != said).then(|| "it comes from elsewhere than it says".to_owned())
}

/// Checks that the posts that a takedown destroyed are in the evidence, row by row.
fn posts(evidence: &Evidence) -> Option<String> {
    let destroyed = evidence.effects.posts?.destroyed.n;
    let rows = evidence.pieces.iter().filter(|piece| piece.found_in == "posts").count() as u64;
    (rows != destroyed).then(|| format!("it says that {destroyed} posts were destroyed, and has {rows}"))
}

/// Returns true if two lists have different members, in any order.
fn differ<T: Ord>(one: &[T], other: &[T]) -> bool {
    let (mut ours, mut theirs): (Vec<&T>, Vec<&T>) = (one.iter().collect(), other.iter().collect());
    ours.sort();
    theirs.sort();
    ours != theirs
}
