//! Days and times as people and programs write them, in the shop's zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::domain::instant::Instant;

/// In which order a file writes the parts of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOrder {
    /// `31.12.2025`, `31/12/2025`.
    DayFirst,
    /// `12/31/2025`.
    MonthFirst,
}

/// What samples of a file's days say about their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayVotes {
    day_first: bool,
    month_first: bool,
    open: bool,
}

impl DayVotes {
    /// Looks at one cell; `2025-12-31` and `31.12.2025` tell nothing new.
    pub fn look(&mut self, text: &str) {
        let day = text.trim().split([' ', 'T']).next().unwrap_or_default();
        let parts: Vec<u32> = day.split(['/', '-']).filter_map(|part| part.parse().ok()).collect();
        let [first, second, _] = parts.as_slice() else { return };
        if *first > 31 {
            return;
        }
        self.open = true;
        self.day_first |= *first > 12;
        self.month_first |= *second > 12;
    }

    /// The order; `Err` when the file contradicts itself or never tells.
    ///
    /// # Errors
    /// What to say to the owner.
    pub const fn winner(self) -> Result<DayOrder, &'static str> {
        match (self.open, self.day_first, self.month_first) {
            (false, ..) | (true, true, false) => Ok(DayOrder::DayFirst),
            (true, false, true) => Ok(DayOrder::MonthFirst),
            (true, true, true) => Err("writes some days as day/month and some as month/day; write them as 2025-12-31"),
            (true, false, false) => Err(
                "never shows whether 03/04 is the 3rd of April or the 4th of March; say --dates day-first or --dates month-first",
            ),
        }
    }
}

const WRONG: &str = "is not a date such as 2025-12-31, 31.12.2025 or 2025-12-31 14:30";

/// Reads a day, with or without a time and an offset; without an offset it is one of `zone`. `clock`
/// is a time that stands in a column of its own.
///
/// # Errors
/// When it is no such date, or lies outside the years 1900 to 2200.
pub fn instant(text: &str, clock: Option<&str>, order: DayOrder, zone: &TimeZone) -> Result<Instant, &'static str> {
    let text = text.trim();
    if let Ok(at) = Instant::parse(text) {
        return Ok(at);
    }
    let (day, rest) = match text.find([' ', 'T']) {
        Some(place) => (text.get(..place).unwrap_or_default(), text.get(place + 1..).unwrap_or_default().trim()),
        None => (text, ""),
    };
    let day = civil(day.trim_end_matches(','), order)?;
    let (written, offset) = split_offset(rest);
    let written = if written.is_empty() { clock.map(str::trim).unwrap_or_default() } else { written };
    let civil = DateTime::from_parts(day, time(written)?);
    let timestamp = match offset {
        Some(minutes) => {
            let offset = jiff::tz::Offset::from_seconds(minutes * 60).map_err(|_| WRONG)?;
            offset.to_timestamp(civil).map_err(|_| WRONG)?
        }
        None => civil.to_zoned(zone.clone()).map_err(|_| WRONG)?.timestamp(),
    };
    Instant::parse(&timestamp.to_string())
}

fn civil(text: &str, order: DayOrder) -> Result<Date, &'static str> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let [first, second, third] = parts.as_slice() else { return Err(WRONG) };
    let number = |text: &str| text.parse::<i16>().map_err(|_| WRONG);
    let (year, month, day) = if first.len() == 4 {
        (number(first)?, number(second)?, number(third)?)
    } else {
        let dotted = text.contains('.');
        let year = match third.len() {
            4 => number(third)?,
            // Two digits: this century up to 69, as POSIX has it.
            2 => number(third).map(|year| if year < 70 { 2000 + year } else { 1900 + year })?,
            _ => return Err(WRONG),
        };
        match order {
            DayOrder::MonthFirst if !dotted => (year, number(first)?, number(second)?),
            _ => (year, number(second)?, number(first)?),
        }
    };
    let small = |value: i16| i8::try_from(value).map_err(|_| WRONG);
    Date::new(year, small(month)?, small(day)?).map_err(|_| WRONG)
}

