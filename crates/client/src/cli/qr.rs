//! A link as a QR code.
//!
//! Dark modules are painted black and light ones white, both explicitly, with the quiet zone that ISO/IEC 18004 asks
//! for. A code in the terminal's own colours is inverted on a dark background, and scanners refuse it.

use anstyle::{AnsiColor, Style};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as ISO/IEC 18004 demands.
const QUIET_ZONE: usize = 4;

/// Pixels per module in a picture: crisp on a projector, harmless on paper.
const PICTURE_MODULE: u32 = 8;

/// The drawing of a code in the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Size {
    /// Two columns a module: scans in every terminal
    Full,
    /// Half a row a module: a quarter of the space, torn in a few terminals
    Small,
    /// No code, only the link
    None,
}

/// A QR code.
///
/// Invariant: square, quiet zone included.
pub(crate) struct Code {
    width: usize,
    dark: Vec<bool>,
    code: QrCode,
}

impl Code {
    /// Encodes a text. Returns `None` if it is too long for any code.
    pub(crate) fn new(text: &str) -> Option<Self> {
        // A screen is not torn or dirty, so the lowest level of error correction is enough, and it gives the largest
        // modules.
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        let inner = code.width();
        let width = inner + 2 * QUIET_ZONE;
        let mut dark = vec![false; width * width];
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (at % inner + QUIET_ZONE, at / inner + QUIET_ZONE);
            if let Some(module) = dark.get_mut(y * width + x) {
                *module = color == Color::Dark;
            }
        }
        Some(Self { width, dark, code })
    }

    /// Returns the width of the drawing in columns.
    pub(crate) const fn columns(&self, size: Size) -> usize {
        match size {
            Size::Full => 2 * self.width,
            Size::Small => self.width,
            Size::None => 0,
        }
    }

    /// Returns the height of the drawing in lines.
    pub(crate) const fn rows(&self, size: Size) -> usize {
        match size {
            Size::Full => self.width,
            Size::Small => self.width.div_ceil(2),
            Size::None => 0,
        }
    }

    /// Returns the largest drawing that fits a window of this size, with room for the cursor's line below it.
    pub(crate) fn fitting(&self, (columns, lines): (usize, usize)) -> Option<Size> {
        let fits = |size: &Size| self.columns(*size) <= columns && self.rows(*size) < lines;
        [Size::Full, Size::Small].into_iter().find(fits)
    }

    /// Draws the code, one terminal line each.
    pub(crate) fn draw(&self, size: Size) -> Vec<String> {
        match size {
            Size::Full => (0..self.width).map(|y| self.row_full(y)).collect(),
            Size::Small => (0..self.width).step_by(2).map(|y| self.row_small(y)).collect(),
            Size::None => Vec::new(),
        }
    }

    /// Draws the code as an SVG picture, for slides and print.
    pub(crate) fn svg(&self) -> String {
        self.code
            .render::<qrcode::render::svg::Color<'_>>()
            .quiet_zone(true)
            .module_dimensions(PICTURE_MODULE, PICTURE_MODULE)
            .dark_color(qrcode::render::svg::Color("#000000"))
            .light_color(qrcode::render::svg::Color("#ffffff"))
            .build()
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        y < self.width && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }

    /// Without colours a dark module is still a full block, so that the drawing can be read even where escape
    /// sequences are removed.
    fn row_full(&self, y: usize) -> String {
        self.row(|x| {
            let dark = self.is_dark(x, y);
            (if dark { "██" } else { "  " }, dark, dark)
        })
    }

    fn row_small(&self, y: usize) -> String {
        self.row(|x| {
            let (upper, lower) = (self.is_dark(x, y), self.is_dark(x, y + 1));
            let glyph = match (upper, lower) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            };
            (glyph, upper || lower, upper && lower)
        })
    }

    /// `cell` returns the glyph, whether its ink is black, and whether its background is black.
    fn row(&self, cell: impl Fn(usize) -> (&'static str, bool, bool)) -> String {
        let mut row = String::new();
        let mut current = None;
        for x in 0..self.width {
            let (glyph, ink, behind) = cell(x);
            let style = Style::new().fg_color(Some(shade(ink))).bg_color(Some(shade(behind)));
            if current != Some(style) {
                row.push_str(&style.render().to_string());
                current = Some(style);
            }
            row.push_str(glyph);
        }
        row.push_str(&anstyle::Reset.render().to_string());
        row
    }
}

