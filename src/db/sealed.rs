//! Everything that stands sealed in the ledger, so that it can be sealed again under another key.

use diesel::prelude::*;

use super::connections::Connection;
use super::endpoints::Endpoint;
use super::payout_methods::Method;
use super::providers::Account;
use super::restricted::Restricted;
use super::schema::{
    connections, payout_methods, payout_providers, payouts, restricted_recipients, submissions, webhook_endpoints,
};
use super::submissions::Submission;
use super::{DbResult, Tx};
use crate::domain::id::{ConnectionId, EndpointId, PayoutId, ReferrerId, SubmissionId};
use crate::domain::provider::Provider;

/// Where sealed texts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// What shops sign with.
    ConnectionSecrets,
    /// What they signed with before.
    OldConnectionSecrets,
    /// What questions are asked of shops with.
    ConnectionKeys,
    /// What webhooks are signed with.
    EndpointSecrets,
    /// What they were signed with before.
    OldEndpointSecrets,
    /// What providers of payouts are asked with.
    Providers,
    /// What was asked of them.
    Submissions,
    /// Where referrers' money goes.
    PayoutMethods,
    /// Where approved payouts go.
    Payouts,
    /// What is kept of people who were paid and then erased.
    Recipients,
}

/// A sealed text: which row it stands in, what it is bound to, and the text.
#[derive(Debug, Clone)]
pub struct Sealed {
    row: uuid::Uuid,
    /// What it is bound to.
    pub place: String,
    /// The text.
    pub text: String,
}

impl Shelf {
    /// Every place where sealed texts stand.
    pub const ALL: [Self; 10] = [
        Self::ConnectionSecrets,
        Self::OldConnectionSecrets,
        Self::ConnectionKeys,
        Self::EndpointSecrets,
        Self::OldEndpointSecrets,
        Self::Providers,
        Self::Submissions,
        Self::PayoutMethods,
        Self::Payouts,
        Self::Recipients,
    ];
}

/// The texts in one column of a table with ids.
macro_rules! texts_in {
    ($tx:expr, $table:ident, $id:ident, $holder:ident, $column:expr, $after:expr, $like:expr, $most:expr) => {{
        let rows: Vec<($id, Option<String>)> = load_locked!(
            $tx,
            $table::table
                .filter($table::id.gt($id::from_uuid($after)))
                .filter($column.is_not_null())
                .filter($column.not_like($like))
                .order($table::id)
                .limit($most)
                .select(($table::id, $column))
        )?;
        let sealed = |(id, text): ($id, Option<String>)| Sealed {
            row: id.uuid(),
            place: $holder::seal_place(id),
            text: text.unwrap_or_default(),
        };
        Ok(rows.into_iter().map(sealed).collect())
    }};
}

/// Up to `most` texts of a shelf that do not begin with `mark`, locked until the transaction ends, and
/// after the row `after`.
///
/// # Errors
/// What the database reports.
pub fn others(tx: &mut Tx<'_>, shelf: Shelf, mark: &str, after: Option<&Sealed>, most: i64) -> DbResult<Vec<Sealed>> {
    let like = format!("{mark}%");
    let after = after.map_or(uuid::Uuid::nil(), |sealed| sealed.row);
    match shelf {
        Shelf::ConnectionSecrets => {
            texts_in!(tx, connections, ConnectionId, Connection, connections::secret.nullable(), after, &like, most)
        }
        Shelf::OldConnectionSecrets => {
            texts_in!(tx, connections, ConnectionId, Connection, connections::secret_before, after, &like, most)
        }
        Shelf::ConnectionKeys => texts_in!(tx, connections, ConnectionId, Connection, connections::api_key, after, &like, most),
        Shelf::EndpointSecrets => {
            texts_in!(tx, webhook_endpoints, EndpointId, Endpoint, webhook_endpoints::secret.nullable(), after, &like, most)
        }
        Shelf::OldEndpointSecrets => {
            texts_in!(tx, webhook_endpoints, EndpointId, Endpoint, webhook_endpoints::old_secret, after, &like, most)
        }
        Shelf::Providers => providers(tx, &like, after),
        Shelf::Recipients => recipients(tx, &like, after, most),
        Shelf::Submissions => texts_in!(tx, submissions, SubmissionId, Submission, submissions::body, after, &like, most),
        Shelf::PayoutMethods => {
            let rows: Vec<(ReferrerId, String)> = load_locked!(
                tx,
                payout_methods::table
                    .filter(payout_methods::referrer_id.gt(ReferrerId::from_uuid(after)))
                    .filter(payout_methods::details.not_like(&like))
                    .order(payout_methods::referrer_id)
                    .limit(most)
                    .select((payout_methods::referrer_id, payout_methods::details))
            )?;
            Ok(rows.into_iter().map(|(id, text)| Sealed { row: id.uuid(), place: Method::seal_place(id), text }).collect())
        }
        Shelf::Payouts => {
            let rows: Vec<(PayoutId, ReferrerId, Option<String>)> = load_locked!(
                tx,
                payouts::table
                    .filter(payouts::id.gt(PayoutId::from_uuid(after)))
                    .filter(payouts::details.is_not_null())
                    .filter(payouts::details.not_like(&like))
                    .order(payouts::id)
                    .limit(most)
                    .select((payouts::id, payouts::referrer_id, payouts::details))
            )?;
            let sealed = |(id, whose, text): (PayoutId, ReferrerId, Option<String>)| Sealed {
                row: id.uuid(),
                place: Method::seal_place(whose),
                text: text.unwrap_or_default(),
            };
            Ok(rows.into_iter().map(sealed).collect())
        }
    }
}

