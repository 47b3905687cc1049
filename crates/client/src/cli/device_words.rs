//! The ways in which a command about devices can fail, and their messages.

use pillarbox_client::DeviceFailure;
use pillarbox_wire::Refusal;
use pillarbox_wire::limits::MAX_LINKED_DEVICES;

use super::exit::Exit;

/// Reasons that a command about devices stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceTrouble {
    /// The text is not a device code, or has a typing error.
    BadCode,
    /// Only the first phone of the account can do this.
    FirstPhoneOnly,
    /// The first phone has not signed what this device has asked for.
    TooManyWishes,
    /// The account has as many devices as it may.
    TooMany,
    /// The account has used up the numbers of its devices.
    NoNumber,
    /// No linked device has this number.
    Unknown(u8),
    /// A change of the devices still waits for the relay.
    ChangeWaits,
    /// This device has not been linked yet.
    StillWaits,
    /// Nobody has linked this device in time.
    NotLinked,
    /// Only a linked device can do this.
    LinkedOnly,
    /// This device has signed off.
    Left,
    /// The relay does not know this linked device.
    Gone,
    /// The devices are unchanged.
    NotChanged(DeviceFailure),
}

/// Returns the exit code, the message, and the arguments of the next command.
pub(crate) fn explained(trouble: DeviceTrouble) -> (Exit, String, Option<&'static str>) {
    let what = match trouble {
        DeviceTrouble::BadCode => {
            return (
                Exit::Usage,
                "The device code is cut off or has a typing error in it. Copy the whole line that the new device shows."
                    .to_owned(),
                None,
            );
        }
        DeviceTrouble::FirstPhoneOnly => {
            "This is a linked device. Only the first phone of the account can do this, so nothing was changed.".to_owned()
        }
        DeviceTrouble::TooManyWishes => {
            "As many changes of groups as this device keeps wait for your first phone. Connect that phone, then type this \
             again; nothing was changed."
                .to_owned()
        }
        DeviceTrouble::TooMany => format!(
            "An account has at most {MAX_LINKED_DEVICES} linked devices. Remove one first; nothing was changed."
        ),
        DeviceTrouble::NoNumber => {
            "This account has linked 128 devices, and no number is used twice. No more can be linked to it.".to_owned()
        }
        DeviceTrouble::Unknown(number) => {
            format!("No linked device of this account has the number {number}. Nothing was changed.")
        }
        DeviceTrouble::ChangeWaits => {
            "The last change of the devices has not reached the relay yet, so nothing more was changed.".to_owned()
        }
        DeviceTrouble::LinkedOnly => {
            "This is the first phone of the account, and only a linked device can sign off. Nothing was changed. To close \
             the account, type `account close`."
                .to_owned()
        }
        DeviceTrouble::Left => {
            "This device has signed off. What it had stays on it, and it sends and fetches nothing more. To link this \
             computer again, type `device link INVITATION` with another --profile."
                .to_owned()
        }
        DeviceTrouble::Gone => {
            "The relay does not know this device any more. The first phone of the account has removed it, or the account was \
             closed or moved to another phone. What this device had stays on it. To link this computer again, type \
             `device link INVITATION` with another --profile."
                .to_owned()
        }
        DeviceTrouble::StillWaits => {
            "This device is not linked yet, so it can do nothing else. Type `device link INVITATION` again, with the \
             invitation of your account, and then the code on its first phone."
                .to_owned()
        }
        DeviceTrouble::NotLinked => {
            "Nobody has linked this device within 5 minutes. Type the same command again: the code stays the same.".to_owned()
        }
        DeviceTrouble::NotChanged(DeviceFailure::OtherKeys) => {
            "The keys that wait at the relay are not those of the device that shows this code. Somebody else waits there, \
             or the code was typed wrongly. Nothing was linked."
                .to_owned()
        }
        DeviceTrouble::NotChanged(DeviceFailure::NoConsent) => {
            "The new device was made for another account. On it, begin again with your own invitation. Nothing was linked."
                .to_owned()
        }
        DeviceTrouble::NotChanged(DeviceFailure::Relay(Refusal::UnknownPlace)) => {
            "No device waits to be linked with this code, or its 5 minutes are over. On the new device, type `device link` \
             again. Nothing was linked."
                .to_owned()
        }
        DeviceTrouble::NotChanged(DeviceFailure::Relay(reason)) => {
            format!("Your devices stay as they were: {reason}.")
        }
    };
    let next = match trouble {
        DeviceTrouble::TooMany | DeviceTrouble::Unknown(_) => Some("device list"),
        DeviceTrouble::ChangeWaits => Some("inbox"),
        _ => None,
    };
    (Exit::No, what, next)
}

/// Explains that a verified contact has another device.
pub(crate) fn new_device(name: &str, number: &str, accept: &str) -> String {
    format!(
        "{name} has linked another device since you verified them. Nothing is sent until you choose.\n\
         Safety number, as before:\n{number}\n\
         The device is signed with the key that you verified. It will read what you write. Ask {name} whether it is theirs, \
         and compare again; or go on unverified with `contact accept {accept}`."
    )
}
