use std::num::NonZeroUsize;

use pillarbox_access::demand::Demand;
use pillarbox_access::designs;

use super::*;
use crate::experiments::control::Control;
use crate::experiments::{Answered, Views};
use crate::score::Counted;

/// An experiment without its order and its steps.
struct Emptied(&'static dyn Experiment);

impl Experiment for Emptied {
    fn demand(&self) -> &'static Demand {
        self.0.demand()
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// Another column: an emptied experiment finds nothing, and is no control of itself.
    fn control(&self) -> &'static str {
        if self.name() == "seized-phone-open" { "participant" } else { "seized-phone-open" }
    }

    fn what(&self) -> Counted {
        self.0.what()
    }

    fn serve(&self, _: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        Ok(Answered::default())
    }
}

fn plan() -> WaysPlan {
    let control = Control::built_in().unwrap();
    WaysPlan {
        scenario: control.scenario.clone(),
        design: designs::named("whatsapp-now").unwrap().clone(),
        seed: 1,
        ways: Vec::new(),
        threads: NonZeroUsize::MIN,
        control,
        rerun: String::new(),
    }
}

fn ran(ways: &[WayEntry]) -> Vec<WayInRow> {
    these(&plan(), ways, &Progress::none(), &AtomicBool::new(false)).unwrap().0.ways
}

#[test]
fn a_way_without_its_steps_is_the_plain_design() {
    let emptied = |way: &WayEntry| {
        let experiment: &'static dyn Experiment = Box::leak(Box::new(Emptied(way.experiment)));
        let means = match way.means {
            // The thief's steps are emptied too.
            Stealable::Part(words, _) => Stealable::Part(words, experiment),
            other => other,
        };
        WayEntry { experiment, unused: None, takes_the_phone: false, means, ..*way }
    };
    let ways: Vec<WayEntry> = all().iter().map(emptied).collect();
    let rows = ran(&ways);
    let plain = |way: &WayEntry| {
        let base = way.base(&stories::plain(&plan().scenario));
        let mut docket = Docket::as_told(&plan().design, &base, plan().seed);
        docket.serve(ways[0].experiment).unwrap().world_sha256
    };
    let plain: Vec<String> = ways.iter().map(plain).collect();
    assert_eq!(rows.len(), plain.len());
    for (row, plain) in rows.iter().zip(&plain) {
        let title = &row.title;
        assert_eq!((row.before.n, row.after.n, row.texts.len()), (0, 0, 0), "{title}");
        assert_eq!(row.stolen.as_ref().map_or(0, |stolen| stolen.opens.n), 0, "{title}");
        assert_eq!((row.read.len(), row.named.len(), row.took_part.len()), (0, 0, 0), "{title}");
        assert_eq!((row.noticed.len(), row.could_tell().len()), (0, 0), "{title}");
        assert_eq!((row.other_numbers.len(), row.became_false.len()), (0, 0), "{title}");
        assert_eq!((row.evader.before.n, row.evader.after.n), (0, 0), "{title}");
        assert_eq!(row.worlds[0].record_sha256, *plain, "{title}");
    }
    // The control: with their steps, all of them give something here but six: the warrant, a ghost that no phone
    // takes, backups whose keys their owners keep, a build and a hole that a phone refuses, and an operator that has
    // left.
    let rows = ran(&all());
    assert_eq!(rows.len(), ways.len());
    let titles = |gives: bool| {
        let rows = rows.iter().filter(move |row| (row.before.n + row.after.n > 0) == gives);
        rows.map(|row| row.title.as_str()).collect::<Vec<_>>()
    };
    let refused = ["log, build left out", "the hole patched"];
    let [warrant, ghost, key, left] =
        ["content warrant", "honest apps", "own key, as it is", "operator leaves"];
    assert_eq!(titles(false), [warrant, ghost, key, refused[0], refused[1], left]);
    let differ = rows.iter().zip(&plain).filter(|(row, plain)| row.worlds[0].record_sha256 != **plain);
    let differ: Vec<&str> = differ.map(|(row, _)| row.way.as_str()).collect();
    assert_eq!(
        differ,
        [
            "phone-open",
            "phone-copied",
            "phone-copied",
            "notifications",
            "number-takeover",
            "ghost-device",
            "ghost-device",
            "ghost-device",
            "escrow",
            "escrow",
            "escrow",
            "escrow",
            "readable-backup",
            "readable-backup",
            "readable-backup",
            "targeted-update",
            "targeted-update",
            "targeted-update",
            "device-hack",
            "device-hack",
            "leaving"
        ]
    );
}

#[test]
fn a_story_that_several_ways_need_is_told_once() {
    let plain = stories::plain(&plan().scenario);
    let stories = told(&plain, &all());
    let tasks: usize = stories.iter().map(|story| story.ways.len()).sum();
    assert_eq!(tasks, WorldPart::ALL.len() * all().len());
    for (at, story) in stories.iter().enumerate() {
        assert!(stories[at + 1..].iter().all(|other| other.scenario != story.scenario));
    }
    assert!(stories.len() < tasks);
    assert_eq!(stories[0].scenario, plain);
}

#[test]
fn a_run_that_was_stopped_has_no_result() {
    let stopped = run(&plan(), &Progress::none(), &AtomicBool::new(true));
    assert_eq!(stopped.map(|run| run.found).err(), Some(ExperimentError::Stopped));
}
