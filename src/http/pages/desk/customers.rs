//! Customers: the customer file, searched by whatever somebody has at hand.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, resource};
use askama::Template;
use serde::Deserialize;

use super::referrers::address;
use crate::db::customers::{self, Customer, KeyRow};
use crate::db::{Conn, DbResult, lookups, referrers};
use crate::domain::customer::{CustomerKey, KeyKind};
use crate::domain::field::TEXT_MAX;
use crate::domain::id::CustomerId;
use crate::http::pages::form::said;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;

/// Rows on a page.
const ROWS: i64 = 50;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/customers").route(get().to(list)));
    super::customer::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    q: Option<String>,
    after: Option<CustomerId>,
    done: Option<String>,
}

struct Row {
    id: CustomerId,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    orders: String,
    tier: Option<String>,
    referrer: bool,
    since: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/customers.html")]
struct Page {
    frame: Frame,
    q: String,
    /// By what they were found.
    by: Option<String>,
    rows: Vec<Row>,
    older: Option<String>,
    first: bool,
}

/// By what customers were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// A key of theirs: address, number, the shop's own id.
    Key,
    /// The number of an order.
    Order,
    /// A name.
    Name,
    /// An article they bought.
    Product,
}

impl By {
    const fn key(self) -> &'static str {
        match self {
            Self::Key => "customers-by-key",
            Self::Order => "customers-by-order",
            Self::Name => "customers-by-name",
            Self::Product => "customers-by-product",
        }
    }
}

struct Found {
    by: Option<By>,
    rows: Vec<Customer>,
    next: Option<CustomerId>,
    keys: HashMap<CustomerId, Vec<KeyRow>>,
    orders: HashMap<CustomerId, i64>,
    referrers: Vec<CustomerId>,
}

/// Who is meant by `text`, from the most certain to the least: one key or order number says who, else names are looked
/// through, else articles.
fn search(conn: &mut Conn<'_>, text: &str, after: Option<CustomerId>, limit: i64) -> DbResult<(By, Vec<Customer>)> {
    if after.is_none() {
        let mut values = vec![text.to_owned()];
        values.extend([CustomerKey::email("", text), CustomerKey::phone("", text)].into_iter().flatten().map(|key| key.value));
        let of = lookups::keyed(conn, &values)?;
        if !of.is_empty() {
            return Ok((By::Key, lookups::standing(conn, &of)?));
        }
        let buyers: Vec<CustomerId> =
            lookups::orders_numbered(conn, text)?.into_iter().filter_map(|row| row.customer_id).collect();
        if !buyers.is_empty() {
            return Ok((By::Order, lookups::standing(conn, &buyers)?));
        }
    }
    let named = lookups::customers(conn, Some(text), after, limit)?;
    if !named.is_empty() || after.is_some() {
        return Ok((By::Name, named));
    }
    let buyers = lookups::buyers_of(conn, text)?;
    Ok((By::Product, lookups::standing(conn, &buyers)?))
}

fn find(conn: &mut Conn<'_>, text: Option<&str>, after: Option<CustomerId>) -> DbResult<Found> {
    let (by, rows) = match text {
        Some(text) => search(conn, text, after, ROWS + 1).map(|(by, rows)| (Some(by), rows))?,
        None => (None, lookups::customers(conn, None, after, ROWS + 1)?),
    };
    let page = List::cut(rows, ROWS);
    let next = page.goes_on_after().filter(|_| matches!(by, None | Some(By::Name))).map(|row| row.id);
    let rows = page.data;
    let ids: Vec<CustomerId> = rows.iter().map(|row| row.id).collect();
    let mut keys: HashMap<CustomerId, Vec<KeyRow>> = HashMap::new();
    for key in customers::keys_of(conn, &ids)? {
        keys.entry(key.customer_id).or_default().push(key);
    }
    let counted = lookups::orders_counted(conn, &ids)?;
    Ok(Found {
        by,
        next,
        keys,
        orders: counted.into_iter().filter_map(|(id, count)| Some((id?, count))).collect(),
        referrers: referrers::of_customers(conn, &ids)?.into_iter().map(|row| row.customer_id).collect(),
        rows,
    })
}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    // Nothing that is longer is kept of anybody.
    let text: Option<String> = said(asked.q.as_deref()).map(|text| text.chars().take(TEXT_MAX).collect());
    let (wanted, after) = (text.clone(), asked.after);
    let found = desk.read(move |conn| find(conn, wanted.as_deref(), after)).await?;
    let frame = desk.frame("customers").after(asked.done.as_deref());
    let row = |row: &Customer| {
        let keys = found.keys.get(&row.id);
        let first = |kind| keys.and_then(|keys| keys.iter().find(|key| key.kind == kind)).map(|key| key.shown.clone());
        Row {
            id: row.id,
            name: row.name.clone().or_else(|| first(KeyKind::ExternalId)),
            email: first(KeyKind::Email),
            phone: first(KeyKind::Phone),
            orders: frame.number(&found.orders.get(&row.id).copied().unwrap_or(0)),
            tier: row.tier.clone(),
            referrer: found.referrers.contains(&row.id),
            since: frame.day(&row.created_at),
        }
    };
    let rows = found.rows.iter().map(row).collect();
    let q = text.unwrap_or_default();
    let older = found.next.map(|id| address("/desk/customers", &[("q", &q), ("after", &id.to_string())]));
    let by = found.by.map(|by| frame.say(by.key()));
    let page = Page { q, by, rows, older, first: asked.after.is_none(), frame };
    page.frame.page(&page)
}
