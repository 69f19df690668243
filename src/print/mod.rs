//! The printing press: documents of headings, texts and tables as PDF. A room of its own beside the
//! doors, because reports, statements and cheques are printed alike and none of them knows of the other.
//!
//! What comes out is PDF/A-2a and PDF/UA-1: fonts are embedded, text can be searched, copied and read
//! aloud row by row. The same content gives the same bytes. Latin, Greek, Cyrillic, Armenian, Georgian,
//! Hebrew and Arabic letters are there (the last two unjoined, from left to right); a sign without a
//! picture is printed as □.
//!
//! ```text
//! let mut table = Table::new([Column::left("Referrer"), Column::right("EUR")]);
//! table.row(["Zoë Ångström", "12.50"]);
//! table.total(["Total", "12.50"]);
//! let pdf = Document::new("Payout report", "en", at)
//!     .paper(Paper::A4)
//!     .pairs([("Period", "November 2026")])
//!     .heading("By referrer")
//!     .table(table)
//!     .render()?;
//! ```

mod face;
mod layout;
mod paint;
mod table;
mod wrap;

use thiserror::Error;

use crate::domain::instant::Instant;

/// A document under way.
#[derive(Debug, Clone)]
pub struct Document {
    title: String,
    language: String,
    at: Instant,
    paper: Paper,
    landscape: bool,
    page_words: (String, String),
    blocks: Vec<Block>,
}

/// The size of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 8½ × 11 inches.
    Letter,
}

/// On which side the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    title: String,
    align: Align,
}

/// Rows under the same columns; its head is repeated on every page.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    cells: Vec<String>,
    strong: bool,
}

#[derive(Debug, Clone)]
enum Block {
    Heading(String),
    Text(String),
    Pairs(Vec<(String, String)>),
    Table(Table),
    Page,
}

/// Why a document could not be printed: a fault of this program.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The embedded fonts cannot be read.
    #[error("the embedded font cannot be read")]
    Font,
    /// The document breaks a rule of PDF/A or PDF/UA.
    #[error("the document cannot be printed: {0}")]
    Rule(String),
}

impl Document {
    /// An empty document on A4. `language` is that of its words (BCP 47, such as `en`); `at` is printed
    /// nowhere but stands in its properties.
    #[must_use]
    pub fn new(title: &str, language: &str, at: Instant) -> Self {
        let page_words = if language.starts_with("de") { ("Seite", "von") } else { ("Page", "of") };
        // A document without a name cannot be told from others by those who hear it (ISO 14289-1 §7.1).
        let title = if title.trim().is_empty() { "Document" } else { title };
        Self {
            title: title.to_owned(),
            language: language.to_owned(),
            at,
            paper: Paper::A4,
            landscape: false,
            page_words: (page_words.0.to_owned(), page_words.1.to_owned()),
            blocks: Vec::new(),
        }
    }

    /// On sheets of this size.
    #[must_use]
    pub const fn paper(mut self, paper: Paper) -> Self {
        self.paper = paper;
        self
    }

    /// Sheets lie on their long side: for tables of many columns.
    #[must_use]
    pub const fn landscape(mut self) -> Self {
        self.landscape = true;
        self
    }

    /// A heading; stays with what follows.
    #[must_use]
    pub fn heading(self, text: &str) -> Self {
        self.with(Block::Heading(text.to_owned()))
    }

    /// A paragraph.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.with(Block::Text(text.to_owned()))
    }

    /// Lines of a bold name and a value, all on one page.
    #[must_use]
    pub fn pairs<N: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        self.with(Block::Pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// A table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.with(Block::Table(table))
    }

    /// What follows starts on a new page.
    #[must_use]
    pub fn page(self) -> Self {
        self.with(Block::Page)
    }

    /// The finished PDF.
    ///
    /// # Errors
    /// None in practice: signs that a rule forbids are printed as □.
    pub fn render(self) -> Result<Vec<u8>, PrintError> {
        let faces = face::Faces::load()?;
        let laid = layout::lay_out(&self, &faces);
        paint::paint(&self, &faces, &laid)
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn left(title: impl Into<String>) -> Self {
        Self { title: title.into(), align: Align::Left }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(title: impl Into<String>) -> Self {
        Self { title: title.into(), align: Align::Right }
    }
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row: a cell for each column, in their order.
    pub fn row<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), strong: false });
    }

    /// Adds a row in bold, under a line.
    pub fn total<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(Row { cells: cells.into_iter().map(Into::into).collect(), strong: true });
    }
}

#[cfg(test)]
mod tests;
