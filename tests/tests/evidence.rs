//! Evidence that the relay cannot read: `pillarbox-lab audit` on the real programs, and tests of the audit itself. The
//! audit must find leaks. It must refuse to give a result if its search misses what is there, and say so if it may not
//! look.
//!
//! An audit runs six conversations. A test that changes one of them reruns only that one and reuses the others
//! from a shared audit of the unmodified programs ([`honest`]).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pillarbox_access::{Design, designs};
use pillarbox_client::GroupBasis;
use pillarbox_lab::audit::encoding::Encoding;
use pillarbox_lab::audit::locking::{self, LockingWay};
use pillarbox_lab::audit::needle::NeedleRole;
use pillarbox_lab::audit::report::{self, AuditReport, FeatureRun, Finding, Locking, Misfit, Moment};
use pillarbox_lab::audit::seam::Patch;
use pillarbox_lab::audit::search::Hit;
use pillarbox_lab::audit::{AuditError, AuditPlan, Conversations, features, stage, text};
use pillarbox_lab::progress::Progress;
use pillarbox_testkit::program::{Ended, Place, Process, programs};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The id of a user without rights on every Linux.
const NOBODY: u32 = 65_534;

fn audit(place: &Place, arguments: &[&str]) -> Ended {
    let mut command = place.command(programs().lab());
    command.arg("audit").args(arguments);
    Process::run(command, "")
}

/// Returns the conversations of an audit of the unmodified programs.
fn honest() -> Conversations {
    static HELD: OnceLock<Conversations> = OnceLock::new();
    let hold = || {
        let plan = plan(&programs().phone());
        runtime().block_on(Conversations::hold(&plan, &Progress::none())).unwrap()
    };
    HELD.get_or_init(hold).clone()
}

/// Returns the report of an audit in which the relay that cannot read serves phones of `design` with this patch.
fn unreadable(design: &Design, patch: Option<fn(&str) -> Patch>) -> AuditReport {
    let unreadable = runtime().block_on(stage::play(&programs().relay(), design, patch)).unwrap();
    Conversations { unreadable, ..honest() }.conclude().unwrap()
}

/// Returns a plan for the usual designs, with `phone` as the phone's program.
fn plan(phone: &Path) -> AuditPlan {
    AuditPlan { phone_program: phone.to_owned(), ..AuditPlan::new(programs().relay()) }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Returns a program that replaces the phone's program: a shell that does `first` and then runs the phone's
/// program.
fn phone_in_a_shell(place: &Place, first: &str) -> PathBuf {
    let shell = place.path("phone-in-a-shell");
    let script = format!("#!/bin/sh\n{first} \"{}\" \"$@\"\nexit $?\n", programs().phone().display());
    fs::write(&shell, script).unwrap();
    fs::set_permissions(&shell, Permissions::from_mode(0o755)).unwrap();
    shell
}

/// Returns the findings about these roles in a place of the phone, at a moment.
fn found_at(
    locking: &Locking,
    place: report::SearchedPlace,
    moment: Moment,
    roles: &[NeedleRole],
) -> Vec<Hit> {
    let looked: Vec<_> = locking.at(place, moment).collect();
    assert!(looked.iter().map(|looked| looked.bytes).sum::<u64>() > 0, "{place:?}, {moment:?}");
    let hits = looked.iter().flat_map(|looked| &looked.hits);
    hits.filter(|hit| roles.contains(&hit.role)).cloned().collect()
}

/// Returns the number of findings about these roles in the places of a run.
fn hits(run: &Value, places: &[&str], roles: &[&str]) -> usize {
    let looked = ["relay", "message", "phones"].iter().filter_map(|part| run[part].as_array()).flatten();
    count(looked, places, roles)
}

fn count<'a>(looked: impl Iterator<Item = &'a Value>, places: &[&str], roles: &[&str]) -> usize {
    looked
        .filter(|looked| places.is_empty() || places.contains(&looked["place"].as_str().unwrap()))
        .flat_map(|looked| looked["hits"].as_array().unwrap())
        .filter(|hit| roles.contains(&hit["role"].as_str().unwrap()))
        .count()
}

