//! Lets somebody in: a session is a token that a person holds in a cookie, so it ends, is revoked and is named
//! in the audit log as any token is.

use super::revoke_token::revoke_token;
use crate::db::login_links::{self, LoginLink};
use crate::db::logins::{self, Login};
use crate::db::outbox::audit;
use crate::db::tokens::{self, TokenRow};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, Tx};
use crate::domain::id::{LinkId, LoginId, ReferrerId, TokenId};
use crate::domain::instant::Instant;
use crate::domain::login::LinkKind;
use crate::domain::principal::{Mode, Role};

/// How long somebody stays signed in at the desk, in seconds.
pub const DESK_SECONDS: i64 = 14 * 86_400;

/// How long a referrer stays signed in, in seconds.
pub const PORTAL_SECONDS: i64 = 30 * 86_400;

/// A set-up link that is shown once more works for at least this long, in seconds.
const SHOWN_AGAIN_SECONDS: i64 = 10 * 60;

/// Links are kept this long after their end, in days: the audit log names them.
const LINKS_KEPT_DAYS: i64 = 30;

/// Opens a session at the desk for `login`, on the ledger of `mode`. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn open_desk(tx: &mut Tx<'_>, now: Instant, login: &Login, mode: Mode) -> DbResult<TokenRow> {
    let row = TokenRow { login_id: Some(login.id), ..TokenRow::new(now, login.role, mode, DESK_SECONDS) };
    keep(tx, now, &row)?;
    Ok(row)
}

/// Opens a referrer's session. Writes to the live ledger, where all tokens live; he may be in the other.
///
/// # Errors
/// What the database reports.
pub fn open_portal(tx: &mut Tx<'_>, now: Instant, referrer: ReferrerId, mode: Mode) -> DbResult<TokenRow> {
    let row = TokenRow { referrer_id: Some(referrer), ..TokenRow::new(now, Role::Referrer, mode, PORTAL_SECONDS) };
    keep(tx, now, &row)?;
    Ok(row)
}

/// Opens a session for somebody whose password was right when it was `password_hash`. None if he was removed or has
/// another password by now.
///
/// # Errors
/// What the database reports.
pub fn sign_in(tx: &mut Tx<'_>, now: Instant, login: LoginId, password_hash: &str) -> DbResult<Option<TokenRow>> {
    let known = logins::find(tx, login)?.filter(|login| login.removed_at.is_none() && login.password_hash == password_hash);
    known.map(|login| open_desk(tx, now, &login, Mode::Live)).transpose()
}

/// Goes on with the desk session `old` on the ledger of `mode`, under a new token that ends when the old one would
/// have. None if it is no session, or has ended.
///
/// # Errors
/// What the database reports.
pub fn change_ledger(tx: &mut Tx<'_>, now: Instant, old: TokenId, mode: Mode) -> DbResult<Option<TokenRow>> {
    let Some(session) = tokens::find(tx, old)?.filter(|row| row.expires_at > now) else { return Ok(None) };
    let Some(login) = session.login_id.map(|id| logins::find(tx, id)).transpose()?.flatten() else { return Ok(None) };
    if login.removed_at.is_some() || !end_session(tx, now, old)? {
        return Ok(None);
    }
    let row = TokenRow { id: TokenId::new(now), role: login.role, mode, created_at: now, last_used_at: None, ..session };
    keep(tx, now, &row)?;
    Ok(Some(row))
}

/// Ends a person's session; a token that a program holds is left alone. Returns whether this did it.
///
/// # Errors
/// What the database reports.
pub fn end_session(tx: &mut Tx<'_>, now: Instant, id: TokenId) -> DbResult<bool> {
    let session = tokens::find(tx, id)?.filter(|row| row.revoked_at.is_none() && row.login_id.is_some());
    let Some(session) = session else { return Ok(false) };
    revoke_token(tx, now, id, &session.principal().actor())?;
    Ok(true)
}

fn keep(tx: &mut Tx<'_>, now: Instant, row: &TokenRow) -> DbResult<()> {
    tokens::insert(tx, row)?;
    let detail = serde_json::json!({ "login_id": row.login_id, "referrer_id": row.referrer_id, "mode": row.mode });
    audit(tx, &row.principal().actor(), "session.open", AnyId::from_uuid(row.id.uuid()), detail, now).map(drop)
}

/// Makes a link of `kind` that lets `login` in.
///
/// # Errors
/// What the database reports.
pub fn make_link(tx: &mut Tx<'_>, now: Instant, kind: LinkKind, login: Option<LoginId>, actor: &str) -> DbResult<LoginLink> {
    login_links::forget(tx, now.plus_days(-LINKS_KEPT_DAYS))?;
    let link = LoginLink { login_id: login, ..LoginLink::new(now, kind, Mode::Live) };
    login_links::insert(tx, &link)?;
    let detail = serde_json::json!({ "kind": kind, "login_id": login });
    audit(tx, actor, "login_link.make", AnyId::from_uuid(link.id.uuid()), detail, now)?;
    Ok(link)
}

/// The link that sets the shop up: the newest while it works for some minutes more, else a new one. None once
/// there is somebody who signs in.
///
/// # Errors
/// What the database reports.
pub fn setup_link(tx: &mut Tx<'_>, now: Instant, actor: &str) -> DbResult<Option<LoginLink>> {
    if !logins::none(tx)? {
        return Ok(None);
    }
    let newest = login_links::newest(tx, LinkKind::Setup)?;
    match newest.filter(|link| link.works(now.plus_seconds(SHOWN_AGAIN_SECONDS))) {
        Some(link) => Ok(Some(link)),
        None => make_link(tx, now, LinkKind::Setup, None, actor).map(Some),
    }
}

/// Whoever may choose a password by `link` at `now`.
///
/// # Errors
/// What the database reports.
pub fn invited(conn: &mut Conn<'_>, now: Instant, link: LinkId) -> DbResult<Option<Login>> {
    let link = login_links::find(conn, link)?.filter(|link| link.works(now));
    let link = link.filter(|link| matches!(link.kind, LinkKind::Reset | LinkKind::Invite));
    let login = link.and_then(|link| link.login_id).map(|id| logins::find(conn, id)).transpose()?.flatten();
    Ok(login.filter(|login| login.removed_at.is_none()))
}

/// Uses up a link of a forgotten password or an invitation and every other of that person, sets the password and ends
/// every session. None if the link no longer works.
///
/// # Errors
/// What the database reports.
pub fn choose_password(tx: &mut Tx<'_>, now: Instant, link: LinkId, hash: &str) -> DbResult<Option<Login>> {
    let Some(login) = invited(tx, now, link)? else { return Ok(None) };
    if login_links::take(tx, link, now)?.is_none() {
        return Ok(None);
    }
    let login = Login { password_hash: hash.to_owned(), ..login };
    logins::update(tx, &login)?;
    login_links::take_all(tx, login.id, now)?;
    tokens::revoke_sessions(tx, login.id, now)?;
    let actor = format!("login:{}", login.id);
    audit(tx, &actor, "login.choose_password", AnyId::from_uuid(login.id.uuid()), serde_json::json!({}), now)?;
    Ok(Some(login))
}
