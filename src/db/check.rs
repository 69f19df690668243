//! What `check` reads: whole tables, a page at a time and in the order of their keys, on one snapshot.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::commissions::{ChangeRow, CommissionRow, RefundRow};
use super::ledger::{Balance, Transfer};
use super::reports::MovedBy;
use super::sales::{LineRow, RevisionRow, VerdictRow};
use super::schema::{
    balances, commission_changes, commissions, jobs, mails, referrals, refunds, sale_lines, sale_revisions, sales, transfers,
    verdicts,
};
use super::types::{AnyId, Json, MailStatus};
use super::{Conn, DbResult};
use crate::domain::attribution::{Reason, VerdictKind};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::earning::{Goods, Standing};
use crate::domain::id::{CommissionId, CustomerId, JobId, MailId, ReferrerId, SaleId};
use crate::domain::money::Currency;
use crate::domain::report::Moved;

/// Rows above the first id, up to and including the second; the ends are open where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Span<Id> {
    /// Above this.
    pub above: Option<Id>,
    /// Up to this.
    pub upto: Option<Id>,
}

impl Span<ReferrerId> {
    /// Both ends as ids: a boxed query cannot be grouped, so open ends become the smallest and the largest id.
    pub(super) fn ends(self) -> (ReferrerId, ReferrerId) {
        let smallest = || ReferrerId::from_uuid(uuid::Uuid::nil());
        let largest = || ReferrerId::from_uuid(uuid::Uuid::max());
        (self.above.unwrap_or_else(smallest), self.upto.unwrap_or_else(largest))
    }
}

/// The anchor row of an order, as far as it is recomputed. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sales)]
pub struct SaleFacts {
    /// The sale.
    pub id: SaleId,
    /// The current revision.
    pub version: Option<i64>,
    /// What earns.
    pub base: i64,
    /// How much of it went back.
    pub base_refunded: i64,
    /// What the buyer paid.
    pub total: i64,
    /// What the friend's discount cost.
    pub friend_discount: i64,
    /// The latest verdict's number.
    pub verdict_seq: i64,
    /// How it ended.
    pub verdict_kind: Option<VerdictKind>,
    /// Why.
    pub verdict_reason: Option<Reason>,
    /// Who earned it, or would.
    pub referrer_id: Option<ReferrerId>,
}

/// The part of a verdict that a commission is computed from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct BaseOf {
    /// What earned, in minor units.
    pub base: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// The base by kind of goods.
    #[serde(default)]
    pub goods: Vec<Goods>,
    /// The referrer's tier and counts.
    #[serde(default)]
    pub standing: Option<Standing>,
}

/// A verdict as a commission sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = verdicts)]
pub struct VerdictFacts {
    /// On which sale.
    pub sale_id: SaleId,
    /// Which.
    pub seq: i64,
    /// How it ended.
    pub kind: VerdictKind,
    /// Who earned it, or would.
    pub referrer_id: Option<ReferrerId>,
    /// Under which terms.
    pub terms_version: i64,
    /// What it was computed from.
    pub inputs: Json<BaseOf>,
}

/// A page of orders, ascending.
///
/// # Errors
/// What the database reports.
pub fn sales_page(conn: &mut Conn<'_>, after: Option<SaleId>, most: i64) -> DbResult<Vec<SaleFacts>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(sales::table.select(SaleFacts::as_select()), sales::id, span).order(sales::id).limit(most).load(c))
}

/// Verdicts on the orders of a span, ascending.
///
/// # Errors
/// What the database reports.
pub fn verdicts_in(conn: &mut Conn<'_>, span: Span<SaleId>) -> DbResult<Vec<VerdictRow>> {
    on_db!(conn, c => spanned!(verdicts::table.select(VerdictRow::as_select()), verdicts::sale_id, span)
        .order((verdicts::sale_id, verdicts::seq))
        .load(c))
}

/// Revisions of the orders of a span, ascending.
///
/// # Errors
/// What the database reports.
pub fn revisions_in(conn: &mut Conn<'_>, span: Span<SaleId>) -> DbResult<Vec<RevisionRow>> {
    on_db!(conn, c => spanned!(sale_revisions::table.select(RevisionRow::as_select()), sale_revisions::sale_id, span)
        .order((sale_revisions::sale_id, sale_revisions::version))
        .load(c))
}

/// Lines of the orders of a span, ascending.
///
/// # Errors
/// What the database reports.
pub fn lines_in(conn: &mut Conn<'_>, span: Span<SaleId>) -> DbResult<Vec<LineRow>> {
    on_db!(conn, c => spanned!(sale_lines::table.select(LineRow::as_select()), sale_lines::sale_id, span)
        .order((sale_lines::sale_id, sale_lines::version, sale_lines::line))
        .load(c))
}

/// Refunds of the orders of a span.
///
/// # Errors
/// What the database reports.
pub fn refunds_in(conn: &mut Conn<'_>, span: Span<SaleId>) -> DbResult<Vec<RefundRow>> {
    on_db!(conn, c => spanned!(refunds::table.select(RefundRow::as_select()), refunds::sale_id, span)
        .order((refunds::sale_id, refunds::id))
        .load(c))
}

/// The live commissions of the orders of a span, of which kind and whose they are.
///
/// # Errors
/// What the database reports.
pub fn live_commissions_in(conn: &mut Conn<'_>, span: Span<SaleId>) -> DbResult<Vec<(SaleId, String, ReferrerId)>> {
    // The literal condition is what the partial index on live commissions is written with.
    on_db!(conn, c => spanned!(commissions::table
            .filter(commissions::live)
            .select((commissions::sale_id, commissions::kind, commissions::referrer_id)), commissions::sale_id, span)
        .order(commissions::sale_id)
        .load(c))
}

