//! The picture of the pairs who talk to each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use pillarbox_metadata::{Known, Tie, Ties};

use super::hull::{self, Hull};
use super::labels::{Label, Room};
use super::words::{NOT_NAMED, Words};
use super::{layout, style};

/// The size of a drawing, and of its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    /// The class that tells a page how much room the drawing needs.
    class: &'static str,
    width: i32,
    height: i32,
    /// The height of letters. A narrow page shows small drawings with larger letters, and room is kept for those.
    font: i32,
    /// The largest number of people for which this size is tried.
    people: usize,
}

impl Size {
    /// Returns the radius of a point.
    fn radius(&self) -> i32 {
        if self.class == "l" { 4 } else { 6 }
    }
}

/// The sizes, the smallest first. The first size in which every name has room is chosen. A large size need only
/// have room for the names of the people with most ties. If no size has room, the last is chosen.
const SIZES: [Size; 10] = [
    Size { class: "s", width: 460, height: 300, font: 20, people: 14 },
    Size { class: "s", width: 560, height: 360, font: 20, people: 14 },
    Size { class: "s", width: 640, height: 420, font: 20, people: 14 },
    Size { class: "m", width: 720, height: 460, font: 15, people: 60 },
    Size { class: "m", width: 840, height: 540, font: 15, people: 60 },
    Size { class: "m", width: 960, height: 620, font: 15, people: 60 },
    Size { class: "l", width: 1_080, height: 760, font: 13, people: usize::MAX },
    Size { class: "l", width: 1_280, height: 900, font: 13, people: usize::MAX },
    Size { class: "l", width: 1_480, height: 1_040, font: 13, people: usize::MAX },
    Size { class: "l", width: 1_720, height: 1_200, font: 13, people: usize::MAX },
];

/// In a large picture, 36 of the 40 people with most ties must have their names, because a point in a crowd may have no
/// room.
const NAMED: (usize, usize) = (36, 40);

/// The room for names left and right of the outermost points, and above and below them.
const MARGIN: (i32, i32) = (64, 34);

/// The longest name in the picture. The text has the whole name.
const NAME_CHARS: usize = 16;

/// The most lines in a picture that has numbers of messages on its lines.
const LINES_WITH_NUMBERS: usize = 24;

/// The most sets that are shaded, the largest ones. More would hide each other. The text has all.
const MAX_HULLS: usize = 12;

/// The height of a line of the legend, in addition to that of its letters.
const LEGEND_GAP: i32 = 8;

/// A line between two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    from: (i32, i32),
    to: (i32, i32),
    stroke: Stroke,
    /// The number of messages, after its position.
    number: Option<((i32, i32), u64)>,
}

/// The style of a line: solid, dashed or dotted, and its width.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stroke {
    /// The width in tenths of a unit.
    width: u64,
    known: Known,
}

impl Stroke {
    fn width(&self) -> String {
        format!("{}.{}", self.width / 10, self.width % 10)
    }

    /// Returns the dashes and the gaps between them in SVG's form; empty for a solid line.
    fn dashes(&self) -> String {
        match self.known {
            Known::Kept => String::new(),
            Known::Seen => "10 6".to_owned(),
            // A dot is a dash without length, whose round ends are as wide as the line.
            Known::Inferred => format!("0.1 {}", 4 + self.width / 5),
        }
    }

    const fn cap(&self) -> &'static str {
        match self.known {
            Known::Inferred => "round",
            Known::Kept | Known::Seen => "butt",
        }
    }
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sample {
    /// The style of its line; `None` for a shaded area.
    stroke: Option<Stroke>,
    y: i32,
    text: String,
}

/// A network of people, placed and drawn. The same ties yield the same bytes on every computer.
#[derive(Clone, Debug)]
pub struct NetworkPicture {
    title: String,
    ties: Ties,
    size: Size,
    points: Vec<(i32, i32)>,
    labels: Vec<Label>,
    hulls: Vec<Hull>,
    lines: Vec<Line>,
    legend: Vec<Sample>,
    words: Words,
    room: Room,
}

/// The drawing itself, without its surroundings.
#[derive(Template)]
#[template(path = "picture/drawing.svg")]
struct Drawing<'a> {
    it: &'a NetworkPicture,
}

#[derive(Template)]
#[template(path = "picture/network.svg")]
struct Svg<'a> {
    /// Distinguishes the parts of this picture from those of others on one page.
    id: &'a str,
    it: &'a NetworkPicture,
    /// The style, for its own file, which also contains the whole text.
    style: Option<String>,
    says: String,
    drawing: String,
}

