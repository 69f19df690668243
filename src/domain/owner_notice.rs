//! What the owner is told by letter, and the hours of his week.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::instant::Instant;
use super::locale::Locale;
use super::money::Money;
use super::notice::Why;

/// The hour of the day at which the owner's week and his pay days begin.
const MORNING: i8 = 8;

/// The kinds of letter to the owner. Each is queued once per (kind, subject).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerNotice {
    /// A payout did not go through. Subject: the payout.
    PayoutFailed,
    /// What waits this week. Subject: the week, such as `2026-W48`.
    WeeklyDigest,
    /// Money is ready and nobody has prepared a batch this month. Subject: the day.
    RunReminder,
    /// A connected shop has not said a word for a day. Subject: the connection and its last word.
    NoOrders,
    /// An endpoint was switched off. Subject: the endpoint and when.
    EndpointDisabled,
}

impl OwnerNotice {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::PayoutFailed, Self::WeeklyDigest, Self::RunReminder, Self::NoOrders, Self::EndpointDisabled];

    /// The word in the database and in the names of texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayoutFailed => "payout_failed",
            Self::WeeklyDigest => "weekly_digest",
            Self::RunReminder => "run_reminder",
            Self::NoOrders => "no_orders",
            Self::EndpointDisabled => "endpoint_disabled",
        }
    }
}

/// Everything an owner's letter may mention, gathered when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerFacts {
    /// Which letter.
    pub kind: OwnerNotice,
    /// In which language.
    pub locale: Locale,
    /// The shop's name.
    pub shop: String,
    /// Sums by currency, all positive.
    pub sums: Vec<Money>,
    /// For how many people.
    pub people: usize,
    /// How many decisions wait.
    pub decisions: usize,
    /// Whom or what it is about: a referrer's name, an endpoint's host, a connection's source.
    pub about: Option<String>,
    /// Why.
    pub reason: Option<Why>,
    /// Since when, as a calendar day in the program's zone.
    pub since: Option<String>,
}

/// The letters whose time has come at `now` in the zone `timezone`, with their subjects: the digest from
/// Monday morning on, the reminder from the morning of the first and of the fourth of the month on.
#[must_use]
pub fn due(now: Instant, timezone: &str) -> Vec<(OwnerNotice, String)> {
    let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
    let Ok(at) = Timestamp::from_microsecond(now.micros()) else { return Vec::new() };
    let here = at.to_zoned(zone);
    if here.hour() < MORNING {
        return Vec::new();
    }
    let mut due = Vec::new();
    if here.weekday() == Weekday::Monday {
        let week = here.date().iso_week_date();
        due.push((OwnerNotice::WeeklyDigest, format!("{:04}-W{:02}", week.year(), week.week())));
    }
    if matches!(here.day(), 1 | 4) {
        due.push((OwnerNotice::RunReminder, here.date().to_string()));
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_monday_morning_where_the_owner_is() {
        let due = |text: &str| due(Instant::parse(text).expect("a time"), "Europe/Berlin");
        assert_eq!(due("2026-11-23T06:59:59Z"), []);
        assert_eq!(due("2026-11-23T07:00:00Z"), [(OwnerNotice::WeeklyDigest, "2026-W48".to_owned())]);
        assert_eq!(due("2026-11-24T12:00:00Z"), []);
        assert_eq!(due("2026-12-01T07:00:00Z"), [(OwnerNotice::RunReminder, "2026-12-01".to_owned())]);
        assert_eq!(due("2026-12-04T07:00:00Z"), [(OwnerNotice::RunReminder, "2026-12-04".to_owned())]);
        // The first of a year may belong to the week of the year before.
        assert_eq!(due("2029-01-01T09:00:00Z").len(), 2);
        assert_eq!(OwnerNotice::ALL.iter().map(|kind| kind.name()).collect::<std::collections::BTreeSet<_>>().len(), 5);
    }
}
