//! A sale that is none: made in the sandbox by a button, to show what a sale makes of itself.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use serde_json::json;

use super::sale;
use crate::db::{Conn, DbResult, settings};
use crate::domain::code::Code;
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::id::RequestId;
use crate::domain::principal::Mode;
use crate::http::api::sales::report_by_hand;
use crate::http::callers::Caller;
use crate::http::pages::form::Fields;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::problem::ApiError;
use crate::operations::enroll_referrer::{Enrolment, enroll_referrer};
use crate::operations::record_sales::SaleAnswer;

/// The setting of the live ledger that says when the first test sale was made.
const MADE: &str = "test_sale_made_at";

/// The code of the sandbox's referrer.
const CODE: &str = "TEST";

/// What the test buyer pays, in whole units of the shop's currency.
const PRICE: i64 = 40;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/test-sale").route(web::post().to(make)))
        .service(web::resource("/test-sale/{id}").route(web::get().to(show)));
}

/// Whether a test sale was ever made.
///
/// # Errors
/// What the database reports.
pub(super) fn was_made(conn: &mut Conn<'_>) -> DbResult<bool> {
    settings::get(conn, MADE).map(|made| made.is_some())
}

/// The same person in the sandbox.
async fn in_sandbox(caller: &Caller) -> Result<Caller, ApiError> {
    let mut same = caller.clone();
    same.book = caller.sandbox().await?;
    same.principal.mode = Mode::Sandbox;
    Ok(same)
}

async fn make(desk: OwnerDesk, _fields: Fields) -> Result<HttpResponse, ApiError> {
    let sandbox = in_sandbox(&desk).await?;
    enrol(&sandbox).await?;
    let (currency, number) = (desk.terms.currency, RequestId::new(sandbox.now()));
    let order = json!({
        "order_id": format!("test-{number}"),
        "currency": currency,
        "subtotal": currency.units(PRICE),
        "customer": { "email": format!("friend-{number}@example.com"), "name": "Test friend" },
        "code": CODE,
        "test": true,
    });
    let id = match report_by_hand(&sandbox, &order).await? {
        SaleAnswer::Created(view) | SaleAnswer::Known(view) => view.sale.id,
        SaleAnswer::Conflict(id, _) => id,
    };
    desk.app.books.live.writer.write(|tx, now| settings::get_or_put(tx, MADE, &now.to_string()).map(drop)).await?;
    Ok(desk.frame("home").go(&format!("/desk/test-sale/{id}?done=test-sale")))
}

/// Makes sure that the sandbox's code leads to somebody.
async fn enrol(sandbox: &Caller) -> Result<(), ApiError> {
    let address = "test-referrer@example.com";
    let key = CustomerKey::email("/email", address)?;
    let customer =
        CustomerFacts { keys: vec![(key, address.to_owned())], name: Some("Test".to_owned()), ..CustomerFacts::default() };
    let wish = Enrolment { customer, code: Some(Code::parse("/code", CODE)?), invite: false };
    // If the code is somebody else's there, the sale is simply his.
    sandbox.write(move |tx, now| enroll_referrer(tx, now, &wish).map(drop)).await
}

async fn show(desk: Desk, path: Path<String>, query: crate::http::paging::Query<sale::After>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("home").after(query.0.done.as_deref());
    let sandbox = in_sandbox(&desk).await?;
    sale::answer_test(&sandbox, frame, sale::named(&path)?).await
}
