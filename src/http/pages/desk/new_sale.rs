//! A sale at the till or by phone: an amount, who bought, who sent him.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::typed_money::typed_money;
use crate::db::referrers;
use crate::domain::code::Code;
use crate::domain::customer::CustomerKey;
use crate::domain::id::RequestId;
use crate::domain::money::Currency;
use crate::http::api::sales::report_by_hand;
use crate::http::pages::form::{Form, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::operations::record_sales::SaleAnswer;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sales/new").route(web::get().to(show)).route(web::post().to(record)));
}

/// The form, as it was filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Entered {
    form: String,
    amount: String,
    currency: String,
    name: String,
    email: String,
    phone: String,
    sent_by: String,
    order: String,
    tax: String,
}

/// What is wrong: the field, and the text that says so.
type Fault = (&'static str, &'static str);

#[derive(Template)]
#[template(path = "http/pages/desk/new_sale.html")]
struct Page {
    frame: Frame,
    entered: Entered,
    wrong: Vec<&'static str>,
    faults: Vec<String>,
}

impl Page {
    /// Whether a field's value is at fault.
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.contains(&field)
    }

    /// Whether one of the fields that most sales do not need is at fault.
    fn opened(&self) -> bool {
        ["order", "currency", "tax"].iter().any(|field| self.is_wrong(field))
    }
}

async fn show(desk: OwnerDesk) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("sales");
    let entered = Entered {
        // Sent twice, the form is one sale: the order's number follows from this.
        form: RequestId::new(desk.now()).to_string(),
        currency: frame.currency.code().to_owned(),
        ..Entered::default()
    };
    let page = Page { frame, entered, wrong: Vec::new(), faults: Vec::new() };
    page.frame.page(&page)
}

fn again(desk: &OwnerDesk, entered: Entered, faults: &[Fault]) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("sales");
    let texts = faults.iter().map(|(_, key)| frame.say(key)).collect();
    let page = Page { frame, entered, wrong: faults.iter().map(|(field, _)| *field).collect(), faults: texts };
    page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn record(desk: OwnerDesk, Form(entered): Form<Entered>) -> Result<HttpResponse, ApiError> {
    let sent_by = match introducer(&desk, &entered).await? {
        Ok(sent_by) => sent_by,
        Err(fault) => return again(&desk, entered, &[fault]),
    };
    let order = match order(&entered, &sent_by, desk.terms.currency) {
        Ok(order) => order,
        Err(faults) => return again(&desk, entered, &faults),
    };
    // By the same lane as the API. Neither the session nor the form names a storefront, so the sale's source is `main`:
    // an order taken by phone that the shop itself reports under the same number is one order, not two.
    let (id, done) = match report_by_hand(&desk, &order).await {
        Ok(SaleAnswer::Created(view)) => (view.sale.id, "sale-recorded"),
        Ok(SaleAnswer::Known(view)) => (view.sale.id, "sale-known"),
        Ok(SaleAnswer::Conflict(..)) => return again(&desk, entered, &[("order", "sales-fault-order-taken")]),
        Err(error) if error.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let faults: Vec<Fault> = error.errors().iter().map(|fault| field_of(&fault.pointer)).collect();
            return again(&desk, entered, &faults);
        }
        Err(error) => return Err(error),
    };
    Ok(desk.frame("sales").go(&format!("/desk/sales/{id}?done={done}")))
}

/// Which field of the form the API's pointer means.
fn field_of(pointer: &str) -> Fault {
    match pointer {
        "/customer/email" => ("email", "sales-fault-email"),
        "/customer/phone" => ("phone", "sales-fault-phone"),
        "/customer/name" => ("name", "sales-fault-name"),
        "/order_id" => ("order", "sales-fault-order"),
        "/tax" => ("tax", "sales-fault-tax"),
        "/subtotal" => ("amount", "sales-fault-amount"),
        _ => ("sent_by", "sales-fault-sent-by"),
    }
}

