//! Words as a shell reads them.

use pillarbox_client::display;

/// Quotes `word` so that a shell reads it as one word.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:+@%,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if display::safe(word) != word {
        return ansi_c(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Quotes a word with control characters in the form whose escapes shells read (`$'...'`, POSIX.1-2024, section
/// 2.2.4), so that a terminal shows them as text and the word can be copied.
fn ansi_c(word: &str) -> String {
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if display::safe(c.encode_utf8(&mut [0; 4])).chars().eq([c]) => quoted.push(c),
            c => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")))
            }
        }
    }
    quoted + "'"
}
