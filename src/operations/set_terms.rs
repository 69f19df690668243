//! Changes the program's rules: a new version from now on; what was promised before stays promised.

use serde_json::{Map, Value, json};

use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, Tx, outbox};
use crate::db::{terms, tiers};
use crate::domain::field::FieldError;
use crate::domain::id::ProgramId;
use crate::domain::instant::Instant;
use crate::domain::program::{Terms, TermsVersion};
use crate::domain::strict::Strict;

/// How it went.
#[derive(Debug)]
pub enum TermsSet {
    /// These are in force now, be they new or as before.
    InForce(ProgramId, Box<TermsVersion>),
    /// The result is no set of rules: a field is unknown, missing or of the wrong type.
    Unreadable(serde_path_to_error::Error<serde_json::Error>),
    /// The result is a set of rules that cannot be kept.
    Refused(Vec<FieldError>),
}

/// Applies `patch` (RFC 7396) to the newest terms. Rivals are served one after the other.
///
/// # Errors
/// What the database reports.
pub fn set_terms(tx: &mut Tx<'_>, now: Instant, actor: &str, patch: &Map<String, Value>) -> DbResult<TermsSet> {
    terms::lock(tx)?;
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let newest = program.current().ok_or(DbFault::NotFound)?;
    let merged = match merged(&newest.terms, patch) {
        Ok(merged) => merged,
        Err(error) => return Ok(TermsSet::Unreadable(error)),
    };
    if merged == newest.terms {
        return Ok(TermsSet::InForce(program.id, Box::new(newest.clone())));
    }
    let faults = faults(tx, &merged)?;
    if !faults.is_empty() {
        return Ok(TermsSet::Refused(faults));
    }
    // Versions come into force in their order, even if the clock of another node is ahead.
    let version = TermsVersion { version: newest.version + 1, valid_from: now.max(newest.valid_from), terms: merged };
    terms::insert_version(tx, program.id, &version, actor)?;
    let detail = json!({ "version": version.version });
    outbox::audit(tx, actor, "program.set_terms", AnyId::from_uuid(program.id.uuid()), detail, now)?;
    Ok(TermsSet::InForce(program.id, Box::new(version)))
}

/// What is wrong with terms that are about to become a version, or to be tried.
///
/// # Errors
/// What the database reports.
pub fn faults(conn: &mut Conn<'_>, terms: &Terms) -> DbResult<Vec<FieldError>> {
    let mut faults = terms.check().err().unwrap_or_default();
    let named = terms.tiers_named();
    if !named.is_empty() {
        let known = tiers::list(conn)?;
        let unknown = named.into_iter().filter(|(_, name)| known.iter().all(|tier| tier.name != *name));
        faults.extend(unknown.map(|(pointer, _)| {
            FieldError::new(pointer, "unknown_tier", "names no tier; make it with PUT /v1/tiers/{name} first")
        }));
    }
    Ok(faults)
}

/// What `terms` are after `patch` (RFC 7396).
///
/// # Errors
/// When the result is no set of rules.
pub fn merged(terms: &Terms, patch: &Map<String, Value>) -> Result<Terms, serde_path_to_error::Error<serde_json::Error>> {
    // Terms are a struct of plain values; those always have a JSON form.
    let mut document = serde_json::to_value(terms).unwrap_or_default();
    merge(&mut document, patch);
    serde_path_to_error::deserialize(Strict(document))
}

/// RFC 7396 §2, with one kindness: an object that is given another `type` is replaced, for the
/// fields of the former type would only be refused.
pub(super) fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    if patch.get("type").is_some_and(|kind| fields.get("type").is_some_and(|known| known != kind)) {
        fields.clear();
    }
    for (name, value) in patch {
        match value {
            Value::Null => drop(fields.remove(name)),
            Value::Object(inner) => merge(fields.entry(name.clone()).or_insert(Value::Null), inner),
            plain => drop(fields.insert(name.clone(), plain.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::commission::CommissionRule;
    use crate::domain::program::Lifetime;

    fn patched(terms: &Terms, patch: Value) -> Result<Terms, String> {
        let Value::Object(patch) = patch else { panic!("an object") };
        merged(terms, &patch).map_err(|error| format!("{}: {}", error.path(), error.inner()))
    }

    #[test]
    fn a_patch_changes_what_it_names_and_null_takes_away() {
        let first = patched(
            &Terms::default(),
            json!({"hold_days": 7, "shop_url": "https://a.example", "payout_minimum": {"EUR": 1, "USD": 2}}),
        )
        .expect("terms");
        assert_eq!((first.hold_days, first.window_days), (7, 90));
        let second = patched(&first, json!({"shop_url": null, "payout_minimum": {"EUR": null}})).expect("terms");
        assert_eq!((second.shop_url.as_deref(), second.payout_minimum.len()), (None, 1));
        assert_eq!(patched(&second, json!({})).as_ref(), Ok(&second));
    }

    #[test]
    fn another_type_brings_its_own_fields() {
        let patch =
            json!({"commission": {"type": "flat", "amounts": {"EUR": 5_000}}, "lifetime": {"type": "months", "months": 12}});
        let flat = patched(&Terms::default(), patch).expect("terms");
        assert_eq!(flat.lifetime, Lifetime::Months { months: 12 });
        assert!(matches!(flat.commission, CommissionRule::Flat { .. }));
        let back = patched(&flat, json!({"commission": {"type": "percent", "rate": "7.5"}, "lifetime": {"type": "forever"}}));
        assert_eq!(back.expect("terms").lifetime, Lifetime::Forever);
    }

    #[test]
    fn a_list_is_no_rule_even_if_its_items_would_do() {
        for (field, list) in [
            ("commission", json!(["percent", "7.5", null])),
            ("lifetime", json!(["forever", null])),
            ("claims", json!([3, 14])),
            ("rules", json!([["shoes"]])),
        ] {
            let mut patch = json!({});
            patch[field] = list;
            let refused = patched(&Terms::default(), patch).expect_err(field);
            assert!(refused.starts_with(field) && refused.contains("expected struct"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for bad in
            [json!({"hold_dais": 1}), json!({"hold_days": 1.5}), json!({"hold_days": null}), json!({"commission": {"rate": 3}})]
        {
            assert!(patched(&Terms::default(), bad.clone()).is_err(), "{bad}");
        }
    }
}
