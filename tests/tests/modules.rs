//! The arrows between the modules of one crate are one-way, as those between the crates are (`layers.rs`).
//!
//! An arrow is a path in a module's file that leads to another module: in a `use`, or written out in the code. A path
//! through a re-export leads to the module that owns the item. Comments, strings and the unit tests at the end of a
//! file draw no arrows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Sources, below, is_word, sources_of, tokens};

/// Returns the names of all crates.
fn crates() -> BTreeSet<String> {
    let folders = std::fs::read_dir("../crates").unwrap();
    folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// For each module, the other modules that its paths lead to.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_modules_of_a_crate_form_a_tree() {
    let crates = crates();
    assert!(crates.len() > 10 && crates.contains("access"), "the reader finds crates at all: {crates:?}");
    for package in crates {
        let sources = sources_of(&package);
        assert!(sources.len() > 1, "{package}: the reader finds files at all");
        let arrows = arrows(&sources);
        assert_eq!(circles(&arrows), BTreeSet::new(), "{package}: modules that import each other");
        if package == "access" {
            let seen = |from: &str, to: &str| arrows[from].contains(to);
            assert!(seen("item::read", "item::rows") && seen("law::power", "mark"), "{arrows:?}");
        }
    }
}

#[test]
fn modules_that_import_each_other_are_found() {
    let found = |files: &[(&str, &str)]| {
        let sources = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        circles(&arrows(&sources.collect()))
    };
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let pair = named(&["one", "two"]);
    for one in [
        "use crate::two::B;",
        "use super::two;",
        "use crate::{three::C, two::{self as other, B}};",
        "fn f() -> crate::two::B {}",
        "use crate::B;",
        "const QUOTE: char = '\"'; use crate::two::B;",
    ] {
        let files = [("", "pub use two::B;"), ("one", one), ("two", "use super::one::A;"), ("three", "")];
        assert_eq!(found(&files), pair, "{one}");
    }
    let parent = [("", ""), ("one", "mod part; fn f() { part::g() }"), ("one::part", "use super::A;")];
    assert_eq!(found(&parent), named(&["one", "one::part"]));

    for one in [
        "",
        "use crate::three::C;",
        "// use crate::two::B;",
        "/* crate::two::B */",
        "const TEXT: &str = \"use crate::two::B;\";",
        "const TEXT: &str = r#\"crate::two::B \"#;",
        "#[cfg(test)]\nmod tests {\n    use crate::two::B;\n}",
    ] {
        let files = [("", "pub use two::B;"), ("one", one), ("two", "use super::one::A;"), ("three", "")];
        assert_eq!(found(&files), BTreeSet::new(), "{one}");
    }
    let below =
        [("", ""), ("one", "mod part; pub use part::A;"), ("one::part", ""), ("two", "use crate::one::A;")];
    assert_eq!(found(&below), BTreeSet::new());
}

fn arrows(sources: &Sources) -> Arrows {
    let paths: BTreeMap<&str, Vec<Found>> =
        sources.iter().map(|(module, text)| (module.as_str(), found(&tokens(text)))).collect();
    let mut exports = BTreeMap::new();
    for (module, found) in &paths {
        for Found { path, .. } in found.iter().filter(|found| found.is_export) {
            if let (Some(owner), Some(item)) =
                (leads_to(module, path, sources, &BTreeMap::new()), path.last())
            {
                exports.insert(((*module).to_owned(), item.clone()), owner);
            }
        }
    }
    paths
        .iter()
        .map(|(module, found)| {
            let led = found.iter().filter_map(|found| leads_to(module, &found.path, sources, &exports));
            ((*module).to_owned(), led.filter(|to| to != module).collect())
        })
        .collect()
}

/// Returns the module that owns what `path` names in `module`, or `None` if the path leads out of the crate.
fn leads_to(
    module: &str,
    path: &[String],
    sources: &Sources,
    exports: &BTreeMap<(String, String), String>,
) -> Option<String> {
    let mut at = module.to_owned();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (at, rest) = (String::new(), path.get(1..)?),
        "self" => rest = path.get(1..)?,
        "super" => {
            while let Some(("super", after)) =
                rest.split_first().map(|(first, after)| (first.as_str(), after))
            {
                at = at.rsplit_once("::").map_or(String::new(), |(parent, _)| parent.to_owned());
                rest = after;
            }
        }
        child if sources.contains_key(&below(module, child)) => {}
        _ => return None,
    }
    while let Some((name, after)) =
        rest.split_first().filter(|(name, _)| sources.contains_key(&below(&at, name)))
    {
        at = below(&at, name);
        rest = after;
    }
    let item = rest.first().cloned().unwrap_or_default();
    // Re-exports are followed as often as there are modules, because no chain of re-exports is longer.
    for _ in 0..sources.len() {
        match exports.get(&(at.clone(), item.clone())) {
            Some(owner) if *owner != at => at.clone_from(owner),
            _ => break,
        }
    }
    Some(at)
}

/// Returns the modules on a circle, and those between two circles. They remain when every module is removed that
/// has no outgoing or no incoming arrow.
fn circles(arrows: &Arrows) -> BTreeSet<String> {
    let mut left: BTreeSet<String> = arrows.keys().cloned().collect();
    loop {
        let kept = |module: &&String| {
            let out = arrows[*module].iter().any(|to| left.contains(to));
            out && left.iter().any(|from| arrows[from].contains(*module))
        };
        let next: BTreeSet<String> = left.iter().filter(kept).cloned().collect();
        if next == left {
            return left;
        }
        left = next;
    }
}

/// A path in a module's file.
struct Found {
    path: Vec<String>,
    /// True if the path is part of a `pub use`, whatever its visibility.
    is_export: bool,
}

fn found(tokens: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        // The `use<'_>` of a type is not an import.
        if token == "use" && tokens.get(at + 1).is_none_or(|next| next != "<") {
            let end = at + tokens[at..].iter().position(|token| token == ";").unwrap_or(tokens.len() - at);
            // The word before `use` is `pub`, or the bracket of `pub(crate)`.
            let is_export = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
            let mut paths = Vec::new();
            tree(&tokens[at + 1..end], &mut 0, &[], &mut paths);
            found.extend(paths.into_iter().map(|path| Found { path, is_export }));
            at = end;
        } else if token == "in" && at > 0 && tokens[at - 1] == "(" {
            // `pub(in crate::one)` limits the visibility of a name.
            at += 1 + tokens[at..].iter().position(|token| token == ")").unwrap_or(0);
        } else if is_word(token) && (at == 0 || tokens[at - 1] != "::") {
            let mut path = vec![token.clone()];
            while tokens.get(at + 1).is_some_and(|next| next == "::")
                && tokens.get(at + 2).is_some_and(|next| is_word(next))
            {
                path.push(tokens[at + 2].clone());
                at += 2;
            }
            if path.len() > 1 {
                found.push(Found { path, is_export: false });
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one branch of a `use` and the branches inside its braces. Each path is prefixed with the part before it.
fn tree(tokens: &[String], at: &mut usize, before: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    let mut is_module = false;
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token.as_str() {
            "{" => {
                while tokens.get(*at - 1).is_some_and(|token| token != "}") {
                    tree(tokens, at, &path, paths);
                }
                *at += 1;
                return;
            }
            "," | "}" => break,
            "as" => *at += 1,
            // `module::{self}` names the module itself.
            "self" if !path.is_empty() => is_module = true,
            word if is_word(word) => path.push(word.to_owned()),
            _ => {}
        }
    }
    if is_module || path.len() > before.len() {
        paths.push(path);
    }
}
