//! `metadata`: who talks to whom, from rows alone.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::mpsc;

use pillarbox_access::RelayHoldings;
use pillarbox_lab::metadata::defences::{self, Bought, Defence};
use pillarbox_lab::metadata::models::{self, Model};
use pillarbox_lab::metadata::source::{Source, SourceError, csv, holdings, ledger, record, world};
use pillarbox_lab::metadata::{AnalysedSource, Choices, files, json, table, text};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::world::{PARTS, World};
use pillarbox_metadata::{MeansSettings, Observer, TraceField, generator};
use pillarbox_relay::DATABASE_FILE;
use pillarbox_system::exit::{NO, STORE, USAGE};
use pillarbox_system::private;

use super::metadata_grammar::{Metadata, Simulation, Taken, Watcher};
use super::output::{Failure, again, hint, next, place, print, print_json, why};
use super::run::{RECORD_FILE, design, in_words};
use super::{month, window};

/// The word for standard input.
const STANDARD_INPUT: &str = "-";

pub(super) fn run(wanted: &Metadata) -> Result<(), Failure> {
    if let Some(model) = wanted.model {
        return published(model.into(), wanted.seed);
    }
    if wanted.month {
        return month::run(wanted.json);
    }
    if wanted.defences {
        return defences(wanted.json);
    }
    let source = source(wanted)?;
    let observer = wanted.observer.map(Into::into).unwrap_or(match source.passed {
        Some(_) => Observer::Sees,
        None => Observer::Keeps,
    });
    let choices = Choices {
        observer,
        without: wanted.without.iter().copied().map(Into::into).collect(),
        round: wanted.round.unwrap_or(0),
        settings: MeansSettings { window: wanted.window, seed: wanted.seed },
        about: wanted.about.clone(),
    };
    let inquiry = AnalysedSource::of(&source, choices).map_err(|error| usage(error.to_string()))?;
    if let Some(folder) = &wanted.out {
        save(folder, &inquiry)?;
    }
    let width = window::width();
    if wanted.json {
        print_json(&json::MetadataDocument::of(&inquiry))
    } else if wanted.csv {
        print(&table::pairs(&inquiry))
    } else if wanted.full {
        print(&text::full(&inquiry, width))
    } else {
        print(&text::short(&inquiry, width))?;
        next(&again("--full", &["--out"]), "every pair and false lead")
    }
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}

/// Repeats a published simulation, and fails if a figure is not reached.
fn published(model: Model, seed: u64) -> Result<(), Failure> {
    let compared = models::run(model, seed);
    print(&models::text(&compared, window::width()))?;
    if models::is_as_published(&compared) {
        return Ok(());
    }
    let sentence = "a published figure is not reached, and no reason is known.".to_owned();
    Err(Failure { sentence, code: NO })
}

/// The story whose people use the defences.
const DEFENDED: &str = "neighbours";

/// Runs a story with one defence after another.
fn defences(as_json: bool) -> Result<(), Failure> {
    let story = pillarbox_lab::scenario::library::find(DEFENDED).map_err(|error| in_words(&error))?;
    let design = design(&story.design)?;
    let progress = Progress::of(Defence::ALL.len(), "defences");
    let mut rows = Vec::new();
    for defence in Defence::ALL {
        let row = Bought::with(defence, &design, &story);
        rows.push(row.map_err(|error| Failure {
            sentence: format!("{error}. This is a fault of the program."),
            code: NO,
        })?);
        progress.step();
    }
    drop(progress);
    if as_json {
        return print_json(&rows);
    }
    print(&defences::table(&rows, &design, &story, window::width()))
}

fn source(wanted: &Metadata) -> Result<Source, Failure> {
    if let Some(messages) = wanted.make_trace {
        let (trace, truth) = generator::sealed(generator::GeneratorSettings {
            people: wanted.people,
            contacts: 5,
            messages,
            gap: 2_592_000_000 / messages.max(1),
            receipts_within: Some(800),
            seed: wanted.seed,
        });
        let what = "a trace that was made up".to_owned();
        return Ok(Source { what, passed: Some(trace), truth, ..Source::default() });
    }
    if let Some(file) = &wanted.trace {
        return csv::read(&file.display().to_string(), &whole(file)?).map_err(in_its_words);
    }
    let Some(name) = &wanted.source else {
        return Err(usage(
            "name a story, a record, a relay's data folder, or - for the events of a running relay: \
             pillarbox-lab metadata westminster-2017"
                .to_owned(),
        ));
    };
    if name == STANDARD_INPUT {
        return live();
    }
    let path = Path::new(name);
    if path.join(DATABASE_FILE).exists() {
        return kept(wanted, path);
    }
    let file = if path.is_dir() { path.join(RECORD_FILE) } else { path.to_owned() };
    if file.is_file() && !name.ends_with(".toml") {
        return record::read(&file.display().to_string(), &whole(&file)?).map_err(in_its_words);
    }
    told(wanted, name)
}

/// The size of the largest file that is read, in bytes. A record takes about three hundred characters for each row.
const LARGEST_FILE: u64 = 1 << 30;

