//! Files a customer, or learns more of the one that has one of the keys.

use super::resolve_customers::resolve;
use crate::db::customers::{self, Customer, KeyRow};
use crate::db::{DbResult, Tx};
use crate::domain::customer::CustomerFacts;
use crate::domain::instant::Instant;

/// Who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The customer as he stands now.
    pub customer: Customer,
    /// All his keys.
    pub keys: Vec<KeyRow>,
    /// Whether nobody had heard of him before.
    pub created: bool,
}

/// Files the customer of `facts`; none when `facts` has no key.
///
/// # Errors
/// What the database reports.
pub fn record_customer(tx: &mut Tx<'_>, now: Instant, facts: &CustomerFacts) -> DbResult<Option<Recorded>> {
    let mut people = resolve(tx, now, &[Some(facts)], &[])?;
    let Some(customer) = people.of.pop().flatten().and_then(|id| people.rows.remove(&id)) else { return Ok(None) };
    let keys = customers::keys_of(tx, &[customer.id])?;
    Ok(Some(Recorded { created: people.created.contains(&customer.id), customer, keys }))
}
