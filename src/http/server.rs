//! Listens and serves until told to stop.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, rt, web};
use tokio::signal::unix::{SignalKind, signal};

use super::app::App;
use super::problem::ApiError;
use super::{
    api, bounces, contract, cors, health, limits, observe, pages, qr, redirect, snippet, unsubscribe, webhooks_in,
    webhooks_paypal,
};

/// A head must be there this soon after the connection.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);

/// An idle connection is closed after this.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Open connections per thread; each costs some KiB.
const CONNECTIONS_MAX: usize = 4_096;

/// Threads per HTTP thread for reads: as many as there are read connections.
const BLOCKING_MAX: usize = 4;

/// Requests under way have this long to end after SIGTERM, in seconds.
const DRAIN_SECONDS: u64 = 20;

/// Serves `app` on `listener` until SIGTERM or SIGINT, then drains. Blocks the calling thread.
///
/// # Errors
/// When the system refuses a socket or a thread.
pub fn run(app: App, listener: TcpListener, workers: usize) -> std::io::Result<()> {
    rt::System::new().block_on(serve(app, listener, workers))
}

async fn serve(app: App, listener: TcpListener, workers: usize) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .wrap(from_fn(limits::count_visits))
            .wrap(from_fn(cors::share_codes))
            .wrap(from_fn(observe::observe))
            .configure(routes)
    })
    .workers(workers)
    .worker_max_blocking_threads(BLOCKING_MAX)
    .client_request_timeout(HEAD_DEADLINE)
    .keep_alive(KEEP_ALIVE)
    .max_connections(CONNECTIONS_MAX)
    .shutdown_timeout(DRAIN_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    // Heard from before anybody knows that we are there: a stop that comes at once is an orderly one too.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let handle = server.handle();
    rt::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        handle.stop(true).await;
    });
    let mut out = std::io::stdout().lock();
    // Whoever started us may have closed our output.
    drop(writeln!(out, "listening on http://{address}").and_then(|()| out.flush()));
    drop(out);
    server.await
}

/// Every route of the service. They are tried in this order, each by a regular expression: visits and orders first.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(redirect::configure)
        .configure(api::configure)
        .configure(qr::configure)
        .configure(snippet::configure)
        .configure(health::configure)
        .configure(contract::configure)
        .configure(unsubscribe::configure)
        .configure(webhooks_paypal::configure)
        .configure(bounces::configure)
        .configure(webhooks_in::configure)
        .configure(pages::configure)
        .default_service(web::to(unknown));
}

async fn unknown(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    match contract::allowed(&app.routes, req.path()) {
        Some(methods) => Err(ApiError::method_not_allowed(HeaderValue::from_str(&methods).ok())),
        None => Err(ApiError::not_found("address; see /docs")),
    }
}
