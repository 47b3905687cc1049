//! The files as a packager finds them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Returns every file that is written, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        for entry in std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                open.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(entry).unwrap());
            }
        }
    }
    files
}

fn written() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-manuals"));
    assert!(command.arg(folder.path()).status().unwrap().success());
    files(folder.path())
}

#[test]
fn every_command_has_a_page_and_every_program_its_completions_the_same_each_time() {
    let files = written();
    assert_eq!(files, written());
    for program in ["pillarbox", "pillarbox-relay", "pillarbox-lab"] {
        let page = text(&files, &format!("man/man1/{program}.1"));
        let bash = text(&files, &format!("completions/bash/{program}.bash"));
        for place in [format!("zsh/_{program}"), format!("fish/{program}.fish")] {
            assert!(!text(&files, &format!("completions/{place}")).is_empty());
        }
        // Every page that a program's page names exists, and the completions know the same commands.
        let below: Vec<_> = page.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
        assert!(below.len() >= 3, "{program}: {page}");
        for name in below {
            let name = name.replace('\\', "");
            let name = name.rsplit(' ').next().unwrap();
            let of_command = text(&files, &format!("man/man1/{name}.1"));
            assert!(of_command.contains(".SH SYNOPSIS") && of_command.contains(".SH OPTIONS"), "{name}");
            assert!(bash.contains(name.rsplit('-').next().unwrap()), "{name} is not completed");
        }
    }
    let run = text(&files, "man/man1/pillarbox-relay-run.1");
    assert!(run.contains("keep\\-delivered"), "{run}");
    assert!(text(&files, "man/man1/pillarbox.1").contains("pillarbox account invite"), "the examples");
}

fn text<'a>(files: &'a BTreeMap<String, Vec<u8>>, name: &str) -> &'a str {
    let file = files.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", files.keys()));
    std::str::from_utf8(file).unwrap()
}

#[test]
fn without_a_folder_nothing_is_written_and_the_way_is_told() {
    let said = Command::new(env!("CARGO_BIN_EXE_pillarbox-manuals")).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8(said.stderr).unwrap().contains("pillarbox-manuals FOLDER"));
}
