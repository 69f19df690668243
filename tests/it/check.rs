//! `check` finds what somebody changed behind the service's back, and says where.
#![cfg(test)]

use diesel::connection::{Connection, SimpleConnection};
use houndplan::db::{Conn, Db};
use houndplan::operations::check_ledger::{CheckReport, check_ledger};
use serde_json::{Value, json};

use super::app::{App, Engine, stories};
use super::client::Client;
use super::shop::{approved_batch, enrol, id_of, order, rules, sell};

stories! {
    whatever_is_tampered_with_is_named,
    the_command_says_so_and_fails,
}

fn whatever_is_tampered_with_is_named(app: &App) {
    a_busy_day(&app.owner());
    assert!(checked_after(app, "SELECT 1").clean, "clean to begin with");
    let mut unseen = Vec::new();
    // What was promised cannot be rewritten unseen either.
    let rewritten = ("commission.amount", doubled_rate(app.engine));
    for (what, statement) in tamperings(app.engine).into_iter().chain([rewritten]) {
        let report = checked_after(app, &statement);
        let named: Vec<&str> = report.differences.iter().map(|one| one.what).collect();
        if !named.contains(&what) {
            unseen.push(format!("{what} after {statement}: only {named:?}"));
        }
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
}

fn the_command_says_so_and_fails(app: &App) {
    a_busy_day(&app.owner());
    let clean = app.run(&["check", "--json"]);
    let said: Value = serde_json::from_slice(&clean.stdout).expect("JSON");
    assert!(clean.status.success() && said["live"]["clean"] == true, "{said:#}");
    assert!(said["live"]["checked"]["commissions"].as_i64() > Some(0), "{said:#}");
    let undo = |sign: &str| format!("UPDATE balances SET ready = ready {sign} 1, expense = expense {sign} 1");
    super::app::execute(&app.place(), &undo("+")).expect("raw SQL");
    let found = app.run(&["check"]);
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(!found.status.success() && said.contains("balance.ready_is_open_items"), "{said}");
    super::app::execute(&app.place(), &undo("-")).expect("raw SQL");
}

/// Sales, refunds, adjustments, and payouts in most of their ends.
fn a_busy_day(owner: &Client) {
    rules(owner, &json!({"hold_days": 0, "payout_minimum": {"EUR": 100}}));
    let referrers: Vec<String> =
        (0..4).map(|place| enrol(owner, &format!("r{place}@example.com"), &format!("DAY{place}"))).collect();
    for place in 0..8 {
        let buyer = format!("b{place}@example.com");
        sell(owner, &order(&format!("A-{place}"), 50_000, &buyer, &format!("DAY{}", place % 4)));
    }
    refund(owner, "A-0", 10_000);
    settle(owner, &approved_batch(owner), "paid");
    refund(owner, "A-1", 50_000);
    for place in 8..12 {
        let buyer = format!("b{place}@example.com");
        sell(owner, &order(&format!("A-{place}"), 70_000, &buyer, &format!("DAY{}", place % 4)));
    }
    settle(owner, &approved_batch(owner), "failed");
    let again = approved_batch(owner);
    settle(owner, &again, "paid");
    let payout = id_of(&again["payouts"][0]);
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "returned"})).is(200);
    let bonus = json!({"referrer_id": referrers[3], "amount": {"amount": 500, "currency": "EUR"}, "reason": "Thanks"});
    owner.post_once("/v1/adjustments", &bonus).is(201);
    sell(owner, &order("A-20", 90_000, "b20@example.com", "DAY2"));
    approved_batch(owner);
    sell(owner, &order("A-21", 90_000, "b21@example.com", "DAY2"));
}

fn refund(owner: &Client, order_id: &str, amount: i64) {
    owner.post("/v1/refunds", &json!({"refund_id": order_id, "order_id": order_id, "amount": amount})).is(201);
}

fn settle(owner: &Client, batch: &Value, result: &str) {
    owner.post(&format!("/v1/payout-batches/{}/settle", id_of(batch)), &json!({"result": result})).is(200);
}

/// The report after `statement`, which is taken back.
fn checked_after(app: &App, statement: &str) -> CheckReport {
    let mut report = None;
    let body = |report: &mut Option<CheckReport>, conn: &mut Conn<'_>| {
        *report = Some(check_ledger(conn).unwrap_or_else(|fault| panic!("{statement}: {fault}")));
    };
    let rolled_back = match app.place().open().expect("the ledger") {
        Db::Sqlite(mut conn) => conn.transaction(|conn| {
            conn.batch_execute(statement).unwrap_or_else(|fault| panic!("{statement}: {fault}"));
            body(&mut report, &mut Conn::Sqlite(conn));
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        }),
        Db::Postgres(mut session) => {
            // Never committed: the connection ends with this arm.
            session.conn.begin_test_transaction().expect("a transaction");
            // On one view, as `check` reads it: the worker goes on meanwhile.
            session.conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").expect("a level");
            session.conn.batch_execute(statement).unwrap_or_else(|fault| panic!("{statement}: {fault}"));
            body(&mut report, &mut Conn::Postgres(&mut session));
            Err(diesel::result::Error::RollbackTransaction)
        }
    };
    assert_eq!(rolled_back, Err(diesel::result::Error::RollbackTransaction));
    report.expect("a report")
}

/// Makes 20 % of the 10 % that all terms promised.
fn doubled_rate(engine: Engine) -> String {
    let text = r#"REPLACE(CAST(body AS TEXT), '"10"', '"20"')"#;
    let json = if engine == Engine::Postgres { format!("CAST({text} AS JSONB)") } else { text.to_owned() };
    format!("{}UPDATE terms SET body = {json}", unguarded(engine, "terms"))
}

