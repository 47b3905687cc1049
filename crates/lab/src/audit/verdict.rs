//! Conclusions from the findings: whether the claims hold, and whether the search counts at all.

use super::features::{BACKUP_KEY, CHANNEL, GROUP, POST};
use super::needle::NeedleRole;
use super::report::{
    AuditControl, AuditRun, Claim, FeatureRun, Locking, Measured, Moment, Searched, SearchedPlace, SelfTest,
};
use super::search::Hit;
use pillarbox_client::GroupBasis;

/// The roles of what an operator must not have.
const SECRET: [NeedleRole; 3] = [NeedleRole::Said, NeedleRole::Name, NeedleRole::Key];

/// Returns the controls with the number of times that each was found. A zero means that the search counts for nothing.
pub(super) fn controls(
    readable: &AuditRun,
    unreadable: &AuditRun,
    features: &[FeatureRun; 2],
    locking: &Locking,
) -> Vec<AuditControl> {
    let mut controls = Controls(Vec::new());
    for text in 1..=readable.planted.len() {
        let name = format!("text {text}, words");
        let this = |hit: &&Hit| hit.what == name;
        let on_disk = readable.relay.iter().filter(|looked| looked.place.is_disk());
        let hits = on_disk.flat_map(|looked| looked.found(NeedleRole::Said)).filter(this).count();
        controls.need(readable, &format!("text {text} on the relay's disk"), hits);
    }
    let in_memory = readable.relay.iter().filter(|looked| looked.place == SearchedPlace::Memory);
    let hits = in_memory.flat_map(|looked| looked.found(NeedleRole::Said)).count();
    controls.need(readable, "texts in the relay's memory", hits);
    let row =
        of(&readable.message, SearchedPlace::Row).flat_map(|looked| looked.found(NeedleRole::Sender)).count();
    controls.need(readable, "the sender in the message's row", row);
    for run in [readable, unreadable] {
        witnesses(&mut controls, run);
    }
    let began = of(&unreadable.message, SearchedPlace::NamelessConnection)
        .flat_map(|at| at.found(NeedleRole::Witness))
        .count();
    controls.need(unreadable, "a connection without a name that the waiting text came on", began);
    features.iter().for_each(|run| given(&mut controls, run));
    locked(&mut controls, locking);
    controls.0
}

/// Adds what the operator is given, which has to be found, and the witnesses of each place.
fn given(controls: &mut Controls, run: &FeatureRun) {
    let mut need = |what: &str, hits: usize| {
        controls.0.push(AuditControl { control: format!("{}: {what}", run.name()), hits });
    };
    let is_disk = |looked: &&Searched| looked.place.is_disk();
    let is_memory = |looked: &&Searched| looked.place == SearchedPlace::Memory;
    let found = |is: &dyn Fn(&&Searched) -> bool, name: &str| {
        let hits = run.relay.iter().filter(is).flat_map(|looked| &looked.hits);
        hits.filter(|hit| hit.what == name).count()
    };
    let all = [GROUP, BACKUP_KEY, CHANNEL, POST];
    let own = run.groups == GroupBasis::Operator;
    for name in all.into_iter().filter(|name| own || [CHANNEL, POST].contains(name)) {
        need(&format!("{name}, on the disk"), found(&is_disk, name));
    }
    if own {
        need(&format!("{GROUP}, in the memory"), found(&is_memory, GROUP));
    }
    let number = "the other's number";
    need(&format!("{number}, on the disk"), found(&is_disk, number));
    need(&format!("{number}, in the memory"), found(&is_memory, number));
    need(
        "the line of its log",
        of(&run.relay, SearchedPlace::Log).flat_map(|looked| looked.found(NeedleRole::Witness)).count(),
    );
    let greetings =
        of(&run.relay, SearchedPlace::Connections).flat_map(|looked| looked.found(NeedleRole::Witness));
    need("the greetings of its connections", greetings.count());
    let heads = run.phones.iter().filter(|looked| looked.found(NeedleRole::Witness).next().is_some()).count();
    need("the head of every phone's database", if heads == run.phones.len() { heads } else { 0 });
}

