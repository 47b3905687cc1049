//! `run`: a scenario under one design.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pillarbox_access::{Design, designs};
use pillarbox_lab::matrix::rerun::{option, quoted};
use pillarbox_lab::play::PlayedStory;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library::{self, LibraryError};
use pillarbox_lab::world::{PARTS, World};
use pillarbox_system::exit::{NO, STORE, USAGE};
use pillarbox_text::read;

use super::args::Run;
use super::output::{Failure, hint, next, place, print};
use super::{list, window};

/// The folder under which records are saved, in the working directory.
const RUNS: &str = "runs";

/// The number of lines after the screen: the place of the record, and the next command.
const HINTS: usize = 2;

/// The record's file in its folder.
pub(super) const RECORD_FILE: &str = "record.jsonl";

pub(super) fn run(wanted: &Run) -> Result<(), Failure> {
    let Some(name) = wanted.scenario.as_ref().or(wanted.named.as_ref()) else { return list::stories() };
    let scenario = library::find(name).map_err(|error| in_words(&error))?;
    for warning in &scenario.warnings {
        hint(&format!("{name}, line {}: {}", warning.line, warning.says))?;
    }
    let design = design(wanted.design.as_deref().unwrap_or(&scenario.design))?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let went_wrong = |error| Failure {
        sentence: format!(
            "{error}. Nothing was saved; this is a fault of the program, and `pillarbox-lab run {} --seed {seed}` shows it.",
            quoted(name)
        ),
        code: NO,
    };
    let mut world = World::new(&design, &scenario, seed).map_err(went_wrong)?;
    world.keep_no_wire();
    let progress = Progress::of(usize::try_from(PARTS).unwrap_or_default(), "parts of the story");
    world.run_in_parts(|| progress.step()).map_err(went_wrong)?;
    drop(progress);

    let record = world.record().to_json_lines();
    if wanted.json {
        print(&record)?;
    } else {
        let (told, width) = (PlayedStory::of(&world).map_err(went_wrong)?, window::width());
        print(&if wanted.full {
            told.render(width)
        } else if wanted.play {
            told.play(width)
        } else {
            told.glance((width, window::height().saturating_sub(HINTS)), "--play")
        })?;
    }
    let by_itself = || Path::new(RUNS).join(format!("{}-{}-{seed}", scenario.file_name(), design.name));
    let folder = match &wanted.out {
        Some(folder) => folder.clone(),
        None if wanted.json => return Ok(()),
        None => by_itself(),
    };
    let file = save(&folder, &record)?;
    place("Saved", &file)?;
    if wanted.json {
        return Ok(());
    }
    let under = wanted.design.as_ref().map(|design| option("--design", design));
    let words = ["pillarbox-lab demand content-warrant".to_owned(), option("--scenario", name)];
    next(&words.into_iter().chain(under).collect::<Vec<_>>().join(" "), "")
}

/// Writes the record beside its place and moves it there, so that a file with this name is whole.
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

pub(super) fn design(wanted: &str) -> Result<Design, Failure> {
    if let Some(design) = designs::named(wanted) {
        return Ok(design.clone());
    }
    if !wanted.contains('/') && !wanted.ends_with(".toml") {
        return Err(usage(list::no_design(wanted)));
    }
    let text = read::file(Path::new(wanted)).map_err(|error| not_readable(wanted, error.kind()))?;
    Design::parse(wanted, &text).map_err(|error| usage(error.to_string()))
}

pub(super) fn in_words(error: &LibraryError) -> Failure {
    match error {
        LibraryError::NotReadable { file, kind } => not_readable(file, *kind),
        LibraryError::NotFound { wanted } => usage(list::no_story(wanted)),
        _ => usage(error.to_string()),
    }
}

fn not_readable(file: &str, kind: ErrorKind) -> Failure {
    usage(format!(
        "{file} cannot be read: {kind}. Name a file that is there, or a story of this program: `pillarbox-lab list stories`."
    ))
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}
