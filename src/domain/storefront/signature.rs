//! How each kind of shop signs what it sends: HMAC-SHA256 over the raw bytes, compared in constant time.

use super::connection::Kind;
use crate::domain::instant::Instant;
use crate::domain::signature::{SigningSecret, Standard, is_timely, stands};

/// The header a generic sender signs in, unless the owner names another.
pub const GENERIC_HEADER: &str = "x-signature";

/// Signatures looked at in one header: nobody rotates through more keys at once.
const ENTRIES_MAX: usize = 16;

/// A signed message.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The headers by lower-case name; the first, if one is there twice.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body as it came.
    pub body: &'a [u8],
    /// When it came.
    pub now: Instant,
}

/// A text secret as `kind` signs with it. None when the text cannot be one.
#[must_use]
pub fn secret_of(kind: Kind, text: &str) -> Option<SigningSecret> {
    match kind {
        Kind::Standard => SigningSecret::parse(text),
        _ if text.is_empty() => None,
        _ => Some(SigningSecret::of_text(text)),
    }
}

/// Whether a message was signed with one of `secrets`, in the way of `kind`; `header` is where a generic
/// sender signs.
#[must_use]
pub fn is_signed(kind: Kind, secrets: &[SigningSecret], header: Option<&str>, message: &Signed<'_>) -> bool {
    match kind {
        Kind::Shopify => in_base64(secrets, message, &["x-shopify-hmac-sha256", "shopify-hmac-sha256"]),
        Kind::Woocommerce => in_base64(secrets, message, &["x-wc-webhook-signature"]),
        Kind::Stripe => (message.header)("stripe-signature").is_some_and(|given| stripe(secrets, given, message)),
        Kind::Standard => standard(secrets, message),
        Kind::Generic => {
            let given = (message.header)(header.unwrap_or(GENERIC_HEADER)).unwrap_or_default();
            let bare = given.strip_prefix("sha256=").unwrap_or(given);
            let parts = [message.body];
            !bare.is_empty()
                && secrets.iter().any(|secret| secret.matches_hex(&parts, bare) || secret.matches_base64(&parts, bare))
        }
    }
}

fn in_base64(secrets: &[SigningSecret], message: &Signed<'_>, names: &[&str]) -> bool {
    let given = names.iter().find_map(|name| (message.header)(name)).unwrap_or_default();
    !given.is_empty() && secrets.iter().any(|secret| secret.matches_base64(&[message.body], given))
}

fn standard(secrets: &[SigningSecret], message: &Signed<'_>) -> bool {
    let named = |name| (message.header)(name);
    match (named("webhook-id"), named("webhook-timestamp"), named("webhook-signature")) {
        (Some(id), Some(timestamp), Some(signature)) => {
            stands(secrets, Standard { id, timestamp, signature }, message.body, message.now)
        }
        _ => false,
    }
}

/// `t=1700000000,v1=hex,v1=hex`: other schemes beside `v1` are not looked at.
fn stripe(secrets: &[SigningSecret], given: &str, message: &Signed<'_>) -> bool {
    let pairs = || given.split(',').filter_map(|pair| pair.trim().split_once('='));
    let mut stamps = pairs().filter(|(name, _)| *name == "t").map(|(_, value)| value);
    // Two timestamps would leave open which one was signed.
    let (Some(stamp), None) = (stamps.next(), stamps.next()) else { return false };
    let plain = !stamp.is_empty() && stamp.bytes().all(|byte| byte.is_ascii_digit());
    let timely = plain && stamp.parse().is_ok_and(|seconds| is_timely(seconds, message.now));
    let parts: [&[u8]; 3] = [stamp.as_bytes(), b".", message.body];
    let signatures = pairs().filter(|(name, _)| *name == "v1").map(|(_, value)| value).take(ENTRIES_MAX);
    timely && signatures.into_iter().any(|one| secrets.iter().any(|secret| secret.matches_hex(&parts, one)))
}
