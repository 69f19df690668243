//! What a shop does all day, in few words.
#![cfg(test)]

use serde_json::{Value, json};

use super::client::Client;

/// Makes the customer with this e-mail a referrer with this code, and returns his id.
pub(crate) fn enrol(shop: &Client, email: &str, code: &str) -> String {
    let enrolled = shop.post("/v1/referrers", &json!({"customer": {"email": email}, "code": code})).is(201);
    id_of(&enrolled)
}

/// A paid order over `subtotal` cents by the customer with this e-mail, who typed `code`.
pub(crate) fn order(order_id: &str, subtotal: i64, buyer: &str, code: &str) -> Value {
    json!({"order_id": order_id, "currency": "EUR", "subtotal": subtotal, "customer": {"email": buyer}, "code": code})
}

/// Reports a new order.
pub(crate) fn sell(shop: &Client, order: &Value) -> Value {
    shop.post("/v1/sales", order).is(201)
}

pub(crate) fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing:#}")).to_owned()
}

/// What a sale's commission comes to now, in minor units.
pub(crate) fn net(shop: &Client, sale: &str) -> i64 {
    shop.get(&format!("/v1/sales/{sale}")).is(200)["commission"]["net"]["amount"].as_i64().expect("a commission")
}

/// A referrer's on_hold, ready, in_transit and paid in euro cents.
pub(crate) fn balance(shop: &Client, referrer: &str) -> [i64; 4] {
    let found = shop.get(&format!("/v1/referrers/{referrer}/balance")).is(200);
    let euro = found["data"].as_array().expect("data").iter().find(|row| row["currency"] == "EUR").cloned();
    let euro = euro.unwrap_or_default();
    ["on_hold", "ready", "in_transit", "paid"].map(|account| euro[account].as_i64().unwrap_or(0))
}

/// Moves the sandbox's clock.
pub(crate) fn advance(sandbox: &Client, days: i64) {
    sandbox.post_once("/v1/sandbox/advance", &json!({"days": days})).is(200);
}

/// Changes the program's rules.
pub(crate) fn rules(owner: &Client, change: &Value) {
    owner.patch("/v1/program", change).is(200);
}

/// Lets more orders go to one referrer in an hour than any real one brings.
pub(crate) fn rush(owner: &Client) {
    rules(owner, &json!({"fraud": {"referrer_orders_max": 0}}));
}

/// Prepares and approves a batch of payouts.
pub(crate) fn approved_batch(owner: &Client) -> Value {
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    owner.order(&format!("/v1/payout-batches/{}/approve", id_of(&batch))).is(200)
}

/// Every row of a list, page by page.
pub(crate) fn all(reader: &Client, path: &str) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let after = rows.last().map_or_else(String::new, |row| format!("&after={}", id_of(row)));
        let joint = if path.contains('?') { '&' } else { '?' };
        let page = reader.get(&format!("{path}{joint}limit=100{after}")).is(200);
        rows.extend(page["data"].as_array().expect("data").iter().cloned());
        if page["has_more"] == false {
            return rows;
        }
    }
}
