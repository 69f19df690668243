//! `/u/{mail_id}`: one-click unsubscribe (RFC 8058). Looking does nothing, for scanners look at every
//! link; only POST declines, without a cookie: this kind, or all kinds if the body says `letters=all`. A letter nobody sent gets the
//! same pages, so that nothing is learned by guessing.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::app::App;
use super::body::RawBody;
use super::callers::book_of;
use super::html;
use super::limits;
use super::problem::ApiError;
use crate::domain::id::MailId;
use crate::domain::principal::Mode;
use crate::operations::decline_mail::{Declined, decline_mail};

const ASK: &str = include_str!("unsubscribe/ask.html");
const DONE: &str = include_str!("unsubscribe/done.html");

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/u/{mail_id}").route(web::get().to(ask)).route(web::post().to(decline)));
}

async fn ask() -> HttpResponse {
    page(ASK)
}

async fn decline(
    app: web::Data<App>,
    mail: web::Path<String>,
    req: HttpRequest,
    body: RawBody,
) -> Result<HttpResponse, ApiError> {
    limits::may_guess(&req, &app)?;
    let what = if body.0.as_ref() == b"letters=all" { Declined::All } else { Declined::Kind };
    let known = match mail.parse::<MailId>() {
        Ok(mail) => {
            let book = book_of(&app, Mode::asked_by(req.query_string())).await?;
            book.writer.write(move |tx, now| decline_mail(tx, now, mail, what)).await?
        }
        Err(_) => false,
    };
    if !known {
        limits::missed(&req, &app)?;
    }
    Ok(page(DONE))
}

fn page(body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CONTENT_SECURITY_POLICY, html::policy(body, true)))
        .body(body)
}
