//! Puts a batch together for the next few referrers: reads what is open under the locks that keep it so,
//! asks the law, reserves what can be paid and lists who is left out. Whoever gets on with a batch moves
//! its mark, so two that do it at once never do the same slice twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::db::ledger::{self, Transfer};
use crate::db::open_items::{OpenItem, Whose, next_with_money, open_commissions_of, open_items};
use crate::db::outbox::{NewEvent, note_events};
use crate::db::payout_batches::{self, Batch};
use crate::db::payout_methods::{self, Method};
use crate::db::payouts::{self, Line, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, referrers, terms};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{BatchId, CommissionId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, ItemKind, NotPaid, PayoutStatus, Rail, Waiting, counts};
use crate::domain::payout_rules::Payee;
use crate::domain::program::Terms;
use crate::domain::referrer::ReferrerStatus;

/// Referrers per slice: with ten commissions each some 50 ms of work, and a sale waits no longer.
pub const SLICE: i64 = 100;

type Key = (ReferrerId, Currency);

/// What is open, read while nobody can change it.
struct Open {
    groups: BTreeMap<Key, Vec<OpenItem>>,
    ready: HashMap<Key, i64>,
    paused: HashSet<ReferrerId>,
    methods: HashMap<ReferrerId, Method>,
    locked: HashSet<CommissionId>,
}

/// What the slice will write.
#[derive(Default)]
struct Plan {
    payouts: Vec<Payout>,
    lines: Vec<Line>,
    not_paid: Vec<NotPaid>,
}

/// Prepares the next slice of a batch; returns whether there may be more to do.
///
/// # Errors
/// What the database reports.
pub fn prepare_slice(tx: &mut Tx<'_>, now: Instant, id: BatchId) -> DbResult<bool> {
    let Some(seen) = payout_batches::find(tx, id)? else { return Ok(false) };
    if seen.status != BatchStatus::Preparing {
        return Ok(false);
    }
    let ids = next_with_money(tx, seen.prepared_to, SLICE)?;
    let rows = referrers::lock(tx, &ids)?;
    let Some(mut batch) = payout_batches::lock(tx, id)? else { return Ok(false) };
    if (batch.status, batch.prepared_to) != (seen.status, seen.prepared_to) {
        // Somebody else has done this slice.
        return Ok(batch.status == BatchStatus::Preparing);
    }
    batch.touched_at = now;
    let Some(last) = ids.last() else {
        finish(tx, now, batch)?;
        return Ok(false);
    };
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let rules = program.versions.iter().find(|version| version.version == batch.terms_version).ok_or(DbFault::NotFound)?;
    let paused = rows.iter().filter(|row| row.status == ReferrerStatus::Paused).map(|row| row.id).collect();
    let open = read_open(tx, &ids, paused)?;
    let plan = plan(&open, &rules.terms, &batch, now);
    payouts::insert(tx, &plan.payouts, &plan.lines)?;
    payout_batches::leave_out(tx, batch.id, &plan.not_paid)?;
    take_commissions(tx, &plan.payouts, &plan.lines)?;
    let moving = plan.payouts.iter().filter(|payout| payout.rail != Rail::Offset);
    ledger::post(tx, moving.map(|payout| reserve(payout, now)).collect())?;
    batch.prepared_to = Some(*last);
    payout_batches::update(tx, &batch)?;
    Ok(true)
}

fn finish(tx: &mut Tx<'_>, now: Instant, mut batch: Batch) -> DbResult<()> {
    let totals = payout_batches::totals(tx, &[batch.id])?;
    let payouts: i64 = totals.iter().map(|total| total.payouts).sum();
    // What a schedule made for nobody needs no approval.
    let for_nobody = batch.scheduled_for.is_some() && totals.iter().all(|total| total.rail == Rail::Offset);
    batch.status = if for_nobody { BatchStatus::Done } else { BatchStatus::Prepared };
    batch.prepared_to = None;
    payout_batches::update(tx, &batch)?;
    let not_paid = payout_batches::count_left_out(tx, batch.id)?;
    let event = NewEvent {
        id: EventId::new(now),
        kind: "payout_batch.prepared",
        subject_id: AnyId::from_uuid(batch.id.uuid()),
        data: Json(json!({ "payouts": payouts, "not_paid": not_paid, "cutoff": batch.cutoff })),
        created_at: now,
    };
    note_events(tx, &[event])
}

/// Reads the open items of locked referrers under the other locks that keep them as they are. A commission
/// that became open after the first look is not locked: it waits for the next batch.
fn read_open(tx: &mut Tx<'_>, ids: &[ReferrerId], paused: HashSet<ReferrerId>) -> DbResult<Open> {
    let seen = open_commissions_of(tx, ids)?;
    let commissions = payouts::lock_commissions(tx, seen)?;
    let balances = ledger::lock_balances(tx, ids.to_vec())?;
    let mut groups: BTreeMap<Key, Vec<OpenItem>> = BTreeMap::new();
    for item in open_items(tx, Whose::Of(ids))? {
        groups.entry((item.referrer_id, item.currency)).or_default().push(item);
    }
    Ok(Open {
        groups,
        ready: balances.into_iter().map(|row| ((row.referrer_id, row.currency), row.ready)).collect(),
        paused,
        methods: payout_methods::of(tx, ids)?.into_iter().map(|row| (row.referrer_id, row)).collect(),
        locked: commissions.into_iter().map(|(id, _)| id).collect(),
    })
}

fn plan(open: &Open, rules: &Terms, batch: &Batch, now: Instant) -> Plan {
    let mut plan = Plan::default();
    let cutoff = batch.bounded.then_some(batch.cutoff);
    let takes = |item: &OpenItem| {
        let locked = item.kind != ItemKind::Commission || item.commission_id.is_some_and(|id| open.locked.contains(&id));
        locked && counts(item.amount, item.since, cutoff)
    };
    for (key, items) in &open.groups {
        let (referrer_id, currency) = *key;
        let mut waiting = Waiting::default();
        items.iter().for_each(|item| waiting.add(item.amount, takes(item)));
        let ready = open.ready.get(key).copied().unwrap_or(0);
        let method = open.methods.get(&referrer_id);
        let payee = Payee { paused: open.paused.contains(&referrer_id), ready, method: method.map(Method::standing) };
        let payout = match rules.leaves(&waiting, currency, &payee, batch.sweep, now) {
            Ok(rail) => draft(batch, *key, waiting.counted, rail, method, now),
            Err(reason) => {
                let since = items.iter().map(|item| item.since).min().unwrap_or(now);
                plan.not_paid.push(NotPaid { referrer_id, currency, amount: waiting.total, reason, since });
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

fn draft(batch: &Batch, key: Key, amount: i64, rail: Rail, method: Option<&Method>, now: Instant) -> Payout {
    let id = PayoutId::new(now);
    let closes = rail == Rail::Offset;
    let method = method.filter(|_| !closes);
    Payout {
        id,
        program_id: batch.program_id,
        batch_id: batch.id,
        referrer_id: key.0,
        currency: key.1,
        amount,
        rail,
        status: if closes { PayoutStatus::Paid } else { PayoutStatus::Pending },
        idempotency_key: id.to_string(),
        reference: None,
        reason: None,
        method_version: method.map(|method| method.version),
        account: method.map(|method| method.account.clone()),
        created_at: now,
        approved_at: None,
        settled_at: closes.then_some(now),
    }
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
