//! Sentences about the relay's public log of keys, each with what to do next. None of them begins with `Warning:`.

use pillarbox_wire::{Handle, Timestamp};

use crate::records::directory::{HeadConflict, Unproved};

const fn because(why: Unproved) -> &'static str {
    match why {
        Unproved::NoLog => "it shows no log",
        Unproved::NotSigned => "the log is not signed with the key that this phone knows",
        Unproved::OtherLog => "it is not the log that this phone was shown before",
        Unproved::NoEntry => "the log has no such entry, or the proof is wrong",
        Unproved::OtherKeys => "the log has other keys",
        Unproved::OtherDevices => "the log has another device list",
    }
}

/// Returns the sentence for keys or a device list of a contact that were not proved.
pub(super) fn of_contact(name: &str, why: Unproved) -> String {
    if why == Unproved::OtherDevices {
        return format!(
            "the relay's public log has another list of {name}'s devices than the one that was given for {name}. This phone \
             has not taken that list over, and writes to the devices that it knew. Ask {name} in another way which devices \
             they have linked, and ask whoever runs the relay."
        );
    }
    format!(
        "the relay's public log does not prove the keys that the relay gave for {name}: {}. Nothing is sent to {name} with \
         these keys. Compare safety numbers with {name}, and ask whoever runs the relay.",
        because(why)
    )
}

/// Returns the sentence for a number whose account was not proved.
pub(super) fn of_number(handle: &Handle, why: Unproved) -> String {
    format!(
        "the relay's public log does not prove the keys that the relay gave for {handle}: {}. Nobody was added. Add them \
         by their invitation, or ask whoever runs the relay.",
        because(why)
    )
}

/// Returns the sentence for the owner's own entry.
pub(super) fn of_owner(why: Unproved) -> String {
    format!(
        "the relay's public log does not prove your own keys: {}. The relay could give your contacts other keys than \
         yours. Compare safety numbers with them, and ask whoever runs the relay.",
        because(why)
    )
}

/// Returns the sentence for keys or devices that somebody else published in the owner's name.
pub(super) fn not_mine(at: Timestamp) -> String {
    let (year, month, day, ..) = at.calendar();
    let when = if at.0 == 0 { String::new() } else { format!(" of {year}-{month:02}-{day:02}") };
    format!(
        "the relay's public log has an entry{when} in your name that this phone did not make: other keys, or another list of your devices. \
         Whoever has those keys may read what your contacts write to you. Tell them in another way, compare safety numbers with them, and ask whoever \
         runs the relay."
    )
}

/// Returns the sentence for a contact whose phone was shown a different log from this one's.
pub(super) fn split_view(name: &str, why: HeadConflict) -> String {
    let what = match why {
        HeadConflict::OtherLog => format!(
            "the relay shows two public logs: it has signed one head for {name}'s phone and another for this phone, and does \
             not prove that one log continues both. It may have given one of you false keys."
        ),
        HeadConflict::OtherKey => format!(
            "{name}'s phone was shown a public log that is signed with another key than the one that this phone knows. The \
             relay shows two logs, or one of you last looked at a log that it has given up since."
        ),
    };
    format!(
        "{what} Compare safety numbers with {name}. This phone keeps both signed heads: give them to whoever checks the log, \
         and ask whoever runs the relay."
    )
}
