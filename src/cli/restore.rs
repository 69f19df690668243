//! `hound restore`: puts a backup in the ledger's place, after a safety copy of what is there.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::token::KEY_FINGERPRINT;
use super::{Failure, Outcome, backup, fail, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::connect::Place;
use crate::db::{files, settings};
use crate::operations::back_up_ledger::{BackupLabel, label_of};
use crate::operations::carry_ledger::CARRYING;
use crate::operations::restore_ledger::{make_ready, restore_ledger};
use crate::tokens::Keyring;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file made by `hound backup`
    file: PathBuf,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let label = label_of(&args.file).map_err(fail)?;
    let label = label.ok_or_else(|| Failure(format!("{} was not made by hound backup", args.file.display())))?;
    config.make_data_dir().map_err(fail)?;
    let place = config.places().0;
    let there = place.exists().map_err(fail)?;
    if there && files::in_use(&place).map_err(fail)? {
        return Err(Failure("the service or another command uses the ledger; stop it first".to_owned()));
    }
    fit_key(config, &args.file, &label)?;
    let draft = config.data_dir.join("restore.part.db");
    let now = Clock::wall().now();
    drop(std::fs::remove_file(&draft));
    std::fs::copy(&args.file, &draft).map_err(|error| Failure(format!("cannot copy {}: {error}", args.file.display())))?;
    make_ready(&draft, &label, now).map_err(fail)?;
    let safety = config.data_dir.join(format!("before-restore-{}.db", now.seconds()));
    match &place {
        Place::Sqlite(ledger) => {
            if there {
                std::fs::rename(ledger, &safety).map_err(fail)?;
            }
            backup::settle(&draft, ledger)?;
        }
        Place::Postgres { .. } => {
            let whole = settings::get(&mut place.open().map_err(fail)?.conn(), CARRYING).is_ok_and(|carrying| carrying.is_none());
            if whole {
                backup::take(config, &safety, None)?;
            }
            restore_ledger(&draft, &place, &mut |table, rows| say(format!("{table}: {rows}"))).map_err(fail)?;
            std::fs::remove_file(&draft).map_err(fail)?;
        }
    }
    say(format!("the ledger is as it was at {}", label.taken_at));
    if safety.exists() {
        say(format!("what was there before is in {}", safety.display()));
    }
    say("letters, webhooks and payouts wait: compare with the bank and the payout provider, then run: hound resume");
    Ok(())
}

/// Makes sure that the key here opens what the backup holds; writes the one it brought along if there is none.
fn fit_key(config: &Config, file: &Path, label: &BackupLabel) -> Outcome {
    let path = config.data_dir.join("signing.key");
    let mut db = Place::Sqlite(file.to_path_buf()).open_read_only().map_err(fail)?;
    let Some(wanted) = settings::get(&mut db.conn(), KEY_FINGERPRINT).map_err(fail)? else { return Ok(()) };
    let ours = match &config.signing_key {
        Some(key) => Some(key.reveal().to_owned()),
        None => std::fs::read_to_string(&path).ok(),
    };
    if let Some(ours) = ours {
        let ours = Keyring::from_text(&ours).map_err(fail)?;
        let mend = "bring the key of that installation, or move this one away if the backup brought its own";
        return if ours.fingerprint() == wanted {
            Ok(())
        } else {
            Err(Failure(format!("the signing key here is not the one the backup was made with; {mend}")))
        };
    }
    let Some(sealed) = &label.sealed_key else {
        let mend = format!("bring {} from where the backup was made, or set HOUND_SIGNING_KEY", path.display());
        return Err(Failure(format!("the backup needs its signing key; {mend}")));
    };
    let text = backup::open_key(config, sealed)?;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    made.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))?;
    say(format!("the signing key is in {}", path.display()));
    Ok(())
}
