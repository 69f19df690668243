//! The join page: at once for whom the shop knows, by the owner's word for anybody else, and the same answer for both.

use serde_json::{Value, json};

use super::portal::{at_portal, links};
use super::visit::{Visit, hidden, words};
use crate::app::{App, stories};
use crate::client::Client;
use crate::letters::until;
use crate::shop::{all, enrol, id_of, rules};

stories! {
    whom_the_shop_knows_is_enrolled_at_once_and_anybody_else_by_the_owner,
    the_answer_tells_nobody_who_is_known,
    nobody_joins_without_the_terms_in_force,
    a_referrer_who_joins_again_is_sent_a_link_to_his_portal,
    who_was_turned_down_does_not_come_back_by_asking,
}

fn ask(app: &App, email: &str) -> (u16, Option<String>, String) {
    let mut visit = Visit::new(app);
    let version = hidden(&visit.page("/join"), "version");
    let answer = visit.send("/join", &[("email", email), ("accepted", "yes"), ("version", &version)]);
    (answer.status, answer.header("location").map(str::to_owned), visit.page("/join/sent"))
}

fn wishes(owner: &Client) -> Vec<Value> {
    all(owner, "/v1/decisions?kind=join")
}

fn referrers(owner: &Client) -> usize {
    all(owner, "/v1/referrers").len()
}

fn whom_the_shop_knows_is_enrolled_at_once_and_anybody_else_by_the_owner(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 14}));
    owner.post("/v1/customers", &json!({"email": "Bea@example.com", "name": "Bea"})).is(201);
    ask(app, "bea@EXAMPLE.com");
    until(app, "her link arrives", || !links(app, "Bea@example.com", "/r/").is_empty());
    assert_eq!((referrers(&owner), wishes(&owner).len()), (1, 0));
    let kept = "SELECT status || ' ' || CAST(terms_version AS TEXT) AS line FROM joins ORDER BY id";
    assert_eq!(app.ask(kept), ["accepted 2"]);

    ask(app, "new@example.com");
    until(app, "the wish is kept", || wishes(&owner).len() == 1);
    ask(app, "new@example.com");
    let wish = wishes(&owner).remove(0);
    assert_eq!(
        (&wish["kind"], &wish["join"]["status"], &wish["join"]["terms_version"]),
        (&json!("join"), &json!("open"), &json!(2))
    );
    assert_eq!(referrers(&owner), 1);
    let path = format!("/v1/joins/{}/decision", id_of(&wish));
    let accepted = owner.post(&path, &json!({"action": "accept"})).is(200);
    assert_eq!(accepted["status"], "accepted", "{accepted:#}");
    owner.post(&path, &json!({"action": "decline"})).refused(409, "join_decided");
    until(app, "his link arrives", || !links(app, "new@example.com", "/r/").is_empty());
    assert_eq!((referrers(&owner), wishes(&owner).len()), (2, 0));
    assert!(words(&at_portal(app, "new@example.com").page("/portal")).contains("Your link"));
}

fn the_answer_tells_nobody_who_is_known(app: &App) {
    let owner = app.owner();
    owner.post("/v1/customers", &json!({"email": "bea@example.com"})).is(201);
    enrol(&owner, "joe@example.com", "JOE");
    let known = ask(app, "bea@example.com");
    assert_eq!(known.0, 303);
    assert_eq!(ask(app, "joe@example.com"), known);
    assert_eq!(ask(app, "new@example.com"), known);
    assert_eq!(ask(app, "new@example.com"), known);
    until(app, "all is done", || wishes(&owner).len() == 1 && referrers(&owner) == 2);
}

fn nobody_joins_without_the_terms_in_force(app: &App) {
    let owner = app.owner();
    let mut visit = Visit::new(app);
    let page = visit.page("/join");
    let said = words(&page);
    for part in ["You get 10 % for each new customer", "30 days after the purchase", "€25.00 is ready", "(version 1)"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    let version = hidden(&page, "version");
    let unread = visit.submit("/join", &[("email", "a@example.com"), ("version", &version)]);
    assert!(unread.status == 422 && words(&unread.text).contains("Please accept what holds"), "{}", unread.text);
    assert!(unread.text.contains("value=\"a@example.com\""), "{}", unread.text);
    let nobody = visit.submit("/join", &[("email", "nobody"), ("accepted", "yes"), ("version", &version)]);
    assert!(nobody.status == 422 && words(&nobody.text).contains("not an e-mail address"), "{}", nobody.text);
    rules(&owner, &json!({"hold_days": 7}));
    let old = visit.submit("/join", &[("email", "a@example.com"), ("accepted", "yes"), ("version", &version)]);
    assert!(old.status == 422 && words(&old.text).contains("7 days after the purchase"), "{}", old.text);
    rules(&owner, &json!({"closed": true}));
    assert!(words(&visit.page("/join")).contains("nobody new can join"));
    let closed = visit.submit("/join", &[("email", "a@example.com"), ("accepted", "yes"), ("version", "3")]);
    assert_eq!(closed.status, 409);
    assert_eq!(visit.with("Sec-Fetch-Site", "cross-site").send("/join", &[("email", "a@example.com")]).status, 403);
    assert_eq!((wishes(&owner).len(), referrers(&owner)), (0, 0));
}

fn a_referrer_who_joins_again_is_sent_a_link_to_his_portal(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    ask(app, "joe@example.com");
    until(app, "a link arrives", || links(app, "joe@example.com", "/portal/enter/").len() == 1);
    assert_eq!(app.ask("SELECT 'x' AS line FROM mails WHERE kind = 'welcome'").len(), 1);
}

fn who_was_turned_down_does_not_come_back_by_asking(app: &App) {
    let owner = app.owner();
    ask(app, "new@example.com");
    until(app, "the wish is kept", || wishes(&owner).len() == 1);
    let path = format!("/v1/joins/{}/decision", id_of(&wishes(&owner)[0]));
    owner.post(&path, &json!({"action": "decline"})).is(200);
    ask(app, "new@example.com");
    // Answers come before anything is written: what was asked for next is there after what was asked for before.
    ask(app, "other@example.com");
    until(app, "the next wish is kept", || wishes(&owner).len() == 1);
    assert_eq!((referrers(&owner), app.ask("SELECT 'x' AS line FROM joins").len()), (0, 2));
    // The owner may change his mind.
    enrol(&owner, "new@example.com", "NEW");
    assert_eq!(referrers(&owner), 1);
}
