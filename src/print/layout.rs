//! Puts blocks on pages. Everything here is in points from the upper left corner.

use super::face::Faces;
use super::table::{self, Grid};
use super::wrap::lines;
use super::{Block, Document, Paper, Row, Table};

/// Room left free on every side.
pub(super) const MARGIN: f32 = 42.0;

/// Text of paragraphs.
pub(super) const TEXT: f32 = 9.5;

/// The document's title, and headings.
const TITLE: f32 = 16.0;
const HEADING: f32 = 12.0;

/// From one line to the next, as a multiple of the letters' size.
pub(super) const LEADING: f32 = 1.35;

/// What a piece of text is for a reader who cannot see the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// The title or a heading: its level and words.
    Heading(u16, String),
    Paragraph,
    Table,
    Row,
    HeaderCell,
    Cell,
}

/// A line of text on a page; `node` is none for what is repeated or decorates only.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub x: f32,
    /// The line on which the letters stand.
    pub y: f32,
    pub size: f32,
    pub bold: bool,
    pub text: String,
    pub node: Option<usize>,
}

/// What stands on one page.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub pieces: Vec<Piece>,
    /// Thin lines across: from left, to right, at height.
    pub rules: Vec<(f32, f32, f32)>,
}

/// Pages, and the structure of what stands on them: each node with its parent.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    pub size: (f32, f32),
    pub sheets: Vec<Sheet>,
    pub nodes: Vec<(Node, Option<usize>)>,
}

/// Where the next line goes.
pub(super) struct Press<'a> {
    pub faces: &'a Faces,
    pub laid: Laid,
    pub y: f32,
}

pub(super) fn lay_out(document: &Document, faces: &Faces) -> Laid {
    let (short, long) = match document.paper {
        Paper::A4 => (595.28, 841.89),
        Paper::Letter => (612.0, 792.0),
    };
    let size = if document.landscape { (long, short) } else { (short, long) };
    let laid = Laid { size, sheets: vec![Sheet::default()], nodes: Vec::new() };
    let mut press = Press { faces, laid, y: MARGIN };
    press.heading(1, &document.title, TITLE);
    for block in &document.blocks {
        match block {
            Block::Heading(text) => press.heading(2, text, HEADING),
            Block::Text(text) => press.paragraph(text),
            Block::Pairs(pairs) => press.pairs(pairs),
            Block::Table(whole) => press.table(whole),
            Block::Page => press.turn(),
        }
    }
    press.laid
}

