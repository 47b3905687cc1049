//! The matrix: the same bytes with any number of threads, controls that stop a run, folders that are whole or absent,
//! and a check that notices changes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_client::Protection;
use pillarbox_lab::experiments::ExperimentError;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::expected::Expected;
use pillarbox_lab::matrix::rerun::Rerun;
use pillarbox_lab::matrix::table::View;
use pillarbox_lab::matrix::{self, Plan, Run, folder, table};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::score::State;
use pillarbox_lab::screen::{Screen, plain as without_weights};

/// One design whose operator can read, and two whose operators cannot.
const DESIGNS: [&str; 3] = ["plain-server", "end-to-end", "signal-now"];

/// Few worlds that show much: two that share one, and one with an order.
const DEMANDS: [&str; 4] = ["entity-data", "content-warrant", "interception", "seized-phone-open"];

fn plan(threads: usize) -> Plan {
    let control = Control::built_in().unwrap();
    let control_name = control.scenario.name.clone();
    Plan {
        scenario: control.scenario.clone(),
        designs: DESIGNS.map(|name| designs::named(name).unwrap().clone()).to_vec(),
        demands: DEMANDS.map(str::to_owned).to_vec(),
        seed: 7,
        threads: NonZeroUsize::new(threads).unwrap(),
        control,
        rerun: Rerun {
            scenario: control_name.clone(),
            designs: DESIGNS.map(str::to_owned).to_vec(),
            demands: DEMANDS.map(str::to_owned).to_vec(),
            seed: 7,
            month: false,
        }
        .to_line(),
    }
}

fn run(plan: &Plan) -> Result<Run, ExperimentError> {
    matrix::run(plan, &Progress::none(), &AtomicBool::new(false))
}

static ONE_THREAD: LazyLock<Run> = LazyLock::new(|| run(&plan(1)).unwrap());

fn written(to: &Path) -> &'static Run {
    let run = &*ONE_THREAD;
    folder::write(to, &run.files, &run.manifest_text(), &AtomicBool::new(false)).unwrap();
    run
}

#[test]
fn the_same_bytes_come_out_of_one_thread_and_of_two() {
    let two = run(&plan(2)).unwrap();
    assert_eq!(ONE_THREAD.files, two.files);
    assert_eq!(ONE_THREAD.manifest, two.manifest);
    let other_seed = run(&Plan { seed: 8, designs: plan(1).designs[..1].to_vec(), ..plan(1) }).unwrap();
    assert_ne!(
        ONE_THREAD.files["evidence/plain-server--content-warrant.json"],
        other_seed.files["evidence/plain-server--content-warrant.json"]
    );
}

