//! The one table at the end; each row is also told when it is known.

use super::load::Found;

#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<String>,
}

pub(crate) struct Row {
    name: String,
    cells: Vec<String>,
}

impl Table {
    pub(crate) fn note(&mut self, text: &str) {
        eprintln!("{text}");
        self.lines.push(text.to_owned());
    }

    pub(crate) fn row(&mut self, row: &Row) {
        self.note(&format!("{:<54} {}", row.name, row.cells.join("  ")));
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }
}

impl Row {
    pub(crate) fn named(engine: &str, name: &str) -> Self {
        Self { name: format!("{engine:<9} {name}"), cells: Vec::new() }
    }

    pub(crate) fn plain(engine: &str, name: &str, found: &Found) -> Self {
        let mut row = Self::named(engine, name);
        row.cells.push(found.text());
        row
    }

    pub(crate) fn rate(engine: &str, name: &str, rate: f64) -> Self {
        let mut row = Self::named(engine, name);
        row.cells.push(format!("{rate:>7.0}/s"));
        row
    }

    pub(crate) fn ratio(&mut self, to: &str, ratio: f64, aim: f64) {
        let verdict = if ratio >= aim { "" } else { " MISSED" };
        self.cells.push(format!("{ratio:.2} x {to} (aim {aim}{verdict})"));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.cells.push(text.to_owned());
    }
}
