//! Tries rules on the latest sales: each is judged again as if they had always been in force, in the
//! order in which the sales came, and nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::fold::{OrderState, Tally, Wants, states};
use super::set_terms::{faults, merged};
use crate::db::commissions::{self, CommissionRow};
use crate::db::{Conn, DbFault, DbResult, sale_lists, terms};
use crate::domain::attribution::{Inputs, Reason, Verdict, VerdictKind, judge};
use crate::domain::commission::{CommissionStatus, SALE, bonus_kind};
use crate::domain::earning::{Kinds, Offer, Plan, friend_discount, plan};
use crate::domain::field::FieldError;
use crate::domain::id::{CommissionId, ProgramId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::program::Terms;

/// The most sales that can be tried at once: with 200 lines each they fit in some 50 MB.
pub const SALES_MAX: i64 = 500;

/// How one sale ends under some terms. Minor units, after all refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// How it was judged.
    pub verdict: VerdictKind,
    /// Why it earned nothing, or waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What it earns, or would once released.
    pub commission: i64,
    /// The bonus it brings.
    pub bonus: i64,
    /// What the friend's discount cost.
    pub friend_discount: i64,
}

/// A sale that ends otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which sale.
    pub sale_id: SaleId,
    /// The storefront.
    pub source: String,
    /// Its order number.
    pub order_id: String,
    /// ISO 4217.
    pub currency: Currency,
    /// As it stands.
    pub before: Outcome,
    /// As it would stand.
    pub after: Outcome,
}

/// Sums over sales. Minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Commissions of attributed sales.
    pub commission: i64,
    /// Commissions of held sales.
    pub held: i64,
    /// Bonuses.
    pub bonus: i64,
    /// What friends' discounts cost.
    pub friend_discount: i64,
}

/// All sales in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// ISO 4217.
    pub currency: Currency,
    /// How many were tried.
    pub sales: i64,
    /// How many end otherwise.
    pub changed: i64,
    /// As they stand.
    pub before: Sums,
    /// As they would stand.
    pub after: Sums,
}

/// What the terms would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The sales that end otherwise, oldest first.
    pub data: Vec<Difference>,
    /// By currency.
    pub totals: Vec<Total>,
}

/// How it went.
#[derive(Debug)]
pub enum Previewed {
    /// Tried.
    Done(Preview),
    /// The result is no set of rules.
    Unreadable(serde_path_to_error::Error<serde_json::Error>),
    /// The result is a set of rules that cannot be kept.
    Refused(Vec<FieldError>),
}

/// Tries the newest terms with `patch` (RFC 7396) on the last `most` sales, those of the past left out.
///
/// # Errors
/// What the database reports.
pub fn preview_terms(conn: &mut Conn<'_>, patch: &Map<String, Value>, most: i64) -> DbResult<Previewed> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let newest = program.current().ok_or(DbFault::NotFound)?;
    let draft = match merged(&newest.terms, patch) {
        Ok(draft) => draft,
        Err(error) => return Ok(Previewed::Unreadable(error)),
    };
    let faults = faults(conn, &draft)?;
    if !faults.is_empty() {
        return Ok(Previewed::Refused(faults));
    }
    let rows = sale_lists::newest(conn, most.min(SALES_MAX))?;
    let mut orders = states(conn, rows)?;
    let ids: Vec<SaleId> = orders.iter().map(|order| order.sale.id).collect();
    let mut live = commissions::live_of(conn, &ids)?;
    for order in &mut orders {
        for row in live.extract_if(.., |row| row.sale_id == order.sale.id) {
            let place = if row.bonus_deal().is_some() { &mut order.bonus } else { &mut order.commission };
            *place = Some(row);
        }
    }
    replay(conn, &draft, orders).map(Previewed::Done)
}

fn replay(conn: &mut Conn<'_>, draft: &Terms, orders: Vec<OrderState>) -> DbResult<Preview> {
    let (mut tally, inputs) = counted(conn, draft, &orders)?;
    orders.iter().for_each(|order| tally.take(order));
    let mut totals: BTreeMap<Currency, Total> = BTreeMap::new();
    let mut data = Vec::new();
    for (mut order, inputs) in orders.into_iter().zip(inputs) {
        let Some(inputs) = inputs else { continue };
        let before = as_it_stands(&order);
        let after = try_on(&mut order, inputs, draft, &tally);
        tally.put(&order);
        let currency = order.sale.currency.unwrap_or(draft.currency);
        let none = Total { currency, sales: 0, changed: 0, before: Sums::default(), after: Sums::default() };
        let total = totals.entry(currency).or_insert(none);
        total.sales += 1;
        total.before.add(before);
        total.after.add(after);
        if before != after {
            total.changed += 1;
            let (sale_id, source, order_id) = (order.sale.id, order.sale.source, order.sale.order_id);
            data.push(Difference { sale_id, source, order_id, currency, before, after });
        }
    }
    Ok(Preview { data, totals: totals.into_values().collect() })
}

