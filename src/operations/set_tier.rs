//! Makes a grade of customers, or gives it another title.

use serde_json::json;

use crate::db::tiers::{self, Tier};
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, outbox, terms};
use crate::domain::instant::Instant;

/// The most grades a program may have.
pub const TIERS_MAX: usize = 100;

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierSet {
    /// As it stands now.
    Done(Tier),
    /// There are [`TIERS_MAX`] already.
    TooMany,
}

/// Sets the title of the grade `name`; makes it if there is none. Rivals are served one after the other.
///
/// # Errors
/// What the database reports.
pub fn set_tier(tx: &mut Tx<'_>, now: Instant, actor: &str, name: &str, title: &str) -> DbResult<TierSet> {
    terms::lock(tx)?;
    let known = tiers::list(tx)?;
    let before = known.iter().find(|row| row.name == name);
    if before.is_none() && known.len() >= TIERS_MAX {
        return Ok(TierSet::TooMany);
    }
    let created_at = before.map_or(now, |row| row.created_at);
    let row = Tier { name: name.to_owned(), title: title.to_owned(), created_at };
    if before != Some(&row) {
        tiers::put(tx, &row)?;
        let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
        let detail = json!({ "tier": name });
        outbox::audit(tx, actor, "program.set_tier", AnyId::from_uuid(program.id.uuid()), detail, now)?;
    }
    Ok(TierSet::Done(row))
}
