//! `hound migrate`: brings the live ledger and the sandbox to this version's schema.

use super::{Outcome, fail, say};
use crate::config::Config;
use crate::db::migrate::migrate;

pub(super) fn run(config: &Config) -> Outcome {
    config.make_data_dir().map_err(fail)?;
    let (live, sandbox) = config.places();
    for (name, place) in [("live", live), ("sandbox", sandbox)] {
        let applied = migrate(&place).map_err(fail)?;
        match applied.as_slice() {
            [] => say(format!("{name}: up to date")),
            applied => say(format!("{name}: applied {}", applied.join(", "))),
        }
    }
    Ok(())
}
