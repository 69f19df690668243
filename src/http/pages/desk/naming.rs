//! What people are called at the desk: by their names, else by what they are known by.

use std::collections::{BTreeSet, HashMap};

use crate::db::{Conn, DbResult, customers, lookups, reports};
use crate::domain::customer::KeyKind;
use crate::domain::id::{CustomerId, ReferrerId};
use crate::http::pages::frame::Frame;

/// Some people's names.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    referrers: HashMap<ReferrerId, String>,
    customers: HashMap<CustomerId, String>,
}

impl Names {
    /// Reads the names of these people.
    pub(super) fn read(
        conn: &mut Conn<'_>,
        referrers: &BTreeSet<ReferrerId>,
        customers: &BTreeSet<CustomerId>,
    ) -> DbResult<Self> {
        let (referrers, of): (Vec<_>, Vec<_>) = (referrers.iter().copied().collect(), customers.iter().copied().collect());
        let mut names = Self::default();
        for code in lookups::active_codes(conn, &referrers)? {
            names.referrers.entry(code.referrer_id).or_insert(code.code);
        }
        for (id, name) in reports::names(conn, &referrers)? {
            if let Some(name) = name {
                names.referrers.insert(id, name);
            }
        }
        let mut keys: HashMap<CustomerId, (KeyKind, String)> = HashMap::new();
        for key in customers::keys_of(conn, &of)? {
            let known = keys.get(&key.customer_id).map(|(kind, _)| rank(*kind));
            if known.is_none_or(|known| rank(key.kind) < known) {
                keys.insert(key.customer_id, (key.kind, key.shown));
            }
        }
        for row in customers::find_all(conn, &of)? {
            let parts: Vec<String> = [row.name, keys.remove(&row.id).map(|(_, shown)| shown)].into_iter().flatten().collect();
            if !parts.is_empty() {
                names.customers.insert(row.id, parts.join(", "));
            }
        }
        Ok(names)
    }

    /// A referrer's name, else his code.
    pub(super) fn referrer(&self, frame: &Frame, id: ReferrerId) -> String {
        self.referrers.get(&id).cloned().unwrap_or_else(|| frame.say("nobody-named"))
    }

    /// A customer's name with the first of his addresses.
    pub(super) fn customer(&self, frame: &Frame, id: CustomerId) -> String {
        self.customers.get(&id).cloned().unwrap_or_else(|| frame.say("nobody-named"))
    }
}

/// What people know each other by comes first.
const fn rank(kind: KeyKind) -> u8 {
    match kind {
        KeyKind::Email => 0,
        KeyKind::Phone => 1,
        KeyKind::ExternalId => 2,
    }
}