impl Press<'_> {
    pub(super) fn width(&self) -> f32 {
        self.laid.size.0 - 2.0 * MARGIN
    }

    /// The lowest line that text may reach; below it stands the page's number.
    fn floor(&self) -> f32 {
        self.laid.size.1 - MARGIN - TEXT * LEADING
    }

    pub(super) fn turn(&mut self) {
        self.laid.sheets.push(Sheet::default());
        self.y = MARGIN;
    }

    /// Whether `height` more points fit on this page; an empty page takes anything.
    pub(super) fn fits(&self, height: f32) -> bool {
        self.y + height <= self.floor() || self.y <= MARGIN
    }

    pub(super) fn node(&mut self, node: Node, parent: Option<usize>) -> usize {
        self.laid.nodes.push((node, parent));
        self.laid.nodes.len() - 1
    }

    pub(super) fn put(&mut self, piece: Piece) {
        if let Some(sheet) = self.laid.sheets.last_mut() {
            sheet.pieces.push(piece);
        }
    }

    pub(super) fn rule(&mut self, left: f32, right: f32, y: f32) {
        if let Some(sheet) = self.laid.sheets.last_mut() {
            sheet.rules.push((left, right, y));
        }
    }

    fn heading(&mut self, level: u16, text: &str, size: f32) {
        let text = self.faces.printable(text);
        if text.trim().is_empty() {
            return;
        }
        let written = lines(self.faces, &text, true, size, self.width());
        let mut height = 0.0;
        written.iter().for_each(|_| height += size * LEADING);
        // A heading alone at the foot of a page belongs to nothing: three lines must follow.
        if !self.fits(height + size + 3.0 * TEXT * LEADING) {
            self.turn();
        }
        if self.y > MARGIN {
            self.y += size * 0.6;
        }
        let node = self.node(Node::Heading(level, text), None);
        for text in written {
            self.y += size * LEADING;
            self.put(Piece { x: MARGIN, y: self.y, size, bold: true, text, node: Some(node) });
        }
        self.y += size * 0.4;
    }

    fn paragraph(&mut self, text: &str) {
        let node = self.node(Node::Paragraph, None);
        for text in lines(self.faces, &self.faces.printable(text), false, TEXT, self.width()) {
            if !self.fits(TEXT * LEADING) {
                self.turn();
            }
            self.y += TEXT * LEADING;
            self.put(Piece { x: MARGIN, y: self.y, size: TEXT, bold: false, text, node: Some(node) });
        }
        self.y += TEXT * 0.5;
    }

    fn pairs(&mut self, pairs: &[(String, String)]) {
        let names: Vec<String> = pairs.iter().map(|(name, _)| self.faces.printable(name)).collect();
        let widest = names.iter().map(|name| self.faces.width(name, true, TEXT)).fold(0.0, f32::max);
        let indent = widest.min(self.width() / 3.0) + 12.0;
        let mut written = Vec::new();
        let mut height = 0.0;
        for ((_, value), name) in pairs.iter().zip(names) {
            let name = lines(self.faces, &name, true, TEXT, indent - 6.0);
            let value = lines(self.faces, &self.faces.printable(value), false, TEXT, self.width() - indent);
            (0..name.len().max(value.len())).for_each(|_| height += TEXT * LEADING);
            written.push((name, value));
        }
        if !self.fits(height) {
            self.turn();
        }
        for (name, value) in written {
            let node = self.node(Node::Paragraph, None);
            let (mut name, mut value) = (name.into_iter(), value.into_iter());
            loop {
                let line = (name.next(), value.next());
                if line == (None, None) {
                    break;
                }
                if !self.fits(TEXT * LEADING) {
                    self.turn();
                }
                self.y += TEXT * LEADING;
                for (text, x, bold) in [(line.0, MARGIN, true), (line.1, MARGIN + indent, false)] {
                    if let Some(text) = text {
                        self.put(Piece { x, y: self.y, size: TEXT, bold, text, node: Some(node) });
                    }
                }
            }
        }
        self.y += TEXT * 0.6;
    }

    fn table(&mut self, whole: &Table) {
        let grid = table::measure(self.faces, whole, self.width());
        let node = self.node(Node::Table, None);
        let titles: Vec<String> = whole.columns.iter().map(|column| column.title.clone()).collect();
        let head = Row { cells: titles, strong: true };
        let mut headed = self.head(&grid, &head, Some(node));
        for row in &whole.rows {
            let cells = grid.cells(self.faces, row);
            let height = grid.height(&cells);
            if !self.fits(height) {
                self.turn();
                headed = false;
            }
            if !headed {
                self.head(&grid, &head, None);
                headed = true;
            }
            if row.strong {
                self.rule(MARGIN, MARGIN + grid.width(), self.y + grid.size * 0.25);
            }
            let parent = self.node(Node::Row, Some(node));
            grid.print(self, &cells, row.strong, Some((parent, &Node::Cell)));
        }
        self.y += TEXT;
    }

    /// The head of a table, together with room for a row; repeated ones are decoration. True when printed.
    fn head(&mut self, grid: &Grid, head: &Row, table: Option<usize>) -> bool {
        let cells = grid.cells(self.faces, head);
        if !self.fits(grid.height(&cells) + 2.0 * grid.size * LEADING) {
            self.turn();
        }
        let parent = table.map(|table| (self.node(Node::Row, Some(table)), &Node::HeaderCell));
        grid.print(self, &cells, true, parent);
        self.rule(MARGIN, MARGIN + grid.width(), self.y + grid.size * 0.25);
        true
    }
}
