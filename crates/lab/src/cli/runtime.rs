//! The threads of a command, and the signals that end it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pillarbox_system::exit::{NO, UNREACHED};
use tokio::runtime::Runtime;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

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
        code: NO,
    })
}

/// Returns the number of processors as a number of threads.
pub(super) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does the work on a thread of its own. A signal makes the work stop at the next point where nothing is half done, and
/// it then leaves nothing behind.
pub(super) fn until_stopped<T: Send + 'static>(
    work: impl FnOnce(&AtomicBool) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    runtime()?.block_on(async {
        let mut work = tokio::task::spawn_blocking(move || work(&seen));
        let done = tokio::select! {
            done = &mut work => done,
            () = stopped() => {
                stop.store(true, Ordering::Relaxed);
                work.await
            }
        };
        done.map_err(|_| Failure {
            sentence: "the experiments broke off. There is no result; run it again.".into(),
            code: UNREACHED,
        })?
    })
}
