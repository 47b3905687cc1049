//! The story as a play: the acts of people and their consequences, day by day.

use pillarbox_access::law::Day;
use pillarbox_text::columns::Column;
use pillarbox_wire::Timestamp;

use crate::record::{Kind, Line, Record};
use crate::screen::{Screen, Table, Weight};

/// Notices that a reader can do without. They are about the machinery and not about people.
pub(super) const MACHINERY: [&str; 4] = ["registered", "connected", "accepted", "found"];

/// Columns: time of the day, line.
const ACTS: [Column; 2] = [Column::Fixed(7), Column::Share(1)];

/// Notices that a play does without: each text has a receipt, and each address book its matches.
const STAGE_HANDS: [&str; 2] = ["delivered", "known-numbers"];

/// Notices that repeat the previous line of the play, unless time has passed since.
const ECHOES: [&str; 2] = ["received", "group-joined"];

/// The acts that phones echo.
const ECHOED: [&str; 2] = ["says", "makes-group"];

/// A line of the play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scene {
    /// The time of the line.
    pub(super) at: Timestamp,
    /// The person whose act or whose phone it is; `None` for an order.
    pub(super) who: Option<String>,
    /// True for an act of a person or an order of an authority. The consequences are in the lines after it.
    pub(super) is_act: bool,
    /// True for a phone that shows what an earlier line has said.
    pub(super) is_repeated: bool,
    weight: Weight,
    /// The time of the day; empty under an act of the same minute.
    time: String,
    says: String,
}

/// Returns the lines of the play.
pub(super) fn scenes(record: &Record) -> Vec<Scene> {
    let mut scenes = Vec::new();
    let mut last_act = None;
    for line in record.lines() {
        let Some((weight, says)) = act(line, last_act) else { continue };
        let is_act = matches!(line.kind, Kind::Event { .. } | Kind::Order { .. });
        let is_echoed = matches!(&line.kind, Kind::Event { does, .. } if ECHOED.contains(&does.as_str()));
        if is_act {
            last_act = Some((line.at, is_echoed));
        }
        let (.., hour, minute, _) = line.at.calendar();
        let time = match is_act || last_act.is_none_or(|(at, _)| at != line.at) {
            true => format!(" {hour:02}:{minute:02}"),
            false => String::new(),
        };
        let is_repeated =
            matches!(&line.kind, Kind::Notice { notice, .. } if ECHOES.contains(&notice.as_str()));
        scenes.push(Scene { at: line.at, who: who(&line.kind), is_act, is_repeated, weight, time, says });
    }
    scenes
}

/// Returns the person whom a line is about.
fn who(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Event { who, .. }
        | Kind::NotDone { who, .. }
        | Kind::Unreachable { who, .. }
        | Kind::Notice { who, .. } => Some(who.clone()),
        _ => None,
    }
}

/// Writes lines of the play, each day under its date. Days are separated by blank lines if there is room.
pub(super) fn show<'s>(screen: &mut Screen, scenes: impl IntoIterator<Item = &'s Scene>, is_roomy: bool) {
    let table = Table::new(&ACTS);
    let mut day = None;
    for scene in scenes {
        let today = Day::of(scene.at).to_string();
        if day.as_ref() != Some(&today) {
            if is_roomy {
                screen.blank();
            }
            screen.say_in(Weight::Bold, &today);
            day = Some(today);
        }
        screen.row_in(scene.weight, &table, &[scene.time.clone(), scene.says.clone()]);
    }
}

/// Returns a line of the play, or nothing if it is about the machinery or repeats the line before it.
fn act(line: &Line, last_act: Option<(Timestamp, bool)>) -> Option<(Weight, String)> {
    let normal = |says: String| Some((Weight::Normal, says));
    match &line.kind {
        Kind::Event { who, does, what } => normal(match does.as_str() {
            "says" => format!("{who} {what}"),
            "phone-seized" => format!("{who}'s phone is seized, {}", what.replace('-', " ")),
            "loses-phone" => format!("{who}'s phone is lost for good"),
            verb => format!("{who} {} {what}", verb.replace('-', " ")).trim_end().to_owned(),
        }),
        Kind::Order { says, .. } => Some((Weight::Bold, format!("ORDER: {says}."))),
        Kind::NotInDesign { why, .. } => Some((Weight::Dim, format!("  {why}."))),
        Kind::NotDone { who, why, .. } => Some((Weight::Dim, format!("  not done by {who}'s phone: {why}."))),
        Kind::Unreachable { who, why, .. } => {
            Some((Weight::Dim, format!("  {who}'s phone does not connect: {why}.")))
        }
        Kind::Notice { who, notice, says, .. } => {
            let last_act = last_act?;
            let is = |kinds: &[&str]| kinds.contains(&notice.as_str());
            if is(&MACHINERY) || is(&STAGE_HANDS) || (is(&ECHOES) && last_act == (line.at, true)) {
                return None;
            }
            normal(format!("  {who}'s phone: {says}"))
        }
        _ => None,
    }
}