/// What is kept of recipients; by the referrer's id.
fn recipients(tx: &mut Tx<'_>, like: &str, after: uuid::Uuid, most: i64) -> DbResult<Vec<Sealed>> {
    let rows: Vec<(ReferrerId, String)> = load_locked!(
        tx,
        restricted_recipients::table
            .filter(restricted_recipients::referrer_id.gt(ReferrerId::from_uuid(after)))
            .filter(restricted_recipients::sealed.not_like(like))
            .order(restricted_recipients::referrer_id)
            .limit(most)
            .select((restricted_recipients::referrer_id, restricted_recipients::sealed))
    )?;
    Ok(rows.into_iter().map(|(id, text)| Sealed { row: id.uuid(), place: Restricted::seal_place(id), text }).collect())
}

/// There are a handful at most, and they have no ids: the first page has them all.
fn providers(tx: &mut Tx<'_>, like: &str, after: uuid::Uuid) -> DbResult<Vec<Sealed>> {
    if after != uuid::Uuid::nil() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Provider, String)> = load_locked!(
        tx,
        payout_providers::table
            .filter(payout_providers::client_secret.not_like(like))
            .order(payout_providers::name)
            .select((payout_providers::name, payout_providers::client_secret))
    )?;
    let sealed = |(name, text)| Sealed { row: uuid::Uuid::max(), place: Account::seal_place(name), text };
    Ok(rows.into_iter().map(sealed).collect())
}

/// Puts `text` in the place of a text read by [`others`].
///
/// # Errors
/// What the database reports.
pub fn replace(tx: &mut Tx<'_>, shelf: Shelf, sealed: &Sealed, text: &str) -> DbResult<()> {
    let (connection, endpoint) = (ConnectionId::from_uuid(sealed.row), EndpointId::from_uuid(sealed.row));
    match shelf {
        Shelf::ConnectionSecrets => {
            on_db!(tx, c => diesel::update(connections::table.find(connection)).set(connections::secret.eq(text)).execute(c))
        }
        Shelf::OldConnectionSecrets => {
            on_db!(tx, c => diesel::update(connections::table.find(connection)).set(connections::secret_before.eq(text)).execute(c))
        }
        Shelf::ConnectionKeys => {
            on_db!(tx, c => diesel::update(connections::table.find(connection)).set(connections::api_key.eq(text)).execute(c))
        }
        Shelf::EndpointSecrets => {
            on_db!(tx, c => diesel::update(webhook_endpoints::table.find(endpoint)).set(webhook_endpoints::secret.eq(text)).execute(c))
        }
        Shelf::OldEndpointSecrets => on_db!(tx, c => diesel::update(webhook_endpoints::table.find(endpoint))
            .set(webhook_endpoints::old_secret.eq(text))
            .execute(c)),
        Shelf::Providers => on_db!(tx, c => diesel::update(payout_providers::table)
            .filter(payout_providers::client_secret.eq(&sealed.text))
            .set(payout_providers::client_secret.eq(text))
            .execute(c)),
        Shelf::Submissions => on_db!(tx, c => diesel::update(submissions::table.find(SubmissionId::from_uuid(sealed.row)))
            .set(submissions::body.eq(text))
            .execute(c)),
        Shelf::PayoutMethods => on_db!(tx, c => diesel::update(payout_methods::table.find(ReferrerId::from_uuid(sealed.row)))
            .set(payout_methods::details.eq(text))
            .execute(c)),
        Shelf::Payouts => on_db!(tx, c => diesel::update(payouts::table.find(PayoutId::from_uuid(sealed.row)))
            .set(payouts::details.eq(text))
            .execute(c)),
        Shelf::Recipients => {
            on_db!(tx, c => diesel::update(restricted_recipients::table.find(ReferrerId::from_uuid(sealed.row)))
                .set(restricted_recipients::sealed.eq(text))
                .execute(c))
        }
    }
    .map(drop)
}
