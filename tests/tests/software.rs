//! The shipped programs have one software, which adds nothing to any step, and no phone or constructor holds another.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use aho_corasick::AhoCorasick;
use pillarbox_testkit::program::programs;

use crate::sources::{sources_of, tokens};

/// The name of the crate of the access proposals, as compilers write it.
const MARK: &[u8] = b"pillarbox_proposals";

/// Returns what follows each `impl` of a trait in the sources of a crate: the implementor, and the words of its body.
fn implementors(of_trait: &str, texts: &[String]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for text in texts {
        let words = tokens(text);
        for (at, window) in words.windows(3).enumerate() {
            let [first, of, implementor] = window else { continue };
            if first != of_trait || of != "for" {
                continue;
            }
            let body = words.iter().skip(at + 3).skip_while(|word| *word != "{").skip(1);
            let body = body.take_while(|word| *word != "}").cloned().collect();
            found.push((implementor.clone(), body));
        }
    }
    found
}

fn texts_of(package: &str) -> Vec<String> {
    sources_of(package).into_values().collect()
}

#[test]
fn the_shipped_software_is_the_only_one_and_every_method_of_it_is_the_default() {
    let shipped = |name: &str| [(name.to_owned(), Vec::new())];
    assert_eq!(implementors("Software", &texts_of("client")), shipped("Shipped"));
    assert_eq!(implementors("RelaySoftware", &texts_of("relay")), shipped("ShippedRelay"));
    for (of_trait, package) in [("Software", "relay"), ("RelaySoftware", "client")] {
        assert!(implementors(of_trait, &texts_of(package)).is_empty(), "{of_trait} in {package}");
    }
}

#[test]
fn the_shipped_program_names_its_software_and_changes_nothing_else_of_the_command_line() {
    let programs = implementors("PhoneProgram", &texts_of("client"));
    let [(name, body)] = programs.as_slice() else { panic!("{programs:?}") };
    assert_eq!(name, "Shipped");
    assert_eq!(body.iter().filter(|word| *word == "fn").count(), 1, "{body:?}");
    assert!(body.contains(&"software".to_owned()), "{body:?}");
}

#[test]
fn another_software_and_a_method_of_its_own_are_seen() {
    let other = "impl Software for Shipped {}\nimpl Software for Ghost { fn devices(&self) {} }".to_owned();
    let found = implementors("Software", &[other]);
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Shipped", "Ghost"]);
    assert!(found.last().unwrap().1.contains(&"devices".to_owned()));
}

#[test]
fn no_phone_and_no_other_type_holds_a_software() {
    let holds = |text: &str| {
        let words = tokens(text);
        let boxed = words.windows(2).any(|pair| pair == ["dyn", "Software"]);
        // An engine that uses the argument for one call borrows it, as a generic parameter.
        boxed || words.windows(3).any(|three| three == ["Phone", "<", "S"])
    };
    assert!(holds("struct A(Box<dyn Software>);") && holds("pub struct Phone<S> {}"), "both are found");
    for package in ["client", "relay"] {
        assert!(!texts_of(package).iter().any(|text| holds(text)), "{package}");
    }
}

/// A program contains the names of its functions, each with the name of its crate.
#[test]
fn the_built_programs_contain_nothing_of_an_access_proposal() {
    // A debug build takes minutes to compare every place of these programs with the mark by itself.
    let search = AhoCorasick::new([MARK]).unwrap();
    let contains = |program: &Path| search.is_match(&fs::read(program).unwrap());
    assert!(contains(&programs().lab()), "the search finds what is there");
    for shipped in [programs().phone(), programs().relay()] {
        assert!(!contains(&shipped), "{}", shipped.display());
    }
}
