//! Who is meant: finds the customers that reports speak of by their keys, files those nobody has
//! heard of, and learns what the reports add. The one way for every door, a whole slice at a time.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::db::customers::{self, Customer, KeyRow};
use crate::db::{DbResult, Tx, lost_race};
use crate::domain::customer::{CustomerFacts, CustomerKey, METADATA_MAX};
use crate::domain::id::CustomerId;
use crate::domain::instant::Instant;

/// The customers of a slice of reports, all locked until the transaction ends.
#[derive(Debug, Default)]
pub struct People {
    /// Who each report speaks of, in its order; none where it names nobody by a key.
    pub of: Vec<Option<CustomerId>>,
    /// Everybody locked, as they stand after the reports: those of the slice, those asked for
    /// besides, and whoever the latter turned out to be by a merge.
    pub rows: HashMap<CustomerId, Customer>,
    /// Those nobody had heard of before.
    pub created: HashSet<CustomerId>,
    /// What was known of their past before this slice: a later report of the slice must not make
    /// an earlier one's sale a second one.
    pub past: HashMap<CustomerId, Past>,
}

/// What the shop says it sold to a customer before the service knew him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// First order.
    pub first_order_at: Option<Instant>,
    /// How many orders.
    pub orders_before: i64,
}

impl Past {
    /// Adds what a report says.
    pub fn learn(&mut self, facts: &CustomerFacts) {
        self.first_order_at = [self.first_order_at, facts.first_order_at].into_iter().flatten().min();
        self.orders_before = self.orders_before.max(facts.orders_before.unwrap_or(0));
    }
}

impl People {
    /// Who `id` turned out to be: the end of its chain of merges, itself if it was never merged.
    #[must_use]
    pub fn survivor(&self, id: CustomerId) -> CustomerId {
        let mut last = id;
        // Merges form no circle, but a count is cheaper than that faith.
        for _ in 0..=self.rows.len() {
            match self.rows.get(&last).and_then(|row| row.merged_into) {
                Some(next) => last = next,
                None => break,
            }
        }
        last
    }
}

/// What is decided in memory, in slice order, before anything is written.
#[derive(Default)]
struct Plan {
    of: Vec<Option<CustomerId>>,
    created: Vec<Customer>,
    keys: Vec<KeyRow>,
    /// Two customers that a report takes for one: the one it keeps comes first.
    clashes: BTreeSet<(CustomerId, CustomerId)>,
}

/// Resolves each of `facts` to its customer, files new ones and locks all of them together with
/// `also_lock`, ascending by id. Keys that nobody has are given to the customer that the most
/// trusted known key names; where keys name several, a merge is proposed and the report goes on.
///
/// # Errors
/// `lost_race` when another process filed or merged one of them first (the whole transaction is
/// then done again), else what the database reports.
pub fn resolve(tx: &mut Tx<'_>, now: Instant, facts: &[Option<&CustomerFacts>], also_lock: &[CustomerId]) -> DbResult<People> {
    let keys: Vec<CustomerKey> = facts
        .iter()
        .flatten()
        .flat_map(|facts| &facts.keys)
        .map(|(key, _)| key)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    let known = if keys.is_empty() { Vec::new() } else { customers::find_keys(tx, &keys)? };
    let plan = plan(now, facts, known);

    // Keys before locks: whoever files the same key waits here, while holding no customer.
    customers::insert_with_keys(tx, &plan.created, plan.keys)?;
    let created: HashSet<CustomerId> = plan.created.iter().map(|row| row.id).collect();
    let mut rows: HashMap<CustomerId, Customer> = plan.created.into_iter().map(|row| (row.id, row)).collect();
    // Those who clash are locked too: what one merge has settled is not proposed again.
    let clashing = plan.clashes.iter().flat_map(|(kept, other)| [*kept, *other]);
    let named: BTreeSet<CustomerId> =
        plan.of.iter().flatten().copied().chain(clashing).filter(|id| !created.contains(id)).collect();
    let wanted: BTreeSet<CustomerId> = named.iter().chain(also_lock).copied().collect();
    lock(tx, wanted, &mut rows)?;
    if named.iter().any(|id| rows.get(id).is_none_or(|row| row.merged_into.is_some() || row.erased_at.is_some())) {
        // Merged or erased between the look at the keys and the lock: its keys are another's now, or nobody's.
        return Err(lost_race());
    }

    let past_of = |row: &Customer| Past { first_order_at: row.first_order_at, orders_before: row.orders_before };
    let past = rows.values().filter(|row| !created.contains(&row.id)).map(|row| (row.id, past_of(row))).collect();
    let changed = learn(facts, &plan.of, &mut rows, &created);
    customers::update_all(tx, &changed)?;
    let clashes: Vec<_> = plan.clashes.into_iter().collect();
    customers::propose_merges(tx, &clashes, now)?;
    Ok(People { of: plan.of, rows, created, past })
}

