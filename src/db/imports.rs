//! Files that are imported: what was asked for, how far they are, and the uploaded bytes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::jobs::database_now;
use super::schema::{import_chunks, import_openings, imports};
use super::types::{DbInstant, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{AdjustmentId, ImportId, LeaseToken};
use crate::domain::instant::Instant;
use crate::domain::intake::{ImportKind, ImportStatus};
use crate::domain::money::Currency;
use crate::domain::principal::Scope;

/// A slice takes far less; whoever is interrupted is followed after so long.
const LEASE_SECONDS: i64 = 30;

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct ImportRow {
    /// The import.
    pub id: ImportId,
    /// What the file holds.
    pub kind: ImportKind,
    /// The file's name.
    pub name: String,
    /// The storefront its orders belong to.
    pub source: String,
    /// Tells this file, read in this way, from any other.
    pub fingerprint: String,
    /// How it is to be read.
    pub request: Json<Value>,
    /// Who asked.
    pub actor: String,
    /// Whether nothing but the results is to be written.
    pub dry_run: bool,
    /// Whether the bytes are kept here.
    pub uploaded: bool,
    /// How far it is.
    pub status: ImportStatus,
    /// Rows of the file.
    pub rows_total: i64,
    /// Orders, or customers, in it.
    pub units: i64,
    /// Those that have their results.
    pub position: i64,
    /// What the reader of the file found: columns and their meaning.
    pub notes: Json<Value>,
    /// Why the file could not be read.
    pub problem: Option<String>,
    /// Whoever works on it.
    pub lease_token: Option<LeaseToken>,
    /// Until when, by the database's clock.
    pub lease_until: Option<Instant>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Whether its bytes are kept for a run that writes.
    pub draft: bool,
    /// What its bytes were passed on to.
    pub next_id: Option<ImportId>,
    /// When the customers whom it filed were taken out again.
    pub taken_back_at: Option<Instant>,
}

/// Adds an import.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &ImportRow) -> DbResult<()> {
    insert_all!(tx, imports::table, std::slice::from_ref(row))
}

/// The import of this fingerprint that has not ended, if there is one.
///
/// # Errors
/// What the database reports.
pub fn open_of(conn: &mut Conn<'_>, fingerprint: &str) -> DbResult<Option<ImportRow>> {
    on_db!(conn, c => imports::table
        .filter(imports::fingerprint.eq(fingerprint))
        .filter(imports::status.eq_any([ImportStatus::Waiting, ImportStatus::Running]))
        .order(imports::id)
        .select(ImportRow::as_select())
        .first(c)
        .optional())
}

/// One import, if it is in `scope`.
///
/// # Errors
/// What the database reports.
pub fn find_in(conn: &mut Conn<'_>, id: ImportId, scope: &Scope) -> DbResult<Option<ImportRow>> {
    let found: Option<ImportRow> = on_db!(conn, c => imports::table.find(id).select(ImportRow::as_select()).first(c).optional())?;
    Ok(found.filter(|row| match scope {
        Scope::All => true,
        Scope::Source(source) => *source == row.source,
        Scope::Referrer(_) | Scope::Nothing => false,
    }))
}

/// Uploaded files that nobody works on, oldest first.
///
/// # Errors
/// What the database reports.
pub fn waiting(conn: &mut Conn<'_>, most: i64) -> DbResult<Vec<ImportRow>> {
    let now = database_now(conn, 0);
    let free = format!("(lease_until IS NULL OR lease_until < {now})");
    on_db!(conn, c => imports::table
        .filter(imports::uploaded.eq(true))
        .filter(imports::status.eq_any([ImportStatus::Waiting, ImportStatus::Running]))
        .filter(sql::<Bool>(&free))
        .order(imports::id)
        .limit(most)
        .select(ImportRow::as_select())
        .load(c))
}

