//! Strangers' texts in HTML: the only entry point, which every template uses automatically.

use std::fmt::{self, Write};

use askama::filters::Escaper;
use pillarbox_client::display::safe_document;

/// Escapes text for an element or a quoted attribute. It also removes characters that reverse the reading direction or
/// that an eye does not see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for letter in safe_document(string).chars() {
            match letter {
                '&' => dest.write_str("&amp;")?,
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&#39;")?,
                other => dest.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// Returns a text as every template prints it.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a String cannot fail.
    let _ = Html.write_escaped_str(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_gets_out_of_a_text(text in "\\PC{0,40}|[<>&\"' \u{202e}\u{0}-\u{1f}]{0,20}") {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
            prop_assert!(!escaped.chars().any(|letter| letter.is_control() && letter != '\n'));
            prop_assert!(!escaped.contains('\u{202e}'), "{escaped}");
        }
    }
}
