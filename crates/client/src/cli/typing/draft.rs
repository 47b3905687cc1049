//! The text being typed, and those typed before it. All of these are in memory only.

use std::borrow::Cow;

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_text::read;
use tui_input::{Input, InputRequest};

use super::keys::Action;

/// Longest text kept for editing, in bytes. It exceeds the longest message, so that the user can shorten one that
/// is too long; a file pasted by mistake is refused as a whole.
const MAX_DRAFT_LEN: usize = 4 * MAX_TEXT_LEN;

/// Texts that can be recalled. They live as long as the chat.
const RECALLED: usize = 100;

/// An entered text, and whether it can be a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) text: String,
    /// True if its beginning was pasted. It is a message then, even if it begins like a command.
    pub(crate) is_pasted: bool,
}

/// A refused paste, which would make the text longer than the longest text kept for editing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMuch {
    /// Its length in bytes.
    pub(crate) got: usize,
}

/// Changes that were made to typed or pasted text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// True if tabs became blanks.
    pub(crate) tabs: bool,
    /// Number of control characters removed.
    pub(crate) taken_out: usize,
}

impl Cleaned {
    /// Returns true if anything was changed.
    pub(crate) const fn is_any(self) -> bool {
        self.tabs || self.taken_out > 0
    }
}

/// The sentence that tells the user about the effect of [`without_tabs`].
pub(crate) const TABS_ARE_BLANKS: &str = "A tab is a blank in a message.";

/// Replaces each tab by a space, because windows set tabs differently. Returns true if there was a tab.
pub(crate) fn without_tabs(text: &str) -> (Cow<'_, str>, bool) {
    match text.contains('\t') {
        true => (text.replace('\t', " ").into(), true),
        false => (text.into(), false),
    }
}

/// A text being edited.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    input: Input,
    is_pasted: bool,
    before: Vec<Kept>,
    /// The position in `before` of the recalled text; `None` for the text being edited.
    recalled: Option<usize>,
    /// The text being edited while another one is shown.
    aside: Kept,
}

impl Draft {
    /// Returns the text.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// Returns the text in front of the cursor.
    pub(crate) fn left(&self) -> &str {
        let text = self.text();
        let end = text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or(text)
    }

    /// Returns true if nothing is typed.
    pub(crate) fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Applies a key to the text. The caller handles keys that mean more.
    pub(crate) fn act(&mut self, action: Action) {
        match action {
            Action::Edit(InputRequest::InsertChar(c)) if self.text().len() + c.len_utf8() > MAX_DRAFT_LEN => {
            }
            Action::Tab if self.text().len() >= MAX_DRAFT_LEN => {}
            Action::Edit(request) => {
                self.input.handle(request);
            }
            Action::End => {
                self.input.handle(InputRequest::DeleteNextChar);
            }
            Action::Tab => {
                self.input.handle(InputRequest::InsertChar(' '));
            }
            Action::Break => {
                self.input.handle(InputRequest::InsertChar('\n'));
            }
            Action::Up => self.up(),
            Action::Down => self.down(),
            Action::Enter | Action::Interrupt | Action::Suspend | Action::Clear | Action::None => {}
        }
        if self.is_empty() {
            self.is_pasted = false;
        }
    }

    /// Inserts a pasted text at the cursor, with its line breaks except the last one and without control characters.
    /// Returns the number of control characters removed. A tab becomes a blank ([`without_tabs`]).
    pub(crate) fn paste(&mut self, pasted: &str) -> Result<Cleaned, TooMuch> {
        let whole = read::message(pasted);
        let (whole, tabs) = without_tabs(&whole);
        let is_taken = |c: &char| c.is_control() && *c != '\n';
        let taken_out = whole.chars().filter(is_taken).count();
        let pasted: String = whole.chars().filter(|c| !is_taken(c)).collect();
        let (left, text) = (self.left(), self.text());
        if text.len() + pasted.len() > MAX_DRAFT_LEN {
            return Err(TooMuch { got: pasted.len() });
        }
        let right = text.get(left.len()..).unwrap_or_default();
        let cursor = left.chars().count() + pasted.chars().count();
        let is_first = left.is_empty() && !pasted.is_empty();
        self.input = Input::new(format!("{left}{pasted}{right}")).with_cursor(cursor);
        self.is_pasted |= is_first;
        Ok(Cleaned { tabs, taken_out })
    }

