//! The paper of a cell on a page: the request on the left, the return on the right. Returned data is first. Items that
//! are not held are folded by reason.

use std::collections::BTreeMap;

use pillarbox_access::Item;
use pillarbox_access::design::Design;
use pillarbox_access::facts::ReadableText;
use pillarbox_access::reading;
use pillarbox_wire::Timestamp;

use crate::english::capital;
use crate::evidence::Evidence;
use crate::paper::ends::recipient;
use crate::paper::story::told;
use crate::paper::{PaperLine, Standing, once_each};

/// A paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Paper {
    /// The lines about returned data.
    pub(super) came: Vec<Line>,
    /// The lines about data that is held and not opened.
    pub(super) closed: Vec<Line>,
    /// Data that is held and not handed over: each statement of the operator with its kinds of data.
    pub(super) kept_back: Vec<(String, Vec<String>)>,
    /// Texts that no line of the paper is about: from a phone, from a backup elsewhere.
    pub(super) texts: Vec<Text>,
    /// True if the operator has those texts and does not hand them over.
    pub(super) keeps_texts_back: bool,
    /// Data that was asked for and is not held: each reason with its kinds of data.
    pub(super) not_held: Vec<(String, Vec<&'static str>)>,
    /// The section with the same reasons, if they are already on the page.
    pub(super) not_held_as: Option<Spot>,
    /// The number of kinds of data that the demand does not reach.
    pub(super) not_reached: usize,
}

/// A line of a paper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    /// The question.
    pub(super) asked: String,
    /// The number of entries; `None` for one entry, or if they are not counted.
    pub(super) count: Option<u64>,
    /// The lines of the answer, or of the reason that there was no answer.
    pub(super) says: Vec<String>,
    /// The section with the same lines, if they are many and already on the page.
    pub(super) same_as: Option<Spot>,
}

/// A section of the page: its address and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The address.
    pub(super) id: String,
    /// The name.
    pub(super) name: String,
}

/// A text that was returned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    /// The time, according to the party that gave it.
    pub(super) at: String,
    /// The author, if the answer names one.
    pub(super) from: Option<String>,
    /// The recipient, if the answer names one.
    pub(super) to: Option<String>,
    /// The words.
    pub(super) words: String,
}

impl Paper {
    /// Builds the paper of one cell from its evidence. Without the design, it does not show which data nobody knows
    /// of for the product.
    #[must_use]
    pub(super) fn of(evidence: &Evidence, design: Option<&Design>) -> Self {
        let brought = &evidence.brought;
        let lines: Vec<PaperLine> = brought.entries.iter().map(|entry| told(entry, design)).collect();
        let mut paper = Self::default();
        for line in &lines {
            match line.standing {
                _ if line.is_repeated_in(&lines) && line.standing.is_held() => {}
                Standing::Returned => paper.came.push(Line::of(line, evidence)),
                Standing::KeptBack => paper.is_kept_back(line),
                Standing::Closed => paper.closed.push(Line::of(line, evidence)),
                Standing::NotHeld | Standing::NotReached => {}
            }
        }
        once_each(&lines, Standing::NotHeld).into_iter().for_each(|line| paper.is_not_held(line));
        paper.not_reached = once_each(&lines, Standing::NotReached).len();
        let name = |id: &str| evidence.in_names(id);
        let text = |said: &ReadableText| Text {
            at: Timestamp(said.at.0).to_string(),
            from: said.from.as_deref().map(name),
            to: recipient(said, name),
            words: said.text.clone(),
        };
        paper.texts = brought.texts_without_a_line().iter().map(text).collect();
        paper.keeps_texts_back = brought.is_without_its_texts();
        paper
    }

    /// Adds a line that states the amount held, and then the reason that it is not returned.
    fn is_kept_back(&mut self, line: &PaperLine) {
        let (held, statement) = line.says.split_once(". ").unwrap_or(("", line.says.as_str()));
        let kind = match held.strip_prefix("held: ") {
            Some(number) if number != "1" => format!("{} ({number})", line.asked),
            _ => line.asked.clone(),
        };
        match self.kept_back.iter_mut().find(|(known, _)| known == statement) {
            Some((_, kinds)) => kinds.push(kind),
            None => self.kept_back.push((statement.to_owned(), vec![kind])),
        }
    }

