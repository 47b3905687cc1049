//! The grammar of the command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use pillarbox_system::color::Color;

use super::live_grammar::{Authority, Phone, Relay};
use super::metadata_grammar::Metadata;

/// Experiments on end-to-end encrypted messaging and legal demands.
#[derive(Debug, Parser)]
#[command(
    name = "pillarbox-lab",
    version,
    about = "Put a legal demand to a messenger, and see what comes back.",
    before_help = "Examples:\n  \
        pillarbox-lab                    the whole idea in a few seconds\n  \
        pillarbox-lab --full             every row and byte of it\n  \
        pillarbox-lab list               designs, demands and stories, with their names\n  \
        pillarbox-lab run westminster-2017\n      \
            a story with real phones, on a virtual clock\n  \
        pillarbox-lab audit              search a relay for what was said over it\n  \
        pillarbox-lab demand content-warrant --scenario westminster-2017\n      \
            one demand on a story\n  \
        pillarbox-lab matrix --out whole every demand on every design\n  \
        pillarbox-lab report whole --out whole.html\n      \
            the same as a page\n  \
        pillarbox-lab demand content-warrant --about +447700900101 \\\n    \
            --data ./relay --i-own-this-data",
    after_help = "Exit codes: 0 done, 1 the experiment did not come to its end or not as claimed, 2 usage,\n\
        3 an audit without a result, or a matrix whose control failed, 4 data store, 130 stopped.\n\
        Nothing leaves this computer: no telemetry, no update check.\n\
        More: docs/walkthrough.md, docs/audit.md"
)]
pub(super) struct Arguments {
    /// Colours: whether headings stand out.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Without a command: the demonstration, in this form.
    #[command(flatten)]
    pub(super) bare: Try,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run one conversation under two designs and serve two demands (what no command at all does).
    Try(Try),
    /// Run a scenario: phones and relays under one design, on a virtual clock.
    Run(Run),
    /// List designs, demands and stories, with their names.
    List(List),
    /// Serve a demand on a story with real phones, or on the data of a relay.
    Demand(Demand),
    /// Every design meets every demand: a table, and a folder with the evidence of each cell.
    Matrix(Matrix),
    /// Ways to one person's texts: what each yields, and what the same means yield in other hands.
    Proposals(Proposals),
    /// What a way adds to the programs that people run, and the sentences on their screens that it makes false.
    Diff(Diff),
    /// A phone with the altered software of an access proposal, over TCP: `pillarbox` with one difference.
    Phone(Phone),
    /// A relay with the altered software of an access proposal, over TCP: `pillarbox-relay` with one difference.
    Relay(Relay),
    /// The authority of a key escrow: draw its key, and open what a relay holds.
    #[command(subcommand)]
    Authority(Authority),
    /// A matrix as one page, or checked against its own evidence.
    Report(Report),
    /// Hold the designs that stand for real messengers to what their operators are known to return.
    Oracle(Oracle),
    /// Who talks to whom, from rows alone: of a story, a record, a relay's data, or a running relay.
    Metadata(Metadata),
    /// Search a relay's memory, files, logs and connections for what was said over it.
    Audit(Audit),
}

#[derive(Debug, Default, Args)]
pub(super) struct Try {
    /// Print everything: what phones show, what passed, what is kept, both demands.
    #[arg(long, conflicts_with = "json")]
    pub(super) full: bool,
    /// Print the report as one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only these; otherwise all three.
    #[arg(value_name = "WHAT")]
    pub(super) what: Option<Listed>,
    /// Print them as one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// Messengers that a story can run under.
    Designs,
    /// What can be asked or ordered.
    Demands,
    /// What can happen.
    Stories,
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Which scenario: the name of one inside this program, or a file. Without one, those inside are listed.
    #[arg(value_name = "SCENARIO")]
    pub(super) scenario: Option<String>,
    /// The same as SCENARIO, written as `demand` has it.
    #[arg(long = "scenario", value_name = "SCENARIO", conflicts_with = "scenario")]
    pub(super) named: Option<String>,
    /// The design it runs under: a name, or a file. Without it, the one that the scenario names.
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) design: Option<String>,
    /// What all randomness comes from. The same number gives the same record, byte for byte.
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// The folder that the record is saved in, instead of one under runs/.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Print the whole story as a play, day by day. Without it, what fits on one screen: who the demands are about, and
    /// around the order.
    #[arg(long, conflicts_with_all = ["json", "full"])]
    pub(super) play: bool,
    /// Print everything: people with their numbers, each receipt, each kind of frame.
    #[arg(long, conflicts_with = "json")]
    pub(super) full: bool,
    /// Print the record itself, one JSON object a line. It is saved only if --out names a folder.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("story").args(["scenario", "named"])))]
