//! The order of evidence, as a table: whatever stands higher wins over whatever stands lower, and
//! where it does not hold, the lower counts. A new kind of evidence is one row more.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{enrol, id_of, rules, sell};

stories! {
    of_two_kinds_of_evidence_the_higher_wins,
    where_the_higher_does_not_hold_the_lower_counts,
    the_first_and_the_last_touch_are_told_apart,
}

/// Changes an order that is about to be reported.
type Give = fn(&Desk, &mut Value);

/// One kind of evidence: how a shop or an owner gives it, and how it can fail.
struct Kind {
    /// As the API names it.
    name: &'static str,
    /// The code of the referrer it points to.
    code: &'static str,
    /// Gives it for the order, before it is reported.
    give: Give,
    /// Gives it after the order was reported; the sale as it is then.
    decide: Option<fn(&Desk, &Value) -> Value>,
    /// Gives evidence of this kind that does not hold, and the reason it is refused for.
    fail: Option<(Give, &'static str)>,
    /// What the explanation says of it.
    says: &'static str,
}

/// In the order of HOUSE §4.
const KINDS: [Kind; 7] = [
    Kind {
        name: "owner_decision",
        code: "OWNER",
        give: |_, _| {},
        decide: Some(|desk, sale| {
            let body = json!({"action": "credit", "referrer_id": desk.referrer("OWNER"), "reason": "I know who it was"});
            desk.owner.post(&format!("/v1/sales/{}/decision", id_of(sale)), &body).is(200)
        }),
        fail: None,
        says: "The owner credited the referrer.",
    },
    Kind {
        name: "accepted_claim",
        code: "CLAIM",
        give: |_, _| {},
        decide: Some(|desk, sale| {
            let body = json!({"referrer_id": desk.referrer("CLAIM"), "order_id": sale["order_id"]});
            let claim = desk.owner.post("/v1/claims", &body).is(201);
            desk.owner.post(&format!("/v1/claims/{}/decision", id_of(&claim)), &json!({"action": "accept"})).is(200);
            desk.owner.get(&format!("/v1/sales/{}", id_of(sale))).is(200)
        }),
        fail: None,
        says: "The referrer claimed this sale, and the owner accepted it.",
    },
    Kind {
        name: "referral",
        code: "REFERRAL",
        give: |desk, order| introduce(desk, order, "REFERRAL"),
        decide: None,
        fail: Some((|desk, order| introduce(desk, order, "PAUSED-1"), "referrer_paused")),
        says: "The referrer introduced this customer on ",
    },
    Kind {
        name: "code",
        code: "CODE",
        give: |_, order| order["codes"] = json!(["CODE"]),
        decide: None,
        fail: Some((|_, order| order["codes"] = json!(["NOSUCH"]), "unknown_code")),
        says: "The buyer typed the code CODE.",
    },
    Kind {
        name: "click",
        code: "CLICK",
        give: |desk, order| order["ref"] = json!(desk.click("CLICK")),
        decide: None,
        fail: Some((|desk, order| order["ref"] = json!(desk.click("RETIRED")), "code_retired")),
        says: "The buyer followed a link with the code CLICK: the last within 90 days.",
    },
    Kind {
        name: "referred_by",
        code: "NAMED",
        give: |_, order| order["referred_by"] = json!({"email": "named@example.com"}),
        decide: None,
        fail: Some((|_, order| order["referred_by"] = order["customer"].clone(), "self_referral")),
        says: "The buyer named the referrer.",
    },
    Kind {
        name: "introduction",
        code: "INTRO",
        give: |desk, order| {
            let body = json!({"customer": order["customer"], "code": "INTRO", "consent": true});
            desk.owner.post("/v1/referrals", &body).is(201);
        },
        decide: None,
        fail: None,
        says: "The customer was registered on ",
    },
];

/// An owner with one referrer for each kind of evidence.
struct Desk<'a> {
    owner: Client,
    app: &'a App,
    referrers: Vec<(String, String)>,
    orders: std::cell::Cell<usize>,
}

impl<'a> Desk<'a> {
    fn open(app: &'a App) -> Self {
        let owner = app.owner();
        // Everything here is done in an instant and by the same few, which would look like fraud.
        let trusting = json!({"click_seconds_min": 0, "referrer_orders_max": 0, "block_orders_max": 0});
        rules(&owner, &json!({"shop_url": "https://shop.example/", "lifetime": {"type": "forever"}, "fraud": trusting}));
        let codes = KINDS.iter().map(|kind| kind.code).chain(["PAUSED-1", "RETIRED"]);
        let referrers =
            codes.map(|code| (code.to_owned(), enrol(&owner, &format!("{}@example.com", code.to_lowercase()), code))).collect();
        Self { owner, app, referrers, orders: std::cell::Cell::new(0) }
    }

    fn referrer(&self, code: &str) -> &str {
        &self.referrers.iter().find(|(own, _)| own == code).unwrap_or_else(|| panic!("no {code}")).1
    }

    /// An order of a new customer.
    fn order(&self) -> Value {
        let number = self.orders.get();
        self.orders.set(number + 1);
        json!({"order_id": format!("A-{number}"), "currency": "EUR", "subtotal": 10_000, "customer": {"email": format!("b{number}@example.com")}})
    }

    /// A visit by the link of `code`: what the shop finds in its address.
    fn click(&self, code: &str) -> String {
        click(self.app, code, None).0
    }

