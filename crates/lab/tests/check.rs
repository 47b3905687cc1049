//! A check accuses nobody honest, reads nothing that it is not asked to read, and is not stopped by its findings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest as _, Sha256};

/// Two people and three texts: a whole run takes a second.
const STORY: &str = include_str!("check/parcel.toml");
const DESIGN: &str = include_str!("../../access/designs/plain-server.toml");

fn lab(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a matrix of one demand in `home`, and returns the folder of the run.
fn run(home: &Path, story: &str, designs: &[&str], out: &str) -> PathBuf {
    let mut typed = vec!["matrix", "--demand", "content-warrant", "--out", out];
    typed.extend(designs.iter().flat_map(|design| ["--design", design]));
    typed.extend(["--", story]);
    let output = lab(home, &typed);
    assert_eq!(output.status.code(), Some(0), "{typed:?}: {}", said(&output));
    home.join(out)
}

fn check(at: &Path, folder: &Path, options: &[&str]) -> Output {
    let mut typed = vec!["report", folder.to_str().unwrap(), "--check"];
    typed.extend(options);
    lab(at, &typed)
}

fn is_same(at: &Path, folder: &Path) {
    let output = check(at, folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}: {}", folder.display(), said(&output));
    assert!(said(&output).contains("Same: "), "{}", said(&output));
}

/// Writes a file of the run and puts its digest into the manifest, as a careful forger would.
fn forge(folder: &Path, name: &str, text: &[u8]) {
    let hex =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let old = hex(&fs::read(folder.join(name)).unwrap());
    fs::write(folder.join(name), text).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
    assert!(manifest.contains(&old), "{name}");
    fs::write(folder.join("manifest.json"), manifest.replace(&old, &hex(text))).unwrap();
}

/// Folders, stories and designs whose names a shell, a parser or a search by ending would misread.
#[test]
fn what_a_matrix_writes_a_check_calls_the_same() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let places = [
        ("sp ace", "parcel.toml"),
        ("it's \"here\"", "the 'parcel'.toml"),
        ("$(touch harm)", "`touch harm`.toml"),
        ("-dash", "-parcel.toml"),
        ("é 語 \u{202e}", "päckchen.toml"),
        ("a=b;c&d|e", "parcel#1.toml"),
    ];
    for (at, (folder, story)) in places.into_iter().enumerate() {
        let place = home.path().join(folder);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(story), STORY).unwrap();
        let design = "my-plain-server.toml"; // A design's name is plain; where it lies need not be.
        fs::write(place.join(design), DESIGN).unwrap();
        let (story, design) = (format!("./{folder}/{story}"), format!("./{folder}/{design}"));
        let run = run(home.path(), &story, &[&design, "plain-server"], &format!("run {at}"));
        is_same(home.path(), &run);
        // The check needs neither the working directory, nor the story and designs of the run, nor the run's place.
        let moved = elsewhere.path().join(format!("moved {at}"));
        fs::rename(&run, &moved).unwrap();
        fs::remove_dir_all(&place).unwrap();
        is_same(elsewhere.path(), &moved);
        assert!(!home.path().join("harm").exists() && !elsewhere.path().join("harm").exists());
    }
}

#[test]
fn designs_whose_names_end_alike_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    fs::write(home.path().join("my-plain-server.toml"), DESIGN).unwrap();
    let run = run(home.path(), "parcel.toml", &["my-plain-server.toml", "plain-server"], "run");
    is_same(home.path(), &run);
    let line = fs::read_to_string(run.join("rerun.txt")).unwrap();
    assert!(line.contains("--design my-plain-server.toml --design plain-server "), "{line}");
}

#[test]
fn two_designs_of_one_name_are_refused_with_both_places() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    fs::write(home.path().join("plain-server.toml"), DESIGN).unwrap();
    for (second, says) in [
        ("./plain-server.toml", "two designs are called plain-server: plain-server and ./plain-server.toml."),
        ("plain-server", "the design plain-server is given twice."),
    ] {
        let typed = ["matrix", "parcel.toml", "--design", "plain-server", "--design", second, "--out", "run"];
        let output = lab(home.path(), &typed);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let told = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(says), "{told}");
        assert!(!home.path().join("run").exists());
    }
}

