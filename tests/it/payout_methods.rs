//! Where referrers' money goes: entered once at once, changed only with a letter and a wait, never shown.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{advance, approved_batch, enrol, id_of, order, rules, sell};

stories! {
    a_referrer_says_once_where_his_money_goes_and_is_paid_there,
    a_change_is_told_to_the_old_address_and_nothing_is_paid_for_two_days,
    taking_details_away_first_does_not_shorten_the_wait,
    details_are_refused_at_the_field_that_is_wrong,
    nobody_reads_details_from_database_logs_or_answers,
    whoever_has_not_said_is_asked_three_times_where_details_are_required,
    an_approved_payout_goes_where_it_was_approved_to_go,
    a_buyer_who_is_paid_into_the_referrers_account_is_held,
}

const IBAN: &str = "DE89370400440532013000";

fn sepa(iban: &str) -> Value {
    json!({"rail": "sepa", "holder": "Zoë Müller", "iban": iban})
}

fn path(referrer: &str) -> String {
    format!("/v1/referrers/{referrer}/payout-method")
}

/// A referrer in the sandbox with 30 euro ready.
fn with_money(owner: &Client, name: &str) -> String {
    rules(owner, &json!({"hold_days": 0}));
    let id = enrol(owner, &format!("{name}@example.com"), name);
    sell(owner, &order(&format!("A-{name}"), 30_000, &format!("friend.of.{name}@example.com"), name));
    id
}

fn letters(app: &App, kind: &str) -> usize {
    // The sandbox is a ledger of its own; these stories are told on the live one.
    app.ask(&format!("SELECT kind AS line FROM mails WHERE kind = '{kind}'")).len()
}

fn a_referrer_says_once_where_his_money_goes_and_is_paid_there(app: &App) {
    let owner = app.owner();
    let joe = with_money(&owner, "JOE");
    let himself = app.referrer(&joe);
    himself.get(&path(&joe)).is(404);
    let entered = himself.put(&path(&joe), &sepa("de89 3704 0044 0532 0130 00")).is(201);
    assert_eq!((&entered["rail"], &entered["payable_from"]), (&json!("sepa"), &entered["created_at"]));
    assert_eq!(himself.put(&path(&joe), &sepa(IBAN)).is(200), entered, "the same again changes nothing");
    assert_eq!(app.accountant().get(&path(&joe)).is(200), entered);
    assert_eq!(letters(app, "payout_details_changed"), 0);

    let batch = approved_batch(&owner);
    let payout = &batch["payouts"][0];
    assert_eq!((&payout["rail"], &payout["account"]), (&json!("sepa"), &entered["account"]), "{batch:#}");
    // Somebody else's money is not his to send.
    let ann = enrol(&owner, "ann@example.com", "ANN");
    himself.put(&path(&ann), &sepa(IBAN)).is(404);
    himself.delete(&path(&ann)).is(404);
}

fn a_change_is_told_to_the_old_address_and_nothing_is_paid_for_two_days(app: &App) {
    let owner = app.sandbox();
    let joe = with_money(&owner, "JOE");
    let first = owner.put(&path(&joe), &sepa(IBAN)).is(201);
    let changed = owner.put(&path(&joe), &json!({"rail": "paypal", "email": "thief@example.com"})).is(200);
    assert_ne!(first["account"], changed["account"]);
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(batch["payouts"], json!([]));
    assert_eq!(batch["not_paid"][0]["reason"], "details_on_hold", "{batch:#}");

    advance(&owner, 1);
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(batch["not_paid"][0]["reason"], "details_on_hold", "{batch:#}");
    advance(&owner, 1);
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(batch["payouts"][0]["rail"], "paypal", "{batch:#}");
}

fn taking_details_away_first_does_not_shorten_the_wait(app: &App) {
    let owner = app.owner();
    let joe = with_money(&owner, "JOE");
    owner.put(&path(&joe), &sepa(IBAN)).is(201);
    assert_eq!(owner.delete(&path(&joe)).status, 204);
    owner.delete(&path(&joe)).is(404);
    let again = owner.put(&path(&joe), &json!({"rail": "paypal", "email": "thief@example.com"})).is(200);
    assert!(again["payable_from"].as_str() > again["created_at"].as_str(), "{again:#}");
    assert_eq!(letters(app, "payout_details_changed"), 2);
    let held = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(held["not_paid"][0]["reason"], "details_on_hold", "{held:#}");
    let acts = app.ask("SELECT action AS line FROM audit_log WHERE action LIKE 'payout_method%' ORDER BY created_at, id");
    assert_eq!(acts, ["payout_method.set", "payout_method.remove", "payout_method.set"]);
}

fn details_are_refused_at_the_field_that_is_wrong(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let put = |body: Value| owner.put(&path(&joe), &body);
    put(json!({})).faults("/rail", "missing_field");
    put(json!({"rail": "cash"})).faults("/rail", "unknown_value");
    put(json!({"rail": "offset"})).faults("/rail", "unknown_value");
    put(json!({"rail": "sepa", "iban": IBAN})).faults("/holder", "missing_field");
    put(sepa("DE88370400440532013000")).faults("/iban", "invalid_iban");
    put(json!({"rail": "paypal", "email": "joe@example.com", "iban": IBAN})).faults("/iban", "unexpected");
    put(json!({"rail": "paypal", "email": 5})).faults("/email", "invalid_type");
    put(json!({"rail": "ach", "holder": "Joe", "routing": "021000022", "account": "123456"}))
        .faults("/routing", "invalid_routing_number");
    owner.get(&path(&joe)).is(404);
}

