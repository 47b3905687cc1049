//! The page of a run: its content and where it is placed, the escaping of strangers' texts, and the archive for
//! handing it on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::{self, Plan, Run, folder};
use pillarbox_lab::page::{self, Appendix, Options, PageError, bundle, escape::escaped};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::Scenario;

/// Two columns that differ, two that are the same for all, one that names kinds, and one without anything in this
/// story.
const DEMANDS: [&str; 6] =
    ["entity-data", "events-data", "content-warrant", "interception", "seized-phone-open", "takedown"];

/// A story whose names and texts are markup; the browser's check uses it, too.
const HOSTILE: &str = include_str!("../../../tests/browser/hostile/scenario.toml");

fn run(scenario: Scenario) -> Run {
    let plan = Plan {
        scenario,
        designs: ["plain-server", "end-to-end", "whatsapp-2017", "signal-now"]
            .map(|name| designs::named(name).unwrap().clone())
            .to_vec(),
        demands: DEMANDS.map(str::to_owned).to_vec(),
        seed: 7,
        threads: NonZeroUsize::MIN,
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab matrix somewhere".into(),
    };
    matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap()
}

static STRANGERS: LazyLock<(Scenario, Run)> = LazyLock::new(|| {
    let scenario = Scenario::parse("scenario.toml", HOSTILE).unwrap();
    (scenario.clone(), run(scenario))
});

fn evidence(run: &Run) -> BTreeMap<String, Evidence> {
    let read = |name: &String| (name.clone(), serde_json::from_str(&run.files[name]).unwrap());
    run.cells.iter().map(|cell| read(&cell.evidence)).collect()
}

fn rendered(options: &Options) -> Result<String, PageError> {
    let (story, run) = &*STRANGERS;
    let evidence = evidence(run);
    let run = page::PageInput {
        manifest: &run.manifest,
        story,
        cells: &run.cells,
        evidence: &evidence,
        rerun: "again",
    };
    page::render(run, options)
}

static PAGE: LazyLock<String> = LazyLock::new(|| rendered(&Options::default()).unwrap());

