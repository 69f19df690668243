//! Everything that is kept about a referrer, for himself (GDPR Art. 15 and 20). What is sealed is shown masked; friends
//! are not named, for what is about them is not his.

use serde_json::{Value, json};

use crate::db::claims::{self, ClaimFilter};
use crate::db::portal::{self, Earning};
use crate::db::sale_lists::{self, SaleFilter};
use crate::db::{Conn, DbResult, commissions, customers, joins, ledger, payout_methods, referrers};
use crate::domain::id::{CommissionId, CustomerId, MailId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;

/// Rows read at a time.
const PAGE: i64 = 500;

/// More of a kind than anybody has; a document must end.
const ROWS_MAX: usize = 50_000;

/// Everything about the referrer `id`; none if there is no such referrer.
///
/// # Errors
/// What the database reports.
pub fn export_person(conn: &mut Conn<'_>, now: Instant, id: ReferrerId) -> DbResult<Option<Value>> {
    let Some(person) = portal::person(conn, id)? else { return Ok(None) };
    let codes: Vec<Value> = referrers::codes_of(conn, &[id])?
        .iter()
        .map(|code| json!({ "code": code.code, "status": code.status, "created_at": code.created_at }))
        .collect();
    let method = payout_methods::find(conn, id)?
        .map(|row| json!({ "rail": row.rail, "account": row.account, "since": row.created_at, "held_until": row.hold_until }));
    let asked = joins::of_customer(conn, person.customer_id)?.map(
        |join| json!({ "at": join.created_at, "terms_version": join.terms_version, "status": join.status, "ended_at": join.ended_at }),
    );
    Ok(Some(json!({
        "made_at": now,
        "customer": of_customer(conn, person.customer_id)?,
        "purchases": purchases(conn, person.customer_id)?,
        "referrer": { "id": id, "status": person.status, "since": person.since, "joined": asked },
        "codes": codes,
        "balances": ledger::balances_of(conn, id)?,
        "commissions": earned(conn, id)?,
        "payout_details": method,
        "payouts": paid(conn, id)?,
        "claims": claimed(conn, id)?,
        "letters": letters(conn, id)?,
    })))
}

fn of_customer(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Value> {
    let row = customers::find(conn, id)?.ok_or(crate::db::DbFault::NotFound)?;
    let keys: Vec<Value> = customers::keys_of(conn, &[id])?
        .iter()
        .map(|key| json!({ "kind": key.kind, "source": key.source, "value": key.shown }))
        .collect();
    Ok(json!({
        "id": id,
        "name": row.name,
        "language": row.locale,
        "tier": row.tier,
        "keys": keys,
        "first_order_at": row.first_order_at,
        "orders_before": row.orders_before,
        "metadata": row.metadata.0,
        "created_at": row.created_at,
    }))
}

/// What he bought himself.
fn purchases(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Vec<Value>> {
    let mut filter = SaleFilter {
        scope: Scope::All,
        source: None,
        order_id: None,
        customer_id: Some(id),
        referrer_id: None,
        status: None,
        verdict: None,
        after: None,
        limit: PAGE,
    };
    let mut found = Vec::new();
    loop {
        let rows = sale_lists::list(conn, &filter)?;
        let last = rows.last().map(|row| row.id);
        found.extend(rows.iter().map(|row| {
            json!({ "source": row.source, "order_id": row.order_id, "status": row.status, "occurred_at": row.occurred_at,
                "total": row.total, "currency": row.currency })
        }));
        if is_last(rows.len(), found.len()) {
            return Ok(found);
        }
        filter.after = last;
    }
}

fn earned(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Vec<Value>> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let rows = portal::earnings(conn, id, before, PAGE)?;
        let ids: Vec<CommissionId> = rows.iter().map(|row| row.commission.id).collect();
        let changes = commissions::changes_of(conn, &ids)?;
        let of = |row: &Earning| -> Vec<Value> {
            let own = changes.iter().filter(|change| change.commission_id == row.commission.id);
            own.map(|change| json!({ "at": change.created_at, "cause": change.cause.as_db(), "amount": change.amount })).collect()
        };
        found.extend(rows.iter().map(|row| {
            let one = &row.commission;
            json!({ "id": one.id, "kind": one.kind, "bought_at": row.bought_at, "currency": one.currency, "amount": one.amount,
                "net": one.net, "status": one.status, "due_at": one.due_at, "approved_at": one.approved_at, "changes": of(row) })
        }));
        if is_last(rows.len(), found.len()) {
            return Ok(found);
        }
        before = ids.last().copied();
    }
}

fn paid(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Vec<Value>> {
    let (mut found, mut before) = (Vec::new(), None::<PayoutId>);
    loop {
        let rows = portal::payouts(conn, id, before, PAGE)?;
        found.extend(rows.iter().map(|row| {
            json!({ "id": row.id, "currency": row.currency, "amount": row.amount, "rail": row.rail, "account": row.account,
                "status": row.status, "reference": row.reference, "created_at": row.created_at, "settled_at": row.settled_at })
        }));
        if is_last(rows.len(), found.len()) {
            return Ok(found);
        }
        before = rows.last().map(|row| row.id);
    }
}

fn claimed(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Vec<Value>> {
    let mut filter = ClaimFilter { scope: Scope::Referrer(id), referrer_id: None, status: None, after: None, limit: PAGE };
    let mut found = Vec::new();
    loop {
        let rows = claims::list(conn, &filter)?;
        found.extend(rows.iter().map(|row| {
            json!({ "id": row.id, "order_id": row.order_id, "friend_name": row.friend, "bought_on": row.bought_on,
                "status": row.status, "reason": row.reason, "created_at": row.created_at, "ended_at": row.ended_at })
        }));
        if is_last(rows.len(), found.len()) {
            return Ok(found);
        }
        filter.after = rows.last().map(|row| row.id);
    }
}

fn letters(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Vec<Value>> {
    let (mut found, mut before) = (Vec::new(), None::<MailId>);
    loop {
        let rows = portal::letters(conn, id, before, PAGE)?;
        found.extend(rows.iter().map(|row| {
            json!({ "kind": row.kind, "to": row.recipient, "status": row.status.as_db(), "queued_at": row.created_at,
                "ended_at": row.ended_at })
        }));
        if is_last(rows.len(), found.len()) {
            return Ok(found);
        }
        before = rows.last().map(|row| row.id);
    }
}

fn is_last(page: usize, all: usize) -> bool {
    page < usize::try_from(PAGE).unwrap_or(usize::MAX) || all >= ROWS_MAX
}
