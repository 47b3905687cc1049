//! The threads of a command, and the signals that end it.

use tokio::runtime::Runtime;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::FAILED;
use super::output::Failure;

/// Waits for Ctrl-C, or for the signal with which a supervisor ends programs.
pub(super) async fn stopped() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        pressed = ctrl_c() => if pressed.is_err() { std::future::pending::<()>().await },
        _ = terminated.recv() => {}
    }
}

/// Creates the threads on which phones and connections run.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Failure {
        sentence: format!(
            "the system gives no threads: {}. Close other programs and try again.",
            error.kind()
        ),
        code: FAILED,
    })
}
