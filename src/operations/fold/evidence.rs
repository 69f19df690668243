//! What the evidence of a slice points to: codes, clicks, named customers and their referrers, read
//! in one query each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::state::Evidence;
use crate::db::clicks::{self, ClickRow};
use crate::db::referrers::{self, CodeRow, Referrer};
use crate::db::types::Json;
use crate::db::{DbResult, Tx, customers};
use crate::domain::attribution::{ClickStanding, CodeStanding, HintStanding};
use crate::domain::click::click_named_by;
use crate::domain::code::{Code, Skeleton};
use crate::domain::customer::{CustomerKey, Metadata};
use crate::domain::id::{CodeId, CustomerId, ProgramId, ReferrerId, VisitorId};
use crate::domain::instant::Instant;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};
use crate::domain::sale::Hint;

/// A visitor's clicks beyond this many are not weighed: no person clicks that often in a window.
const CLICKS_MAX: usize = 50;

/// Everything the evidence of a slice points to.
#[derive(Default)]
pub(super) struct Board {
    codes: HashMap<Skeleton, CodeRow>,
    linked: HashMap<CodeId, CodeRow>,
    clicks: HashMap<crate::domain::id::ClickId, ClickRow>,
    visits: HashMap<VisitorId, Vec<ClickRow>>,
    named: HashMap<CustomerKey, CustomerId>,
    referrers: HashMap<ReferrerId, Referrer>,
    of_customer: HashMap<CustomerId, ReferrerId>,
    /// Named customers who are no referrers yet; enrolled as invited if they win.
    prospects: HashMap<ReferrerId, Referrer>,
}

impl Board {
    /// Reads what `evidence` points to; `also` are referrers of referrals and decisions.
    pub(super) fn read(
        tx: &mut Tx<'_>,
        evidence: &[Evidence<'_>],
        also: &[ReferrerId],
        clicks_since: Instant,
        program: ProgramId,
        now: Instant,
    ) -> DbResult<Self> {
        let mut board = Self::default();
        board.read_codes(tx, evidence)?;
        board.read_clicks(tx, evidence, clicks_since)?;
        board.read_named(tx, evidence)?;
        let links = board.codes.values().chain(board.linked.values());
        let wanted: BTreeSet<ReferrerId> = links.map(|code| code.referrer_id).chain(also.iter().copied()).collect();
        if !wanted.is_empty() {
            let ids: Vec<ReferrerId> = wanted.into_iter().collect();
            board.referrers.extend(referrers::find_all(tx, &ids)?.into_iter().map(|row| (row.id, row)));
        }
        board.prospect(program, now);
        Ok(board)
    }

    fn read_codes(&mut self, tx: &mut Tx<'_>, evidence: &[Evidence<'_>]) -> DbResult<()> {
        let typed = evidence.iter().flat_map(|evidence| evidence.codes).filter_map(|text| Code::fold(text));
        let skeletons: BTreeSet<Skeleton> = typed.map(|code| code.skeleton()).collect();
        if skeletons.is_empty() {
            return Ok(());
        }
        let skeletons: Vec<Skeleton> = skeletons.into_iter().collect();
        let rows = referrers::codes_by_skeleton(tx, &skeletons)?;
        self.codes = rows.into_iter().filter_map(|row| Code::fold(&row.code).map(|code| (code.skeleton(), row))).collect();
        Ok(())
    }

