//! Files: what goes to the bank, and what comes back from it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use uuid::Uuid;

use super::acts::place;
use super::once::back;
use crate::domain::id::{BatchId, PayoutId};
use crate::http::api::payout_files::{ShownLine, ShownTaken, day, payment_file, take_report};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::pages::upload::Upload;
use crate::http::problem::ApiError;
use crate::rails::{FORMATS, Format};

/// Lines of a report that are shown; what was not booked comes first.
const LINES: usize = 200;

#[derive(Template)]
#[template(path = "http/pages/desk/payout_report.html")]
struct Page {
    frame: Frame,
    id: BatchId,
    summary: String,
    lines: Vec<Line>,
    more: bool,
}

struct Line {
    number: String,
    key: String,
    said: String,
    outcome: String,
    look: &'static str,
    payout: Option<PayoutId>,
}

fn format(name: &str) -> Result<Format, ApiError> {
    Format::named(name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        ApiError::not_found(format!("format; there are {}", names.join(", ")))
    })
}

/// The table of all ways, which is for reading too. What is made to be paid is asked for by a form.
pub(super) async fn table(desk: Desk, path: web::Path<(Uuid, String)>) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let (id, format) = (BatchId::from_uuid(id), format(&name)?);
    if format.rail.is_some() {
        return Ok(desk.frame("payouts").go(&place(id)));
    }
    match payment_file(&desk, id, format, None).await {
        Ok(file) => Ok(file),
        Err(refused) => back(&desk.frame("payouts"), &place(id), refused),
    }
}

/// A file for the bank. From now on these payouts leave by no other way, so another site cannot make anybody ask for it.
pub(super) async fn take(desk: OwnerDesk, path: web::Path<(Uuid, String)>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let (id, format, frame) = (BatchId::from_uuid(id), format(&name)?, desk.frame("payouts"));
    let Ok(execute_on) = fields.one("execute_on").map(day).transpose() else {
        return Ok(frame.go(&format!("{}?fault=invalid_date", place(id))));
    };
    match payment_file(&desk, id, format, execute_on).await {
        Ok(file) => Ok(file),
        Err(refused) if refused.code() == "payer_incomplete" => {
            Ok(frame.go(&format!("/desk/payouts/payer?batch={id}&format={name}")))
        }
        Err(refused) => back(&frame, &place(id), refused),
    }
}

/// What the bank or provider says became of the payouts. The same file again changes nothing.
pub(super) async fn report(desk: OwnerDesk, path: web::Path<Uuid>, upload: Upload) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let frame = desk.frame("payouts");
    if upload.file.is_empty() {
        return Ok(frame.go(&format!("{}?fault=no_file", place(id))));
    }
    let report = match take_report(&desk, id, upload.file).await {
        Ok(report) => report,
        Err(refused) if refused.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            return Ok(frame.go(&format!("{}?fault=unreadable_file", place(id))));
        }
        Err(refused) => return back(&frame, &place(id), refused),
    };
    let settled = i64::try_from(report.settled).unwrap_or(i64::MAX);
    let mut lines: Vec<&ShownLine> = report.lines.iter().collect();
    lines.sort_by_key(|line| (matches!(line.outcome, ShownTaken::Settled | ShownTaken::Unchanged), line.number));
    let page = Page {
        id,
        summary: frame.count("payouts-report-settled", settled, &[("number", &frame.number(&settled))]),
        more: lines.len() > LINES,
        lines: lines.into_iter().take(LINES).map(|line| shown(&frame, line)).collect(),
        frame,
    };
    page.frame.page(&page)
}

fn shown(frame: &Frame, line: &ShownLine) -> Line {
    let (word, look) = match line.outcome {
        ShownTaken::Settled => ("settled", "good"),
        ShownTaken::Unchanged => ("unchanged", ""),
        ShownTaken::Refused => ("refused", "bad"),
        ShownTaken::InProgress => ("in-progress", ""),
        ShownTaken::OtherAmount => ("other-amount", "bad"),
        ShownTaken::Unknown => ("unknown", "warn"),
        ShownTaken::Ambiguous => ("ambiguous", "warn"),
    };
    Line {
        number: line.number.to_string(),
        key: line.key.clone(),
        said: format!("{} {}", line.code, line.words).trim().to_owned(),
        outcome: frame.say(&format!("payouts-line-{word}")),
        look,
        payout: line.payout_id,
    }
}
