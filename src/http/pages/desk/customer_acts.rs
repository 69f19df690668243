//! What the owner does with one customer: a grade, a code, or saying that he is somebody else in the file too.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use askama::Template;
use serde::Deserialize;

use super::customer::page;
use super::naming::Names;
use crate::db::{Conn, DbResult, lookups};
use crate::domain::customer::CustomerKey;
use crate::domain::id::CustomerId;
use crate::domain::principal::Scope;
use crate::http::pages::form::{Fields, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::change_customer::{Changed, CustomerChange, change_customer};
use crate::operations::enroll_customers::enroll_customers;
use crate::operations::merge_customers::{Merged, merge_customers};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/customers/{id}/grade").route(post().to(grade)))
        .service(resource("/customers/{id}/enrol").route(post().to(enrol)))
        .service(resource("/customers/{id}/merge").route(get().to(ask_merge)).route(post().to(merge)));
}

fn missing() -> ApiError {
    ApiError::not_found("customer")
}

async fn grade(desk: OwnerDesk, id: Path<CustomerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor, frame) = (id.into_inner(), desk.principal.actor(), desk.frame("customers"));
    let tier = fields.one("grade").map(str::to_owned);
    let change = CustomerChange { tier: Some(tier), ..CustomerChange::default() };
    match desk.write(move |tx, now| change_customer(tx, now, &actor, &Scope::All, id, &change)).await? {
        Changed::Done(..) => Ok(frame.go(&format!("/desk/customers/{id}?done=customer-grade"))),
        Changed::Merged(kept) => Ok(frame.go(&format!("/desk/customers/{kept}"))),
        Changed::UnknownTier => page(&desk.0, id, None, None, vec![frame.say("customers-fault-grade")]).await,
        Changed::Unknown | Changed::TooMuchMetadata => Err(missing()),
    }
}

async fn enrol(desk: OwnerDesk, id: Path<CustomerId>, _form: Fields) -> Result<HttpResponse, ApiError> {
    let (id, frame) = (id.into_inner(), desk.frame("customers"));
    let enrolled = desk.write(move |tx, now| enroll_customers(tx, now, &[id])).await?;
    match enrolled.first() {
        Some(referrer) => Ok(frame.go(&format!("/desk/referrers/{referrer}?done=referrer-invited"))),
        None => page(&desk.0, id, None, None, vec![frame.say("desk-fault-key_missing")]).await,
    }
}

#[derive(Debug, Default, Deserialize)]
struct Other {
    other: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/customer_merge.html")]
struct Ask {
    frame: Frame,
    id: CustomerId,
    other: CustomerId,
    kept: String,
    gone: String,
}

/// The one other customer that `text` names, if it names exactly one.
fn other(conn: &mut Conn<'_>, id: CustomerId, text: &str) -> DbResult<Option<CustomerId>> {
    let ids = match text.parse::<CustomerId>() {
        Ok(named) => vec![named],
        Err(_) => {
            let mut values = vec![text.to_owned()];
            let keys = [CustomerKey::email("", text), CustomerKey::phone("", text)];
            values.extend(keys.into_iter().flatten().map(|key| key.value));
            lookups::keyed(conn, &values)?
        }
    };
    let found: Vec<CustomerId> = lookups::standing(conn, &ids)?.into_iter().map(|row| row.id).collect();
    Ok(match found.as_slice() {
        [only] if *only != id => Some(*only),
        _ => None,
    })
}

async fn ask_merge(desk: OwnerDesk, id: Path<CustomerId>, Query(asked): Query<Other>) -> Result<HttpResponse, ApiError> {
    let (id, frame) = (id.into_inner(), desk.frame("customers"));
    let text = said(asked.other.as_deref()).unwrap_or_default().to_owned();
    let found = desk.read(move |conn| {
        let Some(other) = other(conn, id, &text)? else { return Ok(None) };
        let names = Names::read(conn, &BTreeSet::new(), &BTreeSet::from([id, other]))?;
        let orders = lookups::orders_counted(conn, &[id, other])?;
        Ok(Some((other, names, orders)))
    });
    let Some((other, names, orders)) = found.await? else {
        return page(&desk.0, id, None, None, vec![frame.say("customers-fault-other")]).await;
    };
    let entry = |id: CustomerId| {
        let count = orders.iter().find(|(of, _)| *of == Some(id)).map_or(0, |(_, count)| *count);
        frame.count("decide-merge-entry", count, &[("who", &names.customer(&frame, id))])
    };
    let page = Ask { kept: entry(id), gone: entry(other), id, other, frame };
    page.frame.page(&page)
}

async fn merge(desk: OwnerDesk, id: Path<CustomerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor, frame) = (id.into_inner(), desk.principal.actor(), desk.frame("customers"));
    let other: Option<CustomerId> = fields.one("other").and_then(|other| other.parse().ok()).filter(|other| *other != id);
    let other = other.ok_or_else(missing)?;
    match desk.write(move |tx, now| merge_customers(tx, now, &actor, id, other)).await? {
        Merged::Into(kept) => Ok(frame.go(&format!("/desk/customers/{kept}?done=customer-merged"))),
        Merged::Unknown(_) => Err(missing()),
    }
}
