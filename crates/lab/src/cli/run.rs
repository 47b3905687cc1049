//! `run`: a scenario under one design.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pillarbox_access::{Design, designs};
use pillarbox_lab::paper;
use pillarbox_lab::record::text;
use pillarbox_lab::scenario::library::{self, LibraryError};
use pillarbox_lab::world::World;

use super::args::Run;
use super::output::{Failure, hint, print};
use super::{FAILED, STORE, USAGE};

/// The folder that records are saved under, beside whoever runs the program.
const RUNS: &str = "runs";

/// The record's file in its folder.
const RECORD_FILE: &str = "record.jsonl";

pub(super) fn run(wanted: &Run) -> Result<(), Failure> {
    let Some(name) = &wanted.scenario else {
        return Err(usage(format!("name a scenario. {}", there_are())));
    };
    let scenario = library::find(name).map_err(|error| in_words(&error))?;
    for warning in &scenario.warnings {
        hint(&format!("{name}, line {}: {}", warning.line, warning.says))?;
    }
    let design = design(wanted.design.as_deref().unwrap_or(&scenario.design))?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let went_wrong = |error| Failure {
        sentence: format!(
            "{error}. Nothing was saved; this is a fault of the program, and {name} --seed {seed} shows it."
        ),
        code: FAILED,
    };
    let mut world = World::new(&design, &scenario, seed).map_err(went_wrong)?;
    world.run().map_err(went_wrong)?;

    let record = world.record().to_json_lines();
    if wanted.json {
        print(&record)?;
    } else {
        print(&paper::headed(&text::render(world.record(), &scenario, &design.plain)))?;
    }
    let by_itself = || Path::new(RUNS).join(format!("{}-{}-{seed}", scenario.file_name(), design.name));
    let folder = match &wanted.out {
        Some(folder) => folder.clone(),
        None if wanted.json => return Ok(()),
        None => by_itself(),
    };
    let file = save(&folder, &record)?;
    hint(&format!("Saved {}", file.display()))
}

/// Writes the record beside its place and moves it there, so that what has the name is whole.
fn save(folder: &Path, record: &str) -> Result<PathBuf, Failure> {
    let file = folder.join(RECORD_FILE);
    let beside = folder.join(format!("{RECORD_FILE}.part"));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&beside, record))
        .and_then(|()| fs::rename(&beside, &file));
    written.map(|()| file).map_err(|error| Failure {
        sentence: format!(
            "the record cannot be saved in {}: {}. Name another folder with --out FOLDER.",
            folder.display(),
            error.kind()
        ),
        code: STORE,
    })
}

fn design(wanted: &str) -> Result<Design, Failure> {
    if let Some(design) = designs::named(wanted) {
        return Ok(design.clone());
    }
    if !wanted.contains('/') && !wanted.ends_with(".toml") {
        let names: Vec<&str> = designs::all().iter().map(|design| design.name.as_str()).collect();
        return Err(usage(format!("there is no design `{wanted}`. There are {}.", names.join(", "))));
    }
    let text = fs::read_to_string(wanted).map_err(|error| not_readable(wanted, error.kind()))?;
    Design::parse(wanted, &text).map_err(|error| usage(error.to_string()))
}

fn in_words(error: &LibraryError) -> Failure {
    match error {
        LibraryError::NotReadable { file, kind } => not_readable(file, *kind),
        LibraryError::NotFound { .. } => usage(format!("{error}. {}", there_are())),
        _ => usage(error.to_string()),
    }
}

fn not_readable(file: &str, kind: ErrorKind) -> Failure {
    usage(format!("{file} cannot be read: {kind}. Name a file that is there. {}", there_are()))
}

fn there_are() -> String {
    let names: Vec<&str> = library::BUILT_IN.iter().map(|(name, _)| *name).collect();
    format!("Inside this program there are {}.", names.join(", "))
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}
