//! The money check: every cent that is owed and does not move, with why and since when. What moves
//! (inside its hold, under way, ready and fresh) is summed beside it, and both together are what the
//! balances say is owed, so that nothing can be forgotten unseen.

mod written;

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

pub use written::MoneyPages;

use crate::db::check::Span;
use crate::db::money_check::{self as money, Owed};
use crate::db::open_items::{Whose, open_items};
use crate::db::payout_methods::{self, Method};
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, reports, terms};
use crate::domain::id::{BatchId, ConnectionId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::money_check::{
    HOLD_OVERDUE_DAYS, NOT_APPROVED_DAYS, NOT_SETTLED_DAYS, Ready, Reason, Step, Stuck, negative_since, silent_since,
};
use crate::domain::payout::{ItemKind, NotPaidReason, PayoutStatus, Waiting};
use crate::domain::payout_rules::Payee;
use crate::domain::program::Terms;

/// Referrers per page.
const PAGE: i64 = 500;

const DAY_SECONDS: i64 = 86_400;

/// Money that does not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Why.
    pub reason: Reason,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// His name, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units; below 0 when refunds outran earnings.
    pub amount: i64,
    /// Since when.
    pub since: Instant,
    /// Whole days since then.
    pub age_days: i64,
    /// In which batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// In which payout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_id: Option<PayoutId>,
}

/// Sums by account. Minor units of one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ByAccount {
    /// Inside the return window.
    pub on_hold: i64,
    /// Waiting for a payout.
    pub ready: i64,
    /// Reserved by a payout.
    pub in_transit: i64,
}

/// Both sides in one currency. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sides {
    /// ISO 4217.
    pub currency: Currency,
    /// What the balances say is owed.
    pub owed: ByAccount,
    /// What would be owed if the owner so decided; in no balance.
    pub held: i64,
    /// The sum of all lines.
    pub not_moving: i64,
    /// What moves, added up from commissions, open items and payouts.
    pub moving: ByAccount,
    /// What is owed and held, less both; 0 unless something is forgotten.
    pub difference: i64,
}

/// What one reason amounts to in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReasonSum {
    /// Why.
    pub reason: Reason,
    /// ISO 4217.
    pub currency: Currency,
    /// How many lines.
    pub count: i64,
    /// Minor units.
    pub amount: i64,
    /// Since when the oldest.
    pub since: Instant,
}

/// A storefront that used to send and does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Silent {
    /// The connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub name: String,
    /// When it last sent.
    pub since: Instant,
    /// Whole days since then.
    pub age_days: i64,
}

/// What the lines come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether everything moves, and both sides agree.
    pub nothing_forgotten: bool,
    /// By reason and currency.
    pub by_reason: Vec<ReasonSum>,
    /// By currency.
    pub currencies: Vec<Sides>,
    /// Held orders whose referrer is not known yet, so that no sum is.
    pub held_without_amount: i64,
    /// Storefronts that fell silent.
    pub silent: Vec<Silent>,
}

/// What was found so far.
pub(super) struct Check {
    now: Instant,
    settle_days: i64,
    rules: Terms,
    sides: BTreeMap<Currency, Sides>,
    reasons: BTreeMap<(Reason, Currency), ReasonSum>,
}

/// All lines added up, on one view of the ledger.
///
/// # Errors
/// What the database reports.
pub fn check_money(conn: &mut Conn<'_>, now: Instant) -> DbResult<Summary> {
    list_money(conn, now, 0).map(|(_, summary)| summary)
}

/// The `most` lines that have stood longest, and all lines added up, on one view of the ledger.
///
/// # Errors
/// What the database reports.
pub fn list_money(conn: &mut Conn<'_>, now: Instant, most: usize) -> DbResult<(Vec<Line>, Summary)> {
    let mut check = Check::new(conn, now, NOT_SETTLED_DAYS)?;
    let (mut oldest, mut after): (Vec<Line>, _) = (Vec::new(), None);
    loop {
        let (lines, last) = check.page(conn, after)?;
        if most > 0 {
            oldest.extend(lines);
            oldest.sort_by_key(|line| line.since);
            oldest.truncate(most);
        }
        if last.is_none() {
            return Ok((oldest, check.summary(conn)?));
        }
        after = last;
    }
}

impl Check {
    pub(super) fn new(conn: &mut Conn<'_>, now: Instant, settle_days: i64) -> DbResult<Self> {
        let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
        let rules = program.current().map(|version| version.terms.clone()).unwrap_or_default();
        Ok(Self { now, settle_days, rules, sides: BTreeMap::new(), reasons: BTreeMap::new() })
    }

