//! Keeps an uploaded file, for whoever takes it in.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::request::ImportRequest;
use super::run::begin;
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
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let mut hash = Sha256::new();
    hash.update("upload");
    hash.update(json!(request).to_string());
    hash.update(program.current().map_or(0, |current| current.version).to_be_bytes());
    hash.update(bytes);
    let fingerprint = hex::encode(hash.finalize());
    if let Some(open) = imports::open_of(tx, &fingerprint)? {
        return Ok((open, false));
    }
    let row = begin(tx, now, request, &fingerprint, actor, true)?;
    for (seq, chunk) in (0_i64..).zip(bytes.chunks(CHUNK)) {
        imports::insert_chunk(tx, row.id, seq, chunk)?;
    }
    Ok((row, true))
}
