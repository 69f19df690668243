//! A reader of DKIM signatures that shares nothing with the signer but RFC 6376 and the records the doctor
//! prints: it works on lines, from the signature back to what it covers.
#![cfg(test)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// What DNS holds, by name.
pub(super) type Records = BTreeMap<String, String>;

/// The records in the doctor's words: `… DNS must hold NAME TXT "…"`.
pub(super) fn records(said: &str) -> Records {
    let record = |line: &str| {
        let (_, rest) = line.split_once("DNS must hold ")?;
        let (name, text) = rest.split_once(" TXT ")?;
        Some((name.to_owned(), text.trim_matches('"').to_owned()))
    };
    said.lines().filter_map(record).collect()
}

/// `tag=value; tag=value`, without any space inside the values.
fn tags(text: &str) -> BTreeMap<String, String> {
    let bare = |text: &str| text.chars().filter(|sign| !sign.is_ascii_whitespace()).collect::<String>();
    text.split(';').filter_map(|part| part.split_once('=')).map(|(tag, value)| (bare(tag), bare(value))).collect()
}

/// Header lines with their folds, as they stand.
fn header_lines(head: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in head.split_inclusive("\r\n") {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn name_of(line: &str) -> String {
    line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn relaxed(line: &str) -> String {
    let (name, value) = line.split_once(':').expect("a header");
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    format!("{}:{}", name.trim().to_ascii_lowercase(), words.join(" "))
}

fn body_hash(body: &str) -> String {
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let indent = if line.starts_with([' ', '\t']) { " " } else { "" };
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.is_empty() { String::new() } else { format!("{indent}{}", words.join(" ")) }
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let whole: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    BASE64.encode(Sha256::digest(whole))
}

/// The names the first signature covers.
pub(super) fn signed_names(letter: &str) -> Vec<String> {
    let (head, _) = letter.split_once("\r\n\r\n").expect("a body");
    let lines = header_lines(head);
    let signature = lines.iter().find(|line| name_of(line) == "dkim-signature").expect("a signature");
    let tags = tags(signature.split_once(':').expect("a header").1);
    tags["h"].split(':').map(str::to_owned).map(|name| name.to_ascii_lowercase()).collect()
}

/// The algorithms of all signatures, when each of them holds.
pub(super) fn verify(letter: &str, records: &Records) -> Result<Vec<String>, String> {
    assert!(!letter.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    let (head, body) = letter.split_once("\r\n\r\n").ok_or("no body")?;
    let head = format!("{head}\r\n");
    let lines = header_lines(&head);
    let mut verified = Vec::new();
    for signature in lines.iter().filter(|line| name_of(line) == "dkim-signature") {
        let tags = tags(signature.split_once(':').ok_or("no header")?.1);
        if tags["bh"] != body_hash(body) {
            return Err("the body was changed".to_owned());
        }
        // Named twice means twice there, from the last to the first; what is not there counts as nothing.
        let mut left: Vec<&String> = lines.iter().collect();
        let mut input = String::new();
        for name in tags["h"].split(':') {
            if let Some(place) = left.iter().rposition(|line| name_of(line) == name.to_ascii_lowercase()) {
                input.push_str(&format!("{}\r\n", relaxed(left.remove(place))));
            }
        }
        let start = signature.rfind("b=").ok_or("no signature")?;
        input.push_str(&relaxed(&signature[..start + 2]));
        let name = format!("{}._domainkey.{}", tags["s"], tags["d"]);
        let record = super::dkim::tags(records.get(&name).ok_or(format!("no record {name}"))?);
        let key = BASE64.decode(&record["p"]).map_err(|fault| fault.to_string())?;
        let given = BASE64.decode(&tags["b"]).map_err(|fault| fault.to_string())?;
        let held = match (tags["a"].as_str(), record["k"].as_str()) {
            // A SubjectPublicKeyInfo of 2048 bits: 24 bytes, then the PKCS #1 key.
            ("rsa-sha256", "rsa") => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key[24..]).verify(input.as_bytes(), &given)
            }
            ("ed25519-sha256", "ed25519") => UnparsedPublicKey::new(&ED25519, &key).verify(&Sha256::digest(&input), &given),
            other => return Err(format!("{other:?} is no algorithm")),
        };
        held.map_err(|_| format!("the signature of {} does not hold", tags["s"]))?;
        verified.push(tags["a"].clone());
    }
    Ok(verified)
}
