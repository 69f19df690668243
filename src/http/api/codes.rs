//! `/v1/codes/{code}`: what a code is, found by what its look-alikes share.

use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::customer_body::given;
use crate::db::click_days;
use crate::db::referrers::{self, CodeRow};
use crate::db::{Conn, DbResult, tallies, terms};
use crate::domain::code::Code;
use crate::domain::commission::CommissionRule;
use crate::domain::earning::discount_for;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::principal::{Role, Scope};
use crate::domain::referrer::{CodeStatus, ReferrerStatus};
use crate::domain::sale::check_amount;
use crate::http::body::Body;
use crate::http::callers::{AnyReader, Caller, CodeReader, Owner};
use crate::http::limits;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::change_code::{CodeChange, CodeChanged, change_code};

/// Days shown of a code: a year and a month.
const DAYS_MAX: i64 = 400;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/codes/{code}").route(web::get().to(read)).route(web::patch().to(change)))
        .service(web::resource("/v1/codes/{code}/clicks").route(web::get().to(clicks)));
}

/// A code with its link.
#[derive(Debug, Serialize)]
pub struct CodeView {
    code: String,
    status: CodeStatus,
    referrer_id: ReferrerId,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    friend_discount: Option<DiscountView>,
}

/// What a browser may know of a code.
#[derive(Debug, Serialize)]
struct PublicCodeView {
    code: String,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    friend_discount: Option<DiscountView>,
}

/// What the friend who types the code is given, and what that is on the goods asked about.
#[derive(Debug, Serialize)]
struct DiscountView {
    gives: CommissionRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<Money>,
}

/// The goods that a friend is about to buy.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Basket {
    currency: Option<Currency>,
    amount: Option<i64>,
}

impl Basket {
    fn check(self) -> Result<Self, ApiError> {
        check_amount("?amount", self.amount.unwrap_or(0))?;
        match (self.currency, self.amount) {
            (None, Some(_)) => Err(FieldError::new("?currency", "missing_field", "is needed to know what amount is in").into()),
            _ => Ok(self),
        }
    }

    /// What `gives` takes off: never more than the goods are worth.
    fn off(self, gives: &CommissionRule) -> Option<Money> {
        let currency = self.currency?;
        let amount = match (gives, self.amount) {
            (_, Some(amount)) => gives.owed(amount, currency).min(amount),
            (CommissionRule::Flat { amounts }, None) => amounts.get(&currency).copied().unwrap_or(0),
            (CommissionRule::Percent { .. }, None) => return None,
        };
        Some(Money { amount, currency })
    }
}

impl CodeView {
    /// The code, with a link into the ledger of `caller`.
    #[must_use]
    pub fn of(caller: &Caller, row: &CodeRow) -> Self {
        Self {
            code: row.code.clone(),
            status: row.status,
            referrer_id: row.referrer_id,
            url: caller.code_url(&row.code),
            destination: row.destination.clone(),
            created_at: row.created_at,
            friend_discount: None,
        }
    }
}

/// 409: somebody else has this code.
#[must_use]
pub fn taken() -> ApiError {
    let fault = FieldError::new("/code", "code_taken", "is taken, or looks like one that is; choose another");
    ApiError::conflict_with("code_taken", "somebody else has this code or one that looks like it; choose another", vec![fault])
}

