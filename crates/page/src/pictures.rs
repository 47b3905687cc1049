//! Pictures from metadata alone, of what the two relays hold: who talks to whom and a day's hours, as kept and as seen.

use askama::Template;
use pillarbox_access::facts::Wrote;
use pillarbox_access::law::Day;
use pillarbox_lab::page::ties;
use pillarbox_lab::picture::{Hours, Lane, Network, Words};
use pillarbox_metadata::{Known, Ties};
use pillarbox_wire::Timestamp;

use crate::live::Live;
use crate::stage::StageError;

/// One picture with its text.
struct Figure {
    /// The heading, and the name of the heading on the page.
    title: String,
    id: String,
    picture: String,
    words: Words,
}

/// The pictures of one relay.
struct OfRelay<'a> {
    design: &'a str,
    figures: Vec<Figure>,
    /// The picture of the hours, and the text of it.
    hours: String,
    lanes: Vec<String>,
}

#[derive(Template)]
#[template(path = "pictures.html")]
struct Pictures<'a> {
    relays: Vec<OfRelay<'a>>,
    day: String,
}

/// The pictures of all relays, on the day of `at`.
pub(crate) fn render(relays: &[Live], at: Timestamp) -> Result<String, StageError> {
    let day = at.day();
    let day_in_words = Day::of(at).to_string();
    let mut shown = Vec::new();
    for (number, live) in relays.iter().enumerate() {
        let (kept, seen) = (live.kept_rows()?, live.seen_rows());
        let both: Vec<Wrote> = seen.iter().chain(&kept).cloned().collect();
        let of = |rows: &[Wrote], known| ties::of_rows(rows, known, str::to_owned);
        let all = united(of(&both, Known::Seen), [of(&kept, Known::Kept), of(&seen, Known::Seen)]);
        let network = Network::of("", &all);
        let figure = |(title, word, known): (&str, &str, Known)| {
            let network = network.only(&format!("{title}: {}", live.design.title), &all, known);
            let id = format!("{word}{number}");
            let (picture, words) = (network.svg(&id)?, network.words().clone());
            Ok::<_, askama::Error>(Figure { title: title.to_owned(), id, picture, words })
        };
        let of_day = |rows: &[Wrote]| -> Vec<u64> {
            rows.iter().filter(|row| row.at.day() == day).map(|row| row.at.0).collect()
        };
        let lanes = vec![Lane::of("kept", of_day(&kept)), Lane::of("seen", of_day(&seen))];
        let hours = Hours::of(&format!("Hours of {day_in_words}: {}", live.design.title), lanes);
        shown.push(OfRelay {
            design: &live.design.title,
            figures: [("As kept", "kept", Known::Kept), ("As seen", "seen", Known::Seen)]
                .map(figure)
                .into_iter()
                .collect::<Result<_, _>>()?,
            hours: hours.svg(&format!("hours{number}"))?,
            lanes: hours.words(),
        });
    }
    Ok(Pictures { relays: shown, day: day_in_words }.render()?)
}

/// The people of one network, with the ties of others by the people's names.
fn united(people: Ties, others: [Ties; 2]) -> Ties {
    let mut all = Ties { ties: Vec::new(), ..people };
    for other in others {
        let place = |at: usize| {
            let name = other.people.get(at)?;
            all.people.iter().position(|known| known == name)
        };
        let moved = other.ties.iter().filter_map(|tie| {
            Some(pillarbox_metadata::Tie { one: place(tie.one)?, other: place(tie.other)?, ..tie.clone() })
        });
        let moved: Vec<_> = moved.collect();
        all.ties.extend(moved);
    }
    all
}
