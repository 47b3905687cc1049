//! Small rules of written English, with which sentences are composed.

/// Returns a sentence with its first letter as a capital.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Formats a number with commas between thousands.
#[must_use]
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 999, 10_000, 2_176_782_336].map(grouped), ["7", "999", "10,000", "2,176,782,336"]);
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(["été", "", "7 texts"].map(capital), ["Été", "", "7 texts"]);
    }
}
