//! The finished result, which readers can see without a compiler. `docs/result.md`, its pictures and
//! `docs/result.html` are generated from the files of one run of `pillarbox-lab matrix`, and must equal what the
//! program produces today.
//!
//! After an intended change, `PILLARBOX_PIN=1 cargo test -p pillarbox-tests --test all result` writes them again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../../../crates/lab/tests/markdown/mod.rs"]
mod markdown;
mod page;
mod squares;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_testkit::program::{Place, Process, Stream};

/// The designs that are shown: a server that can read, a server that can read and, as others report, does not hand over
/// what it reads, and two designs that are end to end.
const DESIGNS: [&str; 4] = ["plain-server", "telegram-cloud-2017", "whatsapp-2017", "signal-now"];

/// Demands about the past of the man whose phone was seized.
const BACK: [&str; 4] = ["content-warrant", "backup-warrant", "seized-phone-open", "participant"];

/// Demands from the order on, about the man to whom he wrote.
const ONWARDS: [&str; 2] = ["interception", "pen-register"];

/// The folder to which the run is written.
const FOLDER: &str = "result";

/// The run: its files as they were read again, and its cells by design and demand.
struct Run {
    folder: Folder,
    cells: BTreeMap<(String, String), Cell>,
    command: String,
}

impl Run {
    /// Runs the program and reads the files that it wrote.
    fn of(place: &Place) -> Self {
        let mut arguments = vec!["matrix".to_owned()];
        arguments.extend(DESIGNS.iter().flat_map(|name| ["--design".to_owned(), (*name).to_owned()]));
        arguments.extend(BACK.iter().chain(&ONWARDS).flat_map(|name| ["--demand".into(), (*name).into()]));
        arguments.extend(["--out".to_owned(), FOLDER.to_owned()]);
        let mut program = Process::start({
            let mut command = place.command("pillarbox-lab");
            command.args(&arguments);
            command
        });
        // The test reads the progress as it arrives. A slow computer is not a failure, and silence is one.
        let cells = DESIGNS.len() * (BACK.len() + ONWARDS.len());
        for _ in 0..cells {
            program.wait_long_for(Stream::Err, |line| line.contains(&format!(" of {cells}, ")));
        }
        let _ended = program.finish().expect(0);
        let folder = Folder::read(&place.path(FOLDER)).unwrap();
        assert_eq!(folder.findings(), Vec::<String>::new(), "the run is not what it says");
        let cells = folder.cells().unwrap();
        let cells =
            cells.into_iter().map(|cell| ((cell.design.clone(), cell.demand.clone()), cell)).collect();
        Self { folder, cells, command: format!("pillarbox-lab {}", arguments.join(" ")) }
    }

    fn cell(&self, design: &str, demand: &str) -> &Cell {
        &self.cells[&(design.to_owned(), demand.to_owned())]
    }
}

/// The largest size of the page in bytes, because people read it over slow lines.
const MOST_BYTES: usize = 300_000;

/// Returns the page that the program makes from the same folder.
fn report(place: &Place) -> String {
    const PAGE: &str = "result.html";
    let mut command = place.command("pillarbox-lab");
    command.args([
        "report",
        FOLDER,
        "--cell",
        &format!("{}/{}", page::FIRST.0, page::FIRST.1),
        "--out",
        PAGE,
    ]);
    let _ended = Process::start(command).finish().expect(0);
    let page = fs::read_to_string(place.path(PAGE)).unwrap();
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    page
}

#[test]
fn the_finished_result_is_what_the_program_gives() {
    let place = Place::new();
    let run = Run::of(&place);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs");
    let files = [
        ("result.md", markdown::broken(&page::page(&run))),
        ("result.html", report(&place)),
        ("pictures/result-back.svg", squares::picture(&run, &BACK)),
        ("pictures/result-onwards.svg", squares::picture(&run, &ONWARDS[..1])),
    ];
    for (name, text) in files {
        let path = docs.join(name);
        if env::var_os("PILLARBOX_PIN").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let pinned = fs::read_to_string(&path).unwrap();
        assert!(
            text == pinned,
            "docs/{name} is not what the program gives. main.rs says how to write it anew"
        );
    }
}