    /// Reports the order and gives what is given afterwards, the best last.
    fn report(&self, order: &Value, kinds: &[&Kind]) -> Value {
        let sale = sell(&self.owner, order);
        kinds.iter().rev().filter_map(|kind| kind.decide).fold(sale, |sale, decide| decide(self, &sale))
    }

    fn text(&self, sale: &Value) -> String {
        let explanation = self.owner.get(&format!("/v1/sales/{}/explanation", id_of(sale))).is(200);
        let last = explanation["verdicts"].as_array().and_then(|verdicts| verdicts.last()).cloned().expect("a verdict");
        assert_eq!(last["verdict"], last["replayed"]);
        last["text"].as_str().expect("a text").to_owned()
    }
}

/// Lets `code` introduce the order's customer by an order that is cancelled at once: the introduction
/// lives on and the next sale is the first.
fn introduce(desk: &Desk, order: &Value, code: &str) {
    let earlier = format!("{}-earlier", order["order_id"].as_str().expect("a number"));
    sell(
        &desk.owner,
        &json!({"order_id": earlier, "currency": "EUR", "subtotal": 100, "customer": order["customer"], "code": code}),
    );
    desk.owner.post("/v1/sales/cancel", &json!({ "order_id": earlier })).is(200);
}

/// Follows a link; returns the `ref` value and the cookie.
fn click(app: &App, code: &str, cookie: Option<&str>) -> (String, String) {
    let mut visitor = app.nobody().with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    if let Some(cookie) = cookie {
        visitor = visitor.with("Cookie", cookie);
    }
    let answer = visitor.get(&format!("/r/{code}"));
    let there =
        url::Url::parse(answer.header("location").unwrap_or_else(|| panic!("no redirect: {}", answer.text))).expect("an address");
    let reference = there.query_pairs().find(|(name, _)| name == "ref").map(|(_, value)| value.into_owned()).expect("a ref");
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    (reference, cookie)
}

fn of_two_kinds_of_evidence_the_higher_wins(app: &App) {
    let desk = Desk::open(app);
    for (place, higher) in KINDS.iter().enumerate() {
        // Alone it holds.
        let mut alone = desk.order();
        (higher.give)(&desk, &mut alone);
        won(&desk, &desk.report(&alone, &[higher]), higher, "nothing else");
        for lower in &KINDS[place + 1..] {
            let mut order = desk.order();
            (lower.give)(&desk, &mut order);
            (higher.give)(&desk, &mut order);
            won(&desk, &desk.report(&order, &[higher, lower]), higher, lower.name);
        }
    }
}

fn won(desk: &Desk, sale: &Value, kind: &Kind, against: &str) {
    let verdict = &sale["verdict"];
    let found = (verdict["kind"].as_str(), verdict["evidence"].as_str(), verdict["referrer_id"].as_str());
    assert_eq!(
        found,
        (Some("attributed"), Some(kind.name), Some(desk.referrer(kind.code))),
        "{} against {against}: {sale:#}",
        kind.name
    );
    let text = desk.text(sale);
    let rest = text.strip_prefix(kind.says).unwrap_or_else(|| panic!("{} against {against}: {text}", kind.name));
    assert!(rest.ends_with("Under version 2 of the terms 10 % of 100.00 EUR earned 10.00 EUR."), "{text}");
}

fn where_the_higher_does_not_hold_the_lower_counts(app: &App) {
    let desk = Desk::open(app);
    // What is to fail later must be good while it is made.
    let mut broken: Vec<(&Kind, &'static str, Option<&Kind>, Value)> = Vec::new();
    for (place, higher) in KINDS.iter().enumerate() {
        let Some((fail, reason)) = higher.fail else { continue };
        for lower in KINDS[place + 1..].iter().map(Some).chain([None]) {
            let mut order = desk.order();
            if let Some(lower) = lower {
                (lower.give)(&desk, &mut order);
            }
            fail(&desk, &mut order);
            broken.push((higher, reason, lower, order));
        }
    }
    desk.owner.order(&format!("/v1/referrers/{}/pause", desk.referrer("PAUSED-1"))).is(200);
    desk.owner.patch("/v1/codes/RETIRED", &json!({"status": "retired"})).is(200);
    for (higher, reason, lower, order) in broken {
        let sale = desk.report(&order, &[]);
        match lower {
            Some(lower) => won(&desk, &sale, lower, higher.name),
            None => assert_eq!(sale["verdict"]["reason"], reason, "{}: {sale:#}", higher.name),
        }
    }
    // Where nothing holds, the reason of the best is told.
    let mut order = desk.order();
    order["codes"] = json!(["NOSUCH", "RETIRED"]);
    order["referred_by"] = order["customer"].clone();
    assert_eq!(desk.report(&order, &[])["verdict"]["reason"], "unknown_code", "{order:#}");
}

fn the_first_and_the_last_touch_are_told_apart(app: &App) {
    let desk = Desk::open(app);
    let (_, cookie) = click(app, "CLICK", None);
    let (reference, _) = click(app, "CODE", Some(&cookie));
    let sale_by = |touch: &str| {
        rules(&desk.owner, &json!({ "touch": touch }));
        let mut order = desk.order();
        order["ref"] = json!(reference);
        sell(&desk.owner, &order)
    };
    let last = sale_by("last");
    let first = sale_by("first");
    assert_eq!((&last["verdict"]["code"], &first["verdict"]["code"]), (&json!("CODE"), &json!("CLICK")));
    assert!(
        desk.text(&first).starts_with("The buyer followed a link with the code CLICK: the first within 90 days."),
        "{first:#}"
    );
}