    /// The lines of the next referrers after `after`, and the last of them if there may be more.
    pub(super) fn page(&mut self, conn: &mut Conn<'_>, after: Option<ReferrerId>) -> DbResult<(Vec<Line>, Option<ReferrerId>)> {
        let ids = reports::referrers_page(conn, after, PAGE)?;
        let Some(last) = ids.last().copied() else { return Ok((Vec::new(), None)) };
        let span = Span { above: after, upto: Some(last) };
        let owed = money::owed(conn, span)?;
        for row in &owed {
            let account = &mut self.sides(row.currency).owed;
            account.on_hold += row.on_hold;
            account.ready += row.ready;
            account.in_transit += row.in_transit;
        }
        let mut lines = Vec::new();
        self.on_hold(conn, span, &mut lines)?;
        self.ready(conn, span, &owed, &mut lines)?;
        self.in_transit(conn, span, &mut lines)?;
        for (referrer, currency, amount, _, since) in reports::held(conn, span)? {
            self.sides(currency).held += amount;
            lines.push(self.line(Stuck::HeldWithoutDecision, (referrer, currency, amount), since.unwrap_or(self.now)));
        }
        self.name(conn, &mut lines)?;
        let full = i64::try_from(ids.len()).unwrap_or(0) == PAGE;
        Ok((lines, full.then_some(last)))
    }

    fn on_hold(&mut self, conn: &mut Conn<'_>, span: Span<ReferrerId>, lines: &mut Vec<Line>) -> DbResult<()> {
        let (overdue, in_time) = money::pending(conn, span, self.now.plus_days(-HOLD_OVERDUE_DAYS))?;
        for (referrer, currency, amount, due) in overdue {
            lines.push(self.line(Stuck::HoldOverdue, (referrer, currency, amount), due.unwrap_or(self.now)));
        }
        for (_, currency, amount, _) in in_time {
            self.sides(currency).moving.on_hold += amount;
        }
        Ok(())
    }

    fn ready(&mut self, conn: &mut Conn<'_>, span: Span<ReferrerId>, owed: &[Owed], lines: &mut Vec<Line>) -> DbResult<()> {
        let paused = money::paused(conn, span)?;
        let mut waiting: BTreeMap<(ReferrerId, Currency), (Waiting, Instant)> = BTreeMap::new();
        let mut open: HashSet<(ItemKind, AnyId)> = HashSet::new();
        for item in open_items(conn, Whose::Between(span.above, span.upto))? {
            let (sum, since) = waiting.entry((item.referrer_id, item.currency)).or_insert((Waiting::default(), self.now));
            open.insert((item.kind, item.id));
            sum.add(item.amount, true);
            if item.amount > 0 {
                *since = item.since.min(*since);
            }
        }
        let mut came_back: BTreeMap<(ReferrerId, Currency), (Stuck, Instant)> = BTreeMap::new();
        for (kind, id, referrer, currency, status, at) in money::came_back(conn, span)? {
            // What was paid since is no open item.
            if !open.contains(&(kind, id)) {
                continue;
            }
            let why = if status == PayoutStatus::Failed { Stuck::PayoutFailed } else { Stuck::PayoutReturned };
            let at = at.unwrap_or(self.now);
            let known = came_back.entry((referrer, currency)).or_insert((why, at));
            if known.1 < at {
                *known = (why, at);
            }
        }
        let ready: BTreeMap<(ReferrerId, Currency), i64> =
            owed.iter().map(|row| ((row.referrer_id, row.currency), row.ready)).collect();
        let debts = self.debts(conn, owed)?;
        let mut ids: Vec<ReferrerId> = waiting.keys().map(|(referrer, _)| *referrer).collect();
        ids.dedup();
        let methods: BTreeMap<ReferrerId, Method> =
            payout_methods::of(conn, &ids)?.into_iter().map(|row| (row.referrer_id, row)).collect();
        for ((referrer, currency), (sum, since)) in waiting {
            let key = (referrer, currency);
            let payee = Payee {
                paused: paused.binary_search(&referrer).is_ok(),
                ready: ready.get(&key).copied().unwrap_or(0),
                method: methods.get(&referrer).map(Method::standing),
            };
            // What the next batch would do, for everything counts.
            let left = self.rules.leaves(&sum, currency, &payee, false, self.now).err();
            let stands = Ready { left, came_back: came_back.get(&key).copied(), since };
            let whose = (referrer, currency, sum.total);
            match (stands.stuck(self.now), debts.get(&key)) {
                _ if sum.total == 0 => {}
                (_, Some(since)) if sum.total < 0 => {
                    lines.push(self.line(Reason::Left(NotPaidReason::NegativeBalance), whose, *since));
                }
                (Some((reason, since)), _) => lines.push(self.line(reason, whose, since)),
                (None, _) => self.sides(currency).moving.ready += sum.total,
            }
        }
        Ok(())
    }

