//! The search: all needles in all their forms at once, over bytes that arrive in pieces.
//!
//! It runs over the differences of neighbouring bytes, which are the same under every key (see [`form`](super::form)).
//! Each hit states its key, which is 0 for unchanged bytes.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, BuildError};
use serde::Serialize;

use super::form::{Form, Pattern, differences};
use super::needle::{Needle, NeedleRole};

/// A prepared search.
#[derive(Debug)]
pub struct Search {
    /// Finds the differences of every pattern that is distinctive.
    under_every_key: Patterns,
    /// Finds all other patterns, in plain form.
    as_they_are: Patterns,
    needles: Vec<Needle>,
    /// The number of bytes of the last piece in which a match could still begin.
    carried: usize,
}

/// Patterns, ready to be found.
#[derive(Debug)]
struct Patterns {
    /// The automaton; `None` if there is no pattern.
    automaton: Option<AhoCorasick>,
    found: Vec<Found>,
}

/// The meaning of a pattern.
#[derive(Debug)]
struct Found {
    /// The index of its needle.
    needle: usize,
    /// The form, for the key 0.
    form: Form,
    /// The first byte. The key follows from it.
    first: u8,
}

impl Patterns {
    fn new(patterns: Vec<(Vec<u8>, Found)>) -> Result<Self, BuildError> {
        let (bytes, found): (Vec<_>, Vec<_>) = patterns.into_iter().unzip();
        let automaton = if bytes.is_empty() { None } else { Some(AhoCorasick::new(bytes)?) };
        Ok(Self { automaton, found })
    }

    /// Calls `each` with every finding in `bytes`, its beginning, and its end.
    fn search(&self, bytes: &[u8], mut each: impl FnMut(&Found, usize, usize)) {
        for hit in self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(bytes)) {
            if let Some(found) = self.found.get(hit.pattern().as_usize()) {
                each(found, hit.start(), hit.end());
            }
        }
    }
}

/// One find of the search.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// The reason for which it was searched for.
    pub role: NeedleRole,
    /// The name of the needle.
    pub what: String,
    /// The form in which it was found.
    #[serde(flatten)]
    pub form: Form,
    /// The part of the place: a file, a mapping, one direction of a connection.
    pub part: String,
    /// The position in that part: in a file or recording, or an address in memory.
    pub at: u64,
}

impl Search {
    /// Prepares a search for every needle in every form.
    ///
    /// # Errors
    /// [`BuildError`] if there are too many needles for one search.
    pub fn new(needles: Vec<Needle>) -> Result<Self, BuildError> {
        let (mut under_every_key, mut as_they_are) = (Vec::new(), Vec::new());
        let mut longest = 0;
        for (position, needle) in needles.iter().enumerate() {
            for pattern in Pattern::all(needle.bytes()) {
                longest = longest.max(pattern.bytes.len());
                let form = Form { encoding: pattern.encoding, backwards: pattern.backwards, xor: 0 };
                let first = pattern.bytes.first().copied().unwrap_or_default();
                let found = Found { needle: position, form, first };
                if pattern.is_distinctive() {
                    under_every_key.push((differences(&pattern.bytes), found));
                } else {
                    as_they_are.push((pattern.bytes, found));
                }
            }
        }
        Ok(Self {
            under_every_key: Patterns::new(under_every_key)?,
            as_they_are: Patterns::new(as_they_are)?,
            needles,
            carried: longest.saturating_sub(1),
        })
    }

    /// Returns the needles.
    #[must_use]
    pub fn needles(&self) -> &[Needle] {
        &self.needles
    }

    /// Begins with one part of a place, whose first byte is at `at`.
    #[must_use]
    pub const fn scan<'a>(&'a self, part: &'a str, at: u64) -> Scan<'a> {
        Scan { search: self, part, held: Vec::new(), known: 0, at, hits: Vec::new() }
    }

