//! The answer about a folder as text.

use pillarbox_access::law::AS_OF;
use pillarbox_access::{Item, Reach};

use super::{Controls, FolderAnswer};
use crate::paper::{PaperLine, heading, lines};
use crate::screen::{Screen, Weight};

/// The paper, for a window of `width` columns.
#[must_use]
pub fn render(answer: &FolderAnswer, width: usize) -> String {
    let served = &answer.served;
    let mut screen = Screen::new(width);
    heading(&mut screen, served.demand.name, &served.about, Some(served.demand), AS_OF);
    lines(&mut screen, &PaperLine::of_each(&served.lines), &asked_about(served.demand.reaches));
    screen.title("ALSO");
    let others = served.others();
    screen.say(&match others.len() {
        0 => "Nobody else is named.".to_owned(),
        1 => format!("Somebody else is named: {}.", others.into_iter().collect::<String>()),
        many => format!("{many} others are named: {}.", others.into_iter().collect::<Vec<_>>().join(", ")),
    });
    let accepted = match answer.accepted_in_all {
        1 => "This relay has accepted 1 message in all, for everybody together. Whether it was this account's, it does not know.".to_owned(),
        many => format!(
            "This relay has accepted {many} messages in all, for everybody together. How many of them were this account's, \
             it does not know."
        ),
    };
    screen.say(&accepted);
    screen.say(&controls(&answer.controls));
    if let Some(warning) = answer.warning {
        screen.say_in(Weight::Bold, &format!("WARNING: {warning}"));
    }
    screen.into_text()
}

/// The items that a demand of this reach is about, and that stand in full whatever came of them.
fn asked_about(reaches: &[Reach]) -> Vec<Item> {
    let about = |reach: &Reach| match reach {
        Reach::Subscriber => Some(Item::AccountRecord),
        Reach::Records => Some(Item::MessageTimes),
        Reach::Contents => Some(Item::MessageContent),
        Reach::Named => None,
    };
    reaches.iter().filter_map(about).collect()
}

fn controls(controls: &Controls) -> String {
    let planted = &controls.planted;
    let found: Vec<String> = [(planted.texts, "texts"), (planted.messages, "messages")]
        .iter()
        .filter(|(share, _)| share.of > 0)
        .map(|(share, what)| format!("{} of {} {what}", share.n, share.of))
        .collect();
    let tables = format!("rows in {} of {} tables", planted.tables.n, planted.tables.of);
    let found = if found.is_empty() { tables } else { format!("{} and {tables}", found.join(", ")) };
    format!(
        "Controls: the same steps ran first on a relay made for it. Of what was planted there they found {found}; before \
         anything was said they found nobody's text and nobody's message."
    )
}
