//! A blocking order: the networks of a country are told to let nobody reach the relay. It asks for nothing and returns nothing.

use super::{Demand, Power, View, When};

/// See the module.
pub const BLOCKING_ORDER: Demand = Demand {
    name: "blocking-order",
    plain: "nobody in the country is to reach the messenger",
    uk: Power::unchecked(
        "service or access restriction order",
        "Online Safety Act 2023, sections 144 and 146",
    ),
    us: Power::unchecked("no power of this kind", "First Amendment"),
    reaches: &[],
    view: View::Nothing,
    when: When::FromNowOn,
};
