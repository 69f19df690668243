//! Takes over an account of another referral program: the referrer, his old codes, whom he introduced
//! for good, and what he is still owed. Nobody is written to, and doing it again changes nothing.

use super::enroll_referrer::{Enrolled, Enrolment, enroll_quietly};
use super::issue_code::{self, CodeWish, Issued};
use super::pause_referrer::pause_referrer;
use super::post_adjustment::{Outcome, Request, post_adjustment};
use super::resolve_customers::resolve;
use crate::db::columns::Together;
use crate::db::commissions::{self, ReferralRow};
use crate::db::{DbFault, DbResult, Tx, imports, referrers, terms};
use crate::domain::code::Code;
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{AdjustmentId, ReferralId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::intake::programs::{Account, Product};
use crate::domain::money::{ByCurrency, Money};
use crate::domain::payout::AdjustmentKind;

/// What was taken over now; what had been before is not counted again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Whether he was no referrer here before.
    pub new: bool,
    /// Codes that are his now.
    pub codes: usize,
    /// Codes that somebody else has, or that look like somebody else's.
    pub taken: Vec<Code>,
    /// Customers that he introduced.
    pub friends: usize,
    /// Customers that another has introduced, or who is himself.
    pub kept: usize,
    /// What is owed to him from now on.
    pub opened: ByCurrency,
}

/// Takes one account over.
///
/// # Errors
/// What the database reports.
pub fn take_over(tx: &mut Tx<'_>, now: Instant, product: Product, account: &Account, actor: &str) -> DbResult<TakenOver> {
    let mut done = TakenOver::default();
    let skeletons: Vec<_> = account.codes.iter().map(Code::skeleton).collect();
    let held = referrers::codes_by_skeleton(tx, &skeletons)?;
    let free = account
        .codes
        .iter()
        .find(|code| !held.iter().any(|known| Code::fold(&known.code).is_some_and(|known| known.skeleton() == code.skeleton())));
    let wish = Enrolment { customer: account.facts.clone(), code: free.cloned(), invite: false };
    let Enrolled::Done { referrer, new } = enroll_quietly(tx, now, &wish)? else { return Err(DbFault::NotFound) };
    done.new = new;
    done.codes = usize::from(free.is_some());
    for code in account.codes.iter().filter(|code| Some(*code) != free) {
        let wish = CodeWish { referrer_id: referrer.id, code: Some(code.clone()), destination: None };
        match issue_code::add(tx, now, &wish)? {
            Issued::New(_) => done.codes += 1,
            Issued::Owned(_) => {}
            Issued::Taken | Issued::Unknown | Issued::Refused(_) => done.taken.push(code.clone()),
        }
    }
    if account.paused {
        pause_referrer(tx, now, actor, referrer.id)?;
    }
    for (currency, amount) in account.owed.iter().filter(|(_, amount)| **amount > 0) {
        // The mark stands for the posting: both are written, or neither.
        if imports::open_once(tx, product.name(), &account.key, *currency, AdjustmentId::new(now), now)? {
            let request = Request {
                referrer_id: referrer.id,
                kind: AdjustmentKind::Open,
                amount: Money { amount: *amount, currency: *currency },
                reason: format!("Opening balance from {}", product.name()),
                actor: actor.to_owned(),
            };
            if matches!(post_adjustment(tx, now, &request)?, Outcome::Posted(_)) {
                done.opened.insert(*currency, *amount);
            }
        }
    }
    Ok(done)
}

/// Notes whom the account introduced; call it after [`take_over`], in a transaction of its own.
///
/// # Errors
/// What the database reports.
pub fn take_over_friends(tx: &mut Tx<'_>, now: Instant, account: &Account) -> DbResult<TakenOver> {
    let mut done = TakenOver::default();
    let all: Vec<Option<&CustomerFacts>> = std::iter::once(&account.facts).chain(&account.friends).map(Some).collect();
    let people = resolve(tx, now, &all, &[])?;
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let mut ids = people.of.iter().copied().flatten();
    let Some(own) = ids.next() else { return Ok(done) };
    let Some(referrer) = referrers::of_customers(tx, &[own])?.pop() else { return Err(DbFault::NotFound) };
    let friends: std::collections::BTreeSet<_> = ids.collect();
    let wanted: Vec<_> = friends.iter().copied().collect();
    let standing = commissions::referrals_of(tx, &wanted)?;
    let mut rows = Vec::new();
    for customer_id in friends {
        match standing.iter().find(|row| row.customer_id == customer_id) {
            Some(row) if row.referrer_id == referrer.id => continue,
            Some(_) => done.kept += 1,
            None if customer_id == own => done.kept += 1,
            None => rows.push(ReferralRow {
                id: ReferralId::new(now),
                program_id: program.id,
                customer_id,
                referrer_id: referrer.id,
                code: None,
                terms_version: program.current().map_or(1, |current| current.version),
                // The sale that made it is in the other program's books.
                sale_id: SaleId::from_uuid(uuid::Uuid::nil()),
                since: now,
                created_at: now,
                ended_at: None,
            }),
        }
    }
    done.friends = rows.len();
    let mut together = Together::default();
    together.add(&rows);
    together.write(tx)?;
    Ok(done)
}
