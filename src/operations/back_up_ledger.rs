//! Writes a ledger into one file, whole as of one moment, while others go on writing. From either
//! engine it is an ordinary embedded ledger, which `hound restore` takes back and any SQLite reads.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::carry_ledger::{CarryError, carry_ledger};
use crate::db::connect::Place;
use crate::db::transact::{Link, snapshot};
use crate::db::{Db, files, freeze, migrate, settings};
use crate::domain::instant::Instant;

/// The setting that makes a ledger a backup.
pub const BACKUP: &str = "backup";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupLabel {
    /// When it was taken.
    pub taken_at: Instant,
    /// By which version of the program.
    pub version: String,
    /// The signing key, sealed under a passphrase, if it was to come along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_key: Option<String>,
}

/// Writes the ledger at `place` to `file`, which must be empty, and labels it.
///
/// # Errors
/// What the databases report.
pub fn back_up_ledger(place: &Place, file: &Path, label: &BackupLabel) -> Result<(), CarryError> {
    let name = file.to_str().ok_or_else(|| CarryError::Refused("the file's name is not UTF-8".to_owned()))?;
    let copy = Place::Sqlite(file.to_path_buf());
    let mut source = place.open()?;
    if let Db::Sqlite(conn) = &mut source {
        files::copy_into(conn, name)?;
    } else {
        migrate::migrate(&copy)?;
        snapshot(&mut source, |conn| Ok(carry_ledger(conn, &mut Link::new(copy.clone()), &mut |_, _| {})))??;
    }
    let label = serde_json::to_string(label).unwrap_or_default();
    // A ledger that has moved gives backups that can be used.
    Link::new(copy).transact(&mut |tx| freeze::thaw(tx).and_then(|()| settings::put(tx, BACKUP, &label)))?;
    Ok(())
}

/// What the backup in `file` says of itself; none when it is none.
///
/// # Errors
/// When the file is no ledger.
pub fn label_of(file: &Path) -> Result<Option<BackupLabel>, CarryError> {
    let mut db = Place::Sqlite(file.to_path_buf()).open_read_only()?;
    let label = settings::get(&mut db.conn(), BACKUP)?;
    Ok(label.and_then(|text| serde_json::from_str(&text).ok()))
}
