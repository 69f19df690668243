//! Notes who pays: the shop's accounts and the shape of its bank's tables.

use serde_json::{Map, Value, json};

use super::set_terms::merge;
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, Tx, settings, terms};
use crate::domain::field::FieldError;
use crate::domain::instant::Instant;
use crate::domain::payer::Payer;

/// Where it is kept.
const SETTING: &str = "payer";

/// How it went.
#[derive(Debug)]
pub enum PayerSet {
    /// This stands now.
    Done(Box<Payer>),
    /// The result is no payer: a field is unknown or of the wrong type.
    Unreadable(serde_path_to_error::Error<serde_json::Error>),
    /// The result cannot be right.
    Refused(Vec<FieldError>),
}

/// Who pays.
///
/// # Errors
/// What the database reports.
pub fn payer(conn: &mut Conn<'_>) -> DbResult<Payer> {
    let kept = settings::get(conn, SETTING)?;
    // Only what was checked is stored.
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Applies `patch` (RFC 7396) to the payer. Rivals are served one after the other.
///
/// # Errors
/// What the database reports.
pub fn set_payer(tx: &mut Tx<'_>, now: Instant, actor: &str, patch: &Map<String, Value>) -> DbResult<PayerSet> {
    // The terms' lock: both are settings of the program, and are set a few times a year.
    terms::lock(tx)?;
    let before = payer(tx)?;
    let mut document = serde_json::to_value(&before).unwrap_or_default();
    merge(&mut document, patch);
    let merged: Payer = match serde_path_to_error::deserialize(document) {
        Ok(merged) => merged,
        Err(error) => return Ok(PayerSet::Unreadable(error)),
    };
    let after = match merged.checked() {
        Ok(after) => after,
        Err(faults) => return Ok(PayerSet::Refused(faults)),
    };
    if after != before {
        settings::put(tx, SETTING, &serde_json::to_string(&after).unwrap_or_default())?;
        let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
        let fields: Vec<&String> = patch.keys().collect();
        audit(tx, actor, "payer.set", AnyId::from_uuid(program.id.uuid()), json!({ "fields": fields }), now)?;
    }
    Ok(PayerSet::Done(Box::new(after)))
}
