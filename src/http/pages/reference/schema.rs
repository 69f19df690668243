//! Schemas of the document as rows of a table: what is inside what is told by dots and brackets.

use serde_json::Value;

/// Deeper fields are told by their type only: nobody reads such a row.
const DEPTH: usize = 3;

/// A field or parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Such as `customer.email` or `lines[].sku`.
    pub(super) name: String,
    /// What may stand in it.
    pub(super) kind: String,
    pub(super) required: bool,
    /// `path`, `query` or `header`; empty in a body.
    pub(super) place: String,
    pub(super) about: String,
}

/// What a value means that may be a reference.
pub(super) fn follow<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    let mut found = value;
    // A reference to a reference is fine, a ring of them is not.
    for _ in 0..8 {
        let Some(reference) = found["$ref"].as_str() else { break };
        found = root.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
    }
    found
}

/// A parameter of an operation.
pub(super) fn parameter(root: &Value, parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        kind: kind(root, &parameter["schema"]),
        required: parameter["required"] == true,
        place: text(&parameter["in"]),
        about: about(root, parameter, &parameter["schema"]),
    }
}

/// The fields of a body, each after the one it stands in.
pub(super) fn fields(root: &Value, schema: &Value) -> Vec<Field> {
    let mut rows = Vec::new();
    collect(root, schema, "", 0, &mut rows);
    rows
}

fn collect(root: &Value, schema: &Value, before: &str, depth: usize, rows: &mut Vec<Field>) {
    let found = follow(root, schema);
    if found["type"] == "array" {
        collect(root, &found["items"], &format!("{before}[]"), depth, rows);
        return;
    }
    for part in parts(found) {
        collect(root, part, before, depth, rows);
    }
    let required: Vec<&str> = found["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for row in rows.iter_mut().filter(|row| required.iter().any(|name| row.name == joined(before, name))) {
        row.required = true;
    }
    for (name, property) in found["properties"].as_object().into_iter().flatten() {
        let name_in = joined(before, name);
        let known = rows.iter_mut().find(|row| row.name == name_in);
        if let Some(known) = known {
            known.required |= required.contains(&name.as_str());
            continue;
        }
        rows.push(Field {
            kind: kind(root, property),
            required: required.contains(&name.as_str()),
            place: String::new(),
            about: about(root, property, property),
            name: name_in.clone(),
        });
        if depth + 1 < DEPTH {
            collect(root, property, &name_in, depth + 1, rows);
        }
    }
}

fn joined(before: &str, name: &str) -> String {
    if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") }
}

/// What a schema is put together from, or what it may be: null is told by the type.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let all = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    all.filter(|part| part["type"] != "null")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

/// The words beside a reference, else those of what it points to.
fn about(root: &Value, first: &Value, second: &Value) -> String {
    let words = [&first["description"], &second["description"], &follow(root, second)["description"]];
    let mut said = words.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default();
    let default = [&first["default"], &second["default"]].into_iter().find(|default| !default.is_null());
    if let Some(default) = default {
        let gap = if said.is_empty() { "" } else { " " };
        said = format!("{said}{gap}Default {default}.");
    }
    said
}

/// The type, and what narrows it.
fn kind(root: &Value, schema: &Value) -> String {
    let found = follow(root, schema);
    if let Some(words) = found["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect();
        return words.join(" | ");
    }
    if let Some(word) = found.get("const") {
        return word.as_str().map_or_else(|| word.to_string(), str::to_owned);
    }
    let base = match &found["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(root, &found["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => {
            let mut kinds: Vec<String> = parts(found).map(|part| kind(root, part)).collect();
            kinds.dedup();
            if kinds.is_empty() { "any".to_owned() } else { kinds.join(" or ") }
        }
    };
    let mut narrowed = vec![base];
    narrowed.extend(found["format"].as_str().map(str::to_owned));
    narrowed.extend(bounds(found));
    narrowed.join(", ")
}

fn bounds(schema: &Value) -> Option<String> {
    let number = |name: &str| schema[name].as_i64();
    let (low, high, unit) = match (number("minimum"), number("maximum")) {
        (None, None) => (None, number("maxLength").or_else(|| number("maxItems")), " long"),
        (low, high) => (low, high, ""),
    };
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("at least {low}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_becomes_rows() {
        let root = json!({"components": {"schemas": {
            "Text": {"type": "string", "maxLength": 255, "description": "Short."},
            "Line": {"type": "object", "required": ["sku"], "properties": {"sku": {"$ref": "#/components/schemas/Text"}}},
        }}});
        let schema = json!({
            "allOf": [{"type": "object", "properties": {"name": {"$ref": "#/components/schemas/Text", "description": "His."}}}],
            "required": ["name", "lines"],
            "properties": {
                "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                "status": {"type": "string", "enum": ["a", "b"], "default": "a"},
                "count": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
            },
        });
        let rows = fields(&root, &schema);
        let told: Vec<(&str, &str, bool, &str)> =
            rows.iter().map(|row| (row.name.as_str(), row.kind.as_str(), row.required, row.about.as_str())).collect();
        assert_eq!(
            told,
            [
                ("name", "string, at most 255 long", true, "His."),
                ("count", "integer or null, 1 to 9", false, ""),
                ("lines", "list of object", true, ""),
                ("lines[].sku", "string, at most 255 long", true, "Short."),
                ("status", "a | b", false, "Default \"a\"."),
            ]
        );
    }
}
