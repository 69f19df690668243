//! Payouts by `PayPal` against a fake one: each ends as the provider says, and nothing else settles it.
#![cfg(test)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::app::{App, Engine, execute, stories};
use super::client::Client;
use super::fake_paypal::FakePaypal;
use super::fake_shop::until;
use super::shop::{all, approved_batch, balance, enrol, id_of};

/// Lets the service call the fake, which is in our own network.
pub(crate) fn reachable(app: &App, fake: &FakePaypal) -> Client {
    app.restart_with(&[("HOUND_PRIVATE_HOSTS", &fake.address)]);
    app.owner()
}

pub(crate) fn connect(owner: &Client, fake: &FakePaypal, items_max: usize) -> Value {
    let body = json!({"client_id": "client", "client_secret": "secret", "base_url": fake.url(), "items_max": items_max});
    owner.put("/v1/payout-providers/paypal", &body).is(200)
}

/// A referrer with 50 euro who is paid by `PayPal` at this address.
pub(crate) fn payee(owner: &Client, email: &str, place: usize) -> String {
    let id = enrol(owner, email, &format!("CODE{place}"));
    owner.put(&format!("/v1/referrers/{id}/payout-method"), &json!({"rail": "paypal", "email": email})).is(201);
    let money = json!({"amount": 5_000 + i64::try_from(place).expect("small"), "currency": "EUR"});
    owner
        .post_once("/v1/adjustments", &json!({"referrer_id": id, "kind": "adjust", "amount": money, "reason": "Thanks"}))
        .is(201);
    id
}

/// As if so much time had passed that whatever waits is due.
pub(crate) fn hurry(app: &App) {
    let past = match app.engine {
        Engine::Sqlite => "1",
        Engine::Postgres => "'epoch'",
    };
    let due = format!("UPDATE jobs SET run_at = {past} WHERE kind = 'submit_payouts' AND status = 'ready'");
    // The service may be writing for long, or be killed meanwhile: the next round comes at once.
    drop(execute(&app.place(), &due));
}

pub(crate) fn sending(owner: &Client, batch: &str) -> Value {
    owner.get(&format!("/v1/payout-batches/{batch}/submissions")).is(200)
}

/// How many payouts of a batch are in none of the states that end.
pub(crate) fn open(sending: &Value) -> i64 {
    let counts = sending["payouts"].as_object().expect("counts");
    let ended = ["paid", "failed", "returned", "cancelled"];
    counts
        .iter()
        .filter(|(status, _)| !ended.contains(&status.as_str()))
        .map(|(_, count)| count.as_i64().expect("a number"))
        .sum()
}

pub(crate) fn settled(app: &App, owner: &Client, batch: &str) -> Value {
    until("every payout ends", || {
        hurry(app);
        Some(sending(owner, batch)).filter(|sending| open(sending) == 0)
    })
}

/// Our payouts by id, and their statuses.
pub(crate) fn ours(owner: &Client, batch: &str) -> BTreeMap<String, (String, i64)> {
    let rows = all(owner, &format!("/v1/payouts?batch_id={batch}"));
    let text = |row: &Value| row["status"].as_str().expect("a status").to_owned();
    rows.iter().map(|row| (id_of(row), (text(row), row["amount"]["amount"].as_i64().expect("an amount")))).collect()
}

/// The provider's book and ours are one: each payout that it took is there once, with our amount and its fate;
/// of those it did not take none is paid.
pub(crate) fn one_book(fake: &FakePaypal, ours: &BTreeMap<String, (String, i64)>) {
    let theirs = fake.book();
    for (id, entry) in &theirs {
        let Some((status, amount)) = ours.get(id) else { continue };
        let fate = match entry.status.as_str() {
            "SUCCESS" => "paid",
            "RETURNED" => "returned",
            "FAILED" | "BLOCKED" => "failed",
            other => panic!("{id} is {other}"),
        };
        assert_eq!((status.as_str(), format!("{}.{:02}", amount / 100, amount % 100)), (fate, entry.value.clone()), "{id}");
    }
    for (id, (status, _)) in ours.iter().filter(|(_, (status, _))| status == "paid" || status == "returned") {
        assert!(theirs.contains_key(id), "{id} is {status}, and the provider does not know it");
    }
}

