//! The state of the stage, and each request as a method.

use std::collections::BTreeSet;

use askama::Template;
use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::columns::capital;
use pillarbox_lab::experiments::ExperimentError;
use pillarbox_lab::page::PageError;
use pillarbox_lab::scenario::library::BUILT_IN;
use pillarbox_lab::scenario::{Scenario, ScenarioError};
use pillarbox_lab::world::{World, WorldError};
use pillarbox_text::read::value;

use crate::lanes;
use crate::live::Live;
use crate::pictures;
use crate::question::{self, BOTH, Question};
use crate::request::{File, Reply, Request};
use crate::served::{self, Served};
use crate::story::{MAX_CHARS, MAX_TEXTS, PEOPLE, Story, Text};
use crate::takeaway::Form;

/// Two answers are compared; a third would stand in nobody's view.
const MAX_PINNED: usize = 2;

/// Why a request has no result. The stage is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    /// The request asks for nothing that there is.
    #[error("this page cannot do that")]
    NoSuchRequest,
    /// A text without words.
    #[error("there is nothing to send: type a text first")]
    Empty,
    /// A text that is too long.
    #[error("this text has {0} characters, and a text may have {MAX_CHARS}: send it in parts")]
    TooLong(usize),
    /// More texts than a page shows.
    #[error("this conversation is full: open the page again to begin anew")]
    Full,
    /// A demand without a guess.
    #[error("guess first; “I don’t know” is a guess too")]
    NoGuess,
    /// Nothing to take away yet.
    #[error("serve a demand first: what comes back can then be taken away")]
    NothingServed,
    /// A file to take away could not be made.
    #[error("the file could not be made: {0}")]
    Archive(String),
    /// The story has a mistake.
    #[error("{0}")]
    Story(#[from] ScenarioError),
    /// A world stopped.
    #[error("the relays stopped: {0}")]
    World(#[from] WorldError),
    /// A demand could not be served.
    #[error("the demand could not be served: {0}")]
    Experiment(#[from] ExperimentError),
    /// A part of the page could not be made.
    #[error("the answer could not be shown: {0}")]
    Page(#[from] PageError),
    /// A part of the page could not be made.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
}

/// Two relays that carry one conversation, and the answers that were served.
pub struct Stage {
    story: Story,
    relays: Vec<Live>,
    /// The place of the conversation's first text among the story's events.
    first: usize,
    asked: Question,
    guess: &'static str,
    served: Vec<Served>,
    /// At most [`MAX_PINNED`], the oldest first.
    pinned: Vec<Served>,
    /// Demands whose controls hold.
    controlled: BTreeSet<&'static str>,
}

#[derive(Template)]
#[template(path = "shell.html")]
struct Shell<'a> {
    question: String,
    lanes: String,
    pictures: String,
    relays: Vec<(&'a str, &'a str)>,
    people: [&'a str; 2],
}

impl Stage {
    /// A stage on which the conversation has just happened.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn new() -> Result<Self, StageError> {
        let story = Story::default();
        let scenario = story.scenario(Question::default().country())?;
        let first = scenario.events.len() - story.texts().len();
        let designs = BOTH.into_iter().filter_map(designs::named);
        let relays = designs.map(|design| Live::begin(design, &scenario)).collect::<Result<_, _>>()?;
        Ok(Self {
            story,
            relays,
            first,
            asked: Question::default(),
            guess: "",
            served: Vec::new(),
            pinned: Vec::new(),
            controlled: BTreeSet::new(),
        })
    }

    /// Does what a request asks, or says in one sentence why not.
    pub fn answer(&mut self, request: &Request) -> Reply {
        let done = match request.word("do") {
            "open" => self.open(request),
            "say" => self.say(request),
            "order" => self.move_order(request),
            "serve" => self.serve(request),
            "try" => self.try_keys(request),
            "pin" => self.pin(request),
            "unpin" => self.unpin(request),
            "story" => self.take_story(),
            "take" => self.take(request),
            "evidence" => self.take_evidence(request),
            "record" => self.record(request),
            _ => Err(StageError::NoSuchRequest),
        };
        done.unwrap_or_else(|error| Reply {
            says: format!("{}.", capital(&error.to_string())),
            address: self.address(),
            ..Reply::default()
        })
    }

    /// The whole page, with the question that the address asks.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn open(&mut self, request: &Request) -> Result<Reply, StageError> {
        self.asked = Question::of(request);
        if let Some(line) = request.number("order") {
            self.story.move_line(line);
        }
        let shell = Shell {
            question: self.asked.render(PEOPLE[0])?,
            lanes: self.lanes()?,
            pictures: self.pictures()?,
            relays: self.relays.iter().map(Live::titled).collect(),
            people: PEOPLE,
        };
        self.reply([("stage", shell.render()?)])
    }

    /// Somebody says something: the row appears under both relays.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn say(&mut self, request: &Request) -> Result<Reply, StageError> {
        let by = request.number("who").filter(|who| *who < PEOPLE.len()).ok_or(StageError::NoSuchRequest)?;
        let text = value(request.word("text")).to_owned();
        match text.chars().count() {
            0 => return Err(StageError::Empty),
            chars if chars > MAX_CHARS => return Err(StageError::TooLong(chars)),
            _ if self.story.texts().len() >= MAX_TEXTS => return Err(StageError::Full),
            _ => {}
        }
        self.story.say(Text { by, text });
        let scenario = self.story.scenario(self.asked.country()).inspect_err(|_| self.story.unsay())?;
        if let Some(event) = Story::last(&scenario) {
            for live in &mut self.relays {
                live.happens(event.clone())?;
            }
        }
        let mut reply = self.reply([
            ("lanes", self.lanes()?),
            ("answers", self.answers()?),
            ("pictures", self.pictures()?),
        ])?;
        reply.says = format!("Text {} passed both relays.", self.story.texts().len());
        Ok(reply)
    }

    /// The order comes earlier or later, and what was served is served again.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn move_order(&mut self, request: &Request) -> Result<Reply, StageError> {
        let before = self.story.line();
        self.story.move_line(request.number("after").ok_or(StageError::NoSuchRequest)?);
        if !self.served.is_empty() {
            match self.serve_all() {
                Ok(served) => self.served = served,
                Err(error) => {
                    self.story.move_line(before);
                    return Err(error);
                }
            }
        }
        let mut reply = self.reply([("lanes", self.lanes()?), ("answers", self.answers()?)])?;
        reply.says = format!("The order comes after text {}.", self.story.line());
        reply.focus = request.word("focus").to_owned();
        Ok(reply)
    }

    /// Serves a demand.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn serve(&mut self, request: &Request) -> Result<Reply, StageError> {
        let guess = question::guess(request.word("guess")).ok_or(StageError::NoGuess)?;
        let before = (std::mem::replace(&mut self.asked, Question::of(request)), self.guess);
        self.guess = guess;
        match self.serve_all() {
            Ok(served) => self.served = served,
            Err(error) => {
                (self.asked, self.guess) = before;
                return Err(error);
            }
        }
        let mut reply = self.reply([("answers", self.answers()?)])?;
        reply.focus = "answer0".to_owned();
        Ok(reply)
    }

    /// Tries everything that a relay's operator has on one text.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn try_keys(&mut self, request: &Request) -> Result<Reply, StageError> {
        let text = request.number("text").filter(|text| *text > 0).ok_or(StageError::NoSuchRequest)?;
        let live = request.number("relay").and_then(|relay| self.relays.get(relay));
        let live = live.ok_or(StageError::NoSuchRequest)?;
        let tried = live.try_keys(self.first + text - 1)?.ok_or(StageError::NoSuchRequest)?;
        let part = lanes::tried(text, &live.design.title, &tried)?;
        let mut reply = self.reply([("tried", part)])?;
        reply.focus = "tried-head".to_owned();
        Ok(reply)
    }

    /// Pins an answer beside the one that was pinned last.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn pin(&mut self, request: &Request) -> Result<Reply, StageError> {
        let served = request.number("answer").and_then(|answer| self.served.get(answer));
        let served = served.ok_or(StageError::NoSuchRequest)?.clone();
        self.pinned.push(served);
        while self.pinned.len() > MAX_PINNED {
            self.pinned.remove(0);
        }
        let mut reply = self.reply([("pinned", served::pinned(&self.pinned)?)])?;
        reply.focus = "pinned-head".to_owned();
        Ok(reply)
    }

    /// Takes a pinned answer off.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn unpin(&mut self, request: &Request) -> Result<Reply, StageError> {
        let answer = request.number("answer").filter(|answer| *answer < self.pinned.len());
        self.pinned.remove(answer.ok_or(StageError::NoSuchRequest)?);
        let mut reply = self.reply([("pinned", served::pinned(&self.pinned)?)])?;
        reply.focus = if self.pinned.is_empty() { "talk" } else { "pinned-head" }.to_owned();
        Ok(reply)
    }

    /// The story as a file, with everything that was typed.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take_story(&self) -> Result<Reply, StageError> {
        let file = File {
            name: "story.toml".to_owned(),
            kind: "application/toml",
            text: self.story.file(self.asked.country()),
        };
        Ok(Reply { file: Some(file), ..self.reply([])? })
    }

    /// Report, table or archive of the question that was served last, as a file. The conversation is taken as it stands now.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take(&self, request: &Request) -> Result<Reply, StageError> {
        let form = Form::named(request.word("form")).ok_or(StageError::NoSuchRequest)?;
        if self.served.is_empty() {
            return Err(StageError::NothingServed);
        }
        let scenario = self.story.scenario(self.asked.country())?;
        let file = form.of(&scenario, &self.asked.designs(), self.asked.demand)?;
        let says = format!("{} is made.", file.name);
        Ok(Reply { file: Some(file), says, ..self.reply([])? })
    }

    /// The evidence of one answer as a file.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take_evidence(&self, request: &Request) -> Result<Reply, StageError> {
        let served = request.number("answer").and_then(|answer| self.served.get(answer));
        let evidence = &served.ok_or(StageError::NoSuchRequest)?.evidence;
        let file = File { name: evidence.file_name(), kind: "application/json", text: evidence.to_json() };
        Ok(Reply { file: Some(file), ..self.reply([])? })
    }

    /// Runs a story of this program under a design, and says the SHA-256 of its record: that of `pillarbox-lab run`.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn record(&self, request: &Request) -> Result<Reply, StageError> {
        let design = designs::named(request.word("design")).ok_or(StageError::NoSuchRequest)?;
        let text = BUILT_IN.iter().find(|(name, _)| *name == request.word("story"));
        let (name, text) = text.ok_or(StageError::NoSuchRequest)?;
        let story = Scenario::parse(&format!("{name}/scenario.toml"), text)?;
        let mut world = World::new(design, &story, story.seed)?;
        world.keep_no_wire();
        world.run_in_parts(|| ())?;
        Ok(Reply { says: world.record().sha256(), ..self.reply([])? })
    }

    /// The answers on the stage, with their evidence.
    pub fn evidence(&self) -> impl Iterator<Item = &pillarbox_lab::matrix::cell::Evidence> {
        self.served.iter().map(|served| &served.evidence)
    }

    fn serve_all(&mut self) -> Result<Vec<Served>, StageError> {
        let demand = self.asked.demand;
        if !self.controlled.contains(demand) {
            served::control(demand)?;
            self.controlled.insert(demand);
        }
        let scenario: Scenario = self.story.scenario(self.asked.country())?;
        let texts = self.story.texts().len();
        let one = |(place, design): (usize, &Design)| {
            Served::of(design, demand, &scenario, (place, self.guess, texts, self.asked.hand))
        };
        self.asked.designs().into_iter().enumerate().map(one).collect()
    }

    fn lanes(&self) -> Result<String, StageError> {
        Ok(lanes::render(&self.story, self.first, &self.relays)?)
    }

    fn pictures(&self) -> Result<String, StageError> {
        pictures::render(&self.relays, Story::at(0))
    }

    fn answers(&self) -> Result<String, StageError> {
        Ok(served::render(&self.served, self.story.texts().len())?)
    }

    fn address(&self) -> String {
        self.asked.address(self.story.line())
    }

    fn reply<const N: usize>(&self, parts: [(&'static str, String); N]) -> Result<Reply, StageError> {
        Ok(Reply { parts: parts.into(), address: self.address(), ..Reply::default() })
    }
}
