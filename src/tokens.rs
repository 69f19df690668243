//! The installation's signing key, and the tokens made and checked with it (RFC 7519, EdDSA).

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::id::{ReferrerId, TokenId};
use crate::domain::instant::Instant;
use crate::domain::login::LinkKey;
use crate::domain::principal::{Mode, Principal, Role};
use crate::domain::signal::MarkKey;
use crate::vault::Vault;

/// Who made the token.
const ISSUER: &str = "houndplan";

/// Whom it is for: only this API reads it.
const AUDIENCE: &str = "houndplan/v1";

/// RFC 9068 §2.1: says that this is an access token, so that nothing else signed with the key can pass for one.
const TYPE: &str = "at+jwt";

/// Clocks of two machines may differ by this much, in seconds.
const LEEWAY_SECONDS: u64 = 5;

/// A token has about 400 bytes; longer ones are not looked at.
const TOKEN_MAX: usize = 2_048;

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub String);

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: TokenId,
    role: Role,
    mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    referrer_id: Option<ReferrerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

/// The keys of this installation: one that signs, and those that are trusted by their `kid`.
pub struct Keyring {
    kid: String,
    fingerprint: String,
    signing: EncodingKey,
    seed: [u8; 32],
    vault: Option<Vault>,
    trusted: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({})", self.kid)
    }
}

impl Claims {
    /// The claims of a new token.
    #[must_use]
    pub fn new(principal: &Principal, now: Instant, expires_at: Instant) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: principal.actor(),
            exp: expires_at.seconds(),
            nbf: now.seconds(),
            iat: now.seconds(),
            jti: principal.token_id,
            role: principal.role,
            mode: principal.mode,
            source: principal.source.clone(),
            referrer_id: principal.referrer_id,
            origin: principal.origin.clone(),
        }
    }

    /// Whoever holds the token.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal {
            token_id: self.jti,
            role: self.role,
            mode: self.mode,
            source: self.source.clone(),
            referrer_id: self.referrer_id,
            origin: self.origin.clone(),
        }
    }

    /// The first second in which the token is no longer valid.
    #[must_use]
    pub const fn expires_at_seconds(&self) -> i64 {
        self.exp
    }
}

impl Keyring {
    /// Reads the key from PEM (PKCS #8) or from its DER in base64.
    ///
    /// # Errors
    /// When `text` is no Ed25519 key.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError("the signing key is not an Ed25519 private key in PKCS #8 (PEM, or DER in base64)".to_owned());
        let text = text.trim();
        let pem = if text.starts_with("-----") {
            text.to_owned()
        } else {
            let bare: String = text.split_whitespace().collect();
            let lines: Vec<&str> = bare.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
        };
        SigningKey::from_pkcs8_pem(&pem).map_err(|_| wrong()).and_then(|key| Self::from_key(&key))
    }

    /// Reads the key from a file, which is made with a new key if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds no key.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let fault = |error: std::io::Error| KeyError(format!("cannot use the signing key {}: {error}", path.display()));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text).map_err(|error| KeyError(format!("{}: {error}", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                create(path)?;
                std::fs::read_to_string(path).map_err(fault).and_then(|text| Self::from_text(&text))
            }
            Err(error) => Err(fault(error)),
        }
    }

    fn from_key(key: &SigningKey) -> Result<Self, KeyError> {
        let public = key.verifying_key();
        let fingerprint = hex::encode(Sha256::digest(public.as_bytes()));
        let kid: String = fingerprint.chars().take(16).collect();
        let der = key.to_pkcs8_der().map_err(|error| KeyError(format!("the signing key cannot be encoded: {error}")))?;
        let trusted = HashMap::from([(kid.clone(), DecodingKey::from_ed_der(public.as_bytes()))]);
        let signing = EncodingKey::from_ed_der(der.as_bytes());
        Ok(Self { kid, fingerprint, signing, seed: key.to_bytes(), vault: None, trusted, validation: validation() })
    }

    /// Names the key without telling it: SHA-256 of the public half, as hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What seals the secrets of others.
    #[must_use]
    pub fn vault(&self) -> Vault {
        self.vault.clone().unwrap_or_else(|| Vault::new(self.derive(b"houndplan vault v1")))
    }

    /// The same keyring, whose vault has more keys.
    #[must_use]
    pub fn with_vault(mut self, change: impl FnOnce(Vault) -> Vault) -> Self {
        self.vault = Some(change(self.vault()));
        self
    }

    /// What marks addresses and payments.
    #[must_use]
    pub fn marks(&self) -> MarkKey {
        MarkKey::new(self.derive(b"marks\x01"))
    }

    /// What signs the links that let people in.
    #[must_use]
    pub fn links(&self) -> LinkKey {
        LinkKey::new(self.derive(b"links\x01"))
    }

    /// A key for another purpose, that tells nothing of this one (RFC 5869 §3.2): HMAC-SHA256 under it.
    fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length; the branch for one it refuses is never taken.
        let mac = Hmac::<Sha256>::new_from_slice(&self.seed);
        mac.map(|mac| mac.chain_update(purpose).finalize().into_bytes().into()).unwrap_or_default()
    }

    /// Signs a token.
    ///
    /// # Errors
    /// When the key does not sign, which would be a fault of the library.
    pub fn mint(&self, claims: &Claims) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(|error| KeyError(format!("cannot sign the token: {error}")))
    }

    /// The claims of a token that this installation made and that is valid now; whether it was
    /// revoked is the ledger's to say. None whatever is wrong: the caller learns no more.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Claims> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        // Keys, certificates and extensions named by the token itself are never followed (RFC 8725 §3.10).
        let plain = header.jku.is_none()
            && header.jwk.is_none()
            && header.x5u.is_none()
            && header.x5c.is_none()
            && header.crit.is_none()
            && header.cty.is_none()
            && header.zip.is_none()
            && header.enc.is_none()
            && header.extras.inner().is_empty();
        if !plain || header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
            return None;
        }
        let key = self.trusted.get(header.kid.as_deref()?)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        (claims.sub == claims.principal().actor()).then_some(claims)
    }
}

/// The one place that says when a token holds. The library's defaults let a token without audience
/// pass, allow 60 s and do not look at `nbf`.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY_SECONDS;
    validation
}

/// Writes a new key beside `path` and links it there: of two processes that start together one wins,
/// and nobody reads half a key.
fn create(path: &Path) -> Result<(), KeyError> {
    let fault = |error: &dyn std::fmt::Display| KeyError(format!("cannot make the signing key {}: {error}", path.display()));
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|error| fault(&error))?;
    let pem = SigningKey::from_bytes(&seed).to_pkcs8_pem(LineEnding::LF).map_err(|error| fault(&error))?;
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(|error| fault(&error))?;
    file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| fault(&error))?;
    let linked = std::fs::hard_link(&draft, path);
    // The draft is only litter now.
    drop(std::fs::remove_file(&draft));
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(fault(&error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
