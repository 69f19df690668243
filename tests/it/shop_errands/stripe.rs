//! Errands to Stripe: a fake of its API, as its documentation has it.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{coupon_of, reachable, said};
use crate::app::{App, stories};
use crate::fake_shop::{Answered, Asked, FakeShop, until};
use crate::shop::{enrol, net, rules};
use crate::shop_signatures::connect;

/// Coupons by their id, and promotion codes in the order they were made.
#[derive(Default)]
struct Till {
    coupons: BTreeMap<String, BTreeMap<String, String>>,
    codes: Vec<Value>,
}

fn fault(status: u16, message: &str) -> Answered {
    said(status, json!({"error": {"type": "invalid_request_error", "message": message}}))
}

fn stripe(asked: &Asked, till: &mut Till) -> Answered {
    let header = |name: &str| asked.headers.get(name).map(String::as_str);
    if header("authorization") != Some("Bearer rk_1") {
        return fault(401, "Invalid API Key provided");
    }
    if header("stripe-version").is_none_or(|version| version.len() != "2024-06-20".len()) {
        return fault(400, "no version: a newer one might answer otherwise");
    }
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    if asked.method == "POST" && header("content-type") != Some("application/x-www-form-urlencoded") {
        return fault(400, "Invalid content type");
    }
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/v1/events") => events(asked),
        ("GET", "/v1/promotion_codes") => {
            let code = asked.parameter("code").unwrap_or_default();
            let found: Vec<&Value> = till.codes.iter().filter(|one| one["code"] == code).collect();
            said(200, json!({"object": "list", "data": found, "has_more": false}))
        }
        ("GET", path) => match path.strip_prefix("/v1/coupons/").filter(|id| till.coupons.contains_key(*id)) {
            Some(id) => said(200, json!({"id": id, "object": "coupon"})),
            None => fault(404, "No such coupon"),
        },
        ("POST", "/v1/coupons") => make_coupon(form, till),
        ("POST", "/v1/promotion_codes") => make_code(&form, till),
        ("POST", path) => {
            let id = path.strip_prefix("/v1/promotion_codes/").unwrap_or_default();
            match till.codes.iter_mut().find(|one| one["id"] == id) {
                Some(code) if form.keys().all(|name| name == "active") => {
                    code["active"] = json!(form["active"] == "true");
                    said(200, code.clone())
                }
                Some(_) => fault(400, "Received unknown parameter"),
                None => fault(404, "No such promotion code"),
            }
        }
        _ => fault(404, "Unrecognized request URL"),
    }
}

fn make_coupon(form: BTreeMap<String, String>, till: &mut Till) -> Answered {
    let known = ["id", "duration", "name", "metadata[made_by]", "percent_off", "amount_off", "currency"];
    let one_of = form.contains_key("percent_off") != form.contains_key("amount_off");
    let whole =
        form.contains_key("amount_off") == form.contains_key("currency") && form.get("duration").is_some_and(|how| how == "once");
    let percent = form.get("percent_off").is_none_or(|text| text.parse().is_ok_and(|off: f64| off > 0.0 && off <= 100.0));
    if !(one_of && whole && percent && form.keys().all(|name| known.contains(&name.as_str()))) {
        return fault(400, &format!("{form:?}"));
    }
    let id = form["id"].clone();
    if till.coupons.insert(id.clone(), form).is_some() {
        return fault(400, "Coupon already exists.");
    }
    said(200, json!({"id": id, "object": "coupon"}))
}

fn make_code(form: &BTreeMap<String, String>, till: &mut Till) -> Answered {
    let Some(coupon) = form.get("coupon").filter(|id| till.coupons.contains_key(*id)) else {
        return fault(400, "No such coupon");
    };
    let Some(code) = form.get("code") else { return fault(400, "Missing code") };
    if till.codes.iter().any(|one| one["code"] == code.as_str() && one["active"] == true) {
        return fault(400, "An active promotion code with this code already exists.");
    }
    let made = json!({
        "id": format!("promo_{}", till.codes.len()), "object": "promotion_code", "active": true, "code": code,
        "coupon": {"id": coupon}, "metadata": {"made_by": form.get("metadata[made_by]")},
    });
    till.codes.push(made.clone());
    said(200, made)
}

