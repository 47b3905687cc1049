//! `list`: the designs, demands and stories of this program; and what is said of a name that none of them has.

use pillarbox_access::designs;
use pillarbox_lab::columns::Column;
use pillarbox_lab::experiments;
use pillarbox_lab::scenario::{library, nearest};
use pillarbox_lab::screen::{Screen, Table};

use super::args::{List, Listed};
use super::output::{Failure, hint, print};
use super::{FAILED, window};

/// The word that is typed, and what it is for people.
const NAMED: [Column; 2] = [Column::Fixed(20), Column::Share(1)];

/// Window in which what a demand asks for stands on the line of its name.
const ROOM_FOR_MORE: usize = 120;

pub(super) fn run(wanted: &List) -> Result<(), Failure> {
    let is_wanted = |what| wanted.what.is_none_or(|only| only == what);
    let mut screen = Screen::new(window::width());
    if is_wanted(Listed::Designs) {
        list_designs(&mut screen);
    }
    if is_wanted(Listed::Demands) {
        list_demands(&mut screen);
    }
    if is_wanted(Listed::Stories) {
        list_stories(&mut screen)?;
    }
    print(&screen.into_text())?;
    hint("Next: pillarbox-lab demand content-warrant --scenario westminster-2017 --design signal-now")
}

/// The demands alone: what `demand` without a name says.
pub(super) fn demands() -> Result<(), Failure> {
    let mut screen = Screen::new(window::width());
    list_demands(&mut screen);
    print(&screen.into_text())?;
    hint("Next: pillarbox-lab demand content-warrant --scenario westminster-2017")
}

/// The stories alone: what `run` without a name says.
pub(super) fn stories() -> Result<(), Failure> {
    let mut screen = Screen::new(window::width());
    list_stories(&mut screen)?;
    print(&screen.into_text())?;
    hint("Next: pillarbox-lab run westminster-2017")
}

fn list_designs(screen: &mut Screen) {
    screen.title("DESIGNS (--design)");
    let table = Table::new(&NAMED);
    for design in designs::all() {
        screen.row(&table, &[design.name.clone(), design.title.clone()]);
    }
}

fn list_demands(screen: &mut Screen) {
    screen.title("DEMANDS");
    let table = Table::new(&NAMED);
    for name in experiments::demands() {
        let is = experiments::demand_of(name).map_or_else(String::new, |demand| {
            let asks =
                if screen.width() >= ROOM_FOR_MORE { format!(": {}", demand.plain) } else { String::new() };
            format!("{}{asks}", experiments::title_of(name))
        });
        screen.row(&table, &[name.to_owned(), is]);
    }
}

fn list_stories(screen: &mut Screen) -> Result<(), Failure> {
    screen.title("STORIES (--scenario)");
    let table = Table::new(&NAMED);
    let stories = library::all().map_err(|error| Failure { sentence: format!("{error}"), code: FAILED })?;
    for story in stories {
        screen.row(&table, &[story.name, story.title]);
    }
    Ok(())
}

/// Says that there is no such design.
pub(super) fn no_design(wanted: &str) -> String {
    let names = designs::all().iter().map(|design| design.name.as_str());
    not_there("design", wanted, names, "designs", "or name a file")
}

/// Says that there is no such demand.
pub(super) fn no_demand(wanted: &str) -> String {
    let is_case = |column: &&str| experiments::demand_of(column).is_some_and(|demand| demand.name == wanted);
    let cases: Vec<&str> = experiments::demands().into_iter().filter(is_case).collect();
    if !cases.is_empty() {
        return format!("`{wanted}` has cases, of which one can be served: {}.", cases.join(", "));
    }
    not_there("demand", wanted, experiments::demands(), "demands", "with what each is")
}

/// Says that there is no such story.
pub(super) fn no_story(wanted: &str) -> String {
    let names = library::BUILT_IN.iter().map(|(name, _)| *name);
    not_there("scenario", wanted, names, "stories", "or name a file")
}

fn not_there<'n>(
    what: &str,
    wanted: &str,
    names: impl IntoIterator<Item = &'n str>,
    list: &str,
    or: &str,
) -> String {
    let near = nearest(wanted, names).map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    format!("there is no {what} `{wanted}`.{near} `pillarbox-lab list {list}` has them all, {or}.")
}
