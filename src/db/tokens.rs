//! API tokens: what they may do, until when, and whether they were revoked. The secret part is a
//! signature and is not kept.

use diesel::prelude::*;

use super::schema::tokens;
use super::{Conn, DbResult, Tx};
use crate::domain::id::{LoginId, ReferrerId, TokenId};
use crate::domain::instant::Instant;
use crate::domain::principal::{Mode, Principal, Role};

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub struct TokenRow {
    /// Its `jti`.
    pub id: TokenId,
    /// What it may do.
    pub role: Role,
    /// On which ledger.
    pub mode: Mode,
    /// The storefront it is bound to.
    pub source: Option<String>,
    /// The referrer it belongs to.
    pub referrer_id: Option<ReferrerId>,
    /// The browser origin it is bound to.
    pub origin: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// Until when it is valid.
    pub expires_at: Instant,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// Whose session it is; none for a token that a program holds.
    pub login_id: Option<LoginId>,
}

impl TokenRow {
    /// A token made now that is bound to nobody, valid for so many seconds.
    #[must_use]
    pub fn new(now: Instant, role: Role, mode: Mode, valid_seconds: i64) -> Self {
        Self {
            id: TokenId::new(now),
            role,
            mode,
            source: None,
            referrer_id: None,
            origin: None,
            created_at: now,
            expires_at: now.plus_seconds(valid_seconds),
            last_used_at: None,
            revoked_at: None,
            login_id: None,
        }
    }

    /// Whoever holds it.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal {
            token_id: self.id,
            role: self.role,
            mode: self.mode,
            source: self.source.clone(),
            referrer_id: self.referrer_id,
            origin: self.origin.clone(),
        }
    }
}

/// One token.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: TokenId) -> DbResult<Option<TokenRow>> {
    on_db!(conn, c => tokens::table.find(id).select(TokenRow::as_select()).first(c).optional())
}

/// All tokens, oldest first. There are as many as storefronts and colleagues: a few.
///
/// # Errors
/// What the database reports.
pub fn all(conn: &mut Conn<'_>) -> DbResult<Vec<TokenRow>> {
    on_db!(conn, c => tokens::table.order(tokens::id).select(TokenRow::as_select()).load(c))
}

/// Whether there is none yet.
///
/// # Errors
/// What the database reports.
pub fn none(conn: &mut Conn<'_>) -> DbResult<bool> {
    let first: Option<TokenId> = on_db!(conn, c => tokens::table.select(tokens::id).first(c).optional())?;
    Ok(first.is_none())
}

/// Adds a token.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &TokenRow) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(tokens::table).values(row).execute(c).map(drop))
}

/// Revokes every session of a person, as after a change of password.
///
/// # Errors
/// What the database reports.
pub fn revoke_sessions(tx: &mut Tx<'_>, login: LoginId, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(tokens::table.filter(tokens::login_id.eq(login)).filter(tokens::revoked_at.is_null()))
        .set(tokens::revoked_at.eq(now))
        .execute(c)
        .map(drop))
}

/// Revokes a token that was not. Returns whether this did it.
///
/// # Errors
/// What the database reports.
pub fn revoke(tx: &mut Tx<'_>, id: TokenId, now: Instant) -> DbResult<bool> {
    let changed = on_db!(tx, c => diesel::update(tokens::table.filter(tokens::id.eq(id)).filter(tokens::revoked_at.is_null()))
        .set(tokens::revoked_at.eq(now))
        .execute(c))?;
    Ok(changed > 0)
}

/// Notes a use, if the last one noted is before `unless_after`.
///
/// # Errors
/// What the database reports.
pub fn note_use(tx: &mut Tx<'_>, id: TokenId, now: Instant, unless_after: Instant) -> DbResult<()> {
    let stale = tokens::last_used_at.is_null().or(tokens::last_used_at.lt(unless_after));
    on_db!(tx, c => diesel::update(tokens::table.filter(tokens::id.eq(id)).filter(stale.assume_not_null()))
        .set(tokens::last_used_at.eq(now))
        .execute(c)
        .map(drop))
}

/// Tokens that programs hold, newest first, older than `before`: neither sessions nor what referrers hold.
///
/// # Errors
/// What the database reports.
pub fn of_programs(conn: &mut Conn<'_>, before: Option<TokenId>, most: i64) -> DbResult<Vec<TokenRow>> {
    on_db!(conn, c => {
        let mut held = tokens::table.filter(tokens::login_id.is_null()).filter(tokens::role.ne(Role::Referrer)).into_boxed();
        if let Some(before) = before {
            held = held.filter(tokens::id.lt(before));
        }
        held.order(tokens::id.desc()).limit(most).select(TokenRow::as_select()).load(c)
    })
}

/// The tokens of these ids.
///
/// # Errors
/// What the database reports.
pub fn of_ids(conn: &mut Conn<'_>, ids: &[TokenId]) -> DbResult<Vec<TokenRow>> {
    on_db!(conn, c => tokens::table.filter(tokens::id.eq_any(ids)).select(TokenRow::as_select()).load(c))
}

/// Revokes every session of a person but the one that he is using.
///
/// # Errors
/// What the database reports.
pub fn revoke_other_sessions(tx: &mut Tx<'_>, login: LoginId, kept: TokenId, now: Instant) -> DbResult<()> {
    let others =
        tokens::table.filter(tokens::login_id.eq(login)).filter(tokens::id.ne(kept)).filter(tokens::revoked_at.is_null());
    on_db!(tx, c => diesel::update(others).set(tokens::revoked_at.eq(now)).execute(c).map(drop))
}