impl NetworkPicture {
    /// Places people and draws their ties. If a pair is known in several ways, the surest is drawn: kept, then seen,
    /// then inferred.
    #[must_use]
    pub fn of(title: &str, ties: &Ties) -> Self {
        let ties = surest(ties);
        let pairs: Vec<(usize, usize)> =
            ties.ties.iter().filter(|tie| tie.one != tie.other).map(|tie| (tie.one, tie.other)).collect();
        let places = layout::places(ties.people.len(), &pairs, &ties.groups);
        let mut by_ties: Vec<usize> = (0..ties.people.len()).collect();
        let lines_of = |at: usize| pairs.iter().filter(|(one, other)| *one == at || *other == at).count();
        by_ties.sort_by_key(|at| (Reverse(lines_of(*at)), *at));
        let mut tried = None;
        for size in SIZES.into_iter().filter(|size| ties.people.len() <= size.people) {
            let points =
                layout::fitted(&places, (MARGIN.0, MARGIN.1, size.width - MARGIN.0, size.height - MARGIN.1));
            let (size, points) = cropped(size, points);
            let end = |at: usize| points.get(at).copied().unwrap_or_default();
            let lines = pairs.iter().map(|(one, other)| (end(*one), end(*other))).collect();
            let mut room = Room::new((size.width, size.height), (size.font, size.radius()), &points, lines);
            let label = |at: &usize| {
                let name = ties.people.get(*at)?;
                room.beside(end(*at), &shortened(name, NAME_CHARS))
            };
            let labels: Vec<Option<Label>> = by_ties.iter().map(label).collect();
            let (wanted, among) = if size.class == "l" { NAMED } else { (labels.len(), labels.len()) };
            let is_enough = labels.iter().take(among).flatten().count() >= wanted;
            let labels = labels.into_iter().flatten().collect();
            tried = Some((size, points, labels, room));
            if is_enough {
                break;
            }
        }
        let (size, points, labels, room) = tried.unwrap_or_else(|| {
            (SIZES[0], Vec::new(), Vec::new(), Room::new((0, 0), (1, 1), &[], Vec::new()))
        });
        let mut network = Self {
            title: title.to_owned(),
            hulls: hull::of(&ties.groups, &points, MAX_HULLS),
            words: Words::default(),
            ties,
            size,
            points,
            labels,
            lines: Vec::new(),
            legend: Vec::new(),
            room,
        };
        network.draw();
        network
    }

    /// Draws the same people at the same positions, with only those ties of `source` that are known in this way.
    #[must_use]
    pub fn only(&self, title: &str, source: &Ties, known: Known) -> Self {
        let ties = source.ties.iter().filter(|tie| tie.known == known).cloned().collect();
        let ties = surest(&Ties { people: self.ties.people.clone(), ties, groups: Vec::new() });
        let mut network = Self { title: title.to_owned(), ties, hulls: Vec::new(), ..self.clone() };
        network.draw();
        network
    }

    fn draw(&mut self) {
        let most = self.ties.ties.iter().map(messages).max().unwrap_or(0).max(1);
        let widest = if self.size.class == "s" { 56 } else { 40 };
        let stroke = |tie: &Tie| Stroke {
            width: 14
                + widest * u64::try_from(u128::from(messages(tie)) * 100 / u128::from(most)).unwrap_or(100)
                    / 100,
            known: tie.known,
        };
        let has_numbers = self.ties.ties.len() <= LINES_WITH_NUMBERS;
        let mut room = self.room.clone();
        let mut lines = Vec::new();
        for tie in self.ties.ties.iter().filter(|tie| tie.one != tie.other) {
            let (Some(from), Some(to)) = (self.points.get(tie.one), self.points.get(tie.other)) else {
                continue;
            };
            let number = (has_numbers && messages(tie) > 0).then(|| room.upon((*from, *to))).flatten();
            let number = number.map(|place| (place, messages(tie)));
            lines.push(Line { from: *from, to: *to, stroke: stroke(tie), number });
        }
        self.lines = lines;
        self.words = Words::of(&self.ties, self.labels.len());
        self.legend = self.legend();
    }

