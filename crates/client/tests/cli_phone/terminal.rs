//! A terminal to run the program in: keys are typed, and the screen can be read.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use super::support::Phone;

/// Time for something to appear on the screen. It is far above the usual time, because the computer may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Interval at which the screen is read.
const LOOK: Duration = Duration::from_millis(10);

/// Wraps a paste as a terminal sends one when asked to mark it (xterm's mode 2004).
pub(crate) fn paste(text: &str) -> String {
    format!("\x1b[200~{}\x1b[201~", text.replace('\n', "\r"))
}

/// A program in a window.
pub(crate) struct Window {
    child: Child,
    pty: Arc<Pty>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// All output, with cursor movements.
    written: Arc<Mutex<Vec<u8>>>,
}

impl Window {
    /// Opens a window of this size and runs a phone's command in it.
    pub(crate) fn open(phone: &Phone, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::open_with(phone, arguments, size, &[])
    }

    /// Opens a window with variables in the environment.
    pub(crate) fn open_with(
        phone: &Phone,
        arguments: &[&str],
        (lines, columns): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = phone.command(arguments);
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        Self::run(command, (lines, columns))
    }

    /// Opens a window for any command.
    pub(crate) fn run(command: std::process::Command, (lines, columns): (u16, u16)) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(lines, columns)).unwrap();
        let child = Command::from(command).spawn(pts).unwrap();
        let parser = vt100::Parser::new(lines.try_into().unwrap(), columns.try_into().unwrap(), 1_000);
        let window =
            Self { child, pty: Arc::new(pty), screen: Arc::new(Mutex::new(parser)), written: Arc::default() };
        let (pty, screen, written) = (window.pty.clone(), window.screen.clone(), window.written.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4_096];
            // Reading fails once the other end of the terminal is gone.
            while let Ok(got @ 1..) = (&*pty).read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..got]);
                screen.lock().unwrap().process(&bytes[..got]);
            }
        });
        window
    }

    /// Types these keys.
    pub(crate) fn keys(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Resizes the window.
    pub(crate) fn resize(&self, lines: u16, columns: u16) {
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(lines.try_into().unwrap(), columns.try_into().unwrap());
        self.pty.resize(Size::new(lines, columns)).unwrap();
    }

    /// Asks the program to end, as other programs do.
    pub(crate) fn terminate(&self) {
        let killed = std::process::Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(killed.unwrap().success());
    }

    /// Returns the screen, without the spaces at the ends of lines.
    pub(crate) fn shown(&self) -> String {
        let contents = self.screen.lock().unwrap().screen().contents();
        contents.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Returns everything written to the terminal.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Waits until the screen satisfies `is_right`.
    pub(crate) fn wait(&self, what: &str, is_right: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_right(&self.shown()) {
            assert!(Instant::now() < until, "waited for {what}:\n{}", self.shown());
            thread::sleep(LOOK);
        }
    }

    /// Waits until words are on the screen, wherever its lines are broken.
    pub(crate) fn wait_for(&self, words: &str) {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        self.wait(words, |shown| bare(shown).contains(&bare(words)));
    }

    /// Waits until the relay has accepted the message of this number, and the next one can be typed.
    pub(crate) fn wait_until_sent(&self, number: usize) {
        let start = format!("  {number} ");
        let is_sent = |line: &str| line.starts_with(&start) && line.contains("sent");
        self.wait("a message to be sent", |shown| shown.lines().any(is_sent) && shown.ends_with('>'));
    }

    /// Waits for the end of the program. Returns its exit code, unless a signal ended it.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        let code = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status.code(),
                None => thread::sleep(LOOK),
            }
            assert!(Instant::now() < until, "it does not end:\n{}", self.shown());
        };
        // The program's last output may still be in transit.
        thread::sleep(10 * LOOK);
        code
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A failed test leaves no program behind. If the program has ended already, killing it fails, and that is
        // fine.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// Joins the words of a text by single spaces.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
