//! What providers of payouts need to let us in. The secret stands here sealed.

use diesel::prelude::*;

use super::schema::payout_providers;
use super::{Conn, DbResult, Tx};
use crate::domain::instant::Instant;
use crate::domain::provider::Provider;

/// A provider that was connected.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = payout_providers, primary_key(name), treat_none_as_default_value = false)]
pub struct Account {
    /// Which.
    pub name: Provider,
    /// Where it answers, without a slash at the end.
    pub base_url: String,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it, sealed.
    pub client_secret: String,
    /// Whether approved batches are sent by themselves.
    pub automatic: bool,
    /// Payouts in one request.
    pub items_max: i64,
    /// When it was connected.
    pub created_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
}

impl Account {
    /// What the sealed secret is bound to.
    #[must_use]
    pub fn seal_place(name: Provider) -> String {
        format!("payout_provider:{}", name.as_db())
    }
}

/// One provider, if it was connected.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, name: Provider) -> DbResult<Option<Account>> {
    on_db!(conn, c => payout_providers::table.find(name).select(Account::as_select()).first(c).optional())
}

/// One provider, locked until the transaction ends.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, name: Provider) -> DbResult<Option<Account>> {
    let rows: Vec<Account> = load_locked!(tx, payout_providers::table.find(name).select(Account::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes a provider, new or changed.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, row: &Account) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(payout_providers::table)
        .values(row)
        .on_conflict(payout_providers::name)
        .do_update()
        .set(row)
        .execute(c)
        .map(drop))
}
