//! The meaning of each key, as in Emacs and most shells.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::InputRequest;

/// An effect of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Changes the text or moves in it.
    Edit(InputRequest),
    /// Moves up a line: within the text, or to the text sent before.
    Up,
    /// Moves down a line: within the text, or to the text sent after.
    Down,
    /// Enters the text.
    Enter,
    /// Inserts a tab, which is a blank in a message.
    Tab,
    /// Inserts a line break.
    Break,
    /// Ctrl-C
    Interrupt,
    /// Ctrl-D: ends the input on an empty line, else deletes the next character.
    End,
    /// Ctrl-Z
    Suspend,
    /// Ctrl-L
    Clear,
    /// A key without effect.
    None,
}

/// Returns the effect of a key.
pub(crate) fn action(key: KeyEvent) -> Action {
    use Action::Edit;
    use InputRequest::{
        DeleteFromStart, DeleteNextChar, DeleteNextWord, DeletePrevChar, DeletePrevWord, DeleteTillEnd,
        GoToEnd, GoToNextChar, GoToNextWord, GoToPrevChar, GoToPrevWord, GoToStart, InsertChar, Yank,
    };
    if key.kind == KeyEventKind::Release {
        return Action::None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        KeyCode::Enter if alt => Action::Break,
        KeyCode::Enter => Action::Enter,
        KeyCode::Tab => Action::Tab,
        KeyCode::Up => Action::Up,
        KeyCode::Down => Action::Down,
        KeyCode::Left if control || alt => Edit(GoToPrevWord),
        KeyCode::Left => Edit(GoToPrevChar),
        KeyCode::Right if control || alt => Edit(GoToNextWord),
        KeyCode::Right => Edit(GoToNextChar),
        KeyCode::Home => Edit(GoToStart),
        KeyCode::End => Edit(GoToEnd),
        KeyCode::Backspace if control || alt => Edit(DeletePrevWord),
        KeyCode::Backspace => Edit(DeletePrevChar),
        KeyCode::Delete if control || alt => Edit(DeleteNextWord),
        KeyCode::Delete => Edit(DeleteNextChar),
        // A keyboard on which AltGr types a character reports both Ctrl and Alt.
        KeyCode::Char(c) if control && alt => Edit(InsertChar(c)),
        KeyCode::Char(c) if control => match c.to_ascii_lowercase() {
            'a' => Edit(GoToStart),
            'b' => Edit(GoToPrevChar),
            'c' => Action::Interrupt,
            'd' => Action::End,
            'e' => Edit(GoToEnd),
            'f' => Edit(GoToNextChar),
            'h' => Edit(DeletePrevChar),
            'j' => Action::Enter,
            'k' => Edit(DeleteTillEnd),
            'l' => Action::Clear,
            'n' => Action::Down,
            'p' => Action::Up,
            'u' => Edit(DeleteFromStart),
            'w' => Edit(DeletePrevWord),
            'y' => Edit(Yank),
            'z' => Action::Suspend,
            _ => Action::None,
        },
        KeyCode::Char(c) if alt => match c.to_ascii_lowercase() {
            'b' => Edit(GoToPrevWord),
            'd' => Edit(DeleteNextWord),
            'f' => Edit(GoToNextWord),
            _ => Action::None,
        },
        KeyCode::Char(c) => Edit(InsertChar(c)),
        _ => Action::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Action {
        action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_character_is_typed_whatever_shift_and_altgr_do() {
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::CONTROL | KeyModifiers::ALT]
        {
            let typed = press(KeyCode::Char('@'), modifiers);
            assert_eq!(typed, Action::Edit(InputRequest::InsertChar('@')), "{modifiers:?}");
        }
    }

    #[test]
    fn no_control_key_types_a_character() {
        for c in 'a'..='z' {
            for modifiers in [KeyModifiers::CONTROL, KeyModifiers::ALT] {
                let pressed = press(KeyCode::Char(c), modifiers);
                assert!(!matches!(pressed, Action::Edit(InputRequest::InsertChar(_))), "{c} {modifiers:?}");
            }
        }
    }

    #[test]
    fn the_keys_that_end_a_line_are_told_apart() {
        assert_eq!(press(KeyCode::Enter, KeyModifiers::NONE), Action::Enter);
        assert_eq!(press(KeyCode::Enter, KeyModifiers::ALT), Action::Break);
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Action::Interrupt);
        assert_eq!(press(KeyCode::Char('d'), KeyModifiers::CONTROL), Action::End);
        assert_eq!(press(KeyCode::Char('z'), KeyModifiers::CONTROL), Action::Suspend);
    }
}
