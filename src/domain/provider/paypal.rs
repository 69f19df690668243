//! `PayPal` Payouts (developer.paypal.com, "Payouts API v1"): what is asked, and where. Pure: who sends it is elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::domain::id::{PayoutId, SubmissionId};
use crate::domain::money::{Currency, Money};
use crate::domain::payout::Rail;
use crate::domain::principal::Mode;

pub use super::paypal_answer::{read_batch, read_created, read_token};

/// Where `PayPal` answers, for money and for trying out.
#[must_use]
pub const fn base_url(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "https://api-m.paypal.com",
        Mode::Sandbox => "https://api-m.sandbox.paypal.com",
    }
}

/// The most payouts in one request. `PayPal` takes 15,000, but tells of 1,000 at a time.
pub const ITEMS_MAX: i64 = 1_000;

/// Payouts in one request unless the owner says otherwise: an answer about so many has some 500 KB.
pub const ITEMS: i64 = 500;

/// Payouts on one page of an answer; `PayPal` gives 1,000 at most.
pub const PAGE: usize = 1_000;

/// The longest subject of `PayPal`'s letter to the receiver, in single-byte characters.
const SUBJECT_MAX: usize = 255;

/// The longest address, in bytes.
pub const RECEIVER_MAX: usize = 127;

/// One payout to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Which; `PayPal` gives it back as `sender_item_id`.
    pub payout_id: PayoutId,
    /// To whom.
    pub email: String,
    /// How much.
    pub amount: Money,
}

/// The body of a request, under the key by which `PayPal` does it once.
#[must_use]
pub fn request(key: SubmissionId, shop: &str, instructions: &[Instruction]) -> Value {
    let items: Vec<Value> = instructions.iter().map(item).collect();
    json!({
        "sender_batch_header": {
            "sender_batch_id": key,
            "recipient_type": "EMAIL",
            "email_subject": subject(shop),
        },
        "items": items,
    })
}

fn item(one: &Instruction) -> Value {
    json!({
        "recipient_type": "EMAIL",
        "receiver": one.email,
        "amount": { "currency": one.amount.currency, "value": value(one.amount) },
        "sender_item_id": one.payout_id,
        "recipient_wallet": "PAYPAL",
        "purpose": "SERVICES",
    })
}

/// The payouts in a request that was made here; none of what cannot be read.
#[must_use]
pub fn instructions(body: &str) -> Vec<Instruction> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let items = body.get("items").and_then(Value::as_array);
    let read = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let amount = item.get("amount")?;
        let currency = Currency::parse(amount.get("currency")?.as_str()?).ok()?;
        let minor = currency.minor(amount.get("value")?.as_str()?.parse().ok()?)?;
        Some(Instruction {
            payout_id: text("sender_item_id")?.parse().ok()?,
            email: text("receiver")?.to_owned(),
            amount: Money { amount: minor, currency },
        })
    };
    items.into_iter().flatten().filter_map(read).collect()
}

/// `PayPal` wants single bytes: letters outside ASCII go, rather than the whole request.
fn subject(shop: &str) -> String {
    let shop: String = shop.chars().filter(|sign| sign.is_ascii() && !sign.is_ascii_control()).collect();
    let (shop, words) = (shop.trim(), "Thank you for sending us customers");
    let text = if shop.is_empty() { words.to_owned() } else { format!("{shop}: {words}") };
    text.chars().take(SUBJECT_MAX).collect()
}

/// The amount as `PayPal` reads it: with all the currency's decimals, or none where `PayPal` knows none.
#[must_use]
pub fn value(money: Money) -> String {
    let exponent = money.currency.exponent();
    let amount = Decimal::from_i128_with_scale(i128::from(money.amount), exponent);
    let whole = Rail::Paypal.limits(money.currency).step > 1 && amount.fract().is_zero();
    if whole { amount.trunc().to_string() } else { amount.to_string() }
}

/// Where a request goes.
#[must_use]
pub fn payouts_url(base_url: &str) -> String {
    format!("{base_url}/v1/payments/payouts")
}

