//! What is wrong with one field, and how to mend it.

use serde::{Deserialize, Serialize};

use super::instant::Instant;

/// One fault in a request, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the request body, or `?name` for a query parameter.
    pub pointer: String,
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people: what is wrong and how to mend it.
    pub message: String,
}

impl FieldError {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), message: message.into() }
    }

    /// The same fault seen from one level up: `/email` inside `/customer` is `/customer/email`.
    #[must_use]
    pub fn inside(mut self, parent: &str) -> Self {
        self.pointer = format!("{parent}{}", self.pointer);
        self
    }
}

/// The longest name, order number or other short text, in characters.
pub const TEXT_MAX: usize = 255;

/// Checks a short text that is stored and shown: 1 to 255 characters, no NUL and no other control
/// character (C0, DEL, C1), which a mail header or a terminal would obey (RFC 5322 §2.2).
///
/// # Errors
/// Names the fault at `pointer`.
pub fn short_text(pointer: &str, text: &str) -> Result<(), FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::new(pointer, "empty", "must not be empty; leave the field out instead"));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(FieldError::new(pointer, "too_long", format!("has more than {TEXT_MAX} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(pointer, "control_character", "holds a control character; send plain text"));
    }
    Ok(())
}

/// Clocks of shops run ahead a little, in seconds; further ahead a time is a mistake.
const AHEAD_MAX: i64 = 300;

/// Checks that `at` has been, as far as two clocks can agree on that.
///
/// # Errors
/// When `at` is more than five minutes after `now`.
pub fn not_ahead(pointer: &str, at: Instant, now: Instant) -> Result<(), FieldError> {
    if at > now.plus_seconds(AHEAD_MAX) {
        return Err(FieldError::new(
            pointer,
            "in_the_future",
            "lies more than 5 minutes ahead; check the clock and the time zone",
        ));
    }
    Ok(())
}
