//! Forged tokens: none gets in.
#![cfg(test)]

use ed25519_dalek::Signer;
use serde_json::{Value, json};

use super::*;
use crate::clock::Clock;

fn base64(bytes: &[u8]) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let symbol = usize::try_from(word >> (18 - 6 * place) & 63).expect("six bits");
            text.push(char::from(SYMBOLS[symbol]));
        }
    }
    text
}

struct House {
    key: SigningKey,
    keys: Keyring,
    now: Instant,
}

impl House {
    fn new() -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let keys = Keyring::from_key(&key).expect("a keyring");
        Self { key, keys, now: Clock::wall().now() }
    }

    fn header(&self) -> Value {
        json!({"typ": TYPE, "alg": "EdDSA", "kid": self.keys.kid})
    }

    fn claims(&self) -> Value {
        let principal = Principal {
            token_id: TokenId::new(self.now),
            role: Role::Storefront,
            mode: Mode::Live,
            source: Some("main".to_owned()),
            referrer_id: None,
            origin: None,
        };
        serde_json::to_value(Claims::new(&principal, self.now, self.now.plus_days(1))).expect("claims")
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        sign(&self.key, &header.to_string(), &claims.to_string())
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        self.signed(&header, &self.claims())
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        self.signed(&self.header(), &claims)
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().expect("an object").remove(name);
        self.signed(&self.header(), &claims)
    }
}

fn sign(key: &SigningKey, header: &str, claims: &str) -> String {
    let text = format!("{}.{}", base64(header.as_bytes()), base64(claims.as_bytes()));
    format!("{text}.{}", base64(&key.sign(text.as_bytes()).to_bytes()))
}

#[test]
fn what_is_minted_is_accepted() {
    let house = House::new();
    let good = house.signed(&house.header(), &house.claims());
    let claims = house.keys.verify(&good).expect("valid");
    assert_eq!(claims.principal().source.as_deref(), Some("main"));
    let minted = house.keys.mint(&claims).expect("signed");
    assert_eq!(house.keys.verify(&minted), Some(claims));
    // Within the leeway of two machines' clocks.
    let now = house.now.seconds();
    assert!(house.keys.verify(&house.with_claim("nbf", json!(now + 3))).is_some());
}

/// Tokens of the wrong shape or with a wrong signature.
fn misshapen(house: &House) -> Vec<(&'static str, String)> {
    let (header, claims) = (house.header(), house.claims());
    let good = house.signed(&header, &claims);
    let (head, rest) = good.split_once('.').expect("parts");
    let (body, signature) = rest.split_once('.').expect("parts");
    let mut flipped = signature.to_owned();
    flipped.replace_range(10..11, if &signature[10..11] == "A" { "B" } else { "A" });
    let mut owner = claims.clone();
    owner["role"] = json!("owner");
    let raised = base64(owner.to_string().as_bytes());
    vec![
        ("empty", String::new()),
        ("dots", "..".to_owned()),
        ("words", "not.a.token".to_owned()),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{good}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("flipped signature", format!("{head}.{body}.{flipped}")),
        ("cut signature", format!("{head}.{body}.{}", &signature[..40])),
        ("zero signature", format!("{head}.{body}.{}", base64(&[0; 64]))),
        ("another's signature", sign(&stranger(), &header.to_string(), &claims.to_string())),
        ("raised role", format!("{head}.{raised}.{signature}")),
        ("padding", format!("{head}=.{body}.{signature}")),
        ("space", format!("{head}. {body}.{signature}")),
        ("trailing NUL", format!("{good}\0")),
        ("oversized", house.with_claim("source", json!("x".repeat(4_000)))),
    ]
}

