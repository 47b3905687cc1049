//! Serving a demand on the stage. Its worlds run in pieces, so that a viewer sees their progress and can stop them.

use pillarbox_lab::scenario::Scenario;

use crate::dockets::About;
use crate::error::StageError;
use crate::question::{self, Question, story_named};
use crate::request::{PageReply, Request, RequestProgress};
use crate::served::{self, Asking, Served};
use crate::serving::Serving;
use crate::stage::Stage;

/// The number of things that happen in worlds between two checks whether the viewer has stopped them. A text causes a
/// handful of them, and takes about ten milliseconds in a browser.
const AT_ONCE: usize = 40;

impl Stage {
    /// Moves the order to an earlier or later position, and repeats the demand that was served last.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn move_order(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let before = self.story.line();
        self.story.move_line(request.number("after").ok_or(StageError::NoSuchRequest)?);
        let says = format!("The order comes after text {}.", self.story.line());
        let about_this = self.served.first().filter(|served| served.question.story.is_none());
        if let Some(question) = about_this.map(|served| served.question.clone()) {
            let mut serving = Serving::of(question, self.guess, before);
            (serving.focus, serving.says) = (request.word("focus").to_owned(), says);
            self.serving = Some(serving);
            return self.go_on();
        }
        let lanes = self.lanes()?;
        let mut reply = self.reply([("lanes", lanes)])?;
        (reply.says, reply.focus) = (says, request.word("focus").to_owned());
        Ok(reply)
    }

    /// Serves a demand.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn serve(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let guess = question::guess(request.word("guess")).ok_or(StageError::NoGuess)?;
        self.serving = Some(Serving::of(Question::of(request), guess, self.story.line()));
        self.go_on()
    }

    /// Serves the demand of a cell of the report again, under one design, and fills in its question.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn serve_cell(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let asked = Question::of(request);
        if asked.design.is_none() || asked.demand != request.word("demand") || asked.story.is_none() {
            return Err(StageError::NoSuchRequest);
        }
        self.serving = Some(Serving::of(asked, "the report stood beside it", self.story.line()));
        self.go_on()
    }

    /// Continues a demand in progress.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn go_on(&mut self) -> Result<PageReply, StageError> {
        let mut serving = self.serving.take().ok_or(StageError::NoSuchRequest)?;
        match self.serve_on(&mut serving) {
            Ok(Some(more)) => {
                self.serving = Some(serving);
                Ok(PageReply { more: Some(more), ..self.reply([])? })
            }
            Ok(None) => {
                let Serving { asked, guess, served, focus, says, .. } = serving;
                (self.asked, self.guess, self.served) = (asked, guess, served);
                let question = self.asked.render()?;
                let lanes = self.lanes()?;
                let parts = [("question", question), ("answers", self.answers()?), ("lanes", lanes)];
                Ok(PageReply { focus, says, ..self.reply(parts)? })
            }
            Err(error) => {
                self.story.move_line(serving.line_before);
                Err(error)
            }
        }
    }

    /// Stops a demand in progress. The stage is restored to its former state.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn stop(&mut self) -> Result<PageReply, StageError> {
        let serving = self.serving.take().ok_or(StageError::NoSuchRequest)?;
        self.story.move_line(serving.line_before);
        let lanes = self.lanes()?;
        let mut reply = self.reply([("lanes", lanes)])?;
        reply.says = "Stopped: nothing was served.".to_owned();
        Ok(reply)
    }

    fn serve_on(&mut self, serving: &mut Serving) -> Result<Option<RequestProgress>, StageError> {
        let Question { demand, country, story, .. } = serving.asked;
        if !self.controlled.contains(demand) {
            served::control(demand)?;
            self.controlled.insert(demand);
        }
        let scenario = match serving.scenario.take() {
            Some(scenario) => scenario,
            None => match story_named(story) {
                Some(scenario) => scenario,
                None => self.story.scenario(country.as_str())?,
            },
        };
        let served = self.serve_about(serving, &scenario);
        serving.scenario = Some(scenario);
        served
    }

    fn serve_about(
        &mut self,
        serving: &mut Serving,
        scenario: &Scenario,
    ) -> Result<Option<RequestProgress>, StageError> {
        let Question { demand, story, .. } = serving.asked;
        let about = if story.is_some() { About::BuiltIn } else { About::Conversation(&self.story) };
        let mut budget = AT_ONCE;
        while let Some(design) = serving.next() {
            let whole = (&about, self.relays.as_mut_slice());
            let docket = self.dockets.of(design, scenario, whole, &mut budget)?;
            let Some(docket) = docket else {
                return Ok(Some(serving.has_done(AT_ONCE - budget, self.story.texts().len())));
            };
            if !docket.prepare(demand, &mut budget)? {
                return Ok(Some(serving.has_done(AT_ONCE - budget, docket.left(demand)?)));
            }
            let asking = Asking {
                place: serving.served.len(),
                guess: serving.guess,
                texts: self.story.texts().len(),
                question: &serving.asked,
                own: scenario.inquiry.country,
            };
            let served = Served::of(design, docket, &asking)?;
            serving.served.push(served);
        }
        Ok(None)
    }
}