fn nobody_reads_details_from_database_logs_or_answers(app: &App) {
    let owner = app.owner();
    let joe = with_money(&owner, "JOE");
    let shown = owner.put(&path(&joe), &sepa(IBAN)).is(201).to_string();
    let batch = approved_batch(&owner);
    let kept = app.ask("SELECT details AS line FROM payout_methods UNION ALL SELECT details FROM payouts");
    let audited = app.ask("SELECT CAST(detail AS TEXT) AS line FROM audit_log");
    let told = app.ask("SELECT CAST(data AS TEXT) AS line FROM events");
    for text in kept.iter().chain(&audited).chain(&told).chain([&shown, &batch.to_string(), &app.said()]) {
        assert!(!text.contains("37040044") && !text.contains("Müller"), "{text}");
    }
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|sealed| sealed.starts_with("v1:")), "{kept:?}");
}

fn whoever_has_not_said_is_asked_three_times_where_details_are_required(app: &App) {
    let owner = app.sandbox();
    let ann = with_money(&owner, "ANN");
    with_money(&owner, "JOE");
    let batch = owner.post_once("/v1/payout-batches", &json!({"cutoff": "2020-01-01T00:00:00Z"})).is(201);
    assert_eq!(batch["not_paid"][0]["reason"], "after_cutoff");
    rules(&owner, &json!({"payouts": {"require_details": true}}));
    owner.put(&path(&ann), &sepa(IBAN)).is(201);
    let asked = || {
        let folder = app.data.path().join("mail").join("sandbox");
        let files = std::fs::read_dir(folder).map(|files| files.filter_map(Result::ok).collect::<Vec<_>>()).unwrap_or_default();
        let texts =
            files.into_iter().filter_map(|file| std::fs::read_to_string(file.path()).ok()).map(|text| text.to_lowercase());
        texts.filter(|text| text.contains("joe@example.com") && text.contains("where shall we send your money")).count()
    };
    for (days, letters) in [(1, 1), (5, 1), (2, 2), (20, 2), (5, 3), (300, 3)] {
        advance(&owner, days);
        until(|| asked() == letters);
    }
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    assert_eq!(batch["payouts"][0]["referrer_id"], json!(ann), "{batch:#}");
    assert_eq!(batch["not_paid"][0]["reason"], "no_details", "{batch:#}");
}

/// Letters leave a moment after they were written.
fn until(mut done: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !done() {
        assert!(std::time::Instant::now() < deadline, "the letter does not come");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn an_approved_payout_goes_where_it_was_approved_to_go(app: &App) {
    let owner = app.owner();
    let (joe, ann) = (with_money(&owner, "JOE"), with_money(&owner, "ANN"));
    owner.put(&path(&joe), &sepa(IBAN)).is(201);
    owner.put(&path(&ann), &json!({"rail": "paypal", "email": "ann@example.com"})).is(201);
    let prepared = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    // Changed between preparation and approval: not paid with this batch.
    owner.put(&path(&ann), &json!({"rail": "paypal", "email": "other@example.com"})).is(200);
    let batch = owner.order(&format!("/v1/payout-batches/{}/approve", id_of(&prepared))).is(200);
    let left = batch["not_paid"].as_array().expect("a list");
    assert_eq!((left.len(), &left[0]["referrer_id"], &left[0]["reason"]), (1, &json!(ann), &json!("changed_before_approval")));
    // Changed after approval: the payout keeps what it was approved with.
    let before = app.ask("SELECT details AS line FROM payouts WHERE status = 'approved'");
    owner.put(&path(&joe), &json!({"rail": "store_credit"})).is(200);
    let shown = owner.get(&format!("/v1/payout-batches/{}", id_of(&batch))).is(200);
    let payout = shown["payouts"].as_array().expect("payouts").iter().find(|payout| payout["status"] == "approved").expect("one");
    assert_eq!((&payout["rail"], &payout["referrer_id"]), (&json!("sepa"), &json!(joe)));
    assert_eq!(app.ask("SELECT details AS line FROM payouts WHERE status = 'approved'"), before);
    assert_eq!(shown["hash"], batch["hash"]);
}

fn a_buyer_who_is_paid_into_the_referrers_account_is_held(app: &App) {
    let owner = app.owner();
    let [joe, ann] = ["JOE", "ANN"].map(|name| enrol(&owner, &format!("{name}@example.com"), name));
    owner.put(&path(&joe), &sepa(IBAN)).is(201);
    owner.put(&path(&ann), &json!({"rail": "sepa", "holder": "Ann", "iban": "DE89 3704 0044 0532 0130 00"})).is(201);
    let sale = sell(&owner, &order("A-1", 10_000, "ANN@example.com", "JOE"));
    assert_eq!((&sale["verdict"]["kind"], &sale["verdict"]["reason"]), (&json!("held"), &json!("suspected_fraud")), "{sale:#}");
    let explained = owner.get(&format!("/v1/sales/{}/explanation", id_of(&sale))).is(200).to_string();
    assert!(explained.contains("same_account"), "{explained}");
    // Neither holder nor number, only that they are one: strangers buy as ever.
    assert_eq!(sell(&owner, &order("A-2", 10_000, "stranger@example.com", "JOE"))["verdict"]["kind"], "attributed");
}
