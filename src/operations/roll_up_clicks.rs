//! Counts clicks per code and day, and forgets single ones that no order can name any more. A chore.

use crate::db::click_days::{self, ClickDay};
use crate::db::{DbResult, Tx, lost_race, settings, terms};
use crate::domain::id::ClickId;
use crate::domain::instant::Instant;
use crate::domain::program::TermsVersion;

/// The setting that says until when clicks are counted, in microseconds.
pub const COUNTED_UNTIL: &str = "clicks_counted_until_micros";

/// Clicks are counted when they are this old: those on their way are committed long before, in seconds.
const SETTLED_SECONDS: i64 = 3_600;

/// Counted at a time, in seconds: an hour of a busy shop takes a few milliseconds.
const SLICE_SECONDS: i64 = 3_600;

/// Orders are reported a little after they happened; so long a click outlives the window, in days.
const GRACE_DAYS: i64 = 2;

/// Clicks forgotten at a time.
const FORGET_MAX: i64 = 500;

/// Counts the next slice and forgets a few; returns whether there is more to do now.
///
/// # Errors
/// What the database reports.
pub fn roll_up_clicks(tx: &mut Tx<'_>, now: Instant) -> DbResult<bool> {
    let Some(program) = terms::program(tx)? else { return Ok(false) };
    let zone = program.current().map_or("UTC", |current| current.terms.timezone.as_str());
    let stored = settings::get(tx, COUNTED_UNTIL)?;
    let counted = stored.as_deref().and_then(|text| text.parse().ok()).map_or(Instant::from_micros(0), Instant::from_micros);
    let settled = now.plus_seconds(-SETTLED_SECONDS);
    // A quiet time is stepped over at once, as far as the next click.
    let first = click_days::first_from(tx, first_id(counted))?.map(|first| made_at(first).max(counted));
    if let Some(from) = first.filter(|from| *from < settled) {
        let day = from.day_in(zone);
        let until = slice_end(from, &day, zone).min(settled);
        let rows = click_days::count(tx, first_id(counted), first_id(until))?;
        let rows: Vec<ClickDay> =
            rows.into_iter().map(|(code_id, clicks)| ClickDay { code_id, day: day.clone(), clicks }).collect();
        click_days::add(tx, &rows)?;
        if !click_days::advance(tx, COUNTED_UNTIL, stored.as_deref(), &until.micros().to_string())? {
            return Err(lost_race());
        }
        return Ok(true);
    }
    let before = now.plus_days(-(window_days(&program.versions, now) + GRACE_DAYS)).min(counted);
    let full = usize::try_from(FORGET_MAX).unwrap_or(usize::MAX);
    Ok(click_days::forget(tx, first_id(before), FORGET_MAX)? >= full)
}

/// The longest window of the terms that an order reported now may fall under, in days.
fn window_days(versions: &[TermsVersion], now: Instant) -> i64 {
    let ends = versions.iter().skip(1).map(|next| Some(next.valid_from)).chain([None]);
    let stands = |end: Option<Instant>| end.is_none_or(|end| end > now.plus_days(-GRACE_DAYS));
    versions.iter().zip(ends).filter(|(_, end)| stands(*end)).map(|(version, _)| version.terms.window_days).max().unwrap_or(0)
}

/// The end of the slice that begins at `from`: never beyond its day.
fn slice_end(from: Instant, day: &str, zone: &str) -> Instant {
    let end = from.plus_seconds(SLICE_SECONDS);
    if end.day_in(zone) == day { end } else { Instant::start_of_day(&end.day_in(zone), zone).unwrap_or(end) }
}

/// Below every id made at `at` or later, to the millisecond: ids begin with their time (RFC 9562 §5.7).
fn first_id(at: Instant) -> ClickId {
    let millis = u128::try_from(at.micros() / 1_000).unwrap_or(0);
    ClickId::from_uuid(uuid::Uuid::from_u128(millis << 80))
}

/// When the click was made, to the millisecond.
fn made_at(click: ClickId) -> Instant {
    let millis = i64::try_from(click.uuid().as_u128() >> 80).unwrap_or(0);
    Instant::from_micros(millis.saturating_mul(1_000))
}