    /// Returns true if `piece` continues the single repeated byte that `held` consists of. Then `held` is unchanged,
    /// and no pattern ends in the piece: neighbours do not differ there, and every pattern that is searched under every
    /// key has differences. Two fifths of what an audit searches are zeros of the relay's reserve.
    fn passes_over(&self, held: &[u8], piece: &[u8]) -> bool {
        let (Some(last), Some(first)) = (held.last(), piece.first()) else { return false };
        let is_one_byte = |bytes: &[u8]| bytes.get(1..) == bytes.get(..bytes.len().saturating_sub(1));
        self.as_they_are.found.is_empty()
            && last == first
            && held.len() == self.carried
            && is_one_byte(held)
            && is_one_byte(piece)
    }

    /// Searches bytes that are all in memory.
    #[must_use]
    pub fn over(&self, part: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut scan = self.scan(part, 0);
        scan.feed(bytes);
        scan.finish()
    }
}

/// One part of a place as it passes through the search. A match that spans two pieces is found, and found only
/// once.
#[derive(Debug)]
pub struct Scan<'a> {
    search: &'a Search,
    part: &'a str,
    /// The end of the previous bytes, and the newest piece after it.
    held: Vec<u8>,
    /// The number of bytes of `held` that come from previous pieces.
    known: usize,
    /// The position at which `held` begins.
    at: u64,
    hits: Vec<Hit>,
}

impl Scan<'_> {
    /// Searches the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        let Self { search, part, held, known, at, hits } = self;
        if search.passes_over(held, piece) {
            *at = at.saturating_add(piece.len() as u64);
            return;
        }
        held.extend_from_slice(piece);
        let mut hit = |found: &Found, start: usize, end: usize| {
            // A match that ends in previous bytes was found then.
            if let (Some(needle), true) = (search.needles.get(found.needle), end > *known) {
                let key = held.get(start).map_or(0, |byte| byte ^ found.first);
                hits.push(Hit {
                    role: needle.role(),
                    what: needle.name().to_owned(),
                    form: Form { xor: key, ..found.form },
                    part: (*part).to_owned(),
                    at: at.saturating_add(start as u64),
                });
            }
        };
        // There is one more byte than there are differences.
        search.under_every_key.search(&differences(held), |found, start, end| hit(found, start, end + 1));
        search.as_they_are.search(held, hit);
        let gone = held.len().saturating_sub(search.carried);
        held.drain(..gone);
        *known = held.len();
        *at = at.saturating_add(gone as u64);
    }

    /// Returns the findings.
    #[must_use]
    pub fn finish(self) -> Vec<Hit> {
        self.hits
    }
}

