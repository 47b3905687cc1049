//! `matrix`: every design meets every demand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_client::display::safe_document;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::experiments::{self, ExperimentError};
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::expected::{self, Comparison, Expected};
use pillarbox_lab::matrix::folder::{self, WriteError};
use pillarbox_lab::matrix::manifest::TIMING;
use pillarbox_lab::matrix::pairs::{self, PairsDocument};
use pillarbox_lab::matrix::rerun::{Rerun, quoted};
use pillarbox_lab::matrix::table::{self, View};
use pillarbox_lab::matrix::{self, Plan, Run, counted};
use pillarbox_lab::metadata::month::run as month;
use pillarbox_lab::metadata::month::words;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::scenario::library::{self, LibraryError};
use pillarbox_lab::screen::{self, Screen, Weight};
use pillarbox_lab::world::WorldError;
use pillarbox_system::exit::{INTERRUPTED, NO, STORE, UNREACHED, USAGE};
use pillarbox_text::read;
use pillarbox_text::wrap::display_width;
use serde::Serialize;

use super::args::Matrix;
use super::list::{no_demand, no_design, no_story};
use super::output::{Failure, beside, hint, print, print_json};
use super::runtime::{threads, until_stopped};
use super::window;

pub(super) fn run(wanted: &Matrix) -> Result<(), Failure> {
    let plan = plan(wanted)?;
    let counts_pairs = wanted.demand.is_empty() || wanted.month;
    let to = wanted.out.clone().unwrap_or_else(|| folder::free_folder(&plan.scenario));
    if std::fs::symlink_metadata(&to).is_ok() {
        let sentence = format!("{} is there already. Name a new folder with --out FOLDER.", to.display());
        return Err(Failure { sentence, code: USAGE });
    }
    let predictions =
        wanted.expect.as_ref().map(|file| predictions(file.as_deref(), &plan.scenario)).transpose()?;
    let progress = Progress::on_standard_error(matrix::cells_of(&plan));
    let (timing, scenario) = (wanted.timing, plan.scenario.clone());
    let run = until_stopped(move |stop| {
        let mut run = matrix::run(&plan, &progress, stop).map_err(in_words)?;
        if counts_pairs {
            run = with_pairs(run, &plan, stop)?;
        }
        let manifest = run.manifest_text();
        folder::write(&to, &run.files, &manifest, stop).map_err(|error| not_written(&error))?;
        if timing {
            let file = to.join(TIMING);
            std::fs::write(&file, run.timing.to_json())
                .map_err(|error| not_written(&WriteError::Failed { path: file, kind: error.kind() }))?;
        }
        Ok((run, to))
    })?;
    let (run, to) = run;
    show(wanted, &scenario, &run, &to)?;
    match predictions {
        Some(expected) => compared(&expected.compare(&run.cells)),
        None => Ok(()),
    }
}

/// Runs the pairs of a month and puts them beside the cells.
pub(super) fn with_pairs(run: Run, plan: &Plan, stop: &AtomicBool) -> Result<Run, Failure> {
    let progress = Progress::of(month::rows_of(&plan.designs).len(), "messengers of a month");
    matrix::with_month(run, plan, &progress, stop).map_err(|error| super::month::in_words(&error))
}

/// Returns the plan from what was typed.
pub(super) fn plan(wanted: &Matrix) -> Result<Plan, Failure> {
    let usage = |sentence: String| Failure { sentence, code: USAGE };
    let scenario = library::find(wanted.story()).map_err(|error| {
        usage(match error {
            LibraryError::NotFound { wanted } => no_story(&wanted),
            // The report of a mistake in a story ends with advice, which is a sentence already.
            _ => format!("{}.", error.to_string().trim_end_matches('.')),
        })
    })?;
    let designs = match wanted.design.as_slice() {
        [] => designs::all().to_vec(),
        names => names.iter().map(|name| design(name)).collect::<Result<_, _>>()?,
    };
    for demand in &wanted.demand {
        if !experiments::demands().contains(&demand.as_str()) {
            return Err(usage(no_demand(demand)));
        }
    }
    one_of_each_name(&designs, &wanted.design)?;
    let control = control()?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let threads = wanted.threads.unwrap_or_else(threads);
    let rerun = Rerun {
        scenario: wanted.story().to_owned(),
        designs: wanted.design.clone(),
        demands: wanted.demand.clone(),
        seed,
        month: wanted.month,
    };
    let rerun = rerun.to_line();
    Ok(Plan { scenario, designs, demands: wanted.demand.clone(), seed, threads, control, rerun })
}

fn design(name: &str) -> Result<Design, Failure> {
    if let Some(design) = designs::named(name) {
        return Ok(design.clone());
    }
    let usage = |sentence: String| Failure { sentence, code: USAGE };
    if !name.contains('/') && !name.ends_with(".toml") {
        return Err(usage(no_design(name)));
    }
    let text = read::file(Path::new(name))
        .map_err(|error| usage(format!("{name} cannot be read: {}. Name a design's file.", error.kind())))?;
    Design::parse(name, &text).map_err(|error| usage(format!("{error}.")))
}

/// Returns the material of the controls.
pub(super) fn control() -> Result<Control, Failure> {
    Control::built_in().map_err(|error| Failure { sentence: format!("{error}."), code: UNREACHED })
}

/// Checks that no two designs share a name, because the name distinguishes their rows and their evidence.
fn one_of_each_name(designs: &[Design], typed: &[String]) -> Result<(), Failure> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for (design, typed) in designs.iter().zip(typed) {
        if let Some(earlier) = known.insert(&design.name, typed) {
            let sentence = if earlier == typed {
                format!("the design {typed} is given twice. Take one away.")
            } else {
                format!(
                    "two designs are called {}: {earlier} and {typed}. Take one away, or give its file another name: a design \
                     is called as its file.",
                    design.name
                )
            };
            return Err(Failure { sentence, code: USAGE });
        }
    }
    Ok(())
}

