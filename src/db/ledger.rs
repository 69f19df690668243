//! Postings and the balances they add up to. Every row moves money between two accounts of one
//! referrer in one currency, so sums are zero by construction; balances are a projection written
//! in the same transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;

use super::columns::Together;
use super::schema::{balances, transfers};
use super::types::AnyId;
use super::{Conn, DbResult, Tx};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;

/// One posting. Unique by (cause, kind): the same cause cannot post the same thing twice.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
pub struct Transfer {
    /// What caused it: a commission, change, payout or adjustment.
    pub cause_id: AnyId,
    /// What it is.
    pub kind: TransferKind,
    /// Whose money.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Where the money was.
    pub from_account: Account,
    /// Where it is now.
    pub to_account: Account,
    /// Minor units, always positive.
    pub amount: i64,
    /// When.
    pub posted_at: Instant,
}

columns!(Transfer, transfers(cause_id, kind, referrer_id, currency, from_account, to_account, amount, posted_at));

/// What a referrer has in one currency, by account, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, Serialize)]
#[diesel(table_name = balances, treat_none_as_default_value = false)]
pub struct Balance {
    /// Whose.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Spent by the shop, negative by nature.
    pub expense: i64,
    /// Inside the return window.
    pub on_hold: i64,
    /// Waiting for a payout; negative after refunds of paid commissions.
    pub ready: i64,
    /// Reserved by a payout.
    pub in_transit: i64,
    /// Received.
    pub paid: i64,
    /// Given up.
    pub written_off: i64,
    /// Brought over, negative by nature.
    pub opening: i64,
    /// Provider fees.
    pub fees: i64,
}

/// What [`add_to_balances`] says in diesel's words for SQLite.
const ADD: &str = " ON CONFLICT (referrer_id, currency) DO UPDATE SET
    expense = balances.expense + excluded.expense, on_hold = balances.on_hold + excluded.on_hold,
    ready = balances.ready + excluded.ready,
    in_transit = balances.in_transit - excluded.expense - excluded.on_hold - excluded.ready - excluded.paid
        - excluded.written_off - excluded.opening - excluded.fees,
    paid = balances.paid + excluded.paid, written_off = balances.written_off + excluded.written_off,
    opening = balances.opening + excluded.opening, fees = balances.fees + excluded.fees";

columns!(
    @row Balance,
    balances(referrer_id, currency, expense, on_hold, ready, in_transit, paid, written_off, opening, fees),
    ADD,
    |conn, rows| add_to_balances(conn, rows)
);

impl Balance {
    /// An empty balance.
    #[must_use]
    pub const fn empty(referrer_id: ReferrerId, currency: Currency) -> Self {
        Self {
            referrer_id,
            currency,
            expense: 0,
            on_hold: 0,
            ready: 0,
            in_transit: 0,
            paid: 0,
            written_off: 0,
            opening: 0,
            fees: 0,
        }
    }

    /// What he earned so far, after all that was taken back: what the shop spent on him, fees left out.
    #[must_use]
    pub const fn earned(&self) -> i64 {
        self.expense.saturating_add(self.fees).saturating_neg()
    }

    /// The amount in one account.
    pub const fn account(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::Expense => &mut self.expense,
            Account::OnHold => &mut self.on_hold,
            Account::Ready => &mut self.ready,
            Account::InTransit => &mut self.in_transit,
            Account::Paid => &mut self.paid,
            Account::WrittenOff => &mut self.written_off,
            Account::Opening => &mut self.opening,
            Account::Fees => &mut self.fees,
        }
    }

    /// Moves what `transfer` moves.
    pub const fn apply(&mut self, transfer: &Transfer) {
        *self.account(transfer.from_account) -= transfer.amount;
        *self.account(transfer.to_account) += transfer.amount;
    }
}

