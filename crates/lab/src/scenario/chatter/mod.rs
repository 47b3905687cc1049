//! `[chatter]`: conversation among many people in a few lines. It becomes ordinary people and events, drawn from the
//! story's name and its seed. Every reader of a story therefore reads these like any others.
//!
//! The acquaintances form a small world (Watts and Strogatz 1998): a ring whose neighbours know each other, and a few
//! who know somebody far away. The number of texts between two people follows Zipf's law, as in collections of real
//! messages: a few pairs write most. The gap between two texts is exponential, as between events that nobody plans.
//!
//! | file | what |
//! |---|---|
//! | `section` | the section and its bounds |
//! | `crowd` | the people whom the file does not name |
//! | `ties` | who knows whom, and who is in which group |
//! | `talk` | who says what when |
//! | `draw`, `words` | randomness; names and words |

mod crowd;
mod draw;
mod section;
mod talk;
mod ties;
mod words;

use draw::Draw;
use section::Chatter;
pub(super) use section::read;

use super::story::{Event, Person};

impl Chatter {
    /// Adds the people whom the file does not name, and decides who knows each other.
    pub(super) fn add_people(&self, people: &mut Vec<Person>, story: (&str, u64)) {
        crowd::add(self, people, &mut Draw::of(story, "crowd"));
        ties::tie(self, people, &mut Draw::of(story, "ties"));
    }

    /// Adds their texts to the events of the file, in the order of time.
    pub(super) fn add_events(&self, people: &[Person], events: &mut Vec<Event>, story: (&str, u64)) {
        let groups = ties::groups(self, people, &mut Draw::of(story, "groups"));
        events.extend(talk::events(self, people, &groups, &mut Draw::of(story, "talk")));
        // Among events at the same moment, those of the file come first.
        events.sort_by_key(|event| event.at);
    }
}
