//! "I sent her": introductions registered at sign-up, referrers' claims and the owner's inbox.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{advance, all, balance, enrol, id_of, order, rules, sell};

/// Kind, reason and evidence of a sale's verdict.
fn verdict(sale: &Value) -> (&str, &str, &str) {
    let word = |name: &str| sale["verdict"][name].as_str().unwrap_or("");
    (word("kind"), word("reason"), word("evidence"))
}

fn by(order_id: &str, buyer: &str) -> Value {
    json!({"order_id": order_id, "currency": "EUR", "subtotal": 10_000, "customer": {"email": buyer}})
}

fn read(shop: &Client, sale: &Value) -> Value {
    shop.get(&format!("/v1/sales/{}", id_of(sale))).is(200)
}

/// The kinds of letters about claims, in the order they were queued.
fn letters(app: &App) -> Vec<String> {
    app.ask("SELECT kind AS line FROM mails WHERE kind LIKE 'claim%' ORDER BY created_at, id")
}

stories! {
    an_introduction_registered_at_sign_up_earns_when_nothing_weighs_more,
    an_introduction_needs_consent_a_code_that_counts_and_somebody_else,
    an_introduction_ends_and_keeps_what_was_promised,
    of_two_customers_who_are_one_the_older_introduction_lives_on,
    an_accepted_claim_credits_under_the_terms_of_the_sales_day_and_every_step_is_told,
    a_claim_is_answered_the_same_whether_there_is_such_an_order_or_not,
    a_claim_that_cannot_be_right_is_not_accepted,
    claims_are_limited_and_expire_and_are_counted,
    a_claim_accepted_before_the_order_is_paid_waits_for_the_money,
    the_inbox_shows_what_waits_and_a_pair_can_be_dismissed,
}

fn an_introduction_registered_at_sign_up_earns_when_nothing_weighs_more(app: &App) {
    let (owner, shop) = (app.owner(), app.storefront("shop-a"));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    let sign_up = json!({"customer": {"email": "bea@example.com"}, "code": "joe", "consent": true});
    let registered = shop.post("/v1/referrals", &sign_up).is(201);
    assert_eq!((&registered["referrer_id"], &registered["live"]), (&json!(joe), &json!(true)));
    // The first stands, whatever is registered later.
    let again = shop.post("/v1/referrals", &json!({"customer": {"email": "bea@example.com"}, "code": "ANN", "consent": true}));
    assert_eq!(again.is(200), registered);
    let sale = sell(&owner, &by("A-1", "bea@example.com"));
    assert_eq!((verdict(&sale), &sale["verdict"]["code"]), (("attributed", "", "introduction"), &json!("JOE")), "{sale:#}");
    assert_eq!(balance(&owner, &joe), [1_000, 0, 0, 0]);

    // A code at checkout weighs more.
    shop.post("/v1/referrals", &json!({"customer": {"email": "cleo@example.com"}, "code": "JOE", "consent": true})).is(201);
    let coded = sell(&owner, &order("A-2", 10_000, "cleo@example.com", "ANN"));
    assert_eq!(verdict(&coded), ("attributed", "", "code"));
    // Introduced after the order: nothing is earned by it.
    sell(&owner, &by("A-3", "dora@example.com"));
    shop.post("/v1/referrals", &json!({"customer": {"email": "dora@example.com"}, "code": "JOE", "consent": true})).is(201);
    let earlier = json!({"order_id": "A-4", "currency": "EUR", "subtotal": 10_000, "occurred_at": "2026-01-01T00:00:00Z", "customer": {"email": "eve@example.com"}});
    shop.post("/v1/referrals", &json!({"customer": {"email": "eve@example.com"}, "code": "JOE", "consent": true})).is(201);
    assert_eq!(verdict(&sell(&owner, &earlier)), ("unattributed", "outside_window", ""));
    assert_eq!(all(&shop, "/v1/referrals").len(), 4);
    assert_eq!(all(&app.storefront("shop-b"), "/v1/referrals"), Vec::<Value>::new());
    assert_eq!(all(&owner, &format!("/v1/referrals?referrer_id={joe}")).len(), 4);
}

