//! A layout on a screen. Only differences are written, so that a screen reader reads out only what is new.
//!
//! Moves are relative (ECMA-48: CUU, CUD, CHA, ED), because the row of the cursor is not known.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::layout::Layout;

/// The layout on the screen, with the cursor in it.
#[derive(Debug)]
pub(crate) struct Drawn(Layout);

impl Drawn {
    /// Draws on a free line. The second value is the output.
    pub(crate) fn fresh(layout: Layout) -> (Self, String) {
        let mut out = String::new();
        write_rows(&mut out, &layout, (0, 0));
        (Self(layout), out)
    }

    /// Draws the differences. Returns the output.
    pub(crate) fn change(&mut self, next: Layout) -> String {
        let mut out = String::new();
        let (row, bytes) = first_difference(&self.0, &next);
        let is_equal = self.0.rows == next.rows;
        if is_equal {
            go(&mut out, self.0.cursor, next.cursor);
        } else {
            let column =
                next.rows.get(row).and_then(|text| text.get(..bytes)).map_or(0, UnicodeWidthStr::width);
            let is_longer =
                self.0.rows.len() == row + 1 && self.0.rows.get(row).is_some_and(|old| old.len() == bytes);
            go(&mut out, self.0.cursor, (row, column));
            if !is_longer {
                out.push_str("\x1b[J");
            }
            write_rows(&mut out, &next, (row, bytes));
        }
        self.0 = next;
        out
    }

    /// Returns the number of rows that the drawing occupies.
    pub(crate) fn height(&self) -> usize {
        self.0.rows.len()
    }

    /// Erases the drawing. Later output replaces it.
    pub(crate) fn erase(self) -> String {
        let mut out = String::new();
        go(&mut out, self.0.cursor, (0, 0));
        out + "\x1b[J"
    }

    /// Leaves the drawing on the screen. Later output is below it.
    pub(crate) fn leave(self) -> String {
        let mut out = String::new();
        go(&mut out, self.0.cursor, (self.0.rows.len().saturating_sub(1), 0));
        out + "\n"
    }
}

/// Writes a layout from a row and a byte in it on, and places the cursor.
fn write_rows(out: &mut String, layout: &Layout, (row, bytes): (usize, usize)) {
    for (at, text) in layout.rows.iter().enumerate().skip(row) {
        if at > row {
            out.push('\n');
        }
        match &layout.prompt {
            Some(prompt) if at == 0 && bytes == 0 => {
                out.push_str(&prompt.styled);
                out.push_str(text.strip_prefix(&prompt.plain).unwrap_or_default());
            }
            _ => out.push_str(text.get(if at == row { bytes } else { 0 }..).unwrap_or_default()),
        }
    }
    let last = layout.rows.len().saturating_sub(1);
    let end = layout.rows.last().map_or(0, |text| text.width());
    // If the layout now has fewer rows than before, nothing was written and the cursor is at the start of `row`.
    let here = if row > last { (row, 0) } else { (last, end) };
    go(out, here, layout.cursor);
}

/// Returns the row, and the byte in it, from which two layouts differ. A prompt counts as one piece.
fn first_difference(old: &Layout, new: &Layout) -> (usize, usize) {
    let row = old.rows.iter().zip(&new.rows).take_while(|(old, new)| old == new).count();
    let (Some(before), Some(after)) = (old.rows.get(row), new.rows.get(row)) else { return (row, 0) };
    let equal = before.graphemes(true).zip(after.graphemes(true)).take_while(|(old, new)| old == new);
    let bytes = equal.map(|(grapheme, _)| grapheme.len()).sum();
    let prompt = |layout: &Layout| layout.prompt.as_ref().map_or(0, |prompt| prompt.plain.len());
    let is_cut = row == 0 && (bytes < prompt(new) || old.prompt != new.prompt);
    (row, if is_cut { 0 } else { bytes })
}

