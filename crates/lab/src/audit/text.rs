//! The report as text, in short and in full. The answer is last, where a terminal shows it.

use std::collections::BTreeSet;

use pillarbox_access::designs;
use pillarbox_text::columns::Column;

use super::encoding::Encoding;
use super::features::{CHANNEL, POST};
use super::form::Form;
use super::needle::{NeedleRole, Planted};
use super::report::{
    AuditReport, Claim, Finding, Locking, Moment, Part, Plant, Searched, SearchedPlace, SelfTest,
};
use super::search::{Hit, by_form};
use crate::screen::{Screen, Table, Weight};

/// Columns: place, moment, amount, findings.
const SEARCHED: [Column; 4] = [Column::Fixed(18), Column::Fixed(15), Column::Fixed(22), Column::Share(1)];

/// Columns: claim or control, count.
const COUNTED: [Column; 2] = [Column::Share(1), Column::Fixed(10)];

/// The heading over the claims.
const CLAIMED: &str = "WHAT IS CLAIMED";

/// The heading over the answer.
const QUESTION: &str = "CAN THE RELAY READ?";

/// The answer, and its limits.
const AS_CLAIMED: &str = "The finding is as claimed, for words as they are, in 8 other encodings, backwards or xored \
    with one byte, and for anything appended to a message. It says nothing of what hides in keys, nonces, padding or timing.";

// The sentence above contains the number 8.
const _: () = assert!(Encoding::ALL.len() == 1 + 8);

/// Columns: form, findings.
const PLANTED: [Column; 3] = [Column::Fixed(26), Column::Fixed(18), Column::Share(1)];

/// The number of places of hits that are shown for each design before the rest is counted. The JSON has them all.
const SHOWN: usize = 8;

/// Writes the claims, whether the search works, and the answer, for a window of `width` columns.
#[must_use]
pub fn short(report: &AuditReport, width: usize) -> String {
    let mut screen = Screen::new(width);
    screen.say_in(Weight::Bold, CLAIMED);
    let shown = |claim: &&Claim| !(claim.holds && claim.is_in_answer);
    claims(&mut screen, report.claims.iter().filter(shown), |claim| claim.claim.clone());
    misfits(&mut screen, report);
    let found = report.controls.iter().filter(|control| control.hits > 0).count();
    let SelfTest { plants, lengthened, noticed } = &report.self_test;
    screen.say(&format!(
        "Control: {found} of {} things that are there were found. Self-test: of what a patched phone sent, {} of {} forms \
         of words and {noticed} of {lengthened} wrong lengths.",
        report.controls.len(),
        report.self_test.found(),
        plants.len(),
    ));
    screen.blank();
    screen.say_in(Weight::Bold, QUESTION);
    answer(&mut screen, report);
    screen.into_text()
}

/// Writes the whole report, for a window of `width` columns.
#[must_use]
pub fn render(report: &AuditReport, width: usize) -> String {
    let mut screen = Screen::new(width);
    screen.title(CLAIMED);
    claims(&mut screen, report.claims.iter(), |claim| {
        format!("{} ({} searched)", claim.claim, size(claim.searched_bytes))
    });
    misfits(&mut screen, report);
    for run in &report.runs {
        let looked = run.relay.iter().chain(&run.message).chain(&run.phones);
        places(&mut screen, &run.design, &texts(&run.planted), &looked.collect::<Vec<_>>());
    }
    for run in &report.features {
        let looked = run.relay.iter().chain(&run.phones).collect::<Vec<_>>();
        let names = run.planted.iter().map(|name| format!("{}: {}", name.what, name.words));
        places(&mut screen, &format!("groups, {}", run.name()), &names.collect::<Vec<_>>(), &looked);
    }
    let locking = &report.locking;
    let looked = locking.looked.iter().collect::<Vec<_>>();
    places(&mut screen, "a phone that is locked", &texts(&locking.planted), &looked);
    controls(&mut screen, report);
    self_test(&mut screen, &report.self_test);
    screen.title("NOT SEARCHED");
    for what in report.not_searched {
        screen.entry(Weight::Normal, &format!("- {what}."));
    }
    screen.title(QUESTION);
    answer(&mut screen, report);
    screen.into_text()
}