fn an_introduction_needs_consent_a_code_that_counts_and_somebody_else(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "old@example.com", "OLDCODE");
    owner.patch("/v1/codes/OLDCODE", &json!({"status": "retired"})).is(200);
    let ask = |who: &str, code: &str| json!({"customer": {"email": who}, "code": code, "consent": true});
    let asked = |body: &Value| owner.exchange("POST", "/v1/referrals", Some(body.to_string().as_bytes()));
    asked(&json!({"customer": {"email": "x@example.com"}, "code": "JOE", "consent": false}))
        .faults("/consent", "consent_required");
    asked(&ask("x@example.com", "NOSUCH")).faults("/code", "unknown_code");
    asked(&ask("x@example.com", "OLDCODE")).faults("/code", "code_retired");
    asked(&ask("joe@example.com", "JOE")).faults("/code", "self_referral");
    let nowhere = json!({"customer": {"email": "x@example.com"}, "ref": "0".repeat(32), "consent": true});
    asked(&nowhere).faults("/ref", "unknown_code");
    let past =
        json!({"customer": {"email": "x@example.com"}, "code": "JOE", "consent": true, "expires_at": "2026-01-01T00:00:00Z"});
    asked(&past).faults("/expires_at", "out_of_range");
    owner.order(&format!("/v1/referrers/{joe}/pause")).is(200);
    asked(&ask("x@example.com", "JOE")).faults("/code", "referrer_paused");
    assert_eq!(all(&owner, "/v1/referrals"), Vec::<Value>::new());
}

fn an_introduction_ends_and_keeps_what_was_promised(app: &App) {
    let sandbox = app.sandbox();
    rules(&sandbox, &json!({"introduction_days": 30, "commission": {"type": "percent", "rate": "20"}}));
    let joe = enrol(&sandbox, "joe@example.com", "JOE");
    for friend in ["bea@example.com", "cleo@example.com"] {
        sandbox.post("/v1/referrals", &json!({"customer": {"email": friend}, "code": "JOE", "consent": true})).is(201);
    }
    rules(&sandbox, &json!({"commission": {"type": "percent", "rate": "1"}}));
    advance(&sandbox, 29);
    let kept = sell(&sandbox, &by("A-1", "bea@example.com"));
    assert_eq!((verdict(&kept).2, &kept["commission"]["amount"]["amount"]), ("introduction", &json!(2_000)), "{kept:#}");
    advance(&sandbox, 2);
    assert_eq!(verdict(&sell(&sandbox, &by("A-2", "cleo@example.com"))), ("unattributed", "outside_window", ""));
    // Another one may be registered now, and paused referrers earn nothing by theirs.
    let anew = json!({"customer": {"email": "cleo2@example.com"}, "code": "JOE", "consent": true});
    sandbox.post("/v1/referrals", &anew).is(201);
    sandbox.order(&format!("/v1/referrers/{joe}/pause")).is(200);
    assert_eq!(verdict(&sell(&sandbox, &by("A-3", "cleo2@example.com"))), ("unattributed", "referrer_paused", ""));
}

fn of_two_customers_who_are_one_the_older_introduction_lives_on(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    let first =
        owner.post("/v1/referrals", &json!({"customer": {"email": "b1@example.com"}, "code": "JOE", "consent": true})).is(201);
    let second =
        owner.post("/v1/referrals", &json!({"customer": {"email": "b2@example.com"}, "code": "ANN", "consent": true})).is(201);
    let kept = second["customer_id"].as_str().expect("an id");
    owner.post(&format!("/v1/customers/{kept}/merge"), &json!({"other_id": first["customer_id"]})).is(200);
    let sale = sell(&owner, &by("A-1", "b2@example.com"));
    assert_eq!((verdict(&sale).2, &sale["verdict"]["referrer_id"]), ("introduction", &json!(joe)), "{sale:#}");
}

fn an_accepted_claim_credits_under_the_terms_of_the_sales_day_and_every_step_is_told(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let sale = sell(&owner, &by("A-1", "bea@example.com"));
    assert_eq!(verdict(&sale), ("unattributed", "no_evidence", ""));
    rules(&owner, &json!({"commission": {"type": "percent", "rate": "1"}}));
    let claim = app.referrer(&joe).post("/v1/claims", &json!({"order_id": "A-1"})).is(201);
    assert_eq!((&claim["status"], &claim["referrer_id"]), (&json!("open"), &json!(joe)));
    assert_eq!(letters(app), ["claim_received"]);

    let decided = format!("/v1/claims/{}/decision", id_of(&claim));
    let accepted = owner.post(&decided, &json!({"action": "accept"})).is(200);
    assert_eq!((&accepted["status"], &accepted["sale_id"]), (&json!("accepted"), &sale["id"]));
    assert_eq!(owner.post(&decided, &json!({"action": "accept"})).is(200), accepted);
    owner.post(&decided, &json!({"action": "decline", "reason": "too_late"})).refused(409, "claim_decided");
    let credited = read(&owner, &sale);
    assert_eq!(verdict(&credited), ("attributed", "", "accepted_claim"), "{credited:#}");
    assert_eq!(balance(&owner, &joe), [1_000, 0, 0, 0], "ten per cent, as on the day of the sale");
    assert_eq!(letters(app), ["claim_received", "claim_accepted"]);

    // It is judged again to the same end, and the words for it stand in the explanation.
    let why = owner.get(&format!("/v1/sales/{}/explanation", id_of(&sale))).is(200);
    let last = &why["verdicts"][1];
    assert_eq!((&last["verdict"], &last["inputs"]["claim"]["referrer_id"]), (&last["replayed"], &json!(joe)), "{why:#}");
    assert_eq!(last["note"], "a referrer's claim was accepted");
    // The owner's decision on the sale itself weighs more.
    owner.post(&format!("/v1/sales/{}/decision", id_of(&sale)), &json!({"action": "deny", "reason": "It was not she"})).is(200);
    assert_eq!(verdict(&read(&owner, &sale)), ("unattributed", "denied_by_owner", ""));
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 0]);
}

