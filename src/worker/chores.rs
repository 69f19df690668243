//! Periodic tasks: they take no input, are safe to repeat and safe if two run. One process leads each.

use std::time::Duration;

use super::{Post, REST, Stop, forgotten_letters};
use crate::db::transact::WriteError;
use crate::db::{jobs, pending_decisions, restricted};
use crate::domain::id::LeaseToken;
use crate::domain::instant::Instant;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::prepare_scheduled::Due;
use crate::operations::{
    carry_out_decision, erase_customer, expire_claims, forget_deliveries, forget_requests, import, mature_commissions,
    prepare_scheduled, receive_delivery, remind_details, roll_up_clicks, tell_owner,
};

/// Longer than a slice can take; if the leader dies another leads after this, well under a minute.
const LEAD_SECONDS: i64 = 20;

/// A pause between full slices, so that a waiting sale goes first.
const BREATH: Duration = Duration::from_millis(5);

/// The lead is renewed when this much of it is over: an idle service need not write to its disk all the time.
const RENEW_SECONDS: i64 = 10;

/// Decisions carried out in one round.
const DECISIONS: usize = 20;

/// A decision that could not be carried out is tried again after so long.
const AGAIN_SECONDS: i64 = 60;

/// Who leads the chores of a ledger, as this process knows it.
struct Lead {
    token: LeaseToken,
    since: Option<Instant>,
}

pub(super) fn run(post: &Post, stop: &Stop) {
    let token = LeaseToken::new(post.books.live.clock.now());
    let mut leads = [Lead { token, since: None }, Lead { token, since: None }];
    while !stop.asked() {
        let mut busy = false;
        for (book, lead) in post.books.opened().zip(&mut leads) {
            match tick(post, &book, lead) {
                Ok(more) => busy |= more,
                // The next round tries again; readiness tells the operator.
                Err(error) => tracing::warn!(%error, "a chore could not run"),
            }
        }
        stop.rest(if busy { BREATH } else { REST });
    }
}

/// Prepares what the schedule asks for, slice by slice with a breath between.
fn prepare(book: &Book, now: Instant) -> Result<(), WriteError> {
    let mut due = book.readers.read(move |conn| prepare_scheduled::due(conn, now))?;
    while due != Due::Nothing {
        let next = due.clone();
        let left = book.writer.write_blocking(move |tx, now| prepare_scheduled::prepare_scheduled(tx, now, &next))?;
        due = left.map_or(Due::Nothing, Due::Continue);
        std::thread::sleep(BREATH);
    }
    Ok(())
}

/// Carries out what was decided at the desk and not taken back in time. One that the ledger cannot write now waits,
/// and holds nothing else up.
fn carry_out(book: &Book, now: Instant) -> Result<(), WriteError> {
    for _ in 0..DECISIONS {
        let Some(id) = book.readers.read(move |conn| pending_decisions::next_due(conn, now))? else { break };
        let done = book.writer.write_blocking(move |tx, now| carry_out_decision::carry_out_decision(tx, now, id));
        if let Err(error) = done {
            tracing::warn!(%error, decision = %id, "a decision could not be carried out; it is tried again");
            book.writer.write_blocking(move |tx, now| pending_decisions::postpone(tx, id, now.plus_seconds(AGAIN_SECONDS)))?;
        }
    }
    Ok(())
}

/// One round of every chore; returns whether a slice was full.
fn tick(post: &Post, book: &Book, lead: &mut Lead) -> Result<bool, WriteError> {
    book.sync_clock()?;
    let now = book.clock.now();
    let fresh = lead.since.is_some_and(|since| now >= since && now < since.plus_seconds(RENEW_SECONDS));
    if !fresh {
        let token = lead.token;
        let led = book.writer.write_blocking(move |tx, _| jobs::lead(tx, "chores", token, LEAD_SECONDS))?;
        lead.since = led.then_some(now);
        if !led {
            return Ok(false);
        }
        if book.mode == Mode::Live {
            book.writer.write_blocking(tell_owner::tell_owner)?;
        }
        let resumed = receive_delivery::resume_deliveries(book, &post.books)?;
        let forgotten = book.writer.write_blocking(receive_delivery::forget_bodies)?;
        prepare(book, now)?;
        let ask = book.readers.read(move |conn| remind_details::due(conn, now))?;
        if !ask.is_empty() {
            book.writer.write_blocking(move |tx, now| remind_details::remind_details(tx, now, &ask))?;
        }
        if book.readers.read(move |conn| restricted::any_over(conn, now))? {
            book.writer.write_blocking(erase_customer::forget_recipients)?;
        }
        let drafts = book.readers.read(move |conn| import::old_drafts(conn, now))?;
        if !drafts.is_empty() {
            book.writer.write_blocking(move |tx, _| import::forget_drafts(tx, &drafts))?;
        }
        if resumed > 0 || forgotten > 0 {
            tracing::info!(resumed, forgotten, "storefronts' messages were taken up again, old bodies forgotten");
        }
    }
    let rescued = book.writer.write_blocking(|tx, _| jobs::rescue(tx))?;
    if rescued > 0 {
        tracing::warn!(rescued, "jobs were taken back from workers that died or hang");
    }
    forgotten_letters::forget(post, book)?;
    carry_out(book, now)?;
    let matured = book.writer.write_blocking(mature_commissions::mature_commissions)?;
    let forgotten = book.writer.write_blocking(|tx, now: Instant| forget_requests::forget_requests(tx, now))?;
    let logged = book.writer.write_blocking(|tx, now: Instant| forget_deliveries::forget_deliveries(tx, now))?;
    let more_clicks = book.writer.write_blocking(roll_up_clicks::roll_up_clicks)?;
    let expired = book.writer.write_blocking(expire_claims::expire_claims)?;
    let full = usize::try_from(mature_commissions::SLICE).unwrap_or(usize::MAX);
    let more_claims = i64::try_from(expired).unwrap_or(i64::MAX) >= expire_claims::SLICE;
    Ok(matured >= full || forgotten >= full || logged >= full || more_clicks || more_claims)
}
