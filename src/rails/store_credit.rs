//! Credit in the shop, for a shop that books by hand or by script: the messages that an endpoint would be sent,
//! one a line. Whoever books them keeps `payout_id`, so that a second one books nothing.

use serde_json::json;

use super::{PaymentFile, Run, Unwritten};
use crate::domain::webhook::message;

/// What a shop is told that pays in credit.
const KIND: &str = "payout.store_credit";

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let mut bytes = Vec::new();
    for order in run.orders {
        let data = json!({
            "batch_id": run.batch_id,
            "referrer_id": order.referrer_id,
            "amount": order.amount,
            "currency": order.currency,
        });
        bytes.extend(message(KIND, order.payout_id.uuid(), &data, run.approved_at, false));
        bytes.push(b'\n');
    }
    Ok(vec![run.file("store-credit", None, "application/jsonl", "jsonl", bytes)])
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::samples::{credit_order, payer, run_of};
    use super::*;
    use crate::domain::webhook::KINDS;

    #[test]
    fn a_file_has_a_message_a_line_that_names_payout_and_amount() {
        let payer = payer();
        let orders = [credit_order(1, 1_100), credit_order(2, 6)];
        let files = Format::named("store_credit").expect("a format").write(&run_of(&orders, &payer)).expect("a file");
        let text = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
        let told: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(told.len(), 2);
        assert_eq!((&told[0]["type"], &told[0]["data"]["amount"]), (&json!(KIND), &json!(1_100)));
        assert_eq!(told[0]["data"]["payout_id"], orders[0].payout_id.to_string());
        assert_eq!(told[0]["data"].as_object().map(serde_json::Map::len), Some(5));
        assert!(KINDS.contains(&KIND));
    }
}
