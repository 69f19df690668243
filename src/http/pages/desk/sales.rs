//! The list of sales, and the same as a table.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::{sale, sale_actions, wording};
use crate::db::sale_lists::{self, NewestFilter};
use crate::db::{Conn, DbResult};
use crate::domain::attribution::VerdictKind;
use crate::domain::id::SaleId;
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;
use crate::domain::report::as_at;
use crate::domain::sale::SaleStatus;
use crate::http::pages::form::said;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::{LIMIT_DEFAULT, List, Query};
use crate::http::problem::ApiError;
use crate::http::streamed::streamed;
use crate::operations::export_sales::SalePages;
use crate::operations::pages::Format;
use crate::operations::show_sales::{SaleLine, newest_sales};

/// A filter that no index answers looks back so many days unless it is told otherwise.
const LOOKS_BACK_DAYS: i64 = 90;

/// The states that the list can be narrowed to.
const STATES: [&str; 5] = ["held", "attributed", "unattributed", "placed", "cancelled"];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sales").route(web::get().to(list)))
        .service(web::resource("/sales.csv").route(web::get().to(table)));
    sale_actions::configure(cfg);
    sale::configure(cfg);
}

/// What the list is narrowed to, as its form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Narrowed {
    state: Option<String>,
    referrer: Option<String>,
    source: Option<String>,
    order: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
}

/// What the list shows, or the texts that say what is wrong.
struct Wanted {
    filter: NewestFilter,
    faults: Vec<&'static str>,
    /// Whether older orders were left out unasked.
    looks_back: bool,
}

impl Narrowed {
    /// The filter; dates are days where the shop is, the last one included.
    fn wanted(&self, conn: &mut Conn<'_>, timezone: &str, now: Instant) -> DbResult<Wanted> {
        let mut faults = Vec::new();
        let (order, source) = (said(self.order.as_deref()), said(self.source.as_deref()));
        let (status, verdict) = match said(self.state.as_deref()) {
            Some("held") => (None, Some(VerdictKind::Held)),
            Some("attributed") => (Some(SaleStatus::Paid), Some(VerdictKind::Attributed)),
            Some("unattributed") => (Some(SaleStatus::Paid), Some(VerdictKind::Unattributed)),
            Some("placed") => (Some(SaleStatus::Placed), None),
            Some("cancelled") => (Some(SaleStatus::Cancelled), None),
            _ => (None, None),
        };
        let mut referrer_id = None;
        if let Some(named) = said(self.referrer.as_deref()) {
            referrer_id = super::whom::whom(conn, named)?.map(|referrer| referrer.id);
            if referrer_id.is_none() {
                faults.push("sales-fault-referrer");
            }
        }
        let mut from = match said(self.from.as_deref()).map(|day| Instant::start_of_day(day, timezone)) {
            Some(Err(_)) => {
                faults.push("sales-fault-day");
                None
            }
            known => known.and_then(Result::ok),
        };
        let to = match said(self.to.as_deref()).map(|day| as_at("?to", day, timezone)) {
            Some(Err(_)) => {
                faults.push("sales-fault-day");
                None
            }
            known => known.and_then(Result::ok),
        };
        let indexed = order.is_some() || referrer_id.is_some() || verdict == Some(VerdictKind::Held);
        let looks_back = !indexed && from.is_none() && (status.is_some() || verdict.is_some() || source.is_some());
        if looks_back {
            from = Some(to.unwrap_or(now).plus_days(-LOOKS_BACK_DAYS));
        }
        let after = said(self.after.as_deref()).and_then(|id| id.parse::<SaleId>().ok());
        let before = match after {
            Some(id) => sale_lists::find(conn, &Scope::All, id)?.map(|row| (row.occurred_at, row.id)),
            None => None,
        };
        let (source, order_id) = (source.map(str::to_owned), order.map(str::to_owned));
        let filter = NewestFilter { source, order_id, referrer_id, status, verdict, from, to, before, limit: LIMIT_DEFAULT + 1 };
        Ok(Wanted { filter, faults, looks_back })
    }

