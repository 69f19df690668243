//! The program and its numbered terms.

use diesel::prelude::*;

use super::schema::{programs, terms};
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::id::ProgramId;
use crate::domain::instant::Instant;
use crate::domain::program::{Terms, TermsVersion};

/// The program with all versions of its terms, oldest first.
#[derive(Debug, Clone)]
pub struct Program {
    /// The one program.
    pub id: ProgramId,
    /// Its terms, ascending by version; never empty.
    pub versions: Vec<TermsVersion>,
}

impl Program {
    /// The terms of `version`; the newest if there is no such version, which `check` reports.
    #[must_use]
    pub fn terms(&self, version: i64) -> &Terms {
        static DEFAULT: std::sync::LazyLock<Terms> = std::sync::LazyLock::new(Terms::default);
        let found = self.versions.iter().find(|terms| terms.version == version).or(self.versions.last());
        found.map_or(&*DEFAULT, |found| &found.terms)
    }

    /// Whether any version limits what the program may spend.
    #[must_use]
    pub fn has_budget(&self) -> bool {
        self.versions.iter().any(|version| !version.terms.caps.budget.is_empty())
    }

    /// The newest version.
    #[must_use]
    pub fn current(&self) -> Option<&TermsVersion> {
        self.versions.last()
    }
}

/// Reads the program; none before the first start has made it.
///
/// # Errors
/// What the database reports.
pub fn program(conn: &mut Conn<'_>) -> DbResult<Option<Program>> {
    // In one query, since every slice of orders asks: a program is made together with its first terms.
    let rows: Vec<(ProgramId, i64, Instant, Json<Terms>)> = on_db!(conn, c => terms::table
        .order((terms::program_id, terms::version))
        .select((terms::program_id, terms::version, terms::valid_from, terms::body))
        .load(c))?;
    let Some(id) = rows.first().map(|(id, ..)| *id) else { return Ok(None) };
    let own = rows.into_iter().filter(|(program, ..)| *program == id);
    let versions = own.map(|(_, version, valid_from, Json(terms))| TermsVersion { version, valid_from, terms }).collect();
    Ok(Some(Program { id, versions }))
}

/// The newest terms with their number; 0 and the defaults while there is no program.
///
/// # Errors
/// What the database reports.
pub fn in_force(conn: &mut Conn<'_>) -> DbResult<(i64, Terms)> {
    let newest = program(conn)?.and_then(|program| program.versions.into_iter().next_back());
    Ok(newest.map(|newest| (newest.version, newest.terms)).unwrap_or_default())
}

/// Makes the program with its first terms.
///
/// # Errors
/// What the database reports.
pub fn insert_program(tx: &mut Tx<'_>, id: ProgramId, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(programs::table)
        .values((programs::id.eq(id), programs::created_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// Adds a version. Two writers with the same number: one fails and is done again.
///
/// # Errors
/// What the database reports.
pub fn insert_version(tx: &mut Tx<'_>, program: ProgramId, version: &TermsVersion, actor: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(terms::table)
        .values((
            terms::program_id.eq(program),
            terms::version.eq(version.version),
            terms::valid_from.eq(version.valid_from),
            terms::actor.eq(actor),
            terms::body.eq(Json(version.terms.clone())),
        ))
        .execute(c)
        .map(drop))
}

/// Locks the program, so that versions are added one after the other.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>) -> DbResult<()> {
    let _locked: Vec<ProgramId> = load_locked!(tx, programs::table.select(programs::id).order(programs::id))?;
    Ok(())
}

/// Who made each version, oldest first.
///
/// # Errors
/// What the database reports.
pub fn actors(conn: &mut Conn<'_>) -> DbResult<Vec<(i64, String)>> {
    let by_version = terms::table.order((terms::program_id, terms::version));
    on_db!(conn, c => by_version.select((terms::version, terms::actor)).load(c))
}
