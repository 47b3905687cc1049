//! Sentences about keys that change and about linked devices.

use pillarbox_wire::AccountId;

use crate::records::devices::DeviceFault;
use crate::records::notice::{DeviceFailure, Notice};
use crate::text::sentences::names::{Choice, Names, Tone};

pub(super) fn key_changed(name: &str, blocked: bool, names: &impl Names) -> String {
    if blocked {
        let choice = names.choice(Choice::CompareOrAccept(name));
        format!(
            "{name}'s safety number has changed since you verified it. Nothing is sent until you choose: {choice}."
        )
    } else {
        format!(
            "{name}'s safety number has changed: a new phone, a new account, or somebody in between. NOT VERIFIED, as before."
        )
    }
}

/// Returns the sentence for a notice about devices.
pub(super) fn notice(
    notice: &Notice,
    name: &impl Fn(&AccountId) -> String,
    names: &impl Names,
) -> (Tone, String) {
    match notice {
        Notice::DevicesChanged { contact, added: 0, removed, blocked: _ } => {
            let name = name(contact);
            (Tone::Note, format!("{name} has removed {}. It gets nothing more from you.", devices(*removed)))
        }
        Notice::DevicesChanged { contact, added, removed: _, blocked } => {
            (Tone::Warning, added_to(&name(contact), *added, *blocked, names))
        }
        Notice::DeviceRefused { contact, fault } => (Tone::Warning, refused(&name(contact), *fault)),
        Notice::DeviceLinked { device } => (
            Tone::Note,
            format!(
                "Device {device} is linked. It reads and writes everything from now on. Your contacts are told."
            ),
        ),
        Notice::DeviceSignedOff { device } => (
            Tone::Note,
            format!("Device {device} has signed off. This phone takes it off the list of your devices."),
        ),
        Notice::DeviceRemoved { device } => (
            Tone::Note,
            format!(
                "Device {device} is removed. It gets nothing more, and keeps what it had. Your contacts are told."
            ),
        ),
        Notice::DeviceNotChanged { reason } => (Tone::Warning, not_changed(*reason)),
        Notice::WaitsForLink => (Tone::Note, "This device waits to be linked.".to_owned()),
        Notice::Linked { address: _ } => {
            (Tone::Note, "The account's first phone has linked this device.".to_owned())
        }
        _ => (Tone::Note, "This device has your contacts and groups.".to_owned()),
    }
}

fn devices(count: usize) -> String {
    if count == 1 { "a device".to_owned() } else { format!("{count} devices") }
}

fn added_to(name: &str, added: usize, blocked: bool, names: &impl Names) -> String {
    let (devices, it) = (devices(added), if added == 1 { "it" } else { "they" });
    let signed = format!(
        "{name} has linked {devices}, signed with the key that you know: {it} will read what you write"
    );
    if blocked {
        let choice = names.choice(Choice::CompareOrAccept(name));
        format!("{signed}. You have verified {name}, so nothing is sent until you choose: {choice}.")
    } else {
        format!("{signed}. NOT VERIFIED, as before.")
    }
}

fn refused(name: &str, fault: DeviceFault) -> String {
    match fault {
        DeviceFault::Unlisted => format!(
            "a message claims to come from a device of {name} that is not on their signed list. Nothing of it was kept."
        ),
        DeviceFault::Unsigned | DeviceFault::NoConsent | DeviceFault::NotWellFormed => format!(
            "somebody has named devices of {name} without a signature that holds. Those devices get nothing from you."
        ),
        DeviceFault::Older => {
            format!("somebody has handed over an older list of {name}'s devices. It was not taken.")
        }
        DeviceFault::Forked => format!(
            "there are two different lists of {name}'s devices, both signed as the same one. The first stays."
        ),
    }
}

fn not_changed(reason: DeviceFailure) -> String {
    match reason {
        DeviceFailure::Relay(reason) => format!("your devices stay as they were: {reason}."),
        DeviceFailure::OtherKeys => {
            "the keys that wait at the relay are not those of the device that shows this code. Nothing was linked."
                .to_owned()
        }
        DeviceFailure::NoConsent => {
            "the device was made for another account. Nothing was linked.".to_owned()
        }
    }
}