/// Takes an import that has not ended; from now on only the holder of `token` can go on with it.
/// Unless `by_force`, one that somebody works on is left to him. Returns whether it was taken.
///
/// # Errors
/// What the database reports.
pub fn take(tx: &mut Tx<'_>, id: ImportId, token: LeaseToken, by_force: bool) -> DbResult<bool> {
    let (now, until) = (database_now(tx, 0), database_now(tx, LEASE_SECONDS));
    let free = if by_force { "TRUE".to_owned() } else { format!("(lease_until IS NULL OR lease_until < {now})") };
    on_db!(tx, c => diesel::update(imports::table
            .filter(imports::id.eq(id))
            .filter(imports::status.eq_any([ImportStatus::Waiting, ImportStatus::Running]))
            .filter(sql::<Bool>(&free)))
        .set((
            imports::status.eq(ImportStatus::Running),
            imports::lease_token.eq(token),
            imports::lease_until.eq(sql::<Nullable<DbInstant>>(&until)),
        ))
        .execute(c))
    .map(|count| count == 1)
}

/// Notes what the file holds. Returns whether it is still this holder's.
///
/// # Errors
/// What the database reports.
pub fn describe(tx: &mut Tx<'_>, id: ImportId, token: LeaseToken, rows: i64, units: i64, notes: &Value) -> DbResult<bool> {
    let until = database_now(tx, LEASE_SECONDS);
    on_db!(tx, c => diesel::update(imports::table.filter(imports::id.eq(id)).filter(imports::lease_token.eq(token)))
        .set((
            imports::rows_total.eq(rows),
            imports::units.eq(units),
            imports::notes.eq(Json(notes.clone())),
            imports::lease_until.eq(sql::<Nullable<DbInstant>>(&until)),
        ))
        .execute(c))
    .map(|count| count == 1)
}

/// Notes how many orders have their results. Returns whether the import is still this holder's: if
/// not, the transaction must not be committed.
///
/// # Errors
/// What the database reports.
pub fn advance(tx: &mut Tx<'_>, id: ImportId, token: LeaseToken, position: i64) -> DbResult<bool> {
    let until = database_now(tx, LEASE_SECONDS);
    on_db!(tx, c => diesel::update(imports::table.filter(imports::id.eq(id)).filter(imports::lease_token.eq(token)))
        .set((imports::position.eq(position), imports::lease_until.eq(sql::<Nullable<DbInstant>>(&until))))
        .execute(c))
    .map(|count| count == 1)
}

/// Ends an import and drops its bytes, unless it is a draft. Returns whether it was still this holder's.
///
/// # Errors
/// What the database reports.
pub fn end(
    tx: &mut Tx<'_>,
    id: ImportId,
    token: LeaseToken,
    status: ImportStatus,
    problem: Option<&str>,
    now: Instant,
) -> DbResult<bool> {
    let none: Option<LeaseToken> = None;
    let ended = on_db!(tx, c => diesel::update(imports::table.filter(imports::id.eq(id)).filter(imports::lease_token.eq(token)))
        .set((
            imports::status.eq(status),
            imports::problem.eq(problem),
            imports::lease_token.eq(none),
            imports::ended_at.eq(now),
        ))
        .execute(c))?;
    if ended == 1 {
        let draft: bool = on_db!(tx, c => imports::table.find(id).select(imports::draft).first(c))?;
        if !draft {
            drop_chunks(tx, id)?;
        }
    }
    Ok(ended == 1)
}

fn drop_chunks(tx: &mut Tx<'_>, id: ImportId) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(import_chunks::table.filter(import_chunks::import_id.eq(id))).execute(c).map(drop))
}

