//! Customers and the keys they are known by.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::upsert::excluded;

use super::columns::Together;
use super::schema::{customer_keys, customers, merge_proposals};
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::customer::{CustomerKey, KeyKind, Metadata};
use crate::domain::id::{CustomerId, ProposalId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Scope;

/// All keys of a full batch of sales (three each) in one query; far under SQLite's 32,766 values.
const KEYS_PER_QUERY: usize = 1_024;

/// A row of the customer file.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = customers, treat_none_as_default_value = false)]
pub struct Customer {
    /// The customer.
    pub id: CustomerId,
    /// As the shop wrote it.
    pub name: Option<String>,
    /// For search: lower case.
    pub name_folded: Option<String>,
    /// First order before the service knew him.
    pub first_order_at: Option<Instant>,
    /// Orders before the service knew him.
    pub orders_before: i64,
    /// Earliest imported order of the past.
    pub history_since: Option<Instant>,
    /// His grade.
    pub tier: Option<String>,
    /// Whether an introduction of his was ever registered, so that only then one is looked for.
    pub introduced: bool,
    /// The language he wants letters in; none leaves it to the program.
    pub locale: Option<Locale>,
    /// The shop's own words.
    pub metadata: Json<Metadata>,
    /// Who he turned out to be.
    pub merged_into: Option<CustomerId>,
    /// When the service first heard of him.
    pub created_at: Instant,
    /// When he was erased; nothing else tells of him since.
    pub erased_at: Option<Instant>,
}

columns!(
    Customer,
    customers(
        id,
        name,
        name_folded,
        first_order_at,
        orders_before,
        history_since,
        tier,
        introduced,
        locale,
        metadata,
        merged_into,
        created_at,
        erased_at
    )
);

/// A key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = customer_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    /// Which kind.
    pub kind: KeyKind,
    /// The storefront, or empty.
    pub source: String,
    /// The normalised value.
    pub value: String,
    /// As the shop wrote it.
    pub shown: String,
    /// Whose.
    pub customer_id: CustomerId,
}

columns!(KeyRow, customer_keys(kind, source, value, shown, customer_id), if_free);

/// Which customers are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// All.
    All,
    /// Whose name holds this text, in whatever case.
    Name(String),
    /// Whose key this is.
    Key(CustomerKey),
}

/// Holds for the customers a storefront knows: those with an id of its own, and those who bought
/// there, be it under another entry of the file that was merged into this one.
macro_rules! known_to {
    ($source:expr) => {
        sql::<Bool>(
            "(EXISTS (SELECT 1 FROM customer_keys k WHERE k.customer_id = customers.id AND k.kind = 'external_id' AND k.source = ",
        )
        .bind::<Text, _>($source)
        .sql(") OR EXISTS (SELECT 1 FROM sales s WHERE s.customer_id = customers.id AND s.source = ")
        .bind::<Text, _>($source)
        .sql(
            ") OR EXISTS (SELECT 1 FROM customers m JOIN sales s ON s.customer_id = m.id WHERE m.merged_into = customers.id AND s.source = ",
        )
        .bind::<Text, _>($source)
        .sql("))")
    };
}
pub(super) use known_to;

impl Customer {
    /// A new customer of whom nothing is known yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            id: CustomerId::new(now),
            name: None,
            name_folded: None,
            first_order_at: None,
            orders_before: 0,
            history_since: None,
            tier: None,
            introduced: false,
            locale: None,
            metadata: Json(Metadata::new()),
            merged_into: None,
            created_at: now,
            erased_at: None,
        }
    }

    /// Sets the name and its search form.
    pub fn rename(&mut self, name: &str) {
        self.name = Some(name.to_owned());
        self.name_folded = Some(name.to_lowercase());
    }
}

impl KeyRow {
    /// The key itself.
    #[must_use]
    pub fn key(&self) -> CustomerKey {
        CustomerKey { kind: self.kind, source: self.source.clone(), value: self.value.clone() }
    }
}

/// Whose the given keys are; unknown keys are absent.
///
/// # Errors
/// What the database reports.
pub fn find_keys(conn: &mut Conn<'_>, keys: &[CustomerKey]) -> DbResult<Vec<KeyRow>> {
    let mut found = Vec::with_capacity(keys.len());
    let values: Vec<&str> = keys.iter().map(|key| key.value.as_str()).collect();
    for slice in values.chunks(KEYS_PER_QUERY) {
        let rows: Vec<KeyRow> = on_db!(conn, c => customer_keys::table
            .filter(customer_keys::value.eq_any(slice))
            .select(KeyRow::as_select())
            .load(c))?;
        found.extend(rows);
    }
    let wanted: std::collections::HashSet<&CustomerKey> = keys.iter().collect();
    found.retain(|row| wanted.contains(&row.key()));
    Ok(found)
}

/// All keys of the given customers.
///
/// # Errors
/// What the database reports.
pub fn keys_of(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<KeyRow>> {
    on_db!(conn, c => customer_keys::table
        .filter(customer_keys::customer_id.eq_any(ids))
        .order((customer_keys::kind, customer_keys::source, customer_keys::value))
        .select(KeyRow::as_select())
        .load(c))
}

/// Adds customers, then keys in the order of what is unique about them.
///
/// # Errors
/// `lost_race` when another process filed one of the keys first; else what the database reports.
pub fn insert_with_keys(tx: &mut Tx<'_>, rows: &[Customer], mut keys: Vec<KeyRow>) -> DbResult<()> {
    keys.sort_by(|a, b| (&a.value, a.kind, &a.source).cmp(&(&b.value, b.kind, &b.source)));
    let mut together = Together::default();
    together.add(rows).add(&keys);
    together.write(tx).map(drop)
}

/// Adds a customer.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Customer) -> DbResult<()> {
    super::columns::insert(tx, std::slice::from_ref(row))
}

