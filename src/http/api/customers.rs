//! `/v1/customers` and `/v1/merge-proposals`.

use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::customer_body::{CustomerBody, given, orders_before};
use super::customer_view::CustomerView;
use super::erasures::erase;
use super::source::source_of;
use crate::db::bounces;
use crate::db::customers::{self, Search};
use crate::db::merges::{self, Proposal};
use crate::domain::customer::{CustomerKey, KeyKind, METADATA_MAX, Metadata, check_metadata};
use crate::domain::field::{FieldError, not_ahead, short_text};
use crate::domain::id::{CustomerId, ProposalId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Principal;
use crate::domain::rule::tier_name;
use crate::http::body::Body;
use crate::http::callers::{Auditor, Owner, Reporter, StaffReader};
use crate::http::paging::{Filtered, List, Page};
use crate::http::problem::ApiError;
use crate::operations::change_customer::{Changed, CustomerChange, Entries, change_customer};
use crate::operations::dismiss_merge::dismiss_merge;
use crate::operations::merge_customers::{Merged, merge_customers};
use crate::operations::record_customer::record_customer;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/customers").route(web::post().to(record)).route(web::get().to(list)))
        .service(
            web::resource("/v1/customers/{id}")
                .route(web::get().to(read))
                .route(web::patch().to(change))
                .route(web::delete().to(erase)),
        )
        .service(web::resource("/v1/customers/{id}/merge").route(web::post().to(merge)))
        .service(web::resource("/v1/merge-proposals").route(web::get().to(proposals)))
        .service(web::resource("/v1/merge-proposals/{id}/dismiss").route(web::post().to(dismiss)));
}

async fn record(caller: Reporter, body: Body<CustomerBody>) -> Result<impl Responder, ApiError> {
    let facts = body.into_inner().parse_named(&caller.principal, "", caller.now())?;
    let recorded = caller.write(move |tx, now| record_customer(tx, now, &facts)).await?;
    let recorded = recorded.ok_or_else(|| ApiError::internal("a customer with a key was not recorded"))?;
    let view = CustomerView::of(recorded.customer, recorded.keys, &caller.principal.scope());
    Ok(if recorded.created { HttpResponse::Created().json(view) } else { HttpResponse::Ok().json(view) })
}

async fn read(caller: StaffReader, id: web::Path<CustomerId>) -> Result<impl Responder, ApiError> {
    let (id, scope) = (id.into_inner(), caller.principal.scope());
    let found = caller
        .read(move |conn| {
            let Some(row) = customers::find_in(conn, id, &scope)? else { return Ok(None) };
            let keys = customers::keys_of(conn, &[id])?;
            let addresses: Vec<String> =
                keys.iter().filter(|key| key.kind == KeyKind::Email).map(|key| key.value.clone()).collect();
            let bounced = bounces::of(conn, &addresses)?;
            Ok(Some(CustomerView::of(row, keys, &scope).with_bounces(bounced)))
        })
        .await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("customer"))
}

/// By what a list of customers can be narrowed: one of them at a time.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerFilter {
    search: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    external_id: Option<String>,
    source: Option<String>,
}

impl CustomerFilter {
    fn parse(self, principal: &Principal) -> Result<Search, ApiError> {
        self.source.as_deref().map_or(Ok(()), |source| short_text("?source", source))?;
        let source = source_of(principal, self.source.as_deref())?;
        match (self.search, self.email, self.phone, self.external_id) {
            (None, None, None, None) if self.source.is_some() => {
                Err(FieldError::new("?source", "incomplete", "goes with external_id; send both or neither").into())
            }
            (None, None, None, None) => Ok(Search::All),
            (Some(name), None, None, None) => {
                short_text("?search", &name)?;
                Ok(Search::Name(name))
            }
            (None, Some(email), None, None) => Ok(Search::Key(CustomerKey::email("?email", &email)?)),
            (None, None, Some(phone), None) => Ok(Search::Key(CustomerKey::phone("?phone", &phone)?)),
            (None, None, None, Some(id)) => Ok(Search::Key(CustomerKey::external_id("?external_id", &source, &id)?)),
            _ => {
                Err(FieldError::new("?search", "ambiguous", "search by one of search, email, phone and external_id at a time")
                    .into())
            }
        }
    }
}

async fn list(caller: StaffReader, filtered: Filtered<CustomerFilter>) -> Result<impl Responder, ApiError> {
    let Filtered(page, filter) = filtered;
    let search = filter.parse(&caller.principal)?;
    let scope = caller.principal.scope();
    let list = caller
        .read(move |conn| {
            let rows = customers::list(conn, &search, &scope, page.after.map(CustomerId::from_uuid), page.fetch())?;
            let List { data, has_more } = List::of(rows, page);
            let ids: Vec<CustomerId> = data.iter().map(|row| row.id).collect();
            let keys = customers::keys_of(conn, &ids)?;
            Ok(List { data: CustomerView::all(data, keys, &scope), has_more })
        })
        .await?;
    Ok(Json(list))
}

