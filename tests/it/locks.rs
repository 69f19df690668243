//! What another process holds: it is waited for, not for ever, and what it knew is not passed by. Only
//! PostgreSQL has two that write.
#![cfg(test)]

use diesel::connection::SimpleConnection;
use houndplan::db::Db;
use serde_json::{Value, json};

use super::app::{App, Engine, play};
use super::client::{Answer, Client};
use super::shop::{enrol, rules};

/// Somebody else's transaction, which ends when it is dropped.
struct Holder(Db);

impl Holder {
    fn of(app: &App, statement: &str) -> Self {
        let mut db = app.place().open().expect("a connection");
        let Db::Postgres(session) = &mut db else { panic!("not on PostgreSQL") };
        session.conn.batch_execute(&format!("BEGIN; {statement}")).expect(statement);
        Self(db)
    }

    fn lets_go(self) {
        let Self(mut db) = self;
        let Db::Postgres(session) = &mut db else { panic!("not on PostgreSQL") };
        session.conn.batch_execute("ROLLBACK").expect("an end");
    }
}

fn thanks(joe: &str) -> Value {
    json!({"referrer_id": joe, "kind": "adjust", "amount": {"amount": 100, "currency": "EUR"}, "reason": "Thank you"})
}

#[test]
fn a_key_that_a_rival_holds_is_waited_for_and_then_refused() {
    play(Engine::Postgres, |app| {
        let owner = app.owner();
        let joe = enrol(&owner, "joe@example.com", "JOE");
        let owners = &app.ask("SELECT CAST(id AS TEXT) AS line FROM tokens WHERE role = 'owner'")[0];
        let row = format!("INSERT INTO idempotency_keys VALUES ('{owners}', 'held', '', 0, '', now())");
        let rival = Holder::of(app, &row);
        let again = || owner.with("Idempotency-Key", "held").post("/v1/adjustments", &thanks(&joe));
        let refused = again();
        assert_eq!(refused.header("retry-after"), Some("2"));
        refused.refused(409, "idempotency_key_in_use");
        rival.lets_go();
        again().is(201);
        assert_eq!(again().header("idempotency-replayed"), Some("true"));
    });
}

#[test]
fn an_adjustment_waits_for_whoever_judges_by_the_budget() {
    play(Engine::Postgres, |app| {
        let owner = app.owner();
        let joe = enrol(&owner, "joe@example.com", "JOE");
        let give = |client: &Client| -> Answer { client.post_once("/v1/adjustments", &thanks(&joe)) };
        let judge = || Holder::of(app, "SELECT id FROM programs FOR NO KEY UPDATE");
        // Without a budget nobody looks at what was spent.
        let one = judge();
        give(&owner).is(201);
        one.lets_go();
        rules(&owner, &json!({"caps": {"budget": {"EUR": 10_000}}}));
        let one = judge();
        give(&owner).refused(503, "overloaded");
        one.lets_go();
        give(&owner).is(201);
    });
}
