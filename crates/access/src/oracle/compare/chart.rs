//! The chart's rules: a closed world, process by process, and not cumulative.
//!
//! - An item without a row is not returned, unless the chart does not say, or gives its list as an example.
//! - A process lists what the chart lists for it. An item that a narrower process of the same messenger lists is no
//!   difference under a wider one, which reaches it by law. Nor is an item that was returned under a narrower
//!   process whose list is only an example.
//! - An item that the chart lists without naming a process may be returned under any process for stored data.
//! - An item that the demand itself names does not count as returned.

use std::collections::BTreeSet;

use pillarbox_wire::Duration;

use super::words::{NOT_COMPARED, NOT_RETURNED, NOTHING_OF_IT, RETURNED};
use crate::design::Mark;
use crate::item::Item;
use crate::oracle::chart::{Chart, ChartRow, Says};
use crate::oracle::conditions::ConditionEffect;
use crate::oracle::finding::{Agreement, ComparedRow};
use crate::oracle::items::{contains, covers, specific, without};
use crate::oracle::observed::{Asked, AskedParty, Observed, QuestionSubject, Returned, StandIn};
use crate::oracle::process::Process;
use crate::oracle::source::OracleSource;

/// The longest time between two batches of live delivery.
const BATCHES: Duration = Duration::from_seconds(15 * 60);

/// Compares one design's run with the chart's rows about the messenger that it represents.
#[must_use]
pub fn against_chart(chart: &Chart, standing: &StandIn, run: &impl Observed) -> Vec<ComparedRow> {
    let mut rows = Vec::new();
    for (process, cases) in chart.cases(&standing.app) {
        for case in cases {
            let compared = Compared { chart, standing, run, process, case };
            rows.extend(compared.listed());
            rows.extend(compared.not_listed());
        }
    }
    rows
}

/// One messenger under one process in one case.
struct Compared<'a, R> {
    chart: &'a Chart,
    standing: &'a StandIn,
    run: &'a R,
    process: Process,
    case: BTreeSet<String>,
}

