//! Makes customers of the file referrers, by all the keys they are known by.

use super::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use crate::db::customers::{self, KeyRow};
use crate::db::{DbResult, Tx};
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;

/// Customers enrolled in one transaction: each takes about ten statements, and others wait for them.
pub const SLICE: usize = 100;

/// Enrols these customers; those who are referrers already stay as they are. Returns the referrers they are now;
/// whoever is known by no key is none.
///
/// # Errors
/// What the database reports.
pub fn enroll_customers(tx: &mut Tx<'_>, now: Instant, ids: &[CustomerId]) -> DbResult<Vec<ReferrerId>> {
    let mut keys = customers::keys_of(tx, ids)?;
    // The most trusted first.
    keys.sort_by_key(|key| (key.customer_id, key.kind));
    let mut enrolled = Vec::new();
    for of_one in keys.chunk_by(|one, next| one.customer_id == next.customer_id) {
        let keys = of_one.iter().map(|row: &KeyRow| (row.key(), row.shown.clone())).collect();
        let wish = Enrolment { customer: CustomerFacts { keys, ..CustomerFacts::default() }, ..Enrolment::default() };
        if let Enrolled::Done { referrer, .. } = enroll_referrer(tx, now, &wish)? {
            enrolled.push(referrer.id);
        }
    }
    Ok(enrolled)
}
