//! Builds that were offered to phones, as written in evidence, and the decision about them made again.

use data_encoding::HEXLOWER;
use pillarbox_crypto::SigningPublic;
use pillarbox_proposals::builds::{Build, BuildLogHead, BuildRefused, FollowedBuilds, LoggedBuild, Updater};
use serde::{Deserialize, Serialize};

use super::pieces;
use crate::evidence::{How, Piece};
use crate::world::OfferedBuild;

/// The part of a piece whose build was taken.
const TAKEN: &str = "taken";

/// A build as written in evidence, with what the phone's updater knew; bytes in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offered {
    build: String,
    proof: Option<String>,
    maker: String,
    device: String,
    log: Option<FollowedLog>,
}

/// The key of a log, and the head that the phone followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowedLog {
    key: String,
    head: String,
}

/// Returns a build that was offered to a phone. The part states the outcome.
pub(crate) fn piece(offered: &OfferedBuild) -> Piece {
    let OfferedBuild { build, proof, updater, head, outcome, .. } = offered;
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let followed = updater.log.as_ref().zip(*head);
    let written = Offered {
        build: hex(&build.to_bytes()),
        proof: proof.as_ref().map(|proof| hex(&proof.to_bytes())),
        maker: hex(updater.maker.as_bytes()),
        device: hex(&updater.device),
        log: followed
            .map(|(log, head)| FollowedLog { key: hex(log.key().as_bytes()), head: hex(&head.to_bytes()) }),
    };
    pieces::build(&outcome_in_words(*outcome), serde_json::to_string(&written).unwrap_or_default())
}

fn outcome_in_words(outcome: Result<(), BuildRefused>) -> String {
    outcome.map_or_else(|why| format!("refused: {why}"), |()| TAKEN.to_owned())
}

/// Offers each build among these pieces again. Returns those whose outcome is not the one that is written.
pub(crate) fn differing(pieces: &[Piece]) -> Vec<String> {
    let builds = pieces.iter().filter(|piece| piece.how == How::Build);
    let finding = |piece: &Piece| {
        let again = serde_json::from_str(&piece.value).ok().and_then(|written| offer_again(&written));
        match again {
            None => Some("a build in it cannot be read again".to_owned()),
            Some(outcome) if outcome_in_words(outcome) != piece.part => {
                Some("a phone decides otherwise about a build in it".to_owned())
            }
            Some(_) => None,
        }
    };
    builds.filter_map(finding).collect()
}

fn offer_again(written: &Offered) -> Option<Result<(), BuildRefused>> {
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).ok();
    let key = |hex: &str| SigningPublic::from_bytes(bytes(hex)?.try_into().ok()?).ok();
    let log = match &written.log {
        None => None,
        Some(FollowedLog { key: of, head }) => {
            let mut log = FollowedBuilds::of(key(of)?);
            log.follow(&BuildLogHead::of_bytes(&bytes(head)?)?, &[]).ok()?;
            Some(log)
        }
    };
    let proof = match &written.proof {
        None => None,
        Some(proof) => Some(LoggedBuild::of_bytes(&bytes(proof)?)?),
    };
    let device = bytes(&written.device)?.try_into().ok()?;
    let updater = Updater { maker: key(&written.maker)?, device, log };
    Some(updater.takes(&Build::of_bytes(&bytes(&written.build)?)?, proof.as_ref()))
}
