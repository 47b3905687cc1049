//! No public type has the name of another one, in any crate, unless a reason is recorded here.
//!
//! Somebody who searches for a name, or sees it in a message of the compiler, finds one type.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{below, is_word, sources_of, tokens};

/// Names that several types have, each with the reason.
const ALLOWED: &[(&str, &str)] = &[
    ("Link", "testkit: a socket to a relay, where `client` has the name of one of a phone's two connections"),
    ("Phone", "testkit: the program as a process, which stands for the engine of this name"),
    ("Process", "testkit: a program of the operating system; access: a legal process"),
    ("Relay", "testkit: the program as a process, which stands for the engine of this name"),
    (
        "Settings",
        "metadata: `model_a::Settings` and `model_b::Settings`, written with their module wherever used",
    ),
    ("World", "testkit: phones and one relay in memory, for crates that the laboratory's world stands on"),
];

/// The modules that declare each name of a public type.
type Declared = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_public_type_has_the_name_of_another_without_a_reason() {
    let mut declared = Declared::new();
    for entry in std::fs::read_dir("../crates").unwrap() {
        let package = entry.unwrap().file_name().into_string().unwrap();
        for (module, text) in sources_of(&package) {
            note(&mut declared, &below(&package, &module), &text);
        }
    }
    assert!(declared.len() > 400, "the reader finds types at all: {}", declared.len());
    let several: BTreeMap<&str, &BTreeSet<String>> = several(&declared).collect();
    let listed: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed.len(), ALLOWED.len(), "a name is listed once");
    let unlisted: Vec<_> = several.iter().filter(|(name, _)| !listed.contains(*name)).collect();
    assert!(unlisted.is_empty(), "types of the same name: {unlisted:#?}");
    let unneeded: Vec<_> = listed.iter().filter(|name| !several.contains_key(*name)).collect();
    assert!(unneeded.is_empty(), "names that stand once, and need no place in the lists: {unneeded:?}");
}

#[test]
fn types_of_the_same_name_are_found() {
    let found = |texts: &[&str]| {
        let mut declared = Declared::new();
        for (at, text) in texts.iter().enumerate() {
            note(&mut declared, &at.to_string(), text);
        }
        several(&declared).map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    for other in
        ["pub enum A {}", "pub trait A {}", "#[derive(Debug)]\npub struct A<T>(T);", "pub type A = u8;"]
    {
        assert_eq!(found(&["pub struct A;", other]), ["A"], "{other}");
    }
    for other in [
        "pub struct B;",
        "struct A;",
        "pub(crate) struct A;",
        "pub fn f(a: A) {}",
        "// pub struct A;",
        "const TEXT: &str = \"pub struct A;\";",
        "#[cfg(test)]\nmod tests {\n    pub struct A;\n}",
    ] {
        assert_eq!(found(&["pub struct A;", other]), [""; 0], "{other}");
    }
}

/// Records the public types that a module declares, without those of its unit tests.
fn note(declared: &mut Declared, module: &str, text: &str) {
    for words in tokens(text).windows(3) {
        if let [public, kind, name] = words
            && public == "pub"
            && ["struct", "enum", "trait", "type", "union"].contains(&kind.as_str())
            && is_word(name)
        {
            declared.entry(name.clone()).or_default().insert(module.to_owned());
        }
    }
}

/// Returns the names that several modules declare.
fn several(declared: &Declared) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
    declared.iter().filter(|(_, modules)| modules.len() > 1).map(|(name, modules)| (name.as_str(), modules))
}
