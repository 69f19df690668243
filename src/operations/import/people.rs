//! A slice of customers.

use std::collections::HashSet;
use std::sync::Arc;

use super::orders::{poisoned, refused};
use super::run::{ImportError, Pile, Run};
use crate::db::import_results::{self, ResultRow};
use crate::db::imports;
use crate::db::transact::WriteError;
use crate::db::types::AnyId;
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{CustomerId, ImportId};
use crate::domain::intake::customer::{Person, person};
use crate::domain::intake::order::Reading;
use crate::domain::intake::{RowFault, RowOutcome};
use crate::operations::resolve_customers::resolve;

/// A customer of the file with his row.
#[derive(Clone)]
struct Entry {
    row: u32,
    facts: CustomerFacts,
    note: Option<RowFault>,
}

/// Files a slice of customers, and leaves their results.
pub(super) fn write(run: &Run<'_>, reading: &Reading, piles: &[Pile], position: i64) -> Result<(), ImportError> {
    let now = run.book.clock.now();
    let (mut entries, mut results) = (Vec::new(), Vec::new());
    for row in piles.iter().flat_map(|pile| &pile.rows) {
        match person(reading, row, now) {
            Ok(Person { facts, mut notes }) => entries.push(Entry { row: row.number, facts, note: notes.pop() }),
            Err(faults) => results.extend(refused(run.id, None, std::slice::from_ref(row), &faults)),
        }
    }
    let results = Arc::new(results);
    match commit(run, &Arc::new(entries.clone()), &results, position) {
        Err(ImportError::Ledger(WriteError::Failed(fault))) => {
            tracing::error!(fault, "a slice of customers failed and is split");
            for entry in entries {
                one_by_one(run, entry, position - i64::try_from(piles.len()).unwrap_or(0))?;
            }
            commit(run, &Arc::default(), &results, position)
        }
        written => written,
    }
}

/// One customer may poison a slice: he is left out, the others stay.
fn one_by_one(run: &Run<'_>, entry: Entry, position: i64) -> Result<(), ImportError> {
    let row = entry.row;
    match commit(run, &Arc::new(vec![entry]), &Arc::default(), position) {
        Err(ImportError::Ledger(WriteError::Failed(_))) => {
            commit(run, &Arc::default(), &Arc::new(vec![poisoned(run.id, row)]), position)
        }
        written => written,
    }
}

fn commit(run: &Run<'_>, entries: &Arc<Vec<Entry>>, refused: &Arc<Vec<ResultRow>>, position: i64) -> Result<(), ImportError> {
    let (id, token) = (run.id, run.token);
    run.patiently(|| {
        let (entries, refused) = (Arc::clone(entries), Arc::clone(refused));
        run.book.writer.write_blocking(move |tx, now| {
            if !imports::advance(tx, id, token, position)? {
                return Ok(false);
            }
            let facts: Vec<Option<&CustomerFacts>> = entries.iter().map(|entry| Some(&entry.facts)).collect();
            let people = resolve(tx, now, &facts, &[])?;
            let mut news: HashSet<CustomerId> = people.created.iter().copied().collect();
            let found = entries.iter().zip(&people.of);
            let rows: Vec<ResultRow> = found.map(|(entry, found)| result(id, entry, *found, &mut news)).collect();
            import_results::insert(tx, &rows)?;
            import_results::insert(tx, &refused).map(|()| true)
        })
    })
}

fn result(id: ImportId, entry: &Entry, found: Option<CustomerId>, news: &mut HashSet<CustomerId>) -> ResultRow {
    // The first row that speaks of somebody files him, later ones add to him.
    let new = found.is_some_and(|customer| news.remove(&customer));
    let mut row = ResultRow::new(id, entry.row, if new { RowOutcome::Filed } else { RowOutcome::Known });
    row.subject_id = found.map(|customer| AnyId::from_uuid(customer.uuid()));
    row.remark(entry.note.as_ref());
    row
}
