//! The directory that proves itself: entries of the public log, heads, and answers with proofs.
//!
//! **Entries.** Each registration, and each change of an account's keys or device list, adds an entry in its own
//! transaction, so that nothing is handed out that the log does not have. A rule that begins a log adds entries for
//! the existing accounts.
//!
//! **Heads** are signed with a key that is derived from the certificate key, for each answer. Two heads of one size by
//! one relay have the same roots; two that differ prove that it showed two logs.

use pillarbox_wire::limits::MAX_LOG_LEAVES;
use pillarbox_wire::{
    DeviceList, FixedBytes, Growth, LogEntries, LogHead, Proof, ProveEntry, ProveGrowth, ReadLog, Refusal,
    RelayFrame,
};

use super::Relay;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::directory_log::{binding, label, time};
use crate::memory::rate_limiter::Request;
use crate::store::{AccountRow, Store};

impl<S: Store> Relay<S> {
    /// Stages the entry of an account whose keys or device list are new, if there is a log.
    pub(super) fn log_keys(&self, account: &AccountRow, list: Option<&DeviceList>, round: &mut Round) {
        let keeping = &self.settings.keeping;
        if keeping.directory_log {
            let (binding, at) = (binding(&account.identity(), list), time(keeping, round.now));
            let entry = self.directory_log.next(&round.changes.leaves, label(account), binding, at);
            round.changes.leaves.push(entry);
        }
    }

    pub(super) fn prove_entry(&mut self, id: ConnectionId, frame: &ProveEntry, round: &mut Round) {
        match self.proof(id, frame, round) {
            Ok(proof) => round.answer(id, RelayFrame::Proof(Box::new(proof))),
            Err(reason) => round.refuse(id, frame.request, reason),
        }
    }

    /// Anybody may ask, with or without a name: the log is public, and it must not be visible who asks about whom.
    fn proof(&mut self, id: ConnectionId, frame: &ProveEntry, round: &Round) -> Result<Proof, Refusal> {
        let ProveEntry { request, account, since } = *frame;
        let (log_key, head) = self.log_head(id, Request::Proof, round)?;
        Ok(Proof {
            request,
            log_key,
            head,
            consistency: self.directory_log.consistency(since),
            entry: self.directory_log.latest(&FixedBytes(pillarbox_crypto::log::label(&account.0))),
        })
    }

    pub(super) fn prove_growth(&mut self, id: ConnectionId, frame: &ProveGrowth, round: &mut Round) {
        let ProveGrowth { request, own, told } = *frame;
        match self.log_head(id, Request::Proof, round) {
            Ok((log_key, head)) => {
                let log = &self.directory_log;
                let (own, told) = (log.consistency(own), log.consistency(told));
                let growth = Growth { request, log_key, head, own, told };
                round.answer(id, RelayFrame::Growth(Box::new(growth)));
            }
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    pub(super) fn read_log(&mut self, id: ConnectionId, frame: &ReadLog, round: &mut Round) {
        let ReadLog { request, from } = *frame;
        match self.log_head(id, Request::LogRead, round) {
            Ok((log_key, head)) => {
                let leaves = self.directory_log.entries(from, MAX_LOG_LEAVES);
                let entries = LogEntries { request, log_key, head, leaves };
                round.answer(id, RelayFrame::LogEntries(entries));
            }
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    /// Counts a question about the log, and signs its head.
    fn log_head(
        &mut self,
        id: ConnectionId,
        request: Request,
        round: &Round,
    ) -> Result<(FixedBytes<32>, LogHead), Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let key = self.rule.log_key.as_ref().ok_or(Refusal::NotOffered)?;
        let limits = &self.settings.limits;
        let rate = if request == Request::Proof { limits.proofs } else { limits.log_reads };
        self.limiter.take(request, connection.subject(), rate, round.now)?;
        Ok((FixedBytes(*key.public().as_bytes()), self.directory_log.head(key, round.now)))
    }
}
