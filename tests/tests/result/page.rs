//! Builds `docs/result.md`. Its statements about results are the program's own words, and the rest arranges them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pillarbox_lab::matrix::cell::Cell;

use super::squares::named;
use super::{BACK, DESIGNS, FOLDER, ONWARDS, Run};

/// The cell with which the page begins.
pub(crate) const FIRST: (&str, &str) = ("whatsapp-2017", "content-warrant");

const HEAD: &str = "\
# A finished result: one message, two minutes before

In March 2017 a British Home Secretary asked for access to WhatsApp, after an attack at Westminster.
This page shows what a warrant gets out of four messengers, in a story that is like that case and invented.
You need no program to read it.
[The same as one page for a browser](result.html) has every cell with its paper; save it and open it.
[The bench in one file](pillarbox.html) runs in a browser, too: there you type the texts and choose the demand.
Save it (a button near it says *Download* or *Raw*), and open it by a double click.
Phones and relays really ran, and the demands were put to what they left.

**A model is not the product.** Each design is this project's model of a messenger as of a date.
**The story is invented**, and so is everybody in it: a man called Rhys writes one message to Callum, and two minutes
later his phone is in other hands.
He wrote or was sent ten texts in all.

";

const BACK_HEAD: &str = "\
## Ten texts of Rhys, four messengers, four ways to ask

";

const ONWARDS_HEAD: &str = "\
## From the order on

Rhys writes nothing any more.
What is ordered from then on is about Callum, who goes on living and writing.

";

const LIMITS: &str = "\
## What it does not show

- Whether the message mattered, whether a way is worth what it costs, and what anybody's motives were.
- Anything about a company's servers.
  How far the models agree with what was published is in [the oracle](oracle.md).
- Proposals that need other software: an added listener, keys kept for the state, an update for one phone.
  [Ways in](ways-in.md) has them. Scanning on the phone is not built.
- That encryption alone makes the difference.
  A server that deletes what it delivered and names no sender has chosen that; another one may keep it.
- What nobody checked: each answer of the program lists what was assumed and what is known of the law.

";

/// Builds the whole page.
pub(crate) fn page(run: &Run) -> String {
    let mut page = String::from(HEAD);
    let first = run.cell(FIRST.0, FIRST.1);
    let answer = &first.answer;
    writeln!(page, "## The question and the answer\n\n*{}*\n\n**{}**\n", answer.question, answer.headline)
        .unwrap();
    sentences(&mut page, answer.beside());
    page.push_str(BACK_HEAD);
    picture(&mut page, "result-back.svg", "the table below says the same");
    table(&mut page, run, &BACK);
    page.push_str("### In sentences\n\n");
    for design in DESIGNS {
        each(&mut page, run.cell(design, BACK[0]));
    }
    for demand in &BACK[1..] {
        // A demand with the same result under every design is listed once.
        let says: BTreeSet<_> =
            DESIGNS.iter().map(|design| &run.cell(design, demand).answer.headline).collect();
        if says.len() == 1 {
            let answer = &run.cell(DESIGNS[0], demand).answer;
            writeln!(page, "- **Every one of the four**, {}: {}", answer.demand, answer.headline).unwrap();
        } else {
            for design in DESIGNS {
                let cell = run.cell(design, demand);
                if cell.state.counted().is_some() {
                    each(&mut page, cell);
                }
            }
        }
    }
    page.push('\n');
    page.push_str(ONWARDS_HEAD);
    picture(&mut page, "result-onwards.svg", "the table below says the same");
    table(&mut page, run, &ONWARDS);
    page.push_str("### In sentences\n\n");
    for demand in ONWARDS {
        for design in DESIGNS {
            each(&mut page, run.cell(design, demand));
        }
    }
    page.push_str("\n## The law of that day\n\n");
    writeln!(
        page,
        "<details>\n<summary>For {}, asked by {} on {}</summary>\n",
        answer.demand, answer.country, answer.on
    )
    .unwrap();
    for law in &answer.law {
        writeln!(page, "- {law}").unwrap();
    }
    writeln!(
        page,
        "\n</details>\n\nThis is no legal advice. [The demands](demands.md) have every power with its source.\n"
    )
    .unwrap();
    page.push_str(LIMITS);
    repeat(&mut page, run);
    page
}

/// Adds a cell as a line of a list.
fn each(page: &mut String, cell: &Cell) {
    let answer = &cell.answer;
    writeln!(page, "- **{}**, {}: {}", answer.design, answer.demand, answer.headline).unwrap();
}

fn sentences<'a>(page: &mut String, says: impl IntoIterator<Item = &'a str>) {
    for line in says {
        writeln!(page, "{line}").unwrap();
    }
    page.push('\n');
}

fn picture(page: &mut String, file: &str, alternative: &str) {
    writeln!(page, "![Squares, one for each text: {alternative}.](pictures/{file})\n").unwrap();
}

/// Adds a table with designs as rows, demands as columns, and the statement of each cell.
fn table(page: &mut String, run: &Run, demands: &[&str]) {
    let heads: Vec<_> = demands.iter().map(|demand| named(run, demand)).collect();
    writeln!(page, "| | {} |\n|---|{}", heads.join(" | "), "---|".repeat(demands.len())).unwrap();
    for design in DESIGNS {
        let says: Vec<_> = demands.iter().map(|demand| run.cell(design, demand).says.as_str()).collect();
        let name = &run.cell(design, demands[0]).answer.design;
        writeln!(page, "| **{name}** | {} |", says.join(" | ")).unwrap();
    }
    page.push('\n');
}

fn repeat(page: &mut String, run: &Run) {
    let manifest = &run.folder.manifest;
    let command =
        run.command.replace(" --design", " \\\n    --design").replace(" --demand", " \\\n    --demand");
    write!(
        page,
        "## How to repeat it\n\n```sh\n{command}\npillarbox-lab report {FOLDER} --check\n```\n\n\
         The same program, scenario, designs and seed give the same bytes.\n\
         A test makes this page and its pictures from that folder, and fails if they differ.\n\n\
         Program {}, scenario `{}` (SHA-256 `{}`), seed {}.\n\n\
         Read on: [the argument of 2017, claim by claim](article.md), [the walkthrough](walkthrough.md), \
         [how to read a matrix](howto/read-a-matrix.md).\n",
        manifest.program, manifest.scenario, manifest.scenario_sha256, manifest.seed
    )
    .unwrap();
}
