//! Reads the orders of a slice and all that their judgement needs, in a few queries.

use std::collections::{BTreeMap, HashMap};

use super::evidence::Board;
use super::state::{Evidence, OrderState, RefundState, revision, verdict};
use super::tally::{Tally, Wants};
use super::watch::Watch;
use super::{Fold, Standing, write};
use crate::db::sales::{HintRow, LineRow, SaleRow};
use crate::db::terms::Program;
use crate::db::types::Json;
use crate::db::{Conn, DbFault, DbResult, Tx, commissions, introductions, referrers, sale_lists, sales, terms};
use crate::domain::attribution::Decision;
use crate::domain::id::{CommissionId, CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::operations::resolve_customers::People;

/// Rebuilds locked orders from their rows, all but the commissions, which are locked after the customers.
///
/// # Errors
/// What the database reports.
pub fn states(conn: &mut Conn<'_>, rows: Vec<SaleRow>) -> DbResult<Vec<OrderState>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SaleId> = rows.iter().map(|row| row.id).collect();
    let mut orders: BTreeMap<SaleId, OrderState> = rows.into_iter().map(|row| (row.id, OrderState::new(row, false))).collect();
    let mut lines: HashMap<(SaleId, i64), Vec<LineRow>> = HashMap::new();
    for line in sales::lines_of(conn, &ids)? {
        lines.entry((line.sale_id, line.version)).or_default().push(line);
    }
    let mut hints: HashMap<(SaleId, i64), HintRow> =
        sales::hints_of(conn, &ids)?.into_iter().map(|hint| ((hint.sale_id, hint.version), hint)).collect();
    for row in sales::revisions_of(conn, &ids)? {
        let key = (row.sale_id, row.version);
        if let Some(order) = orders.get_mut(&row.sale_id) {
            order.revisions.insert(row.version, revision(row, lines.remove(&key).unwrap_or_default(), hints.remove(&key)));
        }
    }
    for row in sales::verdicts_of(conn, &ids)? {
        if let Some(order) = orders.get_mut(&row.sale_id) {
            order.verdict = Some(verdict(&row));
            order.inputs = Some(row.inputs.0);
        }
    }
    for row in commissions::refunds_of(conn, &ids)? {
        if let Some(order) = orders.get_mut(&row.sale_id) {
            let Json(content) = row.content;
            order.refunds.push(RefundState { id: row.id, content });
        }
    }
    Ok(orders.into_values().collect())
}

impl Fold {
    /// Opens a slice: `orders` are locked, `people` are their customers and those of the reports,
    /// locked too; `reported` is the evidence of reports that are about to be added, the earliest
    /// of them made at `earliest`.
    ///
    /// # Errors
    /// What the database reports.
    pub fn open(
        tx: &mut Tx<'_>,
        now: Instant,
        orders: Vec<OrderState>,
        people: &People,
        reported: &[Evidence<'_>],
        earliest: Instant,
    ) -> DbResult<Self> {
        let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
        let mut orders: BTreeMap<SaleId, OrderState> = orders.into_iter().map(|order| (order.sale.id, order)).collect();
        let customers = standings(tx, people)?;
        // Those created in this transaction have neither sales nor referrals yet.
        let known: Vec<CustomerId> = people.rows.keys().filter(|id| !people.created.contains(id)).copied().collect();
        let referrals = if known.is_empty() { Vec::new() } else { commissions::referrals_of(tx, &known)? };
        let window = program.versions.iter().map(|terms| terms.terms.window_days).max().unwrap_or(0);
        let earliest = orders.values().map(|order| order.sale.occurred_at).fold(earliest, Instant::min);
        let mut evidence: Vec<Evidence<'_>> = orders.values().map(OrderState::evidence).collect();
        evidence.extend_from_slice(reported);
        let introduced: Vec<CustomerId> = people.rows.values().filter(|row| row.introduced).map(|row| row.id).collect();
        let introductions = if introduced.is_empty() { Vec::new() } else { introductions::standing_of(tx, &introduced)? };
        let also: Vec<ReferrerId> = referrals.iter().map(|referral| referral.referrer_id).chain(credited(&orders)).collect();
        let latest = orders.values().map(|order| order.sale.occurred_at).fold(now, Instant::max);
        let introducers: Vec<ReferrerId> = introductions.iter().map(|introduction| introduction.referrer_id).collect();
        let also = [also, introducers.clone()].concat();
        let mut board = Board::read(tx, &evidence, &also, earliest.plus_days(-window), program.id, now)?;
        let tally = count(tx, &program, &mut board, earliest, latest)?;
        let now = lock_commissions(tx, &mut orders, now)?;
        let watch = Watch::read(tx, &program, people, reported, &board.earners(&introducers), earliest, now)?;
        Ok(Self {
            now,
            program,
            by_key: orders.values().map(|order| (order.sale.key(), order.sale.id)).collect(),
            orders,
            customers,
            erased: people.rows.values().filter(|row| row.erased_at.is_some()).map(|row| row.id).collect(),
            survivors: people.rows.keys().map(|id| (*id, people.survivor(*id))).collect(),
            referrals: referrals.into_iter().map(|referral| (people.survivor(referral.customer_id), referral)).collect(),
            introductions: introductions.into_iter().map(|row| (people.survivor(row.customer_id), row)).collect(),
            evidence: board,
            tally,
            watch,
            out: write::Writes::default(),
        })
    }
}

/// Locks the referrers whom the evidence points to, and then the program, where its terms count, and
/// reads what they count: nothing where they do not.
fn count(tx: &mut Tx<'_>, program: &Program, board: &mut Board, from: Instant, to: Instant) -> DbResult<Tally> {
    let wants = Wants::of_program(program);
    if !wants.referrers {
        return Ok(Tally::default());
    }
    let ids = board.known_referrers();
    board.relock(referrers::lock(tx, &ids)?);
    if wants.budget {
        terms::lock(tx)?;
    }
    Tally::read(tx, wants, &ids, from, to)
}

/// Locks the live commissions of `orders`; returns the moment that bookings on them carry.
fn lock_commissions(tx: &mut Tx<'_>, orders: &mut BTreeMap<SaleId, OrderState>, now: Instant) -> DbResult<Instant> {
    let existing: Vec<SaleId> = orders.keys().copied().collect();
    if existing.is_empty() {
        return Ok(now);
    }
    let rows = commissions::lock_live_of(tx, &existing)?;
    let ids: Vec<CommissionId> = rows.iter().map(|row| row.id).collect();
    let now = rows.iter().filter_map(|row| row.approved_at).fold(now, Instant::max);
    let now = commissions::not_before_changes(tx, &ids, now)?;
    for row in rows {
        if let Some(order) = orders.get_mut(&row.sale_id) {
            let place = if row.bonus_deal().is_some() { &mut order.bonus } else { &mut order.commission };
            *place = Some(row);
        }
    }
    Ok(now)
}

fn standings(tx: &mut Tx<'_>, people: &People) -> DbResult<HashMap<CustomerId, Standing>> {
    let mut standings: HashMap<CustomerId, Standing> = HashMap::new();
    for (id, row) in &people.rows {
        let past = people.past.get(id).copied().unwrap_or_default();
        standings.insert(*id, Standing { past, history_since: row.history_since, first_sale: None });
    }
    let known: Vec<CustomerId> = people.rows.keys().filter(|id| !people.created.contains(id)).copied().collect();
    if known.is_empty() {
        return Ok(standings);
    }
    for (customer, sale) in sale_lists::places_of(tx, &known)? {
        standings.entry(people.survivor(customer)).or_default().first_sale = Some(sale);
    }
    Ok(standings)
}

fn credited(orders: &BTreeMap<SaleId, OrderState>) -> impl Iterator<Item = ReferrerId> {
    orders.values().flat_map(|order| {
        let decided = match &order.sale.decision {
            Some(Json(Decision::Credit { referrer_id })) => Some(*referrer_id),
            _ => None,
        };
        // Who earned it so far may be known by nothing else any more.
        let earner = order.verdict.as_ref().and_then(|verdict| verdict.referrer_id);
        decided.into_iter().chain(order.sale.claimed_by).chain(earner)
    })
}
