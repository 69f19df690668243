//! Tells endpoints what happened: claimed with a lease, sent with no transaction open, then booked if
//! the lease still stands. A crash in between sends the same message again under the same `webhook-id`.

use super::{Post, Stop, claim};
use crate::db::deliveries::{self, DELIVER, Delivery, Event};
use crate::db::endpoints::{self, Endpoint};
use crate::db::jobs::{self, Job};
use crate::db::transact::WriteError;
use crate::domain::id::{DeliveryId, LeaseToken};
use crate::domain::instant::Instant;
use crate::domain::principal::Mode;
use crate::domain::signature::{SigningSecret, sign_standard};
use crate::domain::webhook::{DeliveryStatus, EndpointStatus, Taken, message, taken};
use crate::operations::books::Book;
use crate::operations::settle_delivery::{Attempt, DISABLED, Next, give_up, settle_delivery};
use crate::outbound::{Call, Method};
use crate::vault::{Vault, VaultError};

/// Few at a time: all must be sent within one lease, and each may take `outbound`'s 15 s.
const CLAIM: i64 = 3;

/// Bytes of a refusal that are kept for the owner to read.
const ANSWER_MAX: u64 = 512;

/// What to do with a claimed message.
enum Errand {
    /// Nobody waits for it any more.
    Nobody,
    /// It is not to be sent.
    Off(Box<Delivery>),
    /// Its endpoint rests until then.
    Later(Instant),
    /// It is to be sent.
    Send(Box<(Delivery, Event, Endpoint)>),
}

pub(super) fn run(post: &Post, stop: &Stop) {
    stop.while_wanted(|| post.books.opened().map(|book| deliver(post, &book, stop)).sum::<usize>() > 0);
}

/// Sends a handful of a ledger's messages; returns how many were claimed.
fn deliver(post: &Post, book: &Book, stop: &Stop) -> usize {
    let token = LeaseToken::new(book.clock.now());
    let claimed = claim(book, DELIVER, CLAIM, token).unwrap_or_else(|error| {
        tracing::warn!(%error, "webhooks could not be claimed");
        Vec::new()
    });
    let count = claimed.len();
    for job in claimed {
        if stop.asked() {
            break;
        }
        if let Err(error) = handle(post, book, &job, token) {
            tracing::warn!(%error, job = %job.id, "a webhook could not be settled; its lease will run out");
        }
    }
    count
}

fn handle(post: &Post, book: &Book, job: &Job, token: LeaseToken) -> Result<(), WriteError> {
    let id: Option<DeliveryId> = job.payload.0.get("delivery_id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let job_id = job.id;
    let finished = match id.map_or(Ok(Errand::Nobody), |id| errand(book, id))? {
        Errand::Nobody => book.writer.write_blocking(move |tx, _| jobs::finish(tx, job_id, token))?,
        Errand::Off(delivery) => book.writer.write_blocking(move |tx, now| {
            let mine = jobs::finish(tx, job_id, token)?;
            if mine {
                give_up(tx, now, (*delivery).clone(), DISABLED)?;
            }
            Ok(mine)
        })?,
        Errand::Later(at) => {
            book.writer.write_blocking(move |tx, _| jobs::put_back(tx, job_id, token, Some(at), "the endpoint rests"))?
        }
        Errand::Send(errand) => {
            let (delivery, event, endpoint) = *errand;
            let attempt = send(post, book.mode, &event, &endpoint);
            if taken(attempt.status) == Taken::Gone {
                tracing::warn!(endpoint = %endpoint.id, "an endpoint answered 410 and is switched off");
            }
            let id = delivery.id;
            book.writer.write_blocking(move |tx, now| match settle_delivery(tx, now, id, &attempt)? {
                Next::Done => jobs::finish(tx, job_id, token),
                Next::At(at) => jobs::put_back(tx, job_id, token, Some(at), attempt.error.as_deref().unwrap_or_default()),
            })?
        }
    };
    if !finished {
        tracing::warn!(job = %job.id, "the lease had run out; another worker has the webhook");
    }
    Ok(())
}

fn errand(book: &Book, id: DeliveryId) -> Result<Errand, WriteError> {
    let now = book.clock.now();
    book.readers.read(move |conn| {
        let Some((delivery, event)) = deliveries::find(conn, id)? else { return Ok(Errand::Nobody) };
        let Some(endpoint) = endpoints::find(conn, delivery.endpoint_id)? else { return Ok(Errand::Nobody) };
        Ok(match endpoint.rests_until {
            _ if delivery.status != DeliveryStatus::Waiting => Errand::Nobody,
            _ if endpoint.status == EndpointStatus::Disabled => Errand::Off(Box::new(delivery)),
            // Each would cost a timeout; what waits is tried one after the other as the rests end.
            Some(until) if until > now => Errand::Later(until),
            _ => Errand::Send(Box::new((delivery, event, endpoint))),
        })
    })
}

fn send(post: &Post, mode: Mode, event: &Event, endpoint: &Endpoint) -> Attempt {
    let body = message(&event.kind, event.subject_id.uuid(), &event.data.0, event.created_at, mode == Mode::Sandbox);
    // The receiver compares this with his own clock: the sandbox's, which may run ahead, would not do.
    let now = post.books.live.clock.now();
    let secrets = match secrets(&post.vault, endpoint, now) {
        Ok(secrets) => secrets,
        Err(error) => return Attempt { status: None, error: Some(error.to_string()) },
    };
    let (id, stamp) = (event.id.to_string(), now.seconds().to_string());
    let signature = sign_standard(&secrets, &id, now.seconds(), &body);
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id.as_str()),
        ("webhook-timestamp", stamp.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let call = Call { method: Method::Post, url: &endpoint.url, headers: &headers, body: &body, answer_max: ANSWER_MAX };
    match post.outbound.call(call) {
        Ok(reply) if reply.is_success() => Attempt { status: Some(reply.status), error: None },
        Ok(reply) => Attempt { status: Some(reply.status), error: Some(readable(&reply.body)) },
        Err(error) => Attempt { status: None, error: Some(error.to_string()) },
    }
}

/// The secret, and the one before while it counts.
fn secrets(vault: &Vault, endpoint: &Endpoint, now: Instant) -> Result<Vec<SigningSecret>, VaultError> {
    let place = Endpoint::seal_place(endpoint.id);
    let before = endpoint.old_secret.as_ref().filter(|_| endpoint.old_secret_until.is_some_and(|until| until > now));
    let texts = std::iter::once(&endpoint.secret).chain(before).map(|sealed| vault.open(&place, sealed));
    texts.map(|text| text.map(|text| SigningSecret::parse(&text))).filter_map(Result::transpose).collect()
}

/// An answer as it may be stored and shown: PostgreSQL takes no NUL, a terminal obeys control characters.
fn readable(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|symbol| !symbol.is_control()).collect()
}
