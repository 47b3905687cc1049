//! A blocking order. The networks of a country are told to block access to the relay. It asks for nothing and
//! returns nothing.

use super::definition::{Demand, ViewKind, When};

/// The demand that this module describes.
pub const BLOCKING_ORDER: Demand = Demand {
    name: "blocking-order",
    title: "a blocking order",
    plain: "nobody in the country is to reach the messenger",
    reaches: &[],
    view: ViewKind::Nothing,
    when: When::FromNowOn,
};
