//! The hash of what was approved: SHA-256 over one line per payout, ascending by id. Anybody with the list
//! can compute it again.

use sha2::{Digest, Sha256};

use crate::db::payouts::{self, Payout};
use crate::db::{Conn, DbResult};
use crate::domain::id::BatchId;

/// Payouts read at a time: some hundred kilobytes.
const PAGE: i64 = 1_000;

/// The hash of the payouts that were approved in a batch, as hexadecimal.
pub(super) fn hash_batch(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<String> {
    let mut hash = Sha256::new();
    let mut after = None;
    loop {
        let page = payouts::approved_page(conn, batch, after, PAGE)?;
        page.iter().for_each(|row| hash.update(line(row)));
        after = page.last().map(|row| row.id);
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(hex::encode(hash.finalize()));
        }
    }
}

fn line(row: &Payout) -> String {
    let account = row.account.as_deref().unwrap_or_default();
    format!("{};{};{};{};{};{account}\n", row.id, row.referrer_id, row.currency.code(), row.amount, row.rail.as_db())
}
