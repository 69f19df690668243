//! Points in time, to the microsecond, always UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Microseconds since 1970-01-01T00:00:00Z. Both engines keep exactly this grain, so a value read
/// back equals the one written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// From microseconds since the epoch, UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch, UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, UTC (the unit of RFC 7519's NumericDate).
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant moved by `days` times 24 hours, clamped to the range of the type.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(MICROS_PER_DAY)))
    }

    /// This instant moved by `seconds`, clamped to the range of the type.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Parses RFC 3339; finer digits than microseconds are cut off.
    ///
    /// # Errors
    /// When `text` is no RFC 3339 time or lies outside the years 1900 to 2200.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let parsed: Timestamp = text.parse().map_err(|_| "is not an RFC 3339 time such as 2026-11-22T09:30:00Z")?;
        // Outside this span a report is a broken clock or a wrong unit, never an order.
        let years = -2_208_988_800..7_289_654_400;
        if years.contains(&parsed.as_second()) {
            Ok(Self(parsed.as_microsecond()))
        } else {
            Err("lies outside the years 1900 to 2200")
        }
    }

    /// The first instant of `date` in the zone `timezone` (an IANA name).
    ///
    /// # Errors
    /// When the zone is unknown or the date is out of range.
    pub fn start_of_day(date: &str, timezone: &str) -> Result<Self, &'static str> {
        let date: Date = date.parse().map_err(|_| "is not a date such as 2026-11-22")?;
        let zone = TimeZone::get(timezone).map_err(|_| "is not a known time zone")?;
        let start = date.to_zoned(zone).map_err(|_| "is not a date such as 2026-11-22")?;
        Ok(Self(start.timestamp().as_microsecond()))
    }

    /// The calendar day of this instant in the zone `timezone`; UTC when the zone is unknown.
    #[must_use]
    pub fn date_in(self, timezone: &str) -> Date {
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        Timestamp::from_microsecond(self.0).map_or_else(|_| Date::default(), |at| at.to_zoned(zone).date())
    }

    /// The calendar day of this instant in the zone `timezone`, as `2026-11-22`; UTC when the zone is unknown.
    #[must_use]
    pub fn day_in(self, timezone: &str) -> String {
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        Timestamp::from_microsecond(self.0).map_or_else(|_| self.0.to_string(), |at| at.to_zoned(zone).date().to_string())
    }
}

impl Instant {
    /// The calendar month of this instant in the zone `timezone`, as `2026-11`; UTC when the zone is unknown.
    #[must_use]
    pub fn month_in(self, timezone: &str) -> String {
        self.day_in(timezone).chars().take(7).collect()
    }

    /// The time of day in the zone `timezone`, as `14:03`; UTC when the zone is unknown.
    #[must_use]
    pub fn minute_in(self, timezone: &str) -> String {
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        let at = Timestamp::from_microsecond(self.0).map(|at| at.to_zoned(zone).time());
        at.map_or_else(|_| String::new(), |time| format!("{:02}:{:02}", time.hour(), time.minute()))
    }

    /// The ISO 8601 week of this instant in the zone `timezone`, as `2026-W48`; UTC when the zone is unknown.
    #[must_use]
    pub fn week_in(self, timezone: &str) -> String {
        let week = self.day_in(timezone).parse::<Date>().map(Date::iso_week_date);
        week.map_or_else(|_| self.day_in(timezone), |week| format!("{}-W{:02}", week.year(), week.week()))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) => self.0.fmt(f),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_value_agree_to_the_microsecond() {
        let at = Instant::parse("2026-11-22T09:30:00.123456Z").expect("a time");
        assert_eq!(at.to_string(), "2026-11-22T09:30:00.123456Z");
        assert_eq!(Instant::parse("2026-11-22T10:30:00.1234567+01:00"), Ok(at));
        assert!(Instant::parse("yesterday").is_err());
        assert!(Instant::parse("9999-01-01T00:00:00Z").is_err());
    }

    #[test]
    fn a_day_starts_where_the_shop_is() {
        let berlin = Instant::start_of_day("2026-07-01", "Europe/Berlin").expect("a day");
        assert_eq!(berlin.to_string(), "2026-06-30T22:00:00Z");
        assert_eq!(berlin.day_in("Europe/Berlin"), "2026-07-01");
    }
}
