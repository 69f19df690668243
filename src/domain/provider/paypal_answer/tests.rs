//! Answers as `PayPal` documents them, and as nobody should believe them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::id::PayoutId;
use crate::domain::instant::Instant;

fn key() -> SubmissionId {
    SubmissionId::from_uuid(uuid::Uuid::from_u128(7))
}

fn payout() -> PayoutId {
    PayoutId::new(Instant::from_micros(0))
}

fn header(status: &str) -> Value {
    json!({"payout_batch_id": "P7MFYN6YSUE5W", "batch_status": status, "sender_batch_header": {"sender_batch_id": key()}})
}

fn created(status: u16, body: &Value) -> Sent {
    read_created(status, Some(body.to_string().as_bytes()), key())
}

fn refusal(name: &str, details: &Value) -> Value {
    json!({"name": name, "message": "See details.", "debug_id": "1", "details": details})
}

#[test]
fn only_our_own_request_was_taken() {
    let ours = json!({"batch_header": header("PENDING")});
    assert_eq!(created(201, &ours), Sent::Taken(Some("P7MFYN6YSUE5W".to_owned())));
    let mut other = ours.clone();
    other["batch_header"]["sender_batch_header"]["sender_batch_id"] = json!("x");
    let mut evil = ours;
    evil["batch_header"]["payout_batch_id"] = json!("../../v1/x?");
    for bad in [other, evil, json!({}), json!([]), json!({"batch_header": {}})] {
        assert!(matches!(created(201, &bad), Sent::Unknown(_)), "{bad}");
    }
    assert!(matches!(read_created(201, None, key()), Sent::Unknown(_)));
}

#[test]
fn a_duplicate_was_taken_before() {
    let link =
        json!([{"href": "https://api.paypal.com/v1/payments/payouts/5UXD2E8A7EBQJ?page=1", "rel": "self", "method": "GET"}]);
    let mut old = refusal("USER_BUSINESS_ERROR", &json!([{"field": "SENDER_BATCH_ID", "issue": "Duplicate batch request"}]));
    assert_eq!(created(400, &old), Sent::Taken(None));
    old["links"] = link.clone();
    assert_eq!(created(400, &old), Sent::Taken(Some("5UXD2E8A7EBQJ".to_owned())));
    let inside = refusal("DUPLICATE_REQUEST_ID", &json!([{"field": "sender_batch_id", "issue": "known", "link": link}]));
    assert_eq!(created(422, &inside), Sent::Taken(Some("5UXD2E8A7EBQJ".to_owned())));
}

#[test]
fn only_a_fault_of_the_body_is_final() {
    let faults = json!([{"field": "items[1].receiver", "issue": "Receiver is invalid: jo@example.com"}, {"field": "/items/3/amount", "issue": "b"}]);
    let Sent::Refused { reason, places } = created(400, &refusal("VALIDATION_ERROR", &faults)) else { panic!("refused") };
    assert_eq!((places, reason.as_str()), (vec![1, 3], "See details. (Receiver is invalid: …; b)"));
    let header =
        json!([{"field": "items[1].receiver", "issue": "a"}, {"field": "sender_batch_header.email_subject", "issue": "b"}]);
    let Sent::Refused { places, .. } = created(400, &refusal("VALIDATION_ERROR", &header)) else { panic!("refused") };
    assert_eq!(places, Vec::<usize>::new(), "all are at fault where the head is");
    let none = json!([]);
    for (status, name) in
        [(422, "INSUFFICIENT_FUNDS"), (403, "NOT_AUTHORIZED"), (429, "RATE_LIMIT_REACHED"), (401, "X"), (403, "Y")]
    {
        assert!(matches!(created(status, &refusal(name, &none)), Sent::NotNow(_)), "{status} {name}");
    }
    let funds = json!([{"field": "", "issue": "INSUFFICIENT_FUNDS"}]);
    assert!(matches!(created(422, &refusal("UNPROCESSABLE_ENTITY", &funds)), Sent::NotNow(_)));
    for (status, name) in [
        (400, "USER_BUSINESS_ERROR"),
        (404, "VALIDATION_ERROR"),
        (409, "RESOURCE_CONFLICT"),
        (500, "VALIDATION_ERROR"),
        (503, "X"),
    ] {
        assert!(matches!(created(status, &refusal(name, &none)), Sent::Unknown(_)), "{status} {name}");
    }
    for body in [&b"<html>"[..], b"", b"{}"] {
        assert!(matches!(read_created(400, Some(body), key()), Sent::Unknown(_)));
    }
}

fn one_item(word: &str, batch: &str) -> ToldItem {
    let item = json!({
        "payout_item_id": "8AELMXH8UB2P8", "payout_batch_id": "P7MFYN6YSUE5W", "transaction_status": word,
        "payout_item_fee": {"currency": "USD", "value": "0.25"},
        "payout_item": {"receiver": "jo@example.com", "sender_item_id": payout(), "amount": {"currency": "EUR", "value": "10.10"}},
        "errors": {"name": "RECEIVER_UNREGISTERED", "message": "No account for jo@example.com here."},
    });
    let body = json!({"batch_header": header(batch), "items": [item], "total_items": 1});
    match read_batch(200, Some(body.to_string().as_bytes()), key(), Vec::new()) {
        Asked::Found(told) => told.items.into_iter().next().expect("an item"),
        Asked::NotNow(reason) => panic!("{reason}"),
    }
}

