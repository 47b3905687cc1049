//! The width left for columns beside the names of rows.

use pillarbox_text::columns::{Column, taken, widths};

use super::pairs::COLUMN;
use crate::screen::Screen;

/// Returns the columns that fit beside names of `name` characters, and their widths. All are equally wide if the
/// pairs of a month then fit. Otherwise each is as wide as its widest cell. If even that is too wide, the pairs are
/// in their file alone.
pub(super) fn beside(
    screen: &Screen,
    name: usize,
    demands: &[String],
    widest: &dyn Fn(&str) -> usize,
) -> (Vec<String>, Vec<Column>) {
    let with = |columns: &[String], width: &dyn Fn(&str) -> Column| -> Vec<Column> {
        std::iter::once(Column::Fixed(name)).chain(columns.iter().map(|it| width(it))).collect()
    };
    let holds = |columns: &[Column]| {
        let widths = widths(columns, screen.width());
        let cells = demands.iter().zip(widths.iter().skip(1));
        cells.into_iter().all(|(it, width)| widest(it) <= *width) && taken(&widths) <= screen.width()
    };
    let equal = with(demands, &|_| Column::Share(1));
    if demands.last().is_none_or(|last| last != COLUMN) || screen.is_narrow() || holds(&equal) {
        return (demands.to_vec(), equal);
    }
    let narrow = with(demands, &|it| Column::Fixed(widest(it)));
    if holds(&narrow) {
        return (demands.to_vec(), narrow);
    }
    let without = demands.split_last().map_or_else(Vec::new, |(_, demands)| demands.to_vec());
    let columns = with(&without, &|_| Column::Share(1));
    (without, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_have_room_or_give_way() {
        let (equal, fixed) = (Column::Share(1), Column::Fixed);
        let columns: Vec<String> = ["a", "b", COLUMN].map(str::to_owned).to_vec();
        let of = |width: usize, name: usize, columns: &[String]| {
            let widest = |column: &str| if column == COLUMN { 30 } else { 4 };
            beside(&Screen::new(width), name, columns, &widest).1
        };
        assert_eq!(of(140, 20, &columns), [fixed(20), equal, equal, equal]);
        assert_eq!(of(80, 20, &columns), [fixed(20), fixed(4), fixed(4), fixed(30)]);
        assert_eq!(of(80, 44, &columns), [fixed(44), equal, equal], "no room: they give way");
        assert_eq!(of(80, 44, &columns[..2]), [fixed(44), equal, equal]);
        assert_eq!(of(40, 20, &columns), [fixed(20), equal, equal, equal], "a narrow window has lists");
    }
}
