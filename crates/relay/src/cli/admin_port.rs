//! Connects to a running relay's admin port, for `ledger --follow` and `takedown`.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pillarbox_relay::server::ADMIN_FILE;
use pillarbox_relay::server::trouble::in_words;
use pillarbox_text::shell::quote_path;
use pillarbox_wire::ChannelName;

use super::failure::Failure;

/// Time within which the relay on this computer must answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest line or header that is accepted, in bytes. An event takes a few hundred.
const LONGEST_LINE: u64 = 64 * 1024;

/// A running relay's admin port, as its data directory names it.
pub(crate) struct AdminPort {
    address: SocketAddr,
    token: String,
    data: PathBuf,
}

impl AdminPort {
    /// Reads the file that a running relay leaves in its data directory.
    pub(crate) fn of(data: &Path) -> Result<Self, Failure> {
        let said = std::fs::read_to_string(data.join(ADMIN_FILE)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => not_running(data),
            kind => Failure::Store(format!(
                "{} cannot be read: {}. Only the user who runs the relay may follow it",
                data.join(ADMIN_FILE).display(),
                in_words(kind)
            )),
        })?;
        let mut lines = said.lines();
        match (lines.next().and_then(|address| address.parse().ok()), lines.next()) {
            (Some(address), Some(token)) => {
                Ok(Self { address, token: token.to_owned(), data: data.to_owned() })
            }
            _ => Err(not_running(data)),
        }
    }

    /// Opens the stream of lines that the relay sends from now on.
    pub(crate) fn passing(&self) -> Result<Lines, Failure> {
        let absent = |_: io::Error| not_running(&self.data);
        let mut reader = BufReader::new(self.ask("GET /passing").map_err(absent)?);
        let status = read_line(&mut reader).map_err(absent)?.unwrap_or_default();
        // A token of an earlier run is refused: then the port belongs to another relay now.
        if status.split(' ').nth(1) != Some("200") {
            return Err(not_running(&self.data));
        }
        while read_line(&mut reader).map_err(absent)?.is_some_and(|header| !header.is_empty()) {}
        Ok(Lines(reader))
    }

    /// Has the relay take a channel down, and returns whether it had such a channel.
    pub(crate) fn take_down(&self, channel: &ChannelName) -> Result<bool, Failure> {
        let absent = |_: io::Error| not_running(&self.data);
        let name = channel.as_str().trim_start_matches('@');
        let mut reader = BufReader::new(self.ask(&format!("POST /takedown/{name}")).map_err(absent)?);
        let status = read_line(&mut reader).map_err(absent)?.unwrap_or_default();
        match status.split(' ').nth(1) {
            Some("200") => Ok(true),
            Some("404") => Ok(false),
            Some("500") => Err(Failure::Store(format!(
                "{}: the database refused, and the channel is as it was. The relay's log says why",
                self.data.display()
            ))),
            _ => Err(not_running(&self.data)),
        }
    }

    /// HTTP/1.0, so that the answer is not cut into chunks and ends with the connection (RFC 1945).
    fn ask(&self, request: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect_timeout(&self.address, CONNECT_TIMEOUT)?;
        let Self { address, token, data: _ } = self;
        write!(stream, "{request} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n")?;
        Ok(stream)
    }
}

/// Lines of a stream that lasts as long as the relay.
pub(crate) struct Lines(BufReader<TcpStream>);

impl Iterator for Lines {
    type Item = String;

    /// A relay that is killed resets the connection, and one that stops closes it. Both count as the end.
    fn next(&mut self) -> Option<String> {
        read_line(&mut self.0).ok().flatten()
    }
}

/// Reads the next line without its line end; `None` at the end of the stream.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = io::Read::take(&mut *reader, LONGEST_LINE).read_line(&mut line)?;
    let whole = line.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned());
    match (read, whole) {
        (0, _) => Ok(None),
        (_, Some(line)) => Ok(Some(line)),
        (_, None) => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn not_running(data: &Path) -> Failure {
    Failure::Unreached(format!(
        "no relay with an admin port is running on {}. Start one with: pillarbox-relay run --data {}",
        data.display(),
        quote_path(data)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_they_end() {
        let mut input = BufReader::new(&b"one\r\n\r\ntwo\nhalf"[..]);
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some("one"));
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some(""));
        assert_eq!(read_line(&mut input).unwrap().as_deref(), Some("two"));
        assert!(read_line(&mut input).is_err());
    }

    #[test]
    fn a_line_without_end_is_not_read_for_ever() {
        let mut endless = BufReader::new(io::Read::chain(io::repeat(b'x'), io::empty()));
        assert!(read_line(&mut endless).is_err());
    }

    #[test]
    fn a_directory_without_a_running_relay_is_no_place_to_follow() {
        let data = tempfile::tempdir().unwrap();
        assert!(matches!(AdminPort::of(data.path()), Err(Failure::Unreached(_))));
        std::fs::write(data.path().join(ADMIN_FILE), "nonsense").unwrap();
        assert!(matches!(AdminPort::of(data.path()), Err(Failure::Unreached(_))));
    }
}
