//! Events from outside the network: lines or keys, Ctrl-C, and locks, by another command or after a time without
//! typing.

use std::future::pending;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use pillarbox_wire::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::super::context::now;
use super::super::failure::Failure;
use super::super::lock::Holder;
use super::super::net;
use super::super::period::Period;
use super::super::typing::{Cleaned, Draft, Kept, TooMuch};
use super::keyboard::{self, InputLine};
use super::keys::{self, Keys, Pressed, lines};

/// Interval at which the wall clock is checked for the time without typing. The monotonic clock stops while the
/// computer sleeps, and a person who wakes the computer should not find an open chat.
const LOOK: Duration = Duration::from_secs(1);

/// Longest gap before the next line of a pasted text: no one types a line so fast.
const AT_ONCE: Duration = Duration::from_millis(50);

/// Longest time for which lines of a pasted text are read, so that an endless pipe does not keep a chat open.
const AT_LENGTH: Duration = Duration::from_secs(1);

/// An event for the chat.
pub(super) enum Wish {
    /// A line was typed.
    Line(InputLine),
    /// An edited line was entered.
    Entered(Kept),
    /// The line being edited has changed.
    Redraw,
    /// The window was resized.
    Resize,
    /// A paste was too long.
    TooMuch(TooMuch),
    /// Typed or pasted text was changed before it was accepted.
    Cleaned(Cleaned),
    /// The user asks for a cleared screen.
    Clear,
    /// The user suspends the program.
    Suspend,
    /// The input has ended.
    End,
    /// The chat must lock.
    Lock,
    /// The chat ends for this reason.
    Stop(Failure),
}

/// The source of typed text.
enum Input {
    /// Lines as they arrive.
    Lines(mpsc::Receiver<InputLine>),
    /// Keys, which edit a line.
    Keys(Box<Keys>),
    /// No more input is wanted.
    Closed,
}

/// All sources of events.
pub(super) struct Wishes {
    input: Input,
    /// True until the input has ended or was closed.
    listening: bool,
    /// Number of lines typed on the terminal after that.
    dropped: usize,
    /// True if Ctrl-C was pressed after that.
    interrupted: bool,
    holder: Holder,
    // One listener for all rounds, so that Ctrl-C during a busy round reaches the next.
    pressed: Pin<Box<dyn Future<Output = Failure>>>,
    idle: Idle,
}

impl Wishes {
    /// Starts all sources. Call this on the runtime, with the profile in `directory` open. `keys` reads the terminal
    /// key by key.
    pub(super) fn listen(directory: &Path, lock_after: Option<Period>, keys: bool) -> Result<Self, Failure> {
        let holder = Holder::hold(directory)?;
        let input = if keys {
            Input::Keys(Box::new(Keys::listen().map_err(Failure::Input)?))
        } else {
            Input::Lines(keyboard::listen().map_err(Failure::Input)?)
        };
        Ok(Self {
            input,
            listening: true,
            dropped: 0,
            interrupted: false,
            holder,
            pressed: ended(keys),
            idle: Idle::new(lock_after),
        })
    }

    /// Returns the next event. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Wish {
        if std::mem::take(&mut self.interrupted) {
            return Wish::Stop(Failure::Interrupted);
        }
        let wish = tokio::select! {
            wish = typed(&mut self.input), if self.listening || matches!(self.input, Input::Keys(_)) => wish,
            () = self.holder.told() => return Wish::Lock,
            () = self.idle.over() => return Wish::Lock,
            failure = self.pressed.as_mut() => return Wish::Stop(failure),
        };
        match wish {
            Wish::End => self.listening = false,
            _ => self.idle.restart(),
        }
        if self.listening { wish } else { self.late(wish) }
    }

    /// Handles a key after the end of input: Ctrl-C still ends the chat, and lines are counted.
    fn late(&mut self, wish: Wish) -> Wish {
        match wish {
            Wish::End | Wish::Stop(_) => return wish,
            Wish::Entered(kept) => self.dropped += lines(&kept.text),
            _ => {}
        }
        Wish::Redraw
    }

    /// Returns a line that has already arrived.
    pub(super) fn waiting(&mut self) -> Option<InputLine> {
        match &mut self.input {
            Input::Lines(lines) if self.listening => lines.try_recv().ok(),
            _ => None,
        }
    }

    /// Reads and drops the lines that arrive at once. Returns the number of non-empty ones.
    pub(super) async fn rest(&mut self) -> usize {
        let (mut dropped, until) = (0, Instant::now() + AT_LENGTH);
        while self.listening && Instant::now() < until {
            dropped += match &mut self.input {
                Input::Lines(lines) => match timeout(AT_ONCE, lines.recv()).await {
                    Ok(Some(InputLine::Text(line))) if line.trim().is_empty() => 0,
                    Ok(Some(_)) => 1,
                    Ok(None) | Err(_) => break,
                },
                Input::Keys(keys) => match timeout(AT_ONCE, keys.next()).await {
                    Ok(Pressed::Entered(kept)) => lines(&kept.text),
                    // A paste of any length is at least one line.
                    Ok(Pressed::TooMuch(_)) => 1,
                    Ok(Pressed::Interrupt) => {
                        self.interrupted = true;
                        0
                    }
                    Ok(Pressed::Failed(_)) | Err(_) => break,
                    Ok(_) => 0,
                },
                Input::Closed => break,
            };
        }
        dropped + self.draft_mut().map_or(0, |draft| lines(&draft.take().text))
    }

    /// Stops reading lines.
    pub(super) const fn close(&mut self) {
        self.listening = false;
    }

    /// Restores the terminal. Returns the number of lines typed on it that were not handled.
    pub(super) async fn give_back(&mut self) -> usize {
        self.listening = matches!(self.input, Input::Keys(_));
        let dropped = if self.listening { self.rest().await } else { 0 };
        self.input = Input::Closed;
        self.listening = false;
        dropped + self.dropped
    }

    /// Gives the shell the terminal until it continues this program.
    pub(super) fn suspend(&self) -> Result<(), Failure> {
        match &self.input {
            Input::Keys(keys) => keys.suspend().map_err(Failure::Input),
            _ => Ok(()),
        }
    }

    /// Returns true while typed text is wanted.
    pub(super) const fn is_listening(&self) -> bool {
        self.listening
    }

    /// Returns the line being edited, if lines can be edited.
    pub(super) const fn draft(&self) -> Option<&Draft> {
        match &self.input {
            Input::Keys(keys) => Some(&keys.draft),
            _ => None,
        }
    }

    /// Returns the line being edited, for changes.
    pub(super) const fn draft_mut(&mut self) -> Option<&mut Draft> {
        match &mut self.input {
            Input::Keys(keys) => Some(&mut keys.draft),
            _ => None,
        }
    }
}

