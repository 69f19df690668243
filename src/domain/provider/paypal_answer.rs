//! What `PayPal` answers, read with distrust: an unknown word, a missing field or somebody else's number is never
//! taken for a yes or a no.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::{Asked, Fate, Sent, Told, ToldItem, readable};
use crate::domain::id::SubmissionId;
use crate::domain::money::{Currency, Money};
use crate::domain::payout::PayoutResult;

#[derive(Deserialize)]
struct Created {
    batch_header: Header,
}

#[derive(Deserialize)]
struct Header {
    payout_batch_id: String,
    batch_status: String,
    sender_batch_header: SenderHeader,
}

#[derive(Deserialize)]
struct SenderHeader {
    sender_batch_id: String,
}

#[derive(Deserialize)]
struct Batch {
    batch_header: Header,
    #[serde(default)]
    items: Vec<Item>,
    total_items: Option<usize>,
}

#[derive(Deserialize)]
struct Item {
    payout_item_id: Option<String>,
    transaction_status: Option<String>,
    payout_item_fee: Option<Amount>,
    payout_item: Detail,
    /// An object with `name` and `message`; elsewhere also a list.
    errors: Option<Value>,
}

#[derive(Deserialize)]
struct Detail {
    sender_item_id: Option<String>,
    amount: Option<Amount>,
}

#[derive(Deserialize)]
struct Amount {
    currency: String,
    value: String,
}

#[derive(Deserialize)]
struct Refusal {
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<RefusalDetail>,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct RefusalDetail {
    #[serde(default)]
    field: String,
    #[serde(default)]
    issue: String,
    #[serde(default)]
    link: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: i64,
}

/// Names of refusals of the body itself, which say that nothing of it was done and never will be.
const BODY_AT_FAULT: [&str; 4] = ["VALIDATION_ERROR", "INVALID_REQUEST", "MALFORMED_REQUEST", "UNPROCESSABLE_ENTITY"];

/// Names of refusals that another day may lift.
const ANOTHER_DAY: [&str; 7] = [
    "INSUFFICIENT_FUNDS",
    "RATE_LIMIT_REACHED",
    "AUTHENTICATION_FAILURE",
    "AUTHORIZATION_ERROR",
    "NOT_AUTHORIZED",
    "PERMISSION_DENIED",
    "SERVICE_UNAVAILABLE",
];

/// Whether `text` can be a number that `PayPal` gave, and may stand in an address.
pub(super) fn is_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What the answer to a request says. `body` is none if it was cut.
#[must_use]
pub fn read_created(status: u16, body: Option<&[u8]>, key: SubmissionId) -> Sent {
    match (status, body) {
        (200..=299, Some(body)) => match serde_json::from_slice::<Created>(body) {
            Ok(Created { batch_header: header }) if is_ours(&header, key) => Sent::Taken(Some(header.payout_batch_id)),
            Ok(_) => Sent::Unknown("the answer is about another request".to_owned()),
            Err(_) => Sent::Unknown(format!("the answer {status} cannot be read")),
        },
        (400..=499, Some(body)) => match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) => refused(status, &refusal),
            Err(_) if matches!(status, 401 | 403 | 429) => Sent::NotNow(format!("PayPal answered {status}")),
            Err(_) => Sent::Unknown(format!("the answer {status} cannot be read")),
        },
        _ => Sent::Unknown(format!("PayPal answered {status}")),
    }
}

fn is_ours(header: &Header, key: SubmissionId) -> bool {
    is_number(&header.payout_batch_id) && header.sender_batch_header.sender_batch_id == key.to_string()
}

fn refused(status: u16, refusal: &Refusal) -> Sent {
    if is_duplicate(refusal) {
        return Sent::Taken(earlier(refusal));
    }
    let reason = reason_of(refusal);
    let name = refusal.name.as_str();
    match status {
        _ if ANOTHER_DAY.contains(&name) || refusal.details.iter().any(|one| ANOTHER_DAY.contains(&one.issue.as_str())) => {
            Sent::NotNow(reason)
        }
        400 | 422 if BODY_AT_FAULT.contains(&name) => Sent::Refused { reason, places: places(refusal) },
        401 | 403 | 429 => Sent::NotNow(reason),
        _ => Sent::Unknown(format!("PayPal answered {status}: {reason}")),
    }
}

/// `PayPal` says that it has a request of this key: `USER_BUSINESS_ERROR` at `SENDER_BATCH_ID`, "Duplicate batch
/// request"; newer ones say `DUPLICATE_REQUEST_ID`.
fn is_duplicate(refusal: &Refusal) -> bool {
    let says = |text: &str| text.to_ascii_lowercase().contains("duplicate");
    let about_key = |one: &RefusalDetail| one.field.to_ascii_lowercase().contains("sender_batch_id") && says(&one.issue);
    says(&refusal.name) || refusal.details.iter().any(about_key)
}

/// The number of the request that a duplicate's link leads to.
fn earlier(refusal: &Refusal) -> Option<String> {
    let links = refusal.links.iter().chain(refusal.details.iter().flat_map(|one| &one.link));
    links.filter_map(|link| link.href.split_once("/payments/payouts/")).find_map(|(_, rest)| {
        let number = rest.split(['?', '/', '#']).next().unwrap_or_default();
        is_number(number).then(|| number.to_owned())
    })
}

