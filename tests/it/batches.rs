//! Batches: put together in slices, looked at beside the last, approved once and frozen, or dropped.
#![cfg(test)]

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::app::{App, Engine, execute, stories};
use super::client::Client;
use super::shop::{advance, all, approved_batch, balance, enrol, id_of, order, rules, sell};

stories! {
    money_that_cannot_go_its_way_is_listed_with_reason_and_age_and_stops_nobody,
    currencies_are_never_netted,
    a_batch_is_shown_beside_the_last,
    what_is_approved_is_frozen_with_a_hash_that_anybody_can_compute,
    whoever_prepared_a_batch_does_not_approve_it_where_two_must,
    a_batch_is_dropped_before_anything_left_and_everything_is_ready_again,
    a_batch_that_was_left_in_the_middle_is_taken_up_again,
    a_sweep_pays_small_rests,
    the_schedule_prepares_once_a_month_and_never_approves,
    what_is_approved_is_prepared_at_once_where_the_schedule_says_so,
    a_long_list_of_people_left_out_is_read_in_pages,
    the_owner_pays_from_the_command_line,
}

fn prepare(owner: &Client, body: &Value) -> Value {
    owner.post_once("/v1/payout-batches", body).is(201)
}

fn act(owner: &Client, batch: &Value, verb: &str) -> super::client::Answer {
    owner.order(&format!("/v1/payout-batches/{}/{verb}", id_of(batch)))
}

fn sale(name: &str, currency: &str, subtotal: i64) -> Value {
    let mut report =
        order(&format!("{name}-{currency}-{subtotal}"), subtotal, &format!("{name}.{currency}.{subtotal}@example.com"), name);
    report["currency"] = json!(currency);
    report
}

fn reasons(batch: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let rows = batch["not_paid"].as_array().expect("a list");
    let mut found: Vec<(String, String)> = rows.iter().map(|row| (word(&row["referrer_id"]), word(&row["reason"]))).collect();
    found.sort();
    found
}

fn money_that_cannot_go_its_way_is_listed_with_reason_and_age_and_stops_nobody(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "payouts": {"require_details": true}}));
    let names = ["GOOD", "NONE", "DOLLARS", "SMALL", "PAUSED"];
    let people = names.map(|name| enrol(&owner, &format!("{name}@example.com"), name));
    let [good, none, dollars, small, paused] = &people;
    for (name, currency, subtotal) in [
        ("GOOD", "EUR", 30_000),
        ("NONE", "EUR", 30_000),
        ("DOLLARS", "USD", 30_000),
        ("SMALL", "EUR", 1_000),
        ("PAUSED", "EUR", 30_000),
    ] {
        sell(&owner, &sale(name, currency, subtotal));
    }
    let sepa = json!({"rail": "sepa", "holder": "A B", "iban": "DE89370400440532013000"});
    for id in [good, dollars, small, paused] {
        owner.put(&format!("/v1/referrers/{id}/payout-method"), &sepa).is(201);
    }
    owner.order(&format!("/v1/referrers/{paused}/pause")).is(200);
    let batch = prepare(&owner, &json!({}));
    let paid = batch["payouts"].as_array().expect("payouts");
    assert_eq!((paid.len(), &paid[0]["referrer_id"], &paid[0]["rail"]), (1, &json!(good), &json!("sepa")), "{batch:#}");
    let mut wanted = [
        (none.clone(), "no_details".to_owned()),
        (dollars.clone(), "rail_does_not_pay_currency".to_owned()),
        (small.clone(), "below_minimum".to_owned()),
        (paused.clone(), "referrer_paused".to_owned()),
    ];
    wanted.sort();
    assert_eq!(reasons(&batch), wanted);
    let begun = batch["created_at"].as_str();
    assert!(batch["not_paid"].as_array().expect("a list").iter().all(|row| row["since"].as_str() < begun), "{batch:#}");
}

fn currencies_are_never_netted(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    let debt = json!({"referrer_id": joe, "kind": "adjust", "amount": {"amount": -5_000, "currency": "USD"}, "reason": "A test"});
    owner.post_once("/v1/adjustments", &debt).is(201);
    let batch = prepare(&owner, &json!({}));
    assert_eq!(batch["payouts"][0]["amount"], json!({"amount": 3_000, "currency": "EUR"}), "{batch:#}");
    assert_eq!(batch["not_paid"][0]["amount"], json!({"amount": -5_000, "currency": "USD"}), "{batch:#}");
    assert_eq!(batch["not_paid"][0]["reason"], "negative_balance");
}

fn a_batch_is_shown_beside_the_last(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let [joe, ann, sue] = ["JOE", "ANN", "SUE"].map(|name| enrol(&owner, &format!("{name}@example.com"), name));
    sell(&owner, &sale("JOE", "EUR", 30_000));
    sell(&owner, &sale("ANN", "EUR", 40_000));
    let first = approved_batch(&owner);
    assert_eq!(first.get("difference"), None);
    sell(&owner, &sale("ANN", "EUR", 50_000));
    sell(&owner, &sale("SUE", "EUR", 60_000));
    let second = prepare(&owner, &json!({}));
    let shift = json!({
        "currency": "EUR", "rail": "manual", "payouts": 2, "payouts_before": 2, "amount": 11_000, "amount_before": 7_000,
    });
    let wanted = json!({
        "batch_id": id_of(&first), "totals": [shift],
        "new": {"count": 1, "referrer_ids": [sue]}, "missing": {"count": 1, "referrer_ids": [joe]},
    });
    assert_eq!(second["difference"], wanted, "{ann}");
}