/// What the draft reads of each sale, and the counts it asks for.
fn counted(conn: &mut Conn<'_>, draft: &Terms, orders: &[OrderState]) -> DbResult<(Tally, Vec<Option<Inputs>>)> {
    let inputs: Vec<Option<Inputs>> = orders.iter().map(|order| inputs(order, draft)).collect();
    let found = inputs.iter().flatten().filter_map(|inputs| judge(inputs, &|_| draft).referrer_id);
    let standing = orders.iter().filter_map(|order| order.sale.referrer_id);
    let referrers: Vec<ReferrerId> = found.chain(standing).collect::<BTreeSet<_>>().into_iter().collect();
    let times = || orders.iter().map(|order| order.sale.occurred_at);
    let (from, to) = (times().min(), times().max());
    let (Some(from), Some(to)) = (from, to) else { return Ok((Tally::default(), inputs)) };
    let tally = Tally::read(conn, Wants::of(std::iter::once(draft)), &referrers, from, to)?;
    Ok((tally, inputs))
}

fn inputs(order: &OrderState, draft: &Terms) -> Option<Inputs> {
    let (_, revision) = order.current()?;
    Some(Inputs {
        goods: Kinds::of(std::iter::once(draft)).goods(&revision.content.lines, &revision.amounts.shares),
        offer: (!draft.friend_discounts.is_empty()).then(|| Offer::of(&revision.content)),
        standing: None,
        ..order.inputs.clone()?
    })
}

fn as_it_stands(order: &OrderState) -> Outcome {
    let net = |row: &Option<CommissionRow>| row.as_ref().map_or(0, |row| row.net);
    Outcome {
        verdict: order.sale.verdict_kind.unwrap_or(VerdictKind::Unattributed),
        reason: order.sale.verdict_reason,
        commission: net(&order.commission),
        bonus: net(&order.bonus),
        friend_discount: order.sale.friend_discount,
    }
}

/// Judges `order` under the draft and leaves in it the commission and bonus it would have.
fn try_on(order: &mut OrderState, mut inputs: Inputs, draft: &Terms, tally: &Tally) -> Outcome {
    let found = judge(&inputs, &|_| draft);
    inputs.standing = tally.standing(draft, &inputs, &found, None);
    let verdict = judge(&inputs, &|_| draft);
    let discount = friend_discount(draft, &inputs, &verdict);
    order.inputs = Some(inputs.clone());
    order.verdict = Some(verdict.clone());
    let plan = plan(draft, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref());
    let back = order.sale.base_refunded;
    let returned = if plan.is_split() { plan.by_part(&order.returned(order.refunds.len())) } else { Vec::new() };
    (order.commission, order.bonus) = rows(order, &verdict, &plan, plan.owed(back, &returned));
    let net = |row: &Option<CommissionRow>| row.as_ref().map_or(0, |row| row.net);
    Outcome {
        verdict: verdict.kind,
        reason: verdict.reason,
        commission: net(&order.commission),
        bonus: net(&order.bonus),
        friend_discount: discount,
    }
}

/// The commission and the bonus that the sale would have; counted like real ones, written nowhere.
fn rows(order: &OrderState, verdict: &Verdict, plan: &Plan<'_>, owed: i64) -> (Option<CommissionRow>, Option<CommissionRow>) {
    let Some(referrer_id) = verdict.referrer_id.filter(|_| verdict.kind != VerdictKind::Unattributed) else {
        return (None, None);
    };
    let held = verdict.kind == VerdictKind::Held;
    let row = |kind: String, net: i64| CommissionRow {
        id: CommissionId::from_uuid(order.sale.id.uuid()),
        program_id: ProgramId::from_uuid(order.sale.id.uuid()),
        sale_id: order.sale.id,
        kind,
        live: true,
        referrer_id,
        verdict_seq: order.sale.verdict_seq,
        terms_version: verdict.terms_version,
        currency: plan.currency,
        amount: net,
        net,
        changes: 0,
        status: if held { CommissionStatus::Held } else { CommissionStatus::Pending },
        due_at: Instant::from_micros(0),
        approved_at: None,
        created_at: order.sale.created_at,
    };
    let bonus = plan.bonus.filter(|_| !held).map(|(deal, _)| (deal, plan.bonus_for(deal, order.sale.base_refunded)));
    let bonus = bonus.filter(|(_, amount)| *amount > 0).map(|(deal, amount)| row(bonus_kind(deal), amount));
    (Some(row(SALE.to_owned(), owed)), bonus)
}

impl Sums {
    fn add(&mut self, outcome: Outcome) {
        match outcome.verdict {
            VerdictKind::Held => self.held += outcome.commission,
            VerdictKind::Attributed | VerdictKind::Unattributed => self.commission += outcome.commission,
        }
        self.bonus += outcome.bonus;
        self.friend_discount += outcome.friend_discount;
    }
}
