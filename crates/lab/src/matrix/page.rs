//! The report: one HTML file with everything in it, no script, no link that it needs. It reads the files of a run and computes
//! nothing.
//!
//! Everything that stands in a run may come from strangers' texts; [`escaped`] is the only way in.

use std::collections::BTreeMap;

use pillarbox_client::display::safe_document;

use super::cell::{Cell, Evidence};
use super::manifest::Manifest;

/// Longest evidence that stands in the page; the file has the rest.
const MAX_SHOWN: usize = 6_000;

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; color: #1a1a1a; background: #fff; }
h1, h2 { line-height: 1.2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border: 1px solid #767676; padding: .4rem .5rem; text-align: left; vertical-align: top; min-width: 7rem; }
thead th { background: #eee; }
a { color: #003b8e; }
a:focus-visible, summary:focus-visible { outline: 3px solid #b34700; outline-offset: 2px; }
summary { padding: .3rem 0; min-height: 1.5rem; cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; border-left: 3px solid #767676; padding-left: .6rem; }
dt { font-weight: 600; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #141414; } thead th { background: #2a2a2a; } a { color: #9ec5ff; }
}
@media print { body { max-width: none; padding: 0; color: #000; background: #fff; } .wide { overflow: visible; } td, th { min-width: 0; font-size: .7rem; } }
";

/// A text as it may stand in HTML, in an element or in a quoted attribute. It holds nothing that turns the reading direction
/// round or that an eye would not see.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in safe_document(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The page.
#[must_use]
pub fn render(manifest: &Manifest, cells: &[Cell], evidence: &BTreeMap<String, Evidence>) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n");
    let title = escaped(&format!("Every design meets every demand: {}", manifest.scenario));
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    // Nothing is fetched and nothing runs, whatever stands in the texts.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.push_str(&format!(
        "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    ));
    let counted = cells.iter().filter(|cell| cell.state != crate::score::State::NotModelled).count();
    out.push_str(&format!(
        "<p>{} cells, {counted} with evidence, {} not modelled. Each cell says what came back when the demand was served on real \
         bytes; its evidence stands below. Seed {}, program {}, scenario SHA-256 <code>{}</code>.</p>\n",
        cells.len(),
        cells.len() - counted,
        manifest.seed,
        escaped(&manifest.program),
        escaped(&manifest.scenario_sha256),
    ));
    table(&mut out, manifest, cells);
    out.push_str("<h2 id=\"evidence\">Evidence</h2>\n");
    for (at, cell) in cells.iter().enumerate() {
        details(&mut out, at, cell, evidence.get(&cell.evidence));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn table(out: &mut String, manifest: &Manifest, cells: &[Cell]) {
    let by_place: BTreeMap<(&str, &str), usize> = cells
        .iter()
        .enumerate()
        .map(|(at, cell)| ((cell.design.as_str(), cell.demand.as_str()), at))
        .collect();
    out.push_str(
        "<h2 id=\"matrix\">Designs and demands</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" ",
    );
    out.push_str("aria-labelledby=\"matrix\">\n<table>\n<thead>\n<tr><th scope=\"col\">design</th>");
    for demand in &manifest.demands {
        out.push_str(&format!("<th scope=\"col\">{}</th>", escaped(demand)));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    let mut designs: Vec<&str> = cells.iter().map(|cell| cell.design.as_str()).collect();
    designs.dedup();
    for design in designs {
        out.push_str(&format!("<tr><th scope=\"row\">{}</th>", escaped(design)));
        for demand in &manifest.demands {
            let cell = by_place.get(&(design, demand.as_str())).and_then(|at| Some((at, cells.get(*at)?)));
            match cell {
                Some((at, cell)) => {
                    out.push_str(&format!("<td><a href=\"#cell-{at}\">{}</a></td>", escaped(&cell.says)))
                }
                None => out.push_str("<td>not run</td>"),
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn details(out: &mut String, at: usize, cell: &Cell, evidence: Option<&Evidence>) {
    out.push_str(&format!(
        "<details id=\"cell-{at}\">\n<summary>{}, {}: {}</summary>\n<dl>\n",
        escaped(&cell.design),
        escaped(&cell.demand),
        escaped(&cell.says)
    ));
    let mut line = |name: &str, says: &str| {
        if !says.is_empty() {
            out.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(says)));
        }
    };
    let answer = &cell.answer;
    line("Question", &answer.question);
    line("Answer", &answer.headline);
    line("Why", &answer.why.join(" "));
    line("What its operator says", &answer.says);
    line("A thief", &answer.thief);
    line("Law", &answer.law.join(" "));
    line("Assumed", &answer.assumed.join(" "));
    line("Again", &answer.repeat);
    for (name, says) in super::words::measures(&cell.measures) {
        line(name, &says);
    }
    line("Control", &cell.control);
    line("Evidence", &format!("{}, SHA-256 {}", cell.evidence, cell.evidence_sha256));
    out.push_str("</dl>\n");
    if let Some(evidence) = evidence {
        let text = evidence.to_json();
        let shown: String = text.chars().take(MAX_SHOWN).collect();
        let more = if shown.len() < text.len() { "\n(the file has the rest)" } else { "" };
        out.push_str(&format!("<pre tabindex=\"0\">{}{more}</pre>\n", escaped(&shown)));
    }
    out.push_str("<p><a href=\"#matrix\">Back to the table</a></p>\n</details>\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_gets_out_of_a_text(text in "\\PC{0,40}|[<>&\"' \u{202e}\u{0}-\u{1f}]{0,20}") {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
            prop_assert!(!escaped.chars().any(|letter| letter.is_control() && letter != '\n'));
            prop_assert!(!escaped.contains('\u{202e}'), "{escaped}");
        }
    }
}
