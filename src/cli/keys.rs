//! `hound keys rotate`: a new key for what stands sealed in the ledger.

use std::time::Duration;

use clap::Subcommand;

use super::token::{VAULT_KEYS, keyring};
use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::sealed::Shelf;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::renew_seals::renew_seals;
use crate::vault::{self, Vault};

/// Longer than a request takes that had sealed something with the old key just before there was a new one.
const LATE: Duration = Duration::from_secs(5);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Seals everything again with a new key; may be interrupted and run again, while the service runs
    Rotate,
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    match command {
        Command::Rotate => rotate(config),
    }
}

fn rotate(config: &Config) -> Outcome {
    let (_, sandbox) = config.places();
    let has_sandbox = sandbox.exists().map_err(fail)?;
    let books = open_books(config)?;
    let vault = keyring(config, &books)?.vault();
    let path = config.data_dir.join(VAULT_KEYS);
    // Keys that were given are the operator's to add and to take away.
    let ours = config.vault_keys.is_none();
    if ours && !vault::begin_rotation(&path).map_err(fail)? {
        say("going on with a rotation that was interrupted");
    }
    let mut all = vec![std::sync::Arc::clone(&books.live)];
    if has_sandbox {
        all.push(books.of(Mode::Sandbox).map_err(fail)?);
    }
    let (mut renewed, lost) = renew_all(&all, &vault)?;
    if ours {
        std::thread::sleep(LATE);
        renewed += renew_all(&all, &vault)?.0;
        vault::end_rotation(&path).map_err(fail)?;
    }
    say(format!("sealed again: {renewed}; the key is {}", vault.newest().map_err(fail)?));
    if !ours {
        say("all but the last key may be taken out of HOUND_VAULT_KEYS now");
    }
    if lost > 0 {
        let what = "were sealed with a key that is lost, and stay as they are; enter them again";
        return Err(Failure(format!("{lost} secrets {what}")));
    }
    Ok(())
}

/// Seals everything again that an older key sealed; returns how much, and how much no key opens.
fn renew_all(books: &[std::sync::Arc<Book>], vault: &Vault) -> Result<(u64, u64), Failure> {
    let (mut renewed, mut lost) = (0, 0);
    for (book, shelf) in books.iter().flat_map(|book| Shelf::ALL.map(|shelf| (book, shelf))) {
        let mut after = None;
        loop {
            let (vault, from) = (vault.clone(), after.take());
            let slice = book.writer.write_blocking(move |tx, _| renew_seals(tx, &vault, shelf, from.as_ref()));
            let slice = slice.map_err(fail)?.map_err(fail)?;
            renewed += slice.renewed;
            lost += slice.lost;
            match slice.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
    }
    Ok((renewed, lost))
}
