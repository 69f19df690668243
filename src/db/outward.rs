//! Whether anything may leave the house, and what would.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{jobs, payouts};
use super::types::JobStatus;
use super::{Conn, DbResult, settings};
use crate::domain::money::Currency;
use crate::domain::payout::{PayoutStatus, Rail};

/// The setting that says why nothing leaves the house; absent, everything does.
pub const PAUSED: &str = "outward_paused";

/// Payouts of one rail, status and currency.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct UnderWay {
    /// How they leave.
    pub rail: Rail,
    /// Where they stand.
    pub status: PayoutStatus,
    /// ISO 4217.
    pub currency: Currency,
    /// How many.
    pub count: i64,
    /// Their sum in minor units.
    pub amount: i64,
}

/// Why nothing leaves the house; none when everything may.
///
/// # Errors
/// What the database reports.
pub fn paused(conn: &mut Conn<'_>) -> DbResult<Option<String>> {
    settings::get(conn, PAUSED)
}

/// How many jobs of each kind wait or are being done.
///
/// # Errors
/// What the database reports.
pub fn waiting_jobs(conn: &mut Conn<'_>) -> DbResult<Vec<(String, i64)>> {
    on_db!(conn, c => jobs::table
        .filter(jobs::status.ne(JobStatus::Dead))
        .group_by(jobs::kind)
        .select((jobs::kind, sql::<BigInt>("CAST(COUNT(*) AS BIGINT)")))
        .order(jobs::kind)
        .load(c))
}

/// The payouts that were approved and have not ended.
///
/// # Errors
/// What the database reports.
pub fn under_way(conn: &mut Conn<'_>) -> DbResult<Vec<UnderWay>> {
    let ended = [PayoutStatus::Paid, PayoutStatus::Failed, PayoutStatus::Returned, PayoutStatus::Cancelled];
    on_db!(conn, c => payouts::table
        .filter(payouts::status.ne_all(ended))
        .filter(payouts::status.ne(PayoutStatus::Pending))
        .group_by((payouts::rail, payouts::status, payouts::currency))
        .select((
            payouts::rail,
            payouts::status,
            payouts::currency,
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .order((payouts::rail, payouts::status, payouts::currency))
        .load(c))
}
