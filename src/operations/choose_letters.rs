//! A referrer says which letters he wants, and in which language.

use std::collections::BTreeMap;

use serde_json::json;

use crate::db::bounces::{self, Bounced};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, Tx, customers, outbox, referrers};
use crate::domain::customer::KeyKind;
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::notice::Notice;
use crate::domain::principal::Scope;

/// What a referrer wants, and how far letters reach him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// The language; none leaves it to the program.
    pub locale: Option<Locale>,
    /// The kinds that can be declined, and whether he gets them.
    pub kinds: BTreeMap<&'static str, bool>,
    /// How many addresses he has.
    pub addresses: usize,
    /// What came back for them.
    pub bounces: Vec<Bounced>,
}

/// What to change; the outer none leaves a field alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The language; the inner none leaves it to the program.
    pub locale: Option<Option<Locale>>,
    /// Kinds, and whether he wants them.
    pub kinds: Vec<(Notice, bool)>,
}

/// What the referrer `id` wants; none when `scope` has no such referrer.
///
/// # Errors
/// What the database reports.
pub fn preferences(conn: &mut Conn<'_>, scope: &Scope, id: ReferrerId) -> DbResult<Option<Preferences>> {
    let Some(referrer) = referrers::find_in(conn, id, scope)? else { return Ok(None) };
    let customer = survivor(conn, referrer.customer_id)?;
    let Some(row) = customers::find(conn, customer)? else { return Ok(None) };
    let declined = bounces::declined(conn, id)?;
    let optional = Notice::ALL.into_iter().filter(|kind| kind.optional());
    let kinds = optional.map(|kind| (kind.name(), !declined.contains(&kind))).collect();
    let keys = customers::keys_of(conn, &[customer])?;
    let addresses: Vec<String> = keys.into_iter().filter(|key| key.kind == KeyKind::Email).map(|key| key.value).collect();
    let bounces = bounces::of(conn, &addresses)?;
    Ok(Some(Preferences { locale: row.locale, kinds, addresses: addresses.len(), bounces }))
}

/// Changes what the referrer `id` wants; none when `scope` has no such referrer.
///
/// # Errors
/// What the database reports.
pub fn choose_letters(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    scope: &Scope,
    id: ReferrerId,
    choice: &Choice,
) -> DbResult<Option<Preferences>> {
    let Some(referrer) = referrers::find_in(tx, id, scope)? else { return Ok(None) };
    if let Some(locale) = choice.locale {
        let customer = survivor(tx, referrer.customer_id)?;
        if let Some(mut row) = customers::lock(tx, &[customer])?.pop() {
            row.locale = locale;
            customers::update(tx, &row)?;
        }
    }
    for (kind, wanted) in &choice.kinds {
        if *wanted {
            bounces::delete_optout(tx, id, *kind)?;
        } else {
            referrers::insert_optout(tx, id, *kind, now)?;
        }
    }
    let kinds: BTreeMap<&str, bool> = choice.kinds.iter().map(|(kind, wanted)| (kind.name(), *wanted)).collect();
    let detail = json!({ "locale": choice.locale, "kinds": kinds });
    outbox::audit(tx, actor, "referrer.choose_letters", AnyId::from_uuid(id.uuid()), detail, now)?;
    preferences(tx, scope, id)
}

/// Who a customer turned out to be.
fn survivor(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<CustomerId> {
    Ok(customers::find(conn, id)?.and_then(|row| row.merged_into).unwrap_or(id))
}
