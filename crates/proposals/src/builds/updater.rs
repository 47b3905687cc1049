//! The updater of one phone.

use pillarbox_crypto::SigningPublic;

use super::build::{Build, DeviceTag};
use super::log::{FollowedBuilds, LoggedBuild};

/// The updater of one phone: whose builds it takes, which device it is, and the log on which it insists.
#[derive(Clone, Debug)]
pub struct Updater {
    /// The key of the maker whose program is on the phone.
    pub maker: SigningPublic,
    /// The phone's own tag.
    pub device: DeviceTag,
    /// The public log in which each build has to be; none if the phone insists on no log.
    pub log: Option<FollowedBuilds>,
}

/// The reason why a phone does not take a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildRefused {
    /// Somebody else signed it, or nobody did.
    #[error("the maker of the phone's program did not sign it")]
    NotSigned,
    /// It is for another device.
    #[error("it is for another device")]
    OtherDevice,
    /// No proof came with it.
    #[error("no proof came with it that it is in the public log of builds")]
    NoProof,
    /// The proof that came with it does not hold.
    #[error("the proof that came with it does not lead to the public log of builds")]
    NotLogged,
}

impl Updater {
    /// Decides about a build. `proof` is the proof that came with it that it is in a public log.
    ///
    /// # Errors
    /// [`BuildRefused`]; the phone keeps the program that it has.
    pub fn takes(&self, build: &Build, proof: Option<&LoggedBuild>) -> Result<(), BuildRefused> {
        if !build.is_signed_by(&self.maker) {
            return Err(BuildRefused::NotSigned);
        }
        if build.only.is_some_and(|only| only != self.device) {
            return Err(BuildRefused::OtherDevice);
        }
        let Some(log) = &self.log else { return Ok(()) };
        let proof = proof.ok_or(BuildRefused::NoProof)?;
        if log.has(build, proof) { Ok(()) } else { Err(BuildRefused::NotLogged) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::super::build::MakerKey;
    use super::super::log::{BuildLog, BuildLogHead, NotFollowed};
    use super::*;

    const DEVICE: DeviceTag = [7; 16];

    fn maker(seed: u8) -> MakerKey {
        MakerKey::draw(&mut ChaCha20Rng::from_seed([seed; 32]))
    }

    fn updater(log: Option<FollowedBuilds>) -> Updater {
        Updater { maker: maker(1).public_key(), device: DEVICE, log }
    }

    #[test]
    fn a_phone_takes_what_its_maker_signed_and_nothing_else() {
        let phone = updater(None);
        let build = maker(1).sign(2, [3; 32], Some(DEVICE));
        assert_eq!(phone.takes(&build, None), Ok(()));
        assert_eq!(phone.takes(&maker(1).sign(2, [3; 32], None), None), Ok(()));
        let elsewhere = maker(1).sign(2, [3; 32], Some([8; 16]));
        assert_eq!(phone.takes(&elsewhere, None), Err(BuildRefused::OtherDevice));
        let foreign = maker(2).sign(2, [3; 32], Some(DEVICE));
        assert_eq!(phone.takes(&foreign, None), Err(BuildRefused::NotSigned));
        // Every byte counts: none of them can be changed, the device and the signature least of all.
        let bytes = build.to_bytes();
        assert_eq!(Build::of_bytes(&bytes), Some(build));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let taken = Build::of_bytes(&changed).map(|changed| phone.takes(&changed, None));
            assert!(taken.is_none_or(|taken| taken == Err(BuildRefused::NotSigned)), "byte {at}");
        }
        assert_eq!(Build::of_bytes(&bytes[1..]), None);
    }

    #[test]
    fn a_phone_that_insists_on_a_log_takes_what_is_in_it() {
        let usual = maker(1).sign(1, [0; 32], None);
        let build = maker(1).sign(2, [3; 32], Some(DEVICE));
        let mut log = BuildLog::draw(&mut ChaCha20Rng::from_seed([5; 32]));
        log.append(&usual);
        let mut followed = FollowedBuilds::of(log.public_key());
        followed.follow(&log.head(), &[]).unwrap();
        let phone = updater(Some(followed.clone()));
        let usual_proof = log.prove(&usual).unwrap();
        assert_eq!(phone.takes(&usual, Some(&usual_proof)), Ok(()), "the control");
        assert_eq!(log.prove(&build), None);
        assert_eq!(phone.takes(&build, None), Err(BuildRefused::NoProof));
        assert_eq!(phone.takes(&build, Some(&usual_proof)), Err(BuildRefused::NotLogged));
        log.append(&build);
        let proof = log.prove(&build).unwrap();
        assert_eq!(LoggedBuild::of_bytes(&proof.to_bytes()), Some(proof.clone()));
        assert_eq!(phone.takes(&build, Some(&proof)), Err(BuildRefused::NotLogged), "a head it has not seen");
        followed.follow(&log.head(), &log.prove_growth(1).unwrap()).unwrap();
        assert_eq!(updater(Some(followed)).takes(&build, Some(&proof)), Ok(()));
    }

    /// A log that is shown to one phone alone does not continue the log that the phone knows.
    #[test]
    fn a_phone_does_not_follow_another_log_or_a_head_that_nobody_signed() {
        let usual = maker(1).sign(1, [0; 32], None);
        let mut log = BuildLog::draw(&mut ChaCha20Rng::from_seed([5; 32]));
        let mut shown_to_one = BuildLog::draw(&mut ChaCha20Rng::from_seed([5; 32]));
        log.append(&usual);
        let mut followed = FollowedBuilds::of(log.public_key());
        followed.follow(&log.head(), &[]).unwrap();
        let build = maker(1).sign(2, [3; 32], Some(DEVICE));
        shown_to_one.append(&build);
        shown_to_one.append(&usual);
        let growth = shown_to_one.prove_growth(1).unwrap();
        assert_eq!(followed.follow(&shown_to_one.head(), &growth), Err(NotFollowed::OtherLog));
        log.append(&build);
        let unsigned = BuildLogHead { signature: [0; 64], ..log.head() };
        assert_eq!(BuildLogHead::of_bytes(&unsigned.to_bytes()), Some(unsigned));
        let growth = log.prove_growth(1).unwrap();
        assert_eq!(followed.follow(&unsigned, &growth), Err(NotFollowed::NotSigned));
        assert_eq!(followed.follow(&log.head(), &growth), Ok(()), "the control");
    }
}
