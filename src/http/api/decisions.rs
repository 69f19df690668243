//! `/v1/decisions`: the owner's inbox.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::claims::ClaimView;
use super::customers::ProposalView;
use super::joins::JoinView;
use super::payout_view::ShownPayout;
use super::sale_view::ShownSale;
use crate::domain::fraud::{Sign, Trace};
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::principal::Mode;
use crate::http::callers::Auditor;
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::operations::list_decisions::{Decision, Kind, list_decisions};

const DAY_SECONDS: i64 = 86_400;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/decisions").route(get().to(list)));
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    HeldSale,
    Claim,
    MergeProposal,
    UnknownPayout,
    WriteOff,
    UnreachableReferrer,
    Join,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::HeldSale => Self::Sale,
            KindName::Claim => Self::Claim,
            KindName::MergeProposal => Self::Merge,
            KindName::UnknownPayout => Self::Payout,
            KindName::WriteOff => Self::WriteOff,
            KindName::UnreachableReferrer => Self::Unreachable,
            KindName::Join => Self::Join,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionQuery {
    kind: Option<KindName>,
}

#[derive(Debug, Serialize)]
struct DecisionView {
    id: Uuid,
    kind: KindName,
    since: Instant,
    age_days: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale: Option<ShownSale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signs: Option<Vec<Sign>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traces: Option<Vec<Trace>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<ClaimView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_proposal: Option<ProposalView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<ShownPayout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    write_off: Option<DebtView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<ReferrerView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join: Option<JoinView>,
}

/// Forgiven with `POST /v1/adjustments`, kind `forgive`.
#[derive(Debug, Serialize)]
struct DebtView {
    referrer_id: ReferrerId,
    amount: Money,
}

/// Who cannot be written to.
#[derive(Debug, Serialize)]
struct ReferrerView {
    id: ReferrerId,
    customer_id: CustomerId,
}

impl DecisionView {
    fn of(decision: &Decision, now: Instant, test: bool) -> Self {
        let bare = |kind, since: Instant| Self {
            id: decision.id(),
            kind,
            since,
            age_days: (now.seconds() - since.seconds()).max(0) / DAY_SECONDS,
            sale: None,
            signs: None,
            traces: None,
            claim: None,
            merge_proposal: None,
            payout: None,
            write_off: None,
            referrer: None,
            join: None,
        };
        match decision {
            Decision::Sale(view, signs, traces) => Self {
                sale: Some(ShownSale::new((**view).clone(), test)),
                signs: Some(signs.clone()),
                traces: Some(traces.clone()),
                ..bare(KindName::HeldSale, view.sale.created_at)
            },
            Decision::Claim(claim) => {
                Self { claim: Some(ClaimView::from((**claim).clone())), ..bare(KindName::Claim, claim.created_at) }
            }
            Decision::Unreachable(one) => Self {
                referrer: Some(ReferrerView { id: one.referrer_id, customer_id: one.customer_id }),
                ..bare(KindName::UnreachableReferrer, one.since)
            },
            Decision::Join(join) => {
                Self { join: Some(JoinView::from((**join).clone())), ..bare(KindName::Join, join.created_at) }
            }
            Decision::Merge(pair) => {
                Self { merge_proposal: Some(ProposalView::from(pair)), ..bare(KindName::MergeProposal, pair.created_at) }
            }
            Decision::Payout(payout) => {
                Self { payout: Some(ShownPayout::from((**payout).clone())), ..bare(KindName::UnknownPayout, payout.created_at) }
            }
            Decision::WriteOff(debt) => Self {
                write_off: Some(DebtView { referrer_id: debt.referrer_id, amount: debt.amount }),
                ..bare(KindName::WriteOff, debt.since)
            },
        }
    }
}

async fn list(caller: Auditor, Filtered(page, query): Filtered<DecisionQuery>) -> Result<HttpResponse, ApiError> {
    let (now, test) = (caller.now(), caller.book.mode == Mode::Sandbox);
    let only = query.kind.map(Kind::from);
    let found = caller.read(move |conn| list_decisions(conn, now, only, page.after, page.fetch())).await?;
    Ok(HttpResponse::Ok().json(List::of(found, page).map(|decision| DecisionView::of(&decision, now, test))))
}
