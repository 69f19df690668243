//! Moves a ledger to another database, on whichever engine, and proves that it arrived: the source
//! takes no writes from here on, whoever asks, and the target ends in the same state.

use super::carry_ledger::{CarryError, carry_ledger, claim};
use super::hash_state::hash_state;
use crate::db::connect::Place;
use crate::db::freeze::freeze;
use crate::db::transact::{Link, snapshot};
use crate::db::{migrate, terms};

/// Moves the ledger at `from` to `to`, a new database; `named` says to a person where that is. Stopped
/// half-way, the same call goes on. `tell` hears of each table that is whole. Returns the hash of the
/// state that both are in.
///
/// # Errors
/// What the databases report, or why the two do not fit. Before the target is found fit, the source is
/// left as it was.
pub fn copy_ledger(from: &Place, to: &Place, named: &str, tell: &mut dyn FnMut(&str, usize)) -> Result<String, CarryError> {
    migrate::migrate(from)?;
    migrate::migrate(to)?;
    let mut source = from.open_read_only()?;
    let program = terms::program(&mut source.conn())?;
    let program = program.ok_or_else(|| CarryError::Refused("the source is no ledger yet".to_owned()))?;
    let mut target = Link::new(to.clone());
    claim(&mut target, &program.id.to_string())?;
    Link::new(from.clone()).transact(&mut |tx| freeze(tx, named))?;
    carry_ledger(&mut source.conn(), &mut target, tell)?;
    let ours = snapshot(&mut source, hash_state)?;
    let theirs = snapshot(&mut to.open_read_only()?, hash_state)?;
    if ours == theirs {
        Ok(ours)
    } else {
        Err(CarryError::Refused(format!("the target is in another state ({theirs}) than the source ({ours})")))
    }
}
