//! Providers that pay out for us over their API, and the law of asking them: each request goes out under a
//! key that was committed with it, what cannot be told is asked for by that key, and nothing is sent again once
//! the provider may have forgotten it.

pub mod paypal;
mod paypal_answer;

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};
use uuid::Builder;

use super::id::{BatchId, PayoutId, SubmissionId};
use super::instant::Instant;
use super::money::{Currency, Money};
use super::payout::{PayoutResult, Rail};

/// Who pays out for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// `PayPal` Payouts.
    Paypal,
}

/// Where a request to a provider stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionStatus {
    /// Committed; the provider does not have it.
    Waiting,
    /// Sent; whether the provider has it cannot be told yet.
    Doubtful,
    /// The provider has it.
    Taken,
    /// All its payouts have ended.
    Done,
    /// The provider will not do it and has done nothing of it.
    Refused,
    /// The provider can no longer be asked: the owner decides.
    Undecided,
}

/// What to do with a request now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn<'a> {
    /// Send it, for the first time or again: under its key it is done once at most.
    Send,
    /// Ask what became of it, by the provider's own number.
    Ask(&'a str),
    /// It never left, and now it is too late: nothing of it was done.
    TooLate,
    /// It may have been done, but asking by its key could do it a second time.
    Undecided,
    /// Nothing.
    Rest,
}

/// How long a provider knows a key again, in days (`PayPal` Payouts: "used in the last 30 days").
pub const WINDOW_DAYS: i64 = 30;

/// Nothing is sent again after this much of the window, in days: four fifths, so that no clock and no queue
/// carries a request over its end.
pub const RESEND_DAYS: i64 = WINDOW_DAYS * 4 / 5;

/// Payouts nobody claims come back after 30 days; two weeks later nothing more is to be expected.
pub const ASK_DAYS: i64 = 45;

/// Where a request stands, as far as its next turn depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Its status.
    pub status: SubmissionStatus,
    /// The provider's number of it.
    pub provider_id: Option<&'a str>,
    /// When it was first sent.
    pub first_sent_at: Option<Instant>,
    /// When it was committed.
    pub created_at: Instant,
}

/// The key of the request number `part` of a batch (a UUIDv8, RFC 9562 §5.8, over SHA-256). It follows from
/// the batch alone: a ledger that was restored from a backup asks under the key that it asked under before,
/// and the provider says that it has that request already.
#[must_use]
pub fn key_of(batch: BatchId, part: usize) -> SubmissionId {
    let digest: [u8; 32] = Sha256::digest(format!("submission {part} of {batch}")).into();
    let [first, ..] = *digest.as_chunks::<16>().0 else { return SubmissionId::from_uuid(batch.uuid()) };
    SubmissionId::from_uuid(Builder::from_custom_bytes(first).into_uuid())
}

impl SubmissionStatus {
    /// Whether the provider is still being asked.
    #[must_use]
    pub const fn open(self) -> bool {
        matches!(self, Self::Waiting | Self::Doubtful | Self::Taken)
    }
}

/// What to do with a request at `now`.
#[must_use]
pub fn turn(standing: Standing<'_>, now: Instant) -> Turn<'_> {
    let since = standing.first_sent_at.unwrap_or(standing.created_at);
    let after = |days| now >= since.plus_days(days);
    match (standing.status, standing.provider_id) {
        (SubmissionStatus::Refused, _) | (SubmissionStatus::Done | SubmissionStatus::Undecided, None) => Turn::Rest,
        (SubmissionStatus::Taken, Some(_)) if after(ASK_DAYS) => Turn::Undecided,
        // Also one that is done: what was paid can be taken back.
        (_, Some(id)) => Turn::Ask(id),
        (_, None) if !after(RESEND_DAYS) => Turn::Send,
        (SubmissionStatus::Waiting, None) => Turn::TooLate,
        (_, None) => Turn::Undecided,
    }
}

/// Seconds until a request that was sent `attempts` times is sent again: 10 s doubling up to an hour.
#[must_use]
pub fn wait_to_send(attempts: i64) -> i64 {
    let shift = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
    10_i64.checked_shl(shift).unwrap_or(3_600).min(3_600)
}

/// Seconds until the provider is asked again: the longer ago it was given a request, the more rarely; at
/// least every 6 hours.
#[must_use]
pub fn wait_to_ask(first_sent_at: Instant, now: Instant) -> i64 {
    (now.seconds().saturating_sub(first_sent_at.seconds()) / 8).clamp(10, 21_600)
}

/// What became of a request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The provider has it, now or from an earlier try; under this number if it told one.
    Taken(Option<String>),
    /// It does nothing of it, ever: the body is at fault, in the payouts at these places if it named any.
    Refused {
        /// Why, in the provider's words.
        reason: String,
        /// Which payouts are at fault.
        places: Vec<usize>,
    },
    /// This try did nothing; a later one may.
    NotNow(String),
    /// Anything may have happened.
    Unknown(String),
}

