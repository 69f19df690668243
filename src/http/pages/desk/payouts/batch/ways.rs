//! The ways by which an approved batch leaves: a file a rail, and the table of all.

use std::collections::BTreeMap;

use crate::db::payout_batches::Total;
use crate::domain::id::PayoutId;
use crate::domain::payout::{PayoutStatus, Rail};
use crate::http::pages::frame::Frame;
use crate::rails::FORMATS;

/// A file that can be taken.
pub(super) struct Way {
    /// The format's word in addresses.
    pub(super) format: &'static str,
    /// What it is called.
    pub(super) name: String,
    /// What it pays.
    pub(super) pays: String,
    /// Whether its bank is told the day of execution.
    pub(super) dated: bool,
    /// Whether some of it left in this format before.
    pub(super) taken: bool,
}

/// How many payouts of a batch are approved and not yet paid, by rail.
pub(super) fn waiting(totals: &[Total]) -> Vec<(Rail, i64)> {
    let mut rails: BTreeMap<Rail, i64> = BTreeMap::new();
    let open = |total: &&Total| total.status == PayoutStatus::Approved && total.rail != Rail::Offset;
    for total in totals.iter().filter(open) {
        *rails.entry(total.rail).or_default() += total.payouts;
    }
    rails.into_iter().collect()
}

/// The files for what waits.
pub(super) fn ways(frame: &Frame, waiting: &[(Rail, i64)], exported: &[(PayoutId, String)]) -> Vec<Way> {
    let way = |(rail, count): &(Rail, i64)| {
        let format = FORMATS.iter().find(|format| format.rail == Some(*rail))?;
        Some(Way {
            format: format.name,
            name: frame.say(&format!("payouts-file-{}", format.name)),
            pays: frame.count("payouts-payouts", *count, &[("number", &frame.number(count))]),
            dated: matches!(rail, Rail::Sepa | Rail::Ach),
            taken: exported.iter().any(|(_, left)| left == format.name),
        })
    };
    waiting.iter().filter_map(way).collect()
}
