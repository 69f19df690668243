//! What looks like fraud is held with its signs until the owner decides; nothing is dropped silently.
#![cfg(test)]

use houndplan::domain::id::ClickId;
use houndplan::domain::instant::Instant;
use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{all, balance, enrol, id_of, order, rules, sell};

/// A click, as the shop gets to know it, and when it was.
pub(crate) struct Visit {
    pub(crate) reference: String,
    pub(crate) at: Instant,
}

/// Follows a link with a new browser; `destination` is what that says the answer is for.
pub(crate) fn visit(app: &App, code: &str, destination: &str) -> Visit {
    let answer = app.nobody().with("Sec-Fetch-Dest", destination).get(&format!("/r/{code}"));
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = url(answer.header("location").expect("a location"));
    let (_, reference) = location.query_pairs().find(|(name, _)| name == "ref").expect("a ref");
    let click: ClickId = reference.parse().expect("a click");
    let (seconds, nanos) = click.uuid().get_timestamp().expect("a time").to_unix();
    let micros = i64::try_from(seconds).expect("now") * 1_000_000 + i64::from(nanos / 1_000);
    Visit { reference: reference.into_owned(), at: Instant::from_micros(micros + 1_000) }
}

fn url(text: &str) -> url::Url {
    text.parse().expect("an address")
}

/// Kind and reason of a sale's verdict.
pub(crate) fn verdict(sale: &Value) -> (&str, &str) {
    (sale["verdict"]["kind"].as_str().unwrap_or(""), sale["verdict"]["reason"].as_str().unwrap_or(""))
}

const HELD: (&str, &str) = ("held", "suspected_fraud");
const PAID: (&str, &str) = ("attributed", "");

/// The signs against a held sale, as the owner reads them.
fn signs(owner: &Client, sale: &Value) -> Vec<String> {
    let inbox = all(owner, "/v1/decisions?kind=held_sale");
    let row = inbox.iter().find(|row| row["id"] == sale["id"]).unwrap_or_else(|| panic!("not in the inbox: {sale:#}"));
    row["signs"].as_array().expect("signs").iter().map(|sign| sign.as_str().expect("a word").to_owned()).collect()
}

fn with(mut report: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        report[name] = value.clone();
    }
    report
}

stories! {
    the_referrers_own_mailbox_or_telephone_written_differently_is_held,
    what_was_sent_or_paid_like_the_referrers_own_is_held_and_only_its_mark_is_kept,
    a_click_from_inside_another_page_is_never_paid_without_a_decision,
    an_order_too_soon_after_its_click_is_held,
    a_mailbox_for_an_hour_is_held,
    too_many_orders_for_one_referrer_are_held_and_can_be_released,
    too_many_orders_from_one_network_are_held,
    customers_of_one_referrer_who_pay_with_one_card_are_held,
    a_suspicion_stays_until_the_owner_decides_whatever_later_reports_leave_out,
    a_rule_that_is_off_holds_nothing,
    an_empty_code_counts_as_none,
    no_more_is_forgiven_than_is_owed,
}

fn the_referrers_own_mailbox_or_telephone_written_differently_is_held(app: &App) {
    let shop = app.owner();
    let gmail = json!({"customer": {"email": "j.oe@gmail.com", "phone": "+49 30 90182000"}, "code": "JOE"});
    let joe = id_of(&shop.post("/v1/referrers", &gmail).is(201));
    let cases = [
        ("joe+shop@googlemail.com", None, "same_email"),
        ("JOE@gmail.com", None, "same_email"),
        ("other@example.com", Some("030 9018 2000"), "same_phone"),
    ];
    for (place, (email, phone, sign)) in cases.into_iter().enumerate() {
        let mut report = order(&format!("S-{place}"), 10_000, email, "JOE");
        if let Some(phone) = phone {
            report["customer"]["phone"] = json!(phone);
        }
        let sale = sell(&shop, &report);
        assert_eq!((verdict(&sale), signs(&shop, &sale)), (HELD, vec![sign.to_owned()]), "{email}");
        assert_eq!((&sale["commission"]["status"], &sale["verdict"]["referrer_id"]), (&json!("held"), &json!(joe)));
    }
    // Held, so nothing is owed; and dots count where they do.
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 0]);
    enrol(&shop, "a.nn@example.com", "ANN");
    assert_eq!(verdict(&sell(&shop, &order("H-1", 10_000, "ann@example.com", "ANN"))), PAID);
    // One account is one person: that needs nobody to look.
    let own = json!({"order_id": "O-1", "currency": "EUR", "subtotal": 10_000, "customer": {"phone": "004930-90182000"}, "code": "JOE"});
    assert_eq!(verdict(&sell(&shop, &own)), ("unattributed", "self_referral"));
}

