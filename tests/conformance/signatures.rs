//! Signatures that other people's libraries made.
#![cfg(test)]

use houndplan::domain::instant::Instant;
use houndplan::domain::signature::{SigningSecret, Standard, sign_standard, stands};
use serde_json::Value;

use super::lists;

/// What our code says of a vector; none for a scheme that no storefront of ours uses.
fn judge(vector: &Value) -> Option<bool> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let header = |name: &str| text(&vector["headers"][name]);
    let (secret, body) = (text(&vector["secret"]), text(&vector["body"]));
    let raw = SigningSecret::of_text(&secret);
    Some(match vector["scheme"].as_str().unwrap_or_default() {
        "standard-webhooks" => {
            let (id, timestamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
            let headers = Standard { id: &id, timestamp: &timestamp, signature: &signature };
            let now = Instant::from_micros(vector["now"].as_i64().expect("now") * 1_000_000);
            stands(&[SigningSecret::parse(&secret).expect("a secret")], headers, body.as_bytes(), now)
        }
        "shopify" => raw.matches_base64(&[body.as_bytes()], &header("x-shopify-hmac-sha256")),
        "github-hex" => {
            raw.matches_hex(&[body.as_bytes()], header("x-hub-signature-256").strip_prefix("sha256=").unwrap_or_default())
        }
        "paddle" => {
            let header = header("paddle-signature");
            let (stamp, given) = header.strip_prefix("ts=")?.split_once(";h1=")?;
            raw.matches_hex(&[stamp.as_bytes(), b":", body.as_bytes()], given)
        }
        "square" => {
            let url = text(&vector["url"]);
            raw.matches_base64(&[url.as_bytes(), body.as_bytes()], &header("x-square-hmacsha256-signature"))
        }
        "shopify-query-hex" => {
            let query = text(&vector["query"]);
            let (signed, given) =
                query.split('&').fold((Vec::new(), ""), |(mut signed, given), part| match part.split_once('=') {
                    Some(("hmac", value)) => (signed, value),
                    Some(("signature", _)) | None => (signed, given),
                    Some(_) => {
                        signed.push(part);
                        (signed, given)
                    }
                });
            raw.matches_hex(&[signed.join("&").as_bytes()], given)
        }
        _ => return None,
    })
}

#[test]
fn every_vector_is_judged_as_its_makers_do() {
    let Some(list) = lists::read("webhook_signature_vectors.json") else { return };
    let vectors: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    assert_eq!(vectors.len(), 11);
    for vector in &vectors {
        assert_eq!(judge(vector), vector["valid"].as_bool(), "{vector:#}");
    }
}

#[test]
fn what_we_send_is_signed_as_the_standards_own_libraries_do() {
    let Some(list) = lists::read("webhook_signature_vectors.json") else { return };
    let vectors: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    let vector = vectors.iter().find(|vector| vector["name"] == "sign function works").expect("the vector");
    let secret = SigningSecret::parse(vector["secret"].as_str().expect("a secret")).expect("a secret");
    let header = |name: &str| vector["headers"][name].as_str().expect(name);
    let seconds = header("webhook-timestamp").parse().expect("seconds");
    let body = vector["body"].as_str().expect("a body").as_bytes();
    assert_eq!(sign_standard(&[secret], header("webhook-id"), seconds, body), header("webhook-signature"));
}