/// Adds the contents of an open chat, and the proofs that a locked one was searched.
fn locked(controls: &mut Controls, locking: &Locking) {
    let mut need = |moment: Moment, what: &str, is: &dyn Fn(&Hit) -> bool| {
        let looked = locking.at(SearchedPlace::PhoneMemory, moment);
        let hits = looked.flat_map(|looked| &looked.hits).filter(|hit| is(hit)).count();
        controls.0.push(AuditControl {
            control: format!("{}: {what}, in the phone's memory", moment.name()),
            hits,
        });
    };
    let own = |hit: &Hit| hit.role == NeedleRole::Said && hit.what.starts_with("text 1,");
    need(Moment::Open, "the text that it said", &own);
    need(Moment::Open, "texts that it heard", &|hit| hit.role == NeedleRole::Said && !own(hit));
    for moment in [Moment::Open, Moment::Reopened] {
        for name in [
            "the contact's name",
            "the phone's private signing key",
            "the phone's private agreement key",
            "the vault's key",
        ] {
            need(moment, name, &|hit| hit.what == name);
        }
    }
    need(Moment::Locked, "the folder on its command line", &|hit| hit.what == "the profile's folder");
    let hits = usize::try_from(locking.lengths.payloads).unwrap_or(usize::MAX);
    controls.0.push(AuditControl { control: "chat: payloads whose length was taken".into(), hits });
    for moment in [Moment::Open, Moment::Locked, Moment::Reopened] {
        let files = locking
            .at(SearchedPlace::PhoneFiles, moment)
            .flat_map(|looked| looked.found(NeedleRole::Witness));
        let control = format!("{}: the head of the phone's database", moment.name());
        controls.0.push(AuditControl { control, hits: files.count() });
    }
}

/// Returns the controls of a patched phone. Everything that the patched phone sends has to be found.
pub(super) fn self_test(test: &SelfTest) -> Vec<AuditControl> {
    let whole = |got: usize, of: usize| if got == of { got } else { 0 };
    let in_memory = test.plants.iter().map(|plant| plant.in_memory).sum();
    let told = |what: &str, hits| AuditControl { control: format!("patched phone: {what}"), hits };
    vec![
        told(
            "each form of the words that it sent, on the relay's disk",
            whole(test.found(), test.plants.len()),
        ),
        told("words that it sent, in the relay's memory", in_memory),
        told("each payload that it made longer, by its length", whole(test.noticed, test.lengthened)),
    ]
}

/// Adds the witnesses that show that each place was searched.
fn witnesses(controls: &mut Controls, run: &AuditRun) {
    for moment in [Moment::Talking, Moment::Waiting, Moment::Afterwards, Moment::Ended] {
        let disk = run.relay.iter().filter(|looked| looked.place.is_disk() && looked.moment == moment);
        let memory = of(&run.relay, SearchedPlace::Memory).filter(|looked| looked.moment == moment);
        let (disk, memory): (Vec<_>, Vec<_>) = (disk.collect(), memory.collect());
        let named = |looked: &[&Searched], name: &str| {
            looked
                .iter()
                .flat_map(|looked| looked.found(NeedleRole::Witness))
                .filter(|hit| hit.what == name)
                .count()
        };
        let when = moment.name();
        controls.need(
            run,
            &format!("the other's number on the disk ({when})"),
            named(&disk, "the other's number"),
        );
        if moment != Moment::Ended {
            let hits = named(&memory, "the other's number");
            controls.need(run, &format!("the other's number in the memory ({when})"), hits);
        }
        if moment == Moment::Waiting {
            for (looked, place) in [(&disk, "on the disk"), (&memory, "in the memory")] {
                let hits = named(looked, "the message itself");
                controls.need(run, &format!("the message as it was handed over, {place} ({when})"), hits);
            }
        }
    }
    for (place, name) in [
        (SearchedPlace::Metrics, "its figures at /metrics"),
        (SearchedPlace::Log, "the log's line that it is ready"),
    ] {
        let hits = of(&run.relay, place).flat_map(|looked| looked.found(NeedleRole::Witness)).count();
        controls.need(run, name, hits);
    }
    let (mut directions, mut greetings) = (0, 0);
    for looked in of(&run.relay, SearchedPlace::Connections) {
        directions += looked.parts.iter().map(|part| part.pieces).sum::<u64>();
        greetings += looked.found(NeedleRole::Witness).filter(|hit| hit.at == 0).count();
    }
    let all = if greetings as u64 == directions { greetings } else { 0 };
    controls.need(run, "the greeting of every recorded connection, both ways", all);
    let vaults = run.phones.iter().flat_map(|looked| looked.found(NeedleRole::Witness)).count();
    controls.need(run, "the head of the phones' databases", vaults);
    let (payloads, rows) = (run.lengths.payloads, run.lengths.rows);
    controls.need(run, "payloads whose length was taken", usize::try_from(payloads).unwrap_or(usize::MAX));
    controls.need(run, "rows whose length was taken", usize::try_from(rows).unwrap_or(usize::MAX));
}

