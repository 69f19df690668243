//! Passwords: Argon2id (RFC 9106) with the least that OWASP's password storage cheat sheet asks for, 19 MiB and
//! two rounds, so that a small machine signs people in while it sells.

use std::collections::BTreeSet;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use unicode_normalization::UnicodeNormalization;

/// NIST SP 800-63B §3.1.1.2 wants fifteen characters of a password that stands alone and eight beside another
/// factor; between them, for a shop owner at her till.
pub const LENGTH_MIN: usize = 10;

/// A longer one is no password but a flood, in bytes.
pub const LENGTH_MAX: usize = 256;

/// Fewer different characters are a finger that lay on a key.
const DISTINCT_MIN: usize = 5;

/// Why a password cannot be kept: the system gives no randomness, or the library refuses its input.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct PasswordError(String);

/// What is wrong with a password that somebody wants to have (NIST SP 800-63B §3.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`LENGTH_MIN`] characters.
    Short,
    /// More than [`LENGTH_MAX`] bytes.
    Long,
    /// Hardly any different characters.
    Monotonous,
    /// Among the first that anybody tries.
    Common,
    /// The name of the person, the shop or the service, or the mail address.
    Named,
}

/// What others have too; compared without what stands at the ends beside letters, so that `Password2026!` is among
/// them. Of the rows of keys any part counts.
const COMMON: [&str; 22] = [
    "password",
    "passwort",
    "kennwort",
    "geheim",
    "secret",
    "iloveyou",
    "ichliebedich",
    "letmein",
    "welcome",
    "willkommen",
    "administrator",
    "admin",
    "changeme",
    "superman",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "hallohallo",
    "schatz",
    "qwerty",
    "houndplan",
];

const ROWS: [&str; 7] = [
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// What is wrong with `password`; `names` are those of its person and surroundings.
#[must_use]
pub fn weakness(password: &str, names: &[&str]) -> Option<Weakness> {
    if password.len() > LENGTH_MAX {
        return Some(Weakness::Long);
    }
    let signs: Vec<char> = password.nfc().flat_map(char::to_lowercase).collect();
    if password.nfc().count() < LENGTH_MIN {
        return Some(Weakness::Short);
    }
    if signs.iter().collect::<BTreeSet<&char>>().len() < DISTINCT_MIN {
        return Some(Weakness::Monotonous);
    }
    let lower: String = signs.into_iter().collect();
    let bare = lower.trim_matches(|sign: char| !sign.is_alphabetic());
    if COMMON.contains(&bare) || ROWS.iter().any(|row| row.contains(&lower)) {
        return Some(Weakness::Common);
    }
    let plain = |text: &str| text.nfc().flat_map(char::to_lowercase).filter(|sign| sign.is_alphanumeric()).collect::<String>();
    let (own, core) = (plain(&lower), plain(bare));
    let named = names.iter().map(|name| plain(name)).any(|name| !name.is_empty() && (name == own || name == core));
    named.then_some(Weakness::Named)
}

/// What is kept of `password`: a PHC string with a salt of its own. Takes some 30 ms: off the async threads.
///
/// # Errors
/// See [`PasswordError`].
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| PasswordError(error.to_string()))?;
    let fault = |error: argon2::password_hash::Error| PasswordError(error.to_string());
    let salt = SaltString::encode_b64(&bytes).map_err(fault)?;
    Argon2::default().hash_password(prepared(password).as_bytes(), &salt).map(|hash| hash.to_string()).map_err(fault)
}

/// Whether `password` is the one that `kept` was made of. Without one it works as long, so that nobody learns
/// from the time whether an address is known.
#[must_use]
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    let shown = kept.filter(|kept| !kept.is_empty()).unwrap_or(NOBODYS);
    let Ok(parsed) = PasswordHash::new(shown) else { return false };
    if password.len() > LENGTH_MAX {
        return false;
    }
    Argon2::default().verify_password(prepared(password).as_bytes(), &parsed).is_ok() && shown != NOBODYS
}

/// A telephone writes ü as one character, another machine as two (RFC 8265 §4.2).
fn prepared(password: &str) -> String {
    password.nfc().collect()
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

    #[test]
    fn a_password_is_the_same_on_every_keyboard() {
        let kept = hash("Gr\u{fc}ner Hund").expect("a hash");
        assert!(matches("Gru\u{308}ner Hund", Some(&kept)));
    }

    #[test]
    fn weak_passwords_are_named_by_their_weakness() {
        let names = ["Bea Blum", "bea@blumen.example", "bea", "Blumen Bea"];
        for (password, expected) in [
            ("", Some(Weakness::Short)),
            ("nine char", Some(Weakness::Short)),
            ("ten chars!", None),
            ("a dog named Kuno", None),
            ("aaaaaaaaaaaaaaaa", Some(Weakness::Monotonous)),
            ("1212121212", Some(Weakness::Monotonous)),
            ("Password2026!", Some(Weakness::Common)),
            ("1234567890", Some(Weakness::Common)),
            ("QWERTZUIOP", Some(Weakness::Common)),
            ("BlumenBea", Some(Weakness::Short)),
            ("Blumen Bea", Some(Weakness::Named)),
            ("bea@blumen.example", Some(Weakness::Named)),
            ("Bea Blum 1985", Some(Weakness::Named)),
        ] {
            assert_eq!(weakness(password, &names), expected, "{password}");
        }
        assert_eq!(weakness(&"pässwörter".repeat(30), &names), Some(Weakness::Long));
    }
}