/// What became of a request that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The provider tells.
    Found(Told),
    /// It does not, or it makes no sense.
    NotNow(String),
}

/// What a provider tells about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it will do nothing of it any more.
    pub dropped: bool,
    /// Whether everything in it has been looked at, so that what is missing here is missing there.
    pub complete: bool,
    /// Whether there is another page of it.
    pub more: bool,
    /// What became of each payout.
    pub items: Vec<ToldItem>,
}

/// What a provider tells about one payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldItem {
    /// Which payout.
    pub payout_id: PayoutId,
    /// The provider's number of it.
    pub item_id: Option<String>,
    /// Where it stands, in the provider's word.
    pub word: String,
    /// How much; none if that cannot be read.
    pub amount: Option<Money>,
    /// Why, in the provider's words.
    pub reason: Option<String>,
    /// What the provider takes for it, in minor units.
    pub fee: Option<(i64, Currency)>,
    /// What that means.
    pub fate: Fate,
}

/// What a provider's word means for a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It has ended, for now.
    Ended(PayoutResult),
    /// It is on its way.
    UnderWay,
    /// The word is none we know.
    Unknown,
}

impl Provider {
    /// Everyone.
    pub const ALL: [Self; 1] = [Self::Paypal];

    /// The rail he drives.
    #[must_use]
    pub const fn rail(self) -> Rail {
        match self {
            Self::Paypal => Rail::Paypal,
        }
    }
}

/// Text from elsewhere as it may be stored and shown: PostgreSQL takes no NUL, a terminal obeys control characters.
#[must_use]
pub fn readable(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_key_it_had_before_the_restore() {
        let batch = BatchId::new(at(1));
        assert_eq!(key_of(batch, 0), key_of(batch, 0));
        assert_ne!(key_of(batch, 0), key_of(batch, 1));
        assert_ne!(key_of(batch, 0), key_of(BatchId::new(at(2)), 0));
        assert_eq!(key_of(batch, 0).uuid().get_version_num(), 8);
    }

    fn at(day: i64) -> Instant {
        Instant::from_micros(0).plus_days(day)
    }

    fn standing(status: SubmissionStatus, provider_id: Option<&'static str>, sent: Option<i64>) -> Standing<'static> {
        Standing { status, provider_id, first_sent_at: sent.map(at), created_at: at(0) }
    }

    #[test]
    fn nothing_is_sent_again_after_four_fifths_of_the_window() {
        use SubmissionStatus::{Doubtful, Taken, Waiting};
        assert_eq!(RESEND_DAYS, 24);
        for status in [Doubtful, Taken] {
            assert_eq!(turn(standing(status, None, Some(1)), at(24)), Turn::Send);
            assert_eq!(turn(standing(status, None, Some(1)), at(25)), Turn::Undecided);
            assert_eq!(turn(standing(status, None, Some(1)), at(400)), Turn::Undecided);
        }
        assert_eq!(turn(standing(Waiting, None, None), at(23)), Turn::Send);
        assert_eq!(turn(standing(Waiting, None, None), at(24)), Turn::TooLate);
        // Sent, and told that nothing was done: late, it is not in doubt.
        assert_eq!(turn(standing(Waiting, None, Some(0)), at(24)), Turn::TooLate);
    }

    #[test]
    fn what_the_provider_has_is_asked_for_and_never_sent() {
        use SubmissionStatus::{Done, Doubtful, Refused, Taken, Undecided};
        for status in [Taken, Doubtful, Undecided, Done] {
            for day in [1, 24, 44] {
                assert_eq!(turn(standing(status, Some("P1"), Some(0)), at(day)), Turn::Ask("P1"), "{status:?} {day}");
            }
        }
        assert_eq!(turn(standing(Taken, Some("P1"), Some(0)), at(45)), Turn::Undecided);
        assert_eq!(turn(standing(Refused, Some("P1"), Some(0)), at(1)), Turn::Rest);
        assert_eq!(turn(standing(Undecided, None, Some(0)), at(1)), Turn::Rest);
    }

    #[test]
    fn waits_grow_and_end() {
        assert_eq!([1, 2, 3, 9, 10, 99, 0, -1].map(wait_to_send), [10, 20, 40, 2_560, 3_600, 3_600, 10, 10]);
        let sent = at(0);
        assert_eq!([0, 79, 800, 86_400 * 9].map(|after| wait_to_ask(sent, sent.plus_seconds(after))), [10, 10, 100, 21_600]);
        assert_eq!(wait_to_ask(at(1), sent), 10);
    }
}
