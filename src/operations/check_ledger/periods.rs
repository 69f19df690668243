//! Closed periods: their reports come out as they were kept, and nothing was posted into them since.

use super::Findings;
use crate::db::{Conn, DbResult, periods};
use crate::operations::close_period::drawn_up;

pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let rows = periods::list(conn)?;
    findings.checked("periods", rows.len());
    for (row, kept) in rows {
        // One that was shut a moment ago may still be drawn up.
        let Some(kept) = kept else { continue };
        let found = drawn_up(conn, &row, kept.created_at)?;
        findings.equal("period.report", &row.name, &kept.hash, &found.hash);
        findings.equal("period.totals", &row.name, &kept.totals.0, &found.totals.0);
    }
    Ok(())
}
