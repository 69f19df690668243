//! People who were paid and then erased: what the books must know of them, sealed, until the law no longer asks for it.
//! And what came from outside that may quote a person: messages of storefronts, results of imports, kept answers.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::{
    customers, idempotency_keys, import_rows, inbound_deliveries, payout_batches, payout_method_changes, payouts,
    restricted_recipients, sales,
};
use super::types::AnyId;
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::id::{BatchId, InboundId, PayoutId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::payout::{PayoutStatus, Rail};

/// What is kept of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = restricted_recipients)]
pub struct Restricted {
    /// Who.
    pub referrer_id: ReferrerId,
    /// Name and accounts, sealed for [`Restricted::seal_place`].
    pub sealed: String,
    /// From when on nothing is kept.
    pub kept_until: Instant,
    /// When he was erased.
    pub created_at: Instant,
}

impl Restricted {
    /// What the sealed text of this referrer is bound to.
    #[must_use]
    pub fn seal_place(referrer: ReferrerId) -> String {
        format!("restricted_recipient:{referrer}")
    }
}

/// A payout, as far as it tells of a person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = payouts)]
pub struct PaidTo {
    /// The payout.
    pub id: PayoutId,
    /// Its batch.
    pub batch_id: BatchId,
    /// To whom.
    pub referrer_id: ReferrerId,
    /// How it left.
    pub rail: Rail,
    /// Where it stands.
    pub status: PayoutStatus,
    /// What may be shown of the account.
    pub account: Option<String>,
    /// The details, sealed for the referrer's method.
    pub details: Option<String>,
    /// When it last moved.
    pub settled_at: Option<Instant>,
}

/// All payouts to the given referrers, ascending.
///
/// # Errors
/// What the database reports.
pub fn payouts_to(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<PaidTo>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::referrer_id.eq_any(ids))
        .order(payouts::id)
        .select(PaidTo::as_select())
        .load(c))
}

/// Takes accounts and details from payouts that have ended, and what may be shown of methods that were.
///
/// # Errors
/// What the database reports.
pub fn empty_payouts(tx: &mut Tx<'_>, ids: &[PayoutId], of: &[ReferrerId]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set((payouts::account.eq(None::<String>), payouts::details.eq(None::<String>)))
            .execute(c))?;
    }
    on_db!(tx, c => diesel::update(payout_method_changes::table.filter(payout_method_changes::referrer_id.eq_any(of)))
        .set(payout_method_changes::account.eq(None::<String>))
        .execute(c)
        .map(drop))
}

/// Notes another hash of what was approved in a batch, which is locked.
///
/// # Errors
/// What the database reports.
pub fn note_hash(tx: &mut Tx<'_>, batch: BatchId, hash: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::update(payout_batches::table.find(batch)).set(payout_batches::hash.eq(hash)).execute(c).map(drop))
}

/// Keeps what the books must know of recipients.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, rows: &[Restricted]) -> DbResult<()> {
    insert_all!(tx, restricted_recipients::table, rows)
}