fn what_is_approved_is_frozen_with_a_hash_that_anybody_can_compute(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    for name in ["JOE", "ANN", "SUE"] {
        let id = enrol(&owner, &format!("{name}@example.com"), name);
        sell(&owner, &sale(name, "EUR", 30_000));
        if name == "ANN" {
            owner
                .put(&format!("/v1/referrers/{id}/payout-method"), &json!({"rail": "paypal", "email": "ann@example.com"}))
                .is(201);
        }
    }
    let prepared = prepare(&owner, &json!({}));
    assert_eq!(prepared.get("hash"), None);
    let batch = act(&owner, &prepared, "approve").is(200);
    let word = |payout: &Value, field: &str| payout[field].as_str().unwrap_or_default().to_owned();
    let mut payouts = batch["payouts"].as_array().expect("payouts").clone();
    payouts.sort_by_key(id_of);
    let list: String = payouts
        .iter()
        .map(|payout| {
            let (amount, currency) = (&payout["amount"]["amount"], word(&payout["amount"], "currency"));
            let (rail, account) = (word(payout, "rail"), word(payout, "account"));
            format!("{};{};{currency};{amount};{rail};{account}\n", id_of(payout), word(payout, "referrer_id"))
        })
        .collect();
    let hash: String = Sha256::digest(&list).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(batch["hash"], json!(hash), "{list}");
    assert_eq!(act(&owner, &batch, "approve").is(200), batch, "twice is once");
    owner.post(&format!("/v1/payouts/{}/settle", id_of(&payouts[0])), &json!({"result": "paid"})).is(200);
    assert_eq!(owner.get(&format!("/v1/payout-batches/{}", id_of(&batch))).is(200)["hash"], json!(hash));
    // Whoever changes what was approved behind the service's back is found out.
    app.check();
    execute(&app.place(), "UPDATE payouts SET account = 'other' WHERE rail = 'paypal'").expect("tampered");
    let found = owner.get("/v1/check").is(200);
    assert!(found["differences"].to_string().contains("payout_batch.hash"), "{found:#}");
    let account = payouts.iter().find(|payout| payout["rail"] == "paypal").map(|payout| word(payout, "account")).expect("one");
    execute(&app.place(), &format!("UPDATE payouts SET account = '{account}' WHERE rail = 'paypal'")).expect("mended");
}

fn whoever_prepared_a_batch_does_not_approve_it_where_two_must(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "payouts": {"approval": "two_people"}}));
    enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    let batch = prepare(&owner, &json!({}));
    act(&owner, &batch, "approve").refused(409, "second_person_needed");
    let second = Client::new(&app.base(), Some(&app.fresh_token(&["--role", "owner"])));
    let approved = act(&second, &batch, "approve").is(200);
    assert_eq!(approved["status"], "approved");
    assert_ne!(approved["approved_by"], approved["prepared_by"]);
}

fn a_batch_is_dropped_before_anything_left_and_everything_is_ready_again(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    let prepared = prepare(&owner, &json!({}));
    assert_eq!(balance(&owner, &joe), [0, 0, 3_000, 0]);
    let dropped = act(&owner, &prepared, "cancel").is(200);
    assert_eq!((&dropped["status"], &dropped["payouts"][0]["status"]), (&json!("cancelled"), &json!("cancelled")));
    assert_eq!(act(&owner, &prepared, "cancel").is(200), dropped, "twice is once");
    act(&owner, &prepared, "approve").refused(409, "batch_cancelled");
    assert_eq!(balance(&owner, &joe), [0, 3_000, 0, 0]);

    // Approved and not sent: it can still be dropped. Paid: it cannot.
    let approved = approved_batch(&owner);
    assert_eq!(act(&owner, &approved, "cancel").is(200)["hash"], approved["hash"]);
    assert_eq!(balance(&owner, &joe), [0, 3_000, 0, 0]);
    let approved = approved_batch(&owner);
    owner.post(&format!("/v1/payouts/{}/settle", id_of(&approved["payouts"][0])), &json!({"result": "paid"})).is(200);
    act(&owner, &approved, "cancel").refused(409, "already_sent");
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 3_000]);
}