/// Moves the cursor from one row and column to another.
fn go(out: &mut String, from: (usize, usize), to: (usize, usize)) {
    // Writing to a string cannot fail.
    let _: Result<(), _> = match from.0.cmp(&to.0) {
        std::cmp::Ordering::Greater => write!(out, "\x1b[{}A", from.0 - to.0),
        std::cmp::Ordering::Less => {
            // A line end moves down even where the next row does not exist yet.
            out.push_str(&"\n".repeat(to.0 - from.0));
            Ok(())
        }
        std::cmp::Ordering::Equal if from.1 == to.1 => return,
        std::cmp::Ordering::Equal => Ok(()),
    };
    let _: Result<(), _> = match to.1 {
        0 => {
            out.push('\r');
            Ok(())
        }
        column => write!(out, "\x1b[{}G", column + 1),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tui_input::InputRequest;

    use super::super::draft::Draft;
    use super::super::keys::Action;
    use super::super::layout::Prompt;
    use super::*;

    /// A screen of 30 columns and 12 lines with two lines of a conversation, and the drawing below them.
    fn screen(writes: &[String]) -> vt100::Parser {
        let mut parser = window(12, 30);
        parser.process(b"first line\r\nsecond line\r\n");
        for write in writes {
            // A terminal driver does this.
            parser.process(write.replace('\n', "\r\n").as_bytes());
        }
        parser
    }

    fn window(lines: u16, columns: u16) -> vt100::Parser {
        vt100::Parser::new(lines.try_into().unwrap(), columns.try_into().unwrap(), 0)
    }

    fn prompt(name: &str) -> Prompt {
        Prompt { plain: format!("{name}> "), styled: format!("\x1b[1m{name}\x1b[0m> ") }
    }

    #[test]
    fn a_character_at_the_end_is_all_that_is_written() {
        let mut draft = Draft::default();
        draft.paste("hell").unwrap();
        let (mut drawn, _) = Drawn::fresh(Layout::of(&prompt("Bob"), &draft, (30, 12)));
        draft.paste("o").unwrap();
        assert_eq!(drawn.change(Layout::of(&prompt("Bob"), &draft, (30, 12))), "o");
    }

    #[test]
    fn what_is_taken_away_leaves_the_conversation() {
        let mut draft = Draft::default();
        draft.paste("a text that takes more than one row of this window").unwrap();
        let (drawn, first) = Drawn::fresh(Layout::of(&prompt("Bob"), &draft, (30, 12)));
        let screen = screen(&[first, drawn.erase(), "third line\n".to_owned()]);
        assert_eq!(screen.screen().contents(), "first line\nsecond line\nthird line");
        assert_eq!(screen.screen().cursor_position(), (3, 0));
    }

    #[test]
    fn a_row_that_goes_leaves_the_cursor_in_its_place() {
        let mut draft = Draft::default();
        draft.paste("one\ntwo").unwrap();
        let (mut drawn, first) = Drawn::fresh(Layout::of(&prompt("Bob"), &draft, (30, 12)));
        draft.take();
        draft.paste("one").unwrap();
        let second = drawn.change(Layout::of(&prompt("Bob"), &draft, (30, 12)));
        let screen = screen(&[first, second]);
        assert_eq!(screen.screen().contents(), "first line\nsecond line\nBob> one");
        assert_eq!(screen.screen().cursor_position(), (2, 8));
    }

    proptest! {
        #[test]
        fn a_changed_drawing_looks_like_a_fresh_one(
            before in "[a-zé日\n ]{0,60}", after in "[a-zé日\n ]{0,60}", how in 0_usize..3, rename in 0_usize..3,
            back in 0_usize..60, again in 0_usize..60,
        ) {
            let window = (30, 12);
            let draft = |text: &str, back: usize| {
                let mut draft = Draft::default();
                draft.paste(text).unwrap();
                (0..back).for_each(|_| draft.act(Action::Edit(InputRequest::GoToPrevChar)));
                draft
            };
            let both = format!("{before}{after}");
            // The new text is a different one, a longer one, or a shorter one.
            let (before, after) = [(before.clone(), after), (before.clone(), both.clone()), (both, before)][how].clone();
            let (old, new) = (draft(&before, back), draft(&after, again));
            let name = prompt(["Bob", "Bobby", "Robert"][rename]);
            let (mut drawn, first) = Drawn::fresh(Layout::of(&prompt("Bob"), &old, window));
            let second = drawn.change(Layout::of(&name, &new, window));
            let (_, fresh) = Drawn::fresh(Layout::of(&name, &new, window));
            let (changed, fresh) = (screen(&[first, second]), screen(&[fresh]));
            // The scrolled-off rows are the same only if neither drawing was too high for the window.
            if old.text().len() + new.text().len() < 60 && old.text().matches('\n').count() + new.text().matches('\n').count() < 4 {
                prop_assert_eq!(changed.screen().contents(), fresh.screen().contents());
                let bold = |screen: &vt100::Parser| {
                    let is_bold = |column| screen.screen().cell(2, column).is_some_and(vt100::Cell::bold);
                    (0..30).map(is_bold).collect::<Vec<_>>()
                };
                prop_assert_eq!(bold(&changed), bold(&fresh));
                prop_assert_eq!(changed.screen().cursor_position(), fresh.screen().cursor_position());
            }
        }
    }
}
