//! `hound backup`: the ledger in one file, taken while the service runs.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, fail, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::operations::back_up_ledger::{BackupLabel, back_up_ledger};
use crate::vault::Vault;

/// What the signing key is sealed for.
const KEY_PLACE: &str = "backup:signing_key";

/// Of the passphrase's salt, in bytes.
const SALT: usize = 16;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; it must not exist
    file: PathBuf,
    /// Takes the signing key along, sealed under HOUND_BACKUP_PASSPHRASE
    #[arg(long)]
    with_key: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let sealed_key = if args.with_key { Some(seal_key(config)?) } else { None };
    take(config, &args.file, sealed_key)?;
    say(format!("the ledger is in {}", args.file.display()));
    if !args.with_key && config.signing_key.is_none() {
        let key = config.data_dir.join("signing.key");
        say(format!("keep {} with it, in another place: tokens and sealed secrets need it", key.display()));
    }
    Ok(())
}

/// Writes a backup to `file`: whole under that name, or not at all.
pub(super) fn take(config: &Config, file: &Path, sealed_key: Option<String>) -> Outcome {
    if file.exists() {
        return Err(Failure(format!("{} exists; name a new file", file.display())));
    }
    let draft = PathBuf::from(format!("{}.part", file.display()));
    drop(std::fs::remove_file(&draft));
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
    made.map_err(|error| Failure(format!("cannot write {}: {error}", draft.display())))?;
    let label = BackupLabel { taken_at: Clock::wall().now(), version: env!("CARGO_PKG_VERSION").to_owned(), sealed_key };
    let written = back_up_ledger(&config.places().0, &draft, &label).map_err(fail).and_then(|()| settle(&draft, file));
    if written.is_err() {
        drop(std::fs::remove_file(&draft));
    }
    written
}

/// Gives a file its name once its content is on the disk.
pub(super) fn settle(draft: &Path, file: &Path) -> Outcome {
    let fault = |error: std::io::Error| Failure(format!("cannot write {}: {error}", file.display()));
    File::open(draft).and_then(|open| open.sync_all()).map_err(fault)?;
    std::fs::rename(draft, file).map_err(fault)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|open| open.sync_all()).map_err(fault)
}

fn seal_key(config: &Config) -> Result<String, Failure> {
    let text = match &config.signing_key {
        Some(key) => key.reveal().to_owned(),
        None => std::fs::read_to_string(config.data_dir.join("signing.key"))
            .map_err(|error| Failure(format!("cannot read the signing key: {error}")))?,
    };
    let mut salt = [0_u8; SALT];
    getrandom::fill(&mut salt).map_err(fail)?;
    let sealed = vault(config, &salt)?.seal(KEY_PLACE, &text).map_err(fail)?;
    Ok(format!("{}:{sealed}", hex::encode(salt)))
}

/// The signing key that a backup brought along.
pub(super) fn open_key(config: &Config, sealed: &str) -> Result<String, Failure> {
    let damaged = || Failure("the signing key in the backup is damaged".to_owned());
    let (salt, sealed) = sealed.split_once(':').ok_or_else(damaged)?;
    let salt = hex::decode(salt).map_err(|_| damaged())?;
    let opened = vault(config, &salt)?.open(KEY_PLACE, sealed);
    opened.map_err(|_| Failure("HOUND_BACKUP_PASSPHRASE does not open the signing key in this backup".to_owned()))
}

fn vault(config: &Config, salt: &[u8]) -> Result<Vault, Failure> {
    let passphrase = config.backup_passphrase.as_ref().ok_or_else(|| {
        Failure(
            "the signing key in a backup needs a passphrase; set HOUND_BACKUP_PASSPHRASE or HOUND_BACKUP_PASSPHRASE_FILE"
                .to_owned(),
        )
    })?;
    Ok(Vault::of_passphrase(passphrase.reveal(), salt))
}
