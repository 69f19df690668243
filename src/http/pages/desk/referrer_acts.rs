//! What the owner does with one referrer.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, post, resource};
use uuid::Uuid;

use super::faults::in_words;
use super::referrer::page;
use super::referrer_page::{Asked, Entered};
use super::typed_money::typed_money;
use crate::domain::code::Code;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::ReferrerId;
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};
use crate::domain::notice::Notice;
use crate::domain::payout::AdjustmentKind;
use crate::domain::principal::Scope;
use crate::domain::referrer::CodeStatus;
use crate::http::idempotency::{Once, Stored, once};
use crate::http::pages::form::Fields;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::operations::change_code::{CodeChange, CodeChanged, change_code};
use crate::operations::choose_letters::{Choice, choose_letters};
use crate::operations::issue_code::{CodeWish, Issued, issue_code};
use crate::operations::pause_referrer::pause_referrer;
use crate::operations::post_adjustment::{Outcome, Request, post_adjustment};
use crate::operations::resume_referrer::resume_referrer;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers/{id}/pause").route(post().to(pause)))
        .service(resource("/referrers/{id}/resume").route(post().to(resume)))
        .service(resource("/referrers/{id}/codes").route(post().to(add_code)))
        .service(resource("/referrers/{id}/codes/state").route(post().to(set_code)))
        .service(resource("/referrers/{id}/adjustments").route(post().to(adjust)))
        .service(resource("/referrers/{id}/letters").route(post().to(choose)));
}

fn done(desk: &OwnerDesk, id: ReferrerId, word: &str) -> HttpResponse {
    desk.frame("referrers").go(&format!("/desk/referrers/{id}?done={word}"))
}

async fn again(desk: &OwnerDesk, id: ReferrerId, entered: Entered, faults: Vec<String>) -> Result<HttpResponse, ApiError> {
    page(&desk.0, id, Asked::default(), None, Some((entered, faults))).await
}

fn missing() -> ApiError {
    ApiError::not_found("referrer")
}

async fn pause(desk: OwnerDesk, id: Path<ReferrerId>, _form: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (id.into_inner(), desk.principal.actor());
    desk.write(move |tx, now| pause_referrer(tx, now, &actor, id)).await?.ok_or_else(missing)?;
    Ok(done(&desk, id, "referrer-paused"))
}

async fn resume(desk: OwnerDesk, id: Path<ReferrerId>, _form: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (id.into_inner(), desk.principal.actor());
    desk.write(move |tx, now| resume_referrer(tx, now, &actor, id)).await?.ok_or_else(missing)?;
    Ok(done(&desk, id, "referrer-resumed"))
}

async fn add_code(desk: OwnerDesk, id: Path<ReferrerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let typed = fields.one("code").unwrap_or_default().to_owned();
    let frame = desk.frame("referrers");
    let entered = Entered { code: typed.clone(), ..Entered::default() };
    let code = match Some(typed).filter(|text| !text.is_empty()).map(|text| Code::parse("/code", &text)).transpose() {
        Ok(code) => code,
        Err(fault) => return again(&desk, id, entered, vec![in_words(&frame, &fault)]).await,
    };
    let wish = CodeWish { referrer_id: id, code, destination: None };
    match desk.write(move |tx, now| issue_code(tx, now, &Scope::All, &wish)).await? {
        Issued::Unknown => Err(missing()),
        Issued::Refused(fault) => again(&desk, id, entered, vec![in_words(&frame, &fault)]).await,
        Issued::Taken => again(&desk, id, entered, vec![frame.say("desk-fault-code_taken")]).await,
        Issued::New(_) | Issued::Owned(_) => Ok(done(&desk, id, "referrer-code")),
    }
}

async fn set_code(desk: OwnerDesk, id: Path<ReferrerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let unknown = || ApiError::not_found("code");
    let code = fields.one("code").and_then(Code::fold).ok_or_else(unknown)?;
    let status = match fields.one("status") {
        Some("active") => CodeStatus::Active,
        Some("retired") => CodeStatus::Retired,
        _ => return Err(unknown()),
    };
    let (change, actor) = (CodeChange { status: Some(status), destination: None }, desk.principal.actor());
    match desk.write(move |tx, now| change_code(tx, now, &actor, &code, &change)).await? {
        CodeChanged::Done(_) => Ok(done(&desk, id.into_inner(), "referrer-code-changed")),
        CodeChanged::Unknown => Err(unknown()),
        CodeChanged::Refused(fault) => Err(fault.into()),
    }
}

/// An adjustment as it was entered.
fn entered_adjustment(fields: &Fields) -> Entered {
    let text = |name: &str| fields.one(name).unwrap_or_default().to_owned();
    Entered { amount: text("amount"), take: fields.one("way") == Some("take"), reason: text("reason"), ..Entered::default() }
}

async fn adjust(desk: OwnerDesk, id: Path<ReferrerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let frame = desk.frame("referrers");
    let entered = entered_adjustment(&fields);
    let currency = fields.one("currency").and_then(|code| Currency::parse(code).ok()).unwrap_or(desk.terms.currency);
    let mut faults = Vec::new();
    let amount = typed_money(&entered.amount, currency);
    if amount.is_none() {
        faults.push(frame.say("desk-fault-amount"));
    }
    faults.extend(short_text("/reason", &entered.reason).err().map(|_| frame.say("referrers-fault-reason")));
    let form: Option<Uuid> = fields.one("form").and_then(|form| form.parse().ok());
    let (Some(amount), Some(form), true) = (amount, form, faults.is_empty()) else {
        return again(&desk, id, entered, faults).await;
    };
    let request = Request {
        referrer_id: id,
        kind: AdjustmentKind::Adjust,
        amount: Money { amount: if entered.take { -amount } else { amount }, currency },
        reason: entered.reason,
        actor: desk.principal.actor(),
    };
    let what = Once::form(form, &format!("/desk/referrers/{id}/adjustments"));
    once(&desk, what, move |tx, now| {
        Ok(match post_adjustment(tx, now, &request)? {
            Outcome::Posted(row) => Stored::new(201, &row.id),
            // Neither is said of what only corrects.
            Outcome::NoReferrer | Outcome::ExceedsReady(_) | Outcome::ExceedsDebt(_) => {
                Stored::problem(&FieldError::new("/referrer_id", "unknown_referrer", "names no referrer").into())
            }
        })
    })
    .await?;
    Ok(done(&desk, id, "referrer-adjusted"))
}

async fn choose(desk: OwnerDesk, id: Path<ReferrerId>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (id.into_inner(), desk.principal.actor());
    let wanted: Vec<&str> = fields.all("kind").collect();
    let optional = Notice::ALL.into_iter().filter(|kind| kind.optional());
    let kinds = optional.map(|kind| (kind, wanted.contains(&kind.name()))).collect();
    let locale = fields.one("locale").and_then(|tag| Locale::ALL.into_iter().find(|locale| locale.tag() == tag));
    let choice = Choice { locale: Some(locale), kinds };
    desk.write(move |tx, now| choose_letters(tx, now, &actor, &Scope::All, id, &choice)).await?.ok_or_else(missing)?;
    Ok(done(&desk, id, "referrer-letters"))
}
