//! What is kept locked in the ledger: secrets that other parties chose and that must be read again.
//! Sealed with ChaCha20-Poly1305 (RFC 8439) under a key that follows from the signing key, which is
//! never in the database; so a copy of the database alone opens nothing.

use std::fmt;
use std::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;

/// Stands before every sealed text, so that a later way of sealing can be told from this one.
const MARK: &str = "v1:";

/// What OWASP's password storage cheat sheet asks of PBKDF2 with HMAC-SHA256.
const PASSPHRASE_ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("not 0");

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault([u8; 32]);

/// Why something was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The system gives no randomness, or the key is no key: a fault of the machine.
    #[error("the secret cannot be sealed")]
    Sealing,
    /// Sealed with another signing key, for another place, or damaged.
    #[error("the secret was sealed with another signing key; enter it again")]
    Opening,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Vault {
    /// The vault that this key opens.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The vault that a passphrase opens; `salt` is another one each time and no secret.
    #[must_use]
    pub fn of_passphrase(passphrase: &str, salt: &[u8]) -> Self {
        let mut key = [0_u8; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, PASSPHRASE_ROUNDS, salt, passphrase.as_bytes(), &mut key);
        Self(key)
    }

    /// Seals `secret` for `place`, such as the row it will stand in: elsewhere it does not open.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, place: &str, secret: &str) -> Result<String, VaultError> {
        // A key seals a few secrets a year; random nonces of 96 bits meet after 2^32 (RFC 8439 §4).
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Sealing)?;
        let mut sealed = secret.as_bytes().to_vec();
        let named = Nonce::assume_unique_for_key(nonce);
        self.key()?.seal_in_place_append_tag(named, Aad::from(place), &mut sealed).map_err(|_| VaultError::Sealing)?;
        Ok(format!("{MARK}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what [`Self::seal`] sealed for `place`.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or is damaged.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, VaultError> {
        let bytes = sealed.strip_prefix(MARK).and_then(|text| STANDARD.decode(text).ok()).ok_or(VaultError::Opening)?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Opening)?;
        let mut secret = rest.to_vec();
        let named = Nonce::assume_unique_for_key(*nonce);
        let opened = self.key()?.open_in_place(named, Aad::from(place), &mut secret).map_err(|_| VaultError::Opening)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::Opening)
    }

    fn key(&self) -> Result<LessSafeKey, VaultError> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.0).map(LessSafeKey::new).map_err(|_| VaultError::Sealing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_own_place_with_its_own_key_only() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal("connection:1", "whsec_äöü").expect("sealed");
        assert_eq!(vault.open("connection:1", &sealed).as_deref(), Ok("whsec_äöü"));
        assert_eq!(vault.open("connection:2", &sealed), Err(VaultError::Opening));
        assert_eq!(Vault::new([8; 32]).open("connection:1", &sealed), Err(VaultError::Opening));
        assert_ne!(vault.seal("connection:1", "whsec_äöü").expect("sealed"), sealed, "a nonce is used once");
        assert!(!sealed.contains("whsec") && format!("{vault:?}") == "***");
    }

    #[test]
    fn what_is_damaged_stays_shut() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal("a", "secret").expect("sealed");
        for place in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] ^= 1;
            let damaged = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(vault.open("a", &damaged), Err(VaultError::Opening), "{place}");
        }
        for bad in ["", "v1:", "v1:AAAA", "v2:AAAA"] {
            assert_eq!(vault.open("a", bad), Err(VaultError::Opening), "{bad:?}");
        }
    }
}
