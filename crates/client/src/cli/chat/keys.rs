//! Keys from a terminal, one by one, and the line that they edit.

use std::future::pending;
use std::io;

use crossterm::event::Event;
use pillarbox_text::read::is_blank;
use tokio::sync::mpsc;

use super::super::typing::{self, Action, Cleaned, Draft, Kept, Raw, TooMuch, action};

/// The effect of a key or a paste.
pub(super) enum Pressed {
    /// The line was entered.
    Entered(Kept),
    /// The line may have changed.
    Changed,
    /// The window was resized.
    Resized,
    /// A paste was too long.
    TooMuch(TooMuch),
    /// Typed or pasted text was changed before it was accepted.
    Cleaned(Cleaned),
    /// The user asks for a cleared screen.
    Clear,
    /// The user suspends the program (Ctrl-Z).
    Suspend,
    /// The user has ended the input.
    End,
    /// The user pressed Ctrl-C.
    Interrupt,
    /// The terminal could not be read.
    Failed(io::Error),
}

/// A terminal read key by key, and the line being edited.
pub(super) struct Keys {
    events: mpsc::Receiver<io::Result<Event>>,
    raw: Raw,
    pub(super) draft: Draft,
    told_of_tabs: bool,
}

impl Keys {
    /// Switches the terminal to raw mode.
    pub(super) fn listen() -> io::Result<Self> {
        let raw = Raw::enter()?;
        Ok(Self { events: typing::listen(), raw, draft: Draft::default(), told_of_tabs: false })
    }

    /// Returns the effect of the next key that does more than edit, or the joint effect of all editing keys that have
    /// arrived. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Pressed {
        let mut event = self.events.recv().await;
        loop {
            let pressed = event.map_or(Pressed::End, |event| self.meet(event));
            if !matches!(pressed, Pressed::Changed) {
                return pressed;
            }
            // A terminal that does not mark a paste sends thousands of keys, so the line is drawn once for many.
            match self.events.try_recv() {
                Ok(next) => event = Some(next),
                Err(_) => return pressed,
            }
        }
    }

    fn meet(&mut self, event: io::Result<Event>) -> Pressed {
        let event = match event {
            Ok(event) => event,
            Err(error) => return Pressed::Failed(error),
        };
        match event {
            Event::Key(key) => match action(key) {
                Action::Enter => Pressed::Entered(self.draft.enter()),
                Action::Interrupt => Pressed::Interrupt,
                Action::End if self.draft.is_empty() => Pressed::End,
                Action::Suspend => Pressed::Suspend,
                Action::Clear => Pressed::Clear,
                other => {
                    self.draft.act(other);
                    self.cleaned(Cleaned { tabs: other == Action::Tab, ..Cleaned::default() })
                }
            },
            Event::Paste(text) => match self.draft.paste(&text) {
                Ok(cleaned) => self.cleaned(cleaned),
                Err(too_much) => Pressed::TooMuch(too_much),
            },
            Event::Resize(..) => Pressed::Resized,
            _ => Pressed::Changed,
        }
    }

    /// Reports changes to the text; replaced tabs are reported once.
    fn cleaned(&mut self, mut cleaned: Cleaned) -> Pressed {
        cleaned.tabs &= !self.told_of_tabs;
        self.told_of_tabs |= cleaned.tabs;
        if cleaned.is_any() { Pressed::Cleaned(cleaned) } else { Pressed::Changed }
    }

    /// Stops this program until the shell continues it.
    pub(super) fn suspend(&self) -> io::Result<()> {
        self.raw.suspend()
    }
}

impl Drop for Keys {
    /// Discards typed input that was not read: a shell would run it as commands.
    fn drop(&mut self) {
        typing::forget();
    }
}

/// Waits for a signal by which another program ends this one, or for the terminal to disappear.
#[cfg(unix)]
pub(super) async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let listeners = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut terminated), Ok(mut hung_up)) = listeners else { return pending().await };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = hung_up.recv() => {}
    }
}

/// This system has no such signals.
#[cfg(not(unix))]
pub(super) async fn terminated() {
    pending().await
}

/// Counts the non-empty lines of a text.
pub(super) fn lines(text: &str) -> usize {
    text.lines().filter(|line| !is_blank(line)).count()
}