fn a_claim_is_answered_the_same_whether_there_is_such_an_order_or_not(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let ann = enrol(&owner, "ann@example.com", "ANN");
    sell(&owner, &order("A-1", 10_000, "bea@example.com", "ANN"));
    let referrer = app.referrer(&joe);
    let shape = |order_id: &str| {
        let mut answer = referrer.post("/v1/claims", &json!({"order_id": order_id})).is(201);
        for field in ["id", "order_id", "created_at", "decide_by"] {
            assert!(answer.as_object_mut().expect("fields").remove(field).is_some());
        }
        answer
    };
    assert_eq!(shape("A-1"), shape("NO-SUCH-ORDER"));
    let named = json!({"friend_name": "Bea", "bought_on": "2026-11-20"});
    let by_name = referrer.post("/v1/claims", &named).is(201);
    assert_eq!(referrer.post("/v1/claims", &named).is(200), by_name);
    // Nobody claims for another, and each sees his own.
    referrer.post("/v1/claims", &json!({"referrer_id": ann, "order_id": "A-9"})).refused(403, "forbidden");
    assert_eq!((all(&referrer, "/v1/claims").len(), all(&app.referrer(&ann), "/v1/claims").len()), (3, 0));
    let asked = |body: Value| referrer.exchange("POST", "/v1/claims", Some(body.to_string().as_bytes()));
    asked(json!({"friend_name": "Bea"})).faults("/order_id", "not_one");
    asked(json!({"friend_name": "Bea", "bought_on": "20.11.2026"})).faults("/bought_on", "invalid_date");
    asked(json!({"friend_name": "Bea", "bought_on": "2100-01-01"})).faults("/bought_on", "in_the_future");
}

fn a_claim_that_cannot_be_right_is_not_accepted(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let ann = enrol(&owner, "ann@example.com", "ANN");
    sell(&owner, &by("OWN", "joe@example.com"));
    sell(&owner, &by("FIRST", "bea@example.com"));
    let second = sell(&owner, &by("SECOND", "bea@example.com"));
    let accept = |who: &str, order_id: &str, sale: Option<&Value>| {
        let claim = owner.post("/v1/claims", &json!({"referrer_id": who, "order_id": order_id}));
        let mut body = json!({"action": "accept"});
        if let Some(sale) = sale {
            body["sale_id"] = sale["id"].clone();
        }
        owner.post(&format!("/v1/claims/{}/decision", id_of(&claim.json())), &body)
    };
    for (order_id, reason) in [("OWN", "self_referral"), ("SECOND", "not_first_sale")] {
        let problem = accept(&joe, order_id, None).refused(409, "sale_earns_nothing");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(reason)), "{problem:#}");
    }
    assert_eq!(verdict(&read(&owner, &second)), ("unattributed", "no_evidence", ""), "nothing was written");
    accept(&joe, "NOWHERE", None).refused(409, "no_such_sale");
    // One sale, one claim; named by the owner where the referrer did not know the number.
    accept(&joe, "FIRST", None).is(200);
    let first = owner.get("/v1/sales?order_id=FIRST").is(200)["data"][0].clone();
    accept(&ann, "WHATEVER", Some(&first)).refused(409, "claimed_before");
    assert_eq!((balance(&owner, &joe), balance(&owner, &ann)), ([1_000, 0, 0, 0], [0, 0, 0, 0]));
}

