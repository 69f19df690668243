//! Hands the approved payouts of a batch to whoever pays them: to a provider in requests that are committed, body
//! and key, before anything is sent; to the shop by an event. Again, it hands over what is left.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::payout_methods::Method;
use crate::db::payouts::{self, Payout};
use crate::db::providers::{self, Account};
use crate::db::submissions::{self, Item, SUBMIT_PAYOUTS, Submission};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, endpoints, jobs, payout_batches, terms};
use crate::domain::id::{BatchId, EventId, PayoutId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::payout::{BatchStatus, PayoutStatus, Rail};
use crate::domain::payout_details::PayoutDetails;
use crate::domain::provider::paypal::{self, Instruction};
use crate::domain::provider::{Provider, SubmissionStatus, key_of};
use crate::domain::webhook::wants;
use crate::vault::Vault;

/// What a shop is told that pays in credit.
pub const STORE_CREDIT: &str = "payout.store_credit";

/// What the owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which batch.
    pub batch_id: BatchId,
    /// What opens the receivers' details and seals the requests.
    pub vault: Vault,
    /// Who asks.
    pub actor: String,
}

/// Why payouts stay where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No provider is connected that pays them.
    Provider,
    /// No endpoint wants to be told of store credit.
    Endpoint,
    /// The receiver's details are not there, or cannot be opened.
    Details,
    /// They left in a file, which may be on its way to be paid.
    Exported,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is no such batch.
    NoBatch,
    /// It was not approved.
    NotApproved,
    /// Some payouts could be handed over and none was.
    Blocked(Missing),
    /// What could be is handed over, now or before.
    Sent,
}

/// Hands over the approved payouts of a batch.
///
/// # Errors
/// What the database reports.
pub fn submit_payouts(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    let Some(batch) = payout_batches::lock(tx, request.batch_id)? else { return Ok(Outcome::NoBatch) };
    if !matches!(batch.status, BatchStatus::Approved | BatchStatus::Done) {
        return Ok(Outcome::NotApproved);
    }
    let mut rows = payouts::lock_of_batch(tx, request.batch_id)?;
    rows.retain(|payout| payout.status == PayoutStatus::Approved && matches!(payout.rail, Rail::Paypal | Rail::StoreCredit));
    let exported: HashSet<PayoutId> = payouts::exported(tx, request.batch_id)?.into_iter().map(|(id, _)| id).collect();
    let mut missing = rows.iter().any(|payout| exported.contains(&payout.id)).then_some(Missing::Exported);
    rows.retain(|payout| !exported.contains(&payout.id));
    let paypal: Vec<&Payout> = rows.iter().filter(|payout| payout.rail == Rail::Paypal).collect();
    let credit: Vec<&Payout> = rows.iter().filter(|payout| payout.rail == Rail::StoreCredit).collect();
    let mut sent = 0;
    if !paypal.is_empty() {
        match providers::lock(tx, Provider::Paypal)? {
            None => missing = Some(Missing::Provider),
            Some(account) => {
                let count = to_paypal(tx, now, request, &account, &paypal)?;
                if count < paypal.len() {
                    missing = Some(Missing::Details);
                }
                sent += count;
            }
        }
    }
    if !credit.is_empty() {
        if endpoints::enabled(tx)?.iter().any(|one| !one.kinds.0.is_empty() && wants(&one.kinds.0, STORE_CREDIT)) {
            sent += to_shop(tx, now, &credit)?;
        } else {
            missing = Some(Missing::Endpoint);
        }
    }
    match missing {
        Some(why) if sent == 0 => return Ok(Outcome::Blocked(why)),
        _ if sent > 0 => {
            let facts = json!({ "payouts": sent });
            audit(tx, &request.actor, "payout_batch.send", AnyId::from_uuid(batch.id.uuid()), facts, now)?;
        }
        _ => {}
    }
    Ok(Outcome::Sent)
}