pub(super) struct Demand {
    /// Which demand. Without one, all are listed.
    #[arg(value_name = "DEMAND")]
    pub(super) demand: Option<String>,
    /// The same as --scenario SCENARIO.
    #[arg(value_name = "SCENARIO", conflicts_with_all = ["about", "data", "i_own_this_data"])]
    pub(super) named: Option<String>,
    /// The story to serve it on: one of this program's, or a file.
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = ["about", "data", "i_own_this_data"])]
    pub(super) scenario: Option<String>,
    /// The design that the story runs under: one of this program's, or a file. Without it, the one that the story
    /// names.
    #[arg(long, value_name = "NAME|FILE", requires = "story", conflicts_with = "data")]
    pub(super) design: Option<String>,
    /// Another seed than the story's.
    #[arg(long, value_name = "N", requires = "story", conflicts_with = "data", value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// Write the evidence to a file that is not there yet.
    #[arg(long, value_name = "FILE", requires = "story", conflicts_with = "data")]
    pub(super) out: Option<PathBuf>,
    /// The country that asks, in two capital letters; otherwise the one that the story says.
    #[arg(long, value_name = "COUNTRY", requires = "story", conflicts_with = "data", value_parser = country)]
    pub(super) country: Option<pillarbox_access::law::Country>,
    /// The day whose law stands beside the answer, instead of the day on which the story orders. What is measured stays
    /// the same.
    #[arg(long, value_name = "DATE", requires = "story", conflicts_with = "data", value_parser = day)]
    pub(super) on: Option<pillarbox_access::law::Day>,
    /// Without a story: the number of the account that the demand is about.
    #[arg(long, value_name = "NUMBER", value_parser = pillarbox_wire::Handle::parse)]
    pub(super) about: Option<pillarbox_wire::Handle>,
    /// Without a story: the relay's data folder, or a copy of it. Only read.
    #[arg(long, value_name = "FOLDER")]
    pub(super) data: Option<PathBuf>,
    /// Says that you may look into this data: it can be other people's.
    #[arg(long)]
    pub(super) i_own_this_data: bool,
    /// Print every line that came back, and all of the law.
    #[arg(long, conflicts_with = "json")]
    pub(super) full: bool,
    /// Print the answer and its evidence as one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Matrix {
    /// The story: one of this program's, or a file.
    #[arg(value_name = "SCENARIO", default_value = "westminster-2017")]
    pub(super) scenario: String,
    /// The same as SCENARIO, written as `demand` has it.
    #[arg(long = "scenario", value_name = "SCENARIO", conflicts_with = "scenario")]
    pub(super) named: Option<String>,
    /// Only this design; may be given several times. One of this program's, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) design: Vec<String>,
    /// Only this demand; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(super) demand: Vec<String>,
    /// With --demand: the pairs of people known after a month, too. Beside all demands they are counted anyway.
    #[arg(long)]
    pub(super) month: bool,
    /// Another seed than the story's.
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// Where to write; a folder that is not there yet. Otherwise runs/SCENARIO-matrix.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// How many threads; otherwise one for each core. The result does not depend on it.
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<std::num::NonZeroUsize>,
    /// Compare with predictions: a file, or those that come with this program.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(super) expect: Option<Option<PathBuf>>,
    /// Print the whole table in words, equal rows and columns too.
    #[arg(long, conflicts_with_all = ["json", "plain"])]
    pub(super) full: bool,
    /// Print the cells, and the pairs of a month if they were counted, as one JSON document.
    #[arg(long, conflicts_with = "plain")]
    pub(super) json: bool,
    /// Print a line for each cell and no table.
    #[arg(long)]
    pub(super) plain: bool,
    /// Say where the time went, also in timing.json.
    #[arg(long)]
    pub(super) timing: bool,
}