/// Returns a page's text, a line for each element that begins one.
fn text(html: &str) -> String {
    let body = html.split("<main>").nth(1).unwrap();
    let mut out = String::new();
    for part in body.split('<') {
        let (tag, words) = part.split_once('>').unwrap_or(("", part));
        if ["p", "tr", "h", "li", "div", "article", "section", "td", "th"]
            .iter()
            .any(|it| tag.starts_with(it))
        {
            out.push('\n');
        }
        match tag {
            "i" => out.push('□'),
            "i class=\"on\"" => out.push('■'),
            "i class=\"later\"" => out.push('▨'),
            _ => {}
        }
        out.push_str(words);
    }
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_answer_stands_first_and_then_the_story_what_was_returned_and_the_matrix() {
    let (story, run) = &*STRANGERS;
    let text = text(&PAGE);
    let cell =
        run.cells.iter().find(|cell| cell.evidence.ends_with("plain-server--events-data.json")).unwrap();
    let headline = cell.answer.headline.split(". ").next().unwrap();
    let parts = [
        &cell.answer.question,
        headline,
        &story.title,
        "Asked and returned",
        "The same story",
        "All 24 cells\n",
    ];
    let places = parts.map(|part| text.find(&escaped(part)).unwrap_or_else(|| panic!("{part}")));
    assert!(places.is_sorted(), "{places:?}");
    for said in ["A model is not the product", "The story is invented", "Invented, and so is everybody in it"]
    {
        assert!(PAGE.contains(said), "{said}");
    }
}

#[test]
fn what_is_equal_is_said_once_and_pictures_have_their_words() {
    let text = text(&PAGE);
    let (_, from_matrix) = text.split_once("The same story").unwrap();
    let (differences, _) = from_matrix.split_once("What this does not show").unwrap();
    insta::assert_snapshot!(differences);
}

#[test]
fn every_cell_has_its_sentence_its_paper_and_its_evidence() {
    let (_, run) = &*STRANGERS;
    for cell in &run.cells {
        for says in [&cell.answer.headline, &cell.says, &cell.evidence, &cell.evidence_sha256] {
            assert!(PAGE.contains(&escaped(says)), "{says}");
        }
    }
    let sections = PAGE.matches("<article id=").count();
    assert_eq!(sections, run.cells.len());
    let papers = PAGE.matches("line for line, as at").count()
        + PAGE.matches("<thead><tr><th scope=\"col\">Asked").count()
        + PAGE.matches("No line of a paper").count();
    assert_eq!(papers, sections + 1, "one for each cell and one at the top");
}

#[test]
fn every_link_leads_to_something_on_the_page() {
    for link in PAGE.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let id = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads elsewhere"));
        assert_eq!(PAGE.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(!PAGE.contains("<details"), "a closed box is no place to be led to");
}

#[test]
fn strangers_texts_are_texts_and_nothing_runs_or_is_fetched() {
    const ELEMENTS: &str = " html head meta title style body nav a header main div section p span h1 h2 h3 h4 dl dt dd ul li \
        small table caption thead tbody tr th td b i q code br article figure figcaption svg desc line circle rect text ";
    const ATTRIBUTES: &str = " lang charset name content http-equiv class href id tabindex scope role viewBox x y x1 y1 x2 y2 cx cy r \
        width height text-anchor stroke-width stroke-dasharray stroke-linecap aria-hidden aria-label aria-labelledby ";
    let markup = PAGE.strip_prefix("<!doctype html>").unwrap();
    for tag in markup.split('<').skip(1).map(|part| part.split('>').next().unwrap().trim_start_matches('/')) {
        let (element, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(ELEMENTS.contains(&format!(" {element} ")), "{tag}");
        while let Some((name, value)) = rest.split_once("=\"") {
            assert!(ATTRIBUTES.contains(&format!(" {} ", name.trim())), "{tag}");
            rest = value.split_once('"').unwrap().1;
        }
        assert_eq!(rest.trim_end_matches('/').trim(), "", "{tag}");
    }
    assert!(PAGE.contains("&lt;script&gt;window.pillarboxTouched = 1&lt;/script&gt;"), "nothing was tried");
    assert!(PAGE.contains("&lt;b onclick=alert(1)&gt;Mallory&lt;/b&gt;"), "nothing was tried");
    assert!(!PAGE.contains(['\u{202e}', '\u{2066}', '\u{200b}']));
    assert!(PAGE.contains("default-src 'none'; style-src 'sha256-") && !PAGE.contains("unsafe-inline"));
    assert_eq!(PAGE.matches("<style").count(), 1);
    assert!(!PAGE.contains("style=\""), "the policy would not let it hold");
}

#[test]
fn the_policy_has_the_hash_of_the_style_that_the_page_has() {
    use sha2::{Digest as _, Sha256};

    let style = PAGE.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = data_encoding::BASE64.encode(&Sha256::digest(style.as_bytes()));
    assert!(PAGE.contains(&format!("style-src 'sha256-{hash}'")));
    assert!(!style.contains("url(") && !style.contains("@import"), "a style fetches nothing");
}

#[test]
fn the_cell_that_is_asked_for_stands_first_and_another_one_is_an_error() {
    let first = |design: &str, demand: &str| {
        rendered(&Options { first: Some((design.into(), demand.into())), ..Options::default() })
    };
    let page = first("signal-now", "seized-phone-open").unwrap();
    let headline = page.split("<h1").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(headline.contains("The phone gives"), "{headline}");
    // The column is the same for all designs, and stays on the page nevertheless.
    assert_eq!(page.matches(" cur\"").count(), 1);
    match first("signal-now", "no-such-demand") {
        Err(PageError::NoSuchCell(..)) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn evidence_is_on_the_page_whole_or_not_at_all() {
    let (_, run) = &*STRANGERS;
    let whole = |cell: &str| escaped(&run.files[&format!("evidence/{cell}.json")]);
    let with = |appendix| rendered(&Options { appendix, ..Options::default() }).unwrap();
    assert!(!PAGE.contains("<pre>"));
    let first = with(Appendix::First);
    assert_eq!(first.matches("<pre>").count(), 1);
    let all = with(Appendix::All);
    for cell in &run.cells {
        assert!(all.contains(&whole(&format!("{}--{}", cell.design, cell.demand))), "{}", cell.evidence);
    }
}

#[test]
fn one_cell_makes_a_page_of_its_own() {
    let (story, run) = &*STRANGERS;
    let evidence = evidence(run);
    let cells = &run.cells[..1];
    let run = page::PageInput { manifest: &run.manifest, story, cells, evidence: &evidence, rerun: "again" };
    let page = page::render(run, &Options::default()).unwrap();
    assert_eq!(page.matches("<article id=").count(), 1);
    let nothing = page::PageInput { cells: &[], ..run };
    assert!(matches!(page::render(nothing, &Options::default()), Err(PageError::Empty)));
}

#[test]
fn the_archive_has_report_and_run_the_same_bytes_each_time() {
    use std::io::Read as _;

    let (_, run) = &*STRANGERS;
    let files = run.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let folder = Folder::of(run.manifest.clone(), files);
    let archive = || {
        let mut out = Vec::new();
        bundle::write(&mut out, &folder.file_name(), &PAGE, run.manifest_text().as_bytes(), &folder).unwrap();
        out
    };
    let bytes = archive();
    assert_eq!(bytes, archive());
    let mut names = Vec::new();
    for entry in tar::Archive::new(bytes.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        assert_eq!((entry.header().mtime().unwrap(), entry.header().uid().unwrap()), (0, 0));
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        if let Some(file) =
            name.strip_prefix("hostile_script_-report/run/").filter(|it| *it != "manifest.json")
        {
            assert_eq!(text, run.files[file].as_bytes(), "{name}");
        }
        names.push(name);
    }
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), run.files.len() + 2);
    assert!(names.contains(&"hostile_script_-report/report.html".to_owned()));
}

#[test]
fn the_program_writes_page_and_archive_and_names_what_it_cannot() {
    let home = tempfile::tempdir().unwrap();
    let (_, run) = &*STRANGERS;
    let stop = AtomicBool::new(false);
    folder::write(&home.path().join("run"), &run.files, &run.manifest_text(), &stop).unwrap();
    let report = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
        let command = command.current_dir(home.path()).args(["report", "run"]).args(arguments);
        command.stdin(Stdio::null()).output().unwrap()
    };
    let done = report(&["--out", "page.html", "--bundle", "all.tar"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!((done.status.code(), done.stdout.len()), (Some(0), 0), "{said}");
    assert!(said.contains("Saved all.tar") && said.contains("Saved page.html"), "{said}");
    let page = std::fs::read(home.path().join("page.html")).unwrap();
    assert_eq!(page, report(&[]).stdout, "to a file and to standard output alike");
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    for (arguments, code, says) in [
        (["--cell", "signal-now/no-such"], 2, "this run has no cell signal-now/no-such"),
        (["--cell", "signal-now"], 2, "a cell looks like"),
        (["--bundle", "no/such.tar"], 4, "cannot be written"),
        (["--out", "no/such.html"], 4, "cannot be written"),
    ] {
        let output = report(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says), "{said}");
    }
}
