//! The door for whoever would like to recommend the shop: an address and a yes to the terms. The answer is the same
//! whether the shop knows the address or not.

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, rt};
use askama::Template;
use serde::Deserialize;

use crate::domain::customer::CustomerKey;
use crate::domain::earning::discount_for;
use crate::domain::money::Money;
use crate::domain::notice::Promise;
use crate::domain::principal::Mode;
use crate::domain::program::{Lifetime, Terms};
use crate::http::app::App;
use crate::http::limits;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Visitor;
use crate::http::pages::portal::invite_in;
use crate::http::pages::refusals;
use crate::http::problem::ApiError;
use crate::operations::ask_join::{Asked, JoinRequest, ask_join};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/join").wrap(from_fn(refusals::in_words)).route(web::get().to(show)).route(web::post().to(join)))
        .service(web::resource("/join/sent").wrap(from_fn(refusals::in_words)).route(web::get().to(sent)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JoinForm {
    email: String,
    accepted: Option<String>,
    version: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/front/join.html")]
struct Join {
    frame: Frame,
    open: bool,
    /// The shop's terms, a sentence each.
    terms: Vec<String>,
    /// Which version of them this is.
    version: i64,
    faults: Vec<String>,
    email: String,
}

#[derive(Template)]
#[template(path = "http/pages/front/joined.html")]
struct Joined {
    frame: Frame,
}

async fn show(visitor: Visitor) -> Result<HttpResponse, ApiError> {
    page(&visitor, StatusCode::OK, String::new(), &[])
}

fn page(visitor: &Visitor, status: StatusCode, email: String, faults: &[&str]) -> Result<HttpResponse, ApiError> {
    let frame = visitor.frame();
    let page = Join {
        open: !visitor.terms.closed,
        terms: in_words(&frame, &visitor.terms),
        version: visitor.terms_version,
        faults: faults.iter().map(|key| frame.say(key)).collect(),
        email,
        frame,
    };
    page.frame.page_with(status, &page)
}

/// What the terms come to for a referrer.
fn in_words(frame: &Frame, terms: &Terms) -> Vec<String> {
    let money = |amount: i64| frame.money(&Money { amount, currency: terms.currency });
    let worth = |promise| match promise {
        Promise::Share(rate) => frame.locale.share(rate),
        Promise::Sum(sum) => frame.money(&sum),
    };
    let mut said = Vec::new();
    if let Some(promise) = terms.commission.promise(terms.currency) {
        said.push(frame.tell("join-reward", &[("reward", &worth(promise))]));
    }
    said.push(match terms.lifetime {
        Lifetime::FirstSale => frame.say("join-first-sale"),
        Lifetime::Months { months } => frame.count("join-months", months, &[]),
        Lifetime::Forever => frame.say("join-forever"),
    });
    if let Some(promise) = discount_for(terms, None).and_then(|gives| gives.promise(terms.currency)) {
        said.push(frame.tell("join-friend", &[("saves", &worth(promise))]));
    }
    if terms.hold_days > 0 {
        said.push(frame.count("join-hold", terms.hold_days, &[]));
    }
    said.push(frame.tell("join-minimum", &[("minimum", &money(terms.payout_minimum(terms.currency)))]));
    said.extend(["join-own", "join-disclose", "join-data"].map(|key| frame.say(key)));
    said
}

async fn join(visitor: Visitor, req: HttpRequest, Form(form): Form<JoinForm>) -> Result<HttpResponse, ApiError> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let version = visitor.terms_version;
    if visitor.terms.closed {
        return page(&visitor, StatusCode::CONFLICT, form.email, &["join-closed"]);
    }
    let email = form.email.trim().to_owned();
    let mut faults = Vec::new();
    let key = CustomerKey::email("/email", &email);
    if key.is_err() {
        faults.push("join-email-wrong");
    }
    if form.accepted.is_none() {
        faults.push("join-accept-first");
    }
    if form.version.as_deref() != Some(version.to_string().as_str()) {
        faults.push("join-terms-changed");
    }
    let (Ok(key), true) = (key, faults.is_empty()) else { return page(&visitor, refused, form.email, &faults) };
    limits::missed(&req, &visitor.app)?;
    let request = JoinRequest { address: (key, email), locale: visitor.locale, terms_version: version };
    let app = visitor.app.clone();
    // Beside the answer, which so comes as soon whatever becomes of it.
    rt::spawn(async move {
        if let Err(fault) = take(&app, request).await {
            tracing::error!(cause = fault.cause().unwrap_or(fault.detail()), "a wish to join was lost");
        }
    });
    Ok(visitor.frame().go("/join/sent"))
}

async fn take(app: &web::Data<App>, request: JoinRequest) -> Result<(), ApiError> {
    match app.books.live.writer.write(move |tx, now| ask_join(tx, now, &request)).await? {
        Asked::Known(referrer) => invite_in(app, Mode::Live, referrer).await,
        Asked::Enrolled(_) | Asked::Waits | Asked::Dropped => Ok(()),
    }
}

async fn sent(visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let page = Joined { frame: visitor.frame() };
    page.frame.page(&page)
}
