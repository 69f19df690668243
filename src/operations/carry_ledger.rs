//! Carries every row of a ledger into an empty one, on whichever engine: a page at a time, each
//! committed together with how far it came, so that whoever was stopped goes on where he was.

use serde::{Deserialize, Serialize};

use crate::db::connect::ConnectError;
use crate::db::tables::{HOUSEKEEPING, Table, tables};
use crate::db::transact::{Link, WriteError};
use crate::db::{Conn, DbFault, settings, terms};

/// Why rows could not be carried.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// The source cannot be read.
    #[error("the source cannot be read: {0}")]
    Reading(#[from] DbFault),
    /// The target cannot be written.
    #[error("the target cannot be written: {0}")]
    Writing(#[from] WriteError),
    /// One of them cannot be opened.
    #[error(transparent)]
    Opening(#[from] ConnectError),
    /// They do not fit each other; why.
    #[error("{0}")]
    Refused(String),
}

/// The setting of a target that names the program being carried into it. A ledger that has it is not whole.
pub const CARRYING: &str = "carrying";

/// Before the name of a table, for the setting that says how far it has come.
const PROGRESS: &str = "carrying.";

/// Settings that are those of an installation and not of its ledger.
const OWN: [&str; 3] = ["last_probe", crate::db::freeze::MOVED_TO, CARRYING];

/// How far a table has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// Its rows up to this key are there.
    Rows(Option<String>),
    /// All its rows are there; what they refer to among themselves is, up to this key.
    Relations(Option<String>),
    /// It is whole.
    Done,
}

/// Carries all rows from `source`, which must stand still meanwhile, into the migrated ledger behind
/// `target`, which must be empty or have been left half-way by an earlier try. `tell` hears of each
/// table that is whole, with the rows carried now.
///
/// # Errors
/// What the databases report, or why the two do not fit. Trying again goes on from there.
pub fn carry_ledger(source: &mut Conn<'_>, target: &mut Link, tell: &mut dyn FnMut(&str, usize)) -> Result<(), CarryError> {
    let program = terms::program(source)?.ok_or_else(|| CarryError::Refused("the source is no ledger yet".to_owned()))?;
    let to = claim(target, &program.id.to_string())?;
    let from = tables(source)?;
    for table in to.iter().filter(|table| !HOUSEKEEPING.contains(&table.name.as_str())) {
        let Some(there) = from.iter().find(|there| there.matches(table)) else {
            return Err(CarryError::Refused(format!("{} differs between the two; bring both to one version first", table.name)));
        };
        let mut count = 0;
        loop {
            let (stage, rows) = step(source, target, there, table)?;
            count += rows;
            if stage == Stage::Done {
                break;
            }
        }
        tell(&table.name, count);
    }
    finish(source, target)
}

/// Claims a target for the program `mine`, and returns its tables, those that others refer to first.
///
/// # Errors
/// What the database reports, or why it cannot be had.
pub fn claim(target: &mut Link, mine: &str) -> Result<Vec<Table>, CarryError> {
    let begun = target.transact(&mut |tx| {
        let to = tables(tx)?;
        let standing = settings::get(tx, CARRYING)?;
        if standing.is_none() {
            for table in to.iter().filter(|table| !HOUSEKEEPING.contains(&table.name.as_str())) {
                if !table.page(tx, None)?.rows.is_empty() {
                    return Ok(Err("the target is not empty; name a new one".to_owned()));
                }
            }
            settings::put(tx, CARRYING, mine)?;
        }
        if standing.is_some_and(|standing| standing != mine) {
            return Ok(Err("the target holds a part of another ledger; name a new one".to_owned()));
        }
        Ok(Ok(to))
    })?;
    begun.map_err(CarryError::Refused)
}

/// Carries the next page of a table; returns how far it is, and how many rows were added.
fn step(source: &mut Conn<'_>, target: &mut Link, from: &Table, to: &Table) -> Result<(Stage, usize), CarryError> {
    let name = format!("{PROGRESS}{}", to.name);
    let stored = target.transact(&mut |tx| settings::get(tx, &name))?;
    let stage = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Stage::Rows(None));
    let (page, next) = match &stage {
        Stage::Rows(after) => {
            let page = from.page(source, after.as_deref())?;
            let done = if to.refers_to_itself() { Stage::Relations(None) } else { Stage::Done };
            let next = page.next.clone().map_or(done, |key| Stage::Rows(Some(key)));
            (page, next)
        }
        Stage::Relations(after) => {
            let page = from.related(source, after.as_deref())?;
            let next = page.next.clone().map_or(Stage::Done, |key| Stage::Relations(Some(key)));
            (page, next)
        }
        Stage::Done => return Ok((Stage::Done, 0)),
    };
    let progress = serde_json::to_string(&next).unwrap_or_default();
    target.transact(&mut |tx| {
        match &stage {
            Stage::Rows(_) => to.insert(tx, &page.rows)?,
            _ => to.relate(tx, &page.rows)?,
        }
        settings::put(tx, &name, &progress)
    })?;
    let added = if matches!(stage, Stage::Rows(_)) { page.rows.len() } else { 0 };
    Ok((next, added))
}

/// Takes the ledger's own settings over and ends the claim.
fn finish(source: &mut Conn<'_>, target: &mut Link) -> Result<(), CarryError> {
    let all = settings::beginning(source, "")?;
    let lasting: Vec<&(String, String)> =
        all.iter().filter(|(name, _)| !OWN.contains(&name.as_str()) && !name.starts_with(PROGRESS)).collect();
    target.transact(&mut |tx| {
        for (name, value) in &lasting {
            settings::put(tx, name, value)?;
        }
        for (name, _) in settings::beginning(tx, PROGRESS)? {
            settings::remove(tx, &name)?;
        }
        settings::remove(tx, CARRYING)
    })?;
    Ok(())
}
