//! One referrer: his page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig, get, resource};
use serde::Deserialize;

use super::referrer_page::{Asked, Entered, Found, marked};
use crate::domain::id::{MailId, ReferrerId};
use crate::domain::money::Currency;
use crate::http::pages::form::said;
use crate::http::pages::people::{Desk, Guest};
use crate::http::paging::Query;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers/{id}").route(get().to(show)));
    super::sheet::configure(cfg);
    super::referrer_acts::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    currency: Option<String>,
    ledger: Option<String>,
    letters: Option<MailId>,
    done: Option<String>,
}

async fn show(desk: Desk, id: Path<ReferrerId>, Query(wanted): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let asked = Asked {
        currency: said(wanted.currency.as_deref()).and_then(|code| Currency::parse(code).ok()),
        ledger: said(wanted.ledger.as_deref()).and_then(marked),
        letters: wanted.letters,
    };
    page(&desk.0, id.into_inner(), asked, wanted.done.as_deref(), None).await
}

/// The page; with what was entered in one of its forms, and what is wrong with it.
pub(super) async fn page(
    guest: &Guest,
    id: ReferrerId,
    asked: Asked,
    done: Option<&str>,
    returned: Option<(Entered, Vec<String>)>,
) -> Result<HttpResponse, ApiError> {
    let home = guest.terms.currency;
    let found = guest.read(move |conn| Found::read(conn, id, home, &asked)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("referrer"))?;
    let status = if returned.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (entered, faults) = returned.unwrap_or_default();
    let page = found.page(guest, guest.frame("referrers").after(done), entered, faults);
    page.frame.page_with(status, &page)
}
