//! The ends of a text: the author and the recipient. A text to a group went to the group and to nobody in private.

use pillarbox_access::facts::{Addressed, ReadableText};
use pillarbox_client::display::safe;

use pillarbox_text::columns::Column;

/// The narrowest column of names, so that short names leave the texts where the eye expects them.
const NARROWEST: usize = 16;

/// The largest share of a window that the names of both parties occupy, in fifths.
const WIDEST_FIFTHS: usize = 2;

/// Returns the recipient of a text, under the names that `name` returns; `None` if nothing says who it is.
#[must_use]
pub fn recipient(said: &ReadableText, name: impl Fn(&str) -> String) -> Option<String> {
    match &said.group {
        Some(Addressed { name: Some(group) }) => Some(format!("the group {}", safe(group))),
        Some(Addressed { name: None }) => Some("a group".into()),
        None => said.to.as_deref().map(name),
    }
}

/// Returns each text once, after its ends. A text with several copies went to several people, or to a group.
#[must_use]
pub fn each(said: &[ReadableText], name: impl Fn(&str) -> String) -> Vec<(String, String)> {
    const NOT_NAMED: &str = "(not named)";
    let same = |one: &ReadableText, other: &ReadableText| {
        (one.at, &one.from, &one.text, &one.group) == (other.at, &other.from, &other.text, &other.group)
    };
    let texts = said.chunk_by(same).filter_map(|copies| {
        let first = copies.first()?;
        let from = first.from.as_deref().map_or_else(|| NOT_NAMED.to_owned(), &name);
        let to = match copies {
            [_, _, ..] if first.group.is_none() => format!("{} people", copies.len()),
            _ => recipient(first, &name).unwrap_or_else(|| NOT_NAMED.to_owned()),
        };
        Some((format!("{from} to {to}"), first.text.clone()))
    });
    texts.collect()
}

/// Returns the columns of a table of texts after the names of both parties. The column of names is as wide as the
/// widest pair, within what a window of `width` columns leaves for it.
#[must_use]
pub fn columns<'e>(ends: impl Iterator<Item = &'e str>, width: usize) -> [Column; 2] {
    let widest = ends.map(pillarbox_text::wrap::display_width).max().unwrap_or(0);
    [Column::Fixed(widest.min(width * WIDEST_FIFTHS / 5).max(NARROWEST)), Column::Share(1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pillarbox_wire::Timestamp;

    fn text(to: Option<&str>, group: Option<Option<&str>>) -> ReadableText {
        let group = group.map(|name| Addressed { name: name.map(str::to_owned) });
        let (at, from) = (Timestamp(1), Some("+1".to_owned()));
        ReadableText { at, from, to: to.map(str::to_owned), text: "six?".into(), group }
    }

    fn ends(said: &[ReadableText]) -> Vec<String> {
        let name = |id: &str| if id == "+1" { "Huw".to_owned() } else { id.to_owned() };
        each(said, name).into_iter().map(|(ends, _)| ends).collect()
    }

    #[test]
    fn a_text_to_a_group_went_to_the_group_whoever_showed_it() {
        let group = Some(Some("five-a-side"));
        assert_eq!(ends(&[text(Some("+2"), group)]), ["Huw to the group five-a-side"]);
        assert_eq!(ends(&[text(None, group)]), ["Huw to the group five-a-side"]);
        assert_eq!(
            ends(&[text(Some("+2"), group), text(Some("+3"), group)]),
            ["Huw to the group five-a-side"]
        );
        assert_eq!(ends(&[text(Some("+2"), Some(None))]), ["Huw to a group"]);
        assert_eq!(ends(&[text(Some("+2"), None)]), ["Huw to +2"]);
        assert_eq!(ends(&[text(Some("+2"), None), text(Some("+3"), None)]), ["Huw to 2 people"]);
        assert_eq!(ends(&[text(None, None)]), ["Huw to (not named)"]);
    }

    #[test]
    fn the_column_of_ends_is_as_wide_as_they_are_within_the_window() {
        let wide = "x".repeat(60);
        assert_eq!(columns(["a to b"].into_iter(), 80)[0], Column::Fixed(NARROWEST));
        assert_eq!(columns([wide.as_str()].into_iter(), 80)[0], Column::Fixed(32));
        assert_eq!(columns([wide.as_str()].into_iter(), 160)[0], Column::Fixed(60));
    }
}