/// Renders the table in a window of `width` columns, without its weights.
fn shown(
    form: fn(&View<'_>, usize, Screen) -> String,
    (designs, demands): (&[String], &[String]),
    cells: &[Cell],
    width: usize,
) -> String {
    let scenario = Control::built_in().unwrap().scenario;
    let mut saved = Screen::new(width);
    saved.say("Saved FOLDER");
    let view = View { scenario: &scenario, designs, demands, cells, pairs: None };
    let text = without_weights(&form(&view, width, saved));
    assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    text
}

#[test]
fn the_table_says_in_words_what_came_back() {
    let names: Vec<String> = plan(1).designs.into_iter().map(|design| design.name).collect();
    let named = (&names[..], &ONE_THREAD.demands[..]);
    insta::assert_snapshot!("words_whole", shown(table::full, named, &ONE_THREAD.cells, 80));
    for width in [40, 60, 80, 140] {
        insta::assert_snapshot!(
            format!("words_{width}"),
            shown(table::render, named, &ONE_THREAD.cells, width)
        );
    }
}

/// As many designs as the program has, no two of them equal, and as many demands as distinguish them: the existing
/// rows, a number for each design, and one column several times.
#[test]
fn a_matrix_of_every_design_is_one_screen_of_numbers_and_letters() {
    let rows: Vec<&[Cell]> = ONE_THREAD.cells.chunks(DEMANDS.len()).collect();
    let names: Vec<String> = designs::all().iter().map(|design| design.name.clone()).collect();
    let copies = ["pen-register", "compelled-logging", "retention", "backup-warrant", "notice-to-change"];
    let demands: Vec<String> = DEMANDS.iter().chain(&copies).map(|name| (*name).to_owned()).collect();
    let mut cells = Vec::new();
    for (at, name) in names.iter().enumerate() {
        for cell in rows[at % rows.len()] {
            let cell = Cell { design: name.clone(), ..cell.clone() };
            if cell.demand == "interception" {
                cells.extend(copies.map(|copy| Cell { demand: copy.into(), ..cell.clone() }));
            }
            cells.push(match cell.demand.as_str() {
                "content-warrant" => {
                    let state = State::Returned { n: at as u64, of: 22 };
                    Cell { state, says: format!("{state} texts"), ..cell }
                }
                _ => cell,
            });
        }
    }
    for width in [40, 60, 80, 140] {
        let text = shown(table::render, (&names, &demands), &cells, width);
        insta::assert_snapshot!(format!("codes_{width}"), text);
    }
    let text = shown(table::render, (&names, &demands), &cells, 80);
    assert!(names.iter().all(|name| text.contains(&format!("\n{name} "))), "{text}");
    assert!(text.lines().count() <= 40, "{text}");
    // The table, one line for the next step and one for the prompt fill a terminal of 24 lines.
    let last = text.lines().rev().take(names.len() + 1).collect::<Vec<_>>();
    assert!(last.last().unwrap().starts_with("    "), "the heads of the columns: {text}");
    assert!(last[..names.len()].iter().all(|line| names.iter().any(|name| line.starts_with(name))), "{text}");

    // A column that counts messages in some rows, and kinds of data that are kept back. The legend explains both, and
    // no head is cut.
    for cell in cells.iter_mut().filter(|cell| cell.design == "signal-now") {
        match cell.demand.as_str() {
            "interception" => cell.state = State::Left { n: 29, of: 29 },
            "entity-data" => cell.measures.kinds_withheld = std::mem::take(&mut cell.measures.kinds),
            _ => {}
        }
    }
    let text = shown(table::render, (&names, &demands), &cells, 80).replace('\n', " ");
    assert!(text.contains("interception (of 2 texts, L: of 29 messages)"), "{text}");
    assert!(text.contains(" 0 w3 "), "{text}");
    assert!(text.contains("n wm of n + m kinds, n returned and m held, not handed over"), "{text}");
    let many: Vec<String> = demands.iter().filter(|demand| *demand != "seized-phone-open").cloned().collect();
    for (at, cell) in cells.iter_mut().enumerate() {
        // No two columns are equal any more.
        cell.state = State::Returned { n: at as u64, of: 1_000 };
        (cell.measures.kinds, cell.measures.kinds_withheld) = (Vec::new(), Vec::new());
    }
    let text = shown(table::render, (&names, &many), &cells, 80);
    let heads = text.lines().rfind(|line| line.starts_with("   ")).unwrap();
    assert_eq!(heads.split_whitespace().collect::<Vec<_>>(), ["A", "B", "C", "D", "E", "F", "G", "H"]);
    assert!(text.replace('\n', " ").contains("A: entity-data"), "{text}");
}

#[test]
fn a_control_that_finds_nothing_is_an_error_and_no_result() {
    let mut blind = plan(1);
    blind.control.design.phone.protection = Protection::EndToEnd;
    // The backup would also show the texts.
    blind.control.design.phone.habits.backup = None;
    blind.demands = vec!["content-warrant".into()];
    match run(&blind) {
        Err(ExperimentError::Control { demand, .. }) => assert_eq!(demand, "content-warrant"),
        other => panic!("{:?}", other.map(|run| run.cells)),
    }
}

#[test]
fn every_cell_names_its_evidence_and_a_control_that_found_what_was_planted() {
    for cell in &ONE_THREAD.cells {
        assert!(ONE_THREAD.files.contains_key(&cell.evidence), "{}", cell.evidence);
        assert!(ONE_THREAD.files.contains_key(&cell.control), "{}", cell.control);
    }
    assert_eq!(ONE_THREAD.cells.len(), plan(1).designs.len() * DEMANDS.len());
}

#[test]
fn what_was_forged_changed_taken_away_or_added_is_named() {
    let home = tempfile::tempdir().unwrap();
    let to = home.path().join("run");
    let run = written(&to);
    let findings = || Folder::read(&to).unwrap().findings();
    assert_eq!(findings(), Vec::<String>::new());
    assert_eq!(Folder::read(&to).unwrap().differences(&run.files), Vec::<String>::new());

    let evidence = "evidence/plain-server--content-warrant.json";
    let original = &run.files[evidence];
    let forge = |text: &str, mend: &[(&str, String)]| {
        fs::write(to.join(evidence), text).unwrap();
        let mut files: BTreeMap<String, String> = run.files.clone();
        files.insert(evidence.into(), text.into());
        files.extend(mend.iter().map(|(name, text)| ((*name).to_owned(), text.clone())));
        let findings = findings();
        fs::write(to.join(evidence), original).unwrap();
        (findings, files)
    };
    // With other words in the answer, the digest, the cell and the bytes each reveal the change.
    let forged = original.replace("Planted: the first", "Planted: the FIRST");
    assert_ne!(&forged, original);
    let (found, files) = forge(&forged, &[]);
    assert!(found.iter().any(|line| line.contains("is not the file that the manifest names")), "{found:?}");
    assert!(found.iter().any(|line| line.contains("none of its bytes says")), "{found:?}");
    assert!(!Folder::read(&to).unwrap().differences(&files).is_empty());

    let changed =
        run.files["matrix.json"].replacen("\"returned 4 of 4 texts\"", "\"returned 3 of 4 texts\"", 1);
    assert_ne!(changed, run.files["matrix.json"]);
    fs::write(to.join("matrix.json"), changed).unwrap();
    assert!(findings().iter().any(|line| line.contains("and its evidence gives")), "{:?}", findings());
    fs::write(to.join("matrix.json"), &run.files["matrix.json"]).unwrap();

    fs::remove_file(to.join("matrix.csv")).unwrap();
    assert!(findings().contains(&"matrix.csv is missing".to_owned()));
    fs::write(to.join("matrix.csv"), &run.files["matrix.csv"]).unwrap();

    fs::write(to.join("evidence/more.json"), "{}").unwrap();
    assert_eq!(findings(), ["evidence/more.json is not in the manifest"]);
}

#[test]
fn a_prediction_is_met_or_known_or_told() {
    let cells = &ONE_THREAD.cells;
    let text = "design,demand,state,why,found,because\n\
        plain-server,content-warrant,returned,it reads,,\n\
        end-to-end,interception,from the order on,a guess,held but unreadable,no key opens it\n\
        end-to-end,seized-phone-open,nothing kept,a guess,,\n";
    let comparison = Expected::parse("p.csv", text).unwrap().compare(cells);
    assert_eq!((comparison.predicted, comparison.known.len(), comparison.unexpected.len()), (1, 1, 1));
    assert!(comparison.unexpected[0].starts_with("seized-phone-open under end-to-end: returned"));
    assert_eq!(comparison.unpredicted.len(), cells.len() - 3);
}

fn lab(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn left(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() { left(&path).into_iter().chain([path]).collect() } else { vec![path] }
        })
        .filter(|path| path.is_file())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ONE_CELL: [&str; 5] = ["matrix", "--design", "plain-server", "--demand", "entity-data"];

#[test]
fn a_program_that_is_stopped_leaves_nothing() {
    use std::io::{BufRead as _, BufReader};

    let home = tempfile::tempdir().unwrap();
    let mut child =
        lab(home.path(), &["matrix", "--demand", "entity-data", "--threads", "1"]).spawn().unwrap();
    // A line on standard error means a finished cell, so the run is in the middle.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let last = lines.map(Result::unwrap).last().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{last}");
    assert_eq!(last, "pillarbox-lab: stopped; nothing was left behind.");
    assert_eq!(left(home.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let output = lab(home.path(), &[&ONE_CELL[..], &["--out", "file/run"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_eq!(left(home.path()), [home.path().join("file")]);
}

#[test]
fn a_disk_that_is_full_leaves_nothing_that_looks_whole() {
    let home = tempfile::tempdir().unwrap();
    // Files may have two blocks and no more. The signal for a larger file is ignored, because a full disk sends
    // none.
    let program = env!("CARGO_BIN_EXE_pillarbox-lab");
    let script = format!("trap '' XFSZ; ulimit -f 2; exec '{program}' {} --out run", ONE_CELL.join(" "));
    let output = Command::new("sh").current_dir(home.path()).args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(!home.path().join("run").exists());
    assert_eq!(left(home.path()), Vec::<PathBuf>::new());
}

#[test]
fn what_is_typed_wrongly_is_said_with_what_there_is() {
    let home = tempfile::tempdir().unwrap();
    for (typed, says) in [
        (vec!["matrix", "no-such-story"], "`pillarbox-lab list stories` has all stories"),
        (vec!["matrix", "--design", "plane-server"], "Did you mean plain-server?"),
        (vec!["matrix", "--demand", "content-warant"], "Did you mean content-warrant?"),
        (vec!["matrix", "--out", "."], "is there already"),
        (vec!["report", "."], "no finished run"),
        (vec!["matrix", "--seed", "9007199254740992"], "a seed is a whole number from 0 to 9007199254740991"),
        (vec!["run", "oracle", "--seed=-1"], "a seed is a whole number"),
    ] {
        let output = lab(home.path(), &typed).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {}", said(&output));
        assert!(said(&output).contains(says), "{typed:?}: {}", said(&output));
    }
}

#[test]
fn a_run_is_saved_checked_and_run_again() {
    let home = tempfile::tempdir().unwrap();
    let output = lab(home.path(), &[&ONE_CELL[..], &["--plain", "--timing"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .starts_with("plain-server, entity-data: returned: 4 kinds of data (")
    );
    assert!(home.path().join("runs/westminster-2017-matrix/timing.json").exists());
    let check = lab(home.path(), &["report", "runs/westminster-2017-matrix", "--check"]).output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{}", said(&check));
    fs::write(home.path().join("runs/westminster-2017-matrix/rerun.txt"), "pillarbox-lab try\n").unwrap();
    let check = lab(home.path(), &["report", "runs/westminster-2017-matrix", "--check"]).output().unwrap();
    assert_eq!(check.status.code(), Some(1), "{}", said(&check));
}
