//! The state of the stage, and each request as a method. Demands are served in `serve`.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use pillarbox_access::designs;
use pillarbox_lab::english::capital;
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::scenario::library::BUILT_IN;
use pillarbox_lab::world::World;
use pillarbox_text::read::value;

use crate::dockets::Dockets;
use crate::error::StageError;
use crate::keys;
use crate::lanes::{self, Table, TableRow};
use crate::live::Live;
use crate::pictures;
use crate::question::{BOTH, Question, story_named};
use crate::request::{File, PageReply, Request};
use crate::served::{self, Served};
use crate::serving::Serving;
use crate::story::{MAX_CHARS, MAX_TEXTS, PEOPLE, Story, StoryText};
use crate::takeaway::Form;

/// The maximum number of pinned answers. Two answers are compared, and nobody would see a third beside them.
const MAX_PINNED: usize = 2;

/// Two relays that carry one conversation, and the answers that were served.
pub struct Stage {
    pub(crate) story: Story,
    pub(crate) relays: Vec<Live>,
    /// The index of the conversation's first text among the story's events.
    first: usize,
    pub(crate) asked: Question,
    pub(crate) guess: &'static str,
    pub(crate) served: Vec<Served>,
    /// The pinned answers: at most [`MAX_PINNED`], the oldest first.
    pinned: Vec<Served>,
    /// Demands whose controls have passed.
    pub(crate) controlled: BTreeSet<&'static str>,
    /// The worlds on which demands are served.
    pub(crate) dockets: Dockets,
    /// The table of the conversation as shown last.
    rows: BTreeMap<String, String>,
    /// A demand that waits to be continued.
    pub(crate) serving: Option<Serving>,
}

#[derive(Template)]
#[template(path = "shell.html")]
struct Shell<'a> {
    question: String,
    lanes: String,
    pictures: String,
    shelf: String,
    relays: Vec<(&'a str, &'a str)>,
    people: [&'a str; 2],
}

