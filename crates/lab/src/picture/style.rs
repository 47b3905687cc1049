//! The style of pictures: the rules that a page has too, and the colours that only its own file needs.

/// Rules for pictures, in the colours of the page that they are part of.
pub const RULES: &str = include_str!("../../templates/picture.css");

/// Colours and fonts as pages have them.
const COLOURS: &str = include_str!("../../templates/picture/colours.css");

/// Returns the style of its own file.
pub(super) fn of_file() -> String {
    format!("{COLOURS}{RULES}")
}
