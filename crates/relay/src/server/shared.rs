//! State that every connection of one relay shares.

use std::sync::Arc;

use pillarbox_crypto::AgreementSecret;

use super::admission::Doorkeeper;
use super::log::LogSalt;
use super::metrics::Metrics;
use super::queue::Queue;
use super::readiness::Readiness;
use super::timing::SocketTimeouts;

/// Shared by the connections' tasks and the listener.
pub(super) struct Shared {
    pub(super) key: AgreementSecret,
    pub(super) timeouts: SocketTimeouts,
    pub(super) door: Arc<Doorkeeper>,
    pub(super) queue: Arc<Queue>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) ready: Arc<Readiness>,
    pub(super) salt: LogSalt,
}