impl<R: Observed> Compared<'_, R> {
    /// Returns the chart's rows under this process that are about this case.
    fn rows(&self, process: Process) -> impl Iterator<Item = &ChartRow> {
        self.chart.of(&self.standing.app, process).filter(|row| row.case().is_subset(&self.case))
    }

    fn returned(&self, process: Process, of: AskedParty) -> Returned {
        let circumstances = self.case.clone();
        let mut returned =
            self.run.returned(&Asked { process, about: QuestionSubject::Target, of, circumstances });
        // The item that the demand names does not count as returned, no matter who answers.
        returned.items = without(returned.items, self.standing.asked_by);
        returned
    }

    /// Returns the reason that this row cannot be compared with this design, if there is one.
    fn not_applicable(&self, row: &ChartRow) -> Option<String> {
        let holds = |word: &str| self.standing.conditions.contains(word);
        let missing =
            row.conditions.iter().find(|(word, does)| *does == ConditionEffect::Design && !holds(word));
        if let Some((word, _)) = missing {
            return Some(format!("condition {word}"));
        }
        let conditions = &self.standing.conditions;
        let case = self.case.iter().find(|word| conditions.iter().any(|holds| excludes(holds, word)));
        if let Some(word) = case {
            return Some(format!("condition {word}"));
        }
        let named = matches!(row.says, Says::Item(item) if Some(item) == self.standing.asked_by);
        named.then(|| "the demand itself names it".to_owned())
    }

    /// Compares the rows that the chart has.
    fn listed(&self) -> Vec<ComparedRow> {
        let rows = self.rows(self.process);
        rows.map(|row| {
            let (run, agreement) = match self.not_applicable(row) {
                Some(because) => (NOT_COMPARED.to_owned(), Agreement::NotApplicable { because }),
                None => self.compare(row),
            };
            let says = match row.says {
                Says::Item(_) => row
                    .window_days
                    .map_or_else(|| RETURNED.to_owned(), |days| format!("{RETURNED}, {days} days back")),
                Says::Nothing => "nothing returned".into(),
                Says::NoContent => "no content returned".into(),
                Says::NotStated => "not stated".into(),
            };
            self.row(row.says.as_str(), says, run, agreement, row.mark)
        })
        .collect()
    }

    fn compare(&self, row: &ChartRow) -> (String, Agreement) {
        let agreed = |is: bool| if is { Agreement::Agrees } else { Agreement::Differs };
        let of = if row.has(ConditionEffect::Cloud) { AskedParty::Cloud } else { AskedParty::Operator };
        let returned = self.returned(self.process, of);
        match row.says {
            Says::NotStated => (NOT_COMPARED.to_owned(), Agreement::NotAsserted),
            Says::NoContent => {
                let content = returned.items.contains(&Item::MessageContent);
                let run = if content { "content returned" } else { "no content returned" };
                (run.into(), agreed(!content))
            }
            Says::Nothing => {
                let came: Vec<&str> = specific(&returned.items).into_iter().map(Item::as_str).collect();
                let run = if came.is_empty() {
                    "nothing returned".into()
                } else {
                    format!("{RETURNED}: {}", came.join(", "))
                };
                (run, agreed(came.is_empty()))
            }
            Says::Item(item) => self.compare_item(row, item, &returned, of),
        }
    }

    fn compare_item(
        &self,
        row: &ChartRow,
        item: Item,
        returned: &Returned,
        of: AskedParty,
    ) -> (String, Agreement) {
        if returned.not_modelled.contains(&item) {
            return (NOTHING_OF_IT.to_owned(), Agreement::NotModelled);
        }
        if !contains(&returned.items, item) {
            let elsewhere = Process::STORED.into_iter().find(|process| {
                row.has(ConditionEffect::ProcessOpen) && contains(&self.returned(*process, of).items, item)
            });
            return elsewhere.map_or((NOT_RETURNED.into(), Agreement::Differs), |process| {
                (NOT_RETURNED.into(), Agreement::AgreesElsewhere { process: process.as_str() })
            });
        }
        if let Some(days) = row.window_days {
            let ages = returned.ages.get(&item).cloned().unwrap_or_default();
            let agreement = if ages.reach_back(days) { Agreement::Agrees } else { Agreement::Differs };
            let oldest =
                ages.came.last().map_or_else(|| "none dated".into(), |days| format!("{days} days back"));
            let older = ages.happened.range(days + 1..).filter(|age| !ages.came.contains(age)).count();
            return (format!("{RETURNED}, {oldest}; {older} older not"), agreement);
        }
        if row.has(ConditionEffect::Batches) || row.real_time {
            let most = row.has(ConditionEffect::Batches).then_some(BATCHES);
            return match returned.longest_gap {
                Some(gap) => {
                    let run = format!("{RETURNED}, at most {} minutes late", gap.as_seconds().div_ceil(60));
                    let in_time = most.is_none_or(|most| gap <= most);
                    (run, if in_time { Agreement::Agrees } else { Agreement::Differs })
                }
                None => (format!("{RETURNED}, not while it happens"), Agreement::Differs),
            };
        }
        (RETURNED.into(), Agreement::Agrees)
    }

    /// Reports the returned items that are in no row. Each is a difference, because the chart's list is taken as
    /// complete.
    fn not_listed(&self) -> Vec<ComparedRow> {
        // A row that says that nothing is returned already reports what was.
        let silent = |row: &ChartRow| {
            matches!(row.says, Says::NotStated | Says::Nothing) || row.has(ConditionEffect::ListOpen)
        };
        if self.rows(self.process).any(silent)
            || self.rows(self.process).all(|row| self.not_applicable(row).is_some())
        {
            return Vec::new();
        }
        let returned = self.returned(self.process, AskedParty::Operator);
        let listed = self.listed_items();
        let examples = self
            .process
            .narrower()
            .filter(|process| self.rows(*process).any(|row| row.has(ConditionEffect::ListOpen)));
        let examples: BTreeSet<Item> =
            examples.flat_map(|process| self.returned(process, AskedParty::Operator).items).collect();
        let extra = specific(&returned.items).into_iter().filter(|item| {
            // A row that says that no content is returned already reports the content.
            let content = *item == Item::MessageContent
                && self.rows(self.process).any(|row| row.says == Says::NoContent);
            !content && !examples.contains(item) && !listed.iter().any(|listed| covers(*listed, *item))
        });
        extra
            .map(|item| {
                let says = format!("{NOT_RETURNED} (no row)");
                self.row(item.as_str(), says, RETURNED.into(), Agreement::Differs, Mark::Confirmed)
            })
            .collect()
    }

    /// Returns the items that may be returned: those listed for this process and for narrower ones, and those
    /// listed without a process.
    fn listed_items(&self) -> Vec<Item> {
        let item = |row: &ChartRow| match row.says {
            Says::Item(item) if self.not_applicable(row).is_none() => Some(item),
            _ => None,
        };
        let here = self.process.narrower().chain([self.process]);
        let mut items: Vec<Item> = here.flat_map(|process| self.rows(process).filter_map(item)).collect();
        if self.process.reach().is_some() {
            let open =
                self.chart.of_app(&self.standing.app).filter(|row| row.has(ConditionEffect::ProcessOpen));
            items.extend(open.filter(|row| row.case().is_subset(&self.case)).filter_map(item));
        }
        items
    }

    fn row(&self, item: &str, says: String, run: String, agreement: Agreement, mark: Mark) -> ComparedRow {
        ComparedRow {
            source: OracleSource::Chart,
            app: self.standing.app.clone(),
            design: self.standing.design.clone(),
            origin: String::new(),
            process: self.process.to_string(),
            case: self.case.iter().cloned().collect::<Vec<_>>().join(" "),
            item: item.to_owned(),
            says,
            run,
            agreement,
            mark,
            reason: None,
        }
    }
}

