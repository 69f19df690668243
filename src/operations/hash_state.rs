//! One number for all that a ledger holds, the same on both engines: whoever moved one compares.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::db::tables::{HOUSEKEEPING, tables};
use crate::db::{Conn, DbResult};

/// The SHA-256, as hexadecimal, over every table's name, count and sum of the SHA-256 of its rows: the
/// engines sort texts differently, so the order of rows must not count.
///
/// # Errors
/// What the database reports.
pub fn hash_state(conn: &mut Conn<'_>) -> DbResult<String> {
    let mut all = tables(conn)?;
    all.retain(|table| !HOUSEKEEPING.contains(&table.name.as_str()));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let mut state = Sha256::new();
    for table in all {
        let (mut count, mut sum) = (0_u64, [0_u64; 4]);
        let mut after: Option<String> = None;
        loop {
            let page = table.page(conn, after.as_deref())?;
            for row in &page.rows {
                count += 1;
                let digest = Sha256::digest(canonical(row));
                for (lane, bytes) in sum.iter_mut().zip(digest.chunks_exact(8)) {
                    *lane = lane.wrapping_add(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        state.update(format!("{}:{count}:{sum:x?}\n", table.name));
    }
    Ok(hex::encode(state.finalize()))
}

/// A row in one spelling: PostgreSQL keeps a JSON document by its meaning, SQLite by its letters.
fn canonical(row: &str) -> Vec<u8> {
    let values: Vec<Value> = serde_json::from_str(row).unwrap_or_default();
    let spell = |value: Value| match &value {
        Value::String(text) if text.starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    };
    let values: Vec<Value> = values.into_iter().map(spell).collect();
    serde_json::to_vec(&values).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_counts_by_its_meaning_and_a_text_by_its_letters() {
        let same = |one: &str, other: &str| canonical(one) == canonical(other);
        assert!(same(r#"["00ff",1,"{\"a\":1,\"b\":[2]}"]"#, r#"["00ff", 1, "{\"b\": [2], \"a\": 1}"]"#));
        assert!(!same(r#"["a b"]"#, r#"["a  b"]"#));
        assert!(!same("[null]", r#"[""]"#));
        assert!(!same("[9007199254740993]", "[9007199254740992]"), "whole numbers keep every digit");
    }
}
