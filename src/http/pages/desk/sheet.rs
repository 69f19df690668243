//! What a referrer takes home on paper: his code in big letters, the same as an image, and what his friends get. And
//! his statements.

use std::collections::BTreeSet;

use actix_web::web::{Path, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::naming::Names;
use crate::db::{lookups, referrers, tallies};
use crate::domain::earning::discount_for;
use crate::domain::id::ReferrerId;
use crate::domain::notice::Promise;
use crate::http::api::statements::{StatementQuery, answer};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::http::streamed::PaperWish;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers/{id}/sheet").route(get().to(show)))
        .service(resource("/referrers/{id}/statements/{period}").route(get().to(statement)));
}

struct Coupon {
    code: String,
    url: String,
    image: String,
    alt: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/sheet.html")]
struct Sheet {
    frame: Frame,
    id: ReferrerId,
    name: String,
    coupon: Option<Coupon>,
    gives: Option<String>,
}

/// A promise as the language writes it.
pub(super) fn promised(frame: &Frame, promise: Promise) -> String {
    match promise {
        Promise::Share(rate) => frame.locale.share(rate),
        Promise::Sum(sum) => frame.money(&sum),
    }
}

async fn show(desk: Desk, id: Path<ReferrerId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let found = desk
        .read(move |conn| {
            let Some(referrer) = referrers::find(conn, id)? else { return Ok(None) };
            let names = Names::read(conn, &BTreeSet::from([id]), &BTreeSet::new())?;
            // The newest, as letters name it.
            let code = lookups::active_codes(conn, &[id])?.pop();
            let tier = tallies::tiers(conn, &[id])?.pop().map(|(_, tier)| tier);
            Ok(Some((referrer, names, code, tier)))
        })
        .await?;
    let (referrer, names, code, tier) = found.ok_or_else(|| ApiError::not_found("referrer"))?;
    let frame = desk.frame("referrers");
    let gives = discount_for(&desk.terms, tier.as_deref()).and_then(|rule| rule.promise(desk.terms.currency));
    let coupon = code.map(|row| {
        let url = desk.code_url(&row.code);
        Coupon {
            image: format!("{}/q/{}.svg{}", frame.at, row.code, desk.book.mode.query()),
            alt: frame.tell("referrers-qr-alt", &[("link", &url)]),
            code: row.code,
            url,
        }
    });
    let page = Sheet {
        id: referrer.id,
        name: names.referrer(&frame, id),
        gives: gives.map(|promise| frame.tell("referrers-sheet-gives", &[("gives", &promised(&frame, promise))])),
        coupon,
        frame,
    };
    page.frame.page(&page)
}

async fn statement(
    desk: Desk,
    req: HttpRequest,
    path: Path<(ReferrerId, String)>,
    Query(query): Query<StatementQuery>,
) -> Result<HttpResponse, ApiError> {
    let (id, period) = path.into_inner();
    answer(&desk, id, &period, PaperWish::text(query.format, &req)).await
}
