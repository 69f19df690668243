//! Errands to shops, against shops that validate what they are asked: the nightly pull and the coupons.
#![cfg(test)]

mod shopify;
mod stripe;

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::fake_shop::{Answered, Asked, FakeShop, until};
use super::shop::{enrol, rules};
use super::shop_signatures::connect;

type Shelf = Arc<Mutex<Vec<Value>>>;

fn said(status: u16, body: Value) -> Answered {
    (status, Vec::new(), body)
}

/// A WooCommerce order of `euros` for goods alone.
fn order(id: u64, euros: &str, email: &str) -> Value {
    json!({
        "id": id, "status": "completed", "currency": "EUR", "date_created_gmt": "2026-03-01T09:00:00",
        "date_modified_gmt": "2026-03-01T09:05:00", "date_paid_gmt": "2026-03-01T09:05:00", "total": euros, "total_tax": "0.00",
        "shipping_total": "0.00", "shipping_tax": "0.00", "customer_id": 0, "billing": {"email": email},
        "line_items": [{"id": 1, "sku": "TEA", "quantity": 1, "subtotal": euros, "total": euros}],
        "coupon_lines": [{"code": "joe"}], "meta_data": [], "refunds": [],
    })
}

fn is_woo_key(asked: &Asked) -> bool {
    asked.headers.get("authorization").map(String::as_str) == Some(&format!("Basic {}", STANDARD.encode("ck_1:cs_1")))
}

/// WooCommerce as its REST documentation has it: pages of orders, coupons by code, keys in Basic.
fn woocommerce(asked: &Asked, shelf: &Shelf) -> Answered {
    if !is_woo_key(asked) {
        return said(401, json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 401}}));
    }
    let mut coupons = shelf.lock().expect("a shelf");
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/wp-json/wc/v3/orders") => {
            let after = asked.parameter("modified_after").unwrap_or_default();
            let right = after.len() == "2026-03-01T09:00:00".len() && asked.parameter("dates_are_gmt") == Some("true");
            if !right {
                return said(400, json!({"code": "rest_invalid_param", "message": format!("modified_after {after:?}")}));
            }
            let page = asked.parameter("page").and_then(|page| page.parse::<u64>().ok()).unwrap_or(0);
            let list = json!([order(page * 10, "50.00", &format!("b{page}@example.com"))]);
            (200, vec![("X-WP-TotalPages".to_owned(), "3".to_owned())], list)
        }
        ("GET", "/wp-json/wc/v3/coupons") => {
            let code = asked.parameter("code").unwrap_or_default().to_lowercase();
            said(200, coupons.iter().filter(|one| one["code"] == code.as_str()).cloned().collect())
        }
        ("POST", "/wp-json/wc/v3/coupons") => {
            let mut coupon = asked.json();
            if let Some(fault) = coupon_fault(&coupon) {
                return said(400, json!({"code": "rest_invalid_param", "message": fault}));
            }
            let code = coupon["code"].as_str().unwrap_or_default().to_lowercase();
            coupon["code"] = json!(code);
            coupon["id"] = json!(100 + coupons.len());
            coupons.push(coupon.clone());
            said(201, coupon)
        }
        ("PUT", path) => {
            let change = asked.json();
            let id: Option<u64> = path.strip_prefix("/wp-json/wc/v3/coupons/").and_then(|id| id.parse().ok());
            let Some(coupon) = coupons.iter_mut().find(|one| one["id"].as_u64() == id) else {
                return said(404, json!({"code": "woocommerce_rest_shop_coupon_invalid_id", "message": "Invalid ID."}));
            };
            for (name, value) in change.as_object().into_iter().flatten().filter(|(name, _)| *name != "code") {
                coupon[name] = value.clone();
            }
            said(200, coupon.clone())
        }
        _ => said(404, json!({"code": "rest_no_route", "message": "No route was found."})),
    }
}

fn coupon_fault(coupon: &Value) -> Option<&'static str> {
    let decimal = coupon["amount"].as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    match coupon["discount_type"].as_str() {
        _ if !decimal => Some("amount"),
        _ if !coupon["code"].is_string() => Some("code"),
        Some("percent" | "fixed_cart") => None,
        _ => Some("discount_type"),
    }
}