fn plan(now: Instant, facts: &[Option<&CustomerFacts>], known: Vec<KeyRow>) -> Plan {
    let mut owners: HashMap<CustomerKey, CustomerId> = known.into_iter().map(|row| (row.key(), row.customer_id)).collect();
    let mut plan = Plan::default();
    // A new customer is filed with all that the slice says of him, so he needs no update.
    let mut places: HashMap<CustomerId, usize> = HashMap::new();
    for facts in facts {
        let Some(facts) = facts.filter(|facts| !facts.keys.is_empty()) else {
            plan.of.push(None);
            continue;
        };
        let id = most_trusted(facts, &owners).unwrap_or_else(|| {
            let row = Customer::new(now);
            places.insert(row.id, plan.created.len());
            plan.created.push(row);
            plan.created.last().map_or_else(|| CustomerId::new(now), |row| row.id)
        });
        if let Some(row) = places.get(&id).and_then(|place| plan.created.get_mut(*place)) {
            apply(facts, row);
        }
        for (key, shown) in &facts.keys {
            let holder = *owners.entry(key.clone()).or_insert_with(|| {
                plan.keys.push(key_row(key, shown, id));
                id
            });
            if holder != id && !plan.clashes.contains(&(holder, id)) {
                plan.clashes.insert((id, holder));
            }
        }
        plan.of.push(Some(id));
    }
    plan
}

/// Whose the most trusted known key of `facts` is.
pub(super) fn most_trusted(facts: &CustomerFacts, owners: &HashMap<CustomerKey, CustomerId>) -> Option<CustomerId> {
    let known = facts.keys.iter().filter_map(|(key, _)| owners.get(key).map(|owner| (key.kind, *owner)));
    known.min_by_key(|(kind, _)| *kind).map(|(_, owner)| owner)
}

fn key_row(key: &CustomerKey, shown: &str, customer_id: CustomerId) -> KeyRow {
    KeyRow { kind: key.kind, source: key.source.clone(), value: key.value.clone(), shown: shown.to_owned(), customer_id }
}

/// Locks `wanted` and whoever they were merged into. A survivor is known only once the merged one
/// is read, so he may be locked out of order: should that ever meet its mirror image, the database
/// sees the deadlock and one of the two is done again.
fn lock(tx: &mut Tx<'_>, mut wanted: BTreeSet<CustomerId>, rows: &mut HashMap<CustomerId, Customer>) -> DbResult<()> {
    while !wanted.is_empty() {
        let ids: Vec<CustomerId> = wanted.into_iter().collect();
        let found = customers::lock(tx, &ids)?;
        wanted = found.iter().filter_map(|row| row.merged_into).filter(|id| !rows.contains_key(id)).collect();
        rows.extend(found.into_iter().map(|row| (row.id, row)));
        wanted.retain(|id| !rows.contains_key(id));
    }
    Ok(())
}

/// Applies the facts to those who were known before; returns the rows that differ afterwards.
fn learn(
    facts: &[Option<&CustomerFacts>],
    of: &[Option<CustomerId>],
    rows: &mut HashMap<CustomerId, Customer>,
    created: &HashSet<CustomerId>,
) -> Vec<Customer> {
    let mut changed = BTreeSet::new();
    for (facts, id) in facts.iter().zip(of) {
        let (Some(facts), Some(id)) = (facts, id) else { continue };
        if created.contains(id) {
            continue;
        }
        if rows.get_mut(id).is_some_and(|row| apply(facts, row)) {
            changed.insert(*id);
        }
    }
    changed.iter().filter_map(|id| rows.get(id)).cloned().collect()
}

