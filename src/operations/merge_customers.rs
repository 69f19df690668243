//! Says that two entries of the customer file are one person. No money row is rewritten: what was
//! judged and posted stays as it is, under the ids it was judged for.

use std::cmp::Reverse;

use serde_json::json;

use crate::db::customers::{self, Customer};
use crate::db::outbox::{self, NewEvent};
use crate::db::referrers::{self, Referrer};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, introductions, lost_race, merges};
use crate::domain::customer::METADATA_MAX;
use crate::domain::id::{CustomerId, EventId};
use crate::domain::instant::Instant;
use crate::domain::referrer::ReferrerStatus;

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// There is no such customer, or he was erased.
    Unknown(CustomerId),
    /// They are this one customer, now or since an earlier merge.
    Into(CustomerId),
}

/// Merges `other` into `id`. Either may have been merged before: then whoever they turned out to be
/// is meant. Doing it again changes nothing.
///
/// # Errors
/// What the database reports.
pub fn merge_customers(tx: &mut Tx<'_>, now: Instant, actor: &str, id: CustomerId, other: CustomerId) -> DbResult<Merged> {
    let Some(kept) = survivor(tx, id)? else { return Ok(Merged::Unknown(id)) };
    let Some(gone) = survivor(tx, other)? else { return Ok(Merged::Unknown(other)) };
    if kept == gone {
        return Ok(Merged::Into(kept));
    }
    let mut pair = customers::lock(tx, &[kept, gone])?;
    // Locked by id; the kept one is wanted first.
    pair.sort_by_key(|row| Reverse(row.id == kept));
    let [kept_row, gone_row] = pair.as_mut_slice() else { return Err(lost_race()) };
    if kept_row.merged_into.is_some() || gone_row.merged_into.is_some() {
        return Err(lost_race());
    }
    if let Some(erased) = [&*kept_row, &*gone_row].into_iter().find(|row| row.erased_at.is_some()) {
        // Who he was is not known any more, so he is nobody else.
        return Ok(Merged::Unknown(if erased.id == kept { id } else { other }));
    }
    absorb(kept_row, gone_row);
    if merges::first_place(tx, kept)?.is_none() {
        // He has bought before, though under another entry.
        let past = merges::first_place(tx, gone)?;
        kept_row.history_since = [kept_row.history_since, past].into_iter().flatten().min();
    }
    let mut rows = merges::lock_merged_into(tx, gone)?;
    rows.append(&mut pair);
    // No chains: everybody points to who he is.
    rows.iter_mut().filter(|row| row.id != kept).for_each(|row| row.merged_into = Some(kept));
    customers::update_all(tx, &rows)?;
    merges::move_keys(tx, gone, kept)?;
    join_referrals(tx, now, kept, gone)?;
    join_introductions(tx, now, kept, gone)?;
    join_referrers(tx, now, kept, gone)?;
    let family: Vec<CustomerId> =
        merges::lock_merged_into(tx, kept)?.iter().map(|row| row.id).chain(std::iter::once(kept)).collect();
    merges::resolve_proposals(tx, &family, now)?;

    let subject_id = AnyId::from_uuid(kept.uuid());
    let data = json!({ "customer_id": kept, "merged_id": gone });
    outbox::audit(tx, actor, "customer.merge", subject_id, data.clone(), now)?;
    let event = NewEvent { id: EventId::new(now), kind: "customer.merged", subject_id, data: Json(data), created_at: now };
    outbox::note_events(tx, &[event])?;
    Ok(Merged::Into(kept))
}

/// Who `id` turned out to be; none if nobody has this id.
fn survivor(tx: &mut Tx<'_>, mut id: CustomerId) -> DbResult<Option<CustomerId>> {
    loop {
        match customers::find(tx, id)? {
            None => return Ok(None),
            Some(Customer { merged_into: Some(next), .. }) => id = next,
            Some(row) => return Ok(Some(row.id)),
        }
    }
}

