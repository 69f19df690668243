//! Seals again, under the newest key, what older keys sealed: a slice at a time, while the service runs.

use crate::db::sealed::{Sealed, Shelf, others, replace};
use crate::db::{DbResult, Tx};
use crate::vault::{Vault, VaultError};

/// Texts per slice: a few milliseconds of work.
const SLICE: i64 = 200;

/// What a slice came to.
#[derive(Debug, Clone, Default)]
pub struct Renewed {
    /// Texts sealed again.
    pub renewed: u64,
    /// Texts that no key opens: they were lost with a signing key, and are left as they are.
    pub lost: u64,
    /// Where to go on; none at the end of the shelf.
    pub last: Option<Sealed>,
}

/// Seals the next texts of a shelf again, after the one where the last slice ended.
///
/// # Errors
/// What the database reports, and inside that what the vault reports of the machine.
pub fn renew_seals(
    tx: &mut Tx<'_>,
    vault: &Vault,
    shelf: Shelf,
    after: Option<&Sealed>,
) -> DbResult<Result<Renewed, VaultError>> {
    let mark = match vault.newest() {
        Ok(name) => Vault::mark_of(&name),
        Err(error) => return Ok(Err(error)),
    };
    let rows = others(tx, shelf, &mark, after, SLICE)?;
    let mut slice = Renewed::default();
    for row in &rows {
        match vault.renew(&row.place, &row.text) {
            Ok(Some(text)) => {
                replace(tx, shelf, row, &text)?;
                slice.renewed += 1;
            }
            Ok(None) => {}
            Err(VaultError::Opening) => slice.lost += 1,
            Err(error) => return Ok(Err(error)),
        }
    }
    slice.last = rows.last().cloned();
    Ok(Ok(slice))
}
