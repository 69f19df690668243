//! Takes in uploaded files, one at a time; whoever dies over one is followed when his lease is over.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Post, Stop};
use crate::db::imports::{self, ImportRow};
use crate::db::transact::WriteError;
use crate::domain::id::LeaseToken;
use crate::domain::intake::ImportStatus;
use crate::operations::books::Book;
use crate::operations::import::{ImportError, import_upload};

pub(super) fn run(post: &Post, stop: &Stop) {
    stop.while_wanted(|| post.books.opened().map(|book| usize::from(tick(&book, stop))).sum::<usize>() > 0);
}

/// Takes in one waiting file of a ledger; returns whether there was one.
fn tick(book: &Book, stop: &Stop) -> bool {
    let row = match book.readers.read(|conn| imports::waiting(conn, 1)) {
        Ok(mut rows) => rows.pop(),
        Err(error) => {
            tracing::warn!(%error, "uploaded files could not be looked for");
            None
        }
    };
    let Some(row) = row else { return false };
    let done = catch_unwind(AssertUnwindSafe(|| import_upload(book, &row, &mut |_| !stop.asked())));
    match done {
        Ok(Ok(taken)) => taken,
        Ok(Err(ImportError::Stopped | ImportError::TakenOver)) => false,
        Ok(Err(ImportError::Ledger(WriteError::Failed(fault)))) => {
            tracing::error!(fault, import = %row.id, "an import failed");
            give_up(book, &row, "the ledger could not take it in; the operator finds the cause in the log");
            true
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, import = %row.id, "an import was interrupted; it goes on when its lease is over");
            false
        }
        Err(_) => {
            give_up(book, &row, "the file broke its reader; save it as CSV and send it again");
            true
        }
    }
}

/// What failed for good would fail the next time too.
fn give_up(book: &Book, row: &ImportRow, said: &'static str) {
    let (id, token) = (row.id, LeaseToken::new(book.clock.now()));
    let ended = book.writer.write_blocking(move |tx, now| {
        imports::take(tx, id, token, true)?;
        imports::end(tx, id, token, ImportStatus::Failed, Some(said), now)
    });
    if let Err(error) = ended {
        tracing::warn!(%error, import = %id, "an import could not be ended");
    }
}
