//! The rules: a form, a try on past sales that writes nothing, and every version there was.

mod form;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use self::form::{Draft, Group};
use super::fields::{blame, filled};
use super::house;
use crate::db::terms;
use crate::domain::attribution::VerdictKind;
use crate::domain::field::FieldError;
use crate::domain::money::Currency;
use crate::domain::program::{Terms, TermsVersion};
use crate::http::pages::desk::who::Who;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::preview_terms::{Difference, Outcome, Preview, Previewed, Sums, preview_terms};
use crate::operations::set_terms::{TermsSet, set_terms};

/// Sales that the rules are tried on.
const TRIED: i64 = 200;

/// Changed sales that are listed.
const LISTED: usize = 25;

/// Versions that are listed.
const VERSIONS: usize = 20;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/terms").route(web::get().to(show)).route(web::post().to(change)));
}

/// One sum before and after.
struct Compared {
    label: String,
    before: String,
    after: String,
}

/// What the rules would change in one currency.
struct Total {
    about: String,
    sums: Vec<Compared>,
}

/// A sale that would end otherwise.
struct Changed {
    sale_id: String,
    order: String,
    before: String,
    after: String,
}

/// What a try came to.
struct Tried {
    totals: Vec<Total>,
    changed: Vec<Changed>,
    more: Option<String>,
}