/// The payouts at fault, if every fault is in one: `items[3].receiver`, `/items/3/receiver`.
fn places(refusal: &Refusal) -> Vec<usize> {
    let place = |one: &RefusalDetail| {
        let (_, rest) = one.field.split_once("items")?;
        let digits: String = rest.trim_start_matches(['[', '/', '.']).chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let mut found: Vec<usize> = refusal.details.iter().map(place).collect::<Option<Vec<_>>>().unwrap_or_default();
    found.sort_unstable();
    found.dedup();
    found
}

/// The provider's words without the values it repeats, which may be somebody's address.
fn reason_of(refusal: &Refusal) -> String {
    let words = if refusal.message.is_empty() { &refusal.name } else { &refusal.message };
    let details: Vec<&str> =
        refusal.details.iter().map(|one| one.issue.as_str()).filter(|issue| !issue.is_empty()).take(3).collect();
    let text = if details.is_empty() { words.clone() } else { format!("{words} ({})", details.join("; ")) };
    readable(&without_addresses(&text))
}

/// Words with an @ are left out, but not the marks behind them: reasons are kept and shown.
fn without_addresses(text: &str) -> String {
    let word = |word: &str| match word.strip_prefix(word.trim_end_matches([';', ',', '.', ')'])) {
        Some(marks) if word.contains('@') => format!("…{marks}"),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What became of a request. `body` is none if it was cut; `earlier` are the items of the pages before.
#[must_use]
pub fn read_batch(status: u16, body: Option<&[u8]>, key: SubmissionId, earlier: Vec<ToldItem>) -> Asked {
    let Some(body) = body.filter(|_| status == 200) else { return Asked::NotNow(format!("PayPal answered {status}")) };
    let Ok(batch) = serde_json::from_slice::<Batch>(body) else {
        return Asked::NotNow("the answer cannot be read".to_owned());
    };
    if !is_ours(&batch.batch_header, key) {
        return Asked::NotNow("the answer is about another request".to_owned());
    }
    // Before processing begins nobody has looked at the payouts: none of them can be missing.
    let begun = matches!(batch.batch_header.batch_status.as_str(), "PROCESSING" | "SUCCESS");
    let dropped = matches!(batch.batch_header.batch_status.as_str(), "DENIED" | "CANCELED");
    let mut items = earlier;
    items.extend(batch.items.iter().filter_map(|item| told(item, dropped)));
    let more = batch.total_items.is_some_and(|total| items.len() < total) && !batch.items.is_empty();
    let complete = begun && batch.total_items.is_some_and(|total| items.len() >= total);
    Asked::Found(Told { dropped, complete, more, items })
}

fn told(item: &Item, dropped: bool) -> Option<ToldItem> {
    let payout_id = item.payout_item.sender_item_id.as_ref()?.parse().ok()?;
    let word: String = readable(item.transaction_status.as_deref().unwrap_or_default()).chars().take(36).collect();
    let money = |amount: &Amount| {
        let currency = Currency::parse(&amount.currency).ok()?;
        let exact: Decimal = amount.value.parse().ok()?;
        let minor = currency.minor(exact)?;
        (Decimal::from_i128_with_scale(i128::from(minor), currency.exponent()) == exact)
            .then_some(Money { amount: minor, currency })
    };
    Some(ToldItem {
        payout_id,
        item_id: item.payout_item_id.clone().filter(|id| is_number(id)),
        fate: fate(&word, dropped),
        word,
        amount: item.payout_item.amount.as_ref().and_then(money),
        reason: item.errors.as_ref().and_then(reason),
        fee: item.payout_item_fee.as_ref().and_then(money).map(|fee| (fee.amount, fee.currency)),
    })
}

fn reason(errors: &Value) -> Option<String> {
    let one = errors.as_array().and_then(|list| list.first()).unwrap_or(errors);
    let text = |name: &str| one.get(name).and_then(Value::as_str);
    text("message").or_else(|| text("name")).map(|text| readable(&without_addresses(text)))
}

/// What a word means (`transaction_status` of the Payouts API). What nobody has claimed after 30 days comes back.
fn fate(word: &str, dropped: bool) -> Fate {
    match word {
        "SUCCESS" => Fate::Ended(PayoutResult::Paid),
        "FAILED" | "BLOCKED" => Fate::Ended(PayoutResult::Failed),
        "RETURNED" | "REFUNDED" | "REVERSED" => Fate::Ended(PayoutResult::Returned),
        // Of a batch that was denied or cancelled nothing leaves.
        "PENDING" | "UNCLAIMED" | "ONHOLD" | "" if dropped => Fate::Ended(PayoutResult::Failed),
        "PENDING" | "UNCLAIMED" | "ONHOLD" => Fate::UnderWay,
        _ => Fate::Unknown,
    }
}

/// A token and for how many seconds it is good; why not, else.
///
/// # Errors
/// What `PayPal` says, in short.
pub fn read_token(status: u16, body: Option<&[u8]>) -> Result<(String, i64), String> {
    match (status, body.and_then(|body| serde_json::from_slice::<Token>(body).ok())) {
        (200, Some(token)) if !token.access_token.chars().any(char::is_control) => Ok((token.access_token, token.expires_in)),
        (401, _) => Err("PayPal does not know this client id and secret".to_owned()),
        (status, _) => Err(format!("PayPal answered {status} instead of giving a token")),
    }
}

#[cfg(test)]
mod tests;
