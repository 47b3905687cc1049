//! A story that has run under a design, with what each relay's operator can read at its end.

use pillarbox_access::{Design, OpenedCounts};

use crate::record::{Kind, Record};
use crate::scenario::Scenario;
use crate::screen::{Screen, Weight};
use crate::world::{World, WorldError};

/// A story that has run under a design, to be printed.
#[derive(Debug)]
pub struct PlayedStory<'w> {
    pub(super) record: &'w Record,
    pub(super) scenario: &'w Scenario,
    pub(super) design: &'w Design,
    /// Everything that each relay's operator can read at the end, in the order of the relays.
    pub(super) opened: Vec<OpenedCounts>,
}

impl<'w> PlayedStory<'w> {
    /// Prepares the story of a world that has ended.
    ///
    /// # Errors
    /// [`WorldError::Store`], if a relay's rows cannot be read.
    pub fn of(world: &'w World) -> Result<Self, WorldError> {
        let opened =
            world.sites().iter().map(|site| site.holdings().map(|holdings| OpenedCounts::of(&holdings)));
        Ok(Self {
            record: world.record(),
            scenario: world.scenario(),
            design: world.design(),
            opened: opened.collect::<Result<_, WorldError>>()?,
        })
    }

    /// Writes the title, the design and seed, and the plot.
    pub(super) fn playbill(&self, screen: &mut Screen) {
        let title = &self.design.title;
        screen.say_in(Weight::Bold, &self.scenario.title);
        for line in self.record.lines() {
            if let Kind::Header { scenario: name, design, seed, .. } = &line.kind {
                screen.say_in(Weight::Dim, &format!("{name} under {design} ({title}), seed {seed}"));
            }
        }
        self.plot(screen);
    }

    pub(super) fn heading(&self, screen: &mut Screen) {
        let (title, plain) = (&self.scenario.title, &self.design.plain);
        for line in self.record.lines() {
            if let Kind::Header { scenario: name, design, seed, .. } = &line.kind {
                screen.say(&format!("{name}: {title}."));
                screen.say(&format!("Design {design}: {plain}. Seed {seed}."));
            }
        }
        self.plot(screen);
    }

    fn plot(&self, screen: &mut Screen) {
        if !self.scenario.story.is_empty() {
            screen.blank();
            screen.say(&self.scenario.story.replace('\n', " "));
        }
    }
}
