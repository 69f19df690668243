//! Takes what tells of a person out of the tables, and leaves what orders and postings rest on. Everything here is
//! called by `operations::erase_customer`, which holds the locks.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::outbox::SEND_MAIL;
use super::schema::{
    claims, clicks, codes, customer_keys, customers, detail_reminders, introductions, jobs, joins, login_links, mail_bounces,
    mail_optouts, mails, merge_proposals, owner_notices, referrers, sale_hints, sale_signals, sales, tokens,
};
use super::types::{HintKind, Json, MailStatus};
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::claim::ClaimStatus;
use crate::domain::customer::{CustomerKey, KeyKind, Metadata};
use crate::domain::id::{CustomerId, MailId, PayoutId, ReferrerId, SaleId, VisitorId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::referrer::{CodeStatus, JoinStatus, ReferrerStatus};

/// Lets the embedded engine overwrite what is deleted, or stop doing so: else it lies about in free pages until they are
/// used again. The server clears up by itself (`VACUUM`).
///
/// # Errors
/// What the database reports.
pub fn overwrite_deleted(tx: &mut Tx<'_>, on: bool) -> DbResult<()> {
    let conn: &mut Conn<'_> = &mut *tx;
    match conn {
        Conn::Sqlite(c) => c.batch_execute(if on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" }),
        Conn::Postgres(_) => Ok(()),
    }
}

/// The orders of the given customers, ascending.
///
/// # Errors
/// What the database reports.
pub fn sales_of(conn: &mut Conn<'_>, of: &[CustomerId]) -> DbResult<Vec<SaleId>> {
    on_db!(conn, c => sales::table.filter(sales::customer_id.eq_any(of)).order(sales::id).select(sales::id).load(c))
}

/// Locks the given orders, which are in ascending order.
///
/// # Errors
/// What the database reports.
pub fn lock_sales(tx: &mut Tx<'_>, ids: &[SaleId]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        let _locked: Vec<SaleId> =
            load_locked!(tx, sales::table.filter(sales::id.eq_any(slice)).order(sales::id).select(sales::id))?;
    }
    Ok(())
}

/// Which of the given customers were erased.
///
/// # Errors
/// What the database reports.
pub fn erased_among(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<CustomerId>> {
    among!(conn, customers::table.filter(customers::erased_at.is_not_null()).select(customers::id), customers::id, ids)
}

/// Empties the entries of the given customers, and takes their keys and what came back for their addresses.
///
/// # Errors
/// What the database reports.
pub fn empty_customers(tx: &mut Tx<'_>, ids: &[CustomerId], keys: &[CustomerKey], now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(customers::table.filter(customers::id.eq_any(ids)))
        .set((
            customers::name.eq(None::<String>),
            customers::name_folded.eq(None::<String>),
            customers::locale.eq(None::<Locale>),
            customers::introduced.eq(false),
            customers::metadata.eq(Json(Metadata::new())),
            customers::erased_at.eq(now),
        ))
        .execute(c))?;
    on_db!(tx, c => diesel::delete(customer_keys::table.filter(customer_keys::customer_id.eq_any(ids))).execute(c))?;
    let addresses: Vec<&str> = keys.iter().filter(|key| key.kind == KeyKind::Email).map(|key| key.value.as_str()).collect();
    on_db!(tx, c => diesel::delete(mail_bounces::table.filter(mail_bounces::address.eq_any(&addresses))).execute(c))?;
    on_db!(tx, c => diesel::update(merge_proposals::table
            .filter(merge_proposals::kept_id.eq_any(ids).or(merge_proposals::other_id.eq_any(ids)))
            .filter(merge_proposals::resolved_at.is_null()))
        .set(merge_proposals::resolved_at.eq(now))
        .execute(c))?;
    on_db!(tx, c => diesel::update(joins::table
            .filter(joins::customer_id.eq_any(ids))
            .filter(joins::status.eq(JoinStatus::Open)))
        .set((joins::status.eq(JoinStatus::Declined), joins::ended_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// Takes what shops said beside the content of the given orders: their own words, whom the buyer named, and the keyed
/// hashes of address, network and payment. A blank hint stays, so that a later report does not bring the words back.
///
/// # Errors
/// What the database reports.
pub fn empty_sales(tx: &mut Tx<'_>, ids: &[SaleId]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(sales::table.filter(sales::id.eq_any(slice)))
            .set(sales::metadata.eq(Json(Metadata::new())))
            .execute(c))?;
        on_db!(tx, c => diesel::update(sale_hints::table.filter(sale_hints::sale_id.eq_any(slice)))
            .set((sale_hints::kind.eq(HintKind::Name), sale_hints::source.eq(""), sale_hints::value.eq("")))
            .execute(c))?;
        on_db!(tx, c => diesel::delete(sale_signals::table.filter(sale_signals::sale_id.eq_any(slice))).execute(c))?;
    }
    Ok(())
}

/// Blanks what other buyers said when they were asked who sent them, where they named a person by one of his keys or
/// by his `names`.
///
/// # Errors
/// What the database reports.
pub fn blank_hints(tx: &mut Tx<'_>, keys: &[CustomerKey], names: &[String]) -> DbResult<()> {
    let blank = || (sale_hints::kind.eq(HintKind::Name), sale_hints::source.eq(""), sale_hints::value.eq(""));
    for key in keys {
        let kind = match key.kind {
            KeyKind::ExternalId => HintKind::ExternalId,
            KeyKind::Email => HintKind::Email,
            KeyKind::Phone => HintKind::Phone,
        };
        on_db!(tx, c => diesel::update(sale_hints::table
                .filter(sale_hints::kind.eq(kind))
                .filter(sale_hints::source.eq(&key.source))
                .filter(sale_hints::value.eq(&key.value)))
            .set(blank())
            .execute(c))?;
    }
    for name in names {
        let as_he_is_called = sale_hints::value.eq(name).or(sql::<Bool>("lower(value) = ").bind::<Text, _>(name.to_lowercase()));
        on_db!(tx, c => diesel::update(sale_hints::table.filter(sale_hints::kind.eq(HintKind::Name)).filter(as_he_is_called))
            .set(blank())
            .execute(c))?;
    }
    Ok(())
}

/// Takes the friend's name from claims: from those accepted for the given orders, from those that name a person by his
/// `names`, and from those that ended and name him by his `first_names`.
///
/// # Errors
/// What the database reports.
pub fn blank_friends(tx: &mut Tx<'_>, ids: &[SaleId], names: &[String], first_names: &[String]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        let theirs = claims::table.filter(claims::sale_id.eq_any(slice));
        on_db!(tx, c => diesel::update(theirs).set(claims::friend.eq(None::<String>)).execute(c))?;
    }
    for name in names {
        let called =
            claims::friend.eq(name).assume_not_null().or(sql::<Bool>("lower(friend) = ").bind::<Text, _>(name.to_lowercase()));
        let theirs = claims::table.filter(claims::friend.is_not_null()).filter(called);
        on_db!(tx, c => diesel::update(theirs).set(claims::friend.eq(None::<String>)).execute(c))?;
    }
    for name in first_names {
        let called =
            claims::friend.eq(name).assume_not_null().or(sql::<Bool>("lower(friend) = ").bind::<Text, _>(name.to_lowercase()));
        let theirs =
            claims::table.filter(claims::friend.is_not_null()).filter(claims::status.ne(ClaimStatus::Open)).filter(called);
        on_db!(tx, c => diesel::update(theirs).set(claims::friend.eq(None::<String>)).execute(c))?;
    }
    Ok(())
}

/// Ends what was registered of these customers or by these referrers before an order.
///
/// # Errors
/// What the database reports.
pub fn end_introductions(tx: &mut Tx<'_>, of: &[CustomerId], by: &[ReferrerId], now: Instant) -> DbResult<()> {
    let theirs = introductions::table
        .filter(introductions::customer_id.eq_any(of).or(introductions::referrer_id.eq_any(by)))
        .filter(introductions::ended_at.is_null());
    on_db!(tx, c => diesel::update(theirs).set(introductions::ended_at.eq(now)).execute(c).map(drop))
}

/// Lets visits stand that a visitor made, without saying that they were one visitor's, or from where.
///
/// # Errors
/// What the database reports.
pub fn part_visits(tx: &mut Tx<'_>, visitors: &[VisitorId]) -> DbResult<()> {
    if visitors.is_empty() {
        return Ok(());
    }
    on_db!(tx, c => diesel::update(clicks::table.filter(clicks::visitor.eq_any(visitors)))
        .set((clicks::visitor.eq(clicks::id), clicks::block.eq(None::<crate::domain::id::Mark>)))
        .execute(c)
        .map(drop))
}

/// Pauses referrers for good: no code of theirs earns, no token and no link lets anybody in, nobody is asked or written
/// to again. Their money stays where it is.
///
/// # Errors
/// What the database reports.
pub fn close_referrers(tx: &mut Tx<'_>, ids: &[ReferrerId], now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(referrers::table.filter(referrers::id.eq_any(ids)))
        .set((
            referrers::status.eq(ReferrerStatus::Paused),
            referrers::metadata.eq(Json(Metadata::new())),
            referrers::portal_links_from.eq(now),
            referrers::erased_at.eq(now),
        ))
        .execute(c))?;
    on_db!(tx, c => diesel::update(codes::table.filter(codes::referrer_id.eq_any(ids)))
        .set((codes::status.eq(CodeStatus::Retired), codes::destination.eq(None::<String>)))
        .execute(c))?;
    on_db!(tx, c => diesel::update(tokens::table.filter(tokens::referrer_id.eq_any(ids)).filter(tokens::revoked_at.is_null()))
        .set(tokens::revoked_at.eq(now))
        .execute(c))?;
    on_db!(tx, c => diesel::update(login_links::table
            .filter(login_links::referrer_id.eq_any(ids))
            .filter(login_links::used_at.is_null()))
        .set(login_links::used_at.eq(now))
        .execute(c))?;
    on_db!(tx, c => diesel::delete(mail_optouts::table.filter(mail_optouts::referrer_id.eq_any(ids))).execute(c))?;
    on_db!(tx, c => diesel::delete(detail_reminders::table.filter(detail_reminders::referrer_id.eq_any(ids))).execute(c))?;
    let theirs = || claims::table.filter(claims::referrer_id.eq_any(ids));
    on_db!(tx, c => diesel::update(theirs()).set(claims::friend.eq(None::<String>)).execute(c))?;
    on_db!(tx, c => diesel::update(theirs().filter(claims::status.eq(ClaimStatus::Open)))
        .set((claims::status.eq(ClaimStatus::Expired), claims::ended_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// Takes the addresses from the letters to these referrers, and discards those that wait. Returns all of them.
///
/// # Errors
/// What the database reports.
pub fn empty_letters(tx: &mut Tx<'_>, to: &[ReferrerId], now: Instant) -> DbResult<Vec<MailId>> {
    let rows: Vec<(MailId, MailStatus)> = on_db!(tx, c => mails::table
        .filter(mails::referrer_id.eq_any(to))
        .order(mails::id)
        .select((mails::id, mails::status))
        .load(c))?;
    on_db!(tx, c => diesel::update(mails::table.filter(mails::referrer_id.eq_any(to)))
        .set(mails::recipient.eq(None::<String>))
        .execute(c))?;
    let waiting: Vec<MailId> = rows.iter().filter(|(_, status)| *status == MailStatus::Queued).map(|(id, _)| *id).collect();
    for slice in waiting.chunks(IDS_PER_QUERY) {
        let keys: Vec<String> = slice.iter().map(ToString::to_string).collect();
        on_db!(tx, c => diesel::delete(jobs::table.filter(jobs::kind.eq(SEND_MAIL)).filter(jobs::dedupe_key.eq_any(&keys)))
            .execute(c))?;
        on_db!(tx, c => diesel::update(mails::table.filter(mails::id.eq_any(slice)))
            .set((mails::status.eq(MailStatus::Discarded), mails::ended_at.eq(now)))
            .execute(c))?;
    }
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}

/// What names the owner's letters about the given payouts among letters: they tell whose payout it was.
///
/// # Errors
/// What the database reports.
pub fn letters_about(conn: &mut Conn<'_>, payouts: &[PayoutId]) -> DbResult<Vec<uuid::Uuid>> {
    let subjects: Vec<String> = payouts.iter().map(ToString::to_string).collect();
    let ids: DbResult<Vec<crate::domain::id::NoticeId>> =
        among!(conn, owner_notices::table.select(owner_notices::id), owner_notices::subject, subjects);
    Ok(ids?.into_iter().map(crate::domain::id::NoticeId::uuid).collect())
}

/// Who was merged into `id`, ascending.
///
/// # Errors
/// What the database reports.
pub fn merged_into(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Vec<CustomerId>> {
    on_db!(conn, c => customers::table.filter(customers::merged_into.eq(id)).order(customers::id).select(customers::id).load(c))
}
