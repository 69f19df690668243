//! What is wrong with a field, in the reader's language.

use crate::domain::field::FieldError;
use crate::http::pages::frame::Frame;
use crate::http::pages::words;

/// The fault in words of the desk; in those of the API where the desk has none.
pub(super) fn in_words(frame: &Frame, fault: &FieldError) -> String {
    let key = format!("desk-fault-{}", fault.code);
    if words::knows(&key) { frame.say(&key) } else { format!("{} {}", fault.pointer.trim_start_matches('/'), fault.message) }
}
