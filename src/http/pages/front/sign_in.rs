//! `/sign-in`, `/sign-out` and `/language`. Each sign-in makes a session of its own: what a browser brought is never
//! adopted, and ends.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::entry::{give, inside, let_in, present};
use crate::db::logins::{self, Login};
use crate::domain::locale::Locale;
use crate::http::app::App;
use crate::http::limits;
use crate::http::pages::form::{Fields, Form};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Door, Visitor, has_chosen_language, keep_language};
use crate::http::pages::refusals;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::open_session;
use crate::passwords;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let worded = |path: &'static str| web::resource(path).wrap(from_fn(refusals::in_words));
    cfg.service(worded("/sign-in").route(web::get().to(show)).route(web::post().to(sign_in)))
        .service(worded("/sign-out").route(web::post().to(sign_out)))
        .service(worded("/language").route(web::post().to(choose_language)));
}

#[derive(Template)]
#[template(path = "http/pages/front/sign_in.html")]
struct Page {
    frame: Frame,
    /// Where to afterwards.
    to: String,
    email: String,
    faults: Vec<String>,
    /// Whether the shop is not set up yet.
    nobody_yet: bool,
    /// This page's own address.
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    to: Option<String>,
    done: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Credentials {
    email: String,
    password: String,
    to: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice {
    locale: String,
    back: Option<String>,
}

impl Page {
    fn new(visitor: &Visitor, to: Option<&str>) -> Self {
        let to = inside(to).to_owned();
        let query: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let back = format!("/sign-in?to={query}");
        Self { frame: visitor.frame(), to, email: String::new(), faults: Vec::new(), nobody_yet: false, back }
    }

    /// The form again, with what is wrong.
    fn again(visitor: &Visitor, given: Credentials, key: &str, status: StatusCode) -> Result<HttpResponse, ApiError> {
        let mut page = Self::new(visitor, given.to.as_deref());
        page.faults.push(page.frame.say(key));
        page.email = given.email;
        page.frame.page_with(status, &page)
    }
}

async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    let book = Arc::clone(&visitor.app.books.live);
    let read = web::block(move || book.readers.read(logins::none)).await;
    let nobody_yet = read.map_err(|error| ApiError::internal(error.to_string()))??;
    let mut page = Page { nobody_yet, ..Page::new(&visitor, asked.to.as_deref()) };
    page.frame = page.frame.after(asked.done.as_deref());
    page.frame.page(&page)
}

async fn sign_in(visitor: Visitor, req: HttpRequest, form: Form<Credentials>) -> Result<HttpResponse, ApiError> {
    let Form(given) = form;
    if let Err(refused) = limits::try_password(&req, &visitor.app) {
        let mut answer = Page::again(&visitor, given, "sign-in-too-many", StatusCode::TOO_MANY_REQUESTS)?;
        if let Some(seconds) = refused.wait_seconds() {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        return Ok(answer);
    }
    let Some(login) = somebody(&visitor.app, &given).await? else {
        return Page::again(&visitor, given, "sign-in-wrong", StatusCode::UNPROCESSABLE_ENTITY);
    };
    let before = present(&req, &visitor.app).await;
    let ended = before.as_ref().map(|(_, id)| *id);
    let (id, hash) = (login.id, login.password_hash.clone());
    let opened = visitor.app.books.live.writer.write(move |tx, now| {
        let row = open_session::sign_in(tx, now, id, &hash)?;
        if let (Some(_), Some(ended)) = (&row, ended) {
            open_session::end_session(tx, now, ended)?;
        }
        Ok(row)
    });
    let Some(row) = opened.await? else {
        return Page::again(&visitor, given, "sign-in-wrong", StatusCode::UNPROCESSABLE_ENTITY);
    };
    if let Some((token, _)) = before {
        visitor.app.sessions.forget(&token);
    }
    let mut answer = let_in(&visitor.app, &visitor.frame(), &row, inside(given.to.as_deref()))?;
    if !has_chosen_language(&req) {
        give(&mut answer, &keep_language(&visitor.app, login.locale))?;
    }
    Ok(answer)
}

/// Whoever signs in with this address and password. Takes as long for an address that nobody has.
async fn somebody(app: &web::Data<App>, given: &Credentials) -> Result<Option<Login>, ApiError> {
    let book = Arc::clone(&app.books.live);
    let (email, password) = (given.email.trim().to_lowercase(), given.password.clone());
    let checked = web::block(move || -> Result<Option<Login>, ApiError> {
        let known = book.readers.read(|conn| logins::by_email(conn, &email))?.filter(|login| login.removed_at.is_none());
        let right = passwords::matches(&password, known.as_ref().map(|login| login.password_hash.as_str()));
        Ok(known.filter(|_| right))
    });
    checked.await.map_err(|error| ApiError::internal(error.to_string()))?
}

async fn sign_out(visitor: Visitor, req: HttpRequest, _: Fields) -> Result<HttpResponse, ApiError> {
    if let Some((token, id)) = present(&req, &visitor.app).await {
        visitor.app.books.live.writer.write(move |tx, now| open_session::end_session(tx, now, id)).await?;
        visitor.app.sessions.forget(&token);
    }
    let mut answer = visitor.frame().go("/sign-in?done=signed-out");
    give(&mut answer, &Door::Desk.close(&visitor.app))?;
    Ok(answer)
}

async fn choose_language(visitor: Visitor, form: Form<Choice>) -> Result<HttpResponse, ApiError> {
    let Form(choice) = form;
    let locale = Locale::ALL.into_iter().find(|locale| locale.tag() == choice.locale);
    let locale = locale.ok_or_else(|| ApiError::bad_request("unknown_language", "there are no pages in this language"))?;
    let mut answer = visitor.frame().go(inside(choice.back.as_deref()));
    give(&mut answer, &keep_language(&visitor.app, locale))?;
    Ok(answer)
}
