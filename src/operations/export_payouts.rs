//! Reads the payouts of an approved batch as payments to be made. What was sealed is opened for the moment it
//! takes to write the file; once the file is there, `hand_out_payouts` notes that it leaves.

use std::collections::HashMap;

use jiff::civil::Date;

use super::set_payer::payer;
use crate::db::payout_methods::Method;
use crate::db::payouts::{self, Payout};
use crate::db::{Conn, DbFault, DbResult, customers, outward, payout_batches, referrers, terms};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payer::Payer;
use crate::domain::payment::{Order, Run};
use crate::domain::payout::{BatchStatus, PayoutStatus, Rail};
use crate::domain::payout_details::PayoutDetails;
use crate::vault::Vault;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Request {
    /// Of which batch.
    pub batch_id: BatchId,
    /// In which format, for the record.
    pub format: &'static str,
    /// Of which rail; none for all.
    pub rail: Option<Rail>,
    /// Opens the details.
    pub vault: Vault,
    /// Who takes them.
    pub actor: String,
}

impl Request {
    /// Whether what is handed out is made to be paid. The table of all rails is for reading too.
    #[must_use]
    pub const fn pays(&self) -> bool {
        self.rail.is_some()
    }
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing leaves the house; why.
    Paused(String),
    /// There is no such batch.
    NoBatch,
    /// Nobody has approved it, or nothing of it is left.
    NotApproved(BatchStatus),
    /// Some of these payouts left in a file of another format, which may be on its way to be paid.
    LeftAs(String),
    /// A payout's details do not open: they were sealed with another key.
    Sealed(PayoutId),
    /// The payments.
    Orders(Box<Export>),
}

/// Payments to be made.
#[derive(Debug, Clone)]
pub struct Export {
    batch_id: BatchId,
    approved_at: Instant,
    payer: Payer,
    /// Today, where the shop is.
    today: Date,
    /// What of the batch is still to be paid, ascending by id.
    orders: Vec<Order>,
}

impl Export {
    /// Which payouts these are.
    #[must_use]
    pub fn ids(&self) -> Vec<PayoutId> {
        self.orders.iter().map(|order| order.payout_id).collect()
    }

    /// The payments as files are made of them, to be executed on that day or today.
    #[must_use]
    pub fn run(&self, execute_on: Option<Date>) -> Run<'_> {
        Run {
            batch_id: self.batch_id,
            approved_at: self.approved_at,
            execute_on: execute_on.unwrap_or(self.today),
            payer: &self.payer,
            orders: &self.orders,
        }
    }
}

/// Reads what of a batch is still to be paid by one rail, or by all.
///
/// # Errors
/// What the database reports.
pub fn export_payouts(conn: &mut Conn<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    if let Some(why) = outward::paused(conn)? {
        return Ok(Outcome::Paused(why));
    }
    let Some(batch) = payout_batches::find(conn, request.batch_id)? else { return Ok(Outcome::NoBatch) };
    let (BatchStatus::Approved | BatchStatus::Done, Some(approved_at)) = (batch.status, batch.approved_at) else {
        return Ok(Outcome::NotApproved(batch.status));
    };
    let mut rows = payouts::of_batch(conn, batch.id)?;
    let wanted = |rail: Rail| rail != Rail::Offset && request.rail.is_none_or(|wanted| wanted == rail);
    rows.retain(|row| row.status == PayoutStatus::Approved && wanted(row.rail));
    rows.sort_unstable_by_key(|row| row.id);
    if request.pays()
        && let Some(other) = left_as_other(conn, request, &rows)?
    {
        return Ok(Outcome::LeftAs(other));
    }
    let sealed = payouts::details_of_batch(conn, batch.id)?.into_iter().filter_map(|(id, sealed)| Some((id, sealed?))).collect();
    let orders = match orders(conn, &request.vault, &rows, &sealed)? {
        Ok(orders) => orders,
        Err(sealed) => return Ok(Outcome::Sealed(sealed)),
    };
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let zone = program.current().map(|version| version.terms.timezone.clone()).unwrap_or_default();
    let payer = payer(conn)?;
    Ok(Outcome::Orders(Box::new(Export { batch_id: batch.id, approved_at, payer, today: now.date_in(&zone), orders })))
}

/// The format in which one of these payouts has left, if it is another one.
fn left_as_other(conn: &mut Conn<'_>, request: &Request, rows: &[Payout]) -> DbResult<Option<String>> {
    let mut left: HashMap<PayoutId, String> = payouts::exported(conn, request.batch_id)?.into_iter().collect();
    let formats = rows.iter().filter_map(|row| left.remove(&row.id));
    Ok(formats.into_iter().find(|format| *format != request.format))
}

/// The payments, or the first payout whose details do not open.
fn orders(
    conn: &mut Conn<'_>,
    vault: &Vault,
    rows: &[Payout],
    sealed: &HashMap<PayoutId, String>,
) -> DbResult<Result<Vec<Order>, PayoutId>> {
    let unnamed: Vec<ReferrerId> = rows.iter().filter(|row| !sealed.contains_key(&row.id)).map(|row| row.referrer_id).collect();
    let names = names(conn, &unnamed)?;
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        let details = match sealed.get(&row.id) {
            Some(sealed) => opened(vault, row.referrer_id, sealed),
            // Where no details are asked for, the owner knows how to pay: the file names the person.
            None => names.get(&row.referrer_id).map(|name| PayoutDetails::Manual { name: name.clone(), address: Vec::new() }),
        };
        let Some(details) = details else { return Ok(Err(row.id)) };
        let (payout_id, referrer_id) = (row.id, row.referrer_id);
        orders.push(Order { payout_id, referrer_id, amount: row.amount, currency: row.currency, details });
    }
    Ok(Ok(orders))
}

fn opened(vault: &Vault, referrer: ReferrerId, sealed: &str) -> Option<PayoutDetails> {
    let plain = vault.open(&Method::seal_place(referrer), sealed).ok()?;
    serde_json::from_str(&plain).ok()
}

/// What the shop calls these people.
fn names(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<HashMap<ReferrerId, String>> {
    let rows = referrers::find_all(conn, ids)?;
    let people = customers::find_all(conn, &rows.iter().map(|row| row.customer_id).collect::<Vec<_>>())?;
    let named: HashMap<_, _> = people.into_iter().map(|person| (person.id, person.name)).collect();
    let name = |row: &referrers::Referrer| named.get(&row.customer_id).cloned().flatten().unwrap_or_else(|| row.id.to_string());
    Ok(rows.iter().map(|row| (row.id, name(row))).collect())
}
