//! A program that runs, with everything that it prints caught.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Ended, PATIENCE};

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A program that runs. Whatever happens to the test, it ends with this value.
#[derive(Debug)]
pub struct Process {
    command: String,
    child: Child,
    input: Option<ChildStdin>,
    out: Caught,
    err: Caught,
}

/// What one stream brought until now.
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

    /// Gives the program something to read. One that has ended or does not read is no error: how it ended tells.
    pub fn feed(&mut self, text: &str) {
        let input = self.input.as_mut().expect("its input is closed");
        if let Err(error) = input.write_all(text.as_bytes()).and_then(|()| input.flush()) {
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{}", self.command);
        }
    }

    /// Waits for the next line that `wanted` accepts, and gives it back. Lines before it are passed over.
    pub fn wait_for(&mut self, stream: Stream, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_within(PATIENCE, stream, wanted)
    }

    /// Waits for such a line as long as an experiment may take that prints nothing meanwhile.
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

    /// Closes the program's input, waits for its end and gives all that it printed.
    #[must_use]
    pub fn finish(self) -> Ended {
        self.finish_within(PATIENCE)
    }

    /// The same for a program that has work left then.
    #[must_use]
    pub fn finish_its_work(self) -> Ended {
        self.finish_within(PATIENCE * 5)
    }

    fn finish_within(mut self, patience: Duration) -> Ended {
        drop(self.input.take());
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
        // Both streams are closed, as they are when a program has ended.
        let status = self.child.wait().unwrap();
        let take = std::mem::take::<String>;
        Ended {
            command: self.command.clone(),
            out: take(&mut self.out.so_far),
            err: take(&mut self.err.so_far),
            status,
        }
    }

    /// Ends the program at once, as a power cut would: it is not asked and gets no chance to write anything more.
    #[must_use]
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.finish()
    }

    /// The number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: `INT` is Ctrl-C, `TERM` what a service manager sends.
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
        // It may have ended already, which is what is wanted.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// The moment until which something was waited for has passed.
struct TooLate;

impl Caught {
    /// Reads in a thread of its own, so that a program never waits for the test to read.
    fn from(stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = String::new();
            // A reader that is gone belongs to a test that is over.
            while reader.read_line(&mut line).unwrap() > 0 && sender.send(std::mem::take(&mut line)).is_ok() {
            }
        });
        Self { lines, so_far: String::new() }
    }

    /// The next line without its end; `None` once the stream is closed.
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
