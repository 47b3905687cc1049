//! The conversation of the demonstration. People and texts are invented; the numbers are drama numbers (Ofcom).

use super::report::DemonstratedPerson;

/// The first of the two people.
pub(super) const ALICE: DemonstratedPerson = DemonstratedPerson { name: "Alice", number: "+447700900101" };

/// The second of the two people. This phone is switched off before the last text, and the demands are about this
/// person.
pub(super) const BOB: DemonstratedPerson = DemonstratedPerson { name: "Bob", number: "+447700900102" };

/// Everybody, in the order of the tables.
pub(super) const PEOPLE: [DemonstratedPerson; 2] = [ALICE, BOB];

/// One text.
pub(super) struct Said {
    /// Position of the speaker in [`PEOPLE`].
    pub(super) by: usize,
    /// The words.
    pub(super) text: &'static str,
}

/// The texts while both phones are on.
pub(super) const TOGETHER: &[Said] = &[
    Said { by: 0, text: "Are you coming at six?" },
    Said { by: 1, text: "Yes. Under the clock." },
    Said { by: 0, text: "I will bring the red folder." },
    Said { by: 1, text: "Good. See you there." },
];

/// The first person's text after the other phone was switched off.
pub(super) const ALONE: Said = Said { by: 0, text: "Running late: half past." };
