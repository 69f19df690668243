//! What is kept locked in the ledger: secrets that other parties chose and that must be read again.
//! Sealed with ChaCha20-Poly1305 (RFC 8439) under a key that follows from the signing key, or under one of its
//! own once keys were rotated; neither is ever in the database, so a copy of the database alone opens nothing.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::num::NonZeroU32;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;

/// Stands before every sealed text, so that a later way of sealing can be told from this one. The name of
/// the key follows, so that what an older key sealed is known without trying.
const MARK: &str = "v1:";

/// What OWASP's password storage cheat sheet asks of PBKDF2 with HMAC-SHA256.
const PASSPHRASE_ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("not 0");

/// Seals and opens secrets: seals with the newest of its keys, opens with whichever a text names.
#[derive(Clone)]
pub struct Vault {
    /// Follows from the signing key; the newest until keys are rotated.
    derived: Key,
    rotated: Rotated,
}

/// Keys that came after.
#[derive(Clone)]
enum Rotated {
    None,
    /// In a file, one a line as hexadecimal, the newest last. Read each time, for another process may rotate; a file
    /// that is not there holds none.
    File(Arc<PathBuf>),
    /// Given by the operator, the newest last.
    Given(Arc<[Key]>),
}

/// A key and its name.
#[derive(Clone)]
struct Key {
    name: String,
    bytes: [u8; 32],
}

/// Why something was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The system gives no randomness, or the key is no key: a fault of the machine.
    #[error("the secret cannot be sealed")]
    Sealing,
    /// Sealed with another signing key, for another place, or damaged.
    #[error("the secret was sealed with another signing key; enter it again")]
    Opening,
    /// The file of keys cannot be read or written, or holds something else.
    #[error("the file of keys for secrets cannot be used")]
    Keys,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Key {
    fn new(bytes: [u8; 32]) -> Self {
        // Four bytes of a hash tell keys apart and nothing of the key.
        let hash = ring::digest::digest(&ring::digest::SHA256, &[b"houndplan vault key name".as_slice(), &bytes].concat());
        Self { name: hex::encode(hash.as_ref().get(..4).unwrap_or_default()), bytes }
    }

    fn cipher(&self) -> Result<LessSafeKey, VaultError> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.bytes).map(LessSafeKey::new).map_err(|_| VaultError::Sealing)
    }
}

impl Vault {
    /// The vault that this key opens.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { derived: Key::new(key), rotated: Rotated::None }
    }

    /// The same, which from now on seals with the last of `keys` and still opens what the others sealed.
    #[must_use]
    pub fn with_keys(self, keys: &[[u8; 32]]) -> Self {
        Self { rotated: Rotated::Given(keys.iter().map(|key| Key::new(*key)).collect()), ..self }
    }

    /// The same, whose further keys are in the file at `path`.
    #[must_use]
    pub fn with_file(self, path: PathBuf) -> Self {
        Self { rotated: Rotated::File(Arc::new(path)), ..self }
    }

    /// The keys, the newest last.
    fn keys(&self) -> Result<Vec<Key>, VaultError> {
        let mut keys = vec![self.derived.clone()];
        match &self.rotated {
            Rotated::None => {}
            Rotated::Given(given) => keys.extend(given.iter().cloned()),
            Rotated::File(path) => keys.extend(keys_in(path)?.iter().map(|key| Key::new(*key))),
        }
        Ok(keys)
    }

    /// The name of the key that this vault seals with.
    ///
    /// # Errors
    /// When the file of keys cannot be read.
    pub fn newest(&self) -> Result<String, VaultError> {
        self.keys()?.last().map(|key| key.name.clone()).ok_or(VaultError::Keys)
    }

    /// What every text begins with that the key of this name sealed.
    #[must_use]
    pub fn mark_of(name: &str) -> String {
        format!("{MARK}{name}:")
    }

    /// Seals again what an older key sealed for `place`; none if the newest sealed it.
    ///
    /// # Errors
    /// When it does not open, or cannot be sealed.
    pub fn renew(&self, place: &str, sealed: &str) -> Result<Option<String>, VaultError> {
        if sealed.starts_with(&Self::mark_of(&self.newest()?)) {
            return Ok(None);
        }
        self.open(place, sealed).and_then(|secret| self.seal(place, &secret)).map(Some)
    }

    /// The vault that a passphrase opens; `salt` is another one each time and no secret.
    #[must_use]
    pub fn of_passphrase(passphrase: &str, salt: &[u8]) -> Self {
        let mut key = [0_u8; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, PASSPHRASE_ROUNDS, salt, passphrase.as_bytes(), &mut key);
        Self::new(key)
    }

    /// Seals `secret` for `place`, such as the row it will stand in: elsewhere it does not open.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, place: &str, secret: &str) -> Result<String, VaultError> {
        // A key seals a few secrets a year; random nonces of 96 bits meet after 2^32 (RFC 8439 §4).
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Sealing)?;
        let mut keys = self.keys()?;
        let key = keys.pop().ok_or(VaultError::Keys)?;
        let mut sealed = secret.as_bytes().to_vec();
        let named = Nonce::assume_unique_for_key(nonce);
        key.cipher()?.seal_in_place_append_tag(named, Aad::from(place), &mut sealed).map_err(|_| VaultError::Sealing)?;
        Ok(format!("{}{}", Self::mark_of(&key.name), STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what [`Self::seal`] sealed for `place`.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or is damaged.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, VaultError> {
        let (name, text) = sealed.strip_prefix(MARK).and_then(|rest| rest.split_once(':')).ok_or(VaultError::Opening)?;
        let key = self.keys()?.into_iter().find(|key| key.name == name).ok_or(VaultError::Opening)?;
        let bytes = STANDARD.decode(text).map_err(|_| VaultError::Opening)?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Opening)?;
        let mut secret = rest.to_vec();
        let named = Nonce::assume_unique_for_key(*nonce);
        let opened = key.cipher()?.open_in_place(named, Aad::from(place), &mut secret).map_err(|_| VaultError::Opening)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::Opening)
    }
}

