//! Passwords: Argon2id (RFC 9106) with the least that OWASP's password storage cheat sheet asks for, 19 MiB and
//! two rounds, so that a small machine signs people in while it sells.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::Argon2;

/// NIST SP 800-63B §3.1.1.2 wants fifteen characters of a password that stands alone and eight beside another
/// factor; between them, for a shop owner at her till.
pub const LENGTH_MIN: usize = 10;

/// A longer one is no password but a flood, in bytes.
pub const LENGTH_MAX: usize = 256;

/// Why a password cannot be kept: the system gives no randomness, or the library refuses its input.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct PasswordError(String);

/// What is kept of `password`: a PHC string with a salt of its own. Takes some 30 ms: off the async threads.
///
/// # Errors
/// See [`PasswordError`].
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| PasswordError(error.to_string()))?;
    let fault = |error: argon2::password_hash::Error| PasswordError(error.to_string());
    let salt = SaltString::encode_b64(&bytes).map_err(fault)?;
    Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(fault)
}

/// Whether `password` is the one that `kept` was made of. Without one it works as long, so that nobody learns
/// from the time whether an address is known.
#[must_use]
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    let shown = kept.filter(|kept| !kept.is_empty()).unwrap_or(NOBODYS);
    let Ok(parsed) = PasswordHash::new(shown) else { return false };
    let right = password.len() <= LENGTH_MAX && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && shown != NOBODYS
}

/// A hash of a random text that nobody kept.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$9N8GdTcRyQBkV0/8Fy1HLwlEZmvWhLvJmWbq1YhNxZQ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_matches() {
        let kept = hash("corect horse").expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches("corect horse", Some(&kept)));
        assert!(!matches("correct horse", Some(&kept)));
        assert_ne!(hash("corect horse").expect("another"), kept);
        for nothing in [None, Some(""), Some("not a hash")] {
            assert!(!matches("", nothing) && !matches("corect horse", nothing));
        }
        assert!(PasswordHash::new(NOBODYS).is_ok());
    }
}
