//! Lines from standard input, one by one as they arrive.
//!
//! A separate thread reads them: the runtime's own standard input would keep the program from ending until somebody
//! presses Enter. The thread reads no byte beyond the current line, and none after a line that locks: those bytes
//! belong to the program that replaces this one.

use std::io::{self, BufRead, Read};
use std::thread;

use tokio::sync::mpsc;

use super::typed::Typed;

/// Longest line in bytes. It exceeds the longest message, so that a line that is too long is reported, not cut.
const MAX_LINE_LEN: usize = 2 * pillarbox_client::body::MAX_TEXT_LEN;

/// Lines that may wait to be read. A pasted letter fits; a longer file waits in its pipe.
const WAITING: usize = 64;

/// A line from standard input, or the reason that the input has ended.
#[derive(Debug)]
pub(super) enum InputLine {
    /// A line, without its end.
    Text(String),
    /// A line that is longer than any message.
    TooLong,
    /// A line that is not UTF-8.
    NotText,
    /// Standard input could not be read.
    Failed(io::Error),
}

/// Returns standard input, read one byte at a time.
#[cfg(unix)]
pub(super) fn input() -> io::Result<impl BufRead + Send> {
    use std::os::fd::AsFd;
    let input = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
    Ok(io::BufReader::with_capacity(1, input))
}

/// Returns standard input. On this system no program replaces this one, so nobody misses bytes read ahead.
#[cfg(not(unix))]
pub(super) fn input() -> io::Result<impl BufRead + Send> {
    Ok(io::BufReader::new(io::stdin()))
}

/// Starts reading. The channel closes at the end of input and behind a line that locks.
pub(super) fn listen() -> io::Result<mpsc::Receiver<InputLine>> {
    let (lines, receiver) = mpsc::channel(WAITING);
    let mut input = input()?;
    thread::spawn(move || {
        while let Some(line) = next_line(&mut input) {
            let locks = matches!(&line, InputLine::Text(text) if Typed::from(text.as_str()) == Typed::Lock);
            let last = locks || matches!(line, InputLine::Failed(_));
            // The channel is closed once the chat has ended.
            if lines.blocking_send(line).is_err() || last {
                break;
            }
        }
    });
    Ok(receiver)
}

/// Returns the next line without its end, or nothing at the end of input.
pub(super) fn next_line(input: &mut impl BufRead) -> Option<InputLine> {
    let limit = u64::try_from(MAX_LINE_LEN).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    match input.by_ref().take(limit).read_until(b'\n', &mut line) {
        Ok(0) => return None,
        Ok(_) => {}
        Err(error) => return Some(InputLine::Failed(error)),
    }
    if line.len() >= MAX_LINE_LEN && line.last() != Some(&b'\n') {
        return Some(skip_line(input).map_or_else(InputLine::Failed, |()| InputLine::TooLong));
    }
    while line.last().is_some_and(|end| matches!(end, b'\r' | b'\n')) {
        line.pop();
    }
    Some(String::from_utf8(line).map_or(InputLine::NotText, InputLine::Text))
}

/// Skips the rest of the line without keeping it.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    input.skip_until(b'\n').map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_one_after_the_other_and_bad_ones_are_told() {
        let long = "x".repeat(3 * MAX_LINE_LEN);
        let mut bytes = format!("one\r\n\ntwo\n{long}\n").into_bytes();
        bytes.extend(b"\xff\nlast");
        let mut input = io::Cursor::new(bytes);
        let mut seen = Vec::new();
        while let Some(line) = next_line(&mut input) {
            seen.push(match line {
                InputLine::Text(text) => text,
                InputLine::TooLong => "too long".to_owned(),
                InputLine::NotText => "not text".to_owned(),
                InputLine::Failed(error) => panic!("{error}"),
            });
        }
        assert_eq!(seen, ["one", "", "two", "too long", "not text", "last"]);
    }
}
