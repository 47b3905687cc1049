//! State that every connection of one relay shares.

use std::sync::Arc;

use pillarbox_crypto::AgreementSecret;

use super::admission::Doorkeeper;
use super::queue::Queue;
use crate::server::log::LogSalt;
use crate::server::metrics::Metrics;
use crate::server::readiness::Readiness;
use crate::server::timing::SocketTimeouts;

/// Shared by the connections' tasks and the listener.
pub(crate) struct Shared {
    pub(crate) key: AgreementSecret,
    pub(crate) timeouts: SocketTimeouts,
    pub(crate) door: Arc<Doorkeeper>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ready: Arc<Readiness>,
    pub(crate) salt: LogSalt,
}
