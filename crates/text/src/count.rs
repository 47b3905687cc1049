//! Numbers with their nouns.

use std::fmt::Display;

/// Formats a number of things: `1 key`, `2 keys`, `0 keys`.
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{number} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_thing_is_singular() {
        assert_eq!([0_u64, 1, 2].map(|number| counted(number, "key", "keys")), ["0 keys", "1 key", "2 keys"]);
        assert_eq!(counted(1_usize, "other value", "other values"), "1 other value");
    }
}
