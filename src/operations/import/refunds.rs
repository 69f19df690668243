//! What went back, by credit notes, by the sums that shops write beside an order, and by negative rows.

use std::collections::HashMap;
use std::sync::Arc;

use super::orders::{poisoned, spread};
use super::run::{ImportError, Run};
use crate::db::commissions;
use crate::db::import_results::{self, ResultRow};
use crate::db::sales::{self, SaleRow};
use crate::db::transact::WriteError;
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, imports};
use crate::domain::id::{ImportId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::intake::RowOutcome;
use crate::domain::intake::order::Credit;
use crate::domain::refund::RefundContent;
use crate::domain::sale::OrderKey;
use crate::operations::refund_sales::{RefundAnswer, RefundRequest, refund_sales};

/// Something that went back.
#[derive(Clone)]
pub(super) struct Back {
    order: OrderKey,
    how: How,
    /// The order's first row in the file.
    line: u32,
    /// Where the rows have no other result than this.
    own: Option<(ResultRow, Vec<u32>)>,
}

#[derive(Clone)]
enum How {
    /// A credit note: its number and amount.
    Note(String, i64),
    /// What went back so far in all; the difference to what is known is booked.
    UpTo(i64),
    /// All of it, in the file's words `refunded`.
    All(i64),
}

impl Back {
    pub(super) fn credit(credit: Credit, first: ResultRow, rows: Vec<u32>) -> Self {
        let line = rows.first().copied().unwrap_or_default();
        Self { order: credit.order, how: How::Note(credit.refund_id, credit.amount), line, own: Some((first, rows)) }
    }

    /// What the rows of a sale say went back of it.
    pub(super) fn of_sale(
        order: &OrderKey,
        line: u32,
        refunded: Option<Option<i64>>,
        returned: Option<i64>,
        total: i64,
    ) -> Vec<Self> {
        let back = |how| Self { order: order.clone(), how, line, own: None };
        let stated = refunded.map(|amount| match amount {
            Some(amount) => How::UpTo(amount),
            None => How::All(total),
        });
        let rows = returned.map(|amount| How::Note(format!("{}-returned", order.order_id), amount));
        stated.into_iter().chain(rows).map(back).collect()
    }

    fn amount(&self) -> i64 {
        let (How::Note(_, amount) | How::UpTo(amount) | How::All(amount)) = &self.how;
        *amount
    }

    /// The refund to book, given what is known to have gone back; none when that covers it.
    fn request(&self, known: &Known, actor: &str) -> Option<RefundRequest> {
        let (refund_id, amount) = match &self.how {
            How::Note(number, amount) => (number.clone(), Some(*amount)),
            How::UpTo(upto) if known.everything || known.amount >= *upto => return None,
            How::UpTo(upto) => (format!("{}-refunded-{upto}", self.order.order_id), Some(upto - known.amount)),
            How::All(total) if known.everything || (known.amount > 0 && known.amount >= *total) => return None,
            How::All(_) => (format!("{}-refunded", self.order.order_id), None),
        };
        let content = RefundContent { amount, ..RefundContent::default() };
        Some(RefundRequest { order: self.order.clone(), refund_id, content, actor: actor.to_owned() })
    }
}

/// What is known to have gone back of an order.
#[derive(Default)]
struct Known {
    amount: i64,
    everything: bool,
}

/// Books what went back, and leaves the results.
pub(super) fn write(run: &Run<'_>, backs: Vec<Back>, position: i64) -> Result<(), ImportError> {
    let backs = Arc::new(backs);
    match commit(run, &backs, position) {
        Err(ImportError::Ledger(WriteError::Failed(fault))) => {
            tracing::error!(fault, "a slice of refunds failed and is split");
            for back in backs.iter() {
                one_by_one(run, back, position)?;
            }
            Ok(())
        }
        written => written,
    }
}

fn one_by_one(run: &Run<'_>, back: &Back, position: i64) -> Result<(), ImportError> {
    match commit(run, &Arc::new(vec![back.clone()]), position) {
        Err(ImportError::Ledger(WriteError::Failed(_))) => {
            let (id, token, line) = (run.id, run.token, back.line);
            run.patiently(|| {
                run.book.writer.write_blocking(move |tx, _| {
                    import_results::insert(tx, &[poisoned(id, line)])?;
                    imports::advance(tx, id, token, position)
                })
            })
        }
        written => written,
    }
}

fn commit(run: &Run<'_>, backs: &Arc<Vec<Back>>, position: i64) -> Result<(), ImportError> {
    let (id, token, actor) = (run.id, run.token, run.actor.clone());
    run.patiently(|| {
        let (backs, actor) = (Arc::clone(backs), actor.clone());
        run.book.writer.write_blocking(move |tx, now| {
            if !imports::advance(tx, id, token, position)? {
                return Ok(false);
            }
            book(tx, now, id, &backs, &actor).map(|()| true)
        })
    })
}

fn book(tx: &mut Tx<'_>, now: Instant, id: ImportId, backs: &[Back], actor: &str) -> DbResult<()> {
    let keys: Vec<OrderKey> = backs.iter().map(|back| back.order.clone()).collect();
    let mut known = known(tx, &keys)?;
    let mut asked: Vec<(usize, RefundRequest)> = Vec::new();
    for (place, back) in backs.iter().enumerate() {
        let of_order = known.entry(back.order.clone()).or_default();
        if let Some(request) = back.request(of_order, actor) {
            of_order.amount = of_order.amount.saturating_add(request.content.amount.unwrap_or(0));
            of_order.everything |= request.content.amount.is_none();
            asked.push((place, request));
        }
    }
    let (places, requests): (Vec<usize>, Vec<RefundRequest>) = asked.into_iter().unzip();
    let answers = if requests.is_empty() { Vec::new() } else { refund_sales(tx, now, &requests)? };
    let answers: HashMap<usize, RefundAnswer> = places.into_iter().zip(answers).collect();
    let mut results = Vec::new();
    for (place, back) in backs.iter().enumerate() {
        match &back.own {
            Some((first, rows)) => results.extend(spread(&answered(first, answers.get(&place)), rows)),
            None => import_results::note_refund(tx, id, back.line, back.amount())?,
        }
    }
    import_results::insert(tx, &results)
}

/// What is known to have gone back of these orders, under their locks.
fn known(tx: &mut Tx<'_>, keys: &[OrderKey]) -> DbResult<HashMap<OrderKey, Known>> {
    let rows = sales::lock_by_keys(tx, keys)?;
    let ids: Vec<SaleId> = rows.iter().map(|row| row.id).collect();
    let by_id: HashMap<SaleId, OrderKey> = rows.iter().map(|row: &SaleRow| (row.id, row.key())).collect();
    let mut known: HashMap<OrderKey, Known> = HashMap::new();
    for refund in commissions::refunds_of(tx, &ids)? {
        let Some(key) = by_id.get(&refund.sale_id) else { continue };
        let Json(content) = refund.content;
        let of_order = known.entry(key.clone()).or_default();
        of_order.amount = of_order.amount.saturating_add(content.amount.unwrap_or(0));
        of_order.everything |= content.amount.is_none() && content.lines.is_empty();
    }
    Ok(known)
}

fn answered(first: &ResultRow, answer: Option<&RefundAnswer>) -> ResultRow {
    let mut row = first.clone();
    match answer {
        Some(RefundAnswer::Created(view)) => {
            row.outcome = if view.applied { RowOutcome::Refunded } else { RowOutcome::Parked };
            row.subject_id = Some(AnyId::from_uuid(view.id.uuid()));
        }
        Some(RefundAnswer::Known(view)) => {
            row.outcome = RowOutcome::Known;
            row.subject_id = Some(AnyId::from_uuid(view.id.uuid()));
        }
        Some(RefundAnswer::Conflict(fields)) => {
            row.outcome = RowOutcome::Differs;
            row.refunded = None;
            row.code = Some("refund_differs".to_owned());
            let names = fields.join(", ");
            row.message = Some(format!("this refund was reported before and differs in {names}; nothing was changed"));
        }
        None => row.outcome = RowOutcome::Known,
    }
    row
}
