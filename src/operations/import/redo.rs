//! Goes on with a draft: the same bytes, read in another way or for real.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::request::ImportRequest;
use super::run::{Bytes, begin};
use crate::db::imports::{self, ImportRow};
use crate::db::{Conn, DbResult, Tx};
use crate::domain::id::ImportId;
use crate::domain::instant::Instant;
use crate::domain::intake::ImportStatus;

/// Hours for which a draft waits for somebody to look at it.
const HOURS: i64 = 24;

/// Drafts forgotten in one transaction: each may be sixteen megabytes.
const SLICE: i64 = 4;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redo {
    /// There is no such import.
    Nothing,
    /// It is still being read.
    StillRead,
    /// Its bytes are no longer kept.
    Gone,
    /// This import goes on, now or since before: a draft is passed on once.
    To(ImportId),
}

/// Takes the bytes of the draft `id` into an import as `request` wants it.
///
/// # Errors
/// What the database reports.
pub fn redo_upload(tx: &mut Tx<'_>, now: Instant, id: ImportId, request: &ImportRequest, actor: &str) -> DbResult<Redo> {
    let Some(row) = imports::lock(tx, id)? else { return Ok(Redo::Nothing) };
    if let Some(next) = row.next_id {
        return Ok(Redo::To(next));
    }
    if !row.draft {
        return Ok(Redo::Gone);
    }
    if matches!(row.status, ImportStatus::Waiting | ImportStatus::Running) {
        return Ok(Redo::StillRead);
    }
    let kept = if request.dry_run { Bytes::UntilPassedOn } else { Bytes::UntilRead };
    let next = begin(tx, now, request, &fingerprint(&row, request), actor, kept)?;
    imports::pass_on(tx, id, next.id)?;
    Ok(Redo::To(next.id))
}

fn fingerprint(row: &ImportRow, request: &ImportRequest) -> String {
    let hash = Sha256::new().chain_update("after").chain_update(row.id.uuid().as_bytes());
    hex::encode(hash.chain_update(json!(request).to_string()).finalize())
}

/// The drafts that nobody took up in time. Only reads, so that an idle house keeps no writer busy.
///
/// # Errors
/// What the database reports.
pub fn old_drafts(conn: &mut Conn<'_>, now: Instant) -> DbResult<Vec<ImportId>> {
    imports::old_drafts(conn, now.plus_seconds(-HOURS * 3_600), SLICE)
}

/// Forgets the bytes of these drafts.
///
/// # Errors
/// What the database reports.
pub fn forget_drafts(tx: &mut Tx<'_>, ids: &[ImportId]) -> DbResult<()> {
    ids.iter().try_for_each(|id| match imports::lock(tx, *id)? {
        Some(row) if row.draft => imports::forget_draft(tx, *id),
        _ => Ok(()),
    })
}
