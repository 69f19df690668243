//! One customer: by what he is known, what he bought, who introduced him, whom he introduced.

use std::collections::{BTreeSet, HashMap};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig, get, resource};
use askama::Template;
use serde::Deserialize;

use super::naming::Names;
use super::referrers::address;
use super::wording;
use crate::db::commissions::{self, CommissionRow, ReferralRow};
use crate::db::customers::{self, Customer, KeyRow};
use crate::db::introductions::{self, Introduction};
use crate::db::referrers::{self, Referrer};
use crate::db::sales::{self, SaleRow};
use crate::db::tiers::{self, Tier};
use crate::db::{Conn, DbResult, lookups};
use crate::domain::attribution::VerdictKind;
use crate::domain::customer::KeyKind;
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest};
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;

/// Purchases on a page.
const ROWS: i64 = 30;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/customers/{id}").route(get().to(show)));
    super::customer_acts::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    after: Option<SaleId>,
    done: Option<String>,
}

struct Purchase {
    id: SaleId,
    day: String,
    order: String,
    amount: String,
    products: String,
    verdict: String,
    sent_by: Option<(ReferrerId, String)>,
}

/// Somebody whom he introduced.
struct Friend {
    id: CustomerId,
    name: String,
    day: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/customer.html")]
struct Page {
    frame: Frame,
    faults: Vec<String>,
    id: CustomerId,
    name: String,
    erased: Option<String>,
    keys: Vec<(String, String)>,
    since: String,
    before: Option<String>,
    tier: String,
    tiers: Vec<(String, String, bool)>,
    referrer: Option<ReferrerId>,
    introduced_by: Vec<(ReferrerId, String)>,
    friends: Vec<Friend>,
    purchases: Vec<Purchase>,
    older: Option<String>,
}

struct Found {
    row: Customer,
    keys: Vec<KeyRow>,
    tiers: Vec<Tier>,
    referrer: Option<Referrer>,
    purchases: Vec<SaleRow>,
    has_more: bool,
    products: HashMap<SaleId, Vec<String>>,
    referrals: Vec<ReferralRow>,
    introductions: Vec<Introduction>,
    friends: Vec<(CommissionRow, SaleRow)>,
    names: Names,
}

impl Found {
    fn read(conn: &mut Conn<'_>, row: Customer, after: Option<SaleId>) -> DbResult<Self> {
        let family = lookups::family(conn, row.id)?;
        let List { data: purchases, has_more } = List::cut(lookups::purchases(conn, &family, after, ROWS + 1)?, ROWS);
        let referrer = referrers::of_customers(conn, &[row.id])?.pop();
        let friends = match &referrer {
            Some(referrer) => lookups::deals_of(conn, referrer.id)?,
            None => Vec::new(),
        };
        let referrals = commissions::referrals_of(conn, &family)?;
        let introductions = introductions::standing_of(conn, &family)?;
        let mut senders: BTreeSet<ReferrerId> = purchases.iter().filter_map(|sale| sale.referrer_id).collect();
        senders.extend(referrals.iter().map(|one| one.referrer_id));
        senders.extend(introductions.iter().map(|one| one.referrer_id));
        let people: BTreeSet<CustomerId> = friends.iter().filter_map(|(_, sale)| sale.customer_id).chain([row.id]).collect();
        Ok(Self {
            keys: customers::keys_of(conn, &[row.id])?,
            tiers: tiers::list(conn)?,
            products: products(conn, &purchases)?,
            names: Names::read(conn, &senders, &people)?,
            row,
            referrer,
            purchases,
            has_more,
            referrals,
            introductions,
            friends,
        })
    }

    fn introduced_by(&self, frame: &Frame) -> Vec<(ReferrerId, String)> {
        let referral = |one: &ReferralRow| {
            let (who, day) = (self.names.referrer(frame, one.referrer_id), frame.day(&one.since));
            let code = one.code.as_deref().unwrap_or_default();
            let key = if code.is_empty() { "customers-introduced" } else { "customers-introduced-code" };
            (one.referrer_id, frame.tell(key, &[("who", &who), ("day", &day), ("code", code)]))
        };
        let registered = |one: &Introduction| {
            let (who, day) = (self.names.referrer(frame, one.referrer_id), frame.day(&one.created_at));
            (one.referrer_id, frame.tell("customers-registered", &[("who", &who), ("day", &day)]))
        };
        self.referrals.iter().map(referral).chain(self.introductions.iter().map(registered)).collect()
    }

