//! `/v1/referrers/{id}/mail-preferences`: which letters a referrer gets, and whether they reach him.

use std::collections::BTreeMap;

use actix_web::Responder;
use actix_web::web::{Json, Path, ServiceConfig, get, patch, resource};
use serde::{Deserialize, Serialize};

use super::customer_body::given;
use crate::db::bounces::Bounced;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::notice::Notice;
use crate::http::body::Body;
use crate::http::callers::{Claimant, OwnReader};
use crate::http::problem::ApiError;
use crate::operations::choose_letters::{Choice, Preferences, choose_letters, preferences};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let own = resource("/v1/referrers/{id}/mail-preferences");
    cfg.service(own.route(get().to(read)).route(patch().to(change)));
}

#[derive(Debug, Serialize)]
struct PreferencesView {
    locale: Option<Locale>,
    kinds: BTreeMap<&'static str, bool>,
    reachable: bool,
    bounces: Vec<BounceView>,
}

/// What came back, by the address as it is kept.
#[derive(Debug, Serialize)]
pub(super) struct BounceView {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_at: Option<Instant>,
    soft_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    complained_at: Option<Instant>,
    last_at: Instant,
}

impl From<Bounced> for BounceView {
    fn from(row: Bounced) -> Self {
        let Bounced { address, hard_at, soft_count, complained_at, last_at, .. } = row;
        Self { address, hard_at, soft_count, complained_at, last_at }
    }
}

impl From<Preferences> for PreferencesView {
    fn from(found: Preferences) -> Self {
        let dead = found.bounces.iter().filter(|one| one.hard_at.is_some()).count();
        Self {
            locale: found.locale,
            kinds: found.kinds,
            reachable: found.addresses > dead,
            bounces: found.bounces.into_iter().map(BounceView::from).collect(),
        }
    }
}

async fn read(caller: OwnReader, id: Path<ReferrerId>) -> Result<impl Responder, ApiError> {
    let (id, scope) = (id.into_inner(), caller.principal.scope());
    let found = caller.read(move |conn| preferences(conn, &scope, id)).await?;
    found.map(|found| Json(PreferencesView::from(found))).ok_or_else(|| ApiError::not_found("referrer"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreferencesPatch {
    #[serde(default, deserialize_with = "given")]
    locale: Option<Option<Locale>>,
    #[serde(default)]
    kinds: BTreeMap<String, bool>,
}

impl PreferencesPatch {
    fn parse(self) -> Result<Choice, ApiError> {
        let mut faults = Vec::new();
        let mut kinds = Vec::new();
        for (name, wanted) in self.kinds {
            match Notice::ALL.into_iter().find(|kind| kind.name() == name) {
                Some(kind) if kind.optional() => kinds.push((kind, wanted)),
                Some(_) => faults.push(FieldError::new(
                    format!("/kinds/{name}"),
                    "always_sent",
                    "is news about money sent, refused or taken back, or an answer; it always arrives",
                )),
                None => faults.push(FieldError::new(format!("/kinds/{name}"), "unknown_kind", "names no kind of letter")),
            }
        }
        if faults.is_empty() { Ok(Choice { locale: self.locale, kinds }) } else { Err(faults.into()) }
    }
}

async fn change(caller: Claimant, id: Path<ReferrerId>, body: Body<PreferencesPatch>) -> Result<impl Responder, ApiError> {
    let (id, choice) = (id.into_inner(), body.into_inner().parse()?);
    let (actor, scope) = (caller.principal.actor(), caller.principal.scope());
    let done = caller.write(move |tx, now| choose_letters(tx, now, &actor, &scope, id, &choice)).await?;
    done.map(|found| Json(PreferencesView::from(found))).ok_or_else(|| ApiError::not_found("referrer"))
}
