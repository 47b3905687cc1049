//! `account remove` and `mailbox empty`: removals from a relay that has stopped, by its operator.

use std::io::Write;
use std::path::Path;

use pillarbox_relay::limits::RESERVE_BYTES;
use pillarbox_relay::offline::{AccountHoldings, Offline, OfflineError};
use pillarbox_text::count;
use pillarbox_text::shell::quote;
use pillarbox_text::wrap::beside;
use pillarbox_wire::{AccountId, Handle};

use super::args::Removal;
use super::failure::Failure;
use super::text;
use super::window::Window;

/// The fewest digits of an id that name an account. `ledger` shows as many.
const ID_DIGITS: usize = 8;

/// The sentence about the room on the disk, which follows either command.
const ROOM: &str = "The relay uses the room again; its file does not get smaller.";

/// Removes an account.
pub(crate) fn account(arguments: Removal, out: &mut impl Write) -> Result<(), Failure> {
    let mut removing = Removing::begin(arguments)?;
    let held = removing.held()?;
    let all = everything(&held);
    removing.confirmed("account remove", &all)?;
    removing.offline.remove_account(held.account).map_err(|error| removing.failed(&error.into()))?;
    removing.say(
        out,
        &format!(
            "Removed the account {}: {all}. Its phone will be told that the relay does not know it. {}{ROOM}",
            name(&held),
            seen_by_senders(held.waiting)
        ),
    )
}

/// Empties a mailbox.
pub(crate) fn mailbox(arguments: Removal, out: &mut impl Write) -> Result<(), Failure> {
    let mut removing = Removing::begin(arguments)?;
    let held = removing.held()?;
    let all = waiting(&held);
    if held.waiting == 0 {
        return Err(Failure::No(format!("nothing waits for {}, and nothing was removed", name(&held))));
    }
    removing.confirmed("mailbox empty", &all)?;
    removing.offline.empty_mailbox(held.account).map_err(|error| removing.failed(&error.into()))?;
    removing.say(
        out,
        &format!(
            "Emptied the mailbox of {}: {all}. Its phone is told nothing. {}{ROOM}",
            name(&held),
            seen_by_senders(held.waiting)
        ),
    )
}

/// A removal in progress.
struct Removing {
    offline: Offline,
    who: String,
    data: String,
    yes: bool,
}

impl Removing {
    fn begin(Removal { who, data, yes }: Removal) -> Result<Self, Failure> {
        let data = data.directory()?;
        let offline = Offline::open(&data, RESERVE_BYTES).map_err(|error| unusable(&data, &error))?;
        Ok(Self { offline, who, data: data.display().to_string(), yes })
    }

    /// Counts what the relay holds of the account that the command names.
    fn held(&mut self) -> Result<AccountHoldings, Failure> {
        let account = self.account()?;
        let held = self.offline.holdings(account).map_err(|error| self.failed(&error.into()))?;
        held.ok_or_else(|| self.nobody())
    }

    fn account(&self) -> Result<AccountId, Failure> {
        if let Ok(handle) = Handle::parse(&self.who) {
            return self.offline.by_number(&handle).ok_or_else(|| self.nobody());
        }
        // The address of a device identifies its account, whichever device it is.
        let Some(begins) = bytes(self.who.split('.').next().unwrap_or_default()) else {
            return Err(Failure::No(format!(
                "{} is neither a number, such as +447700900101, nor an id as ledger shows it, {ID_DIGITS} digits at \
                 least. Nothing was removed",
                text::escape(&self.who)
            )));
        };
        let mut found = self.offline.by_id(&begins);
        match (found.next(), found.next()) {
            (Some(account), None) => Ok(account),
            (Some(_), Some(_)) => Err(Failure::No(format!(
                "more than one account has an id that begins with {}. Type more of it; ledger --json shows all",
                text::escape(&self.who)
            ))),
            (None, _) => Err(self.nobody()),
        }
    }

    fn nobody(&self) -> Failure {
        Failure::No(format!(
            "no account {} is in {}, and nothing was removed",
            text::escape(&self.who),
            self.data
        ))
    }

    fn confirmed(&self, verb: &str, all: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        Err(Failure::No(format!(
            "nothing was removed yet. It would be: {all}. It cannot be brought back. To do it, type: pillarbox-relay {verb} \
             {} --data {} --yes",
            quote(&self.who),
            quote(&self.data)
        )))
    }

    fn failed(&self, error: &OfflineError) -> Failure {
        unusable(Path::new(&self.data), error)
    }

