//! Squares: one for each text, in the same position in every cell. A square is filled if the text was returned
//! readable.
//!
//! A picture is beside the words and numbers that it shows, and its description repeats them.

use std::fmt::Write as _;

use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::score::State;

use super::{DESIGNS, Run};

/// The side of a square, and the distance from one to the next.
const SIDE: usize = 18;
const STEP: usize = 24;

/// The left edge of the first cell, the width of a cell, the height of a row, and the top edge of the first row.
const LEFT: usize = 190;
const WIDTH: usize = 168;
const HEIGHT: usize = 112;
const TOP: usize = 84;

/// The number of characters of a cell's statement that fit under its squares.
const LINE: usize = 24;

const STYLE: &str = "\
.paper{fill:#fbfaf6}.ink{fill:#17191d}.soft{fill:#555b65}.rule{stroke:#c9c3b5}
.open{fill:none;stroke:#17191d;stroke-width:1.5}.full{fill:#17191d;stroke:#17191d;stroke-width:1.5}
.flap{fill:none;stroke:#17191d;stroke-width:1.5}.mark{fill:#d0213c;stroke:#fbfaf6;stroke-width:1.5}
text{font:14px \"Helvetica Neue\",Helvetica,Arial,\"Liberation Sans\",sans-serif}.b{font-weight:700}
@media (prefers-color-scheme:dark){
.paper{fill:#1c1f24}.ink{fill:#ecebe6}.soft{fill:#b3b8c0}.rule{stroke:#444a53}
.open,.flap{stroke:#ecebe6}.full{fill:#ecebe6;stroke:#ecebe6}.mark{fill:#e8445a;stroke:#1c1f24}}
";

/// The state of one text in a cell.
#[derive(Clone, Copy)]
enum Text {
    CameBack,
    NotHandedOver,
    Unreadable,
    NotThere,
}

/// Draws the picture of some demands under every design.
pub(crate) fn picture(run: &Run, demands: &[&str]) -> String {
    let (texts, mark) = texts(run, demands);
    let in_a_line = if demands.len() > 1 { 5 } else { texts.len() };
    let lines = texts.len().div_ceil(in_a_line);
    let height = HEIGHT - STEP * 2 + STEP * lines;
    let width = (LEFT + WIDTH * demands.len()).max(LEFT + STEP * in_a_line + 20);
    let legend_at = TOP + height * DESIGNS.len();
    let mut svg = String::new();
    let whole = (width, legend_at + if mark.is_some() { 106 } else { 84 });
    let name = demands.iter().map(|demand| named(run, demand)).collect::<Vec<_>>().join(", ");
    let target = &run.cell(DESIGNS[0], demands[0]).answer.target;
    let mut says = String::new();
    for design in DESIGNS {
        for demand in demands {
            let cell = run.cell(design, demand);
            write!(says, " {}, {}: {}.", cell.answer.design, named(run, demand), cell.says).unwrap();
        }
    }
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" \
         aria-labelledby=\"t d\">\n<title id=\"t\">The texts of {target}: {name}</title>\n\
         <desc id=\"d\">{2}</desc>\n<style>\n{STYLE}</style>\n\
         <defs><pattern id=\"h\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"ink\" width=\"2\" height=\"5\"/></pattern></defs>\n\
         <rect class=\"paper\" width=\"{0}\" height=\"{1}\" rx=\"8\"/>",
        whole.0,
        whole.1,
        escaped(says.trim())
    )
    .unwrap();
    for (column, demand) in demands.iter().enumerate() {
        let x = LEFT + WIDTH * column;
        words(&mut svg, "ink b", x, 32, &wrapped(&named(run, demand), 20));
    }
    for (row, design) in DESIGNS.iter().enumerate() {
        let y = TOP + height * row;
        writeln!(svg, "<path class=\"rule\" d=\"M20 {0}H{1}\"/>", y - 18, whole.0 - 20).unwrap();
        words(&mut svg, "ink b", 20, y + 14, &wrapped(&run.cell(design, demands[0]).answer.design, 20));
        for (column, demand) in demands.iter().enumerate() {
            let cell = run.cell(design, demand);
            let x = LEFT + WIDTH * column;
            for (place, text) in texts.iter().enumerate() {
                let at = (x + STEP * (place % in_a_line), y + STEP * (place / in_a_line));
                square(&mut svg, at, stands(cell, text));
                if mark.as_ref() == Some(text) {
                    writeln!(
                        svg,
                        "<circle class=\"mark\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>",
                        at.0 + SIDE / 2,
                        at.1 + SIDE / 2
                    )
                    .unwrap();
                }
            }
            words(
                &mut svg,
                "soft",
                x,
                y + STEP * lines + 14,
                &wrapped(&cell.says, if demands.len() > 1 { LINE } else { LINE * 2 }),
            );
        }
    }
    legend(&mut svg, legend_at, whole.0, mark.is_some().then_some(target.as_str()));
    svg.push_str("</svg>\n");
    svg
}

/// Returns the texts that the demands can find, in the order of the story. If the demands are about the past, it also
/// returns the last text that the target wrote.
fn texts(run: &Run, demands: &[&str]) -> (Vec<String>, Option<String>) {
    let cell = run.cell(DESIGNS[0], demands[0]);
    let evidence = run.folder.evidence(&cell.evidence).unwrap();
    let yardstick = &evidence.yardstick;
    let since = if evidence.ordered.is_some() { yardstick.ordered } else { 0 };
    let told: Vec<_> =
        yardstick.of_target().filter(|told| (since..yardstick.served).contains(&told.at)).collect();
    assert_eq!(cell.state.counted().map(|(_, of)| of), Some(told.len() as u64), "{cell:?}");
    let last = told.iter().rev().find(|told| told.by == yardstick.target && evidence.ordered.is_none());
    let last = last.map(|told| yardstick.id(told));
    (told.into_iter().map(|told| yardstick.id(told)).collect(), last)
}

fn stands(cell: &Cell, text: &String) -> Text {
    if cell.measures.sealed.texts.contains(text) {
        return Text::Unreadable;
    }
    match (cell.measures.texts.contains(text), cell.state) {
        (true, State::Returned { .. } | State::FromNowOn { .. }) => Text::CameBack,
        (true, State::Withheld { .. }) => Text::NotHandedOver,
        (true, other) => panic!("no square stands for {other:?}"),
        (false, _) => Text::NotThere,
    }
}

fn square(svg: &mut String, (x, y): (usize, usize), text: Text) {
    let rect = |class: &str| {
        format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\"/>")
    };
    match text {
        Text::CameBack => svg.push_str(&rect("full")),
        Text::NotThere => svg.push_str(&rect("open")),
        Text::NotHandedOver => {
            write!(svg, "<rect fill=\"url(#h)\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\"/>")
                .unwrap();
            svg.push_str(&rect("open"));
        }
        Text::Unreadable => {
            let middle = SIDE / 2;
            svg.push_str(&rect("open"));
            write!(svg, "<path class=\"flap\" d=\"M{x} {y}l{middle} {middle}l{middle} -{middle}\"/>")
                .unwrap();
        }
    }
    svg.push('\n');
}

fn legend(svg: &mut String, y: usize, width: usize, marked: Option<&str>) {
    writeln!(svg, "<path class=\"rule\" d=\"M20 {0}H{1}\"/>", y - 18, width - 20).unwrap();
    let items = [
        (Text::CameBack, "came back readable"),
        (Text::NotHandedOver, "readable there, not handed over"),
        (Text::Unreadable, "there, and nothing opens it"),
        (Text::NotThere, "did not come back"),
    ];
    for (place, (text, says)) in items.into_iter().enumerate() {
        let at = (20 + 260 * (place % 2), y + 28 * (place / 2));
        square(svg, at, text);
        words(svg, "ink", at.0 + SIDE + 8, at.1 + 14, &[says.to_owned()]);
    }
    if let Some(target) = marked {
        writeln!(svg, "<circle class=\"mark\" cx=\"29\" cy=\"{}\" r=\"4.5\"/>", y + 64).unwrap();
        words(svg, "ink", 46, y + 69, &[format!("the last text that {target} wrote")]);
    }
}

fn words(svg: &mut String, class: &str, x: usize, y: usize, lines: &[String]) {
    for (line, text) in lines.iter().enumerate() {
        writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{}\">{}</text>", y + 17 * line, escaped(text))
            .unwrap();
    }
}

/// Returns the demand's name for people, without its article.
pub(crate) fn named(run: &Run, demand: &str) -> String {
    let name = &run.cell(DESIGNS[0], demand).answer.demand;
    let bare = name.strip_prefix("a ").or_else(|| name.strip_prefix("an ")).unwrap_or(name);
    bare.to_owned()
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().unwrap();
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