/// A version of the rules.
struct Version {
    number: i64,
    since: String,
    by: String,
    changes: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/terms/page.html")]
struct Page {
    frame: Frame,
    groups: Vec<Group>,
    faults: Vec<String>,
    finer: Option<String>,
    tried: Option<Tried>,
    versions: Vec<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let groups = form::form(&frame, &desk.terms);
    page(&desk, frame, groups, Vec::new(), None, StatusCode::OK).await
}

async fn change(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let Draft { patch, faults } = form::read(frame.locale, &desk.terms, &sent);
    if !faults.is_empty() {
        return refused(&desk, frame, &sent, &faults).await;
    }
    if sent.one("act") == Some("save") {
        let actor = desk.principal.actor();
        return match desk.write(move |tx, now| set_terms(tx, now, &actor, &patch)).await? {
            TermsSet::InForce(..) => Ok(frame.go("/desk/settings/terms?done=terms")),
            TermsSet::Unreadable(error) => {
                refused(&desk, frame, &sent, &[syntax::fault(error.path(), &error.inner().to_string())]).await
            }
            TermsSet::Refused(faults) => refused(&desk, frame, &sent, &faults).await,
        };
    }
    match desk.read(move |conn| preview_terms(conn, &patch, TRIED)).await? {
        Previewed::Done(preview) => {
            let (tried, groups) = (tried(&frame, &preview), as_sent(&frame, &desk.terms, &sent));
            page(&desk, frame, groups, Vec::new(), Some(tried), StatusCode::OK).await
        }
        Previewed::Unreadable(error) => {
            refused(&desk, frame, &sent, &[syntax::fault(error.path(), &error.inner().to_string())]).await
        }
        Previewed::Refused(faults) => refused(&desk, frame, &sent, &faults).await,
    }
}

/// The form as somebody filled it in.
fn as_sent(frame: &Frame, terms: &Terms, sent: &Fields) -> Vec<Group> {
    let with = |group: Group| Group { fields: filled(group.fields, sent), ..group };
    form::form(frame, terms).into_iter().map(with).collect()
}

async fn refused(guest: &Guest, frame: Frame, sent: &Fields, faults: &[FieldError]) -> Result<HttpResponse, ApiError> {
    let mut groups = as_sent(&frame, &guest.terms, sent);
    let mut said = Vec::new();
    for fault in faults {
        let name = form::named(&fault.pointer);
        let place = groups.iter().position(|group| group.fields.iter().any(|field| Some(field.name) == name));
        let found = place.and_then(|place| groups.get_mut(place));
        let alone = std::slice::from_ref(fault);
        match found {
            Some(group) => {
                said.extend(blame(&frame, &mut group.fields, alone, form::named));
                group.folded = false;
            }
            None => said.extend(blame(&frame, &mut [], alone, form::named)),
        }
    }
    page(guest, frame, groups, said, None, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(
    guest: &Guest,
    frame: Frame,
    groups: Vec<Group>,
    faults: Vec<String>,
    tried: Option<Tried>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let (versions, actors) = guest
        .read(|conn| Ok((terms::program(conn)?.map(|program| program.versions).unwrap_or_default(), terms::actors(conn)?)))
        .await?;
    let newest: Vec<(i64, String)> = actors.into_iter().rev().take(VERSIONS).collect();
    let who = Who::of(&house(guest), newest.iter().map(|(_, actor)| actor.as_str())).await?;
    let finer = finer(&frame, &guest.terms);
    let versions = history(&frame, &versions, &newest, &who);
    let page = Page { groups, faults, finer, tried, versions, frame };
    page.frame.page_with(status, &page)
}

/// What the form does not show, if there is any of it.
fn finer(frame: &Frame, terms: &Terms) -> Option<String> {
    let count = |key: &str, count: usize| (count > 0).then(|| frame.count(key, i64::try_from(count).unwrap_or(i64::MAX), &[]));
    let discounts = if form::is_simple(terms) { 0 } else { terms.friend_discounts.len() };
    let parts = [
        count("terms-finer-rules", terms.rules.len()),
        count("terms-finer-bonuses", terms.bonuses.len()),
        count("terms-finer-discounts", discounts),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| frame.tell("terms-finer", &[("what", &parts.join(", "))]))
}

fn tried(frame: &Frame, preview: &Preview) -> Tried {
    let sale = |sale: &Difference| Changed {
        sale_id: sale.sale_id.to_string(),
        order: sale.order_id.clone(),
        before: outcome(frame, &sale.before, sale.currency),
        after: outcome(frame, &sale.after, sale.currency),
    };
    let changed = preview.data.iter().rev().take(LISTED).map(sale).collect();
    let more = preview.data.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| frame.count("terms-tried-more", i64::try_from(more).unwrap_or(i64::MAX), &[]));
    let total = |total: &crate::operations::preview_terms::Total| {
        let sum = |key: &str, of: fn(&Sums) -> i64| Compared {
            label: frame.say(key),
            before: frame.amount(&of(&total.before), &total.currency),
            after: frame.amount(&of(&total.after), &total.currency),
        };
        let changed = frame.number(&total.changed);
        Total {
            about: frame.count("terms-tried-total", total.sales, &[("changed", &changed), ("currency", total.currency.code())]),
            sums: vec![
                sum("terms-sum-commission", |sums| sums.commission),
                sum("terms-sum-held", |sums| sums.held),
                sum("terms-sum-bonus", |sums| sums.bonus),
                sum("terms-sum-discount", |sums| sums.friend_discount),
            ],
        }
    };
    Tried { totals: preview.totals.iter().map(total).collect(), changed, more }
}

/// How a sale ends: what it earns, or why nothing.
fn outcome(frame: &Frame, outcome: &Outcome, currency: Currency) -> String {
    let key = match outcome.verdict {
        VerdictKind::Attributed => "terms-outcome-attributed",
        VerdictKind::Held => "terms-outcome-held",
        VerdictKind::Unattributed => "terms-outcome-unattributed",
    };
    let earned = frame.amount(&(outcome.commission + outcome.bonus), &currency);
    frame.tell(key, &[("amount", &earned)])
}

fn history(frame: &Frame, versions: &[TermsVersion], newest: &[(i64, String)], who: &Who) -> Vec<Version> {
    let find = |number: i64| versions.iter().find(|version| version.version == number);
    let row = |(number, actor): &(i64, String)| {
        let version = find(*number)?;
        let changes = find(number - 1).map_or_else(|| frame.say("terms-first-version"), |before| changes(frame, before, version));
        Some(Version { number: *number, since: frame.time(&version.valid_from), by: who.name(frame, actor), changes })
    };
    newest.iter().filter_map(row).collect()
}

/// The names of the fields in which two versions differ.
fn changes(frame: &Frame, before: &TermsVersion, after: &TermsVersion) -> String {
    let document = |version: &TermsVersion| serde_json::to_value(&version.terms).unwrap_or_default();
    let mut pointers = Vec::new();
    differences("", &document(before), &document(after), &mut pointers);
    let name = |pointer: &String| {
        let named = form::named(pointer).map(|name| frame.say(&format!("terms-{}", name.replace('_', "-"))));
        named.unwrap_or_else(|| pointer.trim_start_matches('/').to_owned())
    };
    let mut names: Vec<String> = pointers.iter().map(name).collect();
    names.dedup();
    names.join(", ")
}

/// Where two documents differ, as JSON pointers; lists are compared whole.
fn differences(at: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(two)) => {
            let names: std::collections::BTreeSet<&String> = one.keys().chain(two.keys()).collect();
            for name in names {
                let (one, two) = (one.get(name).unwrap_or(&Value::Null), two.get(name).unwrap_or(&Value::Null));
                differences(&format!("{at}/{name}"), one, two, found);
            }
        }
        _ if before != after => found.push(at.to_owned()),
        _ => {}
    }
}
