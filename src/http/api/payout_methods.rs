//! `/v1/referrers/{id}/payout-method`: where a referrer's money goes, shown masked.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, resource};
use actix_web::web::{delete, get, put};
use serde::{Deserialize, Serialize};

use crate::db::payout_methods::{self, Method};
use crate::db::referrers;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::payout::Rail;
use crate::domain::payout_details::{AccountKind, HolderKind, PayoutDetails};
use crate::http::body::Body;
use crate::http::callers::{Caller, OwnReader, Payee};
use crate::http::problem::ApiError;
use crate::operations::remove_payout_method::remove_payout_method;
use crate::operations::set_payout_method::{Outcome, Request, set_payout_method};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/v1/referrers/{id}/payout-method").route(put().to(enter)).route(get().to(read)).route(delete().to(remove)),
    );
}

/// Details as they are written: one object whose fields depend on the rail. Read flat, so that a fault is
/// told at its field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DetailsBody {
    rail: Rail,
    name: Option<String>,
    address: Option<Vec<String>>,
    holder: Option<String>,
    iban: Option<String>,
    bic: Option<String>,
    routing: Option<String>,
    account: Option<String>,
    account_kind: Option<AccountKind>,
    holder_kind: Option<HolderKind>,
    email: Option<String>,
}

impl DetailsBody {
    /// Details of which each field that was filled in is what `field` gives for its name.
    pub(in crate::http) fn filled_in(rail: Rail, field: impl Fn(&str) -> Option<String>) -> Self {
        let lines = |text: String| text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        Self {
            rail,
            name: field("name"),
            address: field("address").map(lines),
            holder: field("holder"),
            iban: field("iban"),
            bic: field("bic"),
            routing: field("routing"),
            account: field("account"),
            account_kind: field("account_kind")
                .map(|kind| if kind == "savings" { AccountKind::Savings } else { AccountKind::Checking }),
            holder_kind: field("holder_kind")
                .map(|kind| if kind == "business" { HolderKind::Business } else { HolderKind::Person }),
            email: field("email"),
        }
    }

    /// The details in normal form.
    ///
    /// # Errors
    /// Every fault, each at its field.
    pub(in crate::http) fn parse(mut self) -> Result<PayoutDetails, Vec<FieldError>> {
        let rail = self.rail;
        let mut faults = Vec::new();
        let details = match rail {
            Rail::Manual => PayoutDetails::Manual {
                name: needed(&mut faults, "/name", self.name.take()),
                address: needed(&mut faults, "/address", self.address.take()),
            },
            Rail::Sepa => PayoutDetails::Sepa {
                holder: needed(&mut faults, "/holder", self.holder.take()),
                iban: needed(&mut faults, "/iban", self.iban.take()),
                bic: self.bic.take(),
            },
            Rail::Ach => PayoutDetails::Ach {
                holder: needed(&mut faults, "/holder", self.holder.take()),
                routing: needed(&mut faults, "/routing", self.routing.take()),
                account: needed(&mut faults, "/account", self.account.take()),
                account_kind: self.account_kind.take().unwrap_or(AccountKind::Checking),
                holder_kind: self.holder_kind.take().unwrap_or(HolderKind::Person),
            },
            Rail::Paypal => PayoutDetails::Paypal { email: needed(&mut faults, "/email", self.email.take()) },
            Rail::Wise => PayoutDetails::Wise {
                holder: needed(&mut faults, "/holder", self.holder.take()),
                email: needed(&mut faults, "/email", self.email.take()),
            },
            Rail::StoreCredit => PayoutDetails::StoreCredit {},
            Rail::Offset => {
                let message = "must be manual, sepa, ach, paypal, wise or store_credit";
                return Err(vec![FieldError::new("/rail", "unknown_value", message)]);
            }
        };
        faults.extend(self.left().map(|field| {
            FieldError::new(format!("/{field}"), "unexpected", format!("does not belong to {}; leave it out", rail.name()))
        }));
        if faults.is_empty() { details.checked("") } else { Err(faults) }
    }

    /// The fields that were given and not taken.
    fn left(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("name", self.name.is_some()),
            ("address", self.address.is_some()),
            ("holder", self.holder.is_some()),
            ("iban", self.iban.is_some()),
            ("bic", self.bic.is_some()),
            ("routing", self.routing.is_some()),
            ("account", self.account.is_some()),
            ("account_kind", self.account_kind.is_some()),
            ("holder_kind", self.holder_kind.is_some()),
            ("email", self.email.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }
}

fn needed<T: Default>(faults: &mut Vec<FieldError>, pointer: &str, given: Option<T>) -> T {
    if given.is_none() {
        faults.push(FieldError::new(pointer, "missing_field", "is missing; it is required"));
    }
    given.unwrap_or_default()
}

#[derive(Debug, Serialize)]
struct ShownMethod {
    referrer_id: ReferrerId,
    rail: Rail,
    account: String,
    /// The first instant at which something can be paid there.
    payable_from: Instant,
    created_at: Instant,
}

impl From<Method> for ShownMethod {
    fn from(row: Method) -> Self {
        Self {
            referrer_id: row.referrer_id,
            rail: row.rail,
            account: row.account,
            payable_from: row.hold_until.unwrap_or(row.created_at),
            created_at: row.created_at,
        }
    }
}

/// What `caller` asks for who enters `details` for a referrer.
///
/// # Errors
/// 500 when they cannot be sealed.
pub(in crate::http) fn request(caller: &Caller, referrer_id: ReferrerId, details: &PayoutDetails) -> Result<Request, ApiError> {
    let internal = |error: &dyn std::fmt::Display| ApiError::internal(error.to_string());
    let plain = serde_json::to_string(details).map_err(|error| internal(&error))?;
    let vault = caller.app.vault.clone();
    Ok(Request {
        referrer_id,
        rail: details.rail(),
        sealed: vault.seal(&Method::seal_place(referrer_id), &plain).map_err(|error| internal(&error))?,
        plain,
        account: details.masked(),
        fingerprint: details.comparable().map(|comparable| caller.app.marks.account(&comparable)),
        vault,
        scope: caller.principal.scope(),
        actor: caller.principal.actor(),
    })
}

async fn enter(caller: Payee, path: Path<ReferrerId>, body: Body<DetailsBody>) -> Result<HttpResponse, ApiError> {
    let request = request(&caller, path.into_inner(), &body.into_inner().parse()?)?;
    match caller.write(move |tx, now| set_payout_method(tx, now, &request)).await? {
        Outcome::NoReferrer => Err(ApiError::not_found("referrer")),
        Outcome::Entered(row) => Ok(HttpResponse::Created().json(ShownMethod::from(row))),
        Outcome::Changed(row) | Outcome::Unchanged(row) => Ok(HttpResponse::Ok().json(ShownMethod::from(row))),
    }
}

async fn read(caller: OwnReader, path: Path<ReferrerId>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (path.into_inner(), caller.principal.scope());
    let found = caller
        .read(move |conn| match referrers::find_in(conn, id, &scope)? {
            Some(_) => payout_methods::find(conn, id),
            None => Ok(None),
        })
        .await?;
    let row = found.ok_or_else(|| ApiError::not_found("payout method"))?;
    Ok(HttpResponse::Ok().json(ShownMethod::from(row)))
}

async fn remove(caller: Payee, path: Path<ReferrerId>) -> Result<HttpResponse, ApiError> {
    let (id, scope, actor) = (path.into_inner(), caller.principal.scope(), caller.principal.actor());
    if caller.write(move |tx, now| remove_payout_method(tx, now, id, &scope, &actor)).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(ApiError::not_found("payout method"))
}