/// Lets the service call the fake shop, which is in our own network.
fn reachable(app: &App, shop: &FakeShop) -> Client {
    app.restart_with(&[("HOUND_PRIVATE_HOSTS", &shop.address)]);
    app.owner()
}

stories! {
    the_nightly_pull_finds_what_no_webhook_told,
    a_code_becomes_a_coupon_and_stays_one,
    a_coupon_gives_what_the_referrers_grade_promises,
    a_shop_that_refuses_is_asked_again_and_its_own_coupons_stay,
}

fn the_nightly_pull_finds_what_no_webhook_told(app: &App) {
    let shelf = Shelf::default();
    let fake = FakeShop::open(move |asked| woocommerce(asked, &shelf));
    let owner = reachable(app, &fake);
    enrol(&owner, "joe@example.com", "JOE");
    let api = json!({"url": fake.url(), "key": "ck_1:cs_1"});
    let shop = connect(&owner, "woocommerce", &json!({"pull": true, "api": api}));
    // One of the three was told by webhook before.
    shop.report(&owner, "order.created", &order(20, "50.00", "b2@example.com"));
    let path = format!("/v1/connections/{}", shop.id);
    let done = until("the pull", || Some(owner.get(&path).is(200)).filter(|row| row["pulled_to"].is_string()));
    assert!(done["pull_error"].is_null(), "{done:#}");
    let sales = owner.get("/v1/sales?source=shop").is(200);
    let mut orders: Vec<&str> =
        sales["data"].as_array().expect("sales").iter().map(|sale| sale["order_id"].as_str().expect("a number")).collect();
    orders.sort_unstable();
    assert_eq!(orders, ["10", "20", "30"]);
    let pages: Vec<Option<String>> = fake.asked().iter().map(|asked| asked.parameter("page").map(str::to_owned)).collect();
    assert_eq!(pages, ["1", "2", "3"].map(|page| Some(page.to_owned())));
    let all = owner.get(&format!("/v1/inbound-deliveries?connection_id={}", shop.id)).is(200);
    assert!(all["data"].as_array().expect("deliveries").iter().all(|one| one["status"] == "applied"), "{all:#}");
    assert!(!app.said().contains("cs_1"), "the key stays out of the log");
}

fn coupon_of(owner: &Client, connection: &str, code: &str) -> Value {
    let list = owner.get(&format!("/v1/connections/{connection}/coupons")).is(200);
    list["data"].as_array().expect("coupons").iter().find(|one| one["code"] == code).cloned().unwrap_or_default()
}

fn a_code_becomes_a_coupon_and_stays_one(app: &App) {
    let shelf = Shelf::default();
    let (inside, outside) = (Arc::clone(&shelf), shelf);
    let fake = FakeShop::open(move |asked| woocommerce(asked, &inside));
    let owner = reachable(app, &fake);
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "woocommerce", &json!({"coupons": true, "api": {"url": fake.url(), "key": "ck_1:cs_1"}}));
    let in_shop = until("the coupon", || Some(coupon_of(&owner, &shop.id, "JOE")).filter(|one| one["status"] == "in_shop"));
    assert_eq!((&in_shop["remote_id"], &in_shop["active"]), (&json!("100"), &json!(true)));
    {
        let coupons = outside.lock().expect("a shelf");
        assert_eq!((coupons.len(), &coupons[0]["code"], &coupons[0]["date_expires_gmt"]), (1, &json!("joe"), &Value::Null));
    }
    let csv = owner.get("/v1/coupons.csv");
    assert!(csv.text.starts_with("code,discount_type,amount,currency\n") && csv.text.contains("JOE,"), "{}", csv.text);
}