/// The answer to "who sent you?" in the API's words: a code that exists, an address, a number, or else a name that the
/// owner matches later.
async fn introducer(desk: &OwnerDesk, entered: &Entered) -> Result<Result<Map<String, Value>, Fault>, ApiError> {
    let said_as = |field: &str, value: Value| Ok(Map::from_iter([(field.to_owned(), value)]));
    let Some(text) = said(Some(&entered.sent_by)).map(str::to_owned) else { return Ok(Ok(Map::new())) };
    if text.contains('@') {
        let known = CustomerKey::email("", &text).is_ok();
        let fault = Err(("sent_by", "sales-fault-sent-by"));
        return Ok(if known { said_as("referred_by", json!({ "email": text })) } else { fault });
    }
    if let Some(code) = Code::fold(&text) {
        let skeleton = [code.skeleton()];
        if !desk.read(move |conn| referrers::codes_by_skeleton(conn, &skeleton)).await?.is_empty() {
            return Ok(said_as("code", json!(text)));
        }
    }
    let kind = if CustomerKey::phone("", &text).is_ok() { "phone" } else { "name" };
    Ok(said_as("referred_by", json!({ kind: text })))
}

/// The order in the words of `POST /v1/sales`.
fn order(entered: &Entered, sent_by: &Map<String, Value>, home: Currency) -> Result<Value, Vec<Fault>> {
    let mut faults: Vec<Fault> = Vec::new();
    let currency = said(Some(&entered.currency)).map_or(Ok(home), |text| Currency::parse(&text.to_ascii_uppercase()));
    let currency = currency.unwrap_or_else(|_| {
        faults.push(("currency", "sales-fault-currency"));
        home
    });
    let amount = typed_money(&entered.amount, currency);
    if amount.is_none() {
        faults.push(("amount", "sales-fault-amount"));
    }
    let mut order = Map::new();
    order.insert("currency".to_owned(), json!(currency));
    order.insert("subtotal".to_owned(), json!(amount));
    if let Some(text) = said(Some(&entered.tax)) {
        match typed_money(text, currency).filter(|tax| amount.is_some_and(|amount| *tax < amount)) {
            Some(tax) => {
                order.insert("tax".to_owned(), json!(tax));
                order.insert("tax_included".to_owned(), json!(true));
            }
            None => faults.push(("tax", "sales-fault-tax")),
        }
    }
    let number = said(Some(&entered.order)).map(str::to_owned).or_else(|| till_number(&entered.form));
    match number {
        Some(number) => drop(order.insert("order_id".to_owned(), json!(number))),
        None => faults.push(("order", "sales-fault-form")),
    }
    let person = [("name", &entered.name), ("email", &entered.email), ("phone", &entered.phone)];
    let person: Map<String, Value> =
        person.into_iter().filter_map(|(field, text)| Some((field.to_owned(), json!(said(Some(text))?)))).collect();
    let known = person.contains_key("email") || person.contains_key("phone");
    if !known && !sent_by.is_empty() {
        faults.push(("email", "sales-fault-no-key"));
    }
    if known {
        order.insert("customer".to_owned(), Value::Object(person));
    }
    order.extend(sent_by.clone());
    if faults.is_empty() { Ok(Value::Object(order)) } else { Err(faults) }
}

/// The number of a sale that has none of its own: what is random of the form's id, so that each form has its own.
fn till_number(form: &str) -> Option<String> {
    let id: Uuid = form.parse().ok()?;
    let digits = id.simple().to_string();
    Some(format!("till-{}", digits.get(20..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_becomes_an_order() {
        let entered = Entered {
            form: "0190163d-8694-739b-aea5-966c26f8ad90".to_owned(),
            amount: "49,90".to_owned(),
            name: " Carla ".to_owned(),
            email: "carla@example.com".to_owned(),
            ..Entered::default()
        };
        let sent_by = Map::from_iter([("code".to_owned(), json!("ANNA"))]);
        let made = order(&entered, &sent_by, Currency::EUR).expect("an order");
        let customer = json!({ "name": "Carla", "email": "carla@example.com" });
        assert_eq!(
            made,
            json!({ "order_id": "till-966c26f8ad90", "currency": "EUR", "subtotal": 4_990, "customer": customer, "code": "ANNA" })
        );
        let nobody = Entered { email: String::new(), amount: "x".to_owned(), ..entered };
        let faults = order(&nobody, &sent_by, Currency::EUR).expect_err("faults");
        assert_eq!(faults, [("amount", "sales-fault-amount"), ("email", "sales-fault-no-key")]);
        assert_eq!(till_number("x"), None);
    }
}
