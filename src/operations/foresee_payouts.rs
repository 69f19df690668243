//! What a batch begun now would do with the next few people: pay them, and by which rail, or leave them, and why.
//! By their balances alone, so that it costs the same however many items each is made of; the batch itself looks at
//! every item under lock.

use crate::db::payout_methods::{self, Method};
use crate::db::{Conn, DbFault, DbResult, payout_desk, referrers, terms};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{NotPaidReason, Rail, Waiting};
use crate::domain::payout_rules::Payee;
use crate::domain::referrer::ReferrerStatus;

/// Somebody whom a batch would pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payable {
    /// Who.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units.
    pub amount: i64,
    /// How it would leave.
    pub rail: Rail,
}

/// Somebody whom a batch would leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// Who.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units; negative when refunds outran earnings.
    pub amount: i64,
    /// Why.
    pub reason: NotPaidReason,
}

/// What would happen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// Who would be paid.
    pub pays: Vec<Payable>,
    /// Who would not.
    pub blocked: Vec<Blocked>,
    /// The last one looked at, when there are more.
    pub next: Option<ReferrerId>,
}

/// Looks at up to `most` balances after those of `after`; with `sweep` small rests are paid too.
///
/// # Errors
/// What the database reports.
pub fn foresee_payouts(
    conn: &mut Conn<'_>,
    now: Instant,
    sweep: bool,
    after: Option<ReferrerId>,
    most: i64,
) -> DbResult<Foreseen> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let rules = &program.current().ok_or(DbFault::NotFound)?.terms;
    let (rows, next) = whole_people(payout_desk::ready_after(conn, after, most + 1)?, most, |(id, ..)| *id);
    let mut ids: Vec<ReferrerId> = rows.iter().map(|(id, ..)| *id).collect();
    ids.dedup();
    let mut paused: Vec<ReferrerId> = referrers::find_all(conn, &ids)?
        .into_iter()
        .filter(|row| row.status == ReferrerStatus::Paused)
        .map(|row| row.id)
        .collect();
    paused.sort_unstable();
    let methods = payout_methods::of(conn, &ids)?;
    let mut foreseen = Foreseen { next, ..Foreseen::default() };
    for (referrer_id, currency, amount) in rows {
        let method = methods.iter().find(|row| row.referrer_id == referrer_id).map(Method::standing);
        let payee = Payee { paused: paused.binary_search(&referrer_id).is_ok(), ready: amount, method };
        let waiting = Waiting { counted: amount, any: true, total: amount };
        match rules.leaves(&waiting, currency, &payee, sweep, now) {
            Ok(rail) => foreseen.pays.push(Payable { referrer_id, currency, amount, rail }),
            Err(reason) => foreseen.blocked.push(Blocked { referrer_id, currency, amount, reason }),
        }
    }
    Ok(foreseen)
}

/// As many rows as end between two people, and the last of them when there are more; `who` says whose a row is.
pub fn whole_people<T>(mut rows: Vec<T>, most: i64, who: impl Fn(&T) -> ReferrerId) -> (Vec<T>, Option<ReferrerId>) {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let Some(cut) = rows.get(most).map(&who) else { return (rows, None) };
    let whole = rows.iter().take_while(|row| who(row) != cut).count();
    // Nobody has money in more currencies than a page has rows.
    rows.truncate(if whole > 0 { whole } else { most });
    let last = rows.last().map(who);
    (rows, last)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::db::payout_desk::Ready;

    #[test]
    fn a_page_ends_between_two_people() {
        let row =
            |id: u128, code: &str| (ReferrerId::from_uuid(Uuid::from_u128(id)), Currency::parse(code).expect("a currency"), 1);
        let who = |row: &Ready| row.0;
        let rows = vec![row(1, "EUR"), row(2, "EUR"), row(2, "USD"), row(3, "EUR")];
        let (page, next) = whole_people(rows.clone(), 2, who);
        assert_eq!((page.len(), next), (1, Some(rows[0].0)), "the second one's currencies stay together");
        let (page, next) = whole_people(rows.clone(), 3, who);
        assert_eq!((page.len(), next), (3, Some(rows[1].0)));
        assert_eq!(whole_people(rows.clone(), 4, who), (rows, None));
    }
}