/// What is kept of the given referrers.
///
/// # Errors
/// What the database reports.
pub fn of(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Restricted>> {
    among!(conn, restricted_recipients::table.select(Restricted::as_select()), restricted_recipients::referrer_id, ids)
}

/// Whether something is kept whose time is over.
///
/// # Errors
/// What the database reports.
pub fn any_over(conn: &mut Conn<'_>, now: Instant) -> DbResult<bool> {
    let first: Option<ReferrerId> = on_db!(conn, c => restricted_recipients::table
        .filter(restricted_recipients::kept_until.le(now))
        .select(restricted_recipients::referrer_id)
        .first(c)
        .optional())?;
    Ok(first.is_some())
}

/// Forgets what is kept and whose time is over. Returns whose it was.
///
/// # Errors
/// What the database reports.
pub fn forget(tx: &mut Tx<'_>, now: Instant) -> DbResult<Vec<ReferrerId>> {
    on_db!(tx, c => diesel::delete(restricted_recipients::table.filter(restricted_recipients::kept_until.le(now)))
        .returning(restricted_recipients::referrer_id)
        .get_results(c))
}

/// Whether a stored message of a storefront, or its reason, holds one of the texts in `?1` or is about one of the orders
/// in `?2`; both are JSON arrays.
const SQLITE_QUOTES: &str = "UPDATE inbound_deliveries SET body = NULL, error = NULL
    WHERE (body IS NOT NULL OR error IS NOT NULL) AND status <> 'received' AND (
        EXISTS (SELECT 1 FROM json_each(?1) n
            WHERE instr(lower(CAST(COALESCE(body, x'') AS TEXT)), n.value) > 0 OR instr(lower(COALESCE(error, '')), n.value) > 0)
        OR EXISTS (SELECT 1 FROM json_each(outcome) o
            WHERE json_extract(o.value, '$.sale_id') IN (SELECT s.value FROM json_each(?2) s)))";

const POSTGRES_QUOTES: &str = "UPDATE inbound_deliveries SET body = NULL, error = NULL
    WHERE (body IS NOT NULL OR error IS NOT NULL) AND status <> 'received' AND (
        EXISTS (SELECT 1 FROM jsonb_array_elements_text($1::jsonb) n(value)
            WHERE position(n.value IN lower(encode(COALESCE(body, ''::bytea), 'escape'))) > 0
                OR position(n.value IN lower(COALESCE(error, ''))) > 0)
        OR EXISTS (SELECT 1 FROM jsonb_array_elements(outcome) o(value)
            WHERE o.value ->> 'sale_id' IN (SELECT s.value FROM jsonb_array_elements_text($2::jsonb) s(value))))";

/// Drops the bodies of storefronts' messages that hold one of `texts`, which are in lower case, or are about one of the
/// given orders; their numbers stay, so that none is done again.
///
/// # Errors
/// What the database reports.
pub fn drop_quotes(tx: &mut Tx<'_>, texts: &[String], about: &[SaleId]) -> DbResult<()> {
    let (texts, about) = (serde_json::json!(texts).to_string(), serde_json::json!(about).to_string());
    let query = match &**tx {
        Conn::Sqlite(_) => SQLITE_QUOTES,
        Conn::Postgres(_) => POSTGRES_QUOTES,
    };
    on_db!(tx, c => diesel::sql_query(query).bind::<Text, _>(&texts).bind::<Text, _>(&about).execute(c).map(drop))
}

/// Drops the body of a message that turned out to be about an order whose buyer was erased.
///
/// # Errors
/// What the database reports.
pub fn drop_if_erased(tx: &mut Tx<'_>, id: InboundId, about: &[SaleId]) -> DbResult<()> {
    if about.is_empty() {
        return Ok(());
    }
    let erased: i64 = on_db!(tx, c => sales::table
        .inner_join(customers::table.on(sales::customer_id.eq(customers::id.nullable())))
        .filter(sales::id.eq_any(about))
        .filter(customers::erased_at.is_not_null())
        .count()
        .get_result(c))?;
    if erased == 0 {
        return Ok(());
    }
    on_db!(tx, c => diesel::update(inbound_deliveries::table.find(id))
        .set((inbound_deliveries::body.eq(None::<Vec<u8>>), inbound_deliveries::error.eq(None::<String>)))
        .execute(c)
        .map(drop))
}

const SQLITE_REMARKS: &str = "UPDATE import_rows SET message = NULL WHERE message IS NOT NULL
    AND EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr(lower(message), n.value) > 0)";

const POSTGRES_REMARKS: &str = "UPDATE import_rows SET message = NULL WHERE message IS NOT NULL
    AND EXISTS (SELECT 1 FROM jsonb_array_elements_text($1::jsonb) n(value) WHERE position(n.value IN lower(message)) > 0)";

/// Takes the remarks from results of imports that are about one of the given rows, or hold one of `texts`, which are in
/// lower case.
///
/// # Errors
/// What the database reports.
pub fn drop_remarks(tx: &mut Tx<'_>, texts: &[String], about: &[AnyId]) -> DbResult<()> {
    for slice in about.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(import_rows::table
                .filter(import_rows::subject_id.eq_any(slice))
                .filter(import_rows::message.is_not_null()))
            .set(import_rows::message.eq(None::<String>))
            .execute(c))?;
    }
    let texts = serde_json::json!(texts).to_string();
    let query = match &**tx {
        Conn::Sqlite(_) => SQLITE_REMARKS,
        Conn::Postgres(_) => POSTGRES_REMARKS,
    };
    on_db!(tx, c => diesel::sql_query(query).bind::<Text, _>(&texts).execute(c).map(drop))
}

/// Answers that are kept for their requests' keys and speak of `text`: principal, key and body.
///
/// # Errors
/// What the database reports.
pub fn kept_answers(conn: &mut Conn<'_>, text: &str) -> DbResult<Vec<(String, String, String)>> {
    let like = format!("%{text}%");
    on_db!(conn, c => idempotency_keys::table
        .filter(idempotency_keys::body.like(&like))
        .select((idempotency_keys::principal, idempotency_keys::key, idempotency_keys::body))
        .load(c))
}

/// Keeps another body under a key.
///
/// # Errors
/// What the database reports.
pub fn replace_answer(tx: &mut Tx<'_>, principal: &str, key: &str, body: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::update(idempotency_keys::table.find((principal, key)))
        .set(idempotency_keys::body.eq(body))
        .execute(c)
        .map(drop))
}
