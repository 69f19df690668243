//! Links that let somebody in once.

use diesel::prelude::*;

use super::schema::login_links;
use super::{Conn, DbResult, Tx};
use crate::domain::id::{LinkId, LoginId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::login::LinkKind;
use crate::domain::principal::Mode;

/// A link. Its secret follows from the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = login_links, treat_none_as_default_value = false)]
pub struct LoginLink {
    /// The link.
    pub id: LinkId,
    /// What it is for.
    pub kind: LinkKind,
    /// The ledger its referrer is in.
    pub mode: Mode,
    /// Who comes to the desk by it.
    pub login_id: Option<LoginId>,
    /// Who comes to the portal by it.
    pub referrer_id: Option<ReferrerId>,
    /// When it was made.
    pub created_at: Instant,
    /// From when it opens nothing.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

impl LoginLink {
    /// A new link.
    #[must_use]
    pub fn new(now: Instant, kind: LinkKind, mode: Mode) -> Self {
        let expires_at = now.plus_seconds(kind.valid_seconds());
        Self { id: LinkId::new(now), kind, mode, login_id: None, referrer_id: None, created_at: now, expires_at, used_at: None }
    }

    /// Whether it still opens something.
    #[must_use]
    pub fn works(&self, now: Instant) -> bool {
        self.used_at.is_none() && self.expires_at > now
    }
}

/// Adds a link.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &LoginLink) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(login_links::table).values(row).execute(c).map(drop))
}

/// One link.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: LinkId) -> DbResult<Option<LoginLink>> {
    on_db!(conn, c => login_links::table.find(id).select(LoginLink::as_select()).first(c).optional())
}

/// The link of this kind that was made last.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, kind: LinkKind) -> DbResult<Option<LoginLink>> {
    let of_kind = login_links::table.filter(login_links::kind.eq(kind));
    on_db!(conn, c => of_kind.order(login_links::id.desc()).select(LoginLink::as_select()).first(c).optional())
}

/// Uses a link up. Returns it, unless it was used or has expired: of two who come at once one is let in.
///
/// # Errors
/// What the database reports.
pub fn take(tx: &mut Tx<'_>, id: LinkId, now: Instant) -> DbResult<Option<LoginLink>> {
    let fresh = login_links::table
        .filter(login_links::id.eq(id))
        .filter(login_links::used_at.is_null())
        .filter(login_links::expires_at.gt(now));
    on_db!(tx, c => diesel::update(fresh)
        .set(login_links::used_at.eq(now))
        .returning(LoginLink::as_returning())
        .get_result(c)
        .optional())
}

/// Uses up every link that lets `login` in.
///
/// # Errors
/// What the database reports.
pub fn take_all(tx: &mut Tx<'_>, login: LoginId, now: Instant) -> DbResult<()> {
    let fresh = login_links::table.filter(login_links::login_id.eq(login)).filter(login_links::used_at.is_null());
    on_db!(tx, c => diesel::update(fresh).set(login_links::used_at.eq(now)).execute(c).map(drop))
}

/// Forgets links that ended before `before`.
///
/// # Errors
/// What the database reports.
pub fn forget(tx: &mut Tx<'_>, before: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(login_links::table.filter(login_links::expires_at.lt(before))).execute(c).map(drop))
}

/// How many links would let this referrer in at `now`.
///
/// # Errors
/// What the database reports.
pub fn open_of(conn: &mut Conn<'_>, referrer: ReferrerId, now: Instant) -> DbResult<i64> {
    on_db!(conn, c => login_links::table
        .filter(login_links::referrer_id.eq(referrer))
        .filter(login_links::used_at.is_null())
        .filter(login_links::expires_at.gt(now))
        .count()
        .get_result(c))
}