/// Locks an import and reads it after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: ImportId) -> DbResult<Option<ImportRow>> {
    let rows: Vec<ImportRow> = load_locked!(tx, imports::table.filter(imports::id.eq(id)).select(ImportRow::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Passes the bytes of a draft on to `next`, which was added before.
///
/// # Errors
/// What the database reports.
pub fn pass_on(tx: &mut Tx<'_>, id: ImportId, next: ImportId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(import_chunks::table.filter(import_chunks::import_id.eq(id)))
        .set(import_chunks::import_id.eq(next))
        .execute(c))?;
    on_db!(tx, c => diesel::update(imports::table.find(id))
        .set((imports::draft.eq(false), imports::next_id.eq(next)))
        .execute(c)
        .map(drop))
}

/// The drafts asked for before `before`, oldest first.
///
/// # Errors
/// What the database reports.
pub fn old_drafts(conn: &mut Conn<'_>, before: Instant, most: i64) -> DbResult<Vec<ImportId>> {
    // Spelled as the partial index is, so that both engines take it.
    on_db!(conn, c => imports::table
        .filter(sql::<Bool>("draft"))
        .filter(imports::created_at.lt(before))
        .order(imports::created_at)
        .limit(most)
        .select(imports::id)
        .load(c))
}

/// Drops the bytes of a draft that nobody took up.
///
/// # Errors
/// What the database reports.
pub fn forget_draft(tx: &mut Tx<'_>, id: ImportId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(imports::table.find(id)).set(imports::draft.eq(false)).execute(c))?;
    drop_chunks(tx, id)
}

/// Notes that the customers whom an import filed were taken out again.
///
/// # Errors
/// What the database reports.
pub fn note_taken_back(tx: &mut Tx<'_>, id: ImportId, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(imports::table.find(id)).set(imports::taken_back_at.eq(now)).execute(c).map(drop))
}

/// Up to `most` imports that wrote or will, newest first.
///
/// # Errors
/// What the database reports.
pub fn latest(conn: &mut Conn<'_>, most: i64) -> DbResult<Vec<ImportRow>> {
    on_db!(conn, c => imports::table
        .filter(imports::dry_run.eq(false))
        .order(imports::id.desc())
        .limit(most)
        .select(ImportRow::as_select())
        .load(c))
}

/// Keeps a piece of an uploaded file.
///
/// # Errors
/// What the database reports.
pub fn insert_chunk(tx: &mut Tx<'_>, id: ImportId, seq: i64, bytes: &[u8]) -> DbResult<()> {
    let row = (import_chunks::import_id.eq(id), import_chunks::seq.eq(seq), import_chunks::bytes.eq(bytes));
    on_db!(tx, c => diesel::insert_into(import_chunks::table).values(row).execute(c).map(drop))
}

/// A piece of an uploaded file.
///
/// # Errors
/// What the database reports.
pub fn chunk(conn: &mut Conn<'_>, id: ImportId, seq: i64) -> DbResult<Option<Vec<u8>>> {
    on_db!(conn, c => import_chunks::table.find((id, seq)).select(import_chunks::bytes).first(c).optional())
}

/// Notes that what `account` of `product` was owed in `currency` is taken over; returns whether that
/// had not been done before.
///
/// # Errors
/// What the database reports.
pub fn open_once(
    tx: &mut Tx<'_>,
    product: &str,
    account: &str,
    currency: Currency,
    adjustment: AdjustmentId,
    now: Instant,
) -> DbResult<bool> {
    let erased = import_openings::table.find((product, erased_account(product, account), currency));
    if on_db!(tx, c => diesel::select(diesel::dsl::exists(erased)).get_result(c))? {
        return Ok(false);
    }
    let row = (
        import_openings::product.eq(product),
        import_openings::account.eq(account),
        import_openings::currency.eq(currency),
        import_openings::adjustment_id.eq(adjustment),
        import_openings::created_at.eq(now),
    );
    on_db!(tx, c => diesel::insert_into(import_openings::table).values(row).on_conflict_do_nothing().execute(c))
        .map(|count| count == 1)
}

/// What stands in the place of an account that was named by the address of somebody who was erased: the same account is
/// known again by it, and nobody reads the address there.
fn erased_account(product: &str, account: &str) -> String {
    format!("erased:{}", hex::encode(Sha256::digest(format!("{product}\n{account}"))))
}

/// Takes the given addresses from what was taken over from other programs.
///
/// # Errors
/// What the database reports.
pub fn erase_accounts(tx: &mut Tx<'_>, addresses: &[String]) -> DbResult<()> {
    let rows: Vec<(String, String)> = on_db!(tx, c => import_openings::table
        .filter(import_openings::account.eq_any(addresses))
        .select((import_openings::product, import_openings::account))
        .distinct()
        .load(c))?;
    for (product, account) in rows {
        let theirs =
            import_openings::table.filter(import_openings::product.eq(&product)).filter(import_openings::account.eq(&account));
        on_db!(tx, c => diesel::update(theirs)
            .set(import_openings::account.eq(erased_account(&product, &account)))
            .execute(c))?;
    }
    Ok(())
}
