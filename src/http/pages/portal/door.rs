//! The way in: a link by letter, which lets in once and only by a button, for scanners look at every link; and the
//! links in letters, which only let look.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, rt};
use askama::Template;
use serde::Deserialize;

use super::reader::{Holder, Reader, opened};
use crate::db::{login_links, portal, tokens};
use crate::domain::customer::{CustomerKey, KeyKind};
use crate::domain::id::ReferrerId;
use crate::domain::login::LinkKind;
use crate::domain::mask::mask_address;
use crate::domain::portal_link::PortalLink;
use crate::domain::principal::Mode;
use crate::http::app::App;
use crate::http::callers::book_of;
use crate::http::limits;
use crate::http::pages::form::{Fields, Form, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Door, Visitor};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::ask_sign_in::{make_sign_in_link, referrer_at, send_sign_in_link, sign_in_by_link};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sign-in").route(web::get().to(ask)).route(web::post().to(send)))
        .service(web::resource("/sent").route(web::get().to(sent)))
        .service(web::resource("/step-up").route(web::post().to(step_up)))
        .service(web::resource("/enter/{secret}").route(web::get().to(knock)).route(web::post().to(enter)))
        .service(web::resource("/l/{token}").route(web::get().to(follow)))
        .service(web::resource("/sign-out").route(web::post().to(leave)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskQuery {
    /// Where he wanted to go; every way leads over the first page.
    #[serde(rename = "to")]
    _to: Option<String>,
    done: Option<String>,
    sandbox: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/portal/sign_in.html")]
struct SignIn {
    frame: Frame,
    faults: Vec<String>,
    email: String,
    sandbox: bool,
    /// The masked address of one who has a link and wants to change something.
    known: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    email: String,
    sandbox: Option<String>,
}

async fn ask(visitor: Visitor, reader: Result<Reader, ApiError>, query: Query<AskQuery>) -> Result<HttpResponse, ApiError> {
    let Query(query) = query;
    let mut page = SignIn {
        frame: visitor.frame().after(query.done.as_deref()),
        faults: Vec::new(),
        email: String::new(),
        sandbox: query.sandbox.is_some(),
        known: None,
    };
    match reader {
        Ok(reader) if reader.full => return Ok(page.frame.go("/portal")),
        Ok(reader) => {
            let customer = reader.person.customer_id;
            let keys = reader.read(move |conn| crate::db::customers::keys_of(conn, &[customer])).await?;
            let address = keys.into_iter().find(|key| key.kind == KeyKind::Email).map(|key| mask_address(&key.shown));
            page.frame.locale = reader.locale;
            page.known = Some(address.unwrap_or_default());
        }
        Err(_) => {}
    }
    page.frame.page(&page)
}

async fn send(visitor: Visitor, req: HttpRequest, Form(form): Form<Address>) -> Result<HttpResponse, ApiError> {
    let (frame, sandbox) = (visitor.frame(), said(form.sandbox.as_deref()).is_some());
    let Ok(key) = CustomerKey::email("/email", form.email.trim()) else {
        let faults = vec![frame.say("portal-email-wrong")];
        let page = SignIn { frame, faults, email: form.email, sandbox, known: None };
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    limits::missed(&req, &visitor.app)?;
    let app = visitor.app;
    let mode = if sandbox { Mode::Sandbox } else { Mode::Live };
    // Beside the answer, which so comes as soon for an address that nobody has.
    rt::spawn(async move {
        if let Err(fault) = invite_at(&app, mode, key).await {
            tracing::error!(cause = fault.cause().unwrap_or(fault.detail()), "a link to a portal was not sent");
        }
    });
    Ok(frame.go("/portal/sent"))
}

async fn invite_at(app: &web::Data<App>, mode: Mode, key: CustomerKey) -> Result<(), ApiError> {
    let book = book_of(app, mode).await?;
    let found = web::block(move || book.readers.read(|conn| referrer_at(conn, &key))).await;
    match found.map_err(|error| ApiError::internal(error.to_string()))?? {
        Some(referrer) => invite_in(app, mode, referrer).await,
        None => Ok(()),
    }
}

/// Sends a referrer a link that lets him in, unless enough of them wait for him.
pub(in crate::http::pages) async fn invite_in(app: &web::Data<App>, mode: Mode, referrer: ReferrerId) -> Result<(), ApiError> {
    let live = &app.books.live;
    if let Some(link) = live.writer.write(move |tx, now| make_sign_in_link(tx, now, referrer, mode)).await? {
        let book = book_of(app, mode).await?;
        book.writer.write(move |tx, now| send_sign_in_link(tx, now, referrer, link)).await?;
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "http/pages/portal/sent.html")]
struct Sent {
    frame: Frame,
}

async fn sent(visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let page = Sent { frame: visitor.frame() };
    page.frame.page(&page)
}

/// Somebody who may look wants to change something: he is mailed a link that lets him in.
async fn step_up(reader: Reader, _: Fields) -> Result<HttpResponse, ApiError> {
    if !reader.full {
        invite_in(&reader.app, reader.principal.mode, reader.id).await?;
        return Ok(reader.shell("").go("/portal/sent"));
    }
    Ok(reader.shell("").go("/portal"))
}

#[derive(Template)]
#[template(path = "http/pages/portal/enter.html")]
struct Enter {
    frame: Frame,
    secret: String,
    works: bool,
}

async fn knock(visitor: Visitor, secret: Path<String>) -> Result<HttpResponse, ApiError> {
    let (mut frame, secret) = (visitor.frame(), secret.into_inner());
    let Some(id) = visitor.app.links.open(&secret) else { return dead(frame) };
    let live = Arc::clone(&visitor.app.books.live);
    let now = live.clock.now();
    let found = web::block(move || live.readers.read(|conn| login_links::find(conn, id))).await;
    let link = found.map_err(|error| ApiError::internal(error.to_string()))??;
    let Some(link) = link.filter(|link| link.kind == LinkKind::SignIn && link.works(now)) else { return dead(frame) };
    if let Some(referrer) = link.referrer_id {
        let book = book_of(&visitor.app, link.mode).await?;
        let found = web::block(move || book.readers.read(|conn| portal::person(conn, referrer))).await;
        let person = found.map_err(|error| ApiError::internal(error.to_string()))??;
        frame.locale = person.and_then(|person| person.locale).unwrap_or(frame.locale);
    }
    let page = Enter { frame, secret, works: true };
    page.frame.page(&page)
}

async fn enter(visitor: Visitor, secret: Path<String>, _: Fields) -> Result<HttpResponse, ApiError> {
    let (app, frame) = (&visitor.app, visitor.frame());
    let Some(id) = app.links.open(&secret) else { return dead(frame) };
    let taken = app.books.live.writer.write(move |tx, now| sign_in_by_link(tx, now, id)).await?;
    let Some(row) = taken else { return dead(frame) };
    let token = app.sessions.mint(&row)?;
    let cookie = Door::Portal.open(app, &row, token);
    with_cookie(frame.go("/portal"), &cookie)
}

fn dead(frame: Frame) -> Result<HttpResponse, ApiError> {
    let page = Enter { frame, secret: String::new(), works: false };
    page.frame.page_with(StatusCode::GONE, &page)
}

fn with_cookie(mut answer: HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<HttpResponse, ApiError> {
    answer.add_cookie(cookie).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(answer)
}

/// A link from a letter: it is kept in the cookie, so that no later address holds it.
async fn follow(
    visitor: Visitor,
    req: HttpRequest,
    token: Path<String>,
    session: Result<Holder, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let (app, frame, token) = (&visitor.app, visitor.frame(), token.into_inner());
    let Some(link) = PortalLink::opened(&app.links, &token) else {
        limits::missed(&req, app)?;
        return dead(frame);
    };
    // Whoever is signed in loses nothing by following his letter.
    if session.is_ok_and(|holder| holder.id == link.referrer_id && holder.principal.mode == link.mode) {
        return Ok(frame.go("/portal"));
    }
    let caller = match opened(&req, link).await {
        Ok((caller, _)) => caller,
        Err(fault) if fault.status() == StatusCode::UNAUTHORIZED => return dead(frame),
        Err(fault) => return Err(fault),
    };
    let seconds = link.expires_at().seconds() - caller.now().seconds();
    with_cookie(frame.go("/portal"), &Door::Portal.hold(app, token, seconds))
}

async fn leave(visitor: Visitor, session: Result<Holder, ApiError>, _: Fields) -> Result<HttpResponse, ApiError> {
    if let Ok(holder) = session {
        let id = holder.principal.token_id;
        visitor.app.books.live.writer.write(move |tx, now| tokens::revoke(tx, id, now)).await?;
    }
    with_cookie(visitor.frame().go("/portal/sign-in?done=portal-left"), &Door::Portal.close(&visitor.app))
}