fn what_was_sent_or_paid_like_the_referrers_own_is_held_and_only_its_mark_is_kept(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let own = json!({"order_id": "J-1", "currency": "EUR", "subtotal": 100, "customer": {"email": "joe@example.com"},
        "signals": {"address": "Hauptstr. 5, 10115 Berlin", "ip": "203.0.113.7", "payment": "card_joe"}});
    sell(&shop, &own);
    let bought = |order_id: &str, buyer: &str, signals: Value| {
        sell(&shop, &with(order(order_id, 10_000, buyer, "JOE"), &json!({"signals": signals})))
    };
    let sent = bought("S-1", "a@example.com", json!({"address": "hauptstr 5\t10115 BERLIN".replace('\t', " ")}));
    assert_eq!((verdict(&sent), signs(&shop, &sent)), (HELD, vec!["same_address".to_owned()]));
    let paid = bought("S-2", "b@example.com", json!({"payment": " card_joe "}));
    assert_eq!((verdict(&paid), signs(&shop, &paid)), (HELD, vec!["same_payment".to_owned()]));
    let stranger =
        bought("S-3", "c@example.com", json!({"address": "Hauptstr. 6, 10115 Berlin", "ip": "203.0.113.8", "payment": "card_c"}));
    assert_eq!(verdict(&stranger), PAID);
    // Neither rows nor verdicts know an address, a network or a card.
    let kept = app.ask("SELECT CAST(content AS TEXT) AS line FROM sale_revisions").concat()
        + &app.ask("SELECT CAST(inputs AS TEXT) AS line FROM verdicts").concat();
    for secret in ["Haupt", "haupt", "203.0.113", "card_"] {
        assert!(!kept.contains(secret), "{secret}");
    }
    assert_eq!(app.ask("SELECT kind AS line FROM sale_signals").len(), 8);
    shop.exchange(
        "POST",
        "/v1/sales",
        Some(br#"{"order_id": "X", "currency": "EUR", "subtotal": 1, "signals": {"ip": "nowhere"}}"#),
    )
    .is(422);
}

fn a_click_from_inside_another_page_is_never_paid_without_a_decision(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"shop_url": "https://shop.example/"}));
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let mut sales = Vec::new();
    for (place, destination) in ["iframe", "image", "script", "document"].into_iter().enumerate() {
        let click = visit(app, "JOE", destination);
        let report = json!({"order_id": format!("C-{place}"), "currency": "EUR", "subtotal": 10_000, "ref": click.reference,
            "customer": {"email": format!("c{place}@example.com")}, "occurred_at": click.at.plus_seconds(60)});
        let sale = sell(&shop, &report);
        let expected = if destination == "document" { PAID } else { HELD };
        assert_eq!(verdict(&sale), expected, "{destination}: {sale:#}");
        sales.push(sale);
    }
    assert_eq!(balance(&shop, &joe), [1_000, 0, 0, 0]);
    assert_eq!(signs(&shop, &sales[0]), ["stuffed_click"]);
    // The explanation names what the law read, and comes to the same again.
    let why = shop.get(&format!("/v1/sales/{}/explanation", id_of(&sales[0]))).is(200);
    let judged = &why["verdicts"][0];
    assert_eq!((&judged["inputs"]["clicks"][0]["embedded"], &judged["verdict"]), (&json!(true), &judged["replayed"]));
    assert_eq!(
        judged["text"],
        "The buyer followed a link with the code JOE: the last within 90 days. Under version 2 of the terms 10 % of 100.00 EUR \
         would earn 10.00 EUR. It looks like fraud: the owner decides."
    );
    // The owner's word, each with its reason.
    let decide = |sale: &Value, action: &str| {
        let path = format!("/v1/sales/{}/decision", id_of(sale));
        shop.post(&path, &json!({"action": action, "reason": "Called the buyer"})).is(200)
    };
    assert_eq!(verdict(&decide(&sales[0], "release")), PAID);
    assert_eq!(verdict(&decide(&sales[1], "deny")), ("unattributed", "denied_by_owner"));
    assert_eq!(balance(&shop, &joe), [2_000, 0, 0, 0]);
    assert_eq!(app.ask("SELECT action AS line FROM audit_log WHERE action = 'sale.decision'").len(), 2);
}