fn answer(screen: &mut Screen, report: &AuditReport) {
    let table = Table::new(&COUNTED);
    let searched = report.runs.iter().map(|run| size(run.relay.iter().map(|looked| looked.bytes).sum()));
    screen.say(&format!(
        "{} texts of random words were said under each design. Found in the relay's memory, files, log, metrics and \
         recorded connections ({}):",
        report.runs.first().map_or(0, |run| run.planted.len()),
        searched.collect::<Vec<_>>().join(" and "),
    ));
    for run in &report.runs {
        let hits: Vec<&Hit> = run.relay.iter().flat_map(|looked| looked.found(NeedleRole::Said)).collect();
        let title = designs::named(&run.design).map_or(run.design.as_str(), |design| &design.title);
        screen.row(&table, &[format!("  {title} ({})", run.plain), times(hits.len())]);
        if !hits.is_empty() && !hits.iter().all(|hit| hit.form.is_plain()) {
            screen.entry(Weight::Normal, &format!("    Forms: {}.", forms(&hits)));
        }
    }
    for (run, says) in report.features.iter().zip([
        "Names and keys of groups, devices and backups, where members sign",
        "  where the operator manages the group and holds the backup's key",
    ]) {
        let hits = run.relay.iter().flat_map(|looked| &looked.hits);
        let hits =
            hits.filter(|hit| hit.role != NeedleRole::Witness && ![CHANNEL, POST].contains(&&*hit.what));
        screen.row(&table, &[says.into(), times(hits.count())]);
    }
    lock(screen, &table, &report.locking);
    screen.say_in(
        Weight::Bold,
        match report.finding {
            Finding::AsClaimed => AS_CLAIMED,
            Finding::NotAsClaimed => {
                "THE FINDING IS NOT AS CLAIMED: something was found that must not be there."
            }
        },
    );
}

fn lock(screen: &mut Screen, table: &Table, locking: &Locking) {
    let found = |moment| {
        let looked = locking.at(SearchedPlace::PhoneMemory, moment).flat_map(|looked| &looked.hits);
        times(looked.filter(|hit| hit.role != NeedleRole::Witness).count())
    };
    let open = "Texts, names and keys, in a phone's memory in a chat";
    screen.row(table, &[open.into(), found(Moment::Open)]);
    screen.row(table, &["  in the same process, after /lock".into(), found(Moment::Locked)]);
}

