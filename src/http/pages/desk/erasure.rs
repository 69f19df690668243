//! Erasing a customer: what it means, asked once more, and what is left afterwards.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use crate::db::{customers, ledger, referrers, restricted};
use crate::domain::id::CustomerId;
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::http::api::erasures::erase_for;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;

#[derive(Template)]
#[template(path = "http/pages/desk/erasure.html")]
struct Page {
    frame: Frame,
    found: Found,
    faults: Vec<String>,
}

/// Whom it is about.
struct Found {
    id: CustomerId,
    /// As he is called in the file; his first key, if he has no name there.
    name: String,
    erased_at: Option<Instant>,
    is_referrer: bool,
    /// What he is owed: on hold or ready.
    owed: Vec<Money>,
    kept_until: Option<Instant>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Seen {
    done: Option<String>,
}

/// The form has one button and says nothing.
#[derive(Debug, Deserialize)]
struct Nothing {}

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/customers/{id}/erase").route(web::get().to(ask)).route(web::post().to(erase)));
}

async fn ask(desk: OwnerDesk, id: Path<CustomerId>, Query(seen): Query<Seen>) -> Result<HttpResponse, ApiError> {
    let found = find(&desk, id.into_inner()).await?;
    let page = Page { frame: desk.frame("customers").after(seen.done.as_deref()), found, faults: Vec::new() };
    page.frame.page(&page)
}

async fn erase(desk: OwnerDesk, id: Path<CustomerId>, _: Form<Nothing>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let frame = desk.frame("customers");
    match erase_for(&desk, id).await {
        Ok(erasure) => Ok(frame.go(&format!("/desk/customers/{}/erase?done=erased", erasure.customer_id))),
        Err(refused) if refused.code() == "money_in_transit" => {
            let faults = vec![frame.say("erasure-in-transit")];
            let page = Page { found: find(&desk, id).await?, frame, faults };
            page.frame.page_with(StatusCode::CONFLICT, &page)
        }
        Err(refused) => Err(refused),
    }
}

async fn find(desk: &OwnerDesk, id: CustomerId) -> Result<Found, ApiError> {
    let found = desk.read(move |conn| {
        let Some(row) = customers::find(conn, id)? else { return Ok(None) };
        let first_key = customers::keys_of(conn, &[id])?.into_iter().next().map(|key| key.shown);
        let rows = referrers::of_customers(conn, &[id])?;
        let mut owed = Vec::new();
        for referrer in &rows {
            let balances = ledger::balances_of(conn, referrer.id)?;
            let sums = balances.iter().map(|row| Money { amount: row.on_hold + row.ready, currency: row.currency });
            owed.extend(sums.filter(|sum| sum.amount != 0));
        }
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let kept_until = restricted::of(conn, &ids)?.iter().map(|row| row.kept_until).max();
        Ok(Some(Found {
            id: row.merged_into.unwrap_or(row.id),
            name: row.name.or(first_key).unwrap_or_default(),
            erased_at: row.erased_at,
            is_referrer: !rows.is_empty(),
            owed,
            kept_until,
        }))
    });
    found.await?.ok_or_else(|| ApiError::not_found("customer"))
}
