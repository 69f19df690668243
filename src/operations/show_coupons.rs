//! Codes as coupons: what a friend gets, and the lists of them.

use std::collections::HashMap;

use crate::db::coupons;
use crate::db::terms::Program;
use crate::db::{Conn, DbResult, terms};
use crate::domain::commission::CommissionRule;
use crate::domain::earning::discount_for;
use crate::domain::id::CodeId;
use crate::domain::money::{Currency, Money};
use crate::domain::storefront::coupon::{Off, Wanted};

/// Codes read at a time.
const SLICE: i64 = 1_000;

/// What the friend of a referrer of the grade `tier` gets under the newest terms, in a shop of `currency`.
#[must_use]
pub fn friend_gets(program: Option<&Program>, tier: Option<&str>, currency: Option<Currency>) -> Off {
    let terms = program.and_then(Program::current).map(|current| &current.terms);
    match terms.and_then(|terms| discount_for(terms, tier)) {
        Some(CommissionRule::Percent { rate }) => Off::Percent { rate: *rate },
        Some(CommissionRule::Flat { amounts }) => {
            let sum = currency.and_then(|currency| amounts.get(&currency).map(|amount| Money { amount: *amount, currency }));
            sum.map_or(Off::Nothing, |amount| Off::Flat { amount })
        }
        None => Off::Nothing,
    }
}

/// What codes give whose referrers have a grade; nothing is read unless the terms give by grade.
///
/// # Errors
/// What the database reports.
pub fn graded_gets(conn: &mut Conn<'_>, program: Option<&Program>, currency: Option<Currency>) -> DbResult<HashMap<CodeId, Off>> {
    let discounts = program.and_then(Program::current).map_or(&[][..], |current| &current.terms.friend_discounts);
    if discounts.iter().all(|discount| discount.tiers.is_empty()) {
        return Ok(HashMap::new());
    }
    let graded = coupons::graded_codes(conn)?.into_iter();
    Ok(graded.map(|(code, tier)| (code, friend_gets(program, Some(&tier), currency))).collect())
}

/// Every code that counts, as a coupon for shops that are not asked.
///
/// # Errors
/// What the database reports.
pub fn coupons_for_download(conn: &mut Conn<'_>, currency: Option<Currency>) -> DbResult<Vec<Wanted>> {
    let program = terms::program(conn)?;
    let off = friend_gets(program.as_ref(), None, currency);
    let graded = graded_gets(conn, program.as_ref(), currency)?;
    let mut all = Vec::new();
    let mut after: Option<CodeId> = None;
    loop {
        let slice = coupons::active_codes(conn, after, SLICE)?;
        let Some((last, _)) = slice.last() else { return Ok(all) };
        after = Some(*last);
        let gives = |id| graded.get(&id).copied().unwrap_or(off);
        all.extend(slice.into_iter().map(|(id, code)| Wanted { code, active: true, off: gives(id) }));
    }
}
