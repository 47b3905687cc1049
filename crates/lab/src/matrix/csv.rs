//! The matrix as a table for other programs, in comma-separated values.

use pillarbox_wire::Timestamp;

use super::cell::Cell;
use crate::csv::line;
use crate::score::{Measures, NoticeOutcome, PostCounts, RelocationOutcome};

/// The columns of `matrix.csv`.
const COLUMNS: &str = "design,demand,state,n,of,says,content_past,content_past_of,content_future,content_future_of,pairs_right,\
pairs_found,pairs_of,times_right,times_found,times_of,groups_right,groups_found,groups_of,look_back_ms,delay_ms,named,read,\
texts,messages,ciphertexts,ciphertexts_texts,\
could_notice,noticed_by,noticed_at,function_lost,function_lost_of,lost,attribution,kinds,other_data,named_accounts,thief,thief_without_order,texts_elsewhere,each_contact_shows,passcodes_tried,passcodes_of,\
supposed_guess_ms,passcode_found_by,erased_after,disappear_after_s,posts_destroyed,posts_destroyed_of,posts,stranger_read_before,stranger_read_after,followers_fetched,followers,\
restored_elsewhere,restored_elsewhere_of,found_again_by_number,found_again_by_invitation,complied_past,complied_past_of,\
complied_future,complied_future_of,complied_lost,complied_lost_of,reasons,control,seed,evidence,\
evidence_sha256\n";

/// Writes the matrix, a line for each cell.
#[must_use]
pub(super) fn table(cells: &[Cell]) -> String {
    let mut out = COLUMNS.to_owned();
    for cell in cells {
        let measures = &cell.measures;
        let counted = cell.state.counted();
        let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let rates = |rates: crate::score::PrecisionRecall| {
            [rates.right, rates.found, rates.of].map(|number| number.to_string())
        };
        let shares = |share: crate::score::Share| [share.n, share.of].map(|number| number.to_string());
        let noticed = measures.first_noticed();
        let mut fields = vec![
            cell.design.clone(),
            cell.demand.clone(),
            cell.state.word().to_owned(),
            number(counted.map(|(n, _)| n)),
            number(counted.map(|(_, of)| of)),
            cell.says.clone(),
        ];
        fields.extend(shares(measures.content_past));
        fields.extend(shares(measures.content_future));
        fields.extend([measures.pairs, measures.times, measures.groups].into_iter().flat_map(rates));
        fields.extend([number(measures.look_back_ms), number(measures.delay_ms)]);
        fields.extend([
            measures.named.len().to_string(),
            measures.read.len().to_string(),
            measures.texts.join("; "),
            measures.passed.join("; "),
            measures.sealed.ciphertexts.to_string(),
            measures.sealed.texts.join("; "),
            measures.could_notice.join("; "),
            noticed.keys().copied().collect::<Vec<_>>().join("; "),
        ]);
        let times: Vec<String> = noticed.values().map(|at| Timestamp(*at).to_string()).collect();
        fields.push(times.join("; "));
        fields.extend(shares(measures.function_lost));
        fields.push(measures.lost.join("; "));
        fields.push(measures.attribution.map_or_else(String::new, |it| it.wording().to_owned()));
        fields.push(joined(&measures.kinds, |it| it.as_str().to_owned()));
        fields.extend(special(measures));
        fields.extend([cell.reasons.join(" "), cell.control.clone()]);
        fields.extend([cell.seed.to_string(), cell.evidence.clone(), cell.evidence_sha256.clone()]);
        out.push_str(&line(&fields));
    }
    out
}

/// Returns the measures that each belong to one kind of demand. A missing measure is an empty field. Several
/// measures of a kind are placed side by side.
fn special(measures: &Measures) -> Vec<String> {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let mut fields = vec![joined(&measures.besides, |it| format!("{} {}", it.what.as_str(), it.entries))];
    let thief = measures.thief;
    fields.extend([
        measures.named_accounts.to_string(),
        number(thief.map(|it| it.rows.n)),
        number(thief.and_then(|it| it.without).map(|it| it.n)),
    ]);
    fields.push(joined(&measures.copies, |it| {
        format!("{} {} of {}", it.holder.as_str(), it.texts.len(), it.of)
    }));
    fields.push(joined(&measures.shows, |it| format!("{} of {}", it.texts.n, it.texts.of)));
    let guesses = &measures.guesses;
    fields.extend([
        joined(guesses, |it| it.tried.to_string()),
        joined(guesses, |it| it.codes.clone()),
        joined(guesses, |it| it.supposed_guess_ms.to_string()),
        joined(guesses, |it| number(it.opened_by)),
        joined(guesses, |it| number(it.erased_after)),
        joined(&measures.timers, |it| it.seconds.to_string()),
    ]);
    let posts = measures.posts;
    let post = |field: fn(PostCounts) -> u64| number(posts.map(field));
    fields.extend([
        post(|it| it.destroyed.n),
        post(|it| it.destroyed.of),
        post(|it| it.stranger_before.of),
        post(|it| it.stranger_before.n),
        post(|it| it.stranger_after.n),
        post(|it| it.fetched.n),
        post(|it| it.followers),
    ]);
    let moved = |field: fn(RelocationOutcome) -> u64| number(measures.elsewhere.map(field));
    fields.extend([
        moved(|it| it.restored.n),
        moved(|it| it.restored.of),
        moved(|it| it.by_number),
        moved(|it| it.by_invitation),
    ]);
    let complied = measures.notice.as_ref().and_then(|notice| notice.complied.as_ref());
    let complied = |field: fn(&NoticeOutcome) -> u64| number(complied.map(field));
    fields.extend([
        complied(|it| it.content_past.n),
        complied(|it| it.content_past.of),
        complied(|it| it.content_future.n),
        complied(|it| it.content_future.of),
        complied(|it| it.lost.n),
        complied(|it| it.lost.of),
    ]);
    fields
}

fn joined<T>(all: &[T], field: impl Fn(&T) -> String) -> String {
    all.iter().map(field).collect::<Vec<_>>().join("; ")
}