/// Waits for Ctrl-C. In raw mode it also waits for the signals that end a program, so that the terminal is restored
/// first.
fn ended(keys: bool) -> Pin<Box<dyn Future<Output = Failure>>> {
    let pressed = net::pressed();
    if !keys {
        return Box::pin(pressed);
    }
    Box::pin(async move {
        tokio::select! {
            failure = pressed => failure,
            () = keys::terminated() => Failure::Interrupted,
        }
    })
}

/// Returns the next event from typed text.
async fn typed(input: &mut Input) -> Wish {
    match input {
        Input::Lines(lines) => lines.recv().await.map_or(Wish::End, Wish::Line),
        Input::Keys(keys) => match keys.next().await {
            Pressed::Entered(kept) => Wish::Entered(kept),
            Pressed::Changed => Wish::Redraw,
            Pressed::Resized => Wish::Resize,
            Pressed::TooMuch(paste) => Wish::TooMuch(paste),
            Pressed::Cleaned(cleaned) => Wish::Cleaned(cleaned),
            Pressed::Clear => Wish::Clear,
            Pressed::Suspend => Wish::Suspend,
            Pressed::End => Wish::End,
            Pressed::Interrupt => Wish::Stop(Failure::Interrupted),
            Pressed::Failed(error) => Wish::Stop(Failure::Input(error)),
        },
        Input::Closed => pending().await,
    }
}

/// Time since the last typing: the last key where lines are edited, else the last line, because a terminal keeps an
/// unfinished line to itself.
struct Idle {
    most: Option<Duration>,
    since: (Instant, Timestamp),
}

impl Idle {
    fn new(after: Option<Period>) -> Self {
        let seconds = after.and_then(|period| period.0);
        Self {
            most: seconds.map(|seconds| Duration::from_secs(seconds.into())),
            since: (Instant::now(), now()),
        }
    }

    fn restart(&mut self) {
        self.since = (Instant::now(), now());
    }

    async fn over(&self) {
        let Some(most) = self.most else { return pending().await };
        while let Some(rest) = self.rest(most, Instant::now(), now()) {
            sleep(rest.min(LOOK)).await;
        }
    }

    /// Returns the time left by the clock that has advanced further.
    fn rest(&self, most: Duration, instant: Instant, wall: Timestamp) -> Option<Duration> {
        let (typed, at) = self.since;
        let passed = instant.saturating_duration_since(typed);
        let on_the_wall = Duration::from_millis(wall.0.saturating_sub(at.0));
        most.checked_sub(passed.max(on_the_wall)).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_clock_ends_an_idle_time() {
        let idle = Idle::new(Some(Period(Some(60))));
        let (typed, at) = idle.since;
        let minute = Duration::from_secs(60);
        let rest = |monotonic: u64, wall: i64| {
            let wall = Timestamp(at.0.saturating_add_signed(wall * 1_000));
            idle.rest(minute, typed + Duration::from_secs(monotonic), wall)
        };
        assert_eq!(rest(0, 0), Some(minute));
        assert_eq!(rest(50, 20), Some(Duration::from_secs(10)));
        assert_eq!(rest(50, -3_600), Some(Duration::from_secs(10)), "a clock set back keeps nothing open");
        assert_eq!((rest(60, 60), rest(1, 3_600), rest(3_600, 0)), (None, None, None));
        assert_eq!(Idle::new(Some(Period(None))).most, None);
    }
}
