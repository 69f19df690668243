//! Takes what a storefront sent: stored first, then understood and done, then settled. Whatever happens
//! in between, it is done again until it is settled, and doing it twice changes nothing.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::books::{Book, Books};
use super::cancel_sale::cancel_sale;
use super::record_sales::{SaleAnswer, SaleRequest};
use super::refund_sales::{RefundAnswer, RefundRequest, RefundView};
use super::refund_so_far::refund_so_far;
use crate::db::connections::{self, Connection};
use crate::db::inbound::{self, Inbound};
use crate::db::transact::WriteError;
use crate::db::types::Json;
use crate::db::{DbResult, Tx, restricted};
use crate::domain::field::not_ahead;
use crate::domain::id::{InboundId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::principal::Mode;
use crate::domain::sale::{OrderKey, SaleReport};
use crate::domain::storefront::pull::Pulled;
use crate::domain::storefront::{Delivered, Event, InboundStatus, map};

/// A verified message of a storefront.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it is about, in the shop's words.
    pub topic: String,
    /// The shop's number of it.
    pub key: String,
    /// Whether its headers call it a test.
    pub test: bool,
    /// The bytes as they came.
    pub body: Vec<u8>,
}

/// Messages that somebody else would have done by now, in seconds.
const LEFT_OVER_SECONDS: i64 = 60;

/// Messages taken up again in one go.
const LEFT_OVER_MAX: i64 = 20;

/// Bodies are kept this long, in days: long enough to mend a field map, no longer than people's data should lie about.
const BODY_DAYS: i64 = 30;

/// Bodies dropped in one go.
const FORGET_MAX: i64 = 500;

/// The longest reason that is kept, in characters.
const REASON_MAX: usize = 1_000;

/// The note of a connection's last delivery is renewed when it is this old, in seconds: it is for people.
const NOTE_SECONDS: i64 = 10;

/// Why an event could not be done.
enum Trouble {
    /// It never will be as it stands.
    Refused(String),
    /// The ledger cannot be written now.
    Later(WriteError),
}

/// Stores `incoming` in the ledger `home` of its connection and does what it asks for, in the sandbox if it
/// is a test. One that is known already is answered as it stands. Blocks.
///
/// # Errors
/// When it could not be stored; then nothing happened and the shop should send it again.
pub fn receive_delivery(home: &Book, books: &Books, connection: &Connection, incoming: Incoming) -> Result<Inbound, WriteError> {
    let now = home.clock.now();
    let id = connection.id;
    let row = Inbound {
        id: InboundId::new(now),
        connection_id: id,
        delivery_key: incoming.key,
        topic: incoming.topic,
        status: InboundStatus::Received,
        test: incoming.test,
        body: Some(incoming.body),
        error: None,
        outcome: Json(json!([])),
        attempts: 0,
        received_at: now,
        settled_at: None,
    };
    let stored = home.writer.write_blocking(move |tx, now| {
        connections::note_delivery(tx, id, now, now.plus_seconds(-NOTE_SECONDS))?;
        if inbound::insert_new(tx, &row)? {
            return Ok(row.clone());
        }
        Ok(inbound::by_key(tx, id, &row.delivery_key)?.unwrap_or_else(|| row.clone()))
    })?;
    if stored.status == InboundStatus::Received { Ok(apply(home, books, connection, stored)) } else { Ok(stored) }
}

/// An order that was fetched, as a message; the same order fetched again is the same message.
#[must_use]
pub fn incoming_of_pull(item: Pulled) -> Incoming {
    let print: String = hex::encode(Sha256::digest(&item.body)).chars().take(32).collect();
    Incoming { topic: item.topic.to_owned(), key: format!("pull:{print}"), test: false, body: item.body }
}

/// Takes up messages of the ledger `home` whose taker died before they were done. Returns how many. Blocks.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn resume_deliveries(home: &Book, books: &Books) -> Result<usize, WriteError> {
    let before = home.clock.now().plus_seconds(-LEFT_OVER_SECONDS);
    let rows = home.readers.read(move |conn| inbound::left_over(conn, before, LEFT_OVER_MAX))?;
    let count = rows.len();
    for mut row in rows {
        let id = row.connection_id;
        match home.readers.read(move |conn| connections::find(conn, id))? {
            Some(connection) => drop(apply(home, books, &connection, row)),
            None => {
                row.status = InboundStatus::Failed;
                row.error = Some("its connection was removed".to_owned());
                row.settled_at = Some(home.clock.now());
                home.writer.write_blocking(move |tx, _| inbound::settle(tx, &row))?;
            }
        }
    }
    Ok(count)
}

/// Drops the bodies of old messages; their numbers stay, so that none is done again.
///
/// # Errors
/// What the database reports.
pub fn forget_bodies(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    inbound::forget_bodies(tx, now.plus_days(-BODY_DAYS), FORGET_MAX)
}

/// Does a stored message, also again, and settles it. Blocks.
pub fn apply(home: &Book, books: &Books, connection: &Connection, row: Inbound) -> Inbound {
    let mut row = Inbound { attempts: row.attempts + 1, error: None, ..row };
    match act(home, books, connection, &mut row) {
        Ok(status) => {
            row.status = status;
            row.settled_at = Some(home.clock.now());
        }
        Err(Trouble::Refused(reason)) => {
            // It may quote what was sent: PostgreSQL takes no NUL, a terminal obeys control characters.
            let reason: String = reason.chars().filter(|sign| !sign.is_control()).take(REASON_MAX).collect();
            // The reason may quote what a buyer wrote; it is told with the message, not in the log.
            tracing::warn!(delivery = %row.id, connection = %connection.id, "a storefront's message failed");
            row.status = InboundStatus::Failed;
            row.error = Some(reason);
            row.settled_at = Some(home.clock.now());
        }
        Err(Trouble::Later(error)) => {
            tracing::warn!(delivery = %row.id, %error, "a storefront's message waits for the ledger");
            row.error = Some(error.to_string());
        }
    }
    let settled = row.clone();
    let about = sales_in(&row.outcome.0);
    let settle = move |tx: &mut Tx<'_>, _| {
        inbound::settle(tx, &settled)?;
        restricted::drop_if_erased(tx, settled.id, &about)
    };
    if let Err(error) = home.writer.write_blocking(settle) {
        tracing::warn!(delivery = %row.id, %error, "a storefront's message is not settled; it will be done again");
    }
    row
}