/// Locks the given customers, ascending by id, and reads them after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, ids: &[CustomerId]) -> DbResult<Vec<Customer>> {
    load_locked!(tx, customers::table.filter(customers::id.eq_any(ids)).order(customers::id).select(Customer::as_select()))
}

/// One customer.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Option<Customer>> {
    on_db!(conn, c => customers::table.find(id).select(Customer::as_select()).first(c).optional())
}

/// The given customers.
///
/// # Errors
/// What the database reports.
pub fn find_all(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<Customer>> {
    on_db!(conn, c => customers::table.filter(customers::id.eq_any(ids)).select(Customer::as_select()).load(c))
}

/// Customers in the order they were filed, after `after`; those merged into others or erased are left out.
///
/// # Errors
/// What the database reports.
pub fn list(
    conn: &mut Conn<'_>,
    search: &Search,
    scope: &Scope,
    after: Option<CustomerId>,
    limit: i64,
) -> DbResult<Vec<Customer>> {
    let source = match scope {
        Scope::All => None,
        Scope::Source(source) => Some(source.as_str()),
        Scope::Referrer(_) | Scope::Nothing => return Ok(Vec::new()),
    };
    on_db!(conn, c => {
        let mut query = customers::table
            .filter(customers::merged_into.is_null())
            .filter(customers::erased_at.is_null())
            .select(Customer::as_select())
            .into_boxed();
        match search {
            Search::All => {}
            Search::Name(text) => query = query.filter(customers::name_folded.like(within(&text.to_lowercase())).escape('\\')),
            Search::Key(key) => {
                let owners = customer_keys::table
                    .filter(customer_keys::value.eq(&key.value))
                    .filter(customer_keys::kind.eq(key.kind))
                    .filter(customer_keys::source.eq(&key.source))
                    .select(customer_keys::customer_id);
                query = query.filter(customers::id.eq_any(owners));
            }
        }
        if let Some(source) = source {
            query = query.filter(known_to!(source));
        }
        if let Some(after) = after {
            query = query.filter(customers::id.gt(after));
        }
        query.order(customers::id).limit(limit).load(c)
    })
}

/// The LIKE pattern for texts that hold `text` as it stands.
pub(super) fn within(text: &str) -> String {
    let mut pattern = String::from("%");
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

/// One customer, if he is in `scope`.
///
/// # Errors
/// What the database reports.
pub fn find_in(conn: &mut Conn<'_>, id: CustomerId, scope: &Scope) -> DbResult<Option<Customer>> {
    match scope {
        Scope::All => find(conn, id),
        Scope::Source(source) => on_db!(conn, c => customers::table
            .find(id)
            .filter(known_to!(source))
            .select(Customer::as_select())
            .first(c)
            .optional()),
        Scope::Referrer(_) | Scope::Nothing => Ok(None),
    }
}

/// Writes back a customer read under lock.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Customer) -> DbResult<()> {
    update_all(tx, std::slice::from_ref(row))
}

/// Writes back customers read under lock, many per statement: all of them exist, so that every row
/// meets its own id and is updated.
///
/// # Errors
/// What the database reports.
pub fn update_all(tx: &mut Tx<'_>, rows: &[Customer]) -> DbResult<()> {
    for slice in rows.chunks(super::ROWS_PER_INSERT) {
        on_db!(tx, c => diesel::insert_into(customers::table)
            .values(slice)
            .on_conflict(customers::id)
            .do_update()
            .set((
                customers::name.eq(excluded(customers::name)),
                customers::name_folded.eq(excluded(customers::name_folded)),
                customers::first_order_at.eq(excluded(customers::first_order_at)),
                customers::orders_before.eq(excluded(customers::orders_before)),
                customers::history_since.eq(excluded(customers::history_since)),
                customers::tier.eq(excluded(customers::tier)),
                customers::introduced.eq(excluded(customers::introduced)),
                customers::locale.eq(excluded(customers::locale)),
                customers::metadata.eq(excluded(customers::metadata)),
                customers::merged_into.eq(excluded(customers::merged_into)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Notes that the shop sold to these customers in the past, under their locks; the earliest stands.
///
/// # Errors
/// What the database reports.
pub fn remember_history(tx: &mut Tx<'_>, orders: &std::collections::BTreeSet<(CustomerId, Instant)>) -> DbResult<()> {
    for (customer, at) in orders {
        let later = customers::history_since.is_null().or(customers::history_since.gt(at));
        on_db!(tx, c => diesel::update(customers::table.find(customer).filter(later))
            .set(customers::history_since.eq(at))
            .execute(c))?;
    }
    Ok(())
}

/// Notes pairs of customers that may be one person, the kept one first; the owner decides. A pair
/// noted before stays as it is.
///
/// # Errors
/// What the database reports.
pub fn propose_merges(tx: &mut Tx<'_>, pairs: &[(CustomerId, CustomerId)], now: Instant) -> DbResult<()> {
    for slice in pairs.chunks(super::ROWS_PER_INSERT) {
        let rows: Vec<_> = slice
            .iter()
            .map(|(kept, other)| {
                (
                    merge_proposals::id.eq(ProposalId::new(now)),
                    merge_proposals::kept_id.eq(*kept),
                    merge_proposals::other_id.eq(*other),
                    merge_proposals::created_at.eq(now),
                )
            })
            .collect();
        on_db!(tx, c => diesel::insert_into(merge_proposals::table).values(&rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_name_is_searched_as_it_stands() {
        assert_eq!(within("50 %_\\"), "%50 \\%\\_\\\\%");
    }
}
