//! The end of a round: the store commits, memory follows, answers are sent.

use std::collections::HashSet;

use pillarbox_wire::{DepositKind, Refusal, Refused, RelayFrame};

use super::Relay;
use super::events::{Effect, Outcome};
use super::round::{Fresh, Planned, Round};
use crate::exhibit::row_changes::row_changes;
use crate::memory::directory_log::DirectoryLog;
use crate::memory::mailbox::QueuedMessage;
use crate::store::{Applied, Store, StoreError};

impl<S: Store> Relay<S> {
    /// Commits the round, and brings memory and answers in line with the result.
    pub(super) fn settle(&mut self, mut round: Round, outcome: &mut Outcome) -> Result<Fresh, StoreError> {
        round.changes.delivered.append(&mut self.unwritten.delivered);
        round.changes.removed.append(&mut self.unwritten.removed);
        round.expired.append(&mut self.unwritten.expired);
        if !self.unwritten.events.is_empty() {
            // Saved events come first: they have the lower numbers, and have happened.
            round.happened.extend(self.unwritten.events.iter().map(|row| row.event));
            self.unwritten.events.append(&mut round.changes.events);
            round.changes.events = std::mem::take(&mut self.unwritten.events);
        }
        let nothing = round.changes.is_empty();
        outcome.short_of_room |= round.short_of_room;
        let done = if nothing { Ok(Applied::default()) } else { self.apply(&mut round) };
        let committed = match done {
            Ok(applied) => {
                outcome.wrote |= !nothing;
                if self.following.is_some() {
                    outcome.rows.extend(row_changes(&round.changes, &round.expired, &self.settings.keeping));
                }
                let forgetting = round.changes.forget.is_some_and(|forget| applied.forgotten >= forget.most);
                if forgetting || applied.events_left {
                    self.sweeping = true;
                    outcome.more = true;
                }
                if let Some(trim) = &round.changes.trim {
                    self.directory.trim(trim);
                    if !trim.channels {
                        self.channels.clear();
                    }
                    if !trim.directory_log {
                        self.directory_log = DirectoryLog::default();
                    }
                    if !trim.groups {
                        self.groups.clear();
                    }
                    self.rule.trimming = applied.events_left;
                }
                true
            }
            Err(error) if error.may_pass() => {
                outcome.trouble = Some(error);
                self.save_removals(&mut round, outcome)?;
                self.save_events(&mut round);
                false
            }
            Err(error) => return Err(error),
        };
        let asleep = if committed && self.rule.wakes { self.asleep(&round) } else { Vec::new() };
        let fresh = self.bring_in(&mut round, committed);
        for planned in std::mem::take(&mut round.planned) {
            let effect = match planned {
                Planned::Anyway(effect) => effect,
                Planned::Committed(connection, _, frame) if committed => Effect::Send(connection, frame),
                Planned::Committed(connection, request, _) => {
                    let reason = Refusal::StorageFailed;
                    Effect::Send(connection, RelayFrame::Refused(Refused { request, reason }))
                }
            };
            self.pass(outcome, || self.event_of_answer(&effect, round.now));
            outcome.effects.push(effect);
        }
        outcome.effects.extend(asleep);
        if committed {
            for closing in round.changes.closed {
                for after in closing.groups {
                    let news = self.bring_in_group(after, None);
                    outcome.effects.extend(news);
                }
                self.take_out(closing.account, &mut outcome.effects);
            }
        }
        Ok(fresh)
    }

    /// Effects that wake the devices which are away and for which this round has messages.
    fn asleep(&self, round: &Round) -> Vec<Effect> {
        let away = round
            .recipients
            .iter()
            .map(|(to, _)| to)
            .filter(|to| self.directory.device(to).is_some_and(|device| device.online.is_none()));
        let accounts = away.filter_map(|to| self.directory.account(to.account));
        accounts
            .flat_map(|account| &account.push_tokens)
            .map(|(_, token)| Effect::Wake(token.clone()))
            .collect()
    }

    /// Applies committed changes to memory, or releases the room that was reserved for them.
    fn bring_in(&mut self, round: &mut Round, committed: bool) -> Fresh {
        for (row, (to, entrance)) in round.changes.messages.iter().zip(&round.recipients) {
            if let Some(device) = self.directory.device_mut(to) {
                let size = row.payload.len();
                device.mailbox.release(size, *entrance);
                if committed {
                    device.mailbox.push(QueuedMessage::new(row.message, size, row.accepted_at, *entrance));
                }
            }
        }
        if !committed {
            return Fresh::default();
        }
        for (to, _) in std::mem::take(&mut round.recipients) {
            self.stand_in_line(to);
        }
        for leaving in &round.changes.deposits {
            if leaving.kind == DepositKind::PushToken {
                self.directory.set_push_token(leaving.account, &leaving.subject, leaving.value.as_ref());
            }
        }
        round.changes.channels.iter().for_each(|row| self.channels.insert(row));
        round.changes.posts.iter().for_each(|row| self.channels.posted(&row.channel, row.number));
        for (address, upload) in round.publishing.iter().zip(&round.changes.prekeys) {
            self.directory.uploaded(address, upload);
        }
        round.changes.leaves.iter().for_each(|row| self.directory_log.append(row));
        let regrouped = std::mem::take(&mut round.changes.groups);
        for (after, asked) in regrouped.into_iter().zip(std::mem::take(&mut round.grouping)) {
            let news = self.bring_in_group(after, Some(asked));
            round.planned.extend(news.into_iter().map(Planned::Anyway));
        }
        let registered = std::mem::take(&mut round.changes.accounts);
        for (registration, connection) in registered.into_iter().zip(std::mem::take(&mut round.registering)) {
            self.directory.insert_account(registration.account);
            if let Some(address) = self.directory.insert_device(registration.device) {
                self.bind(connection, address, round);
            }
        }
        let replaced = std::mem::take(&mut round.changes.replaced);
        for (replacement, connection) in replaced.into_iter().zip(std::mem::take(&mut round.replacing)) {
            self.bring_in_replacement(connection, replacement, round);
        }
        self.bring_in_devices(round);
        Fresh::new(std::mem::take(&mut round.changes.messages))
    }

    /// Saves events that happened although the batch was refused, for the next batch that is written.
    fn save_events(&mut self, round: &mut Round) {
        let happened: HashSet<_> = round.happened.iter().copied().collect();
        round.changes.events.retain(|row| happened.contains(&row.event));
        round.changes.events.truncate(self.settings.limits.log_backlog as usize);
        self.unwritten.events = std::mem::take(&mut round.changes.events);
    }
}