impl Matrix {
    /// Returns the story, wherever it was typed.
    pub(super) fn story(&self) -> &str {
        self.named.as_ref().unwrap_or(&self.scenario)
    }
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The way, as `proposals --proposal` has it.
    pub(super) way: String,
    /// The story: one of this program's, or a file.
    #[arg(value_name = "SCENARIO", default_value = "westminster-2017")]
    pub(super) scenario: String,
    /// The design that the story runs under: one of this program's, or a file. Without it, the one with predictions
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) design: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(super) struct Proposals {
    /// The story: one of this program's, or a file.
    #[arg(value_name = "SCENARIO", default_value = "westminster-2017")]
    pub(super) scenario: String,
    /// The same as SCENARIO, written as `demand` has it.
    #[arg(long = "scenario", value_name = "SCENARIO", conflicts_with = "scenario")]
    pub(super) named: Option<String>,
    /// The design that the story runs under: one of this program's, or a file. Without it, the one with predictions
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) design: Option<String>,
    /// Only this way; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(super) proposal: Vec<String>,
    /// Another seed than the story's.
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// How many threads; otherwise one for each core. The result does not depend on it.
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<std::num::NonZeroUsize>,
    /// Write what came out and its evidence into a folder that is not there yet.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Print each way with its names, reasons and sentences.
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub(super) full: bool,
    /// Print one JSON document.
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print a line for each way, in comma-separated values.
    #[arg(long)]
    pub(super) csv: bool,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    /// The folder of a finished matrix.
    #[arg(value_name = "FOLDER")]
    pub(super) folder: PathBuf,
    /// Check it instead: files, cells, bytes, and the worlds run again.
    #[arg(long, conflicts_with_all = ["out", "bundle", "cell", "appendix"])]
    pub(super) check: bool,
    /// With --check: do not run the worlds again.
    #[arg(long, requires = "check")]
    pub(super) no_rerun: bool,
    /// Write the page to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write the page and the whole folder as one archive (tar). The same folder gives the same bytes.
    #[arg(long, value_name = "FILE")]
    pub(super) bundle: Option<PathBuf>,
    /// The cell that stands first. Otherwise the story's own design, and the demand that divides designs most.
    #[arg(long, value_name = "DESIGN/DEMAND", value_parser = cell)]
    pub(super) cell: Option<(String, String)>,
    /// What is printed on paper after the summary.
    #[arg(long, value_name = "WHAT", default_value = "none")]
    pub(super) appendix: Appendix,
}

/// What is printed on paper after the summary.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Appendix {
    /// Nothing.
    None,
    /// The evidence of the first cell, whole.
    First,
    /// Every cell with its paper, and the evidence of each, whole: many megabytes.
    All,
}

fn cell(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('/').map(|(design, demand)| (design.to_owned(), demand.to_owned()));
    parts.ok_or_else(|| "a cell looks like whatsapp-2017/content-warrant".to_owned())
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The relay's program, if it is not beside this one.
    #[arg(long, value_name = "PATH")]
    pub(super) relay_program: Option<PathBuf>,
    /// The phone's program, if it is not beside this one.
    #[arg(long, value_name = "PATH")]
    pub(super) phone_program: Option<PathBuf>,
    /// Print every place and every control.
    #[arg(long, conflicts_with = "json")]
    pub(super) full: bool,
    /// Print the report as one JSON document, with every place and every hit.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Oracle {
    /// Compare with one table only: fbi-2021, published-returns or figures.
    #[arg(long, value_name = "TABLE", value_parser = table)]
    pub(super) source: Option<pillarbox_access::oracle::OracleSource>,
    /// Print every row, and the reason for each difference.
    #[arg(long, conflicts_with_all = ["json", "plain"])]
    pub(super) full: bool,
    /// Print one JSON document.
    #[arg(long, conflicts_with = "plain")]
    pub(super) json: bool,
    /// Print one line for each row, its fields between tabs.
    #[arg(long)]
    pub(super) plain: bool,
}

/// The largest seed of a story.
pub(super) const MAX_SEED: u64 = (1 << 53) - 1;

fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= MAX_SEED);
    seed.ok_or_else(|| format!("a seed is a whole number from 0 to {MAX_SEED}"))
}

fn country(text: &str) -> Result<pillarbox_access::law::Country, String> {
    if text == "UK" {
        return Err("the United Kingdom is GB (ISO 3166-1)".to_owned());
    }
    pillarbox_access::law::Country::parse(text)
        .ok_or_else(|| "a country is two capital letters (ISO 3166-1), such as GB".to_owned())
}

fn day(text: &str) -> Result<pillarbox_access::law::Day, String> {
    pillarbox_access::law::Day::parse(text).ok_or_else(|| "a day looks like 2017-03-22".to_owned())
}

fn table(name: &str) -> Result<pillarbox_access::oracle::OracleSource, String> {
    use pillarbox_access::oracle::OracleSource;
    OracleSource::named(name)
        .ok_or_else(|| format!("there is {}", OracleSource::ALL.map(OracleSource::as_str).join(", ")))
}