fn a_batch_that_was_left_in_the_middle_is_taken_up_again(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let batch = prepare(&owner, &json!({}));
    let id = id_of(&batch);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    // What a process leaves behind that dies after the first step: a batch that is still being put together.
    let long_ago = if app.engine == Engine::Sqlite { "0" } else { "'2020-01-01T00:00:00Z'" };
    execute(&app.place(), "UPDATE payout_batches SET status = 'preparing'").expect("a batch in the middle");
    act(&owner, &batch, "approve").refused(409, "still_preparing");
    execute(&app.place(), &format!("UPDATE payout_batches SET touched_at = {long_ago}")).expect("left alone");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while owner.get(&format!("/v1/payout-batches/{id}")).is(200)["status"] != "prepared" {
        assert!(std::time::Instant::now() < deadline, "nobody takes the batch up");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(balance(&owner, &joe), [0, 0, 3_000, 0]);
}

fn a_sweep_pays_small_rests(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 1_000));
    let batch = prepare(&owner, &json!({}));
    assert_eq!(batch["not_paid"][0]["reason"], "below_minimum");
    let sweep = prepare(&owner, &json!({"sweep": true}));
    assert_eq!((&sweep["sweep"], &sweep["payouts"][0]["amount"]["amount"]), (&json!(true), &json!(100)), "{sweep:#}");
}

fn the_schedule_prepares_once_a_month_and_never_approves(app: &App) {
    let owner = app.sandbox();
    rules(&owner, &json!({"hold_days": 0, "payouts": {"schedule": "monthly", "sweep_month": 0}}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    advance(&owner, 32);
    let first = all(&owner, "/v1/payout-batches");
    // Whichever month's batch found the money waits for approval; one for nobody needs none.
    let waiting = first.iter().filter(|batch| batch["status"] == "prepared").count();
    assert_eq!((waiting, balance(&owner, &joe)), (1, [0, 0, 3_000, 0]), "{first:?}");
    assert!(first.iter().all(|batch| batch["prepared_by"] == "schedule"));
    let periods: std::collections::BTreeSet<String> = first.iter().map(|row| row["scheduled_for"].to_string()).collect();
    assert_eq!(periods.len(), first.len(), "one batch a period: {first:?}");
    // Nothing new: the next month's batch is for nobody and needs no approval.
    advance(&owner, 31);
    let second = all(&owner, "/v1/payout-batches");
    let last = second.last().expect("a batch");
    assert_eq!((&last["status"], &last["totals"]), (&json!("done"), &json!([])), "{last:#}");
}

fn what_is_approved_is_prepared_at_once_where_the_schedule_says_so(app: &App) {
    let owner = app.sandbox();
    rules(&owner, &json!({"hold_days": 30, "payouts": {"schedule": "when_approved"}}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    sell(&owner, &sale("ANN", "EUR", 1_000));
    advance(&owner, 29);
    assert_eq!(all(&owner, "/v1/payout-batches").len(), 0);
    advance(&owner, 2);
    let batches = all(&owner, "/v1/payout-batches");
    assert_eq!((batches.len(), &batches[0]["status"]), (1, &json!("prepared")), "{batches:?}");
    assert_eq!(balance(&owner, &joe), [0, 0, 3_000, 0]);
    advance(&owner, 1);
    assert_eq!(all(&owner, "/v1/payout-batches").len(), 1, "small money alone makes no batch");
}

fn a_long_list_of_people_left_out_is_read_in_pages(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    for number in 0..7 {
        let name = format!("JOE-{number}");
        enrol(&owner, &format!("joe{number}@example.com"), &name);
        sell(&owner, &sale(&name, "EUR", 1_000));
        sell(&owner, &sale(&name, "USD", 1_000));
    }
    let batch = prepare(&owner, &json!({}));
    let path = format!("/v1/payout-batches/{}/not-paid", id_of(&batch));
    let (mut rows, mut after): (Vec<Value>, String) = (Vec::new(), String::new());
    loop {
        let limit = if rows.len() < 5 { 3 } else { 1 };
        let page = owner.get(&format!("{path}?limit={limit}{after}")).is(200);
        rows.extend(page["data"].as_array().expect("data").iter().cloned());
        after = format!("&after={}", rows.last().expect("a row")["referrer_id"].as_str().expect("an id"));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(Value::from(rows), batch["not_paid"]);
    assert_eq!(batch["not_paid_count"], 14);
}

fn the_owner_pays_from_the_command_line(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    sell(&owner, &sale("JOE", "EUR", 30_000));
    sell(&owner, &sale("ANN", "EUR", 1_000));
    let run = |arguments: &[&str], fits: bool| {
        let output = app.run(&[&["payouts"], arguments].concat());
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert_eq!(output.status.success(), fits, "{arguments:?}: {said}");
        said
    };
    let said = run(&["prepare"], true);
    assert!(said.contains("1 payouts by manual, pending: 30.00 EUR") && said.contains("1.00 EUR, below_minimum since"), "{said}");
    let id = id_of(&all(&owner, "/v1/payout-batches")[0]);
    run(&["settle", &id], true);
    assert_eq!(balance(&owner, &joe), [0, 0, 3_000, 0], "what was not approved is not paid");
    assert!(run(&["approve", &id], true).contains("approved list: SHA-256 "));
    run(&["settle", &id, "--reference", "Cheques of May"], true);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 3_000]);
    run(&["cancel", &id], false);
    run(&["approve", &joe], false);
}
