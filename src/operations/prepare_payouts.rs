//! Prepares a payout batch: groups what is open by referrer and currency, reserves what can be
//! paid, and lists everybody left out with the reason. One group never stops another.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::db::ledger::{self, Transfer};
use crate::db::open_items::{OpenItem, Whose, open_items};
use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::payouts::{self, Batch, Line, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, IDS_PER_QUERY, Tx, referrers, terms};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{BatchId, CommissionId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, Course, ItemKind, NotPaid, PayoutStatus, Rail, Waiting, counts};
use crate::domain::program::Terms;
use crate::domain::referrer::ReferrerStatus;

/// What the owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Take only what was approved before; everything until now if absent.
    pub cutoff: Option<Instant>,
    /// Who asks.
    pub actor: String,
}

/// A batch as it was prepared.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The batch.
    pub batch: Batch,
    /// Its payouts.
    pub payouts: Vec<Payout>,
}

type Key = (ReferrerId, Currency);

/// What is open, read while nobody can change it.
struct Open {
    groups: BTreeMap<Key, Vec<OpenItem>>,
    ready: HashMap<Key, i64>,
    paused: HashSet<ReferrerId>,
    locked: HashSet<CommissionId>,
}

/// What the batch will write.
struct Plan {
    payouts: Vec<Payout>,
    lines: Vec<Line>,
    not_paid: Vec<NotPaid>,
}

/// Prepares a batch.
///
/// # Errors
/// What the database reports.
pub fn prepare_payouts(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Prepared> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let rules = program.current().map(|version| version.terms.clone()).unwrap_or_default();
    let open = read_open(tx)?;
    let batch_id = BatchId::new(now);
    let draft = |(referrer_id, currency): Key, amount, rail| {
        let id = PayoutId::new(now);
        let status = if rail == Rail::Offset { PayoutStatus::Paid } else { PayoutStatus::Pending };
        Payout {
            id,
            program_id: program.id,
            batch_id,
            referrer_id,
            currency,
            amount,
            rail,
            status,
            idempotency_key: id.to_string(),
            reference: None,
            reason: None,
            created_at: now,
            settled_at: (rail == Rail::Offset).then_some(now),
        }
    };
    let plan = plan(&open, &rules, request.cutoff, &draft);
    let batch = Batch {
        id: batch_id,
        program_id: program.id,
        status: BatchStatus::Prepared,
        cutoff: request.cutoff.unwrap_or(now),
        not_paid: Json(plan.not_paid),
        prepared_by: request.actor.clone(),
        approved_by: None,
        created_at: now,
        approved_at: None,
    };
    payouts::insert(tx, &batch, &plan.payouts, &plan.lines)?;
    take_commissions(tx, &plan.payouts, &plan.lines)?;
    ledger::post(
        tx,
        plan.payouts.iter().filter(|payout| payout.rail != Rail::Offset).map(|payout| reserve(payout, now)).collect(),
    )?;
    let subject = AnyId::from_uuid(batch.id.uuid());
    let facts = json!({ "payouts": plan.payouts.len(), "not_paid": batch.not_paid.0.len(), "cutoff": batch.cutoff });
    let event = NewEvent {
        id: EventId::new(now),
        kind: "payout_batch.prepared",
        subject_id: subject,
        data: Json(facts.clone()),
        created_at: now,
    };
    note_events(tx, &[event])?;
    audit(tx, &request.actor, "payout_batch.prepare", subject, facts, now)?;
    Ok(Prepared { batch, payouts: plan.payouts })
}

