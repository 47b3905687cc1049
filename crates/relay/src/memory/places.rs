//! Places where devices wait to be linked, in memory only: a device whose relay starts again opens its place again.
//!
//! The name of a place is random and known to two people's screens. A reader of the place learns public keys; the
//! first phone checks them against the digest that the new device shows. The relay learns both addresses.

use std::collections::HashMap;

use pillarbox_wire::{AccountId, DeviceOffer, FixedBytes, Refusal, RequestId, Timestamp};

use crate::memory::connection_id::ConnectionId;
use crate::rules::limits::Limits;

/// A device that waits.
#[derive(Clone, Debug)]
struct Place {
    offer: DeviceOffer,
    connection: ConnectionId,
    request: RequestId,
    opened_at: Timestamp,
    /// The account that has read the place. Nobody else may.
    reader: Option<AccountId>,
}

/// All open places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    open: HashMap<FixedBytes<16>, Place>,
}

impl Places {
    /// Opens a place. A place of this name continues with the new connection if the same device opens it again.
    pub(crate) fn open(
        &mut self,
        name: FixedBytes<16>,
        offer: DeviceOffer,
        from: (ConnectionId, RequestId),
        limits: &Limits,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let most = limits.places as usize;
        if self.open.get(&name).is_some_and(|place| place.offer.device_key != offer.device_key) {
            return Err(Refusal::UnknownPlace);
        }
        if self.open.len() >= most && !self.open.contains_key(&name) {
            self.open.retain(|_, place| place.is_good(limits, now));
            if self.open.len() >= most {
                let wait = limits.place_lifetime.as_seconds();
                return Err(Refusal::RateLimited { retry_after: u32::try_from(wait).unwrap_or(u32::MAX) });
            }
        }
        let reader = self.open.get(&name).and_then(|place| place.reader);
        let (connection, request) = from;
        self.open.insert(name, Place { offer, connection, request, opened_at: now, reader });
        Ok(())
    }

    /// Returns the offer at a place to its one reader.
    pub(crate) fn read(
        &mut self,
        name: FixedBytes<16>,
        reader: AccountId,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<DeviceOffer, Refusal> {
        let place = self.open.get_mut(&name).filter(|place| place.is_good(limits, now));
        let place = place.ok_or(Refusal::UnknownPlace)?;
        if *place.reader.get_or_insert(reader) != reader {
            return Err(Refusal::UnknownPlace);
        }
        Ok(place.offer.clone())
    }

    /// Closes the place of a device, and returns the connection and the request that wait there.
    pub(crate) fn take(&mut self, device_key: &FixedBytes<32>) -> Option<(ConnectionId, RequestId)> {
        let name = *self.open.iter().find(|(_, place)| place.offer.device_key == *device_key)?.0;
        self.open.remove(&name).map(|place| (place.connection, place.request))
    }

    /// Closes the places of a connection that has ended.
    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        self.open.retain(|_, place| place.connection != connection);
    }
}

impl Place {
    /// Returns true while the place is young enough, by a clock that may have been changed.
    fn is_good(&self, limits: &Limits, now: Timestamp) -> bool {
        now.0.abs_diff(self.opened_at.0) < limits.place_lifetime.0
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{Duration, IdentityKey, PreKeyUpload};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn offer(seed: u8) -> DeviceOffer {
        let identity = IdentityKey {
            signing: FixedBytes([seed; 32]),
            agreement: FixedBytes([seed; 32]),
            cross_signature: FixedBytes([seed; 64]),
        };
        let (device_key, consent) = (FixedBytes([seed; 32]), FixedBytes([seed; 64]));
        DeviceOffer { identity, device_key, consent, prekeys: PreKeyUpload::default() }
    }

    fn from(connection: u64) -> (ConnectionId, RequestId) {
        (ConnectionId(connection), RequestId(1))
    }

    #[test]
    fn a_place_has_one_reader_one_device_and_an_end() {
        let (mut places, limits) = (Places::default(), Limits::default());
        let (name, anne, ben) = (FixedBytes([9; 16]), AccountId([1; 16]), AccountId([2; 16]));
        assert_eq!(places.read(name, anne, &limits, NOW), Err(Refusal::UnknownPlace), "not open yet");
        places.open(name, offer(1), from(1), &limits, NOW).unwrap();
        assert_eq!(places.read(name, anne, &limits, NOW), Ok(offer(1)));
        assert_eq!(places.read(name, ben, &limits, NOW), Err(Refusal::UnknownPlace), "another reader");
        assert_eq!(places.read(name, anne, &limits, NOW), Ok(offer(1)), "the same reader again");
        assert_eq!(places.open(name, offer(2), from(2), &limits, NOW), Err(Refusal::UnknownPlace));
        places.open(name, offer(1), from(3), &limits, NOW).unwrap();
        assert_eq!(places.read(name, ben, &limits, NOW), Err(Refusal::UnknownPlace), "it keeps its reader");
        let late = NOW + Duration::from_seconds(limits.place_lifetime.as_seconds());
        assert_eq!(places.read(name, anne, &limits, late), Err(Refusal::UnknownPlace));
        assert_eq!(places.take(&offer(1).device_key), Some(from(3)));
        assert_eq!(places.take(&offer(1).device_key), None);
    }

    #[test]
    fn a_full_table_takes_a_newcomer_once_an_old_place_is_over() {
        let (mut places, limits) = (Places::default(), Limits { places: 1, ..Limits::default() });
        places.open(FixedBytes([1; 16]), offer(1), from(1), &limits, NOW).unwrap();
        let full = places.open(FixedBytes([2; 16]), offer(2), from(2), &limits, NOW);
        assert_eq!(full, Err(Refusal::RateLimited { retry_after: 300 }));
        let late = NOW + limits.place_lifetime;
        places.open(FixedBytes([2; 16]), offer(2), from(2), &limits, late).unwrap();
        places.forget(ConnectionId(2));
        let read = places.read(FixedBytes([2; 16]), AccountId([1; 16]), &limits, late);
        assert_eq!(read, Err(Refusal::UnknownPlace), "its connection has ended");
    }
}
