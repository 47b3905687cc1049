//! Files that other people wrote and a person loads: scenarios, designs, a relay's rule, predictions, tables of
//! outside truth.
//!
//! A person who opens such a file got it from somebody else. The error for a mistake names its position, which must
//! be in the file. A file that is read without error must satisfy the invariants of its type.

use pillarbox_access::oracle::chart::Chart;
use pillarbox_access::oracle::conditions::Conditions;
use pillarbox_access::oracle::{Reasons, TableError, figures, published};
use pillarbox_access::{Design, Item};
use pillarbox_lab::matrix::expected::Expected;
use pillarbox_lab::scenario::Scenario;
use pillarbox_relay::keeping::{Keeping, span};

use crate::feed::Feed;

/// Returns true if a line and a column, counted from 1, are in a text, or just behind it.
fn is_place(text: &str, line: usize, column: usize) -> bool {
    // Editors end a line at the line feed alone, and the readers' messages count lines in the same way.
    let wanted = text.split('\n').nth(line.wrapping_sub(1));
    column >= 1 && wanted.is_some_and(|line| column <= line.chars().count() + 1)
}

/// Reads a scenario.
pub fn scenario(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let story = match Scenario::parse("f", &text) {
        Ok(story) => story,
        Err(error) => return assert!(is_place(&text, error.line, error.column), "{error}"),
    };
    assert!(story.person(story.inquiry.about).is_some());
    assert!(story.events.iter().all(|event| event.at >= story.start && story.person(event.who).is_some()));
    assert!(story.events.is_sorted_by_key(|event| event.at));
    assert!(story.orders.is_sorted_by_key(|order| order.at));
    let times = story.events.iter().map(|event| event.at).chain(story.orders.iter().map(|order| order.at));
    assert!(
        story.inquiry.ordered >= story.start && times.max().is_none_or(|last| story.inquiry.served >= last)
    );
    for (who, person) in story.everybody() {
        assert_eq!(story.named(&person.name), Some(who), "two people of one name");
    }
    for line in story.events.iter().map(|event| event.line).chain(story.warnings.iter().map(|it| it.line)) {
        assert!(is_place(&text, line, 1), "line {line}");
    }
}

/// Reads a design: the rows that an operator's server keeps, and the operator's answer to demands.
pub fn design(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Design::parse("f.toml", &text) {
        Err(error) => assert!(is_place(&text, error.line, error.column), "{error}"),
        Ok(design) => {
            for item in Item::ALL.iter().copied() {
                let _at_which_process = design.operator.reach(item);
                let _why_not = design.operator.withholding(item, &[]);
            }
            serde_json::to_string(&design).expect("a design is printed as data");
        }
    }
}

/// Reads a relay's rule, as its operator writes it and as its database has it.
pub fn keeping(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let as_data = feed.byte() % 2 == 1;
    let text = String::from_utf8_lossy(feed.rest());
    let read = if as_data { serde_json::from_str(&text).ok() } else { toml::from_str(&text).ok() };
    if let Some(keeping) = read {
        let keeping: Keeping = keeping;
        let written = serde_json::to_string(&keeping).expect("a rule is written into the database");
        assert_eq!(serde_json::from_str::<Keeping>(&written).expect("its own writing"), keeping);
    }
    // Rules, scenarios and designs contain spans of time. A span that is too great is refused.
    let _ = span::parse(&text);
}

/// Reads predictions, and the tables of outside truth.
pub fn tables(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let kind = feed.byte();
    let text = String::from_utf8_lossy(feed.rest());
    let line = match kind % 6 {
        0 => Expected::parse("f", &text).err().map(|error| error.line),
        1 => wrong(Chart::parse(&text)),
        2 => wrong(Conditions::parse(&text)),
        3 => wrong(published::parse(&text)),
        4 => {
            for figure in figures::parse(&text).iter().flatten() {
                let _ = (figure.app(), figure.measure());
            }
            wrong(figures::parse(&text))
        }
        _ => {
            if let Ok(reasons) = Reasons::parse(&text) {
                let explained = reasons.explain(Vec::new(), &[]);
                assert!(explained.is_whole(), "nothing differs, and no table ran");
            }
            None
        }
    };
    // The error for a table without a heading names the line where the heading should be.
    assert!(line.is_none_or(|line| (1..=text.lines().count().max(1)).contains(&line)), "line {line:?}");
}

fn wrong<T>(read: Result<T, TableError>) -> Option<usize> {
    read.err().map(|error| error.line)
}
