//! Finds the referrer that somebody at the desk means: by a code, an address, a number or an id.

use crate::db::referrers::{self, Referrer};
use crate::db::{Conn, DbResult, customers};
use crate::domain::code::Code;
use crate::domain::customer::CustomerKey;
use crate::domain::id::ReferrerId;

/// The referrer that `text` names; none if it names nobody, or somebody who is none.
///
/// # Errors
/// What the database reports.
pub(super) fn whom(conn: &mut Conn<'_>, text: &str) -> DbResult<Option<Referrer>> {
    let text = text.trim();
    if let Ok(id) = text.parse::<ReferrerId>() {
        return referrers::find(conn, id);
    }
    if let Some(code) = Code::fold(text)
        && let Some(row) = referrers::codes_by_skeleton(conn, &[code.skeleton()])?.pop()
    {
        return referrers::find(conn, row.referrer_id);
    }
    let keys: Vec<CustomerKey> = [CustomerKey::email("", text), CustomerKey::phone("", text)].into_iter().flatten().collect();
    let people: Vec<_> = customers::find_keys(conn, &keys)?.into_iter().map(|row| row.customer_id).collect();
    Ok(referrers::of_customers(conn, &people)?.pop())
}
