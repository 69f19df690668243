//! What is told to other programs, when it is told again, and when we stop.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::field::FieldError;
use super::id::DeliveryId;
use super::instant::Instant;

/// Everything that can be told. A kind is `noun.what_happened`; the noun's id stands in the message's
/// `data` as `noun_id`.
pub const KINDS: [&str; 22] = [
    "sale.recorded",
    "sale.changed",
    "commission.approved",
    "payout_batch.prepared",
    "payout_batch.approved",
    "payout_batch.cancelled",
    "payout.store_credit",
    "payout.paid",
    "payout.failed",
    "payout.returned",
    "adjustment.posted",
    "referrer.enrolled",
    "referrer.paused",
    "referrer.resumed",
    "code.issued",
    "customer.merged",
    "customer.erased",
    "introduction.registered",
    "claim.filed",
    "claim.accepted",
    "claim.declined",
    "claim.expired",
];

/// Kinds one endpoint may name.
const WANTED_MAX: usize = 40;

/// Seconds between one try and the next: ten tries over some 76 hours (Standard Webhooks 1.0,
/// "Deliverability and reliability").
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// An endpoint that has taken nothing for so long is switched off, in days. Longer than one message is
/// tried, so that a single bad message never does it.
pub const FAILING_DAYS_MAX: i64 = 5;

/// An endpoint that fails rests at most this long between tries, in seconds: many messages may wait
/// for it, and each would cost a timeout.
const REST_MAX: i64 = 3_600;

/// How long a secret stays good after it was replaced unless asked otherwise, in hours.
pub const OVERLAP_HOURS: i64 = 24;

/// The longest overlap of two secrets, in hours: a week.
pub const OVERLAP_HOURS_MAX: i64 = 168;

/// Whether an endpoint is told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointStatus {
    /// It is.
    Enabled,
    /// It is not; nothing is kept for it meanwhile.
    Disabled,
}

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyDisabled {
    /// The owner wanted it.
    Owner,
    /// It answered 410: it is not there any more.
    Gone,
    /// It took nothing for days.
    Failing,
}

/// Where a message to an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waiting for its next try.
    Waiting,
    /// Taken.
    Delivered,
    /// Given up; it can be replayed.
    Failed,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// 2xx.
    Yes,
    /// 410: never call again.
    Gone,
    /// Anything else, redirects included: try again later.
    No,
}

/// What `status` means; none is no answer at all.
#[must_use]
pub const fn taken(status: Option<u16>) -> Taken {
    match status {
        Some(200..=299) => Taken::Yes,
        Some(410) => Taken::Gone,
        _ => Taken::No,
    }
}

/// When to try again after `attempts` tries, up to a tenth later than the plan so that an endpoint that
/// comes back is not met by everything at once; none when enough was tried.
#[must_use]
pub fn next_try(attempts: i64, id: DeliveryId, now: Instant) -> Option<Instant> {
    let wait = usize::try_from(attempts).ok().and_then(|tries| WAITS.get(tries.checked_sub(1)?)).copied()?;
    let noise = i64::from(id.uuid().as_bytes().last().copied().unwrap_or(0));
    Some(now.plus_seconds(wait + wait * noise / 2_560))
}

/// How long an endpoint that failed `failures` times in a row is left alone, in seconds.
#[must_use]
pub fn rest(failures: i64) -> i64 {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(12);
    (2_i64.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(1))).min(REST_MAX)
}

/// Checks which kinds an endpoint wants: a known kind, `noun.*`, or none at all for everything.
///
/// # Errors
/// Names the first that nothing is ever told by.
pub fn check_kinds(pointer: &str, kinds: &[String]) -> Result<(), FieldError> {
    if kinds.len() > WANTED_MAX {
        return Err(FieldError::new(pointer, "too_many", format!("names more than {WANTED_MAX} kinds; send [] for all")));
    }
    match kinds.iter().position(|wanted| !KINDS.iter().any(|kind| fits(wanted, kind))) {
        None => Ok(()),
        Some(place) => Err(FieldError::new(
            format!("{pointer}/{place}"),
            "unknown_event",
            format!("is no event; there are {} (or noun.* for all of a noun)", KINDS.join(", ")),
        )),
    }
}

