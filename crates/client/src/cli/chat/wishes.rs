//! What reaches a chat other than by the network: lines, Ctrl-C, and the wish to lock, from another command or because
//! nobody has typed for a while.

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
use super::keyboard::{self, Line};

/// How often the clock on the wall is asked whether nobody has typed for long enough: the other clock stands still
/// while the computer sleeps, and who wakes it should not find an open chat.
const LOOK: Duration = Duration::from_secs(1);

/// How long the next line of a pasted text may take: nobody types one so fast.
const AT_ONCE: Duration = Duration::from_millis(50);

/// How long such a text may come. A pipe that never ends holds no chat open.
const AT_LENGTH: Duration = Duration::from_secs(1);

/// Something that the chat should do.
pub(super) enum Wish {
    /// Somebody typed.
    Line(Line),
    /// Nobody will type any more.
    End,
    /// It should lock.
    Lock,
    /// It should stop, for this reason.
    Stop(Failure),
}

/// Everything that is listened to.
pub(super) struct Wishes {
    lines: mpsc::Receiver<Line>,
    /// Whether more lines are wanted and possible.
    listening: bool,
    holder: Holder,
    // One listener for all rounds: Ctrl-C while a round is busy is heard by the next.
    pressed: Pin<Box<dyn Future<Output = Failure>>>,
    idle: Idle,
}

impl Wishes {
    /// Begins to listen. To be called on the runtime, with the profile in `directory` open.
    pub(super) fn listen(directory: &Path, lock_after: Option<Period>) -> Result<Self, Failure> {
        Ok(Self {
            lines: keyboard::listen().map_err(Failure::Input)?,
            listening: true,
            holder: Holder::hold(directory)?,
            pressed: Box::pin(net::pressed()),
            idle: Idle::new(lock_after),
        })
    }

    /// The next wish. Nothing is lost if it is not waited for to its end.
    pub(super) async fn next(&mut self) -> Wish {
        tokio::select! {
            line = self.lines.recv(), if self.listening => match line {
                Some(line) => {
                    self.idle.restart();
                    Wish::Line(line)
                }
                None => {
                    self.listening = false;
                    Wish::End
                }
            },
            () = self.holder.told() => Wish::Lock,
            () = self.idle.over() => Wish::Lock,
            failure = self.pressed.as_mut() => Wish::Stop(failure),
        }
    }

    /// A line that is here already.
    pub(super) fn waiting(&mut self) -> Option<Line> {
        if self.listening { self.lines.try_recv().ok() } else { None }
    }

    /// Takes the lines that come at once and drops them; how many there were, not counting empty ones.
    pub(super) async fn rest(&mut self) -> usize {
        let (mut dropped, until) = (0, Instant::now() + AT_LENGTH);
        while self.listening && Instant::now() < until {
            match timeout(AT_ONCE, self.lines.recv()).await {
                Ok(Some(Line::Text(line))) if line.trim().is_empty() => {}
                Ok(Some(_)) => dropped += 1,
                Ok(None) | Err(_) => break,
            }
        }
        dropped
    }

    /// Takes no more lines.
    pub(super) const fn close(&mut self) {
        self.listening = false;
    }
}

/// How long nobody has typed a line. What is typed and not entered yet, the terminal keeps to itself.
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
