//! What became of a file: how far it is, what its rows came to, and the way back.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::said::{self, Remark};
use super::{again, found};
use crate::db::import_results;
use crate::db::imports::ImportRow;
use crate::domain::id::ImportId;
use crate::domain::intake::{ImportKind, ImportStatus, RowOutcome};
use crate::domain::principal::Scope;
use crate::http::callers::Caller;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::http::streamed::streamed;
use crate::operations::import::{RowPages, TakenBack, take_back};
use crate::operations::pages::Format;
use crate::operations::show_import::show_import;

/// Rows shown that have something to say.
const REMARKS: i64 = 20;

#[derive(Template)]
#[template(path = "http/pages/desk/import_result.html")]
struct Outcome {
    frame: Frame,
    id: ImportId,
    name: String,
    kind: String,
    state: String,
    when: String,
    running: bool,
    progress: Option<String>,
    problem: Option<String>,
    counts: Vec<String>,
    sums: Vec<String>,
    remarks: Vec<Remark>,
    refused: i64,
    /// Whether there is somebody to invite.
    invites: bool,
    /// Whether it can be taken back; orders cannot, they stand in the books.
    returns: bool,
    of_orders: bool,
    taken_back: Option<String>,
}

pub(super) async fn page(
    caller: &Caller,
    frame: Frame,
    row: ImportRow,
    removal: Option<(i64, i64)>,
) -> Result<HttpResponse, ApiError> {
    let id = row.id;
    let (summary, remarks) =
        caller.read(move |conn| Ok((show_import(conn, id, &Scope::All)?, import_results::remarks(conn, id, REMARKS)?))).await?;
    let summary = summary.ok_or_else(|| ApiError::not_found("import"))?;
    let running = matches!(row.status, ImportStatus::Waiting | ImportStatus::Running);
    let count = |outcome| summary.rows.get(&outcome).copied().unwrap_or(0);
    let people = row.kind == ImportKind::Customers && row.status == ImportStatus::Done && row.taken_back_at.is_none();
    let number = |number: i64| frame.number(&number);
    let progress = (running && row.units > 0)
        .then(|| frame.tell("import-progress", &[("position", &number(row.position)), ("units", &number(row.units))]));
    let removed = |(removed, kept): (i64, i64)| {
        frame.count("import-removed", removed, &[("number", &number(removed)), ("kept", &number(kept))])
    };
    let taken_back = row.taken_back_at.map(|at| {
        let said = frame.tell("import-taken-back", &[("when", &frame.time(&at))]);
        removal.map_or(said.clone(), |removal| format!("{said} {}", removed(removal)))
    });
    let page = Outcome {
        id,
        kind: frame.say(said::kind(row.kind)),
        state: frame.say(said::state(&row)),
        when: frame.time(&row.created_at),
        running,
        progress,
        problem: row.problem.as_deref().map(|said| said::problem(&frame, said)),
        counts: said::counts(&frame, &summary.rows, false),
        sums: said::sums(&frame, &summary.sums),
        refused: count(RowOutcome::Refused),
        invites: people && count(RowOutcome::Filed) + count(RowOutcome::Known) > 0,
        returns: people && count(RowOutcome::Filed) > 0,
        of_orders: row.kind == ImportKind::Orders && row.status == ImportStatus::Done,
        remarks: said::remarks(&frame, remarks),
        taken_back,
        name: row.name,
        frame,
    };
    let answer = page.frame.page(&page)?;
    Ok(if running { again(answer, 2) } else { answer })
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    outcome: Option<RowOutcome>,
}

/// The rows as a table: all, or those of one outcome.
pub(super) async fn rows(desk: Desk, path: web::Path<Uuid>, query: Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let row = found(&desk, path.into_inner()).await?;
    let pages = Box::new(RowPages::new(row.id, query.0.outcome));
    streamed(&desk, pages, Format::Csv, &format!("import-{}", row.id)).await
}

/// Takes the customers whom the file brought out again, slice by slice, so that a sale never waits long.
pub(super) async fn undo(desk: OwnerDesk, path: web::Path<Uuid>, _fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = found(&desk, path.into_inner()).await?.id;
    let (mut from, mut removed, mut kept) = (0, 0, 0);
    loop {
        let actor = desk.principal.actor();
        match desk.write(move |tx, now| take_back(tx, now, id, from, &actor)).await? {
            TakenBack::Impossible => {
                let said = "only the customers of a finished import can be taken back; orders stand in the books";
                return Err(ApiError::conflict("not_reversible", said));
            }
            TakenBack::Further { after, removed: gone, kept: stay } => {
                (from, removed, kept) = (after, removed + gone, kept + stay);
            }
            TakenBack::Done => break,
        }
    }
    Ok(desk.frame("").go(&format!("/desk/import/{id}?removed={removed}&kept={kept}")))
}
