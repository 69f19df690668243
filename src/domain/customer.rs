//! A person in the customer file, and the keys the shop knows him by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::{FieldError, not_ahead, short_text};
use super::instant::Instant;
use super::locale::Locale;

/// Free words of the shop, at most 20, kept and returned unchanged.
pub type Metadata = BTreeMap<String, String>;

/// The most entries of the shop's own words.
pub const METADATA_MAX: usize = 20;

const METADATA_VALUE_MAX: usize = 500;

/// What kind of key names a customer. The order is the order of trust: an `external_id` beats an e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// The storefront's own id of the customer, unique within its source.
    ExternalId,
    /// An e-mail address; belongs to the person, not to a source.
    Email,
    /// A telephone number; belongs to the person, not to a source.
    Phone,
}

/// A normalised key: equal values mean the same customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKey {
    /// Which kind.
    pub kind: KeyKind,
    /// The storefront of an `external_id`; empty for e-mail and phone.
    pub source: String,
    /// The normalised value.
    pub value: String,
}

/// What a request says about a customer, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFacts {
    /// Normalised keys with the text as it was sent, the most trusted first.
    pub keys: Vec<(CustomerKey, String)>,
    /// The name as it was sent.
    pub name: Option<String>,
    /// When the shop first sold to this customer, before the service knew him.
    pub first_order_at: Option<Instant>,
    /// How many orders the shop had from this customer before the service knew him.
    pub orders_before: Option<i64>,
    /// The language he wants letters in.
    pub locale: Option<Locale>,
    /// The shop's own words.
    pub metadata: Option<Metadata>,
}

impl CustomerFacts {
    /// Checks that what is said of the past has been; `pointer` is where the facts stand.
    ///
    /// # Errors
    /// When a time is more than five minutes after `now`.
    pub fn check_times(&self, pointer: &str, now: Instant) -> Result<(), FieldError> {
        self.first_order_at.map_or(Ok(()), |at| not_ahead(&format!("{pointer}/first_order_at"), at, now))
    }
}

impl CustomerKey {
    /// The key of the storefront's own customer id.
    ///
    /// # Errors
    /// When the text is empty, too long or holds control characters.
    pub fn external_id(pointer: &str, source: &str, text: &str) -> Result<Self, FieldError> {
        short_text(pointer, text)?;
        Ok(Self { kind: KeyKind::ExternalId, source: source.to_owned(), value: text.to_owned() })
    }

    /// The key of an e-mail address: compared without regard to case.
    ///
    /// # Errors
    /// When it is no address of RFC 5321 that can be written to (quoted local parts, comments and
    /// address literals are refused: no storefront sends them and mail headers misread them).
    pub fn email(pointer: &str, text: &str) -> Result<Self, FieldError> {
        short_text(pointer, text)?;
        let fault = || FieldError::new(pointer, "invalid_email", "is not an e-mail address such as anna@example.com");
        let options = email_address::Options::default().with_required_tld().without_domain_literal().without_display_text();
        let address = email_address::EmailAddress::parse_with_options(text, options).map_err(|_| fault())?;
        // RFC 5322 lets a domain hold almost any sign; a host's name is letters, digits and hyphens.
        let named = |sign: char| sign.is_alphanumeric() || sign == '-' || sign == '.';
        if !address.domain().chars().all(named) || address.local_part().contains(['"', '\\', ' ']) || text.chars().count() > 254 {
            return Err(fault());
        }
        Ok(Self { kind: KeyKind::Email, source: String::new(), value: text.to_lowercase() })
    }

    /// The key of a telephone number: compared by its digits and a leading plus (`00` counts as plus).
    ///
    /// # Errors
    /// When there are fewer than 5 or more than 15 digits (E.164), or other signs than `+ - . / ( )` and spaces.
    pub fn phone(pointer: &str, text: &str) -> Result<Self, FieldError> {
        short_text(pointer, text)?;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let plausible = text.chars().all(|sign| sign.is_ascii_digit() || " +-./()".contains(sign));
        let international = text.trim_start().starts_with('+') || digits.starts_with("00");
        let national = digits.strip_prefix("00").unwrap_or(&digits);
        if !plausible || !(5..=15).contains(&national.len()) {
            return Err(FieldError::new(pointer, "invalid_phone", "is not a telephone number such as +49 30 901820"));
        }
        let value = if international { format!("+{national}") } else { digits };
        Ok(Self { kind: KeyKind::Phone, source: String::new(), value })
    }
}

/// Checks the shop's own words: at most 20, names as short text, values up to 500 characters.
///
/// # Errors
/// Names the first entry at fault.
pub fn check_metadata(pointer: &str, metadata: &Metadata) -> Result<(), FieldError> {
    if metadata.len() > METADATA_MAX {
        return Err(FieldError::new(pointer, "too_many", format!("holds more than {METADATA_MAX} entries")));
    }
    for (name, value) in metadata {
        short_text(pointer, name)?;
        if value.chars().count() > METADATA_VALUE_MAX {
            return Err(FieldError::new(
                pointer,
                "too_long",
                format!("has a value of more than {METADATA_VALUE_MAX} characters"),
            ));
        }
        if value.contains('\0') {
            return Err(FieldError::new(pointer, "control_character", "holds a NUL character; send plain text"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_gives_the_same_key() {
        let email = |text| CustomerKey::email("/email", text).map(|key| key.value);
        assert_eq!(email("Anna@Example.COM"), email("anna@example.com"));
        for bad in [
            "",
            "anna",
            "a@b",
            "a b@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "\"a\"@example.com",
            "a@[127.0.0.1]",
            "a@b/c.org",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
        let phone = |text| CustomerKey::phone("/phone", text).map(|key| key.value);
        assert_eq!(phone("+49 (30) 90-18.20"), phone("004930901820"));
        assert!(phone("call me").is_err());
        assert!(phone("+1").is_err());
    }
}