stories! {
    a_batch_is_sent_and_each_payout_ends_as_the_provider_says,
    a_receiver_that_the_provider_refuses_stops_nobody_else_and_is_paid_under_a_new_key,
    what_cannot_be_told_is_settled_by_nobody_while_the_provider_can_be_asked,
    what_never_left_fails_once_it_is_too_late_to_send_it,
    the_provider_is_connected_sealed_and_cannot_be_swapped_while_it_has_money_in_hand,
    approved_batches_send_themselves_if_the_owner_wants_that,
    news_only_make_us_ask,
    a_shop_books_store_credit_when_it_is_told,
}

fn a_batch_is_sent_and_each_payout_ends_as_the_provider_says(app: &App) {
    let fake = FakePaypal::open(0, 1);
    let owner = reachable(app, &fake);
    let ids = ["joe@example.com", "fails@example.com", "unclaimed@example.com", "blocked@example.com"];
    let ids: Vec<String> = ids.iter().enumerate().map(|(place, email)| payee(&owner, email, place)).collect();
    let batch = id_of(&approved_batch(&owner));
    let send = format!("/v1/payout-batches/{batch}/send");
    owner.order(&send).refused(409, "no_provider");
    connect(&owner, &fake, 500);
    let sent = owner.order(&send).is(200);
    assert_eq!(sent["payouts"]["submitting"], 4, "{sent:#}");
    owner.order(&send).is(200);
    let done = settled(app, &owner, &batch);
    assert_eq!(done["payouts"], json!({"paid": 1, "failed": 2, "returned": 1}), "{done:#}");
    assert_eq!(done["submissions"].as_array().map(Vec::len), Some(1), "{done:#}");
    assert_eq!((&done["submissions"][0]["status"], &done["submissions"][0]["attempts"]), (&json!("done"), &json!(1)), "{done:#}");
    one_book(&fake, &ours(&owner, &batch));
    let balances: Vec<[i64; 4]> = ids.iter().map(|id| balance(&owner, id)).collect();
    assert_eq!(balances, [[0, 0, 0, 5_000], [0, 5_001, 0, 0], [0, 5_002, 0, 0], [0, 5_003, 0, 0]]);
    let fees = app.ask("SELECT CAST(SUM(fee) AS TEXT) AS line FROM submission_items WHERE fee_currency = 'USD'");
    assert_eq!(fees, ["100"]);
    assert_eq!(app.ask("SELECT CAST(COUNT(body) AS TEXT) AS line FROM submissions"), ["0"], "addresses are forgotten");
    assert!(!app.said().contains("example.com"), "no address in the log");
    // What came back is open again, and the next batch pays it under a new key.
    let again = approved_batch(&owner);
    assert_eq!(again["totals"][0]["payouts"], 3, "{again:#}");
}

fn a_receiver_that_the_provider_refuses_stops_nobody_else_and_is_paid_under_a_new_key(app: &App) {
    let fake = FakePaypal::open(0, 1);
    let owner = reachable(app, &fake);
    connect(&owner, &fake, 500);
    for (place, email) in ["joe@example.com", "refused@example.com", "ann@example.com"].iter().enumerate() {
        payee(&owner, email, place);
    }
    let batch = id_of(&approved_batch(&owner));
    owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    let done = settled(app, &owner, &batch);
    assert_eq!(done["payouts"], json!({"paid": 2, "failed": 1}), "{done:#}");
    let requests: Vec<&Value> = done["submissions"].as_array().expect("requests").iter().map(|one| &one["status"]).collect();
    assert_eq!(requests, ["refused", "done"], "{done:#}");
    one_book(&fake, &ours(&owner, &batch));
}

/// As if a request had been committed and sent long ago.
fn age(app: &App) {
    let past = match app.engine {
        Engine::Sqlite => "1",
        Engine::Postgres => "'epoch'",
    };
    let old = format!(
        "UPDATE submissions SET created_at = {past};
         UPDATE submissions SET first_sent_at = {past} WHERE attempts > 0"
    );
    execute(&app.place(), &old).expect("old requests");
}