/// Adds what a report says to what is known; returns whether that changed anything. Reports arrive
/// in any order, so the earliest first order and the largest count stand.
fn apply(facts: &CustomerFacts, row: &mut Customer) -> bool {
    let mut changed = false;
    if let Some(name) = facts.name.as_deref().filter(|name| row.name.as_deref() != Some(*name)) {
        row.rename(name);
        changed = true;
    }
    if let Some(first) = facts.first_order_at.filter(|first| row.first_order_at.is_none_or(|known| *first < known)) {
        row.first_order_at = Some(first);
        changed = true;
    }
    if let Some(orders) = facts.orders_before.filter(|orders| *orders > row.orders_before) {
        row.orders_before = orders;
        changed = true;
    }
    if let Some(locale) = facts.locale.filter(|locale| row.locale != Some(*locale)) {
        row.locale = Some(locale);
        changed = true;
    }
    for (name, value) in facts.metadata.iter().flatten() {
        // A report never fails for its metadata: what goes beyond the limit is not kept.
        let room = row.metadata.0.len() < METADATA_MAX || row.metadata.0.contains_key(name);
        if room && row.metadata.0.get(name) != Some(value) {
            row.metadata.0.insert(name.clone(), value.clone());
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::KeyKind;

    const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);

    fn facts(keys: &[(KeyKind, &str)]) -> CustomerFacts {
        let keys = keys
            .iter()
            .map(|(kind, value)| {
                let source = if *kind == KeyKind::ExternalId { "main" } else { "" };
                (CustomerKey { kind: *kind, source: source.to_owned(), value: (*value).to_owned() }, (*value).to_owned())
            })
            .collect();
        CustomerFacts { keys, ..CustomerFacts::default() }
    }

    fn row(kind: KeyKind, value: &str, owner: CustomerId) -> KeyRow {
        let (key, shown) = facts(&[(kind, value)]).keys.remove(0);
        key_row(&key, &shown, owner)
    }

    #[test]
    fn the_most_trusted_known_key_names_the_customer_and_the_rest_follow() {
        let anna = CustomerId::new(NOW);
        let known = vec![row(KeyKind::Phone, "+4930", anna)];
        let report = facts(&[(KeyKind::Phone, "+4930"), (KeyKind::Email, "a@example.com"), (KeyKind::ExternalId, "7")]);
        let plan = plan(NOW, &[Some(&report)], known);
        assert_eq!(plan.of, [Some(anna)]);
        assert!(plan.created.is_empty() && plan.clashes.is_empty());
        assert_eq!(
            plan.keys.iter().map(|key| (key.kind, key.customer_id)).collect::<Vec<_>>(),
            [(KeyKind::Email, anna), (KeyKind::ExternalId, anna)]
        );
    }

    #[test]
    fn a_clash_keeps_the_external_id_and_proposes_a_merge_once() {
        let (anna, bert) = (CustomerId::new(NOW), CustomerId::new(NOW));
        let known = vec![row(KeyKind::Email, "a@example.com", anna), row(KeyKind::ExternalId, "7", bert)];
        let report = facts(&[(KeyKind::Email, "a@example.com"), (KeyKind::ExternalId, "7")]);
        let plan = plan(NOW, &[Some(&report), None, Some(&report)], known);
        assert_eq!(plan.of, [Some(bert), None, Some(bert)]);
        assert_eq!(plan.clashes.into_iter().collect::<Vec<_>>(), [(bert, anna)]);
        assert!(plan.keys.is_empty());
    }

    #[test]
    fn one_slice_files_a_newcomer_once_with_all_that_it_says() {
        let mut first = facts(&[(KeyKind::Email, "a@example.com")]);
        first.orders_before = Some(3);
        first.first_order_at = Some(NOW.plus_days(-10));
        let mut second = facts(&[(KeyKind::ExternalId, "7"), (KeyKind::Email, "a@example.com")]);
        second.name = Some("Anna".to_owned());
        second.orders_before = Some(2);
        second.first_order_at = Some(NOW.plus_days(-20));
        let nobody = CustomerFacts::default();
        let plan = plan(NOW, &[Some(&first), Some(&second), Some(&nobody)], Vec::new());
        assert_eq!(plan.created.len(), 1);
        let anna = &plan.created[0];
        assert_eq!(plan.of, [Some(anna.id), Some(anna.id), None]);
        assert_eq!((anna.name.as_deref(), anna.name_folded.as_deref()), (Some("Anna"), Some("anna")));
        assert_eq!((anna.orders_before, anna.first_order_at), (3, Some(NOW.plus_days(-20))));
        assert_eq!(plan.keys.len(), 2);
    }

    #[test]
    fn what_is_known_already_changes_nothing() {
        let mut row = Customer::new(NOW);
        let mut report = facts(&[(KeyKind::Email, "a@example.com")]);
        report.name = Some("Anna".to_owned());
        report.metadata = Some([("tier".to_owned(), "gold".to_owned())].into());
        assert!(apply(&report, &mut row));
        assert!(!apply(&report, &mut row));
    }
}
