//! `demand`: a demand, served on the data of a relay, or on a story with real phones under one design.

use std::path::Path;

use pillarbox_access::demand::{self, View, When};
use pillarbox_access::law::{Day, Footing};
use pillarbox_access::{RelayHoldings, serve};
use pillarbox_lab::matrix::cell::Evidence;
use pillarbox_lab::matrix::progress::Progress;
use pillarbox_lab::{demand as asked, experiments, matrix, paper};

use super::args::{Demand, Matrix};
use super::matrix::{in_words, plan, until_stopped};
use super::output::{Failure, hint, print, print_json};
use super::{NO_RESULT, STORE, USAGE};

pub(super) fn run(wanted: &Demand) -> Result<(), Failure> {
    match &wanted.scenario {
        Some(scenario) => on_a_story(wanted, scenario),
        None => on_a_relay(wanted),
    }
}

fn usage(sentence: String) -> Failure {
    Failure { sentence, code: USAGE }
}

/// The demands that the files of a relay answer as they are.
fn on_files() -> Vec<&'static demand::Demand> {
    let mut known: Vec<&'static demand::Demand> = Vec::new();
    for demand in demand::ALL.iter().chain(demand::DEMONSTRATED).copied() {
        let fits = demand.view == View::RelayHoldings && demand.when == When::Past;
        if fits && !known.contains(&demand) {
            known.push(demand);
        }
    }
    known
}

fn on_a_relay(wanted: &Demand) -> Result<(), Failure> {
    let known = on_files();
    let Some(demand) = known.iter().copied().find(|demand| demand.name == wanted.demand) else {
        let names: Vec<&str> = known.iter().map(|demand| demand.name).collect();
        return Err(usage(format!(
            "a relay's files answer no demand `{}`; there is {}. Others need a story: add --scenario NAME --design NAME.",
            wanted.demand,
            names.join(", ")
        )));
    };
    let (Some(about), Some(folder)) = (&wanted.about, &wanted.data) else {
        return Err(usage(
            "name an account with --about NUMBER and a relay's data with --data FOLDER.".into(),
        ));
    };
    if !wanted.i_own_this_data {
        return Err(usage(format!(
            "{} may hold other people's data. If you may look into it, add --i-own-this-data.",
            folder.display()
        )));
    }
    let holdings = RelayHoldings::read(folder).map_err(|error| Failure {
        sentence: format!("{}: {error}. Name a relay's data folder with --data FOLDER.", folder.display()),
        code: STORE,
    })?;
    let returned = serve(demand, about, &holdings);
    if wanted.json { print_json(&returned) } else { print(&paper::headed(&paper::render(&returned))) }
}

fn on_a_story(wanted: &Demand, scenario: &str) -> Result<(), Failure> {
    if let Some(out) = wanted.out.as_ref().filter(|out| std::fs::symlink_metadata(out).is_ok()) {
        return Err(usage(format!("{} is there already. Name a new file with --out FILE.", out.display())));
    }
    if !experiments::demands().contains(&wanted.demand.as_str()) {
        return Err(usage(format!(
            "there is no demand `{}`; there is {}.",
            wanted.demand,
            experiments::demands().join(", ")
        )));
    }
    let one = Matrix {
        scenario: scenario.to_owned(),
        design: wanted.design.iter().cloned().collect(),
        demand: vec![wanted.demand.clone()],
        seed: wanted.seed,
        out: None,
        threads: None,
        expect: None,
        json: false,
        plain: false,
        timing: false,
    };
    let mut plan = plan(&one)?;
    if let Some(country) = wanted.country {
        plan.scenario.inquiry.country = country;
    }
    let broken =
        || Failure { sentence: "the cell has no evidence. There is no result.".into(), code: NO_RESULT };
    let design = plan.designs.first().cloned().ok_or_else(broken)?;
    let inquiry = &plan.scenario.inquiry;
    let footing = asked::of_column(&wanted.demand).map(|demand| {
        let day = wanted.on.unwrap_or_else(|| Day::of(inquiry.ordered));
        Footing::of(demand, &design, inquiry.country, day)
    });
    let footing = footing.ok_or_else(broken)?;
    let run = until_stopped(move |stop| matrix::run(&plan, &Progress::none(), stop).map_err(in_words))?;
    let text = run.cells.first().and_then(|cell| run.files.get(&cell.evidence)).ok_or_else(broken)?;
    let evidence: Evidence = serde_json::from_str(text).map_err(|_| broken())?;
    if let Some(out) = &wanted.out {
        save(out, text)?;
    }
    let saved = wanted.out.as_ref().map(|out| format!("\nEVIDENCE {}\n", out.display())).unwrap_or_default();
    if wanted.json {
        print_json(&evidence)?;
        return if saved.is_empty() { Ok(()) } else { hint(&saved) };
    }
    print(&format!("{}{saved}", paper::headed(&asked::render(&evidence, &design, &footing))))
}

fn save(out: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(out, text).map_err(|error| Failure {
        sentence: format!(
            "{} cannot be written: {}. Name another file with --out.",
            out.display(),
            error.kind()
        ),
        code: STORE,
    })
}
