//! What a referrer shares: eight random symbols, or a word of his own.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::field::FieldError;

/// Crockford's base 32: no I, L, O, U, so that nothing is misread on paper or by telephone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Length of a generated code: 40 bits, beyond guessing under a rate limit (OWASP OAT-002).
pub const GENERATED_LEN: usize = 8;

/// A code in its one spelling: `A-Z`, `0-9`, `-` and `_`, 2 to 40 symbols.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

/// What look-alikes share: `O` reads as `0`, `I` and `L` as `1`, separators are not heard at all.
/// Two codes with one skeleton cannot both exist, and lookup goes by skeleton.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Skeleton(String);

impl Code {
    /// Folds what was typed to the one spelling: outer space dropped, ASCII letters raised.
    /// Other scripts are refused rather than folded: their folds are not stable (Spotify, 2013).
    #[must_use]
    pub fn fold(text: &str) -> Option<Self> {
        let folded = text.trim().to_ascii_uppercase();
        let legal = folded.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
        let heard = folded.bytes().filter(u8::is_ascii_alphanumeric).count();
        (legal && heard >= 2 && folded.len() <= 40).then_some(Self(folded))
    }

    /// Parses a code that a request wants to create.
    ///
    /// # Errors
    /// When it cannot be a code.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, FieldError> {
        Self::fold(text).ok_or_else(|| {
            FieldError::new(
                pointer,
                "invalid_code",
                "must be 2 to 40 of the letters A-Z, the digits 0-9, - and _, with two letters or digits",
            )
        })
    }

    /// A code made from eight random bytes.
    #[must_use]
    pub fn generate(random: [u8; GENERATED_LEN]) -> Self {
        Self(random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|symbol| char::from(*symbol)).collect())
    }

    /// The code's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What its look-alikes share.
    #[must_use]
    pub fn skeleton(&self) -> Skeleton {
        let heard = self.0.chars().filter(char::is_ascii_alphanumeric);
        Skeleton(
            heard
                .map(|symbol| match symbol {
                    'O' => '0',
                    'I' | 'L' => '1',
                    other => other,
                })
                .collect(),
        )
    }
}

impl Skeleton {
    /// The skeleton's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn look_alikes_are_one_code() {
        let skeleton = |text| Code::fold(text).map(|code| code.skeleton());
        assert_eq!(skeleton("joe-10"), skeleton("JOEIO"));
        assert_eq!(skeleton(" bill "), skeleton("B111"));
        for bad in ["", "a", "--", "ADMİN", "АВС", "jo\u{200d}e", "jo e", "joe\0", &"x".repeat(41)] {
            assert!(Code::fold(bad).is_none(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,50}") {
            if let Some(code) = Code::fold(&text) {
                prop_assert_eq!(Code::fold(code.as_str()), Some(code));
            }
        }

        #[test]
        fn a_generated_code_is_its_own_fold(random in any::<[u8; 8]>()) {
            let code = Code::generate(random);
            prop_assert_eq!(code.as_str().len(), GENERATED_LEN);
            prop_assert_eq!(Code::fold(code.as_str()), Some(code));
        }
    }
}