    fn shown_purchases(&self, frame: &Frame) -> Vec<Purchase> {
        let purchase = |sale: &SaleRow| Purchase {
            id: sale.id,
            day: frame.day(&sale.occurred_at),
            order: sale.order_id.clone(),
            amount: sale.currency.map_or_else(String::new, |currency| frame.amount(&sale.total, &currency)),
            products: self.products.get(&sale.id).map(|all| all.join(", ")).unwrap_or_default(),
            verdict: verdict(frame, sale),
            sent_by: sale.referrer_id.map(|id| (id, self.names.referrer(frame, id))),
        };
        self.purchases.iter().map(purchase).collect()
    }

    fn shown_friends(&self, frame: &Frame) -> Vec<Friend> {
        let mut seen = BTreeSet::new();
        let friend = |(earned, sale): &(CommissionRow, SaleRow)| {
            let id = sale.customer_id.filter(|id| seen.insert(*id))?;
            let amount = frame.amount(&earned.net, &earned.currency);
            Some(Friend { id, name: self.names.customer(frame, id), day: frame.day(&sale.occurred_at), amount })
        };
        self.friends.iter().filter_map(friend).collect()
    }
}

/// The articles of the current revision of each order.
fn products(conn: &mut Conn<'_>, orders: &[SaleRow]) -> DbResult<HashMap<SaleId, Vec<String>>> {
    let versions: HashMap<SaleId, i64> = orders.iter().filter_map(|sale| Some((sale.id, sale.version?))).collect();
    let ids: Vec<SaleId> = versions.keys().copied().collect();
    let mut products: HashMap<SaleId, Vec<String>> = HashMap::new();
    for line in sales::lines_of(conn, &ids)? {
        if versions.get(&line.sale_id) == Some(&line.version) {
            products.entry(line.sale_id).or_default().push(line.sku);
        }
    }
    Ok(products)
}

fn verdict(frame: &Frame, sale: &SaleRow) -> String {
    match (sale.verdict_kind, sale.verdict_reason) {
        (Some(VerdictKind::Attributed), _) => frame.say("customers-credited"),
        (Some(VerdictKind::Held), _) => frame.say("customers-held"),
        (_, Some(reason)) => wording::reason(frame, reason),
        (_, None) => String::new(),
    }
}

async fn show(desk: Desk, id: Path<CustomerId>, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    page(&desk.0, id.into_inner(), asked.after, asked.done.as_deref(), Vec::new()).await
}

/// The page of a customer, or the way to that of whoever he turned out to be.
pub(super) async fn page(
    guest: &Guest,
    id: CustomerId,
    after: Option<SaleId>,
    done: Option<&str>,
    faults: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let found = guest.read(move |conn| match customers::find(conn, id)? {
        Some(Customer { merged_into: Some(kept), .. }) => Ok(Some(Err(kept))),
        Some(row) => Found::read(conn, row, after).map(|found| Some(Ok(found))),
        None => Ok(None),
    });
    let frame = guest.frame("customers").after(done);
    let found = match found.await?.ok_or_else(|| ApiError::not_found("customer"))? {
        Ok(found) => found,
        Err(kept) => return Ok(frame.go(&format!("/desk/customers/{kept}"))),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let row = &found.row;
    let tier = row.tier.clone().unwrap_or_default();
    let last = found.purchases.last().filter(|_| found.has_more);
    let kind = |kind: KeyKind| match kind {
        KeyKind::Email => frame.say("customers-email"),
        KeyKind::Phone => frame.say("customers-phone"),
        KeyKind::ExternalId => frame.say("customers-number"),
    };
    let page = Page {
        id: row.id,
        name: found.names.customer(&frame, row.id),
        erased: row.erased_at.map(|at| frame.tell("customers-erased", &[("day", &frame.day(&at))])),
        keys: found.keys.iter().map(|key| (kind(key.kind), key.shown.clone())).collect(),
        since: frame.day(&row.created_at),
        before: (row.orders_before > 0).then(|| frame.number(&row.orders_before)),
        tiers: found.tiers.iter().map(|one| (one.name.clone(), one.title.clone(), one.name == tier)).collect(),
        tier,
        referrer: found.referrer.as_ref().map(|referrer| referrer.id),
        introduced_by: found.introduced_by(&frame),
        friends: found.shown_friends(&frame),
        purchases: found.shown_purchases(&frame),
        older: last.map(|sale| address(&format!("/desk/customers/{id}"), &[("after", &sale.id.to_string())])),
        faults,
        frame,
    };
    page.frame.page_with(status, &page)
}