    /// The filter as a query, without the page; it begins with `?`.
    fn query(&self) -> String {
        let fields = [
            ("state", &self.state),
            ("referrer", &self.referrer),
            ("source", &self.source),
            ("order", &self.order),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let given = fields.into_iter().filter_map(|(name, text)| Some((name, said(text.as_deref())?)));
        format!("?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish())
    }
}

/// One line of the list.
struct Row {
    id: String,
    date: String,
    order_id: String,
    customer: Option<(String, String)>,
    referrer: Option<(String, String)>,
    evidence: String,
    base: String,
    commission: String,
    state: String,
    tone: &'static str,
    free_on: String,
}

impl Row {
    fn of(frame: &Frame, line: &SaleLine) -> Self {
        let (sale, verdict) = (&line.view.sale, line.view.verdict.as_ref());
        let unknown = || frame.say("sales-somebody");
        let customer = sale.customer_id.map(|id| {
            let shown = line.buyer.as_ref().and_then(wording::masked).unwrap_or_else(unknown);
            (id.to_string(), shown)
        });
        let referrer = sale.referrer_id.map(|id| (id.to_string(), wording::named(frame, line.referrer.as_deref())));
        let code = verdict.and_then(|verdict| verdict.code.as_ref()).map(ToString::to_string);
        let why = || sale.verdict_reason.map(|reason| wording::reason(frame, reason));
        let found = verdict.and_then(|verdict| verdict.evidence).map(|evidence| wording::evidence(frame, evidence));
        let evidence = code.or(found).or_else(why).unwrap_or_default();
        let waits = line.view.commission.as_ref().filter(|row| row.approved_at.is_none() && row.net > 0);
        Self {
            id: sale.id.to_string(),
            date: frame.day(&sale.occurred_at),
            order_id: sale.order_id.clone(),
            customer,
            referrer,
            evidence,
            base: sale.currency.map(|currency| frame.amount(&(sale.base - sale.base_refunded), &currency)).unwrap_or_default(),
            commission: line.view.commission.as_ref().map(|row| frame.amount(&row.net, &row.currency)).unwrap_or_default(),
            state: wording::say_state(frame, &line.view),
            tone: wording::state(&line.view).1,
            free_on: waits.map(|row| frame.day(&row.due_at)).unwrap_or_default(),
        }
    }
}

/// One choice of a list to choose from.
struct Choice {
    value: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/sales.html")]
struct Page {
    frame: Frame,
    faults: Vec<String>,
    states: Vec<Choice>,
    referrer: String,
    source: String,
    order: String,
    from: String,
    to: String,
    rows: Vec<Row>,
    narrowed: bool,
    looks_back: bool,
    csv: String,
    first: Option<String>,
    next: Option<String>,
}

async fn list(desk: Desk, Query(query): Query<Narrowed>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("sales");
    let (asked, timezone, now) = (query.clone(), frame.timezone.clone(), desk.now());
    let (rows, wanted) = desk
        .read(move |conn| {
            let wanted = asked.wanted(conn, &timezone, now)?;
            // A name that nobody bears must not show everybody's sales.
            let rows = if wanted.faults.is_empty() { newest_sales(conn, &wanted.filter)? } else { Vec::new() };
            Ok((rows, wanted))
        })
        .await?;
    let rows = List::cut(rows, LIMIT_DEFAULT);
    let filter = query.query();
    let joint = if filter.len() > 1 { "&" } else { "" };
    let next = rows.goes_on_after().map(|row| format!("/desk/sales{filter}{joint}after={}", row.view.sale.id));
    let state = said(query.state.as_deref()).unwrap_or_default();
    let states = STATES.map(|value| Choice { value, label: frame.say(&format!("sales-filter-{value}")), chosen: value == state });
    let text = |field: &Option<String>| said(field.as_deref()).unwrap_or_default().to_owned();
    let page = Page {
        faults: wanted.faults.iter().map(|key| frame.say(key)).collect(),
        states: states.into(),
        referrer: text(&query.referrer),
        source: text(&query.source),
        order: text(&query.order),
        from: text(&query.from),
        to: text(&query.to),
        rows: rows.data.iter().map(|line| Row::of(&frame, line)).collect(),
        narrowed: filter.len() > 1,
        looks_back: wanted.looks_back,
        csv: format!("/desk/sales.csv{filter}"),
        first: query.after.is_some().then(|| format!("/desk/sales{filter}")),
        next,
        frame,
    };
    page.frame.page(&page)
}

async fn table(desk: Desk, Query(query): Query<Narrowed>) -> Result<HttpResponse, ApiError> {
    let (timezone, now) = (desk.terms.timezone.clone(), desk.now());
    let wanted = desk.read(move |conn| query.wanted(conn, &timezone, now)).await?;
    if !wanted.faults.is_empty() {
        return Err(ApiError::unprocessable("invalid_filter", desk.frame("sales").say("sales-fault-filter")));
    }
    streamed(&desk, Box::new(SalePages::new(wanted.filter)), Format::Csv, "sales").await
}