/// Counts the findings in each form, in the order of [`Encoding::ALL`](super::encoding::Encoding::ALL).
#[must_use]
pub fn by_form<'a>(hits: impl IntoIterator<Item = &'a Hit>) -> BTreeMap<Form, usize> {
    let mut counts = BTreeMap::new();
    for hit in hits {
        *counts.entry(hit.form).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::encoding::Encoding;
    use super::*;

    fn needle(bytes: &[u8]) -> Needle {
        Needle::new(NeedleRole::Said, "it", bytes).unwrap()
    }

    fn under(key: u8, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| byte ^ key).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_is_found_once_in_each_form_under_each_key_wherever_the_pieces_end(
            bytes in prop_oneof![vec(any::<u8>(), 8..40), "[a-z0-9 ]{8,40}".prop_map(String::into_bytes)],
            before in vec(any::<u8>(), 0..200),
            after in vec(any::<u8>(), 0..200),
            piece in 1..64_usize,
            key: u8,
        ) {
            let search = Search::new(vec![needle(&bytes)]).unwrap();
            for pattern in Pattern::all(&bytes) {
                let key = if pattern.is_distinctive() { key } else { 0 };
                let whole = [&before[..], &under(key, &pattern.bytes), &after].concat();
                let mut scan = search.scan("here", 1_000);
                whole.chunks(piece).for_each(|piece| scan.feed(piece));
                let mut in_pieces = scan.finish();
                let mut at_once = search.over("here", &whole);
                at_once.iter_mut().for_each(|hit| hit.at += 1_000);
                in_pieces.sort();
                at_once.sort();
                prop_assert_eq!(&in_pieces, &at_once);
                let form = Form { encoding: pattern.encoding, backwards: pattern.backwards, xor: key };
                let here = |hit: &&Hit| hit.form == form && hit.at == 1_000 + before.len() as u64;
                prop_assert_eq!(in_pieces.iter().filter(here).count(), 1);
            }
        }

        #[test]
        fn it_is_found_at_its_place_behind_and_before_runs_of_one_byte(
            bytes in "[a-z0-9 ]{12,40}",
            (before, after) in (0..2_000_usize, 0..2_000_usize),
            piece in 1..300_usize,
            (run, key) in any::<(u8, u8)>(),
        ) {
            let search = Search::new(vec![needle(bytes.as_bytes())]).unwrap();
            let whole = [vec![run; before], under(key, bytes.as_bytes()), vec![run; after]].concat();
            let mut scan = search.scan("here", 1_000);
            whole.chunks(piece).for_each(|piece| scan.feed(piece));
            let mut in_pieces = scan.finish();
            let mut at_once = search.over("here", &whole);
            at_once.iter_mut().for_each(|hit| hit.at += 1_000);
            in_pieces.sort();
            at_once.sort();
            prop_assert_eq!(&in_pieces, &at_once);
            prop_assume!(Pattern::all(bytes.as_bytes()).iter().all(Pattern::is_distinctive));
            let here = |hit: &&Hit| hit.at == 1_000 + before as u64 && hit.form.encoding == Encoding::Raw;
            prop_assert!(in_pieces.iter().filter(here).count() == 1);
        }

        #[test]
        fn nothing_is_found_in_noise(bytes in vec(any::<u8>(), 8..40), noise in vec(any::<u8>(), 0..5_000)) {
            let search = Search::new(vec![needle(&bytes)]).unwrap();
            prop_assert_eq!(search.over("here", &noise), []);
        }

        #[test]
        fn a_needle_of_few_letters_is_found_as_it_is_and_not_in_every_empty_page(
            letters in "[ab]{8,20}",
            page in 0..=255_u8,
        ) {
            let search = Search::new(vec![needle(letters.as_bytes())]).unwrap();
            prop_assert_eq!(search.over("here", &[page; 4_096]).len(), expected_in_page(&letters, page));
            let hits = search.over("here", format!("{page}...{letters}...").as_bytes());
            prop_assert!(hits.iter().any(|hit| hit.form.xor == 0 && hit.form.encoding == Encoding::Raw));
        }
    }

    /// Counts the places of a needle of one letter in a page of that letter: as many as fit.
    fn expected_in_page(letters: &str, page: u8) -> usize {
        if letters.bytes().all(|letter| letter == page) { 4_096 - letters.len() + 1 } else { 0 }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let search = Search::new(vec![needle(b"exactly this")]).unwrap();
        assert_eq!(search.over("here", b"exactly thi, exactly thiz, xactly this, EXACTLY THIS"), []);
    }

    #[test]
    fn forms_are_counted() {
        let search = Search::new(vec![needle(b"exactly this")]).unwrap();
        let hidden = under(0x5a, b"exactly this");
        let clear = b"exactly this, exactly this, siht yltcaxe and 65786163746c792074686973";
        let hits = search.over("here", &[&clear[..], &hidden].concat());
        let counts: Vec<_> = by_form(&hits).into_iter().map(|(form, count)| (form.name(), count)).collect();
        let expected = [("as it is", 2), ("xor 0x5a", 1), ("backwards", 1), ("hex", 1)];
        assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)));
    }
}
