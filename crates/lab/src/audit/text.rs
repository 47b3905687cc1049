//! The report as text for a terminal of 80 columns: the answer first, then where it was searched.

use std::collections::BTreeSet;

use super::needle::{Planted, Role};
use super::report::{Finding, Locking, Moment, Part, Place, Report, Searched};
use super::search::{Hit, by_encoding};
use crate::columns::{paragraph, side_by_side};
use crate::paper::title;

/// Where, when, how much, what was found.
const SEARCHED: [usize; 4] = [18, 15, 22, 19];

/// What is claimed or was to be found, and the count.
const COUNTED: [usize; 2] = [64, 14];

/// Places of hits that are shown for each design before the rest is counted: the JSON has them all.
const SHOWN: usize = 8;

/// The whole report.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    answer(&mut out, report);
    claims(&mut out, report);
    for run in &report.runs {
        let looked = run.relay.iter().chain(&run.message).chain(&run.phones);
        places(&mut out, &run.design, &run.planted, &looked.collect::<Vec<_>>());
    }
    let locking = &report.locking;
    places(&mut out, "a phone that is locked", &locking.planted, &locking.looked.iter().collect::<Vec<_>>());
    controls(&mut out, report);
    out.push_str(&title("NOT SEARCHED"));
    for what in report.not_searched {
        out.push_str(&paragraph(&format!("- {what}.")));
    }
    out
}

fn answer(out: &mut String, report: &Report) {
    out.push_str(title("CAN THE RELAY READ?").trim_start());
    for run in &report.runs {
        let hits: Vec<&Hit> = run.relay.iter().flat_map(|looked| looked.found(Role::Said)).collect();
        let texts = run.planted.len();
        let bytes = run.relay.iter().map(|looked| looked.bytes).sum();
        let found = if hits.is_empty() {
            "found nowhere".to_owned()
        } else {
            format!("found {} times ({})", hits.len(), forms(&hits))
        };
        out.push_str(&paragraph(&format!(
            "{} ({}): {texts} texts of random words were said between two phones. In {} of the relay's memory, \
             files, log, metrics and recorded connections they were {found}.",
            run.design,
            run.plain,
            size(bytes),
        )));
    }
    lock(out, &report.locking);
    out.push_str(&paragraph(match report.finding {
        Finding::AsClaimed => "The finding is as claimed.",
        Finding::NotAsClaimed => "THE FINDING IS NOT AS CLAIMED: something was found that must not be there.",
    }));
}

fn lock(out: &mut String, locking: &Locking) {
    let found = |moment| {
        let looked = locking.at(Place::PhoneMemory, moment).flat_map(|looked| &looked.hits);
        match looked.filter(|hit| hit.role != Role::Witness).count() {
            0 => "found nowhere".to_owned(),
            count => format!("found {count} times"),
        }
    };
    out.push_str(&paragraph(&format!(
        "The phone's program, in a chat: in its memory, texts, names and keys were {}. In the same process, after \
         /lock, they were {}.",
        found(Moment::Open),
        found(Moment::Locked),
    )));
}

fn claims(out: &mut String, report: &Report) {
    out.push_str(&title("WHAT IS CLAIMED"));
    for claim in &report.claims {
        let found = if claim.holds { "not found".into() } else { format!("FOUND {}", claim.hits) };
        let line = format!("{} ({} searched)", claim.claim, size(claim.searched_bytes));
        out.push_str(&side_by_side(&COUNTED, &[line, found]));
    }
}

fn places(out: &mut String, name: &str, planted: &[Planted], all: &[&Searched]) {
    out.push_str(&title(&format!("SEARCHED: {}", name.to_uppercase())));
    out.push_str("What was said, drawn for this run:\n");
    for (position, planted) in planted.iter().enumerate() {
        out.push_str(&paragraph(&format!("{}. {}", position + 1, planted.text())));
    }
    out.push('\n');
    out.push_str(&side_by_side(&SEARCHED, &["WHERE", "WHEN", "HOW MUCH", "FOUND"].map(Into::into)));
    for looked in all {
        let cells = [looked.place.name().into(), looked.moment.name().into(), amount(looked), found(looked)];
        out.push_str(&side_by_side(&SEARCHED, &cells));
    }
    let not_read: BTreeSet<&str> =
        all.iter().flat_map(|looked| &looked.not_read).map(String::as_str).collect();
    if !not_read.is_empty() {
        let names = not_read.into_iter().collect::<Vec<_>>().join(", ");
        out.push_str(&paragraph(&format!("Nobody can read the kernel's own pages in a process: {names}.")));
    }
    let hits: Vec<&Hit> =
        all.iter().flat_map(|looked| &looked.hits).filter(|hit| hit.role != Role::Witness).collect();
    if !hits.is_empty() {
        out.push('\n');
    }
    for hit in hits.iter().take(SHOWN) {
        out.push_str(&paragraph(&format!(
            "- {}, {}, in {} at {:#x}",
            hit.what,
            hit.encoding.name(),
            hit.part,
            hit.at
        )));
    }
    if hits.len() > SHOWN {
        out.push_str(&paragraph(&format!("- and {} more", hits.len() - SHOWN)));
    }
}

fn controls(out: &mut String, report: &Report) {
    out.push_str(&title("WHAT SHOWS THAT THE SEARCH WORKS"));
    out.push_str(&paragraph(
        "The same search has to find each of these. If one is missed, to have found nothing means nothing, and the audit \
         ends without a result.",
    ));
    for control in &report.controls {
        let found = format!("found {}", control.hits);
        out.push_str(&side_by_side(&COUNTED, &[control.control.clone(), found]));
    }
}

/// How much was searched: pieces and bytes.
fn amount(looked: &Searched) -> String {
    let pieces: u64 = looked.parts.iter().map(|part: &Part| part.pieces).sum();
    let name = match looked.place {
        Place::Memory | Place::PhoneMemory => "mappings",
        Place::Connections | Place::NamelessConnection => "directions",
        Place::PhoneFiles | Place::OtherFiles => "files",
        _ => "",
    };
    match (pieces, name) {
        (0, _) => "not there".into(),
        (_, "") => size(looked.bytes),
        (_, name) => format!("{pieces} {name}, {}", size(looked.bytes)),
    }
}

/// What was found, without the witnesses.
fn found(looked: &Searched) -> String {
    let hits: Vec<&Hit> = looked.hits.iter().filter(|hit| hit.role != Role::Witness).collect();
    match (hits.len(), looked.parts.is_empty()) {
        (0, true) => String::new(),
        (0, false) => "nothing".into(),
        (count, _) => format!("{count}: {}", forms(&hits)),
    }
}

fn forms(hits: &[&Hit]) -> String {
    let counts = by_encoding(hits.iter().copied());
    let counts = counts.into_iter().map(|(encoding, count)| format!("{count} {}", encoding.name()));
    counts.collect::<Vec<_>>().join(", ")
}

/// Bytes for people: whole KiB or MiB where there are many.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KiB", bytes / KIB),
        _ => format!("{} MiB", bytes / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            [0, 1_023, 1_024, 1 << 20, 5 << 20].map(size),
            ["0 B", "1023 B", "1 KiB", "1 MiB", "5 MiB"]
        );
    }
}