    /// Since when those who owe the shop something do.
    fn debts(&self, conn: &mut Conn<'_>, owed: &[Owed]) -> DbResult<BTreeMap<(ReferrerId, Currency), Instant>> {
        let mut ids: Vec<ReferrerId> = owed.iter().filter(|row| row.ready < 0).map(|row| row.referrer_id).collect();
        ids.dedup();
        let mut steps: BTreeMap<(ReferrerId, Currency), Vec<Step<()>>> = BTreeMap::new();
        for (referrer, currency, at, amount, _) in money::steps_of_ready(conn, &ids)? {
            steps.entry((referrer, currency)).or_default().push((at, amount, ()));
        }
        Ok(steps.into_iter().filter_map(|(key, steps)| negative_since(&steps).map(|(at, ())| (key, at))).collect())
    }

    fn in_transit(&mut self, conn: &mut Conn<'_>, span: Span<ReferrerId>, lines: &mut Vec<Line>) -> DbResult<()> {
        for payout in money::under_way(conn, span)? {
            let (why, since, days) = match payout.approved_at {
                None => (Stuck::BatchNotApproved, payout.created_at, NOT_APPROVED_DAYS),
                Some(approved) => (Stuck::PayoutNotSettled, approved, self.settle_days),
            };
            if since.plus_days(days) > self.now {
                self.sides(payout.currency).moving.in_transit += payout.amount;
                continue;
            }
            let line = self.line(why, (payout.referrer_id, payout.currency, payout.amount), since);
            lines.push(Line { batch_id: Some(payout.batch_id), payout_id: Some(payout.id), ..line });
        }
        Ok(())
    }

    fn sides(&mut self, currency: Currency) -> &mut Sides {
        let (owed, moving) = (ByAccount::default(), ByAccount::default());
        self.sides.entry(currency).or_insert(Sides { currency, owed, held: 0, not_moving: 0, moving, difference: 0 })
    }

    /// Counts a line.
    fn line(&mut self, reason: impl Into<Reason>, whose: (ReferrerId, Currency, i64), since: Instant) -> Line {
        let (referrer_id, currency, amount) = whose;
        let reason = reason.into();
        self.sides(currency).not_moving += amount;
        let empty = ReasonSum { reason, currency, count: 0, amount: 0, since };
        let sum = self.reasons.entry((reason, currency)).or_insert(empty);
        sum.count += 1;
        sum.amount += amount;
        sum.since = sum.since.min(since);
        let age_days = age(since, self.now);
        Line { reason, referrer_id, name: None, currency, amount, since, age_days, batch_id: None, payout_id: None }
    }

    fn name(&self, conn: &mut Conn<'_>, lines: &mut [Line]) -> DbResult<()> {
        lines.sort_by_key(|line| (line.referrer_id, line.currency));
        let mut ids: Vec<ReferrerId> = lines.iter().map(|line| line.referrer_id).collect();
        ids.dedup();
        let names: BTreeMap<ReferrerId, Option<String>> = reports::names(conn, &ids)?.into_iter().collect();
        lines.iter_mut().for_each(|line| line.name = names.get(&line.referrer_id).cloned().flatten());
        Ok(())
    }

    pub(super) fn summary(&self, conn: &mut Conn<'_>) -> DbResult<Summary> {
        let (held_without_amount, _) = money::without_amount(conn)?;
        let silent = |(connection_id, name, sent)| {
            let since = silent_since(sent, self.now)?;
            Some(Silent { connection_id, name, since, age_days: age(since, self.now) })
        };
        let silent: Vec<Silent> = money::rhythms(conn)?.into_iter().filter_map(silent).collect();
        let all = |sums: &ByAccount| sums.on_hold + sums.ready + sums.in_transit;
        let judged =
            |side: &Sides| Sides { difference: all(&side.owed) + side.held - side.not_moving - all(&side.moving), ..*side };
        let currencies: Vec<Sides> = self.sides.values().map(judged).collect();
        let agree = currencies.iter().all(|side| side.difference == 0);
        Ok(Summary {
            nothing_forgotten: agree && self.reasons.is_empty() && held_without_amount == 0 && silent.is_empty(),
            by_reason: self.reasons.values().copied().collect(),
            currencies,
            held_without_amount,
            silent,
        })
    }
}

const fn age(since: Instant, now: Instant) -> i64 {
    let seconds = now.seconds() - since.seconds();
    if seconds < 0 { 0 } else { seconds / DAY_SECONDS }
}