fn claims_are_limited_and_expire_and_are_counted(app: &App) {
    let sandbox = app.sandbox();
    rules(&sandbox, &json!({"claims": {"days": 7, "open_max": 2}}));
    let joe = enrol(&sandbox, "joe@example.com", "JOE");
    let file = |order_id: &str| sandbox.post("/v1/claims", &json!({"referrer_id": joe, "order_id": order_id}));
    let decide = |claim: &Value, body: Value| sandbox.post(&format!("/v1/claims/{}/decision", id_of(claim)), &body);
    sell(&sandbox, &by("A-1", "bea@example.com"));
    let (first, second) = (file("A-1").is(201), file("A-2").is(201));
    file("A-3").refused(409, "too_many_claims");
    decide(&first, json!({"action": "accept"})).is(200);
    decide(&second, json!({"action": "decline", "reason": "not_confirmed"})).is(200);
    let (third, fourth) = (file("A-3").is(201), file("A-4").is(201));
    advance(&sandbox, 6);
    assert_eq!(all(&sandbox, "/v1/claims?status=open").len(), 2);
    decide(&fourth, json!({"action": "decline", "reason": "too_late"})).is(200);
    advance(&sandbox, 2);
    let ended = all(&sandbox, "/v1/claims").into_iter().find(|claim| claim["id"] == third["id"]).expect("the claim");
    assert_eq!(ended["status"], "expired", "{ended:#}");
    decide(&third, json!({"action": "accept"})).refused(409, "claim_decided");
    let report = sandbox.get("/v1/reports/claims").is(200);
    assert_eq!(
        report,
        json!({"open": 0, "accepted": 1, "declined": 2, "expired": 1, "hit_rate": "33.3", "declined_for": {"not_confirmed": 1, "too_late": 1}})
    );
    assert_eq!(sandbox.get(&format!("/v1/reports/claims?referrer_id={joe}")).is(200), report);
}

fn a_claim_accepted_before_the_order_is_paid_waits_for_the_money(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let mut report = by("A-1", "bea@example.com");
    report["status"] = json!("placed");
    sell(&owner, &report);
    let claim = owner.post("/v1/claims", &json!({"referrer_id": joe, "order_id": "A-1"})).is(201);
    owner.post(&format!("/v1/claims/{}/decision", id_of(&claim)), &json!({"action": "accept"})).is(200);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 0]);
    report["status"] = json!("paid");
    let paid = owner.post("/v1/sales", &report).is(200);
    assert_eq!(verdict(&paid), ("attributed", "", "accepted_claim"), "{paid:#}");
    assert_eq!(balance(&owner, &joe), [1_000, 0, 0, 0]);
}

fn the_inbox_shows_what_waits_and_a_pair_can_be_dismissed(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let held = sell(
        &owner,
        &json!({"order_id": "A-1", "currency": "EUR", "subtotal": 10_000, "customer": {"email": "bea@example.com"}, "referred_by": {"name": "Joe"}}),
    );
    let claim = owner.post("/v1/claims", &json!({"referrer_id": joe, "order_id": "A-2"})).is(201);
    for clash in [
        json!({"external_id": "m-1"}),
        json!({"email": "m@example.com"}),
        json!({"external_id": "m-1", "email": "m@example.com"}),
    ] {
        owner.post("/v1/customers", &clash);
    }
    let waiting = all(&app.accountant(), "/v1/decisions");
    let kinds: Vec<&str> = waiting.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["held_sale", "claim", "merge_proposal"]);
    assert_eq!((&waiting[0]["id"], &waiting[1]["id"]), (&held["id"], &claim["id"]));
    assert_eq!((&waiting[0]["sale"]["verdict"]["reason"], &waiting[0]["age_days"]), (&json!("needs_match"), &json!(0)));
    assert_eq!(all(&owner, "/v1/decisions?kind=claim").len(), 1);
    // One by one, oldest first.
    let page = owner.get(&format!("/v1/decisions?limit=1&after={}", id_of(&waiting[0]))).is(200);
    assert_eq!((&page["data"][0]["id"], &page["has_more"]), (&claim["id"], &json!(true)));

    owner
        .post(
            &format!("/v1/sales/{}/decision", id_of(&held)),
            &json!({"action": "credit", "referrer_id": joe, "reason": "Asked her"}),
        )
        .is(200);
    owner
        .post(&format!("/v1/claims/{}/decision", id_of(&claim)), &json!({"action": "decline", "reason": "not_confirmed"}))
        .is(200);
    let dismiss = format!("/v1/merge-proposals/{}/dismiss", id_of(&waiting[2]));
    owner.post(&dismiss, &json!({"reason": "Mother and daughter"})).is(200);
    owner.post(&dismiss, &json!({"reason": "Mother and daughter"})).is(200);
    assert_eq!(all(&owner, "/v1/decisions"), Vec::<Value>::new());
    // The same two are not proposed again, and every word is in the audit log.
    owner.post("/v1/customers", &json!({"external_id": "m-1", "email": "m@example.com"})).is(200);
    assert_eq!(all(&owner, "/v1/decisions"), Vec::<Value>::new());
    let audit = app.ask("SELECT action AS line FROM audit_log ORDER BY id");
    for action in ["sale.decision", "claim.decline", "merge.dismiss"] {
        assert_eq!(audit.iter().filter(|line| *line == action).count(), 1, "{audit:?}");
    }
}