/// Reads all open items under the locks that keep them as they are. A referrer or commission that
/// became open after the first look is not locked: it waits for the next batch.
fn read_open(tx: &mut Tx<'_>) -> DbResult<Open> {
    let seen = open_items(tx, Whose::All)?;
    let mut ids: Vec<ReferrerId> = seen.iter().map(|item| item.referrer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut paused = HashSet::new();
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows = referrers::lock(tx, slice)?;
        paused.extend(rows.iter().filter(|row| row.status == ReferrerStatus::Paused).map(|row| row.id));
    }
    let commissions = payouts::lock_commissions(tx, seen.iter().filter_map(|item| item.commission_id).collect())?;
    let balances = ledger::lock_balances(tx, ids.clone())?;
    let known: HashSet<ReferrerId> = ids.into_iter().collect();
    let mut groups: BTreeMap<Key, Vec<OpenItem>> = BTreeMap::new();
    for item in open_items(tx, Whose::All)? {
        if known.contains(&item.referrer_id) {
            groups.entry((item.referrer_id, item.currency)).or_default().push(item);
        }
    }
    Ok(Open {
        groups,
        ready: balances.into_iter().map(|row| ((row.referrer_id, row.currency), row.ready)).collect(),
        paused,
        locked: commissions.into_iter().map(|(id, _)| id).collect(),
    })
}

fn plan(open: &Open, rules: &Terms, cutoff: Option<Instant>, draft: &dyn Fn(Key, i64, Rail) -> Payout) -> Plan {
    let mut plan = Plan { payouts: Vec::new(), lines: Vec::new(), not_paid: Vec::new() };
    let takes = |item: &OpenItem| {
        let locked = item.kind != ItemKind::Commission || item.commission_id.is_some_and(|id| open.locked.contains(&id));
        locked && counts(item.amount, item.since, cutoff)
    };
    for (key, items) in &open.groups {
        let (referrer_id, currency) = *key;
        let mut waiting = Waiting::default();
        items.iter().for_each(|item| waiting.add(item.amount, takes(item)));
        let ready = open.ready.get(key).copied().unwrap_or(0);
        let payout = match waiting.course(rules.payout_minimum(currency), open.paused.contains(&referrer_id), ready) {
            Course::Pay => draft(*key, waiting.counted, Rail::Manual),
            Course::Offset => draft(*key, 0, Rail::Offset),
            Course::Leave(reason) => {
                plan.not_paid.push(NotPaid { referrer_id, currency, amount: waiting.total, reason });
                continue;
            }
        };
        plan.lines.extend(items.iter().filter(|item| takes(item)).map(|item| Line {
            payout_id: payout.id,
            item_kind: item.kind,
            item_id: item.id,
            amount: item.amount,
            released_at: None,
        }));
        plan.payouts.push(payout);
    }
    plan
}

/// Moves the commissions whose own item is taken: into the payout, or at once to paid where items
/// close against each other.
fn take_commissions(tx: &mut Tx<'_>, payouts: &[Payout], lines: &[Line]) -> DbResult<()> {
    let offset: HashSet<PayoutId> = payouts.iter().filter(|payout| payout.rail == Rail::Offset).map(|payout| payout.id).collect();
    let own = lines.iter().filter(|line| line.item_kind == ItemKind::Commission);
    let (closed, taken): (Vec<&Line>, Vec<&Line>) = own.partition(|line| offset.contains(&line.payout_id));
    let ids = |lines: Vec<&Line>| -> Vec<CommissionId> {
        lines.into_iter().map(|line| CommissionId::from_uuid(line.item_id.uuid())).collect()
    };
    payouts::move_commissions(tx, &ids(taken), &[CommissionStatus::Approved], CommissionStatus::InPayout)?;
    payouts::move_commissions(tx, &ids(closed), &[CommissionStatus::Approved], CommissionStatus::Paid)
}

fn reserve(payout: &Payout, now: Instant) -> Transfer {
    Transfer {
        cause_id: AnyId::from_uuid(payout.id.uuid()),
        kind: TransferKind::Reserve,
        referrer_id: payout.referrer_id,
        currency: payout.currency,
        from_account: Account::Ready,
        to_account: Account::InTransit,
        amount: payout.amount,
        posted_at: now,
    }
}
