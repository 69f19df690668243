//! The big list of naughty strings, in every text field: stored and returned unchanged, or refused by name.
#![cfg(test)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::app::{App, stories};
use super::lists;

fn naughty() -> Option<Vec<String>> {
    let list = lists::read("strings/blns.json")?;
    let all: Vec<String> = serde_json::from_str(&list).expect("a list of strings");
    assert_eq!(all.len(), 515);
    Some(all.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

/// What a short text may be: something to see, at most 255 signs, none of them a control character.
fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 255 && !text.chars().any(char::is_control)
}

/// What stands in a text column of a table.
fn stored(app: &App, table: &str, column: &str) -> BTreeSet<String> {
    app.ask(&format!("SELECT {column} AS line FROM {table} WHERE {column} IS NOT NULL")).into_iter().collect()
}

stories! {
    people_keep_their_names_and_numbers,
    metadata_keeps_every_value_but_nul,
    orders_keep_their_numbers_articles_and_words,
    refunds_and_reasons_keep_their_words,
    a_shop_may_have_any_name,
    no_naughty_string_is_a_code_unless_it_is_plain,
}

fn people_keep_their_names_and_numbers(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    for (place, text) in strings.iter().enumerate() {
        let body = json!({"external_id": text, "name": text, "metadata": {text: text}});
        let answer = owner.post("/v1/customers", &body);
        if !fits(text) {
            let problem = answer.is(422);
            let pointers: Vec<&str> =
                problem["errors"].as_array().expect("errors").iter().filter_map(|fault| fault["pointer"].as_str()).collect();
            assert!(pointers.contains(&"/external_id") && pointers.contains(&"/name"), "{text:?}: {problem:#}");
            continue;
        }
        let made = answer.is(201);
        let read = owner.get(&format!("/v1/customers/{}", made["id"].as_str().expect("an id"))).is(200);
        for shown in [made, read] {
            assert_eq!(
                (&shown["external_id"], &shown["name"], &shown["metadata"][text]),
                (&json!(text), &json!(text), &json!(text)),
                "{place}"
            );
        }
    }
}

fn metadata_keeps_every_value_but_nul(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    for (place, text) in strings.iter().enumerate() {
        let answer = owner.post("/v1/customers", &json!({"external_id": format!("c-{place}"), "metadata": {"words": text}}));
        if text.contains('\0') || text.chars().count() > 500 {
            answer.is(422);
        } else {
            assert_eq!(answer.is(201)["metadata"]["words"], text.as_str());
        }
    }
}

fn orders_keep_their_numbers_articles_and_words(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    let report = |text: &String| {
        json!({
            "order_id": text, "source": text, "currency": "EUR", "codes": [text], "ref": text,
            "customer": {"external_id": text, "source": text, "name": text},
            "referred_by": {"name": text}, "metadata": {text: text},
            "lines": [{"sku": text, "category": text, "quantity": 1, "unit_price": 100}],
        })
    };
    let (mut good, mut bad): (Vec<&String>, Vec<&String>) = (Vec::new(), Vec::new());
    for slice in strings.chunks(100) {
        let answer = owner.post("/v1/sales/batch", &json!({"sales": slice.iter().map(report).collect::<Vec<Value>>()})).is(200);
        for (text, item) in slice.iter().zip(answer["data"].as_array().expect("answers")) {
            if fits(text) {
                assert_eq!(item["status"], 201, "{text:?}: {item:#}");
                let sale = &item["sale"];
                assert_eq!(
                    (&sale["order_id"], &sale["source"], &sale["metadata"][text]),
                    (&json!(text), &json!(text), &json!(text))
                );
                good.push(text);
            } else {
                assert_eq!(item["status"], 422, "{text:?}: {item:#}");
                bad.push(text);
            }
        }
    }
    assert!(good.len() > 400 && !bad.is_empty(), "{} good, {} bad", good.len(), bad.len());
    // What is not shown is kept as well.
    let whole: BTreeSet<String> = good.iter().map(|text| (*text).clone()).collect();
    for (table, column) in [
        ("sale_lines", "sku"),
        ("sale_lines", "category"),
        ("sale_hints", "value"),
        ("customer_keys", "shown"),
        ("customers", "name"),
    ] {
        assert_eq!(stored(app, table, column), whole, "{table}.{column}");
    }
    // An order is found by its number.
    for text in good.iter().step_by(10) {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let found = owner.get(&format!("/v1/sales?source={encoded}&order_id={encoded}")).is(200);
        assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{text:?}");
    }
}

fn refunds_and_reasons_keep_their_words(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    let referrer = owner.post("/v1/referrers", &json!({"customer": {"external_id": "r"}})).is(201);
    for text in &strings {
        let refund = owner.post("/v1/refunds", &json!({"refund_id": text, "order_id": text, "source": text}));
        let body =
            json!({"referrer_id": referrer["id"], "kind": "adjust", "amount": {"amount": 1, "currency": "EUR"}, "reason": text});
        let thanks = owner.post_once("/v1/adjustments", &body);
        if fits(text) {
            let refund = refund.is(201);
            assert_eq!(
                (&refund["refund_id"], &refund["order_id"], &refund["source"]),
                (&json!(text), &json!(text), &json!(text))
            );
            assert_eq!(thanks.is(201)["reason"], text.as_str());
        } else {
            refund.is(422);
            thanks.is(422);
        }
    }
}

fn a_shop_may_have_any_name(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    for text in strings.iter().step_by(5) {
        let answer = owner.patch("/v1/program", &json!({"shop_name": text}));
        if fits(text) {
            assert_eq!(answer.is(200)["shop_name"], text.as_str());
        } else {
            answer.faults(
                "/shop_name",
                if text.trim().is_empty() {
                    "empty"
                } else if text.chars().count() > 255 {
                    "too_long"
                } else {
                    "control_character"
                },
            );
        }
    }
}

fn no_naughty_string_is_a_code_unless_it_is_plain(app: &App) {
    let Some(strings) = naughty() else { return };
    let owner = app.owner();
    let mut made = 0;
    for (place, text) in strings.iter().enumerate() {
        let answer = owner.post("/v1/referrers", &json!({"customer": {"external_id": format!("r-{place}")}, "code": text}));
        match answer.status {
            201 => {
                made += 1;
                let code = answer.json()["codes"][0]["code"].as_str().expect("a code").to_owned();
                assert_eq!(code, text.trim().to_ascii_uppercase(), "{text:?}");
                assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{code:?}");
            }
            409 => {}
            _ => answer.faults("/code", "invalid_code"),
        }
        // Nor does a link with it break anything.
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        if !encoded.is_empty() {
            let followed = app.nobody().exchange("GET", &format!("/r/{encoded}"), None);
            assert!(matches!(followed.status, 200 | 302 | 404 | 400), "{text:?}: {} {}", followed.status, followed.text);
        }
    }
    assert!(made > 10, "only {made} codes");
}
