//! Orders: the anchor row, its revisions, lines and hints, and the verdicts on it.

use diesel::prelude::*;

use super::schema::{sale_hints, sale_lines, sale_revisions, sales, verdicts};
use super::types::{HintKind, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::attribution::{Decision, Evidence, Inputs, Reason, VerdictKind};
use crate::domain::customer::Metadata;
use crate::domain::id::{CustomerId, ProgramId, ReferrerId, RevisionId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{OrderKey, SaleContent, SaleStatus};

/// The anchor row of an order: one per (source, order_id), also made by a refund or cancel that
/// comes first. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = sales, treat_none_as_default_value = false)]
pub struct SaleRow {
    /// The sale.
    pub id: SaleId,
    /// The storefront.
    pub source: String,
    /// Its order number.
    pub order_id: String,
    /// How far the order is.
    pub status: SaleStatus,
    /// Who bought.
    pub customer_id: Option<CustomerId>,
    /// The revision that said so.
    pub customer_version: Option<i64>,
    /// The current revision; none while only a refund or cancel has come.
    pub version: Option<i64>,
    /// Whether it was reported as an order of the past.
    pub history: bool,
    /// Whether it was judged to be the customer's first.
    pub first_sale: bool,
    /// Whether it still holds that place: a first sale taken back in time makes room for the next.
    pub holds_place: bool,
    /// When the buyer ordered.
    pub occurred_at: Instant,
    /// When he paid.
    pub paid_at: Option<Instant>,
    /// When the hold ends.
    pub due_at: Option<Instant>,
    /// ISO 4217.
    pub currency: Option<Currency>,
    /// What earns.
    pub base: i64,
    /// How much of it went back.
    pub base_refunded: i64,
    /// What the buyer paid.
    pub total: i64,
    /// Whether the shop's total differs from its parts.
    pub total_disagrees: bool,
    /// Whether more went back than was paid.
    pub over_refunded: bool,
    /// What the friend's discount cost.
    pub friend_discount: i64,
    /// The owner's word.
    pub decision: Option<Json<Decision>>,
    /// Whose claim on it the owner accepted.
    pub claimed_by: Option<ReferrerId>,
    /// The latest verdict's number; 0 before the first.
    pub verdict_seq: i64,
    /// How it ended.
    pub verdict_kind: Option<VerdictKind>,
    /// Why.
    pub verdict_reason: Option<Reason>,
    /// Who earned it.
    pub referrer_id: Option<ReferrerId>,
    /// The shop's own words.
    pub metadata: Json<Metadata>,
    /// When the service first heard of it.
    pub created_at: Instant,
}

columns!(
    SaleRow,
    sales(
        id,
        source,
        order_id,
        status,
        customer_id,
        customer_version,
        version,
        history,
        first_sale,
        holds_place,
        occurred_at,
        paid_at,
        due_at,
        currency,
        base,
        base_refunded,
        total,
        total_disagrees,
        over_refunded,
        friend_discount,
        decision,
        claimed_by,
        verdict_seq,
        verdict_kind,
        verdict_reason,
        referrer_id,
        metadata,
        created_at
    ),
    if_free
);

/// One report of an order's content.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = sale_revisions, treat_none_as_default_value = false)]
pub struct RevisionRow {
    /// Which order.
    pub sale_id: SaleId,
    /// Which revision.
    pub version: i64,
    /// The report.
    pub id: RevisionId,
    /// What earns.
    pub base: i64,
    /// What the buyer paid.
    pub total: i64,
    /// The compared part, without the lines.
    pub content: Json<SaleContent>,
    /// When it arrived.
    pub created_at: Instant,
}

columns!(RevisionRow, sale_revisions(sale_id, version, id, base, total, content, created_at));

/// One line of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = sale_lines, treat_none_as_default_value = false)]
pub struct LineRow {
    /// Which order.
    pub sale_id: SaleId,
    /// Which revision.
    pub version: i64,
    /// Place in the order, from 0.
    pub line: i64,
    /// The shop's article number.
    pub sku: String,
    /// The shop's category.
    pub category: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Price of one.
    pub unit_price: i64,
    /// Taken off the line.
    pub discount: i64,
    /// Whether it earns.
    pub commissionable: bool,
}

columns!(LineRow, sale_lines(sale_id, version, line, sku, category, quantity, unit_price, discount, commissionable));

/// The buyer's answer to "who sent you?"; personal, so kept apart and erasable.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = sale_hints, treat_none_as_default_value = false)]
pub struct HintRow {
    /// Which order.
    pub sale_id: SaleId,
    /// Which revision.
    pub version: i64,
    /// What was named.
    pub kind: HintKind,
    /// The storefront of an external id, or empty.
    pub source: String,
    /// The normalised value, or the name.
    pub value: String,
}

columns!(HintRow, sale_hints(sale_id, version, kind, source, value));

/// A verdict with all that the law read.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = verdicts, treat_none_as_default_value = false)]
pub struct VerdictRow {
    /// Which order.
    pub sale_id: SaleId,
    /// 1, 2, 3 …
    pub seq: i64,
    /// The revision judged.
    pub version: i64,
    /// The one program.
    pub program_id: ProgramId,
    /// How it ended.
    pub kind: VerdictKind,
    /// Why.
    pub reason: Option<Reason>,
    /// Who earned it, or would.
    pub referrer_id: Option<ReferrerId>,
    /// By which code.
    pub code: Option<String>,
    /// By which evidence.
    pub evidence: Option<Evidence>,
    /// Under which terms.
    pub terms_version: i64,
    /// All that the law read.
    pub inputs: Json<Inputs>,
    /// Who caused the judgement.
    pub actor: String,
    /// The reason a person gave.
    pub note: Option<String>,
    /// When.
    pub created_at: Instant,
}

columns!(
    VerdictRow,
    verdicts(
        sale_id,
        seq,
        version,
        program_id,
        kind,
        reason,
        referrer_id,
        code,
        evidence,
        terms_version,
        inputs,
        actor,
        note,
        created_at
    )
);

/// Locks the orders of these keys, ascending by id; unknown ones are absent.
///
/// # Errors
/// What the database reports.
pub fn lock_by_keys(tx: &mut Tx<'_>, keys: &[OrderKey]) -> DbResult<Vec<SaleRow>> {
    let sources: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.source.as_str()).collect();
    let orders: Vec<&str> = keys.iter().map(|key| key.order_id.as_str()).collect();
    let rows: Vec<SaleRow> = load_locked!(
        tx,
        sales::table
            .filter(sales::source.eq_any(sources.iter().copied()))
            .filter(sales::order_id.eq_any(orders.iter().copied()))
            .order(sales::id)
            .select(SaleRow::as_select())
    )?;
    let wanted: std::collections::HashSet<&OrderKey> = keys.iter().collect();
    Ok(rows.into_iter().filter(|row| wanted.contains(&row.key())).collect())
}

/// Locks one order by id.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: SaleId) -> DbResult<Option<SaleRow>> {
    let rows: Vec<SaleRow> = load_locked!(tx, sales::table.filter(sales::id.eq(id)).select(SaleRow::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes back an order read under lock.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &SaleRow) -> DbResult<()> {
    on_db!(tx, c => diesel::update(sales::table.find(row.id))
        .set((
            sales::status.eq(row.status),
            (sales::customer_id.eq(row.customer_id), sales::customer_version.eq(row.customer_version), sales::version.eq(row.version)),
            (sales::history.eq(row.history), sales::first_sale.eq(row.first_sale), sales::holds_place.eq(row.holds_place), sales::occurred_at.eq(row.occurred_at)),
            (sales::paid_at.eq(row.paid_at), sales::due_at.eq(row.due_at), sales::currency.eq(row.currency)),
            (sales::base.eq(row.base), sales::base_refunded.eq(row.base_refunded), sales::total.eq(row.total)),
            (sales::total_disagrees.eq(row.total_disagrees), sales::over_refunded.eq(row.over_refunded), sales::friend_discount.eq(row.friend_discount)),
            (sales::decision.eq(&row.decision), sales::claimed_by.eq(row.claimed_by), sales::verdict_seq.eq(row.verdict_seq), sales::verdict_kind.eq(row.verdict_kind)),
            (sales::verdict_reason.eq(row.verdict_reason), sales::referrer_id.eq(row.referrer_id), sales::metadata.eq(&row.metadata)),
        ))
        .execute(c)
        .map(drop))
}

/// Sorts new orders by their unique key: two processes never wait for each other in a ring.
pub fn sort(rows: &mut [SaleRow]) {
    rows.sort_by(|a, b| (&a.source, &a.order_id).cmp(&(&b.source, &b.order_id)));
}

/// All revisions of the given orders, ascending by version.
///
/// # Errors
/// What the database reports.
pub fn revisions_of(conn: &mut Conn<'_>, ids: &[SaleId]) -> DbResult<Vec<RevisionRow>> {
    on_db!(conn, c => sale_revisions::table
        .filter(sale_revisions::sale_id.eq_any(ids))
        .order((sale_revisions::sale_id, sale_revisions::version))
        .select(RevisionRow::as_select())
        .load(c))
}

/// All lines of the given orders.
///
/// # Errors
/// What the database reports.
pub fn lines_of(conn: &mut Conn<'_>, ids: &[SaleId]) -> DbResult<Vec<LineRow>> {
    on_db!(conn, c => sale_lines::table
        .filter(sale_lines::sale_id.eq_any(ids))
        .order((sale_lines::sale_id, sale_lines::version, sale_lines::line))
        .select(LineRow::as_select())
        .load(c))
}

/// All hints of the given orders.
///
/// # Errors
/// What the database reports.
pub fn hints_of(conn: &mut Conn<'_>, ids: &[SaleId]) -> DbResult<Vec<HintRow>> {
    on_db!(conn, c => sale_hints::table
        .filter(sale_hints::sale_id.eq_any(ids))
        .order((sale_hints::sale_id, sale_hints::version))
        .select(HintRow::as_select())
        .load(c))
}

/// All verdicts on the given orders, ascending.
///
/// # Errors
/// What the database reports.
pub fn verdicts_of(conn: &mut Conn<'_>, ids: &[SaleId]) -> DbResult<Vec<VerdictRow>> {
    on_db!(conn, c => verdicts::table
        .filter(verdicts::sale_id.eq_any(ids))
        .order((verdicts::sale_id, verdicts::seq))
        .select(VerdictRow::as_select())
        .load(c))
}

impl SaleRow {
    /// What names the order.
    #[must_use]
    pub fn key(&self) -> OrderKey {
        OrderKey { source: self.source.clone(), order_id: self.order_id.clone() }
    }

    /// An anchor of which nothing is known but its key.
    #[must_use]
    pub fn anchor(key: &OrderKey, now: Instant) -> Self {
        Self {
            id: SaleId::new(now),
            source: key.source.clone(),
            order_id: key.order_id.clone(),
            status: SaleStatus::Placed,
            customer_id: None,
            customer_version: None,
            version: None,
            history: false,
            first_sale: false,
            holds_place: false,
            occurred_at: now,
            paid_at: None,
            due_at: None,
            currency: None,
            base: 0,
            base_refunded: 0,
            total: 0,
            total_disagrees: false,
            over_refunded: false,
            friend_discount: 0,
            decision: None,
            claimed_by: None,
            verdict_seq: 0,
            verdict_kind: None,
            verdict_reason: None,
            referrer_id: None,
            metadata: Json(Metadata::new()),
            created_at: now,
        }
    }
}
