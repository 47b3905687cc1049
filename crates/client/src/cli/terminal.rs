//! Standard output and standard error. Results go to standard output; everything said about them goes to standard
//! error. Colours are used only where they are visible, and they only repeat what words say. A closed pipe ends the
//! run quietly.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use pillarbox_client::display;
use pillarbox_client::sentences::WARNING;
use pillarbox_system::color::Color;
use pillarbox_system::window;
use pillarbox_text::wrap::{HEIGHT, INDENT, WIDTH, wrap};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::failure::Failure;
use super::typing::{Draft, Drawn, Layout, Prompt};

/// The version of the machine-readable output, one number for all commands. It rises when a field changes its meaning
/// or is removed.
const FORMAT_VERSION: u8 = 1;

/// The narrowest window that lines are fitted to. Below it hardly a word would fit.
const NARROWEST: usize = 20;

/// The shape of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Text,
    /// One JSON document, or one a line in a stream.
    Json,
    /// Tab-separated, never wrapped.
    Plain,
}

/// The terminal, or the streams used instead of it.
///
/// Invariant: output printed while a question is open starts on its own line, so that nothing is overwritten and
/// each line is one message. A line being edited makes room and is redrawn below.
pub(crate) struct Terminal {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    /// True if somebody can see results.
    is_seen: bool,
    /// True while the cursor is behind a question.
    asking: bool,
    /// The line being edited, if there is one.
    drawn: Option<Drawn>,
    /// The largest number of rows that it has occupied since the first of `steps`.
    tallest: usize,
    /// Lines that can still be extended at their ends.
    steps: Vec<Steps>,
    /// True if lines use the whole window, even one wider than a page.
    whole_window: bool,
}

/// A line that shows progress and grows.
struct Steps {
    of: usize,
    /// The first free column.
    column: usize,
    /// Rows printed below it since.
    below: usize,
    /// Size of the window in which it was printed. In a window of another size the line may occupy other rows.
    window: (usize, usize),
}

/// Style of the most important part of a line.
pub(crate) const STRONG: Style = Style::new().bold();
/// The style of an error.
pub(crate) const WRONG: Style = AnsiColor::Red.on_default().bold();
/// Text that was shown before.
const DIM: Style = Style::new().dimmed();
/// The style of a warning.
const CAREFUL: Style = Style::new().bold();

#[derive(Serialize)]
struct Versioned<'a, T> {
    v: u8,
    #[serde(flatten)]
    record: &'a T,
}

impl Terminal {
    /// Opens the streams.
    pub(crate) fn new(color: Color) -> Self {
        color.apply();
        Self {
            out: AutoStream::auto(io::stdout()),
            err: AutoStream::auto(io::stderr()),
            is_seen: !leads_nowhere(),
            asking: false,
            drawn: None,
            tallest: 0,
            steps: Vec::new(),
            whole_window: false,
        }
    }

