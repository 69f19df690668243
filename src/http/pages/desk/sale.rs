//! One sale: what became of it and why, as a timeline, and what can be done about it.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::naming::Names;
use super::timeline::{self, Step};
use super::wording;
use crate::db::commissions::{self, ChangeRow, RefundRow};
use crate::db::payouts::Payout;
use crate::db::sales::{self, HintRow, RevisionRow, VerdictRow};
use crate::db::terms::Program;
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, sale_payouts};
use crate::domain::attribution::VerdictKind;
use crate::domain::id::{CommissionId, ReferrerId, RefundId, SaleId};
use crate::domain::principal::Scope;
use crate::domain::sale::SaleStatus;
use crate::http::callers::Caller;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::show_sales::{SaleLine, explain_sale, show_sale, with_people};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sales/{id}").route(web::get().to(show)));
}

/// All that is known of a sale.
pub(super) struct Known {
    pub(super) line: SaleLine,
    pub(super) program: Program,
    pub(super) verdicts: Vec<VerdictRow>,
    pub(super) revisions: Vec<RevisionRow>,
    pub(super) hints: Vec<HintRow>,
    pub(super) refunds: Vec<RefundRow>,
    pub(super) changes: Vec<ChangeRow>,
    pub(super) payouts: Vec<Payout>,
    names: Names,
}

/// What somebody had typed into a form that comes back.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) who: String,
    pub(super) reason: String,
    pub(super) amount: String,
    /// The field at fault.
    pub(super) wrong: &'static str,
    pub(super) faults: Vec<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/sale.html")]
struct Page {
    frame: Frame,
    typed: Typed,
    id: String,
    order_id: String,
    source: String,
    verdict: String,
    held_for: bool,
    may_decide: bool,
    may_cancel: bool,
    date: String,
    total: String,
    base: String,
    refunded: Option<String>,
    commission: Option<String>,
    bonus: Option<String>,
    state: String,
    tone: &'static str,
    customer: Option<(String, String)>,
    referrer: Option<(String, String)>,
    steps: Vec<Step>,
    refund_id: String,
    test: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    pub(super) done: Option<String>,
}

/// The sale that a path names.
///
/// # Errors
/// 404 when it names none.
pub(super) fn named(path: &str) -> Result<SaleId, ApiError> {
    path.parse().map_err(|_| ApiError::not_found("sale"))
}

async fn show(desk: Desk, path: Path<String>, Query(query): Query<After>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("sales").after(query.done.as_deref());
    answer(&desk, frame, named(&path)?, Typed::default()).await
}

/// The page of a sale on the caller's ledger; 422 with what was typed when something is wrong with that.
///
/// # Errors
/// 404 when there is no such sale.
pub(super) async fn answer(caller: &Caller, frame: Frame, id: SaleId, typed: Typed) -> Result<HttpResponse, ApiError> {
    let known = caller.read(move |conn| know(conn, id)).await?.ok_or_else(|| ApiError::not_found("sale"))?;
    let status = if typed.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    // A refund that is sent twice has one number, so it is one refund.
    let refund_id = format!("desk-{}", RefundId::new(caller.now()));
    let page = page(frame, &known, typed, refund_id);
    page.frame.page_with(status, &page)
}

fn page(frame: Frame, known: &Known, typed: Typed, refund_id: String) -> Page {
    let (line, sale) = (&known.line, &known.line.view.sale);
    let money = |amount: i64| sale.currency.map(|currency| frame.amount(&amount, &currency)).unwrap_or_default();
    let customer = sale.customer_id.map(|id| (id.to_string(), who_bought(&frame, line)));
    let referrer = sale.referrer_id.map(|id| (id.to_string(), wording::named(&frame, line.referrer.as_deref())));
    let open = sale.version.is_some() && !sale.history && sale.status != SaleStatus::Cancelled;
    let commission = line.view.commission.as_ref();
    Page {
        typed,
        id: sale.id.to_string(),
        order_id: sale.order_id.clone(),
        source: sale.source.clone(),
        verdict: timeline::in_a_sentence(&frame, known),
        held_for: sale.verdict_kind == Some(VerdictKind::Held) && sale.referrer_id.is_some(),
        may_decide: open,
        may_cancel: sale.status != SaleStatus::Cancelled && !sale.history,
        date: frame.day(&sale.occurred_at),
        total: money(sale.total),
        base: money(sale.base),
        refunded: (sale.base_refunded > 0).then(|| money(sale.base_refunded)),
        commission: commission.map(|row| frame.amount(&row.net, &row.currency)),
        bonus: line.view.bonus.as_ref().map(|row| frame.amount(&row.net, &row.currency)),
        state: wording::say_state(&frame, &line.view),
        tone: wording::state(&line.view).1,
        customer,
        referrer,
        steps: timeline::steps(&frame, known),
        refund_id,
        test: false,
        frame,
    }
}

fn who_bought(frame: &Frame, line: &SaleLine) -> String {
    let buyer = line.buyer.as_ref();
    let name = buyer.and_then(|buyer| buyer.name.clone().or_else(|| buyer.email.clone()).or_else(|| buyer.phone.clone()));
    name.unwrap_or_else(|| frame.say("sales-somebody"))
}

/// The page of a test sale in the sandbox, for somebody who looks at the live shop: nothing on it can be pressed.
///
/// # Errors
/// 404 when there is no such sale.
pub(super) async fn answer_test(sandbox: &Caller, frame: Frame, id: SaleId) -> Result<HttpResponse, ApiError> {
    let known = sandbox.read(move |conn| know(conn, id)).await?.ok_or_else(|| ApiError::not_found("sale"))?;
    let mut page = page(frame, &known, Typed::default(), String::new());
    page.test = true;
    page.frame.page(&page)
}

fn know(conn: &mut Conn<'_>, id: SaleId) -> DbResult<Option<Known>> {
    let Some(view) = show_sale(conn, &Scope::All, id)? else { return Ok(None) };
    let Some((program, verdicts)) = explain_sale(conn, &Scope::All, id)? else { return Ok(None) };
    let Some(line) = with_people(conn, vec![view])?.pop() else { return Ok(None) };
    let own: Vec<CommissionId> = line.view.commission.iter().chain(&line.view.bonus).map(|row| row.id).collect();
    let changes = commissions::changes_of(conn, &own)?;
    let changed: Vec<AnyId> = changes.iter().map(|row| AnyId::from_uuid(row.id.uuid())).collect();
    let named: BTreeSet<ReferrerId> = verdicts.iter().filter_map(|row| row.referrer_id).collect();
    Ok(Some(Known {
        revisions: sales::revisions_of(conn, &[id])?,
        hints: sales::hints_of(conn, &[id])?,
        refunds: commissions::refunds_of(conn, &[id])?,
        payouts: sale_payouts::holding(conn, &own, &changed)?,
        names: Names::read(conn, &named, &BTreeSet::new())?,
        line,
        program,
        verdicts,
        changes,
    }))
}

impl Known {
    /// What somebody's verdict calls him.
    pub(super) fn name(&self, frame: &Frame, referrer: Option<ReferrerId>) -> String {
        referrer.map_or_else(|| frame.say("nobody-named"), |id| self.names.referrer(frame, id))
    }

    /// Which change of the commission a thing caused.
    pub(super) fn change_by(&self, cause: Uuid) -> impl Iterator<Item = &ChangeRow> {
        self.changes.iter().filter(move |change| change.cause_id.uuid() == cause)
    }
}