    fn legend(&self) -> Vec<Sample> {
        let row = self.size.font + LEGEND_GAP;
        let mut samples: Vec<(Option<Stroke>, String)> = Vec::new();
        for (known, says) in [
            (Known::Kept, "named by a row that is kept"),
            (Known::Seen, "named by a row that passed"),
            (Known::Inferred, "inferred, named by no row"),
        ] {
            if self.ties.ties.iter().any(|tie| tie.known == known) {
                samples.push((Some(Stroke { width: 30, known }), says.to_owned()));
            }
        }
        if !self.hulls.is_empty() {
            samples.push((None, "got one text together".to_owned()));
        }
        let sample = |(at, (stroke, text)): (usize, (Option<Stroke>, String))| Sample {
            stroke,
            text,
            y: self.size.height + row / 2 + row * i32::try_from(at).unwrap_or_default(),
        };
        samples.into_iter().enumerate().map(sample).collect()
    }

    /// Returns the class of a point: hollow for a person who is not named.
    fn point(&self, at: &usize) -> &'static str {
        if self.ties.people.get(*at).is_some_and(|name| name == NOT_NAMED) { "n" } else { "p" }
    }

    /// Returns the height of drawing and legend.
    pub(super) fn height(&self) -> i32 {
        let rows = i32::try_from(self.legend.len()).unwrap_or_default();
        self.size.height + rows * (self.size.font + LEGEND_GAP) + LEGEND_GAP
    }

    /// Renders the drawing, for inside an element `svg`.
    pub(super) fn drawing(&self) -> Result<String, askama::Error> {
        Drawing { it: self }.render()
    }

    /// Returns the heading.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the text beside the picture.
    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.words
    }

    /// Returns true if the picture needs the whole width of a page.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.size.class != "s"
    }

    /// Renders the picture as a part of a page whose style has [`style::RULES`]. No other part of the page may have
    /// the id `id`.
    ///
    /// # Errors
    /// A template failed.
    pub fn svg(&self, id: &str) -> Result<String, askama::Error> {
        Svg { id, it: self, style: None, says: self.words.summary.clone(), drawing: self.drawing()? }.render()
    }

    /// Renders the picture as its own file, with its whole text in `<desc>`.
    ///
    /// # Errors
    /// A template failed.
    pub fn file(&self) -> Result<String, askama::Error> {
        let (style, says) = (Some(style::of_file()), self.words.to_string());
        Svg { id: "network", it: self, style, says, drawing: self.drawing()? }.render()
    }
}

/// Makes a drawing no higher than its points need.
fn cropped(size: Size, points: Vec<(i32, i32)>) -> (Size, Vec<(i32, i32)>) {
    let top = points.iter().map(|(_, y)| *y).min().unwrap_or_default();
    let bottom = points.iter().map(|(_, y)| *y).max().unwrap_or_default();
    let points = points.into_iter().map(|(x, y)| (x, y - top + MARGIN.1)).collect();
    (Size { height: bottom - top + 2 * MARGIN.1, ..size }, points)
}

fn messages(tie: &Tie) -> u64 {
    tie.there.saturating_add(tie.back)
}

/// Returns one tie for each pair, the surest, and only ties between existing people.
fn surest(ties: &Ties) -> Ties {
    let people = ties.people.len();
    let mut pairs: BTreeMap<(usize, usize), &Tie> = BTreeMap::new();
    for tie in ties.ties.iter().filter(|tie| tie.one < people && tie.other < people) {
        let pair = (tie.one.min(tie.other), tie.one.max(tie.other));
        pairs
            .entry(pair)
            .and_modify(|known| {
                if tie.known < known.known {
                    *known = tie
                }
            })
            .or_insert(tie);
    }
    let set = |group: &Vec<usize>| {
        let set: BTreeSet<usize> = group.iter().copied().filter(|at| *at < people).collect();
        (set.len() > 2).then(|| set.into_iter().collect::<Vec<_>>())
    };
    Ties {
        people: ties.people.clone(),
        ties: pairs.into_values().cloned().collect(),
        groups: ties.groups.iter().filter_map(set).collect(),
    }
}

/// Shortens a name so that it fits into a picture.
#[must_use]
pub(super) fn shortened(name: &str, chars: usize) -> String {
    if name.chars().count() <= chars {
        return name.to_owned();
    }
    let begin: String = name.chars().take(chars.saturating_sub(1)).collect();
    format!("{begin}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_shortened_between_letters() {
        assert_eq!(shortened("Grüße, Ynyr", 6), "Grüße…");
        assert_eq!(shortened("Ynyr", 6), "Ynyr");
    }
}