impl Stage {
    /// Creates a stage on which the conversation has just happened.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn new() -> Result<Self, StageError> {
        let story = Story::default();
        let scenario = story.scenario(Question::default().country.as_str())?;
        let first = scenario.events.len() - story.texts().len();
        let designs = BOTH.into_iter().filter_map(designs::named);
        let relays = designs
            .map(|design| Live::begin(design, &scenario, story.texts().len()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            story,
            relays,
            first,
            asked: Question::default(),
            guess: "",
            served: Vec::new(),
            pinned: Vec::new(),
            controlled: BTreeSet::new(),
            dockets: Dockets::default(),
            rows: BTreeMap::new(),
            serving: None,
        })
    }

    /// Carries out a request, or states the reason for a refusal in one sentence.
    pub fn answer(&mut self, request: &Request) -> PageReply {
        let done = match request.word("do") {
            "open" => self.open(request),
            "say" => self.say(request),
            "order" => self.move_order(request),
            "ask" => self.ask(request),
            "cell" => self.serve_cell(request),
            "go-on" => self.go_on(),
            "stop" => self.stop(),
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
        done.unwrap_or_else(|error| PageReply {
            says: format!("{}.", capital(&error.to_string())),
            address: self.address(),
            ..PageReply::default()
        })
    }

    /// Renders the whole page, with the question that the address asks.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn open(&mut self, request: &Request) -> Result<PageReply, StageError> {
        self.asked = Question::of(request);
        if let Some(line) = request.number("order") {
            self.story.move_line(line);
        }
        let shell = Shell {
            question: self.asked.render()?,
            lanes: self.lanes()?,
            pictures: self.pictures()?,
            shelf: self.shelf()?,
            relays: self.relays.iter().map(Live::titled).collect(),
            people: PEOPLE,
        };
        self.reply([("stage", shell.render()?)])
    }

    /// Has a person say something: the row appears under both relays.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn say(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let by = request.number("who").filter(|who| *who < PEOPLE.len()).ok_or(StageError::NoSuchRequest)?;
        let text = value(request.word("text")).to_owned();
        match text.chars().count() {
            0 => return Err(StageError::Empty),
            chars if chars > MAX_CHARS => return Err(StageError::TooLong(chars)),
            _ if self.story.texts().len() >= MAX_TEXTS => return Err(StageError::Full),
            _ => {}
        }
        self.story.say(StoryText { by, text });
        let scenario = self.story.scenario(self.country()).inspect_err(|_| self.story.unsay())?;
        let mut events = BTreeSet::new();
        for live in &mut self.relays {
            events.extend(live.go_on(&scenario, self.story.texts().len())?);
        }
        let first = self.first;
        let texts = events.into_iter().filter_map(|event| event.checked_sub(first));
        let rows = self.changed_rows(texts)?;
        let mut reply = self.reply([("shelf", self.shelf()?), ("pictures", self.pictures()?)])?;
        reply.parts.extend(served::since(&self.served, self.story.texts().len()));
        reply.rows = rows;
        reply.says = format!("Text {} passed both relays.", self.story.texts().len());
        Ok(reply)
    }

    /// Changes the question. Nothing is served yet.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn ask(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let asked = Question::of(request);
        // Another story belongs to another country, unless the viewer chooses one again.
        let is_other = asked.story != self.asked.story;
        let own = story_named(asked.story).map_or(Question::default().country, |story| story.inquiry.country);
        self.asked = Question { country: if is_other { own } else { asked.country }, ..asked };
        let mut reply = self.reply([("question", self.asked.render()?)])?;
        reply.focus = request.word("focus").to_owned();
        Ok(reply)
    }

    /// Tries everything that a relay's operator has on one text.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn try_keys(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let text = request.number("text").filter(|text| *text > 0).ok_or(StageError::NoSuchRequest)?;
        let live = request.number("relay").and_then(|relay| self.relays.get(relay));
        let live = live.ok_or(StageError::NoSuchRequest)?;
        let key = request.number("key");
        let tried = live.try_keys(self.first + text - 1, key)?.ok_or(StageError::NoSuchRequest)?;
        let relay = request.number("relay").unwrap_or_default();
        let part = lanes::tried((text, relay), &live.design.title, &tried, key)?;
        let mut reply = self.reply([("tried", part)])?;
        reply.focus = "tried-head".to_owned();
        Ok(reply)
    }

    /// Pins an answer beside the one that was pinned last.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn pin(&mut self, request: &Request) -> Result<PageReply, StageError> {
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

    /// Removes a pinned answer.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn unpin(&mut self, request: &Request) -> Result<PageReply, StageError> {
        let answer = request.number("answer").filter(|answer| *answer < self.pinned.len());
        self.pinned.remove(answer.ok_or(StageError::NoSuchRequest)?);
        let mut reply = self.reply([("pinned", served::pinned(&self.pinned)?)])?;
        reply.focus = if self.pinned.is_empty() { "talk" } else { "pinned-head" }.to_owned();
        Ok(reply)
    }

    /// Returns the story as a file, with everything that was typed.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take_story(&self) -> Result<PageReply, StageError> {
        let file = File {
            name: "story.toml".to_owned(),
            kind: "application/toml",
            text: self.story.file(self.country()),
        };
        Ok(PageReply { file: Some(file), ..self.reply([])? })
    }

    /// Returns the report, the table or the archive of the question that was served last, as a file. The
    /// conversation is used in its present state.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take(&self, request: &Request) -> Result<PageReply, StageError> {
        let form = Form::named(request.word("form")).ok_or(StageError::NoSuchRequest)?;
        if self.served.is_empty() {
            return Err(StageError::NothingServed);
        }
        let scenario = match story_named(self.asked.story) {
            Some(story) => story,
            None => self.story.scenario(self.country())?,
        };
        let file = form.of(&scenario, &self.asked.designs(), self.asked.demand)?;
        let says = format!("{} is made.", file.name);
        Ok(PageReply { file: Some(file), says, ..self.reply([])? })
    }

    /// Returns the evidence of one answer as a file.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn take_evidence(&self, request: &Request) -> Result<PageReply, StageError> {
        let served = request.number("answer").and_then(|answer| self.served.get(answer));
        let evidence = &served.ok_or(StageError::NoSuchRequest)?.evidence;
        let file = File { name: evidence.file_name(), kind: "application/json", text: evidence.to_json() };
        Ok(PageReply { file: Some(file), ..self.reply([])? })
    }

    /// Runs a story of this program under a design, and returns the SHA-256 of its record. `pillarbox-lab run`
    /// prints the same.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn record(&self, request: &Request) -> Result<PageReply, StageError> {
        let design = designs::named(request.word("design")).ok_or(StageError::NoSuchRequest)?;
        let text = BUILT_IN.iter().find(|(name, _)| *name == request.word("story"));
        let (name, text) = text.ok_or(StageError::NoSuchRequest)?;
        let story = Scenario::parse(&format!("{name}/scenario.toml"), text)?;
        let mut world = World::new(design, &story, story.seed)?;
        world.keep_no_wire();
        world.run_in_parts(|| ())?;
        Ok(PageReply { says: world.record().sha256(), ..self.reply([])? })
    }

    /// Returns the answers on the stage, with their evidence.
    pub fn evidence(&self) -> impl Iterator<Item = &pillarbox_lab::evidence::Evidence> {
        self.served.iter().map(|served| &served.evidence)
    }

    /// Returns the question's country, which is written into the story's file.
    pub(crate) fn country(&self) -> &str {
        self.asked.country.as_str()
    }

    /// Renders the whole table of the conversation.
    pub(crate) fn lanes(&mut self) -> Result<String, StageError> {
        let rows = self.table().rows()?;
        let html = rows.iter().map(|row| row.html.as_str()).collect();
        self.rows = rows.into_iter().map(|row| (row.id, row.html)).collect();
        Ok(html)
    }

    /// Returns the rows of the table that differ from the rows shown last.
    fn changed_rows(&mut self, texts: impl Iterator<Item = usize>) -> Result<Vec<TableRow>, StageError> {
        let mut rows = self.table().rows_of(texts)?;
        rows.retain(|row| self.rows.get(&row.id) != Some(&row.html));
        self.rows.extend(rows.iter().map(|row| (row.id.clone(), row.html.clone())));
        Ok(rows)
    }

    fn table(&self) -> Table<'_> {
        Table { story: &self.story, first: self.first, relays: &self.relays }
    }

    fn shelf(&self) -> Result<String, StageError> {
        let shelf = |live: &Live| (live.design.title.as_str(), live.shelf().clone());
        Ok(keys::render(&self.relays.iter().map(shelf).collect::<Vec<_>>())?)
    }

    fn pictures(&self) -> Result<String, StageError> {
        pictures::render(&self.relays, Story::at(0))
    }

    pub(crate) fn answers(&self) -> Result<String, StageError> {
        Ok(served::render(&self.served, self.story.texts().len())?)
    }

    fn address(&self) -> String {
        self.asked.address(self.story.line())
    }

    pub(crate) fn reply<const N: usize>(
        &self,
        parts: [(&'static str, String); N],
    ) -> Result<PageReply, StageError> {
        Ok(PageReply { parts: parts.into(), address: self.address(), ..PageReply::default() })
    }
}