/// The keys in the file at `path`, the newest last; none if there is no such file.
fn keys_in(path: &Path) -> Result<Vec<[u8; 32]>, VaultError> {
    match fs::read_to_string(path) {
        Ok(text) => parse_keys(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(_) => Err(VaultError::Keys),
    }
}

/// Keys as hexadecimal, separated by white space, the newest last.
///
/// # Errors
/// When something among them is no key of 32 bytes.
pub fn parse_keys(text: &str) -> Result<Vec<[u8; 32]>, VaultError> {
    let key = |word: &str| hex::decode(word).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or(VaultError::Keys);
    text.split_whitespace().map(key).collect()
}

/// Adds a key to the file at `path`, if the last rotation is over; returns whether one was added, for one that was
/// interrupted goes on with the key it made.
///
/// # Errors
/// When the file cannot be read or written, or the system gives no randomness.
pub fn begin_rotation(path: &Path) -> Result<bool, VaultError> {
    let marker = path.with_extension("rotating");
    let begins = !marker.exists();
    if begins {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(|_| VaultError::Sealing)?;
        write_keys(&marker, &[key])?;
    }
    // The key stands in the marker first: whenever this was interrupted, the same one is added.
    let (mut keys, added) = (keys_in(path)?, keys_in(&marker)?);
    if !keys.ends_with(&added) {
        keys.extend(added);
        write_keys(path, &keys)?;
    }
    Ok(begins)
}

/// Drops all keys but the newest from the file at `path`: nothing is sealed with them any more.
///
/// # Errors
/// When the file cannot be read or written.
pub fn end_rotation(path: &Path) -> Result<(), VaultError> {
    let keys = keys_in(path)?;
    write_keys(path, keys.last().map_or(&[][..], std::slice::from_ref))?;
    fs::remove_file(path.with_extension("rotating")).map_err(|_| VaultError::Keys)
}

/// Writes a file whole or not at all, for its owner's eyes only.
fn write_keys(path: &Path, keys: &[[u8; 32]]) -> Result<(), VaultError> {
    let text: String = keys.iter().map(|key| format!("{}\n", hex::encode(key))).collect();
    let draft = path.with_extension("new");
    let wrong = |_| VaultError::Keys;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(wrong)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)?;
    fs::rename(&draft, path).map_err(wrong)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(wrong)
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
    fn a_rotated_vault_opens_what_older_keys_sealed_and_renews_it() {
        let old = Vault::new([7; 32]);
        let sealed = old.seal("a", "secret").expect("sealed");
        let new = old.clone().with_keys(&[[8; 32], [9; 32]]);
        assert_eq!(new.open("a", &sealed).as_deref(), Ok("secret"));
        let again = new.renew("a", &sealed).expect("sealed").expect("again");
        assert_eq!(new.renew("a", &again), Ok(None));
        assert_eq!(old.open("a", &again), Err(VaultError::Opening));
        assert_eq!(Vault::new([9; 32]).open("a", &again).as_deref(), Ok("secret"));
        assert_eq!(new.renew("b", &sealed), Err(VaultError::Opening));
    }

    #[test]
    fn a_rotation_that_was_interrupted_goes_on_with_the_key_it_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault.key");
        let vault = Vault::new([7; 32]).with_file(path.clone());
        let before = vault.seal("a", "secret").expect("sealed");
        assert_eq!(begin_rotation(&path), Ok(true));
        let name = vault.newest();
        assert_eq!(begin_rotation(&path), Ok(false));
        assert_eq!(vault.newest(), name);
        let after = vault.renew("a", &before).expect("sealed").expect("again");
        end_rotation(&path).expect("over");
        assert_eq!(begin_rotation(&path), Ok(true));
        assert_ne!(vault.newest(), name);
        assert_eq!(vault.open("a", &after).as_deref(), Ok("secret"));
        end_rotation(&path).expect("over");
        assert_eq!(vault.open("a", &after), Err(VaultError::Opening), "its key is gone");
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
        for bad in ["", "v1:", "v1:AAAA", "v1:00000000:AAAA", "v2:AAAA"] {
            assert_eq!(vault.open("a", bad), Err(VaultError::Opening), "{bad:?}");
        }
    }
}