fn events(asked: &Asked) -> Answered {
    let all =
        |name: &str| asked.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    let since = all("created[gte]").first().is_some_and(|text| text.parse::<u64>().is_ok());
    if !since || all("types[]").len() < 4 || all("limit") != ["50"] {
        return fault(400, &format!("{:?}", asked.query));
    }
    let event = |id: &str, kind: &str, object: Value| json!({"id": id, "object": "event", "type": kind, "created": 1_772_000_100, "livemode": true, "data": {"object": object}});
    let session = json!({
        "id": "cs_1", "object": "checkout.session", "mode": "payment", "payment_intent": "pi_1", "currency": "eur",
        "amount_subtotal": 10_000, "amount_total": 10_000, "payment_status": "paid", "created": 1_772_000_000, "client_reference_id": "JOE",
        "customer": null, "customer_details": {"email": "bea@example.com"},
        "total_details": {"amount_tax": 0, "amount_shipping": 0, "amount_discount": 0},
    });
    let charge = json!({"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "currency": "eur", "amount": 10_000, "amount_refunded": 2_500});
    // Newest first, as Stripe lists them: what went back stands before what was bought.
    match all("starting_after").first() {
        None => said(200, json!({"object": "list", "data": [event("evt_2", "charge.refunded", charge)], "has_more": true})),
        Some(&"evt_2") => said(
            200,
            json!({"object": "list", "data": [event("evt_1", "checkout.session.completed", session)], "has_more": false}),
        ),
        Some(other) => fault(400, &format!("No such event: {other}")),
    }
}

stories! {
    stripes_events_are_fetched_newest_first_and_end_the_same,
    stripes_promotion_codes_follow_the_discount,
}

fn stripes_events_are_fetched_newest_first_and_end_the_same(app: &App) {
    let mut till = Till::default();
    let fake = FakeShop::open(move |asked| stripe(asked, &mut till));
    let owner = reachable(app, &fake);
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "stripe", &json!({"pull": true, "api": {"url": fake.url(), "key": "rk_1"}}));
    let path = format!("/v1/connections/{}", shop.id);
    let done = until("the pull", || Some(owner.get(&path).is(200)).filter(|row| row["pulled_to"].is_string()));
    assert!(done["pull_error"].is_null(), "{done:#}");
    let sales = owner.get("/v1/sales?source=shop").is(200);
    let sale = &sales["data"][0];
    assert_eq!(
        (sales["data"].as_array().map(Vec::len), &sale["base"], &sale["base_refunded"]),
        (Some(1), &json!(10_000), &json!(2_500))
    );
    assert_eq!(net(&owner, sale["id"].as_str().expect("an id")), 750);
    assert_eq!(fake.asked().len(), 2, "both pages once");
    assert!(!app.said().contains("rk_1"), "the key stays out of the log");
}

fn stripes_promotion_codes_follow_the_discount(app: &App) {
    let till = Arc::new(Mutex::new(Till::default()));
    {
        let mut till = till.lock().expect("a till");
        let coupon = BTreeMap::from([("percent_off".to_owned(), "50".to_owned())]);
        till.coupons.insert("houndplan-p500000".to_owned(), coupon.clone());
        till.coupons.insert("summer".to_owned(), coupon);
        let of = |id: &str, code: &str, coupon: &str, made_by: Option<&str>| json!({"id": id, "active": true, "code": code, "coupon": {"id": coupon}, "metadata": {"made_by": made_by}});
        // Ours with the discount of yesterday, which Stripe never changes; and one of the shop's own.
        till.codes =
            vec![of("promo_ann", "ANN", "houndplan-p500000", Some("houndplan")), of("promo_own", "SALE", "summer", None)];
    }
    let (inside, outside) = (Arc::clone(&till), till);
    let fake = FakeShop::open(move |asked| stripe(asked, &mut inside.lock().expect("a till")));
    let owner = reachable(app, &fake);
    rules(&owner, &json!({"friend_discounts": [{"gives": {"type": "flat", "amounts": {"EUR": 500}}}]}));
    for code in ["JOE", "ANN", "SALE"] {
        enrol(&owner, &format!("{code}@example.com").to_lowercase(), code);
    }
    let api = json!({"url": fake.url(), "key": "rk_1"});
    let shop = connect(&owner, "stripe", &json!({"coupons": true, "currency": "EUR", "api": api}));
    let stands =
        |code: &str, status: &str| until(code, || Some(coupon_of(&owner, &shop.id, code)).filter(|one| one["status"] == status));
    for code in ["JOE", "ANN"] {
        assert!(stands(code, "in_shop")["remote_id"].as_str().is_some_and(|id| id.starts_with("promo_") && id != "promo_ann"));
    }
    let foreign = stands("SALE", "failed");
    assert!(foreign["error"].as_str().is_some_and(|why| why.contains("of its own")), "{foreign:#}");
    let till = outside.lock().expect("a till");
    let active: Vec<(&str, &str)> = till
        .codes
        .iter()
        .filter(|one| one["active"] == true)
        .map(|one| (one["code"].as_str().expect("a code"), one["coupon"]["id"].as_str().expect("a coupon")))
        .collect();
    assert_eq!(active.len(), 3, "{:?}", till.codes);
    for code in ["JOE", "ANN"] {
        assert!(active.contains(&(code, "houndplan-eur-500")), "{active:?}");
    }
    assert!(active.contains(&("SALE", "summer")));
    let shared = &till.coupons["houndplan-eur-500"];
    assert_eq!((shared["amount_off"].as_str(), shared["currency"].as_str()), ("500", "eur"));
}
