//! The first screen of `run`: what the relay keeps, in plain words, and last of all its address, ready to copy.

use std::net::SocketAddr;
use std::path::Path;

use anstyle::Style;
use pillarbox_relay::Keeping;
use pillarbox_relay::inventory::whole;
use pillarbox_text::wrap::{INDENT, TABLE_WIDTH, beside};

use super::inventory::operations;
use super::plain_words::{self, KeptItem};
use super::table::labelled;
use super::text::escape;

/// Column at which the text beside a label begins.
const TEXT_AT: usize = 15;

/// Column at which the later lines of a point begin.
const POINT_AT: usize = 4;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The facts of a relay that has just started.
pub(crate) struct StartScreen<'a> {
    /// Its address, as given to phones.
    pub(crate) address: &'a str,
    /// Address of its admin port.
    pub(crate) admin: Option<SocketAddr>,
    /// A line that says how far its address reaches. It is absent if the operator named the host.
    pub(crate) advice: Option<&'a str>,
    /// A sentence that says how many connections the relay accepts, if they are fewer than its limits promise.
    pub(crate) connections: Option<&'a str>,
    /// Its data directory.
    pub(crate) data: &'a Path,
    /// The file that receives the codes for numbers; `None` at a relay that sends no codes.
    pub(crate) codes: Option<&'a Path>,
    /// The rule by which the relay keeps rows.
    pub(crate) keeping: &'a Keeping,
}

impl StartScreen<'_> {
    /// Returns the screen in lines of at most `width` columns. The address and the line to copy are never broken.
    pub(crate) fn text(&self, width: usize) -> String {
        let Self { address, admin, advice, connections, data, codes, keeping } = self;
        let lines = whole(keeping, &operations(codes.is_some()));
        let mut screen = vec![format!("{BOLD}It keeps:{BOLD:#}")];
        for KeptItem { what, how_long } in plain_words::kept(&lines, keeping) {
            screen.push(beside("  -", POINT_AT, &format!("{what} ({how_long})"), width));
        }
        let sentence = |text: &str| beside("", 0, text, width);
        screen.push(sentence("It has no key to messages: what a phone encrypts, this relay cannot read."));
        let seen = plain_words::seen(&lines);
        // In large letters too the screen has to fit at once: only the list of what is kept is printed in full then.
        let is_narrow = width < TABLE_WIDTH;
        if !seen.is_empty() && !is_narrow {
            screen.push(labelled("It sees and does not keep:", BOLD, &seen.join("; "), INDENT, width));
        }
        let label = |label, style, text: &str| labelled(label, style, text, TEXT_AT, width);
        let more = match is_narrow {
            true => "What it only sees, and each reason: pillarbox-relay inventory",
            false => "Each field and its reason: pillarbox-relay inventory",
        };
        screen.push(format!("{DIM}{}{DIM:#}", sentence(more)));
        let numbers = match codes {
            Some(file) => format!(
                "A code goes to {}, which stands in for the telephone network. Whoever can read that file, the operator \
                 among them, can take over every number.",
                escape(&file.display().to_string())
            ),
            None if is_narrow => "they prove nothing: no code.".to_owned(),
            None => "A number proves nothing here: anybody can register one that has no account yet. With \
                     --verify-numbers a code is sent to it."
                .to_owned(),
        };
        screen.push(label("Numbers", Style::new(), &numbers));
        if let Some(admin) = admin {
            let paths = if is_narrow { "" } else { "  /readyz  /metrics  (for programs)" };
            screen.push(label("Admin", DIM, &format!("http://{admin}/healthz{paths}")));
        }
        if let Some(connections) = connections {
            screen.push(label("Connections", Style::new(), connections));
        }
        if let Some(advice) = advice {
            screen.push(label("Reached from", Style::new(), advice));
        }
        screen.push(label("Data", DIM, &escape(&data.display().to_string())));
        screen.push(format!(
            "{:<TEXT_AT$}{address}",
            format!("{BOLD}Relay ready{BOLD:#}"),
            TEXT_AT = padded()
        ));
        screen.push(format!("{BOLD}Next:{BOLD:#} export RELAY='{address}'"));
        screen.join("\n")
    }
}

/// Returns the width of the label before the address, including the escape sequences that make it bold.
fn padded() -> usize {
    TEXT_AT + format!("{BOLD}{BOLD:#}").len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "pillarbox://127.0.0.1:7455/#hmw7rmm733imadtyphubzbkav72pibcyh7wlnt6w6qrtjaxymvna";

    fn screen(keeping: &Keeping, codes: Option<&Path>, width: usize) -> String {
        let screen = StartScreen {
            address: ADDRESS,
            admin: Some(SocketAddr::from(([127, 0, 0, 1], 7456))),
            advice: None,
            connections: None,
            data: Path::new("relay"),
            codes,
            keeping,
        };
        anstream::adapter::strip_str(&screen.text(width)).to_string()
    }

    #[test]
    fn the_screen_of_a_relay_that_keeps_little_reads_like_this() {
        for width in [40, 60, 80] {
            insta::assert_snapshot!(format!("least_{width}"), screen(&Keeping::LEAST, None, width));
        }
    }

    #[test]
    fn the_screen_of_a_relay_that_keeps_histories_reads_like_this() {
        let codes = Path::new("relay/number-codes");
        for width in [40, 80] {
            insta::assert_snapshot!(
                format!("history_{width}"),
                screen(&Keeping::HISTORY, Some(codes), width)
            );
        }
    }

    #[test]
    fn the_whole_screen_is_seen_in_an_ordinary_window_and_ends_with_what_is_to_be_copied() {
        let text = screen(&Keeping::LEAST, None, 80);
        let rows: usize = text.lines().map(|line| line.chars().count().div_ceil(80)).sum();
        // The log adds one more line, on stderr.
        assert!(rows + 1 < 20, "{rows}:\n{text}");
        let last: Vec<_> = text.lines().rev().take(2).collect();
        assert_eq!(last, [format!("Next: export RELAY='{ADDRESS}'"), format!("Relay ready    {ADDRESS}")]);
        for width in [40, 60] {
            assert!(screen(&Keeping::LEAST, None, width).lines().count() < 20, "{width}");
        }
        assert!(screen(&Keeping::LEAST, None, 40).contains("pillarbox-relay inventory"));
        for width in [40, 60, 80] {
            let text = screen(&Keeping::HISTORY, None, width);
            let wide = text.lines().filter(|line| line.chars().count() > width);
            assert!(wide.clone().all(|line| line.contains(ADDRESS)), "{text}");
        }
    }
}
