//! Sets what makes the pages the shop's own, or takes it away.

use serde_json::json;

use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, settings, terms};
use crate::domain::instant::Instant;

/// Keeps `value` under `name`, or forgets what is there. It was checked. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn set_look(tx: &mut Tx<'_>, now: Instant, actor: &str, name: &str, value: Option<&str>) -> DbResult<()> {
    if settings::get(tx, name)?.as_deref() == value {
        return Ok(());
    }
    match value {
        Some(value) => settings::put(tx, name, value)?,
        None => settings::remove(tx, name)?,
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let detail = json!({ "what": name, "set": value.is_some() });
    audit(tx, actor, "look.set", AnyId::from_uuid(program.id.uuid()), detail, now)?;
    Ok(())
}