    /// Returns true if somebody can have seen a result that was written.
    pub(crate) const fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Prints a result, wrapped.
    pub(crate) fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.verbatim(&wrap(text, INDENT, self.width()))
    }

    /// Prints a result verbatim: links, codes, tab-separated rows.
    pub(crate) fn verbatim(&mut self, text: &str) -> Result<(), Failure> {
        self.leave_question();
        self.count_rows(text);
        writeln!(self.out, "{text}").and_then(|()| self.out.flush()).map_err(Failure::from_output)
    }

    /// Prints a result that must not be overlooked.
    pub(crate) fn strong(&mut self, text: &str) -> Result<(), Failure> {
        self.verbatim(&format!("{STRONG}{}{STRONG:#}", wrap(text, INDENT, self.width())))
    }

    /// Prints a result that was shown before.
    pub(crate) fn dim(&mut self, text: &str) -> Result<(), Failure> {
        let plain = anstream::adapter::strip_str(text).to_string();
        self.verbatim(&format!("{DIM}{}{DIM:#}", wrap(&plain, INDENT, self.width())))
    }

    /// Prints a result as one JSON document on one line.
    pub(crate) fn json<T: Serialize>(&mut self, record: &T) -> Result<(), Failure> {
        let line = serde_json::to_string(&Versioned { v: FORMAT_VERSION, record });
        self.verbatim(&display::json(line.map_err(|error| Failure::Output(error.into()))?))
    }

    /// Prints a row of tab-separated fields. Tabs and line ends inside a field become spaces, and control characters
    /// are removed.
    pub(crate) fn row(&mut self, fields: &[&str]) -> Result<(), Failure> {
        let fields: Vec<_> = fields.iter().map(|field| display::safe(field)).collect();
        self.verbatim(&fields.join("\t"))
    }

    /// Prints progress or a hint.
    pub(crate) fn note(&mut self, text: &str) {
        self.say(&wrap(text, INDENT, self.width()));
    }

    /// Prints lines that are laid out already.
    pub(crate) fn lines(&mut self, text: &str) {
        self.say(text);
    }

    /// Prints a warning.
    pub(crate) fn warn(&mut self, text: &str) {
        let text = wrap(&format!("{WARNING} {text}"), INDENT, self.width());
        let rest = text.strip_prefix(WARNING).unwrap_or_default();
        self.say(&format!("{CAREFUL}{WARNING}{CAREFUL:#}{rest}"));
    }

    /// Prints an error.
    pub(crate) fn error(&mut self, text: &str) {
        let text = wrap(&format!("Error: {text}"), INDENT, self.width());
        let rest = text.strip_prefix("Error:").unwrap_or_default();
        self.say(&format!("{WRONG}Error:{WRONG:#}{rest}"));
    }

    /// Prints the one command to type next. It is never wrapped, because it is meant to be copied.
    pub(crate) fn next(&mut self, command: &str) {
        self.say(&format!("{STRONG}Next:{STRONG:#} {command}"));
    }

    /// Prints a question whose answer is typed on the same line.
    pub(crate) fn ask(&mut self, question: &str) {
        self.leave_question();
        self.write_err(|err| write!(err, "{question}"));
        self.asking = true;
    }

    /// Returns true while a question is open.
    pub(crate) const fn is_asking(&self) -> bool {
        self.asking
    }

    /// Records that Enter was pressed, which ended the line of the question.
    pub(crate) const fn answered(&mut self) {
        self.asking = false;
    }

    /// Clears the screen and the scrollback (ECMA-48, ED; its parameter 3 is xterm's and known to most terminals).
    /// Text that a terminal has recorded or a pipe has passed on cannot be cleared.
    pub(crate) fn clear(&mut self) {
        self.leave_question();
        self.steps.clear();
        if std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb") {
            return;
        }
        // The streams above would remove the escape sequences where colours are not wanted.
        if io::stdout().is_terminal() {
            wipe(&mut io::stdout());
        } else if io::stderr().is_terminal() {
            wipe(&mut io::stderr());
        }
    }

    /// Draws the line being edited, or the part of it that has changed.
    pub(crate) fn draw(&mut self, prompt: &Prompt, draft: &Draft) {
        if self.asking {
            self.leave_question();
        }
        let prompt = match self.shows_colours() {
            true => prompt.clone(),
            false => Prompt { plain: prompt.plain.clone(), styled: prompt.plain.clone() },
        };
        let layout = Layout::of(&prompt, draft, self.window().unwrap_or((WIDTH, HEIGHT)));
        let text = match &mut self.drawn {
            Some(drawn) => drawn.change(layout),
            None => {
                let (drawn, text) = Drawn::fresh(layout);
                self.drawn = Some(drawn);
                text
            }
        };
        self.tallest = self.tallest.max(self.drawn.as_ref().map_or(0, Drawn::height));
        put(&text);
    }

    /// Removes the line being edited from the screen.
    pub(crate) fn erase(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            put(&drawn.erase());
        }
    }

    /// Leaves the edited line on the screen and continues below.
    pub(crate) fn leave(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            self.steps.clear();
            put(&drawn.leave());
        }
    }

    /// Clears the screen on request.
    pub(crate) fn empty(&mut self) {
        self.erase();
        self.steps.clear();
        put("\x1b[H\x1b[2J");
    }

    /// Shows the next step of message `of`: at the end of the line with its earlier steps while that line is on the
    /// screen, else on a new line.
    pub(crate) fn step(&mut self, of: usize, step: &str) {
        self.erase();
        let window = self.window();
        // The words are the program's own, and each character occupies one column.
        let rest = format!(", {step}");
        let place = self.steps.iter().position(|line| {
            Some(line.window) == window
                && line.of == of
                && line.column + rest.len() < line.window.0
                && line.below + 1 + self.tallest < line.window.1
        });
        if let Some(line) = place.and_then(|place| self.steps.get_mut(place)) {
            let (up, column) = (line.below + 1, line.column + 1);
            line.column += rest.len();
            put(&format!("\x1b[{up}A\x1b[{column}G{rest}\x1b[{up}B\r"));
            return;
        }
        let text = format!("{:INDENT$}{of} {step}", "");
        self.steps.retain(|line| line.of != of);
        self.say(&text);
        if let Some(window) = window {
            self.steps.push(Steps { of, column: text.len(), below: 0, window });
        }
    }

    /// Records by how many rows the output moves the lines above it.
    fn count_rows(&mut self, text: &str) {
        if self.steps.is_empty() {
            self.tallest = 0;
            return;
        }
        let (columns, lines) = self.window().unwrap_or((WIDTH, HEIGHT));
        let plain = anstream::adapter::strip_str(text).to_string();
        let rows: usize = plain.split('\n').map(|line| line.width().div_ceil(columns.max(1)).max(1)).sum();
        self.steps.iter_mut().for_each(|line| line.below += rows);
        self.steps.retain(|line| line.below < lines);
    }

    fn leave_question(&mut self) {
        self.erase();
        if std::mem::take(&mut self.asking) {
            self.write_err(|err| writeln!(err));
        }
    }

    fn say(&mut self, text: &str) {
        self.leave_question();
        self.count_rows(text);
        self.write_err(|err| writeln!(err, "{text}"));
    }

    /// If standard error is broken, nobody can be told; the result and the exit code still count.
    fn write_err(&mut self, write: impl Fn(&mut AutoStream<io::Stderr>) -> io::Result<()>) {
        write(&mut self.err).and_then(|()| self.err.flush()).unwrap_or_default();
    }

    /// Returns true if a code drawn in two colours shows as such.
    pub(crate) fn shows_colours(&self) -> bool {
        AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }

    /// Returns columns and lines of the window that shows the results, or `None` if they go elsewhere.
    pub(crate) fn window(&self) -> Option<(usize, usize)> {
        window::of_results().map(|window| (window.columns, window.lines))
    }

    /// Returns the width for a line now: a window can be resized during a chat. Without a window, `COLUMNS` counts,
    /// as for many programs.
    pub(crate) fn width(&self) -> usize {
        let window = window::of_results().or_else(window::of_messages).map(|window| window.columns);
        match window {
            Some(columns) if self.whole_window => columns.max(NARROWEST),
            _ => width_in(window.or_else(window::stated_columns)),
        }
    }

    /// Makes later lines use the whole window.
    pub(crate) const fn use_whole_window(&mut self) {
        self.whole_window = true;
    }
}