    /// Removes and returns the text, and remembers it for recall.
    pub(crate) fn enter(&mut self) -> Kept {
        let kept = self.take();
        if !read::is_blank(&kept.text) && self.before.last() != Some(&kept) {
            if self.before.len() == RECALLED {
                self.before.remove(0);
            }
            self.before.push(kept.clone());
        }
        kept
    }

    /// Removes and returns the text.
    pub(crate) fn take(&mut self) -> Kept {
        let kept = Kept { text: self.input.value_and_reset(), is_pasted: self.is_pasted };
        (self.is_pasted, self.recalled, self.aside) = (false, None, Kept::default());
        kept
    }

    /// Restores a text for editing.
    pub(crate) fn give_back(&mut self, kept: Kept) {
        self.show(kept);
    }

    fn up(&mut self) {
        let left = self.left();
        if let Some(end) = left.rfind('\n') {
            let (before, column) = (left.get(..end).unwrap_or_default(), left.len() - end - 1);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            self.go_to(start, end, column);
            return;
        }
        let at = self.recalled.unwrap_or(self.before.len());
        let Some(kept) = at.checked_sub(1).and_then(|at| self.before.get(at)).cloned() else { return };
        if self.recalled.is_none() {
            self.aside = Kept { text: self.text().to_owned(), is_pasted: self.is_pasted };
        }
        self.recalled = Some(at - 1);
        self.show(kept);
    }

    fn down(&mut self) {
        let (text, left) = (self.text(), self.left());
        if let Some(end) = text.get(left.len()..).and_then(|right| right.find('\n')) {
            let column = left.len() - left.rfind('\n').map_or(0, |at| at + 1);
            let start = left.len() + end + 1;
            let rest = text.get(start..).unwrap_or_default();
            self.go_to(start, start + rest.find('\n').unwrap_or(rest.len()), column);
            return;
        }
        let Some(at) = self.recalled else { return };
        let newer = self.before.get(at + 1).cloned();
        self.recalled = newer.as_ref().map(|_| at + 1);
        let kept = newer.unwrap_or_else(|| std::mem::take(&mut self.aside));
        self.show(kept);
    }

    /// Moves the cursor to `column` bytes behind `start`, at most to `end`, and back to the start of the character
    /// there.
    fn go_to(&mut self, start: usize, end: usize, column: usize) {
        let text = self.text();
        let mut at = (start + column).min(end);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let cursor = text.get(..at).unwrap_or_default().chars().count();
        self.input.handle(InputRequest::SetCursor(cursor));
    }

