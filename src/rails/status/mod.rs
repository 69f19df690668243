//! What banks answer: a payment status report (ISO 20022 pain.002), a file of returns of the clearing house,
//! or a table of PayPal, Wise or a bank. Which of them a file is, it tells by itself. Files come from
//! outside, so nothing in them is believed that does not name a payout of the batch and its amount.

mod ach;
mod pain002;
mod table;

use std::collections::HashMap;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::id::PayoutId;

pub use crate::domain::payment::{Fate, Verdict};

/// The most lines of one file: as many as a batch of a large shop has payouts, and some.
const LINES_MAX: usize = 200_000;

/// The shortest name of a payout that is looked for, in hexadecimal digits.
const KEY_MIN: usize = 8;

/// What a bank says of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which entry of the file, from 1.
    pub number: usize,
    /// Under which name.
    pub key: String,
    /// The amount, in whole units and decimals, where it is told.
    pub amount: Option<Decimal>,
    /// What became of it.
    pub fate: Fate,
}

/// A status file, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The file of ours that it answers, where it names one.
    pub message: Option<String>,
    /// Payments named one by one.
    pub lines: Vec<Line>,
    /// What became of all others of that file, where it says so.
    pub others: Option<Fate>,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unread {
    /// It is none of the known kinds.
    #[error("is no status file: send a pain.002 report, a file of ACH returns, or a table with a head")]
    Unknown,
    /// It has another shape than its kind.
    #[error("{0}")]
    Broken(String),
    /// It does what honest files do not.
    #[error("holds {0}, which no status file needs")]
    Hostile(&'static str),
    /// It has too many entries.
    #[error("has more than {LINES_MAX} entries")]
    TooMany,
}

/// Which payout a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// This one.
    One(PayoutId),
    /// None of the batch.
    None,
    /// More than one: the name is too short to tell.
    Several,
}

/// Reads a status file of any known kind.
///
/// # Errors
/// Says why it was not read.
pub fn read(bytes: &[u8]) -> Result<Report, Unread> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Unread::Broken("is not in UTF-8".to_owned()))?;
    let begun = text.trim_start();
    let report = if begun.starts_with('<') {
        pain002::read(begun)?
    } else if ach::is_one(begun) {
        ach::read(begun)?
    } else {
        table::read(begun)?
    };
    if report.lines.len() > LINES_MAX { Err(Unread::TooMany) } else { Ok(report) }
}

/// The payouts of a batch by the names that banks know them by.
#[derive(Debug)]
pub struct Names {
    whole: HashMap<String, PayoutId>,
    /// By the last digits, for each length that a name of the file has.
    ends: HashMap<usize, HashMap<String, Match>>,
}

impl Names {
    /// The names of these payouts.
    #[must_use]
    pub fn of(ids: impl IntoIterator<Item = PayoutId>) -> Self {
        let whole = ids.into_iter().map(|id| (id.uuid().simple().to_string(), id)).collect();
        Self { whole, ends: HashMap::new() }
    }

    /// The payout that `key` means: its id, or the last digits of it, perhaps after other words.
    pub fn find(&mut self, key: &str) -> Match {
        let last = key.split_whitespace().next_back().unwrap_or_default();
        let digits: String = last.chars().filter(|sign| *sign != '-').flat_map(char::to_lowercase).collect();
        if digits.len() < KEY_MIN || digits.len() > 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Match::None;
        }
        let whole = &self.whole;
        let ends = self.ends.entry(digits.len()).or_insert_with(|| by_end(whole, digits.len()));
        ends.get(&digits).copied().unwrap_or(Match::None)
    }
}

fn by_end(whole: &HashMap<String, PayoutId>, length: usize) -> HashMap<String, Match> {
    let mut ends = HashMap::with_capacity(whole.len());
    for (digits, id) in whole {
        let end = digits.get(digits.len().saturating_sub(length)..).unwrap_or_default().to_owned();
        ends.entry(end).and_modify(|found| *found = Match::Several).or_insert(Match::One(*id));
    }
    ends
}

/// Text of a stranger as it may be stored and shown: one line, not too long.
fn shown(text: &str, longest: usize) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(value: u128) -> PayoutId {
        PayoutId::from_uuid(Uuid::from_u128(value))
    }

    #[test]
    fn a_payout_is_found_by_every_name_it_was_given() {
        let one = id(0x0190_1234_5678_7abc_8def_0123_4567_89ab);
        let mut names = Names::of([one, id(0x0190_1234_5678_7abc_8def_0123_9999_9999)]);
        for key in [
            "019012345678 7abc8def0123456789ab".replace(' ', "").as_str(),
            "01901234-5678-7abc-8def-0123456789ab",
            "1234567 87abc8def0123456789ab".replace(' ', "").as_str(),
            "DEF0123456789AB",
            "Referral commission 2026-11 456789ab",
        ] {
            assert_eq!(names.find(key), Match::One(one), "{key}");
        }
        for key in ["", "ab", "not hex at all!", "00000000", "1019012345678-7abc8def0123456789ab"] {
            assert_eq!(names.find(key), Match::None, "{key}");
        }
        let mut twins = Names::of([id(0x1_0000_0000_1234_5678), id(0x2_0000_0000_1234_5678)]);
        assert_eq!(twins.find("12345678"), Match::Several);
    }

    #[test]
    fn what_is_no_status_file_is_refused() {
        for bad in ["", "hello", "a,b\n1,2\n", "\u{0}\u{1}", "{\"a\":1}"] {
            assert!(read(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(read(b"\xff\xfe").is_err());
    }
}
