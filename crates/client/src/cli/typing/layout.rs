//! A text being edited, laid out in rows for a window.
//!
//! It contains no control characters, and no row reaches the last column, where terminals treat the cursor
//! differently.

use std::ops::Range;

use pillarbox_client::display::safe;
use pillarbox_text::columns::fit;
use pillarbox_text::wrap::INDENT;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::draft::Draft;

/// The minimum width for a text beside its prompt. With less, the text begins below the prompt.
const LEAST_ROOM: usize = 12;

/// The prompt in front of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// The prompt without styles.
    pub(crate) plain: String,
    /// The prompt with styles, for terminals that show colours.
    pub(crate) styled: String,
}

/// Rows, and the position of the cursor in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) rows: Vec<String>,
    /// Row and column of the cursor.
    pub(crate) cursor: (usize, usize),
    /// The prompt, if the first row begins with all of it.
    pub(crate) prompt: Option<Prompt>,
}

/// Rows being filled.
struct Rows {
    rows: Vec<String>,
    column: usize,
    most: usize,
}

impl Rows {
    fn put(&mut self, shown: &str) {
        let width = shown.width();
        if self.column + width > self.most {
            self.next();
        }
        if let Some(row) = self.rows.last_mut() {
            row.push_str(shown);
        }
        self.column += width;
    }

    fn next(&mut self) {
        self.rows.push(" ".repeat(INDENT));
        self.column = INDENT;
    }

    /// Returns the position of the next character.
    fn here(&self) -> (usize, usize) {
        (self.rows.len() - 1, self.column)
    }
}

impl Layout {
    /// Lays out a prompt and a text in a window of this size.
    pub(crate) fn of(prompt: &Prompt, draft: &Draft, (columns, lines): (usize, usize)) -> Self {
        let most = columns.saturating_sub(1).max(2 * INDENT);
        let whole = prompt.plain.width() <= most;
        let first = if whole { prompt.plain.clone() } else { fit(&prompt.plain, most) };
        let mut rows = Rows { column: first.width(), rows: vec![first], most };
        if !draft.is_empty() && rows.column + LEAST_ROOM > most {
            rows.next();
        }
        let left = draft.left().len();
        let mut cursor = rows.here();
        for (at, grapheme) in draft.text().grapheme_indices(true) {
            if at <= left {
                cursor = rows.here();
            }
            match grapheme {
                "\n" | "\r\n" | "\r" => rows.next(),
                other => rows.put(&safe(other)),
            }
        }
        if left == draft.text().len() {
            cursor = rows.here();
        }
        let all = rows.rows;
        let shown = part(all.len(), cursor.0, lines.saturating_sub(1).max(1));
        let prompt = (whole && shown.start == 0).then(|| prompt.clone());
        let cursor = (cursor.0 - shown.start, cursor.1);
        Self { rows: all.into_iter().skip(shown.start).take(shown.len()).collect(), cursor, prompt }
    }
}

/// Returns the rows that a window of `most` rows shows: the last ones, or those around the cursor.
fn part(rows: usize, cursor: usize, most: usize) -> Range<usize> {
    let start = rows.saturating_sub(most).min(cursor);
    start..rows.min(start + most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tui_input::InputRequest;

    use super::super::keys::Action;
    use super::*;

    fn prompt(plain: &str) -> Prompt {
        Prompt { plain: plain.to_owned(), styled: plain.to_owned() }
    }

    fn draft(text: &str, back: usize) -> Draft {
        let mut draft = Draft::default();
        draft.paste(text).unwrap();
        (0..back).for_each(|_| draft.act(Action::Edit(InputRequest::GoToPrevChar)));
        draft
    }

    fn page(layout: &Layout) -> String {
        format!("{}\n{:?}", layout.rows.join("\n"), layout.cursor)
    }

    #[test]
    fn a_text_goes_on_below_its_prompt_and_keeps_its_lines() {
        let bob = prompt("to Bob (NOT VERIFIED)> ");
        let text = "A text that is longer than one row.\nAnd a second line, 日本語 and \u{202e}[31m.";
        let long = prompt("to Somebody with a very long name (VERIFIED)> ");
        insta::assert_snapshot!(
            [
                page(&Layout::of(&bob, &Draft::default(), (40, 24))),
                page(&Layout::of(&bob, &draft(text, 0), (40, 24))),
                page(&Layout::of(&bob, &draft(text, 30), (80, 24))),
                page(&Layout::of(&long, &draft(text, 0), (40, 24))),
                page(&Layout::of(&bob, &draft(text, 0), (40, 3))),
            ]
            .join("\n\n")
        );
    }

    proptest! {
        #[test]
        fn rows_fit_the_window_and_hold_the_whole_text(
            text in "[a-zé日👩\n ]{0,200}", back in 0_usize..200, name in "[a-z日]{0,60}", columns in 20_usize..100,
        ) {
            let draft = draft(&text, back);
            let layout = Layout::of(&prompt(&format!("{name}> ")), &draft, (columns, 1_000));
            prop_assert!(layout.rows.iter().all(|row| row.width() < columns));
            let all: String = layout.rows.concat();
            let shown = all.split_once("> ").map_or(all.as_str(), |(_, shown)| shown);
            let bare = |text: &str| text.replace([' ', '\n', '…'], "");
            prop_assert!(bare(shown).ends_with(&bare(draft.text())));
            prop_assert!(layout.cursor.1 < columns);
            let before = layout.rows[..layout.cursor.0].concat();
            let in_front: String = before + &columns_of(&layout.rows[layout.cursor.0], layout.cursor.1);
            prop_assert!(bare(&in_front).ends_with(&bare(draft.left())), "{layout:?}");
        }

        #[test]
        fn a_small_window_shows_the_cursor(text in "[a-z\n]{0,300}", back in 0_usize..300, lines in 1_usize..8) {
            let layout = Layout::of(&prompt("> "), &draft(&text, back), (20, lines));
            prop_assert!(layout.rows.len() <= lines.saturating_sub(1).max(1));
            prop_assert!(layout.cursor.0 < layout.rows.len());
        }
    }

    /// The beginning of a row, up to a column.
    fn columns_of(row: &str, column: usize) -> String {
        let mut used = 0;
        row.graphemes(true)
            .take_while(|grapheme| {
                used += grapheme.width();
                used <= column
            })
            .collect()
    }
}
