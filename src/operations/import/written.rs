//! What became of the rows of a file, as a table.

use crate::db::{Conn, DbResult, import_results};
use crate::domain::id::ImportId;
use crate::domain::intake::RowOutcome;
use crate::operations::pages::{Cell, Pages, header, line};

/// Rows per page.
const PAGE: i64 = 1_000;

/// The rows of an import on their way out, as CSV.
#[derive(Debug)]
pub struct RowPages {
    id: ImportId,
    outcome: Option<RowOutcome>,
    /// The last row written; none before the header, and nothing more to come once `over`.
    after: Option<i64>,
    over: bool,
}

impl RowPages {
    /// The rows of `id` that had this outcome; all unless one is named.
    #[must_use]
    pub const fn new(id: ImportId, outcome: Option<RowOutcome>) -> Self {
        Self { id, outcome, after: None, over: false }
    }
}

impl Pages for RowPages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        if self.over {
            return Ok(None);
        }
        let mut out = Vec::new();
        if self.after.is_none() {
            header(&mut out, &["row", "outcome", "order_id", "column", "code", "message"]);
        }
        let rows = import_results::list(conn, self.id, self.outcome, self.after.unwrap_or(0), PAGE)?;
        for row in &rows {
            let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
            let (order, field, code, message) = (text(&row.order_id), text(&row.field), text(&row.code), text(&row.message));
            let cells = [
                Cell::Number(row.line),
                Cell::Text(row.outcome.as_db()),
                Cell::Text(&order),
                Cell::Text(&field),
                Cell::Text(&code),
                Cell::Text(&message),
            ];
            line(&mut out, &cells);
        }
        self.after = Some(rows.last().map_or(0, |row| row.line));
        self.over = i64::try_from(rows.len()).unwrap_or(0) < PAGE;
        Ok(Some(out))
    }
}
