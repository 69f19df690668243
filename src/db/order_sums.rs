//! What orders and their commissions come to in spans of time that follow each other, such as months. Each table is read
//! once, however many spans there are.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::reports::BOOKED;
use super::{Conn, DbResult};
use crate::domain::attribution::VerdictKind;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;

/// What the paid orders of one span came to. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct OrderSum {
    /// Which span, counted from 0.
    #[diesel(sql_type = BigInt)]
    pub span: i64,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    /// How they were judged.
    #[diesel(sql_type = Text)]
    pub verdict_kind: VerdictKind,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub orders: i64,
    /// Their base, less refunds.
    #[diesel(sql_type = BigInt)]
    pub base: i64,
    /// What friends saved.
    #[diesel(sql_type = BigInt)]
    pub saved: i64,
}

/// What the commissions of one span's orders came to. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct CommissionSum {
    /// Which span, counted from 0.
    #[diesel(sql_type = BigInt)]
    pub span: i64,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    /// Less what was taken back.
    #[diesel(sql_type = BigInt)]
    pub net: i64,
}

/// The paid orders placed between the first of `edges` and the last, those of the past left out, by the span between two
/// edges in which they were placed, by currency and by verdict.
///
/// # Errors
/// What the database reports.
pub fn orders(conn: &mut Conn<'_>, edges: &[Instant]) -> DbResult<Vec<OrderSum>> {
    let Some((span, within)) = cut(conn, edges) else { return Ok(Vec::new()) };
    let query = format!(
        "SELECT {span} AS span, currency, verdict_kind, CAST(COUNT(*) AS BIGINT) AS orders,
            CAST(SUM(base - base_refunded) AS BIGINT) AS base, CAST(SUM(friend_discount) AS BIGINT) AS saved
         FROM sales
         WHERE NOT history AND status = 'paid' AND currency IS NOT NULL AND verdict_kind IS NOT NULL AND {within}
         GROUP BY 1, 2, 3"
    );
    on_db!(conn, c => diesel::sql_query(query).load(c))
}

/// What the commissions of the orders placed between the first of `edges` and the last come to, by span and currency.
///
/// # Errors
/// What the database reports.
pub fn commissions(conn: &mut Conn<'_>, edges: &[Instant]) -> DbResult<Vec<CommissionSum>> {
    let Some((span, within)) = cut(conn, edges) else { return Ok(Vec::new()) };
    let booked = BOOKED.map(|status| format!("'{}'", status.as_db())).join(", ");
    let query = format!(
        "SELECT {span} AS span, c.currency AS currency, CAST(SUM(c.net) AS BIGINT) AS net
         FROM commissions c JOIN sales ON sales.id = c.sale_id
         WHERE c.status IN ({booked}) AND {within}
         GROUP BY 1, 2"
    );
    on_db!(conn, c => diesel::sql_query(query).load(c))
}

/// In the engine's words: which span an order lies in, and that it lies in one; none without a span. The edges stand in
/// the text itself, for each is named twice.
fn cut(conn: &Conn<'_>, edges: &[Instant]) -> Option<(String, String)> {
    let edge = |at: &Instant| match conn {
        Conn::Sqlite(_) => at.micros().to_string(),
        Conn::Postgres(_) => format!("TIMESTAMPTZ '{at}'"),
    };
    let (first, rest) = edges.split_first()?;
    let last = rest.last()?;
    let spans: String = (0..).zip(rest).map(|(span, to)| format!(" WHEN sales.occurred_at < {} THEN {span}", edge(to))).collect();
    let within = format!("sales.occurred_at >= {} AND sales.occurred_at < {}", edge(first), edge(last));
    Some((format!("CAST(CASE{spans} END AS BIGINT)"), within))
}
