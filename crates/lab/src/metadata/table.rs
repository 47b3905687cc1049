//! The pairs as a table for other programs: `pairs.csv`.

use std::fmt::Write as _;

use pillarbox_metadata::Known;

use super::AnalysedSource;

const HEADS: &str = "one,other,there,back,known,means,after\n";

/// Returns the name used in files for how a pair is known.
#[must_use]
pub const fn known(known: Known) -> &'static str {
    match known {
        Known::Kept => "kept",
        Known::Seen => "seen",
        Known::Inferred => "inferred",
    }
}

/// Returns every pair that a means names: a line for each pair and means.
#[must_use]
pub fn pairs(inquiry: &AnalysedSource) -> String {
    let mut text = HEADS.to_owned();
    for line in &inquiry.analysis.lines {
        let Ok(found) = &line.outcome else { continue };
        let how = if line.means.is_named() { inquiry.named() } else { Known::Inferred };
        for lead in &found.leads {
            let (one, other) = (field(inquiry.trace.name(lead.one)), field(inquiry.trace.name(lead.other)));
            let (there, back, after) = (lead.there, lead.back, lead.after);
            let (known, means) = (known(how), line.means.as_str());
            // Writing into a text does not fail.
            let _ = writeln!(text, "{one},{other},{there},{back},{known},{means},{after}");
        }
    }
    text
}

/// Returns a name as a field (RFC 4180). A name that a spreadsheet would take for a formula is prefixed with an
/// apostrophe.
fn field(name: &str) -> String {
    let name: String = name.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    // A telephone number begins with a sign, but is not a formula.
    let is_number = name.strip_prefix('+').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let name = if name.starts_with(['=', '+', '-', '@']) && !is_number { format!("'{name}") } else { name };
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_field_and_no_formula() {
        assert_eq!(field("Nell"), "Nell");
        assert_eq!(field("+447700900101"), "+447700900101");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=cmd()"), "'=cmd()");
        assert_eq!(field("a\nb"), "a\u{fffd}b");
    }
}
