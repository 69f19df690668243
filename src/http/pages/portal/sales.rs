//! What each purchase brought: its day, where the money is, and why it became less. Never who bought or what.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::reader::{Holder, Reader};
use super::shell::Shell;
use crate::db::commissions::{self, ChangeRow};
use crate::db::portal::{self, Earning};
use crate::db::types::ChangeCause;
use crate::domain::attribution::Reason;
use crate::domain::commission::CommissionStatus;
use crate::domain::id::CommissionId;
use crate::domain::sale::SaleStatus;
use crate::http::api::claims::filed;
use crate::http::pages::form::Fields;
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;
use crate::operations::file_claim::{ClaimRequest, Purchase, file_claim};

/// Purchases on a page.
const PAGE: i64 = 30;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/sales").route(web::get().to(list)))
        .service(web::resource("/sales/{id}/disagree").route(web::post().to(disagree)));
}

/// A purchase as its referrer sees it.
pub(super) struct Sold {
    pub(super) id: CommissionId,
    pub(super) day: String,
    pub(super) what: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) amount: String,
    /// What happened to it since, and why.
    pub(super) lines: Vec<String>,
    pub(super) may_disagree: bool,
}

/// The purchases behind `earnings`, whose changes are among `changes`.
pub(super) fn sold(frame: &Shell, earnings: &[Earning], changes: &[ChangeRow]) -> Vec<Sold> {
    let show = |earning: &Earning| {
        let row = &earning.commission;
        // What was denied while it was held was never his, so nothing was taken back.
        let told = |one: &&ChangeRow| row.status != CommissionStatus::Rejected || one.cause != ChangeCause::Decision;
        let own = changes.iter().filter(|one| one.commission_id == row.id && one.amount != 0);
        let own: Vec<&ChangeRow> = own.filter(told).collect();
        let (state, tone) = state(frame, earning);
        let mut lines: Vec<String> = own.iter().map(|change| changed(frame, change, earning)).collect();
        lines.extend(reason(earning).map(|key| frame.say(key)));
        let questionable = [CommissionStatus::Held, CommissionStatus::Rejected, CommissionStatus::Cancelled];
        Sold {
            id: row.id,
            day: frame.day(&earning.bought_at),
            what: match row.bonus_deal() {
                Some(deal) => frame.tell("portal-sold-bonus", &[("deal", &frame.number(&deal))]),
                None => frame.say("portal-sold-friend"),
            },
            state,
            tone,
            amount: frame.amount(&row.net, &row.currency),
            may_disagree: row.bonus_deal().is_none()
                && (questionable.contains(&row.status) || own.iter().any(|change| change.amount < 0)),
            lines,
        }
    };
    earnings.iter().map(show).collect()
}

fn state(frame: &Shell, earning: &Earning) -> (String, &'static str) {
    let row = &earning.commission;
    let plain = |key: &str, tone| (frame.say(key), tone);
    match row.status {
        CommissionStatus::Held => plain("portal-state-held", "warn"),
        CommissionStatus::Rejected => plain("portal-state-denied", "bad"),
        CommissionStatus::Cancelled => plain("portal-state-cancelled", "bad"),
        _ if row.net == 0 => plain("portal-state-taken-back", "bad"),
        CommissionStatus::Pending => (frame.tell("portal-state-hold", &[("day", &frame.day(&row.due_at))]), ""),
        CommissionStatus::Approved => plain("portal-state-ready", "good"),
        CommissionStatus::InPayout => plain("portal-state-under-way", "good"),
        CommissionStatus::Paid => plain("portal-state-paid", "good"),
    }
}

fn changed(frame: &Shell, change: &ChangeRow, earning: &Earning) -> String {
    let key = match (change.cause, change.amount < 0) {
        (_, false) => "portal-change-more",
        (ChangeCause::Refund, true) => "portal-change-refund",
        (ChangeCause::Cancel, true) => "portal-change-cancel",
        (ChangeCause::Revision, true) => "portal-change-revision",
        (ChangeCause::Decision, true) => "portal-change-decision",
    };
    let amount = frame.amount(&change.amount.saturating_abs(), &earning.commission.currency);
    frame.tell(key, &[("day", &frame.day(&change.created_at)), ("amount", &amount)])
}

/// The text that says why money waits or does not come.
fn reason(earning: &Earning) -> Option<&'static str> {
    match earning.commission.status {
        CommissionStatus::Held if earning.reason == Some(Reason::OverCap) => Some("portal-reason-cap"),
        CommissionStatus::Held => Some("portal-reason-looking"),
        CommissionStatus::Rejected => Some("portal-reason-denied"),
        CommissionStatus::Cancelled if earning.status == SaleStatus::Cancelled => Some("portal-reason-order-cancelled"),
        CommissionStatus::Cancelled => Some(match earning.reason {
            Some(Reason::SelfReferral) => "portal-reason-own",
            Some(Reason::NotFirstSale) => "portal-reason-known",
            Some(Reason::DeniedByOwner) => "portal-reason-denied",
            _ => "portal-reason-other",
        }),
        _ => None,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SalesQuery {
    before: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "http/pages/portal/sales.html")]
struct Sales {
    frame: Shell,
    rows: Vec<Sold>,
    older: Option<CommissionId>,
    first: bool,
}

async fn list(reader: Reader, Query(query): Query<SalesQuery>) -> Result<HttpResponse, ApiError> {
    let (id, before) = (reader.id, query.before.map(CommissionId::from_uuid));
    let (earnings, changes) = reader
        .read(move |conn| {
            let earnings = portal::earnings(conn, id, before, PAGE + 1)?;
            let ids: Vec<CommissionId> = earnings.iter().map(|one| one.commission.id).collect();
            Ok((earnings, commissions::changes_of(conn, &ids)?))
        })
        .await?;
    let earnings = List::cut(earnings, PAGE);
    let older = earnings.goes_on_after().map(|one| one.commission.id);
    let frame = reader.shell("portal-sales");
    let page = Sales { rows: sold(&frame, &earnings.data, &changes), older, first: before.is_none(), frame };
    page.frame.page(&page)
}

/// "I disagree": a claim on the order behind it, for the owner to look again.
async fn disagree(holder: Holder, id: Path<Uuid>, _: Fields) -> Result<HttpResponse, ApiError> {
    let (own, id) = (holder.id, CommissionId::from_uuid(id.into_inner()));
    let order = holder.read(move |conn| portal::order_of(conn, own, id)).await?;
    let (_, source, order_id) = order.ok_or_else(|| ApiError::not_found("purchase"))?;
    let purchase = Purchase::Order(order_id);
    let request = ClaimRequest { referrer_id: own, purchase, source, actor: holder.principal.actor() };
    filed(holder.write(move |tx, now| file_claim(tx, now, &request)).await?)?;
    Ok(holder.shell("").go("/portal/claims?done=portal-disagreed"))
}
