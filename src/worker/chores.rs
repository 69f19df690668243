//! Periodic tasks: they take no input, are safe to repeat and safe if two run. One process leads each.

use std::time::Duration;

use super::{Post, REST, Stop};
use crate::db::jobs;
use crate::db::transact::WriteError;
use crate::domain::id::LeaseToken;
use crate::domain::instant::Instant;
use crate::operations::books::Book;
use crate::operations::{forget_deliveries, forget_requests, mature_commissions, roll_up_clicks};

/// Longer than a slice can take; if the leader dies another leads after this, well under a minute.
const LEAD_SECONDS: i64 = 20;

/// A pause between full slices, so that a waiting sale goes first.
const BREATH: Duration = Duration::from_millis(5);

/// The lead is renewed when this much of it is over: an idle service need not write to its disk all the time.
const RENEW_SECONDS: i64 = 10;

/// Who leads the chores of a ledger, as this process knows it.
struct Lead {
    token: LeaseToken,
    since: Option<Instant>,
}

pub(super) fn run(post: &Post, stop: &Stop) {
    let token = LeaseToken::new(post.books.live.clock.now());
    let mut leads = [Lead { token, since: None }, Lead { token, since: None }];
    while !stop.asked() {
        let sandbox = post.books.opened_sandbox();
        let mut busy = false;
        let books = [Some(std::sync::Arc::clone(&post.books.live)), sandbox];
        for (book, lead) in books.into_iter().zip(&mut leads).filter_map(|(book, lead)| book.map(|book| (book, lead))) {
            match tick(&book, lead) {
                Ok(more) => busy |= more,
                // The next round tries again; readiness tells the operator.
                Err(error) => tracing::warn!(%error, "a chore could not run"),
            }
        }
        stop.rest(if busy { BREATH } else { REST });
    }
}

/// One round of every chore; returns whether a slice was full.
fn tick(book: &Book, lead: &mut Lead) -> Result<bool, WriteError> {
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
    }
    let rescued = book.writer.write_blocking(|tx, _| jobs::rescue(tx))?;
    if rescued > 0 {
        tracing::warn!(rescued, "jobs were taken back from workers that died or hang");
    }
    let matured = book.writer.write_blocking(mature_commissions::mature_commissions)?;
    let forgotten = book.writer.write_blocking(|tx, now: Instant| forget_requests::forget_requests(tx, now))?;
    let logged = book.writer.write_blocking(|tx, now: Instant| forget_deliveries::forget_deliveries(tx, now))?;
    let more_clicks = book.writer.write_blocking(roll_up_clicks::roll_up_clicks)?;
    let full = usize::try_from(mature_commissions::SLICE).unwrap_or(usize::MAX);
    Ok(matured >= full || forgotten >= full || logged >= full || more_clicks)
}
