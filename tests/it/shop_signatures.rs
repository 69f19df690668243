//! Signs as shops do, and sends to the address that a connection names.
#![cfg(test)]

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use houndplan::domain::signature::{SigningSecret, sign_standard};
use serde_json::{Value, json};

use super::client::{Answer, Client};

/// A connected shop, as the test plays it.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) secret: String,
    /// Path and query of its address.
    pub(crate) target: String,
    pub(crate) door: Client,
}

/// What a message says beside its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) topic: &'a str,
    pub(crate) number: &'a str,
    pub(crate) test: bool,
    /// Seconds that the signer's clock is behind.
    pub(crate) late: i64,
}

pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()).expect("seconds")
}

/// Connects a shop with a secret of the test's own; `more` adds to the request.
pub(crate) fn connect(owner: &Client, kind: &'static str, more: &Value) -> Shop {
    let secret = if kind == "standard" { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { "a secret of the shop" };
    let mut body = json!({"kind": kind, "secret": secret, "source": "shop"});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = owner.post("/v1/connections", &body).is(201);
    assert!(!made.to_string().contains(secret), "a secret that was given is not shown: {made:#}");
    let url = made["webhook_url"].as_str().expect("an address");
    let target = url.split_once("/webhooks/").map(|(_, rest)| format!("/webhooks/{rest}")).expect("a path");
    let secret = body["secret"].as_str().expect("a secret").to_owned();
    Shop { kind, id: made["id"].as_str().expect("an id").to_owned(), secret, target, door: Client::new(&owner.base, None) }
}

impl Shop {
    /// The same shop signing with another secret.
    pub(crate) fn signing_with(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// The headers that this kind of shop sends with `body`.
    pub(crate) fn headers(&self, body: &[u8], envelope: &Envelope<'_>) -> Vec<(&'static str, String)> {
        let text = SigningSecret::of_text(&self.secret);
        let stamp = (now() - envelope.late).to_string();
        let mut headers = match self.kind {
            "shopify" => vec![
                ("X-Shopify-Hmac-Sha256", STANDARD.encode(text.sign(&[body]))),
                ("X-Shopify-Topic", envelope.topic.to_owned()),
                ("X-Shopify-Webhook-Id", envelope.number.to_owned()),
            ],
            "woocommerce" => vec![
                ("X-WC-Webhook-Signature", STANDARD.encode(text.sign(&[body]))),
                ("X-WC-Webhook-Topic", envelope.topic.to_owned()),
                ("X-WC-Webhook-Delivery-ID", envelope.number.to_owned()),
            ],
            "stripe" => {
                let signed = hex::encode(text.sign(&[stamp.as_bytes(), b".", body]));
                vec![("Stripe-Signature", format!("t={stamp},v1={signed},v0={}", "0".repeat(64)))]
            }
            "standard" => {
                let secret = SigningSecret::parse(&self.secret).expect("a secret");
                let signed = sign_standard(&[secret], envelope.number, stamp.parse().expect("seconds"), body);
                vec![("webhook-id", envelope.number.to_owned()), ("webhook-timestamp", stamp), ("webhook-signature", signed)]
            }
            _ => vec![("X-Signature", hex::encode(text.sign(&[body])))],
        };
        if envelope.test {
            headers.push(("X-Shopify-Test", "true".to_owned()));
        }
        headers
    }

    /// Signs `signed` and sends `body`.
    pub(crate) fn send_as(&self, signed: &[u8], body: &[u8], envelope: &Envelope<'_>) -> Answer {
        let mut door = self.door.clone();
        for (name, value) in self.headers(signed, envelope) {
            door = door.with(name, &value);
        }
        door.send("POST", &self.target, Some(body))
    }

    pub(crate) fn send(&self, body: &[u8], envelope: &Envelope<'_>) -> Answer {
        self.send_as(body, body, envelope)
    }

    /// Sends a message and returns what the owner is shown of it.
    pub(crate) fn report(&self, owner: &Client, topic: &str, body: &Value) -> Value {
        self.report_as(owner, &Envelope { topic, number: topic, ..Envelope::default() }, body)
    }

    pub(crate) fn report_as(&self, owner: &Client, envelope: &Envelope<'_>, body: &Value) -> Value {
        let received = self.send(body.to_string().as_bytes(), envelope).is(200);
        owner.get(&format!("/v1/inbound-deliveries/{}", received["id"].as_str().expect("an id"))).is(200)
    }
}

/// The sale that a delivery's first deed was about.
pub(crate) fn sale_of(owner: &Client, delivery: &Value) -> Value {
    assert_eq!(delivery["status"], "applied", "{delivery:#}");
    owner.get(&format!("/v1/sales/{}", delivery["outcome"][0]["sale_id"].as_str().expect("a sale"))).is(200)
}