/// Commits requests to `PayPal`; returns how many payouts are in them. Those without details stay.
fn to_paypal(tx: &mut Tx<'_>, now: Instant, request: &Request, account: &Account, rows: &[&Payout]) -> DbResult<usize> {
    let ids: Vec<PayoutId> = rows.iter().map(|payout| payout.id).collect();
    let details = submissions::details_of(tx, &ids)?;
    let mut groups: BTreeMap<Currency, Vec<Instruction>> = BTreeMap::new();
    for payout in rows {
        if let Some(email) = email(&request.vault, payout, &details) {
            let amount = Money { amount: payout.amount, currency: payout.currency };
            groups.entry(payout.currency).or_default().push(Instruction { payout_id: payout.id, email, amount });
        }
    }
    let most = usize::try_from(account.items_max).unwrap_or(1).max(1);
    let requests: Vec<&[Instruction]> = groups.values().flat_map(|group| group.chunks(most)).collect();
    commit_requests(tx, now, request.batch_id, &request.vault, &requests)?;
    let submitted: Vec<PayoutId> = requests.iter().flat_map(|one| one.iter().map(|item| item.payout_id)).collect();
    submissions::mark(tx, &submitted, PayoutStatus::Submitting, None)?;
    Ok(submitted.len())
}

fn email(vault: &Vault, payout: &Payout, details: &HashMap<PayoutId, String>) -> Option<String> {
    let place = Method::seal_place(payout.referrer_id);
    let plain = vault.open(&place, details.get(&payout.id)?).ok()?;
    match serde_json::from_str(&plain).ok()? {
        PayoutDetails::Paypal { email } if email.len() <= paypal::RECEIVER_MAX => Some(email),
        _ => None,
    }
}

/// Commits one request for each of `groups`, with its sealed body and the job that sends it.
pub(super) fn commit_requests(
    tx: &mut Tx<'_>,
    now: Instant,
    batch_id: BatchId,
    vault: &Vault,
    groups: &[&[Instruction]],
) -> DbResult<()> {
    let program = terms::program(tx)?;
    let shop = program.and_then(|program| program.current().map(|version| version.terms.shop_name.clone())).unwrap_or_default();
    let mut rows = Vec::with_capacity(groups.len());
    let mut items = Vec::new();
    let before = submissions::of_batch(tx, batch_id)?.len();
    for (place, group) in groups.iter().enumerate() {
        let id = key_of(batch_id, before + place);
        let mut sorted = group.to_vec();
        // The provider names payouts by their place; items are read back in this order.
        sorted.sort_unstable_by_key(|one| one.payout_id);
        let body = paypal::request(id, &shop, &sorted).to_string();
        let sealed = vault.seal(&Submission::seal_place(id), &body).map_err(|error| DbFault::SerializationError(error.into()))?;
        rows.push(Submission {
            id,
            batch_id,
            provider: Provider::Paypal,
            status: SubmissionStatus::Waiting,
            body: Some(sealed),
            provider_id: None,
            hinted_id: None,
            attempts: 0,
            first_sent_at: None,
            asked_at: None,
            error: None,
            created_at: now,
            ended_at: None,
        });
        items.extend(sorted.iter().map(|one| Item {
            submission_id: id,
            payout_id: one.payout_id,
            item_id: None,
            item_status: None,
            fee: None,
            fee_currency: None,
        }));
    }
    submissions::insert(tx, &rows, &items)?;
    for row in &rows {
        jobs::hurry(tx, SUBMIT_PAYOUTS, &row.id.to_string(), &json!({ "submission_id": row.id }), now)?;
    }
    Ok(())
}

/// Tells the shop to book credit; it answers by settling each payout.
fn to_shop(tx: &mut Tx<'_>, now: Instant, rows: &[&Payout]) -> DbResult<usize> {
    let ids: Vec<PayoutId> = rows.iter().map(|payout| payout.id).collect();
    submissions::mark(tx, &ids, PayoutStatus::Sent, None)?;
    let event = |payout: &&Payout| NewEvent {
        id: EventId::new(now),
        kind: STORE_CREDIT,
        subject_id: AnyId::from_uuid(payout.id.uuid()),
        data: Json(json!({
            "batch_id": payout.batch_id,
            "referrer_id": payout.referrer_id,
            "amount": payout.amount,
            "currency": payout.currency,
        })),
        created_at: now,
    };
    note_events(tx, &rows.iter().map(event).collect::<Vec<_>>())?;
    Ok(rows.len())
}
