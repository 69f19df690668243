//! Credit in the shop: the shop's own program books it, told by a signed message after Standard Webhooks
//! 1.0 whose `webhook-id` is the payout's key, so that a second one books nothing.

use serde_json::json;

use super::{Order, PaymentFile, Run, Unwritten};
use crate::domain::instant::Instant;

/// What the message is about.
pub const KIND: &str = "payout.confirmed";

/// The body that asks the shop to credit one payout: the same bytes at every try.
#[must_use]
pub fn message(order: &Order, approved_at: Instant, test: bool) -> Vec<u8> {
    let mut message = json!({
        "type": KIND,
        "timestamp": approved_at,
        "data": {
            "payout_id": order.payout_id,
            "referrer_id": order.referrer_id,
            "amount": order.amount,
            "currency": order.currency,
        },
    });
    if let (true, Some(fields)) = (test, message.as_object_mut()) {
        fields.insert("test".to_owned(), true.into());
    }
    message.to_string().into_bytes()
}

/// The messages of a run, one a line, for a shop that books by hand or by script.
pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let mut bytes = Vec::new();
    for order in run.orders {
        bytes.extend(message(order, run.approved_at, false));
        bytes.push(b'\n');
    }
    Ok(vec![run.file("store-credit", None, "application/jsonl", "jsonl", bytes)])
}

#[cfg(test)]
mod tests {
    use super::super::samples::{credit_order, payer, run_of};
    use super::super::{Format, samples};
    use super::*;

    #[test]
    fn a_message_names_payout_and_amount_and_nothing_of_the_person() {
        let order = credit_order(1, 1_100);
        let body = message(&order, samples::approved_at(), true);
        let told: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(told["type"], "payout.confirmed");
        assert_eq!(told["data"]["amount"], 1_100);
        assert_eq!(told["data"]["payout_id"], order.payout_id.to_string());
        assert_eq!(told["test"], true);
        assert_eq!(told["data"].as_object().map(serde_json::Map::len), Some(4));
        assert_eq!(body, message(&order, samples::approved_at(), true));
    }

    #[test]
    fn a_file_has_a_message_a_line() {
        let payer = payer();
        let orders = [credit_order(1, 5), credit_order(2, 6)];
        let files = Format::named("store_credit").expect("a format").write(&run_of(&orders, &payer)).expect("a file");
        let text = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    }
}
