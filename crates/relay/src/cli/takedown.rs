//! `takedown`: the operator takes a public channel down, at a relay that runs or has stopped.

use std::io::Write;
use std::path::Path;

use pillarbox_relay::limits::RESERVE_BYTES;
use pillarbox_relay::offline::{Offline, OfflineError};
use pillarbox_relay::server::ADMIN_FILE;
use pillarbox_text::shell::quote_path;
use pillarbox_text::wrap::beside;
use pillarbox_wire::ChannelName;

use super::admin_port::AdminPort;
use super::args::Takedown;
use super::failure::Failure;
use super::ledger;
use super::window::Window;

/// The sentence about what a takedown does not reach.
const STILL_THERE: &str = "Phones that had fetched posts still have them. This relay keeps no list of those phones, cannot \
    delete anything there, and tells nobody; whoever asks for the channel is told that it was taken down.";

/// Runs the command.
pub(crate) fn run(arguments: Takedown, out: &mut impl Write) -> Result<(), Failure> {
    let Takedown { channel, data, yes } = arguments;
    let data = data.directory()?;
    let held = held(&data, &channel)?;
    if !yes {
        return Err(Failure::No(format!(
            "nothing was taken down yet. {channel} has {held}, which would be deleted, and its name stays taken. It cannot be \
             brought back. To do it, type: pillarbox-relay takedown {channel} --data {} --yes",
            quote_path(&data)
        )));
    }
    let known = match offline(&data, &channel) {
        // If a relay runs, it takes the channel down itself, so that no post arrives in between.
        None => AdminPort::of(&data)?.take_down(&channel)?,
        Some(known) => known?,
    };
    if !known {
        return Err(nothing(&channel, &data));
    }
    let verb = if ["1 ", "no "].iter().any(|one| held.starts_with(one)) { "is" } else { "are" };
    let sentence =
        format!("Took down {channel}: {held} {verb} deleted, and the name stays taken. {STILL_THERE}");
    writeln!(out, "{}", beside("", 0, &sentence, Window::of_output().for_sentences()))?;
    Ok(out.flush()?)
}

/// Counts what the relay holds of an open channel.
fn held(data: &Path, channel: &ChannelName) -> Result<String, Failure> {
    let holdings = ledger::read(data)?;
    let row = holdings.channels.iter().find(|row| row.channel == *channel);
    match row.ok_or_else(|| nothing(channel, data))?.taken_down {
        Some(_) => Err(Failure::No(format!("{channel} was taken down before, and nothing was changed"))),
        None => {
            let posts = holdings.posts.iter().filter(|post| post.channel == *channel);
            let (count, bytes) =
                posts.fold((0_usize, 0), |(count, bytes), post| (count + 1, bytes + post.content.len()));
            Ok(match count {
                0 => "no post".to_owned(),
                1 => format!("1 post of {bytes} bytes"),
                _ => format!("{count} posts of {bytes} bytes"),
            })
        }
    }
}

/// Takes the channel down in the data of a relay that has stopped; `None` if one runs there.
fn offline(data: &Path, channel: &ChannelName) -> Option<Result<bool, Failure>> {
    let failed = |error: &OfflineError| Failure::Store(format!("{}: {error}", data.display()));
    match Offline::open(data, RESERVE_BYTES) {
        Err(OfflineError::InUse) if data.join(ADMIN_FILE).exists() => None,
        Err(OfflineError::InUse) => Some(Err(Failure::Store(format!(
            "a relay without an admin port is running on {}, and nothing was taken down. Stop it first, then type this again",
            data.display()
        )))),
        Err(error) => Some(Err(failed(&error))),
        Ok(mut offline) => Some(offline.take_down(channel).map_err(|error| failed(&error.into()))),
    }
}

fn nothing(channel: &ChannelName, data: &Path) -> Failure {
    Failure::No(format!("no channel {channel} is in {}, and nothing was changed", data.display()))
}
