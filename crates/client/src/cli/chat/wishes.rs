//! What reaches a chat other than by the network: lines or keys, Ctrl-C, and the wish to lock, from another command or
//! because nobody has typed for a while.

use std::future::pending;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use pillarbox_wire::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::super::desk::now;
use super::super::failure::Failure;
use super::super::lock::Holder;
use super::super::net;
use super::super::period::Period;
use super::super::typing::{Cleaned, Draft, Kept, TooMuch};
use super::keyboard::{self, Line};
use super::keys::{self, Keys, Pressed, lines};

/// How often the clock on the wall is asked whether nobody has typed for long enough: the other clock stands still
/// while the computer sleeps, and who wakes it should not find an open chat.
const LOOK: Duration = Duration::from_secs(1);

/// How long the next line of a pasted text may take: nobody types one so fast.
const AT_ONCE: Duration = Duration::from_millis(50);

/// How long such a text may come. A pipe that never ends holds no chat open.
const AT_LENGTH: Duration = Duration::from_secs(1);

/// Something that the chat should do.
pub(super) enum Wish {
    /// Somebody typed a line.
    Line(Line),
    /// Somebody edited a line and pressed Enter.
    Entered(Kept),
    /// The line that is edited is another one.
    Redraw,
    /// The window has another size.
    Resize,
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
    /// It should lock.
    Lock,
    /// It should stop, for this reason.
    Stop(Failure),
}

/// Where what is typed comes from.
enum Input {
    /// Lines, as they come.
    Lines(mpsc::Receiver<Line>),
    /// Keys, which edit a line.
    Keys(Box<Keys>),
    /// Nothing more is wanted.
    Closed,
}

/// Everything that is listened to.
pub(super) struct Wishes {
    input: Input,
    /// Whether the end of input, or the wish for it, has come.
    listening: bool,
    /// Lines that were typed on the terminal after that.
    dropped: usize,
    /// Whether Ctrl-C was among them.
    interrupted: bool,
    holder: Holder,
    // One listener for all rounds: Ctrl-C while a round is busy is heard by the next.
    pressed: Pin<Box<dyn Future<Output = Failure>>>,
    idle: Idle,
}

impl Wishes {
    /// Begins to listen. To be called on the runtime, with the profile in `directory` open. `keys` takes the terminal key by
    /// key.
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

    /// The next wish. Nothing is lost if it is not waited for to its end.
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

    /// What a key leads to when nothing more is wanted: Ctrl-C still ends, and lines are counted.
    fn late(&mut self, wish: Wish) -> Wish {
        match wish {
            Wish::End | Wish::Stop(_) => return wish,
            Wish::Entered(kept) => self.dropped += lines(&kept.text),
            _ => {}
        }
        Wish::Redraw
    }

    /// A line that is here already.
    pub(super) fn waiting(&mut self) -> Option<Line> {
        match &mut self.input {
            Input::Lines(lines) if self.listening => lines.try_recv().ok(),
            _ => None,
        }
    }

    /// Takes the lines that come at once and drops them; how many there were, not counting empty ones.
    pub(super) async fn rest(&mut self) -> usize {
        let (mut dropped, until) = (0, Instant::now() + AT_LENGTH);
        while self.listening && Instant::now() < until {
            dropped += match &mut self.input {
                Input::Lines(lines) => match timeout(AT_ONCE, lines.recv()).await {
                    Ok(Some(Line::Text(line))) if line.trim().is_empty() => 0,
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

    /// Takes no more lines.
    pub(super) const fn close(&mut self) {
        self.listening = false;
    }

    /// Gives the terminal back; how many lines were typed on it that nothing was done with.
    pub(super) async fn give_back(&mut self) -> usize {
        self.listening = matches!(self.input, Input::Keys(_));
        let dropped = if self.listening { self.rest().await } else { 0 };
        self.input = Input::Closed;
        self.listening = false;
        dropped + self.dropped
    }

    /// Lets the shell have the terminal, until it gives it back.
    pub(super) fn suspend(&self) -> Result<(), Failure> {
        match &self.input {
            Input::Keys(keys) => keys.suspend().map_err(Failure::Input),
            _ => Ok(()),
        }
    }

    /// Whether what is typed is still wanted.
    pub(super) const fn is_listening(&self) -> bool {
        self.listening
    }

    /// The line that is edited, where lines can be.
    pub(super) const fn draft(&self) -> Option<&Draft> {
        match &self.input {
            Input::Keys(keys) => Some(&keys.draft),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(super) const fn draft_mut(&mut self) -> Option<&mut Draft> {
        match &mut self.input {
            Input::Keys(keys) => Some(&mut keys.draft),
            _ => None,
        }
    }
}

/// Waits for Ctrl-C. While the terminal is in a mode of this program's, also for the signals that end one: it is given back
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

/// The next of what is typed.
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

/// How long nobody has typed: a key, where lines are edited, else a line, because what is not entered yet the terminal keeps
/// to itself.
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

    /// What is left, by whichever clock has gone further.
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