/// Parts `14:30 -0400` into its time and the offset in minutes.
fn split_offset(text: &str) -> (&str, Option<i32>) {
    let text = text.trim();
    if let Some(time) = text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')).or_else(|| text.strip_suffix("GMT")) {
        return (time.trim(), Some(0));
    }
    let Some(place) = text.rfind(['+', '-']) else { return (text, None) };
    let (time, offset) = text.split_at(place);
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (Some(hours), minutes) = (digits.get(..2).and_then(|text| text.parse::<i32>().ok()), digits.get(2..).unwrap_or_default())
    else {
        return (text, None);
    };
    let minutes = hours * 60 + minutes.parse::<i32>().unwrap_or(0);
    (time.trim(), Some(if offset.starts_with('-') { -minutes } else { minutes }))
}

fn time(text: &str) -> Result<Time, &'static str> {
    let lower = text.to_ascii_lowercase();
    let bare = lower.trim_end_matches(|sign: char| sign.is_alphabetic() || sign == '.' || sign == ' ');
    if bare.is_empty() {
        return Ok(Time::midnight());
    }
    let afternoon = lower.contains('p');
    let morning = lower.contains('a') && !afternoon;
    let mut parts = bare.split(':');
    let mut next = |fallback: i8| match parts.next() {
        Some(text) => text.split(['.', ',']).next().unwrap_or_default().trim().parse::<i8>().map_err(|_| WRONG),
        None => Ok(fallback),
    };
    let (hour, minute, second) = (next(0)?, next(0)?, next(0)?);
    let hour = match (hour, morning, afternoon) {
        (12, true, _) => 0,
        (hour @ 1..=11, _, true) => hour + 12,
        (hour, ..) => hour,
    };
    Time::new(hour, minute, second, 0).map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, clock: Option<&str>, order: DayOrder) -> String {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        instant(text, clock, order, &zone).map_or_else(ToOwned::to_owned, |at| at.to_string())
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        use DayOrder::{DayFirst, MonthFirst};
        let cases = [
            ("2010-12-01 08:26", None, DayFirst, "2010-12-01T07:26:00Z"),
            ("01.07.2026", None, DayFirst, "2026-06-30T22:00:00Z"),
            ("1.7.26 9:05 Uhr", None, DayFirst, "2026-07-01T07:05:00Z"),
            ("01.07.2026", Some("14:30:15"), MonthFirst, "2026-07-01T12:30:15Z"),
            ("07/01/2026 2:30 PM", None, MonthFirst, "2026-07-01T12:30:00Z"),
            ("2024-10-02 13:14:27 -0400", None, DayFirst, "2024-10-02T17:14:27Z"),
            ("2024-10-02 13:14:27 UTC", None, DayFirst, "2024-10-02T13:14:27Z"),
            ("2026-11-22T09:30:00+01:00", None, DayFirst, "2026-11-22T08:30:00Z"),
            ("2026-11-22T09:30:00", None, DayFirst, "2026-11-22T08:30:00Z"),
        ];
        for (text, clock, order, at) in cases {
            assert_eq!(read(text, clock, order), at, "{text}");
        }
        for bad in ["", "yesterday", "32.01.2026", "2026-13-01", "01.01.1500", "12", "2026-01-01 25:00", "=TODAY()"] {
            let said = read(bad, None, DayFirst);
            assert!(said.contains("is not a date") || said.contains("outside"), "{bad}: {said}");
        }
    }

    #[test]
    fn a_file_tells_the_order_of_its_days() {
        let votes = |cells: &[&str]| {
            let mut votes = DayVotes::default();
            cells.iter().for_each(|cell| votes.look(cell));
            votes.winner()
        };
        assert_eq!(votes(&["2026-03-04"]), Ok(DayOrder::DayFirst));
        assert_eq!(votes(&["03/04/2026", "31/04/2026"]), Ok(DayOrder::DayFirst));
        assert_eq!(votes(&["03/04/2026", "04/30/2026 10:00"]), Ok(DayOrder::MonthFirst));
        assert!(votes(&["03/04/2026"]).is_err());
        assert!(votes(&["31/04/2026", "04/30/2026"]).is_err());
    }
}
