//! `demand`: a demand, served on the data of a relay, or on a story with real phones under one design.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pillarbox_access::RelayHoldings;
use pillarbox_access::demand as law;
use pillarbox_access::law::Day;
use pillarbox_lab::answer::Answer;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::folder::{self, ControlFailed};
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::paper::story;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::score::{Counts, Measures, State};
use pillarbox_lab::{experiments, matrix};
use pillarbox_system::exit::{STORE, UNREACHED, USAGE};
use pillarbox_system::private;
use pillarbox_text::wrap;
use pillarbox_text::wrap::{HEIGHT, MIN_WIDTH};
use pillarbox_wire::Timestamp;
use serde::Serialize;

use super::args::{Demand, Matrix};
use super::matrix::{in_words, plan};
use super::output::{Failure, again, next, place, print, print_json, why};
use super::runtime::until_stopped;
use super::{list, window};

/// Stands before the name of the file in which the evidence was saved.
const EVIDENCE: &str = "EVIDENCE";

/// The lines of the shell's prompt.
const PROMPT: usize = 1;

/// The columns of the longest command that shows the rest of an answer, with a story and a design of this program. The
/// text above the command is the same however the command was typed.
const COMMAND: usize = 120;

/// Returns the command that shows the rest: every line and all the law. Its evidence is saved already.
fn rest() -> String {
    again("--full", &["--out"])
}

pub(super) fn run(wanted: &Demand) -> Result<(), Failure> {
    let Some(demand) = &wanted.demand else { return list::demands() };
    match wanted.scenario.as_ref().or(wanted.named.as_ref()) {
        Some(scenario) => on_a_story(wanted, demand, scenario),
        None => on_a_relay(wanted, demand),
    }
}

/// Returns the number of lines of a small window that are left for the paper. The messages below the paper share the
/// window.
fn room(width: usize, saved: Option<&Path>) -> usize {
    let line = saved.map(|out| format!("{EVIDENCE} {}", out.display()));
    let width = width.max(MIN_WIDTH);
    let saved = line.map_or(0, |text| wrap::lines(&text, width).len());
    HEIGHT.saturating_sub(PROMPT + saved + COMMAND.div_ceil(width))
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}

/// Returns the names of the demands that a relay's folder answers.
fn on_folders() -> String {
    folder::demands().map(|demand| demand.name).collect::<Vec<_>>().join(", ")
}

fn on_a_relay(wanted: &Demand, name: &str) -> Result<(), Failure> {
    let Some(demand) = law::named(name).or_else(|| experiments::demand_of(name)) else {
        return Err(usage(format!(
            "{} On a relay's data (--about NUMBER --data FOLDER) there is {}; the others are served on a story \
             (--scenario NAME).",
            list::no_demand(name),
            on_folders(),
        )));
    };
    if let Err(why) = folder::can_answer(demand) {
        let mut columns = experiments::demands().into_iter();
        let column = columns.find(|column| *column == name).or_else(|| {
            experiments::demands().into_iter().find(|it| experiments::demand_of(it) == Some(demand))
        });
        return Err(usage(format!(
            "{name} {why}. Serve it on a story: pillarbox-lab demand {} --scenario NAME. A relay's data answers {}.",
            column.unwrap_or(name),
            on_folders()
        )));
    }
    let (Some(about), Some(folder)) = (&wanted.about, &wanted.data) else {
        return Err(usage(format!(
            "name an account with --about NUMBER and a relay's data with --data FOLDER, or a story: pillarbox-lab demand \
             {name} --scenario NAME."
        )));
    };
    if !wanted.i_own_this_data {
        return Err(usage(format!(
            "The folder {} may hold other people's data. If you may look into it, add --i-own-this-data.",
            folder.display()
        )));
    }
    let holdings = RelayHoldings::read(folder).map_err(|error| Failure {
        sentence: format!("{}: {error}. Name a relay's data folder with --data FOLDER.", folder.display()),
        code: STORE,
    })?;
    let answer = folder::serve(demand, about, &holdings, today()).map_err(|failed| no_answer(&failed))?;
    let width = window::width();
    if wanted.json {
        return print_json(&answer);
    }
    if wanted.full {
        return print(&folder::text::render(&answer, width));
    }
    print(&folder::text::short(&answer, width, room(width, None)))?;
    next(&rest(), "")
}

/// Returns the day of a demand that is served now, in UTC.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Day::of(Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
}

/// Refuses to print the findings of a search that failed its control, because they mean nothing.
fn no_answer(failed: &ControlFailed) -> Failure {
    let sentence = format!("{failed}. So there is no answer. This is a fault of the program.");
    Failure { sentence, code: UNREACHED }
}

fn on_a_story(wanted: &Demand, demand: &str, scenario: &str) -> Result<(), Failure> {
    if let Some(out) = wanted.out.as_ref().filter(|out| std::fs::symlink_metadata(out).is_ok()) {
        return Err(usage(format!("{} is there already. Name a new file with --out FILE.", out.display())));
    }
    // Without a design, the story's own design is used, as in `run`. The plan reports mistakes in the story.
    let own = || library::find(scenario).ok().map(|story| story.design);
    let design = wanted.design.clone().or_else(own);
    let one = Matrix {
        scenario: scenario.to_owned(),
        named: None,
        design: design.into_iter().collect(),
        demand: vec![demand.to_owned()],
        seed: wanted.seed,
        month: false,
        out: None,
        threads: None,
        expect: None,
        full: false,
        json: false,
        plain: false,
        timing: false,
    };
    let mut plan = plan(&one)?;
    if let Some(country) = wanted.country {
        plan.scenario.inquiry.country = country;
    }
    plan.scenario.inquiry.day = wanted.on;
    let broken =
        || Failure { sentence: "the cell has no evidence. There is no result.".into(), code: UNREACHED };
    let design = plan.designs.first().cloned().ok_or_else(broken)?;
    let progress = Progress::of(1, "running the story and serving the demand");
    let run = until_stopped(move |stop| matrix::run(&plan, &progress, stop).map_err(in_words))?;
    let text = run.cells.first().and_then(|cell| run.files.get(&cell.evidence)).ok_or_else(broken)?;
    let evidence: Evidence = serde_json::from_str(text).map_err(|_| broken())?;
    if let Some(out) = &wanted.out {
        save(out, text)?;
    }
    let saved = || wanted.out.as_ref().map_or(Ok(()), |out| place(EVIDENCE, out));
    let width = window::width();
    if wanted.json {
        print_json(&Told::of(&evidence))?;
        saved()
    } else if wanted.full {
        print(&story::render(&evidence, &design, width))?;
        saved()
    } else {
        print(&story::short(&evidence, &design, width, room(width, wanted.out.as_deref())))?;
        saved()?;
        next(&rest(), "")
    }
}

/// The evidence, with the result beside it, as in a cell of `matrix.json`.
#[derive(Serialize)]
struct Told<'a> {
    says: String,
    state: State,
    counts: Counts,
    measures: Measures,
    answer: Answer,
    #[serde(flatten)]
    evidence: &'a Evidence,
}

impl<'a> Told<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let (state, counts, measures) = evidence.score();
        let Cell { says, answer, .. } = evidence.cell("");
        Self { says, state, counts, measures, answer, evidence }
    }
}

fn save(out: &Path, text: &str) -> Result<(), Failure> {
    private::save(out, text.as_bytes()).map_err(|error| Failure {
        sentence: format!(
            "{} cannot be written: {}. Name another file with --out.",
            out.display(),
            why(&error)
        ),
        code: STORE,
    })
}
