//! The run of an import: begin or go on, slice after slice, end.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use serde_json::json;

use super::request::ImportRequest;
use super::stage::{Staged, fingerprint, stage};
use super::{dry, orders, people};
use crate::db::imports::{self, ImportRow};
use crate::db::outbox::audit;
use crate::db::terms::Program;
use crate::db::transact::WriteError;
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, terms};
use crate::domain::id::{ImportId, LeaseToken};
use crate::domain::instant::Instant;
use crate::domain::intake::order::Row;
use crate::domain::intake::{ImportKind, ImportStatus};
use crate::domain::principal::Scope;
use crate::files::FileFault;
use crate::operations::books::Book;

/// Orders of one transaction at most.
const UNITS_MAX: usize = 200;

/// Rows of one transaction at most: a sale that comes in meanwhile waits for one slice, some 50 ms.
const ROWS_MAX: u32 = 600;

/// Tries for a slice while the ledger is busy or away, and the wait between them.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Why an import ended early.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read; nothing was written.
    #[error("{0}")]
    File(#[from] FileFault),
    /// The ledger refused; what was written stays, and the same import goes on from there.
    #[error("{0}; what was written so far stays: start the same import again and it goes on from there")]
    Ledger(#[from] WriteError),
    /// Another run took this import over.
    #[error("another run of the same import has taken over")]
    TakenOver,
    /// Whoever watched said stop.
    #[error("stopped; start the same import again and it goes on from there")]
    Stopped,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Orders, or customers, that have their results.
    pub position: usize,
    /// All of them.
    pub units: usize,
    /// Rows that have their results, in this run.
    pub rows: usize,
}

/// An import in somebody's hands.
pub(super) struct Run<'a> {
    pub(super) book: &'a Book,
    pub(super) id: ImportId,
    pub(super) token: LeaseToken,
    pub(super) actor: String,
}

/// What belongs together, read back.
pub(super) struct Pile {
    pub(super) number: String,
    pub(super) rows: Vec<Row>,
}

