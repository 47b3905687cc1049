//! Advice for the owner when a relay refuses something about a channel.

use pillarbox_wire::Refusal;

/// Returns a sentence for a refusal that means something particular for channels.
pub(super) const fn advice(reason: Refusal) -> Option<&'static str> {
    match reason {
        Refusal::NotOffered => Some("Whoever runs it can start it with --channels."),
        Refusal::UnknownChannel => {
            Some("Check the name; to open a channel of your own, type `channel create` and its name.")
        }
        Refusal::ChannelTaken => Some("Choose another name."),
        Refusal::TakenDown => Some("Nothing can be read or posted there any more, and the name stays taken."),
        Refusal::TooMuch => Some("An account has at most so many channels, and a channel so many posts."),
        _ => None,
    }
}