/// What `postings`, which it sorts, add to the balances: one row per (referrer, currency), in sorted
/// order, so that two nodes never wait for each other in a ring. Both engines hold the row that is
/// offered against `CHECK (in_transit >= 0)` before they see the conflict, so a movement out of transit
/// is offered as 0 and added as what the other accounts gain: a movement sums to 0.
#[must_use]
pub fn movements(postings: &mut [Transfer]) -> Vec<Balance> {
    postings.sort_by_key(|posting| (posting.cause_id, posting.kind));
    let mut moved: BTreeMap<(ReferrerId, Currency), Balance> = BTreeMap::new();
    for posting in postings.iter() {
        let key = (posting.referrer_id, posting.currency);
        moved.entry(key).or_insert_with(|| Balance::empty(posting.referrer_id, posting.currency)).apply(posting);
    }
    moved.into_values().map(|row| Balance { in_transit: row.in_transit.max(0), ..row }).collect()
}

/// Writes postings and moves the balances.
///
/// # Errors
/// What the database reports; a posting that exists already is an error, never a second posting.
pub fn post(tx: &mut Tx<'_>, mut postings: Vec<Transfer>) -> DbResult<()> {
    let moved = movements(&mut postings);
    let mut together = Together::default();
    together.add(&postings).add(&moved);
    together.write(tx).map(drop)
}

/// The posting of this kind that `cause` made, if it did.
///
/// # Errors
/// What the database reports.
pub fn posting(conn: &mut Conn<'_>, cause: AnyId, kind: TransferKind) -> DbResult<Option<Transfer>> {
    on_db!(conn, c => transfers::table.find((cause, kind)).select(Transfer::as_select()).first(c).optional())
}

fn add_to_balances(conn: &mut SqliteConnection, rows: &[Balance]) -> DbResult<usize> {
    use diesel::upsert::excluded;
    diesel::insert_into(balances::table)
        .values(rows)
        .on_conflict((balances::referrer_id, balances::currency))
        .do_update()
        .set((
            balances::expense.eq(balances::expense + excluded(balances::expense)),
            balances::on_hold.eq(balances::on_hold + excluded(balances::on_hold)),
            balances::ready.eq(balances::ready + excluded(balances::ready)),
            balances::in_transit.eq(balances::in_transit
                - excluded(balances::expense)
                - excluded(balances::on_hold)
                - excluded(balances::ready)
                - excluded(balances::paid)
                - excluded(balances::written_off)
                - excluded(balances::opening)
                - excluded(balances::fees)),
            balances::paid.eq(balances::paid + excluded(balances::paid)),
            balances::written_off.eq(balances::written_off + excluded(balances::written_off)),
            balances::opening.eq(balances::opening + excluded(balances::opening)),
            balances::fees.eq(balances::fees + excluded(balances::fees)),
        ))
        .execute(conn)
}

/// Locks the balances of the given referrers, ascending. Every posting moves a balance in its own
/// transaction, so what is read after this lock adds up to these balances until the transaction ends.
///
/// # Errors
/// What the database reports.
pub fn lock_balances(tx: &mut Tx<'_>, mut referrers: Vec<ReferrerId>) -> DbResult<Vec<Balance>> {
    referrers.sort_unstable();
    referrers.dedup();
    let mut found = Vec::new();
    for slice in referrers.chunks(super::IDS_PER_QUERY) {
        let rows: Vec<Balance> = load_locked!(
            tx,
            balances::table
                .filter(balances::referrer_id.eq_any(slice))
                .order((balances::referrer_id, balances::currency))
                .select(Balance::as_select())
        )?;
        found.extend(rows);
    }
    Ok(found)
}

/// A referrer's balances, by currency.
///
/// # Errors
/// What the database reports.
pub fn balances_of(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Vec<Balance>> {
    on_db!(conn, c => balances::table
        .filter(balances::referrer_id.eq(referrer))
        .order(balances::currency)
        .select(Balance::as_select())
        .load(c))
}
