//! The arrows between the modules of one crate go one way, as those between the crates do (`layers.rs`).
//!
//! An arrow is a path in a module's file that leads to another module: in a `use`, or written out in the code. A path through a
//! re-export leads to the module that owns the item. Comments, strings and the unit tests at the end of a file draw no arrows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Crates whose modules form a tree.
const TREES: &[&str] = &[
    "access",
    "client",
    "crypto",
    "metadata",
    "page",
    "relay",
    "session",
    "system",
    "testkit",
    "text",
    "transport",
    "wire",
];

/// The text of each module by its path below the crate; the crate's root has the empty path.
type Sources = BTreeMap<String, String>;

/// For each module, the other modules that its paths lead to.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_modules_of_a_crate_form_a_tree() {
    for package in TREES {
        let root = Path::new("../crates").join(package).join("src");
        let mut sources = Sources::new();
        read(&root, "", &mut sources);
        assert!(sources.len() > 1, "{package}: the reader finds files at all");
        let arrows = arrows(&sources);
        assert_eq!(circles(&arrows), BTreeSet::new(), "{package}: modules that import each other");
        if *package == "access" {
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

/// Reads the modules in a folder and below it. Programs (`main.rs`, `bin`) are no modules of the library.
fn read(folder: &Path, module: &str, sources: &mut Sources) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() && stem != "bin" {
            read(&path, &below(module, stem), sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") && stem != "main" {
            let name = if ["lib", "mod"].contains(&stem) { module.to_owned() } else { below(module, stem) };
            sources.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn below(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
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

/// The module that owns what `path` names in `module`; none if the path leads out of the crate.
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
    // Re-exports are followed through as many modules as the longest chain could have.
    for _ in 0..sources.len() {
        match exports.get(&(at.clone(), item.clone())) {
            Some(owner) if *owner != at => at.clone_from(owner),
            _ => break,
        }
    }
    Some(at)
}

/// The modules on a circle, and those between two circles: what is left when every module goes that has no arrow out, or none in.
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
    /// It stands in a `pub use`, of whatever reach.
    is_export: bool,
}

fn found(tokens: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token == "use" {
            let end = at + tokens[at..].iter().position(|token| token == ";").unwrap_or(tokens.len() - at);
            // `pub use` and `pub(crate) use`.
            let is_export = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
            let mut paths = Vec::new();
            tree(&tokens[at + 1..end], &mut 0, &[], &mut paths);
            found.extend(paths.into_iter().map(|path| Found { path, is_export }));
            at = end;
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

/// Reads one branch of a `use` and those inside its braces, each with what stands before it.
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

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::` and single signs of a file, without comments, strings, and the unit tests at its end.
fn tokens(text: &str) -> Vec<String> {
    let text = text.split("\nmod tests {").next().unwrap_or(text);
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    tokens
}

/// The length of the string or character at the start of `text`, if there is one. A lifetime is not a literal.
fn literal(text: &str) -> Option<usize> {
    let unprefixed = text.strip_prefix('b').unwrap_or(text);
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = inner.find(&close).map_or(text.len(), |end| text.len() - inner.len() + end + close.len());
        return Some(end);
    }
    let quote = unprefixed.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let inner = &unprefixed[1..];
    let is_lifetime = quote == '\'' && !inner.starts_with('\\') && inner.chars().nth(1) != Some('\'');
    if is_lifetime {
        return None;
    }
    let mut escaped = false;
    for (at, sign) in inner.char_indices() {
        if sign == quote && !escaped {
            return Some(text.len() - inner.len() + at + 1);
        }
        escaped = sign == '\\' && !escaped;
    }
    Some(text.len())
}
