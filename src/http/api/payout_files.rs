//! Files between the house and banks: payment files of an approved batch, and status files that come back.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Bytes, Path, ServiceConfig, get, post, resource};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{payout_batches, payouts};
use crate::domain::field::FieldError;
use crate::domain::id::{BatchId, PayoutId};
use crate::domain::payout::{PayoutStatus, Rail};
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::http::upload::Upload;
use crate::operations::export_payouts::{self, Outcome, export_payouts};
use crate::operations::hand_out_payouts::hand_out_payouts;
use crate::operations::settle_by_report::{SLICE, Taken, Told, settle_by_report};
use crate::rails::status::{self, Line, Match, Names, Report};
use crate::rails::{FORMATS, Format, Unwritten};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payout-batches/{id}/files/{format}").route(get().to(export)))
        .service(resource("/v1/payout-batches/{id}/status-file").route(post().to(take_status)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    execute_on: Option<String>,
}

async fn export(caller: Auditor, path: Path<(Uuid, String)>, Query(query): Query<ExportQuery>) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let format = Format::named(&name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        ApiError::not_found(format!("format; there are {}", names.join(", ")))
    })?;
    let execute_on = query.execute_on.as_deref().map(day).transpose()?;
    payment_file(&caller, BatchId::from_uuid(id), format, execute_on).await
}

/// Hands out the file of an approved batch in this format.
///
/// # Errors
/// 404 for no batch, 409 when it cannot be handed out, and why.
pub(in crate::http) async fn payment_file(
    caller: &Caller,
    batch_id: BatchId,
    format: Format,
    execute_on: Option<Date>,
) -> Result<HttpResponse, ApiError> {
    let request = export_payouts::Request {
        batch_id,
        format: format.name,
        rail: format.rail,
        vault: caller.app.vault.clone(),
        actor: caller.principal.actor(),
    };
    let (now, wanted) = (caller.now(), request.clone());
    let export = match caller.read(move |conn| export_payouts(conn, now, &wanted)).await? {
        Outcome::Orders(export) => *export,
        Outcome::Paused(why) => return Err(ApiError::paused(&why)),
        Outcome::NoBatch => return Err(ApiError::not_found("payout batch")),
        Outcome::NotApproved(status) => {
            let said = format!("this batch is {}; only an approved one is paid", status.as_db());
            return Err(ApiError::conflict("not_approved", said));
        }
        Outcome::LeftAs(format) => {
            let said = format!("some of these payouts left as {format}, which may be on its way to be paid; settle those first");
            return Err(ApiError::conflict("exported", said));
        }
        Outcome::Sealed(id) => {
            let said = format!("the details of payout {id} were sealed with another key; enter them again");
            return Err(ApiError::conflict("details_sealed", said));
        }
    };
    // Thousands of lines, or a document to be set: no work for the threads that answer requests.
    let ids = export.ids();
    let written = actix_web::web::block(move || format.write_one(&export.run(execute_on))).await;
    let file = written.map_err(|error| ApiError::internal(error.to_string()))?.map_err(refused)?;
    if !caller.write(move |tx, now| hand_out_payouts(tx, now, &request, &ids)).await? {
        return Err(ApiError::conflict("changed", "some of these payouts have moved meanwhile; ask for the file again"));
    }
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(file.bytes))
}

pub(in crate::http) fn day(text: &str) -> Result<Date, FieldError> {
    text.parse().map_err(|_| FieldError::new("?execute_on", "invalid_date", "is not a date such as 2026-11-30"))
}

fn refused(why: Unwritten) -> ApiError {
    match why {
        Unwritten::Fault(cause) => ApiError::internal(cause),
        Unwritten::Nothing => ApiError::conflict("nothing_to_pay", "nothing of this batch is still to be paid this way"),
        Unwritten::PayerIncomplete(faults) => {
            let fields: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            let said = format!("this file needs more of the payer: set {} with PATCH /v1/payer", fields.join(" and "));
            ApiError::conflict_with("payer_incomplete", said, faults)
        }
        Unwritten::Order(..) | Unwritten::Batch(_) => ApiError::conflict("does_not_fit", why.to_string()),
    }
}

/// How a bank's report was taken.
#[derive(Debug, Serialize)]
pub(in crate::http) struct ShownReport {
    batch_id: BatchId,
    /// How many were booked now.
    pub(in crate::http) settled: usize,
    pub(in crate::http) lines: Vec<ShownLine>,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct ShownLine {
    pub(in crate::http) number: usize,
    pub(in crate::http) key: String,
    pub(in crate::http) outcome: ShownTaken,
    pub(in crate::http) code: String,
    pub(in crate::http) words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::http) payout_id: Option<PayoutId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<PayoutStatus>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum ShownTaken {
    Settled,
    Unchanged,
    Refused,
    InProgress,
    OtherAmount,
    Unknown,
    Ambiguous,
}

impl From<Taken> for ShownTaken {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Settled => Self::Settled,
            Taken::Unchanged => Self::Unchanged,
            Taken::Refused => Self::Refused,
            Taken::InProgress => Self::InProgress,
            Taken::OtherAmount => Self::OtherAmount,
            Taken::NotInBatch => Self::Unknown,
        }
    }
}

