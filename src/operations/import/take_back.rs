//! Takes the customers whom a file brought out of the customer file again: those of whom nothing else has been
//! heard since. What a file said about customers who were known before stays said.

use serde_json::json;

use crate::db::import_results::{self, ResultRow};
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, customers, import_removal, imports};
use crate::domain::id::{CustomerId, ImportId};
use crate::domain::instant::Instant;
use crate::domain::intake::{ImportKind, ImportStatus, RowOutcome};

/// Rows of one transaction: a sale must not wait behind a long file.
const SLICE: i64 = 200;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// There is no such import, it is not done, or it is none of customers.
    Impossible,
    /// These were looked at; go on after row `after`.
    Further {
        /// The last row looked at.
        after: i64,
        /// Customers taken out by this slice.
        removed: i64,
        /// Customers who stay, because something speaks of them.
        kept: i64,
    },
    /// All were looked at, now or before.
    Done,
}

/// Takes out the customers of the next rows after `after`. Done again from the start it changes nothing more.
///
/// # Errors
/// What the database reports.
pub fn take_back(tx: &mut Tx<'_>, now: Instant, id: ImportId, after: i64, actor: &str) -> DbResult<TakenBack> {
    let Some(row) = imports::lock(tx, id)? else { return Ok(TakenBack::Impossible) };
    if row.kind != ImportKind::Customers || row.dry_run || row.status != ImportStatus::Done {
        return Ok(TakenBack::Impossible);
    }
    if row.taken_back_at.is_some() {
        return Ok(TakenBack::Done);
    }
    let rows = import_results::list(tx, id, Some(RowOutcome::Filed), after, SLICE)?;
    let Some(last) = rows.last().map(|row| row.line) else {
        imports::note_taken_back(tx, id, now)?;
        audit(tx, actor, "import.take_back", AnyId::from_uuid(id.uuid()), json!({ "name": row.name }), now)?;
        return Ok(TakenBack::Done);
    };
    let mut ids: Vec<CustomerId> = rows.iter().filter_map(customer).collect();
    ids.sort_unstable();
    ids.dedup();
    // Under the lock under which sales and introductions name somebody.
    let there: Vec<CustomerId> = customers::lock(tx, &ids)?.into_iter().map(|row| row.id).collect();
    let gone = import_removal::untouched(tx, &there, &row.source)?;
    import_removal::remove(tx, &gone)?;
    let count = |ids: &[CustomerId]| i64::try_from(ids.len()).unwrap_or(i64::MAX);
    Ok(TakenBack::Further { after: last, removed: count(&gone), kept: count(&there) - count(&gone) })
}

fn customer(row: &ResultRow) -> Option<CustomerId> {
    row.subject_id.map(|id| CustomerId::from_uuid(id.uuid()))
}
