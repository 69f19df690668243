//! Puts a backup in a ledger's place. What would leave the house waits until somebody has looked: the
//! backup does not know what was paid and written since.

use std::path::Path;

use super::back_up_ledger::{BACKUP, BackupLabel};
use super::carry_ledger::{CarryError, carry_ledger};
use super::check_ledger::check_ledger;
use crate::db::connect::Place;
use crate::db::transact::{Link, snapshot};
use crate::db::{migrate, outward, settings};
use crate::domain::instant::Instant;

/// Makes `file`, a copy of a backup, ready to take a ledger's place: brings it to this version, proves
/// that it is sound, and lets nothing leave the house from it.
///
/// # Errors
/// When the file cannot be read, is newer than this program, or is not as it should be.
pub fn make_ready(file: &Path, label: &BackupLabel, now: Instant) -> Result<(), CarryError> {
    let place = Place::Sqlite(file.to_path_buf());
    migrate::migrate(&place)?;
    let report = snapshot(&mut place.open_read_only()?, check_ledger)?;
    if !report.clean {
        return Err(CarryError::Refused(format!("the backup is not sound: {} differences", report.difference_count)));
    }
    let why = format!("restored at {now} from a backup taken at {}", label.taken_at);
    Link::new(place).transact(&mut |tx| {
        settings::remove(tx, BACKUP)?;
        settings::put(tx, outward::PAUSED, &why)
    })?;
    Ok(())
}

/// Replaces the ledger on a server by the one in `file`. Stopped half-way, the same call begins anew.
///
/// # Errors
/// What the databases report.
pub fn restore_ledger(file: &Path, place: &Place, tell: &mut dyn FnMut(&str, usize)) -> Result<(), CarryError> {
    migrate::recreate(place)?;
    let mut source = Place::Sqlite(file.to_path_buf()).open_read_only()?;
    carry_ledger(&mut source.conn(), &mut Link::new(place.clone()), tell)
}
