//! The arrows between the crates, and one generation of each cryptographic crate, read from `cargo metadata`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::sources::{Sources, below, sources_of, tokens};

/// The crates that each crate may name in its `[dependencies]`. `docs/architecture.md` draws them.
const ARROWS: &[(&str, &[&str])] = &[
    ("pillarbox-text", &[]),
    ("pillarbox-system", &["pillarbox-text"]),
    ("pillarbox-metadata", &[]),
    ("pillarbox-wire", &["pillarbox-text"]),
    ("pillarbox-crypto", &[]),
    ("pillarbox-session", &["pillarbox-crypto", "pillarbox-wire"]),
    ("pillarbox-transport", &["pillarbox-crypto", "pillarbox-text", "pillarbox-wire"]),
    (
        "pillarbox-relay",
        &["pillarbox-crypto", "pillarbox-system", "pillarbox-text", "pillarbox-transport", "pillarbox-wire"],
    ),
    (
        "pillarbox-client",
        &[
            "pillarbox-crypto",
            "pillarbox-session",
            "pillarbox-system",
            "pillarbox-text",
            "pillarbox-transport",
            "pillarbox-wire",
        ],
    ),
    (
        "pillarbox-access",
        &["pillarbox-client", "pillarbox-crypto", "pillarbox-relay", "pillarbox-session", "pillarbox-wire"],
    ),
    // Only the laboratory names this crate.
    (
        "pillarbox-proposals",
        &[
            "pillarbox-client",
            "pillarbox-crypto",
            "pillarbox-relay",
            "pillarbox-session",
            "pillarbox-text",
            "pillarbox-wire",
        ],
    ),
    (
        "pillarbox-lab",
        &[
            "pillarbox-access",
            "pillarbox-client",
            "pillarbox-crypto",
            "pillarbox-metadata",
            "pillarbox-proposals",
            "pillarbox-relay",
            "pillarbox-session",
            "pillarbox-system",
            "pillarbox-text",
            "pillarbox-transport",
            "pillarbox-wire",
        ],
    ),
    (
        "pillarbox-page",
        &["pillarbox-access", "pillarbox-lab", "pillarbox-metadata", "pillarbox-text", "pillarbox-wire"],
    ),
    // Only tests use this crate. No other crate names it, except among its dev-dependencies.
    (
        "pillarbox-testkit",
        &[
            "pillarbox-client",
            "pillarbox-crypto",
            "pillarbox-relay",
            "pillarbox-session",
            "pillarbox-transport",
            "pillarbox-wire",
        ],
    ),
];

/// Crates that may have only one version in the shipped programs. Two versions would mean two generations of
/// cryptography, one of which is easily overlooked.
const CRYPTOGRAPHIC: &[&str] = &[
    "aead",
    "argon2",
    "blake2",
    "chacha20",
    "chacha20poly1305",
    "cipher",
    "crypto-common",
    "curve25519-dalek",
    "digest",
    "ed25519",
    "ed25519-dalek",
    "getrandom",
    "hkdf",
    "hmac",
    "libcrux-ml-kem",
    "poly1305",
    "rand",
    "rand_chacha",
    "rand_core",
    "sha2",
    "snow",
    "subtle",
    "universal-hash",
    "x25519-dalek",
    "zeroize",
];

/// Packages whose presence would mean that a sans-IO crate does input and output after all.
const SOCKETS_AND_FILES: &[&str] = &["tokio", "rusqlite", "mio", "socket2"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path("../Cargo.toml")
        .other_options(vec!["--locked".into()])
        .exec()
        .unwrap()
}

