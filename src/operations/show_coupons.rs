//! Codes as coupons: what a friend gets, and the lists of them.

use crate::db::coupons;
use crate::db::terms::Program;
use crate::db::{Conn, DbResult};
use crate::domain::id::CodeId;
use crate::domain::money::Currency;
use crate::domain::storefront::coupon::{Off, Wanted};

/// Codes read at a time.
const SLICE: i64 = 1_000;

/// What a friend who types a code gets under the newest terms, in a shop of `currency`.
#[must_use]
pub const fn friend_gets(_program: Option<&Program>, _currency: Option<Currency>) -> Off {
    Off::Nothing
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
