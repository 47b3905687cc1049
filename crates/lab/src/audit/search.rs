//! The search: all needles in all their forms at once, over bytes that come in pieces.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, BuildError};
use serde::Serialize;

use super::encoding::Encoding;
use super::needle::{Needle, Role};

/// A prepared search.
#[derive(Debug)]
pub struct Search {
    automaton: AhoCorasick,
    needles: Vec<Needle>,
    /// Which needle in which form each pattern is.
    forms: Vec<(usize, Encoding)>,
    /// What of the last piece a match could still begin in.
    carried: usize,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// Why it was searched for.
    pub role: Role,
    /// What it is.
    pub what: String,
    /// In which form it stands there.
    pub encoding: Encoding,
    /// In which part of the place: a file, a mapping, one direction of a connection.
    pub part: String,
    /// Where in that part: a position in a file or recording, an address in memory.
    pub at: u64,
}

impl Search {
    /// Prepares a search for every needle in every form.
    ///
    /// # Errors
    /// [`BuildError`] if there are too many needles for one search.
    pub fn new(needles: Vec<Needle>) -> Result<Self, BuildError> {
        let mut forms = Vec::new();
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        for (position, needle) in needles.iter().enumerate() {
            for encoding in Encoding::ALL {
                for pattern in encoding.patterns(needle.bytes()) {
                    forms.push((position, encoding));
                    patterns.push(pattern);
                }
            }
        }
        let carried = patterns.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
        Ok(Self { automaton: AhoCorasick::new(&patterns)?, needles, forms, carried })
    }

    /// What is searched for.
    #[must_use]
    pub fn needles(&self) -> &[Needle] {
        &self.needles
    }

    /// Begins with one part of a place, whose first byte is at `at`.
    #[must_use]
    pub const fn scan<'a>(&'a self, part: &'a str, at: u64) -> Scan<'a> {
        Scan { search: self, part, held: Vec::new(), known: 0, at, hits: Vec::new() }
    }

    /// Searches bytes that are all here.
    #[must_use]
    pub fn over(&self, part: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut scan = self.scan(part, 0);
        scan.feed(bytes);
        scan.finish()
    }
}

/// One part of a place on its way through the search. A match that two pieces share is found, and found once.
#[derive(Debug)]
pub struct Scan<'a> {
    search: &'a Search,
    part: &'a str,
    /// The end of what came before, and the newest piece behind it.
    held: Vec<u8>,
    /// How many bytes of `held` came before.
    known: usize,
    /// Where `held` begins.
    at: u64,
    hits: Vec<Hit>,
}

impl Scan<'_> {
    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        self.held.extend_from_slice(piece);
        for found in self.search.automaton.find_overlapping_iter(&self.held) {
            let needle = self.search.forms.get(found.pattern().as_usize());
            let needle = needle.and_then(|(at, encoding)| Some((self.search.needles.get(*at)?, *encoding)));
            // What ends in bytes that came before was found then.
            if let (Some((needle, encoding)), true) = (needle, found.end() > self.known) {
                self.hits.push(Hit {
                    role: needle.role(),
                    what: needle.name().to_owned(),
                    encoding,
                    part: self.part.to_owned(),
                    at: self.at.saturating_add(found.start() as u64),
                });
            }
        }
        let gone = self.held.len().saturating_sub(self.search.carried);
        self.held.drain(..gone);
        self.known = self.held.len();
        self.at = self.at.saturating_add(gone as u64);
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Vec<Hit> {
        self.hits
    }
}

/// How often each form was found, in the order of [`Encoding::ALL`].
#[must_use]
pub fn by_encoding<'a>(hits: impl IntoIterator<Item = &'a Hit>) -> BTreeMap<Encoding, usize> {
    let mut counts = BTreeMap::new();
    for hit in hits {
        *counts.entry(hit.encoding).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn needle(bytes: &[u8]) -> Needle {
        Needle::new(Role::Said, "it", bytes).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_is_found_once_wherever_the_pieces_end(
            bytes in vec(any::<u8>(), 8..40),
            before in vec(any::<u8>(), 0..200),
            after in vec(any::<u8>(), 0..200),
            piece in 1..64_usize,
        ) {
            let search = Search::new(vec![needle(&bytes)]).unwrap();
            for encoding in Encoding::ALL {
                for pattern in encoding.patterns(&bytes) {
                    let whole = [&before[..], &pattern, &after].concat();
                    let mut scan = search.scan("here", 1_000);
                    whole.chunks(piece).for_each(|piece| scan.feed(piece));
                    let in_pieces = scan.finish();
                    let mut at_once = search.over("here", &whole);
                    at_once.iter_mut().for_each(|hit| hit.at += 1_000);
                    prop_assert_eq!(&in_pieces, &at_once);
                    let here = |hit: &&Hit| hit.encoding == encoding && hit.at == 1_000 + before.len() as u64;
                    prop_assert_eq!(in_pieces.iter().filter(here).count(), 1);
                }
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let search = Search::new(vec![needle(b"exactly this")]).unwrap();
        assert_eq!(search.over("here", b"exactly thi, exactly thiz, xactly this"), []);
    }

    #[test]
    fn forms_are_counted() {
        let search = Search::new(vec![needle(b"exactly this")]).unwrap();
        let hits = search.over("here", b"exactly this, exactly this and 65786163746c792074686973");
        assert_eq!(
            by_encoding(&hits).into_iter().collect::<Vec<_>>(),
            [(Encoding::Raw, 2), (Encoding::HexLower, 1)]
        );
    }
}