const fn shade(black: bool) -> anstyle::Color {
    anstyle::Color::Ansi(if black { AnsiColor::Black } else { AnsiColor::BrightWhite })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a drawing back as a scanner sees it: ink and background of each cell, top to bottom.
    fn read_back(lines: &[String], columns_per_module: usize, rows_per_line: usize) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in lines {
            let (mut ink, mut behind) = (false, false);
            let mut cells: Vec<Vec<bool>> = vec![Vec::new(); rows_per_line];
            let mut rest = line.as_str();
            while let Some(character) = rest.chars().next() {
                if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
                    let (code, after) = sequence.split_once('m').unwrap();
                    for part in code.split(';') {
                        match part {
                            "30" => ink = true,
                            "97" => ink = false,
                            "40" => behind = true,
                            "107" => behind = false,
                            "0" => {}
                            other => panic!("a colour that is neither black nor white: {other}"),
                        }
                    }
                    rest = after;
                    continue;
                }
                let (upper, lower) = match character {
                    '█' => (ink, ink),
                    '▀' => (ink, behind),
                    '▄' => (behind, ink),
                    ' ' => (behind, behind),
                    other => panic!("a glyph that is no module: {other}"),
                };
                for (cell, dark) in cells.iter_mut().zip([upper, lower]) {
                    cell.push(dark);
                }
                rest = &rest[character.len_utf8()..];
            }
            rows.extend(cells.into_iter().map(|row| row.into_iter().step_by(columns_per_module).collect()));
        }
        rows
    }

    #[test]
    fn what_is_drawn_is_the_code_with_its_quiet_zone() {
        let code = Code::new("PILLARBOX:INVITE/ABCDEFGH").unwrap();
        let expected: Vec<Vec<bool>> = code.dark.chunks(code.width).map(<[bool]>::to_vec).collect();
        assert_eq!(read_back(&code.draw(Size::Full), 2, 1), expected);
        let mut small = read_back(&code.draw(Size::Small), 1, 2);
        small.truncate(code.width);
        assert_eq!(small, expected);
        let is_edge = |at: usize| at < QUIET_ZONE || at >= code.width - QUIET_ZONE;
        for (y, row) in expected.iter().enumerate() {
            let mut quiet = row.iter().enumerate().filter(|(x, _)| is_edge(*x) || is_edge(y));
            assert!(quiet.all(|(_, dark)| !dark), "the quiet zone is light");
        }
        assert!(expected.iter().flatten().any(|dark| *dark));
    }

    /// A scanner that shares no code with the drawing reads what is on the screen.
    #[test]
    fn a_scanner_reads_what_is_drawn() {
        let link = format!("PILLARBOX:INVITE/{}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(14));
        for text in ["PILLARBOX:INVITE/ABCDEFGH", link.as_str()] {
            let code = Code::new(text).unwrap();
            for (size, columns, rows) in [(Size::Full, 2, 1), (Size::Small, 1, 2)] {
                let drawn = read_back(&code.draw(size), columns, rows);
                let pixels = 4;
                let dark = |x: usize, y: usize| drawn[y / pixels][x / pixels];
                let side = code.width * pixels;
                let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
                    u8::from(!dark(x, y)) * 255
                });
                let grids = picture.detect_grids();
                assert_eq!(grids.len(), 1, "{size:?}");
                assert_eq!(grids[0].decode().unwrap().1, text, "{size:?}");
            }
        }
    }

    #[test]
    fn the_largest_drawing_that_fits_is_seen_whole_with_the_cursor_below_it() {
        let code = Code::new(&"PILLARBOX:INVITE/".repeat(28)).unwrap();
        let (wide, high) = (code.width, code.width.div_ceil(2));
        assert_eq!((code.draw(Size::Full).len(), code.draw(Size::Small).len()), (wide, high));
        for (window, size) in [
            ((2 * wide, wide + 1), Some(Size::Full)),
            ((2 * wide, wide), Some(Size::Small)),
            ((2 * wide - 1, wide + 1), Some(Size::Small)),
            ((wide, high + 1), Some(Size::Small)),
            ((wide, high), None),
            ((wide - 1, high + 1), None),
            ((80, 24), None),
        ] {
            assert_eq!(code.fitting(window), size, "{window:?}");
        }
    }

    #[test]
    fn without_colours_the_shape_remains() {
        let code = Code::new("x").unwrap();
        let stripped = anstream::adapter::strip_str(&code.draw(Size::Full).join("\n")).to_string();
        assert!(stripped.contains("██") && !stripped.contains('\u{1b}'));
    }

    #[test]
    fn a_text_too_long_for_any_code_gives_none() {
        assert!(Code::new(&"x".repeat(3_000)).is_none());
    }

    #[test]
    fn the_picture_has_both_colours() {
        let svg = Code::new("x").unwrap().svg();
        assert!(svg.contains("#000000") && svg.contains("#ffffff"));
    }
}
