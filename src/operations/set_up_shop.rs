//! The first run: the shop's rules, its first owner and his session, all or nothing.

use serde_json::{Map, Value, json};

use super::open_session::open_desk;
use super::set_terms::{TermsSet, set_terms};
use crate::db::logins::Login;
use crate::db::outbox::audit;
use crate::db::tokens::TokenRow;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, login_links, logins, lost_race, terms};
use crate::domain::field::FieldError;
use crate::domain::id::{LinkId, LoginId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::login::LinkKind;
use crate::domain::principal::{Mode, Role};

/// What somebody answered who sets a shop up.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The link he came by.
    pub link: LinkId,
    /// What colleagues call him.
    pub name: String,
    /// His address, as `customer_keys` normalises it.
    pub email: String,
    /// What is kept of his password.
    pub password_hash: String,
    /// What language he reads.
    pub locale: Locale,
    /// What changes in the terms (RFC 7396).
    pub terms: Map<String, Value>,
}

/// How it went.
#[derive(Debug)]
pub enum SetUp {
    /// The shop is set up and its owner signed in.
    Done(Box<TokenRow>),
    /// The link is unknown, of another kind, used or expired.
    LinkEnded,
    /// Somebody signs in here already.
    SomebodyIsThere,
    /// The rules cannot be kept.
    Refused(Vec<FieldError>),
}

/// Sets the shop up. Of two who come at once one does it. Writes to the live ledger.
///
/// # Errors
/// What the database reports.
pub fn set_up_shop(tx: &mut Tx<'_>, now: Instant, request: &Beginning) -> DbResult<SetUp> {
    terms::lock(tx)?;
    if !logins::none(tx)? {
        return Ok(SetUp::SomebodyIsThere);
    }
    let link = login_links::find(tx, request.link)?;
    if link.is_none_or(|link| link.kind != LinkKind::Setup || !link.works(now)) {
        return Ok(SetUp::LinkEnded);
    }
    let login = Login {
        id: LoginId::new(now),
        email: request.email.clone(),
        name: request.name.clone(),
        role: Role::Owner,
        password_hash: request.password_hash.clone(),
        locale: request.locale,
        created_at: now,
        removed_at: None,
    };
    let actor = format!("login:{}", login.id);
    match set_terms(tx, now, &actor, &request.terms)? {
        TermsSet::InForce(..) => {}
        TermsSet::Refused(faults) => return Ok(SetUp::Refused(faults)),
        TermsSet::Unreadable(error) => {
            return Ok(SetUp::Refused(vec![FieldError::new("", "invalid", error.to_string())]));
        }
    }
    // What is written by now must not stay without the rest.
    if login_links::take(tx, request.link, now)?.is_none() || !logins::insert(tx, &login)? {
        return Err(lost_race());
    }
    let detail = json!({ "role": login.role, "link_id": request.link });
    audit(tx, &actor, "login.create", AnyId::from_uuid(login.id.uuid()), detail, now)?;
    open_desk(tx, now, &login, Mode::Live).map(|row| SetUp::Done(Box::new(row)))
}
