//! `docs/designs.md` is made from the designs' data; this test makes it again and compares.
//!
//! After a change of a design: `PILLARBOX_UPDATE=1 cargo test -p pillarbox-lab --test designs_page`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;

use pillarbox_access::design::{Accounts, AnswersNotice, Cloud, Design, Mark, Operator, PhoneSide};
use pillarbox_access::designs;
use pillarbox_client::{BackupKey, Habits, PaddingRule, Protection, Receipts};
use pillarbox_relay::{Granularity, Keeping};

const HEAD: &str = "\
# The designs

Each design is a file of data in [`crates/access/designs`](../crates/access/designs): what its phones do, what its relay keeps,
what its operator says about demands. Phones and relay are built to act on these values, and no code asks for a design's name. A design
that bears a product's name is this project's model of it as of a date, not the product; what is
assumed is marked as assumed, and where it disagrees with what others published, [the oracle](oracle.md) says so.

This page is made from the files, and a test compares it with them. What a design *returns* is nowhere here: that is measured.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| design | as of | in one phrase |\n|---|---|---|\n");
    for design in designs::all() {
        writeln!(page, "| [{0}](#{0}) | {1} | {2} |", design.name, design.as_of, design.plain).unwrap();
    }
    for design in designs::all() {
        section(&mut page, design);
    }
    page
}

fn section(page: &mut String, design: &Design) {
    let Design { name, plain, as_of, told, sources, phone, relay, operator, cloud, stands_for } = design;
    writeln!(page, "\n## {name}\n\nAs of {as_of}: {plain}.").unwrap();
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
        PaddingRule::None => "as long as they are",
        PaddingRule::Blocks80 => "in steps of 80 bytes",
        PaddingRule::Padme => "in Padmé lengths",
        PaddingRule::Blocks16K => "in blocks of 16 KiB",
    };
    writeln!(page, "\n- Texts: {text}, {padding}; {}.", sender(phone)).unwrap();
    writeln!(page, "- Accounts: {accounts}. Receipts: {}.", receipts(&phone.habits)).unwrap();
    left(page, "The phones leave at the relay", &phone.habits);
    keeps(page, "The relay keeps", relay);
    if let Some(Cloud { name, keeping, operator, habits }) = cloud {
        left(page, &format!("The phones leave at {name}"), habits);
        keeps(page, &format!("There, {name} keeps"), keeping);
        operates(page, operator);
    }
    operates(page, operator);
    if let Some(stands_for) = stands_for {
        writeln!(page, "- In the tables of outside truth it stands for `{}`.", stands_for.app).unwrap();
    }
    for source in sources {
        let mark = match source.mark {
            Mark::Confirmed => "confirmed",
            Mark::Measured => "measured",
            Mark::Hypothesis | Mark::Recheck => "assumed",
        };
        writeln!(page, "- {} ({mark}: {})", source.says, source.from).unwrap();
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
    ]
    .into_iter()
    .flatten()
    .collect();
    if !offers.is_empty() {
        writeln!(page, "- It offers: {}.", offers.join("; ")).unwrap();
    }
}

fn operates(page: &mut String, operator: &Operator) {
    let Operator { jurisdictions, pen_register, practice, withholds, hands_over, answers_notice } = operator;
    if !jurisdictions.is_empty() {
        writeln!(page, "- Demands reach it from: {}.", jurisdictions.join(", ")).unwrap();
    }
    if let Some(every) = pen_register {
        writeln!(page, "- It can tell who writes to whom every {} minutes.", every.as_seconds() / 60)
            .unwrap();
    }
    for practice in practice {
        writeln!(page, "- Its practice: {} ({})", practice.says, practice.from).unwrap();
    }
    for withheld in withholds {
        writeln!(page, "- It withholds: {} ({})", withheld.says, withheld.from).unwrap();
    }
    if let Some(over) = hands_over {
        writeln!(page, "- It hands over: {} ({})", over.says, over.from).unwrap();
    }
    match answers_notice {
        AnswersNotice::Complies => {}
        AnswersNotice::Withdraws => {
            writeln!(page, "- Told to change its software it withdraws the feature.").unwrap();
        }
        AnswersNotice::Leaves => {
            writeln!(page, "- Told to change its software it leaves the country.").unwrap();
        }
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
