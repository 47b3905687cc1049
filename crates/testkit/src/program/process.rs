//! A running program. Everything that it prints is captured.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::ended::Ended;
use crate::PATIENCE;

/// An output stream of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The standard output.
    Out,
    /// The standard error.
    Err,
}

/// A running program. It ends when this value is dropped, whatever happens to the test.
#[derive(Debug)]
pub struct Process {
    command: String,
    child: Child,
    input: Option<ChildStdin>,
    out: Caught,
    err: Caught,
}

/// The lines of one stream so far.
#[derive(Debug)]
struct Caught {
    lines: Receiver<String>,
    so_far: String,
}

impl Process {
    /// Starts a program.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let shown = format!("{command:?}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        let input = child.stdin.take();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { command: shown, child, input, out: Caught::from(out), err: Caught::from(err) }
    }

    /// Runs a program to its end, with `input` on its standard input.
    pub fn run(command: Command, input: &str) -> Ended {
        let mut process = Self::start(command);
        process.feed(input);
        process.finish()
    }

    /// Writes text to the program's standard input. A program that has ended or does not read causes no error here,
    /// because its exit status shows that.
    pub fn feed(&mut self, text: &str) {
        let input = self.input.as_mut().expect("its input is closed");
        if let Err(error) = input.write_all(text.as_bytes()).and_then(|()| input.flush()) {
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{}", self.command);
        }
    }

    /// Types a line on the program's standard input.
    pub fn type_line(&mut self, line: &str) {
        self.feed(&format!("{line}\n"));
    }

    /// Waits until a line on standard error contains these words, and returns it.
    pub fn wait_until_told(&mut self, words: &str) -> String {
        self.wait_for(Stream::Err, |line| line.contains(words))
    }

    /// Waits for the next line that `wanted` accepts, and returns it. Earlier lines are skipped.
    pub fn wait_for(&mut self, stream: Stream, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_within(PATIENCE, stream, wanted)
    }

    /// Waits for the next line that `wanted` accepts, for as long as an experiment may run without printing.
    pub fn wait_long_for(&mut self, stream: Stream, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_within(PATIENCE * 5, stream, wanted)
    }

    fn wait_within(&mut self, patience: Duration, stream: Stream, wanted: impl Fn(&str) -> bool) -> String {
        let caught = match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        let until = Instant::now() + patience;
        let why = loop {
            match caught.next(until) {
                Ok(Some(line)) if wanted(&line) => return line,
                Ok(Some(_)) => {}
                Ok(None) => break "the program closed the stream",
                Err(TooLate) => break "it did not come in time",
            }
        };
        panic!("{}\na line on {stream:?} was waited for, and {why}\n{}", self.command, self.shown());
    }

    /// Closes the program's standard input, waits for the program to end, and returns all of its output.
    pub fn finish(self) -> Ended {
        self.finish_within(PATIENCE)
    }

    /// Closes standard input and waits as long as a program may need for its remaining work.
    #[must_use]
    pub fn finish_its_work(self) -> Ended {
        self.finish_within(PATIENCE * 5)
    }

    /// Waits for the program to end while its standard input stays open.
    pub fn wait_for_end(self) -> Ended {
        self.end_within(PATIENCE)
    }

    fn finish_within(mut self, patience: Duration) -> Ended {
        drop(self.input.take());
        self.end_within(patience)
    }

    fn end_within(mut self, patience: Duration) -> Ended {
        let until = Instant::now() + patience;
        for stream in [Stream::Out, Stream::Err] {
            loop {
                let caught = if stream == Stream::Out { &mut self.out } else { &mut self.err };
                match caught.next(until) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(TooLate) => panic!("{}\ndid not end in time\n{}", self.command, self.shown()),
                }
            }
        }
        // Both streams are closed, which happens when a program has ended.
        let status = self.child.wait().unwrap();
        let take = std::mem::take::<String>;
        Ended {
            command: self.command.clone(),
            out: take(&mut self.out.so_far),
            err: take(&mut self.err.so_far),
            status,
        }
    }

    /// Kills the program at once, as a power cut would. The program receives no request to stop and cannot write
    /// anything more.
    #[must_use]
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.finish()
    }

    /// Returns the id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal. `INT` is Ctrl-C, and `TERM` is what a service manager sends.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success(), "{} took no {name}", self.command);
    }

    fn shown(&self) -> String {
        format!("--- out\n{}--- err\n{}", self.out.so_far, self.err.so_far)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process may have ended already, which is what the test wants.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// The time for waiting has run out.
struct TooLate;

impl Caught {
    /// Reads the stream in its own thread, so that a program never waits for the test to read.
    fn from(stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            // If the receiver is dropped, the test is over.
            while reader.read_line(&mut line).unwrap() > 0 && sender.send(std::mem::take(&mut line)).is_ok() {
            }
        });
        Self { lines, so_far: String::new() }
    }

    /// Returns the next line without its line end, or `None` once the stream is closed.
    fn next(&mut self, until: Instant) -> Result<Option<String>, TooLate> {
        match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.so_far.push_str(&line);
                Ok(Some(line.trim_end_matches('\n').to_owned()))
            }
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(TooLate),
        }
    }
}