/// The result as one document.
#[derive(Serialize)]
struct Printed<'a> {
    cells: &'a [Cell],
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs: Option<&'a PairsDocument>,
}

fn show(wanted: &Matrix, scenario: &Scenario, run: &Run, to: &Path) -> Result<(), Failure> {
    let mut saved = Screen::new(window::width());
    saved.say(&counted(&run.cells));
    saved.copyable(Weight::Normal, &format!("Saved {}", to.display()));
    // A folder whose name begins with a dash would be taken for an option.
    let here = if to.as_os_str().as_encoded_bytes().starts_with(b"-") { "./" } else { "" };
    let typed = |ending: &str| quoted(&format!("{here}{}{ending}", to.display()));
    saved.copyable(Weight::Normal, &format!("To check it: pillarbox-lab report {} --check", typed("")));
    let mut next = Screen::new(window::width());
    let page = |file: &str| format!("Next: pillarbox-lab report {} --out {file}", typed(""));
    // A line that the window breaks pushes the head of a long table out of it.
    let (named, short) = (page(&typed(".html")), page("report.html"));
    let fits = display_width(&named) <= window::width();
    next.copyable(Weight::Dim, if fits { &named } else { &short });
    let next = next.into_text();
    if wanted.json {
        print_json(&Printed { cells: &run.cells, pairs: run.pairs.as_ref() })?;
    } else if wanted.plain {
        let lines = run.cells.iter().map(|cell| format!("{}, {}: {}\n", cell.design, cell.demand, cell.says));
        let months = run.pairs.iter().flat_map(|pairs| &pairs.designs);
        let months =
            months.map(|month| format!("{}, {}: {}\n", month.design, pairs::COLUMN, words::phrase(month)));
        print(&safe_document(&lines.chain(months).collect::<String>()))?;
    } else {
        let mut designs: Vec<String> = run.cells.iter().map(|cell| cell.design.clone()).collect();
        designs.dedup();
        let view = View {
            scenario,
            designs: &designs,
            demands: &run.demands,
            cells: &run.cells,
            pairs: run.pairs.as_ref(),
        };
        let width = window::width();
        let table =
            if wanted.full { table::full(&view, width, saved) } else { table::render(&view, width, saved) };
        if wanted.timing {
            hint(&run.timing.in_words())?;
        }
        print(&table)?;
        return print(&next);
    }
    if wanted.timing {
        hint(&run.timing.in_words())?;
    }
    beside(&screen::plain(&format!("\n{}{next}", saved.into_text())))
}

fn predictions(file: Option<&Path>, scenario: &Scenario) -> Result<Expected, Failure> {
    let usage = |sentence: String| Failure { sentence, code: USAGE };
    let (name, text) = match file {
        Some(file) => {
            let text = read::file(file).map_err(|error| {
                usage(format!(
                    "{} cannot be read: {}. Name a file of predictions.",
                    file.display(),
                    error.kind()
                ))
            })?;
            (file.display().to_string(), text)
        }
        None => {
            let built_in = expected::built_in(&scenario.name);
            let (_, text) = built_in.ok_or_else(|| {
                usage(format!("nothing is predicted for {}. Name a file with --expect FILE.", scenario.name))
            })?;
            (format!("expected/{}.csv", scenario.name), text.to_owned())
        }
    };
    Expected::parse(&name, &text).map_err(|error| usage(format!("{error}.")))
}

/// Prints the comparison of predictions and cells. Fails if a cell differs from its prediction without a known reason.
fn compared(comparison: &Comparison) -> Result<(), Failure> {
    let mut screen = Screen::new(window::width());
    screen.title("PREDICTIONS");
    screen.say(&format!("{} cells are as predicted.", comparison.predicted));
    for (name, lines) in [
        ("Known not to be as predicted", &comparison.known),
        ("Not as predicted", &comparison.unexpected),
        ("Without a prediction", &comparison.unpredicted),
    ] {
        if !lines.is_empty() {
            screen.title(name);
            lines.iter().for_each(|line| screen.say(line));
        }
    }
    print(&screen.into_text())?;
    if comparison.unexpected.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "{} cells are not as predicted. Look at their evidence, and write the finding into the predictions.",
        comparison.unexpected.len()
    );
    Err(Failure { sentence, code: NO })
}

pub(super) fn in_words(error: ExperimentError) -> Failure {
    match error {
        ExperimentError::Stopped => {
            Failure { sentence: "stopped; nothing was left behind.".into(), code: INTERRUPTED }
        }
        ExperimentError::Control { .. } => {
            Failure { sentence: format!("{error}. There is no result."), code: UNREACHED }
        }
        ExperimentError::World(WorldError::Profile(_) | WorldError::Storage(_) | WorldError::Folder(_))
        | ExperimentError::Profile(_) => Failure {
            sentence: format!(
                "{error}. There is no result, and nothing was left behind. Free some space, or name another folder with \
                 TMPDIR=FOLDER."
            ),
            code: STORE,
        },
        _ => Failure {
            sentence: format!("{error}. There is no result, and nothing was left behind."),
            code: UNREACHED,
        },
    }
}

pub(super) fn not_written(error: &WriteError) -> Failure {
    match error {
        WriteError::Stopped => {
            Failure { sentence: "stopped; nothing was left behind.".into(), code: INTERRUPTED }
        }
        _ => Failure {
            sentence: format!(
                "{error}. Nothing was left behind. Free some space there, or name another folder with --out."
            ),
            code: STORE,
        },
    }
}
