//! `phone` and `relay`: the altered software of an access proposal, over the command lines of the shipped programs.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use pillarbox_client::cli::PhoneProgram;
use pillarbox_client::{Notice, Phone, PhoneError, Software};
use pillarbox_proposals::Altered;
use pillarbox_proposals::escrow::{EscrowClient, KeyLineError, public_key_of_line};
use pillarbox_proposals::ghost_device::{GhostClient, GhostOrder};
use pillarbox_relay::server::log::software_tells;
use pillarbox_relay::server::trouble::in_words;
use pillarbox_system::exit::{STORE, USAGE};
use pillarbox_system::process;
use pillarbox_text::read;
use rand_core::CryptoRng;

use super::live_grammar::{Phone as PhoneArguments, Relay as RelayArguments};
use super::output::Failure;

/// A proposal whose software runs over TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiveProposal {
    GhostDevice,
    Escrow,
}

impl LiveProposal {
    /// Finds a proposal by its name.
    pub(super) fn named(typed: &str) -> Result<Self, Failure> {
        match typed {
            "ghost-device" => Ok(Self::GhostDevice),
            "escrow" => Ok(Self::Escrow),
            _ => Err(usage(format!(
                "there is no altered software called `{typed}`. There is ghost-device, and there is escrow."
            ))),
        }
    }

    /// Returns the names of its variants.
    const fn variants(self) -> &'static [&'static str] {
        match self {
            Self::GhostDevice => &["server-alone", "shown", "hidden"],
            Self::Escrow => &["one-key", "two-of-three"],
        }
    }

    /// Refuses a variant that this proposal does not have.
    pub(super) fn check_variant(self, typed: &str) -> Result<(), Failure> {
        let variants = self.variants();
        if variants.contains(&typed) {
            return Ok(());
        }
        Err(usage(format!(
            "`{typed}` is no variant of this proposal. Its variants are {}.",
            variants.join(", ")
        )))
    }
}

/// A phone with altered software.
struct AlteredPhone {
    software: Altered,
    /// The words that start it.
    words: Vec<OsString>,
}

impl PhoneProgram for AlteredPhone {
    fn software(&self) -> &impl Software {
        &self.software
    }

    fn words(&self) -> Vec<OsString> {
        self.words.clone()
    }

    fn banner(&self) -> Option<&str> {
        Some(self.software.banner())
    }

    fn shows(&self, notice: &Notice) -> bool {
        self.software.shows(notice)
    }

    fn adopt(&self, phone: &mut Phone, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let before = &phone.account().habits;
        let habits = self.software.habits(before);
        if habits == *before { Ok(()) } else { phone.set_habits(habits, rng) }
    }
}

/// Runs a command line of `pillarbox` with altered software.
pub(super) fn phone(wanted: &PhoneArguments) -> Result<ExitCode, Failure> {
    let software = altered(wanted)?;
    process::leave_no_dump();
    let line = std::iter::once("pillarbox".into()).chain(wanted.line.iter().cloned());
    Ok(pillarbox_client::cli::main(&AlteredPhone { software, words: words(wanted) }, line))
}

/// Returns the words that start the same altered phone again.
fn words(wanted: &PhoneArguments) -> Vec<OsString> {
    let PhoneArguments { proposal, variant, authority_key, line: _ } = wanted;
    let mut words: Vec<OsString> = ["pillarbox-lab", "phone", "--proposal", proposal].map(Into::into).into();
    if let Some(variant) = variant {
        words.extend(["--variant".into(), variant.into()]);
    }
    if let Some(file) = authority_key {
        words.extend(["--authority-key".into(), file.into()]);
    }
    words
}

fn altered(wanted: &PhoneArguments) -> Result<Altered, Failure> {
    let proposal = LiveProposal::named(&wanted.proposal)?;
    let variant = wanted.variant.as_deref();
    variant.map_or(Ok(()), |variant| proposal.check_variant(variant))?;
    match (proposal, &wanted.authority_key) {
        (LiveProposal::GhostDevice, Some(_)) => {
            Err(usage("a ghost device needs no key of an authority. Leave --authority-key out.".to_owned()))
        }
        (LiveProposal::GhostDevice, None) if variant == Some("server-alone") => Err(usage(
            "in the variant server-alone phones stay as they are. Start `pillarbox` with the same command line."
                .to_owned(),
        )),
        (LiveProposal::GhostDevice, None) => {
            Ok(Altered::GhostDevice(GhostClient { hides: variant != Some("shown") }))
        }
        (LiveProposal::Escrow, None) => Err(usage(
            "escrow needs the authority's public key. Name its file with --authority-key FILE; `pillarbox-lab authority \
             keygen --out FOLDER` makes one."
                .to_owned(),
        )),
        (LiveProposal::Escrow, Some(file)) => {
            let key = in_file(file, public_key_of_line)?;
            let client = EscrowClient::for_authority(&key).ok_or(KeyLineError::Damaged);
            client.map(Altered::Escrow).map_err(|error| unusable(file, &error))
        }
    }
}

/// Reads a file with one line of an authority.
pub(super) fn in_file<T>(
    file: &Path,
    parse: impl FnOnce(&str) -> Result<T, KeyLineError>,
) -> Result<T, Failure> {
    let text = read::file(file).map_err(|error| Failure {
        sentence: format!("{} cannot be read: {}. Check the path.", file.display(), in_words(error.kind())),
        code: STORE,
    })?;
    parse(&text).map_err(|error| unusable(file, &error))
}

fn unusable(file: &Path, error: &KeyLineError) -> Failure {
    let next = match error {
        KeyLineError::Damaged => "Take it again from where it was copied.",
        KeyLineError::Secret => "Name authority.pub.",
        KeyLineError::Public => "Name authority.key, or the files of two agents.",
        _ => "Name a file that `pillarbox-lab authority keygen` has written.",
    };
    Failure { sentence: format!("{} {error}. {next}", file.display()), code: STORE }
}

/// Runs a command line of `pillarbox-relay` with altered software.
pub(super) fn relay(wanted: &RelayArguments) -> Result<ExitCode, Failure> {
    let proposal = LiveProposal::named(&wanted.proposal)?;
    wanted.variant.as_deref().map_or(Ok(()), |variant| proposal.check_variant(variant))?;
    if proposal == LiveProposal::Escrow {
        return Err(usage(
            "escrow changes no relay. Start `pillarbox-relay`; with --keep-delivered it holds messages that a key can open \
             later."
                .to_owned(),
        ));
    }
    let makes_phones_ask = wanted.variant.as_deref() == Some("server-alone");
    let order = GhostOrder::new(wanted.about.clone(), wanted.ghost.clone(), makes_phones_ask, software_tells);
    process::leave_no_dump();
    let line = std::iter::once("pillarbox-relay".into()).chain(wanted.line.iter().cloned());
    Ok(pillarbox_relay::cli::main(order, line))
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}
