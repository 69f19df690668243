//! What became of each row of an imported file, and what they come to.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::columns::Together;
use super::schema::import_rows;
use super::types::AnyId;
use super::{Conn, DbResult, Tx};
use crate::domain::id::ImportId;
use crate::domain::intake::RowOutcome;
use crate::domain::money::Currency;

/// The result of a row.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = import_rows, treat_none_as_default_value = false)]
pub struct ResultRow {
    /// Of which file.
    pub import_id: ImportId,
    /// Which row; the header is row 1.
    pub line: i64,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The order it belongs to.
    pub order_id: Option<String>,
    /// The sale, refund or customer.
    pub subject_id: Option<AnyId>,
    /// Of the amounts.
    pub currency: Option<Currency>,
    /// What the order comes to, on its first row, minor units.
    pub sold: Option<i64>,
    /// What went back, on the order's first row, minor units.
    pub refunded: Option<i64>,
    /// The column at fault.
    pub field: Option<String>,
    /// What is wrong, as a word.
    pub code: Option<String>,
    /// What is wrong and how to mend it.
    pub message: Option<String>,
}

columns!(
    ResultRow,
    import_rows(import_id, line, outcome, order_id, subject_id, currency, sold, refunded, field, code, message),
    if_free
);

impl ResultRow {
    /// A result without any details.
    #[must_use]
    pub fn new(import_id: ImportId, line: u32, outcome: RowOutcome) -> Self {
        Self {
            import_id,
            line: i64::from(line),
            outcome,
            order_id: None,
            subject_id: None,
            currency: None,
            sold: None,
            refunded: None,
            field: None,
            code: None,
            message: None,
        }
    }
}

/// Rows of one outcome and currency, and what they come to in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Tally {
    /// The outcome.
    pub outcome: RowOutcome,
    /// Of the amounts; none where a row carries none.
    pub currency: Option<Currency>,
    /// How many rows.
    pub rows: i64,
    /// How many orders: each has its amount on one row.
    pub orders: i64,
    /// Sold.
    pub sold: i64,
    /// How many times something went back.
    pub refunds: i64,
    /// Gone back.
    pub refunded: i64,
}

/// Adds results; a row that has one keeps it.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, rows: &[ResultRow]) -> DbResult<()> {
    let mut together = Together::default();
    together.add_if_free(rows);
    together.write(tx).map(drop)
}

/// Notes what went back on the first row of an order.
///
/// # Errors
/// What the database reports.
pub fn note_refund(tx: &mut Tx<'_>, id: ImportId, line: u32, refunded: i64) -> DbResult<()> {
    on_db!(tx, c => diesel::update(import_rows::table.find((id, i64::from(line))))
        .set(import_rows::refunded.eq(refunded))
        .execute(c)
        .map(drop))
}

/// Results after row `after`, ascending; only those of one outcome if named.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, id: ImportId, outcome: Option<RowOutcome>, after: i64, most: i64) -> DbResult<Vec<ResultRow>> {
    on_db!(conn, c => {
        let mut query = import_rows::table
            .filter(import_rows::import_id.eq(id))
            .filter(import_rows::line.gt(after))
            .order(import_rows::line)
            .limit(most)
            .select(ResultRow::as_select())
            .into_boxed();
        if let Some(outcome) = outcome {
            query = query.filter(import_rows::outcome.eq(outcome));
        }
        query.load(c)
    })
}

/// Rows that have something to say to their owner.
///
/// # Errors
/// What the database reports.
pub fn remarks(conn: &mut Conn<'_>, id: ImportId, most: i64) -> DbResult<Vec<ResultRow>> {
    on_db!(conn, c => import_rows::table
        .filter(import_rows::import_id.eq(id))
        .filter(import_rows::message.is_not_null())
        .filter(import_rows::outcome.ne(RowOutcome::Skipped))
        .order(import_rows::line)
        .limit(most)
        .select(ResultRow::as_select())
        .load(c))
}

/// What the results come to, by outcome and currency.
///
/// # Errors
/// What the database reports.
pub fn tallies(conn: &mut Conn<'_>, id: ImportId) -> DbResult<Vec<Tally>> {
    let sum = |column: &str| sql::<BigInt>(&format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)"));
    let currency = import_rows::currency;
    on_db!(conn, c => import_rows::table
        .filter(import_rows::import_id.eq(id))
        .group_by((import_rows::outcome, currency))
        .order((import_rows::outcome, currency))
        .select((
            import_rows::outcome,
            sql::<Nullable<diesel::sql_types::Text>>("currency"),
            count_star(),
            sql::<BigInt>("COUNT(sold)"),
            sum("sold"),
            sql::<BigInt>("COUNT(refunded)"),
            sum("refunded"),
        ))
        .load(c))
}
