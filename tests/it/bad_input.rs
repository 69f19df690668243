//! What cannot be taken is refused with the documented problem, and leaves no trace.
#![cfg(test)]

use serde_json::json;

use super::app::{App, Engine, stories};
use super::bad_requests::{Bad, bad_orders, bad_people, bad_refunds, bad_rules, bad_sales, bad_terms, sale};
use super::client::Client;
use super::keys::claims;
use super::shop::{enrol, id_of, order, sell};

/// How many rows each table has, and the program's version: what a refused request must not change.
/// Left out is what the background work moves by itself.
fn books(app: &App) -> Vec<String> {
    let tables = match app.engine {
        Engine::Sqlite => app.ask("SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"),
        Engine::Postgres => app.ask("SELECT table_name AS line FROM information_schema.tables WHERE table_schema = 'public'"),
    };
    let moving = ["jobs", "mails", "chores", "tokens", "settings", "__diesel_schema_migrations"];
    let still = tables.iter().filter(|table| !moving.contains(&table.as_str()));
    let counts = still.map(|table| {
        let not_tokens = if table == "audit_log" { " WHERE action NOT LIKE 'token%'" } else { "" };
        format!("SELECT '{table} ' || count(*) AS line FROM {table}{not_tokens}")
    });
    let mut found = app.ask(&counts.collect::<Vec<_>>().join(" UNION ALL "));
    found.sort();
    assert!(found.len() > 20, "{found:?}");
    found
}

