//! DKIM (RFC 6376): a signature by which a receiver knows that the letter is the shop's and unchanged.
//!
//! With RSA, because large receivers do not verify Ed25519 (RFC 8463), and with both where the key
//! file holds both. lettre's own signer is not used: it can sign only once, and its `rsa` leaks
//! private keys by timing (RUSTSEC-2023-0071); ring does not.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

use super::smtp::Secret;

/// What is signed where it is there. The first three are named once more than they occur, so that
/// nobody can add a second one (RFC 6376 §8.15).
const SIGNED: [&str; 13] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
    "Auto-Submitted",
];
const OVERSIGNED: usize = 3;

/// RFC 5322 §2.1.1 recommends 78 characters a line; this leaves room for the tab.
const FOLD: usize = 72;

/// What follows the selector for the Ed25519 key: each key has a DNS record of its own.
const ED25519_SUFFIX: &str = "-ed";

/// How letters are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimSettings {
    /// The domain that signs, that of the sender's address or above it.
    pub domain: String,
    /// Which of the domain's keys: `<selector>._domainkey.<domain>` holds the public one.
    pub selector: String,
    /// One RSA key of at least 2048 bits in PEM, and optionally one Ed25519 key (PKCS #8) behind it.
    pub keys: Secret,
}

/// How a key signs.
type Signing<'a> = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + 'a;

/// A signer with its keys.
pub struct Dkim {
    domain: String,
    selector: String,
    rsa: RsaKeyPair,
    ed25519: Option<Ed25519KeyPair>,
    random: SystemRandom,
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dkim({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Dkim {
    /// A signer after `settings`.
    ///
    /// # Errors
    /// When domain or selector are none, or the file does not hold one RSA key of 2048 bits or more.
    pub fn new(settings: &DkimSettings) -> Result<Self, String> {
        let named =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        if !named(&settings.domain) || !named(&settings.selector) {
            return Err("the DKIM domain and selector must be names in DNS, such as shop.example and hound".to_owned());
        }
        let (mut rsa, mut ed25519) = (None, None);
        for (label, der) in pem_blocks(settings.keys.reveal()) {
            let key = if label == "RSA PRIVATE KEY" { RsaKeyPair::from_der(&der) } else { RsaKeyPair::from_pkcs8(&der) };
            match (key, Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)) {
                (Ok(key), _) => rsa = Some(key),
                (_, Ok(key)) => ed25519 = Some(key),
                (Err(why), _) => return Err(format!("a DKIM key cannot be used: {why}")),
            }
        }
        let rsa = rsa.ok_or("the DKIM key file holds no RSA key; make one with: openssl genrsa 2048")?;
        let DkimSettings { domain, selector, .. } = settings.clone();
        Ok(Self { domain, selector, rsa, ed25519, random: SystemRandom::new() })
    }

    /// The message with its signatures in front. Its lines end in CRLF.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let text = String::from_utf8_lossy(message);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let body_hash = BASE64.encode(Sha256::digest(relaxed_body(body)));
        let headers = headers(head);
        let mut signed = Vec::with_capacity(message.len() + 1_024);
        let mut one = |algorithm: &str, selector: &str, sign: &Signing<'_>| {
            let (names, covered) = covered(&headers);
            let bare = format!(
                "v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n\ts={selector}; bh={body_hash};\r\n\th={};\r\n\tb=",
                self.domain,
                names.join(":\r\n\t ")
            );
            let input = format!("{covered}{}", relaxed_header("DKIM-Signature", &bare).trim_end_matches("\r\n"));
            let signature = BASE64.encode(sign(input.as_bytes())?);
            signed.extend_from_slice(format!("DKIM-Signature: {bare}{}\r\n", folded(&signature)).as_bytes());
            Ok::<(), String>(())
        };
        one("rsa-sha256", &self.selector, &|input| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            let made = self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut signature);
            made.map(|()| signature).map_err(|_| "the letter could not be signed".to_owned())
        })?;
        if let Some(key) = &self.ed25519 {
            let selector = format!("{}{ED25519_SUFFIX}", self.selector);
            // RFC 8463 §3: Ed25519 signs the hash.
            one("ed25519-sha256", &selector, &|input| Ok(key.sign(&Sha256::digest(input)).as_ref().to_vec()))?;
        }
        signed.extend_from_slice(message);
        Ok(signed)
    }

    /// The DNS records to publish: name and text.
    #[must_use]
    pub fn records(&self) -> Vec<(String, String)> {
        let name = |suffix: &str| format!("{}{suffix}._domainkey.{}", self.selector, self.domain);
        let rsa = BASE64.encode(subject_public_key(self.rsa.public().as_ref()));
        let mut records = vec![(name(""), format!("v=DKIM1; k=rsa; p={rsa}"))];
        records.extend(
            self.ed25519
                .as_ref()
                .map(|key| (name(ED25519_SUFFIX), format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(key.public_key().as_ref())))),
        );
        records
    }
}

