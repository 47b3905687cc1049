//! The key of an authority, its shares and its public key, each as one line of text in a file.
//!
//! A line names what it is. Behind that stand the bytes and the first [`CHECK_LEN`] bytes of a digest, in base32. The
//! digest tells a damaged line from the key of another authority.

use std::collections::BTreeSet;

use pillarbox_text::base32;
use sha2::{Digest as _, Sha256};
use vsss_rs::Share as _;
use zeroize::Zeroizing;

use super::authority::{EscrowAuthority, EscrowSecret};

/// Bytes of the digest in a line.
const CHECK_LEN: usize = 4;

/// The first words of the three kinds of lines.
const PUBLIC: &str = "pillarbox-escrow-public";
const KEY: &str = "pillarbox-escrow-key";
const SHARE: &str = "pillarbox-escrow-share";

/// The reason why a line or several lines are not what an authority opens with, or what phones are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLineError {
    /// The text is something else.
    #[error("is no key of an escrow authority")]
    NotOfAnAuthority,
    /// The line is not as it was written.
    #[error("is damaged: a character is missing, added or wrong")]
    Damaged,
    /// A key or a share stands where phones are given the public key.
    #[error("is secret, and phones are given the public key")]
    Secret,
    /// The public key stands where a key or a share is wanted.
    #[error("is the public key, which opens nothing")]
    Public,
}

/// Files of an authority's secrets that do not open together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTogether {
    /// A key stands beside something else.
    #[error("A whole key opens by itself. Name it alone, or shares without it.")]
    KeyAndMore,
    /// A share stands there twice.
    #[error("The same share was named twice. Name the shares of two agents.")]
    SameShare,
}

impl EscrowAuthority {
    /// Returns the line that phones are given.
    #[must_use]
    pub fn public_line(&self) -> String {
        line(PUBLIC, &self.public_key()).to_string()
    }

    /// Returns the line of whoever has the key itself.
    #[must_use]
    pub fn key_line(&self) -> Zeroizing<String> {
        line(KEY, &self.whole_key().to_bytes())
    }

    /// Returns the line of each agent.
    #[must_use]
    pub fn share_lines(&self) -> Vec<Zeroizing<String>> {
        match self.shares_of(usize::MAX) {
            EscrowSecret::WholeKey(_) => Vec::new(),
            EscrowSecret::Shares(shares) => {
                let each = shares.into_iter().map(|share| EscrowSecret::Shares(vec![share]));
                each.map(|share| line(SHARE, &share.to_bytes())).collect()
            }
        }
    }
}

impl EscrowSecret {
    /// Reads the line of a key or a share.
    ///
    /// # Errors
    /// [`KeyLineError`].
    pub fn of_line(text: &str) -> Result<Self, KeyLineError> {
        match read(text)? {
            (PUBLIC, _) => Err(KeyLineError::Public),
            (_, bytes) => Self::of_bytes(&bytes).ok_or(KeyLineError::Damaged),
        }
    }

    /// Joins what several files hold.
    ///
    /// # Errors
    /// [`NotTogether`].
    pub fn together(secrets: Vec<Self>) -> Result<Self, NotTogether> {
        let mut shares = Vec::new();
        let alone = secrets.len() == 1;
        for secret in secrets {
            match secret {
                Self::WholeKey(_) if alone => return Ok(secret),
                Self::WholeKey(_) => return Err(NotTogether::KeyAndMore),
                Self::Shares(more) => shares.extend(more),
            }
        }
        let agents: BTreeSet<_> = shares.iter().map(|share| share.identifier().0.to_bytes()).collect();
        if agents.len() < shares.len() { Err(NotTogether::SameShare) } else { Ok(Self::Shares(shares)) }
    }
}

/// Reads the line with the public key of an authority.
///
/// # Errors
/// [`KeyLineError`].
pub fn public_key_of_line(text: &str) -> Result<[u8; 32], KeyLineError> {
    match read(text)? {
        (PUBLIC, bytes) => bytes.as_slice().try_into().map_err(|_| KeyLineError::Damaged),
        _ => Err(KeyLineError::Secret),
    }
}

