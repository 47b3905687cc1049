//! The picture of who talks to whom: a line between two people for whom a row came back, as wide as there are rows.

use std::collections::BTreeMap;

use super::rows::{Rows, ends, name, shortened};

/// Width of the drawing, in its own units.
pub(super) const WIDTH: u32 = 460;
/// Height of it.
pub(super) const HEIGHT: u32 = 300;

/// Longest name that fits beside a point; the text beside the picture has the whole one.
const NAME_CHARS: usize = 16;

/// Most people around the one in the middle: more names than this would lie on each other. The text beside the picture has all.
const AROUND: usize = 14;

/// The picture, and the text that says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    /// People, the one who stands in most rows in the middle.
    pub(super) nodes: Vec<Node>,
    /// Lines between two of them.
    pub(super) edges: Vec<Edge>,
    /// Every pair, with the number of rows in each direction; those with most rows first.
    pub(super) pairs: Vec<Pair>,
    /// Pairs that are in the text and not in the picture.
    pub(super) not_drawn: usize,
}

/// Somebody in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The name.
    pub(super) name: String,
    /// From the left.
    pub(super) x: i32,
    /// From the top.
    pub(super) y: i32,
    /// Where the name begins, middles or ends, as SVG has it.
    pub(super) anchor: &'static str,
    /// How far under the point the name stands.
    pub(super) text_y: i32,
    /// Where the name stands, from the left.
    pub(super) text_x: i32,
}

/// A line in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// From here.
    pub(super) from: (i32, i32),
    /// To there.
    pub(super) to: (i32, i32),
    /// Its width, in tenths.
    pub(super) width: usize,
    /// The number of rows, and where it stands.
    pub(super) rows: usize,
    /// Where the number stands.
    pub(super) label: (i32, i32),
}

/// Two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// One.
    pub(super) one: String,
    /// The other.
    pub(super) other: String,
    /// Rows of which the one is the sender.
    pub(super) there: usize,
    /// Rows of which the other is.
    pub(super) back: usize,
}

impl People {
    /// Draws rows.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "points of a picture of a few hundred units")]
    #[allow(clippy::cast_precision_loss, reason = "positions on a circle")]
    pub(super) fn of(rows: &Rows<'_>) -> Self {
        let ends = ends(rows.rows);
        let place = |end: Option<&str>| ends.iter().position(|known| *known == end).unwrap_or_default();
        let mut counted: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
        for row in rows.rows {
            let (from, to) = (place(row.from.as_deref()), place(row.to.as_deref()));
            let counts = counted.entry((from.min(to), from.max(to))).or_default();
            if from <= to { counts.0 += 1 } else { counts.1 += 1 }
        }
        let drawn = ends.len().min(AROUND + 1);
        let around = drawn.saturating_sub(1).max(1);
        let (middle_x, middle_y) = (WIDTH as i32 / 2, HEIGHT as i32 / 2);
        let node = |at: usize| {
            let name = shortened(&name(rows.place.evidence, ends.get(at).copied().flatten()), NAME_CHARS);
            if at == 0 {
                let (x, y) = (middle_x, middle_y);
                return Node { name, x, y, anchor: "middle", text_x: x, text_y: y + 22 };
            }
            let turn =
                std::f64::consts::TAU * ((at - 1) as f64 / around as f64) - std::f64::consts::FRAC_PI_2;
            let x = f64::from(middle_x) + turn.cos() * f64::from(WIDTH) * 0.32;
            let y = f64::from(middle_y) + turn.sin() * f64::from(HEIGHT) * 0.39;
            let (x, y) = (x.round() as i32, y.round() as i32);
            let (anchor, text_x, text_y) = match turn.cos() {
                cos if cos > 0.2 => ("start", x + 11, y + 5),
                cos if cos < -0.2 => ("end", x - 11, y + 5),
                _ if turn.sin() < 0.0 => ("middle", x, y - 11),
                _ => ("middle", x, y + 22),
            };
            Node { name, x, y, anchor, text_x, text_y }
        };
        let nodes: Vec<Node> = (0..drawn).map(node).collect();
        let most = counted.values().map(|(there, back)| there + back).max().unwrap_or(1);
        let edge = |(&(one, other), &(there, back)): (&(usize, usize), &(usize, usize))| {
            let (one, other) = (nodes.get(one)?, nodes.get(other)?);
            let label = ((one.x + other.x * 2) / 3, (one.y + other.y * 2) / 3);
            let width = 12 + 70 * (there + back) / most;
            Some(Edge { from: (one.x, one.y), to: (other.x, other.y), width, rows: there + back, label })
        };
        let edges: Vec<Edge> = counted.iter().filter_map(edge).collect();
        let called = |at: usize| name(rows.place.evidence, ends.get(at).copied().flatten());
        let mut pairs: Vec<Pair> = counted
            .iter()
            .map(|((one, other), (there, back))| Pair {
                one: called(*one),
                other: called(*other),
                there: *there,
                back: *back,
            })
            .collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.there + pair.back));
        Self { not_drawn: pairs.len() - edges.len(), nodes, edges, pairs }
    }
}
