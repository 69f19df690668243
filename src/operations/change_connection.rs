//! Changes a connection: its rules, its secret (the old one counts for a while), its end.

use crate::db::connections::{self, Connection};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::ConnectionId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::storefront::connection::{CodeSource, FieldMap};

/// What is to change; what is none stays. A doubled option tells emptying from leaving alone.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// For people.
    pub name: Option<String>,
    /// The currency of figures that name none.
    pub currency: Option<Option<Currency>>,
    /// Where codes are looked for.
    pub code_sources: Option<Vec<CodeSource>>,
    /// Where the fields stand.
    pub field_map: Option<FieldMap>,
    /// Where a generic sender signs.
    pub signature_header: Option<Option<String>>,
    /// A new secret, sealed, and for how many seconds the old one still counts.
    pub secret: Option<(String, i64)>,
    /// Where the shop answers questions.
    pub api_url: Option<Option<String>>,
    /// With what it does, sealed.
    pub api_key: Option<Option<String>>,
    /// Whether its orders are fetched every night.
    pub pull: Option<bool>,
    /// Whether codes are kept in the shop as coupons.
    pub coupons: Option<bool>,
}

/// Changes the connection; none if there is no such.
///
/// # Errors
/// What the database reports.
pub fn change_connection(
    tx: &mut Tx<'_>,
    now: Instant,
    id: ConnectionId,
    change: &Change,
    actor: &str,
) -> DbResult<Option<Connection>> {
    let Some(mut row) = connections::lock(tx, id)? else { return Ok(None) };
    let before = row.clone();
    let Change { name, currency, code_sources, field_map, signature_header, secret, api_url, api_key, pull, coupons } =
        change.clone();
    row.name = name.unwrap_or(row.name);
    row.currency = currency.unwrap_or(row.currency);
    row.code_sources = code_sources.map_or(row.code_sources, Json);
    row.field_map = field_map.map(Json).or(row.field_map);
    row.signature_header = signature_header.unwrap_or(row.signature_header);
    row.api_url = api_url.unwrap_or(row.api_url);
    row.api_key = api_key.unwrap_or(row.api_key);
    row.pull = pull.unwrap_or(row.pull);
    row.coupons = coupons.unwrap_or(row.coupons);
    let rotated = secret.is_some();
    if let Some((secret, overlap)) = secret {
        let keeps = overlap > 0;
        row.secret_before = keeps.then(|| std::mem::replace(&mut row.secret, secret.clone()));
        row.secret_before_until = keeps.then(|| now.plus_seconds(overlap));
        row.secret = secret;
    }
    if row != before {
        connections::update(tx, &row)?;
        connections::queue_errands(tx, &row, now)?;
        let detail = serde_json::json!({ "secret": rotated, "code_sources": row.code_sources.0, "pull": row.pull, "coupons": row.coupons });
        outbox::audit(tx, actor, "connection.change", AnyId::from_uuid(id.uuid()), detail, now)?;
    }
    Ok(Some(row))
}

/// Takes the connection away: nothing it sends counts any more. Returns whether there was one.
///
/// # Errors
/// What the database reports.
pub fn disconnect(tx: &mut Tx<'_>, now: Instant, id: ConnectionId, actor: &str) -> DbResult<bool> {
    let Some(row) = connections::lock(tx, id)? else { return Ok(false) };
    connections::update(tx, &Connection { removed_at: Some(now), api_key: None, secret_before: None, ..row })?;
    outbox::audit(tx, actor, "connection.remove", AnyId::from_uuid(id.uuid()), serde_json::json!({}), now)?;
    Ok(true)
}