/// Adds what was known of `gone`; where both say something, the kept one is believed. Two counts
/// of earlier orders may count the same orders, so the larger stands.
fn absorb(kept: &mut Customer, gone: &Customer) {
    if let (None, Some(name)) = (&kept.name, &gone.name) {
        kept.rename(name);
    }
    kept.first_order_at = [kept.first_order_at, gone.first_order_at].into_iter().flatten().min();
    kept.orders_before = kept.orders_before.max(gone.orders_before);
    kept.tier = kept.tier.take().or_else(|| gone.tier.clone());
    kept.introduced |= gone.introduced;
    kept.locale = kept.locale.or(gone.locale);
    kept.history_since = [kept.history_since, gone.history_since].into_iter().flatten().min();
    for (name, value) in &gone.metadata.0 {
        if kept.metadata.0.len() < METADATA_MAX {
            kept.metadata.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Of two live introductions the older lives on.
fn join_referrals(tx: &mut Tx<'_>, now: Instant, kept: CustomerId, gone: CustomerId) -> DbResult<()> {
    let live = merges::live_referrals(tx, &[kept, gone])?;
    let Some(((oldest, about), younger)) = live.split_first() else { return Ok(()) };
    let ended: Vec<_> = younger.iter().map(|(id, _)| *id).collect();
    if !ended.is_empty() {
        merges::end_referrals(tx, &ended, now)?;
    }
    if *about != kept { merges::move_referral(tx, *oldest, kept) } else { Ok(()) }
}

/// Of two registered introductions the older lives on.
fn join_introductions(tx: &mut Tx<'_>, now: Instant, kept: CustomerId, gone: CustomerId) -> DbResult<()> {
    let standing = introductions::standing_of(tx, &[kept, gone])?;
    let Some((oldest, younger)) = standing.split_first() else { return Ok(()) };
    for row in younger {
        introductions::end(tx, row.id, now)?;
    }
    if oldest.customer_id != kept { introductions::give(tx, oldest.id, kept) } else { Ok(()) }
}

/// Of two referrers the older is who the customer is from now on and has all codes; the younger
/// stays on the merged entry, for its balance is paid under its own id.
fn join_referrers(tx: &mut Tx<'_>, now: Instant, kept: CustomerId, gone: CustomerId) -> DbResult<()> {
    let ids: Vec<_> = referrers::of_customers(tx, &[kept, gone])?.iter().map(|row| row.id).collect();
    let mut rows = referrers::lock(tx, &ids)?;
    rows.sort_by_key(|row| (row.created_at, row.id));
    match rows.as_slice() {
        [only] if only.customer_id != kept => referrers::update(tx, &Referrer { customer_id: kept, ..only.clone() }),
        [older, younger] => {
            referrers::move_codes(tx, younger.id, older.id)?;
            // One who was only named is what his other entry is.
            let status = if older.status == ReferrerStatus::Invited { younger.status } else { older.status };
            let older = Referrer { status, ..older.clone() };
            if older.customer_id == kept { referrers::update(tx, &older) } else { exchange(tx, now, &older, younger) }
        }
        _ => Ok(()),
    }
}

/// Lets two referrers change their customers. A customer has one referrer at a time, so the younger
/// steps aside to an entry that is there for no longer than this takes.
fn exchange(tx: &mut Tx<'_>, now: Instant, older: &Referrer, younger: &Referrer) -> DbResult<()> {
    let aside = Customer::new(now);
    customers::insert(tx, &aside)?;
    referrers::update(tx, &Referrer { customer_id: aside.id, ..younger.clone() })?;
    referrers::update(tx, &Referrer { customer_id: younger.customer_id, ..older.clone() })?;
    referrers::update(tx, &Referrer { customer_id: older.customer_id, ..younger.clone() })?;
    merges::delete_customer(tx, aside.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_entry_learns_and_is_believed() {
        let now = Instant::from_micros(1_800_000_000_000_000);
        let (mut kept, mut gone) = (Customer::new(now), Customer::new(now));
        kept.metadata.0.insert("tier".to_owned(), "gold".to_owned());
        gone.metadata.0.extend([("tier".to_owned(), "tin".to_owned()), ("size".to_owned(), "M".to_owned())]);
        gone.rename("Anna");
        (kept.orders_before, gone.orders_before) = (2, 5);
        gone.first_order_at = Some(now.plus_days(-9));
        absorb(&mut kept, &gone);
        assert_eq!((kept.name.as_deref(), kept.orders_before), (Some("Anna"), 5));
        assert_eq!(kept.first_order_at, Some(now.plus_days(-9)));
        assert_eq!(kept.metadata.0.values().collect::<Vec<_>>(), ["M", "gold"]);
    }
}
