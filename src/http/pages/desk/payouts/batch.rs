//! One batch: what it comes to, how it differs from the last, whom it pays and whom not, and what can be done with it.

mod ways;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, REFRESH};
use actix_web::web;
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use self::ways::Way;
use super::once;
use super::said::{self, BlockedRow, PayoutRow};
use super::who;
use crate::db::payout_batches::{self, Batch, Total};
use crate::db::payouts::{self, Payout, Wanted};
use crate::db::providers;
use crate::db::submissions::{self, Submission};
use crate::db::{Conn, DbResult, outward};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, NotPaid, Rail};
use crate::domain::provider::{Provider, SubmissionStatus};
use crate::http::api::payout_batch_view::{ShownDifference, difference};
use crate::http::callers::Caller;
use crate::http::pages::desk::naming::Names;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;

/// Payouts, and people left out, that the page shows itself; of more there is a list.
const SHOWN: i64 = 50;

/// People named who are new or missing.
const NAMED: usize = 5;

#[derive(Template)]
#[template(path = "http/pages/desk/payout_batch.html")]
struct Page {
    frame: Frame,
    id: BatchId,
    form_id: Uuid,
    title: String,
    state: String,
    /// Whether it is still being put together.
    preparing: bool,
    /// Whether it waits to be looked at.
    prepared: bool,
    /// Whether it may be paid.
    approved: bool,
    paused: Option<String>,
    faults: Vec<String>,
    facts: Vec<(String, String)>,
    sums: Vec<String>,
    totals: Vec<TotalRow>,
    changes: Option<Changes>,
    payouts: Vec<PayoutRow>,
    more_payouts: bool,
    not_paid: Vec<BlockedRow>,
    more_not_paid: bool,
    ways: Vec<Way>,
    /// Whether some of its payouts wait to be sent by a provider or to the shop.
    sends: bool,
    /// Whether a provider that pays them is connected.
    connected: bool,
    submissions: Vec<SubmissionRow>,
    /// Whether it can still be dropped.
    drops: bool,
    unsettled: bool,
}

/// Of one currency, rail and status.
struct TotalRow {
    currency: &'static str,
    rail: String,
    state: String,
    payouts: String,
    amount: String,
}

/// What is other than in the batch before.
struct Changes {
    before: BatchId,
    rows: Vec<ChangeRow>,
    new: String,
    missing: String,
}

struct ChangeRow {
    rail: String,
    now: String,
    then: String,
    change: String,
}

struct SubmissionRow {
    state: String,
    look: &'static str,
    payouts: String,
    error: Option<String>,
}

/// What the page is made of, read on one view of the ledger.
struct Read {
    batch: Batch,
    totals: Vec<Total>,
    payouts: Vec<Payout>,
    not_paid: Vec<NotPaid>,
    difference: Option<ShownDifference>,
    names: Names,
    paused: Option<String>,
    exported: Vec<(PayoutId, String)>,
    /// What waits to be paid, by rail.
    waiting: Vec<(Rail, i64)>,
    connected: bool,
    submissions: Vec<(Submission, i64)>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    done: Option<String>,
    fault: Option<String>,
}

pub(super) async fn show(desk: Desk, path: web::Path<Uuid>, query: Query<Shown>) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let frame = desk.frame("payouts").after(query.0.done.as_deref());
    let shown = desk.read(move |conn| read(conn, id)).await?.ok_or_else(|| ApiError::not_found("payout batch"))?;
    let faults = said::fault(&frame, query.0.fault.as_deref());
    let page = page(&desk, frame, shown, faults).await?;
    let mut answer = page.frame.page(&page)?;
    if page.preparing {
        answer.headers_mut().insert(REFRESH, HeaderValue::from(2_u32));
    }
    Ok(answer)
}

fn read(conn: &mut Conn<'_>, id: BatchId) -> DbResult<Option<Read>> {
    let Some(batch) = payout_batches::find(conn, id)? else { return Ok(None) };
    let totals = payout_batches::totals(conn, &[id])?;
    let wanted = Wanted { batch_id: Some(id), ..Wanted::default() };
    let payouts = payouts::list(conn, wanted, SHOWN + 1)?;
    let not_paid = payout_batches::left_out(conn, id, None, SHOWN + 1)?;
    let before = if batch.status == BatchStatus::Prepared { payout_batches::before(conn, id)? } else { None };
    let difference = before.map(|before| difference(conn, &totals, id, before)).transpose()?;
    let mut people: BTreeSet<ReferrerId> = payouts.iter().map(|row| row.referrer_id).collect();
    people.extend(not_paid.iter().map(|one| one.referrer_id));
    if let Some(found) = &difference {
        people.extend(found.new.referrer_ids.iter().take(NAMED).chain(found.missing.referrer_ids.iter().take(NAMED)));
    }
    let sizes = submissions::sizes_of(conn, id)?;
    let sent = submissions::of_batch(conn, id)?.into_iter().map(|row| {
        let size = sizes.get(&row.id).copied().unwrap_or(0);
        (row, size)
    });
    let submissions = sent.collect();
    Ok(Some(Read {
        names: Names::read(conn, &people, &BTreeSet::new())?,
        paused: outward::paused(conn)?,
        exported: payouts::exported(conn, id)?,
        waiting: ways::waiting(&totals),
        connected: providers::find(conn, Provider::Paypal)?.is_some(),
        submissions,
        batch,
        totals,
        payouts,
        not_paid,
        difference,
    }))
}

