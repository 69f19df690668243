//! What waits for the owner: held sales, open claims, pairs of customers that may be one person, payouts for
//! which the provider no longer answers, old debts that could be written off, referrers whom no letter reaches, and
//! wishes to become one.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::fold::{SaleView, verdict};
use crate::db::bounces::{self, Unreachable};
use crate::db::claims::{self, Claim, ClaimFilter};
use crate::db::joins::{self, Join};
use crate::db::merges::{self, Proposal};
use crate::db::payouts::Payout;
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, commissions, money_check, sale_lists, sales, submissions, terms};
use crate::domain::attribution::suspicions;
use crate::domain::claim::ClaimStatus;
use crate::domain::fraud::{Sign, Trace};
use crate::domain::id::{BounceId, ClaimId, JoinId, PayoutId, ProposalId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::money_check::{Step, WRITE_OFF_DAYS, negative_since};
use crate::domain::principal::Scope;

/// Which kinds are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sales whose commission is held.
    Sale,
    /// Claims.
    Claim,
    /// Pairs of customers.
    Merge,
    /// Payouts of which nobody knows whether they arrived.
    Payout,
    /// Debts that new commissions have not paid off for a year.
    WriteOff,
    /// Referrers who cannot be written to.
    Unreachable,
    /// Wishes to become a referrer.
    Join,
}

/// A referrer's debt that is a year old: to be forgiven with an adjustment, if the owner so wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debt {
    /// What made `ready` fall below 0.
    pub cause: AnyId,
    /// Who owes it.
    pub referrer_id: ReferrerId,
    /// How much, above 0.
    pub amount: Money,
    /// Since when.
    pub since: Instant,
}

/// One thing to decide.
#[derive(Debug, Clone)]
pub enum Decision {
    /// A held sale, with the signs against it and what they rest on.
    Sale(Box<SaleView>, Vec<Sign>, Vec<Trace>),
    /// A claim.
    Claim(Box<Claim>),
    /// A pair of customers.
    Merge(Proposal),
    /// A payout of which nobody knows whether it arrived.
    Payout(Box<Payout>),
    /// An old debt.
    WriteOff(Debt),
    /// A referrer whose every address is nobody's.
    Unreachable(Unreachable),
    /// Somebody's wish to become a referrer.
    Join(Box<Join>),
}

impl Decision {
    /// The id of the sale, claim, pair, payout, or what made the debt: ascending in time of creation, across the kinds.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Sale(view, ..) => view.sale.id.uuid(),
            Self::Claim(claim) => claim.id.uuid(),
            Self::Merge(pair) => pair.id.uuid(),
            Self::Payout(payout) => payout.id.uuid(),
            Self::WriteOff(debt) => debt.cause.uuid(),
            Self::Unreachable(one) => one.id.uuid(),
            Self::Join(join) => join.id.uuid(),
        }
    }
}

/// Up to `limit` things to decide after `after`, oldest first; only one kind if named.
///
/// # Errors
/// What the database reports.
pub fn list_decisions(
    conn: &mut Conn<'_>,
    now: Instant,
    only: Option<Kind>,
    after: Option<Uuid>,
    limit: i64,
) -> DbResult<Vec<Decision>> {
    let wants = |kind| only.is_none_or(|only| only == kind);
    let mut found = Vec::new();
    if wants(Kind::Sale) {
        found.extend(held_sales(conn, after, limit)?);
    }
    if wants(Kind::Claim) {
        let filter = ClaimFilter {
            scope: Scope::All,
            referrer_id: None,
            status: Some(ClaimStatus::Open),
            after: after.map(ClaimId::from_uuid),
            limit,
        };
        found.extend(claims::list(conn, &filter)?.into_iter().map(|claim| Decision::Claim(Box::new(claim))));
    }
    if wants(Kind::Merge) {
        let pairs = merges::open_proposals(conn, after.map(ProposalId::from_uuid), limit)?;
        found.extend(pairs.into_iter().map(Decision::Merge));
    }
    if wants(Kind::Payout) {
        let rows = submissions::undecided(conn, after.map(PayoutId::from_uuid), limit)?;
        found.extend(rows.into_iter().map(|payout| Decision::Payout(Box::new(payout))));
    }
    if wants(Kind::WriteOff) {
        let old = old_debts(conn, now)?.into_iter().filter(|debt| after.is_none_or(|after| debt.cause.uuid() > after));
        found.extend(old.map(Decision::WriteOff));
    }
    if wants(Kind::Unreachable) {
        let nobodys = bounces::unreachable(conn, after.map(BounceId::from_uuid), limit)?;
        found.extend(nobodys.into_iter().map(Decision::Unreachable));
    }
    if wants(Kind::Join) {
        let wishes = joins::open(conn, after.map(JoinId::from_uuid), limit)?;
        found.extend(wishes.into_iter().map(|join| Decision::Join(Box::new(join))));
    }
    found.sort_by_key(Decision::id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Debts of a year or more. Few owe anything, so all are looked at.
fn old_debts(conn: &mut Conn<'_>, now: Instant) -> DbResult<Vec<Debt>> {
    let owing = money_check::indebted(conn)?;
    let mut ids: Vec<ReferrerId> = owing.iter().map(|(referrer, ..)| *referrer).collect();
    ids.dedup();
    let mut steps: BTreeMap<(ReferrerId, Currency), Vec<Step<AnyId>>> = BTreeMap::new();
    for (referrer, currency, at, amount, cause) in money_check::steps_of_ready(conn, &ids)? {
        steps.entry((referrer, currency)).or_default().push((at, amount, cause));
    }
    let old = |(referrer_id, currency, ready): (ReferrerId, Currency, i64)| {
        let (since, cause) = negative_since(steps.get(&(referrer_id, currency))?)?;
        let amount = Money { amount: ready.saturating_neg(), currency };
        (since.plus_days(WRITE_OFF_DAYS) <= now).then_some(Debt { cause, referrer_id, amount, since })
    };
    Ok(owing.into_iter().filter_map(old).collect())
}

fn held_sales(conn: &mut Conn<'_>, after: Option<Uuid>, limit: i64) -> DbResult<Vec<Decision>> {
    let rows = sale_lists::held(conn, after.map(SaleId::from_uuid), limit)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let ids: Vec<SaleId> = rows.iter().map(|row| row.id).collect();
    // Ascending, so the latest verdict of each stays.
    let mut latest: std::collections::HashMap<SaleId, _> =
        sales::verdicts_of(conn, &ids)?.into_iter().map(|row| (row.sale_id, row)).collect();
    // A held sale has no bonus yet.
    let own = commissions::live_of(conn, &ids)?.into_iter().filter(|row| row.bonus_deal().is_none());
    let mut live: std::collections::HashMap<SaleId, _> = own.map(|row| (row.sale_id, row)).collect();
    let show = |sale: sales::SaleRow| {
        let judged = latest.remove(&sale.id);
        let commission = live.remove(&sale.id);
        let verdict = judged.as_ref().map(verdict);
        let inputs = judged.map(|row| row.inputs.0);
        let signs = inputs.as_ref().map(|inputs| suspicions(inputs, &|version| program.terms(version))).unwrap_or_default();
        let traces = inputs.map(|inputs| inputs.traces).unwrap_or_default();
        Decision::Sale(Box::new(SaleView { sale, verdict, commission, bonus: None }), signs, traces)
    };
    Ok(rows.into_iter().map(show).collect())
}
