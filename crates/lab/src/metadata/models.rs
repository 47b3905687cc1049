//! The published simulations, repeated: this program's figures beside the published ones.

use pillarbox_metadata::published::{self, PublishedComparison};
use pillarbox_text::columns::Column;

use crate::english::grouped;
use crate::screen::{Screen, Table, Weight};

/// A published simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// The intersection attack.
    A,
    /// Statistical disclosure.
    B,
}

/// The number of runs of each row at full size. Model A takes half a minute in a release build, and so does model B.
const RUNS: [(Model, u64); 2] = [(Model::A, 1_001), (Model::B, 200)];

/// The number of runs of the small rows of model B, which are quick.
const SMALL_RUNS: u64 = 600;

const COLUMNS: [Column; 4] = [Column::Share(1), Column::Fixed(9), Column::Fixed(9), Column::Fixed(17)];

/// Runs a model at full size.
#[must_use]
pub fn run(model: Model, seed: u64) -> Vec<PublishedComparison> {
    let runs = RUNS.into_iter().find(|(one, _)| *one == model).map_or(0, |(_, runs)| runs);
    match model {
        Model::A => published::model_a(seed, runs),
        Model::B => {
            let mut compared = published::model_b_small(seed, SMALL_RUNS);
            (1..=4).for_each(|experiment| compared.extend(published::model_b_large(experiment, seed, runs)));
            compared
        }
    }
}

/// Returns true if every row agrees, or is known to differ.
#[must_use]
pub fn is_as_published(compared: &[PublishedComparison]) -> bool {
    compared.iter().all(|row| row.holds() || row.reason.is_some())
}

/// Writes the rows on a screen. The sum is last.
#[must_use]
pub fn text(compared: &[PublishedComparison], width: usize) -> String {
    let mut screen = Screen::new(width);
    let heads = ["FIGURE", "PUBLISHED", "OURS", "AGREES WITHIN"].map(str::to_owned).to_vec();
    let table = Table::headed(&COLUMNS, heads);
    screen.heads(&table);
    for row in compared {
        let weight = if row.holds() { Weight::Normal } else { Weight::Bold };
        let (lower, upper) = row.agrees;
        let within =
            if lower == upper { number(lower) } else { format!("{} to {}", number(lower), number(upper)) };
        screen.row_in(weight, &table, &[row.what.clone(), number(row.published), number(row.ours), within]);
    }
    screen.blank();
    for row in compared.iter().filter(|row| !row.holds()) {
        let reason = row.reason.unwrap_or("No reason is known.");
        screen.entry(Weight::Normal, &format!("Differs: {}. {reason}", row.what));
    }
    screen.say_in(Weight::Dim, "Source: result files of the simulations of Martiny and others, NDSS 2021, and a re-implementation (docs/metadata.md).");
    let holds = compared.iter().filter(|row| row.holds()).count() as u128;
    let (holds, all) = (grouped(holds), grouped(compared.len() as u128));
    screen.say_in(Weight::Bold, &format!("Of {all} published figures, {holds} agree with this program's."));
    screen.into_text()
}

fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}