async fn page(caller: &Caller, frame: Frame, read: Read, faults: Vec<String>) -> Result<Page, ApiError> {
    let facts = facts(caller, &frame, &read.batch).await?;
    let Read { batch, totals, payouts, not_paid, difference, names, paused, exported, waiting, connected, submissions } = read;
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let sends = waiting.iter().any(|(rail, _)| matches!(rail, Rail::Paypal | Rail::StoreCredit));
    let open = matches!(batch.status, BatchStatus::Preparing | BatchStatus::Prepared | BatchStatus::Approved);
    Ok(Page {
        id: batch.id,
        form_id: once::fresh(),
        title: frame.tell("payouts-batch-of", &[("date", &frame.day(&batch.created_at))]),
        state: said::batch_state(&frame, batch.status),
        preparing: batch.status == BatchStatus::Preparing,
        prepared: batch.status == BatchStatus::Prepared,
        approved: matches!(batch.status, BatchStatus::Approved | BatchStatus::Done),
        paused,
        faults,
        facts,
        sums: sums(&frame, &totals),
        totals: totals.iter().map(|total| total_row(&frame, total)).collect(),
        changes: difference.map(|found| changes(&frame, &found, &names)),
        more_payouts: payouts.len() > shown,
        payouts: payouts.iter().take(shown).map(|row| PayoutRow::of(&frame, row, &names)).collect(),
        more_not_paid: not_paid.len() > shown,
        not_paid: not_paid.iter().take(shown).map(|one| BlockedRow::left(&frame, one, &names)).collect(),
        drops: open && exported.is_empty() && submissions.is_empty(),
        unsettled: !waiting.is_empty(),
        ways: ways::ways(&frame, &waiting, &exported),
        sends,
        connected,
        submissions: submissions.iter().map(|(row, size)| submission_row(&frame, row, *size)).collect(),
        frame,
    })
}

/// Who did what when, and what is frozen.
async fn facts(caller: &Caller, frame: &Frame, batch: &Batch) -> Result<Vec<(String, String)>, ApiError> {
    let mut facts = Vec::new();
    let mut add = |key: &str, text: String| facts.push((frame.say(key), text));
    if batch.bounded {
        add("payouts-cutoff", frame.time(&batch.cutoff));
    }
    if batch.sweep {
        add("payouts-sweep", frame.say("yes"));
    }
    let by = |name: String, when: String| frame.tell("payouts-by", &[("name", &name), ("when", &when)]);
    let prepared = who::named(caller, frame, &batch.prepared_by).await?;
    add("payouts-prepared", by(prepared, frame.time(&batch.created_at)));
    if let (Some(actor), Some(at)) = (&batch.approved_by, &batch.approved_at) {
        let approved = who::named(caller, frame, actor).await?;
        add("payouts-approved", by(approved, frame.time(at)));
    }
    if let Some(hash) = &batch.hash {
        add("payouts-hash", hash.clone());
    }
    Ok(facts)
}

/// What moves, a sum a currency.
fn sums(frame: &Frame, totals: &[Total]) -> Vec<String> {
    let mut sums: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
    for total in totals.iter().filter(|total| total.rail != Rail::Offset) {
        let (people, amount) = sums.entry(total.currency).or_default();
        *people += total.payouts;
        *amount += total.amount;
    }
    let one = |(currency, (people, amount)): (&Currency, &(i64, i64))| {
        let (sum, number) = (frame.amount(amount, currency), frame.number(people));
        frame.count("payouts-sum", *people, &[("sum", &sum), ("number", &number)])
    };
    sums.iter().map(one).collect()
}

fn total_row(frame: &Frame, total: &Total) -> TotalRow {
    TotalRow {
        currency: total.currency.code(),
        rail: said::rail(frame, total.rail),
        state: said::payout_state(frame, total.status),
        payouts: frame.number(&total.payouts),
        amount: frame.amount(&total.amount, &total.currency),
    }
}

fn changes(frame: &Frame, found: &ShownDifference, names: &Names) -> Changes {
    let row = |shift: &crate::http::api::payout_batch_view::ShownShift| {
        let amount = |amount: i64| frame.amount(&amount, &shift.currency);
        let sign = if shift.amount > shift.amount_before { "+" } else { "" };
        ChangeRow {
            rail: format!("{}, {}", said::rail(frame, shift.rail), shift.currency.code()),
            now: amount(shift.amount),
            then: amount(shift.amount_before),
            change: format!("{sign}{}", amount(shift.amount - shift.amount_before)),
        }
    };
    let people = |key: &str, count: usize, ids: &[ReferrerId]| {
        let who: Vec<String> = ids.iter().take(NAMED).map(|id| names.referrer(frame, *id)).collect();
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        frame.count(key, count, &[("number", &frame.number(&count)), ("names", &who.join(", "))])
    };
    Changes {
        before: found.batch_id,
        rows: found.totals.iter().map(row).collect(),
        new: people("payouts-new-people", found.new.count, &found.new.referrer_ids),
        missing: people("payouts-missing-people", found.missing.count, &found.missing.referrer_ids),
    }
}

fn submission_row(frame: &Frame, row: &Submission, size: i64) -> SubmissionRow {
    SubmissionRow {
        state: frame.say(&format!("payouts-sending-{}", row.status.as_db())),
        look: match row.status {
            SubmissionStatus::Done => "good",
            SubmissionStatus::Refused | SubmissionStatus::Undecided => "bad",
            SubmissionStatus::Doubtful => "warn",
            SubmissionStatus::Waiting | SubmissionStatus::Taken => "",
        },
        payouts: frame.count("payouts-payouts", size, &[("number", &frame.number(&size))]),
        error: row.error.clone(),
    }
}
