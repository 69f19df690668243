//! Lets things leave the house again after a restore, once somebody has seen what would go.

use serde_json::json;

use crate::db::outbox::audit;
use crate::db::outward::{self, UnderWay};
use crate::db::terms;
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, Tx, jobs, settings};
use crate::domain::instant::Instant;

/// What leaves the house as soon as it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Why it does not; none when it does.
    pub paused: Option<String>,
    /// How many jobs of each kind.
    pub jobs: Vec<(String, i64)>,
    /// Payouts that were approved and have not ended.
    pub payouts: Vec<UnderWay>,
}

/// What would go.
///
/// # Errors
/// What the database reports.
pub fn outgoing(conn: &mut Conn<'_>) -> DbResult<Outgoing> {
    Ok(Outgoing { paused: outward::paused(conn)?, jobs: outward::waiting_jobs(conn)?, payouts: outward::under_way(conn)? })
}

/// Lets it go; with `discard_letters` without the letters that wait, which may have been sent since the
/// backup. Returns whether anything was held up, and how many letters were discarded.
///
/// # Errors
/// What the database reports.
pub fn resume_outward(tx: &mut Tx<'_>, now: Instant, actor: &str, discard_letters: bool) -> DbResult<(bool, usize)> {
    let Some(why) = outward::paused(tx)? else { return Ok((false, 0)) };
    let discarded = if discard_letters { jobs::discard_letters(tx, now)? } else { 0 };
    settings::remove(tx, outward::PAUSED)?;
    if let Some(program) = terms::program(tx)? {
        let facts = json!({ "paused": why, "letters_discarded": discarded });
        audit(tx, actor, "outward.resume", AnyId::from_uuid(program.id.uuid()), facts, now)?;
    }
    Ok((true, discarded))
}
