//! Payout providers: connect one, look at it.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, put, resource};
use serde::{Deserialize, Serialize};

use crate::db::providers::{self, Account};
use crate::domain::field::{FieldError, short_text};
use crate::domain::instant::Instant;
use crate::domain::provider::{Provider, paypal};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::problem::ApiError;
use crate::operations::connect_provider::{Outcome, Request, connect_provider};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payout-providers/paypal").route(put().to(connect)).route(get().to(read)));
}

/// An account to be connected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ProviderBody {
    client_id: String,
    client_secret: String,
    base_url: Option<String>,
    #[serde(default)]
    automatic: bool,
    items_max: Option<i64>,
}

#[derive(Debug, Serialize)]
struct ShownProvider {
    name: Provider,
    base_url: String,
    client_id: String,
    automatic: bool,
    items_max: i64,
    webhook_url: String,
    created_at: Instant,
    changed_at: Instant,
}

impl ShownProvider {
    fn new(row: Account, base_url: &str, query: &str) -> Self {
        Self {
            name: row.name,
            base_url: row.base_url,
            client_id: row.client_id,
            automatic: row.automatic,
            items_max: row.items_max,
            webhook_url: format!("{base_url}/webhooks/paypal{query}"),
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    }
}

async fn connect(caller: Owner, body: Body<ProviderBody>) -> Result<HttpResponse, ApiError> {
    let row = connect_as(&caller, body.into_inner()).await?;
    Ok(HttpResponse::Ok().json(ShownProvider::new(row, &caller.app.base_url, caller.book.mode.query())))
}

/// Connects PayPal.
///
/// # Errors
/// 422 naming the field at fault, 409 while another account is in use.
pub(in crate::http) async fn connect_as(caller: &Caller, body: ProviderBody) -> Result<Account, ApiError> {
    short_text("/client_id", &body.client_id)?;
    short_text("/client_secret", &body.client_secret)?;
    let base_url = match &body.base_url {
        Some(url) => address(&caller.app.outward, url)?,
        None => paypal::base_url(caller.book.mode).to_owned(),
    };
    let items_max = body.items_max.unwrap_or(paypal::ITEMS);
    if !(1..=paypal::ITEMS_MAX).contains(&items_max) {
        let message = format!("must be between 1 and {}", paypal::ITEMS_MAX);
        return Err(FieldError::new("/items_max", "out_of_range", message).into());
    }
    let sealed = caller.app.vault.seal(&Account::seal_place(Provider::Paypal), &body.client_secret);
    let request = Request {
        name: Provider::Paypal,
        base_url,
        client_id: body.client_id,
        client_secret: sealed.map_err(|error| ApiError::internal(error.to_string()))?,
        automatic: body.automatic,
        items_max,
        actor: caller.principal.actor(),
    };
    match caller.write(move |tx, now| connect_provider(tx, now, &request)).await? {
        Outcome::Connected(row) => Ok(row),
        Outcome::InUse => Err(ApiError::conflict(
            "provider_in_use",
            "payouts are under way through the account that is connected, and another would not know them; change only its \
             secret, or wait until GET /v1/payout-batches/…/submissions shows them done",
        )),
    }
}

/// Held against the same rules as every address that is called from here.
fn address(outward: &crate::domain::outward::Outward, text: &str) -> Result<String, FieldError> {
    let url = outward.screen("/base_url", text)?;
    if url.query().is_some() {
        return Err(FieldError::new("/base_url", "invalid_url", "holds a query; give the bare address"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

async fn read(caller: Auditor) -> Result<HttpResponse, ApiError> {
    let row = caller.read(|conn| providers::find(conn, Provider::Paypal)).await?;
    let row = row.ok_or_else(|| ApiError::not_found("payout provider"))?;
    Ok(HttpResponse::Ok().json(ShownProvider::new(row, &caller.app.base_url, caller.book.mode.query())))
}