    fn say(&self, out: &mut impl Write, sentence: &str) -> Result<(), Failure> {
        writeln!(out, "{}", beside("", 0, sentence, Window::of_output().for_sentences()))?;
        Ok(out.flush()?)
    }
}

fn unusable(data: &Path, error: &OfflineError) -> Failure {
    Failure::Store(format!("{}: {error}", data.display()))
}

/// Names the account by its number, or by the start of its id if it has no number.
fn name(held: &AccountHoldings) -> String {
    match &held.handle {
        Some(handle) => handle.to_string(),
        None => text::hex(held.account.0.iter().take(ID_DIGITS / 2)),
    }
}

/// Names everything that goes with an account.
fn everything(held: &AccountHoldings) -> String {
    let with_backup = |deposits: String| match held.has_backup {
        true => format!("{deposits} with a backup"),
        false => deposits,
    };
    listed(&[
        Some(waiting(held)),
        counted(u64::from(held.one_time_prekeys), "one-time prekey", "one-time prekeys"),
        counted(u64::from(held.deposits), "deposit", "deposits").map(with_backup),
        counted(held.channels as u64, "channel with its posts", "channels with their posts"),
        counted(u64::from(held.attachments), "picture", "pictures"),
        counted(held.linked_devices as u64, "linked device", "linked devices"),
        counted(held.groups as u64, "place in a group", "places in groups"),
        Some(if held.handle.is_some() { "its number and its keys" } else { "its keys" }.to_owned()),
    ])
}

fn waiting(held: &AccountHoldings) -> String {
    let bytes = counted(held.waiting_bytes, "byte", "bytes").unwrap_or_else(|| "0 bytes".to_owned());
    match held.waiting {
        0 => "no waiting message".to_owned(),
        1 => format!("1 waiting message of {bytes}"),
        count => format!("{count} waiting messages of {bytes}"),
    }
}

/// Returns the sentence about the senders. The relay cannot name the senders, because it does not know who all of
/// them are.
fn seen_by_senders(messages: usize) -> &'static str {
    match messages {
        0 => "",
        1 => "Whoever sent that message sees it as sent, and never as delivered. ",
        _ => "Whoever sent those messages sees them as sent, and never as delivered. ",
    }
}

/// Formats a count with its noun. Returns `None` for zero.
fn counted(count: u64, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| count::counted(count, one, many))
}

fn listed(items: &[Option<String>]) -> String {
    items.iter().flatten().cloned().collect::<Vec<_>>().join(", ")
}

/// Reads the bytes of an id, or of its beginning.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let whole = digits.len() >= ID_DIGITS
        && digits.len() <= 2 * size_of::<AccountId>()
        && digits.len().is_multiple_of(2);
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair =
            std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
    });
    if whole { pairs.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_ledger_shows_it() {
        assert_eq!(bytes("0a1b2c3d"), Some(vec![0x0a, 0x1b, 0x2c, 0x3d]));
        assert_eq!(bytes(&"ff".repeat(16)), Some(vec![0xff; 16]));
        for wrong in ["", "0a1b2c", "0a1b2c3", "0a1b2c3g", "+a1b2c3d", "0a1b2c3d4", &"ff".repeat(17)] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_and_many_read_as_people_say_them() {
        let held = |waiting, waiting_bytes| AccountHoldings {
            account: AccountId([1; 16]),
            handle: None,
            waiting,
            waiting_bytes,
            one_time_prekeys: 0,
            deposits: 0,
            has_backup: false,
            channels: 0,
            attachments: 0,
            linked_devices: 0,
            groups: 0,
        };
        assert_eq!(waiting(&held(0, 0)), "no waiting message");
        assert_eq!(waiting(&held(1, 1)), "1 waiting message of 1 byte");
        assert_eq!(waiting(&held(2, 300)), "2 waiting messages of 300 bytes");
        assert_eq!(name(&held(0, 0)), "01010101");
        assert_eq!(everything(&held(0, 0)), "no waiting message, its keys");
        let counts = |count: usize| AccountHoldings {
            deposits: u32::try_from(count).unwrap(),
            has_backup: count > 1,
            channels: count,
            linked_devices: count,
            groups: count,
            ..held(0, 0)
        };
        assert_eq!(
            everything(&counts(1)),
            "no waiting message, 1 deposit, 1 channel with its posts, 1 linked device, 1 place in a group, its keys"
        );
        assert_eq!(
            everything(&counts(2)),
            "no waiting message, 2 deposits with a backup, 2 channels with their posts, 2 linked devices, 2 places in \
             groups, its keys"
        );
    }
}
