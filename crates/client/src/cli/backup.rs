//! `pillarbox backup`: a copy of contacts and texts at the relay.
//!
//! One rule keeps it fresh: `backup on` deposits a backup, and so does each `inbox` that finds changes at its end.

use pillarbox_client::{BackupKey, Phone, RecalledBackup, sentences};
use pillarbox_crypto::SecretBytes;
use pillarbox_wire::Refusal;
use serde::Serialize;
use zeroize::Zeroizing;

use super::backup_key::{self, MAX_KEY_LEN};
use super::context::{CliContext, must_be_open, now};
use super::device_words::DeviceTrouble;
use super::exit::Exit;
use super::failure::{BackupTrouble, Failure};
use super::net;
use super::passphrase::prompt;
use super::program::PhoneProgram;
use super::services::{BackupCommand, KeyHolder};
use super::terminal::can_ask;

/// The sentence about when a backup is made.
const RULE: &str = "Each `inbox` leaves a fresh one there if something has changed. `send`, `chat` and `inbox --follow` \
    leave none.";

/// The sentence about an account that cannot move to another phone.
const CANNOT_MOVE: &str = "this account has no number, so no other phone can take its place, and the relay gives the \
    backup to this profile only.";

/// A backup as JSON.
#[derive(Serialize)]
struct TurnedOn<'a> {
    /// `own` or `operator`.
    key_holder: &'static str,
    /// The words; absent after they were shown once, and for the operator's key.
    key: Option<&'a str>,
    texts: usize,
    /// True if the whole backup is stored at the relay.
    left: bool,
}

/// A restored backup as JSON.
#[derive(Serialize)]
struct Restored {
    texts: usize,
    contacts: usize,
    /// True if the relay stored the key.
    operator_had_key: bool,
}

/// Runs `pillarbox backup`.
pub(crate) fn run(
    context: &mut CliContext<'_, impl PhoneProgram>,
    command: &BackupCommand,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if phone.is_linked_device() {
        // Two devices would overwrite each other's copy at the relay.
        return Err(Failure::Device(DeviceTrouble::FirstPhoneOnly));
    }
    match command {
        BackupCommand::On { key, json } => turn_on(context, &mut phone, *key, *json),
        BackupCommand::Restore { json } => restore(context, &mut phone, *json),
        BackupCommand::Off => turn_off(context, &mut phone),
    }
}

