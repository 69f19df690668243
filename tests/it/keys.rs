//! Tokens that are over, revoked, or looked into.
#![cfg(test)]

use std::time::{Duration, Instant};

use houndplan::domain::instant;
use houndplan::domain::principal::{Mode, Principal, Role};
use houndplan::tokens::{Claims, Keyring};
use serde_json::Value;

use super::app::App;
use super::client::Client;

/// An owner's token, rightly signed, whose time is over.
pub(crate) fn expired(app: &App) -> String {
    let key = std::fs::read_to_string(app.key_file()).expect("the signing key");
    let principal = Principal {
        token_id: claims(&app.token(&["--role", "owner"]))["jti"].as_str().and_then(|id| id.parse().ok()).expect("an id"),
        role: Role::Owner,
        mode: Mode::Live,
        source: None,
        referrer_id: None,
        origin: None,
    };
    let then = instant::Instant::parse("2026-01-01T00:00:00Z").expect("a time");
    let keys = Keyring::from_text(&key).expect("a key");
    keys.mint(&Claims::new(&principal, then, then.plus_days(1))).expect("a token")
}

/// What a token says, without checking it.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&base64url(payload)).expect("claims")
}

/// RFC 4648 §5 without padding.
fn base64url(text: &str) -> Vec<u8> {
    let value = |sign: u8| match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for sign in text.bytes() {
        (bits, held) = (bits << 6 | u32::from(value(sign)), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).expect("a byte"));
        }
    }
    bytes
}

/// Revokes a token and waits until the running service knows, which it must within a second or so.
pub(crate) fn revoke(app: &App, client: &Client) {
    let id = claims(client.token.as_deref().expect("a token"))["jti"].as_str().expect("a jti").to_owned();
    let output = app.run(&["token", "revoke", &id]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let deadline = Instant::now() + Duration::from_secs(30);
    while client.get("/v1/program").status != 401 {
        assert!(Instant::now() < deadline, "the revoked token still works");
        std::thread::sleep(Duration::from_millis(20));
    }
}
