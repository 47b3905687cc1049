//! `authority`: the key of an escrow authority, and what it opens.

use std::fs::DirBuilder;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use pillarbox_access::RelayHoldings;
use pillarbox_lab::escrow::EscrowReading;
use pillarbox_proposals::escrow::{EscrowAuthority, EscrowSecret};
use pillarbox_system::exit::{NO, STORE, USAGE};
use pillarbox_system::private;

use super::live::{LiveProposal, in_file};
use super::live_grammar::{Authority, Keygen, Open};
use super::output::{Failure, fitted, hint, print, why};

/// The file that phones are given.
const PUBLIC_FILE: &str = "authority.pub";

/// The file with the key itself, for the holder.
const KEY_FILE: &str = "authority.key";

pub(super) fn run(wanted: &Authority) -> Result<(), Failure> {
    match wanted {
        Authority::Keygen(wanted) => keygen(wanted),
        Authority::Open(wanted) => open(wanted),
    }
}

fn keygen(wanted: &Keygen) -> Result<(), Failure> {
    let Keygen { proposal, variant, out } = wanted;
    let proposal = LiveProposal::named(proposal)?;
    if proposal == LiveProposal::GhostDevice {
        let sentence = "a ghost device needs no key: its authority has an unaltered `pillarbox`.".to_owned();
        return Err(Failure { sentence, code: USAGE });
    }
    proposal.check_variant(variant)?;
    if std::fs::symlink_metadata(out).is_ok() {
        let sentence = format!("{} is there already. Name a new folder with --out FOLDER.", out.display());
        return Err(Failure { sentence, code: USAGE });
    }
    let authority = EscrowAuthority::draw(&mut rand::rng());
    let made = DirBuilder::new().mode(0o700).create(out);
    made.map_err(|error| not_written(out, &error))?;
    write(&out.join(PUBLIC_FILE), &authority.public_line())?;
    let mut written = format!("{PUBLIC_FILE}  for phones: --authority-key\n");
    if variant == "one-key" {
        write(&out.join(KEY_FILE), &authority.key_line())?;
        written.push_str(&format!("{KEY_FILE}  opens every message of those phones\n"));
    } else {
        for (at, share) in authority.share_lines().iter().enumerate() {
            let name = format!("agent-{}.key", at + 1);
            write(&out.join(&name), share)?;
            written.push_str(&format!("{name}    one agent's share: two of three open together\n"));
        }
    }
    print(&written)?;
    match variant.as_str() {
        "one-key" => Ok(()),
        _ => hint("This program drew the whole key to split it, and has kept no copy."),
    }
}

/// Writes one line into a new file of this user alone.
fn write(file: &Path, line: &str) -> Result<(), Failure> {
    let made = private::open(private::options().write(true).create_new(true), file);
    made.and_then(|mut file| writeln!(file, "{line}")).map_err(|error| not_written(file, &error))
}

fn not_written(place: &Path, error: &std::io::Error) -> Failure {
    let sentence = format!(
        "{} cannot be written: {}. Name another folder with --out FOLDER.",
        place.display(),
        why(error)
    );
    Failure { sentence, code: STORE }
}

fn open(wanted: &Open) -> Result<(), Failure> {
    let Open { key, folder, i_own_this_data } = wanted;
    if !i_own_this_data {
        let sentence = format!(
            "The folder {} may hold other people's data. If you may look into it, add --i-own-this-data.",
            folder.display()
        );
        return Err(Failure { sentence, code: USAGE });
    }
    let secrets = key.iter().map(|file| in_file(file, EscrowSecret::of_line));
    let secret = EscrowSecret::together(secrets.collect::<Result<_, _>>()?)
        .map_err(|error| Failure { sentence: error.to_string(), code: USAGE })?;
    let holdings = RelayHoldings::read(folder).map_err(|error| Failure {
        sentence: format!("{}: {error}. Name a relay's data folder.", folder.display()),
        code: STORE,
    })?;
    let reading = EscrowReading::of(&holdings, &secret);
    if !reading.has_read() {
        return Err(Failure { sentence: reading.sentences(), code: NO });
    }
    print(&reading.lines())?;
    print(&format!("{}\n", fitted(&reading.sentences())))
}