/// Returns the packages that `package` reaches through normal and build dependencies, without itself.
fn reached(metadata: &Metadata, package: &str) -> BTreeSet<PackageId> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let start = &metadata.packages.iter().find(|found| found.name.as_str() == package).unwrap().id;
    let mut found = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(id) = waiting.pop() {
        for dependency in &nodes.get(id).unwrap().deps {
            let shipped = dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
            if shipped && found.insert(dependency.pkg.clone()) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    found
}

fn names(metadata: &Metadata, ids: &BTreeSet<PackageId>) -> BTreeSet<String> {
    metadata
        .packages
        .iter()
        .filter(|found| ids.contains(&found.id))
        .map(|found| found.name.to_string())
        .collect()
}

#[test]
fn the_arrows_between_the_crates_go_one_way() {
    let metadata = metadata();
    for (package, allowed) in ARROWS {
        let found = metadata.packages.iter().find(|found| found.name.as_str() == *package).unwrap();
        for dependency in &found.dependencies {
            let ours =
                dependency.name.starts_with("pillarbox-") && dependency.kind != DependencyKind::Development;
            assert!(
                !ours || allowed.contains(&dependency.name.as_str()),
                "{package} may not depend on {}",
                dependency.name
            );
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_its_arrows_written_down() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let written = ARROWS.iter().any(|(name, _)| *name == package.name.as_str());
        let outside = ["pillarbox-tests", "pillarbox-examples", "pillarbox-manuals", "pillarbox-page-module"]
            .contains(&package.name.as_str());
        assert!(written || outside, "{} has no line in ARROWS", package.name);
    }
}

#[test]
fn the_relay_cannot_reach_the_session_protocol() {
    let metadata = metadata();
    let reached = names(&metadata, &reached(&metadata, "pillarbox-relay"));
    assert!(!reached.contains("pillarbox-session"));
    assert!(reached.contains("pillarbox-wire"), "the search sees dependencies at all");
}

#[test]
fn the_shipped_programs_contain_no_proposal() {
    let metadata = metadata();
    for program in ["pillarbox-relay", "pillarbox-client"] {
        let reached = names(&metadata, &reached(&metadata, program));
        assert!(!reached.contains("pillarbox-access"), "{program} reaches access");
        assert!(!reached.contains("pillarbox-proposals"), "{program} reaches the proposals");
    }
    let lab = names(&metadata, &reached(&metadata, "pillarbox-lab"));
    assert!(lab.contains("pillarbox-access") && lab.contains("pillarbox-proposals"));
}

#[test]
fn no_shipped_crate_contains_the_support_of_its_tests() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let reached = names(&metadata, &reached(&metadata, &package.name));
        assert!(!reached.contains("pillarbox-testkit"), "{} reaches the testkit", package.name);
    }
    let package = |name: &str| metadata.packages.iter().find(|found| found.name.as_str() == name).unwrap();
    let names_it = |name: &str| {
        package(name).dependencies.iter().any(|dependency| dependency.name == "pillarbox-testkit")
    };
    assert!(
        names_it("pillarbox-client") && names_it("pillarbox-tests"),
        "the search sees dependencies at all"
    );
    assert!(
        !reached_by(&["-p", "pillarbox-lab", "-p", "pillarbox-client"]).contains_key("pillarbox-testkit")
    );
}

#[test]
fn the_protocol_crates_know_no_sockets_and_no_files() {
    let metadata = metadata();
    for package in ["pillarbox-text", "pillarbox-wire", "pillarbox-crypto", "pillarbox-session"] {
        let reached = names(&metadata, &reached(&metadata, package));
        for name in SOCKETS_AND_FILES {
            assert!(!reached.contains(*name), "{package} reaches {name}");
        }
    }
    assert!(names(&metadata, &reached(&metadata, "pillarbox-relay")).contains("tokio"));
}

/// Packages whose presence would mean that a build of the engines alone has sockets, a command line or folders after
/// all.
const NOT_IN_ENGINES: &[&str] = &[
    "axum",
    "clap",
    "getrandom",
    "indicatif",
    "mio",
    "rpassword",
    "rustix",
    "socket2",
    "tempfile",
    "terminal_size",
    "tracing-subscriber",
];

#[test]
fn the_engines_alone_know_no_sockets_no_command_line_and_no_folders() {
    for package in
        ["pillarbox-relay", "pillarbox-client", "pillarbox-access", "pillarbox-lab", "pillarbox-page"]
    {
        let (alone, whole) =
            (reached_by(&["-p", package, "--no-default-features"]), reached_by(&["-p", package]));
        let found = |reached: &BTreeMap<String, _>| {
            NOT_IN_ENGINES.iter().copied().filter(|name| reached.contains_key(*name)).collect::<Vec<_>>()
        };
        assert_eq!(found(&alone), [""; 0], "{package} without its default features");
        let is_engine = package == "pillarbox-page";
        assert!(
            is_engine || found(&whole).contains(&"mio"),
            "{package} with them: the search sees dependencies at all"
        );
    }
}

/// Returns name and version of each package in the shipped programs. It asks `cargo tree` because `cargo metadata`
/// unites the features of tests with those of programs, and transport's tests enable snow's own primitives.
fn shipped() -> BTreeMap<String, BTreeSet<String>> {
    reached_by(&["-p", "pillarbox-lab", "-p", "pillarbox-client"])
}

/// Returns the same for the packages and features in the arguments of `cargo tree`.
fn reached_by(packages: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let arguments = "tree --locked -e normal,build --prefix none --format {p}".split(' ');
    let mut tree = Command::new(env!("CARGO"));
    let output = tree.args(arguments).args(packages).current_dir("..").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut versions = BTreeMap::<_, BTreeSet<_>>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        if let [name, version, ..] = line.split(' ').collect::<Vec<_>>().as_slice() {
            versions.entry((*name).to_owned()).or_default().insert((*version).to_owned());
        }
    }
    versions
}

#[test]
fn the_programs_ship_one_generation_of_cryptography() {
    let versions = shipped();
    for name in CRYPTOGRAPHIC {
        let found = versions.get(*name).cloned().unwrap_or_default();
        assert!(found.len() <= 1, "{name} comes in versions {found:?}");
    }
    assert!(versions.contains_key("x25519-dalek") && versions.contains_key("snow"));
}

