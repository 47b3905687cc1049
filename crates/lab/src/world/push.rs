//! The operating system's push service. It assigns a device a token, knows the account to which the device is
//! signed in, and is asked to wake the device.

use pillarbox_access::view::{PushOwner, PushRecords, Woken};
use pillarbox_wire::Timestamp;

use crate::scenario::{Person, PersonId};

/// Assigns a device a token. The scenario names the owner's account with the service, or one is derived from the
/// owner's name.
pub(super) fn give(records: &mut PushRecords, token: Vec<u8>, who: PersonId, person: &Person) {
    let made = || format!("{}.{}@example.com", person.name.to_lowercase().replace(' ', "."), who.0 + 1);
    let email = person.os_account.clone().unwrap_or_else(made);
    records.owners.push(PushOwner { token, name: person.name.clone(), email });
}

/// Wakes a device, if the token is one of this service's.
pub(super) fn wake(records: &mut PushRecords, token: &[u8], at: Timestamp) -> bool {
    let known = records.owner(token).is_some();
    if known {
        records.woken.push(Woken { token: token.to_vec(), at });
    }
    known
}
