//! Keys from a terminal, one after the other, and the line that they edit.

use std::future::pending;
use std::io;

use crossterm::event::Event;
use pillarbox_text::read::is_blank;
use tokio::sync::mpsc;

use super::super::typing::{self, Action, Cleaned, Draft, Kept, Raw, TooMuch, action};

/// What a key or a paste has led to.
pub(super) enum Pressed {
    /// The line is done.
    Entered(Kept),
    /// The line is another one, or may be.
    Changed,
    /// The window has another size.
    Resized,
    /// A paste was too long to be taken in.
    TooMuch(TooMuch),
    /// What was typed or pasted was taken in with changes.
    Cleaned(Cleaned),
    /// Somebody wants an empty screen.
    Clear,
    /// Somebody wants to go to the shell for a while.
    Suspend,
    /// Nobody will type any more.
    End,
    /// Ctrl-C
    Interrupt,
    /// Reading failed.
    Failed(io::Error),
}

/// A terminal that is read key by key, and the line under way.
pub(super) struct Keys {
    events: mpsc::Receiver<io::Result<Event>>,
    raw: Raw,
    pub(super) draft: Draft,
    told_of_tabs: bool,
}

impl Keys {
    /// Takes the terminal.
    pub(super) fn listen() -> io::Result<Self> {
        let raw = Raw::enter()?;
        Ok(Self { events: typing::listen(), raw, draft: Draft::default(), told_of_tabs: false })
    }

    /// The next key that does more than edit, or all that are here and edit. Nothing is lost if it is not waited for to its
    /// end.
    pub(super) async fn next(&mut self) -> Pressed {
        let mut event = self.events.recv().await;
        loop {
            let pressed = event.map_or(Pressed::End, |event| self.meet(event));
            if !matches!(pressed, Pressed::Changed) {
                return pressed;
            }
            // A terminal that does not mark a paste sends thousands of keys, and the line is drawn once for many.
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

    /// Tells of changes; of tabs once.
    fn cleaned(&mut self, mut cleaned: Cleaned) -> Pressed {
        cleaned.tabs &= !self.told_of_tabs;
        self.told_of_tabs |= cleaned.tabs;
        if cleaned.is_any() { Pressed::Cleaned(cleaned) } else { Pressed::Changed }
    }

    /// Stops this program until the shell lets it go on.
    pub(super) fn suspend(&self) -> io::Result<()> {
        self.raw.suspend()
    }
}

impl Drop for Keys {
    /// What is typed and not read yet goes to nobody: a shell would take it for commands.
    fn drop(&mut self) {
        typing::forget();
    }
}

/// Waits for the signals by which other programs end this one, and a terminal that goes away.
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

/// There are none here.
#[cfg(not(unix))]
pub(super) async fn terminated() {
    pending().await
}

/// Lines of a text with something in them.
pub(super) fn lines(text: &str) -> usize {
    text.lines().filter(|line| !is_blank(line)).count()
}
