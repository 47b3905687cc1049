//! Files for download: report, table and evidence of a question, as the programs write them.

use std::num::NonZeroUsize;

use pillarbox_access::design::Design;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::manifest::STORY;
use pillarbox_lab::matrix::rerun::Rerun;
use pillarbox_lab::matrix::{self, Plan, Run};
use pillarbox_lab::page::{self, Options, bundle};
use pillarbox_lab::scenario::Scenario;

use crate::error::StageError;
use crate::request::File;

/// A form of file for download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The report of two pages, as HTML.
    Report,
    /// The table, as comma-separated values.
    Table,
    /// Report, story, table and evidence as one archive. `pillarbox-lab report --check` accepts the folder in it.
    Archive,
}

impl Form {
    /// Returns the form of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "report" => Some(Self::Report),
            "table" => Some(Self::Table),
            "archive" => Some(Self::Archive),
            _ => None,
        }
    }

    /// Serves `demand` on a story under each of the designs, in their own worlds, and returns the result as a file.
    pub(crate) fn of(
        self,
        scenario: &Scenario,
        designs: &[&Design],
        demand: &str,
    ) -> Result<File, StageError> {
        let run = run(scenario, designs, demand)?;
        let files = run.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        let folder = Folder::of(run.manifest.clone(), files);
        let name = folder.file_name();
        let file = |ending: &str, kind, text| File { name: format!("{name}.{ending}"), kind, text };
        Ok(match self {
            Self::Report => file("html", "text/html", report(&run, &folder, scenario)?),
            Self::Table => file("csv", "text/csv", run.files.get("matrix.csv").cloned().unwrap_or_default()),
            Self::Archive => {
                let page = report(&run, &folder, scenario)?;
                let mut archive = Vec::new();
                bundle::write(&mut archive, &name, &page, run.manifest_text().as_bytes(), &folder)
                    .map_err(|error| StageError::Archive(error.to_string()))?;
                // Every file in the archive is text, and so are the headers between the files.
                let text =
                    String::from_utf8(archive).map_err(|error| StageError::Archive(error.to_string()))?;
                file("tar", "application/x-tar", text)
            }
        })
    }
}

fn run(scenario: &Scenario, designs: &[&Design], demand: &str) -> Result<Run, StageError> {
    let rerun = Rerun {
        scenario: STORY.to_owned(),
        designs: designs.iter().map(|design| design.name.clone()).collect(),
        demands: vec![demand.to_owned()],
        seed: scenario.seed,
        month: false,
    };
    let plan = Plan {
        scenario: scenario.clone(),
        designs: designs.iter().map(|design| (*design).clone()).collect(),
        demands: vec![demand.to_owned()],
        seed: scenario.seed,
        threads: NonZeroUsize::MIN,
        control: Control::built_in().map_err(|error| StageError::Archive(error.to_string()))?,
        rerun: rerun.to_line(),
    };
    Ok(matrix::run_alone(&plan)?)
}

fn report(run: &Run, folder: &Folder, story: &Scenario) -> Result<String, StageError> {
    let names = run.cells.iter().map(|cell| cell.evidence.clone());
    let evidence = names.filter_map(|name| Some((name.clone(), folder.evidence(&name)?))).collect();
    let run = page::PageInput {
        manifest: &run.manifest,
        story,
        cells: &run.cells,
        evidence: &evidence,
        rerun: run.files.get(matrix::manifest::RERUN).map_or("", String::as_str),
    };
    Ok(page::render(run, &Options::default())?)
}
