//! Which money does not move, and why: nothing that is owed may be forgotten.

use serde::Serialize;

use super::instant::Instant;
use super::payout::NotPaidReason;

/// Ready for longer than this and in no batch: a monthly batch has come by at least once.
pub const NO_BATCH_DAYS: i64 = 35;

/// A batch is reviewed within a few days or forgotten.
pub const NOT_APPROVED_DAYS: i64 = 3;

/// What was approved has arrived by then, or somebody must ask where it is; unless asked otherwise.
pub const NOT_SETTLED_DAYS: i64 = 7;

/// What falls due is approved within the hour; after a day the worker does not run.
pub const HOLD_OVERDUE_DAYS: i64 = 1;

/// A debt that new commissions have not paid off for a year is offered to be written off.
pub const WRITE_OFF_DAYS: i64 = 365;

/// A storefront that sends seldom is silent when it has sent nothing for so many times its longest pause.
const SILENT_PAUSES: i64 = 2;

/// Any storefront may be quiet for a day.
const SILENT_SECONDS_MIN: i64 = 24 * 3_600;

/// From so few messages no rhythm can be told.
const RHYTHM_MESSAGES_MIN: usize = 3;

/// Why money does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Reason {
    /// The next batch would leave it, and why.
    Left(NotPaidReason),
    /// It stands elsewhere.
    Stuck(Stuck),
}

/// Where money can stand still besides the list of those not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stuck {
    /// Its hold is over and nobody approved it: does the worker run?
    HoldOverdue,
    /// It waits for the owner's decision.
    HeldWithoutDecision,
    /// Ready for 35 days, and no batch took it.
    NotInBatch,
    /// A payout of it failed, and no other was made.
    PayoutFailed,
    /// A payout of it came back, and no other was made.
    PayoutReturned,
    /// Its batch was prepared and never approved.
    BatchNotApproved,
    /// Its payout was approved and nobody said what became of it.
    PayoutNotSettled,
}

impl From<Stuck> for Reason {
    fn from(stuck: Stuck) -> Self {
        Self::Stuck(stuck)
    }
}

/// What is ready of one referrer in one currency, as the law sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// Why the next batch would leave it, if it would.
    pub left: Option<NotPaidReason>,
    /// The last payout of it that did not arrive, and when that was known.
    pub came_back: Option<(Stuck, Instant)>,
    /// Since when the oldest of it is ready.
    pub since: Instant,
}

impl Ready {
    /// Why it does not move, and since when; none while it waits for the next batch.
    #[must_use]
    pub fn stuck(&self, now: Instant) -> Option<(Reason, Instant)> {
        match (self.left, self.came_back) {
            // What is below the minimum only waits; whatever else stands in the way comes first.
            (Some(reason), _) if !matches!(reason, NotPaidReason::BelowMinimum) => Some((Reason::Left(reason), self.since)),
            (_, Some((why, since))) => Some((Reason::Stuck(why), since)),
            (Some(reason), None) => Some((Reason::Left(reason), self.since)),
            (None, None) if self.since.plus_days(NO_BATCH_DAYS) <= now => Some((Reason::Stuck(Stuck::NotInBatch), self.since)),
            (None, None) => None,
        }
    }
}

/// When a sum moved, by how many minor units, and what did it.
pub type Step<T> = (Instant, i64, T);

/// Since when a sum that moved by these steps, in the order of time, has been below 0 without a break;
/// none if it is not. The second part is what made it so.
#[must_use]
pub fn negative_since<T: Copy>(steps: &[Step<T>]) -> Option<(Instant, T)> {
    let (mut sum, mut since) = (0_i64, None);
    for (at, amount, cause) in steps {
        sum = sum.saturating_add(*amount);
        since = if sum < 0 { since.or(Some((*at, *cause))) } else { None };
    }
    since
}

/// Since when a storefront that sent messages at these times, in any order, is silent: when it has sent
/// nothing for a day and for twice its longest pause.
#[must_use]
pub fn silent_since(mut sent: Vec<Instant>, now: Instant) -> Option<Instant> {
    sent.sort_unstable();
    let last = *sent.last()?;
    if sent.len() < RHYTHM_MESSAGES_MIN {
        return None;
    }
    let pauses = sent.iter().zip(sent.iter().skip(1)).map(|(one, next)| next.seconds() - one.seconds());
    let patience = pauses.max().unwrap_or(0).saturating_mul(SILENT_PAUSES).max(SILENT_SECONDS_MIN);
    (now.seconds() - last.seconds() > patience).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(0).plus_days(day)
    }

    #[test]
    fn what_is_ready_moves_until_something_stands_in_its_way() {
        let fresh = Ready { left: None, came_back: None, since: day(0) };
        assert_eq!(fresh.stuck(day(34)), None);
        assert_eq!(fresh.stuck(day(35)), Some((Reason::Stuck(Stuck::NotInBatch), day(0))));
        let small = Ready { left: Some(NotPaidReason::BelowMinimum), ..fresh };
        assert_eq!(small.stuck(day(1)), Some((Reason::Left(NotPaidReason::BelowMinimum), day(0))));
        let failed = Ready { came_back: Some((Stuck::PayoutFailed, day(9))), ..small };
        assert_eq!(failed.stuck(day(10)), Some((Reason::Stuck(Stuck::PayoutFailed), day(9))));
        let paused = Ready { left: Some(NotPaidReason::ReferrerPaused), ..failed };
        assert_eq!(paused.stuck(day(10)), Some((Reason::Left(NotPaidReason::ReferrerPaused), day(0))));
    }

    #[test]
    fn a_debt_is_as_old_as_the_step_that_made_it() {
        assert_eq!(negative_since::<u8>(&[]), None);
        assert_eq!(negative_since(&[(day(1), 5, 'a'), (day(2), -5, 'b')]), None);
        assert_eq!(negative_since(&[(day(1), 5, 'a'), (day(2), -9, 'b'), (day(3), 1, 'c')]), Some((day(2), 'b')));
        let healed = [(day(1), -5, 'a'), (day(2), 5, 'b'), (day(3), -1, 'c')];
        assert_eq!(negative_since(&healed), Some((day(3), 'c')));
    }

    #[test]
    fn a_storefront_is_silent_by_its_own_rhythm() {
        let hours =
            |hours: &[i64]| hours.iter().map(|hour| Instant::from_micros(0).plus_seconds(hour * 3_600)).collect::<Vec<_>>();
        let at = |hour: i64| Instant::from_micros(0).plus_seconds(hour * 3_600);
        assert_eq!(silent_since(hours(&[0, 1]), at(1_000)), None, "too few to tell");
        assert_eq!(silent_since(hours(&[2, 0, 1]), at(26)), None, "within a day");
        assert_eq!(silent_since(hours(&[2, 0, 1]), at(27)), Some(at(2)));
        // Every other day is its habit.
        assert_eq!(silent_since(hours(&[0, 48, 96]), at(96 + 96)), None);
        assert_eq!(silent_since(hours(&[0, 48, 96]), at(96 + 97)), Some(at(96)));
    }
}
