//! `docs/designs.md` is generated from the designs' data. This test generates it again and compares.
//!
//! After a change of a design: `PILLARBOX_UPDATE=1 cargo test -p pillarbox-lab --test all designs_page`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_lab::english::capital;
use std::fmt::Write;
use std::path::Path;

use pillarbox_access::design::{Accounts, AnswersNotice, Cloud, Design, Mark, Operator, PhoneSide};
use pillarbox_access::designs;
use pillarbox_access::law::Country;
use pillarbox_access::speaker::Speaker;
use pillarbox_client::{BackupKey, Habits, PaddingRule, Protection, Receipts};
use pillarbox_relay::{Granularity, Keeping};

use crate::markdown;

const HEAD: &str = "\
# The designs

Each design is a file of data in [`crates/access/designs`](../crates/access/designs): what its phones do, what
its relay keeps, what its operator says about demands.
Phones and relay are built to act on these values, and no code asks for a design's name.
A design that bears a product's name is this project's model of it as of a date, not the product; what is
assumed is marked as assumed, and where it disagrees with what others published, [the oracle](oracle.md) says
so.

An operator's words are statements of their day, from the source beside them; a firm may do something else.
*Not known for this design* stands where no source was found: it is filled neither with a guess nor with another
firm's words, and an answer to one country is none to another.
*According to others* means the press or a summary.
Which country's paper reaches an operator, and how, is in [the demands](demands.md#reach).

This page is made from the files, and a test compares it with them.
What a design *returns* is nowhere here: that is measured.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| design | name | as of | in one phrase |\n|---|---|---|---|\n");
    for design in designs::all() {
        writeln!(
            page,
            "| [{0}](#{0}) | {1} | {2} | {3} |",
            design.name, design.title, design.as_of, design.plain
        )
        .unwrap();
    }
    for design in designs::all() {
        section(&mut page, design);
    }
    markdown::broken(&page)
}

fn section(page: &mut String, design: &Design) {
    let Design {
        name,
        title,
        plain,
        as_of,
        told,
        sources,
        phone,
        relay,
        operator,
        cloud,
        stands_for,
        not_known,
        text: _,
    } = design;
    writeln!(page, "\n## {name}\n\n{title} (as of {as_of}).\n{}.", capital(plain)).unwrap();
    if let Some(told) = told {
        writeln!(page, "Its users are told: {told}.").unwrap();
    }
    let text = match phone.protection {
        Protection::EndToEnd => "encrypted to the recipient's phone",
        Protection::ServerReadable => "readable to the relay",
    };
    let accounts = match (phone.accounts, phone.number) {
        (Accounts::PerContact, _) => "one for each contact, without a number",
        (Accounts::One, true) => "one, under a number",
        (Accounts::One, false) => "one, without a number",
    };
    let padding = match phone.padding {
        PaddingRule::None => "unpadded",
        PaddingRule::Blocks80 => "in steps of 80 bytes",
        PaddingRule::Padme => "in Padmé lengths",
        PaddingRule::Blocks16K => "in blocks of 16 KiB",
    };
    writeln!(page, "\n- Texts: {text}, {padding}; {}.", sender(phone)).unwrap();
    writeln!(page, "- Accounts: {accounts}. Receipts: {}.", receipts(&phone.habits)).unwrap();
    left(page, "What the phones deposit with the relay", &phone.habits);
    let unknown: Vec<&str> = not_known.iter().map(|kind| kind.as_str()).collect();
    if !unknown.is_empty() {
        writeln!(page, "- Not known of these phones: {}.", unknown.join(", ")).unwrap();
    }
    keeps(page, "The relay keeps", relay);
    if let Some(Cloud { name, keeping, operator, habits }) = cloud {
        left(page, &format!("The phones leave at {name}"), habits);
        keeps(page, &format!("There, {name} keeps"), keeping);
        operates(page, name, operator);
    }
    operates(page, "the operator", operator);
    if let Some(stands_for) = stands_for {
        writeln!(page, "- In the tables of outside truth it stands for `{}`.", stands_for.app).unwrap();
    }
    for source in sources {
        writeln!(page, "- {} ({}: {})", source.says, mark(source.mark), source.from).unwrap();
    }
}

fn sender(phone: &PhoneSide) -> &'static str {
    match (phone.protection, phone.habits.sealed_sender) {
        (Protection::EndToEnd, true) => "the sender is sealed",
        (Protection::EndToEnd, false) | (Protection::ServerReadable, _) => "the relay is told the sender",
    }
}

fn receipts(habits: &Habits) -> String {
    match habits.receipts {
        Receipts::AtOnce => "at once".into(),
        Receipts::After(seconds) => format!("{seconds} seconds late"),
        Receipts::Within(seconds) => format!("at random within {seconds} seconds"),
        Receipts::Never => "none".into(),
    }
}

fn left(page: &mut String, who: &str, habits: &Habits) {
    let kinds: Vec<&str> = habits.deposits.iter().map(|kind| kind.as_str()).collect();
    if !kinds.is_empty() {
        writeln!(page, "- {who}: {}.", kinds.join(", ")).unwrap();
    }
    match habits.backup {
        None => {}
        Some(BackupKey::None) => writeln!(page, "- Backups: readable to whoever has them.").unwrap(),
        Some(BackupKey::Provider) => {
            writeln!(page, "- Backups: the key lies with whoever has them.").unwrap()
        }
        Some(BackupKey::Owner) => writeln!(page, "- Backups: the owner has the key.").unwrap(),
    }
}

