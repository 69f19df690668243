//! The oldest promise: send me a customer and I will pay you.
#![cfg(test)]

use serde_json::json;

use super::app::{App, stories};
use super::shop::{advance, approved_batch, balance, enrol, id_of, order, sell};

stories! {
    a_customer_becomes_a_referrer_and_is_paid_for_the_friend_he_sent,
    a_payout_that_comes_back_is_paid_again_with_the_next_batch,
    who_is_below_the_minimum_or_paused_is_listed_with_the_reason,
    the_service_says_goodbye_when_asked_to_stop,
    what_was_acknowledged_is_there_after_a_power_cut,
}

fn a_customer_becomes_a_referrer_and_is_paid_for_the_friend_he_sent(app: &App) {
    let shop = app.sandbox();
    let joe = enrol(&shop, "joe@example.com", "JOE");

    // A friend buys with his code.
    let sale = sell(&shop, &order("A-1", 30_000, "bea@example.com", "joe"));
    assert_eq!(sale["verdict"]["kind"], "attributed", "{sale:#}");
    assert_eq!(sale["verdict"]["referrer_id"], joe.as_str());
    assert_eq!((&sale["verdict"]["code"], &sale["verdict"]["evidence"]), (&json!("JOE"), &json!("code")));
    assert_eq!(sale["commission"]["amount"], json!({"amount": 3_000, "currency": "EUR"}));
    assert_eq!(sale["commission"]["status"], "pending");
    assert_eq!(balance(&shop, &joe), [3_000, 0, 0, 0]);

    // Nothing is paid inside the hold.
    advance(&shop, 29);
    assert_eq!(balance(&shop, &joe), [3_000, 0, 0, 0]);
    advance(&shop, 2);
    assert_eq!(balance(&shop, &joe), [0, 3_000, 0, 0]);
    let approved = shop.get(&format!("/v1/sales/{}", id_of(&sale))).is(200);
    assert_eq!(approved["commission"]["status"], "approved");

    // The owner pays by cheque.
    let batch = approved_batch(&shop);
    assert_eq!(batch["not_paid"], json!([]), "{batch:#}");
    let payout = &batch["payouts"][0];
    assert_eq!((&payout["referrer_id"], &payout["amount"]["amount"]), (&json!(joe), &json!(3_000)));
    assert_eq!(balance(&shop, &joe), [0, 0, 3_000, 0]);
    let settle = format!("/v1/payouts/{}/settle", id_of(payout));
    let paid = shop.post(&settle, &json!({"result": "paid", "reference": "Cheque 1041"})).is(200);
    assert_eq!((&paid["status"], &paid["reference"]), (&json!("paid"), &json!("Cheque 1041")));
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 3_000]);

    // Twice is once; otherwise is a conflict.
    shop.post(&settle, &json!({"result": "paid", "reference": "Cheque 1041"})).is(200);
    shop.post(&settle, &json!({"result": "failed"})).is(409);
    let done = shop.get(&format!("/v1/payout-batches/{}", id_of(&batch))).is(200);
    assert_eq!(done["status"], "done");

    // The report's identity holds.
    let report = shop.get("/v1/reports/payouts?from=2020-01-01&to=2199-01-01").is(200);
    let total = &report["totals"][0];
    let sum = |field: &str| total[field].as_i64().expect("a sum");
    assert_eq!(
        [sum("opening"), sum("earned"), sum("reversed"), sum("adjusted"), sum("paid"), sum("returned")],
        [0, 3_000, 0, 0, 3_000, 0]
    );
    assert_eq!(sum("closing"), 0);
    let found = shop.get("/v1/check").is(200);
    assert_eq!(found["clean"], true, "{found:#}");
}

fn a_payout_that_comes_back_is_paid_again_with_the_next_batch(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"hold_days": 0})).is(200);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    assert_eq!(balance(&owner, &joe), [0, 3_000, 0, 0]);

    let batch = approved_batch(&owner);
    let settle = |batch: &serde_json::Value, body: serde_json::Value| {
        owner.post(&format!("/v1/payout-batches/{}/settle", id_of(batch)), &body).is(200)
    };
    settle(&batch, json!({"result": "paid", "reference": "T-1"}));
    let payout = id_of(&batch["payouts"][0]);
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "returned", "reason": "Account closed"})).is(200);
    assert_eq!(balance(&owner, &joe), [0, 3_000, 0, 0]);

    let again = approved_batch(&owner);
    assert_ne!(id_of(&again["payouts"][0]), payout, "a retry is a new payout");
    settle(&again, json!({"result": "paid", "reference": "T-2"}));
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 3_000]);
}

fn who_is_below_the_minimum_or_paused_is_listed_with_the_reason(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"hold_days": 0})).is(200);
    let small = enrol(&owner, "small@example.com", "SMALL");
    let paused = enrol(&owner, "paused@example.com", "PAUSED");
    sell(&owner, &order("A-1", 1_000, "a@example.com", "SMALL"));
    sell(&owner, &order("A-2", 90_000, "b@example.com", "PAUSED"));
    owner.order(&format!("/v1/referrers/{paused}/pause")).is(200);

    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(batch["payouts"], json!([]), "{batch:#}");
    let why = |referrer: &str| {
        let row = batch["not_paid"].as_array().expect("a list").iter().find(|row| row["referrer_id"] == referrer);
        row.map(|row| (row["reason"].clone(), row["amount"]["amount"].clone()))
    };
    assert_eq!(why(&small), Some((json!("below_minimum"), json!(100))));
    assert_eq!(why(&paused), Some((json!("referrer_paused"), json!(9_000))));
}

fn the_service_says_goodbye_when_asked_to_stop(app: &App) {
    sell(&app.owner(), &json!({"order_id": "A-1", "currency": "EUR", "subtotal": 1_000}));
    assert!(app.stop());
    let log = std::fs::read_to_string(app.data.path().join("serve.log")).expect("a log");
    assert!(!log.contains("panicked"), "{log}");
}

fn what_was_acknowledged_is_there_after_a_power_cut(app: &App) {
    let owner = app.owner();
    let sale = sell(&owner, &order("A-1", 1_000, "a@example.com", "NOBODY"));
    app.kill_and_restart();
    let same = app.owner().get(&format!("/v1/sales/{}", id_of(&sale))).is(200);
    assert_eq!(same, sale);
}
