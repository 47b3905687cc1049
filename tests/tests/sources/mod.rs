//! The sources of the crates as modules and words, for the tests that read them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

/// The text of each module, by its path below the crate. The crate's root has the empty path.
pub(crate) type Sources = BTreeMap<String, String>;

/// Returns the modules of the library of a crate under `crates`.
pub(crate) fn sources_of(package: &str) -> Sources {
    let mut sources = Sources::new();
    read(&Path::new("../crates").join(package).join("src"), "", &mut sources);
    sources
}

/// Reads the modules in a folder and below it. Programs (`main.rs`, `bin`) are not modules of the library.
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

/// Returns the path of the module `name` in `module`.
pub(crate) fn below(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

/// Returns true for a word, false for a sign.
pub(crate) fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Returns the words, the `::` and the single characters of a file. Comments, strings and the unit tests at its end
/// are left out.
pub(crate) fn tokens(text: &str) -> Vec<String> {
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

/// Returns the length of the string or character at the start of `text`, if there is one. A lifetime is not a literal.
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
