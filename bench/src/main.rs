//! The cost of Pillarbox, measured beside a reference operation and beside a peer that does the same work.
//!
//! Run `cargo run --release --manifest-path bench/Cargo.toml -- session [--json]`, or `relay`, from the root of the
//! repository so that `.cargo/config.toml` applies. A slow result is not a failure: the figures are printed beside
//! their bounds, and the reader judges.

mod measure;
mod relay;
mod report;
mod session;

use std::process::ExitCode;

const USAGE: &str = "\
usage: pillarbox-bench session [--json]
       pillarbox-bench relay [--json] [--pairs N] [--seconds N] [--hold SECONDS]
                             [--connections N] [--queued N] [--only NAME]

  session   the end-to-end protocol beside one X25519 operation and vodozemac
  relay     the relay beside redis-server and mosquitto, where they are installed; NAME is one of
            accept, deliver, latency, idle, reopen, follow, hold
  --json    the same as data";

/// Exit code for a command line that cannot be parsed, as in sysexits.h.
const EX_USAGE: u8 = 64;

/// An error that stopped a measurement. The program does not recover from any of them.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = match arguments.as_slice() {
        ["session"] => session::run().and_then(|report| report.to_text()),
        ["session", "--json"] => session::run().and_then(|report| report.to_json()),
        ["relay", words @ ..] => match relay::Options::read(words) {
            Ok(Some(options)) => relay::run(&options)
                .and_then(|report| if options.json { report.to_json() } else { report.to_text() }),
            Ok(None) => return wrong_usage(),
            Err(failure) => Err(failure),
        },
        _ => return wrong_usage(),
    };
    match printed {
        Ok(printed) => {
            println!("{printed}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("the measurement stopped: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(EX_USAGE)
}
