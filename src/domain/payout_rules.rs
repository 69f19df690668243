//! How a program pays: when batches are made, who approves them, and by which rail a referrer's
//! money leaves.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::field::FieldError;
use super::id::ReferrerId;
use super::instant::Instant;
use super::money::Currency;
use super::payout::{Course, NotPaidReason, Rail, Waiting};
use super::program::Terms;

/// Hours in which nothing is paid after somebody changed where his money goes: long enough for the letter
/// to the old address to be read.
pub const HOLD_HOURS: i64 = 48;

/// Days after money first became ready on which somebody without details is asked for them.
pub const REMINDER_DAYS: [i64; 3] = [0, 7, 30];

/// The rules of paying; part of the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutRules {
    /// Whether a referrer must have said where his money goes. Unless set, the owner knows how to pay
    /// those who have not, and does so by hand.
    pub require_details: bool,
    /// Who approves a batch. One person unless set.
    pub approval: Approval,
    /// When batches are prepared by themselves; approved they are never. Not at all unless set.
    pub schedule: Schedule,
    /// The month (1 to 12) whose first scheduled batch pays small rests too; 0 is never. December unless set.
    pub sweep_month: i64,
}

/// Who approves a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Whoever may.
    OnePerson,
    /// Somebody other than who prepared it.
    TwoPeople,
}

/// When batches are prepared by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Never.
    None,
    /// On the first day of each month.
    Monthly,
    /// On each Monday.
    Weekly,
    /// As soon as somebody's approved money reaches the minimum.
    WhenApproved,
}

/// Where somebody's money goes, as far as the law must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// How it leaves.
    pub rail: Rail,
    /// Nothing is paid before, because it was changed.
    pub hold_until: Option<Instant>,
}

impl Default for PayoutRules {
    fn default() -> Self {
        Self { require_details: false, approval: Approval::OnePerson, schedule: Schedule::None, sweep_month: 12 }
    }
}

/// Somebody for whom money waits, as a batch looks at him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payee {
    /// Whether he is paused.
    pub paused: bool,
    /// What is ready for him in the currency, in minor units.
    pub ready: i64,
    /// Where his money goes, if he said so.
    pub method: Option<Method>,
}

impl Terms {
    /// By which rail what waits for `payee` leaves in a batch of now; one that sweeps pays small rests too.
    ///
    /// # Errors
    /// Why it stays.
    pub fn leaves(
        &self,
        waiting: &Waiting,
        currency: Currency,
        payee: &Payee,
        sweep: bool,
        now: Instant,
    ) -> Result<Rail, NotPaidReason> {
        let minimum = if sweep { 1 } else { self.payout_minimum(currency) };
        match waiting.course(minimum, payee.paused, payee.ready) {
            Course::Pay => self.payouts.rail(payee.method, waiting.counted, currency, now),
            Course::Offset => Ok(Rail::Offset),
            Course::Leave(reason) => Err(reason),
        }
    }
}

impl PayoutRules {
    /// Checks rules that are about to be in force.
    pub(super) fn check(&self) -> impl Iterator<Item = FieldError> {
        let wrong = || FieldError::new("/payouts/sweep_month", "out_of_range", "must be between 0 and 12");
        (!(0..=12).contains(&self.sweep_month)).then(wrong).into_iter()
    }

    /// The rail that carries `amount` minor units of `currency` to somebody with `method`.
    ///
    /// # Errors
    /// Why nothing can carry it now.
    pub fn rail(&self, method: Option<Method>, amount: i64, currency: Currency, now: Instant) -> Result<Rail, NotPaidReason> {
        let Some(Method { rail, hold_until }) = method else {
            return if self.require_details { Err(NotPaidReason::NoDetails) } else { Ok(Rail::Manual) };
        };
        if hold_until.is_some_and(|until| now < until) {
            return Err(NotPaidReason::DetailsOnHold);
        }
        if !rail.pays(currency) {
            return Err(NotPaidReason::RailDoesNotPayCurrency);
        }
        if rail.carries(amount, currency) { Ok(rail) } else { Err(NotPaidReason::BeyondRailLimits) }
    }

    /// The name of the scheduled batch that `now` falls into, on calendar days of `timezone`; none if
    /// there is no calendar in the schedule. A batch of a name is made once.
    #[must_use]
    pub fn period(&self, now: Instant, timezone: &str) -> Option<String> {
        match self.schedule {
            Schedule::None | Schedule::WhenApproved => None,
            Schedule::Monthly => Some(now.month_in(timezone)),
            Schedule::Weekly => Some(now.week_in(timezone)),
        }
    }

    /// The next day after `now` on which a batch is prepared by itself, on the calendar of `timezone`; none if there
    /// is no calendar in the schedule.
    #[must_use]
    pub fn next_run(&self, now: Instant, timezone: &str) -> Option<Date> {
        let today = now.date_in(timezone);
        match self.schedule {
            Schedule::None | Schedule::WhenApproved => None,
            Schedule::Monthly => today.first_of_month().checked_add(1.month()).ok(),
            Schedule::Weekly => today.checked_add((7 - i64::from(today.weekday().to_monday_zero_offset())).days()).ok(),
        }
    }

    /// Whether `now` lies in the month of the yearly sweep.
    #[must_use]
    pub fn sweeps_at(&self, now: Instant, timezone: &str) -> bool {
        let month = now.month_in(timezone);
        month.rsplit_once('-').and_then(|(_, month)| month.parse::<i64>().ok()) == Some(self.sweep_month)
    }
}

