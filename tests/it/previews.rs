//! Rules are tried on the latest sales before they are set.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::rules::percent;
use super::shop::{balance, enrol, order, sell};

stories! {
    rules_are_tried_before_they_are_set,
}

fn rules_are_tried_before_they_are_set(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    for number in 1..=4 {
        sell(&owner, &order(&format!("A-{number}"), 10_000, &format!("a{number}@example.com"), "JOE"));
    }
    sell(&owner, &order("A-5", 10_000, "a5@example.com", "NOSUCH"));
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "A-2", "amount": 5_000})).is(201);
    let before = owner.get("/v1/program").is(200);
    let try_on =
        |terms: Value, last: i64| owner.post("/v1/program/terms/preview", &json!({"terms": terms, "last": last})).is(200);

    let same = try_on(json!({}), 100);
    assert_eq!((&same["data"], &same["totals"][0]["changed"], &same["totals"][0]["sales"]), (&json!([]), &json!(0), &json!(5)));
    let finer = try_on(
        json!({
            "rules": [{"name": "third on", "from_deal": 3, "pays": percent("20")}],
            "bonuses": [{"deal": 2, "amounts": {"EUR": 700}}],
            "caps": {"per_code": {"sales": 3}},
        }),
        100,
    );
    let of = |order_id: &str| finer["data"].as_array().expect("data").iter().find(|row| row["order_id"] == order_id).cloned();
    assert!(of("A-1").is_none() && of("A-5").is_none(), "{finer:#}");
    let after = |order_id: &str| of(order_id).map(|row| row["after"].clone()).unwrap_or_default();
    assert_eq!((&after("A-2")["commission"], &after("A-2")["bonus"]), (&json!(500), &json!(700)));
    assert_eq!(after("A-3")["commission"], 2_000);
    assert_eq!(
        (&after("A-4")["verdict"], &after("A-4")["reason"], &after("A-4")["commission"]),
        (&json!("held"), &json!("over_cap"), &json!(2_000))
    );
    let sums = |commission: i64, held: i64, bonus: i64| json!({"commission": commission, "held": held, "bonus": bonus, "friend_discount": 0});
    assert_eq!(
        finer["totals"],
        json!([{"currency": "EUR", "sales": 5, "changed": 3, "before": sums(3_500, 0, 0), "after": sums(3_500, 2_000, 700)}])
    );
    // The sales before the last ones count as deals, though they are not shown.
    let last = try_on(json!({"rules": [{"name": "fourth", "from_deal": 4, "pays": percent("50")}]}), 2);
    assert_eq!((&last["totals"][0]["sales"], &last["data"][0]["after"]["commission"]), (&json!(2), &json!(5_000)));
    // Nothing was written, and what cannot be set cannot be tried.
    assert_eq!((owner.get("/v1/program").is(200), balance(&owner, &joe)), (before, [3_500, 0, 0, 0]));
    let refused = owner.post("/v1/program/terms/preview", &json!({"terms": {"commission": {"rate": "101"}}})).is(422);
    assert_eq!(refused["errors"][0]["pointer"], "/terms/commission/rate");
    let refused = owner.post("/v1/program/terms/preview", &json!({"terms": {}, "last": 501})).is(422);
    assert_eq!(refused["errors"][0]["pointer"], "/last");
}
