//! The last lines of a conversation, shown when a chat opens.

use pillarbox_client::{Group, HistoryEntry};

use super::super::context::now;
use super::super::failure::Failure;
use super::super::group::news;
use super::super::group::said::{GroupLine, conversation};
use super::super::inbox::{show, show_new_from};
use super::super::program::PhoneProgram;
use super::super::terminal::Form;
use super::super::words;
use super::partner::Partner;
use super::talk::Chat;

impl<P: PhoneProgram> Chat<'_, '_, P> {
    /// Shows the last messages, dimmed if they were read before, and all unread ones.
    pub(super) fn open_conversation(&mut self) -> Result<(), Failure> {
        let contact = match &self.partner {
            Partner::Contact(contact) => contact.clone(),
            Partner::Group(group) => return self.open_group(&group.clone()),
        };
        if self.last == 0 {
            show_new_from(self.context, self.phone, &contact, Form::Text)?;
            return Ok(());
        }
        let entries = self.phone.history(contact.account)?;
        let first = first(&entries, self.last);
        if first < entries.len() {
            self.context.terminal.dim(&heading(entries.len() - first, first))?;
        }
        for entry in entries.iter().skip(first) {
            if entry.shown {
                let width = self.context.terminal.width();
                let group = words::group_of(self.phone, entry);
                let (name, clock) = (words::name(&contact), &self.context.clock);
                let text = words::entry(entry, &name, group.as_deref(), clock, now(), width);
                self.context.terminal.dim(&text)?;
            } else {
                show(self.context, self.phone, &contact, entry, Form::Text)?;
            }
        }
        Ok(())
    }

    /// Shows the last lines of a group, and all unread ones.
    fn open_group(&mut self, group: &Group) -> Result<(), Failure> {
        let lines = conversation(self.phone, group)?;
        let unread = lines.iter().position(|line| !line.is_shown()).unwrap_or(lines.len());
        let first = lines.len().saturating_sub(self.last).min(unread);
        if self.last > 0 && first < lines.len() {
            self.context.terminal.dim(&heading(lines.len() - first, first))?;
        }
        for line in lines.iter().skip(first) {
            let is_old = line.is_shown();
            if is_old && self.last == 0 {
                continue;
            }
            match line {
                GroupLine::Changed(_, change) if is_old => {
                    let text = news::line(self.context, self.phone, group.id, change);
                    self.context.terminal.dim(&text)?;
                }
                GroupLine::Changed(number, change) => {
                    news::show(self.context, self.phone, &(group.id, *number, *change), Form::Text)?;
                }
                GroupLine::Said(said) => {
                    let contact = said.from.map(|from| self.phone.contact(from)).transpose()?;
                    match contact {
                        Some(contact) if !is_old => {
                            show(self.context, self.phone, &contact, &said.entry, Form::Text)?;
                        }
                        contact => {
                            let (width, clock) = (self.context.terminal.width(), &self.context.clock);
                            let name = contact.as_ref().map(words::name).unwrap_or_default();
                            let text = words::entry(
                                &said.entry,
                                &name,
                                words::group(self.phone, &group.id).as_deref(),
                                clock,
                                now(),
                                width,
                            );
                            self.context.terminal.dim(&text)?;
                        }
                    }
                }
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