/// Sends each with the owner's token and looks that nothing has changed.
fn refuse(app: &App, cases: &[Bad]) {
    let owner = app.owner();
    let before = books(app);
    let mut faults = Vec::new();
    for case in cases {
        let answer = owner.send(case.method, &case.path, Some(case.body.to_string().as_bytes()));
        let problem = answer.json();
        let found = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|fault| (fault["pointer"].as_str(), fault["code"].as_str()) == (Some(case.fault.0), Some(case.fault.1)));
        if answer.status != 422 || !found {
            faults.push(format!("{}: {:?} expected, {} found: {}", case.why, case.fault, answer.status, problem["errors"]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(books(app), before);
}

/// Sends bytes that may be anything and returns status and code of the refusal.
fn raw(client: &Client, content_type: &str, path: &str, body: &[u8]) -> (u16, String) {
    let answer = client.with("Content-Type", content_type).send("POST", path, Some(body));
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// The same token with one part replaced.
fn forged(token: &str, part: usize, with: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[part] = with;
    parts.join(".")
}

stories! {
    orders_that_contradict_themselves_are_refused,
    refunds_people_and_rules_that_cannot_be_are_refused,
    a_code_that_looks_like_anothers_is_refused,
    what_is_no_json_is_refused_before_it_is_read,
    a_body_over_the_limit_is_refused,
    a_token_that_is_not_quite_right_opens_nothing,
    somebody_elses_object_is_not_there,
    lists_refuse_what_they_do_not_know,
    money_moves_need_a_key_and_a_key_belongs_to_one_request,
    settling_what_cannot_be_settled_is_a_conflict,
    storefronts_speak_only_for_themselves,
}

fn orders_that_contradict_themselves_are_refused(app: &App) {
    refuse(app, &bad_sales());
    refuse(app, &bad_orders());
}

fn refunds_people_and_rules_that_cannot_be_are_refused(app: &App) {
    refuse(app, &bad_refunds());
    refuse(app, &bad_people());
    refuse(app, &bad_terms());
    refuse(app, &bad_rules());
}

fn a_code_that_looks_like_anothers_is_refused(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE-10");
    let bill = enrol(&owner, "bill@example.com", "BILL");
    let before = books(app);
    for twin in ["joe-10", "JOE1O", "J0E-I0", "J-O-E-1-0", "j0elo"] {
        owner.post("/v1/referrers", &json!({"customer": {"email": "new@example.com"}, "code": twin})).refused(409, "code_taken");
        owner.post(&format!("/v1/referrers/{bill}/codes"), &json!({"code": twin})).refused(409, "code_taken");
    }
    // His own, in whatever spelling, is his already.
    owner.post(&format!("/v1/referrers/{joe}/codes"), &json!({"code": "joe1o"})).is(200);
    owner.post("/v1/referrers", &json!({"customer": {"email": "JOE@example.com"}, "code": "JOE-10"})).is(200);
    assert_eq!(books(app), before);
}

fn what_is_no_json_is_refused_before_it_is_read(app: &App) {
    let owner = app.owner();
    let before = books(app);
    let good = br#"{"order_id":"A-1","currency":"EUR","subtotal":1}"#;
    let json_type = "application/json";
    for broken in ["", "{", "{\"order_id\":}", "nul", "\u{feff}{}", "{'a':1}", "{\"order_id\":NaN}", "{\"order_id\":\"A\",}"] {
        assert_eq!(raw(&owner, json_type, "/v1/sales", broken.as_bytes()), (400, "invalid_json".to_owned()), "{broken:?}");
    }
    assert_eq!(raw(&owner, json_type, "/v1/sales", b"{\"order_id\":\"\xff\"}").0, 400);
    assert_eq!(raw(&owner, json_type, "/v1/sales", &[&good[..], b"{}"].concat()), (400, "invalid_json".to_owned()));
    let nested = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
    assert!(matches!(raw(&owner, json_type, "/v1/sales/batch", &nested).0, 400 | 422));
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x", ""] {
        assert_eq!(raw(&owner, media, "/v1/sales", good), (415, "unsupported_media_type".to_owned()), "{media:?}");
    }
    for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip"] {
        let answer = owner.with("Content-Encoding", coding).send("POST", "/v1/sales", Some(good));
        answer.refused(415, "unsupported_media_type");
    }
    let twice = br#"{"order_id":"A-1","order_id":"A-2","currency":"EUR","subtotal":1}"#;
    assert_eq!(raw(&owner, json_type, "/v1/sales", twice).0, 422);
    assert_eq!(books(app), before);
}

fn a_body_over_the_limit_is_refused(app: &App) {
    let owner = app.owner();
    let before = books(app);
    let padded = |length: usize| {
        let mut body = br#"{"order_id":"A-1","currency":"EUR","subtotal":1"#.to_vec();
        body.resize(length - 1, b' ');
        body.push(b'}');
        body
    };
    owner.send("POST", "/v1/sales", Some(&padded(64 * 1024 + 1))).refused(413, "too_large");
    let batch = [b"{\"sales\":[".to_vec(), vec![b' '; 4 * 1024 * 1024], b"]}".to_vec()].concat();
    owner.send("POST", "/v1/sales/batch", Some(&batch)).refused(413, "too_large");
    assert_eq!(books(app), before);
    owner.send("POST", "/v1/sales", Some(&padded(64 * 1024))).is(201);
}

fn a_token_that_is_not_quite_right_opens_nothing(app: &App) {
    let token = app.token(&["--role", "owner"]);
    let other = app.fresh_token(&["--role", "accountant"]);
    let (head, body) = token.split_once('.').expect("a token");
    assert_eq!(claims(&token)["role"], "owner");
    let part = |token: &str, place: usize| token.split('.').nth(place).expect("three parts").to_owned();
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let hmac = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let mut spoiled = token.clone();
    let last = spoiled.pop().expect("a sign");
    // The last sign holds two bits of padding, so the one before is spoiled.
    let before_last = spoiled.pop().expect("a sign");
    spoiled.push(if before_last == 'A' { 'B' } else { 'A' });
    spoiled.push(last);
    let bad = [
        "x".to_owned(),
        "..".to_owned(),
        head.to_owned(),
        body.to_owned(),
        format!("{token}.{token}"),
        forged(&token, 0, unsigned),
        forged(&forged(&token, 0, unsigned), 2, ""),
        forged(&token, 0, hmac),
        forged(&token, 1, &part(&other, 1)),
        forged(&other, 1, &part(&token, 1)),
        forged(&token, 2, &part(&other, 2)),
        forged(&token, 2, ""),
        spoiled,
        "x".repeat(5_000),
        // Signed by another house.
        super::app::App::start(Engine::Sqlite).token(&["--role", "owner"]),
    ];
    let before = books(app);
    for token in bad {
        let client = Client::new(&app.base(), Some(&token));
        client.get("/v1/program").refused(401, "unauthorized");
        client.post("/v1/sales", &sale(&json!({}))).refused(401, "unauthorized");
    }
    for header in ["Basic b3duZXI6eA==", "Bearer", "Bearer ", &token] {
        app.nobody().with("Authorization", header).get("/v1/program").refused(401, "unauthorized");
    }
    app.owner().with("Authorization", "Bearer x").get("/v1/program").refused(401, "unauthorized");
    assert_eq!(books(app), before);
    // Nothing tells the caller what exactly was wrong with his signature.
    let told = Client::new(&app.base(), Some(&forged(&token, 0, hmac))).get("/v1/program").text;
    assert!(!told.contains("HS256") && !told.contains("kid"), "{told}");
}

fn somebody_elses_object_is_not_there(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let bill = enrol(&owner, "bill@example.com", "BILL");
    let sale = id_of(&sell(&owner, &order("A-1", 1_000, "a@example.com", "JOE")));
    let before = books(app);
    app.referrer(&bill).get(&format!("/v1/referrers/{joe}")).refused(404, "not_found");
    app.referrer(&bill).get(&format!("/v1/referrers/{joe}/balance")).refused(404, "not_found");
    app.referrer(&bill).get("/v1/codes/JOE").refused(404, "not_found");
    app.sandbox().get(&format!("/v1/sales/{sale}")).refused(404, "not_found");
    app.sandbox().get(&format!("/v1/referrers/{joe}")).refused(404, "not_found");
    for id in ["no-id", "00000000-0000-0000-0000-000000000000", "%00", "..%2f..%2fetc"] {
        owner.get(&format!("/v1/sales/{id}")).is(404);
        owner.get(&format!("/v1/referrers/{id}/balance")).is(404);
        owner.post(&format!("/v1/sales/{id}/decision"), &json!({"action": "deny", "reason": "No"})).is(404);
        owner.post(&format!("/v1/payouts/{id}/settle"), &json!({"result": "paid"})).is(404);
    }
    assert_eq!(books(app), before);
}

fn lists_refuse_what_they_do_not_know(app: &App) {
    let owner = app.owner();
    for (query, name) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=x", "?limit"),
        ("after=x", "?after"),
        ("page=2", "?page"),
        ("status=sent", "?status"),
    ] {
        let problem = owner.exchange("GET", &format!("/v1/sales?{query}"), None).is(422);
        assert_eq!(problem["errors"][0]["pointer"], name, "{problem:#}");
    }
    for (method, path, status) in
        [("GET", "/v1/nothing", 404), ("GET", "/nothing", 404), ("DELETE", "/v1/sales", 405), ("PUT", "/v1/program", 405)]
    {
        let answer = owner.exchange(method, path, None);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, Some("application/problem+json")),
            "{method} {path}: {}",
            answer.text
        );
    }
    owner.get("/v1/reports/payouts?from=2026-02-01&to=2026-01-01").is(422);
    owner.get("/v1/reports/payouts?from=yesterday&to=2026-01-01").is(422);
    owner.get("/v1/reports/payouts?from=2026-01-01&from=2026-01-01").is(422);
}

