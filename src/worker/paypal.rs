//! Errands to payout providers. A request is committed before it is sent and noted before each try; no transaction is
//! open while the provider is asked; what it says is booked if the lease still stands. A crash anywhere leaves a
//! request that is asked for under its own key.

use std::time::{Duration, Instant as Moment};

use super::paypal_calls::{Access, Tokens};
use super::{Post, Stop, claim};
use crate::config::halt;
use crate::db::jobs::{self, Job};
use crate::db::providers::{self, Account};
use crate::db::submissions::{self, SUBMIT_PAYOUTS, Submission};
use crate::db::transact::WriteError;
use crate::domain::id::{LeaseToken, SubmissionId};
use crate::domain::provider::{Provider, Turn, turn};
use crate::operations::attempt_submission::attempt_submission;
use crate::operations::books::Book;
use crate::operations::settle_submission::{self, News, settle_submission};
use crate::operations::submit_payouts::{self, submit_payouts};

/// How often approved batches are looked for that send themselves.
const LOOK: Duration = Duration::from_secs(5);

pub(super) fn run(post: &Post, stop: &Stop) {
    let mut tokens = Tokens::default();
    let mut looked: Option<Moment> = None;
    stop.while_wanted(|| {
        let look = looked.is_none_or(|at| at.elapsed() >= LOOK);
        if look {
            looked = Some(Moment::now());
        }
        let mut busy = false;
        for book in post.books.opened() {
            let done = if look {
                send_approved(post, &book).and_then(|()| step(post, &book, &mut tokens))
            } else {
                step(post, &book, &mut tokens)
            };
            busy |= done.unwrap_or_else(|error| {
                tracing::warn!(%error, "a payout provider's errand could not be done; its lease will run out");
                false
            });
        }
        busy
    });
}

/// Hands over approved payouts where the owner wants that done by itself.
fn send_approved(post: &Post, book: &Book) -> Result<(), WriteError> {
    for provider in Provider::ALL {
        let found = book.readers.read(move |conn| match providers::find(conn, provider)? {
            Some(account) if account.automatic => submissions::batch_to_send(conn, provider.rail()),
            _ => Ok(None),
        })?;
        if let Some(batch_id) = found {
            let request = submit_payouts::Request { batch_id, vault: post.vault.clone(), actor: "worker".to_owned() };
            let outcome = book.writer.write_blocking(move |tx, now| submit_payouts(tx, now, &request))?;
            if outcome != submit_payouts::Outcome::Sent {
                tracing::warn!(batch = %batch_id, ?outcome, "approved payouts could not be sent");
            }
        }
    }
    Ok(())
}

/// One step of one errand; returns whether there was one.
fn step(post: &Post, book: &Book, tokens: &mut Tokens) -> Result<bool, WriteError> {
    let token = LeaseToken::new(book.clock.now());
    let Some(job) = claim(book, SUBMIT_PAYOUTS, 1, token)?.into_iter().next() else { return Ok(false) };
    halt::pass("claimed");
    let id: Option<SubmissionId> = job.payload.0.get("submission_id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let Some(id) = id else { return finish(book, &job, token) };
    let Some(row) = book.readers.read(move |conn| submissions::find(conn, id))? else { return finish(book, &job, token) };
    let provider = row.provider;
    let account = book.readers.read(move |conn| providers::find(conn, provider))?;
    let Some(news) = errand(post, book, &row, account.as_ref(), (&job, token), tokens)? else { return Ok(true) };
    halt::pass("before_book");
    let request = settle_submission::Request { submission_id: id, job: (job.id, token), news, vault: post.vault.clone() };
    if !book.writer.write_blocking(move |tx, now| settle_submission(tx, now, &request))? {
        tracing::warn!(submission = %id, "the lease had run out; another worker has the request");
    }
    halt::pass("after_book");
    Ok(true)
}

fn finish(book: &Book, job: &Job, token: LeaseToken) -> Result<bool, WriteError> {
    let id = job.id;
    book.writer.write_blocking(move |tx, _| jobs::finish(tx, id, token)).map(|_| true)
}

/// Sends a request or asks what became of it; none if nothing is to be booked.
fn errand(
    post: &Post,
    book: &Book,
    row: &Submission,
    account: Option<&Account>,
    (job, token): (&Job, LeaseToken),
    tokens: &mut Tokens,
) -> Result<Option<News>, WriteError> {
    let kept = |reason: &str| Ok(Some(News::Kept(reason.to_owned())));
    let now = book.clock.now();
    match turn(row.standing(), now) {
        Turn::Rest => return finish(book, job, token).map(|_| None),
        Turn::TooLate => return Ok(Some(News::TooLate)),
        Turn::Undecided => return Ok(Some(News::Undecided)),
        Turn::Send | Turn::Ask(_) => {}
    }
    let Some(account) = account else { return kept("no provider is connected; see PUT /v1/payout-providers/paypal") };
    let secret = match post.vault.open(&Account::seal_place(account.name), &account.client_secret) {
        Ok(secret) => secret,
        Err(error) => return kept(&error.to_string()),
    };
    let access = Access { account, secret };
    if let Turn::Ask(number) = turn(row.standing(), now) {
        return Ok(Some(News::Asked(tokens.ask(post, &access, row.id, number))));
    }
    // First what can fail without anything having left the house.
    if let Err(reason) = tokens.get(post, &access, false) {
        return kept(&reason);
    }
    let body = match row.body.as_ref().map(|sealed| post.vault.open(&Submission::seal_place(row.id), sealed)) {
        Some(Ok(body)) => body,
        Some(Err(error)) => return kept(&error.to_string()),
        None => return kept("the request is no longer there"),
    };
    let (id, job_id) = (row.id, job.id);
    let attempt = book.writer.write_blocking(move |tx, now| attempt_submission(tx, now, id, job_id, token))?;
    let Some(attempt) = attempt else { return Ok(None) };
    halt::pass("before_send");
    let outcome = tokens.send(post, &access, id, &body);
    halt::pass("after_send");
    Ok(Some(News::Sent { outcome, doubtful_before: attempt.doubtful_before }))
}
