//! Requests that must be refused, each with the place and the word of its fault.
#![cfg(test)]

use serde_json::{Value, json};

/// One request that must be refused.
pub(crate) struct Bad {
    pub(crate) why: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
    /// Where the fault is, and its stable word.
    pub(crate) fault: (&'static str, &'static str),
}

fn bad(why: &'static str, path: &str, body: Value, fault: (&'static str, &'static str)) -> Bad {
    let (method, path) = path.split_once(' ').map_or(("POST", path), |(_, path)| ("PATCH", path));
    Bad { why, method, path: path.to_owned(), body, fault }
}

/// A good order with some fields replaced.
pub(crate) fn sale(change: &Value) -> Value {
    let mut good = json!({"order_id": "X-1", "currency": "EUR", "subtotal": 1_000});
    for (name, value) in change.as_object().expect("fields") {
        good[name] = value.clone();
    }
    good
}

fn line(change: &Value) -> Value {
    let mut good = json!({"sku": "TEA", "quantity": 1, "unit_price": 100});
    for (name, value) in change.as_object().expect("fields") {
        good[name] = value.clone();
    }
    json!({"order_id": "X-1", "currency": "EUR", "lines": [good]})
}

pub(crate) fn bad_sales() -> Vec<Bad> {
    let long = "x".repeat(300);
    let at = |why, change, fault| bad(why, "/v1/sales", sale(&change), fault);
    vec![
        at("unknown field", json!({"subtotl": 1}), ("/subtotl", "unknown_field")),
        at("unknown field inside", json!({"customer": {"mail": "a@example.com"}}), ("/customer/mail", "unknown_field")),
        at("wrong type", json!({"order_id": 7}), ("/order_id", "invalid_type")),
        at("text for money", json!({"subtotal": "1000"}), ("/subtotal", "invalid_type")),
        at("money with a fraction", json!({"subtotal": 10.5}), ("/subtotal", "invalid_type")),
        at("a whole number written as a fraction", json!({"subtotal": 1000.0}), ("/subtotal", "invalid_type")),
        at("negative money", json!({"subtotal": -1}), ("/subtotal", "negative")),
        at("negative tax", json!({"tax": -1}), ("/tax", "negative")),
        at("negative shipping", json!({"shipping": -1}), ("/shipping", "negative")),
        at("negative discount", json!({"discount": -1}), ("/discount", "negative")),
        at("the largest 64-bit number", json!({"subtotal": i64::MAX}), ("/subtotal", "too_large")),
        at("one more than the limit", json!({"subtotal": 1_000_000_000_001_i64}), ("/subtotal", "too_large")),
        at("beyond 64 bits", json!({"subtotal": 9_223_372_036_854_775_808_u64}), ("/subtotal", "invalid_value")),
        at("unknown currency", json!({"currency": "EUX"}), ("/currency", "invalid_value")),
        at("currency in small letters", json!({"currency": "eur"}), ("/currency", "invalid_value")),
        at("gold", json!({"currency": "XAU"}), ("/currency", "invalid_value")),
        at("empty order_id", json!({"order_id": ""}), ("/order_id", "empty")),
        at("blank order_id", json!({"order_id": "  "}), ("/order_id", "empty")),
        at("long order_id", json!({"order_id": long}), ("/order_id", "too_long")),
        at("NUL", json!({"order_id": "A\u{0}1"}), ("/order_id", "control_character")),
        at("newline", json!({"order_id": "A\r\nBcc: x@example.com"}), ("/order_id", "control_character")),
        at("C1 control", json!({"order_id": "A\u{85}"}), ("/order_id", "control_character")),
        at("empty name", json!({"customer": {"email": "a@example.com", "name": ""}}), ("/customer/name", "empty")),
        at("long name", json!({"customer": {"email": "a@example.com", "name": long}}), ("/customer/name", "too_long")),
        at("no address", json!({"customer": {"email": "a@example"}}), ("/customer/email", "invalid_email")),
        at("no telephone number", json!({"customer": {"phone": "call me"}}), ("/customer/phone", "invalid_phone")),
        at(
            "negative orders_before",
            json!({"customer": {"email": "a@example.com", "orders_before": -1}}),
            ("/customer/orders_before", "out_of_range"),
        ),
        at("no time", json!({"occurred_at": "yesterday"}), ("/occurred_at", "invalid_value")),
        at("paid in the future", json!({"paid_at": "2190-01-01T00:00:00Z"}), ("/paid_at", "in_the_future")),
        at("ordered in the future", json!({"occurred_at": "2190-01-01T00:00:00Z"}), ("/occurred_at", "in_the_future")),
        at("no status", json!({"status": "sent"}), ("/status", "unknown_value")),
        at("negative version", json!({"version": -1}), ("/version", "out_of_range")),
        at(
            "lines and subtotal disagree",
            json!({"lines": [{"sku": "TEA", "quantity": 2, "unit_price": 100}], "subtotal": 201}),
            ("/subtotal", "subtotal_disagrees"),
        ),
        at("tax included but not said", json!({"tax_included": true}), ("/tax", "tax_required")),
        at("discount above the goods", json!({"discount": 1_001}), ("/discount", "discount_exceeds_goods")),
        at(
            "21 words of metadata",
            json!({"metadata": (0..21).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>()}),
            ("/metadata", "too_many"),
        ),
        at("metadata that is no text", json!({"metadata": {"a": 1}}), ("/metadata/a", "invalid_type")),
        at(
            "two answers to one question",
            json!({"referred_by": {"name": "Joe", "email": "joe@example.com"}}),
            ("/referred_by", "not_one"),
        ),
        at("no answer at all", json!({"referred_by": {}}), ("/referred_by", "not_one")),
    ]
}

