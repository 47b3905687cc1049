//! Drives the stage without a browser, so that a profiler can show where the time goes. First run `cargo build
//! --release -p pillarbox-page --example pace`, then `perf record -g target/release/examples/pace 100 interception`.
//!
//! The program opens the stage, sends as many texts as the first argument says, serves the demand, and moves the
//! order ten times. It prints how long each step took by the clock. `packaging/page/measure.mjs` measures the cost
//! of the page itself in WebAssembly.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};

use pillarbox_page::{Request, Stage, StageError};

/// Makes a request, continues it to its end, and returns the time that it took.
fn timed(stage: &mut Stage, words: &[(&str, &str)]) -> Duration {
    let begun = Instant::now();
    let mut reply = stage.answer(&Request::of(words));
    while reply.more.is_some() {
        reply = stage.answer(&Request::of(&[("do", "go-on")]));
    }
    std::hint::black_box(reply.to_json());
    begun.elapsed()
}

fn main() -> Result<(), StageError> {
    let mut wanted = std::env::args().skip(1);
    let texts: usize = wanted.next().and_then(|texts| texts.parse().ok()).unwrap_or(100);
    let demand = wanted.next().unwrap_or_else(|| "interception".to_owned());
    let begun = Instant::now();
    let mut stage = Stage::new()?;
    timed(&mut stage, &[("do", "open")]);
    println!("ready: {:?}", begun.elapsed());
    let said: Duration = (0..texts)
        .map(|number| {
            let who = if number % 2 == 0 { "0" } else { "1" };
            timed(&mut stage, &[("do", "say"), ("who", who), ("text", &format!("Text {number}."))])
        })
        .sum();
    println!("{texts} texts: {said:?}");
    let serve = [("do", "serve"), ("demand", &demand), ("by", "GB"), ("guess", "unknown"), ("design", "")];
    println!("{demand}: {:?}", timed(&mut stage, &serve));
    let moved: Duration = (0..5)
        .flat_map(|_| ["2", "3"])
        .map(|after| timed(&mut stage, &[("do", "order"), ("after", after)]))
        .sum();
    println!("the order moved ten times: {moved:?}");
    Ok(())
}
