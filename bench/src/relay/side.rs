//! What every server under measurement can be asked for.

use super::{load::Pair, process::Process};
use crate::Failure;
use std::{net::TcpStream, path::Path};

/// A kind of server.
pub(crate) trait Side {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Starts one that keeps its files in `folder`.
    fn start(&self, folder: &Path) -> Result<Box<dyn Server>, Failure>;
}

/// A server that runs.
pub(crate) trait Server {
    /// Its process.
    fn process(&self) -> &Process;

    /// Senders with mailboxes of their own to send to; with `online`, somebody fetches from each.
    fn pairs(&self, count: usize, online: bool) -> Result<Vec<Pair>, Failure>;

    /// Connections that have said whose they are and wait for messages. They stay open while the value lives.
    fn idle(&self, count: usize) -> Result<Vec<TcpStream>, Failure>;
}
