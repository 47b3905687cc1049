//! A blocking order: the networks of a country are told to let nobody reach the relay. It asks for nothing and returns nothing.

use pillarbox_wire::Timestamp;
use serde::Serialize;

use super::{Demand, View, When};

/// See the module.
pub const BLOCKING_ORDER: Demand = Demand {
    name: "blocking-order",
    title: "a blocking order",
    plain: "nobody in the country is to reach the messenger",
    reaches: &[],
    view: View::Nothing,
    when: When::FromNowOn,
};

/// One text that somebody wanted to say after the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// Whether either end is in the country.
    pub in_the_country: bool,
    /// Whether it arrived.
    pub arrived: bool,
    /// Whether it went through another relay than before.
    pub another_relay: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Texts with an end in the country that did not arrive.
    pub denied: u64,
    /// Texts with an end in the country that arrived through another relay.
    pub restored: u64,
    /// Texts with an end in the country that arrived as before.
    pub unhindered: u64,
    /// Texts of people elsewhere that did not arrive.
    pub denied_elsewhere: u64,
}

impl Blocked {
    /// The share of the country's texts that arrived through another relay; none if there was no text.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn share_restored(&self) -> Option<f64> {
        let all = self.denied + self.restored + self.unhindered;
        (all > 0).then(|| self.restored as f64 / all as f64)
    }
}

/// Counts what became of the texts.
#[must_use]
pub fn count(attempts: &[Attempt]) -> Blocked {
    let mut blocked = Blocked::default();
    for attempt in attempts {
        let slot = match (attempt.in_the_country, attempt.arrived, attempt.another_relay) {
            (true, false, _) => &mut blocked.denied,
            (true, true, true) => &mut blocked.restored,
            (true, true, false) => &mut blocked.unhindered,
            (false, false, _) => &mut blocked.denied_elsewhere,
            (false, true, _) => continue,
        };
        *slot += 1;
    }
    blocked
}
