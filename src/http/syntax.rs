//! Turns what serde says about a request into a fault that a person can mend.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::domain::field::FieldError;
use crate::domain::strict::Strict;

/// Parses one item of a body that was read before, such as one sale of a batch. Pointers start at the item.
///
/// # Errors
/// The one fault that serde met first.
pub fn from_value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, FieldError> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| fault(error.path(), &error.inner().to_string()))
}

/// The fault at `path` of which serde says `message`.
#[must_use]
pub fn fault(path: &Path, message: &str) -> FieldError {
    // The place in the text follows the message; the pointer says it better.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let mut pointer = pointer(path);
    if let Some(name) = quoted(message, "unknown field `") {
        if !pointer.ends_with(&format!("/{}", escape(name))) {
            pointer.push('/');
            pointer.push_str(&escape(name));
        }
        return FieldError::new(pointer, "unknown_field", "is not a field here; leave it out or correct its spelling");
    }
    if let Some(name) = quoted(message, "missing field `") {
        let pointer = format!("{pointer}/{}", escape(name));
        return FieldError::new(pointer, "missing_field", "is missing; it is required");
    }
    if let Some(rest) = message.strip_prefix("duplicate field `") {
        let name = rest.trim_end_matches('`');
        return FieldError::new(pointer, "duplicate_field", format!("names {name} twice; name it once"));
    }
    if let Some(expected) = message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected ")) {
        let (found, expected) = expected;
        return FieldError::new(pointer, "invalid_type", format!("must be {}, but is {}", expectation(expected), kind_of(found)));
    }
    if let Some(expected) = message.strip_prefix("invalid value: ").and_then(|rest| rest.rsplit_once(", expected ")) {
        return FieldError::new(pointer, "invalid_value", format!("must be {}", expectation(expected.1)));
    }
    if let Some((_, known)) = message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected ")) {
        return FieldError::new(pointer, "unknown_value", format!("must be {}", known.replace('`', "")));
    }
    FieldError::new(pointer, "invalid_value", message.to_owned())
}

fn quoted<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start).and_then(|rest| rest.split('`').next())
}

/// What serde calls a type, as a person would.
fn expectation(expected: &str) -> &str {
    match expected {
        "i64" | "u64" | "i32" | "u32" | "u16" | "u8" | "usize" => "a whole number",
        "struct" | "a map" => "an object",
        "a sequence" => "a list",
        text if text.starts_with("struct ") => "an object",
        text => text,
    }
}

/// The kind of value found, without the value: it may be a secret or a name.
fn kind_of(found: &str) -> &str {
    let kind = found.split(['`', '"']).next().unwrap_or(found).trim();
    match kind {
        "map" => "an object",
        "sequence" => "a list",
        "string" => "a string",
        "integer" => "a number",
        "floating point" => "a number with a fraction",
        "boolean" => "true or false",
        other => other,
    }
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escape(key))),
            // A variant's name is no level of the document, an unknown one has no name.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
        pointer
    })
}

/// RFC 6901 §3.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only parsed")]
        order_id: String,
        #[expect(dead_code, reason = "only parsed")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only parsed")]
        quantity: i64,
    }

    #[test]
    fn every_fault_is_found_where_it_is() {
        let cases = [
            (json!({"order_id": "1", "lines": [{"quantity": 1}, {"quantity": 1.5}]}), "/lines/1/quantity", "invalid_type"),
            (json!({"order_id": "1", "lines": [{"quantity": 1e300}]}), "/lines/0/quantity", "invalid_type"),
            (
                json!({"order_id": "1", "lines": [{"quantity": 18_446_744_073_709_551_615_u64}]}),
                "/lines/0/quantity",
                "invalid_value",
            ),
            (json!({"order_id": "1", "lines": [{"quantity": 1, "a/b": 2}]}), "/lines/0/a~1b", "unknown_field"),
            (json!({"order_id": "1", "lines": [{}]}), "/lines/0/quantity", "missing_field"),
            (json!({"order_id": 7, "lines": []}), "/order_id", "invalid_type"),
            (json!({"lines": []}), "/order_id", "missing_field"),
            (json!({"order_id": "1", "lines": {}}), "/lines", "invalid_type"),
            (json!(["1", []]), "", "invalid_type"),
            (json!({"order_id": "1", "lines": [[1]]}), "/lines/0", "invalid_type"),
            (json!("1"), "", "invalid_type"),
            (json!(null), "", "invalid_type"),
        ];
        for (value, pointer, code) in cases {
            let fault = from_value::<Order>(&value).map(drop).expect_err("a fault");
            assert_eq!((fault.pointer.as_str(), fault.code.as_str()), (pointer, code), "{value}: {fault:?}");
        }
        let secret =
            from_value::<Order>(&json!({"order_id": {"x": "hunter2"}, "lines": "hunter2"})).map(drop).expect_err("a fault");
        assert!(!secret.message.contains("hunter2"));
    }
}
