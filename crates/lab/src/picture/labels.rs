//! Labels: each is beside its point, away from all points and other labels. A label without room is left out.

use pillarbox_text::wrap::display_width;

/// The distance between a point and anything beside it.
const APART: i32 = 3;

/// Half the side of the square that a number on a line occupies.
const NUMBER: i32 = 11;

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rectangle(pub(super) i32, pub(super) i32, pub(super) i32, pub(super) i32);

impl Rectangle {
    /// Returns the square around a point, `far` in each direction.
    const fn around((x, y): (i32, i32), far: i32) -> Self {
        Self(x - far, y - far, x + far, y + far)
    }

    /// Returns true if the two share any area.
    pub(super) const fn overlaps(self, other: Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }

    const fn is_inside(self, room: Self) -> bool {
        self.0 >= room.0 && self.1 >= room.1 && self.2 <= room.2 && self.3 <= room.3
    }

    /// Returns true if a line passes through: the corners are on both sides of it, and its own rectangle meets this
    /// one.
    fn is_crossed(self, (one, other): ((i32, i32), (i32, i32))) -> bool {
        let around =
            Self(one.0.min(other.0), one.1.min(other.1), one.0.max(other.0) + 1, one.1.max(other.1) + 1);
        let is_left = |(x, y): (i32, i32)| {
            i64::from(other.0 - one.0) * i64::from(y - one.1)
                > i64::from(other.1 - one.1) * i64::from(x - one.0)
        };
        let corners = [(self.0, self.1), (self.2, self.1), (self.0, self.3), (self.2, self.3)].map(is_left);
        corners.contains(&true) && corners.contains(&false) && self.overlaps(around)
    }
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The text.
    pub(super) text: String,
    /// The distance from the left to the text's anchor.
    pub(super) x: i32,
    /// The distance from the top to the base line.
    pub(super) y: i32,
    /// The anchor of the text, as SVG names it: its beginning, middle or end.
    pub(super) anchor: &'static str,
}

/// The occupied room in a picture.
#[derive(Clone, Debug)]
pub(super) struct Room {
    bounds: Rectangle,
    /// The height of letters.
    font: i32,
    /// The radius of a point.
    radius: i32,
    lines: Vec<((i32, i32), (i32, i32))>,
    taken: Vec<Rectangle>,
}

impl Room {
    /// Creates a picture of this size with its points and lines, without a label yet.
    pub(super) fn new(
        (width, height): (i32, i32),
        (font, radius): (i32, i32),
        points: &[(i32, i32)],
        lines: Vec<((i32, i32), (i32, i32))>,
    ) -> Self {
        let taken = points.iter().map(|point| Rectangle::around(*point, radius + APART)).collect();
        Self { bounds: Rectangle(0, 0, width, height), font, radius, lines, taken }
    }

    /// Places a label beside a point, where it crosses the fewest lines. Returns nothing if it has no room.
    pub(super) fn beside(&mut self, (x, y): (i32, i32), text: &str) -> Option<Label> {
        let (width, height) = (self.width(text), self.font * 5 / 4);
        let gap = self.radius + APART + 2;
        let (near, far) = (gap * 3 / 4, gap + height / 2);
        // The anchor, and the middle of the label's nearer edge.
        let spots = [
            ("start", x + gap, y),
            ("end", x - gap, y),
            ("middle", x, y - far),
            ("middle", x, y + far),
            ("start", x + near, y - near - height / 3),
            ("start", x + near, y + near + height / 3),
            ("end", x - near, y - near - height / 3),
            ("end", x - near, y + near + height / 3),
        ];
        let spot = |(anchor, x, y): (&'static str, i32, i32)| {
            let left = match anchor {
                "start" => x,
                "end" => x - width,
                _ => x - width / 2,
            };
            let around = Rectangle(left, y - height / 2, left + width, y + height / 2);
            self.is_free(around).then(|| {
                let crossed = self.lines.iter().filter(|line| around.is_crossed(**line)).count();
                (crossed, around, Label { text: text.to_owned(), x, y: y + self.font / 3, anchor })
            })
        };
        let (_, around, label) = spots.into_iter().filter_map(spot).min_by_key(|(crossed, ..)| *crossed)?;
        self.taken.push(around);
        Some(label)
    }

    /// Places a number on a line, near its middle. Returns nothing if it has no room.
    pub(super) fn upon(&mut self, (one, other): ((i32, i32), (i32, i32))) -> Option<(i32, i32)> {
        let spot = |part: i32| (one.0 + (other.0 - one.0) * part / 20, one.1 + (other.1 - one.1) * part / 20);
        let free = |spot: &(i32, i32)| self.is_free(Rectangle::around(*spot, NUMBER));
        let spot = [10, 9, 11, 8, 12, 7, 13, 6, 14].map(spot).into_iter().find(free)?;
        self.taken.push(Rectangle::around(spot, NUMBER));
        Some(spot)
    }

    fn is_free(&self, around: Rectangle) -> bool {
        around.is_inside(self.bounds) && !self.taken.iter().any(|taken| taken.overlaps(around))
    }

    /// Estimates the width of a text. No letter of the fonts that a page names is much wider on the average of a name.
    fn width(&self, text: &str) -> i32 {
        (display_width_of(text) * self.font * 31 / 50).max(self.font)
    }
}

/// Returns the terminal columns that a text occupies. A Chinese character occupies two.
pub(super) fn display_width_of(text: &str) -> i32 {
    i32::try_from(display_width(text)).unwrap_or(i32::MAX / 64)
}