fn times(hits: usize) -> String {
    match hits {
        0 => "nowhere".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

fn claims<'a>(screen: &mut Screen, claims: impl Iterator<Item = &'a Claim>, says: fn(&Claim) -> String) {
    let table = Table::new(&COUNTED);
    for claim in claims {
        let found = if claim.holds { "holds".into() } else { format!("FOUND {}", claim.hits) };
        let weight = if claim.holds { Weight::Normal } else { Weight::Bold };
        screen.row_in(weight, &table, &[says(claim), found]);
    }
}

/// Writes the first of the rows and payloads that do not fit.
fn misfits(screen: &mut Screen, report: &AuditReport) {
    for misfit in report.misfits().take(SHOWN) {
        screen.entry(Weight::Normal, &format!("- {}.", misfit.sentence()));
    }
    let more = report.misfits().count().saturating_sub(SHOWN);
    if more > 0 {
        screen.say(&format!("- and {more} more"));
    }
}

fn texts(planted: &[Planted]) -> Vec<String> {
    planted.iter().enumerate().map(|(at, planted)| format!("{}. {}", at + 1, planted.text())).collect()
}

fn places(screen: &mut Screen, name: &str, planted: &[String], all: &[&Searched]) {
    screen.title(&format!("SEARCHED: {}", name.to_uppercase()));
    screen.say("What was said, drawn for this run:");
    planted.iter().for_each(|line| screen.say(line));
    screen.blank();
    let heads = ["WHERE", "WHEN", "HOW MUCH", "FOUND"].map(str::to_owned).to_vec();
    let table = Table::headed(&SEARCHED, heads);
    screen.heads(&table);
    for looked in all {
        let cells = [looked.place.name().into(), looked.moment.name().into(), amount(looked), found(looked)];
        screen.row(&table, &cells);
    }
    let not_read: BTreeSet<&str> =
        all.iter().flat_map(|looked| &looked.not_read).map(String::as_str).collect();
    if !not_read.is_empty() {
        let names = not_read.into_iter().collect::<Vec<_>>().join(", ");
        screen.say(&format!("Nobody can read the kernel's own pages in a process: {names}."));
    }
    let hits: Vec<&Hit> =
        all.iter().flat_map(|looked| &looked.hits).filter(|hit| hit.role != NeedleRole::Witness).collect();
    if !hits.is_empty() {
        screen.blank();
    }
    for hit in hits.iter().take(SHOWN) {
        screen.say(&format!("- {}, {}, in {} at {:#x}", hit.what, hit.form.name(), hit.part, hit.at));
    }
    if hits.len() > SHOWN {
        screen.say(&format!("- and {} more", hits.len() - SHOWN));
    }
}

fn controls(screen: &mut Screen, report: &AuditReport) {
    screen.title("WHAT SHOWS THAT THE SEARCH WORKS");
    screen.say(
        "The same search has to find each of these. If one is missed, to have found nothing means nothing, and the audit \
         ends without a result.",
    );
    let table = Table::new(&COUNTED);
    for control in &report.controls {
        let found = format!("found {}", control.hits);
        screen.row(&table, &[control.control.clone(), found]);
    }
}

/// Writes each form that a patched phone sent, and the number of its writings that were found on the relay's disk.
fn self_test(screen: &mut Screen, test: &SelfTest) {
    screen.title("WHAT A PATCHED PHONE SENT");
    screen.say(
        "It put words behind each message, in one form after the other, and sent them to a relay of this kind. The audit has \
         to find them all; the more writings a form has, the more alignments.",
    );
    let heads = ["FORM", "AS IT IS", "XORED WITH ONE BYTE"].map(str::to_owned).to_vec();
    let table = Table::headed(&PLANTED, heads);
    screen.heads(&table);
    let of = |form: Form, xored: bool| {
        let is = |plant: &&Plant| {
            (plant.form.encoding, plant.form.backwards) == (form.encoding, form.backwards)
                && (plant.form.xor != 0) == xored
        };
        let plant = test.plants.iter().find(is);
        plant.map_or_else(String::new, |plant| format!("found {} of {}", plant.on_disk, plant.writings))
    };
    for plant in test.plants.iter().filter(|plant| plant.form.xor == 0) {
        screen.row(&table, &[plant.form.name(), of(plant.form, false), of(plant.form, true)]);
    }
    screen.say(&format!(
        "By their length alone, {} of {} payloads were found: these, one with words in pieces, one with a single byte.",
        test.noticed, test.lengthened
    ));
}

/// Describes the searched amount: pieces and bytes.
fn amount(looked: &Searched) -> String {
    let pieces: u64 = looked.parts.iter().map(|part: &Part| part.pieces).sum();
    let name = match looked.place {
        SearchedPlace::Memory | SearchedPlace::PhoneMemory => "mappings",
        SearchedPlace::Connections | SearchedPlace::NamelessConnection => "directions",
        SearchedPlace::PhoneFiles | SearchedPlace::OtherFiles => "files",
        _ => "",
    };
    match (pieces, name) {
        (0, _) => "not there".into(),
        (_, "") => size(looked.bytes),
        (_, name) => format!("{pieces} {name}, {}", size(looked.bytes)),
    }
}

/// Describes the findings, without the witnesses.
fn found(looked: &Searched) -> String {
    let hits: Vec<&Hit> = looked.hits.iter().filter(|hit| hit.role != NeedleRole::Witness).collect();
    match (hits.len(), looked.parts.is_empty()) {
        (0, true) => String::new(),
        (0, false) => "nothing".into(),
        (count, _) => format!("{count}: {}", forms(&hits)),
    }
}

fn forms(hits: &[&Hit]) -> String {
    let counts = by_form(hits.iter().copied());
    let counts = counts.into_iter().map(|(form, count)| format!("{count} {}", form.of_several(count)));
    counts.collect::<Vec<_>>().join(", ")
}

/// Formats bytes for people: in whole KiB or MiB if there are many.
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
