//! A demand on its way. Its worlds run in pieces, so that somebody who watches sees how far they are, and can stop them.

use pillarbox_access::design::Design;

use crate::question::Question;
use crate::request::Progress;
use crate::served::Served;

/// Things that happen in worlds between two looks at whether somebody has stopped them. A text is a handful of them, and takes about
/// ten milliseconds in a browser.
pub(crate) const AT_ONCE: usize = 40;

/// See the module.
pub(crate) struct Serving {
    /// The question that stands on the stage once all is served.
    pub(crate) asked: Question,
    pub(crate) guess: &'static str,
    /// The designs that it is served under.
    pub(crate) designs: Vec<&'static Design>,
    /// The answers so far.
    pub(crate) served: Vec<Served>,
    /// The order's place that is gone back to if this comes to nothing.
    pub(crate) line_before: usize,
    /// The element that the keyboard goes to.
    pub(crate) focus: String,
    /// What a screen reader says at the end.
    pub(crate) says: String,
    /// Things that have happened.
    done: usize,
}

impl Serving {
    pub(crate) fn of(asked: Question, guess: &'static str, line_before: usize) -> Self {
        let designs = asked.designs();
        let focus = "answer0".to_owned();
        let (served, says) = (Vec::new(), String::new());
        Self { asked, guess, designs, served, line_before, focus, says, done: 0 }
    }

    /// The design that comes next; none once all are served.
    pub(crate) fn next(&self) -> Option<&'static Design> {
        self.designs.get(self.served.len()).copied()
    }

    /// Counts a piece of the way. `left` is what is still to happen under the design that is served now.
    pub(crate) fn has_done(&mut self, happened: usize, left: usize) -> Progress {
        self.done += happened;
        // Under the designs that come after it about as much will happen.
        let others = self.designs.len().saturating_sub(self.served.len() + 1);
        let each = (self.done + left) / (self.served.len() + 1);
        Progress { done: self.done, of: self.done + left + others * each }
    }
}
