//! `POST /webhooks/paypal`: `PayPal` says that something happened. Its word is not taken for what: `PayPal` is asked,
//! with our own credentials, and must answer with our own key. So a forged message can do no more than make us ask
//! once in ten seconds, and its signature need not be known.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::app::App;
use super::body::RawBody;
use super::callers::book_of;
use super::problem::ApiError;
use crate::domain::principal::Mode;
use crate::domain::provider::{Provider, paypal};
use crate::operations::prompt_submission::prompt_submission;

/// Adds the route.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/webhooks/paypal").route(web::post().to(receive)));
}

async fn receive(req: HttpRequest, app: web::Data<App>, body: RawBody) -> Result<HttpResponse, ApiError> {
    let book = book_of(&app, Mode::asked_by(req.query_string())).await?;
    let asked = match paypal::hint(&body.0) {
        None => false,
        Some((number, key)) => {
            let prompt = book.writer.write(move |tx, now| prompt_submission(tx, now, Provider::Paypal, &number, key));
            prompt.await.map_err(ApiError::from)?
        }
    };
    // What is none of ours is not sent again and again.
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": if asked { "asked" } else { "ignored" } })))
}