/// Orders that lack what they need, or whose lines cannot be.
pub(crate) fn bad_orders() -> Vec<Bad> {
    vec![
        bad("no amount", "/v1/sales", json!({"order_id": "X-1", "currency": "EUR"}), ("/subtotal", "missing_amount")),
        bad("no order_id", "/v1/sales", json!({"currency": "EUR", "subtotal": 1}), ("/order_id", "missing_field")),
        bad("no object", "/v1/sales", json!([1]), ("", "invalid_type")),
        bad(
            "201 lines",
            "/v1/sales",
            json!({"order_id": "X-1", "currency": "EUR", "lines": vec![json!({"sku": "T", "quantity": 1, "unit_price": 1}); 201]}),
            ("/lines", "too_many"),
        ),
        bad("negative price", "/v1/sales", line(&json!({"unit_price": -1})), ("/lines/0/unit_price", "negative")),
        bad("negative quantity", "/v1/sales", line(&json!({"quantity": -1})), ("/lines/0/quantity", "out_of_range")),
        bad(
            "price times quantity",
            "/v1/sales",
            line(&json!({"quantity": 1_000_000, "unit_price": 1_000_000_000_000_i64})),
            ("/lines/0/unit_price", "too_large"),
        ),
        bad(
            "line discount above the line",
            "/v1/sales",
            line(&json!({"discount": 101})),
            ("/lines/0/discount", "discount_exceeds_goods"),
        ),
        bad("empty sku", "/v1/sales", line(&json!({"sku": ""})), ("/lines/0/sku", "empty")),
        bad("1,001 sales", "/v1/sales/batch", json!({"sales": vec![json!({}); 1_001]}), ("/sales", "too_many")),
        bad("empty order_id of a cancel", "/v1/sales/cancel", json!({"order_id": ""}), ("/order_id", "empty")),
    ]
}

