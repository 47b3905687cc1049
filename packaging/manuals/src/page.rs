//! One manual page: clap's description of a command, with the examples at the start of its help and the notes at the
//! end.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, roman};

/// The line that opens the examples in a command's help.
const EXAMPLES: &str = "Examples:";

/// Renders the page of the command whose words, joined by `-`, are `name`.
pub(crate) fn render(name: &str, command: Command) -> io::Result<Vec<u8>> {
    let examples = command.get_before_help().map(ToString::to_string);
    let notes = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let source = concat!("Pillarbox ", env!("CARGO_PKG_VERSION"));
    // The page has no date, so the same program always has the same page.
    let man = Man::new(command).title(name.to_uppercase()).manual("Pillarbox").source(source).date("");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if let Some(examples) = examples {
        as_typed("EXAMPLES", examples.strip_prefix(EXAMPLES).unwrap_or(&examples), &mut page)?;
    }
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    if let Some(notes) = notes {
        as_typed("NOTES", &notes, &mut page)?;
    }
    Ok(page)
}

/// Writes a section whose lines are not reflowed.
fn as_typed(heading: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    let mut section = Roff::new();
    section.control("SH", [heading]).control("nf", []);
    for line in text.trim_matches('\n').lines() {
        section.text([roman(line)]);
    }
    section.control("fi", []).to_writer(out)
}
