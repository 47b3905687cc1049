//! One demand and its answer as a paper: asked on the left, returned on the right.

use pillarbox_access::law::{self, Country};
use pillarbox_access::{Answer, Return};
use pillarbox_client::display::safe;

use crate::columns::{paragraph, side_by_side};

/// Asked, returned.
const WIDTHS: [usize; 2] = [26, 52];

/// The last line of every paper.
pub const OTHERS: &str = "other accounts named, the other party included";

/// The paper as text of 80 columns.
#[must_use]
pub fn render(returned: &Return) -> String {
    let demand = returned.demand;
    let mut out = String::new();
    out.push_str(&title(&format!("DEMAND: {}, about {}", demand.name, returned.about)));
    out.push_str(&legal_names(returned));
    out.push('\n');
    out.push_str(&side_by_side(&WIDTHS, &["ASKED".into(), "RETURNED".into()]));
    for line in &returned.lines {
        out.push_str(&side_by_side(&WIDTHS, &[line.asked.into(), answer(&line.answer, usize::MAX)]));
    }
    out.push_str(&side_by_side(&WIDTHS, &[OTHERS.into(), returned.others_named.to_string()]));
    out.push('\n');
    out.push_str(&paragraph(&format!(
        "This relay has accepted {} messages in all, for everybody together. How many of them were this account's, it does \
         not know.",
        returned.accepted_in_all
    )));
    out
}

/// The powers that the demand rests on: no story dates a demand on files, so that the day is that of the tables.
#[must_use]
pub fn legal_names(returned: &Return) -> String {
    let demand = returned.demand;
    let mut plain = demand.plain.chars();
    let plain: String =
        plain.next().map(|first| first.to_uppercase().chain(plain).collect()).unwrap_or_default();
    let of = |country| {
        let powers = law::powers(demand.name, country, law::AS_OF);
        powers.iter().map(|power| power.phrase(law::AS_OF)).collect::<Vec<_>>().join("; ")
    };
    let [uk, us] = [Country::GB, Country::US].map(of);
    paragraph(&format!("{plain}. As of {}: UK: {uk}. US: {us}.", law::AS_OF))
}

/// One answer, with at most `most` of the lines that came back.
#[must_use]
pub fn answer(answer: &Answer, most: usize) -> String {
    match answer {
        Answer::Returned { count, lines } => {
            let mut shown: Vec<String> = Vec::new();
            if *count > 1 {
                shown.push(format!("returned {count}:"));
            }
            shown.extend(lines.iter().take(most).cloned());
            if lines.len() > most {
                shown.push(format!("and {} more", lines.len() - most));
            }
            shown.join("\n")
        }
        other => other.to_string(),
    }
}

/// A heading: a line in capitals, underlined.
#[must_use]
pub fn title(text: &str) -> String {
    let text = safe(text);
    format!("\n{text}\n{}\n", "-".repeat(text.chars().count().min(crate::columns::WIDTH)))
}

/// Makes headings bold: the lines above a line of dashes. Without colour the dashes still tell.
#[must_use]
pub fn headed(text: &str) -> String {
    let bold = anstyle::Style::new().bold();
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::with_capacity(text.len());
    for (position, line) in lines.iter().enumerate() {
        let underlined = lines
            .get(position + 1)
            .is_some_and(|next| !next.is_empty() && next.bytes().all(|byte| byte == b'-'));
        if underlined && !line.is_empty() {
            out.push_str(&format!("{bold}{line}{bold:#}\n"));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
