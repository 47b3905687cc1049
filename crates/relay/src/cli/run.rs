//! `run`: starts the relay, prints what it keeps, and stops it on request.

use std::io::Write;
use std::path::Path;

use pillarbox_relay::server::log::stopped_at_once;
use pillarbox_relay::server::trouble::in_words;
use pillarbox_relay::server::{RelayServer, Running, ServerConfig, SocketTimeouts, StartError, codes_file};
use pillarbox_relay::{Limits, OnLoss, RelaySettings, RelaySoftware};
use pillarbox_system::exit::INTERRUPTED;
use pillarbox_text::read;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::args::{LogFormat, LogLevel, Run};
use super::failure::Failure;
use super::start_screen::StartScreen;
use super::window::Window;

/// Runs the relay until it is told to stop.
pub(crate) fn run(
    arguments: Run,
    software: impl RelaySoftware + Send + 'static,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Run {
        data,
        listen,
        public_host,
        admin,
        keeping,
        numbers,
        limits,
        accept_loss,
        log_format,
        log_level,
    } = arguments;
    let data = data.directory()?;
    let keeping = keeping.keeping()?;
    let limits = limits.as_deref().map_or_else(|| Ok(Limits::default()), read_limits)?;
    start_log(log_format, log_level);
    let config = ServerConfig {
        data,
        listen,
        public_host,
        admin: admin.0,
        settings: RelaySettings { keeping, limits, verify_numbers: numbers.are_verified() },
        codes: numbers.file(),
        on_loss: if accept_loss { OnLoss::Accept } else { OnLoss::Refuse },
        timeouts: SocketTimeouts::default(),
    };
    let runtime = runtime::Builder::new_multi_thread().worker_threads(socket_threads()).enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::Unreached(format!("no threads for the relay: {}", in_words(error.kind())))
    })?;
    runtime.block_on(until_stopped(config, software, out))
}

/// Returns the number of threads for the connections. The thread that owns the core has a processor for itself. With
/// more threads than processors, more threads would wait for each batch, each with less work.
fn socket_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get().saturating_sub(1)).max(1)
}

/// Returns the shipped limits, overridden by the file's.
fn read_limits(file: &Path) -> Result<Limits, Failure> {
    let shown = file.display();
    let text = read::file(file).map_err(|error| {
        Failure::Store(format!(
            "the limits in {shown} cannot be read: {}. Check the path",
            in_words(error.kind())
        ))
    })?;
    // The file belongs to the operator, so the position of a mistake and the possible names may be shown.
    serde_json::from_str(&text)
        .map_err(|error| Failure::Store(format!("the limits in {shown} cannot be used: {error}")))
}

async fn until_stopped(
    config: ServerConfig,
    software: impl RelaySoftware + Send + 'static,
    out: &mut impl Write,
) -> Result<(), Failure> {
    // Signals are awaited before the relay starts, so that a signal that comes early is a stop and not a crash.
    let mut signals = Signals::listen()?;
    let said = config.clone();
    let mut relay = RelayServer::start_with(config, software).await?;
    match greet(&relay, &said, out) {
        // The relay continues if the reader of its output leaves after the address.
        Ok(()) | Err(Failure::ClosedPipe) => {}
        Err(failure) => return Err(failure),
    }
    tokio::select! {
        broken = relay.broken() => Err(Failure::Store(broken.to_string())),
        () = signals.next() => stop(relay, signals).await,
    }
}

fn greet(relay: &Running, config: &ServerConfig, out: &mut impl Write) -> Result<(), Failure> {
    let ServerConfig { data, settings, codes, .. } = config;
    let codes = settings.verify_numbers.then(|| codes_file(data, codes.as_deref()));
    let screen = StartScreen {
        address: &relay.address().to_string(),
        admin: relay.admin(),
        advice: relay.advice(),
        connections: relay.shortfall(),
        data,
        codes: codes.as_deref(),
        keeping: &settings.keeping,
    };
    writeln!(out, "{}", screen.text(Window::of_output().for_sentences()))?;
    Ok(out.flush()?)
}

/// Stops the relay, or ends the process if a second signal arrives first.
async fn stop(relay: Running, mut signals: Signals) -> Result<(), Failure> {
    tokio::select! {
        stopped = relay.stop() => stopped.map_err(|broken| Failure::Store(broken.to_string())),
        // Everything that was accepted is already on the disk, so only the goodbyes are truncated.
        () = signals.next() => {
            stopped_at_once();
            std::process::exit(INTERRUPTED.into())
        }
    }
}

/// Waits for SIGINT (Ctrl-C) or SIGTERM (a service manager), which mean the same.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, Failure> {
        let both = signal(SignalKind::interrupt())
            .and_then(|interrupt| Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? }));
        both.map_err(|error| {
            Failure::Unreached(format!("signals cannot be heard: {}", in_words(error.kind())))
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn start_log(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    // Only the relay's own lines are written, because no inventory lists the lines of a library.
    let own =
        tracing_subscriber::filter::Targets::new().with_target(pillarbox_relay::server::log::TARGET, level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(own);
    match format {
        // A person does not need to know in which part of the program a sentence was written.
        LogFormat::Text => registry.with(lines.with_ansi(false).with_target(false)).init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).init(),
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::AddressTaken { .. } | StartError::Listen { .. } | StartError::Host(_) => {
                Self::Unreached(error.to_string())
            }
            StartError::System { .. } => Self::Unreached(error.to_string()),
            StartError::Software(sentence) => Self::No(sentence),
            _ => Self::Store(error.to_string()),
        }
    }
}
