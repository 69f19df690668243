//! Errands to Shopify: a fake of its Admin API, as its documentation has it.
#![cfg(test)]

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Shelf, coupon_of, reachable, said};
use crate::app::{App, stories};
use crate::fake_shop::{Answered, Asked, FakeShop, until};
use crate::shop::{enrol, rules};
use crate::shop_signatures::connect;
use crate::storefronts::shopify_order;

const API: &str = "/admin/api/2026-07";

/// Orders by page, discounts by code, the token in a header of its own.
fn shopify(asked: &Asked, shelf: &Shelf) -> Answered {
    if asked.headers.get("x-shopify-access-token").map(String::as_str) != Some("shpat_1") {
        return said(401, json!({"errors": "[API] Invalid API key or access token"}));
    }
    match (asked.method.as_str(), asked.path.strip_prefix(API)) {
        ("GET", Some("/orders.json")) => orders(asked),
        ("POST", Some("/graphql.json")) => graph(&asked.json(), shelf),
        _ => said(404, json!({"errors": "Not Found"})),
    }
}

fn orders(asked: &Asked) -> Answered {
    let given = |name: &str| asked.parameter(name).unwrap_or_default();
    if given("limit").parse().is_ok_and(|limit: u64| (1..=250).contains(&limit)) {
        match asked.parameter("page_info") {
            // The cursor stands for everything else; Shopify refuses both.
            Some("second") if asked.query.len() == 2 => {
                return said(200, json!({"orders": [shopify_order(20, "2026-03-01T10:00:05+01:00")]}));
            }
            None if given("status") == "any" && given("order") == "updated_at asc" && given("updated_at_min").ends_with('Z') => {
                let link = format!("<https://x.myshopify.com{API}/orders.json?limit=50&page_info=second>; rel=\"next\"");
                let list = json!({"orders": [shopify_order(10, "2026-03-01T10:00:05+01:00")]});
                return (200, vec![("Link".to_owned(), link)], list);
            }
            _ => {}
        }
    }
    said(400, json!({"errors": format!("{:?}", asked.query)}))
}

fn graph(body: &Value, shelf: &Shelf) -> Answered {
    let (query, given) = (body["query"].as_str().unwrap_or_default(), &body["variables"]);
    let mut shelf = shelf.lock().expect("a shelf");
    let refused = |verb: &str, why: &str| said(200, json!({"data": {verb: {"userErrors": [{"message": why}]}}}));
    let node = |one: &Value| json!({"id": one["id"], "codeDiscount": one["codeDiscount"]});
    if query.contains("codeDiscountNodeByCode(code:$code)") {
        let found = shelf.iter().find(|one| one["code"] == given["code"]);
        return said(200, json!({"data": {"codeDiscountNodeByCode": found.map(node)}}));
    }
    if query.contains("discountCodeBasicCreate(basicCodeDiscount:$d)") {
        let wish = &given["d"];
        let Some(discount) = discount(wish) else { return refused("discountCodeBasicCreate", "is invalid") };
        if shelf.iter().any(|one| one["code"] == wish["code"]) {
            return refused("discountCodeBasicCreate", "Code must be unique. Please try a different code.");
        }
        let made = json!({"id": format!("gid://shopify/DiscountCodeNode/{}", 100 + shelf.len()), "code": wish["code"], "codeDiscount": discount});
        shelf.push(made.clone());
        return said(
            200,
            json!({"data": {"discountCodeBasicCreate": {"codeDiscountNode": {"id": made["id"]}, "userErrors": []}}}),
        );
    }
    let Some(place) = shelf.iter().position(|one| one["id"] == given["id"]) else {
        return refused("change", "Discount does not exist.");
    };
    if query.contains("discountCodeBasicUpdate(id:$id,basicCodeDiscount:$d)") {
        let status = shelf[place]["codeDiscount"]["status"].clone();
        let Some(mut discount) = discount(&given["d"]) else { return refused("discountCodeBasicUpdate", "is invalid") };
        discount["status"] = status;
        shelf[place]["codeDiscount"] = discount;
    } else if query.contains("discountCodeActivate(id:$id)") {
        shelf[place]["codeDiscount"]["status"] = json!("ACTIVE");
    } else if query.contains("discountCodeDeactivate(id:$id)") {
        shelf[place]["codeDiscount"]["status"] = json!("EXPIRED");
    } else {
        return said(200, json!({"errors": [{"message": format!("syntax error: {query}")}]}));
    }
    said(200, json!({"data": {"done": {"codeDiscountNode": {"id": given["id"]}, "userErrors": []}}}))
}