fn whole(file: &Path) -> Result<String, Failure> {
    let shown = file.display();
    let failed = |kind: std::io::ErrorKind| {
        usage(format!("{shown} cannot be read: {kind}. Name a file that is there."))
    };
    let opened = std::fs::File::open(file).map_err(|error| failed(error.kind()))?;
    let mut text = String::new();
    opened.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(|error| failed(error.kind()))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(usage(format!("{shown} is larger than one gigabyte. Cut it into parts.")));
    }
    Ok(text)
}

fn in_its_words(error: SourceError) -> Failure {
    usage(error.to_string())
}

/// Runs a story here.
fn told(wanted: &Metadata, name: &str) -> Result<Source, Failure> {
    let scenario = pillarbox_lab::scenario::library::find(name).map_err(|error| in_words(&error))?;
    let design = design(wanted.design.as_deref().unwrap_or(&scenario.design))?;
    let went_wrong =
        |error| Failure { sentence: format!("{error}. This is a fault of the program."), code: NO };
    let mut world = World::new(&design, &scenario, scenario.seed).map_err(went_wrong)?;
    world.keep_no_wire();
    let progress = Progress::of(usize::try_from(PARTS).unwrap_or_default(), "parts of the story");
    world.run_in_parts(|| progress.step()).map_err(went_wrong)?;
    drop(progress);
    world::read(&format!("{} under {}", scenario.name, design.name), &world)
        .map_err(|error| Failure { sentence: format!("{error}. This is a fault of the program."), code: NO })
}

/// Reads the rows that a relay keeps.
fn kept(wanted: &Metadata, folder: &Path) -> Result<Source, Failure> {
    let shown = folder.display();
    if !wanted.i_own_this_data {
        return Err(usage(format!(
            "The folder {shown} may hold other people's data. If you may look into it, add --i-own-this-data."
        )));
    }
    let rows = RelayHoldings::read(folder).map_err(|error| Failure {
        sentence: format!("{shown}: {error}. Name a relay's data folder."),
        code: STORE,
    })?;
    Ok(holdings::read(&shown.to_string(), &rows))
}

/// Reads the traffic of a running relay, until the relay's events end or the user stops the reading.
fn live() -> Result<Source, Failure> {
    if std::io::stdin().is_terminal() {
        hint(
            "Events are read from standard input: pillarbox-relay ledger --follow --json | pillarbox-lab metadata -",
        )?;
    }
    let (send, lines) = mpsc::sync_channel(1_024);
    std::thread::spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        loop {
            let mut line = Vec::new();
            let most = ledger::LONGEST_LINE as u64;
            let read = input.by_ref().take(most).read_until(b'\n', &mut line);
            let ends = !matches!(read, Ok(length) if length > 0);
            if ends || send.send(Some(line)).is_err() {
                break;
            }
        }
        let _ = send.send(None);
    });
    let (stop, stopped) =
        (std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)), super::runtime::runtime()?);
    let flag = std::sync::Arc::clone(&stop);
    stopped.spawn(async move {
        super::runtime::stopped().await;
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let mut ledger = ledger::Ledger::default();
    let mut told = FIRST_WORD;
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        match lines.recv_timeout(std::time::Duration::from_millis(100)) {
            Ok(Some(line)) => {
                ledger.line(&String::from_utf8_lossy(&line)).map_err(in_its_words)?;
                if ledger.messages() >= told {
                    hint(&format!("{told} messages so far. Ctrl-C shows what they tell."))?;
                    told = told.saturating_mul(2);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Ok(None) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    stopped.shutdown_background();
    Ok(ledger.finish())
}

/// The number of messages after which the reader of a running relay is first told that something comes. The next
/// reports follow at each doubling.
const FIRST_WORD: usize = 10;

fn save(folder: &Path, inquiry: &AnalysedSource) -> Result<(), Failure> {
    let all = files::all(inquiry).map_err(|error| Failure {
        sentence: format!("a picture cannot be drawn: {error}. This is a fault of the program."),
        code: NO,
    })?;
    for (name, text) in all {
        let file = folder.join(name);
        let written = std::fs::create_dir_all(folder).and_then(|()| private::save(&file, text.as_bytes()));
        written.map_err(|error| Failure {
            sentence: format!(
                "{} cannot be written: {}. Name another folder with --out.",
                file.display(),
                why(&error)
            ),
            code: STORE,
        })?;
        place("Saved", &file)?;
    }
    Ok(())
}

impl From<Watcher> for Observer {
    fn from(watcher: Watcher) -> Self {
        match watcher {
            Watcher::Sees => Self::Sees,
            Watcher::Keeps => Self::Keeps,
            Watcher::LogsFromNowOn => Self::LogsFromNowOn,
            Watcher::Wire => Self::Wire,
            Watcher::Push => Self::Push,
        }
    }
}

impl From<Taken> for TraceField {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Names => Self::Names,
            Taken::Address => Self::Address,
            Taken::Size => Self::Size,
            Taken::Connection => Self::Connection,
            Taken::Lookups => Self::Lookups,
            Taken::Receipts => Self::Receipts,
            Taken::Deliveries => Self::Deliveries,
            Taken::Push => Self::Push,
        }
    }
}

impl From<Simulation> for Model {
    fn from(simulation: Simulation) -> Self {
        match simulation {
            Simulation::A => Self::A,
            Simulation::B => Self::B,
        }
    }
}