/// Tokens whose header says how they should be checked.
fn persuasive(house: &House) -> Vec<(&'static str, String)> {
    let (header, claims) = (house.header(), house.claims());
    let good = house.signed(&header, &claims);
    let body = good.split('.').nth(1).expect("parts");
    let public = house.key.verifying_key();
    let stranger = stranger();
    let hmac = |secret: &[u8]| {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(house.keys.kid.clone());
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).expect("signed")
    };
    let none =
        |alg: &str| format!("{}.{body}.", base64(json!({"typ": TYPE, "alg": alg, "kid": house.keys.kid}).to_string().as_bytes()));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64(stranger.verifying_key().as_bytes())});
    let stranger_header = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        sign(&stranger, &header.to_string(), &claims.to_string())
    };
    vec![
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg NONE", none("NONE")),
        ("alg nOnE", none("nOnE")),
        ("HS256 over the public key", hmac(public.as_bytes())),
        ("HS256 over the public key in hex", hmac(hex::encode(public.as_bytes()).as_bytes())),
        ("HS256 over nothing", hmac(b"")),
        ("alg RS256", house.with_header("alg", json!("RS256"))),
        ("alg ES256", house.with_header("alg", json!("ES256"))),
        ("alg list", house.with_header("alg", json!(["EdDSA"]))),
        ("alg missing", sign(&house.key, &json!({"typ": TYPE, "kid": house.keys.kid}).to_string(), &claims.to_string())),
        ("kid missing", sign(&house.key, &json!({"typ": TYPE, "alg": "EdDSA"}).to_string(), &claims.to_string())),
        ("kid empty", house.with_header("kid", json!(""))),
        ("kid unknown", house.with_header("kid", json!("0000000000000000"))),
        ("kid path", house.with_header("kid", json!("../../dev/null"))),
        ("kid SQL", house.with_header("kid", json!("x' OR '1'='1"))),
        ("kid number", house.with_header("kid", json!(1))),
        ("typ JWT", house.with_header("typ", json!("JWT"))),
        ("typ missing", sign(&house.key, &json!({"alg": "EdDSA", "kid": house.keys.kid}).to_string(), &claims.to_string())),
        ("jwk", house.with_header("jwk", jwk.clone())),
        ("jwk of a stranger", stranger_header("jwk", jwk)),
        ("jku", stranger_header("jku", json!("https://evil.example/jwks"))),
        ("x5u", stranger_header("x5u", json!("https://evil.example/cert"))),
        ("x5c", stranger_header("x5c", json!(["MIIB"]))),
        ("crit", house.with_header("crit", json!(["exp"]))),
        ("b64 false", house.with_header("b64", json!(false))),
        ("zip", house.with_header("zip", json!("DEF"))),
        ("cty", house.with_header("cty", json!("JWT"))),
    ]
}

/// Tokens signed with our key whose claims do not hold.
fn untrue(house: &House) -> Vec<(&'static str, String)> {
    let now = house.now.seconds();
    let (header, claims) = (house.header(), house.claims());
    let mut doubled = claims.to_string();
    doubled.insert_str(1, "\"exp\":\"never\",");
    vec![
        ("expired", house.with_claim("exp", json!(now - 10))),
        ("expired long ago", house.with_claim("exp", json!(0))),
        ("exp missing", house.without("exp")),
        ("exp null", house.with_claim("exp", Value::Null)),
        ("exp text", house.with_claim("exp", json!((now + 60).to_string()))),
        ("exp negative", house.with_claim("exp", json!(-1))),
        ("exp huge", sign(&house.key, &header.to_string(), &claims.to_string().replace(&claims["exp"].to_string(), "1e400"))),
        ("exp twice", sign(&house.key, &header.to_string(), &doubled)),
        ("nbf ahead", house.with_claim("nbf", json!(now + 60))),
        ("nbf missing", house.without("nbf")),
        ("nbf text", house.with_claim("nbf", json!("0"))),
        ("iss missing", house.without("iss")),
        ("iss other", house.with_claim("iss", json!("houndplan.evil"))),
        ("iss list", house.with_claim("iss", json!([ISSUER, "evil"]))),
        ("aud missing", house.without("aud")),
        ("aud other", house.with_claim("aud", json!("houndplan/v2"))),
        ("aud null", house.with_claim("aud", Value::Null)),
        ("aud list", house.with_claim("aud", json!([AUDIENCE, "evil"]))),
        ("aud number", house.with_claim("aud", json!(1))),
        ("sub missing", house.without("sub")),
        ("sub of another", house.with_claim("sub", json!("owner:1"))),
        ("role unknown", house.with_claim("role", json!("root"))),
        ("role list", house.with_claim("role", json!(["owner"]))),
        ("role missing", house.without("role")),
        ("mode missing", house.without("mode")),
        ("jti missing", house.without("jti")),
        ("jti text", house.with_claim("jti", json!("1"))),
        ("claims list", sign(&house.key, &header.to_string(), "[]")),
        ("claims deep", sign(&house.key, &header.to_string(), &"[".repeat(600))),
        ("header list", sign(&house.key, "[]", &claims.to_string())),
    ]
}

fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

#[test]
fn nothing_forged_is_accepted() {
    let house = House::new();
    let forged = [misshapen(&house), persuasive(&house), untrue(&house)].concat();
    assert!(forged.len() >= 60);
    for (name, token) in forged {
        assert_eq!(house.keys.verify(&token), None, "{name}: {token}");
    }
    let good = house.signed(&house.header(), &house.claims());
    for place in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[place] = if bytes[place] == b'x' { b'y' } else { b'x' };
        let mutated = String::from_utf8(bytes).expect("ASCII");
        assert_eq!(house.keys.verify(&mutated), None, "symbol {place}");
    }
}

#[test]
fn the_key_is_made_once_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("signing.key");
    let first = Keyring::load_or_create(&path).expect("a new key");
    let again = Keyring::load_or_create(&path).expect("the same key");
    assert_eq!(first.fingerprint(), again.fingerprint());
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let pem = std::fs::read_to_string(&path).expect("PEM");
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(Keyring::from_text(&bare).expect("base64").fingerprint(), first.fingerprint());
    for bad in ["", "hunter2", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert!(Keyring::from_text(bad).is_err(), "{bad}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).expect("entries").count(), 1);
}
