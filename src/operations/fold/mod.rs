//! The fold of an order: all that was ever reported about it, taken together, gives one verdict and
//! one commission, in whatever order the reports came. Recording, refunding, cancelling and
//! deciding all end here; each works on a slice of orders under lock and writes each table once.

mod book;
mod evidence;
mod judge;
mod load;
mod state;
mod tally;
mod watch;
mod write;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::commissions::ReferralRow;
use crate::db::introductions::Introduction;
use crate::db::terms::Program;
use crate::db::types::{AnyId, ChangeCause};
use crate::domain::id::{CustomerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::sale::OrderKey;
use crate::operations::resolve_customers::Past;

pub use load::states;
pub use state::{Evidence, OrderState, Revision, SaleView, revision, verdict};
pub use tally::{Granted, Tally, Wants};

/// What an event did, and who did it.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// Which kind of event.
    pub kind: ChangeCause,
    /// The event's own id: a commission changes at most once for it.
    pub id: AnyId,
    /// Who.
    pub actor: &'a str,
    /// The reason a person gave.
    pub note: Option<&'a str>,
}

/// A slice of orders being folded.
pub struct Fold {
    now: Instant,
    program: Program,
    orders: BTreeMap<SaleId, OrderState>,
    by_key: HashMap<OrderKey, SaleId>,
    customers: HashMap<CustomerId, Standing>,
    survivors: HashMap<CustomerId, CustomerId>,
    erased: HashSet<CustomerId>,
    referrals: HashMap<CustomerId, ReferralRow>,
    introductions: HashMap<CustomerId, Introduction>,
    evidence: evidence::Board,
    tally: tally::Tally,
    watch: watch::Watch,
    out: write::Writes,
}

/// A customer as the fold sees him, under his lock.
#[derive(Debug, Clone, Default)]
struct Standing {
    past: Past,
    history_since: Option<Instant>,
    first_sale: Option<SaleId>,
}