/// An editor, a mail program or a checkout changes the line ends of texts, and adds a mark at their start. The
/// content is the same.
#[test]
fn line_ends_and_comments_make_no_other_story() {
    let home = tempfile::tempdir().unwrap();
    let windows = format!("\u{feff}{}", STORY.replace('\n', "\r\n"));
    let commented = format!("# A comment.\n{}", STORY.replace(" = ", "  =  "));
    let manifest = |name: &str, text: &str| {
        fs::write(home.path().join("parcel.toml"), text).unwrap();
        let run = run(home.path(), "parcel.toml", &["plain-server"], name);
        is_same(home.path(), &run);
        let text = fs::read_to_string(run.join("manifest.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["scenario_sha256"].clone()
    };
    let plain = manifest("plain", STORY);
    assert_eq!(manifest("windows", &windows), plain);
    assert_eq!(manifest("commented", &commented), plain);
    assert_ne!(manifest("other", &STORY.replace("Not yet.", "Not today.")), plain);
    // The same after the run: the folder went through a mail program.
    for name in ["scenario.toml", "designs/plain-server.toml"] {
        let file = home.path().join("plain").join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    }
    is_same(home.path(), &home.path().join("plain"));
    // Somebody also wrote a remark into each of these files.
    for name in ["scenario.toml", "designs/plain-server.toml"] {
        let file = home.path().join("plain").join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("# A remark.\n{text}")).unwrap();
    }
    is_same(home.path(), &home.path().join("plain"));
}

#[test]
fn another_story_is_said_to_be_one_and_nothing_else_is() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server"], "run");
    forge(&run, "scenario.toml", STORY.replace("Not yet.", "Not today.").as_bytes());
    let output = check(home.path(), &run, &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(lines, "scenario.toml is not the story that the manifest names\n");
    assert!(said(&output).contains("did not run again"), "{}", said(&output));
}

/// A link, a pipe, a device and a file without an end are refused at once, and nothing outside the folder is read.
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server"], "run");
    let again = |name: &str| {
        let folder = home.path().join("again");
        drop(fs::remove_dir_all(&folder));
        let copied = Command::new("cp").arg("-r").arg(&run).arg(&folder).status().unwrap();
        assert!(copied.success());
        fs::remove_file(folder.join(name)).unwrap();
        (folder.join(name), folder)
    };
    for name in ["manifest.json", "scenario.toml", "matrix.json", "rerun.txt", "designs/plain-server.toml"] {
        let refused = |folder: &Path| {
            // The check is bounded in memory and in time, because a file without an end would use up both.
            let program = env!("CARGO_BIN_EXE_pillarbox-lab");
            let script = format!(
                "ulimit -v 4000000; exec timeout 60 '{program}' report '{}' --check",
                folder.display()
            );
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            assert!(
                matches!(output.status.code(), Some(1 | 2)),
                "{name}: {:?} {}",
                output.status,
                said(&output)
            );
            let says = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
            assert!(says.contains("and was not read"), "{name}: {says}");
        };
        let (file, folder) = again(name);
        symlink("/dev/zero", &file).unwrap();
        refused(&folder);
        let (file, folder) = again(name);
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        refused(&folder);
        let (file, folder) = again(name);
        fs::File::create(&file).unwrap().set_len(20 << 30).unwrap();
        refused(&folder);
        let (file, folder) = again(name);
        symlink(run.join(name), &file).unwrap();
        refused(&folder);
    }
}

/// A command that leads elsewhere is a finding, and is not followed.
#[test]
fn a_command_that_is_not_this_run_s_is_told_and_not_followed() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server"], "run");
    for line in [
        "rm -rf / # pillarbox-lab matrix parcel.toml --design plain-server --demand content-warrant --seed 7",
        "pillarbox-lab matrix parcel.toml --design plain-server --demand content-warrant --seed 8",
        "pillarbox-lab matrix parcel.toml --design signal-now --demand content-warrant --seed 7",
        "pillarbox-lab matrix parcel.toml --design plain-server --demand interception --seed 7",
    ] {
        forge(&run, "rerun.txt", format!("{line}\n").as_bytes());
        for options in [&[][..], &["--no-rerun"]] {
            let output = check(home.path(), &run, options);
            assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
            assert!(
                said(&output).contains("rerun.txt is not the command that runs this again"),
                "{}",
                said(&output)
            );
        }
    }
    // Whatever story the command names, the story in the folder runs again.
    forge(
        &run,
        "rerun.txt",
        b"pillarbox-lab matrix /dev/zero --design plain-server --demand content-warrant --seed 7\n",
    );
    is_same(home.path(), &run);
}