fn money_moves_need_a_key_and_a_key_belongs_to_one_request(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let thanks = json!({"referrer_id": joe, "kind": "adjust", "amount": {"amount": 500, "currency": "EUR"}, "reason": "Thanks"});
    let before = books(app);
    owner.post("/v1/adjustments", &thanks).refused(400, "idempotency_key_missing");
    owner.post("/v1/payout-batches", &json!({})).refused(400, "idempotency_key_missing");
    app.sandbox().post("/v1/sandbox/advance", &json!({"days": 1})).refused(400, "idempotency_key_missing");
    let long = "k".repeat(256);
    owner.with("Idempotency-Key", &long).post("/v1/adjustments", &thanks).refused(400, "idempotency_key_invalid");
    for (name, value) in [
        ("amount", json!({"amount": 0, "currency": "EUR"})),
        ("amount", json!({"amount": i64::MIN, "currency": "EUR"})),
        ("amount", json!({"amount": 1, "currency": "EUX"})),
        ("amount", json!(500)),
        ("reason", json!("")),
        ("kind", json!("gift")),
        ("referrer_id", json!("joe")),
    ] {
        let mut wrong = thanks.clone();
        wrong[name] = value;
        owner.post_once("/v1/adjustments", &wrong).is(422);
    }
    assert_eq!(books(app), before);

    let keyed = owner.with("Idempotency-Key", "k-1");
    let first = keyed.post("/v1/adjustments", &thanks).is(201);
    assert_eq!(keyed.post("/v1/adjustments", &thanks).is(201), first);
    let mut more = thanks;
    more["amount"]["amount"] = json!(501);
    keyed.post("/v1/adjustments", &more).refused(422, "idempotency_key_reused");
    assert_eq!(super::shop::balance(&owner, &joe), [0, 500, 0, 0]);
}

fn settling_what_cannot_be_settled_is_a_conflict(app: &App) {
    let owner = app.owner();
    super::shop::rules(&owner, &json!({"hold_days": 0}));
    enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 50_000, "a@example.com", "JOE"));
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    let payout = format!("/v1/payouts/{}/settle", id_of(&batch["payouts"][0]));
    let before = books(app);
    owner.post(&payout, &json!({"result": "paid"})).is(409);
    owner.post(&payout, &json!({"result": "returned"})).is(409);
    owner.post(&payout, &json!({"result": "lost"})).is(422);
    owner.post(&payout, &json!({"result": "paid", "reference": "a\nb"})).faults("/reference", "control_character");
    assert_eq!(books(app), before);
}

fn storefronts_speak_only_for_themselves(app: &App) {
    let shop = app.storefront("shop-a");
    let before = books(app);
    let mut theirs = sale(&json!({"source": "shop-b"}));
    shop.post("/v1/sales", &theirs).refused(403, "forbidden");
    theirs["source"] = json!("shop-a");
    theirs["customer"] = json!({"external_id": "c-1", "source": "shop-b"});
    shop.post("/v1/sales", &theirs).refused(403, "forbidden");
    shop.post("/v1/customers", &json!({"external_id": "c-1", "source": "shop-b"})).refused(403, "forbidden");
    assert_eq!(books(app), before);
}