/// Returns the claims that do not hold.
fn broken(report: &AuditReport) -> Vec<&str> {
    report.claims.iter().filter(|claim| !claim.holds).map(|claim| &*claim.claim).collect()
}

#[test]
fn what_is_said_is_at_the_relay_under_the_plain_server_and_nowhere_end_to_end() {
    let report = serde_json::to_value(honest().conclude().unwrap()).unwrap();
    assert_eq!(report["finding"], "as-claimed");
    let [plain, end_to_end] = report["runs"].as_array().unwrap().as_slice() else { panic!("two runs") };
    assert_eq!((&plain["design"], &end_to_end["design"]), (&"plain-server".into(), &"end-to-end".into()));

    // The positive control finds the words in memory and on disk during the run, and on disk after it.
    assert!(hits(plain, &["memory"], &["said"]) > 0);
    assert!(hits(plain, &["write-ahead-log"], &["said"]) > 0);
    assert!(hits(plain, &["database"], &["said"]) > 0);
    assert!(hits(plain, &["row"], &["sender"]) > 0);

    assert_eq!(hits(end_to_end, &[], &["said", "key", "sender"]), 0);
    for run in [plain, end_to_end] {
        assert_eq!(hits(run, &["phone-files", "connections"], &["said", "key"]), 0);
    }
    // Nothing was found, and each place had something to search.
    for place in [
        "memory",
        "database",
        "write-ahead-log",
        "shared-memory",
        "other-files",
        "log",
        "metrics",
        "connections",
        "row",
        "nameless-connection",
        "phone-files",
    ] {
        let looked =
            ["relay", "message", "phones"].iter().flat_map(|part| end_to_end[part].as_array().unwrap());
        let bytes: u64 = looked
            .filter(|looked| looked["place"] == place)
            .map(|looked| looked["bytes"].as_u64().unwrap())
            .sum();
        assert!(bytes > 0, "{place}");
    }
    let moments = end_to_end["relay"].as_array().unwrap().iter().filter(|looked| looked["place"] == "memory");
    let moments: Vec<_> = moments.map(|looked| looked["moment"].as_str().unwrap()).collect();
    assert_eq!(moments, ["talking", "waiting", "afterwards"]);
    assert!(
        report["claims"].as_array().unwrap().iter().all(|claim| claim["searched_bytes"].as_u64() > Some(0))
    );
    assert!(report["controls"].as_array().unwrap().iter().all(|control| control["hits"].as_u64() > Some(0)));
    // The words in the memory of the phone's program are removed from it once it is locked. They never were in its
    // files.
    let phone = report["locking"]["looked"].as_array().unwrap();
    let at = |moment: &'static str| phone.iter().filter(move |looked| looked["moment"] == moment);
    for role in ["said", "name", "key"] {
        assert!(count(at("open"), &["phone-memory"], &[role]) > 0, "{role}");
        assert_eq!(count(at("locked"), &[], &[role]), 0, "{role}");
        assert_eq!(count(phone.iter(), &["phone-files"], &[role]), 0, "{role}");
    }
    for run in [plain, end_to_end, &report["locking"]] {
        assert!(run["lengths"]["payloads"].as_u64() > Some(0) && run["lengths"]["rows"].as_u64() > Some(0));
        assert_eq!(run["lengths"]["misfits"], Value::Array(Vec::new()));
    }
    // A patched phone sent every form that is claimed, and each was found.
    let test = &report["self_test"];
    let plants = test["plants"].as_array().unwrap();
    assert!(plants.iter().all(|plant| plant["on_disk"] == plant["writings"]), "{plants:?}");
    let encodings: BTreeSet<&str> = plants.iter().map(|plant| plant["encoding"].as_str().unwrap()).collect();
    assert_eq!(encodings.len(), Encoding::ALL.len());
    assert!(plants.len() > 3 * Encoding::ALL.len());
    assert_eq!(
        (&test["noticed"], test["lengthened"].as_u64()),
        (&test["lengthened"], Some(plants.len() as u64 + 2))
    );
    assert!(count(at("reopened"), &["phone-memory"], &["key"]) > 0);
    assert!(phone.iter().all(|looked| looked["bytes"].as_u64() > Some(0)));
    // Where members sign, the relay has what is public and nothing else. Where the operator manages the group and holds
    // the backup's key, the same search finds these two as well, and still no text and no private key.
    let [signed, operators] = report["features"].as_array().unwrap().as_slice() else { panic!("two runs") };
    for run in [signed, operators] {
        assert_eq!(hits(run, &[], &["said", "name", "key"]), 0);
        assert_eq!(hits(run, &["phone-files", "connections", "log", "metrics"], &["given"]), 0);
        assert_eq!(run["phones"].as_array().unwrap().len(), 3, "two phones and a linked device");
    }
    let given = |run: &Value| -> BTreeSet<String> {
        let looked = run["relay"].as_array().unwrap().iter().flat_map(|at| at["hits"].as_array().unwrap());
        let given = looked.filter(|hit| hit["role"] == "given");
        given.map(|hit| hit["what"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(given(signed), ["the channel's name", "the channel's post"].map(str::to_owned).into());
    let all = ["the backup's key", "the channel's name", "the channel's post", "the group's name"];
    assert_eq!(given(operators), all.map(str::to_owned).into());
    // Another run draws other words, so nobody can have prepared for them.
    assert_ne!(plain["planted"], end_to_end["planted"]);
}

#[test]
fn the_audit_can_be_read_on_a_terminal() {
    // The output fits one screen, with the verdict last.
    let place = Place::new();
    let short = audit(&place, &[]).expect(0).prints("delivered rows are deleted) nowhere");
    assert!(short.out.contains("\nThe finding is as claimed, for words as they are,"), "{}", short.out);
    assert!(short.out.ends_with("hides in keys, nonces, padding or timing.\n"), "{}", short.out);
    assert!(short.out.lines().count() <= 22, "{}", short.out);
    assert!(short.err.contains("\nNext: pillarbox-lab audit --full"), "{}", short.err);
    let ended = audit(&place, &["--full"])
        .expect(0)
        .prints("delivered rows are deleted) nowhere")
        .prints("is as claimed");
    for line in short.out.lines().chain(ended.out.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(ended.err.contains("\nNext: pillarbox-lab audit --json"), "{}", ended.err);
    // The example in the documentation has the same parts in the same order.
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/audit.md")).unwrap();
    let example = page.split("```text\n").nth(1).unwrap();
    assert_eq!(headings(example), headings(&ended.out));
    assert_eq!(place.left_behind(), Vec::<PathBuf>::new());
}

/// Returns the lines above a line of dashes.
fn headings(text: &str) -> Vec<&str> {
    let underlined = text.lines().zip(text.lines().skip(1)).filter(|(_, next)| next.starts_with("---"));
    underlined.map(|(line, _)| line).collect()
}

#[test]
fn a_design_that_leaks_is_found_out() {
    // The design has the name of one that does not leak, and its relay keeps as little.
    let mut leaking = designs::end_to_end().clone();
    leaking.phone.protection = designs::plain_server().phone.protection;
    let report = unreadable(&leaking, None);
    assert_eq!(report.finding, Finding::NotAsClaimed);
    assert_eq!(
        broken(&report),
        [
            "end-to-end: nothing of what was said is at the relay",
            "end-to-end: the sender's number and keys are not with the message",
        ]
    );
    for text in [text::render(&report, 80), text::short(&report, 80)] {
        assert!(text.contains("NOT AS CLAIMED"));
    }
}

#[test]
fn a_phone_that_appends_words_backwards_is_found_out_by_form_and_by_length() {
    let backwards = |text: &str| Patch::Append(text.bytes().rev().collect());
    let report = unreadable(designs::end_to_end(), Some(backwards));
    assert_eq!(report.finding, Finding::NotAsClaimed);
    assert_eq!(
        broken(&report),
        [
            "end-to-end: nothing of what was said is at the relay",
            "all: no row or payload is of another length than the protocol's",
        ]
    );
    let hits: Vec<_> =
        report.runs[1].relay.iter().flat_map(|looked| looked.found(NeedleRole::Said)).collect();
    assert!(hits.iter().all(|hit| hit.form.backwards), "{hits:?}");
    // Each of the three texts is checked as it left the sender, as it reached the recipient and as it waited. The
    // received text equals the sent one.
    let misfits: Vec<String> = report.misfits().map(Misfit::sentence).collect();
    for wanted in
        ["payload 1 that Alice submitted", "payload 1 that Bob was handed", "at the relay (a text waits)"]
    {
        assert!(misfits.iter().any(|misfit| misfit.contains(wanted)), "{wanted}: {misfits:#?}");
    }
    for text in [text::render(&report, 80), text::short(&report, 80)] {
        assert!(text.contains("NOT AS CLAIMED"));
        assert!(text.contains("(allowed: "), "{text}");
    }
}

#[test]
fn a_group_whose_phones_ask_the_operator_under_the_name_of_a_signed_one_is_found_out() {
    let (signed, acted) = (GroupBasis::Signed, GroupBasis::Operator);
    let relay = programs().relay();
    let leaking = features::play(&relay, designs::end_to_end(), signed, acted);
    let leaking = runtime().block_on(leaking).unwrap();
    let [_, operators] = honest().features;
    let report = Conversations { features: [leaking, operators], ..honest() }.conclude().unwrap();
    assert_eq!(report.finding, Finding::NotAsClaimed);
    assert_eq!(broken(&report), ["members sign: of groups, devices, backups, nothing is at the relay"]);
    let found: Vec<&Hit> = report.features[0].relay.iter().flat_map(|looked| &looked.hits).collect();
    for what in ["the group's name", "the backup's key"] {
        assert!(found.iter().any(|hit| hit.what == what), "{what}");
    }
    assert!(text::short(&report, 80).contains("members sign: of groups, devices, backups"));
}

#[test]
fn a_search_that_misses_what_is_there_gives_no_result() {
    // Neither run finds anything. Without words that are readable somewhere, this proves nothing.
    let quiet = honest();
    let error = Conversations { readable: quiet.unreadable.clone(), ..quiet }.conclude().unwrap_err();
    assert!(
        matches!(&error, AuditError::Control { control } if control.contains("text 1 on the")),
        "{error}"
    );
    // An operator that manages a group has its name. A search that does not find it there has not searched.
    let [signed, _] = honest().features;
    let missed = FeatureRun { groups: GroupBasis::Operator, ..signed.clone() };
    let error = Conversations { features: [signed, missed], ..honest() }.conclude().unwrap_err();
    assert!(
        matches!(&error, AuditError::Control { control } if control.contains("the group's name, on the disk")),
        "{error}"
    );
}

#[test]
fn an_audit_of_another_process_gives_no_result() {
    let place = Place::new();
    // The relay itself runs well. The audit searches the shell that started the relay.
    let shell = place.path("relay-in-a-shell");
    let relay = programs().relay();
    let relay = relay.display();
    let script = format!("#!/bin/sh\n\"{relay}\" \"$@\" &\ntrap 'kill $!' TERM\nwait $!\nwait $!\n");
    fs::write(&shell, script).unwrap();
    fs::set_permissions(&shell, Permissions::from_mode(0o755)).unwrap();
    let ended = audit(&place, &["--relay-program", shell.to_str().unwrap()]).expect(3);
    assert_eq!(ended.out, "");
    drop(ended.says("counts for nothing").says("memory"));
}

#[test]
fn a_chat_that_another_process_tells_to_lock_leaves_nothing_either() {
    let locking = runtime().block_on(locking::play(&plan(&programs().phone()), LockingWay::Told)).unwrap();
    let roles = [NeedleRole::Said, NeedleRole::Name, NeedleRole::Key];
    for role in roles {
        assert_ne!(
            found_at(&locking, report::SearchedPlace::PhoneMemory, Moment::Open, &[role]),
            [],
            "{role:?}"
        );
    }
    for moment in [Moment::Open, Moment::Locked, Moment::Reopened] {
        assert_eq!(found_at(&locking, report::SearchedPlace::PhoneFiles, moment, &roles), [], "{moment:?}");
    }
    assert_eq!(found_at(&locking, report::SearchedPlace::PhoneMemory, Moment::Locked, &roles), []);
    // The files that exist while a chat is open, among them the log of what was just said.
    let files = locking.at(report::SearchedPlace::PhoneFiles, Moment::Open).flat_map(|looked| &looked.parts);
    let files: Vec<_> = files.map(|part| part.name.as_str()).collect();
    assert_eq!(files, ["open.lock", "vault.sqlite", "vault.sqlite-wal"]);
}

#[test]
fn a_lock_that_leaves_a_name_in_memory_is_found_out() {
    let place = Place::new();
    // The contact's name is the last argument. The environment is passed on to the locked program.
    let leaking = phone_in_a_shell(&place, "for WITH; do :; done; export WITH; exec");
    let report = audit(&place, &["--json", "--phone-program", leaking.to_str().unwrap()]).expect(1);
    let report = report.says("holds what it must not").json();
    assert_eq!(report["finding"], "not-as-claimed");
    let claims = report["claims"].as_array().unwrap().iter();
    let broken: Vec<_> =
        claims.filter(|claim| claim["holds"] == false).map(|claim| &claim["claim"]).collect();
    assert_eq!(broken, ["chat locked: no text, name, key or passphrase is in the memory"]);
    let looked = report["locking"]["looked"].as_array().unwrap().iter();
    let locked =
        looked.filter(|it| (&it["place"], &it["moment"]) == (&"phone-memory".into(), &"locked".into()));
    let left: Vec<_> = locked.flat_map(|it| it["hits"].as_array().unwrap()).collect();
    let left: Vec<_> = left.iter().filter(|hit| hit["role"] != "witness").map(|hit| &hit["what"]).collect();
    assert!(!left.is_empty() && left.iter().all(|what| *what == "the contact's name"), "{left:?}");
    assert_eq!(place.left_behind(), Vec::<PathBuf>::new());
}

#[test]
fn a_phone_whose_memory_is_another_processs_does_not_pass() {
    let place = Place::new();
    // The chat works. The audit searches the shell that started it and waits. That shell never has a text or a key,
    // and it keeps its arguments.
    let plan = plan(&phone_in_a_shell(&place, ""));
    let locking = runtime().block_on(locking::play(&plan, LockingWay::Typed)).unwrap();
    let report = Conversations { locking, ..honest() }.conclude().unwrap();
    assert_eq!(report.finding, Finding::NotAsClaimed);
    let missed: Vec<_> = report.controls.iter().filter(|control| control.hits == 0).collect();
    for needed in ["the text that it said", "texts that it heard", "private signing key", "the vault's key"] {
        assert!(missed.iter().any(|control| control.control.contains(needed)), "{needed}: {missed:?}");
    }
    let missing = AuditPlan { phone_program: place.path("missing"), ..plan };
    let error = runtime().block_on(locking::play(&missing, LockingWay::Typed)).unwrap_err();
    assert!(error.to_string().contains("cargo build --release --workspace"), "{error}");
}

#[test]
fn without_a_relay_program_the_audit_says_how_to_build_it() {
    let place = Place::new();
    let alone = place.path("pillarbox-lab");
    fs::copy(programs().lab(), &alone).unwrap();
    let mut command = place.command(&alone);
    command.arg("audit");
    drop(
        Process::run(command, "")
            .expect(3)
            .says("no relay program")
            .says("cargo build --release --workspace"),
    );
    let ended = audit(&place, &["--relay-program", "no-such-program"]).expect(3);
    drop(ended.says("no-such-program").says("--relay-program PATH"));
}

#[test]
fn an_audit_that_may_not_look_into_the_memory_says_so_and_fails() {
    let place = Place::new();
    // A program that may be run and not read hides its memory (ptrace(2), "dumpable") from everybody but root.
    let (lab, relay) = (place.path("pillarbox-lab"), place.path("pillarbox-relay"));
    fs::copy(programs().lab(), &lab).unwrap();
    fs::copy(programs().relay(), &relay).unwrap();
    fs::set_permissions(&relay, Permissions::from_mode(0o111)).unwrap();
    let root = lab.parent().unwrap();
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    let temporary = place.path("temporary");
    fs::set_permissions(&temporary, Permissions::from_mode(0o777)).unwrap();
    let mut command = place.command(&lab);
    command.arg("audit");
    if fs::metadata(root).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let ended = Process::run(command, "").expect(3);
    assert_eq!(ended.out, "");
    drop(ended.says("does not let the audit read the memory").says("ptrace_scope").says("SYS_PTRACE"));
    assert_eq!(place.left_behind(), Vec::<PathBuf>::new());
}