#[test]
fn every_documented_word_has_its_meaning() {
    use PayoutResult::{Failed, Paid, Returned};
    let cases = [
        ("SUCCESS", Fate::Ended(Paid), Fate::Ended(Paid)),
        ("FAILED", Fate::Ended(Failed), Fate::Ended(Failed)),
        ("BLOCKED", Fate::Ended(Failed), Fate::Ended(Failed)),
        ("RETURNED", Fate::Ended(Returned), Fate::Ended(Returned)),
        ("REFUNDED", Fate::Ended(Returned), Fate::Ended(Returned)),
        ("REVERSED", Fate::Ended(Returned), Fate::Ended(Returned)),
        ("PENDING", Fate::UnderWay, Fate::Ended(Failed)),
        ("UNCLAIMED", Fate::UnderWay, Fate::Ended(Failed)),
        ("ONHOLD", Fate::UnderWay, Fate::Ended(Failed)),
        ("", Fate::Unknown, Fate::Ended(Failed)),
        ("success", Fate::Unknown, Fate::Unknown),
        ("TELEPORTED", Fate::Unknown, Fate::Unknown),
    ];
    for (word, running, denied) in cases {
        for (batch, fate) in
            [("PROCESSING", running), ("SUCCESS", running), ("NEW_WORD", running), ("DENIED", denied), ("CANCELED", denied)]
        {
            assert_eq!(one_item(word, batch).fate, fate, "{word} in {batch}");
        }
    }
}

#[test]
fn an_item_tells_amount_fee_and_reason_without_the_address() {
    let item = one_item("UNCLAIMED", "SUCCESS");
    assert_eq!(item.amount, Some(Money { amount: 1_010, currency: Currency::EUR }));
    assert_eq!(item.fee.map(|(fee, currency)| (fee, currency.code())), Some((25, "USD")));
    assert_eq!(item.reason.as_deref(), Some("No account for … here."));
    assert_eq!(item.item_id.as_deref(), Some("8AELMXH8UB2P8"));
}

#[test]
fn another_requests_answer_tells_nothing() {
    let mut body = json!({"batch_header": header("SUCCESS"), "items": [], "total_items": 0});
    assert!(matches!(read_batch(200, Some(body.to_string().as_bytes()), key(), Vec::new()), Asked::Found(_)));
    body["batch_header"]["sender_batch_header"]["sender_batch_id"] = json!("x");
    for (status, text) in [(200, body.to_string()), (200, "{".to_owned()), (404, "{}".to_owned()), (500, String::new())] {
        assert!(matches!(read_batch(status, Some(text.as_bytes()), key(), Vec::new()), Asked::NotNow(_)), "{status} {text}");
    }
}

#[test]
fn a_token_is_given_or_refused() {
    let good = json!({"access_token": "A21AAF", "token_type": "Bearer", "expires_in": 31668}).to_string();
    assert_eq!(read_token(200, Some(good.as_bytes())), Ok(("A21AAF".to_owned(), 31_668)));
    for (status, text) in [(401, "{}"), (200, "{}"), (500, ""), (200, r#"{"access_token": "a\nb", "expires_in": 1}"#)] {
        assert!(read_token(status, Some(text.as_bytes())).is_err(), "{status} {text}");
    }
}

/// JSON of every shape, with the provider's own words in it.
fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "batch_header",
        "payout_batch_id",
        "batch_status",
        "sender_batch_header",
        "sender_batch_id",
        "items",
        "SUCCESS",
        "name",
        "details",
        "DUPLICATE",
        "links",
        "href",
        "transaction_status",
        "payout_item",
        "sender_item_id",
        "amount",
        "value",
        "10.1e9",
        "/payments/payouts/",
        "VALIDATION_ERROR",
        "items[99999999999999999999].receiver",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let members = prop::collection::btree_map(words.clone().prop_map(str::to_owned), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|map| map.into_iter().collect::<Value>())
        ]
    })
}

proptest! {
    /// T32: whatever comes, nothing panics, and nothing but a whole, matching answer is a yes.
    #[test]
    fn no_answer_is_taken_for_more_than_it_is(status in 100_u16..600, body in any_json(), cut in 0_usize..200) {
        let text = body.to_string();
        for bytes in [text.as_bytes(), text.as_bytes().get(..cut).unwrap_or_default()] {
            let sent = read_created(status, Some(bytes), key());
            if (200..300).contains(&status) || status >= 500 {
                prop_assert!(matches!(sent, Sent::Unknown(_)), "{sent:?}");
            }
            prop_assert!(matches!(read_batch(status, Some(bytes), key(), Vec::new()), Asked::NotNow(_)));
            let _ = read_token(status, Some(bytes));
            let _ = super::super::paypal::hint(bytes);
        }
    }
}