/// Whether an endpoint that wants `kinds` is told of `kind`.
#[must_use]
pub fn wants(kinds: &[String], kind: &str) -> bool {
    kinds.is_empty() || kinds.iter().any(|wanted| fits(wanted, kind))
}

fn fits(wanted: &str, kind: &str) -> bool {
    let all_of_noun = wanted.strip_suffix('*').is_some_and(|noun| noun.ends_with('.') && kind.starts_with(noun));
    all_of_noun || wanted == kind
}

/// The message: `type`, `timestamp` of what happened and `data` with ids and amounts only, from the
/// sandbox also `"test": true`. The same bytes at every try.
#[must_use]
pub fn message(kind: &str, subject: uuid::Uuid, data: &Value, at: Instant, test: bool) -> Vec<u8> {
    let mut told: Map<String, Value> = data.as_object().cloned().unwrap_or_default();
    let noun = kind.split('.').next().unwrap_or_default();
    told.insert(format!("{noun}_id"), json!(subject));
    let mut message = json!({ "type": kind, "timestamp": at, "data": told });
    if let (true, Some(fields)) = (test, message.as_object_mut()) {
        fields.insert("test".to_owned(), Value::Bool(true));
    }
    message.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_message_is_tried_ten_times_over_three_days() {
        let id = DeliveryId::new(at(1_700_000_000));
        let mut now = at(1_700_000_000);
        let mut tries = 1;
        while let Some(next) = next_try(tries, id, now) {
            assert!(next > now);
            now = next;
            tries += 1;
        }
        let hours = (now.seconds() - 1_700_000_000) / 3_600;
        assert_eq!(tries, 10);
        assert!((75..=84).contains(&hours), "{hours} hours");
        assert!(hours < FAILING_DAYS_MAX * 24, "a single bad message must not switch an endpoint off");
        assert_eq!(next_try(0, id, now), None);
    }

    #[test]
    fn an_endpoint_that_fails_rests_longer_each_time_and_never_more_than_an_hour() {
        let rests: Vec<i64> = (0..20).map(rest).collect();
        assert!(rests.windows(2).all(|pair| pair[0] <= pair[1]), "{rests:?}");
        assert_eq!((rests[0], rests[1], rests[19], rest(i64::MAX)), (2, 4, REST_MAX, REST_MAX));
    }

    #[test]
    fn an_endpoint_is_told_what_it_wants() {
        let kinds = |list: &[&str]| list.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
        assert!(wants(&[], "sale.recorded"));
        assert!(wants(&kinds(&["sale.*"]), "sale.changed") && !wants(&kinds(&["sale.*"]), "payout.paid"));
        assert!(wants(&kinds(&["payout.*"]), "payout.paid") && !wants(&kinds(&["payout.*"]), "payout_batch.approved"));
        assert_eq!(check_kinds("/events", &kinds(&["sale.*", "payout.paid"])), Ok(()));
        for bad in ["sale", "sale.", "*", ".*", "sale.sold", "sal*", ""] {
            let fault = check_kinds("/events", &kinds(&["sale.*", bad])).expect_err(bad);
            assert_eq!(fault.pointer, "/events/1");
        }
    }

    #[test]
    fn a_message_names_its_subject() {
        let subject = uuid::Uuid::nil();
        let sent = message("sale.recorded", subject, &json!({"net": 5}), at(0), true);
        let read: Value = serde_json::from_slice(&sent).expect("JSON");
        assert_eq!(read["type"], "sale.recorded");
        assert_eq!(read["data"], json!({"net": 5, "sale_id": subject}));
        assert_eq!(read["test"], true);
    }

    #[test]
    fn only_two_hundreds_are_yes() {
        for (status, means) in
            [(Some(200), Taken::Yes), (Some(204), Taken::Yes), (Some(302), Taken::No), (Some(410), Taken::Gone)]
        {
            assert_eq!(taken(status), means);
        }
        assert_eq!((taken(None), taken(Some(500)), taken(Some(404))), (Taken::No, Taken::No, Taken::No));
    }
}
