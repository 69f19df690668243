//! `hound serve`: the API and, unless told otherwise, the background work.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use super::admin;
use super::copy::refuse_moved;
use super::token::keyring;
use super::{Failure, Outcome, fail, open_books};
use crate::config::{Config, MailSettings};
use crate::db::tokens;
use crate::http::app::App;
use crate::http::server;
use crate::operations::books::Books;
use crate::tokens::Keyring;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Leaves the background work to `hound worker`
    #[arg(long)]
    no_worker: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let books = Arc::new(open_books(config)?);
    refuse_moved(&books)?;
    let keys = keyring(config, &books)?;
    let listener = listen(&config.listen)?;
    greet(&books, &keys, &base_url(config, &listener)?)?;
    attend(config, &books, keys, listener, !args.no_worker)
}

/// Serves what is open until told to stop.
pub(super) fn attend(config: &Config, books: &Arc<Books>, keys: Keyring, listener: TcpListener, with_worker: bool) -> Outcome {
    let base_url = base_url(config, &listener)?;
    let mail_is_on = matches!(config.mail, MailSettings::File(_) | MailSettings::Smtp(_));
    let worker = if with_worker { Some(super::worker::start(config, books, &base_url, &keys)?) } else { None };
    let app = App::new(Arc::clone(books), keys, base_url, config.metrics_token.clone(), mail_is_on)
        .with_outward(config.outward.clone())
        .told_of_bounces(config.bounce_secret.clone())
        .behind(&config.trusted_proxies)
        .limited(config.limits.clone())
        .installed(super::worker::pen(config)?, &config.shown);
    let served = server::run(app, listener, config.workers);
    // Requests have ended; letters under way are finished, then everything asked for is written.
    if let Some(worker) = worker {
        worker.stop();
    }
    for book in books.opened() {
        book.writer.stop();
    }
    served.map_err(fail)
}

pub(super) fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .map_err(|error| Failure(format!("cannot listen on {address}: {error}; choose another with --listen")))
}

/// Where links point.
pub(super) fn base_url(config: &Config, listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(fail)?;
    Ok(config.base_url.clone().unwrap_or_else(|| format!("http://{address}")))
}

/// Tells whoever starts the service for the first time how to get in.
pub(super) fn greet(books: &Books, keys: &Keyring, base_url: &str) -> Outcome {
    if let Some(link) = admin::setup_link(books)? {
        let (address, minutes) = (admin::setup_address(keys, base_url, &link), admin::minutes_left(books, &link));
        let hint = format!("works for {minutes} minutes, once; a new link: hound admin setup-link");
        drop(writeln!(std::io::stderr(), "Open {address} to set the shop up ({hint})"));
    }
    if books.live.readers.read(tokens::none).map_err(fail)? {
        let hint = "no token exists yet; make the owner's with: hound token create --role owner";
        drop(writeln!(std::io::stderr(), "{hint}"));
    }
    Ok(())
}
