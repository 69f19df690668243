//! `GET /r/{code}`: sends a visitor to the shop with the click's name, and keeps the click.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE, USER_AGENT};
use actix_web::http::{Method, StatusCode};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, guard, web};

use super::address;
use super::app::App;
use super::callers::book_of;
use super::directory::Entry;
use super::limits;
use super::problem::ApiError;
use crate::domain::click::Click;
use crate::domain::code::Code;
use crate::domain::fraud::DAY_SECONDS;
use crate::domain::id::{ClickId, VisitorId};
use crate::domain::principal::Mode;
use crate::domain::robot::is_robot;
use crate::operations::books::Book;
use crate::operations::track_clicks::ClickRequest;

/// Names the browser, so that the first or last of its clicks can be told.
const VISITOR_COOKIE: &str = "hound_visitor";

/// Browsers keep no cookie longer than this (RFC 6265bis §5.5), in days.
const COOKIE_DAYS_MAX: i64 = 400;

/// A visitor waits no longer than this for the click's commit.
const COMMIT_WAIT: Duration = Duration::from_millis(250);

/// While clicks are shed, one in so many is asked for, to find out that it is over.
const SHED_PROBE: u64 = 64;

/// Where links point.
pub(super) const ROUTE: &str = "/r/{code}";

/// What their paths begin with, and no others.
const BEFORE_CODE: &str = "/r";

/// Adds the route: all that begins so. To match a pattern costs a visit as much as to hand its click to the writer.
pub fn configure(cfg: &mut ServiceConfig) {
    let get_or_head = guard::Any(guard::Get()).or(guard::Head());
    cfg.service(web::scope(BEFORE_CODE).guard(get_or_head).default_service(web::to(follow)));
}

/// Whether `path` is that of a visit.
pub(super) fn is_visit(path: &str) -> bool {
    path.strip_prefix(BEFORE_CODE).is_some_and(|rest| rest.starts_with('/'))
}

async fn follow(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    limits::may_guess(&req, &app)?;
    let code = req.match_info().unprocessed();
    let Some(code) = Code::fold(code.strip_prefix('/').unwrap_or(code)) else { return Ok(unknown_page()) };
    let Asked { mode, path } = Asked::of(&req);
    let book = book_of(&app, mode).await?;
    let Some(entry) = app.directory(mode).find(&book, &code).await? else {
        limits::missed(&req, &app)?;
        return Ok(unknown_page());
    };
    let Some(home) = &entry.target else { return Ok(code_page(&entry)) };
    // A path that leads elsewhere is no reason to turn a visitor away: he gets the front page.
    let deep = path.and_then(|path| home.at(&path));
    let target = deep.as_ref().unwrap_or(home);
    if req.method() == Method::HEAD || is_prefetch(&req) || is_robot(agent(&req)) {
        return Ok(found(target.plain()).finish());
    }
    let visitor = visitor(&req).unwrap_or_else(|| VisitorId::new(book.clock.now()));
    let click = keep(&app, &book, &entry, visitor, &req).await;
    let cookie = cookie(visitor, entry.window_days, app.base_url.starts_with("https://"));
    Ok(found(&target.with_click(click)).insert_header((SET_COOKIE, cookie)).finish())
}

/// The header that lets a browser keep its name for so many days. Its parts need no escape.
fn cookie(visitor: VisitorId, days: i64, secure: bool) -> String {
    let (name, seconds) = (visitor.uuid().simple(), days.clamp(1, COOKIE_DAYS_MAX) * DAY_SECONDS);
    let secure = if secure { "; Secure" } else { "" };
    format!("{VISITOR_COOKIE}={name}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age={seconds}")
}

/// Asks for the click to be kept and waits for its commit, but not for long: the visitor goes on
/// either way, and a click that is late is committed all the same.
async fn keep(app: &App, book: &Book, entry: &Entry, visitor: VisitorId, req: &HttpRequest) -> ClickId {
    let at = book.clock.now();
    let click = Click {
        id: ClickId::new(at),
        code_id: entry.code_id,
        referrer_id: entry.referrer_id,
        visitor,
        at,
        embedded: is_embedded(req),
        block: address::sender(req, &app.trusted_proxies).map(|address| app.marks.block(address).mark),
    };
    let id = click.id;
    // Under a flood, or when the disk takes nothing, sales go first; now and then one is tried all the same.
    if !book.track_clicks.has_room() && !app.clicks_shed.fetch_add(1, Ordering::Relaxed).is_multiple_of(SHED_PROBE) {
        return id;
    }
    let kept = tokio::time::timeout(COMMIT_WAIT, book.track_clicks.ask(ClickRequest { click })).await;
    if !matches!(kept, Ok(Ok(()))) {
        app.clicks_missed.fetch_add(1, Ordering::Relaxed);
    }
    id
}

/// What the query of a link asks for.
struct Asked {
    mode: Mode,
    /// The page of the shop, if the link names one.
    path: Option<String>,
}

impl Asked {
    fn of(req: &HttpRequest) -> Self {
        let query = req.query_string();
        let to = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "to").last();
        Self { mode: Mode::asked_by(query), path: to.map(|(_, path)| path.into_owned()) }
    }
}

fn agent(req: &HttpRequest) -> &[u8] {
    req.headers().get(USER_AGENT).map(|value| value.as_bytes()).unwrap_or_default()
}

fn visitor(req: &HttpRequest) -> Option<VisitorId> {
    let cookie = req.cookie(VISITOR_COOKIE)?;
    let shaped = cookie.value().len() == 32 && cookie.value().bytes().all(|byte| byte.is_ascii_hexdigit());
    if shaped { cookie.value().parse().ok() } else { None }
}

/// A page that fetched the link as a part of itself (Fetch Metadata §2.1): a hidden frame or a picture
/// of one pixel, which no visitor sees or follows. Browsers that send no such header say nothing.
fn is_embedded(req: &HttpRequest) -> bool {
    let destination = req.headers().get("sec-fetch-dest").and_then(|value| value.to_str().ok());
    destination.is_some_and(|destination| destination != "document")
}

/// A browser that only prepares for a visit that may never come.
fn is_prefetch(req: &HttpRequest) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let value = req.headers().get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.contains("prefetch") || value.contains("preview")
    })
}

fn found(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Found();
    response.insert_header((LOCATION, address)).insert_header((CACHE_CONTROL, "no-store"));
    response
}

/// The same for a code that never was and one that is no more: guessing tells nothing.
fn unknown_page() -> HttpResponse {
    page(
        StatusCode::NOT_FOUND,
        "This link leads nowhere",
        "The code in this link is not valid. Ask whoever sent it to you for a new one.",
    )
}

/// For a shop that is not on the web: the code is named at the counter.
fn code_page(entry: &Entry) -> HttpResponse {
    let text = format!("Your code is {}. Name it when you order.", entry.code);
    page(StatusCode::OK, &entry.shop_name, &text)
}

fn page(status: StatusCode, title: &str, text: &str) -> HttpResponse {
    let (title, text) = (super::html::escape(title), super::html::escape(text));
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>\n"
    );
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, super::html::policy(&body, false)))
        .content_type("text/html; charset=utf-8")
        .body(body)
}
