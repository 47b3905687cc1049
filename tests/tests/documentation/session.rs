//! A reader with a shell and further windows, who types what a page says.
#![allow(clippy::print_stdout, reason = "a difference is for whoever reads the log")]

use std::collections::BTreeMap;
use std::fs;

use pillarbox_testkit::program::{Place, Process, Stream};
use snapbox::{Assert, Data};

use super::page::Step;

/// The start of a line that the shell prints after each command, before the exit code. No program prints such a line.
const DONE: &str = "### done ";

/// The commands that set up the reader's shell: one stream, and a function that replaces `cargo run --release` by
/// the built program.
const START: &str = "\
exec 2>&1
cargo() { if [ \"$*\" = 'run --release' ]; then pillarbox-lab; else return 127; fi; }
";

/// The command that runs another at a terminal without echo. The command is part of util-linux. The answer that is
/// typed comes from a pipe.
const AT_A_TERMINAL: &str = "NO_COLOR=1 script --quiet --return --echo never --command";

/// The commands of a page's relay, to which free ports are added.
const RELAYS: [&str; 2] = ["pillarbox-relay run", "pillarbox-lab relay"];

/// The words before the address that a relay prints.
const READY: &str = "Relay ready";

/// The mark for something that differs from one reader to the next.
const ANYTHING: &str = "[..]";

/// One reader. All programs end when this value is dropped.
pub(crate) struct Session<'a> {
    place: &'a Place,
    shell: Process,
    windows: BTreeMap<String, Window>,
    /// Everything that has been on the screen.
    seen: String,
}

/// A window with one program that continues to run.
struct Window {
    program: Process,
    /// Everything that it has printed since the page last showed it.
    printed: String,
    /// The port on which its relay listens, if it has one.
    port: Option<String>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(place: &'a Place) -> Self {
        let mut shell = Process::start(place.command("sh"));
        shell.feed(START);
        Self { place, shell, windows: BTreeMap::new(), seen: String::new() }
    }

    /// Runs a step, asserts that the output is what the page shows, and returns the output.
    pub(crate) fn take(&mut self, step: &Step) -> String {
        if let Some(name) = &step.saved_as {
            fs::write(self.place.path(name), &step.expected).unwrap();
            return step.expected.clone();
        }
        let command = step.command.as_ref().map(|command| self.filled_in(command));
        let printed = match (&step.window, command) {
            (None, Some(command)) => self.type_in(&command, step),
            (Some(window), command) => self.look_at(window, command, &step.expected),
            (None, None) => panic!("line {}: output without a command", step.line),
        };
        self.seen.push_str(&printed);
        self.seen.push('\n');
        printed
    }

    /// Runs a command in the shell.
    fn type_in(&mut self, command: &str, step: &Step) -> String {
        let done = format!("printf '\\n{DONE}%s\\n' $?");
        match &step.answer {
            None => self.shell.feed(&format!("{{ {command}\n}} </dev/null; {done}\n")),
            Some(answer) => self.shell.feed(&format!(
                "printf '%s\\n' {} | {AT_A_TERMINAL} {} /dev/null; {done}\n",
                quoted(answer),
                quoted(command)
            )),
        }
        let mut printed = Vec::new();
        // Each line gets a new waiting time. A long experiment prints its progress, and only silence is a failure.
        let end = loop {
            let line = self.shell.wait_long_for(Stream::Out, |_| true);
            if line.starts_with(DONE) {
                break line;
            }
            // A terminal ends its lines with a carriage return.
            printed.push(line.trim_end_matches('\r').to_owned());
        };
        // The line of the exit code begins with its own line break.
        if printed.last().is_some_and(String::is_empty) {
            printed.pop();
        }
        let printed = printed.join("\n");
        if let Err(difference) = compare(&printed, &step.expected) {
            panic!("line {}: {command}\n{difference}", step.line);
        }
        assert_eq!(end.strip_prefix(DONE), Some(step.status.to_string().as_str()), "{command}\n{printed}");
        printed
    }

    /// Waits until a window shows what the page shows. A command opens the window.
    fn look_at(&mut self, name: &str, command: Option<String>, expected: &str) -> String {
        if let Some(command) = command {
            let port = self.windows.remove(name).and_then(Window::stop);
            let is_relay = RELAYS.iter().any(|relay| command.starts_with(relay));
            let listens = port.clone().unwrap_or_else(|| "0".to_owned());
            let ports = format!(" --listen 127.0.0.1:{listens} --admin 127.0.0.1:0");
            let ports = if is_relay { ports.as_str() } else { "" };
            let mut shell = self.place.command("sh");
            shell.arg("-c").arg(format!("exec {command}{ports} 2>&1"));
            let window = Window { program: Process::start(shell), printed: String::new(), port };
            self.windows.insert(name.to_owned(), window);
        }
        let window = self.windows.get_mut(name).unwrap_or_else(|| panic!("{name} is not open"));
        while let Err(difference) = compare(&window.printed, expected) {
            // If nothing more arrives, this shows how far it had got.
            println!("{name} shows something else, until now:\n{difference}");
            let line = window.program.wait_for(Stream::Out, |_| true);
            if line.starts_with(READY) {
                window.port = line.split('/').nth(2).and_then(|at| at.rsplit(':').next()).map(str::to_owned);
            }
            window.printed.push_str(&line);
            window.printed.push('\n');
        }
        std::mem::take(&mut window.printed)
    }

    /// Replaces each `[..]` in a command with the text that the screen has shown.
    fn filled_in(&self, command: &str) -> String {
        let Some((before, after)) = command.split_once(ANYTHING) else { return command.to_owned() };
        let edge = |c: char| c.is_whitespace() || "'\"=".contains(c);
        let start = before.rsplit(edge).next().unwrap_or(before);
        let end = after.split(edge).next().unwrap_or(after);
        let word = self.seen.split_whitespace().rfind(|word| {
            word.len() > start.len() + end.len() && word.starts_with(start) && word.ends_with(end)
        });
        let word = word.unwrap_or_else(|| panic!("nothing on the screen is {start}{ANYTHING}{end}"));
        let filling = word.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).unwrap_or(word);
        format!("{before}{filling}{}", self.filled_in(after))
    }
}

impl Window {
    /// Ends its program, as Ctrl-C does, and returns the port of its relay.
    fn stop(self) -> Option<String> {
        self.program.signal("INT");
        drop(self.program.finish_its_work());
        self.port
    }
}

/// Quotes a word for the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Compares a text with a page, and reports the difference. Line breaks at the end do not count.
pub(crate) fn compare(printed: &str, shown: &str) -> Result<(), String> {
    let text = |text: &str| Data::text(format!("{}\n", text.trim_end_matches('\n')));
    let page = Assert::new().normalize_paths(false);
    page.try_eq(Some(&"the program"), text(printed), text(shown)).map_err(|error| error.to_string())
}

#[test]
fn what_differs_from_reader_to_reader_may_differ_and_nothing_else() {
    for (printed, shown, same) in [
        ("port 4711 is open\n", "port [..] is open\n", true),
        ("port 4711 is shut\n", "port [..] is open\n", false),
        ("one\ntwo\nthree\n", "one\n...\nthree\n", true),
        ("one\ntwo\nthree\n", "one\n...\ntwo\n", false),
        ("one\ntwo\n", "one\n", false),
        ("", "one\n", false),
        ("", "", true),
    ] {
        assert_eq!(compare(printed, shown).is_ok(), same, "{printed:?} {shown:?}");
    }
}