/// The labelled contents of a PEM file.
fn pem_blocks(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let Some((label, rest)) = block.split_once("-----") else { continue };
        let Some((content, _)) = rest.split_once("-----END ") else { continue };
        let plain: String = content.split_whitespace().collect();
        blocks.extend(BASE64.decode(plain).ok().map(|der| (label.to_owned(), der)));
    }
    blocks
}

/// The headers in their order, folds and all.
fn headers(head: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name, value.to_owned()));
        }
    }
    found
}

/// The names that are signed, and the headers they stand for as they are hashed.
fn covered(headers: &[(&str, String)]) -> (Vec<&'static str>, String) {
    let mut names = Vec::new();
    let mut hashed = String::new();
    for wanted in SIGNED {
        // Of several the last is meant first (§5.4.2); our letters have one of each.
        if let Some((_, value)) = headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(wanted)) {
            names.push(wanted);
            hashed.push_str(&relaxed_header(wanted, value));
        }
    }
    names.extend(SIGNED.iter().take(OVERSIGNED));
    (names, hashed)
}

/// §3.4.2: the name in lower case, the value on one line with single spaces.
fn relaxed_header(name: &str, value: &str) -> String {
    let value = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    format!("{}:{value}\r\n", name.to_ascii_lowercase())
}

/// §3.4.4: single spaces, none at a line's end, no empty lines at the end.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len() + 2);
    for line in body.split("\r\n") {
        let mut space = false;
        for letter in line.trim_end_matches([' ', '\t']).chars() {
            let blank = matches!(letter, ' ' | '\t');
            if !blank {
                relaxed.push(letter);
            } else if !space {
                relaxed.push(' ');
            }
            space = blank;
        }
        relaxed.push_str("\r\n");
    }
    let end = relaxed.trim_end_matches("\r\n").len();
    relaxed.truncate(end);
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

fn folded(base64: &str) -> String {
    let mut folded = String::with_capacity(base64.len() + 16);
    for (place, letter) in base64.chars().enumerate() {
        if place > 0 && place.is_multiple_of(FOLD) {
            folded.push_str("\r\n\t ");
        }
        folded.push(letter);
    }
    folded
}

/// A PKCS #1 public key as a SubjectPublicKeyInfo (RFC 5280 §4.1), which is what DNS holds.
fn subject_public_key(pkcs1: &[u8]) -> Vec<u8> {
    /// SEQUENCE { OID rsaEncryption, NULL }.
    const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits: Vec<u8> = std::iter::once(0).chain(pkcs1.iter().copied()).collect();
    let inside: Vec<u8> = RSA.into_iter().chain(tagged(0x03, &bits)).collect();
    tagged(0x30, &inside)
}

/// DER: tag, length, content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut der = vec![tag];
    match significant.as_slice() {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_are_canonical_as_it_says() {
        // RFC 6376 §3.4.5.
        assert_eq!(relaxed_header("A", " X"), "a:X\r\n");
        assert_eq!(relaxed_header("B ".trim_end(), " Y\t\r\n\tZ  "), "b:Y Z\r\n");
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(relaxed_body("no end"), "no end\r\n");
    }

    #[test]
    fn keys_are_taken_from_their_file_and_no_other_thing() {
        let settings = |keys: &str| DkimSettings {
            domain: "shop.example".to_owned(),
            selector: "hound".to_owned(),
            keys: Secret::new(keys),
        };
        assert!(Dkim::new(&settings("")).expect_err("no key").contains("openssl"));
        assert!(Dkim::new(&settings("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")).is_err());
        assert!(Dkim::new(&DkimSettings { domain: "shop example".to_owned(), ..settings("") }).is_err());
        assert_eq!(tagged(0x30, &[0; 300])[..4], [0x30, 0x82, 0x01, 0x2c]);
    }
}
