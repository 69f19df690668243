//! Signatures on webhooks: HMAC-SHA256 over the raw bytes, compared in constant time, both ways:
//! what leaves the house is signed after Standard Webhooks 1.0, what comes in is judged by its scheme.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::instant::Instant;

/// What stands before a Standard Webhooks secret, so that it is known as one when it leaks.
pub const SECRET_PREFIX: &str = "whsec_";

/// Length of a secret made here, in bytes (Standard Webhooks asks for 24 to 64).
pub const SECRET_LEN: usize = 32;

/// How far a message's timestamp may lie from now, either way, in seconds (Standard Webhooks and
/// Stripe agree on five minutes).
pub const TOLERANCE_SECONDS: i64 = 300;

/// The key that both sides know. Neither debug output nor logs show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// A secret of random bytes.
    #[must_use]
    pub fn of_random(bytes: [u8; SECRET_LEN]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes of a text as they stand: Shopify, WooCommerce and Stripe sign with those.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// Reads `whsec_…`; the prefix may be missing. None when the rest is not Base64 of 24 to 64 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(SECRET_PREFIX).unwrap_or(text)).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// `whsec_` and the bytes as Base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // A key of any length is one: longer ones are hashed first (RFC 2104 §2).
        let empty = || Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default());
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| empty());
        parts.iter().for_each(|part| mac.update(part));
        mac
    }

    /// Whether `given` is the Base64 of the parts' signature.
    #[must_use]
    pub fn matches_base64(&self, parts: &[&[u8]], given: &str) -> bool {
        STANDARD.decode(given).is_ok_and(|bytes| self.over(parts).verify_slice(&bytes).is_ok())
    }

    /// Whether `given` is the parts' signature in hexadecimal.
    #[must_use]
    pub fn matches_hex(&self, parts: &[&[u8]], given: &str) -> bool {
        hex::decode(given).is_ok_and(|bytes| self.over(parts).verify_slice(&bytes).is_ok())
    }

    /// The parts' signature.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.over(parts).finalize().into_bytes().into()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The three headers of Standard Webhooks 1.0, as they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard<'a> {
    /// `webhook-id`: the same at every attempt.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970 of this attempt.
    pub timestamp: &'a str,
    /// `webhook-signature`: signatures of one or more versions and keys, apart by spaces.
    pub signature: &'a str,
}

/// The `webhook-signature` of a message: one `v1` entry for each secret, the newest first.
#[must_use]
pub fn sign_standard(secrets: &[SigningSecret], id: &str, seconds: i64, body: &[u8]) -> String {
    let stamp = seconds.to_string();
    let signed = secrets.iter().map(|secret| {
        let signature = secret.sign(&[id.as_bytes(), b".", stamp.as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(signature))
    });
    signed.collect::<Vec<_>>().join(" ")
}

/// Whether a Standard Webhooks message was signed with one of `secrets`, not long before or after `now`.
#[must_use]
pub fn stands(secrets: &[SigningSecret], headers: Standard<'_>, body: &[u8], now: Instant) -> bool {
    let Some(seconds) = seconds(headers.timestamp) else { return false };
    if !is_timely(seconds, now) {
        return false;
    }
    let parts: [&[u8]; 5] = [headers.id.as_bytes(), b".", headers.timestamp.as_bytes(), b".", body];
    let given = headers.signature.split(' ').filter_map(|entry| entry.strip_prefix("v1,"));
    given.take(ENTRIES_MAX).any(|given| secrets.iter().any(|secret| secret.matches_base64(&parts, given)))
}

/// Signatures looked at in one header: nobody rotates through more keys at once.
const ENTRIES_MAX: usize = 16;

/// Whether a sender's clock agrees with ours.
#[must_use]
pub fn is_timely(seconds: i64, now: Instant) -> bool {
    now.seconds().abs_diff(seconds) <= TOLERANCE_SECONDS.unsigned_abs()
}

/// Seconds written in digits only.
fn seconds(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn now() -> Instant {
        Instant::from_micros(NOW * 1_000_000)
    }

    fn secret(seed: u8) -> SigningSecret {
        SigningSecret::of_random([seed; SECRET_LEN])
    }

    #[test]
    fn what_is_signed_stands_until_a_byte_or_the_hour_changes() {
        let (body, id, stamp) = (br#"{"type":"sale.recorded"}"#.as_slice(), "0190", NOW.to_string());
        let signature = sign_standard(&[secret(1)], id, NOW, body);
        let headers = Standard { id, timestamp: &stamp, signature: &signature };
        assert!(stands(&[secret(1)], headers, body, now()));
        assert!(!stands(&[secret(2)], headers, body, now()));
        assert!(!stands(&[], headers, body, now()));
        assert!(!stands(&[secret(1)], Standard { id: "0191", ..headers }, body, now()));
        for place in 0..body.len() {
            let mut other = body.to_vec();
            other[place] ^= 1;
            assert!(!stands(&[secret(1)], headers, &other, now()), "byte {place}");
        }
        for (late, right) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(stands(&[secret(1)], headers, body, now().plus_seconds(late)), right, "{late} s");
        }
        for stamp in ["", "+1700000000", "1700000000.0", " 1700000000", "99999999999999999999"] {
            assert!(!stands(&[secret(1)], Standard { timestamp: stamp, ..headers }, body, now()), "{stamp:?}");
        }
    }

    #[test]
    fn while_a_secret_is_changed_either_opens() {
        let stamp = NOW.to_string();
        let signature = sign_standard(&[secret(2), secret(1)], "a", NOW, b"x");
        let headers = Standard { id: "a", timestamp: &stamp, signature: &signature };
        assert_eq!(signature.split(' ').count(), 2);
        assert!(stands(&[secret(1)], headers, b"x", now()) && stands(&[secret(2)], headers, b"x", now()));
        assert!(!stands(&[secret(3)], headers, b"x", now()));
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_never_shown() {
        let shown = secret(7).reveal();
        assert_eq!(SigningSecret::parse(&shown), Some(secret(7)));
        assert_eq!(SigningSecret::parse(&shown[SECRET_PREFIX.len()..]), Some(secret(7)));
        assert_eq!(format!("{:?}", secret(7)), "***");
        for bad in ["", "whsec_", "whsec_AAAA", "whsec_%%%%"] {
            assert_eq!(SigningSecret::parse(bad), None, "{bad}");
        }
    }
}
