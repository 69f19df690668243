//! Chooses from the customer file whom to invite: all, those of a name, or those with the given addresses.

use std::collections::{BTreeSet, HashSet};

use crate::db::{Conn, DbResult, customers, lookups, referrers};
use crate::domain::customer::{CustomerKey, KeyKind};
use crate::domain::id::CustomerId;
use crate::domain::referrer::ReferrerStatus;

/// So many are invited with one word; who has more invites again.
pub const INVITED_MAX: usize = 2_000;

/// So many are looked at for that.
const LOOKED_AT_MAX: usize = 50_000;

/// Customers looked at in one go.
const SLICE: i64 = 1_000;

/// Which customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All.
    All,
    /// Those whose name holds this text.
    Named(String),
    /// Those with these addresses.
    With(Vec<CustomerKey>),
}

/// Who was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Who can be invited: no referrers yet, and to be reached by mail. At most [`INVITED_MAX`].
    pub ids: Vec<CustomerId>,
    /// How many are referrers already.
    pub already: usize,
    /// How many have no address.
    pub without_mail: usize,
    /// How many addresses nobody in the file has.
    pub unknown: usize,
    /// Whether there are more than were taken.
    pub more: bool,
}

/// Chooses among the customers filed up to `upto`.
///
/// # Errors
/// What the database reports.
pub fn choose_customers(conn: &mut Conn<'_>, choice: &Choice, upto: CustomerId) -> DbResult<Chosen> {
    let mut chosen = Chosen::default();
    let name = match choice {
        Choice::With(keys) => {
            let known = customers::find_keys(conn, keys)?;
            chosen.unknown = keys.len().saturating_sub(known.len());
            let ids: BTreeSet<CustomerId> = known.into_iter().map(|row| row.customer_id).filter(|id| *id <= upto).collect();
            let ids: Vec<CustomerId> = ids.into_iter().collect();
            for slice in ids.chunks(usize::try_from(SLICE).unwrap_or(1)) {
                look(conn, slice, &mut chosen)?;
            }
            return Ok(chosen);
        }
        Choice::Named(name) => Some(name.as_str()),
        Choice::All => None,
    };
    let (mut after, mut looked_at) = (None, 0);
    loop {
        let slice = lookups::customers_upto(conn, name, after, upto, SLICE)?;
        let Some(last) = slice.last() else { break };
        after = Some(*last);
        looked_at += slice.len();
        look(conn, &slice, &mut chosen)?;
        if chosen.more || looked_at >= LOOKED_AT_MAX {
            chosen.more = true;
            break;
        }
    }
    Ok(chosen)
}

/// Sorts out who of a slice can be invited.
fn look(conn: &mut Conn<'_>, slice: &[CustomerId], chosen: &mut Chosen) -> DbResult<()> {
    let enrolled = referrers::of_customers(conn, slice)?.into_iter().filter(|row| row.status != ReferrerStatus::Invited);
    let enrolled: HashSet<CustomerId> = enrolled.map(|row| row.customer_id).collect();
    let keys = customers::keys_of(conn, slice)?.into_iter().filter(|key| key.kind == KeyKind::Email);
    let reachable: HashSet<CustomerId> = keys.map(|key| key.customer_id).collect();
    for id in slice {
        if enrolled.contains(id) {
            chosen.already += 1;
        } else if !reachable.contains(id) {
            chosen.without_mail += 1;
        } else if chosen.ids.len() < INVITED_MAX {
            chosen.ids.push(*id);
        } else {
            chosen.more = true;
        }
    }
    Ok(())
}
