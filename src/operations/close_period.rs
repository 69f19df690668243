//! Closes a month or a year: from then on nothing is posted before its end, by nobody's clock, and its
//! report is the same to the byte for ever. What comes late lands in the open period.
//!
//! Closing is two steps. The first shuts the period while no posting is under way, which takes a
//! moment; the second draws up the report, which may take long and stops nobody, and keeps its hash.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::pages::{Format, Pages};
use super::report_payouts::{PayoutPages, closed};
use crate::db::periods::{self, PeriodReport, PeriodRow};
use crate::db::types::{AnyId, Json};
use crate::db::{Conn, DbFault, DbResult, Tx, outbox, terms};
use crate::domain::instant::Instant;
use crate::domain::report::Period;

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Shut now.
    Closed(PeriodRow),
    /// Shut before.
    AlreadyClosed(PeriodRow),
    /// It lasts until then.
    NotOver(Instant),
    /// The name is neither a month nor a year.
    Unnamed,
}

/// Shuts the period called `name`, such as `2026-12` or `2026`, in the program's zone.
///
/// # Errors
/// What the database reports.
pub fn close_period(tx: &mut Tx<'_>, now: Instant, name: &str, actor: &str) -> DbResult<Outcome> {
    if let Some((row, _)) = periods::find(tx, name)? {
        return Ok(Outcome::AlreadyClosed(row));
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or("UTC", |version| &version.terms.timezone);
    let Some(period) = Period::named(name, timezone) else { return Ok(Outcome::Unnamed) };
    if period.to > now {
        return Ok(Outcome::NotOver(period.to));
    }
    periods::hold_postings(tx)?;
    let row = PeriodRow {
        name: name.to_owned(),
        starts_at: period.from,
        ends_at: period.to,
        timezone: timezone.to_owned(),
        actor: actor.to_owned(),
        closed_at: now,
    };
    if !periods::insert(tx, &row)? {
        return Err(crate::db::lost_race());
    }
    let facts = json!({ "period": row.name, "starts_at": row.starts_at, "ends_at": row.ends_at });
    outbox::audit(tx, actor, "period.close", AnyId::from_uuid(program.id.uuid()), facts, now)?;
    Ok(Outcome::Closed(row))
}

/// Draws up the report of a closed period, a page at a time; `read` runs each page on a connection.
///
/// # Errors
/// What `read` reports.
pub fn seal<E>(
    row: &PeriodRow,
    now: Instant,
    mut read: impl FnMut(&mut dyn Pages) -> Result<Option<Vec<u8>>, E>,
) -> Result<PeriodReport, E> {
    let mut pages = PayoutPages::new(closed(row), Format::Json);
    let mut hash = Sha256::new();
    while let Some(page) = read(&mut pages)? {
        hash.update(&page);
    }
    // Totals are a struct of plain values; those always have a JSON form.
    let totals = serde_json::to_value(pages.totals()).unwrap_or_default();
    Ok(PeriodReport { name: row.name.clone(), hash: hex::encode(hash.finalize()), totals: Json(totals), created_at: now })
}

/// The report of a closed period as it comes out now, on one connection.
///
/// # Errors
/// What the database reports.
pub fn drawn_up(conn: &mut Conn<'_>, row: &PeriodRow, now: Instant) -> DbResult<PeriodReport> {
    seal(row, now, |pages| pages.next(conn))
}