/// Takes in a file that lies here, or goes on where a run of the same file stopped; `watch` is told of
/// the progress and says whether to go on.
///
/// # Errors
/// See [`ImportError`].
pub fn import_file(
    book: &Book,
    file: &mut File,
    request: &ImportRequest,
    actor: &str,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<ImportId, ImportError> {
    let program = program(book)?;
    let fingerprint = fingerprint(file, request, &program)?;
    let staged = stage(file, request, &program)?;
    let token = LeaseToken::new(book.clock.now());
    let (wish, name) = (request.clone(), actor.to_owned());
    let row = book.writer.write_blocking(move |tx, now| {
        let row = match imports::open_of(tx, &fingerprint)? {
            Some(open) => open,
            None => begin(tx, now, &wish, &fingerprint, &name, Bytes::Elsewhere)?,
        };
        imports::take(tx, row.id, token, true)?;
        Ok(row)
    })?;
    let run = Run { book, id: row.id, token, actor: row.actor };
    run.go(staged, request, usize::try_from(row.position).unwrap_or(0), watch)?;
    Ok(row.id)
}

/// Takes in an uploaded file, unless somebody else is at it; returns whether it did.
///
/// # Errors
/// See [`ImportError`]; a file that cannot be read ends its import.
pub fn import_upload(book: &Book, row: &ImportRow, watch: &mut dyn FnMut(Progress) -> bool) -> Result<bool, ImportError> {
    let (id, token) = (row.id, LeaseToken::new(book.clock.now()));
    if !book.writer.write_blocking(move |tx, _| imports::take(tx, id, token, false))? {
        return Ok(false);
    }
    let run = Run { book, id, token, actor: row.actor.clone() };
    let read = || -> Result<(ImportRequest, Staged), ImportError> {
        let request: ImportRequest = serde_json::from_value(row.request.0.clone())
            .map_err(|error| FileFault(format!("what was asked for cannot be read: {error}")))?;
        let mut file = collect(book, id)?;
        let staged = stage(&mut file, &request, &program(book)?)?;
        Ok((request, staged))
    };
    match read() {
        Ok((request, staged)) => {
            let again = book.readers.read(|conn| imports::find_in(conn, id, &Scope::All))?;
            // Had the program's zone or currency changed meanwhile, the order of the rows may have too: what
            // has its result keeps it, so beginning anew changes nothing.
            let same = again.filter(|row| row.notes.0 == staged.notes());
            let position = same.map_or(0, |row| row.position);
            run.go(staged, &request, usize::try_from(position).unwrap_or(0), watch).map(|()| true)
        }
        Err(ImportError::File(FileFault(said))) => {
            run.book.writer.write_blocking(move |tx, now| imports::end(tx, id, token, ImportStatus::Failed, Some(&said), now))?;
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bytes {
    /// Not here: whoever runs the import holds the file.
    Elsewhere,
    /// Here, until the file is read to its end.
    UntilRead,
    /// Here, until another run takes them over.
    UntilPassedOn,
}

/// Notes that a file is to be taken in.
///
/// # Errors
/// What the database reports.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    now: Instant,
    request: &ImportRequest,
    fingerprint: &str,
    actor: &str,
    bytes: Bytes,
) -> DbResult<ImportRow> {
    let row = ImportRow {
        id: ImportId::new(now),
        kind: request.kind,
        name: request.name.clone(),
        source: request.source.clone(),
        fingerprint: fingerprint.to_owned(),
        request: Json(json!(request)),
        actor: actor.to_owned(),
        dry_run: request.dry_run,
        uploaded: bytes != Bytes::Elsewhere,
        status: ImportStatus::Waiting,
        rows_total: 0,
        units: 0,
        position: 0,
        notes: Json(json!({})),
        problem: None,
        lease_token: None,
        lease_until: None,
        created_at: now,
        ended_at: None,
        draft: bytes == Bytes::UntilPassedOn,
        next_id: None,
        taken_back_at: None,
    };
    imports::insert(tx, &row)?;
    let facts = json!({ "kind": row.kind, "source": row.source, "dry_run": row.dry_run });
    audit(tx, actor, "import.begin", AnyId::from_uuid(row.id.uuid()), facts, now)?;
    Ok(row)
}

fn program(book: &Book) -> Result<Program, ImportError> {
    let found = book.readers.read(terms::program)?;
    found.ok_or_else(|| ImportError::Ledger(WriteError::Failed("the ledger has no program".to_owned())))
}

/// The uploaded bytes, in a file without a name.
pub(super) fn collect(book: &Book, id: ImportId) -> Result<File, ImportError> {
    let fault = |error: std::io::Error| FileFault(format!("the uploaded file cannot be put together: {error}"));
    let mut file = tempfile::tempfile().map_err(fault)?;
    for seq in 0.. {
        let Some(bytes) = book.readers.read(|conn| imports::chunk(conn, id, seq))? else { break };
        file.write_all(&bytes).map_err(fault)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(fault)?;
    Ok(file)
}

impl Run<'_> {
    fn go(
        &self,
        mut staged: Staged,
        request: &ImportRequest,
        mut position: usize,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), ImportError> {
        let (id, token, notes) = (self.id, self.token, staged.notes());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (rows, units) = (staged.spool.rows(), staged.spool.units.len());
        self.patiently(|| {
            let notes = notes.clone();
            self.book.writer.write_blocking(move |tx, _| imports::describe(tx, id, token, count(rows), count(units), &notes))
        })?;
        let mut done = 0;
        while position < units {
            if !watch(Progress { position, units, rows: done }) {
                return Err(ImportError::Stopped);
            }
            let begun = self.book.clock.now();
            let piles = next(&mut staged, position)?;
            done += piles.iter().map(|pile| pile.rows.len()).sum::<usize>();
            let end = position + piles.len();
            self.write(&staged, request, piles, count(end))?;
            position = end;
            self.breathe(begun);
        }
        self.patiently(|| {
            self.book.writer.write_blocking(move |tx, now| imports::end(tx, id, token, ImportStatus::Done, None, now))
        })?;
        watch(Progress { position, units, rows: done });
        Ok(())
    }

    fn write(&self, staged: &Staged, request: &ImportRequest, piles: Vec<Pile>, position: i64) -> Result<(), ImportError> {
        match (request.dry_run, request.kind) {
            (true, _) => dry::write(self, &staged.reading, request.kind, piles, position),
            (false, ImportKind::Orders) => orders::write(self, &staged.reading, piles, position),
            (false, ImportKind::Customers) => people::write(self, &staged.reading, &piles, position),
        }
    }

    /// Does it, and again while the ledger is busy or away; `false` says that the import is another's.
    pub(super) fn patiently(&self, mut write: impl FnMut() -> Result<bool, WriteError>) -> Result<(), ImportError> {
        for attempt in 1.. {
            match write() {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(ImportError::TakenOver),
                Err(error @ WriteError::Failed(_)) => return Err(error.into()),
                Err(error) if attempt >= TRIES => return Err(error.into()),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
        Err(ImportError::Stopped)
    }

    /// Leaves the file database to others for a while: another process waits by looking now and then.
    fn breathe(&self, begun: Instant) {
        let took = self.book.clock.now().micros().saturating_sub(begun.micros());
        if matches!(self.book.place, crate::db::connect::Place::Sqlite(_)) {
            std::thread::sleep(Duration::from_micros(u64::try_from((took / 3).clamp(4_000, 60_000)).unwrap_or(4_000)));
        }
    }
}

/// The next orders, few enough for one transaction.
fn next(staged: &mut Staged, position: usize) -> Result<Vec<Pile>, FileFault> {
    let mut piles = Vec::new();
    let mut rows = 0_u32;
    let units: Vec<_> = staged.spool.units.get(position..).unwrap_or_default().iter().take(UNITS_MAX).copied().collect();
    for unit in units {
        rows = rows.saturating_add(unit.rows);
        if !piles.is_empty() && rows > ROWS_MAX {
            break;
        }
        let lines = staged.spool.read(unit)?;
        let number = orders::number(&staged.reading, &lines, unit.copy);
        piles.push(Pile { number, rows: lines });
    }
    Ok(piles)
}
