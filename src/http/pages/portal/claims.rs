//! "I sent her": a purchase that nobody noticed, told by its number or by the friend's first name and the day.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::reader::{Holder, Reader};
use super::shell::Shell;
use crate::db::claims::{self, Claim, ClaimFilter};
use crate::db::sale_lists;
use crate::domain::claim::ClaimStatus;
use crate::domain::field::FieldError;
use crate::domain::principal::Scope;
use crate::http::api::claims::{filed, purchase_of};
use crate::http::pages::form::{Form, said};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::file_claim::{ClaimRequest, Filed, file_claim};

/// Claims that are looked through; few make more in a lifetime.
const CLAIMS_MAX: i64 = 100;

/// The storefront of shops with one.
const SOURCE: &str = "main";

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/claims").route(web::get().to(show)).route(web::post().to(file)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsQuery {
    done: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClaimForm {
    order_id: String,
    friend_name: String,
    bought_on: String,
}

/// A claim in words.
struct Told {
    day: String,
    what: String,
    state: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "http/pages/portal/claims.html")]
struct Claims {
    frame: Shell,
    claims: Vec<Told>,
    faults: Vec<String>,
    form: ClaimForm,
}

async fn show(reader: Reader, Query(query): Query<ClaimsQuery>) -> Result<HttpResponse, ApiError> {
    let frame = reader.shell("portal-sales").after(query.done.as_deref());
    page(&reader, frame, StatusCode::OK, ClaimForm::default(), Vec::new()).await
}

async fn page(
    reader: &Reader,
    frame: Shell,
    status: StatusCode,
    form: ClaimForm,
    faults: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let filter =
        ClaimFilter { scope: Scope::Referrer(reader.id), referrer_id: None, status: None, after: None, limit: CLAIMS_MAX };
    let rows = reader.read(move |conn| claims::list(conn, &filter)).await?;
    let claims = rows.iter().rev().map(|claim| told(&frame, claim)).collect();
    let page = Claims { frame, claims, faults, form };
    page.frame.page_with(status, &page)
}

fn told(frame: &Shell, claim: &Claim) -> Told {
    let (key, tone) = match claim.status {
        ClaimStatus::Open => ("portal-claim-open", "warn"),
        ClaimStatus::Accepted => ("portal-claim-accepted", "good"),
        ClaimStatus::Declined => ("portal-claim-declined", "bad"),
        ClaimStatus::Expired => ("portal-claim-expired", "bad"),
    };
    let why = claim.reason.map(|reason| frame.say(&format!("portal-declined-{}", reason.name()))).unwrap_or_default();
    Told {
        day: frame.day(&claim.created_at),
        what: match (&claim.order_id, &claim.friend, &claim.bought_on) {
            (Some(order), ..) => frame.tell("portal-claim-of-order", &[("order", order)]),
            (None, Some(friend), Some(day)) => {
                let day = day.parse().map_or_else(|_| day.clone(), |date| frame.date(&date));
                frame.tell("portal-claim-of-friend", &[("friend", friend), ("day", &day)])
            }
            _ => frame.say("portal-sold-friend"),
        },
        state: frame.tell(key, &[("day", &frame.day(&claim.decide_by)), ("why", &why)]),
        tone,
    }
}

async fn file(holder: Holder, Form(form): Form<ClaimForm>) -> Result<HttpResponse, ApiError> {
    let frame = holder.shell("portal-sales");
    let [order, friend, day] = [&form.order_id, &form.friend_name, &form.bought_on].map(|text| said(Some(text)));
    let purchase = match purchase_of(order, friend, day, holder.now()) {
        Ok(purchase) => purchase,
        Err(fault) => {
            let faults = vec![frame.say(in_words(&fault))];
            return page(&holder, frame, StatusCode::UNPROCESSABLE_ENTITY, form, faults).await;
        }
    };
    let (referrer_id, actor) = (holder.id, holder.principal.actor());
    let outcome = holder
        .write(move |tx, now| {
            // A referrer does not know what storefronts are called: the one that sold last is meant.
            let source = sale_lists::newest(tx, 1)?.pop().map_or_else(|| SOURCE.to_owned(), |sale| sale.source);
            let request = ClaimRequest { referrer_id, purchase: purchase.clone(), source, actor: actor.clone() };
            file_claim(tx, now, &request)
        })
        .await?;
    if let Filed::TooMany(most) = outcome {
        let faults = vec![frame.count("portal-claims-too-many", most, &[])];
        return page(&holder, frame, StatusCode::CONFLICT, form, faults).await;
    }
    filed(outcome)?;
    Ok(frame.go("/portal/claims?done=portal-claimed"))
}

fn in_words(fault: &FieldError) -> &'static str {
    match (fault.pointer.as_str(), fault.code.as_str()) {
        ("/bought_on", "in_the_future") => "portal-claim-future",
        ("/bought_on", _) => "portal-claim-day-wrong",
        (_, "not_one") => "portal-claim-one",
        _ => "portal-claim-text-wrong",
    }
}
