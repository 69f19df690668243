//! A referrer wants to come to his portal: a link that lets him in once, by letter. Whoever asks is told the same
//! whether anybody has the address, so that nobody learns who recommends the shop.

use super::open_session::open_portal;
use crate::db::login_links::{self, LoginLink};
use crate::db::outbox::{Mail, queue_mails};
use crate::db::tokens::TokenRow;
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, Tx, customers, referrers};
use crate::domain::customer::CustomerKey;
use crate::domain::id::{LinkId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::login::LinkKind;
use crate::domain::notice::Notice;
use crate::domain::principal::Mode;

/// So many links may wait in a mailbox at a time; nobody is flooded by who knows his address.
const OPEN_MAX: i64 = 3;

/// The referrer who has this address, if any.
///
/// # Errors
/// What the database reports.
pub fn referrer_at(conn: &mut Conn<'_>, address: &CustomerKey) -> DbResult<Option<ReferrerId>> {
    let Some(key) = customers::find_keys(conn, std::slice::from_ref(address))?.pop() else { return Ok(None) };
    Ok(referrers::of_customers(conn, &[key.customer_id])?.pop().map(|row| row.id))
}

/// Makes a link that lets `referrer` of the ledger `mode` in; none while enough of them wait. Writes to the live
/// ledger, where all links are.
///
/// # Errors
/// What the database reports.
pub fn make_sign_in_link(tx: &mut Tx<'_>, now: Instant, referrer: ReferrerId, mode: Mode) -> DbResult<Option<LinkId>> {
    // Whoever asks twice at once is counted twice; of a referrer in the sandbox there is nothing to lock here.
    referrers::lock(tx, &[referrer])?;
    if login_links::open_of(tx, referrer, now)? >= OPEN_MAX {
        return Ok(None);
    }
    let link = LoginLink { referrer_id: Some(referrer), ..LoginLink::new(now, LinkKind::SignIn, mode) };
    login_links::insert(tx, &link)?;
    Ok(Some(link.id))
}

/// Uses a link up and signs its referrer in; none if it no longer works. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn sign_in_by_link(tx: &mut Tx<'_>, now: Instant, id: LinkId) -> DbResult<Option<TokenRow>> {
    let known = login_links::find(tx, id)?.filter(|link| link.kind == LinkKind::SignIn);
    let Some((referrer, mode)) = known.and_then(|link| Some((link.referrer_id?, link.mode))) else { return Ok(None) };
    if login_links::take(tx, id, now)?.is_none() {
        return Ok(None);
    }
    open_portal(tx, now, referrer, mode).map(Some)
}

/// Queues the letter that carries the link. Writes to the referrer's ledger, which knows his address.
///
/// # Errors
/// What the database reports.
pub fn send_sign_in_link(tx: &mut Tx<'_>, now: Instant, referrer: ReferrerId, link: LinkId) -> DbResult<()> {
    queue_mails(tx, vec![Mail::new(Notice::LoginLink, AnyId::from_uuid(link.uuid()), referrer, now)], now)
}