pub(crate) fn bad_refunds() -> Vec<Bad> {
    let at = |why, body, fault| bad(why, "/v1/refunds", body, fault);
    vec![
        at("no refund_id", json!({"order_id": "A-1"}), ("/refund_id", "missing_field")),
        at("empty refund_id", json!({"refund_id": "", "order_id": "A-1"}), ("/refund_id", "empty")),
        at("negative amount", json!({"refund_id": "R", "order_id": "A-1", "amount": -1}), ("/amount", "negative")),
        at("overflow", json!({"refund_id": "R", "order_id": "A-1", "amount": i64::MAX}), ("/amount", "too_large")),
        at(
            "parts above the whole",
            json!({"refund_id": "R", "order_id": "A-1", "amount": 10, "tax": 6, "shipping": 5}),
            ("/amount", "parts_exceed_amount"),
        ),
        at(
            "negative quantity",
            json!({"refund_id": "R", "order_id": "A-1", "lines": [{"line": 0, "quantity": -1}]}),
            ("/lines/0/quantity", "out_of_range"),
        ),
        at(
            "negative line",
            json!({"refund_id": "R", "order_id": "A-1", "lines": [{"line": -1, "quantity": 1}]}),
            ("/lines/0/line", "invalid_value"),
        ),
        at("unknown field", json!({"refund_id": "R", "order_id": "A-1", "currency": "EUR"}), ("/currency", "unknown_field")),
    ]
}

pub(crate) fn bad_people() -> Vec<Bad> {
    let control = json!({"customer": {"email": "a@example.com", "name": "Anna\u{7f}"}});
    vec![
        bad("no key", "/v1/customers", json!({"name": "Anna"}), ("/email", "key_missing")),
        bad("no key of a referrer", "/v1/referrers", json!({"customer": {"name": "Anna"}}), ("/customer", "key_missing")),
        bad("no customer", "/v1/referrers", json!({"code": "JOE2"}), ("/customer", "missing_field")),
        bad("control character", "/v1/referrers", control, ("/customer/name", "control_character")),
        bad(
            "no code",
            "/v1/referrers",
            json!({"customer": {"email": "a@example.com"}, "code": "J O E"}),
            ("/code", "invalid_code"),
        ),
        bad(
            "another script",
            "/v1/referrers",
            json!({"customer": {"email": "a@example.com"}, "code": "ADMİN"}),
            ("/code", "invalid_code"),
        ),
        bad("null in place of a code", "/v1/customers", json!({"external_id": null}), ("/email", "key_missing")),
        bad(
            "first order in the future",
            "/v1/customers",
            json!({"email": "a@example.com", "first_order_at": "2190-01-01T00:00:00Z"}),
            ("/first_order_at", "in_the_future"),
        ),
        bad("no e-mail", "/v1/customers", json!({"email": "a b@example.com"}), ("/email", "invalid_email")),
        bad(
            "header in an e-mail",
            "/v1/customers",
            json!({"email": "a@example.com\r\nBcc: b@example.com"}),
            ("/email", "control_character"),
        ),
    ]
}

pub(crate) fn bad_terms() -> Vec<Bad> {
    let at = |why, body, fault| bad(why, "PATCH /v1/program", body, fault);
    vec![
        at("unknown rule", json!({"hold_dais": 1}), ("/hold_dais", "unknown_field")),
        at("negative hold", json!({"hold_days": -1}), ("/hold_days", "out_of_range")),
        at("more than all", json!({"commission": {"type": "percent", "rate": "100.1"}}), ("/commission/rate", "invalid_value")),
        at("five decimals", json!({"commission": {"type": "percent", "rate": "1.00001"}}), ("/commission/rate", "invalid_value")),
        at("a rate as a number", json!({"commission": {"type": "percent", "rate": 7.5}}), ("/commission/rate", "invalid_type")),
        at("no zone", json!({"timezone": "Mars/Olympus"}), ("/timezone", "unknown_timezone")),
        at("no address", json!({"shop_url": "javascript:alert(1)"}), ("/shop_url", "invalid_url")),
        at("no host", json!({"allowed_hosts": ["https://x.example/"]}), ("/allowed_hosts", "invalid_host")),
        at("empty shop name", json!({"shop_name": ""}), ("/shop_name", "empty")),
        at("no months", json!({"lifetime": {"type": "months", "months": 0}}), ("/lifetime/months", "out_of_range")),
    ]
}

