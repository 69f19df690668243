//! Shops that keep coupons as their documentation says, each in a few lines.
#![cfg(test)]

use std::collections::BTreeMap;

use super::*;
use crate::domain::money::Currency;

fn shop(kind: Kind) -> Shop {
    Shop { kind, url: "https://shop.example/".to_owned(), key: "key".to_owned() }
}

fn percent(text: &str) -> Off {
    Off::Percent { rate: Rate::parse_percent(text).expect("a rate") }
}

fn flat(amount: i64) -> Off {
    Off::Flat { amount: Money { amount, currency: Currency::EUR } }
}

fn wanted(active: bool, off: Off) -> Wanted {
    Wanted { code: "JOE".to_owned(), active, off }
}

fn said(status: u16, body: Value) -> Result<Answer, Fault> {
    Ok(Answer { status, body })
}

/// Counts what was asked besides looking.
fn changes(asked: &[Request]) -> Vec<String> {
    asked.iter().filter(|one| one.method != "GET").map(|one| format!("{} {}", one.method, one.url)).collect()
}

/// What a step came to, and what it changed in the shop.
type Played = (Result<Option<String>, Fault>, Vec<String>);

/// Runs `steps` against one shop; returns what each came to and what it changed.
fn play(kind: Kind, steps: &[Wanted], clerk: &mut dyn FnMut(&Request) -> Result<Answer, Fault>) -> Vec<Played> {
    let each = |step: &Wanted| {
        let mut asked = Vec::new();
        let outcome = sync(&shop(kind), step, &mut |request| {
            let answer = clerk(&request);
            asked.push(request);
            answer
        });
        (outcome, changes(&asked))
    };
    steps.iter().map(each).collect()
}

#[test]
fn woocommerce_is_mended_only_where_it_differs() {
    let mut kept: Option<Value> = None;
    let mut clerk = |request: &Request| {
        assert_eq!(request.headers[0], ("Authorization", "Basic a2V5".to_owned()));
        if request.method == "GET" {
            return said(200, kept.iter().cloned().collect());
        }
        let mut coupon: Value = serde_json::from_slice(&request.body).expect("JSON");
        coupon["id"] = json!(9);
        // WooCommerce lowers the code and writes amounts with two decimals.
        coupon["code"] = json!("joe");
        coupon["amount"] = json!(format!("{:.2}", coupon["amount"].as_str().expect("text").parse::<f64>().expect("a number")));
        kept = Some(coupon.clone());
        said(200, coupon)
    };
    let steps = [
        wanted(false, percent("10")),
        wanted(true, percent("10")),
        wanted(true, percent("10")),
        wanted(true, flat(550)),
        wanted(false, flat(550)),
        wanted(false, flat(550)),
    ];
    let done = play(Kind::Woocommerce, &steps, &mut clerk);
    let counts: Vec<usize> = done.iter().map(|(_, changes)| changes.len()).collect();
    assert_eq!(counts, [0, 1, 0, 1, 1, 0], "{done:?}");
    assert_eq!((&done[0].0, &done[5].0), (&Ok(None), &Ok(Some("9".to_owned()))));
    // Somebody changes it in the shop: the next look mends it.
    let mut drifted = |request: &Request| match request.method {
        "GET" => said(
            200,
            json!([{"id": 9, "code": "joe", "amount": "90.00", "discount_type": "percent", "date_expires_gmt": null, "description": "houndplan"}]),
        ),
        _ => said(200, json!({"id": 9})),
    };
    let mended = play(Kind::Woocommerce, &[wanted(true, percent("10"))], &mut drifted);
    assert_eq!(mended[0].1, ["PUT https://shop.example/wp-json/wc/v3/coupons/9"]);
    let mut refusing = |_: &Request| said(500, json!({"message": "No\u{7}."}));
    assert_eq!(play(Kind::Woocommerce, &steps[..1], &mut refusing)[0].0, Err("the shop answered 500: No.".to_owned()));
}