fn an_order_too_soon_after_its_click_is_held(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"shop_url": "https://shop.example/"}));
    enrol(&shop, "joe@example.com", "JOE");
    for (seconds, expected) in [(0, HELD), (8, HELD), (12, PAID)] {
        let click = visit(app, "JOE", "document");
        let report = json!({"order_id": format!("Q-{seconds}"), "currency": "EUR", "subtotal": 10_000, "ref": click.reference,
            "customer": {"email": format!("q{seconds}@example.com")}, "occurred_at": click.at.plus_seconds(seconds)});
        assert_eq!(verdict(&sell(&shop, &report)), expected, "{seconds} seconds");
    }
}

fn a_mailbox_for_an_hour_is_held(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let sale = sell(&shop, &order("D-1", 10_000, "x@sub.mailinator.com", "JOE"));
    assert_eq!((verdict(&sale), signs(&shop, &sale)), (HELD, vec!["disposable_email".to_owned()]));
}

fn too_many_orders_for_one_referrer_are_held_and_can_be_released(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"fraud": {"referrer_orders_max": 3}}));
    let joe = enrol(&shop, "joe@example.com", "JOE");
    shop.post(&format!("/v1/referrers/{joe}/codes"), &json!({"code": "JOE-2"})).is(201);
    enrol(&shop, "ann@example.com", "ANN");
    let report = |place: i64, code: &str| order(&format!("V-{place}"), 10_000, &format!("v{place}@example.com"), code);
    // A bundle and single orders count alike, and more codes do not help.
    let bundle = shop
        .post("/v1/sales/batch", &json!({"sales": [report(0, "JOE"), report(1, "JOE"), report(2, "JOE-2"), report(3, "JOE-2")]}));
    let answers: Vec<Value> =
        bundle.is(200)["data"].as_array().expect("answers").iter().map(|item| item["sale"].clone()).collect();
    let verdicts: Vec<_> = answers.iter().map(verdict).collect();
    assert_eq!(verdicts, [PAID, PAID, PAID, HELD]);
    assert_eq!(verdict(&sell(&shop, &report(4, "JOE"))), HELD);
    assert_eq!(verdict(&sell(&shop, &report(5, "ANN"))), PAID, "another's pace is his own");
    // An order that is reported late says nothing about this hour.
    let late = with(report(6, "JOE"), &json!({"occurred_at": "2026-01-01T12:00:00Z"}));
    assert_eq!(verdict(&sell(&shop, &late)), PAID);
    let path = format!("/v1/sales/{}/decision", id_of(&answers[3]));
    let released = shop.post(&path, &json!({"action": "release", "reason": "His newsletter went out"})).is(200);
    assert_eq!((verdict(&released), &released["verdict"]["evidence"]), (PAID, &json!("owner_decision")));
    // The hold of the late one is over.
    assert_eq!(balance(&shop, &joe), [4_000, 1_000, 0, 0]);
}

fn too_many_orders_from_one_network_are_held(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"fraud": {"block_orders_max": 2}}));
    enrol(&shop, "joe@example.com", "JOE");
    enrol(&shop, "ann@example.com", "ANN");
    let from = |place: i64, code: &str, ip: &str| {
        let report = order(&format!("B-{place}"), 10_000, &format!("b{place}@example.com"), code);
        sell(&shop, &with(report, &json!({"signals": {"ip": ip}})))
    };
    let verdicts: Vec<Value> = (0..3).map(|place| from(place, "JOE", &format!("203.0.113.{place}"))).collect();
    assert_eq!(verdicts.iter().map(verdict).collect::<Vec<_>>(), [PAID, PAID, HELD]);
    assert_eq!(signs(&shop, &verdicts[2]), ["many_orders_from_one_block"]);
    assert_eq!(verdict(&from(3, "ANN", "203.0.113.9")), PAID, "neighbours with another friend");
    assert_eq!(verdict(&from(4, "JOE", "203.0.114.1")), PAID, "the next street");
}

fn customers_of_one_referrer_who_pay_with_one_card_are_held(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let pays = |place: i64, card: &str| {
        let report = order(&format!("P-{place}"), 10_000, &format!("p{place}@example.com"), "JOE");
        sell(&shop, &with(report, &json!({"signals": {"payment": card}})))
    };
    let sales: Vec<Value> = (0..2).map(|place| pays(place, "card_1")).collect();
    assert_eq!(sales.iter().map(verdict).collect::<Vec<_>>(), [PAID, HELD]);
    assert_eq!(signs(&shop, &sales[1]), ["shared_payment"]);
    assert_eq!(verdict(&pays(2, "card_2")), PAID);
}