fn what_cannot_be_told_is_settled_by_nobody_while_the_provider_can_be_asked(app: &App) {
    // No answer to a question ever comes, and hardly one to a request.
    let fake = FakePaypal::open(100, 5);
    let owner = reachable(app, &fake);
    connect(&owner, &fake, 500);
    let joe = payee(&owner, "joe@example.com", 0);
    let batch = id_of(&approved_batch(&owner));
    let payout = ours(&owner, &batch).into_keys().next().expect("a payout");
    let settle = format!("/v1/payouts/{payout}/settle");
    owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    // From here on it is in doubt, or the provider has it and tells no more.
    until("a try", || {
        hurry(app);
        Some(sending(&owner, &batch)["payouts"].clone()).filter(|payouts| payouts["submitting"].is_null())
    });
    for result in ["paid", "failed"] {
        owner.post(&settle, &json!({"result": result})).refused(409, "with_provider");
    }
    assert_eq!(balance(&owner, &joe), [0, 0, 5_000, 0]);
    // Weeks later it is not sent again, and the owner is asked to look.
    until("it is too late", || {
        age(app);
        hurry(app);
        Some(()).filter(|()| sending(&owner, &batch)["submissions"][0]["status"] == "undecided")
    });
    assert_eq!(owner.get("/health/ready").is(200)["payouts"], json!({"unknown": 1, "undecided": 1}));
    let waiting = owner.get("/v1/decisions?kind=unknown_payout").is(200);
    assert_eq!(waiting["data"][0]["payout"]["id"], payout.as_str(), "{waiting:#}");
    let doctor = app.run(&["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("BAD   payouts"), "{doctor:?}");
    assert_eq!(balance(&owner, &joe), [0, 0, 5_000, 0]);
    let result = if fake.book().contains_key(&payout) { "paid" } else { "failed" };
    owner.post(&settle, &json!({"result": result})).is(200);
    owner.post(&settle, &json!({"result": result})).is(200);
    assert_eq!(owner.get("/health/ready").is(200)["payouts"], json!({"unknown": 0, "undecided": 0}));
}

fn what_never_left_fails_once_it_is_too_late_to_send_it(app: &App) {
    // Somebody who hangs up at once: no token, so nothing leaves.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = deaf.local_addr().expect("an address").to_string();
    std::thread::spawn(move || deaf.incoming().flatten().for_each(drop));
    app.restart_with(&[("HOUND_PRIVATE_HOSTS", &address)]);
    let owner = app.owner();
    let body = json!({"client_id": "client", "client_secret": "secret", "base_url": format!("http://{address}")});
    owner.put("/v1/payout-providers/paypal", &body).is(200);
    let joe = payee(&owner, "joe@example.com", 0);
    let batch = id_of(&approved_batch(&owner));
    owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    let kept = until("the try", || {
        hurry(app);
        Some(sending(&owner, &batch)).filter(|sending| sending["submissions"][0]["error"].is_string())
    });
    assert_eq!((&kept["submissions"][0]["status"], &kept["payouts"]), (&json!("waiting"), &json!({"submitting": 1})), "{kept:#}");
    assert_eq!(balance(&owner, &joe), [0, 0, 5_000, 0]);
    age(app);
    let done = settled(app, &owner, &batch);
    assert_eq!((&done["payouts"], &done["submissions"][0]["status"]), (&json!({"failed": 1}), &json!("refused")), "{done:#}");
    assert_eq!(balance(&owner, &joe), [0, 5_000, 0, 0]);
}

fn the_provider_is_connected_sealed_and_cannot_be_swapped_while_it_has_money_in_hand(app: &App) {
    let fake = FakePaypal::open(0, 1);
    let owner = reachable(app, &fake);
    owner.get("/v1/payout-providers/paypal").is(404);
    let shown = connect(&owner, &fake, 500);
    assert!(shown.get("client_secret").is_none(), "{shown:#}");
    let stored = app.ask("SELECT client_secret AS line FROM payout_providers").remove(0);
    assert!(stored.starts_with("v1:") && !stored.contains("secret"));
    let body = |field: &str, value: Value| {
        let mut body = json!({"client_id": "client", "client_secret": "secret", "base_url": fake.url()});
        body[field] = value;
        body
    };
    owner
        .put("/v1/payout-providers/paypal", &body("base_url", json!("http://169.254.169.254/")))
        .faults("/base_url", "not_https");
    owner.put("/v1/payout-providers/paypal", &body("items_max", json!(1_001))).faults("/items_max", "out_of_range");
    // Wrong credentials: nothing leaves, the money stays reserved, and another account is refused meanwhile.
    owner.put("/v1/payout-providers/paypal", &body("client_secret", json!("wrong"))).is(200);
    let joe = payee(&owner, "joe@example.com", 0);
    let batch = id_of(&approved_batch(&owner));
    owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    until("the refusal", || {
        hurry(app);
        Some(sending(&owner, &batch)).filter(|sending| sending["submissions"][0]["error"].is_string())
    });
    assert_eq!(balance(&owner, &joe), [0, 0, 5_000, 0]);
    owner.put("/v1/payout-providers/paypal", &body("client_id", json!("another"))).refused(409, "provider_in_use");
    owner.put("/v1/payout-providers/paypal", &body("client_secret", json!("secret"))).is(200);
    settled(app, &owner, &batch);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 5_000]);
    owner.put("/v1/payout-providers/paypal", &body("client_id", json!("another"))).is(200);
}

