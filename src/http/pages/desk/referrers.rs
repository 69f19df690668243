//! Referrers: who recommends the shop, and what each has.

use std::collections::{BTreeSet, HashMap, HashSet};

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, resource};
use askama::Template;
use serde::Deserialize;

use super::naming::Names;
use super::whom::whom;
use crate::db::ledger::Balance;
use crate::db::referrers::Referrer;
use crate::db::{Conn, DbResult, lookups, payout_methods};
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::referrer::ReferrerStatus;
use crate::http::pages::form::said;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;

/// Rows on a page.
const ROWS: i64 = 50;

/// Where a referrer can stand.
const STATES: [ReferrerStatus; 3] = [ReferrerStatus::Active, ReferrerStatus::Invited, ReferrerStatus::Paused];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers").route(get().to(list)));
    super::referrer::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    q: Option<String>,
    status: Option<String>,
    after: Option<ReferrerId>,
    done: Option<String>,
}

/// What somebody has in one currency, as it is written.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    pub(super) earned: String,
    pub(super) on_hold: String,
    pub(super) ready: String,
    pub(super) in_transit: String,
    pub(super) paid: String,
}

struct Row {
    id: ReferrerId,
    name: String,
    code: String,
    state: String,
    sums: Vec<Sums>,
    details: bool,
    last: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/referrers.html")]
struct Page {
    frame: Frame,
    q: String,
    states: Vec<(&'static str, String, bool)>,
    rows: Vec<Row>,
    narrowed: bool,
    older: Option<String>,
    first: bool,
}

/// The rows of a page with what stands beside them.
struct Found {
    rows: Vec<Referrer>,
    /// Where the next page begins.
    next: Option<ReferrerId>,
    names: Names,
    codes: HashMap<ReferrerId, String>,
    balances: Vec<Balance>,
    with_details: HashSet<ReferrerId>,
    last: HashMap<ReferrerId, Instant>,
}

/// What a referrer has, by currency.
pub(super) fn sums(frame: &Frame, balances: &[Balance], of: ReferrerId) -> Vec<Sums> {
    let own = balances.iter().filter(|row| row.referrer_id == of);
    own.map(|row| {
        let say = |amount: i64| frame.amount(&amount, &row.currency);
        Sums {
            earned: say(row.earned()),
            on_hold: say(row.on_hold),
            ready: say(row.ready),
            in_transit: say(row.in_transit),
            paid: say(row.paid),
        }
    })
    .collect()
}

/// Where a referrer stands, in a word.
pub(super) fn state(frame: &Frame, status: ReferrerStatus) -> String {
    frame.say(&format!("referrers-state-{}", status.as_db()))
}

fn find(conn: &mut Conn<'_>, text: Option<&str>, status: Option<ReferrerStatus>, after: Option<ReferrerId>) -> DbResult<Found> {
    let page = List::cut(lookups::referrers(conn, text, status, after, ROWS + 1)?, ROWS);
    let next = page.goes_on_after().map(|row| row.id);
    let mut rows = page.data;
    // The one who is meant comes first, wherever his place would be.
    if let (Some(text), None) = (text, after)
        && let Some(meant) = whom(conn, text)?
    {
        rows.retain(|row| row.id != meant.id);
        rows.insert(0, meant);
    }
    let ids: Vec<ReferrerId> = rows.iter().map(|row| row.id).collect();
    let people: BTreeSet<CustomerId> = rows.iter().map(|row| row.customer_id).collect();
    let mut codes = HashMap::new();
    for code in lookups::active_codes(conn, &ids)? {
        codes.insert(code.referrer_id, code.code);
    }
    Ok(Found {
        next,
        names: Names::read(conn, &BTreeSet::new(), &people)?,
        codes,
        balances: lookups::balances_of(conn, &ids)?,
        with_details: payout_methods::known_among(conn, &ids)?.into_iter().collect(),
        last: lookups::last_earned(conn, &ids)?.into_iter().filter_map(|(id, at)| Some((id, at?))).collect(),
        rows,
    })
}

async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    let text = said(asked.q.as_deref()).map(str::to_owned);
    let status = said(asked.status.as_deref()).and_then(|word| STATES.into_iter().find(|state| state.as_db() == word));
    let (wanted, after) = (text.clone(), asked.after);
    let found = desk.read(move |conn| find(conn, wanted.as_deref(), status, after)).await?;
    let frame = desk.frame("referrers").after(asked.done.as_deref());
    let row = |row: &Referrer| Row {
        id: row.id,
        name: found.names.customer(&frame, row.customer_id),
        code: found.codes.get(&row.id).cloned().unwrap_or_default(),
        state: state(&frame, row.status),
        sums: sums(&frame, &found.balances, row.id),
        details: found.with_details.contains(&row.id),
        last: found.last.get(&row.id).map(|at| frame.day(at)),
    };
    let rows: Vec<Row> = found.rows.iter().map(row).collect();
    let q = text.unwrap_or_default();
    let chosen = status.map(ReferrerStatus::as_db).unwrap_or_default();
    let older = found.next.map(|id| address("/desk/referrers", &[("q", &q), ("status", chosen), ("after", &id.to_string())]));
    let states = STATES.map(|one| (one.as_db(), state(&frame, one), one.as_db() == chosen)).to_vec();
    let narrowed = !q.is_empty() || !chosen.is_empty();
    let page = Page { q, states, rows, narrowed, older, first: asked.after.is_none(), frame };
    page.frame.page(&page)
}

/// A path with those of the parameters that say something.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let said = parameters.iter().filter(|(_, value)| !value.is_empty());
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
