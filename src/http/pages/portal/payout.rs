//! Where his money goes: shown masked, changed only with a session. A change is told to the address that letters went
//! to before, and nothing is paid for two days.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::reader::{Holder, Reader};
use super::shell::Shell;
use crate::db::payout_methods::{self, Method};
use crate::db::payouts::Payout;
use crate::db::portal;
use crate::domain::field::FieldError;
use crate::domain::payout::{PayoutStatus, Rail};
use crate::http::api::payout_methods::{DetailsBody, request};
use crate::http::pages::form::Fields;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::remove_payout_method::remove_payout_method;
use crate::operations::set_payout_method::{Outcome, set_payout_method};

/// Payouts that are shown; statements tell of all.
const PAYOUTS: i64 = 12;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/payout").route(web::get().to(show)).route(web::post().to(enter)))
        .service(web::resource("/payout/remove").route(web::post().to(remove)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PayoutQuery {
    done: Option<String>,
}

/// One way of being paid, with what has to be filled in.
struct Way {
    rail: Rail,
    open: bool,
    inputs: Vec<Input>,
}

/// A field of a form; `kind` is the control.
struct Input {
    name: &'static str,
    kind: &'static str,
    complete: &'static str,
    value: String,
    wrong: bool,
}

/// A payout in words.
struct Paid {
    day: String,
    amount: String,
    state: String,
    where_to: String,
}

#[derive(Template)]
#[template(path = "http/pages/portal/payout.html")]
struct Page {
    frame: Shell,
    known: Option<Method>,
    held_until: Option<String>,
    ways: Vec<Way>,
    faults: Vec<String>,
    paid: Vec<Paid>,
}

/// What each rail asks for: name, control and what browsers fill in by themselves.
const fn asked(rail: Rail) -> &'static [(&'static str, &'static str, &'static str)] {
    match rail {
        Rail::Paypal => &[("email", "email", "email")],
        Rail::Sepa => &[("holder", "text", "name"), ("iban", "text", "off")],
        Rail::Ach => &[
            ("holder", "text", "name"),
            ("routing", "text", "off"),
            ("account", "text", "off"),
            ("account_kind", "account_kind", ""),
            ("holder_kind", "holder_kind", ""),
        ],
        Rail::Wise => &[("holder", "text", "name"), ("email", "email", "email")],
        Rail::Manual => &[("name", "text", "name"), ("address", "lines", "street-address")],
        Rail::StoreCredit | Rail::Offset => &[],
    }
}

/// The rails in the order in which people look for them.
const RAILS: [Rail; 6] = [Rail::Paypal, Rail::Sepa, Rail::Ach, Rail::Wise, Rail::Manual, Rail::StoreCredit];

/// What was sent and could not be taken.
#[derive(Default)]
struct Tried {
    rail: Option<Rail>,
    fields: Fields,
    faults: Vec<FieldError>,
}

async fn show(reader: Reader, Query(query): Query<PayoutQuery>) -> Result<HttpResponse, ApiError> {
    let frame = reader.shell("portal-payout").after(query.done.as_deref());
    page(&reader, frame, StatusCode::OK, &Tried::default()).await
}

async fn page(reader: &Reader, frame: Shell, status: StatusCode, tried: &Tried) -> Result<HttpResponse, ApiError> {
    let id = reader.id;
    let (known, payouts) =
        reader.read(move |conn| Ok((payout_methods::find(conn, id)?, portal::payouts(conn, id, None, PAYOUTS)?))).await?;
    let now = reader.now();
    let held_until = known.as_ref().and_then(|method| method.hold_until).filter(|until| *until > now);
    let page = Page {
        held_until: held_until.map(|until| frame.time(&until)),
        known,
        ways: ways(reader, tried),
        faults: in_words(&frame, &tried.faults),
        paid: payouts.iter().filter(|payout| payout.amount > 0).map(|payout| told(&frame, payout)).collect(),
        frame,
    };
    page.frame.page_with(status, &page)
}

