//! How wide the columns of a table are, and its rows.

use super::face::Faces;
use super::layout::{LEADING, MARGIN, Node, Piece, Press};
use super::wrap::cell_lines;
use super::{Align, Row, Table};

/// Free space between two columns, in points.
const GAP: f32 = 10.0;

/// Letter sizes that are tried, the most readable first.
const SIZES: [f32; 5] = [9.0, 8.0, 7.0, 6.0, 5.0];

/// The narrowest column of words that is still read with ease, in points.
const WORDS_MIN: f32 = 70.0;

/// A table's columns as they are printed: where each begins, how wide it is, and on which side cells stand.
pub(super) struct Grid {
    pub size: f32,
    columns: Vec<(f32, f32, Align)>,
}

/// Chooses the largest letters at which numbers stay on one line and words get some room.
pub(super) fn measure(faces: &Faces, table: &Table, room: f32) -> Grid {
    let mut gaps = -GAP;
    table.columns.iter().for_each(|_| gaps += GAP);
    let room = room - gaps.max(0.0);
    let em: Vec<f32> = (0..table.columns.len()).map(|place| natural(faces, table, place)).collect();
    let fitted = SIZES.into_iter().find_map(|size| widths(table, &em, size, room).map(|widths| (size, widths)));
    let (size, widths) = fitted.unwrap_or_else(|| {
        // Too many columns for any size: all get less, and numbers break too.
        let whole: f32 = em.iter().sum();
        (5.0, em.iter().map(|one| room * one / whole.max(0.1)).collect())
    });
    let mut x = MARGIN;
    let mut columns = Vec::new();
    for (column, width) in table.columns.iter().zip(widths) {
        columns.push((x, width, column.align));
        x += width + GAP;
    }
    Grid { size, columns }
}

/// The widest cell of a column, in em.
fn natural(faces: &Faces, table: &Table, place: usize) -> f32 {
    let head = table.columns.get(place).map_or(0.0, |column| faces.width(&faces.printable(&column.title), true, 1.0));
    let cell = |row: &Row| row.cells.get(place).map_or(0.0, |text| faces.width(&faces.printable(text), row.strong, 1.0));
    table.rows.iter().map(cell).fold(head, f32::max) + 0.05
}

/// The columns' widths at `size`; none when numbers would break or words have too little room.
fn widths(table: &Table, em: &[f32], size: f32, room: f32) -> Option<Vec<f32>> {
    let whole: f32 = em.iter().map(|one| one * size).sum();
    if whole <= room {
        return Some(em.iter().map(|one| one * size).collect());
    }
    let is_words = |place: usize| table.columns.get(place).is_some_and(|column| column.align == Align::Left);
    let wanted: Vec<(bool, f32)> = em.iter().enumerate().map(|(place, one)| (is_words(place), one * size)).collect();
    let numbers: f32 = wanted.iter().filter(|(words, _)| !words).map(|(_, width)| width).sum();
    let least: f32 = wanted.iter().filter(|(words, _)| *words).map(|(_, width)| width.min(WORDS_MIN)).sum();
    let spare = room - numbers - least;
    if spare < 0.0 {
        return None;
    }
    // What is left goes to the columns of words by what each still wants.
    let lack = |width: f32| width - width.min(WORDS_MIN);
    let lacking: f32 = wanted.iter().filter(|(words, _)| *words).map(|(_, width)| lack(*width)).sum();
    let share = if lacking > 0.0 { spare / lacking } else { 0.0 };
    let width = |(words, width): &(bool, f32)| if *words { width.min(WORDS_MIN) + lack(*width) * share } else { *width };
    Some(wanted.iter().map(width).collect())
}

impl Grid {
    pub(super) fn width(&self) -> f32 {
        self.columns.last().map_or(0.0, |(x, width, _)| x + width - MARGIN)
    }

    /// The lines of each cell of a row.
    pub(super) fn cells(&self, faces: &Faces, row: &Row) -> Vec<Vec<String>> {
        let cell = |(text, (_, width, _)): (&String, &(f32, f32, Align))| {
            cell_lines(faces, &faces.printable(text), row.strong, self.size, *width)
        };
        row.cells.iter().zip(&self.columns).map(cell).collect()
    }

    pub(super) fn height(&self, cells: &[Vec<String>]) -> f32 {
        let most = cells.iter().map(Vec::len).max().unwrap_or(1);
        let mut height = self.size * 0.5;
        (0..most).for_each(|_| height += self.size * LEADING);
        height
    }

    /// Prints a row, cell by cell, so that it is read and copied in that order.
    pub(super) fn print(&self, press: &mut Press<'_>, cells: &[Vec<String>], bold: bool, parent: Option<(usize, &Node)>) {
        let top = press.y + self.size * 0.25;
        for (lines, (x, width, align)) in cells.iter().zip(&self.columns) {
            let node = parent.map(|(row, kind)| press.node(kind.clone(), Some(row)));
            let mut y = top;
            for text in lines {
                y += self.size * LEADING;
                let x = match align {
                    Align::Left => *x,
                    Align::Right => x + width - press.faces.width(text, bold, self.size),
                };
                press.put(Piece { x, y, size: self.size, bold, text: text.clone(), node });
            }
        }
        press.y += self.height(cells);
    }
}
