//! Published returns: a yes or no for each item. A missing row asserts nothing about the item.

use super::words::{NOT_COMPARED, NOT_RETURNED, NOTHING_OF_IT, RETURNED};
use crate::oracle::finding::{Agreement, ComparedRow};
use crate::oracle::items::{contains, without};
use crate::oracle::observed::{Asked, AskedParty, Observed, QuestionSubject, StandIn};
use crate::oracle::process::Process;
use crate::oracle::published::PublishedReturn;
use crate::oracle::source::OracleSource;

/// Compares one design's run with the published returns of the messenger that it represents.
#[must_use]
pub fn against_published(
    table: &[PublishedReturn],
    standing: &StandIn,
    run: &impl Observed,
) -> Vec<ComparedRow> {
    let rows = table.iter().filter(|row| row.app == standing.app);
    rows.map(|row| {
        let (says, run, agreement) = compare(row, standing, run);
        ComparedRow {
            source: OracleSource::PublishedReturns,
            app: row.app.clone(),
            design: standing.design.clone(),
            origin: row.source.clone(),
            process: row.process.to_string(),
            case: String::new(),
            item: row.item.as_str().to_owned(),
            says,
            run,
            agreement,
            mark: row.mark,
            reason: None,
        }
    })
    .collect()
}

fn compare(row: &PublishedReturn, standing: &StandIn, run: &impl Observed) -> (String, String, Agreement) {
    let about = if row.is_about_nobody() { QuestionSubject::Nobody } else { QuestionSubject::Target };
    let asked = Asked { about, ..Asked::plainly(row.process) };
    debug_assert_eq!(
        asked.of,
        AskedParty::Operator,
        "the operator's own word is compared with the operator's return"
    );
    let says = in_words(row.process, row.returned);
    let mut returned = run.returned(&asked);
    // The item that the demand itself names does not count as returned. An operator that looks for itself learns
    // nothing.
    if row.process != Process::ServerOperator {
        returned.items = without(returned.items, standing.asked_by);
        if row.returned && Some(row.item) == standing.asked_by {
            let because = "the demand itself names it".to_owned();
            return (says, NOT_COMPARED.into(), Agreement::NotApplicable { because });
        }
    }
    if returned.not_modelled.contains(&row.item) {
        return (says, NOTHING_OF_IT.into(), Agreement::NotModelled);
    }
    let came = contains(&returned.items, row.item);
    let agreement = if came == row.returned { Agreement::Agrees } else { Agreement::Differs };
    (says, in_words(row.process, came), agreement)
}

/// Describes the result. A server that looks for itself learns, and a server that is asked returns.
fn in_words(process: Process, yes: bool) -> String {
    let words = match (process, yes) {
        (Process::ServerOperator, true) => "can learn it",
        (Process::ServerOperator, false) => "cannot learn it",
        (_, true) => RETURNED,
        (_, false) => NOT_RETURNED,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::item::Item;
    use crate::oracle::observed::Returned;
    use crate::oracle::published;

    /// An operator that has the name and number of everybody with an account.
    struct Operator;

    impl Observed for Operator {
        fn returned(&self, asked: &Asked) -> Returned {
            let items: &[Item] = match asked.about {
                QuestionSubject::Target => &[Item::AccountRecord, Item::Name, Item::PhoneNumber],
                QuestionSubject::Nobody => &[],
            };
            Returned {
                items: items.iter().copied().collect(),
                not_modelled: BTreeSet::from([Item::Cookies]),
                ..Returned::default()
            }
        }
    }

    #[test]
    fn what_is_asked_is_compared_and_nothing_else() {
        let rows = [
            ("a", "subpoena", "name", "yes", Agreement::Agrees),
            ("a", "subpoena", "name", "no", Agreement::Differs),
            ("a", "subpoena", "email", "no", Agreement::Agrees),
            ("a", "subpoena", "email", "yes", Agreement::Differs),
            ("a", "subpoena", "cookies", "no", Agreement::NotModelled),
            ("a", "subpoena", "phone_number", "no", Agreement::Agrees),
            ("a", "server_operator", "phone_number", "yes", Agreement::Agrees),
            ("a", "subpoena", "account_record", "yes", Agreement::Agrees),
            ("a_unregistered_number", "subpoena", "account_record", "no", Agreement::Agrees),
        ];
        for (source, process, item, returned, agreement) in rows {
            let text = format!(
                "source,design,process,date,item,returned,confidence,reference\n\
                 {source},x,{process},2020,{item},{returned},confirmed,r\n"
            );
            let table = published::parse(&text).unwrap();
            let standing = StandIn {
                design: "x".into(),
                app: "x".into(),
                conditions: BTreeSet::new(),
                asked_by: Some(Item::PhoneNumber),
            };
            let found = against_published(&table, &standing, &Operator);
            assert_eq!(found[0].agreement, agreement, "{text}");
            let other = StandIn { app: "y".into(), ..standing };
            assert!(against_published(&table, &other, &Operator).is_empty());
        }
    }
}