#[test]
fn relay_and_phone_alone_are_built_without_the_means_to_copy_them() {
    let forks = |package: &str| {
        let mut tree = Command::new(env!("CARGO"));
        let arguments =
            ["tree", "--locked", "-e", "normal", "--prefix", "none", "--format", "{p} [{f}]", "-p", package];
        let output = tree.args(arguments).current_dir("..").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let has_it = |line: &&str| line.starts_with("pillarbox-") && line.contains("fork");
        String::from_utf8(output.stdout).unwrap().lines().filter(has_it).count()
    };
    assert_eq!((forks("pillarbox-relay"), forks("pillarbox-client")), (0, 0));
    assert!(forks("pillarbox-lab") >= 3, "the search sees features at all");
}

/// Modules of the engines that reach a file or a clock, each with the reason.
const FILES_AND_CLOCKS: &[(&str, &str)] = &[
    (
        "lab::stopwatch::system",
        "how long a guess at a passcode takes is measured; a page has another file in its place",
    ),
    ("relay::store::sqlite::reserve", "room on the disk; the engine alone has another file in its place"),
    ("text::read", "a file that somebody names is read up to a size, by one rule for all programs"),
    ("transport::signs", "when bytes last passed a stream; the engines use its records and no stream"),
];

/// Words of a source that reach a file or a clock. Modules in braces are read as if each had a path of its own.
const REACHING: &[&[&str]] = &[
    &["std", "::", "fs"],
    &["fs", "::"],
    &["is_dir"],
    &["File", "::", "open"],
    &["OpenOptions"],
    &["read", "::", "file"],
    &["SystemTime"],
    &["time", "::", "Instant"],
];

#[test]
fn no_engine_reaches_a_file_or_a_clock_without_a_reason() {
    let mut reaching = BTreeSet::new();
    for entry in std::fs::read_dir("../crates").unwrap() {
        let package = entry.unwrap().file_name().into_string().unwrap();
        // One is for tests; the other is what the programs know of the operating system.
        if ["testkit", "system"].contains(&package.as_str()) {
            continue;
        }
        let sources = sources_of(&package);
        let alone: Vec<&String> =
            sources.keys().filter(|module| is_in_the_engine(&sources, module)).collect();
        assert!(!alone.is_empty(), "{package}: the reader finds modules at all");
        reaching.extend(
            alone
                .into_iter()
                .filter(|module| reaches(&sources[*module]))
                .map(|module| below(&package, module)),
        );
    }
    let listed: BTreeSet<String> = FILES_AND_CLOCKS.iter().map(|(module, _)| (*module).to_owned()).collect();
    assert_eq!(reaching, listed);
}

#[test]
fn a_file_and_a_clock_are_found() {
    for text in [
        "use std::fs;",
        "use std::{fs, io};",
        "let now = SystemTime::now();",
        "use std::time::{Duration, Instant};",
    ] {
        assert!(reaches(text), "{text}");
    }
    for text in
        ["// std::fs", "const A: &str = \"std::fs\";", "use crate::trace::Instant;", "mod tests_of_fs {}"]
    {
        assert!(!reaches(text), "{text}");
    }
    let sources =
        |text: &str| Sources::from([(String::new(), text.to_owned()), ("a".to_owned(), String::new())]);
    assert!(is_in_the_engine(&sources("mod a;"), "a"));
    assert!(!is_in_the_engine(&sources("#[cfg(feature = \"cli\")]\npub mod a;"), "a"));
}

fn reaches(text: &str) -> bool {
    let tokens = tokens(text);
    let found = |words: &&[&str]| {
        let (last, path) = words.split_last().unwrap();
        tokens.windows(words.len()).any(|found| found.iter().eq(words.iter()))
            || tokens.windows(path.len() + 1).enumerate().any(|(at, found)| {
                let inside = tokens[at + path.len()..].iter().take_while(|token| *token != "}");
                !path.is_empty()
                    && found.iter().eq(path.iter().chain(&["{"]))
                    && inside.into_iter().any(|token| token == last)
            })
    };
    REACHING.iter().any(found)
}

/// Returns true for a module that is compiled without the features of the programs, as are those above it. A program's
/// own command line (`cli`) is never a part of an engine, and neither are tests in a file of their own.
fn is_in_the_engine(sources: &Sources, module: &str) -> bool {
    let (above, name) = module.rsplit_once("::").unwrap_or(("", module));
    if module.is_empty() {
        return true;
    }
    let declared = sources.get(above).map(String::as_str).unwrap_or_default();
    let lines: Vec<&str> = declared.lines().map(str::trim).collect();
    let is_gated = lines.windows(2).any(|pair| {
        let gates = ["#[cfg(feature", "#[cfg(test)", "#[cfg(all(test"];
        gates.iter().any(|gate| pair[0].starts_with(gate))
            && pair[1].split("mod ").nth(1) == Some(&format!("{name};"))
    });
    let is_program_or_test = module.split("::").next() == Some("cli") || name.ends_with("tests");
    !is_program_or_test && !is_gated && is_in_the_engine(sources, above)
}
