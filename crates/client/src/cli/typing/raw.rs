//! A terminal in raw mode, which reports each key as it is pressed.

use std::io::{self, IsTerminal, Write};
use std::thread;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event, read};
use crossterm::queue;
use tokio::sync::mpsc;

/// The number of keys and pastes that may wait to be read. A burst of typing fits; further input waits in the
/// terminal.
const WAITING: usize = 256;

/// Returns true if lines can be edited here: input and output are a terminal that can move its cursor.
pub(crate) fn is_possible() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|terminal| terminal.is_empty() || terminal == "dumb");
    !is_dumb && io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Discards typed input that was not read.
pub(crate) fn forget() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, tcflush};
        // Without a terminal nothing was typed.
        tcflush(io::stdin(), QueueSelector::IFlush).unwrap_or_default();
    }
}

/// Starts reading keys. The thread ends with the program.
pub(crate) fn listen() -> mpsc::Receiver<io::Result<Event>> {
    let (events, receiver) = mpsc::channel(WAITING);
    thread::spawn(move || {
        loop {
            let event = read();
            let failed = event.is_err();
            // The channel is closed once the chat has ended.
            if events.blocking_send(event).is_err() || failed {
                break;
            }
        }
    });
    receiver
}

/// The mode in which keys arrive one by one and a paste as one piece. Dropping it restores the terminal.
///
/// Output processing stays on, so that text printed meanwhile needs no other line ends.
pub(crate) struct Raw {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Raw {
    /// Switches the terminal to raw mode.
    pub(crate) fn enter() -> io::Result<Self> {
        let raw = Self {
            #[cfg(unix)]
            before: rustix::termios::tcgetattr(io::stdin())?,
        };
        raw.set()?;
        Ok(raw)
    }

    fn set(&self) -> io::Result<()> {
        self.set_mode()?;
        paste_as_one_piece(true);
        Ok(())
    }

    #[cfg(unix)]
    fn set_mode(&self) -> io::Result<()> {
        use rustix::termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, tcsetattr};
        let mut raw = self.before.clone();
        raw.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG);
        raw.input_modes &= !(InputModes::ICRNL
            | InputModes::INLCR
            | InputModes::IGNCR
            | InputModes::ISTRIP
            | InputModes::IXON);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &raw)?)
    }

    #[cfg(not(unix))]
    fn set_mode(&self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()
    }

    /// Stops this program, with the terminal restored, until the shell continues it.
    #[cfg(unix)]
    pub(crate) fn suspend(&self) -> io::Result<()> {
        use rustix::process::{Signal, getpid, kill_process};
        self.put_back();
        kill_process(getpid(), Signal::TSTP)?;
        self.set()
    }

    /// No shell does that on this system.
    #[cfg(not(unix))]
    pub(crate) fn suspend(&self) -> io::Result<()> {
        Ok(())
    }

    /// A terminal that no longer exists needs no restoring.
    fn put_back(&self) {
        paste_as_one_piece(false);
        #[cfg(unix)]
        {
            use rustix::termios::{OptionalActions, tcsetattr};
            tcsetattr(io::stdin(), OptionalActions::Now, &self.before).unwrap_or_default();
        }
        #[cfg(not(unix))]
        crossterm::terminal::disable_raw_mode().unwrap_or_default();
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.put_back();
    }
}

/// A terminal that does not know this mode reports a paste as keys.
fn paste_as_one_piece(yes: bool) {
    let mut out = io::stdout();
    let queued = if yes { queue!(out, EnableBracketedPaste) } else { queue!(out, DisableBracketedPaste) };
    queued.and_then(|()| out.flush()).unwrap_or_default();
}
