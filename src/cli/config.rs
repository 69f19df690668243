//! `hound config`: every setting, its value and where it came from.

use super::{Outcome, say};
use crate::config::Config;

pub(super) fn run(config: &Config) -> Outcome {
    for setting in &config.shown {
        let value = setting.value.as_deref().unwrap_or("(unset)");
        say(format!("{:<24} {value}  [{}]", setting.name, setting.origin));
    }
    Ok(())
}