/// A page of commissions, ascending.
///
/// # Errors
/// What the database reports.
pub fn commissions_page(conn: &mut Conn<'_>, after: Option<CommissionId>, most: i64) -> DbResult<Vec<CommissionRow>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(commissions::table.select(CommissionRow::as_select()), commissions::id, span)
        .order(commissions::id)
        .limit(most)
        .load(c))
}

/// Changes of the commissions of a span.
///
/// # Errors
/// What the database reports.
pub fn changes_in(conn: &mut Conn<'_>, span: Span<CommissionId>) -> DbResult<Vec<ChangeRow>> {
    on_db!(conn, c => spanned!(commission_changes::table.select(ChangeRow::as_select()), commission_changes::commission_id, span)
        .order((commission_changes::commission_id, commission_changes::id))
        .load(c))
}

/// All verdicts on the given orders.
///
/// # Errors
/// What the database reports.
pub fn verdicts_of(conn: &mut Conn<'_>, ids: &[SaleId]) -> DbResult<Vec<VerdictFacts>> {
    among!(conn, verdicts::table.select(VerdictFacts::as_select()), verdicts::sale_id, ids)
}

/// The postings with the given causes.
///
/// # Errors
/// What the database reports.
pub fn transfers_of(conn: &mut Conn<'_>, causes: &[AnyId]) -> DbResult<Vec<Transfer>> {
    among!(conn, transfers::table.select(Transfer::as_select()), transfers::cause_id, causes)
}

/// How many postings there are of each kind.
///
/// # Errors
/// What the database reports.
pub fn transfer_counts(conn: &mut Conn<'_>) -> DbResult<Vec<(TransferKind, i64)>> {
    on_db!(conn, c => transfers::table
        .group_by(transfers::kind)
        .select((transfers::kind, sql::<BigInt>("CAST(COUNT(*) AS BIGINT)")))
        .load(c))
}

/// A page of balances, ascending; whole referrers, except perhaps the last.
///
/// # Errors
/// What the database reports.
pub fn balances_page(conn: &mut Conn<'_>, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<Balance>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(balances::table.select(Balance::as_select()), balances::referrer_id, span)
        .order((balances::referrer_id, balances::currency))
        .limit(most)
        .load(c))
}

/// What the postings of the referrers of a span sum to, by referrer and currency.
///
/// # Errors
/// What the database reports.
pub fn moved_in(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<MovedBy> {
    type Row = (ReferrerId, Currency, TransferKind, Account, Account, i64);
    let (above, upto) = span.ends();
    let rows: Vec<Row> = on_db!(conn, c => transfers::table
        .filter(transfers::referrer_id.gt(above))
        .filter(transfers::referrer_id.le(upto))
        .group_by((
            transfers::referrer_id,
            transfers::currency,
            transfers::kind,
            transfers::from_account,
            transfers::to_account,
        ))
        .select((
            transfers::referrer_id,
            transfers::currency,
            transfers::kind,
            transfers::from_account,
            transfers::to_account,
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .load(c))?;
    let split = |(referrer, currency, kind, from_account, to_account, amount): Row| {
        (referrer, currency, Moved { kind, from_account, to_account, amount })
    };
    Ok(rows.into_iter().map(split).collect())
}

/// A page of letters that wait, ascending.
///
/// # Errors
/// What the database reports.
pub fn queued_mails_page(conn: &mut Conn<'_>, after: Option<MailId>, most: i64) -> DbResult<Vec<MailId>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(mails::table.filter(mails::status.eq(MailStatus::Queued)).select(mails::id), mails::id, span)
        .order(mails::id)
        .limit(most)
        .load(c))
}

/// Which of the given letters wait.
///
/// # Errors
/// What the database reports.
pub fn queued_among(conn: &mut Conn<'_>, ids: &[MailId]) -> DbResult<Vec<MailId>> {
    among!(conn, mails::table.filter(mails::status.eq(MailStatus::Queued)).select(mails::id), mails::id, ids)
}

/// Which of the given dedupe keys have a job of `kind`.
///
/// # Errors
/// What the database reports.
pub fn jobs_among(conn: &mut Conn<'_>, kind: &str, keys: &[String]) -> DbResult<Vec<String>> {
    among!(conn, jobs::table.filter(jobs::kind.eq(kind)).select(jobs::dedupe_key), jobs::dedupe_key, keys)
}

/// A page of jobs of `kind`, ascending.
///
/// # Errors
/// What the database reports.
pub fn jobs_page(conn: &mut Conn<'_>, kind: &str, after: Option<JobId>, most: i64) -> DbResult<Vec<(JobId, String)>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(jobs::table.filter(jobs::kind.eq(kind)).select((jobs::id, jobs::dedupe_key)), jobs::id, span)
        .order(jobs::id)
        .limit(most)
        .load(c))
}

/// Customers with more than one live introduction.
///
/// # Errors
/// What the database reports.
pub fn doubly_referred(conn: &mut Conn<'_>) -> DbResult<Vec<CustomerId>> {
    use diesel::dsl::count_star;
    on_db!(conn, c => referrals::table
        .filter(referrals::ended_at.is_null())
        .group_by((referrals::customer_id, referrals::program_id))
        .having(count_star().gt(1))
        .select(referrals::customer_id)
        .load(c))
}

/// Customers whose place of the first sale is held by more than one sale.
///
/// # Errors
/// What the database reports.
pub fn doubly_first(conn: &mut Conn<'_>) -> DbResult<Vec<Option<CustomerId>>> {
    use diesel::dsl::count_star;
    on_db!(conn, c => sales::table
        .filter(sales::holds_place)
        .group_by(sales::customer_id)
        .having(count_star().gt(1))
        .select(sales::customer_id)
        .load(c))
}