async fn read(
    caller: CodeReader,
    code: web::Path<String>,
    basket: Query<Basket>,
    req: HttpRequest,
) -> Result<impl Responder, ApiError> {
    let basket = basket.0.check()?;
    let code = Code::fold(&code).ok_or_else(unknown)?;
    if caller.principal.role == Role::Publishable {
        limits::may_guess(&req, &caller.app)?;
    }
    let wanted = code.clone();
    let found = caller
        .read(move |conn| {
            let Some(row) = referrers::codes_by_skeleton(conn, &[wanted.skeleton()])?.pop() else { return Ok(None) };
            let owner = referrers::find(conn, row.referrer_id)?;
            let welcome = owner.is_some_and(|owner| owner.status != ReferrerStatus::Paused);
            let valid = welcome && row.status == CodeStatus::Active;
            let gives = if valid { promised(conn, row.referrer_id)? } else { None };
            Ok(Some((row, valid, gives)))
        })
        .await?;
    let discount = |gives: CommissionRule| DiscountView { off: basket.off(&gives), gives };
    if caller.principal.role == Role::Publishable {
        let Some((row, _, gives)) = found.filter(|(_, valid, _)| *valid) else {
            limits::missed(&req, &caller.app)?;
            // The same for a code that never was and one that is no more: guessing tells nothing.
            let (code, valid) = (code.as_str().to_owned(), false);
            return Ok(HttpResponse::Ok().json(PublicCodeView { code, valid, friend_discount: None }));
        };
        let shown = PublicCodeView { code: row.code, valid: true, friend_discount: gives.map(discount) };
        return Ok(HttpResponse::Ok().json(shown));
    }
    let (row, _, gives) = found.ok_or_else(unknown)?;
    let friend_discount = gives.map(discount);
    match caller.principal.scope() {
        Scope::Referrer(own) if own != row.referrer_id => Err(unknown()),
        Scope::Nothing => Err(unknown()),
        Scope::All | Scope::Source(_) | Scope::Referrer(_) => {
            Ok(HttpResponse::Ok().json(CodeView { friend_discount, ..CodeView::of(&caller, &row) }))
        }
    }
}

/// What a friend of this referrer is given today.
fn promised(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Option<CommissionRule>> {
    let Some(program) = terms::program(conn)? else { return Ok(None) };
    let Some(current) = program.current().filter(|current| !current.terms.friend_discounts.is_empty()) else { return Ok(None) };
    let tier = tallies::tiers(conn, &[referrer])?.pop().map(|(_, tier)| tier);
    Ok(discount_for(&current.terms, tier.as_deref()).cloned())
}

#[derive(Debug, Serialize)]
struct ClicksView {
    day: String,
    clicks: i64,
}

/// The newest days with visits; the last hour or two are not counted yet.
async fn clicks(caller: AnyReader, code: web::Path<String>) -> Result<impl Responder, ApiError> {
    let code = Code::fold(&code).ok_or_else(unknown)?;
    let found = caller
        .read(move |conn| {
            let Some(row) = referrers::codes_by_skeleton(conn, &[code.skeleton()])?.pop() else { return Ok(None) };
            let days = click_days::of_code(conn, row.id, DAYS_MAX)?;
            Ok(Some((row, days)))
        })
        .await?;
    let (row, days) = found.ok_or_else(unknown)?;
    let visible = match caller.principal.scope() {
        Scope::Referrer(own) => own == row.referrer_id,
        Scope::All | Scope::Source(_) => true,
        Scope::Nothing => false,
    };
    if !visible {
        return Err(unknown());
    }
    let days = days.into_iter().map(|row| ClicksView { day: row.day, clicks: row.clicks });
    Ok(Json(serde_json::json!({ "data": days.collect::<Vec<_>>() })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodePatch {
    status: Option<CodeStatus>,
    #[serde(default, deserialize_with = "given")]
    destination: Option<Option<String>>,
}

async fn change(caller: Owner, code: web::Path<String>, body: Body<CodePatch>) -> Result<impl Responder, ApiError> {
    let code = Code::fold(&code).ok_or_else(unknown)?;
    let CodePatch { status, destination } = body.into_inner();
    let (change, actor) = (CodeChange { status, destination }, caller.principal.actor());
    match caller.write(move |tx, now| change_code(tx, now, &actor, &code, &change)).await? {
        CodeChanged::Unknown => Err(unknown()),
        CodeChanged::Refused(fault) => Err(fault.into()),
        CodeChanged::Done(row) => Ok(Json(CodeView::of(&caller, &row))),
    }
}

fn unknown() -> ApiError {
    ApiError::not_found("code")
}