fn keeps(page: &mut String, who: &str, keeping: &Keeping) {
    let Keeping {
        undelivered,
        delivered,
        last_seen,
        registered,
        sender,
        last_address,
        deposits,
        log,
        directory,
        channels,
        stamps,
        directory_log,
        groups,
        attachments,
    } = keeping;
    let exactness = |granularity: &Granularity| match granularity {
        Granularity::Nothing => "not at all",
        Granularity::Day => "to the day",
        Granularity::Exact => "exactly",
    };
    let after = delivered.map_or_else(|| "no time".to_owned(), |after| format!("{} days", after.as_days()));
    writeln!(
        page,
        "- {who}: messages {} days undelivered and {after} after; last seen {}; registration {}; {}; {}.",
        undelivered.as_days(),
        exactness(last_seen),
        exactness(registered),
        if *sender { "senders that are named" } else { "no senders" },
        if *last_address { "the last internet address" } else { "no internet address" },
    )
    .unwrap();
    let kinds: Vec<&str> = deposits.iter().map(|kind| kind.as_str()).collect();
    if !kinds.is_empty() {
        writeln!(page, "- {who} of what phones leave: {}.", kinds.join(", ")).unwrap();
    }
    for rule in log {
        let address = if rule.address { ", with the internet address" } else { "" };
        let (what, days) = (rule.what.as_str(), rule.keep.as_days());
        writeln!(page, "- {who} a log of what was {what}, {days} days{address}.").unwrap();
    }
    let offers: Vec<&str> = [
        directory.then_some("numbers can be looked up"),
        channels.then_some("public channels"),
        stamps.then_some("stamps that make a recipient's report checkable"),
        directory_log.then_some("a public log of everybody's keys"),
        groups.then_some("groups whose members the operator manages"),
        attachments.map(|_| "pictures that phones have encrypted"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !offers.is_empty() {
        writeln!(page, "- It offers: {}.", offers.join("; ")).unwrap();
    }
}

fn operates(page: &mut String, who: &str, operator: &Operator) {
    let Operator {
        seat,
        offices,
        data_in,
        relays_in,
        pen_register,
        practice,
        withholds,
        has_none,
        hands_over,
        answers_notice,
    } = operator;
    let countries = |of: &[Country]| of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let seat = seat.map_or_else(|| "not known for this design".to_owned(), |seat| seat.to_string());
    writeln!(page, "- Seat of {who}: {seat}.").unwrap();
    if !offices.is_empty() {
        writeln!(page, "- Offices, of it or its parent: {}.", countries(offices)).unwrap();
    }
    if !data_in.is_empty() {
        writeln!(page, "- Places of data: {}.", countries(data_in)).unwrap();
    }
    if !relays_in.is_empty() {
        writeln!(page, "- A relay for the people of each: {}.", relays_in.join(", ")).unwrap();
    }
    if let Some(live) = pen_register {
        writeln!(page, "- Its practice while it happens: {} ({})", live.says, live.from).unwrap();
    }
    for practice in practice {
        writeln!(page, "- What it hands over, according to {}: {}", practice.from, practice.says).unwrap();
    }
    for withheld in withholds {
        let who = told_by(withheld.by, &withheld.from);
        writeln!(page, "- It withholds, {who}: {}", withheld.says).unwrap();
    }
    for denial in has_none {
        writeln!(page, "- According to {}, it does not have what is asked for: {}", denial.from, denial.says)
            .unwrap();
    }
    if let Some(over) = hands_over {
        let who = told_by(over.by, &over.from);
        writeln!(page, "- It hands over nothing else, {who}: {}", over.says).unwrap();
    }
    for given in answers_notice {
        let word = match given.answer {
            AnswersNotice::Complies => "complies",
            AnswersNotice::Withdraws => "withdraws the feature",
            AnswersNotice::Leaves => "leaves",
            AnswersNotice::Refuses => "refuses, and is blocked",
        };
        writeln!(
            page,
            "- Its answer to a notice of {}, {}: **{word}**. {} ({}: {})",
            given.country,
            given.on,
            given.says,
            mark(given.mark),
            given.from
        )
        .unwrap();
    }
    if who == "the operator" && answers_notice.is_empty() {
        writeln!(page, "- Its answer to a notice to change the software: not known for this design.")
            .unwrap();
    }
}

fn told_by(by: Speaker, from: &str) -> String {
    match by {
        Speaker::Operator => format!("by its own word ({from})"),
        Speaker::Others => format!("according to {from}"),
    }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Confirmed => "confirmed",
        Mark::Measured => "measured",
        Mark::SecondHand => "according to others",
        Mark::Hypothesis | Mark::Recheck => "assumed",
    }
}

#[test]
fn the_page_says_what_the_files_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/designs.md");
    let page = page();
    if std::env::var_os("PILLARBOX_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    for (line, (now, then)) in page.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, then, "docs/designs.md, line {}", line + 1);
    }
    assert_eq!(page.lines().count(), kept.lines().count());
}

#[test]
fn wide_lines_are_broken_at_sentences_and_keep_their_words() {
    let first = format!("- A{} end.", " word".repeat(12));
    let page = format!("{first} And{} 1. x\n\n| {} |\n", " more".repeat(30), "cell ".repeat(40));
    let made = markdown::broken(&page);
    let lines: Vec<&str> = made.lines().collect();
    assert_eq!(lines[0], first, "the first sentence");
    assert!(lines[1].starts_with("  And more") && lines[1].chars().count() <= markdown::WIDTH);
    assert!(lines[2].starts_with("  more") && lines[2].ends_with("1. x"));
    assert_eq!(lines[4].len(), 204, "a table stays");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&made), words(&page));
    assert_eq!(markdown::broken(&made), made);
}
