//! Pictures from metadata alone, drawn from the data of the two relays: who talks to whom (as kept, as seen and as
//! inferred), and the hours of a day.

use askama::Template;
use pillarbox_access::facts::Wrote;
use pillarbox_access::law::Day;
use pillarbox_lab::page::ties;
use pillarbox_lab::picture::{Hours, Lane, NetworkPicture, Words};
use pillarbox_metadata::{
    Analysis, Known, Means, MeansSettings, PairTruth, RowKind, Ties, Trace, TracePerson,
};
use pillarbox_wire::Timestamp;

use crate::error::StageError;
use crate::live::Live;

/// One picture with its text.
struct Figure {
    /// The heading, and the name of the heading on the page.
    title: &'static str,
    id: String,
    picture: String,
    words: Words,
}

/// The pictures of one relay.
struct OfRelay<'a> {
    design: &'a str,
    /// The pictures of the pairs that are named: as kept, and as seen.
    named: [Figure; 2],
    inferred: Figure,
    /// The means of inferring, each with its result.
    ways: Vec<String>,
    /// The picture of the hours, and its text.
    hours: String,
    lanes: Vec<String>,
}

#[derive(Template)]
#[template(path = "pictures.html")]
struct Pictures<'a> {
    relays: Vec<OfRelay<'a>>,
    day: String,
}

/// Renders the pictures of all relays, on the day of `at`.
pub(crate) fn render(relays: &[Live], at: Timestamp) -> Result<String, StageError> {
    let day = Day::of(at).to_string();
    let relays = relays.iter().enumerate().map(|(number, live)| of_relay(number, live, at));
    Ok(Pictures { relays: relays.collect::<Result<_, _>>()?, day }.render()?)
}

fn of_relay(number: usize, live: &Live, at: Timestamp) -> Result<OfRelay<'_>, StageError> {
    let design = live.design.title.as_str();
    let nothing = Trace::default();
    let passed = live.source().passed.as_ref().unwrap_or(&nothing);
    let (kept, seen) = (sent(live.source().kept.as_ref().unwrap_or(&nothing)), sent(passed));
    // Only a scorer needs the pairs who really wrote to each other, and this page has no scorer.
    let analysis = Analysis::of(passed, &PairTruth::default(), MeansSettings::default());
    let inferred = inferred(&analysis, passed);
    let of = |rows: &[Wrote], known| ties::of_rows(rows, known, str::to_owned);
    let both: Vec<Wrote> = seen.iter().chain(&kept).cloned().collect();
    let all = united(of(&both, Known::Seen), [of(&kept, Known::Kept), of(&seen, Known::Seen), inferred]);
    let network = NetworkPicture::of("", &all);
    let figure = |title: &'static str, known| {
        let network = network.only(&format!("{title}: {design}"), &all, known);
        let id = format!("{}{number}", title.to_lowercase().replace(' ', "-"));
        let (picture, words) = (network.svg(&id)?, network.words().clone());
        Ok::<_, askama::Error>(Figure { title, id, picture, words })
    };
    let of_day = |rows: &[Wrote]| -> Vec<u64> {
        rows.iter().filter(|row| row.at.day() == at.day()).map(|row| row.at.0).collect()
    };
    let lanes = vec![Lane::of("kept", of_day(&kept)), Lane::of("seen", of_day(&seen))];
    let hours = Hours::of(&format!("Hours of {}: {design}", Day::of(at)), lanes);
    Ok(OfRelay {
        design,
        named: [figure("As kept", Known::Kept)?, figure("As seen", Known::Seen)?],
        inferred: figure("As inferred", Known::Inferred)?,
        ways: ways(&analysis),
        hours: hours.svg(&format!("hours{number}"))?,
        lanes: hours.words(),
    })
}

/// The rows of messages that were submitted.
fn sent(trace: &Trace) -> Vec<Wrote> {
    let name = |person: Option<TracePerson>| Some(trace.name(person?).to_owned());
    trace
        .of(RowKind::Sent)
        .map(|row| Wrote { at: Timestamp(row.at), from: name(row.from), to: name(row.to) })
        .collect()
}

/// The pairs that no row of a message names.
fn inferred(analysis: &Analysis, trace: &Trace) -> Ties {
    let mut ties = analysis.ties(trace, Known::Seen, None);
    ties.ties.retain(|tie| tie.known == Known::Inferred);
    ties
}

/// The means of inferring that were tried, and those that were not, each with the analysis' own reason.
fn ways(analysis: &Analysis) -> Vec<String> {
    let words = |means: Vec<Means>| {
        let inferring = means.into_iter().filter(|means| !means.is_named());
        inferring.map(Means::wording).collect::<Vec<_>>().join(", ")
    };
    let tried = analysis.lines.iter().filter(|line| line.outcome.is_ok()).map(|line| line.means);
    let tried = ("Tried", words(tried.collect()), String::new());
    let refused = analysis.refused().into_iter();
    let refused = refused.map(|(reason, means)| ("Not tried", words(means), format!(" Reason: {reason}.")));
    std::iter::once(tried)
        .chain(refused)
        .filter(|(_, means, _)| !means.is_empty())
        .map(|(done, means, reason)| format!("{done}: {means}.{reason}"))
        .collect()
}

/// The people of several networks as one network, with the ties of `others` by the people's names.
fn united(people: Ties, others: [Ties; 3]) -> Ties {
    let mut all = Ties { ties: Vec::new(), ..people };
    for other in others {
        for tie in other.ties {
            let mut place = |at: usize| {
                let name = other.people.get(at)?;
                let known = all.people.iter().position(|known| known == name);
                Some(known.unwrap_or_else(|| {
                    all.people.push(name.clone());
                    all.people.len() - 1
                }))
            };
            let (Some(one), Some(other)) = (place(tie.one), place(tie.other)) else { continue };
            all.ties.push(pillarbox_metadata::Tie { one, other, ..tie });
        }
    }
    all
}