/// When somebody whose money waits `since` is asked again after `sent` of his turns have passed; none
/// after the last.
#[must_use]
pub fn next_reminder(since: Instant, sent: i64) -> Option<Instant> {
    let days = usize::try_from(sent).ok().and_then(|sent| REMINDER_DAYS.get(sent));
    days.map(|days| since.plus_days(*days))
}

/// What the reminder in a referrer's turn (0, 1, 2) is about: the same each time it is asked for, so that
/// it is written once.
#[must_use]
pub fn reminder_subject(referrer: ReferrerId, turn: i64) -> Uuid {
    let mut hash = Sha256::new_with_prefix("details missing");
    hash.update(referrer.uuid().as_bytes());
    hash.update(turn.to_be_bytes());
    let half = hash.finalize().first_chunk::<16>().copied().unwrap_or_default();
    // RFC 9562 §5.8: an id of our own making.
    uuid::Builder::from_custom_bytes(half).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_767_225_600_000_000);

    fn rail(
        rules: &PayoutRules,
        method: Option<(Rail, Option<i64>)>,
        amount: i64,
        currency: &str,
    ) -> Result<Rail, NotPaidReason> {
        let method = method.map(|(rail, hours)| Method { rail, hold_until: hours.map(|hours| NOW.plus_seconds(hours * 3_600)) });
        rules.rail(method, amount, Currency::parse(currency).expect("a currency"), NOW)
    }

    #[test]
    fn without_details_the_owner_pays_by_hand_unless_they_are_required() {
        let mut rules = PayoutRules::default();
        assert_eq!(rail(&rules, None, 2_500, "KWD"), Ok(Rail::Manual));
        rules.require_details = true;
        assert_eq!(rail(&rules, None, 2_500, "KWD"), Err(NotPaidReason::NoDetails));
        assert_eq!(rail(&rules, Some((Rail::Manual, None)), 2_500, "KWD"), Ok(Rail::Manual));
    }

    #[test]
    fn details_choose_the_rail_and_what_it_cannot_carry_is_named() {
        let rules = PayoutRules::default();
        assert_eq!(rail(&rules, Some((Rail::Sepa, None)), 2_500, "EUR"), Ok(Rail::Sepa));
        assert_eq!(rail(&rules, Some((Rail::Sepa, None)), 2_500, "USD"), Err(NotPaidReason::RailDoesNotPayCurrency));
        assert_eq!(rail(&rules, Some((Rail::Sepa, None)), i64::MAX, "EUR"), Err(NotPaidReason::BeyondRailLimits));
    }

    #[test]
    fn changed_details_wait_until_the_hold_is_over_to_the_microsecond() {
        let rules = PayoutRules::default();
        assert_eq!(rail(&rules, Some((Rail::Paypal, Some(1))), 2_500, "EUR"), Err(NotPaidReason::DetailsOnHold));
        assert_eq!(rail(&rules, Some((Rail::Paypal, Some(0))), 2_500, "EUR"), Ok(Rail::Paypal));
        assert_eq!(rail(&rules, Some((Rail::Paypal, Some(-1))), 2_500, "EUR"), Ok(Rail::Paypal));
    }

    #[test]
    fn whoever_does_not_answer_is_asked_three_times_and_each_turn_has_its_own_name() {
        let turns: Vec<Option<i64>> =
            (1..5).map(|sent| next_reminder(NOW, sent).map(|at| (at.seconds() - NOW.seconds()) / 86_400)).collect();
        assert_eq!(turns, [Some(7), Some(30), None, None]);
        let joe = ReferrerId::new(NOW);
        assert_eq!(reminder_subject(joe, 1), reminder_subject(joe, 1));
        assert_ne!(reminder_subject(joe, 1), reminder_subject(joe, 2));
        assert_ne!(reminder_subject(joe, 1), reminder_subject(ReferrerId::new(NOW), 1));
    }

    #[test]
    fn a_period_is_named_by_the_programs_own_calendar() {
        let of = |schedule, at: &str, zone: &str| {
            let rules = PayoutRules { schedule, ..PayoutRules::default() };
            rules.period(Instant::parse(at).expect("a time"), zone)
        };
        assert_eq!(of(Schedule::Monthly, "2026-11-30T23:30:00Z", "Europe/Berlin").as_deref(), Some("2026-12"));
        assert_eq!(of(Schedule::Monthly, "2026-11-30T23:30:00Z", "UTC").as_deref(), Some("2026-11"));
        assert_eq!(of(Schedule::Weekly, "2027-01-01T12:00:00Z", "UTC").as_deref(), Some("2026-W53"));
        assert_eq!(of(Schedule::WhenApproved, "2027-01-01T12:00:00Z", "UTC"), None);
        let next = |schedule, at: &str| {
            let rules = PayoutRules { schedule, ..PayoutRules::default() };
            rules.next_run(Instant::parse(at).expect("a time"), "UTC").map(|day| day.to_string())
        };
        assert_eq!(next(Schedule::Monthly, "2026-12-01T12:00:00Z").as_deref(), Some("2027-01-01"));
        assert_eq!(next(Schedule::Weekly, "2026-11-27T12:00:00Z").as_deref(), Some("2026-11-30"));
        assert_eq!(next(Schedule::Weekly, "2026-11-30T00:00:00Z").as_deref(), Some("2026-12-07"));
        assert_eq!(next(Schedule::None, "2026-11-30T00:00:00Z"), None);
        let sweeps = |month, at: &str| {
            let rules = PayoutRules { sweep_month: month, ..PayoutRules::default() };
            rules.sweeps_at(Instant::parse(at).expect("a time"), "UTC")
        };
        assert!(sweeps(12, "2026-12-01T00:00:00Z") && !sweeps(12, "2026-11-30T23:59:59Z") && !sweeps(0, "2026-12-01T00:00:00Z"));
    }
}
