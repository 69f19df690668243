//! Why a sale earned nothing, or waits: one sentence for each reason, as the explanation tells it.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::contract;
use super::shop::{enrol, id_of, rules, sell};

stories! {
    every_reason_is_told_in_a_sentence,
}

/// What each reason says. A reason of the contract that is missing here fails the test.
const SAYS: [(&str, &str); 18] = [
    ("history", "This is an order of the past: it earns nothing and only tells new customers from old."),
    ("no_evidence", "Nothing pointed to anybody."),
    ("no_customer", "The report named no customer, and only a known customer can be new."),
    ("unknown_code", "There is no such code."),
    ("code_retired", "The code is retired."),
    ("referrer_paused", "The referrer is paused."),
    ("outside_window", "The click lies outside the 90 days before the order."),
    ("self_referral", "The referrer bought himself."),
    ("not_first_sale", "The customer had bought before, and no introduction covers a later sale."),
    ("below_minimum", "The base of 10.00 EUR is below the minimum of 20.00 EUR."),
    ("program_closed", "The program was closed when the buyer ordered."),
    ("currency_not_accepted", "The program pays nothing in USD."),
    ("zero_base", "Nothing in the order earns."),
    ("not_paid_yet", "The order is not paid yet."),
    ("order_cancelled", "The order was cancelled."),
    ("needs_match", "The buyer named somebody whom a person must match first."),
    (
        "over_cap",
        "The buyer typed the code JOE. Under version 3 of the terms 10 % of 100.00 EUR would earn 10.00 EUR. That goes over a \
         cap: the owner decides.",
    ),
    ("denied_by_owner", "The owner decided that nobody earned it."),
];

/// Told where the rule is that gives it.
const ELSEWHERE: [&str; 1] = ["suspected_fraud"];

struct Teller<'a> {
    owner: &'a Client,
    told: Vec<&'static str>,
}

impl Teller<'_> {
    /// Reports an order of a new customer, changed by `change`, and hears why it earned nothing.
    fn tells(&mut self, reason: &'static str, change: &Value) -> Value {
        let number = self.told.len();
        let mut order = json!({
            "order_id": format!("A-{number}"), "currency": "EUR", "subtotal": 10_000,
            "customer": {"email": format!("b{number}@example.com")}, "code": "JOE",
        });
        for (name, value) in change.as_object().expect("fields") {
            if value.is_null() {
                order.as_object_mut().expect("an order").remove(name);
            } else {
                order[name] = value.clone();
            }
        }
        let sale = sell(self.owner, &order);
        self.hears(reason, &sale);
        sale
    }

    fn hears(&mut self, reason: &'static str, sale: &Value) {
        assert_eq!(sale["verdict"]["reason"], reason, "{sale:#}");
        let explanation = self.owner.get(&format!("/v1/sales/{}/explanation", id_of(sale))).is(200);
        let last = explanation["verdicts"].as_array().and_then(|verdicts| verdicts.last()).cloned().expect("a verdict");
        let expected = SAYS.iter().find(|(name, _)| *name == reason).map(|(_, text)| *text);
        assert_eq!(last["text"].as_str(), expected, "{reason}");
        assert_eq!(last["verdict"], last["replayed"], "{reason}");
        self.told.push(reason);
    }
}

fn every_reason_is_told_in_a_sentence(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "old@example.com", "RETIRED");
    let ann = enrol(&owner, "ann@example.com", "ANN");
    owner.patch("/v1/codes/RETIRED", &json!({"status": "retired"})).is(200);
    rules(&owner, &json!({"shop_url": "https://shop.example/", "minimum_sale": {"EUR": 2_000}, "currencies": ["EUR"]}));
    let reference = {
        let answer = app.nobody().with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0").get("/r/JOE");
        let there = url::Url::parse(answer.header("location").expect("a redirect")).expect("an address");
        there.query_pairs().find(|(name, _)| name == "ref").map(|(_, value)| value.into_owned()).expect("a ref")
    };
    let mut teller = Teller { owner: &owner, told: Vec::new() };
    teller.tells("history", &json!({"history": true}));
    teller.tells("no_evidence", &json!({"code": null}));
    teller.tells("no_customer", &json!({"customer": null}));
    teller.tells("unknown_code", &json!({"code": "NOSUCH"}));
    teller.tells("code_retired", &json!({"code": "RETIRED"}));
    teller.tells("outside_window", &json!({"code": null, "ref": reference, "occurred_at": "2026-01-01T00:00:00Z"}));
    teller.tells("self_referral", &json!({"customer": {"email": "joe@example.com"}}));
    teller.tells("not_first_sale", &json!({"customer": {"email": "old.friend@example.com", "orders_before": 1}}));
    teller.tells("below_minimum", &json!({"subtotal": 1_000}));
    teller.tells("currency_not_accepted", &json!({"currency": "USD"}));
    teller.tells("zero_base", &json!({"subtotal": 0}));
    teller.tells("not_paid_yet", &json!({"status": "placed"}));
    teller.tells("order_cancelled", &json!({"status": "cancelled"}));
    teller.tells("needs_match", &json!({"code": null, "referred_by": {"name": "Uncle Bill"}}));
    owner.order(&format!("/v1/referrers/{ann}/pause")).is(200);
    teller.tells("referrer_paused", &json!({"code": "ANN"}));
    rules(&owner, &json!({"caps": {"budget": {"EUR": 999}}}));
    let held = teller.tells("over_cap", &json!({}));
    let denied = json!({"action": "deny", "reason": "I know better"});
    let denied = owner.post(&format!("/v1/sales/{}/decision", id_of(&held)), &denied).is(200);
    teller.hears("denied_by_owner", &denied);
    rules(&owner, &json!({"closed": true}));
    teller.tells("program_closed", &json!({}));

    let reasons = contract::schema("Reason")["enum"].as_array().expect("reasons").clone();
    for reason in reasons.iter().filter_map(Value::as_str) {
        assert!(teller.told.contains(&reason) || ELSEWHERE.contains(&reason), "{reason} is told nowhere");
    }
    assert_eq!(super::shop::balance(&owner, &joe), [0, 0, 0, 0]);
}
