//! Conclusions from the findings: whether the claims hold, and whether the search counts at all.

use super::lengths::Measured;
use super::needle::Role;
use super::report::{Claim, Control, Locking, Moment, Place, Run, Searched, SelfTest};
use super::search::Hit;

/// Returns the controls with the number of times that each was found. A zero means that the search counts for nothing.
pub(super) fn controls(readable: &Run, unreadable: &Run, locking: &Locking) -> Vec<Control> {
    let mut controls = Controls(Vec::new());
    for text in 1..=readable.planted.len() {
        let name = format!("text {text}, words");
        let this = |hit: &&Hit| hit.what == name;
        let on_disk = readable.relay.iter().filter(|looked| looked.place.is_disk());
        let hits = on_disk.flat_map(|looked| looked.found(Role::Said)).filter(this).count();
        controls.need(readable, &format!("text {text} on the relay's disk"), hits);
    }
    let in_memory = readable.relay.iter().filter(|looked| looked.place == Place::Memory);
    let hits = in_memory.flat_map(|looked| looked.found(Role::Said)).count();
    controls.need(readable, "texts in the relay's memory", hits);
    let row = of(&readable.message, Place::Row).flat_map(|looked| looked.found(Role::Sender)).count();
    controls.need(readable, "the sender in the message's row", row);
    for run in [readable, unreadable] {
        witnesses(&mut controls, run);
    }
    let began =
        of(&unreadable.message, Place::NamelessConnection).flat_map(|at| at.found(Role::Witness)).count();
    controls.need(unreadable, "a connection without a name that the waiting text came on", began);
    locked(&mut controls, locking);
    controls.0
}

/// Adds the contents of an open chat, and the proofs that a locked one was searched.
fn locked(controls: &mut Controls, locking: &Locking) {
    let mut need = |moment: Moment, what: &str, is: &dyn Fn(&Hit) -> bool| {
        let looked = locking.at(Place::PhoneMemory, moment);
        let hits = looked.flat_map(|looked| &looked.hits).filter(|hit| is(hit)).count();
        controls
            .0
            .push(Control { control: format!("{}: {what}, in the phone's memory", moment.name()), hits });
    };
    let own = |hit: &Hit| hit.role == Role::Said && hit.what.starts_with("text 1,");
    need(Moment::Open, "the text that it said", &own);
    need(Moment::Open, "texts that it heard", &|hit| hit.role == Role::Said && !own(hit));
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
    controls.0.push(Control { control: "chat: payloads whose length was taken".into(), hits });
    for moment in [Moment::Open, Moment::Locked, Moment::Reopened] {
        let files = locking.at(Place::PhoneFiles, moment).flat_map(|looked| looked.found(Role::Witness));
        let control = format!("{}: the head of the phone's database", moment.name());
        controls.0.push(Control { control, hits: files.count() });
    }
}

/// Returns the controls of a patched phone, everything from which has to be found.
pub(super) fn self_test(test: &SelfTest) -> Vec<Control> {
    let whole = |got: usize, of: usize| if got == of { got } else { 0 };
    let in_memory = test.plants.iter().map(|plant| plant.in_memory).sum();
    let told = |what: &str, hits| Control { control: format!("patched phone: {what}"), hits };
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
fn witnesses(controls: &mut Controls, run: &Run) {
    for moment in [Moment::Talking, Moment::Waiting, Moment::Afterwards, Moment::Ended] {
        let disk = run.relay.iter().filter(|looked| looked.place.is_disk() && looked.moment == moment);
        let memory = of(&run.relay, Place::Memory).filter(|looked| looked.moment == moment);
        let (disk, memory): (Vec<_>, Vec<_>) = (disk.collect(), memory.collect());
        let named = |looked: &[&Searched], name: &str| {
            looked
                .iter()
                .flat_map(|looked| looked.found(Role::Witness))
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
    for (place, name) in
        [(Place::Metrics, "its figures at /metrics"), (Place::Log, "the log's line that it is ready")]
    {
        let hits = of(&run.relay, place).flat_map(|looked| looked.found(Role::Witness)).count();
        controls.need(run, name, hits);
    }
    let (mut directions, mut greetings) = (0, 0);
    for looked in of(&run.relay, Place::Connections) {
        directions += looked.parts.iter().map(|part| part.pieces).sum::<u64>();
        greetings += looked.found(Role::Witness).filter(|hit| hit.at == 0).count();
    }
    let all = if greetings as u64 == directions { greetings } else { 0 };
    controls.need(run, "the greeting of every recorded connection, both ways", all);
    let vaults = run.phones.iter().flat_map(|looked| looked.found(Role::Witness)).count();
    controls.need(run, "the head of the phones' databases", vaults);
    let (payloads, rows) = (run.lengths.payloads, run.lengths.rows);
    controls.need(run, "payloads whose length was taken", usize::try_from(payloads).unwrap_or(usize::MAX));
    controls.need(run, "rows whose length was taken", usize::try_from(rows).unwrap_or(usize::MAX));
}

/// Returns the claims, and whether each holds.
pub(super) fn claims(readable: &Run, unreadable: &Run, locking: &Locking) -> Vec<Claim> {
    let runs = || [readable, unreadable];
    vec![
        claim(
            format!("{}: nothing of what was said is at the relay", unreadable.design),
            unreadable.relay.iter().filter(|looked| looked.place != Place::Connections),
            &[Role::Said],
        ),
        claim(
            "both: nothing of what was said is on the recorded connections".into(),
            runs().into_iter().flat_map(|run| of(&run.relay, Place::Connections)),
            &[Role::Said],
        ),
        claim(
            format!("{}: the sender's number and keys are not with the message", unreadable.design),
            unreadable.message.iter(),
            &[Role::Sender],
        ),
        claim(
            "both: no private identity key is at the relay or on the connections".into(),
            runs().into_iter().flat_map(|run| &run.relay),
            &[Role::Key],
        ),
        claim(
            "both: neither texts nor private keys are in the phones' files".into(),
            runs().into_iter().flat_map(|run| &run.phones),
            &[Role::Said, Role::Key],
        ),
        claim(
            "chat locked: no text, name, key or passphrase is in the memory".into(),
            locking.at(Place::PhoneMemory, Moment::Locked),
            &[Role::Said, Role::Name, Role::Key],
        ),
        claim(
            "chat open, locked and opened again: nor is any in the phone's files".into(),
            of(&locking.looked, Place::PhoneFiles),
            &[Role::Said, Role::Name, Role::Key],
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

fn claim<'a>(claim: String, searched: impl Iterator<Item = &'a Searched>, roles: &[Role]) -> Claim {
    let (mut hits, mut searched_bytes) = (0, 0);
    for looked in searched {
        hits += roles.iter().map(|role| looked.found(*role).count()).sum::<usize>();
        searched_bytes += looked.bytes;
    }
    Claim { claim, hits, searched_bytes, holds: hits == 0 }
}

fn of(searched: &[Searched], place: Place) -> impl Iterator<Item = &Searched> {
    searched.iter().filter(move |looked| looked.place == place)
}

struct Controls(Vec<Control>);

impl Controls {
    fn need(&mut self, run: &Run, what: &str, hits: usize) {
        self.0.push(Control { control: format!("{}: {what}", run.design), hits });
    }
}
