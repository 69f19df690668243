//! Lets somebody in: a session is a token that a person holds in a cookie, so it ends, is revoked and is named
//! in the audit log as any token is.

use crate::db::login_links::{self, LoginLink};
use crate::db::logins::{self, Login};
use crate::db::outbox::audit;
use crate::db::tokens::{self, TokenRow};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx};
use crate::domain::id::{LinkId, LoginId, ReferrerId, TokenId};
use crate::domain::instant::Instant;
use crate::domain::login::LinkKind;
use crate::domain::principal::{Mode, Role};

/// How long somebody stays signed in at the desk, in seconds.
pub const DESK_SECONDS: i64 = 14 * 86_400;

/// How long a referrer stays signed in, in seconds.
pub const PORTAL_SECONDS: i64 = 30 * 86_400;

/// Opens a session at the desk for `login`, on the ledger of `mode`. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn open_desk(tx: &mut Tx<'_>, now: Instant, login: &Login, mode: Mode) -> DbResult<TokenRow> {
    let row = TokenRow { login_id: Some(login.id), ..session(now, login.role, mode, DESK_SECONDS) };
    tokens::insert(tx, &row)?;
    let detail = serde_json::json!({ "login_id": login.id, "mode": mode });
    audit(tx, &row.principal().actor(), "session.open", AnyId::from_uuid(row.id.uuid()), detail, now)?;
    Ok(row)
}

/// Opens a referrer's session. Writes to the live ledger, where all tokens live; he may be in the other.
///
/// # Errors
/// What the database reports.
pub fn open_portal(tx: &mut Tx<'_>, now: Instant, referrer: ReferrerId, mode: Mode) -> DbResult<TokenRow> {
    let row = TokenRow { referrer_id: Some(referrer), ..session(now, Role::Referrer, mode, PORTAL_SECONDS) };
    tokens::insert(tx, &row)?;
    let detail = serde_json::json!({ "referrer_id": referrer, "mode": mode });
    audit(tx, &row.principal().actor(), "session.open", AnyId::from_uuid(row.id.uuid()), detail, now)?;
    Ok(row)
}

fn session(now: Instant, role: Role, mode: Mode, seconds: i64) -> TokenRow {
    TokenRow {
        id: TokenId::new(now),
        role,
        mode,
        source: None,
        referrer_id: None,
        origin: None,
        created_at: now,
        expires_at: now.plus_seconds(seconds),
        last_used_at: None,
        revoked_at: None,
        login_id: None,
    }
}

/// Makes a link of `kind` that lets `login` in.
///
/// # Errors
/// What the database reports.
pub fn make_link(tx: &mut Tx<'_>, now: Instant, kind: LinkKind, login: Option<LoginId>, actor: &str) -> DbResult<LoginLink> {
    let link = LoginLink { login_id: login, ..LoginLink::new(now, kind, Mode::Live) };
    login_links::insert(tx, &link)?;
    let detail = serde_json::json!({ "kind": kind, "login_id": login });
    audit(tx, actor, "login_link.make", AnyId::from_uuid(link.id.uuid()), detail, now)?;
    Ok(link)
}

/// Uses up a link of a forgotten password or an invitation, sets the password and ends every other session.
/// None if the link no longer works.
///
/// # Errors
/// What the database reports.
pub fn choose_password(tx: &mut Tx<'_>, now: Instant, link: LinkId, hash: &str) -> DbResult<Option<Login>> {
    let known = login_links::find(tx, link)?.filter(|link| matches!(link.kind, LinkKind::Reset | LinkKind::Invite));
    let Some(login) = known.and_then(|link| link.login_id) else { return Ok(None) };
    let Some(login) = logins::find(tx, login)?.filter(|login| login.removed_at.is_none()) else { return Ok(None) };
    if login_links::take(tx, link, now)?.is_none() {
        return Ok(None);
    }
    let login = Login { password_hash: hash.to_owned(), ..login };
    logins::update(tx, &login)?;
    tokens::revoke_sessions(tx, login.id, now)?;
    let actor = format!("login:{}", login.id);
    audit(tx, &actor, "login.choose_password", AnyId::from_uuid(login.id.uuid()), serde_json::json!({}), now)?;
    Ok(Some(login))
}
