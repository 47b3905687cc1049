//! Conclusions from the findings: whether the claims hold, and whether the search counts at all.

use super::needle::NeedleRole;
use super::report::{
    AuditControl, AuditRun, Claim, Locking, Measured, Moment, Searched, SearchedPlace, SelfTest,
};
use super::search::Hit;

/// Returns the controls with the number of times that each was found. A zero means that the search counts for nothing.
pub(super) fn controls(readable: &AuditRun, unreadable: &AuditRun, locking: &Locking) -> Vec<AuditControl> {
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
    locked(&mut controls, locking);
    controls.0
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
pub(super) fn claims(readable: &AuditRun, unreadable: &AuditRun, locking: &Locking) -> Vec<Claim> {
    let runs = || [readable, unreadable];
    vec![
        claim(
            format!("{}: nothing of what was said is at the relay", unreadable.design),
            unreadable.relay.iter().filter(|looked| looked.place != SearchedPlace::Connections),
            &[NeedleRole::Said],
        ),
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
        claim(
            "both: neither texts nor private keys are in the phones' files".into(),
            runs().into_iter().flat_map(|run| &run.phones),
            &[NeedleRole::Said, NeedleRole::Key],
        ),
        claim(
            "chat locked: no text, name, key or passphrase is in the memory".into(),
            locking.at(SearchedPlace::PhoneMemory, Moment::Locked),
            &[NeedleRole::Said, NeedleRole::Name, NeedleRole::Key],
        ),
        claim(
            "chat open, locked and opened again: nor is any in the phone's files".into(),
            of(&locking.looked, SearchedPlace::PhoneFiles),
            &[NeedleRole::Said, NeedleRole::Name, NeedleRole::Key],
        ),
        lengths([&readable.lengths, &unreadable.lengths, &locking.lengths]),
    ]
}

fn lengths(all: [&Measured; 3]) -> Claim {
    let hits = all.iter().map(|measured| measured.misfits.len()).sum();
    Claim {
        claim: "all: no row or payload is of another length than the protocol's".into(),
        hits,
        searched_bytes: all.iter().map(|measured| measured.bytes).sum(),
        holds: hits == 0,
    }
}

fn claim<'a>(claim: String, searched: impl Iterator<Item = &'a Searched>, roles: &[NeedleRole]) -> Claim {
    let (mut hits, mut searched_bytes) = (0, 0);
    for looked in searched {
        hits += roles.iter().map(|role| looked.found(*role).count()).sum::<usize>();
        searched_bytes += looked.bytes;
    }
    Claim { claim, hits, searched_bytes, holds: hits == 0 }
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
