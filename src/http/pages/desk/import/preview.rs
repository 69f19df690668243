//! What a file would bring, before it does: its columns with what each is taken for, its first rows, the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use uuid::Uuid;

use super::said::{self, Remark};
use super::{again, found};
use crate::db::import_results;
use crate::db::imports::ImportRow;
use crate::domain::field::short_text;
use crate::domain::id::ImportId;
use crate::domain::intake::amount::DecimalSign;
use crate::domain::intake::date::DayOrder;
use crate::domain::intake::{Column, ImportKind, ImportStatus, RowOutcome};
use crate::domain::money::Currency;
use crate::domain::principal::Scope;
use crate::http::callers::Caller;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::operations::import::{ImportError, ImportRequest, Look, Redo, look_at, redo_upload};
use crate::operations::show_import::show_import;

/// Rows shown that have something to say; the table to download has all of them.
const REMARKS: i64 = 20;

#[derive(Template)]
#[template(path = "http/pages/desk/import_preview.html")]
struct Preview {
    frame: Frame,
    id: ImportId,
    name: String,
    kind: String,
    of_orders: bool,
    reading: bool,
    problem: Option<String>,
    changed: bool,
    counts: Vec<String>,
    sums: Vec<String>,
    remarks: Vec<Remark>,
    refused: i64,
    /// Whether the bytes are still here.
    kept: bool,
    columns: Vec<ShownColumn>,
    meanings: Vec<(&'static str, String)>,
    choice: Choice,
    currencies: Vec<&'static str>,
    faults: Vec<String>,
}

struct ShownColumn {
    place: usize,
    header: String,
    examples: Vec<String>,
    /// The name of what it is taken for, or nothing.
    means: String,
}

/// How the file is to be read, as the form has it.
struct Choice {
    decimal: String,
    dates: String,
    currency: String,
    source: String,
    past: bool,
}

impl ShownColumn {
    fn is(&self, name: &str) -> bool {
        self.means == name
    }
}

impl Choice {
    fn pays(&self, currency: &str) -> bool {
        self.currency == currency
    }
}

/// The currencies that are offered; any other can be named in a column of the file.
const CURRENCIES: [&str; 8] = ["EUR", "USD", "GBP", "CHF", "PLN", "SEK", "DKK", "CZK"];

pub(super) async fn page(caller: &Caller, frame: Frame, row: ImportRow, changed: bool) -> Result<HttpResponse, ApiError> {
    let reading = matches!(row.status, ImportStatus::Waiting | ImportStatus::Running);
    let seen = if row.draft && !reading { look(caller, &row).await?.ok() } else { None };
    let request = request_of(&row)?;
    let columns = seen.as_ref().map(|look| shown(look, &means(look))).unwrap_or_default();
    let mut page = preview(caller, frame, row, columns, choice(&request)).await?;
    page.changed = changed;
    let answer = page.frame.page(&page)?;
    Ok(if reading { again(answer, 2) } else { answer })
}

async fn preview(
    caller: &Caller,
    frame: Frame,
    row: ImportRow,
    columns: Vec<ShownColumn>,
    choice: Choice,
) -> Result<Preview, ApiError> {
    let id = row.id;
    let (summary, remarks) =
        caller.read(move |conn| Ok((show_import(conn, id, &Scope::All)?, import_results::remarks(conn, id, REMARKS)?))).await?;
    let summary = summary.ok_or_else(|| ApiError::not_found("import"))?;
    let fits = Column::ALL.into_iter().filter(|column| column.fits(row.kind));
    let mut currencies = CURRENCIES.to_vec();
    let home = frame.currency.code();
    currencies.retain(|code| *code != home);
    Ok(Preview {
        id,
        kind: frame.say(said::kind(row.kind)),
        of_orders: row.kind == ImportKind::Orders,
        reading: matches!(row.status, ImportStatus::Waiting | ImportStatus::Running),
        problem: row.problem.as_deref().map(|said| said::problem(&frame, said)),
        changed: false,
        counts: said::counts(&frame, &summary.rows, true),
        sums: said::sums(&frame, &summary.sums),
        refused: summary.rows.get(&RowOutcome::Refused).copied().unwrap_or(0),
        remarks: said::remarks(&frame, remarks),
        kept: row.draft,
        columns,
        meanings: fits.map(|column| (column.name(), frame.say(&format!("import-column-{}", column.name())))).collect(),
        choice,
        currencies,
        faults: Vec::new(),
        name: row.name,
        frame,
    })
}

async fn look(caller: &Caller, row: &ImportRow) -> Result<Result<Look, ImportError>, ApiError> {
    let (book, row) = (Arc::clone(&caller.book), row.clone());
    let looked = web::block(move || look_at(&book, &row)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    match looked {
        Err(ImportError::Ledger(error)) => Err(error.into()),
        looked => Ok(looked),
    }
}

fn request_of(row: &ImportRow) -> Result<ImportRequest, ApiError> {
    serde_json::from_value(row.request.0.clone()).map_err(|error| ApiError::internal(error.to_string()))
}

/// What each column is taken for, by its name.
fn means(look: &Look) -> Vec<String> {
    let name = |place| look.mapping.meaning(place).map(Column::name).unwrap_or_default().to_owned();
    (0..look.headers.len()).map(name).collect()
}

fn shown(look: &Look, means: &[String]) -> Vec<ShownColumn> {
    let column = |(place, header): (usize, &String)| ShownColumn {
        place,
        header: header.clone(),
        examples: look.rows.iter().filter_map(|(_, cells)| cells.get(place)).take(3).cloned().collect(),
        means: means.get(place).cloned().unwrap_or_default(),
    };
    look.headers.iter().enumerate().map(column).collect()
}

fn choice(request: &ImportRequest) -> Choice {
    Choice {
        decimal: match request.decimal {
            None => String::new(),
            Some(DecimalSign::Point) => "point".to_owned(),
            Some(DecimalSign::Comma) => "comma".to_owned(),
        },
        dates: match request.dates {
            None => String::new(),
            Some(DayOrder::DayFirst) => "day_first".to_owned(),
            Some(DayOrder::MonthFirst) => "month_first".to_owned(),
        },
        currency: request.currency.map(|currency| currency.code().to_owned()).unwrap_or_default(),
        source: request.source.clone(),
        past: request.history,
    }
}

/// The form below the preview: the file is taken in as it was shown, or read again in another way and shown again.
pub(super) async fn act(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let row = found(&desk, path.into_inner()).await?;
    let (id, frame) = (row.id, desk.frame("customers"));
    let here = format!("/desk/import/{id}");
    if !row.draft || row.next_id.is_some() {
        return Ok(frame.go(&here));
    }
    let Ok(seen) = look(&desk, &row).await? else { return Ok(frame.go(&here)) };
    let before = request_of(&row)?;
    let (wanted, faults) = wanted(&frame, &before, &seen, &fields);
    if !faults.is_empty() {
        let chosen: Vec<String> = (0..seen.headers.len()).map(|place| column(&fields, place).to_owned()).collect();
        let mut page = preview(&desk, frame, row, shown(&seen, &chosen), choice(&wanted)).await?;
        page.faults = faults;
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let take = fields.one("act") == Some("take");
    // What is taken in is what was shown: whoever changed something looks at it first.
    let as_shown = wanted == before;
    let request = ImportRequest { dry_run: !(take && as_shown), ..wanted };
    let actor = desk.principal.actor();
    match desk.write(move |tx, now| redo_upload(tx, now, id, &request, &actor)).await? {
        Redo::Nothing => Err(ApiError::not_found("import")),
        Redo::StillRead | Redo::Gone => Ok(frame.go(&here)),
        Redo::To(next) if take && !as_shown => Ok(frame.go(&format!("/desk/import/{next}?changed=true"))),
        Redo::To(next) => Ok(frame.go(&format!("/desk/import/{next}"))),
    }
}

fn column(fields: &Fields, place: usize) -> &str {
    fields.one(&format!("column-{place}")).unwrap_or_default()
}

/// What the form asks for, and what is wrong with it.
fn wanted(frame: &Frame, before: &ImportRequest, look: &Look, fields: &Fields) -> (ImportRequest, Vec<String>) {
    let mut faults = Vec::new();
    let named: Vec<&str> = (0..look.headers.len()).map(|place| column(fields, place)).collect();
    let mut seen = BTreeSet::new();
    for name in named.iter().filter(|name| !name.is_empty()) {
        if !seen.insert(*name) && Column::ALL.iter().any(|column| column.name() == *name) {
            let meaning = frame.say(&format!("import-column-{name}"));
            faults.push(frame.tell("import-twice", &[("meaning", &meaning)]));
        }
    }
    let as_guessed = named == means(look);
    let columns = if as_guessed { before.columns.clone() } else { chosen(before.kind, look, &named) };
    let source = fields.one("source").unwrap_or(&before.source).to_owned();
    if short_text("", &source).is_err() {
        faults.push(frame.say("import-bad-source"));
    }
    let currency = fields.one("currency").and_then(|code| Currency::parse(code).ok());
    let wanted = ImportRequest {
        columns,
        source,
        decimal: match fields.one("decimal") {
            Some("point") => Some(DecimalSign::Point),
            Some("comma") => Some(DecimalSign::Comma),
            _ => None,
        },
        dates: match fields.one("dates") {
            Some("day_first") => Some(DayOrder::DayFirst),
            Some("month_first") => Some(DayOrder::MonthFirst),
            _ => None,
        },
        currency,
        history: fields.one("time") != Some("new"),
        ..before.clone()
    };
    (wanted, faults)
}

/// Each meaning with its header; one that no column has is said to have none, so that nothing is guessed.
fn chosen(kind: ImportKind, look: &Look, named: &[&str]) -> BTreeMap<Column, String> {
    let header = |column: Column| {
        let place = named.iter().position(|name| *name == column.name());
        place.and_then(|place| look.headers.get(place)).cloned().unwrap_or_default()
    };
    Column::ALL.into_iter().filter(|column| column.fits(kind)).map(|column| (column, header(column))).collect()
}
