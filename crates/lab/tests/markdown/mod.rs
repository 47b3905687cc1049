//! Generated pages, with lines as narrow as those of the pages that people write.

/// The maximum number of characters in a line, except in tables and headings.
pub(crate) const WIDTH: usize = 120;

/// Breaks the wide lines of a page at the end of a sentence, or else between two words. The words and their order
/// are unchanged.
pub(crate) fn broken(page: &str) -> String {
    let mut out = String::new();
    for line in page.lines() {
        let is_item = line.starts_with("- ") || line.starts_with("  ");
        let indent = if is_item { "  " } else { "" };
        let mut rest = line.to_owned();
        while let Some(at) = place(&rest) {
            out.push_str(&rest[..at]);
            out.push('\n');
            rest = format!("{indent}{}", &rest[at + 1..]);
        }
        out.push_str(&rest);
        out.push('\n');
    }
    out
}

/// Returns the byte position of the space at which a line is broken. Returns nothing if the line is narrow enough, or
/// is not text.
fn place(line: &str) -> Option<usize> {
    if line.starts_with(['|', '#']) || line.chars().count() <= WIDTH {
        return None;
    }
    // A line does not break among the marks in front of a list item's words.
    let text = line.len() - line.trim_start_matches(['-', ' ']).len();
    let spaces: Vec<usize> = line
        .char_indices()
        .take(WIDTH + 1)
        .filter(|(at, sign)| *sign == ' ' && *at > text && begins_a_line(&line[at + 1..]))
        .map(|(at, _)| at)
        .collect();
    spaces.iter().rfind(|at| ends_a_sentence(&line[..**at], &line[**at + 1..])).or(spaces.last()).copied()
}

/// A full stop after a single letter belongs to an initial or to "v.", not to the end of a sentence.
fn ends_a_sentence(before: &str, after: &str) -> bool {
    let last = before.rsplit(' ').next().unwrap_or_default();
    last.ends_with('.') && last.len() > 2 && after.starts_with(char::is_uppercase)
}

/// A word at the beginning of a line must not make it a list, a heading, a quotation or a table.
fn begins_a_line(word: &str) -> bool {
    let digits = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let is_number = digits.len() < word.len() && digits.starts_with(['.', ')']);
    !is_number && !word.starts_with(['-', '+', '*', '#', '>', '|', '='])
}