fn a_coupon_gives_what_the_referrers_grade_promises(app: &App) {
    let shelf = Shelf::default();
    let (inside, outside) = (Arc::clone(&shelf), shelf);
    let fake = FakeShop::open(move |asked| woocommerce(asked, &inside));
    let owner = reachable(app, &fake);
    owner.send("PUT", "/v1/tiers/gold", Some(br#"{"title": "Gold"}"#)).is(200);
    let percent = |rate: &str| json!({"type": "percent", "rate": rate});
    rules(&owner, &json!({"friend_discounts": [{"tiers": ["gold"], "gives": percent("20")}, {"gives": percent("5")}]}));
    for code in ["JOE", "ANN"] {
        enrol(&owner, &format!("{code}@example.com").to_lowercase(), code);
    }
    let grade = |code: &str, tier: &Value| {
        let referrer = owner.get(&format!("/v1/codes/{code}")).is(200)["referrer_id"].as_str().expect("an id").to_owned();
        let customer =
            owner.get(&format!("/v1/referrers/{referrer}")).is(200)["customer"]["id"].as_str().expect("an id").to_owned();
        owner.patch(&format!("/v1/customers/{customer}"), &json!({ "tier": tier })).is(200);
    };
    let listed = || {
        let csv = owner.get("/v1/coupons.csv").text;
        ["JOE", "ANN"].map(|code| csv.lines().find(|line| line.starts_with(code)).expect("a line").to_owned())
    };
    grade("ANN", &json!("gold"));
    assert_eq!(listed(), ["JOE,percent,5,", "ANN,percent,20,"]);
    let shop = connect(&owner, "woocommerce", &json!({"coupons": true, "api": {"url": fake.url(), "key": "ck_1:cs_1"}}));
    for code in ["JOE", "ANN"] {
        until("the coupon", || Some(coupon_of(&owner, &shop.id, code)).filter(|one| one["status"] == "in_shop"));
    }
    let mut amounts: Vec<(String, String)> = outside
        .lock()
        .expect("a shelf")
        .iter()
        .map(|one| (one["code"].as_str().expect("a code").to_owned(), one["amount"].as_str().expect("an amount").to_owned()))
        .collect();
    amounts.sort();
    assert_eq!(amounts, [("ann".to_owned(), "20".to_owned()), ("joe".to_owned(), "5".to_owned())]);
    // Who is promoted gives more from then on, and who is not, less.
    grade("JOE", &json!("gold"));
    grade("ANN", &Value::Null);
    assert_eq!(listed(), ["JOE,percent,20,", "ANN,percent,5,"]);
    // The next round over the codes is half a minute away.
    until("the other discounts", || {
        let shelf = outside.lock().expect("a shelf");
        let gives = |code: &str| shelf.iter().find(|one| one["code"] == code).map(|one| one["amount"].clone());
        (gives("joe") == Some(json!("20")) && gives("ann") == Some(json!("5"))).then_some(())
    });
}

fn a_shop_that_refuses_is_asked_again_and_its_own_coupons_stay(app: &App) {
    let shelf: Shelf = Arc::new(Mutex::new(vec![
        json!({"id": 7, "code": "joe", "amount": "50", "discount_type": "percent", "description": "Summer"}),
    ]));
    let (inside, outside) = (Arc::clone(&shelf), shelf);
    let fake = FakeShop::open(move |asked| woocommerce(asked, &inside));
    let owner = reachable(app, &fake);
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "woocommerce", &json!({"coupons": true, "api": {"url": fake.url(), "key": "ck_1:cs_1"}}));
    let foreign = until("the refusal", || Some(coupon_of(&owner, &shop.id, "JOE")).filter(|one| one["status"] == "failed"));
    assert!(foreign["error"].as_str().is_some_and(|why| why.contains("of its own")), "{foreign:#}");
    assert_eq!(outside.lock().expect("a shelf")[0]["amount"], "50");
    let wrong =
        connect(&owner, "woocommerce", &json!({"coupons": true, "pull": true, "api": {"url": fake.url(), "key": "ck_1:old"}}));
    let refused = until("the refusal", || Some(coupon_of(&owner, &wrong.id, "JOE")).filter(|one| one["status"] == "failed"));
    assert!(refused["error"].as_str().is_some_and(|why| why.contains("401")), "{refused:#}");
    let path = format!("/v1/connections/{}", wrong.id);
    let row = until("the pull", || Some(owner.get(&path).is(200)).filter(|row| row["pull_error"].is_string()));
    assert!(row["pull_error"].as_str().is_some_and(|why| why.contains("401")), "{row:#}");
}
