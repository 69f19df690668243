//! `/reset/{secret}`: a new password for whoever holds the link, be it lost or never chosen.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::entry::{give, let_in, present};
use super::setup::closed;
use crate::db::logins::Login;
use crate::domain::id::LinkId;
use crate::domain::principal::Mode;
use crate::http::limits;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Visitor, has_chosen_language, keep_language};
use crate::http::pages::refusals;
use crate::http::problem::ApiError;
use crate::operations::open_session;
use crate::passwords::{self, Weakness};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let resource = web::resource("/reset/{secret}").wrap(from_fn(refusals::in_words));
    cfg.service(resource.route(web::get().to(show)).route(web::post().to(choose)));
}

#[derive(Template)]
#[template(path = "http/pages/front/reset.html")]
struct Page {
    frame: Frame,
    secret: String,
    email: String,
    /// Whether he has had a password before.
    forgotten: bool,
    fault: Option<String>,
    /// This page's own address.
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    password: String,
}

impl Page {
    fn new(visitor: &Visitor, secret: &str, login: &Login) -> Self {
        Self {
            frame: visitor.frame(),
            secret: secret.to_owned(),
            email: login.email.clone(),
            forgotten: !login.password_hash.is_empty(),
            fault: None,
            back: format!("/reset/{secret}"),
        }
    }
}

async fn show(visitor: Visitor, secret: web::Path<String>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    match invited(&visitor, &secret, &req).await? {
        Some((_, login)) => {
            let page = Page::new(&visitor, &secret, &login);
            page.frame.page(&page)
        }
        None => closed(&visitor, "reset-closed"),
    }
}

async fn choose(
    visitor: Visitor,
    secret: web::Path<String>,
    req: HttpRequest,
    form: Form<Chosen>,
) -> Result<HttpResponse, ApiError> {
    let Some((link, login)) = invited(&visitor, &secret, &req).await? else { return closed(&visitor, "reset-closed") };
    let password = form.0.password;
    let names = [login.name.as_str(), login.email.as_str(), local_part(&login.email), visitor.terms.shop_name.as_str()];
    if let Some(weakness) = passwords::weakness(&password, &names) {
        let mut page = Page::new(&visitor, &secret, &login);
        page.fault = Some(in_words(&page.frame, weakness));
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let hashed = web::block(move || passwords::hash(&password)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    let hash = hashed.map_err(|error| ApiError::internal(error.to_string()))?;
    let before = present(&req, &visitor.app).await;
    let ended = before.as_ref().map(|(_, id)| *id);
    let opened = visitor.app.books.live.writer.write(move |tx, now| {
        let Some(login) = open_session::choose_password(tx, now, link, &hash)? else { return Ok(None) };
        if let Some(ended) = ended {
            open_session::end_session(tx, now, ended)?;
        }
        open_session::open_desk(tx, now, &login, Mode::Live).map(Some)
    });
    let Some(row) = opened.await? else { return closed(&visitor, "reset-closed") };
    if let Some((token, _)) = before {
        visitor.app.sessions.forget(&token);
    }
    let mut answer = let_in(&visitor.app, &visitor.frame(), &row, "/desk?done=password")?;
    if !has_chosen_language(&req) {
        give(&mut answer, &keep_language(&visitor.app, login.locale))?;
    }
    Ok(answer)
}

/// The link behind `secret` and whom it lets choose a password.
async fn invited(visitor: &Visitor, secret: &str, req: &HttpRequest) -> Result<Option<(LinkId, Login)>, ApiError> {
    limits::may_guess(req, &visitor.app)?;
    let Some(link) = visitor.app.links.open(secret) else {
        limits::missed(req, &visitor.app)?;
        return Ok(None);
    };
    let book = Arc::clone(&visitor.app.books.live);
    let now = book.clock.now();
    let read = web::block(move || book.readers.read(|conn| open_session::invited(conn, now, link))).await;
    let login = read.map_err(|error| ApiError::internal(error.to_string()))??;
    Ok(login.map(|login| (link, login)))
}

/// What is wrong with a password, for whoever chose it.
pub(super) fn in_words(frame: &Frame, weakness: Weakness) -> String {
    let least = passwords::LENGTH_MIN.to_string();
    match weakness {
        Weakness::Short => frame.tell("password-short", &[("least", &least)]),
        Weakness::Long => frame.say("password-long"),
        Weakness::Monotonous => frame.say("password-monotonous"),
        Weakness::Common => frame.say("password-common"),
        Weakness::Named => frame.say("password-named"),
    }
}

/// What stands before the @ of an address.
pub(super) fn local_part(email: &str) -> &str {
    email.split('@').next().unwrap_or_default()
}
