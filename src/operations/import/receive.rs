//! Keeps an uploaded file, for whoever takes it in.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::request::ImportRequest;
use super::run::{Bytes, begin};
use crate::db::imports::{self, ImportRow};
use crate::db::{DbFault, DbResult, Tx, terms};
use crate::domain::instant::Instant;

/// Bytes of one row of the table.
const CHUNK: usize = 256 * 1024;

/// Keeps `bytes` and notes what is to be done with them; returns whether that is new: the same file
/// sent again while it waits is the same import.
///
/// # Errors
/// What the database reports.
pub fn receive_upload(
    tx: &mut Tx<'_>,
    now: Instant,
    request: &ImportRequest,
    bytes: &[u8],
    actor: &str,
) -> DbResult<(ImportRow, bool)> {
    receive(tx, now, request, bytes, actor, Bytes::UntilRead)
}

/// Keeps `bytes` for somebody who looks at what a dry run makes of them and then says how to go on, with
/// [`super::redo_upload`].
///
/// # Errors
/// What the database reports.
pub fn receive_draft(tx: &mut Tx<'_>, now: Instant, request: &ImportRequest, bytes: &[u8], actor: &str) -> DbResult<ImportRow> {
    receive(tx, now, request, bytes, actor, Bytes::UntilPassedOn).map(|(row, _)| row)
}

fn receive(
    tx: &mut Tx<'_>,
    now: Instant,
    request: &ImportRequest,
    bytes: &[u8],
    actor: &str,
    kept: Bytes,
) -> DbResult<(ImportRow, bool)> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let mut hash = Sha256::new();
    hash.update(if kept == Bytes::UntilRead { "upload" } else { "draft" });
    hash.update(json!(request).to_string());
    hash.update(program.current().map_or(0, |current| current.version).to_be_bytes());
    hash.update(bytes);
    let fingerprint = hex::encode(hash.finalize());
    if let Some(open) = imports::open_of(tx, &fingerprint)? {
        return Ok((open, false));
    }
    let row = begin(tx, now, request, &fingerprint, actor, kept)?;
    for (seq, chunk) in (0_i64..).zip(bytes.chunks(CHUNK)) {
        imports::insert_chunk(tx, row.id, seq, chunk)?;
    }
    Ok((row, true))
}
