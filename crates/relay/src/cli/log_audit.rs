//! `log-audit`: the directory's public log is read whole, from a relay or from its data directory, and checked.

use std::io::Write;
use std::path::Path;

use pillarbox_relay::log_audit::{AuditFinding, Audited, audit};
use pillarbox_relay::server::trouble::in_words;
use pillarbox_relay::{Holdings, log_key};
use pillarbox_text::read;
use pillarbox_text::wrap::beside;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{FixedBytes, SeenHead};

use super::args::LogAudit;
use super::failure::Failure;
use super::log_reader::WholeLog;
use super::text::escape;
use super::window::Window;
use super::{ledger, log_reader};

/// Runs the command.
pub(crate) fn run(arguments: LogAudit, out: &mut impl Write) -> Result<(), Failure> {
    let LogAudit { whence, heads } = arguments;
    let mut heads = heads.map_or_else(|| Ok(Vec::new()), |file| read_heads(&file))?;
    let WholeLog { entries, key, head } = match whence.parse::<RelayAddress>() {
        Ok(address) => log_reader::read(&address)?,
        Err(error) if whence.starts_with("pillarbox:") => {
            return Err(Failure::Unreached(format!("this address cannot be used: {error}")));
        }
        Err(_) => of_folder(Path::new(&whence))?,
    };
    let given = heads.len();
    heads.extend(head);
    let sentence = match audit(&entries, key, &heads) {
        Ok(audited) => good(audited, given),
        Err(finding) => return Err(Failure::No(wrong(finding))),
    };
    writeln!(out, "{}", beside("", 0, &sentence, Window::of_output().for_sentences()))?;
    Ok(out.flush()?)
}

fn of_folder(data: &Path) -> Result<WholeLog, Failure> {
    let holdings = ledger::read(data)?;
    if holdings.leaves.is_empty() && !holdings.keeping.is_some_and(|keeping| keeping.directory_log) {
        return Err(Failure::No(format!(
            "there is no public log of keys in {}: its relay was not started with --directory-log",
            escape(&data.display().to_string())
        )));
    }
    let mut entries = Vec::with_capacity(holdings.leaves.len());
    for (place, row) in (0_u64..).zip(&holdings.leaves) {
        if row.place != place {
            return Err(Failure::No(format!(
                "the log is wrong: the entry at place {place} is missing. Its relay would not start with it; compare a copy of \
                 the data with it"
            )));
        }
        entries.push(row.leaf());
    }
    let certificate_key = Holdings::read_with_certificate_key(data).ok().and_then(|(_, key)| key);
    let key = certificate_key.map(|key| FixedBytes(*log_key(&key).public().as_bytes()));
    Ok(WholeLog { entries, key, head: None })
}

/// Reads a file of heads, one in each line. Empty lines and those that begin with # are skipped.
fn read_heads(file: &Path) -> Result<Vec<SeenHead>, Failure> {
    let shown = escape(&file.display().to_string());
    let text = read::file(file).map_err(|error| {
        Failure::Store(format!(
            "the heads in {shown} cannot be read: {}. Check the path",
            in_words(error.kind())
        ))
    })?;
    let lines = (1..).zip(text.lines().map(str::trim));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            line.parse().map_err(|error| {
                Failure::Store(format!(
                    "the heads in {shown} cannot be used, line {number}: {error}. A phone prints its line with: pillarbox \
                     directory head"
                ))
            })
        })
        .collect()
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn good(audited: Audited, given: usize) -> String {
    let Audited { entries, labels, heads: _ } = audited;
    let heads = match given {
        0 => "No head of a phone was given, so this does not tell whether the relay shows the same log to everybody."
            .to_owned(),
        1 => "The head that was given is a head of this log.".to_owned(),
        many => format!("The {many} heads that were given are heads of this log."),
    };
    format!(
        "The log is in order: {} of {}, each numbered after the one before. {heads} Whether an entry is its owner's, only \
         the owner's phone can tell.",
        counted(entries, "entry", "entries"),
        counted(labels, "account", "accounts"),
    )
}

/// Says what is wrong, where, and what to do.
fn wrong(finding: AuditFinding) -> String {
    let kept = "Keep the heads and a copy of the log: they prove it to anybody";
    match finding {
        AuditFinding::Count { place, expected, found } => format!(
            "the log is wrong at place {place}: the entry says that it is number {found} of its account, and number {expected} \
             follows. An entry was left out or added twice. {kept}"
        ),
        AuditFinding::Signature { size } => format!(
            "the head of size {size} is not signed with the key that stands beside it. It proves nothing; take it again from the \
             phone that it came from"
        ),
        AuditFinding::OtherKey { size } => format!(
            "the head of size {size} is signed with another key than this log. It is another relay's, or this relay signs with \
             two keys. Ask whose head it is"
        ),
        AuditFinding::Shorter { size, entries } => format!(
            "the log is wrong: a head was signed for {size} entries, and only {entries} are here. The entry at place {entries} \
             and those after it were taken out, or somebody was shown a longer log. {kept}"
        ),
        AuditFinding::OtherEntries { size, from } => format!(
            "the log is wrong: an entry between place {from} and place {} is not the one that the head of size {size} was \
             signed for. Somebody was shown another log. {kept}",
            size.saturating_sub(1)
        ),
        AuditFinding::OtherLatest { size } => format!(
            "the log is wrong: by the head of size {size} another entry is somebody's latest than by the entries. {kept}"
        ),
    }
}
