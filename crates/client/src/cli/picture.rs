//! `pillarbox picture`, and `pillarbox send --picture`.
//!
//! A picture is bytes here: nothing looks into it, so that a stranger's picture cannot harm this program. What it does
//! to the program that shows it is that program's concern.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use pillarbox_client::picture::MAX_PICTURE_LEN;
use pillarbox_client::{HistoryEntry, PhoneError, PictureBytes};
use pillarbox_system::private;
use serde::Serialize;

use super::context::{CliContext, find};
use super::failure::{Failure, PictureTrouble};
use super::program::PhoneProgram;
use super::services::PictureCommand;
use super::words;

/// A saved picture as JSON.
#[derive(Serialize)]
struct SavedPicture {
    contact: String,
    id: String,
    file: String,
    bytes: usize,
}

/// Runs `pillarbox picture`.
pub(crate) fn run(
    context: &mut CliContext<'_, impl PhoneProgram>,
    command: &PictureCommand,
) -> Result<(), Failure> {
    let PictureCommand::Save { name, file, number, json } = command;
    let phone = context.open()?;
    let contact = find(&phone, name)?;
    let name = words::name(&contact);
    let entries = phone.history(contact.account)?;
    let pictures: Vec<&HistoryEntry> = entries.iter().filter(|entry| entry.picture().is_some()).collect();
    let none = || PictureTrouble::None { name: name.clone(), pictures: pictures.len() };
    let at = pictures.len().checked_sub(number.get() as usize).ok_or_else(none)?;
    let entry = pictures.get(at).ok_or_else(none)?;
    let bytes = match phone.picture(contact.account, entry.id)? {
        PictureBytes::Here(bytes) => bytes,
        PictureBytes::AtRelay => return Err(PictureTrouble::NotFetched { name }.into()),
        PictureBytes::Lost(fault) => return Err(PictureTrouble::Lost { name, fault }.into()),
        PictureBytes::Elsewhere => return Err(PictureTrouble::Elsewhere.into()),
    };
    write(file, &bytes)?;
    let shown = pillarbox_client::display::safe(&file.display().to_string());
    if *json {
        let (id, bytes) = (entry.id.to_string(), bytes.len());
        return context.terminal.json(&SavedPicture { contact: name, id, file: shown, bytes });
    }
    context.terminal.result(&format!("Saved: {shown}, {} bytes.", bytes.len()))?;
    context.terminal.note("That file is not encrypted, and does not disappear with its message.");
    Ok(())
}

/// Writes a new file that its owner alone reads. A file that is there is never replaced.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write as _};

    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => PictureTrouble::FileExists { file: named(file) }.into(),
        _ => Failure::File(file.to_owned(), error.to_string()),
    };
    let mut made = private::open(private::options().write(true).create_new(true), file).map_err(failed)?;
    made.write_all(bytes).map_err(|error| {
        // A part of a picture under its name would be taken for the picture.
        let kept = match fs::remove_file(file) {
            Ok(()) => "nothing of it was kept",
            Err(_) => "a part of it is there",
        };
        Failure::File(file.to_owned(), format!("{error}; {kept}"))
    })
}

/// Reads the file of a picture to be sent.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: std::io::Error| PictureTrouble::Unreadable { file: named(file), why: error.to_string() };
    // Opening a pipe would wait for somebody to write into it.
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        let why = "it is not a regular file".to_owned();
        return Err(PictureTrouble::Unreadable { file: named(file), why }.into());
    }
    let mut bytes = Vec::new();
    let most = MAX_PICTURE_LEN as u64 + 1;
    File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    match bytes.len() {
        0 => Err(PictureTrouble::Empty { file: named(file) }.into()),
        1..=MAX_PICTURE_LEN => Ok(bytes),
        _ => Err(PictureTrouble::TooLong { file: named(file) }.into()),
    }
}

/// Converts an error of [`queue_picture`](pillarbox_client::Phone::queue_picture) to this contact.
pub(crate) fn not_queued(error: PhoneError, name: &str) -> Failure {
    match error {
        PhoneError::NoPictures => PictureTrouble::NotShown { name: name.to_owned() }.into(),
        PhoneError::FirstPhoneOnly => PictureTrouble::LinkedDevice.into(),
        other => other.into(),
    }
}

fn named(file: &Path) -> String {
    pillarbox_client::display::safe(&file.display().to_string())
}
