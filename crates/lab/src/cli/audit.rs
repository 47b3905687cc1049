//! `audit`: evidence that the relay cannot read.

use pillarbox_lab::audit::memory::MemoryError;
use pillarbox_lab::audit::report::Finding;
use pillarbox_lab::audit::{self, AuditError, AuditPlan};
use pillarbox_lab::progress::Progress;
use pillarbox_system::exit::{NO, STORE, UNREACHED};

use super::args::Audit;
use super::output::{Failure, hint, next, print, print_json};
use super::runtime::runtime;
use super::window;

pub(super) fn run(wanted: &Audit) -> Result<(), Failure> {
    let relay = match &wanted.relay_program {
        Some(program) => program.clone(),
        None => audit::beside_this_program().map_err(in_words)?,
    };
    let mut plan = AuditPlan::new(relay);
    if let Some(phone) = &wanted.phone_program {
        plan.phone_program.clone_from(phone);
    }
    hint("Holding conversations of random words, then searching for the words ...")?;
    let progress = Progress::of(audit::CONVERSATIONS, "conversations");
    let report = runtime()?.block_on(audit::run(&plan, &progress)).map_err(in_words)?;
    drop(progress);
    if wanted.json {
        print_json(&report)?;
    } else if wanted.full {
        print(&audit::text::render(&report, window::width()))?;
        next("pillarbox-lab audit --json", "the same as data, with every hit and every place")?;
    } else {
        print(&audit::text::short(&report, window::width()))?;
        next("pillarbox-lab audit --full", "every place, every control")?;
    }
    match report.finding {
        Finding::AsClaimed => Ok(()),
        Finding::NotAsClaimed => Err(Failure {
            sentence: "the relay, or the way to it, holds what it must not: see the report.".into(),
            code: NO,
        }),
    }
}

fn in_words(error: AuditError) -> Failure {
    let (next, code) = match &error {
        AuditError::NoProgram { .. } | AuditError::NotStarted { .. } => (
            "Build it with `cargo build --release --workspace`, or name it with --relay-program PATH.",
            UNREACHED,
        ),
        AuditError::NoPhone { .. } => (
            "Build it with `cargo build --release --workspace`, or name it with --phone-program PATH.",
            UNREACHED,
        ),
        AuditError::Memory(MemoryError::Refused) => (
            "Run this as root, or set /proc/sys/kernel/yama/ptrace_scope to 0 or 1; in a container, start it with \
             --cap-add=SYS_PTRACE.",
            UNREACHED,
        ),
        AuditError::Memory(MemoryError::NoProc) => ("Run the audit on Linux.", UNREACHED),
        AuditError::Folder { .. }
        | AuditError::Profile(_)
        | AuditError::Holdings(_)
        | AuditError::File(_) => ("Free some space there, or name another folder with TMPDIR=FOLDER.", STORE),
        _ => ("There is no result, and nothing was left behind; run it again.", UNREACHED),
    };
    Failure { sentence: format!("{error}. {next}"), code }
}
