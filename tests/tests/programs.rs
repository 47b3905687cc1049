//! The tests of a package are one program, and every file of them is part of it. A program for each file took several
//! times as long to link, and its tests could not run beside those of another.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cargo_metadata::MetadataCommand;

#[test]
fn the_tests_of_a_package_are_one_program() {
    let metadata = MetadataCommand::new().manifest_path("../Cargo.toml").no_deps().exec().unwrap();
    for package in &metadata.packages {
        let programs: Vec<_> = package.targets.iter().filter(|target| target.is_test()).collect();
        assert!(programs.len() <= 1, "{}: {} programs of tests", package.name, programs.len());
    }
    let tests =
        metadata.packages.iter().flat_map(|package| &package.targets).filter(|target| target.is_test());
    assert!(tests.count() > 8, "the search finds programs of tests");
}

#[test]
fn every_file_of_tests_is_part_of_its_program() {
    let metadata = MetadataCommand::new().manifest_path("../Cargo.toml").no_deps().exec().unwrap();
    for target in
        metadata.packages.iter().flat_map(|package| &package.targets).filter(|target| target.is_test())
    {
        let source = target.src_path.as_std_path();
        let root = source.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(source).unwrap();
        let left_out: Vec<_> =
            modules_in(source.parent().unwrap(), root).difference(&declared_in(&text)).cloned().collect();
        assert!(left_out.is_empty(), "{} has no `mod` for {left_out:?}", source.display());
    }
}

#[test]
fn a_file_without_its_line_is_found() {
    let there = modules_in(Path::new("tests"), "all");
    let declared = declared_in(&fs::read_to_string("tests/all.rs").unwrap().replace("mod programs;\n", ""));
    assert_eq!(there.difference(&declared).collect::<Vec<_>>(), ["programs"]);
}

/// Returns the names of the modules that are beside the root of a program of tests, as files and as folders.
fn modules_in(folder: &Path, root: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let modules =
        paths.filter(|path| path.extension().is_some_and(|end| end == "rs") || path.join("mod.rs").exists());
    let names = modules.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| name != root).collect()
}

/// Returns the names of the modules that a root declares.
fn declared_in(root: &str) -> BTreeSet<String> {
    root.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).map(str::to_owned).collect()
}