async fn take_status(caller: Owner, path: Path<Uuid>, Upload(bytes): Upload) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(take_report(&caller, BatchId::from_uuid(path.into_inner()), bytes).await?))
}

/// Books what a bank's or provider's file says of the payouts of a batch.
///
/// # Errors
/// 404 for no batch, 409 for another batch's file, 422 for what is no such file.
pub(in crate::http) async fn take_report(caller: &Caller, batch_id: BatchId, bytes: Bytes) -> Result<ShownReport, ApiError> {
    let report =
        actix_web::web::block(move || status::read(&bytes)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    let report = report.map_err(|why| FieldError::new("", "unreadable_file", why.to_string()))?;
    let rows = caller.read(move |conn| match payout_batches::find(conn, batch_id)? {
        Some(_) => payouts::of_batch(conn, batch_id).map(Some),
        None => Ok(None),
    });
    let rows = rows.await?.ok_or_else(|| ApiError::not_found("payout batch"))?;
    if report.message.as_deref().is_some_and(|message| !is_ours(message, batch_id)) {
        return Err(ApiError::conflict("other_file", "this file answers another payment file; upload it to that one's batch"));
    }
    let lines = lines_of(report, &rows);
    let mut shown = Vec::with_capacity(lines.len());
    for slice in lines.chunks(SLICE) {
        shown.extend(book(caller, batch_id, slice).await?);
    }
    let settled = shown.iter().filter(|line| matches!(line.outcome, ShownTaken::Settled)).count();
    Ok(ShownReport { batch_id, settled, lines: shown })
}

/// Whether a bank's name of our file is the one that the batch's file had.
fn is_ours(message: &str, batch_id: BatchId) -> bool {
    message.eq_ignore_ascii_case(&batch_id.uuid().simple().to_string())
}

/// The lines with the payouts they mean. What is said of all others stands behind them, for each payout of
/// the bank file that has not ended.
fn lines_of(report: Report, rows: &[payouts::Payout]) -> Vec<(Line, Match)> {
    let mut names = Names::of(rows.iter().map(|row| row.id));
    let mut with_name = |line: Line| {
        let found = names.find(&line.key);
        (line, found)
    };
    let mut lines: Vec<(Line, Match)> = report.lines.into_iter().map(&mut with_name).collect();
    if let Some(fate) = report.others {
        let one = |(_, found): &(Line, Match)| match found {
            Match::One(id) => Some(*id),
            Match::None | Match::Several => None,
        };
        let named: HashSet<PayoutId> = lines.iter().filter_map(one).collect();
        let open = |row: &&payouts::Payout| row.rail == Rail::Sepa && row.status == PayoutStatus::Approved;
        let others = rows.iter().filter(open).filter(|row| !named.contains(&row.id));
        let first = lines.len() + 1;
        lines.extend(others.enumerate().map(|(place, row)| {
            let key = row.id.uuid().simple().to_string();
            (Line { number: first + place, key, amount: None, fate: fate.clone() }, Match::One(row.id))
        }));
    }
    lines
}

/// Books a slice of lines, and shows how each was taken.
async fn book(caller: &Caller, batch_id: BatchId, slice: &[(Line, Match)]) -> Result<Vec<ShownLine>, ApiError> {
    let told = |(line, found): &(Line, Match)| match found {
        Match::One(payout_id) => Some(Told { payout_id: *payout_id, amount: line.amount, fate: line.fate.clone() }),
        Match::None | Match::Several => None,
    };
    let told: Vec<Told> = slice.iter().filter_map(told).collect();
    let actor = caller.principal.actor();
    let mut taken = caller.write(move |tx, now| settle_by_report(tx, now, batch_id, &told, &actor)).await?.into_iter();
    let show = |(line, found): &(Line, Match)| {
        let (outcome, payout) = match found {
            Match::None => (ShownTaken::Unknown, None),
            Match::Several => (ShownTaken::Ambiguous, None),
            Match::One(_) => taken.next().map_or((ShownTaken::Unknown, None), |(taken, payout)| (taken.into(), payout)),
        };
        ShownLine {
            number: line.number,
            key: line.key.clone(),
            outcome,
            code: line.fate.code.clone(),
            words: line.fate.words.clone(),
            payout_id: payout.as_ref().map(|payout| payout.id),
            status: payout.map(|payout| payout.status),
        }
    };
    Ok(slice.iter().map(show).collect())
}