#[test]
fn stripe_keeps_one_coupon_per_discount_and_never_changes_a_promotion_code() {
    let (mut coupons, mut codes): (BTreeMap<String, BTreeMap<String, String>>, Vec<Value>) = Default::default();
    let mut clerk = |request: &Request| {
        let path = request.url.strip_prefix("https://shop.example").expect("the shop").to_owned();
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        match (request.method, path.as_str()) {
            ("GET", path) if path.starts_with("/v1/promotion_codes?code=JOE") => said(200, json!({"data": codes.clone()})),
            ("GET", path) => {
                let id = path.strip_prefix("/v1/coupons/").expect("a coupon");
                if coupons.contains_key(id) {
                    said(200, json!({"id": id}))
                } else {
                    said(404, json!({"error": {"message": "No such coupon"}}))
                }
            }
            (_, "/v1/coupons") => {
                let either = form.contains_key("percent_off") != form.contains_key("amount_off");
                assert!(
                    either && form["duration"] == "once" && form.contains_key("amount_off") == form.contains_key("currency"),
                    "{form:?}"
                );
                coupons.insert(form["id"].clone(), form.clone());
                said(200, json!({"id": form["id"]}))
            }
            (_, "/v1/promotion_codes") => {
                assert!(coupons.contains_key(&form["coupon"]), "{form:?}");
                assert!(!codes.iter().any(|one| one["active"] == true), "an active code of this word exists");
                let code = json!({"id": format!("promo_{}", codes.len()), "active": true, "coupon": {"id": form["coupon"]}, "metadata": {"made_by": form["metadata[made_by]"]}});
                codes.push(code.clone());
                said(200, code)
            }
            (_, path) => {
                let id = path.strip_prefix("/v1/promotion_codes/").expect("a code");
                assert_eq!(form.keys().collect::<Vec<_>>(), ["active"], "all else is for ever");
                let code = codes.iter_mut().find(|one| one["id"] == id).expect("known");
                code["active"] = json!(form["active"] == "true");
                said(200, code.clone())
            }
        }
    };
    let steps = [
        wanted(true, Off::Nothing),
        wanted(true, percent("10")),
        wanted(true, percent("10")),
        wanted(true, flat(550)),
        wanted(false, flat(550)),
        wanted(true, percent("10")),
    ];
    let done = play(Kind::Stripe, &steps, &mut clerk);
    let counts: Vec<usize> = done.iter().map(|(_, changes)| changes.len()).collect();
    // A coupon and its code; nothing; the old off, another coupon, another code; off; the first on again.
    assert_eq!(counts, [0, 2, 0, 3, 1, 1], "{done:?}");
    assert!(done[0].0.as_ref().is_err_and(|why| why.contains("without a discount")));
    assert_eq!(done[5].0, Ok(Some("promo_0".to_owned())));
    let mut foreign = |_: &Request| said(200, json!({"data": [{"id": "promo_x", "active": true, "metadata": {}}]}));
    assert!(play(Kind::Stripe, &steps[1..2], &mut foreign)[0].0.as_ref().is_err_and(|why| why.contains("of its own")));
}

#[test]
fn shopify_is_spoken_to_in_its_graph() {
    let mut kept: Option<Value> = None;
    let mut clerk = |request: &Request| {
        assert!(request.url.ends_with("/graphql.json") && request.headers[0].0 == "X-Shopify-Access-Token");
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let (query, variables) = (body["query"].as_str().expect("a query"), &body["variables"]);
        let node = json!({"id": "gid://shopify/DiscountCodeNode/1"});
        if query.starts_with("query") {
            return said(200, json!({"data": {"codeDiscountNodeByCode": kept.clone()}}));
        }
        let verb = ["discountCodeBasicCreate", "discountCodeBasicUpdate", "discountCodeActivate", "discountCodeDeactivate"];
        let verb = verb.into_iter().find(|verb| query.contains(&format!("{verb}("))).expect("a mutation we know");
        match verb {
            "discountCodeBasicCreate" | "discountCodeBasicUpdate" => {
                let input = &variables["d"];
                assert!(
                    input["code"] == "JOE" && input["startsAt"].is_string() && input["customerSelection"]["all"] == true,
                    "{input}"
                );
                let value = &input["customerGets"]["value"];
                let shown = match value["percentage"].as_f64() {
                    Some(share) => {
                        assert!(share > 0.0 && share <= 1.0, "{share}");
                        json!({"percentage": share})
                    }
                    None => json!({"amount": {"amount": value["discountAmount"]["amount"]}}),
                };
                kept = Some(
                    json!({"id": node["id"], "codeDiscount": {"title": input["title"], "status": "ACTIVE", "customerGets": {"value": shown}}}),
                );
            }
            _ => {
                let kept = kept.as_mut().expect("a discount");
                kept["codeDiscount"]["status"] = json!(if verb == "discountCodeActivate" { "ACTIVE" } else { "EXPIRED" });
            }
        }
        said(200, json!({"data": {verb: {"codeDiscountNode": node, "userErrors": []}}}))
    };
    let steps = [
        wanted(true, percent("12.5")),
        wanted(true, percent("12.5")),
        wanted(true, flat(500)),
        wanted(false, flat(500)),
        wanted(true, flat(500)),
    ];
    let done = play(Kind::Shopify, &steps, &mut clerk);
    // Looking is a POST as well.
    let counts: Vec<usize> = done.iter().map(|(_, changes)| changes.len() - 1).collect();
    assert_eq!(counts, [1, 0, 1, 1, 1], "{done:?}");
    assert!(done.iter().all(|(outcome, _)| outcome == &Ok(Some("gid://shopify/DiscountCodeNode/1".to_owned()))));
    let mut refusing = |request: &Request| {
        let looks = String::from_utf8_lossy(&request.body).contains("query($code");
        let refusal = json!({"data": {"discountCodeBasicCreate": {"codeDiscountNode": null, "userErrors": [{"message": "Code must be unique"}]}}});
        said(200, if looks { json!({"data": {"codeDiscountNodeByCode": null}}) } else { refusal })
    };
    let refused = play(Kind::Shopify, &steps[..1], &mut refusing);
    assert_eq!(refused[0].0, Err("the shop refused: Code must be unique".to_owned()));
}
