//! `POST /webhooks/bounces`: where a mail service reports what came back. Closed until
//! `HOUND_BOUNCE_SECRET` is set; then the secret is the password in the address
//! (`https://mail:SECRET@…`, HTTP basic) or the key that Mailgun signs with.

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::app::App;
use super::body::RawBody;
use super::callers::book_of;
use super::problem::ApiError;
use crate::domain::bounce::{Report, mailgun_signature, read};
use crate::domain::customer::CustomerKey;
use crate::domain::principal::Mode;
use crate::domain::signature::SigningSecret;
use crate::operations::note_bounces::note_bounces;

/// Adds the route; before the storefronts', whose address would match it.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/webhooks/bounces").route(web::post().to(receive)));
}

async fn receive(req: HttpRequest, app: web::Data<App>, body: RawBody) -> Result<HttpResponse, ApiError> {
    let secret = app.bounce_secret.as_ref().ok_or_else(|| ApiError::not_found("address until HOUND_BOUNCE_SECRET is set"))?;
    let body: Value = serde_json::from_slice(&body.0).unwrap_or_default();
    if !by_password(&req, secret.reveal()) && !by_signature(&body, secret.reveal()) {
        return Err(ApiError::unauthorized("the password or signature is not that of HOUND_BOUNCE_SECRET"));
    }
    let noted = match read(&body) {
        None => {
            return Err(ApiError::bad_request(
                "unknown_report",
                "is no report of SES, Postmark or Mailgun as this service knows them",
            ));
        }
        Some(Report::Nothing) => 0,
        Some(Report::Confirmation(url)) => {
            tracing::warn!(%url, "Amazon SNS asks whether it may report here; open this address to say yes");
            0
        }
        Some(Report::Bounces(reported)) => {
            let known = |address: &str| CustomerKey::email("", address).is_ok();
            let reported: Vec<_> = reported.into_iter().filter(|(address, _)| known(address)).collect();
            let count = reported.len();
            let book = book_of(&app, Mode::Live).await?;
            book.writer.write(move |tx, now| note_bounces(tx, now, &reported)).await?;
            count
        }
    };
    Ok(HttpResponse::Ok().json(serde_json::json!({ "noted": noted })))
}

fn by_password(req: &HttpRequest, secret: &str) -> bool {
    let given = req.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let encoded = given.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded =
        encoded.and_then(|(_, encoded)| BASE64.decode(encoded.trim()).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    // Hashes are compared, so that time tells nothing of the secret.
    decoded
        .as_deref()
        .and_then(|pair| pair.split_once(':'))
        .is_some_and(|(_, password)| Sha256::digest(password) == Sha256::digest(secret))
}

fn by_signature(body: &Value, secret: &str) -> bool {
    mailgun_signature(body)
        .is_some_and(|(signed, signature)| SigningSecret::of_text(secret).matches_hex(&[signed.as_bytes()], &signature))
}
