//! The grammar of `metadata`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct Metadata {
    /// A story of this program or a file of one, a run's folder or its record.jsonl, a relay's data folder, or - for
    /// the events of `pillarbox-relay ledger --follow --json`.
    #[arg(value_name = "SOURCE", conflicts_with_all = ["trace", "model", "make_trace"])]
    pub(super) source: Option<String>,
    /// A table instead, with the columns time, to, and if it has them from, size, address. The column `from` only
    /// scores.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "make_trace"])]
    pub(super) trace: Option<PathBuf>,
    /// Who looks. Without it the operator, of everything that passes; of a data folder, of what is kept.
    #[arg(long, value_name = "WHO")]
    pub(super) observer: Option<Watcher>,
    /// Take fields or rows away first, between commas.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(super) without: Vec<Taken>,
    /// Cut times down to a multiple of this: 1s, 1m, 1h.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(super) round: Option<u64>,
    /// Time within which a receipt is expected.
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "2s")]
    pub(super) window: u64,
    /// What shuffling and random epochs are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// The person asked about, as the source names them.
    #[arg(long, value_name = "NAME")]
    pub(super) about: Option<String>,
    /// The design that a story runs under: a name, or a file.
    #[arg(long, value_name = "NAME|FILE", requires = "source")]
    pub(super) design: Option<String>,
    /// Says that you may look into this data: it can be other people's.
    #[arg(long)]
    pub(super) i_own_this_data: bool,
    /// Write pairs.csv, graph.graphml and pictures into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Repeat a published simulation at full size, and hold its figures to those of others.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["observer", "without", "round", "out", "full", "json", "csv"])]
    pub(super) model: Option<Simulation>,
    /// Run the month's story under every design, and count the pairs of people that the rows of its operator give.
    #[arg(long, conflicts_with_all = [
        "source", "trace", "model", "make_trace", "observer", "without", "round", "about", "out", "full", "csv",
    ])]
    pub(super) month: bool,
    /// Run the neighbours' story with one defence after another, and count what each takes from inference.
    #[arg(long, conflicts_with_all = [
        "source", "trace", "model", "make_trace", "observer", "without", "round", "about", "out", "full", "csv", "month",
    ])]
    pub(super) defences: bool,
    /// Analyse a made-up trace of this many messages in a month.
    #[arg(long, value_name = "N", hide = true)]
    pub(super) make_trace: Option<u64>,
    /// People of the made-up trace.
    #[arg(long, value_name = "N", hide = true, default_value_t = 10_000)]
    pub(super) people: u32,
    /// Print every pair and every false lead.
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub(super) full: bool,
    /// Print one JSON document.
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print the pairs as a table.
    #[arg(long)]
    pub(super) csv: bool,
}

/// Who looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Watcher {
    /// The operator, of everything that passes.
    Sees,
    /// The operator, of what its relay keeps.
    Keeps,
    /// The operator that writes a log from the story's order on.
    LogsFromNowOn,
    /// A tap on the wire outside the operator.
    Wire,
    /// The service that wakes phones.
    Push,
}

/// What is taken away.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Taken {
    /// Senders, where a row names one.
    Names,
    /// Network addresses.
    Address,
    /// Sizes.
    Size,
    /// Numbers that tell connections apart.
    Connection,
    /// Look-ups and key fetches.
    Lookups,
    /// Messages of the smallest size: receipts, and texts that are as short.
    Receipts,
    /// Deliveries.
    Deliveries,
    /// Wakes by the push service.
    Push,
}

/// A published simulation.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Simulation {
    /// The intersection attack.
    A,
    /// Statistical disclosure.
    B,
}

/// A span as it is typed, in milliseconds. A day at the most: nobody's receipt takes longer to matter.
fn span(text: &str) -> Result<u64, String> {
    let form = || "a span looks like 500ms, 2s, 1m or 1h, and is at most 24h".to_owned();
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let digits = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or("");
    let (_, length) = units.into_iter().find(|(word, _)| *word == unit).ok_or_else(form)?;
    let number: u64 = digits.parse().map_err(|_| form())?;
    number.checked_mul(length).filter(|span| (1..=86_400_000).contains(span)).ok_or_else(form)
}