/// What `check` must name, and the statement that makes it wrong.
fn tamperings(engine: Engine) -> Vec<(&'static str, String)> {
    let pick = |table: &str, key: &str, filter: &str| {
        format!("{key} = (SELECT {key} FROM {table} WHERE {filter} ORDER BY {key} LIMIT 1)")
    };
    let one = |table: &str, change: &str, filter: &str| {
        format!("{}UPDATE {table} SET {change} WHERE {}", unguarded(engine, table), pick(table, "id", filter))
    };
    let of_sale = |table: &str, change: &str, filter: &str| {
        format!("{}UPDATE {table} SET {change} WHERE {}", unguarded(engine, table), pick(table, "sale_id", filter))
    };
    let gone = |table: &str, key: &str, filter: &str| {
        format!("{}DELETE FROM {table} WHERE {filter} AND {}", unguarded(engine, table), pick(table, key, filter))
    };
    let (new_id, yes) = words(engine);
    let first_referrer = "(SELECT id FROM referrers ORDER BY id LIMIT 1)";
    vec![
        ("balance", format!("UPDATE balances SET paid = paid + 1, expense = expense - 1 WHERE referrer_id = {first_referrer}")),
        ("balance.ready_is_open_items", format!("UPDATE balances SET ready = ready + 1 WHERE referrer_id = {first_referrer}")),
        ("commission.net", one("commissions", "net = net + 1", "net > 0")),
        ("commission.amount", one("commissions", "amount = amount + 1", "net > 0")),
        ("commission.status", one("commissions", "status = 'paid'", "status = 'approved'")),
        ("commission.status", one("commissions", "status = 'approved'", "status = 'paid'")),
        ("commission.approved_at_fits_status", one("commissions", "approved_at = NULL", "status = 'paid'")),
        ("sale.live_commission_of", one("commissions", &format!("live = NOT {yes}"), &format!("live = {yes}"))),
        ("sale.base_total_and_refunded", one("sales", "base = base + 1", "base > 0")),
        ("sale.base_total_and_refunded", one("sales", "base_refunded = base_refunded + 1", "base > 0")),
        ("sale.verdict", one("sales", "verdict_reason = 'history'", "base > 0")),
        ("sale.version", one("sales", "version = 7", "base > 0")),
        ("sale.friend_discount", one("sales", "friend_discount = 5", "base > 0")),
        ("revision.base_and_total", of_sale("sale_revisions", "base = base + 1", "base > 0")),
        ("verdict", of_sale("verdicts", "terms_version = 1", "terms_version = 2")),
        ("verdict", of_sale("verdicts", "evidence = 'click'", "evidence = 'code'")),
        ("sale.verdicts", gone("verdicts", "sale_id", "seq = 1")),
        ("commission.verdict", gone("verdicts", "sale_id", "seq = 1")),
        (
            "transfers.with_a_cause",
            format!(
                "INSERT INTO transfers SELECT {new_id}, kind, referrer_id, currency, from_account, to_account, amount, posted_at FROM transfers WHERE kind = 'accrue' LIMIT 1"
            ),
        ),
        ("payout.postings", gone("transfers", "cause_id", "kind = 'settle'")),
        (
            "commission.accrued",
            format!(
                "{}UPDATE transfers SET amount = amount + 1 WHERE {} AND kind = 'accrue'",
                unguarded(engine, "transfers"),
                pick("transfers", "cause_id", "kind = 'accrue'")
            ),
        ),
        ("change.posting_fits", one("commission_changes", "amount = amount - 1", "amount <> 0")),
        ("adjustment.posting", one("adjustments", "amount = amount + 1", "amount > 0")),
        ("payout.amount", one("payouts", "amount = amount + 1", "rail = 'manual'")),
        ("payout_line.released", one("payouts", "status = 'paid'", "status = 'failed'")),
        ("payout.idempotency_key", one("payouts", "idempotency_key = 'x'", "amount > 0")),
        ("payout.lines", gone("payout_lines", "payout_id", "released_at IS NOT NULL")),
        ("payout_batch.status", one("payout_batches", "status = 'approved'", "status = 'done'")),
        (
            "mail.job",
            format!(
                "INSERT INTO mails (id, kind, subject_id, referrer_id, message_id, status, created_at) SELECT {new_id}, 'welcome', {new_id}, id, '<x@y>', 'queued', created_at FROM referrers LIMIT 1"
            ),
        ),
        (
            "customer.live_referrals",
            format!(
                "DROP INDEX referrals_live; INSERT INTO referrals SELECT {new_id}, program_id, customer_id, referrer_id, code, terms_version, sale_id, since, created_at, NULL FROM referrals WHERE ended_at IS NULL LIMIT 1"
            ),
        ),
    ]
}

/// A new id and "yes" in the engine's own words.
fn words(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Sqlite => ("randomblob(16)", "1"),
        Engine::Postgres => ("gen_random_uuid()", "true"),
    }
}

/// Opens an append-only table, as only the database's owner can.
fn unguarded(engine: Engine, table: &str) -> String {
    if !["verdicts", "sale_revisions", "transfers", "commission_changes", "adjustments", "terms"].contains(&table) {
        return String::new();
    }
    match engine {
        Engine::Sqlite => format!("DROP TRIGGER {table}_no_update; DROP TRIGGER {table}_no_delete; "),
        Engine::Postgres => format!("DROP TRIGGER {table}_append_only ON {table}; "),
    }
}