fn approved_batches_send_themselves_if_the_owner_wants_that(app: &App) {
    let fake = FakePaypal::open(0, 1);
    let owner = reachable(app, &fake);
    let body = json!({"client_id": "client", "client_secret": "secret", "base_url": fake.url(), "automatic": true});
    owner.put("/v1/payout-providers/paypal", &body).is(200);
    let joe = payee(&owner, "joe@example.com", 0);
    let batch = id_of(&approved_batch(&owner));
    settled(app, &owner, &batch);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 5_000]);
}

fn news_only_make_us_ask(app: &App) {
    let fake = FakePaypal::open(0, 1);
    let owner = reachable(app, &fake);
    connect(&owner, &fake, 500);
    let joe = payee(&owner, "joe@example.com", 0);
    let batch = id_of(&approved_batch(&owner));
    let none = |body: Value| assert_eq!(app.nobody().post("/webhooks/paypal", &body).is(200), json!({"status": "ignored"}));
    none(json!({}));
    none(json!({"resource": {"payout_batch_id": "P7", "transaction_status": "SUCCESS"}}));
    owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    let taken = until("the request is taken", || {
        Some(sending(&owner, &batch)).filter(|sending| sending["submissions"][0]["provider_id"].is_string())
    });
    let number = &taken["submissions"][0]["provider_id"];
    // A lie changes nothing but when the provider is asked.
    let lie = json!({"event_type": "PAYMENT.PAYOUTS-ITEM.FAILED", "resource": {"payout_batch_id": number, "transaction_status": "FAILED"}});
    assert_eq!(app.nobody().post("/webhooks/paypal", &lie).is(200), json!({"status": "asked"}));
    settled(app, &owner, &batch);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 5_000]);
    one_book(&fake, &ours(&owner, &batch));
}

fn a_shop_books_store_credit_when_it_is_told(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    owner.put(&format!("/v1/referrers/{joe}/payout-method"), &json!({"rail": "store_credit"})).is(201);
    let money = json!({"amount": 5_000, "currency": "EUR"});
    owner
        .post_once("/v1/adjustments", &json!({"referrer_id": joe, "kind": "adjust", "amount": money, "reason": "Thanks"}))
        .is(201);
    let batch = id_of(&approved_batch(&owner));
    let send = format!("/v1/payout-batches/{batch}/send");
    owner.order(&send).refused(409, "no_endpoint");
    let hooks = json!({"url": "https://shop.example.com/hooks", "events": ["payout.store_credit"]});
    let endpoint = id_of(&owner.post("/v1/webhook-endpoints", &hooks).is(201));
    let sent = owner.order(&send).is(200);
    assert_eq!(sent["payouts"], json!({"sent": 1}), "{sent:#}");
    let told = owner.get(&format!("/v1/webhook-endpoints/{endpoint}/deliveries")).is(200);
    assert_eq!(told["data"].as_array().map(Vec::len), Some(1), "{told:#}");
    assert_eq!(balance(&owner, &joe), [0, 0, 5_000, 0]);
    // The shop answers.
    let payout = ours(&owner, &batch).into_keys().next().expect("a payout");
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "paid", "reference": "Credit 7"})).is(200);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 5_000]);
}
