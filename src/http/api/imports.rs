//! Files that are taken in: upload, progress, the result of every row.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::source::source_of;
use crate::db::import_results::{self, ResultRow};
use crate::db::imports;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::ImportId;
use crate::domain::instant::Instant;
use crate::domain::intake::amount::DecimalSign;
use crate::domain::intake::date::DayOrder;
use crate::domain::intake::{Column, ImportKind, ImportStatus, RowOutcome};
use crate::domain::money::{Currency, Money};
use crate::files::Dialect;
use crate::http::callers::{Reporter, StaffReader};
use crate::http::paging::{LIMIT_DEFAULT, LIMIT_MAX, List, Query};
use crate::http::problem::ApiError;
use crate::http::upload::Upload;
use crate::operations::import::{ImportRequest, receive_upload};
use crate::operations::show_import::{Shown, show_import};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/imports").route(post().to(upload)))
        .service(resource("/v1/imports/{id}").route(get().to(read)))
        .service(resource("/v1/imports/{id}/rows").route(get().to(rows)));
}

/// What stands beside the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    kind: ImportKind,
    name: Option<String>,
    source: Option<String>,
    delimiter: Option<String>,
    encoding: Option<String>,
    sheet: Option<String>,
    decimal: Option<DecimalSign>,
    dates: Option<DayOrder>,
    currency: Option<Currency>,
    history: Option<bool>,
    dry_run: Option<bool>,
    /// A JSON object from meaning to header.
    columns: Option<String>,
}

impl Wish {
    fn parse(self, source: String) -> Result<ImportRequest, Vec<FieldError>> {
        let mut faults = Vec::new();
        for (pointer, text) in [("?name", &self.name), ("?encoding", &self.encoding), ("?sheet", &self.sheet)] {
            faults.extend(text.as_deref().and_then(|text| short_text(pointer, text).err()));
        }
        let delimiter = self.delimiter.as_deref().map(|text| match text.as_bytes() {
            b"tab" => Some(b'\t'),
            [sign] if sign.is_ascii_punctuation() || *sign == b'\t' => Some(*sign),
            _ => None,
        });
        if delimiter == Some(None) {
            faults.push(FieldError::new("?delimiter", "invalid_delimiter", "must be one sign such as ; or the word tab"));
        }
        let columns: BTreeMap<Column, String> = match self.columns.as_deref().map(serde_json::from_str).transpose() {
            Ok(columns) => columns.unwrap_or_default(),
            Err(error) => {
                let message = format!("must be a JSON object such as {{\"order_id\": \"Number\"}}: {error}");
                faults.push(FieldError::new("?columns", "invalid_columns", message));
                BTreeMap::new()
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(ImportRequest {
            kind: self.kind,
            name: self.name.unwrap_or_else(|| "upload".to_owned()),
            source,
            dialect: Dialect { delimiter: delimiter.flatten(), encoding: self.encoding, sheet: self.sheet },
            columns,
            decimal: self.decimal,
            dates: self.dates,
            currency: self.currency,
            history: self.history.unwrap_or(true),
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

async fn upload(caller: Reporter, Query(wish): Query<Wish>, Upload(bytes): Upload) -> Result<HttpResponse, ApiError> {
    let source = source_of(&caller.principal, wish.source.as_deref())?;
    let request = wish.parse(source)?;
    let actor = caller.principal.actor();
    let (row, new) = caller.write(move |tx, now| receive_upload(tx, now, &request, &bytes, &actor)).await?;
    let view = ImportView::of(Shown { row, rows: BTreeMap::new(), sums: Vec::new() });
    Ok(if new { HttpResponse::Accepted().json(view) } else { HttpResponse::Ok().json(view) })
}

#[derive(Debug, Serialize)]
struct ImportView {
    id: ImportId,
    kind: ImportKind,
    name: String,
    source: String,
    dry_run: bool,
    status: ImportStatus,
    rows: i64,
    units: i64,
    position: i64,
    reading: Value,
    outcomes: BTreeMap<&'static str, i64>,
    sums: Vec<SumView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct SumView {
    orders: i64,
    sold: Money,
    refunds: i64,
    refunded: Money,
}

impl ImportView {
    fn of(shown: Shown) -> Self {
        let Shown { row, rows, sums } = shown;
        let sum = |sum: crate::operations::show_import::Sum| SumView {
            orders: sum.orders,
            sold: Money { amount: sum.sold, currency: sum.currency },
            refunds: sum.refunds,
            refunded: Money { amount: sum.refunded, currency: sum.currency },
        };
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            source: row.source,
            dry_run: row.dry_run,
            status: row.status,
            rows: row.rows_total,
            units: row.units,
            position: row.position,
            reading: row.notes.0,
            outcomes: rows.into_iter().map(|(outcome, count)| (outcome.as_db(), count)).collect(),
            sums: sums.into_iter().map(sum).collect(),
            problem: row.problem,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

async fn read(caller: StaffReader, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (ImportId::from_uuid(path.into_inner()), caller.principal.scope());
    let shown = caller.read(move |conn| show_import(conn, id, &scope)).await?.ok_or_else(|| ApiError::not_found("import"))?;
    Ok(HttpResponse::Ok().json(ImportView::of(shown)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowsWanted {
    outcome: Option<RowOutcome>,
    after: Option<i64>,
    limit: Option<i64>,
}

#[derive(Debug, Serialize)]
struct RowView {
    row: i64,
    outcome: RowOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sold: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<ResultRow> for RowView {
    fn from(row: ResultRow) -> Self {
        let money = |amount: Option<i64>| amount.zip(row.currency).map(|(amount, currency)| Money { amount, currency });
        Self {
            row: row.line,
            outcome: row.outcome,
            sold: money(row.sold),
            refunded: money(row.refunded),
            order_id: row.order_id,
            subject_id: row.subject_id.map(crate::db::types::AnyId::uuid),
            column: row.field,
            code: row.code,
            message: row.message,
        }
    }
}

async fn rows(caller: StaffReader, path: Path<Uuid>, Query(wanted): Query<RowsWanted>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (ImportId::from_uuid(path.into_inner()), caller.principal.scope());
    let limit = wanted.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(FieldError::new("?limit", "out_of_range", format!("must be between 1 and {LIMIT_MAX}")).into());
    }
    let after = wanted.after.unwrap_or(0);
    let found = caller
        .read(move |conn| match imports::find_in(conn, id, &scope)? {
            Some(_) => import_results::list(conn, id, wanted.outcome, after, limit + 1).map(Some),
            None => Ok(None),
        })
        .await?;
    let mut found = found.ok_or_else(|| ApiError::not_found("import"))?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > shown;
    found.truncate(shown);
    Ok(HttpResponse::Ok().json(List { data: found, has_more }.map(RowView::from)))
}