/// Returns the columns for a line in a window of `window` columns.
fn width_in(window: Option<usize>) -> usize {
    window.map_or(WIDTH, |columns| columns.clamp(NARROWEST, WIDTH))
}

/// Writes cursor movements directly, because the streams would remove them where colours are not wanted.
fn put(text: &str) {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
}

/// Returns true if standard output is the null device. That is also the case if the caller has closed it: Rust's
/// runtime then opens the null device instead, and every write succeeds.
#[cfg(unix)]
fn leads_nowhere() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    let stream = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let (Ok(here), Ok(null)) = (stream.and_then(|file| file.metadata()), std::fs::metadata("/dev/null"))
    else {
        return false;
    };
    here.file_type().is_char_device() && here.rdev() == null.rdev()
}

/// Returns false: on this system there is no way to tell whether standard output is the null device.
#[cfg(not(unix))]
const fn leads_nowhere() -> bool {
    false
}

/// A terminal that no longer exists shows nothing either.
fn wipe(stream: &mut impl Write) {
    stream.write_all(b"\x1b[H\x1b[2J\x1b[3J").and_then(|()| stream.flush()).unwrap_or_default();
}

/// Returns true if a person can be asked: both the question and the answer go through a terminal.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_window_is_what_lines_fit_and_a_wide_one_changes_nothing() {
        let widths = [None, Some(140), Some(60), Some(40), Some(3)].map(width_in);
        assert_eq!(widths, [80, 80, 60, 40, NARROWEST]);
    }
}