/// Leaves a fresh backup after an `inbox`, if the owner wants backups and something has changed. A failure is reported
/// but does not make the command fail, because the fetched messages are shown all the same.
pub(crate) fn refresh(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<(), Failure> {
    if !phone.refresh_backup(now(), &mut context.rng)? && !phone.backup_waits()? {
        return Ok(());
    }
    match leave(context, phone) {
        Ok(None) if !phone.backup_waits()? => context.terminal.note("A fresh backup lies at the relay."),
        Ok(_) => context.terminal.note("A part of the backup waits here and goes at the next connection."),
        Err(Failure::Backup(trouble)) => {
            let explained = super::errors::explain(&Failure::Backup(trouble), &context.place());
            explained.into_iter().for_each(|explained| context.terminal.warn(&explained.what));
        }
        Err(Failure::Interrupted) => return Err(Failure::Interrupted),
        Err(_) => context.terminal.note("The backup waits here and goes at the next connection."),
    }
    Ok(())
}

fn turn_on(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    holder: KeyHolder,
    json: bool,
) -> Result<(), Failure> {
    let held_by = holder.habit();
    if phone.account().habits.backup != Some(held_by) {
        // The relay's answer says what it keeps, before anything changes on this phone.
        let recalled = net::recall_backup(context, phone)?;
        if held_by == BackupKey::Provider && !recalled.takes_keys {
            return Err(Failure::Backup(BackupTrouble::NoKeysOffered));
        }
        if !recalled.parts.is_empty() && !phone.knows_backup()? {
            return Err(Failure::Backup(BackupTrouble::NotRestored));
        }
    }
    phone.turn_on_backups(held_by, now(), &mut context.rng)?;
    let outcome = leave(context, phone);
    if let Err(Failure::Backup(trouble)) = outcome {
        return Err(Failure::Backup(trouble));
    }
    // The key is shown even if the connection failed: the backup is on this phone's disk, and is sent at the next
    // connection.
    let left = !phone.backup_waits()?;
    let key = match held_by {
        BackupKey::Owner if !phone.backup_key_was_shown()? => phone.backup_key()?,
        _ => None,
    };
    let key = key.map(|key| backup_key::words(&key));
    let texts = phone.texts_to_back_up()?;
    if json {
        let key_holder = if held_by == BackupKey::Owner { "own" } else { "operator" };
        context.terminal.json(&TurnedOn {
            key_holder,
            key: key.as_ref().map(|key| key.as_str()),
            texts,
            left,
        })?;
    } else {
        say_turned_on(context, held_by, key.as_ref().map(|key| key.as_str()), (texts, left))?;
    }
    if key.is_some() && context.terminal.is_seen() {
        phone.mark_backup_key_shown(&mut context.rng)?;
    }
    if phone.account().handle.is_none() {
        context.terminal.warn(CANNOT_MOVE);
    }
    match outcome {
        Ok(_) if left => Ok(()),
        Ok(Some(reason)) => Err(Failure::Refused(reason)),
        Ok(None) => Err(Failure::Told(Exit::No)),
        Err(failure) => Err(failure),
    }
}

fn say_turned_on(
    context: &mut CliContext<'_, impl PhoneProgram>,
    held_by: BackupKey,
    key: Option<&str>,
    (texts, left): (usize, bool),
) -> Result<(), Failure> {
    let held = counted(texts);
    let terminal = &mut context.terminal;
    terminal.strong(&match left {
        true => format!("Backups are on. A backup with {held} lies at the relay."),
        false => format!("Backups are on. A backup with {held} waits on this phone."),
    })?;
    terminal.result(sentences::backup_readers(held_by))?;
    match (held_by, key) {
        (BackupKey::Owner, Some(key)) => {
            terminal.result("The key is these 24 words. Write them down: they are shown this once.")?;
            terminal.verbatim(&backup_key::in_rows(key))?;
        }
        (BackupKey::Owner, None) => terminal.note(
            "The key is the one that was shown when backups were turned on. If you do not have it, turn them off and on: that \
             makes another one.",
        ),
        _ => {}
    }
    terminal.note(RULE);
    Ok(())
}

fn restore(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    json: bool,
) -> Result<(), Failure> {
    let recalled = net::recall_backup(context, phone)?;
    if recalled.parts.is_empty() {
        return Err(Failure::Backup(BackupTrouble::NoneThere));
    }
    let (before, operator_had_key) = (phone.contacts()?.len(), recalled.key.is_some());
    let texts = open(context, phone, &recalled)?;
    phone.found_backup(&recalled, &mut context.rng)?;
    let contacts = phone.contacts()?.len().saturating_sub(before);
    if json {
        return context.terminal.json(&Restored { texts, contacts, operator_had_key });
    }
    let people = match contacts {
        1 => "1 contact".to_owned(),
        count => format!("{count} contacts"),
    };
    context.terminal.strong(&format!("Restored: {} and {people} came back.", counted(texts)))?;
    if operator_had_key {
        context.terminal.note("The key lay at the relay: whoever runs it could read all of this.");
    }
    if contacts > 0 {
        context.terminal.note("Contacts are NOT VERIFIED on this phone: compare safety numbers again.");
    }
    if phone.account().habits.backup.is_none() {
        context.terminal.note("This phone leaves no backups yet. A new one has a new key:");
        context.next("backup on");
    }
    Ok(())
}

/// Opens a backup with the key that is stored beside it, or with the owner's, and adds it to the phone.
fn open(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    recalled: &RecalledBackup,
) -> Result<usize, Failure> {
    let moment = now();
    let beside = recalled.key.as_ref();
    match phone.restore_backup(&recalled.parts, beside, moment, &mut context.rng).map_err(Failure::from) {
        Err(Failure::Backup(BackupTrouble::KeyNeeded)) => {}
        other => return other,
    }
    let key = own_key(context)?;
    Ok(phone.restore_backup(&recalled.parts, Some(&key), moment, &mut context.rng)?)
}

/// Asks for the owner's key: without showing it on a terminal, or as standard input.
fn own_key(context: &CliContext<'_, impl PhoneProgram>) -> Result<SecretBytes<32>, Failure> {
    let typed = match can_ask() {
        true if context.options.no_input => return Err(Failure::Backup(BackupTrouble::KeyNeeded)),
        true => ask_for_key()?,
        false => Zeroizing::new(context.read_stdin(MAX_KEY_LEN)?),
    };
    if typed.trim().is_empty() {
        return Err(Failure::Backup(BackupTrouble::KeyNeeded));
    }
    backup_key::read(&typed).map_err(|bad| Failure::Backup(BackupTrouble::NotAKey(bad)))
}

/// Asks for lines until they form a key, because words are typed and pasted in rows. An empty line ends the input.
fn ask_for_key() -> Result<Zeroizing<String>, Failure> {
    let mut typed = Zeroizing::new(String::with_capacity(2 * MAX_KEY_LEN));
    let mut question = "Key of the backup, 24 words: ";
    while !backup_key::is_whole(&typed) {
        let line = prompt(question)?;
        if line.trim().is_empty() {
            break;
        }
        if typed.len() + line.len() > MAX_KEY_LEN {
            return Err(Failure::TooLong { most: MAX_KEY_LEN });
        }
        typed.push(' ');
        typed.push_str(&line);
        question = "The words that follow, or an empty line: ";
    }
    Ok(typed)
}

fn turn_off(context: &mut CliContext<'_, impl PhoneProgram>, phone: &mut Phone) -> Result<(), Failure> {
    // Another phone of this account may have left more parts than this phone knows of.
    let found = match net::recall_backup(context, phone) {
        Ok(recalled) => {
            phone.found_backup(&recalled, &mut context.rng)?;
            !recalled.parts.is_empty()
        }
        Err(Failure::Backup(BackupTrouble::NotOffered)) => {
            phone.turn_off_backups(&mut context.rng)?;
            return context
                .terminal
                .result("Backups are off. This relay keeps none, so it had nothing to delete.");
        }
        Err(failure) => {
            phone.turn_off_backups(&mut context.rng)?;
            context.terminal.result(
                "Backups are off on this phone. The relay is told to delete what it has at the next connection.",
            )?;
            return Err(failure);
        }
    };
    phone.turn_off_backups(&mut context.rng)?;
    let asked = net::leave_backup(context, phone)?;
    if phone.backup_waits()? {
        context
            .terminal
            .result("Backups are off on this phone. The relay has not deleted all of the last one yet.")?;
        return Err(asked.map_or(Failure::Told(Exit::No), Failure::Refused));
    }
    context.terminal.result(match found {
        true => {
            "Backups are off. The relay has deleted the backup. Copies that it made before are out of this phone's reach."
        }
        false => "Backups are off. No backup lies at the relay.",
    })
}

/// Leaves the waiting parts of a backup at the relay. A backup for which the relay has no room is taken back.
fn leave(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<Option<Refusal>, Failure> {
    let outcome = net::leave_backup(context, phone);
    if matches!(outcome, Err(Failure::Backup(BackupTrouble::TooLarge))) {
        phone.turn_off_backups(&mut context.rng)?;
        net::leave_backup(context, phone)?;
    }
    outcome
}

fn counted(texts: usize) -> String {
    match texts {
        0 => "no texts".to_owned(),
        count => pillarbox_text::count::counted(count, "text", "texts"),
    }
}
