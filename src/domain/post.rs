//! When letters go out, and what stands on all of them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::customer::CustomerKey;
use super::field::{FieldError, short_text};
use super::instant::Instant;
use super::locale::Locale;

/// Nobody wants news of money later than on the next day.
const BUNDLE_MAX: i64 = 1_440;

/// How a program's letters are written and when they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterRules {
    /// The language of those who chose none.
    pub locale: Locale,
    /// The shop's name by law, at the foot of every letter.
    pub legal_name: Option<String>,
    /// Its postal address, likewise (CAN-SPAM § 5(a)(5), German TMG).
    pub postal_address: Option<String>,
    /// Who gets the owner's letters; nobody does unless it is set.
    pub owner_email: Option<String>,
    /// When no letter goes that can be declined.
    pub quiet_hours: Option<QuietHours>,
    /// After a letter of a kind, more of the kind to the same referrer wait so many minutes and then
    /// come as one; 0 sends each by itself. 30 unless set.
    pub bundle_minutes: i64,
}

/// Hours of the day in the program's zone; over midnight where `from` is the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The hour from which on it is quiet, 0 to 23.
    pub from: i64,
    /// The hour at which it ends, 0 to 23.
    pub until: i64,
}

impl Default for LetterRules {
    fn default() -> Self {
        Self {
            locale: Locale::En,
            legal_name: None,
            postal_address: None,
            owner_email: None,
            quiet_hours: Some(QuietHours { from: 21, until: 8 }),
            bundle_minutes: 30,
        }
    }
}

impl LetterRules {
    /// Name and address of the shop, if set.
    #[must_use]
    pub fn imprint(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.legal_name, &self.postal_address].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// When more of a kind may be told after a letter of that kind at `last`.
    #[must_use]
    pub fn next_of_kind(&self, last: Instant) -> Instant {
        last.plus_seconds(self.bundle_minutes.saturating_mul(60))
    }

    /// Checks rules that are about to be in force.
    pub(super) fn check(&self) -> impl Iterator<Item = FieldError> {
        let mut faults = Vec::new();
        if !(0..=BUNDLE_MAX).contains(&self.bundle_minutes) {
            let message = format!("must be between 0 and {BUNDLE_MAX}");
            faults.push(FieldError::new("/letters/bundle_minutes", "out_of_range", message));
        }
        for (name, text) in [("legal_name", &self.legal_name), ("postal_address", &self.postal_address)] {
            faults.extend(text.as_ref().and_then(|text| short_text(&format!("/letters/{name}"), text).err()));
        }
        faults.extend(self.owner_email.as_ref().and_then(|text| CustomerKey::email("/letters/owner_email", text).err()));
        for (name, hour) in self.quiet_hours.iter().flat_map(|quiet| [("from", quiet.from), ("until", quiet.until)]) {
            if !(0..=23).contains(&hour) {
                let pointer = format!("/letters/quiet_hours/{name}");
                faults.push(FieldError::new(pointer, "out_of_range", "must be an hour between 0 and 23"));
            }
        }
        faults.into_iter()
    }
}

impl QuietHours {
    /// When it stops being quiet, if it is quiet at `now` in the zone `timezone`; UTC when the zone is unknown.
    #[must_use]
    pub fn end_of_quiet(self, now: Instant, timezone: &str) -> Option<Instant> {
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        let here = Timestamp::from_microsecond(now.micros()).ok()?.to_zoned(zone);
        let hour = i64::from(here.hour());
        let over_midnight = self.from > self.until;
        let quiet = if over_midnight { hour >= self.from || hour < self.until } else { hour >= self.from && hour < self.until };
        if !quiet {
            return None;
        }
        let tomorrow = over_midnight && hour >= self.from;
        let day = if tomorrow { here.date().checked_add(1.day()).ok()? } else { here.date() };
        // A clock put forward at that hour has it an hour later.
        let end = day.at(i8::try_from(self.until).ok()?, 0, 0, 0).to_zoned(here.time_zone().clone()).ok()?;
        Some(Instant::from_micros(end.timestamp().as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect("a time")
    }

    #[test]
    fn the_night_ends_in_the_morning_of_the_programs_zone() {
        let night = QuietHours { from: 21, until: 8 };
        for (now, end) in [
            ("2026-11-26T19:59:59Z", None),
            ("2026-11-26T20:00:00Z", Some("2026-11-27T07:00:00Z")),
            ("2026-11-27T06:59:59Z", Some("2026-11-27T07:00:00Z")),
            ("2026-11-27T07:00:00Z", None),
            // The night in which clocks are put back is longer.
            ("2026-10-24T19:30:00Z", Some("2026-10-25T07:00:00Z")),
        ] {
            assert_eq!(night.end_of_quiet(at(now), "Europe/Berlin"), end.map(at), "{now}");
        }
        let noon = QuietHours { from: 12, until: 14 };
        assert_eq!(noon.end_of_quiet(at("2026-11-26T13:10:00Z"), "UTC"), Some(at("2026-11-26T14:00:00Z")));
        assert_eq!(noon.end_of_quiet(at("2026-11-26T14:00:00Z"), "UTC"), None);
        let never = QuietHours { from: 8, until: 8 };
        assert_eq!(never.end_of_quiet(at("2026-11-26T08:00:00Z"), "UTC"), None);
    }

    #[test]
    fn rules_that_cannot_hold_are_named() {
        assert_eq!(LetterRules::default().check().count(), 0);
        let rules = LetterRules {
            owner_email: Some("nobody".to_owned()),
            postal_address: Some("a\nb".to_owned()),
            quiet_hours: Some(QuietHours { from: 24, until: -1 }),
            bundle_minutes: -1,
            ..LetterRules::default()
        };
        let pointers: Vec<String> = rules.check().map(|fault| fault.pointer).collect();
        assert_eq!(
            pointers,
            [
                "/letters/bundle_minutes",
                "/letters/postal_address",
                "/letters/owner_email",
                "/letters/quiet_hours/from",
                "/letters/quiet_hours/until"
            ]
        );
        let named = LetterRules { legal_name: Some("Bergrad GmbH".to_owned()), ..LetterRules::default() };
        assert_eq!(named.imprint().as_deref(), Some("Bergrad GmbH"));
    }
}