/// The orders that something was done about.
fn sales_in(outcome: &Value) -> Vec<SaleId> {
    let deeds = outcome.as_array().map(Vec::as_slice).unwrap_or_default();
    deeds.iter().filter_map(|deed| deed.get("sale_id")?.as_str()?.parse().ok()).collect()
}

fn act(home: &Book, books: &Books, connection: &Connection, row: &mut Inbound) -> Result<InboundStatus, Trouble> {
    let Some(body) = &row.body else {
        return Err(Trouble::Refused("the message is too old; its body is no longer kept".to_owned()));
    };
    let Json(code_sources) = &connection.code_sources;
    let delivered = Delivered {
        kind: connection.kind,
        source: &connection.source,
        topic: &row.topic,
        body,
        test: row.test,
        code_sources,
        currency: connection.currency,
        field_map: connection.field_map.as_ref().map(|Json(map)| map),
    };
    let mapped = map(&delivered).map_err(|fault| Trouble::Refused(fault.to_string()))?;
    if let Some(reason) = mapped.nothing {
        tracing::info!(delivery = %row.id, connection = %connection.id, reason, "a storefront's message asks for nothing");
        row.error = Some(reason);
        return Ok(InboundStatus::Ignored);
    }
    row.test = mapped.test;
    let actor = format!("connection:{}", connection.id);
    let sandbox;
    let book: &Book = if mapped.test && home.mode == Mode::Live {
        sandbox = books.of(Mode::Sandbox).map_err(|error| Trouble::Later(WriteError::Unavailable(error.to_string())))?;
        &sandbox
    } else {
        home
    };
    let mut outcome = Vec::with_capacity(mapped.events.len());
    for event in mapped.events {
        outcome.push(perform(book, event, &actor)?);
    }
    row.outcome = Json(Value::Array(outcome));
    Ok(InboundStatus::Applied)
}

fn later(error: WriteError) -> Trouble {
    match error {
        WriteError::Failed(reason) => Trouble::Refused(reason),
        error => Trouble::Later(error),
    }
}

/// Does one thing through the operation that the API uses for it.
fn perform(book: &Book, event: Event, actor: &str) -> Result<Value, Trouble> {
    match event {
        Event::Sale(report, amounts) => {
            check_times(&report, book.clock.now())?;
            let request = SaleRequest { report: *report, amounts, actor: actor.to_owned() };
            match book.record_sales.ask_blocking(request).map_err(later)? {
                SaleAnswer::Created(view) | SaleAnswer::Known(view) => Ok(json!({
                    "did": "sale", "sale_id": view.sale.id, "order_id": view.sale.order_id, "status": view.sale.status,
                    "base": view.sale.base, "currency": view.sale.currency,
                })),
                SaleAnswer::Conflict(id, fields) => Err(Trouble::Refused(format!(
                    "the order (sale {id}) was reported before as of the same moment and differs in {}",
                    fields.join(", ")
                ))),
            }
        }
        Event::Refund { order, refund_id, content } => {
            content.check().map_err(|fault| Trouble::Refused(format!("the refund's {} {}", fault.pointer, fault.message)))?;
            let request = RefundRequest { order: order.clone(), refund_id, content, actor: actor.to_owned() };
            refunded(&order, Some(book.refund_sales.ask_blocking(request).map_err(later)?))
        }
        Event::RefundedSoFar { order, charge, amount } => {
            let (key, actor) = (order.clone(), actor.to_owned());
            let write = move |tx: &mut Tx<'_>, now| refund_so_far(tx, now, &key, &charge, amount, &actor);
            refunded(&order, book.writer.write_blocking(write).map_err(later)?)
        }
        Event::Cancel(order) => {
            let (key, actor) = (order.clone(), actor.to_owned());
            let view = book.writer.write_blocking(move |tx, now| cancel_sale(tx, now, &key, &actor)).map_err(later)?;
            Ok(json!({ "did": "cancel", "sale_id": view.sale.id, "order_id": order.order_id }))
        }
    }
}

fn check_times(report: &SaleReport, now: Instant) -> Result<(), Trouble> {
    let times = [("occurred_at", report.content.occurred_at), ("paid_at", report.paid_at)];
    for (name, at) in times {
        if let Some(at) = at {
            not_ahead(name, at, now).map_err(|fault| Trouble::Refused(format!("the order's {name} {}", fault.message)))?;
        }
    }
    Ok(())
}

fn refunded(order: &OrderKey, answer: Option<RefundAnswer>) -> Result<Value, Trouble> {
    let show = |view: RefundView| {
        json!({
            "did": "refund", "refund_id": view.id, "sale_id": view.sale_id, "order_id": order.order_id,
            "applied": view.applied, "base_refunded": view.base_refunded,
        })
    };
    match answer {
        Some(RefundAnswer::Created(view) | RefundAnswer::Known(view)) => Ok(show(view)),
        Some(RefundAnswer::Conflict(fields)) => {
            Err(Trouble::Refused(format!("the refund was reported before and differs in {}", fields.join(", "))))
        }
        None => Ok(json!({ "did": "nothing", "order_id": order.order_id })),
    }
}