    fn read_clicks(&mut self, tx: &mut Tx<'_>, evidence: &[Evidence<'_>], since: Instant) -> DbResult<()> {
        let named: BTreeSet<_> = evidence.iter().filter_map(|evidence| evidence.reference).filter_map(click_named_by).collect();
        if named.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = named.into_iter().collect();
        let found = clicks::find_all(tx, &ids)?;
        let visitors: BTreeSet<VisitorId> = found.iter().map(|click| click.visitor).collect();
        let visitors: Vec<VisitorId> = visitors.into_iter().collect();
        for click in clicks::of_visitors(tx, &visitors, since)? {
            self.visits.entry(click.visitor).or_default().push(click);
        }
        self.clicks = found.into_iter().map(|click| (click.id, click)).collect();
        let codes: BTreeSet<CodeId> =
            self.clicks.values().chain(self.visits.values().flatten()).map(|click| click.code_id).collect();
        let codes: Vec<CodeId> = codes.into_iter().collect();
        self.linked = referrers::codes_by_id(tx, &codes)?.into_iter().map(|code| (code.id, code)).collect();
        Ok(())
    }

    fn read_named(&mut self, tx: &mut Tx<'_>, evidence: &[Evidence<'_>]) -> DbResult<()> {
        let hinted = evidence.iter().filter_map(|evidence| evidence.hint);
        let keys: BTreeSet<CustomerKey> =
            hinted.filter_map(|hint| if let Hint::Key(key) = hint { Some(key.clone()) } else { None }).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<CustomerKey> = keys.into_iter().collect();
        self.named = customers::find_keys(tx, &keys)?.into_iter().map(|row| (row.key(), row.customer_id)).collect();
        let ids: Vec<CustomerId> = self.named.values().copied().collect();
        for referrer in referrers::of_customers(tx, &ids)? {
            self.of_customer.insert(referrer.customer_id, referrer.id);
            self.referrers.insert(referrer.id, referrer);
        }
        Ok(())
    }

    fn prospect(&mut self, program_id: ProgramId, now: Instant) {
        for customer in self.named.values() {
            if self.of_customer.contains_key(customer) {
                continue;
            }
            let id = ReferrerId::new(now);
            let metadata = Json(Metadata::new());
            let status = ReferrerStatus::Invited;
            let prospect =
                Referrer { id, program_id, customer_id: *customer, status, metadata, created_at: now, erased_at: None };
            self.of_customer.insert(*customer, id);
            self.prospects.insert(id, prospect);
        }
    }

    /// Every enrolled referrer that the evidence points to, ascending.
    pub(super) fn known_referrers(&self) -> Vec<ReferrerId> {
        self.referrers.keys().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Takes over referrers as they stand under their locks.
    pub(super) fn relock(&mut self, rows: Vec<Referrer>) {
        self.referrers.extend(rows.into_iter().map(|row| (row.id, row)));
    }

    /// A referrer of this slice, enrolled or about to be invited.
    pub(super) fn referrer(&self, id: ReferrerId) -> Option<&Referrer> {
        self.referrers.get(&id).or_else(|| self.prospects.get(&id))
    }

    /// Enrols a named customer as invited; nothing if he is a referrer already.
    pub(super) fn invite(&mut self, id: ReferrerId) -> Option<Referrer> {
        let prospect = self.prospects.remove(&id)?;
        self.referrers.insert(id, prospect.clone());
        Some(prospect)
    }

    /// Those whom codes, clicks and names point to, and `introducers`, with the customers they are.
    pub(super) fn earners(&self, introducers: &[ReferrerId]) -> BTreeMap<ReferrerId, CustomerId> {
        let linked = self.codes.values().chain(self.linked.values()).map(|code| code.referrer_id);
        let ids = linked.chain(self.of_customer.values().copied()).chain(introducers.iter().copied());
        ids.filter_map(|id| self.referrer(id).map(|referrer| (id, referrer.customer_id))).collect()
    }

    /// Whether `buyer` is the referrer himself.
    pub(super) fn own(&self, id: ReferrerId, buyer: Option<CustomerId>) -> bool {
        buyer.is_some() && self.referrer(id).map(|referrer| referrer.customer_id) == buyer
    }

    pub(super) fn paused(&self, id: ReferrerId) -> bool {
        self.referrers.get(&id).is_some_and(|referrer| referrer.status == ReferrerStatus::Paused)
    }

    pub(super) fn codes(&self, typed: &[String], buyer: Option<CustomerId>) -> Vec<Option<CodeStanding>> {
        let find = |text: &String| Code::fold(text).and_then(|code| self.codes.get(&code.skeleton()));
        typed.iter().map(|text| find(text).and_then(|row| self.standing(row, buyer))).collect()
    }

    /// The named click and the same visitor's clicks in the window that ends at `until`.
    pub(super) fn clicks(
        &self,
        reference: Option<&str>,
        buyer: Option<CustomerId>,
        from: Instant,
        until: Instant,
    ) -> Vec<ClickStanding> {
        let Some(named) = reference.and_then(click_named_by).and_then(|id| self.clicks.get(&id)) else { return Vec::new() };
        let visits = self.visits.get(&named.visitor).map_or(&[][..], Vec::as_slice);
        let inside: Vec<&ClickRow> = visits.iter().filter(|click| click.at >= from && click.at <= until).collect();
        let newest = inside.iter().skip(inside.len().saturating_sub(CLICKS_MAX));
        let mut chosen: Vec<&ClickRow> = newest.copied().collect();
        if !chosen.iter().any(|click| click.id == named.id) {
            chosen.push(named);
        }
        let standing = |click: &&ClickRow| {
            let link = self.standing(self.linked.get(&click.code_id)?, buyer)?;
            Some(ClickStanding { id: click.id, at: click.at, link, embedded: click.embedded })
        };
        chosen.iter().filter_map(standing).collect()
    }

    pub(super) fn hint(&self, hint: Option<&Hint>, buyer: Option<CustomerId>) -> Option<HintStanding> {
        let customer = match hint? {
            Hint::Name(_) => None,
            Hint::Key(key) => self.named.get(key).copied(),
        };
        let referrer_id = customer.and_then(|customer| self.of_customer.get(&customer)).copied();
        let paused = referrer_id.is_some_and(|id| self.paused(id));
        Some(HintStanding { referrer_id, paused, own: customer.is_some() && customer == buyer })
    }

    fn standing(&self, row: &CodeRow, buyer: Option<CustomerId>) -> Option<CodeStanding> {
        let referrer = self.referrers.get(&row.referrer_id)?;
        Some(CodeStanding {
            code: Code::fold(&row.code)?,
            referrer_id: row.referrer_id,
            retired: row.status == CodeStatus::Retired,
            paused: referrer.status == ReferrerStatus::Paused,
            own: buyer == Some(referrer.customer_id),
        })
    }
}
