//! A demand in progress: the question, the answers so far, and the progress.

use pillarbox_access::design::Design;
use pillarbox_lab::scenario::Scenario;

use crate::question::Question;
use crate::request::RequestProgress;
use crate::served::Served;

/// A demand in progress.
pub(crate) struct Serving {
    /// The question that the stage shows once all is served.
    pub(crate) asked: Question,
    pub(crate) guess: &'static str,
    /// The story that the demand is about, once it has been read. It does not change while the demand is served.
    pub(crate) scenario: Option<Scenario>,
    /// The designs under which the demand is served.
    pub(crate) designs: Vec<&'static Design>,
    /// The answers so far.
    pub(crate) served: Vec<Served>,
    /// The position of the order before this demand. It is restored if the demand is not served to its end.
    pub(crate) line_before: usize,
    /// The element that gets the keyboard's focus.
    pub(crate) focus: String,
    /// The sentence for a screen reader at the end.
    pub(crate) says: String,
    /// The number of things that have happened.
    done: usize,
}

impl Serving {
    pub(crate) fn of(asked: Question, guess: &'static str, line_before: usize) -> Self {
        let designs = asked.designs();
        let focus = "answer0".to_owned();
        let (served, says) = (Vec::new(), String::new());
        Self { asked, guess, scenario: None, designs, served, line_before, focus, says, done: 0 }
    }

    /// Returns the next design; none once all are served.
    pub(crate) fn next(&self) -> Option<&'static Design> {
        self.designs.get(self.served.len()).copied()
    }

    /// Counts completed work, and returns the progress. `left` is the number of things that have not happened yet
    /// under the present design.
    pub(crate) fn has_done(&mut self, happened: usize, left: usize) -> RequestProgress {
        self.done += happened;
        // The estimate assumes that about as much will happen under each of the remaining designs as under the
        // present one.
        let others = self.designs.len().saturating_sub(self.served.len() + 1);
        let each = (self.done + left) / (self.served.len() + 1);
        RequestProgress { done: self.done, of: self.done + left + others * each }
    }
}
