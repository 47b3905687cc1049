//! Figures: compares measured numbers with the tolerance in their row.

use std::collections::BTreeMap;

use super::words::NOTHING_OF_IT;
use crate::oracle::figures::{Figure, MeasuredFigure};
use crate::oracle::finding::{Agreement, ComparedRow};
use crate::oracle::observed::StandIn;
use crate::oracle::source::OracleSource;

/// The measured numbers, by the name of the measure.
pub type Measurements = BTreeMap<String, MeasuredFigure>;

/// Compares measurements with the figures of one messenger. Without a design, it uses the figures that are about no
/// messenger.
#[must_use]
pub fn against_figures(
    table: &[Figure],
    standing: Option<&StandIn>,
    measurements: &Measurements,
) -> Vec<ComparedRow> {
    let app = standing.map(|standing| standing.app.as_str());
    let figures = table.iter().filter(|figure| figure.app() == app);
    figures
        .map(|figure| {
            let measured = measurements.get(figure.measure()).copied();
            let agreement = match measured {
                None => Agreement::NotModelled,
                Some(measured) if figure.agrees(measured) => Agreement::Agrees,
                Some(_) => Agreement::Differs,
            };
            ComparedRow {
                source: OracleSource::Figures,
                app: figure.app().unwrap_or(&figure.experiment).to_owned(),
                design: standing.map_or_else(String::new, |standing| standing.design.clone()),
                origin: figure.parameter.clone(),
                process: String::new(),
                case: String::new(),
                item: figure.id.clone(),
                says: if figure.tolerance.starts_with("upper bound") {
                    format!("at most {}", figure.expected)
                } else {
                    figure.expected.to_string()
                },
                run: measured.map_or_else(|| NOTHING_OF_IT.to_owned(), in_words),
                agreement,
                mark: figure.mark,
                reason: None,
            }
        })
        .collect()
}

fn in_words(measured: MeasuredFigure) -> String {
    match measured {
        MeasuredFigure::Exactly(number) => number.to_string(),
        MeasuredFigure::Between(there, gone) => format!("there at {there}, gone at {gone}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oracle::figures;

    #[test]
    fn a_figure_is_compared_with_its_own_messengers_run() {
        let text = "id,experiment,parameter,expected,tolerance_or_spread,reference,confidence\n\
                    x_days,x_profile,days,7,upper bound,r,confirmed\n\
                    evidence,blocking,items,0,exact,r,recheck\n";
        let table = figures::parse(text).unwrap();
        let standing =
            StandIn { design: "x-now".into(), app: "x".into(), conditions: BTreeSet::new(), asked_by: None };
        let measured =
            |name: &str, number| Measurements::from([(name.to_owned(), MeasuredFigure::Exactly(number))]);
        let state = |standing, measurements: &Measurements| {
            let rows = against_figures(&table, standing, measurements);
            assert_eq!(rows.len(), 1);
            rows[0].agreement.clone()
        };
        assert_eq!(state(Some(&standing), &measured("days", 7.0)), Agreement::Agrees);
        assert_eq!(state(Some(&standing), &measured("days", 8.0)), Agreement::Differs);
        assert_eq!(state(Some(&standing), &measured("weeks", 1.0)), Agreement::NotModelled);
        assert_eq!(state(None, &measured("evidence", 0.0)), Agreement::Agrees);
        assert_eq!(state(None, &measured("evidence", 1.0)), Agreement::Differs);
    }
}
