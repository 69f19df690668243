//! Whether the process lives, whether it can work, and what it has done.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::app::App;
use super::problem::ApiError;
use crate::db::transact::WriteError;
use crate::db::{endpoints, outbox, outward, settings, submissions};
use crate::operations::books::Book;

/// What `/health/ready` says.
#[derive(Debug, Serialize)]
struct Readiness {
    status: &'static str,
    database: &'static str,
    writer: &'static str,
    mail: MailReadiness,
    webhooks: WebhookReadiness,
    outward: OutwardReadiness,
    payouts: PayoutReadiness,
}

/// Money of which nobody knows whether it arrived is no fault of this process, but somebody should know.
#[derive(Debug, Default, Serialize)]
struct PayoutReadiness {
    unknown: i64,
    undecided: i64,
}

/// After a restore nothing leaves the house until somebody has looked (`hound resume`).
#[derive(Debug, Serialize)]
struct OutwardReadiness {
    paused: Option<String>,
}

/// What a look at the ledger shows.
#[derive(Debug, Default)]
struct Seen {
    waiting_mails: i64,
    /// Endpoints that were switched off.
    switched_off: i64,
    /// Why nothing leaves the house.
    paused: Option<String>,
    payouts: PayoutReadiness,
}

/// Letters wait until there is a way out; that is no fault, but somebody should know.
#[derive(Debug, Serialize)]
struct MailReadiness {
    transport: bool,
    waiting: i64,
}

/// Endpoints that nobody tells any more; only the owner can switch them on again.
#[derive(Debug, Serialize)]
struct WebhookReadiness {
    switched_off: i64,
}

/// Adds `/health/live`, `/health/ready` and `/metrics`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/health/live").route(web::get().to(live)));
    cfg.service(web::resource("/health/ready").route(web::get().to(ready)));
    cfg.service(web::resource("/metrics").route(web::get().to(metrics)));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(serde_json::json!({ "status": "live" }))
}

async fn ready(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    let book = Arc::clone(&app.books.live);
    let seen = look(&book).await?;
    let database = seen.is_ok();
    let seen = seen.unwrap_or_default();
    let writer = !book.writer.stats().halted.load(Ordering::Relaxed) || can_write(&book).await;
    let ready = database && writer;
    let word = |good: bool| if good { "ok" } else { "failing" };
    let body = Readiness {
        status: if ready { "ready" } else { "unavailable" },
        database: word(database),
        writer: word(writer),
        mail: MailReadiness { transport: app.mail_is_on, waiting: seen.waiting_mails },
        webhooks: WebhookReadiness { switched_off: seen.switched_off },
        outward: OutwardReadiness { paused: seen.paused },
        payouts: seen.payouts,
    };
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    Ok(response.insert_header((CACHE_CONTROL, "no-store")).json(body))
}

async fn look(book: &Arc<Book>) -> Result<Result<Seen, WriteError>, ApiError> {
    let book = Arc::clone(book);
    let read = move || {
        book.readers.read(|conn| {
            let (unknown, undecided) = submissions::doubts(conn)?;
            Ok(Seen {
                waiting_mails: outbox::waiting_mails(conn)?,
                switched_off: endpoints::given_up(conn)?,
                paused: outward::paused(conn)?,
                payouts: PayoutReadiness { unknown, undecided },
            })
        })
    };
    web::block(read).await.map_err(|error| ApiError::internal(error.to_string()))
}

/// After a refused write only a write can tell that the disk takes them again: no traffic comes to
/// find it out while we are not ready.
async fn can_write(book: &Book) -> bool {
    book.writer.write(|tx, now| settings::put(tx, "last_probe", &now.to_string())).await.is_ok()
}

async fn metrics(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    let Some(token) = &app.metrics_token else { return Err(ApiError::not_found("address; see /docs")) };
    let given = req.headers().get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    let wanted = format!("Bearer {}", token.reveal());
    // Digests are compared, so that the time tells nothing about the token.
    if Sha256::digest(given) != Sha256::digest(wanted.as_bytes()) {
        return Err(ApiError::unauthorized("/metrics needs HOUND_METRICS_TOKEN as Authorization: Bearer …"));
    }
    let seen = look(&app.books.live).await?.ok();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(exposition(&app, seen.as_ref())))
}

/// The text format of Prometheus.
fn exposition(app: &App, seen: Option<&Seen>) -> String {
    let stats = app.books.live.writer.stats();
    let load = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let mut text = String::new();
    let mut line = |name: &str, kind: &str, help: &str, samples: &[(String, String)]| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let one = |value: String| [(String::new(), value)];
    line("hound_writer_batches_total", "counter", "Transactions committed.", &one(load(&stats.batches).to_string()));
    line("hound_writer_requests_total", "counter", "Requests written in them.", &one(load(&stats.requests).to_string()));
    line("hound_writer_bisected_total", "counter", "Batches split after a failure.", &one(load(&stats.bisected).to_string()));
    let halted = u8::from(stats.halted.load(Ordering::Relaxed));
    line("hound_writer_halted", "gauge", "Whether the last write was refused.", &one(halted.to_string()));
    if let Some(Seen { waiting_mails, switched_off, .. }) = seen {
        line("hound_mails_waiting", "gauge", "Letters that wait to be sent.", &one(waiting_mails.to_string()));
        let help = "Endpoints switched off because they are gone or failed for days.";
        line("hound_webhook_endpoints_switched_off", "gauge", help, &one(switched_off.to_string()));
    }
    line(
        "hound_clicks_missed_total",
        "counter",
        "Visitors sent on before their click was committed.",
        &one(load(&app.clicks_missed).to_string()),
    );
    line(
        "hound_clicks_shed_total",
        "counter",
        "Clicks that met a full queue or a full disk; all but one in 64 were not kept.",
        &one(load(&app.clicks_shed).to_string()),
    );
    let classes: Vec<(String, String)> = app
        .answered
        .iter()
        .zip(1..)
        .map(|(count, class)| (format!("{{class=\"{class}xx\"}}"), load(count).to_string()))
        .collect();
    line("hound_http_requests_total", "counter", "Requests answered, by status class.", &classes);
    text
}
