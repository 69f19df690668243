//! What is left of a person beside his entry: in his orders, in what others said of him, in what shops sent.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Person;
use crate::db::customers;
use crate::db::types::AnyId;
use crate::db::{DbResult, IDS_PER_QUERY, Tx, clicks, erasure, imports, restricted, sales};
use crate::domain::click::click_named_by;
use crate::domain::customer::{CustomerKey, KeyKind};
use crate::domain::id::{ClickId, ReferrerId, VisitorId};
use crate::domain::instant::Instant;

/// Shorter words are found in texts that speak of something else.
const WORD_MIN: usize = 5;

/// Takes them all.
pub(super) fn erase(tx: &mut Tx<'_>, now: Instant, person: &Person) -> DbResult<()> {
    let rows = customers::keys_of(tx, &person.ids)?;
    let keys: Vec<CustomerKey> = rows.iter().map(customers::KeyRow::key).collect();
    let names: BTreeSet<String> =
        person.rows.iter().filter_map(|row| row.name.clone()).filter(|name| !name.trim().is_empty()).collect();
    let first_names: BTreeSet<String> =
        names.iter().filter_map(|name| name.split_whitespace().next()).map(str::to_owned).collect();
    let (names, first_names): (Vec<String>, Vec<String>) = (spellings(names), spellings(first_names));
    part_visits(tx, person)?;
    erasure::empty_sales(tx, &person.sales)?;
    erasure::blank_hints(tx, &keys, &names)?;
    erasure::blank_friends(tx, &person.sales, &names, &first_names)?;
    erasure::end_introductions(tx, &person.ids, &person.referrer_ids(), now)?;
    let texts = texts(&rows, &names);
    restricted::drop_quotes(tx, &texts, &person.sales)?;
    let subjects = person.sales.iter().map(|id| id.uuid()).chain(person.ids.iter().map(|id| id.uuid()));
    let subjects: Vec<AnyId> = subjects.map(AnyId::from_uuid).collect();
    restricted::drop_remarks(tx, &texts, &subjects)?;
    for id in person.referrer_ids() {
        mask_answers(tx, id)?;
    }
    let addresses = rows.iter().filter(|row| row.kind == KeyKind::Email).flat_map(|row| [row.value.clone(), row.shown.clone()]);
    imports::erase_accounts(tx, &addresses.collect::<Vec<_>>())?;
    erasure::empty_customers(tx, &person.ids, &keys, now)
}

/// As somebody wrote it, and as engines that fold letters find it.
fn spellings(words: BTreeSet<String>) -> Vec<String> {
    words.into_iter().flat_map(|word| [word.to_lowercase(), word]).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What messages and remarks that quote him hold, in lower case. A short id stands in many texts: it is looked for as a
/// JSON document writes it.
fn texts(keys: &[customers::KeyRow], names: &[String]) -> Vec<String> {
    let mut texts: BTreeSet<String> = names.iter().filter(|name| name.chars().count() >= WORD_MIN).cloned().collect();
    for key in keys {
        match key.kind {
            KeyKind::Email | KeyKind::Phone => texts.extend([key.value.clone(), key.shown.clone()]),
            KeyKind::ExternalId => {
                let id = &key.value;
                texts.extend([
                    format!("\"{id}\""),
                    format!(":{id},"),
                    format!(": {id},"),
                    format!(":{id}}}"),
                    format!(": {id}}}"),
                ]);
            }
        }
    }
    texts.into_iter().map(|text| text.to_lowercase()).filter(|text| !text.trim().is_empty()).collect()
}

/// His orders name visits, and visits a browser: they stay as visits, of nobody in particular.
fn part_visits(tx: &mut Tx<'_>, person: &Person) -> DbResult<()> {
    let mut named: BTreeSet<ClickId> = BTreeSet::new();
    for slice in person.sales.chunks(IDS_PER_QUERY) {
        let revisions = sales::revisions_of(tx, slice)?;
        named.extend(revisions.iter().filter_map(|row| row.content.0.reference.as_deref()).filter_map(click_named_by));
    }
    let named: Vec<ClickId> = named.into_iter().collect();
    for slice in named.chunks(IDS_PER_QUERY) {
        let visitors: BTreeSet<VisitorId> = clicks::find_all(tx, slice)?.into_iter().map(|click| click.visitor).collect();
        erasure::part_visits(tx, &visitors.into_iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Answers that are kept for repeated requests may show the masked account of a payout.
fn mask_answers(tx: &mut Tx<'_>, id: ReferrerId) -> DbResult<()> {
    let id = id.to_string();
    for (principal, key, body) in restricted::kept_answers(tx, &id)? {
        let Ok(mut answer) = serde_json::from_str::<Value>(&body) else { continue };
        if mask(&mut answer, &id) {
            restricted::replace_answer(tx, &principal, &key, &answer.to_string())?;
        }
    }
    Ok(())
}

/// Takes the account from every object about the referrer; returns whether there was one.
fn mask(value: &mut Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| mask(item, id) | any),
        Value::Object(fields) => {
            let his = fields.get("referrer_id").and_then(Value::as_str) == Some(id);
            let taken = his && fields.remove("account").is_some();
            fields.values_mut().fold(taken, |any, field| mask(field, id) | any)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_account_is_taken_from_whom_it_belongs_to() {
        let mut answer = json!({"payouts": [{"referrer_id": "1", "account": "DE**"}, {"referrer_id": "2", "account": "FR**"}]});
        assert!(mask(&mut answer, "1"));
        assert_eq!(answer, json!({"payouts": [{"referrer_id": "1"}, {"referrer_id": "2", "account": "FR**"}]}));
        assert!(!mask(&mut answer, "1"));
    }

    #[test]
    fn names_are_looked_for_as_they_were_written_and_folded() {
        assert_eq!(spellings(BTreeSet::from(["Anna".to_owned(), "øre".to_owned()])), ["Anna", "anna", "øre"]);
    }
}
