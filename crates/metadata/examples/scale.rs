//! Measures the time and the growth of an analysis: `cargo run --release -p pillarbox-metadata --example scale
//! [MESSAGES] [PEOPLE]`.

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;
use std::time::Instant;

use pillarbox_metadata::generator::{GeneratorSettings, sealed};
use pillarbox_metadata::{Analysis, MeansSettings};

/// The milliseconds of a month, over which the messages are spread.
const MONTH: u64 = 2_592_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let most: u64 = arguments.next().map_or(Ok(1_000_000), |number| number.parse())?;
    let people: u32 = arguments.next().map_or(Ok(10_000), |number| number.parse())?;
    for messages in [most / 4, most / 2, most] {
        // Each text has a receipt.
        let gap = 2 * MONTH / messages.max(1);
        let made =
            GeneratorSettings { people, contacts: 5, messages, gap, receipts_within: Some(800), seed: 1 };
        let (trace, truth) = sealed(made);
        let begun = Instant::now();
        let analysis = Analysis::of(&trace, &truth, MeansSettings::default());
        let took = begun.elapsed();
        println!("{messages} messages, {people} people: {:.1} s", took.as_secs_f64());
        for line in &analysis.lines {
            if let Ok(found) = &line.outcome
                && let Some(score) = &found.score
            {
                let (right, there, named) = (score.right, score.there, score.named);
                println!(
                    "    {}: {right} of {there}, {named} named, {} shuffled",
                    line.means.wording(),
                    found.shuffled_named
                );
            }
        }
    }
    Ok(())
}
