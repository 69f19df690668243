//! Decide: what waits is shown with its reasons; a decision is carried out once, ten seconds later, or taken back.

use serde_json::{Value, json};

use super::sales::accountant;
use super::visit::{Visit, hidden, words};
use crate::app::{App, Engine, execute, stories};
use crate::client::Client;
use crate::letters::until;
use crate::shop::{advance, all, balance, enrol, id_of, order, sell};

stories! {
    a_decision_taken_back_in_time_never_happened,
    a_decision_is_carried_out_once_by_the_worker_and_then_it_is_too_late,
    a_named_friend_is_matched_by_hand,
    claims_are_decided_and_what_the_law_refuses_comes_back_with_its_reason,
    pairs_are_merged_or_left_as_two,
    whom_no_letter_reached_is_given_another_address,
    an_accountant_sees_what_waits_and_decides_nothing,
}

/// A sale that looks as if the referrer had bought himself; would earn 10 euros.
fn suspicious(shop: &Client, number: &str) -> (String, String) {
    let joe = json!({"customer": {"email": "j.oe@gmail.com", "name": "Joe Doe"}, "code": "JOE"});
    let joe = id_of(&shop.post("/v1/referrers", &joe).json());
    let sale = sell(shop, &order(number, 10_000, "joe+shop@googlemail.com", "JOE"));
    assert_eq!(sale["verdict"]["kind"], "held", "{sale:#}");
    (joe, id_of(&sale))
}

fn sandbox_desk(app: &App) -> Visit {
    let mut visit = Visit::owner(app);
    let page = visit.submit("/desk/mode", &[("mode", "sandbox")]);
    assert_eq!(page.status, 200, "{}", page.text);
    visit
}