/// Manifest, record and cells are compared with each other without a fresh run.
#[test]
fn a_manifest_that_says_otherwise_than_its_cells_is_told_without_a_fresh_run() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server"], "run");
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    let record = fs::read_to_string(run.join("record.jsonl")).unwrap();
    let told = |what: &str| {
        let output = check(home.path(), &run, &["--no-rerun"]);
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
    };
    for (old, new) in [
        ("\"seed\": 7", "\"seed\": 8"),
        ("\"program\": \"", "\"program\": \"9."),
        ("\"v\": ", "\"v\": 1"),
        ("\"scenario\": \"parcel\"", "\"scenario\": \"other\""),
        ("\"plain-server\": \"", "\"other\": \""),
        ("\"content-warrant\"", "\"interception\""),
        ("\"scenario_sha256\": \"", "\"scenario_sha256\": \"00"),
    ] {
        assert!(manifest.contains(old), "{old}");
        fs::write(run.join("manifest.json"), manifest.replacen(old, new, 1)).unwrap();
        told(old);
        fs::write(run.join("manifest.json"), &manifest).unwrap();
    }
    for (old, new) in [
        ("\"seed\":7", "\"seed\":8"),
        ("returned 3 of 3", "returned 2 of 3"),
        ("\"kind\":\"cell\"", "\"kind\":\"row\""),
    ] {
        assert!(record.contains(old), "{old}");
        forge(&run, "record.jsonl", record.replace(old, new).as_bytes());
        told(old);
        forge(&run, "record.jsonl", record.as_bytes());
    }
    let output = check(home.path(), &run, &["--no-rerun"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// Each demand runs alone. A control that belongs to another demand is in the folder, too.
#[test]
fn a_run_of_one_demand_has_every_control_that_its_cells_name() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    for demand in pillarbox_lab::experiments::demands() {
        let typed =
            ["matrix", "parcel.toml", "--design", "plain-server", "--demand", demand, "--out", demand];
        let output = lab(home.path(), &typed);
        assert_eq!(output.status.code(), Some(0), "{demand}: {}", said(&output));
        let output = check(home.path(), &home.path().join(demand), &["--no-rerun"]);
        assert_eq!(output.status.code(), Some(0), "{demand}: {}", said(&output));
    }
}

/// Returns the findings of a failed check, a line each, and the last line, which is about the check itself.
fn findings(output: &Output) -> (Vec<String>, String) {
    let lines = String::from_utf8(output.stdout.clone()).unwrap();
    let about = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    (lines.lines().map(str::to_owned).collect(), about)
}

/// Each file is damaged in turn, in each way. The findings name that file, and name no other file without it.
#[test]
fn whichever_file_is_damaged_no_other_is_accused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    fs::write(home.path().join("another.toml"), DESIGN.replace("\"plain-server\"", "\"another\"")).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server", "another.toml"], "run");
    let files = [
        "scenario.toml",
        "designs/plain-server.toml",
        "designs/another.toml",
        "evidence/plain-server--content-warrant.json",
        "evidence/another--content-warrant.json",
        "evidence/control--content-warrant.json",
        "matrix.json",
        "matrix.csv",
        "record.jsonl",
        "rerun.txt",
    ];
    for name in files {
        let file = run.join(name);
        let whole = fs::read_to_string(&file).unwrap();
        let cut = whole.trim_end().rsplit_once('\n').map_or("", |(before, _)| before).to_owned();
        let words = [("plain-server", "other-server"), ("7", "8"), ("1 year", "2 years"), ("100", "200")];
        let word = words.into_iter().fold(whole.clone(), |text, (from, to)| text.replacen(from, to, 1));
        assert_ne!(word, whole, "{name}");
        for damage in ["cut", "word", "pipe", "gone"] {
            fs::remove_file(&file).unwrap();
            match damage {
                "cut" => fs::write(&file, &cut).unwrap(),
                "word" => fs::write(&file, &word).unwrap(),
                "pipe" => assert!(Command::new("mkfifo").arg(&file).status().unwrap().success()),
                _ => {}
            }
            for options in [&[][..], &["--no-rerun"]] {
                let output = check(home.path(), &run, options);
                let (lines, about) = findings(&output);
                let told = format!("{name}, {damage}, {options:?}:\n{}\n{about}", lines.join("\n"));
                assert_eq!(output.status.code(), Some(1), "{told}");
                assert!(lines.iter().any(|line| line.starts_with(name)), "{told}");
                for line in &lines {
                    let others = files.into_iter().filter(|other| *other != name && line.contains(other));
                    let is_of_cell = line.contains("matrix.json") && line.contains("its evidence");
                    let names_it = line.contains(name) || is_of_cell && name.starts_with("evidence/");
                    assert!(names_it && (is_of_cell || others.count() == 0), "{told}");
                }
                let needed = name == "scenario.toml" || name.starts_with("designs/");
                let ran = about.contains("the worlds ran again");
                assert!(needed || ran == options.is_empty(), "{told}");
            }
            drop(fs::remove_file(&file));
            fs::write(&file, &whole).unwrap();
        }
    }
    is_same(home.path(), &run);
}

