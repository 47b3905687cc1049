//! The last lines of a conversation, shown when a chat opens.

use pillarbox_client::HistoryEntry;

use super::super::desk::now;
use super::super::failure::Failure;
use super::super::inbox::{show, show_new_from};
use super::super::terminal::Form;
use super::super::words;
use super::talk::Chat;

impl Chat<'_, '_> {
    /// Shows the last messages, dimmed if they were read before, and all unread ones.
    pub(super) fn open_conversation(&mut self) -> Result<(), Failure> {
        if self.last == 0 {
            show_new_from(self.desk, self.phone, &self.contact, Form::Text)?;
            return Ok(());
        }
        let entries = self.phone.history(self.contact.account)?;
        let first = first(&entries, self.last);
        if first < entries.len() {
            self.desk.terminal.dim(&heading(entries.len() - first, first))?;
        }
        for entry in entries.iter().skip(first) {
            if entry.shown {
                let width = self.desk.terminal.width();
                let text = words::entry(entry, &self.contact, &self.desk.clock, now(), width);
                self.desk.terminal.dim(&text)?;
            } else {
                show(self.desk, self.phone, &self.contact, entry, Form::Text)?;
            }
        }
        Ok(())
    }
}

/// Returns the first entry to show: one of the last `last`, or the first unread one.
fn first(entries: &[HistoryEntry], last: usize) -> usize {
    let unseen = entries.iter().position(|entry| !entry.shown).unwrap_or(entries.len());
    entries.len().saturating_sub(last).min(unseen)
}

/// The heading above the earlier messages.
fn heading(shown: usize, more: usize) -> String {
    let what = match shown {
        1 => "The last message".to_owned(),
        many => format!("The last {many} messages"),
    };
    if more == 0 { format!("{what}:") } else { format!("{what}; `history` has {more} more:") }
}