pub(crate) fn bad_rules() -> Vec<Bad> {
    let at = |why, body, fault| bad(why, "PATCH /v1/program", body, fault);
    let percent = json!({"type": "percent", "rate": "5"});
    let rule = |extra: Value| {
        let mut rule = json!({"name": "a", "pays": {"type": "percent", "rate": "5"}});
        extra.as_object().expect("fields").iter().for_each(|(name, value)| rule[name] = value.clone());
        json!({ "rules": [rule] })
    };
    let flat = json!({"type": "flat", "rate": "5"});
    vec![
        at("no sum", json!({ "commission": flat }), ("/commission/amounts", "missing_field")),
        at("no rate", json!({"commission": {"type": "percent", "rate": null}}), ("/commission/rate", "missing_field")),
        at("a sum too many", json!({"commission": {"amounts": {"EUR": 1}}}), ("/commission/amounts", "unknown_field")),
        at("unknown type", json!({"commission": {"type": "double"}}), ("/commission/type", "unknown_value")),
        at("a word too many", json!({"commission": {"extra": 1}}), ("/commission/extra", "unknown_field")),
        at("no number of months", json!({"lifetime": {"type": "months"}}), ("/lifetime/months", "missing_field")),
        at("months as text", json!({"lifetime": {"type": "months", "months": "6"}}), ("/lifetime/months", "invalid_type")),
        at(
            "for ever and six months",
            json!({"lifetime": {"type": "forever", "months": 6}}),
            ("/lifetime/months", "unknown_field"),
        ),
        at("below nothing", json!({"minimum_sale": {"EUR": -1}}), ("/minimum_sale/EUR", "out_of_range")),
        at("no name", json!({ "rules": [{ "pays": percent }] }), ("/rules/0/name", "missing_field")),
        at("nothing paid", json!({ "rules": [{"name": "a"}] }), ("/rules/0/pays", "missing_field")),
        at(
            "more than all, deep",
            rule(json!({"pays": {"type": "percent", "rate": "101"}})),
            ("/rules/0/pays/rate", "invalid_value"),
        ),
        at(
            "the same name",
            json!({ "rules": [{"name": "a", "pays": percent}, {"name": "a", "pays": percent}] }),
            ("/rules/1/name", "not_unique"),
        ),
        at("no such tier", rule(json!({"tiers": ["platinum"]})), ("/rules/0/tiers/0", "unknown_tier")),
        at("deal nought", rule(json!({"from_deal": 0})), ("/rules/0/from_deal", "out_of_range")),
        at("never", rule(json!({"from_deal": 5, "upto_deal": 4})), ("/rules/0/upto_deal", "out_of_range")),
        at("an empty category", rule(json!({"categories": [""]})), ("/rules/0/categories/0", "empty")),
        at(
            "the same deal",
            json!({"bonuses": [{"deal": 5, "amounts": {"EUR": 1}}, {"deal": 5, "amounts": {"EUR": 2}}]}),
            ("/bonuses/1/deal", "not_unique"),
        ),
        at("a bonus of nothing", json!({"bonuses": [{"deal": 5, "amounts": {}}]}), ("/bonuses/0/amounts", "empty")),
        at(
            "less than the floor",
            json!({"sale_floor": {"EUR": 500}, "sale_cap": {"EUR": 499}}),
            ("/sale_cap/EUR", "out_of_range"),
        ),
        at("unknown cap", json!({"caps": {"per_day": {}}}), ("/caps/per_day", "unknown_field")),
        at(
            "cap below nothing",
            json!({"caps": {"per_code": {"amounts": {"EUR": -1}}}}),
            ("/caps/per_code/amounts/EUR", "out_of_range"),
        ),
        at("a gift of nothing", json!({"friend_discounts": [{"tiers": []}]}), ("/friend_discounts/0/gives", "missing_field")),
    ]
}