fn a_suspicion_stays_until_the_owner_decides_whatever_later_reports_leave_out(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let phone = json!({"email": "joe@example.com", "phone": "+49 30 90182000"});
    shop.post("/v1/customers", &phone).is(200);
    let report = json!({"order_id": "S-1", "currency": "EUR", "subtotal": 10_000, "status": "placed", "code": "JOE",
        "customer": {"email": "other@example.com", "phone": "030 90182000"}, "signals": {"payment": "card_x"}});
    assert_eq!(verdict(&sell(&shop, &report)), ("unattributed", "not_paid_yet"));
    let bare = json!({"order_id": "S-1", "currency": "EUR", "subtotal": 12_000, "version": 1, "code": "JOE"});
    let paid = shop.post("/v1/sales", &bare).is(200);
    assert_eq!(verdict(&paid), HELD, "{paid:#}");
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "S-1", "amount": 6_000})).is(201);
    let path = format!("/v1/sales/{}/decision", id_of(&paid));
    shop.post(&path, &json!({"action": "release", "reason": "His mother"})).is(200);
    assert_eq!(balance(&shop, &joe), [600, 0, 0, 0], "what is left of it");
    // A later report does not bring the suspicion back.
    let again = with(bare, &json!({"version": 2, "subtotal": 20_000}));
    assert_eq!(verdict(&shop.post("/v1/sales", &again).is(200)), PAID);
}

fn a_rule_that_is_off_holds_nothing(app: &App) {
    let shop = app.owner();
    let off = json!({"similar_contact": false, "shared_signals": false, "disposable_mail": false, "stuffed_clicks": false,
        "click_seconds_min": 0, "referrer_orders_max": 0, "block_orders_max": 0});
    rules(&shop, &json!({"shop_url": "https://shop.example/", "fraud": off}));
    enrol(&shop, "joe@example.com", "JOE");
    assert_eq!(verdict(&sell(&shop, &order("A-1", 10_000, "joe+1@example.com", "JOE"))), PAID);
    assert_eq!(verdict(&sell(&shop, &order("A-2", 10_000, "joe@mailinator.com", "JOE"))), PAID);
    let click = visit(app, "JOE", "iframe");
    let report = json!({"order_id": "A-3", "currency": "EUR", "subtotal": 10_000, "ref": click.reference,
        "customer": {"email": "c@example.com"}, "occurred_at": click.at});
    assert_eq!(verdict(&sell(&shop, &report)), PAID);
    shop.exchange("PATCH", "/v1/program", Some(br#"{"fraud": {"click_seconds_min": 5000}}"#))
        .faults("/fraud/click_seconds_min", "out_of_range");
    shop.exchange("PATCH", "/v1/program", Some(br#"{"claims": {"open_max": 0}}"#)).faults("/claims/open_max", "out_of_range");
}

fn an_empty_code_counts_as_none(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let empty = sell(&shop, &order("E-1", 10_000, "a@example.com", ""));
    assert_eq!(verdict(&empty), ("unattributed", "no_evidence"));
    let codes = json!({"order_id": "E-2", "currency": "EUR", "subtotal": 10_000, "codes": ["", "  ", "JOE"], "customer": {"email": "b@example.com"}});
    assert_eq!(verdict(&sell(&shop, &codes)), PAID);
    // With a code or without one, the empty one is the same order.
    shop.post(
        "/v1/sales",
        &json!({"order_id": "E-1", "currency": "EUR", "subtotal": 10_000, "customer": {"email": "a@example.com"}}),
    )
    .is(200);
}

fn no_more_is_forgiven_than_is_owed(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let post = |kind: &str, amount: i64| {
        let body =
            json!({"referrer_id": joe, "kind": kind, "amount": {"amount": amount, "currency": "EUR"}, "reason": "Put right"});
        shop.post_once("/v1/adjustments", &body)
    };
    post("forgive", 1).refused(409, "exceeds_debt");
    post("adjust", -500).is(201);
    post("forgive", 501).refused(409, "exceeds_debt");
    post("forgive", 200).is(201);
    post("forgive", 300).is(201);
    post("forgive", 1).refused(409, "exceeds_debt");
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 0]);
}