/// Returns the claims, and whether each holds.
pub(super) fn claims(
    readable: &AuditRun,
    unreadable: &AuditRun,
    features: &[FeatureRun; 2],
    locking: &Locking,
) -> Vec<Claim> {
    let runs = || [readable, unreadable];
    vec![
        below(claim(
            format!("{}: nothing of what was said is at the relay", unreadable.design),
            unreadable.relay.iter().filter(|looked| looked.place != SearchedPlace::Connections),
            &[NeedleRole::Said],
        )),
        claim(
            "both: nothing of what was said is on the recorded connections".into(),
            runs().into_iter().flat_map(|run| of(&run.relay, SearchedPlace::Connections)),
            &[NeedleRole::Said],
        ),
        claim(
            format!("{}: the sender's number and keys are not with the message", unreadable.design),
            unreadable.message.iter(),
            &[NeedleRole::Sender],
        ),
        claim(
            "both: no private identity key is at the relay or on the connections".into(),
            runs().into_iter().flat_map(|run| &run.relay),
            &[NeedleRole::Key],
        ),
        in_files(runs(), features, locking),
        below(secret(&features[0], "of groups, devices, backups, nothing is at the relay")),
        secret(&features[1], "only the group's name and backup's key are there"),
        below(claim(
            "chat locked: no text, name, key or passphrase is in the memory".into(),
            locking.at(SearchedPlace::PhoneMemory, Moment::Locked),
            &SECRET,
        )),
        lengths([&readable.lengths, &unreadable.lengths, &locking.lengths]),
    ]
}

/// Marks a claim whose count the answer prints.
fn below(claim: Claim) -> Claim {
    Claim { is_in_answer: true, ..claim }
}

/// Returns the claim that the relay, and the way to it, have nothing but what the operator is given.
fn secret(run: &FeatureRun, says: &str) -> Claim {
    claim(format!("{}: {says}", run.name()), run.relay.iter(), &SECRET)
}

/// Returns the claim about the folders of all phones. Names are searched for where they are drawn for the run, and what
/// an operator is given, too.
fn in_files(runs: [&AuditRun; 2], features: &[FeatureRun; 2], locking: &Locking) -> Claim {
    let says = "all: no text, drawn name, key or passphrase is in the phones' files";
    let of_runs = runs.into_iter().flat_map(|run| &run.phones);
    let of_features = features.iter().flat_map(|run| &run.phones);
    let of_locking = of(&locking.looked, SearchedPlace::PhoneFiles);
    let roles = [NeedleRole::Said, NeedleRole::Name, NeedleRole::Key, NeedleRole::Given];
    claim(says.into(), of_runs.chain(of_features).chain(of_locking), &roles)
}

fn lengths(all: [&Measured; 3]) -> Claim {
    let hits = all.iter().map(|measured| measured.misfits.len()).sum();
    Claim {
        claim: "all: no row or payload is of another length than the protocol's".into(),
        hits,
        searched_bytes: all.iter().map(|measured| measured.bytes).sum(),
        holds: hits == 0,
        is_in_answer: false,
    }
}

fn claim<'a>(claim: String, searched: impl Iterator<Item = &'a Searched>, roles: &[NeedleRole]) -> Claim {
    let (mut hits, mut searched_bytes) = (0, 0);
    for looked in searched {
        hits += roles.iter().map(|role| looked.found(*role).count()).sum::<usize>();
        searched_bytes += looked.bytes;
    }
    Claim { claim, hits, searched_bytes, holds: hits == 0, is_in_answer: false }
}

fn of(searched: &[Searched], place: SearchedPlace) -> impl Iterator<Item = &Searched> {
    searched.iter().filter(move |looked| looked.place == place)
}

struct Controls(Vec<AuditControl>);

impl Controls {
    fn need(&mut self, run: &AuditRun, what: &str, hits: usize) {
        self.0.push(AuditControl { control: format!("{}: {what}", run.design), hits });
    }
}
