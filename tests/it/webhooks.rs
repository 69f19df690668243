//! What other programs are told.
#![cfg(test)]

use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};

use super::app::{App, Engine, execute, stories};
use super::client::Client;
use super::receiver::{Receiver, Told};
use super::shop::{all, approved_batch, enrol, id_of, order, rules, sell};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

stories! {
    a_program_is_told_what_it_wants_and_can_prove_who_told_it,
    while_a_secret_is_changed_both_sign,
    an_endpoint_that_refuses_is_asked_again_and_the_log_says_so,
    an_endpoint_that_is_gone_is_told_nothing_until_the_owner_says_so,
    an_endpoint_that_takes_nothing_for_days_is_switched_off,
    a_redirect_is_not_followed_and_nobody_inside_is_called,
    the_sandbox_says_that_it_is_one,
}

/// A receiver that the service may call, and the owner.
fn listening(app: &App) -> (Receiver, Client) {
    let receiver = Receiver::start();
    app.restart_with(&[("HOUND_PRIVATE_HOSTS", &receiver.address)]);
    (receiver, app.owner())
}

fn endpoint(owner: &Client, receiver: &Receiver, events: &Value) -> Value {
    let url = format!("http://{}/hooks", receiver.address);
    owner.post("/v1/webhook-endpoints", &json!({"url": url, "events": events})).is(201)
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Moment::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn told(receiver: &Receiver, count: usize) -> Vec<Told> {
    until(&format!("{count} messages"), || Some(receiver.told()).filter(|told| told.len() >= count))
}

/// As if every wait were over.
fn waits_end(app: &App) {
    execute(
        &app.place(),
        "UPDATE jobs SET run_at = created_at WHERE status = 'ready'; UPDATE webhook_endpoints SET rests_until = NULL",
    )
    .expect("waits");
}

fn log(owner: &Client, endpoint: &str) -> Vec<Value> {
    all(owner, &format!("/v1/webhook-endpoints/{endpoint}/deliveries"))
}

/// Waits until no message to the endpoint waits any more.
fn settled(app: &App, owner: &Client, endpoint: &str) -> Vec<Value> {
    until("the log", || {
        waits_end(app);
        Some(log(owner, endpoint)).filter(|log| !log.is_empty() && log.iter().all(|one| one["status"] != "waiting"))
    })
}

fn a_program_is_told_what_it_wants_and_can_prove_who_told_it(app: &App) {
    let (receiver, owner) = listening(app);
    let wanted = endpoint(&owner, &receiver, &json!(["sale.*", "payout.paid"]));
    let secret = wanted["secret"].as_str().expect("a secret").to_owned();
    rules(&owner, &json!({"hold_days": 0}));
    enrol(&owner, "joe@example.com", "JOE");
    let sale = sell(&owner, &order("A-1", 90_000, "bea@example.com", "JOE"));
    let batch = approved_batch(&owner);
    let paid = json!({"result": "paid", "reference": "Cheque 7"});
    owner.post(&format!("/v1/payout-batches/{}/settle", id_of(&batch)), &paid).is(200);
    let told = told(&receiver, 2);
    assert_eq!(settled(app, &owner, &id_of(&wanted)).len(), 2);
    let mut kinds: Vec<String> = told.iter().map(Told::kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["payout.paid", "sale.recorded"]);
    for one in &told {
        assert_eq!((one.path.as_str(), one.header("content-type")), ("/hooks", "application/json"));
        assert!(one.is_signed_with(&secret), "{one:?}");
        assert!(!one.is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "{one:?}");
        let text = String::from_utf8_lossy(&one.body).into_owned();
        assert!(!text.contains("example.com") && !text.contains("Cheque"), "{text}");
    }
    let first = told.iter().find(|one| one.kind() == "sale.recorded").expect("a sale").json();
    assert_eq!((&first["data"]["sale_id"], &first["data"]["net"]), (&sale["id"], &json!(9_000)), "{first:#}");
    assert_eq!(first["data"]["currency"], "EUR", "{first:#}");
    // Shown once, never in the log, and sealed in the ledger.
    assert!(!app.said().contains(&secret));
    let kept = app.ask("SELECT secret AS line FROM webhook_endpoints");
    assert!(kept[0].starts_with("v1:") && !kept[0].contains(&secret), "{kept:?}");
    assert_eq!(owner.get(&format!("/v1/webhook-endpoints/{}", id_of(&wanted))).is(200)["secret"], Value::Null);
    owner.delete(&format!("/v1/webhook-endpoints/{}", id_of(&wanted)));
    owner.get(&format!("/v1/webhook-endpoints/{}", id_of(&wanted))).is(404);
}

fn while_a_secret_is_changed_both_sign(app: &App) {
    let (receiver, owner) = listening(app);
    let made = endpoint(&owner, &receiver, &json!(["referrer.enrolled"]));
    let rotate = format!("/v1/webhook-endpoints/{}/rotate-secret", id_of(&made));
    let rotated = owner.post(&rotate, &json!({"overlap_hours": 1})).is(200);
    let (old, new) = (made["secret"].as_str().expect("a secret"), rotated["secret"].as_str().expect("a secret"));
    assert_ne!(old, new);
    enrol(&owner, "joe@example.com", "JOE");
    let both = told(&receiver, 1).remove(0);
    assert!(both.is_signed_with(old) && both.is_signed_with(new), "{both:?}");
    let last = owner.post(&rotate, &json!({"overlap_hours": 0})).is(200);
    enrol(&owner, "jim@example.com", "JIM");
    let one = told(&receiver, 2).remove(1);
    assert!(one.is_signed_with(last["secret"].as_str().expect("a secret")));
    assert!(!one.is_signed_with(old) && !one.is_signed_with(new), "{one:?}");
    owner.post(&rotate, &json!({"overlap_hours": 169})).faults("/overlap_hours", "out_of_range");
}

fn an_endpoint_that_refuses_is_asked_again_and_the_log_says_so(app: &App) {
    let (receiver, owner) = listening(app);
    let id = id_of(&endpoint(&owner, &receiver, &json!(["referrer.enrolled"])));
    receiver.will_answer(&["503 Busy", "500 Oops"]);
    enrol(&owner, "joe@example.com", "JOE");
    let told = until("three tries", || {
        waits_end(app);
        Some(receiver.told()).filter(|told| told.len() == 3)
    });
    // The same message at every try, so that the receiver can tell.
    assert!(told.iter().all(|one| one.header("webhook-id") == told[0].header("webhook-id") && one.body == told[0].body));
    let log = settled(app, &owner, &id);
    assert_eq!((log[0]["status"].as_str(), log[0]["attempts"].as_i64()), (Some("delivered"), Some(3)), "{log:#?}");
    assert_eq!(log[0]["event_id"], told[0].header("webhook-id"));
    let endpoint = owner.get(&format!("/v1/webhook-endpoints/{id}")).is(200);
    assert_eq!((endpoint["failures"].as_i64(), &endpoint["failing_since"]), (Some(0), &Value::Null), "{endpoint:#}");
    // The owner may have it sent once more.
    let replay = format!("/v1/webhook-endpoints/{id}/replay");
    assert_eq!(owner.post(&replay, &json!({"delivery_id": log[0]["id"]})).is(200)["queued"], 1);
    assert_eq!(super::webhooks::told(&receiver, 4)[3].body, told[0].body);
    owner.post(&replay, &json!({})).faults("", "one_of");
    owner.post(&replay, &json!({"delivery_id": id})).is(404);
}

fn an_endpoint_that_is_gone_is_told_nothing_until_the_owner_says_so(app: &App) {
    let (receiver, owner) = listening(app);
    let id = id_of(&endpoint(&owner, &receiver, &json!(["referrer.enrolled"])));
    let (path, replay) = (format!("/v1/webhook-endpoints/{id}"), format!("/v1/webhook-endpoints/{id}/replay"));
    receiver.will_answer(&["410 Gone"]);
    enrol(&owner, "joe@example.com", "JOE");
    let off = until("the end", || Some(owner.get(&path).is(200)).filter(|one| one["status"] == "disabled"));
    assert_eq!(off["why_disabled"], "gone");
    // Whoever watches the service hears of it, since nobody else would.
    let switched_off = || owner.get("/health/ready").is(200)["webhooks"]["switched_off"].clone();
    assert_eq!(switched_off(), 1);
    enrol(&owner, "jim@example.com", "JIM");
    owner.post(&replay, &json!({"since": "2020-01-01T00:00:00Z"})).refused(409, "endpoint_disabled");
    assert_eq!(owner.patch(&path, &json!({"status": "enabled"})).is(200)["status"], "enabled");
    assert_eq!(switched_off(), 0);
    // What failed and what was missed comes, each once.
    assert_eq!(owner.post(&replay, &json!({"since": "2020-01-01T00:00:00Z"})).is(200)["queued"], 2);
    let told = told(&receiver, 3);
    assert_eq!(told[0].header("webhook-id"), told.iter().skip(1).map(|one| one.header("webhook-id")).min().expect("two"));
    assert_eq!(settled(app, &owner, &id).len(), 2);
    assert_eq!(owner.post(&replay, &json!({"since": "2020-01-01T00:00:00Z"})).is(200)["queued"], 0);
}

fn an_endpoint_that_takes_nothing_for_days_is_switched_off(app: &App) {
    let (receiver, owner) = listening(app);
    let id = id_of(&endpoint(&owner, &receiver, &json!(["referrer.enrolled"])));
    let path = format!("/v1/webhook-endpoints/{id}");
    receiver.will_answer(&["500 Oops", "500 Oops"]);
    enrol(&owner, "joe@example.com", "JOE");
    let failing = until("a failure", || Some(owner.get(&path).is(200)).filter(|one| one["failures"] == 1));
    assert_eq!(failing["status"], "enabled");
    assert!(failing["failing_since"].is_string());
    let back = match app.engine {
        Engine::Sqlite => "failing_since - 432000000000",
        Engine::Postgres => "failing_since - interval '5 days'",
    };
    execute(&app.place(), &format!("UPDATE webhook_endpoints SET failing_since = {back}")).expect("days");
    let off = until("the end", || {
        waits_end(app);
        Some(owner.get(&path).is(200)).filter(|one| one["status"] == "disabled")
    });
    assert_eq!(off["why_disabled"], "failing");
    assert_eq!(settled(app, &owner, &id)[0]["status"], "failed");
    assert_eq!(receiver.told().len(), 2);
    let audit = app.ask("SELECT actor AS line FROM audit_log WHERE action = 'webhook_endpoint.disable'");
    assert_eq!(audit, ["system"]);
}

fn a_redirect_is_not_followed_and_nobody_inside_is_called(app: &App) {
    let (receiver, owner) = listening(app);
    let id = id_of(&endpoint(&owner, &receiver, &json!(["referrer.enrolled"])));
    let elsewhere = format!("302 Found\r\nLocation: http://{}/inside", receiver.address);
    receiver.will_answer(&[&elsewhere]);
    enrol(&owner, "joe@example.com", "JOE");
    let log = settled(app, &owner, &id);
    assert_eq!((log[0]["status"].as_str(), log[0]["attempts"].as_i64()), (Some("delivered"), Some(2)), "{log:#?}");
    assert!(receiver.told().iter().all(|one| one.path == "/hooks"), "{:?}", receiver.told());
    for (url, code) in [
        ("https://169.254.169.254/latest/meta-data/", "private_address"),
        ("https://localhost/", "private_address"),
        ("https://0x7f.1/", "private_address"),
        ("http://crm.example.com/", "not_https"),
        ("https://crm.example.com:22/", "port_not_allowed"),
        ("https://user:word@crm.example.com/", "credentials"),
        ("crm.example.com", "invalid_url"),
    ] {
        owner.post("/v1/webhook-endpoints", &json!({"url": url})).faults("/url", code);
        owner.patch(&format!("/v1/webhook-endpoints/{id}"), &json!({"url": url})).faults("/url", code);
    }
    owner
        .post("/v1/webhook-endpoints", &json!({"url": "https://crm.example.com/", "events": ["sale.sold"]}))
        .faults("/events/0", "unknown_event");
    // A name that turns out to lead inside is stored, since names change, but not called.
    let named = json!({"url": "https://localhost.example.invalid/hooks", "events": ["referrer.enrolled"]});
    let lost = id_of(&owner.post("/v1/webhook-endpoints", &named).is(201));
    enrol(&owner, "jim@example.com", "JIM");
    until("a try", || log_of(&owner, &lost).filter(|one| one["attempts"] == 1 && one["error"].is_string()));
}

fn log_of(owner: &Client, endpoint: &str) -> Option<Value> {
    log(owner, endpoint).pop()
}

fn the_sandbox_says_that_it_is_one(app: &App) {
    let (receiver, _) = listening(app);
    let sandbox = app.sandbox();
    let made = endpoint(&sandbox, &receiver, &json!(["referrer.enrolled"]));
    enrol(&sandbox, "joe@example.com", "JOE");
    let told = told(&receiver, 1).remove(0);
    assert_eq!(told.json()["test"], true);
    assert!(told.is_signed_with(made["secret"].as_str().expect("a secret")));
}
