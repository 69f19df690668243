//! Connects a storefront: who sends, how it signs, where its codes stand.

use crate::db::connections::{self, Connection};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::ConnectionId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::storefront::connection::{CodeSource, FieldMap, Kind};

/// What the owner says of a storefront; secrets are sealed for [`Connection::seal_place`] of `id`.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Made by the caller, because secrets are sealed for it.
    pub id: ConnectionId,
    /// Who sends.
    pub kind: Kind,
    /// For people.
    pub name: String,
    /// The storefront its orders belong to.
    pub source: String,
    /// The currency of figures that name none.
    pub currency: Option<Currency>,
    /// Where codes are looked for.
    pub code_sources: Vec<CodeSource>,
    /// Where the fields stand.
    pub field_map: Option<FieldMap>,
    /// Where a generic sender signs.
    pub signature_header: Option<String>,
    /// What it signs with, sealed.
    pub secret: String,
    /// Where the shop answers questions.
    pub api_url: Option<String>,
    /// With what it does, sealed.
    pub api_key: Option<String>,
    /// Whether its orders are fetched every night.
    pub pull: bool,
    /// Whether codes are kept in the shop as coupons.
    pub coupons: bool,
    /// Who says so.
    pub actor: String,
}

/// Adds the connection.
///
/// # Errors
/// What the database reports.
pub fn connect_storefront(tx: &mut Tx<'_>, now: Instant, new: &NewConnection) -> DbResult<Connection> {
    let row = Connection {
        id: new.id,
        kind: new.kind,
        name: new.name.clone(),
        source: new.source.clone(),
        currency: new.currency,
        code_sources: Json(new.code_sources.clone()),
        field_map: new.field_map.clone().map(Json),
        signature_header: new.signature_header.clone(),
        secret: new.secret.clone(),
        secret_before: None,
        secret_before_until: None,
        api_url: new.api_url.clone(),
        api_key: new.api_key.clone(),
        pull: new.pull,
        coupons: new.coupons,
        pulled_to: None,
        pull_started_at: None,
        pull_cursor: None,
        pull_error: None,
        last_delivery_at: None,
        removed_at: None,
        created_at: now,
    };
    connections::insert(tx, &row)?;
    connections::queue_errands(tx, &row, now)?;
    let detail = serde_json::json!({ "kind": new.kind, "source": new.source });
    outbox::audit(tx, &new.actor, "connection.create", AnyId::from_uuid(row.id.uuid()), detail, now)?;
    Ok(row)
}
