//! Visits through links.

use diesel::prelude::*;

use super::schema::clicks;
use super::{Conn, DbResult, Tx};
use crate::domain::click::Click;
use crate::domain::id::{ClickId, CodeId, Mark, ReferrerId, VisitorId};
use crate::domain::instant::Instant;

/// A visit, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = clicks, treat_none_as_default_value = false)]
pub struct ClickRow {
    /// The click.
    pub id: ClickId,
    /// The code in the link.
    pub code_id: CodeId,
    /// Whose it was.
    pub referrer_id: ReferrerId,
    /// The browser.
    pub visitor: VisitorId,
    /// When.
    pub at: Instant,
    /// Whether a page fetched the link as a part of itself.
    pub embedded: bool,
    /// The keyed hash of the visitor's network.
    pub block: Option<Mark>,
}

columns!(ClickRow, clicks(id, code_id, referrer_id, visitor, at, embedded, block));

impl From<&Click> for ClickRow {
    fn from(click: &Click) -> Self {
        Self {
            id: click.id,
            code_id: click.code_id,
            referrer_id: click.referrer_id,
            visitor: click.visitor,
            at: click.at,
            embedded: click.embedded,
            block: click.block,
        }
    }
}

/// Adds clicks.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, rows: &[ClickRow]) -> DbResult<()> {
    super::columns::insert(tx, rows)
}

/// The given clicks.
///
/// # Errors
/// What the database reports.
pub fn find_all(conn: &mut Conn<'_>, ids: &[ClickId]) -> DbResult<Vec<ClickRow>> {
    on_db!(conn, c => clicks::table.filter(clicks::id.eq_any(ids)).select(ClickRow::as_select()).load(c))
}

/// All clicks of the given visitors from `since` on, oldest first.
///
/// # Errors
/// What the database reports.
pub fn of_visitors(conn: &mut Conn<'_>, visitors: &[VisitorId], since: Instant) -> DbResult<Vec<ClickRow>> {
    on_db!(conn, c => clicks::table
        .filter(clicks::visitor.eq_any(visitors))
        .filter(clicks::at.ge(since))
        .order((clicks::at, clicks::id))
        .select(ClickRow::as_select())
        .load(c))
}