/// Nothing vouches for the manifest. It is one of the two files that disagree, and each finding names it.
#[test]
fn a_damaged_manifest_is_in_every_finding() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    fs::write(home.path().join("another.toml"), DESIGN.replace("\"plain-server\"", "\"another\"")).unwrap();
    let run = run(home.path(), "parcel.toml", &["plain-server", "another.toml"], "run");
    let file = run.join("manifest.json");
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let mut damaged = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        // One letter or one digit of each line is changed, one after the other.
        for (from, to) in [("a", "b"), ("e", "f"), ("7", "8"), ("1", "2")] {
            let changed = line.replacen(from, to, 1);
            if changed == *line || line.ends_with(": {") || line.ends_with(": [") {
                continue;
            }
            let mut all = lines.clone();
            all[at] = &changed;
            damaged.push((format!("{line} -> {changed}"), all.join("\n")));
        }
    }
    assert!(damaged.len() > 30, "{}", damaged.len());
    for (at, (what, text)) in damaged.iter().enumerate() {
        fs::write(&file, text).unwrap();
        // A fresh run takes a second, so only each fourth change gets one, and each change of the run's seed.
        let reruns = at % 4 == 0 || what.contains("seed");
        for options in [&["--no-rerun"][..], &[]].iter().take(1 + usize::from(reruns)) {
            let output = check(home.path(), &run, options);
            let (lines, about) = findings(&output);
            let told = format!("{what}, {options:?}:\n{}\n{about}", lines.join("\n"));
            // A story or a design with the same content and another digest may have one more remark.
            let may_be_same = what.contains(".toml\": ");
            let code = output.status.code();
            assert!(matches!(code, Some(1 | 2)) || may_be_same && code == Some(0), "{told}");
            assert!(
                may_be_same && code == Some(0) || lines.iter().all(|line| line.contains("manifest")),
                "{told}"
            );
        }
    }
    fs::write(&file, whole.replace("\"scenario\": \"parcel\"", "\"scenario\": \"parcels\"")).unwrap();
    let (lines, about) = findings(&check(home.path(), &run, &[]));
    let odd =
        "manifest.json and record.jsonl do not say the same of `scenario`; manifest.json is the odd one";
    assert_eq!(lines, [odd], "{about}");
    fs::write(&file, whole.replace("\"seed\": 7", "\"seed\": 8")).unwrap();
    let (lines, about) = findings(&check(home.path(), &run, &[]));
    assert!(lines[0].ends_with("of `seed`; manifest.json is the odd one"), "{lines:?}");
    let why = "the worlds did not run again, because manifest.json and matrix.json do not name the same run";
    assert!(about.contains(why), "{about}");
    fs::write(&file, whole.lines().take(5).collect::<String>()).unwrap();
    let (lines, about) = findings(&check(home.path(), &run, &[]));
    assert!(lines.is_empty() && about.contains("manifest.json is no manifest"), "{about}");
}

/// The pairs of a month run again with the worlds of the cells, from the folder alone. Forged pairs are reported.
#[test]
fn pairs_that_no_month_gives_are_told() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("parcel.toml"), STORY).unwrap();
    let typed = ["--design", "plain-server", "--demand", "content-warrant", "--month", "--out", "run"];
    let output = lab(home.path(), &[&["matrix", "parcel.toml"], &typed[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = home.path().join("run");
    let saved = fs::read_to_string(run.join("pairs.json")).unwrap();
    assert_eq!(printed["pairs"], serde_json::from_str::<serde_json::Value>(&saved).unwrap());
    assert_eq!(printed["cells"].as_array().unwrap().len(), 1);
    let line = fs::read_to_string(run.join("rerun.txt")).unwrap();
    assert!(line.starts_with("pillarbox-lab matrix --month parcel.toml "), "{line}");
    is_same(home.path(), &run);
    let named = saved.matches("\"named\": 34").count();
    assert_eq!(named, 3, "a server that keeps everything names every pair: {saved}");
    // Both files have one pair fewer, and digests that fit.
    forge(&run, "pairs.json", saved.replacen("\"named\": 34", "\"named\": 33", 1).as_bytes());
    let table = fs::read_to_string(run.join("pairs.csv")).unwrap();
    let row = table.lines().nth(1).unwrap();
    let fewer: Vec<&str> =
        row.split(',').enumerate().map(|(at, it)| if at == 6 { "33" } else { it }).collect();
    forge(&run, "pairs.csv", table.replacen(row, &fewer.join(","), 1).as_bytes());
    let output = check(home.path(), &run, &["--no-rerun"]);
    assert_eq!(output.status.code(), Some(0), "only a fresh run knows: {}", said(&output));
    let output = check(home.path(), &run, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for name in ["pairs.json", "pairs.csv"] {
        assert!(
            said(&output).contains(&format!("{name} is not what a fresh run gives")),
            "{}",
            said(&output)
        );
    }
}