fn decide(visit: &mut Visit, kind: &str, subject: &str, fields: &[(&str, &str)]) -> String {
    let about = [("kind", kind), ("subject", subject)];
    let answer = visit.submit("/desk/decide", &[&about, fields].concat());
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

fn verdict(shop: &Client, sale: &str) -> Value {
    shop.get(&format!("/v1/sales/{sale}")).is(200)["verdict"]["kind"].clone()
}

fn a_decision_taken_back_in_time_never_happened(app: &App) {
    let (shop, mut visit) = (app.sandbox(), sandbox_desk(app));
    assert!(words(&visit.page("/desk/decide")).contains("Nothing waits for you."));
    let (joe, sale) = suspicious(&shop, "S-1");
    let page = visit.page("/desk/decide");
    let said = words(&page);
    for part in ["Order S-1 over €100.00", "Joe Doe would earn €10.00", "own, written differently", "Since today.", "Release"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(page.contains("data-key=\"a\"") && page.contains("data-item") && page.contains("tabindex=\"0\""), "{page}");

    let page = decide(&mut visit, "sale", &sale, &[("verb", "release")]);
    let said = words(&page);
    assert!(said.contains("Order S-1 over €100.00 – released.") && said.contains("Nothing waits for you."), "{said}");
    // Whoever decides meanwhile on the same is told.
    let page = decide(&mut visit, "sale", &sale, &[("verb", "deny")]);
    assert!(words(&page).contains("This was decided already."), "{page}");
    let undone = visit.submit("/desk/decide/undo", &[("id", &hidden(&page, "id"))]);
    assert!(words(&undone.text).contains("Taken back: nothing has happened."), "{}", undone.text);
    advance(&shop, 1);
    assert_eq!((verdict(&shop, &sale), balance(&shop, &joe)), (json!("held"), [0, 0, 0, 0]));
    assert!(words(&visit.page("/desk/decide")).contains("Order S-1 over"));

    // The same again, and nobody takes it back: the sandbox's clock carries it out.
    let page = decide(&mut visit, "sale", &sale, &[("verb", "release"), ("note", "A household of two")]);
    let id = hidden(&page, "id");
    advance(&shop, 1);
    assert_eq!((verdict(&shop, &sale), balance(&shop, &joe)), (json!("attributed"), [1_000, 0, 0, 0]));
    let late = visit.submit("/desk/decide/undo", &[("id", &id)]);
    assert!(words(&late.text).contains("Too late"), "{}", late.text);
}

fn a_decision_is_carried_out_once_by_the_worker_and_then_it_is_too_late(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let (joe, sale) = suspicious(&owner, "S-1");
    let page = decide(&mut visit, "sale", &sale, &[("verb", "release"), ("note", "Asked her")]);
    let id = hidden(&page, "id");
    until(app, "the worker carries it out", || verdict(&owner, &sale) == "attributed");
    assert_eq!(balance(&owner, &joe), [1_000, 0, 0, 0]);
    let audit = app.ask("SELECT action || ' ' || actor || ' ' || CAST(detail AS TEXT) AS line FROM audit_log ORDER BY id");
    let decided: Vec<&String> = audit.iter().filter(|line| line.starts_with("sale.decision owner:")).collect();
    assert!(decided.len() == 1 && decided[0].contains("Asked her"), "{audit:?}");
    assert_eq!(app.ask("SELECT kind AS line FROM pending_decisions"), Vec::<String>::new());
    until(app, "he is written to", || {
        app.ask("SELECT kind AS line FROM mails WHERE status = 'sent'").iter().any(|kind| kind == "sale_credited")
    });
    let late = visit.submit("/desk/decide/undo", &[("id", &id)]);
    assert!(words(&late.text).contains("Too late: it has been carried out already."), "{}", late.text);
    assert_eq!(verdict(&owner, &sale), "attributed");
}

fn a_named_friend_is_matched_by_hand(app: &App) {
    let (shop, mut visit) = (app.sandbox(), sandbox_desk(app));
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let named = json!({"order_id": "N-1", "currency": "EUR", "subtotal": 10_000, "customer": {"email": "bea@example.com"},
        "referred_by": {"name": "Uncle Joe"}});
    let sale = id_of(&sell(&shop, &named));
    assert!(words(&visit.page("/desk/decide")).contains("the buyer answered: Uncle Joe"));
    let unknown = visit.submit("/desk/decide", &[("kind", "sale"), ("subject", &sale), ("verb", "credit"), ("who", "NOBODY")]);
    assert_eq!(unknown.status, 422);
    assert!(words(&unknown.text).contains("Nobody has this code or address.") && unknown.text.contains("value=\"NOBODY\""));
    decide(&mut visit, "sale", &sale, &[("verb", "credit"), ("who", "joe@example.com")]);
    advance(&shop, 1);
    assert_eq!((verdict(&shop, &sale), balance(&shop, &joe)), (json!("attributed"), [1_000, 0, 0, 0]));
}

fn claims_are_decided_and_what_the_law_refuses_comes_back_with_its_reason(app: &App) {
    let (shop, mut visit) = (app.sandbox(), sandbox_desk(app));
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let bought = |number: &str, buyer: &str| {
        let report = json!({"order_id": number, "currency": "EUR", "subtotal": 10_000, "customer": {"email": buyer}});
        sell(&shop, &report);
    };
    bought("A-1", "bea@example.com");
    bought("OWN", "joe@example.com");
    let claim = |number: &str| id_of(&shop.post("/v1/claims", &json!({"referrer_id": joe, "order_id": number})).is(201));
    let (right, own, wrong) = (claim("A-1"), claim("OWN"), claim("NOWHERE"));
    let said = words(&visit.page("/desk/decide"));
    assert!(said.contains("Order A-1 over €100.00") && said.contains("No order with this number was reported"), "{said}");

    let missing = visit.submit("/desk/decide", &[("kind", "claim"), ("subject", &wrong), ("verb", "accept")]);
    assert!(missing.status == 422 && words(&missing.text).contains("No order with this number"), "{}", missing.text);
    decide(&mut visit, "claim", &right, &[("verb", "accept")]);
    decide(&mut visit, "claim", &wrong, &[("verb", "decline"), ("reason", "not_confirmed")]);
    decide(&mut visit, "claim", &own, &[("verb", "accept")]);
    assert!(all(&shop, "/v1/claims").iter().all(|claim| claim["status"] == "open"), "nothing is decided yet");
    advance(&shop, 1);
    let stands = |id: &str| {
        let claims = all(&shop, "/v1/claims");
        claims.iter().find(|claim| claim["id"] == *id).expect("the claim")["status"].clone()
    };
    assert_eq!([stands(&right), stands(&wrong), stands(&own)], [json!("accepted"), json!("declined"), json!("open")]);
    assert_eq!(balance(&shop, &joe), [1_000, 0, 0, 0]);
    let said = words(&visit.page("/desk/decide"));
    assert!(said.contains("Your last decision could not be carried out:"), "{said}");
    decide(&mut visit, "claim", &own, &[("verb", "decline"), ("reason", "own_purchase")]);
    advance(&shop, 1);
    assert_eq!(stands(&own), "declined");
    assert!(words(&visit.page("/desk/decide")).contains("Nothing waits for you."));
}

fn pairs_are_merged_or_left_as_two(app: &App) {
    let (shop, mut visit) = (app.sandbox(), sandbox_desk(app));
    let pair = |number: &str| {
        let (key, email) = (json!({"external_id": number}), json!({"email": format!("{number}@example.com")}));
        let kept = id_of(&shop.post("/v1/customers", &key).is(201));
        shop.post("/v1/customers", &email).is(201);
        shop.post("/v1/customers", &json!({"external_id": number, "email": format!("{number}@example.com")})).is(200);
        kept
    };
    let (one, two) = (pair("m-1"), pair("m-2"));
    let proposals = all(&shop, "/v1/decisions?kind=merge_proposal");
    assert_eq!(proposals.len(), 2);
    decide(&mut visit, "merge", &id_of(&proposals[0]), &[("verb", "merge")]);
    let page = decide(&mut visit, "merge", &id_of(&proposals[1]), &[("verb", "dismiss")]);
    assert_eq!(page.matches("/desk/decide/undo").count(), 2, "each can be taken back: {page}");
    advance(&shop, 1);
    let keys = |id: &str| shop.get(&format!("/v1/customers/{id}")).is(200)["keys"].as_array().expect("keys").len();
    assert_eq!((keys(&one), keys(&two)), (2, 1));
    assert_eq!(all(&shop, "/v1/decisions"), Vec::<Value>::new());
}

fn whom_no_letter_reached_is_given_another_address(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let (id, at) = match app.engine {
        Engine::Sqlite => ("x'0190163d8694739baea5966c26f8ad92'", "1790000000000000"),
        Engine::Postgres => ("'0190163d-8694-739b-aea5-966c26f8ad92'", "now()"),
    };
    let bounce = format!(
        "INSERT INTO mail_bounces (id, address, hard_at, soft_count, complained_at, last_at) \
         VALUES ({id}, 'joe@example.com', {at}, 0, NULL, {at})"
    );
    execute(&app.place(), &bounce).expect("a bounce");
    let said = words(&visit.page("/desk/decide"));
    assert!(said.contains("No letter reaches JOE") && said.contains("Came back from: joe@example.com"), "{said}");
    let waiting = id_of(&all(&owner, "/v1/decisions?kind=unreachable_referrer")[0]);
    let about = [("kind", "unreachable"), ("subject", waiting.as_str()), ("verb", "new_address")];
    let wrong = visit.submit("/desk/decide", &[&about[..], &[("email", "joe")]].concat());
    assert!(wrong.status == 422 && words(&wrong.text).contains("Enter an e-mail address"), "{}", wrong.text);
    decide(&mut visit, "unreachable", &waiting, &[("verb", "new_address"), ("email", "Joe@new.example")]);
    until(app, "the address is kept", || all(&owner, "/v1/decisions").is_empty());
    let customer = owner.get(&format!("/v1/referrers/{joe}")).is(200)["customer"].clone();
    assert_eq!(customer["keys"].as_array().map(Vec::len), Some(2), "{customer:#}");
    assert!(words(&visit.page("/desk/decide")).contains("Nothing waits for you."));
}

fn an_accountant_sees_what_waits_and_decides_nothing(app: &App) {
    let owner = app.owner();
    let mut visit = accountant(app);
    let (_, sale) = suspicious(&owner, "S-1");
    let page = visit.page("/desk/decide");
    assert!(words(&page).contains("Order S-1 over") && !page.contains("action=\"/desk/decide\""), "{page}");
    let answer = visit.send("/desk/decide", &[("kind", "sale"), ("subject", &sale), ("verb", "release")]);
    assert_eq!(answer.status, 403);
    let undo = visit.send("/desk/decide/undo", &[("id", &sale)]);
    assert_eq!(undo.status, 403);
    assert_eq!(app.ask("SELECT kind AS line FROM pending_decisions"), Vec::<String>::new());
}