/// Where page `page` (from 1) of what became of it stands.
#[must_use]
pub fn batch_url(base_url: &str, provider_id: &str, page: usize) -> String {
    format!("{base_url}/v1/payments/payouts/{provider_id}?page_size={PAGE}&page={page}&total_required=true")
}

/// Where a token is asked for.
#[must_use]
pub fn token_url(base_url: &str) -> String {
    format!("{base_url}/v1/oauth2/token")
}

/// What is said there (RFC 6749 §4.4.2).
pub const TOKEN_BODY: &str = "grant_type=client_credentials";

/// With what it is asked for (RFC 7617).
#[must_use]
pub fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

/// What a webhook says it is about: `PayPal`'s number of a request, and our key if it repeats it. Nobody's word is
/// taken for it: it only makes us ask sooner.
#[must_use]
pub fn hint(body: &[u8]) -> Option<(String, Option<SubmissionId>)> {
    let message: Value = serde_json::from_slice(body).ok()?;
    let resource = message.get("resource")?;
    let header = resource.get("batch_header");
    let number = resource.get("payout_batch_id").or_else(|| header?.get("payout_batch_id"))?.as_str()?;
    let sender = header.and_then(|header| header.get("sender_batch_header")).or_else(|| resource.get("sender_batch_header"));
    let key = sender.and_then(|sender| sender.get("sender_batch_id")).or_else(|| resource.get("sender_batch_id"));
    super::paypal_answer::is_number(number)
        .then(|| (number.to_owned(), key.and_then(Value::as_str).and_then(|key| key.parse().ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::Instant;

    fn money(amount: i64, code: &str) -> Money {
        Money { amount, currency: Currency::parse(code).expect("a currency") }
    }

    #[test]
    fn amounts_have_all_their_decimals() {
        let cases = [
            (1_010, "EUR", "10.10"),
            (1_000, "EUR", "10.00"),
            (5, "USD", "0.05"),
            (1_000, "JPY", "1000"),
            (12_300, "HUF", "123"),
            (100, "TWD", "1"),
            (1_234, "KWD", "1.234"),
        ];
        for (amount, code, text) in cases {
            assert_eq!(value(money(amount, code)), text, "{amount} {code}");
        }
    }

    #[test]
    fn a_request_is_read_back_as_it_was_made() {
        let one = |place, amount| Instruction {
            payout_id: PayoutId::from_uuid(uuid::Uuid::from_u128(place)),
            email: format!("r{place}@example.com"),
            amount,
        };
        let all = [one(1, money(1_010, "EUR")), one(2, money(12_300, "HUF")), one(3, money(7, "JPY"))];
        let body = request(SubmissionId::new(Instant::from_micros(0)), "Shop", &all).to_string();
        assert_eq!(instructions(&body), all);
        assert_eq!(instructions("{"), Vec::new());
    }

    #[test]
    fn a_subject_is_single_bytes_and_short() {
        assert_eq!(subject("Bäckerei Öz"), "Bckerei z: Thank you for sending us customers");
        assert_eq!(subject("東京"), "Thank you for sending us customers");
        assert_eq!(subject(&"x".repeat(400)).len(), SUBJECT_MAX);
    }

    #[test]
    fn a_webhook_gives_a_number_and_nothing_else() {
        let key = SubmissionId::new(Instant::from_micros(0));
        let item = json!({"event_type": "PAYMENT.PAYOUTS-ITEM.SUCCEEDED", "resource": {"payout_batch_id": "P7MFYN6YSUE5W", "transaction_status": "SUCCESS"}});
        assert_eq!(hint(item.to_string().as_bytes()), Some(("P7MFYN6YSUE5W".to_owned(), None)));
        let batch =
            json!({"resource": {"batch_header": {"payout_batch_id": "P7", "sender_batch_header": {"sender_batch_id": key}}}});
        assert_eq!(hint(batch.to_string().as_bytes()), Some(("P7".to_owned(), Some(key))));
        for bad in ["", "{}", "[]", r#"{"resource": {"payout_batch_id": "../../x"}}"#, r#"{"resource": {"payout_batch_id": 7}}"#]
        {
            assert_eq!(hint(bad.as_bytes()), None, "{bad}");
        }
    }
}
