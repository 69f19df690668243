//! What the owner does about a sale: credits it, denies it, lets go what is held, gives money back, cancels it.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;

use super::sale::{Typed, answer, named};
use super::typed_money::typed_money;
use super::whom::whom;
use crate::db::sale_lists;
use crate::domain::field::short_text;
use crate::domain::id::SaleId;
use crate::domain::principal::Scope;
use crate::domain::refund::RefundContent;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::operations::cancel_sale::cancel_sale;
use crate::operations::decide_sale::{Action, DecisionAnswer, decide_sale};
use crate::operations::refund_sales::{RefundAnswer, RefundRequest};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sales/{id}/decision").route(web::post().to(decide)))
        .service(web::resource("/sales/{id}/refund").route(web::post().to(refund)))
        .service(web::resource("/sales/{id}/cancel").route(web::get().to(ask_to_cancel)).route(web::post().to(cancel)));
}

/// The sale's page again, with what was typed and what is wrong with it.
async fn again(desk: &OwnerDesk, id: SaleId, typed: Typed, key: &str) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("sales");
    let faults = vec![frame.say(key)];
    answer(desk, frame, id, Typed { faults, ..typed }).await
}

fn shown(frame: &Frame, id: SaleId, done: &str) -> HttpResponse {
    frame.go(&format!("/desk/sales/{id}?done={done}"))
}

async fn decide(desk: OwnerDesk, path: Path<String>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = named(&path)?;
    let (who, reason) = (fields.one("who").unwrap_or_default(), fields.one("reason").unwrap_or_default());
    let typed = Typed { who: who.to_owned(), reason: reason.to_owned(), ..Typed::default() };
    if short_text("/reason", reason).is_err() {
        return again(&desk, id, Typed { wrong: "reason", ..typed }, "sales-fault-reason").await;
    }
    let (action, done) = match fields.one("action") {
        Some("release") => (Action::Release, "sale-released"),
        Some("deny") => (Action::Deny, "sale-denied"),
        _ => {
            let text = who.to_owned();
            let Some(referrer) = desk.read(move |conn| whom(conn, &text)).await? else {
                return again(&desk, id, Typed { wrong: "who", ..typed }, "sales-fault-who").await;
            };
            (Action::Credit(referrer.id), "sale-credited")
        }
    };
    let (reason, actor) = (reason.to_owned(), desk.principal.actor());
    match desk.write(move |tx, now| decide_sale(tx, now, id, action, &reason, &actor)).await? {
        DecisionAnswer::Decided(_) => Ok(shown(&desk.frame("sales"), id, done)),
        DecisionAnswer::UnknownSale => Err(ApiError::not_found("sale")),
        DecisionAnswer::UnknownReferrer => again(&desk, id, Typed { wrong: "who", ..typed }, "sales-fault-who").await,
        DecisionAnswer::EarnsNothing => again(&desk, id, typed, "sales-fault-earns-nothing").await,
        DecisionAnswer::NothingHeld => again(&desk, id, typed, "sales-fault-nothing-held").await,
    }
}

async fn refund(desk: OwnerDesk, path: Path<String>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = named(&path)?;
    let row = desk.read(move |conn| sale_lists::find(conn, &Scope::All, id)).await?;
    let row = row.ok_or_else(|| ApiError::not_found("sale"))?;
    let text = fields.one("amount").unwrap_or_default();
    let typed = Typed { amount: text.to_owned(), wrong: "amount", ..Typed::default() };
    let amount = match (text, row.currency) {
        // Nothing typed means everything.
        ("", _) => None,
        (text, Some(currency)) => match typed_money(text, currency) {
            Some(amount) => Some(amount),
            None => return again(&desk, id, typed, "sales-fault-amount").await,
        },
        (_, None) => return again(&desk, id, typed, "sales-fault-amount").await,
    };
    let Some(refund_id) = fields.one("refund_id").filter(|text| short_text("/refund_id", text).is_ok()) else {
        return again(&desk, id, typed, "sales-fault-form").await;
    };
    let content = RefundContent { amount, ..RefundContent::default() };
    if content.check().is_err() {
        return again(&desk, id, typed, "sales-fault-amount").await;
    }
    let (order, refund_id, actor) = (row.key(), refund_id.to_owned(), desk.principal.actor());
    match desk.book.refund_sales.ask(RefundRequest { order, refund_id, content, actor }).await? {
        RefundAnswer::Created(_) | RefundAnswer::Known(_) => Ok(shown(&desk.frame("sales"), id, "sale-refunded")),
        RefundAnswer::Conflict(_) => again(&desk, id, typed, "sales-fault-form").await,
    }
}

#[derive(Template)]
#[template(path = "http/pages/desk/sale_cancel.html")]
struct Ask {
    frame: Frame,
    id: SaleId,
    order_id: String,
}

async fn ask_to_cancel(desk: OwnerDesk, path: Path<String>) -> Result<HttpResponse, ApiError> {
    let id = named(&path)?;
    let row = desk.read(move |conn| sale_lists::find(conn, &Scope::All, id)).await?;
    let row = row.ok_or_else(|| ApiError::not_found("sale"))?;
    let page = Ask { frame: desk.frame("sales"), id, order_id: row.order_id };
    page.frame.page(&page)
}

async fn cancel(desk: OwnerDesk, path: Path<String>, _fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = named(&path)?;
    let row = desk.read(move |conn| sale_lists::find(conn, &Scope::All, id)).await?;
    let (key, actor) = (row.ok_or_else(|| ApiError::not_found("sale"))?.key(), desk.principal.actor());
    desk.write(move |tx, now| cancel_sale(tx, now, &key, &actor)).await?;
    Ok(shown(&desk.frame("sales"), id, "sale-cancelled"))
}
