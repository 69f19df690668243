//! What the books keep of somebody who was paid.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::hash_batch::hash_batch;
use super::{Person, rules};
use crate::db::outbox;
use crate::db::payout_methods::{self, Change, Method};
use crate::db::restricted::{self, PaidTo, Restricted};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, Tx, payout_batches};
use crate::domain::id::{BatchId, MethodChangeId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payout::{PayoutStatus, Rail};
use crate::vault::{Vault, VaultError};

/// What is kept of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// His name, if the shop knew it.
    pub name: Option<String>,
    /// His payouts and where each went.
    pub payouts: Vec<KeptPayout>,
}

/// Where one payout went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPayout {
    /// The payout.
    pub payout_id: PayoutId,
    /// What may be shown of the account.
    pub account: Option<String>,
    /// Holder, address and account; none where the owner knew how to pay.
    pub details: Option<Value>,
}

impl Kept {
    /// His postal address, the last that a payout went to.
    #[must_use]
    pub fn address(&self) -> Vec<String> {
        let written = |payout: &KeptPayout| payout.details.as_ref().and_then(|details| details.get("address")).cloned();
        let last = self.payouts.iter().rev().find_map(written);
        last.and_then(|lines| serde_json::from_value(lines).ok()).unwrap_or_default()
    }

    /// The masked accounts that payouts went to.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let accounts: BTreeSet<&String> = self.payouts.iter().filter_map(|payout| payout.account.as_ref()).collect();
        accounts.into_iter().cloned().collect()
    }
}

/// What is kept of the given referrers; what no key opens any more is left out.
///
/// # Errors
/// What the database reports.
pub fn kept_of(conn: &mut Conn<'_>, vault: &Vault, ids: &[ReferrerId]) -> DbResult<BTreeMap<ReferrerId, Kept>> {
    let opened = |row: Restricted| {
        let plain = vault.open(&Restricted::seal_place(row.referrer_id), &row.sealed).ok()?;
        Some((row.referrer_id, serde_json::from_str(&plain).ok()?))
    };
    Ok(restricted::of(conn, ids)?.into_iter().filter_map(opened).collect())
}

/// Money arrived there, even if it came back later.
fn arrived(row: &PaidTo) -> bool {
    row.rail != Rail::Offset && matches!(row.status, PayoutStatus::Paid | PayoutStatus::Returned)
}

/// Seals away what must be kept of whom money reached, and empties all payouts of accounts and details.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    vault: &Vault,
    person: &Person,
) -> DbResult<Result<(), VaultError>> {
    let ids = person.referrer_ids();
    if ids.is_empty() {
        return Ok(Ok(()));
    }
    let rules = rules(tx)?;
    let payouts = restricted::payouts_to(tx, &ids)?;
    let name = person.rows.iter().find_map(|row| row.name.clone());
    let mut rows = Vec::new();
    for id in &ids {
        let his: Vec<&PaidTo> = payouts.iter().filter(|row| row.referrer_id == *id && arrived(row)).collect();
        let Some(last) = his.iter().filter_map(|row| row.settled_at).max() else { continue };
        let kept = Kept { name: name.clone(), payouts: his.iter().map(|row| kept_payout(vault, row)).collect() };
        let plain = json!(kept).to_string();
        let sealed = match vault.seal(&Restricted::seal_place(*id), &plain) {
            Ok(sealed) => sealed,
            Err(fault) => return Ok(Err(fault)),
        };
        let kept_until = rules.books.kept_until(last, &rules.timezone);
        rows.push(Restricted { referrer_id: *id, sealed, kept_until, created_at: now });
    }
    restricted::insert(tx, &rows)?;
    empty(tx, now, actor, &payouts, &ids)?;
    Ok(Ok(()))
}

fn kept_payout(vault: &Vault, row: &PaidTo) -> KeptPayout {
    let plain = row.details.as_ref().and_then(|sealed| vault.open(&Method::seal_place(row.referrer_id), sealed).ok());
    let details = plain.and_then(|plain| serde_json::from_str(&plain).ok());
    KeptPayout { payout_id: row.id, account: row.account.clone(), details }
}

/// Empties payouts. What was approved is hashed with its accounts: such a batch has another hash from now on, and the
/// audit log both.
fn empty(tx: &mut Tx<'_>, now: Instant, actor: &str, payouts: &[PaidTo], of: &[ReferrerId]) -> DbResult<()> {
    let named: BTreeSet<BatchId> = payouts.iter().filter(|row| row.account.is_some()).map(|row| row.batch_id).collect();
    let mut batches = Vec::with_capacity(named.len());
    for id in named {
        batches.extend(payout_batches::lock(tx, id)?);
    }
    let ids: Vec<PayoutId> = payouts.iter().map(|row| row.id).collect();
    restricted::empty_payouts(tx, &ids, of)?;
    for batch in batches {
        let Some(before) = batch.hash else { continue };
        let after = hash_batch(tx, batch.id)?;
        restricted::note_hash(tx, batch.id, &after)?;
        let subject = AnyId::from_uuid(batch.id.uuid());
        let detail = json!({ "hash_before": before, "hash": after, "because": "customer.erase" });
        outbox::audit(tx, actor, "payout_batch.rehash", subject, detail, now)?;
    }
    Ok(())
}

/// Takes away where money would have gone; nobody is told.
pub(super) fn take_methods(tx: &mut Tx<'_>, now: Instant, actor: &str, ids: &[ReferrerId]) -> DbResult<()> {
    for method in payout_methods::of(tx, ids)? {
        let version = payout_methods::newest_version(tx, method.referrer_id)?.unwrap_or(method.version) + 1;
        let change = Change {
            id: MethodChangeId::new(now),
            referrer_id: method.referrer_id,
            version,
            rail: None,
            account: None,
            hold_until: None,
            actor: actor.to_owned(),
            created_at: now,
        };
        payout_methods::remove(tx, &change)?;
    }
    Ok(())
}
