//! The shapes of `PayPal`'s Payouts API v1 that are used here, field by field as its published OpenAPI document
//! (`payments_payouts_batch_v1`) has them; both sides of every exchange with the fake are held against them.
#![cfg(test)]

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

fn compiled(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema")
}

fn text(most: u64) -> Value {
    json!({"type": "string", "maxLength": most})
}

/// An amount has exactly its currency's decimals: none for yen and, at `PayPal`, for forint and Taiwan dollar.
fn amount() -> Value {
    json!({
        "type": "object", "required": ["currency", "value"], "additionalProperties": false,
        "properties": {"currency": {"type": "string", "pattern": "^[A-Z]{3}$"}, "value": {"type": "string"}},
        "if": {"properties": {"currency": {"enum": ["JPY", "HUF", "TWD"]}}},
        "then": {"properties": {"value": {"pattern": "^[1-9][0-9]*$"}}},
        "else": {"properties": {"value": {"pattern": "^(0|[1-9][0-9]*)[.][0-9]{2}$"}}},
    })
}

fn item() -> Value {
    json!({
        "type": "object", "required": ["amount", "receiver"], "additionalProperties": false,
        "properties": {
            "recipient_type": {"enum": ["EMAIL", "PHONE", "PAYPAL_ID", "USER_HANDLE"]},
            "amount": amount(),
            "note": text(4_000),
            "receiver": {"type": "string", "maxLength": 127, "pattern": "^[!-~]+$"},
            "sender_item_id": text(63),
            "recipient_wallet": {"enum": ["PAYPAL", "VENMO", "RECIPIENT_SELECTED"]},
            "notification_language": {"type": "string", "pattern": "^[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}))?$"},
            "purpose": {"enum": [
                "AWARDS", "PRIZES", "DONATIONS", "GOODS", "SERVICES", "REBATES", "CASHBACK", "DISCOUNTS", "NON_GOODS_OR_SERVICES",
            ]},
        },
    })
}

fn sender_header() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["sender_batch_id"],
        "properties": {
            "sender_batch_id": {"type": "string", "minLength": 1, "maxLength": 256},
            "recipient_type": {"enum": ["EMAIL", "PHONE", "PAYPAL_ID", "USER_HANDLE"]},
            "email_subject": {"type": "string", "maxLength": 255, "pattern": "^[ -~]*$"},
            "email_message": text(1_000),
            "note": text(1_000),
        },
    })
}

fn batch_header() -> Value {
    json!({
        "type": "object", "required": ["payout_batch_id", "batch_status", "sender_batch_header"],
        "properties": {
            "payout_batch_id": text(30),
            "batch_status": {"enum": ["DENIED", "PENDING", "PROCESSING", "SUCCESS", "CANCELED"]},
            "sender_batch_header": sender_header(),
        },
    })
}

fn links() -> Value {
    json!({"type": "array", "items": {
        "type": "object", "required": ["href", "rel"],
        "properties": {"href": {"type": "string"}, "rel": {"type": "string"}, "method": {"type": "string"}},
    }})
}

/// What `POST /v1/payments/payouts` takes.
pub(crate) static CREATE: LazyLock<Validator> = LazyLock::new(|| {
    compiled(&json!({
        "type": "object", "additionalProperties": false, "required": ["sender_batch_header", "items"],
        "properties": {
            "sender_batch_header": sender_header(),
            "items": {"type": "array", "minItems": 1, "maxItems": 15_000, "items": item()},
        },
    }))
});

/// What it answers with 201.
pub(crate) static CREATED: LazyLock<Validator> = LazyLock::new(|| {
    compiled(
        &json!({"type": "object", "required": ["batch_header"], "properties": {"batch_header": batch_header(), "links": links()}}),
    )
});

/// What `GET /v1/payments/payouts/{id}` answers.
pub(crate) static BATCH: LazyLock<Validator> = LazyLock::new(|| {
    compiled(&json!({
        "type": "object",
        "properties": {
            "total_items": {"type": "integer", "minimum": 0, "maximum": 15_000},
            "total_pages": {"type": "integer", "minimum": 0, "maximum": 1_000},
            "batch_header": batch_header(),
            "items": {"type": "array", "items": {
                "type": "object", "required": ["payout_item_id", "payout_batch_id", "payout_item"],
                "properties": {
                    "payout_item_id": text(30), "transaction_id": text(30), "payout_batch_id": text(30),
                    "transaction_status": {"enum": [
                        "SUCCESS", "FAILED", "PENDING", "UNCLAIMED", "RETURNED", "ONHOLD", "BLOCKED", "REFUNDED", "REVERSED",
                    ]},
                    "payout_item_fee": amount(), "payout_item": item(),
                    "errors": error(),
                },
            }},
            "links": links(),
        },
    }))
});

fn error() -> Value {
    json!({
        "type": "object", "required": ["name", "message", "debug_id"],
        "properties": {
            "name": {"type": "string"}, "message": {"type": "string"}, "debug_id": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object", "required": ["issue"], "properties": {
                "field": {"type": "string"}, "value": {"type": "string"}, "location": {"type": "string"}, "issue": {"type": "string"},
            }}},
            "links": links(),
        },
    })
}

/// What it answers instead when something is wrong.
pub(crate) static ERROR: LazyLock<Validator> = LazyLock::new(|| compiled(&error()));

/// Fails the test when `body` has not the shape.
pub(crate) fn fits(shape: &Validator, body: &Value) -> Result<(), String> {
    let faults: Vec<String> = shape.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

#[test]
fn the_shapes_refuse_what_paypal_refuses() {
    let good = json!({
        "sender_batch_header": {"sender_batch_id": "k"},
        "items": [{"receiver": "a@example.com", "amount": {"currency": "EUR", "value": "10.10"}}],
    });
    assert_eq!(fits(&CREATE, &good), Ok(()));
    let spoil = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("a place") = value;
        bad
    };
    for bad in [
        spoil("/items/0/amount/value", json!("10.1")),
        spoil("/items/0/amount/value", json!(10.10)),
        spoil("/items/0/receiver", json!("x".repeat(128))),
        spoil("/items", json!([])),
        spoil("/sender_batch_header/sender_batch_id", json!("")),
        spoil("/items/0/amount/currency", json!("JPY")),
    ] {
        assert!(fits(&CREATE, &bad).is_err(), "{bad}");
    }
}
