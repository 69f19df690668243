//! Nothing that is owed is forgotten: what stands still has a reason and an age, and with what moves it is
//! all that is owed.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::books::{number, payout_to, refund, sandbox, settle};
use super::shop::{advance, approved_batch, balance, enrol, order, rules, sell};

stories! {
    every_cent_that_stands_still_has_a_reason_and_both_sides_agree,
    what_no_batch_takes_and_nobody_approves_is_named,
}

fn every_cent_that_stands_still_has_a_reason_and_both_sides_agree(app: &App) {
    let owner = sandbox(app);
    let clean = owner.get("/v1/reports/money-check").is(200);
    assert_eq!((&clean["nothing_forgotten"], &clean["rows"]), (&json!(true), &json!([])), "{clean:#}");
    let people = ["SMALL", "PAUSED", "FAILED", "BACK", "DEBT", "LATE", "HELD", "FRESH"];
    let ids: Vec<String> = people.iter().map(|code| enrol(&owner, &format!("{code}@example.com"), code)).collect();
    let id = |code: &str| ids[people.iter().position(|known| *known == code).expect("a code")].clone();
    let earn = |code: &str, amount: i64| {
        sell(&owner, &order(&format!("O-{code}"), amount, &format!("b-{code}@example.com"), code));
    };
    for (code, amount) in [("FAILED", 30_000), ("BACK", 30_000), ("DEBT", 30_000), ("LATE", 30_000)] {
        earn(code, amount);
    }
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &id("FAILED")), "failed");
    settle(&owner, payout_to(&batch, &id("BACK")), "paid");
    settle(&owner, payout_to(&batch, &id("BACK")), "returned");
    settle(&owner, payout_to(&batch, &id("DEBT")), "paid");
    refund(&owner, "O-DEBT", 30_000);
    earn("SMALL", 1_000);
    earn("PAUSED", 90_000);
    owner.order(&format!("/v1/referrers/{}/pause", id("PAUSED"))).is(200);
    sell(&owner, &order("O-HELD", 10_000, "x@mailinator.com", "HELD"));
    advance(&owner, 8);
    rules(&owner, &json!({"hold_days": 30}));
    earn("FRESH", 50_000);

    let found = owner.get("/v1/reports/money-check").is(200);
    let rows = found["rows"].as_array().expect("rows");
    let row = |code: &str| {
        let of: Vec<&Value> = rows.iter().filter(|row| row["referrer_id"] == id(code).as_str()).collect();
        assert_eq!(of.len(), 1, "{code}: {found:#}");
        (of[0]["reason"].as_str().expect("a reason").to_owned(), number(&of[0]["amount"]), number(&of[0]["age_days"]))
    };
    let said = |reason: &str, amount: i64| (reason.to_owned(), amount, 8);
    assert_eq!(row("SMALL"), said("below_minimum", 100));
    assert_eq!(row("PAUSED"), said("referrer_paused", 9_000));
    assert_eq!(row("FAILED"), said("payout_failed", 3_000));
    assert_eq!(row("BACK"), said("payout_returned", 3_000));
    assert_eq!(row("DEBT"), said("negative_balance", -3_000));
    assert_eq!(row("LATE"), said("payout_not_settled", 3_000));
    assert_eq!(row("HELD"), said("held_without_decision", 1_000));
    assert_eq!(rows.len(), 7, "what moves is no row: {found:#}");
    let side = &found["currencies"][0];
    let sum = |part: &Value| ["on_hold", "ready", "in_transit"].iter().map(|account| number(&part[*account])).sum::<i64>();
    let not_moving: i64 = rows.iter().map(|row| number(&row["amount"])).sum();
    assert_eq!((number(&side["not_moving"]), number(&side["difference"])), (not_moving, 0), "{side:#}");
    assert_eq!(sum(&side["owed"]) + number(&side["held"]), not_moving + sum(&side["moving"]), "{side:#}");
    let owed: i64 =
        ids.iter().map(|id| balance(&owner, id)).map(|[on_hold, ready, in_transit, _]| on_hold + ready + in_transit).sum();
    assert_eq!((sum(&side["owed"]), &side["moving"]["on_hold"]), (owed, &json!(5_000)));
    assert_eq!(found["nothing_forgotten"], false);

    // The owner may give payouts more time.
    let patient = owner.get("/v1/reports/money-check?settle_days=30").is(200);
    assert_eq!(patient["rows"].as_array().map(Vec::len), Some(6), "{patient:#}");
}

fn what_no_batch_takes_and_nobody_approves_is_named(app: &App) {
    let owner = sandbox(app);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 90_000, "bea@example.com", "JOE"));
    let check = || owner.get("/v1/reports/money-check").is(200);
    let reasons = |report: &Value| -> Vec<String> {
        let rows = report["rows"].as_array().expect("rows").iter().filter(|row| row["referrer_id"] == joe.as_str());
        rows.map(|row| row["reason"].as_str().expect("a reason").to_owned()).collect()
    };
    advance(&owner, 34);
    assert_eq!((reasons(&check()), &check()["currencies"][0]["moving"]["ready"]), (Vec::new(), &json!(9_000)));
    advance(&owner, 1);
    assert_eq!(reasons(&check()), ["not_in_batch"]);
    owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!((reasons(&check()), &check()["currencies"][0]["moving"]["in_transit"]), (Vec::new(), &json!(9_000)));
    advance(&owner, 3);
    let last = check();
    assert_eq!((reasons(&last), &last["currencies"][0]["difference"]), (vec!["batch_not_approved".to_owned()], &json!(0)));

    let table = String::from_utf8(app.run(&["report", "money-check", "--sandbox"]).stdout).expect("text");
    assert!(table.lines().any(|line| line.starts_with("\"batch_not_approved\"") && line.contains(",9000,")), "{table}");
    assert!(table.lines().any(|line| line == "\"total: difference\",,,\"EUR\",0,,,,"), "{table}");
    let said = String::from_utf8(app.run(&["check"]).stdout).expect("text");
    assert!(said.contains("money check: nothing forgotten") && said.contains("batch not approved"), "{said}");
}
