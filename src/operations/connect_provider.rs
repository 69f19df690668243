//! Connects a payout provider, or changes how we get in. While it has something of ours in hand only the secret may
//! change: another account would not know our keys again and pay a second time.

use serde_json::json;

use crate::db::outbox::audit;
use crate::db::providers::{self, Account};
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, submissions, terms};
use crate::domain::instant::Instant;
use crate::domain::provider::Provider;

/// What the owner says of a provider; the secret is sealed for [`Account::seal_place`].
#[derive(Debug, Clone)]
pub struct Request {
    /// Which.
    pub name: Provider,
    /// Where it answers.
    pub base_url: String,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it, sealed.
    pub client_secret: String,
    /// Whether approved batches are sent by themselves.
    pub automatic: bool,
    /// Payouts in one request.
    pub items_max: i64,
    /// Who says it.
    pub actor: String,
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is connected so.
    Connected(Account),
    /// The account that is connected still has payouts in hand.
    InUse,
}

/// Connects a provider or changes it.
///
/// # Errors
/// What the database reports.
pub fn connect_provider(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let known = providers::lock(tx, request.name)?;
    let moves = known.as_ref().is_some_and(|row| (&row.base_url, &row.client_id) != (&request.base_url, &request.client_id));
    if moves && submissions::any_open(tx, request.name)? {
        return Ok(Outcome::InUse);
    }
    let row = Account {
        name: request.name,
        base_url: request.base_url.clone(),
        client_id: request.client_id.clone(),
        client_secret: request.client_secret.clone(),
        automatic: request.automatic,
        items_max: request.items_max,
        created_at: known.map_or(now, |row| row.created_at),
        changed_at: now,
    };
    providers::put(tx, &row)?;
    let facts = json!({ "provider": row.name, "base_url": row.base_url, "automatic": row.automatic });
    audit(tx, &request.actor, "payout_provider.connect", AnyId::from_uuid(program.id.uuid()), facts, now)?;
    Ok(Outcome::Connected(row))
}
