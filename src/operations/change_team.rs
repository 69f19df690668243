//! The people who sign in at the desk: invite, change, remove; somebody who can do everything always stays.

use serde_json::json;

use super::open_session::make_link;
use crate::db::login_links::LoginLink;
use crate::db::logins::{self, Login};
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, terms, tokens};
use crate::domain::id::{LoginId, TokenId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::login::LinkKind;
use crate::domain::principal::Role;

/// Somebody to be invited; the address is normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// His address.
    pub email: String,
    /// What colleagues call him.
    pub name: String,
    /// Owner or accountant.
    pub role: Role,
    /// What language he reads.
    pub locale: Locale,
}

/// What came of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The link lets him choose a password, once.
    Done(Box<Login>, LoginLink),
    /// He is here already.
    Known,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamChanged {
    /// It is as was asked.
    Done,
    /// There is nobody like that.
    Unknown,
    /// Nobody would be left who can do everything.
    LastOwner,
}

/// Invites somebody, also one who was removed before.
///
/// # Errors
/// What the database reports.
pub fn invite(tx: &mut Tx<'_>, now: Instant, wish: &Invitee, actor: &str) -> DbResult<Invited> {
    terms::lock(tx)?;
    let before = logins::by_email(tx, &wish.email)?;
    if before.as_ref().is_some_and(|login| login.removed_at.is_none()) {
        return Ok(Invited::Known);
    }
    let login = Login {
        id: before.as_ref().map_or_else(|| LoginId::new(now), |login| login.id),
        email: wish.email.clone(),
        name: wish.name.clone(),
        role: wish.role,
        password_hash: String::new(),
        locale: wish.locale,
        created_at: before.as_ref().map_or(now, |login| login.created_at),
        removed_at: None,
    };
    if before.is_some() {
        logins::update(tx, &login)?;
    } else if !logins::insert(tx, &login)? {
        return Ok(Invited::Known);
    }
    audit(tx, actor, "login.invite", AnyId::from_uuid(login.id.uuid()), json!({ "role": login.role }), now)?;
    let link = make_link(tx, now, LinkKind::Invite, Some(login.id), actor)?;
    Ok(Invited::Done(Box::new(login), link))
}

/// A new link for somebody who has not chosen a password yet; none for anybody else.
///
/// # Errors
/// What the database reports.
pub fn invite_again(tx: &mut Tx<'_>, now: Instant, id: LoginId, actor: &str) -> DbResult<Option<(Login, LoginLink)>> {
    let waiting = |login: &Login| login.removed_at.is_none() && login.password_hash.is_empty();
    let Some(login) = logins::find(tx, id)?.filter(waiting) else { return Ok(None) };
    let link = make_link(tx, now, LinkKind::Invite, Some(id), actor)?;
    Ok(Some((login, link)))
}

/// Lets somebody do more or less from now on. His sessions end: each says what it may do.
///
/// # Errors
/// What the database reports.
pub fn change_role(tx: &mut Tx<'_>, now: Instant, id: LoginId, role: Role, actor: &str) -> DbResult<TeamChanged> {
    terms::lock(tx)?;
    let Some(login) = logins::find(tx, id)?.filter(|login| login.removed_at.is_none()) else { return Ok(TeamChanged::Unknown) };
    if login.role == role {
        return Ok(TeamChanged::Done);
    }
    if role != Role::Owner && !another_owner(tx, id)? {
        return Ok(TeamChanged::LastOwner);
    }
    logins::update(tx, &Login { role, ..login })?;
    tokens::revoke_sessions(tx, id, now)?;
    audit(tx, actor, "login.change_role", AnyId::from_uuid(id.uuid()), json!({ "role": role }), now)?;
    Ok(TeamChanged::Done)
}

/// Lets somebody in no more; his sessions end at once.
///
/// # Errors
/// What the database reports.
pub fn remove(tx: &mut Tx<'_>, now: Instant, id: LoginId, actor: &str) -> DbResult<TeamChanged> {
    terms::lock(tx)?;
    let Some(login) = logins::find(tx, id)?.filter(|login| login.removed_at.is_none()) else { return Ok(TeamChanged::Unknown) };
    if !another_owner(tx, id)? {
        return Ok(TeamChanged::LastOwner);
    }
    logins::update(tx, &Login { removed_at: Some(now), password_hash: String::new(), ..login })?;
    tokens::revoke_sessions(tx, id, now)?;
    audit(tx, actor, "login.remove", AnyId::from_uuid(id.uuid()), json!({}), now)?;
    Ok(TeamChanged::Done)
}

/// Whether somebody besides `id` can do everything, and has been here.
fn another_owner(tx: &mut Tx<'_>, id: LoginId) -> DbResult<bool> {
    let owners = |login: &Login| login.role == Role::Owner && login.id != id && !login.password_hash.is_empty();
    Ok(logins::all(tx)?.iter().any(owners))
}

/// Notes what somebody wants to be called and to read.
///
/// # Errors
/// What the database reports.
pub fn change_self(tx: &mut Tx<'_>, now: Instant, id: LoginId, name: &str, locale: Locale, actor: &str) -> DbResult<TeamChanged> {
    terms::lock(tx)?;
    let Some(login) = logins::find(tx, id)?.filter(|login| login.removed_at.is_none()) else { return Ok(TeamChanged::Unknown) };
    if login.name != name || login.locale != locale {
        logins::update(tx, &Login { name: name.to_owned(), locale, ..login })?;
        audit(tx, actor, "login.change_self", AnyId::from_uuid(id.uuid()), json!({ "locale": locale }), now)?;
    }
    Ok(TeamChanged::Done)
}

/// Sets somebody's own new password. Every session of his but `kept` ends.
///
/// # Errors
/// What the database reports.
pub fn change_password(
    tx: &mut Tx<'_>,
    now: Instant,
    id: LoginId,
    hash: &str,
    kept: TokenId,
    actor: &str,
) -> DbResult<TeamChanged> {
    terms::lock(tx)?;
    let Some(login) = logins::find(tx, id)?.filter(|login| login.removed_at.is_none()) else { return Ok(TeamChanged::Unknown) };
    logins::update(tx, &Login { password_hash: hash.to_owned(), ..login })?;
    tokens::revoke_other_sessions(tx, id, kept, now)?;
    audit(tx, actor, "login.change_password", AnyId::from_uuid(id.uuid()), json!({}), now)?;
    Ok(TeamChanged::Done)
}
