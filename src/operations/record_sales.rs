//! Records orders: every one is stored and judged, never refused for a business reason.

use std::collections::HashSet;

use super::fold::{Cause, Evidence, Fold, OrderState, Revision, SaleView, states};
use super::resolve_customers::{People, resolve};
use crate::db::sales::{self, SaleRow};
use crate::db::types::{AnyId, ChangeCause, Json};
use crate::db::{DbFault, DbResult, Tx, erasure};
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{CustomerId, RevisionId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::sale::{Amounts, Hint, OrderKey, SaleReport, SaleStatus, differences};

/// One report of an order, checked, with what its content comes to.
#[derive(Debug, Clone)]
pub struct SaleRequest {
    /// The report.
    pub report: SaleReport,
    /// Worked out when the report was parsed.
    pub amounts: Amounts,
    /// Who reports.
    pub actor: String,
}

/// What became of a report.
#[derive(Debug, Clone)]
pub enum SaleAnswer {
    /// The order is new.
    Created(Box<SaleView>),
    /// The order was known: a repetition, a status that moved, or a revision.
    Known(Box<SaleView>),
    /// This version was reported before with other content: the fields that differ. Nothing changed.
    Conflict(SaleId, Vec<&'static str>),
}

/// Records a slice of reports in one transaction, in slice order, and answers each.
///
/// # Errors
/// What the database reports; `lost_race` when another process was first with an order or customer.
pub fn record_sales(tx: &mut Tx<'_>, now: Instant, requests: &[SaleRequest]) -> DbResult<Vec<SaleAnswer>> {
    let keys: Vec<OrderKey> = requests.iter().map(|request| request.report.order.clone()).collect();
    let rows = sales::lock_by_keys(tx, &keys)?;
    let buyers: Vec<CustomerId> = rows.iter().filter_map(|row| row.customer_id).collect();
    let forgotten = forgotten(tx, &rows, &buyers)?;
    let orders = states(tx, rows)?;
    let told = |request: &SaleRequest| !forgotten.contains(&request.report.order);
    let facts: Vec<Option<&CustomerFacts>> =
        requests.iter().map(|request| request.report.customer.as_ref().filter(|_| told(request))).collect();
    let people = resolve(tx, now, &facts, &buyers)?;
    let reported: Vec<Evidence<'_>> = requests.iter().map(|request| evidence_of(&request.report)).collect();
    let earliest = requests.iter().filter_map(|request| request.report.content.occurred_at).fold(now, Instant::min);
    let mut fold = Fold::open(tx, now, orders, &people, &reported, earliest)?;
    let mut answers = Vec::with_capacity(requests.len());
    for (place, request) in requests.iter().enumerate() {
        let customer = people.of.get(place).copied().flatten();
        fold.learn(customer, request.report.customer.as_ref());
        answers.push(record(&mut fold, now, request, customer, told(request), &people)?);
    }
    fold.finish(tx)?;
    Ok(answers)
}

/// The orders whose buyers were erased. Whatever a shop tells of these people again is not heard. An erasure locks a
/// person's orders first, so it has ended or begins after this.
fn forgotten(tx: &mut Tx<'_>, rows: &[SaleRow], buyers: &[CustomerId]) -> DbResult<HashSet<OrderKey>> {
    if buyers.is_empty() {
        return Ok(HashSet::new());
    }
    let erased: HashSet<CustomerId> = erasure::erased_among(tx, buyers)?.into_iter().collect();
    Ok(rows.iter().filter(|row| row.customer_id.is_some_and(|id| erased.contains(&id))).map(SaleRow::key).collect())
}

/// The buyer's answer as it is to be kept: words that were erased from the order do not come back with a later report,
/// nor does somebody who was erased say anything more.
fn hint_of(order: &OrderState, report: &SaleReport, told: bool) -> Option<Hint> {
    let blank = !told || order.revisions.values().any(|revision| revision.hint.as_ref().is_some_and(Hint::is_blank));
    report.referred_by.clone().map(|hint| if blank { Hint::blank() } else { hint })
}

fn evidence_of(report: &SaleReport) -> Evidence<'_> {
    Evidence {
        codes: &report.content.codes,
        reference: report.content.reference.as_deref(),
        hint: report.referred_by.as_ref(),
        signals: &report.signals,
    }
}

fn record(
    fold: &mut Fold,
    now: Instant,
    request: &SaleRequest,
    customer: Option<CustomerId>,
    told: bool,
    people: &People,
) -> DbResult<SaleAnswer> {
    let report = &request.report;
    let id = fold.find(&report.order).unwrap_or_else(|| fold.begin(&report.order));
    let order = fold.order(id).ok_or(DbFault::NotFound)?;
    let first = order.revisions.is_empty();
    if let Some(stored) = order.revisions.get(&report.version) {
        let differing = differences(&stored.content, &report.content);
        if !differing.is_empty() {
            return Ok(SaleAnswer::Conflict(id, differing));
        }
        if fold.advance(id, report.status, report.paid_at) {
            let revision = fold.order(id).and_then(|order| order.current().map(|(_, revision)| revision.id));
            fold.settle(id, cause(report.status, id, revision, request));
        }
        return view(fold, id).map(SaleAnswer::Known);
    }
    let revision = Revision {
        id: RevisionId::new(now),
        content: report.content.clone(),
        amounts: request.amounts.clone(),
        hint: hint_of(order, report, told),
    };
    let revision_id = revision.id;
    fold.advance(id, report.status, report.paid_at);
    fold.add_revision(id, report.version, revision);
    fold.mark(id, if told { report.signals.as_slice() } else { &[] }, report.content.occurred_at.unwrap_or(now));
    fold.amend(id, |sale| describe(sale, request, customer, first, people, now));
    if let (true, Some(customer)) = (report.history && first, customer) {
        fold.remember(customer, report.content.occurred_at.unwrap_or(now));
    }
    fold.settle(id, cause(SaleStatus::Paid, id, Some(revision_id), request));
    let view = view(fold, id)?;
    Ok(if first { SaleAnswer::Created(view) } else { SaleAnswer::Known(view) })
}

fn view(fold: &Fold, id: SaleId) -> DbResult<Box<SaleView>> {
    fold.order(id).map(|order| Box::new(order.view())).ok_or(DbFault::NotFound)
}

/// What the report says beside its content: the highest version that names a buyer is right about
/// him; history and metadata are those of the first report.
fn describe(sale: &mut SaleRow, request: &SaleRequest, customer: Option<CustomerId>, first: bool, people: &People, now: Instant) {
    let report = &request.report;
    if first {
        sale.history = report.history;
        sale.metadata = Json(report.metadata.clone());
        sale.occurred_at = now;
    }
    let Some(customer) = customer.filter(|_| sale.customer_version.is_none_or(|version| version <= report.version)) else {
        return;
    };
    let same = sale.customer_id.is_some_and(|known| people.survivor(known) == customer);
    if !same {
        sale.customer_id = Some(customer);
        sale.first_sale = false;
        sale.holds_place = false;
    }
    sale.customer_version = Some(report.version);
}

fn cause<'a>(moved_to: SaleStatus, sale: SaleId, revision: Option<RevisionId>, request: &'a SaleRequest) -> Cause<'a> {
    let (kind, id) = match (moved_to, revision) {
        (SaleStatus::Placed | SaleStatus::Paid, Some(revision)) => (ChangeCause::Revision, AnyId::from_uuid(revision.uuid())),
        _ => (ChangeCause::Cancel, AnyId::from_uuid(sale.uuid())),
    };
    Cause { kind, id, actor: &request.actor, note: None }
}