fn line(kind: &str, bytes: &[u8]) -> Zeroizing<String> {
    let digest = digest(kind, bytes);
    let checked = Zeroizing::new([bytes, digest.as_slice()].concat());
    Zeroizing::new(format!("{kind} {}", *Zeroizing::new(base32::encode(&checked))))
}

/// Returns the kind of a line, and its bytes.
fn read(text: &str) -> Result<(&'static str, Zeroizing<Vec<u8>>), KeyLineError> {
    let (kind, encoded) = text.trim().split_once(' ').ok_or(KeyLineError::NotOfAnAuthority)?;
    let kind = [PUBLIC, KEY, SHARE].into_iter().find(|known| *known == kind);
    let kind = kind.ok_or(KeyLineError::NotOfAnAuthority)?;
    let checked = Zeroizing::new(base32::decode(encoded).map_err(|_| KeyLineError::Damaged)?);
    let (bytes, check) = checked.split_last_chunk::<CHECK_LEN>().ok_or(KeyLineError::Damaged)?;
    if digest(kind, bytes) != *check {
        return Err(KeyLineError::Damaged);
    }
    Ok((kind, Zeroizing::new(bytes.to_vec())))
}

fn digest(kind: &str, bytes: &[u8]) -> [u8; CHECK_LEN] {
    let whole = Sha256::new().chain_update(kind).chain_update([0]).chain_update(bytes).finalize();
    std::array::from_fn(|at| whole.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    fn authority() -> EscrowAuthority {
        EscrowAuthority::draw(&mut ChaCha20Rng::from_seed([1; 32]))
    }

    #[test]
    fn each_line_is_read_as_what_it_is_and_as_nothing_else() {
        let authority = authority();
        let (public, key, shares) = (authority.public_line(), authority.key_line(), authority.share_lines());
        assert_eq!(public_key_of_line(&format!("{public}\n")), Ok(authority.public_key()));
        assert_eq!(EscrowSecret::of_line(&key).unwrap().to_bytes(), authority.whole_key().to_bytes());
        let read = |share: &Zeroizing<String>| EscrowSecret::of_line(share).unwrap();
        let together = EscrowSecret::together(shares.iter().map(read).collect()).unwrap();
        assert_eq!(together.to_bytes(), authority.shares_of(3).to_bytes());
        assert_eq!(EscrowSecret::of_line(&public).err(), Some(KeyLineError::Public));
        assert_eq!(public_key_of_line(&key), Err(KeyLineError::Secret));
        assert_eq!(public_key_of_line(&shares[0]), Err(KeyLineError::Secret));
        for other in ["", "pillarbox-escrow-public", "pillarbox-head-1 abc", "not a key"] {
            assert_eq!(public_key_of_line(other), Err(KeyLineError::NotOfAnAuthority), "{other:?}");
        }
    }

    #[test]
    fn a_line_with_one_letter_changed_left_out_or_added_is_damaged() {
        let line = authority().key_line();
        for at in KEY.len() + 1..line.len() {
            let other = if &line[at..=at] == "a" { "b" } else { "a" };
            let mut changed = line.to_string();
            changed.replace_range(at..=at, other);
            assert_eq!(EscrowSecret::of_line(&changed).err(), Some(KeyLineError::Damaged), "{at}");
        }
        let short = &line[..line.len() - 1];
        for changed in [short.to_owned(), format!("{}a", *line), format!("{KEY} ")] {
            let read = EscrowSecret::of_line(&changed).err();
            assert!(
                matches!(read, Some(KeyLineError::Damaged | KeyLineError::NotOfAnAuthority)),
                "{changed}"
            );
        }
    }

    #[test]
    fn a_key_opens_alone_and_a_share_counts_once() {
        let authority = authority();
        let share = || EscrowSecret::of_line(&authority.share_lines()[0]).unwrap();
        let key = || authority.whole_key();
        assert!(EscrowSecret::together(vec![key()]).is_ok());
        assert_eq!(EscrowSecret::together(vec![key(), share()]).err(), Some(NotTogether::KeyAndMore));
        assert_eq!(EscrowSecret::together(vec![share(), share()]).err(), Some(NotTogether::SameShare));
        assert!(EscrowSecret::together(vec![share()]).is_ok(), "what one share opens is for its use to show");
    }
}
