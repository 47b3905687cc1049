//! Comparison of people's names: which are the same, which only look the same, and which no stranger may choose.
//!
//! One function folds a name, both for "is it taken" and for "who is meant". It compares as RFC 8266, section 2.4,
//! compares nicknames: any white space is one space, white space at the ends is removed, case does not count, and
//! both names are in the normal form NFKC (UAX 15). Invisible characters do not count either. Two names can differ
//! when folded and still look alike, because a letter of one belongs to another script. Such names have the same
//! skeleton (UTS 39, section 4).

use std::sync::LazyLock;

use pillarbox_text::show;
use pillarbox_wire::Handle;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::records::body::MAX_NAME_LEN;
use crate::records::contact::{Contact, Trust};
use crate::records::history::DeliveryState;
use crate::text::sentences;

/// Checks a name for a contact. It must be typeable as one word of a command line or quoted, contain nothing
/// invisible, and be neither a telephone number, with or without its plus sign, nor the word for the owner. Numbers
/// match by number only, so a contact could never be found by such a name.
///
/// # Errors
/// [`BadName`] if it is a number or the word for the owner, is empty or too long, or contains characters that do
/// not print.
pub fn check_name(name: &str) -> Result<(), BadName> {
    let starts = name.starts_with(['+', '-']);
    if is_showable(name) && !starts && !is_nobodys(name) { Ok(()) } else { Err(BadName) }
}

/// Checks a name without asking whether it is reserved for something else.
pub(crate) fn is_showable(name: &str) -> bool {
    let trimmed = !name.is_empty() && name.trim() == name;
    let shows = show::safe(name) == name && !fold(name).is_empty();
    trimmed && shows && name.len() <= MAX_NAME_LEN
}

/// The text is not a valid name for a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to 64 bytes, no line breaks or invisible characters and no space at its ends; it is no telephone \
     number, also without its +, and not the word You, and does not start with - or +"
)]
pub struct BadName;

/// The maximum number of passes of the fold. A pass can enable changes by the next; after four, RFC 8266 gives up on a
/// name.
const PASSES: usize = 4;

/// A name without letters that has at least this many digits could be taken for a telephone number.
const DIGITS_OF_A_NUMBER: usize = 3;

/// Hexadecimal digits of an account's short form, and of a whole account.
pub(crate) const SHORT_ACCOUNT: usize = 8;

const WHOLE_ACCOUNT: usize = 32;

/// The words for the trust in a key, in the forms of [`shapes`]. The words for an unverified key include the first.
static TRUST_STATES: LazyLock<[[Vec<String>; 2]; 2]> =
    LazyLock::new(|| [Trust::Verified, Trust::Changed].map(|trust| shaped_words(sentences::trust(trust))));

/// The word for the owner in every conversation, in the same forms.
static OWNER: LazyLock<[Vec<String>; 2]> = LazyLock::new(|| shaped_words("you"));

/// The words for states in lists of contacts and messages, in the same forms.
static STATES: LazyLock<Vec<[Vec<String>; 2]>> = LazyLock::new(|| {
    use DeliveryState::{Delivered, Queued, Refused, Sent};

    let messages = [Queued, Sent, Delivered, Refused].map(sentences::state);
    let keys = [Trust::Unverified, Trust::Changed].map(sentences::trust_code);
    let contacts = [sentences::WROTE_FIRST, sentences::BLOCKED];
    messages.into_iter().chain(keys).chain(contacts).map(shaped_words).collect()
});

/// Folds a name for comparison.
#[must_use]
pub fn fold(name: &str) -> String {
    // Nearly every name is ASCII, and each is compared with all others when a contact is added.
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return one_space(&name.to_ascii_lowercase());
    }
    fold_any(name)
}

/// Folds a name of any script.
fn fold_any(name: &str) -> String {
    let mut folded = name.to_owned();
    for _ in 0..PASSES {
        let seen = folded.chars().filter(|c| c.is_whitespace() || !show::is_unseen(*c));
        // Capitals first, because some letters have one capital and two small forms.
        let level: String =
            seen.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect();
        let next = one_space(&level);
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Joins the words of a text by single spaces.
fn one_space(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

/// Returns true if two texts are the same name.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// Returns true if two different names look alike.
#[must_use]
pub fn look_alike(one: &str, other: &str) -> bool {
    Looks::of(one).is_like(&Looks::of(other))
}

/// A name with its appearance, for many comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    folded: String,
    shapes: [String; 2],
}

impl Looks {
    /// Computes the appearance of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self { folded: fold(name), shapes: shapes(name) }
    }

    /// Returns true if the other name is the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.folded == other.folded
    }

    /// Returns true if the other name is different and looks alike.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        !self.is_same(other) && self.shapes.iter().any(|shape| other.shapes.contains(shape))
    }
}

