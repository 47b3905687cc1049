//! The interface of every server under measurement.

use super::{load::Pair, process::Process};
use crate::Failure;
use std::{net::TcpStream, path::Path};

/// A kind of server.
pub(crate) trait Side {
    /// Returns the server's name in the table.
    fn name(&self) -> &'static str;

    /// Starts a server that keeps its files in `folder`.
    fn start(&self, folder: &Path) -> Result<Box<dyn Server>, Failure>;
}

/// A running server.
pub(crate) trait Server {
    /// Returns the server's process.
    fn process(&self) -> &Process;

    /// Creates senders, each with its own mailbox to send to. With `online`, a recipient fetches from each mailbox.
    fn pairs(&self, count: usize, online: bool) -> Result<Vec<Pair>, Failure>;

    /// Opens connections that have authenticated and wait for messages. They stay open while the value lives.
    fn idle(&self, count: usize) -> Result<Vec<TcpStream>, Failure>;
}