/// Returns a circumstance without the word `not`, by which the tables mark its opposite.
fn bare(word: &str) -> String {
    word.split('_').filter(|part| *part != "not").collect::<Vec<_>>().join("_")
}

/// Returns true if a case with the circumstance `word` contradicts the condition `holds`.
fn excludes(holds: &str, word: &str) -> bool {
    holds != word && bare(holds) == bare(word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::item::Reach;
    use crate::oracle::OutcomeCounts;
    use crate::oracle::observed::Ages;

    /// An operator that returns these items in these circumstances, each under the process that the law names.
    struct Operator {
        items: Vec<Item>,
        only_in: Option<&'static str>,
        ages: BTreeMap<Item, Ages>,
        gap: Option<Duration>,
    }

    fn operator(items: &[Item]) -> Operator {
        Operator { items: items.to_vec(), only_in: None, ages: BTreeMap::new(), gap: None }
    }

    impl Observed for Operator {
        fn returned(&self, asked: &Asked) -> Returned {
            let silent = self.only_in.is_some_and(|word| !asked.circumstances.contains(word));
            let reaches = |item: &Item| match asked.process.reach() {
                Some(reach) => item.reach() <= reach,
                None => *item == Item::MessageSourceDestination,
            };
            let items = self.items.iter().copied().filter(|item| !silent && reaches(item)).collect();
            let cloud = asked.of == AskedParty::Cloud;
            Returned {
                items: if cloud { BTreeSet::new() } else { items },
                ages: self.ages.clone(),
                longest_gap: self.gap,
                not_modelled: BTreeSet::new(),
            }
        }
    }

    const HEADING: &str = "app,process,item,real_time,window_days,condition,confidence,as_of";

    fn compare(rows: &[&str], conditions: &[&str], run: &Operator) -> Vec<(String, Agreement)> {
        let text = rows.iter().map(|row| format!("x,{row},confirmed,2020-11\n")).collect::<String>();
        let chart = Chart::parse(&format!("{HEADING}\n{text}")).unwrap();
        let standing = StandIn {
            design: "x-now".into(),
            app: "x".into(),
            conditions: conditions.iter().map(ToString::to_string).collect(),
            asked_by: Some(Item::PhoneNumber),
        };
        let rows = against_chart(&chart, &standing, run);
        rows.into_iter().map(|row| (format!("{} {}", row.process, row.item), row.agreement)).collect()
    }

    fn differing(rows: &[&str], run: &Operator) -> Vec<String> {
        let rows = compare(rows, &[], run).into_iter();
        rows.filter(|(_, agreement)| *agreement == Agreement::Differs).map(|(row, _)| row).collect()
    }

    #[test]
    fn what_is_listed_and_comes_back_agrees_and_what_does_not_differs() {
        let rows = ["subpoena,name,no,,", "subpoena,email,no,,", "subpoena,no_message_content,no,,"];
        assert!(differing(&rows, &operator(&[Item::Name, Item::Email])).is_empty());
        assert_eq!(differing(&rows, &operator(&[Item::Name])), ["subpoena email"]);
        assert_eq!(differing(&rows, &operator(&[])).len(), 2, "an operator that keeps nothing");
    }

    #[test]
    fn what_comes_back_and_has_no_row_is_noticed() {
        let rows = ["subpoena,name,no,,"];
        assert_eq!(differing(&rows, &operator(&[Item::Name, Item::IpLog])), ["subpoena ip_log"]);
        let open = ["2703d,name,no,,given_as_example"];
        assert!(differing(&open, &operator(&[Item::Name, Item::BlockedUsers])).is_empty(), "an open list");
        let wider = ["2703d,name,no,,given_as_example", "search_warrant,device_backup,no,,"];
        let run = operator(&[Item::Name, Item::BlockedUsers, Item::DeviceBackup, Item::AboutText]);
        assert_eq!(
            differing(&wider, &run),
            ["search_warrant about_text"],
            "open under the narrower process only"
        );
        let silent = ["2703d,not_stated,no,,"];
        assert_eq!(
            compare(&silent, &[], &operator(&[Item::Name])),
            [("2703d not_stated".into(), Agreement::NotAsserted)]
        );
    }

    #[test]
    fn nothing_means_nothing_and_what_the_demand_names_is_not_returned() {
        let rows = ["subpoena,none,no,,"];
        assert!(differing(&rows, &operator(&[Item::PhoneNumber])).is_empty());
        assert_eq!(differing(&rows, &operator(&[Item::PhoneNumber, Item::Name])), ["subpoena none"]);
        let asked = compare(&["subpoena,phone_number,no,,"], &[], &operator(&[Item::PhoneNumber]));
        assert!(matches!(asked[0].1, Agreement::NotApplicable { .. }), "{asked:?}");
    }

    #[test]
    fn a_process_is_not_cumulative_and_the_law_is() {
        let rows = ["subpoena,name,no,,", "search_warrant,device_backup,no,,"];
        assert!(differing(&rows, &operator(&[Item::Name, Item::DeviceBackup])).is_empty());
        let beside = operator(&[Item::Name, Item::DeviceBackup, Item::Email]);
        assert_eq!(differing(&rows, &beside), ["subpoena email", "search_warrant email"]);
    }

    #[test]
    fn an_item_without_a_process_may_come_under_another() {
        let rows = ["subpoena,device_types,no,,process_not_stated"];
        assert_eq!(Item::DeviceTypes.reach(), Reach::Records);
        let found = compare(&rows, &[], &operator(&[Item::DeviceTypes]));
        assert_eq!(found[0].1, Agreement::AgreesElsewhere { process: "2703d" });
        assert_eq!(differing(&rows, &operator(&[])).len(), 1);
        assert_eq!(differing(&["subpoena,device_types,no,,"], &operator(&[Item::DeviceTypes])).len(), 1);
    }

    #[test]
    fn a_case_is_compared_alone_and_a_design_can_exclude_it() {
        let rows =
            ["subpoena,none,no,,not_confirmed_terrorism_case", "subpoena,name,no,,confirmed_terrorism_case"];
        let right = Operator { only_in: Some("confirmed_terrorism_case"), ..operator(&[Item::Name]) };
        assert!(differing(&rows, &right).is_empty());
        assert_eq!(
            differing(&rows, &operator(&[Item::Name])),
            ["subpoena none"],
            "handed over in every case"
        );
        assert_eq!(differing(&rows, &operator(&[])), ["subpoena name"], "and in none");
        let only = compare(&rows, &["confirmed_terrorism_case"], &operator(&[Item::Name]));
        let applicable = only.iter().filter(|(_, found)| !matches!(found, Agreement::NotApplicable { .. }));
        assert_eq!(applicable.count(), 1, "{only:?}");
    }

    #[test]
    fn a_condition_of_the_design_must_hold() {
        let rows = ["search_warrant,backup_keys,no,,icloud_backup_on"];
        let run = operator(&[Item::BackupKeys]);
        assert!(matches!(compare(&rows, &[], &run)[0].1, Agreement::NotApplicable { .. }));
        assert_eq!(compare(&rows, &["icloud_backup_on"], &run)[0].1, Agreement::Agrees);
    }

    #[test]
    fn a_window_is_measured_on_both_sides() {
        let rows = ["2703d,lookup_log,no,25,"];
        let run = |came: &[u32]| {
            let ages = Ages { happened: [3, 24, 26].into(), came: came.iter().copied().collect() };
            Operator { ages: [(Item::LookupLog, ages)].into(), ..operator(&[Item::LookupLog]) }
        };
        assert!(differing(&rows, &run(&[3, 24])).is_empty());
        assert_eq!(differing(&rows, &run(&[3, 24, 26])).len(), 1);
        assert_eq!(differing(&rows, &run(&[3])).len(), 1);
    }

    #[test]
    fn batches_are_late_by_a_quarter_of_an_hour_at_most() {
        let rows = ["pen_register,message_source_destination,yes,,delivered_every_15_min"];
        let run = |gap| Operator { gap, ..operator(&[Item::MessageSourceDestination]) };
        assert!(differing(&rows, &run(Some(Duration::from_seconds(900)))).is_empty());
        assert_eq!(differing(&rows, &run(Some(Duration::from_seconds(901)))).len(), 1);
        assert_eq!(differing(&rows, &run(None)).len(), 1, "not while it happens");
    }

    #[test]
    fn content_that_comes_back_against_the_chart_is_told_once() {
        let rows = ["search_warrant,no_message_content,no,,"];
        assert_eq!(
            differing(&rows, &operator(&[Item::MessageContent])),
            ["search_warrant no_message_content"]
        );
    }

    #[test]
    fn rows_are_counted_by_what_became_of_them() {
        let chart = Chart::parse(&format!(
            "{HEADING}\nx,subpoena,name,no,,,recheck,2020-11\nx,subpoena,email,no,,,confirmed,2020-11\n"
        ))
        .unwrap();
        let standing =
            StandIn { design: "x".into(), app: "x".into(), conditions: BTreeSet::new(), asked_by: None };
        let rows = against_chart(&chart, &standing, &operator(&[Item::Name]));
        let counts = OutcomeCounts::of(&rows);
        assert_eq!((counts.agree, counts.differ, counts.recheck), (1, 1, 1));
    }
}
