//! Codes as coupons: what a friend gets, and the lists of them.

use crate::db::coupons;
use crate::db::terms::Program;
use crate::db::{Conn, DbResult};
use crate::domain::commission::CommissionRule;
use crate::domain::earning::discount_for;
use crate::domain::id::CodeId;
use crate::domain::money::{Currency, Money};
use crate::domain::storefront::coupon::{Off, Wanted};

/// Codes read at a time.
const SLICE: i64 = 1_000;

/// What a friend who types a code gets under the newest terms, in a shop of `currency`: what they promise
/// for a referrer without a grade, since one coupon stands for all of a shop's buyers.
#[must_use]
pub fn friend_gets(program: Option<&Program>, currency: Option<Currency>) -> Off {
    let terms = program.and_then(Program::current).map(|current| &current.terms);
    match terms.and_then(|terms| discount_for(terms, None)) {
        Some(CommissionRule::Percent { rate }) => Off::Percent { rate: *rate },
        Some(CommissionRule::Flat { amounts }) => {
            let sum = currency.and_then(|currency| amounts.get(&currency).map(|amount| Money { amount: *amount, currency }));
            sum.map_or(Off::Nothing, |amount| Off::Flat { amount })
        }
        None => Off::Nothing,
    }
}

/// Every code that counts, as a coupon for shops that are not asked.
///
/// # Errors
/// What the database reports.
pub fn coupons_for_download(conn: &mut Conn<'_>, off: Off) -> DbResult<Vec<Wanted>> {
    let mut all = Vec::new();
    let mut after: Option<CodeId> = None;
    loop {
        let slice = coupons::active_codes(conn, after, SLICE)?;
        let Some((last, _)) = slice.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(slice.into_iter().map(|(_, code)| Wanted { code, active: true, off }));
    }
}
