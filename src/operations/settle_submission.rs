//! Books what a provider says of a request and of the payouts in it. Only a clear no releases money; what cannot be
//! told is unknown, and asked for again.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::book_fee::post as post_fee;
use super::settle_payout::{self, Outcome, book};
use super::submit_payouts::commit_requests;
use crate::db::outbox::audit;
use crate::db::payout_batches::{self, Batch};
use crate::db::payouts::Payout;
use crate::db::submissions::{self, Item, Submission};
use crate::db::types::AnyId;
use crate::db::{DbResult, IDS_PER_QUERY, Tx, jobs, referrers};
use crate::domain::id::{JobId, LeaseToken, PayoutId, ReferrerId, SubmissionId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::payout::{PayoutResult, PayoutStatus, Teller};
use crate::domain::provider::paypal::{Instruction, instructions};
use crate::domain::provider::{Asked, Fate, Sent, SubmissionStatus, Told, ToldItem, wait_to_ask, wait_to_send};
use crate::vault::Vault;

/// Who settles, in the audit log.
const ACTOR: &str = "provider";

/// What was heard of a request.
#[derive(Debug, Clone)]
pub enum News {
    /// It was sent.
    Sent {
        /// What became of that.
        outcome: Sent,
        /// Whether an earlier try may have been done.
        doubtful_before: bool,
    },
    /// It was asked for.
    Asked(Asked),
    /// It never left, and now it is too late.
    TooLate,
    /// It may have been done, and the provider can no longer be asked.
    Undecided,
    /// It could not be sent: nothing left the house.
    Kept(String),
}

/// What to book.
#[derive(Debug, Clone)]
pub struct Request {
    /// Of which request.
    pub submission_id: SubmissionId,
    /// The worker's job, and the proof that it is his.
    pub job: (JobId, LeaseToken),
    /// What was heard.
    pub news: News,
    /// What opens a refused body, so that payouts without fault go on.
    pub vault: Vault,
}

/// A request with everything locked that its news may touch.
struct Case {
    row: Submission,
    items: Vec<Item>,
    batch: Batch,
    payouts: Vec<Payout>,
}

/// Books what was heard; false if another worker has the job by now, and then nothing is.
///
/// # Errors
/// What the database reports.
pub fn settle_submission(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<bool> {
    let (job, token) = request.job;
    if !jobs::hold(tx, job, token)? {
        return Ok(false);
    }
    let Some(mut case) = lock(tx, request.submission_id)? else { return jobs::finish(tx, job, token) };
    match &request.news {
        News::Sent { outcome: Sent::Taken(number), .. } => case.taken(tx, now, number.clone())?,
        News::Sent { outcome: Sent::Refused { reason, places }, .. } => case.refused(tx, now, reason, places, &request.vault)?,
        News::Sent { outcome: Sent::NotNow(reason), doubtful_before } => case.not_now(*doubtful_before, reason),
        News::Sent { outcome: Sent::Unknown(reason), .. } => case.in_doubt(tx, reason)?,
        News::Asked(Asked::Found(told)) => case.told(tx, now, told)?,
        News::Asked(Asked::NotNow(reason)) => {
            // A hint that led nowhere must not keep us from asking by our key.
            case.row.hinted_id = None;
            case.row.error = Some(reason.clone());
        }
        News::Kept(reason) => case.row.error = Some(reason.clone()),
        News::TooLate => case.refused(tx, now, "not sent within 24 days", &[], &request.vault)?,
        News::Undecided => case.undecided(tx, now)?,
    }
    submissions::update(tx, &case.row)?;
    match case.next(now) {
        Some(at) => jobs::put_back(tx, job, token, Some(at), case.row.error.as_deref().unwrap_or_default()),
        None => jobs::finish(tx, job, token),
    }
}

fn lock(tx: &mut Tx<'_>, id: SubmissionId) -> DbResult<Option<Case>> {
    let Some(seen) = submissions::find(tx, id)? else { return Ok(None) };
    let items = submissions::items_of(tx, id)?;
    let ids: Vec<PayoutId> = items.iter().map(|item| item.payout_id).collect();
    let mut whose: Vec<ReferrerId> = submissions::referrers_of(tx, &ids)?;
    whose.sort_unstable();
    whose.dedup();
    for slice in whose.chunks(IDS_PER_QUERY) {
        referrers::lock(tx, slice)?;
    }
    let Some(batch) = payout_batches::lock(tx, seen.batch_id)? else { return Ok(None) };
    let payouts = submissions::lock_payouts(tx, ids)?;
    Ok(submissions::lock(tx, id)?.map(|row| Case { row, items, batch, payouts }))
}

impl Case {
    /// When there is something to do again.
    fn next(&self, now: Instant) -> Option<Instant> {
        match (self.row.status, self.row.first_sent_at) {
            (status, _) if !status.open() => None,
            (SubmissionStatus::Taken, Some(sent)) if self.row.provider_id.is_some() => {
                Some(now.plus_seconds(wait_to_ask(sent, now)))
            }
            _ => Some(now.plus_seconds(wait_to_send(self.row.attempts))),
        }
    }

    fn end(&mut self, status: SubmissionStatus, now: Instant) {
        self.row.status = status;
        self.row.ended_at = Some(now);
        // It will not be sent again: the addresses in it are not needed any more.
        self.row.body = None;
    }

    /// Moves those of the wanted payouts that are on their way.
    fn mark(
        &mut self,
        tx: &mut Tx<'_>,
        wanted: &dyn Fn(&Payout) -> bool,
        to: PayoutStatus,
        reason: Option<&str>,
    ) -> DbResult<()> {
        let mut moved = Vec::new();
        for payout in self.payouts.iter_mut().filter(|payout| payout.status.under_way() && payout.status != to) {
            if wanted(payout) {
                payout.status = to;
                moved.push(payout.id);
            }
        }
        submissions::mark(tx, &moved, to, reason)
    }

    fn taken(&mut self, tx: &mut Tx<'_>, now: Instant, number: Option<String>) -> DbResult<()> {
        self.row.error = number.is_none().then(|| "the provider has it, under a number that it did not tell".to_owned());
        self.row.provider_id = number.or(self.row.provider_id.take());
        self.row.status = SubmissionStatus::Taken;
        if self.row.provider_id.is_some() {
            self.row.body = None;
        }
        self.row.asked_at = Some(now);
        self.mark(tx, &|_| true, PayoutStatus::Sent, None)
    }

    fn in_doubt(&mut self, tx: &mut Tx<'_>, reason: &str) -> DbResult<()> {
        self.row.error = Some(reason.to_owned());
        if self.row.status != SubmissionStatus::Taken {
            self.mark(tx, &|_| true, PayoutStatus::Unknown, Some(reason))?;
        }
        Ok(())
    }

    /// This try did nothing; what an earlier one did is as open as before.
    fn not_now(&mut self, doubtful_before: bool, reason: &str) {
        if !doubtful_before {
            self.row.status = SubmissionStatus::Waiting;
        }
        self.row.error = Some(reason.to_owned());
    }

    fn undecided(&mut self, tx: &mut Tx<'_>, now: Instant) -> DbResult<()> {
        let reason = "the provider can no longer be asked: look it up there, then say what became of it";
        self.row.error = Some(reason.to_owned());
        self.end(SubmissionStatus::Undecided, now);
        self.mark(tx, &|_| true, PayoutStatus::Unknown, Some(reason))
    }

    /// The provider does nothing of it. Payouts at fault fail; the others go on under a new key, for one bad row
    /// must not stop the rest.
    fn refused(&mut self, tx: &mut Tx<'_>, now: Instant, reason: &str, places: &[usize], vault: &Vault) -> DbResult<()> {
        let place = Submission::seal_place(self.row.id);
        let body = self.row.body.as_ref().and_then(|sealed| vault.open(&place, sealed).ok());
        let blamed: Vec<PayoutId> = places.iter().filter_map(|place| self.items.get(*place)).map(|item| item.payout_id).collect();
        let named = !blamed.is_empty() && blamed.len() == places.len();
        let rest: Vec<Instruction> = match body.as_deref().map(instructions) {
            Some(all) if named => all.into_iter().filter(|one| !blamed.contains(&one.payout_id)).collect(),
            _ => Vec::new(),
        };
        self.row.error = Some(reason.to_owned());
        self.end(SubmissionStatus::Refused, now);
        submissions::update(tx, &self.row)?;
        let going_on: Vec<PayoutId> = rest.iter().map(|one| one.payout_id).collect();
        let failing: Vec<Payout> = self.payouts.iter().filter(|payout| !going_on.contains(&payout.id)).cloned().collect();
        self.settle(tx, now, PayoutResult::Failed, Some(reason), failing)?;
        if !rest.is_empty() {
            commit_requests(tx, now, self.row.batch_id, vault, &[&rest])?;
            // They may have been in doubt; the no told that nothing was done.
            self.payouts.retain(|payout| going_on.contains(&payout.id));
            self.mark(tx, &|_| true, PayoutStatus::Submitting, None)?;
        }
        Ok(())
    }

    /// Books what the provider tells of each payout.
    fn told(&mut self, tx: &mut Tx<'_>, now: Instant, told: &Told) -> DbResult<()> {
        self.row.asked_at = Some(now);
        self.row.error = None;
        if self.row.status == SubmissionStatus::Doubtful {
            self.row.status = SubmissionStatus::Taken;
        }
        self.row.provider_id = self.row.provider_id.take().or(self.row.hinted_id.take());
        let by_payout: HashMap<PayoutId, &ToldItem> = told.items.iter().map(|item| (item.payout_id, item)).collect();
        self.note_items(tx, now, &by_payout)?;
        // The provider has it; why that was in doubt is told no longer.
        self.mark(tx, &|_| true, PayoutStatus::Sent, None)?;
        let mut ended: BTreeMap<(PayoutResult, Option<String>), Vec<Payout>> = BTreeMap::new();
        let mut unknown = HashSet::new();
        for payout in &self.payouts {
            let item = by_payout.get(&payout.id).copied();
            match fate(payout, item, told) {
                Fate::Ended(result) => {
                    let reason = item.and_then(|item| item.reason.clone()).filter(|_| result != PayoutResult::Paid);
                    ended.entry((result, reason)).or_default().push(payout.clone());
                }
                Fate::UnderWay => {}
                Fate::Unknown => {
                    unknown.insert(payout.id);
                }
            }
        }
        if !unknown.is_empty() {
            let reason = format!("the provider's word for {} of the payouts cannot be understood", unknown.len());
            self.mark(tx, &|payout| unknown.contains(&payout.id), PayoutStatus::Unknown, Some(&reason))?;
            self.row.error = Some(reason);
        }
        for ((result, reason), rows) in ended {
            self.settle(tx, now, result, reason.as_deref(), rows)?;
        }
        if self.payouts.iter().all(|payout| payout.status.ended()) && self.row.status.open() {
            self.end(SubmissionStatus::Done, now);
        }
        Ok(())
    }

    fn note_items(&self, tx: &mut Tx<'_>, now: Instant, told: &HashMap<PayoutId, &ToldItem>) -> DbResult<()> {
        for item in &self.items {
            let Some(news) = told.get(&item.payout_id) else { continue };
            let row = Item {
                submission_id: item.submission_id,
                payout_id: item.payout_id,
                item_id: news.item_id.clone().or_else(|| item.item_id.clone()),
                item_status: Some(news.word.clone()),
                fee: news.fee.map(|(fee, _)| fee).or(item.fee),
                fee_currency: news.fee.map(|(_, currency)| currency).or(item.fee_currency),
            };
            if row != *item {
                submissions::note_item(tx, &row)?;
            }
            let payout = self.payouts.iter().find(|payout| payout.id == item.payout_id);
            if let (Some((amount, currency)), None, Some(payout)) = (news.fee, item.fee, payout)
                && amount > 0
            {
                // One that was booked by hand stands.
                post_fee(tx, now, payout, Money { amount, currency })?;
            }
        }
        Ok(())
    }

    /// Books one result on payouts, as the provider's word.
    fn settle(
        &mut self,
        tx: &mut Tx<'_>,
        now: Instant,
        result: PayoutResult,
        reason: Option<&str>,
        rows: Vec<Payout>,
    ) -> DbResult<()> {
        let request = settle_payout::Request {
            result,
            reference: self.row.provider_id.clone(),
            reason: reason.map(str::to_owned),
            actor: ACTOR.to_owned(),
        };
        let settled = book(tx, now, &mut self.batch, rows, &request, &|_| Teller::Provider)?;
        let count = settled.iter().filter(|one| one.outcome == Outcome::Settled).count();
        let refused = settled.iter().filter(|one| one.outcome == Outcome::Refused).count();
        if refused > 0 {
            // Somebody said otherwise by hand, and that was booked: people must look.
            tracing::error!(submission = %self.row.id, refused, ?result, "the provider contradicts what was settled by hand");
            self.row.error =
                Some(format!("the provider says {result:?} of {refused} payouts that were settled otherwise by hand"));
        }
        for one in settled {
            if let Some(known) = self.payouts.iter_mut().find(|payout| payout.id == one.payout.id) {
                known.status = one.payout.status;
            }
        }
        if count > 0 {
            let facts = json!({ "result": result, "payouts": count });
            audit(tx, ACTOR, "submission.settle", AnyId::from_uuid(self.row.id.uuid()), facts, now)?;
        }
        Ok(())
    }
}

/// What the provider's word means for our payout; another amount than ours is no word for it.
fn fate(payout: &Payout, item: Option<&ToldItem>, told: &Told) -> Fate {
    match item {
        Some(item) if item.amount != Some(Money { amount: payout.amount, currency: payout.currency }) => Fate::Unknown,
        Some(item) => item.fate,
        None if told.dropped => Fate::Ended(PayoutResult::Failed),
        None if told.complete => Fate::Unknown,
        None => Fate::UnderWay,
    }
}