/// Returns for each contact another contact whose name looks alike. In a profile older than the rule against equal
/// names, the name may also be the same.
#[must_use]
pub fn alike(contacts: &[Contact]) -> Vec<Option<&Contact>> {
    let looks: Vec<_> = contacts.iter().map(|contact| Looks::of(&contact.name)).collect();
    let other = |(at, one): (usize, &Looks)| {
        let others = looks.iter().zip(contacts).enumerate().filter(|(other, _)| *other != at);
        let mut alike = others.filter(|(_, (look, _))| one.is_same(look) || one.is_like(look));
        alike.next().map(|(_, (_, contact))| contact)
    };
    looks.iter().enumerate().map(other).collect()
}

/// Returns the appearance of a name as written and in small letters: a capital I looks like a small l, but a small i
/// does not.
fn shapes(name: &str) -> [String; 2] {
    [shape(name), shape(&fold(name))]
}

fn shape(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !show::is_unseen(*c)).collect();
    fold(&skeleton(&seen).collect::<String>())
}

/// Reasons that a stranger's suggested name is not adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    /// It is a telephone number or could be taken for one. Only the relay can assign a number to somebody.
    Number,
    /// The name is an account, or the short form of one.
    Account,
    /// The name contains the words for the trust in a key.
    Trust,
    /// The name is the word for the owner.
    Owner,
    /// The name is a word for the state of a message or contact.
    State,
}

/// Returns the reason if a name has another meaning to the owner of a phone, in any script that looks like it.
pub(crate) fn reserved(name: &str) -> Option<Reserved> {
    let folded = fold(name);
    let digits = folded.chars().filter(|c| c.is_numeric()).count();
    if is_number(&folded) || (digits >= DIGITS_OF_A_NUMBER && !folded.chars().any(char::is_alphabetic)) {
        return Some(Reserved::Number);
    }
    let is_account = [SHORT_ACCOUNT, WHOLE_ACCOUNT].contains(&folded.len());
    if is_account && folded.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Some(Reserved::Account);
    }
    let names = shaped_words(name);
    let holds = |wanted: &[Vec<String>; 2]| {
        names
            .iter()
            .any(|name| wanted.iter().any(|wanted| name.windows(wanted.len()).any(|part| part == wanted)))
    };
    if TRUST_STATES.iter().any(holds) {
        return Some(Reserved::Trust);
    }
    if is_the_owner(&names) {
        return Some(Reserved::Owner);
    }
    names.iter().any(|name| STATES.iter().any(|state| state.contains(name))).then_some(Reserved::State)
}

fn is_the_owner(names: &[Vec<String>; 2]) -> bool {
    names.iter().any(|name| OWNER.contains(name))
}

/// Returns true if even the owner may not choose the name: a telephone number in any dialled form, or the word for
/// the owner.
pub(crate) fn is_nobodys(name: &str) -> bool {
    is_number(name) || is_dialled(&fold(name)) || is_the_owner(&shaped_words(name))
}

/// Returns true for a telephone number that has 0, 00 or nothing instead of its plus sign.
fn is_dialled(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c == '0' || !c.is_alphanumeric());
    is_number(&format!("+{rest}"))
}

/// Returns the words of a text by their appearance.
fn shaped_words(text: &str) -> [Vec<String>; 2] {
    shapes(text).map(|shape| words(&shape))
}