/// The discount that a `DiscountCodeBasicInput` makes; none when a field is missing or of the wrong kind.
fn discount(wish: &Value) -> Option<Value> {
    let whole = wish["code"].is_string() && wish["startsAt"].is_string() && wish["customerSelection"] == json!({"all": true});
    let gets = &wish["customerGets"];
    let value = match (&gets["value"]["percentage"], &gets["value"]["discountAmount"]) {
        // A share between 0 and 1, and amounts as decimals in text that come back inside an object.
        (Value::Number(share), Value::Null) if share.as_f64().is_some_and(|share| share > 0.0 && share <= 1.0) => {
            json!({"percentage": share})
        }
        (Value::Null, sum) if sum["appliesOnEachItem"] == false => {
            let amount = sum["amount"].as_str().filter(|text| text.parse::<f64>().is_ok())?;
            json!({"amount": {"amount": amount}})
        }
        _ => return None,
    };
    let fits = whole && gets["items"] == json!({"all": true});
    fits.then(|| json!({"title": wish["title"], "status": "ACTIVE", "customerGets": {"value": value}}))
}

stories! {
    shopifys_orders_are_fetched_page_by_page,
    shopifys_discounts_are_made_mended_and_left_alone,
}

fn shopifys_orders_are_fetched_page_by_page(app: &App) {
    let shelf = Shelf::default();
    let fake = FakeShop::open(move |asked| shopify(asked, &shelf));
    let owner = reachable(app, &fake);
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "shopify", &json!({"pull": true, "api": {"url": fake.url(), "key": "shpat_1"}}));
    let path = format!("/v1/connections/{}", shop.id);
    let done = until("the pull", || Some(owner.get(&path).is(200)).filter(|row| row["pulled_to"].is_string()));
    assert!(done["pull_error"].is_null(), "{done:#}");
    assert_eq!(app.ask("SELECT order_id AS line FROM sales ORDER BY order_id"), ["10", "20"]);
    assert_eq!(fake.asked().len(), 2, "both pages once");
    // What a webhook tells later of the same order is the same order.
    shop.report(&owner, "orders/updated", &shopify_order(10, "2026-03-01T10:00:05+01:00"));
    assert_eq!(app.ask("SELECT order_id AS line FROM sales").len(), 2);
    assert!(!app.said().contains("shpat_1"), "the key stays out of the log");
}

fn shopifys_discounts_are_made_mended_and_left_alone(app: &App) {
    let of = |code: &str, title: &str, share: f64, status: &str| {
        let value = json!({"percentage": share});
        json!({"id": format!("gid://shopify/DiscountCodeNode/{code}"), "code": code, "codeDiscount": {"title": title, "status": status, "customerGets": {"value": value}}})
    };
    // Ours, but tampered with and switched off; and one of the shop's own.
    let shelf = Shelf::default();
    shelf.lock().expect("a shelf").extend([of("ANN", "houndplan ANN", 0.9, "EXPIRED"), of("SALE", "Summer", 0.5, "ACTIVE")]);
    let (inside, outside) = (Arc::clone(&shelf), shelf);
    let fake = FakeShop::open(move |asked| shopify(asked, &inside));
    let owner = reachable(app, &fake);
    rules(&owner, &json!({"friend_discounts": [{"gives": {"type": "percent", "rate": "12.5"}}]}));
    for code in ["JOE", "ANN", "SALE"] {
        enrol(&owner, &format!("{code}@example.com").to_lowercase(), code);
    }
    let shop = connect(&owner, "shopify", &json!({"coupons": true, "api": {"url": fake.url(), "key": "shpat_1"}}));
    let stands =
        |code: &str, status: &str| until(code, || Some(coupon_of(&owner, &shop.id, code)).filter(|one| one["status"] == status));
    assert_eq!(stands("JOE", "in_shop")["remote_id"], "gid://shopify/DiscountCodeNode/102");
    assert_eq!(stands("ANN", "in_shop")["remote_id"], "gid://shopify/DiscountCodeNode/ANN");
    let foreign = stands("SALE", "failed");
    assert!(foreign["error"].as_str().is_some_and(|why| why.contains("of its own")), "{foreign:#}");
    let there = outside.lock().expect("a shelf").clone();
    let seen: Vec<(&Value, &Value)> = there
        .iter()
        .map(|one| (&one["codeDiscount"]["status"], &one["codeDiscount"]["customerGets"]["value"]["percentage"]))
        .collect();
    assert_eq!(seen, [(&json!("ACTIVE"), &json!(0.125)), (&json!("ACTIVE"), &json!(0.5)), (&json!("ACTIVE"), &json!(0.125))]);
}
