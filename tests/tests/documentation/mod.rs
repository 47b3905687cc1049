//! Runs the commands of the documentation: every `console` block of every page, in the order of the page, as a reader
//! types it. The test compares the output with what the page shows.
//!
//! The rules of a page are:
//!
//! - `$ ` begins a command. Its output follows below, standard error included. `? 1` in between is its exit code,
//!   if that is not 0. `> y` is what the reader types when the program asks, here `y`. The line of the question
//!   continues with the program's next output, without what was typed.
//! - In output, `[..]` stands for anything within a line, and `...` alone on a line stands for any number of lines.
//! - In a command, `[..]` stands for what the reader copies from the screen: the rest of the last word shown that
//!   begins and ends as the command's word does.
//! - Blocks marked `console` share one shell. `console terminal-2` is another window, with one program that goes on
//!   running. A later block of the same window without a command shows what the program has printed since. Another
//!   command there follows Ctrl-C, and a relay then takes the port of the one before it.
//! - A block marked `toml` and a name is a file of that name, which the reader saves in the present folder.
//!
//! Two things differ from a reader's use. A relay takes free ports, so that tests can run side by side. `cargo run
//! --release` stands for the program that it builds and starts, and a separate test checks which program that is.

#![allow(clippy::print_stdout, reason = "each step is for whoever reads the log")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod page;
mod session;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use pillarbox_testkit::program::Place;

use page::Step;
use session::Session;

/// The folders of pages, below the top folder. Pages in further folders show no commands.
const FOLDERS: [&str; 5] = ["", "docs", "docs/howto", "examples", "examples/analysis"];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Returns the path of every page.
fn files() -> Vec<PathBuf> {
    let files = FOLDERS.iter().flat_map(|folder| fs::read_dir(top().join(folder)).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

/// Defines a test for each page. Pages run side by side, and one can be run alone: `cargo test -p pillarbox-tests
/// --test all prints::article`.
macro_rules! pages {
    ($($name:ident: $path:literal,)+) => {
        const PAGES: &[&str] = &[$($path),+];

        mod shows_what_its_commands_print {
            $(#[test]
            fn $name() {
                super::does($path);
            })+
        }
    };
}

pages! {
    readme: "README.md",
    article: "docs/article.md",
    ask_from_another_country: "docs/howto/ask-from-another-country.md",
    change_phones: "docs/howto/change-phones.md",
    handout: "docs/handout.md",
    operator_groups: "docs/howto/let-an-operator-manage-groups.md",
    check_a_report: "docs/howto/check-a-report.md",
    cite_a_result: "docs/howto/cite-a-result.md",
    operate_a_relay: "docs/howto/operate-a-relay.md",
    read_a_matrix: "docs/howto/read-a-matrix.md",
    send_a_picture: "docs/howto/send-a-picture.md",
    walkthrough: "docs/walkthrough.md",
    ways_in: "docs/ways-in.md",
    write_a_design: "docs/howto/write-a-design.md",
    write_a_scenario: "docs/howto/write-a-scenario.md",
}

/// Programs outside the project that a page may use. A page whose program is missing here is skipped.
const OUTSIDE: [&str; 1] = ["sqlite3"];

fn is_there(program: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

/// Runs the steps of a page.
fn does(name: &str) {
    let steps = page::steps(&fs::read_to_string(top().join(name)).unwrap());
    let uses =
        |program: &&&str| steps.iter().flat_map(|step| &step.command).any(|line| line.starts_with(**program));
    if let Some(missing) = OUTSIDE.iter().filter(uses).find(|program| !is_there(program)) {
        // Past the test program, which keeps to itself what a passing test prints.
        let skipped = format!("SKIPPED: {missing} is not installed, so {name} was not run.\n");
        std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).unwrap();
        return;
    }
    let place = Place::new();
    let mut session = Session::new(&place);
    for step in steps {
        // The output of a failed test shows this place.
        let does = step.command.as_deref().or(step.saved_as.as_deref()).unwrap_or("(the window goes on)");
        println!("{name}:{}: {does}", step.line);
        let printed = session.take(&step);
        a_changed_letter_is_noticed(&step, &printed);
    }
}

#[test]
fn every_page_with_something_to_run_is_run() {
    let name = |path: PathBuf| path.strip_prefix(top()).unwrap().display().to_string();
    let runs = |path: &PathBuf| !page::steps(&fs::read_to_string(path).unwrap()).is_empty();
    let mut names: Vec<_> = files().into_iter().filter(runs).map(name).collect();
    let mut listed = PAGES.to_vec();
    names.sort();
    listed.sort_unstable();
    assert_eq!(names, listed, "left: pages with commands; right: pages that are run");
}

/// Tests the comparison itself. The output must not match a page that differs in one letter, in any line.
fn a_changed_letter_is_noticed(step: &Step, printed: &str) {
    let lines: Vec<&str> = step.expected.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(letter) = line.find(|c: char| c.is_ascii_alphanumeric()) else { continue };
        let other = if line.as_bytes().get(letter) == Some(&b'x') { "y" } else { "x" };
        let mut changed = (*line).to_owned();
        changed.replace_range(letter..=letter, other);
        let mut page = lines.clone();
        page.splice(at..=at, [changed.as_str()]);
        let page = format!("{}\n", page.join("\n"));
        assert!(session::compare(printed, &page).is_err(), "line {}: {changed:?} passes too", step.line);
    }
}

#[test]
fn cargo_run_is_the_program_that_the_pages_run_for_it() {
    let metadata = MetadataCommand::new().manifest_path(top().join("Cargo.toml")).no_deps().exec().unwrap();
    let default = metadata.workspace_default_packages();
    let programs = default.iter().flat_map(|package| &package.targets).filter(|target| target.is_bin());
    let names: Vec<_> = programs.map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["pillarbox-lab"]);
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut links = 0;
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.contains("://") {
                let file = link.split('#').next().unwrap();
                assert!(path.parent().unwrap().join(file).exists(), "{}: {link}", path.display());
                links += 1;
            }
        }
    }
    assert!(links > 20, "the search finds links: {links}");
}