/// What can be corrected; `null` empties a field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerPatch {
    #[serde(default, deserialize_with = "given")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    first_order_at: Option<Option<Instant>>,
    orders_before: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    tier: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    locale: Option<Option<Locale>>,
    #[serde(default, deserialize_with = "given")]
    metadata: Option<Option<Entries>>,
}

impl CustomerPatch {
    fn parse(self, now: Instant) -> Result<CustomerChange, ApiError> {
        let mut faults = Vec::new();
        if let Some(Some(name)) = &self.name {
            faults.extend(short_text("/name", name).err());
        }
        if let Some(Some(at)) = self.first_order_at {
            faults.extend(not_ahead("/first_order_at", at, now).err());
        }
        faults.extend(self.orders_before.and_then(|count| orders_before("/orders_before", count).err()));
        if let Some(Some(tier)) = &self.tier {
            faults.extend(tier_name("/tier", tier).err());
        }
        if let Some(Some(entries)) = &self.metadata {
            let set: Metadata = entries.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
            faults.extend(check_metadata("/metadata", &set).err());
        }
        if !faults.is_empty() {
            return Err(faults.into());
        }
        Ok(CustomerChange {
            name: self.name,
            first_order_at: self.first_order_at,
            orders_before: self.orders_before,
            tier: self.tier,
            locale: self.locale,
            metadata: self.metadata,
        })
    }
}

async fn change(caller: Reporter, id: web::Path<CustomerId>, body: Body<CustomerPatch>) -> Result<impl Responder, ApiError> {
    let id = id.into_inner();
    let change = body.into_inner().parse(caller.now())?;
    let (actor, scope) = (caller.principal.actor(), caller.principal.scope());
    match caller.write(move |tx, now| change_customer(tx, now, &actor, &scope, id, &change)).await? {
        Changed::Unknown => Err(ApiError::not_found("customer")),
        Changed::Merged(into) => {
            Err(ApiError::conflict("merged", format!("this customer was merged into {into}; change that one instead")))
        }
        Changed::TooMuchMetadata => {
            let message = format!("would hold more than {METADATA_MAX} entries; take one away by setting it to null");
            Err(FieldError::new("/metadata", "too_many", message).into())
        }
        Changed::UnknownTier => {
            Err(FieldError::new("/tier", "unknown_tier", "names no tier; make it with PUT /v1/tiers/{name} first").into())
        }
        Changed::Done(row, keys) => Ok(Json(CustomerView::of(*row, keys, &caller.principal.scope()))),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeBody {
    other_id: CustomerId,
}

async fn merge(caller: Owner, id: web::Path<CustomerId>, body: Body<MergeBody>) -> Result<impl Responder, ApiError> {
    let (id, other, actor) = (id.into_inner(), body.other_id, caller.principal.actor());
    if id == other {
        return Err(FieldError::new("/other_id", "same_customer", "names the customer himself; name another one").into());
    }
    let scope = caller.principal.scope();
    let merged = caller
        .write(move |tx, now| match merge_customers(tx, now, &actor, id, other)? {
            Merged::Unknown(unknown) => Ok(Err(unknown)),
            Merged::Into(kept) => {
                let keys = customers::keys_of(tx, &[kept])?;
                Ok(customers::find(tx, kept)?.map(|row| CustomerView::of(row, keys, &scope)).ok_or(kept))
            }
        })
        .await?;
    merged.map(Json).map_err(|unknown| {
        if unknown == other {
            FieldError::new("/other_id", "unknown_customer", "names no customer").into()
        } else {
            ApiError::not_found("customer")
        }
    })
}

#[derive(Debug, Serialize)]
pub(super) struct ProposalView {
    id: ProposalId,
    kept_id: CustomerId,
    other_id: CustomerId,
    created_at: Instant,
}

impl From<&Proposal> for ProposalView {
    fn from(row: &Proposal) -> Self {
        Self { id: row.id, kept_id: row.kept_id, other_id: row.other_id, created_at: row.created_at }
    }
}

async fn proposals(caller: Auditor, page: Page) -> Result<impl Responder, ApiError> {
    let after = page.after.map(ProposalId::from_uuid);
    let rows = caller.read(move |conn| merges::open_proposals(conn, after, page.fetch())).await?;
    Ok(Json(List::of(rows, page).map(|row| ProposalView::from(&row))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DismissBody {
    reason: String,
}

async fn dismiss(caller: Owner, id: web::Path<ProposalId>, body: Body<DismissBody>) -> Result<impl Responder, ApiError> {
    let (id, reason, actor) = (id.into_inner(), body.into_inner().reason, caller.principal.actor());
    short_text("/reason", &reason)?;
    let dismissed = caller.write(move |tx, now| dismiss_merge(tx, now, id, &reason, &actor)).await?;
    dismissed.map(|row| Json(ProposalView::from(&row))).ok_or_else(|| ApiError::not_found("merge proposal"))
}