/// Splits a text into words, without the characters between them.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns true if a text is a telephone number for the number parser. Such a text never means a name.
#[must_use]
pub fn is_number(text: &str) -> bool {
    Handle::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_white_space_and_normal_form_are_no_difference() {
        for (one, other) in [
            ("Bob", "bob"),
            ("Bob", " BOB\u{A0}"),
            ("José", "Jose\u{301}"),
            ("JOSÉ", "jose\u{301}"),
            ("Bob Smith", "Bob\u{A0}Smith"),
            ("Bob Smith", "Bob  Smith"),
            ("Bob Smith", "bob\u{3000}smith"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "οδος"),
            ("Bob", "Ｂｏｂ"),
            ("Bob", "Bo\u{200D}b"),
            ("Bob", "Bob\u{FE0F}"),
            ("Bob", "\u{FEFF}Bob\u{200B}"),
            ("İpek", "i\u{307}pek"),
            ("Ångström", "A\u{30A}ngstro\u{308}m"),
            ("Ivo", "Ivo "),
            ("ﬁona", "Fiona"),
        ] {
            assert!(is_same(one, other), "{one:?} {other:?}: {:?} {:?}", fold(one), fold(other));
            assert!(!look_alike(one, other), "the same name is no look-alike: {one:?} {other:?}");
        }
        for (one, other) in
            [("Bob", "Rob"), ("Bob Smith", "BobSmith"), ("José", "Jose"), ("Bob", "Bоb"), ("", "Bob")]
        {
            assert!(!is_same(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn letters_of_other_scripts_look_alike_and_are_not_the_same() {
        for (one, other) in [
            ("Bob", "Bоb"),
            ("bob", "Bоb"),
            ("Alice", "AIice"),
            ("Alice", "Аlice"),
            ("Carmen", "Carrnen"),
            ("Bob", "B0b"),
            ("Ana", "Αna"),
            ("Iris", "lris"),
        ] {
            assert!(look_alike(one, other), "{one:?} {other:?}");
            assert!(look_alike(other, one), "{one:?} {other:?}");
        }
        for (one, other) in [("Bob", "Rob"), ("Alice", "Alicia"), ("José", "Jose"), ("Bob", "Bob 2")] {
            assert!(!look_alike(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_means_something_else_than_a_person_is_reserved() {
        for (name, why) in [
            ("+447700900102", Reserved::Number),
            ("+44 7700 900102", Reserved::Number),
            ("+44 (0) 7700 900102", Reserved::Number),
            ("07700 900102", Reserved::Number),
            ("０７７００９００１０２", Reserved::Number),
            ("٠٧٧٠٠٩٠٠١٠٢", Reserved::Number),
            ("999", Reserved::Number),
            ("3c891561", Reserved::Account),
            ("3C891561", Reserved::Account),
            ("3c8915613c8915613c8915613c891561", Reserved::Account),
            ("Bob (VERIFIED)", Reserved::Trust),
            ("verified", Reserved::Trust),
            ("Bob (NOT VERIFIED)", Reserved::Trust),
            ("Bob, VERIFІED", Reserved::Trust),
            ("Bob ＶＥＲＩＦＩＥＤ", Reserved::Trust),
            ("Key  changed", Reserved::Trust),
            ("You", Reserved::Owner),
            ("YOU", Reserved::Owner),
            ("Yоu", Reserved::Owner),
            ("\"You\"", Reserved::Owner),
            ("You:", Reserved::Owner),
            ("(you)", Reserved::Owner),
            ("waiting", Reserved::State),
            ("Waiting ...", Reserved::State),
            ("blоcked", Reserved::State),
            ("delivered", Reserved::State),
            ("sent", Reserved::State),
            ("refused", Reserved::State),
            ("unverified", Reserved::State),
            ("changed", Reserved::State),
            ("Wrote first", Reserved::State),
        ] {
            assert_eq!(reserved(name), Some(why), "{name:?}");
        }
        for name in [
            "Bob",
            "Youssef",
            "Bob 2",
            "Bob 1984",
            "Agent 007",
            "Verity",
            "Deadbeat",
            "Keyboard",
            "Waiting Room",
            "Nóra",
            "村上",
            "🎉",
        ] {
            assert_eq!(reserved(name), None, "{name:?}");
        }
    }

    #[test]
    fn the_owner_too_calls_nobody_by_a_number_or_by_the_word_for_themselves() {
        for name in
            ["You", "yоu", "(you)", "07700 900102", "0044 7700 900102", "447700900102", "(07700) 900102"]
        {
            assert!(is_nobodys(name), "{name:?}");
        }
        for name in ["Bob", "Bob 2", "112", "Agent 007", "Youssef", "1984", "3c891561", "waiting", "1234567a"]
        {
            assert!(!is_nobodys(name), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn a_number_is_nobodys_name_however_it_is_dialled(
            digits in "[1-9][0-9]{6,12}",
            sign in prop::sample::select(vec!["", "0", "00", "+", "(0)"]),
        ) {
            let number = format!("{sign}{digits}");
            prop_assert!(is_nobodys(&number), "{}", number);
        }

        #[test]
        fn the_short_way_is_the_same_as_the_long_one(name in "[ -~]{0,20}") {
            prop_assert_eq!(fold(&name), fold_any(&name));
        }

        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,16}|[aAßİıςσΣﬁé\u{301}\u{307} \u{A0}\u{200D}]{0,10}") {
            prop_assert_eq!(fold(&fold(&name)), fold(&name));
        }

        #[test]
        fn a_name_is_itself_in_any_case_and_with_white_space_around(name in "[a-zA-Zéèüß]{1,12}") {
            let upper = format!("  {}\u{A0}", name.to_uppercase());
            prop_assert!(is_same(&name, &upper));
            prop_assert!(is_same(&name, &name.nfd().collect::<String>()));
        }
    }
}
