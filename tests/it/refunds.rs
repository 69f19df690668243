//! What a refund takes back: computed by hand, shown through the API, to the cent.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{balance, enrol, id_of, net, order, rules, sell};

/// Reports refunds one after the other and returns what each did to the commission.
fn changes(shop: &Client, order_id: &str, sale: &str, refunds: &[Value]) -> Vec<i64> {
    let mut before = net(shop, sale);
    let mut changes = Vec::new();
    for (place, refund) in refunds.iter().enumerate() {
        let mut body = refund.clone();
        body["refund_id"] = json!(format!("{order_id}-R{place}"));
        body["order_id"] = json!(order_id);
        let answer = shop.post("/v1/refunds", &body).is(201);
        assert_eq!(answer["applied"], true, "{answer:#}");
        let after = net(shop, sale);
        changes.push(after - before);
        before = after;
    }
    changes
}

fn plain(amounts: &[i64]) -> Vec<Value> {
    amounts.iter().map(|amount| json!({"amount": amount})).collect()
}

stories! {
    every_cent_of_the_golden_vectors,
    gross_refunds_leave_tax_and_shipping_out,
    a_refund_after_the_payout_is_carried_forward,
    the_same_refund_twice_is_one_and_another_under_its_name_is_a_conflict,
}

fn every_cent_of_the_golden_vectors(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    // Base, rate, refunds, what is earned, what each refund takes.
    type Vector = (i64, &'static str, &'static [i64], i64, &'static [i64]);
    let vectors: [Vector; 4] = [
        (30, "5", &[10, 10, 10], 2, &[-1, 0, -1]),
        (999, "7.5", &[333, 333, 333], 75, &[-25, -25, -25]),
        (10_000, "12.5", &[1, 9_999], 1_250, &[0, -1_250]),
        (4_999, "10", &[2_500], 500, &[-250]),
    ];
    let mut owed = 0;
    for (place, (base, rate, refunds, earned, taken)) in vectors.into_iter().enumerate() {
        rules(&shop, &json!({"commission": {"type": "percent", "rate": rate}}));
        let order_id = format!("V-{place}");
        let sale = sell(&shop, &order(&order_id, base, &format!("buyer{place}@example.com"), "JOE"));
        assert_eq!(sale["commission"]["amount"]["amount"], earned, "{rate} % of {base}");
        assert_eq!(changes(&shop, &order_id, &id_of(&sale), &plain(refunds)), taken, "{rate} % of {base}");
        owed += earned + taken.iter().sum::<i64>();
    }
    assert_eq!(balance(&shop, &joe), [owed, 0, 0, 0]);
}

fn gross_refunds_leave_tax_and_shipping_out(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let shipping = json!({"amount": 500, "shipping": 500});
    let vectors: [(Vec<Value>, &[i64]); 6] = [
        (plain(&[6_200, 6_200]), &[-500, -500]),
        (plain(&[12_400]), &[-1_000]),
        (vec![shipping.clone()], &[0]),
        (plain(&[4_134, 4_133, 4_133]), &[-333, -334, -333]),
        (vec![shipping, json!({"amount": 11_900})], &[0, -1_000]),
        (vec![json!({})], &[-1_000]),
    ];
    for (place, (refunds, taken)) in vectors.into_iter().enumerate() {
        let order_id = format!("G-{place}");
        let mut report = order(&order_id, 10_000, &format!("buyer{place}@example.com"), "JOE");
        report["tax"] = json!(1_900);
        report["shipping"] = json!(500);
        let sale = sell(&shop, &report);
        assert_eq!((&sale["commission"]["amount"]["amount"], &sale["total"]), (&json!(1_000), &json!(12_400)));
        assert_eq!(changes(&shop, &order_id, &id_of(&sale), &refunds), taken, "{refunds:?}");
    }
}

fn a_refund_after_the_payout_is_carried_forward(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"hold_days": 0}));
    let joe = enrol(&shop, "joe@example.com", "JOE");
    sell(&shop, &order("A-1", 50_000, "a@example.com", "JOE"));
    let batch = super::shop::approved_batch(&shop);
    shop.post(&format!("/v1/payout-batches/{}/settle", id_of(&batch)), &json!({"result": "paid"})).is(200);
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1"})).is(201);
    assert_eq!(balance(&shop, &joe), [0, -5_000, 0, 5_000]);

    // The debt is netted with what comes, and never collected from the referrer.
    let short = shop.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!((&short["payouts"], &short["not_paid"][0]["reason"]), (&json!([]), &json!("negative_balance")));
    sell(&shop, &order("A-2", 80_000, "b@example.com", "JOE"));
    assert_eq!(balance(&shop, &joe), [0, 3_000, 0, 5_000]);
    let next = super::shop::approved_batch(&shop);
    assert_eq!(next["payouts"][0]["amount"]["amount"], 3_000, "{next:#}");
}

fn the_same_refund_twice_is_one_and_another_under_its_name_is_a_conflict(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let sale = id_of(&sell(&shop, &order("A-1", 10_000, "a@example.com", "JOE")));
    let refund = json!({"refund_id": "R-1", "order_id": "A-1", "amount": 2_000});
    let first = shop.post("/v1/refunds", &refund).is(201);
    let again = shop.post("/v1/refunds", &refund).is(200);
    assert_eq!(first["id"], again["id"]);
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "amount": 2_001})).is(409);
    assert_eq!(net(&shop, &sale), 800);
}
