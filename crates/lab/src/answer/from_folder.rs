//! The answer from a relay's folder. No story was run, so there is no truth with which the answer could be
//! measured. The answer says what the rows contain.

use pillarbox_access::demand::ViewKind;
use pillarbox_access::law::Day;
use pillarbox_access::served::ItemLine;
use pillarbox_access::{Item, ItemAnswer, Reach, Served};

use super::Answer;
use super::sentences::{self, Rows};
use crate::score::{Entry, things};

/// Returns the kinds of data that were returned, without those that the demand itself stated. Each kind is listed
/// once, however many words exist for it.
fn kinds(served: &Served) -> Vec<Item> {
    let entry = |line: &ItemLine| Entry {
        asked: line.item,
        answer: line.answer.clone(),
        was_known: line.was_known,
        withheld: None,
    };
    let entries: Vec<Entry> = served.lines.iter().map(entry).collect();
    things(entries.iter().filter(|entry| entry.came_back())).values().map(|entry| entry.asked).collect()
}

impl Answer {
    /// Builds the answer from the rows of a relay that has accepted `accepted_in_all` messages, to a demand made on
    /// the day `on`. `power` is the first power on which the demand can rest, and `law` lists all of them. `why`
    /// contains the reasons that the answer states beside the result.
    #[must_use]
    pub fn of_rows(
        served: &Served,
        accepted_in_all: u64,
        on: Day,
        (power, law): (String, Vec<String>),
        why: impl IntoIterator<Item = String>,
    ) -> Self {
        let demand = served.demand;
        let wanted = demand.wants();
        let reaches = |reach| wanted.contains(&reach);
        let entries = |item| match served.answer(item) {
            Some(ItemAnswer::Returned { count, .. }) => *count,
            _ => 0,
        };
        let (unreadable, other_form, plain_words) = match served.answer(Item::MessageContent) {
            Some(ItemAnswer::HeldUnreadable { count, .. }) => (*count, 0, 0),
            Some(ItemAnswer::HeldInAnotherForm { count, other_form, plain_words, .. }) => {
                (count.saturating_sub(*other_form), *other_form, *plain_words)
            }
            _ => (0, 0, 0),
        };
        // The item counts messages and pictures together.
        let pictures = served.facts.sealed_pictures.min(unreadable);
        let unreadable = unreadable - pictures;
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let kinds: Vec<Item> = kinds(served)
            .into_iter()
            .filter(|item| match item {
                Item::MessageContent => !reaches(Reach::Contents),
                Item::MessageTimes | Item::MessageSourceDestination | Item::MessageCount => {
                    !reaches(Reach::Records)
                }
                _ => true,
            })
            .collect();
        let rows = Rows {
            about: &served.about,
            has_account: served.has_account,
            texts: reaches(Reach::Contents).then(|| number(served.facts.said.len())),
            messages: reaches(Reach::Records).then(|| entries(Item::MessageTimes)),
            unreadable,
            pictures,
            other_form,
            plain_words,
            kinds: number(kinds.len()),
        };
        let others: Vec<&str> = served.others().into_iter().collect();
        let headline = match (demand.view, served.answer(Item::DeviceBackup)) {
            (ViewKind::BackupStore, answer) => {
                let backup = match (answer, unreadable) {
                    (Some(ItemAnswer::Returned { .. }), 0) => {
                        sentences::Backup::Opens { texts: number(served.facts.said.len()) }
                    }
                    (Some(ItemAnswer::Returned { .. }), _) => sentences::Backup::Closed,
                    _ => sentences::Backup::None,
                };
                sentences::backup_headline(&served.about, served.has_account, backup, &others)
            }
            _ => sentences::rows_headline(&rows, &others),
        };
        Self {
            design: String::new(),
            demand: demand.title.to_owned(),
            target: served.about.clone(),
            on: on.to_string(),
            country: String::new(),
            question: sentences::rows_question(demand.title, &served.about),
            has: headline.clone(),
            headline,
            says: String::new(),
            thief: sentences::ROWS_FOR_A_THIEF.to_owned(),
            why: std::iter::once(sentences::accepted_in_all(accepted_in_all, served.has_account))
                .chain(why)
                .collect(),
            texts: Vec::new(),
            other_data: kinds.into_iter().map(|item| item.wording().to_owned()).collect(),
            named: others.into_iter().map(str::to_owned).collect(),
            named_accounts: 0,
            read: Vec::new(),
            could_notice: Vec::new(),
            noticed: Vec::new(),
            notice: sentences::NO_PHONE.to_owned(),
            elsewhere: Vec::new(),
            copies: if reaches(Reach::Contents) {
                sentences::ROWS_ELSEWHERE.to_owned()
            } else {
                String::new()
            },
            power,
            law,
            assumed: Vec::new(),
            repeat: format!(
                "pillarbox-lab demand {} --about {} --data FOLDER --i-own-this-data",
                demand.name, served.about
            ),
        }
    }
}
