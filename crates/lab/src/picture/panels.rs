//! The same people three times, each time at the same places: as kept, as seen, as inferred.

use askama::Template;
use pillarbox_metadata::{Known, Ties};

use super::network::NetworkPicture;
use super::style;

/// The gap between two panels, and above them for their titles.
const GAP: i32 = 40;

/// Three pictures of one network.
#[derive(Clone, Debug)]
pub struct Panels {
    panels: [NetworkPicture; 3],
}

#[derive(Template)]
#[template(path = "picture/panels.svg")]
struct Drawing<'a> {
    title: &'a str,
    says: String,
    style: String,
    /// The panels: distance from the left, heading, drawing.
    panels: Vec<(i32, &'a str, String)>,
    width: i32,
    height: i32,
}

impl Panels {
    /// Draws `ties` as kept, as seen and as inferred after `messages` messages. A pair that is known in several ways is
    /// in several of them.
    #[must_use]
    pub fn of(ties: &Ties, messages: u64) -> Self {
        let all = NetworkPicture::of("", ties);
        let inferred = match messages {
            1 => "As inferred after 1 message".to_owned(),
            messages => format!("As inferred after {messages} messages"),
        };
        let titles =
            [("As kept", Known::Kept), ("As seen", Known::Seen), (inferred.as_str(), Known::Inferred)];
        Self { panels: titles.map(|(title, known)| all.only(title, ties, known)) }
    }

    /// Returns the pictures: kept, seen, inferred. Each is its own picture.
    #[must_use]
    pub const fn each(&self) -> &[NetworkPicture; 3] {
        &self.panels
    }

    /// Renders the three side by side as one file, with the text of all in `<desc>`.
    ///
    /// # Errors
    /// A template failed.
    pub fn file(&self, title: &str) -> Result<String, askama::Error> {
        let width = self.panels.iter().map(NetworkPicture::width).max().unwrap_or_default();
        let height = self.panels.iter().map(NetworkPicture::height).max().unwrap_or_default();
        let steps = (0..).map(|place: i32| place * (width + GAP));
        let mut panels = Vec::new();
        for (x, panel) in steps.zip(&self.panels) {
            panels.push((x, panel.title(), panel.drawing()?));
        }
        let says = self.panels.iter().map(|panel| format!("{}: {}", panel.title(), panel.words()));
        Drawing {
            title,
            says: says.collect::<Vec<_>>().join(" "),
            style: style::of_file(),
            panels,
            width: width * 3 + GAP * 2,
            height: height + GAP,
        }
        .render()
    }
}
