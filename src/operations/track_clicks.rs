//! Keeps visits through links: evidence for the orders that follow.

use crate::db::clicks::{self, ClickRow};
use crate::db::{DbResult, Tx};
use crate::domain::click::Click;
use crate::domain::instant::Instant;

/// A visit to keep; the door has already sent the visitor on with the click's id, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickRequest {
    /// The visit.
    pub click: Click,
}

/// Keeps the visits.
///
/// # Errors
/// What the database reports.
pub fn track_clicks(tx: &mut Tx<'_>, _now: Instant, requests: &[ClickRequest]) -> DbResult<Vec<()>> {
    let rows: Vec<ClickRow> = requests.iter().map(|request| ClickRow::from(&request.click)).collect();
    clicks::insert(tx, &rows)?;
    Ok(rows.iter().map(|_| ()).collect())
}
