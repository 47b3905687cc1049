//! Prints a story of many people, to show the costs of worlds as they grow.
//!
//! ```text
//! cargo run --release -p pillarbox-lab --example crowd -- 400 10000 > crowd.toml
//! pillarbox-lab run crowd.toml --design signal-now --out crowd
//! ```
//!
//! People live in circles of twenty that have a group each. One text in ten goes to the group, the others to somebody
//! whom the writer knows. The gap between two texts is random, forty seconds on average. The same numbers give the same
//! story.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::fmt::Write as _;
use std::process::ExitCode;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The number of people in a circle.
const CIRCLE: u64 = 20;

/// The people whom each person knows in their circle, as distances in its order. The last person knows somebody of the
/// next circle.
const KNOWS: [u64; 4] = [1, 2, 5, 9];

/// The longest gap between two texts, in seconds.
const LONGEST_GAP: u64 = 80;

/// The words that make up the texts.
const WORDS: [&str; 12] =
    ["the", "ferry", "at", "noon", "again", "or", "later", "by", "the", "harbour", "if", "it rains"];

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u64>());
    let (Some(Ok(people)), Some(Ok(texts))) = (numbers.next(), numbers.next()) else {
        eprintln!("usage: crowd PEOPLE TEXTS");
        return ExitCode::from(2);
    };
    println!("{}", story(people, texts));
    ExitCode::SUCCESS
}

fn story(people: u64, texts: u64) -> String {
    let mut rng = ChaCha20Rng::seed_from_u64(people ^ (texts << 16));
    let mut below = |most: u64| rng.next_u64() % most.max(1);
    let mut out = format!(
        "[scenario]\nname = \"crowd-{people}-{texts}\"\ntitle = \"{people} people, {texts} texts\"\n\
         start = 2017-03-01T08:00:00Z\n\n"
    );
    for who in 0..people {
        let knows = KNOWS.map(|step| format!("\"P{:03}\"", known(who, step, people)));
        let _ = write!(
            out,
            "[[people]]\nname = \"P{who:03}\"\nnumber = \"+447700900{who:03}\"\ncountry = \"GB\"\nknows = [{}]\n\n",
            knows.join(", ")
        );
    }
    for first in (0..people).step_by(CIRCLE as usize) {
        let last = (first + CIRCLE).min(people);
        let with: Vec<String> = (first + 1..last).map(|who| format!("\"P{who:03}\"")).collect();
        if !with.is_empty() {
            let (group, with) = (first / CIRCLE, with.join(", "));
            let _ = write!(
                out,
                "[[events]]\nat = \"+1m\"\nwho = \"P{first:03}\"\nmakes-group = \"circle {group}\"\nwith = [{with}]\n\n"
            );
        }
    }
    for number in 0..texts {
        let who = below(people);
        let to = match below(10) {
            0 if people > 1 => format!("group = \"circle {}\"", who / CIRCLE),
            _ => format!("to = \"P{:03}\"", known(who, one_of(&KNOWS, below(KNOWS.len() as u64)), people)),
        };
        let words: Vec<&str> = (0..=below(20)).map(|_| one_of(&WORDS, below(WORDS.len() as u64))).collect();
        let (gap, words) = (1 + below(LONGEST_GAP), words.join(" "));
        let _ = write!(
            out,
            "[[events]]\nat = \"+{gap}s\"\nwho = \"P{who:03}\"\nsays = \"{number}: {words}\"\n{to}\n\n"
        );
    }
    out
}

/// Returns one of several.
fn one_of<T: Copy + Default>(all: &[T], at: u64) -> T {
    all.get(at as usize).copied().unwrap_or_default()
}

/// Returns somebody whom a person knows.
fn known(who: u64, step: u64, people: u64) -> u64 {
    let (first, place) = (who - who % CIRCLE, who % CIRCLE);
    let there = first + (place + step) % CIRCLE;
    // In the last circle there may be fewer, and nobody knows themselves.
    if there < people { there } else { (who + 1) % people }
}
