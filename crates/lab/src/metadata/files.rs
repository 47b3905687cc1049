//! The outcome as files for other programs and as pictures: pairs, the network, and the hours of the person asked
//! about.

use pillarbox_metadata::RowKind;

use super::{AnalysedSource, table};
use crate::picture::{Hours, NetworkPicture, graphml};

/// The maximum number of people in a picture. With more points it would be a cloud. The other files contain everybody.
const MOST_DRAWN: usize = 400;

/// Returns each file, by name.
///
/// # Errors
/// A template failed.
pub fn all(inquiry: &AnalysedSource) -> Result<Vec<(&'static str, String)>, askama::Error> {
    let ties = inquiry.ties(None);
    let mut files = vec![("pairs.csv", table::pairs(inquiry)), ("graph.graphml", graphml(&ties)?)];
    if ties.people.len() <= MOST_DRAWN {
        let title = format!("Who talks to whom: {}", inquiry.choices.observer.wording());
        files.push(("network.svg", NetworkPicture::of(&title, &ties).file()?));
    }
    if let Some(about) = inquiry.about {
        let is_own = |row: &&pillarbox_metadata::TraceRow| {
            row.kind == RowKind::Sent && (row.from == Some(about) || row.to == Some(about))
        };
        let times: Vec<u64> = inquiry.trace.rows.iter().filter(is_own).map(|row| row.at).collect();
        let title = format!("Hours of {}", inquiry.trace.name(about));
        files.push(("hours.svg", Hours::by_weekday(&title, &times).file()?));
    }
    Ok(files)
}