    fn show(&mut self, kept: Kept) {
        self.is_pasted = kept.is_pasted;
        self.input = Input::new(kept.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn type_in(draft: &mut Draft, text: &str) {
        text.chars().for_each(|c| draft.act(Action::Edit(InputRequest::InsertChar(c))));
    }

    fn entered(draft: &mut Draft, text: &str) -> Kept {
        type_in(draft, text);
        draft.enter()
    }

    #[test]
    fn what_was_sent_comes_back_and_what_was_under_way_too() {
        let mut draft = Draft::default();
        entered(&mut draft, "one");
        entered(&mut draft, "two");
        entered(&mut draft, "two");
        entered(&mut draft, "  ");
        type_in(&mut draft, "half");
        let mut shown = Vec::new();
        for action in [Action::Up, Action::Up, Action::Up, Action::Down, Action::Down, Action::Down] {
            draft.act(action);
            shown.push(draft.text().to_owned());
        }
        assert_eq!(shown, ["two", "one", "one", "two", "half", "half"]);
    }

    #[test]
    fn a_paste_keeps_its_lines_and_is_marked_where_it_begins_the_text() {
        let mut draft = Draft::default();
        draft.paste("/quit\r\nsecond\rthird\n").unwrap();
        let kept = draft.enter();
        assert_eq!(kept, Kept { text: "/quit\nsecond\nthird".to_owned(), is_pasted: true });
        type_in(&mut draft, "/verify ");
        draft.paste("12345 67890\n").unwrap();
        assert_eq!(draft.enter(), Kept { text: "/verify 12345 67890".to_owned(), is_pasted: false });
        draft.act(Action::Up);
        draft.act(Action::Up);
        assert!(draft.take().is_pasted, "also when it is recalled");
        draft.paste("x").unwrap();
        draft.act(Action::Edit(InputRequest::DeletePrevChar));
        type_in(&mut draft, "/quit");
        assert!(!draft.take().is_pasted, "what was typed by hand after all of it was taken away");
    }

    #[test]
    fn what_a_terminal_acts_on_is_taken_out_of_a_paste_and_counted() {
        let mut draft = Draft::default();
        assert_eq!(
            draft.paste("one\ttwo\u{1b}[31m\u{7}\r\nthree\n"),
            Ok(Cleaned { tabs: true, taken_out: 2 })
        );
        assert_eq!(draft.text(), "one two[31m\nthree");
        assert_eq!(draft.paste("ärger 👩‍👩‍👧"), Ok(Cleaned::default()));
    }

    #[test]
    fn a_file_pasted_by_mistake_changes_nothing() {
        let mut draft = Draft::default();
        type_in(&mut draft, "half");
        let file = "x".repeat(MAX_DRAFT_LEN);
        assert_eq!(draft.paste(&file), Err(TooMuch { got: file.len() }));
        assert_eq!(draft.text(), "half");
        draft.paste(&file[4..]).unwrap();
        type_in(&mut draft, "x");
        assert_eq!(draft.text().len(), MAX_DRAFT_LEN);
        draft.take();
        type_in(&mut draft, "half");
        let long = "x".repeat(MAX_TEXT_LEN + 1);
        draft.paste(&long).unwrap();
        assert_eq!(draft.text().len(), 4 + long.len());
    }

    #[test]
    fn up_and_down_move_within_a_text_of_several_lines() {
        let mut draft = Draft::default();
        entered(&mut draft, "before");
        draft.paste("first line\nß\nthird").unwrap();
        let mut lefts = Vec::new();
        for action in [Action::Up, Action::Up, Action::Down, Action::Down, Action::Down] {
            draft.act(action);
            lefts.push(draft.left().to_owned());
        }
        assert_eq!(lefts[..2], ["first line\nß", "fi"]);
        assert_eq!(lefts[2], "first line\nß");
        assert!(lefts[3].starts_with("first line\nß\nt") && lefts[4] == lefts[3]);
        draft.act(Action::Up);
        draft.act(Action::Up);
        draft.act(Action::Up);
        assert_eq!(draft.text(), "before");
        draft.act(Action::Down);
        assert_eq!(draft.text(), "first line\nß\nthird");
    }

    proptest! {
        #[test]
        fn a_paste_stands_at_the_cursor_and_nothing_else_moves(
            typed in "[a-zé日👩\u{200d}\u{301} ]{0,20}", back in 0_usize..25, pasted in "[a-z\n日]{0,20}",
        ) {
            let mut draft = Draft::default();
            type_in(&mut draft, &typed);
            (0..back).for_each(|_| draft.act(Action::Edit(InputRequest::GoToPrevChar)));
            let left = draft.left().to_owned();
            let right = typed[left.len()..].to_owned();
            draft.paste(&pasted).unwrap();
            let pasted = read::message(&pasted);
            prop_assert_eq!(draft.text(), format!("{left}{pasted}{right}"));
            prop_assert_eq!(draft.left(), format!("{left}{pasted}"));
        }

        #[test]
        fn no_keys_lose_their_way(actions in proptest::collection::vec(0_usize..16, 0..200)) {
            use InputRequest::*;
            let keys = [
                Action::Edit(InsertChar('é')), Action::Edit(InsertChar('日')), Action::Edit(InsertChar('\u{301}')),
                Action::Break, Action::Up, Action::Down, Action::End, Action::Edit(GoToPrevChar),
                Action::Edit(GoToNextChar), Action::Edit(GoToPrevWord), Action::Edit(DeletePrevWord),
                Action::Edit(DeleteTillEnd), Action::Edit(Yank), Action::Edit(GoToStart), Action::Enter, Action::Enter,
            ];
            let mut draft = Draft::default();
            for at in actions {
                draft.act(keys[at]);
                if keys[at] == Action::Enter {
                    draft.enter();
                }
                prop_assert!(draft.text().starts_with(draft.left()));
            }
        }
    }
}