    fn is_not_held(&mut self, line: &PaperLine) {
        let Some(asked) = line.item.map(Item::wording) else { return };
        let says = line.says.strip_prefix("none held: ").unwrap_or(&line.says);
        match self.not_held.iter_mut().find(|(reason, _)| reason == says) {
            Some((_, kinds)) => kinds.push(asked),
            None => self.not_held.push((says.to_owned(), vec![asked])),
        }
    }

    /// Counts the kinds of data that are asked for and not held.
    #[must_use]
    pub(super) fn kinds_not_held(&self) -> usize {
        self.not_held.iter().map(|(_, kinds)| kinds.len()).sum()
    }

    /// Counts its characters, roughly.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        let lines = self.came.iter().chain(&self.closed);
        let lines = lines.map(|line| line.asked.len() + line.says.iter().map(String::len).sum::<usize>());
        let texts = self.texts.iter().map(|text| text.words.len() + text.at.len());
        let not_held = self
            .not_held
            .iter()
            .map(|(reason, kinds)| reason.len() + kinds.iter().map(|kind| kind.len()).sum::<usize>());
        let kept_back = self
            .kept_back
            .iter()
            .map(|(statement, kinds)| statement.len() + kinds.iter().map(String::len).sum::<usize>());
        lines.chain(texts).chain(not_held).chain(kept_back).sum()
    }

    /// Returns true if nothing was asked and nothing was returned.
    #[must_use]
    pub(super) const fn is_empty(&self) -> bool {
        self.came.is_empty()
            && self.closed.is_empty()
            && self.kept_back.is_empty()
            && self.texts.is_empty()
            && self.not_held.is_empty()
    }
}

