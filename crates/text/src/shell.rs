//! Words as a shell reads them.

use std::path::Path;

use crate::show::safe;

/// Quotes `word` so that a shell reads it as one word.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:+@%,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if safe(word) != word {
        return ansi_c(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Quotes a path so that a shell reads it as one word. Bytes that are not UTF-8 are replaced.
#[must_use]
pub fn quote_path(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

/// Quotes a word with control characters in the form whose escapes shells read (`$'...'`, POSIX.1-2024, section
/// 2.2.4), so that a terminal shows them as text and the word can be copied.
fn ansi_c(word: &str) -> String {
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if safe(c.encode_utf8(&mut [0; 4])).chars().eq([c]) => quoted.push(c),
            c => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")))
            }
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_word_stays_and_any_other_is_quoted_once() {
        assert_eq!(quote("+447700900101"), "+447700900101");
        assert_eq!(quote("+44 7700"), "'+44 7700'");
        assert_eq!(quote("anna's"), r"'anna'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote_path(Path::new("/srv/a b")), "'/srv/a b'");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The shell is asked, and not a reading of its rules. `$'...'` is younger than some shells named `sh`.
        #[test]
        fn a_shell_reads_a_word_back_as_it_was(word in "[ -~\n\t'\\\\é„\u{7f}]{0,12}") {
            let told = Command::new("bash").args(["-c", &format!("printf %s {}", quote(&word))]).output();
            let Ok(told) = told else { return Ok(()) };
            prop_assert_eq!(String::from_utf8_lossy(&told.stdout), word);
        }
    }
}
