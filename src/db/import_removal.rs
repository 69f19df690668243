//! Taking customers out of the customer file again.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::schema::{customer_keys, customers};
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::id::CustomerId;

/// Those of the given customers of whom nothing is known but what a file of the storefront `source` said: nobody
/// sold them anything, introduced them, enrolled them, merged them or knows them by a number of another shop.
///
/// # Errors
/// What the database reports.
pub fn untouched(conn: &mut Conn<'_>, ids: &[CustomerId], source: &str) -> DbResult<Vec<CustomerId>> {
    let alone = "customers.merged_into IS NULL
        AND NOT EXISTS (SELECT 1 FROM sales s WHERE s.customer_id = customers.id)
        AND NOT EXISTS (SELECT 1 FROM referrals r WHERE r.customer_id = customers.id)
        AND NOT EXISTS (SELECT 1 FROM introductions i WHERE i.customer_id = customers.id)
        AND NOT EXISTS (SELECT 1 FROM referrers e WHERE e.customer_id = customers.id)
        AND NOT EXISTS (SELECT 1 FROM customers m WHERE m.merged_into = customers.id)
        AND NOT EXISTS (SELECT 1 FROM merge_proposals p WHERE p.kept_id = customers.id OR p.other_id = customers.id)
        AND NOT EXISTS (SELECT 1 FROM customer_keys k WHERE k.customer_id = customers.id
            AND k.kind = 'external_id' AND k.source <> ";
    let mut found = Vec::with_capacity(ids.len());
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<CustomerId> = on_db!(conn, c => customers::table
            .filter(customers::id.eq_any(slice))
            .filter(sql::<Bool>(alone).bind::<Text, _>(source).sql(")"))
            .order(customers::id)
            .select(customers::id)
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Removes customers of whom nothing else speaks, with their keys.
///
/// # Errors
/// What the database reports; somebody who is named elsewhere is an error.
pub fn remove(tx: &mut Tx<'_>, ids: &[CustomerId]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::delete(customer_keys::table.filter(customer_keys::customer_id.eq_any(slice))).execute(c))?;
        on_db!(tx, c => diesel::delete(customers::table.filter(customers::id.eq_any(slice))).execute(c))?;
    }
    Ok(())
}