/// The parts that are on the page already, with their sections.
#[derive(Clone, Debug, Default)]
pub(super) struct Printed {
    papers: BTreeMap<Paper, Spot>,
    lines: BTreeMap<Line, Spot>,
    not_held: BTreeMap<Vec<(String, Vec<&'static str>)>, Spot>,
}

/// From this number of lines on, the lines of one kind of data are printed once, and are then referred to by
/// section.
const MANY: usize = 6;

impl Printed {
    /// Returns the paper for a section of the page, with a reference for each part that is already elsewhere. If
    /// all of it is elsewhere, returns that section.
    pub(super) fn place(&mut self, paper: Paper, spot: Spot) -> Result<Paper, Spot> {
        if let Some(known) = self.papers.get(&paper) {
            return Err(known.clone());
        }
        if paper.is_empty() {
            return Ok(paper);
        }
        let mut placed = paper.clone();
        for line in placed.came.iter_mut().chain(&mut placed.closed).filter(|line| line.says.len() >= MANY) {
            match self.lines.get(line) {
                Some(known) => line.same_as = Some(known.clone()),
                None => {
                    self.lines.insert(line.clone(), spot.clone());
                }
            }
        }
        if placed.not_held.len() > 1 {
            match self.not_held.get(&placed.not_held) {
                Some(known) => placed.not_held_as = Some(known.clone()),
                None => {
                    self.not_held.insert(placed.not_held.clone(), spot.clone());
                }
            }
        }
        self.papers.insert(paper, spot);
        Ok(placed)
    }
}

impl Line {
    fn of(line: &PaperLine, evidence: &Evidence) -> Self {
        let says: Vec<String> = line.in_names(evidence).lines().map(str::to_owned).collect();
        let (count, says) = match says.split_first() {
            Some((head, rest)) if line.entries > 1 && !rest.is_empty() && head.starts_with("returned ") => {
                (Some(line.entries), texts_first(rest))
            }
            _ => (None, says),
        };
        Self { asked: capital(&line.asked), count, says, same_as: None }
    }
}

/// Returns lines in their order, and after them the number of messages that phones send by themselves.
fn texts_first(says: &[String]) -> Vec<String> {
    let (receipts, mut lines): (Vec<&String>, Vec<&String>) =
        says.iter().partition(|line| reading::is_receipt(line));
    let receipts = match receipts.len() {
        0 => None,
        1 => Some("1 receipt, which a phone sends by itself".to_owned()),
        many => Some(format!("{many} receipts, which phones send by themselves")),
    };
    lines.drain(..).cloned().chain(receipts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Entry, Statement};
    use pillarbox_access::facts::Addressed;
    use pillarbox_access::speaker::Speaker;
    use pillarbox_access::{Blank, ItemAnswer};

    fn spot(id: &str) -> Spot {
        Spot { id: id.into(), name: id.into() }
    }

    fn line(entries: usize) -> Line {
        let says = (0..entries).map(|entry| entry.to_string()).collect();
        Line { asked: "Who wrote to whom".into(), count: Some(entries as u64), says, same_as: None }
    }

    #[test]
    fn many_equal_lines_stand_once_and_few_stand_everywhere() {
        let mut printed = Printed::default();
        let paper = Paper { came: vec![line(MANY), line(MANY - 1)], ..Paper::default() };
        let other = Paper { not_reached: 1, ..paper.clone() };
        assert_eq!(printed.place(paper.clone(), spot("one")), Ok(paper.clone()));
        assert_eq!(printed.place(paper, spot("two")), Err(spot("one")));
        let placed = printed.place(other, spot("three")).unwrap();
        assert_eq!(placed.came[0].same_as, Some(spot("one")));
        assert_eq!(placed.came[1].same_as, None);
    }

    /// Builds a cell in which Huw is +447700900108, and nothing was returned.
    fn evidence() -> Evidence {
        let mut evidence: Evidence =
            serde_json::from_str(include_str!("../../tests/page/evidence.json")).unwrap();
        evidence.yardstick.names.insert("+447700900108".into(), "Huw".into());
        evidence
    }

    fn entry(asked: Item, lines: &[&str]) -> Entry {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Entry {
            asked,
            answer: ItemAnswer::of(lines, Blank::NotWrittenDown),
            was_known: false,
            withheld: None,
        }
    }

    #[test]
    fn people_stand_by_name_and_receipts_stand_behind_the_texts_as_a_number() {
        let mut evidence = evidence();
        evidence.brought.entries = vec![
            entry(Item::MessageSourceDestination, &["16:05: +447700900108 to +447700900101"]),
            entry(Item::PhoneNumber, &["+447700900108"]),
            entry(
                Item::MessageContent,
                &["(receipt for 1 message)", "\"(receipt for 1 message)\"", "(receipt for 2 messages)"],
            ),
        ];
        let paper = Paper::of(&evidence, None);
        let says: Vec<&[String]> = paper.came.iter().map(|line| line.says.as_slice()).collect();
        assert_eq!(says[0], ["16:05: Huw to +447700900101"]);
        assert_eq!(says[1], ["+447700900108"], "a number that was asked for is no name");
        assert_eq!(
            says[2],
            ["\"(receipt for 1 message)\"", "2 receipts, which phones send by themselves"],
            "a text that looks like a receipt is a text"
        );
    }

    #[test]
    fn a_text_to_a_group_went_to_the_group_and_one_that_is_kept_back_did_not_come_back() {
        let mut evidence = evidence();
        let said = |group: Option<&str>| ReadableText {
            at: Timestamp(1),
            from: Some("+447700900108".into()),
            to: Some("Rhys".into()),
            text: "six?".into(),
            group: Some(Addressed { name: group.map(str::to_owned) }),
        };
        evidence.brought.said = vec![said(Some("five-a-side")), said(None)];
        let paper = Paper::of(&evidence, None);
        let ends: Vec<_> = paper.texts.iter().map(|it| (it.from.as_deref(), it.to.as_deref())).collect();
        assert_eq!(ends, [(Some("Huw"), Some("the group five-a-side")), (Some("Huw"), Some("a group"))]);
        assert!(!paper.keeps_texts_back);
        let statement = Statement { says: "Not that.".into(), from: "a chart".into(), by: Speaker::Others };
        let backup = Entry { withheld: Some(statement), ..entry(Item::DeviceBackup, &["1 part"]) };
        evidence.brought.entries = vec![backup];
        let paper = Paper::of(&evidence, None);
        assert!(paper.keeps_texts_back && paper.came.is_empty(), "{paper:?}");
        assert_eq!(paper.kept_back[0].0, "According to a chart, it does not hand this over: Not that.");
    }

    #[test]
    fn an_empty_paper_is_no_paper_to_point_to() {
        let mut printed = Printed::default();
        assert_eq!(printed.place(Paper::default(), spot("one")), Ok(Paper::default()));
        assert_eq!(printed.place(Paper::default(), spot("two")), Ok(Paper::default()));
    }
}