fn ways(reader: &Reader, tried: &Tried) -> Vec<Way> {
    let wrong =
        |name: &str| tried.faults.iter().any(|fault| fault.pointer.trim_start_matches('/').split('/').next() == Some(name));
    let way = |rail: Rail| {
        let again = tried.rail == Some(rail);
        let input = |(name, kind, complete): &(&'static str, &'static str, &'static str)| Input {
            name,
            kind,
            complete,
            value: if again { tried.fields.one(name).unwrap_or_default().to_owned() } else { String::new() },
            wrong: again && wrong(name),
        };
        Way { rail, open: again, inputs: asked(rail).iter().map(input).collect() }
    };
    RAILS.into_iter().filter(|rail| rail.pays(reader.terms.currency)).map(way).collect()
}

fn in_words(frame: &Shell, faults: &[FieldError]) -> Vec<String> {
    let words = |fault: &FieldError| match (fault.code.as_str(), fault.pointer.trim_start_matches('/').split('/').next()) {
        ("card_number", _) => frame.say("portal-fault-card"),
        ("outside_sepa", _) => frame.say("portal-fault-outside"),
        ("no_latin_letters", _) => frame.say("portal-fault-letters"),
        (_, Some("iban")) => frame.say("portal-fault-iban"),
        (_, Some("holder" | "name")) => frame.say("portal-fault-name"),
        (_, Some("email")) => frame.say("portal-fault-email"),
        (_, Some("routing")) => frame.say("portal-fault-routing"),
        (_, Some("account")) => frame.say("portal-fault-account"),
        (_, Some("address")) => frame.say("portal-fault-address"),
        _ => frame.say("portal-fault-rail"),
    };
    let mut said: Vec<String> = Vec::new();
    for text in faults.iter().map(words) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said
}

fn told(frame: &Shell, payout: &Payout) -> Paid {
    let state = match payout.status {
        PayoutStatus::Paid => "portal-paid-paid",
        PayoutStatus::Failed | PayoutStatus::Cancelled => "portal-paid-failed",
        PayoutStatus::Returned => "portal-paid-returned",
        PayoutStatus::Pending | PayoutStatus::Approved => "portal-paid-prepared",
        PayoutStatus::Submitting | PayoutStatus::Sent | PayoutStatus::Unknown => "portal-paid-sent",
    };
    Paid {
        day: frame.day(&payout.settled_at.or(payout.approved_at).unwrap_or(payout.created_at)),
        amount: frame.amount(&payout.amount, &payout.currency),
        state: frame.say(state),
        where_to: payout.account.clone().unwrap_or_default(),
    }
}

async fn enter(holder: Holder, fields: Fields) -> Result<HttpResponse, ApiError> {
    let frame = holder.shell("portal-payout");
    let rail = fields.one("rail").and_then(Rail::named).filter(|rail| RAILS.contains(rail));
    let parsed = match rail {
        Some(rail) => {
            let own = |name: &str| asked(rail).iter().any(|(known, ..)| *known == name);
            // A field that was left empty is one at fault, not one that is missing.
            let given = |name: &str| own(name).then(|| fields.one(name).unwrap_or_default().to_owned());
            DetailsBody::filled_in(rail, given).parse()
        }
        None => Err(vec![FieldError::new("/rail", "unknown_value", "names no way of being paid")]),
    };
    let details = match parsed {
        Ok(details) => details,
        Err(faults) => {
            let tried = Tried { rail, fields, faults };
            return page(&holder, frame, StatusCode::UNPROCESSABLE_ENTITY, &tried).await;
        }
    };
    let request = request(&holder, holder.id, &details)?;
    let done = match holder.write(move |tx, now| set_payout_method(tx, now, &request)).await? {
        Outcome::NoReferrer => return Err(ApiError::not_found("referrer")),
        Outcome::Changed(_) => "portal-payout-changed",
        Outcome::Entered(_) | Outcome::Unchanged(_) => "portal-payout-entered",
    };
    Ok(frame.go(&format!("/portal/payout?done={done}")))
}

async fn remove(holder: Holder, _: Fields) -> Result<HttpResponse, ApiError> {
    let (id, scope, actor) = (holder.id, holder.principal.scope(), holder.principal.actor());
    holder.write(move |tx, now| remove_payout_method(tx, now, id, &scope, &actor)).await?;
    Ok(holder.shell("").go("/portal/payout?done=portal-payout-removed"))
}
