//! `list`: the designs, demands and stories of this program, and the reply to a name that none of them has.

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::experiments;
use pillarbox_lab::scenario::{library, nearest};
use pillarbox_lab::screen::{Screen, Table};
use pillarbox_text::columns::Column;

use pillarbox_system::exit::NO;
use serde::Serialize;

use super::args::{List, Listed};
use super::output::{Failure, next, print, print_json};
use super::window;

/// Columns: the word that is typed, and its title for people.
const NAMED: [Column; 2] = [Column::Fixed(20), Column::Share(1)];

/// The width of a window in which a demand's phrase is on the same line as its name.
const ROOM_FOR_MORE: usize = 120;

pub(super) fn run(wanted: &List) -> Result<(), Failure> {
    let is_wanted = |what| wanted.what.is_none_or(|only| only == what);
    let mut all = All::default();
    if is_wanted(Listed::Designs) {
        all.designs = Some(all_designs());
    }
    if is_wanted(Listed::Demands) {
        all.demands = Some(all_demands());
    }
    if is_wanted(Listed::Stories) {
        all.stories = Some(all_stories()?);
    }
    if wanted.json {
        return print_json(&all);
    }
    print(&all.on_a_screen().into_text())?;
    next("pillarbox-lab demand content-warrant --scenario westminster-2017", "")
}

/// Lists the demands alone, as `demand` without a name does.
pub(super) fn demands() -> Result<(), Failure> {
    let all = All { demands: Some(all_demands()), ..All::default() };
    print(&all.on_a_screen().into_text())?;
    next("pillarbox-lab demand content-warrant --scenario westminster-2017", "")
}

/// Lists the stories alone, as `run` without a name does.
pub(super) fn stories() -> Result<(), Failure> {
    let all = All { stories: Some(all_stories()?), ..All::default() };
    print(&all.on_a_screen().into_text())?;
    next("pillarbox-lab run westminster-2017", "")
}

/// The lists that are wanted.
#[derive(Default, Serialize)]
struct All {
    #[serde(skip_serializing_if = "Option::is_none")]
    designs: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demands: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stories: Option<Vec<Entry>>,
}

/// The word that is typed, and its title for people.
#[derive(Serialize)]
struct Entry {
    name: String,
    title: String,
    /// A phrase that says more; empty if the title says all.
    #[serde(skip_serializing_if = "str::is_empty")]
    plain: &'static str,
}

impl All {
    fn on_a_screen(&self) -> Screen {
        let mut screen = Screen::new(window::width());
        let table = Table::new(&NAMED);
        let parts = [
            ("DESIGNS (--design)", &self.designs),
            ("DEMANDS", &self.demands),
            ("STORIES (--scenario)", &self.stories),
        ];
        for (title, entries) in parts {
            let Some(entries) = entries else { continue };
            screen.title(title);
            for Entry { name, title, plain } in entries {
                let more = match screen.width() {
                    ROOM_FOR_MORE.. if !plain.is_empty() => format!(": {plain}"),
                    _ => String::new(),
                };
                screen.row(&table, &[name.clone(), format!("{title}{more}")]);
            }
        }
        screen
    }
}

fn all_designs() -> Vec<Entry> {
    let entry = |design: &Design| Entry { name: design.name.clone(), title: design.title.clone(), plain: "" };
    designs::all().iter().map(entry).collect()
}

fn all_demands() -> Vec<Entry> {
    let entry = |name: &str| {
        let plain = experiments::demand_of(name).map_or("", |demand| demand.plain);
        Entry { name: name.to_owned(), title: experiments::title_of(name), plain }
    };
    experiments::demands().into_iter().map(entry).collect()
}

fn all_stories() -> Result<Vec<Entry>, Failure> {
    let stories = library::all().map_err(|error| Failure { sentence: format!("{error}"), code: NO })?;
    Ok(stories.into_iter().map(|story| Entry { name: story.name, title: story.title, plain: "" }).collect())
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

/// Returns the kind of thing that has this name.
fn other_kind(name: &str) -> Option<&'static str> {
    if designs::named(name).is_some() {
        Some("design")
    } else if experiments::demands().contains(&name) {
        Some("demand")
    } else {
        library::BUILT_IN.iter().any(|(story, _)| *story == name).then_some("scenario")
    }
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
    let near = other_kind(wanted).filter(|kind| *kind != what).map_or(near, |kind| match kind {
        "demand" => format!(" `{wanted}` is a demand: pillarbox-lab demand {wanted}."),
        "design" => format!(" `{wanted}` is a design: --design {wanted}."),
        _ => format!(" `{wanted}` is a story: --scenario {wanted}."),
    });
    format!("there is no {what} `{wanted}`.{near} `pillarbox-lab list {list}` has all {list}, {or}.")
}
