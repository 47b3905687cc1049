//! The answer about a folder as text.

use pillarbox_access::demand::{Demand, ViewKind, backup_warrant::BACKUP};
use pillarbox_access::law::AS_OF;
use pillarbox_access::{Item, Reach};

use super::serve::FolderAnswer;
use crate::paper::short::{Short, one_screen};
use crate::paper::{PaperLine, heading, lines};
use crate::screen::{Screen, Weight};

/// Writes the paper on one screen of `height` lines, for a window of `width` columns: what was returned first, the
/// answer last.
#[must_use]
pub fn short(answer: &FolderAnswer, width: usize, height: usize) -> String {
    let short = Short {
        answer: &answer.answer,
        entries: &PaperLine::of_each(&answer.served.lines),
        said: &answer.served.facts.said,
        ordered: None,
        warning: answer.warning,
    };
    // Rows name people by their numbers, and there is no story with their names.
    one_screen(&short, &str::to_owned, width, height)
}

/// Writes the whole paper, for a window of `width` columns.
#[must_use]
pub fn render(answer: &FolderAnswer, width: usize) -> String {
    let served = &answer.served;
    let mut screen = Screen::new(width);
    heading(&mut screen, served.demand.name, &served.about, Some(served.demand), AS_OF);
    lines(&mut screen, &PaperLine::of_each(&served.lines), &asked_about(served.demand));
    let said = &answer.answer;
    screen.title("ANSWER");
    screen.say(&said.question);
    screen.say_in(Weight::Bold, &said.headline);
    for sentence in said.why.iter().map(String::as_str).chain(said.beside()) {
        screen.say(sentence);
    }
    if let Some(warning) = answer.warning {
        screen.say_in(Weight::Bold, &format!("WARNING: {warning}"));
    }
    screen.into_text()
}

/// Returns the items that a demand of this reach is about. They are printed in full, whatever their result.
fn asked_about(demand: &Demand) -> Vec<Item> {
    if demand.view == ViewKind::BackupStore {
        return BACKUP.into_iter().chain([Item::MessageContent]).collect();
    }
    let about = |reach: &Reach| match reach {
        Reach::Subscriber => Some(Item::AccountRecord),
        Reach::Records => Some(Item::MessageTimes),
        Reach::Contents => Some(Item::MessageContent),
        Reach::Named => None,
    };
    demand.reaches.iter().filter_map(about).collect()
}
