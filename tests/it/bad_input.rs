//! What cannot be taken is refused with the documented problem, and leaves no trace.
#![cfg(test)]

use serde_json::{Value, json};

use super::access::claims;
use super::app::{App, Engine, stories};
use super::client::Client;
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

/// One request that must be refused.
struct Bad {
    why: &'static str,
    method: &'static str,
    path: String,
    body: Value,
    /// Where the fault is, and its stable word.
    fault: (&'static str, &'static str),
}

fn bad(why: &'static str, path: &str, body: Value, fault: (&'static str, &'static str)) -> Bad {
    let (method, path) = path.split_once(' ').map_or(("POST", path), |(_, path)| ("PATCH", path));
    Bad { why, method, path: path.to_owned(), body, fault }
}

/// A good order with some fields replaced.
fn sale(change: Value) -> Value {
    let mut good = json!({"order_id": "X-1", "currency": "EUR", "subtotal": 1_000});
    for (name, value) in change.as_object().expect("fields") {
        good[name] = value.clone();
    }
    good
}

fn line(change: Value) -> Value {
    let mut good = json!({"sku": "TEA", "quantity": 1, "unit_price": 100});
    for (name, value) in change.as_object().expect("fields") {
        good[name] = value.clone();
    }
    json!({"order_id": "X-1", "currency": "EUR", "lines": [good]})
}

fn bad_sales() -> Vec<Bad> {
    let long = "x".repeat(300);
    let at = |why, change, fault| bad(why, "/v1/sales", sale(change), fault);
    vec![
        at("unknown field", json!({"subtotl": 1}), ("/subtotl", "unknown_field")),
        at("unknown field inside", json!({"customer": {"mail": "a@example.com"}}), ("/customer/mail", "unknown_field")),
        at("wrong type", json!({"order_id": 7}), ("/order_id", "invalid_type")),
        at("text for money", json!({"subtotal": "1000"}), ("/subtotal", "invalid_type")),
        at("money with a fraction", json!({"subtotal": 10.5}), ("/subtotal", "invalid_type")),
        at("a whole number written as a fraction", json!({"subtotal": 1000.0}), ("/subtotal", "invalid_type")),
        at("negative money", json!({"subtotal": -1}), ("/subtotal", "negative")),
        at("negative tax", json!({"tax": -1}), ("/tax", "negative")),
        at("negative shipping", json!({"shipping": -1}), ("/shipping", "negative")),
        at("negative discount", json!({"discount": -1}), ("/discount", "negative")),
        at("the largest 64-bit number", json!({"subtotal": i64::MAX}), ("/subtotal", "too_large")),
        at("one more than the limit", json!({"subtotal": 1_000_000_000_001_i64}), ("/subtotal", "too_large")),
        at("beyond 64 bits", json!({"subtotal": 9_223_372_036_854_775_808_u64}), ("/subtotal", "invalid_value")),
        at("unknown currency", json!({"currency": "EUX"}), ("/currency", "invalid_value")),
        at("currency in small letters", json!({"currency": "eur"}), ("/currency", "invalid_value")),
        at("gold", json!({"currency": "XAU"}), ("/currency", "invalid_value")),
        at("empty order_id", json!({"order_id": ""}), ("/order_id", "empty")),
        at("blank order_id", json!({"order_id": "  "}), ("/order_id", "empty")),
        at("long order_id", json!({"order_id": long}), ("/order_id", "too_long")),
        at("NUL", json!({"order_id": "A\u{0}1"}), ("/order_id", "control_character")),
        at("newline", json!({"order_id": "A\r\nBcc: x@example.com"}), ("/order_id", "control_character")),
        at("C1 control", json!({"order_id": "A\u{85}"}), ("/order_id", "control_character")),
        at("empty name", json!({"customer": {"email": "a@example.com", "name": ""}}), ("/customer/name", "empty")),
        at("long name", json!({"customer": {"email": "a@example.com", "name": long}}), ("/customer/name", "too_long")),
        at("no address", json!({"customer": {"email": "a@example"}}), ("/customer/email", "invalid_email")),
        at("no telephone number", json!({"customer": {"phone": "call me"}}), ("/customer/phone", "invalid_phone")),
        at(
            "negative orders_before",
            json!({"customer": {"email": "a@example.com", "orders_before": -1}}),
            ("/customer/orders_before", "out_of_range"),
        ),
        at("no time", json!({"occurred_at": "yesterday"}), ("/occurred_at", "invalid_value")),
        at("paid in the future", json!({"paid_at": "2190-01-01T00:00:00Z"}), ("/paid_at", "in_the_future")),
        at("ordered in the future", json!({"occurred_at": "2190-01-01T00:00:00Z"}), ("/occurred_at", "in_the_future")),
        at("no status", json!({"status": "sent"}), ("/status", "unknown_value")),
        at("negative version", json!({"version": -1}), ("/version", "out_of_range")),
        at(
            "lines and subtotal disagree",
            json!({"lines": [{"sku": "TEA", "quantity": 2, "unit_price": 100}], "subtotal": 201}),
            ("/subtotal", "subtotal_disagrees"),
        ),
        at("tax included but not said", json!({"tax_included": true}), ("/tax", "tax_required")),
        at("discount above the goods", json!({"discount": 1_001}), ("/discount", "discount_exceeds_goods")),
        at(
            "21 words of metadata",
            json!({"metadata": (0..21).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>()}),
            ("/metadata", "too_many"),
        ),
        at("metadata that is no text", json!({"metadata": {"a": 1}}), ("/metadata/a", "invalid_type")),
        at(
            "two answers to one question",
            json!({"referred_by": {"name": "Joe", "email": "joe@example.com"}}),
            ("/referred_by", "not_one"),
        ),
        at("no answer at all", json!({"referred_by": {}}), ("/referred_by", "not_one")),
        bad("no amount", "/v1/sales", json!({"order_id": "X-1", "currency": "EUR"}), ("/subtotal", "missing_amount")),
        bad("no order_id", "/v1/sales", json!({"currency": "EUR", "subtotal": 1}), ("/order_id", "missing_field")),
        bad("no object", "/v1/sales", json!([1]), ("", "invalid_type")),
        bad(
            "201 lines",
            "/v1/sales",
            json!({"order_id": "X-1", "currency": "EUR", "lines": vec![json!({"sku": "T", "quantity": 1, "unit_price": 1}); 201]}),
            ("/lines", "too_many"),
        ),
        bad("negative price", "/v1/sales", line(json!({"unit_price": -1})), ("/lines/0/unit_price", "negative")),
        bad("negative quantity", "/v1/sales", line(json!({"quantity": -1})), ("/lines/0/quantity", "out_of_range")),
        bad(
            "price times quantity",
            "/v1/sales",
            line(json!({"quantity": 1_000_000, "unit_price": 1_000_000_000_000_i64})),
            ("/lines/0/unit_price", "too_large"),
        ),
        bad(
            "line discount above the line",
            "/v1/sales",
            line(json!({"discount": 101})),
            ("/lines/0/discount", "discount_exceeds_goods"),
        ),
        bad("empty sku", "/v1/sales", line(json!({"sku": ""})), ("/lines/0/sku", "empty")),
        bad("1,001 sales", "/v1/sales/batch", json!({"sales": vec![json!({}); 1_001]}), ("/sales", "too_many")),
        bad("empty order_id of a cancel", "/v1/sales/cancel", json!({"order_id": ""}), ("/order_id", "empty")),
    ]
}

fn bad_refunds() -> Vec<Bad> {
    let at = |why, body, fault| bad(why, "/v1/refunds", body, fault);
    vec![
        at("no refund_id", json!({"order_id": "A-1"}), ("/refund_id", "missing_field")),
        at("empty refund_id", json!({"refund_id": "", "order_id": "A-1"}), ("/refund_id", "empty")),
        at("negative amount", json!({"refund_id": "R", "order_id": "A-1", "amount": -1}), ("/amount", "negative")),
        at("overflow", json!({"refund_id": "R", "order_id": "A-1", "amount": i64::MAX}), ("/amount", "too_large")),
        at(
            "parts above the whole",
            json!({"refund_id": "R", "order_id": "A-1", "amount": 10, "tax": 6, "shipping": 5}),
            ("/amount", "parts_exceed_amount"),
        ),
        at(
            "negative quantity",
            json!({"refund_id": "R", "order_id": "A-1", "lines": [{"line": 0, "quantity": -1}]}),
            ("/lines/0/quantity", "out_of_range"),
        ),
        at(
            "negative line",
            json!({"refund_id": "R", "order_id": "A-1", "lines": [{"line": -1, "quantity": 1}]}),
            ("/lines/0/line", "invalid_value"),
        ),
        at("unknown field", json!({"refund_id": "R", "order_id": "A-1", "currency": "EUR"}), ("/currency", "unknown_field")),
    ]
}

fn bad_people() -> Vec<Bad> {
    let control = json!({"customer": {"email": "a@example.com", "name": "Anna\u{7f}"}});
    vec![
        bad("no key", "/v1/customers", json!({"name": "Anna"}), ("/email", "key_missing")),
        bad("no key of a referrer", "/v1/referrers", json!({"customer": {"name": "Anna"}}), ("/customer", "key_missing")),
        bad("no customer", "/v1/referrers", json!({"code": "JOE2"}), ("/customer", "missing_field")),
        bad("control character", "/v1/referrers", control, ("/customer/name", "control_character")),
        bad(
            "no code",
            "/v1/referrers",
            json!({"customer": {"email": "a@example.com"}, "code": "J O E"}),
            ("/code", "invalid_code"),
        ),
        bad(
            "another script",
            "/v1/referrers",
            json!({"customer": {"email": "a@example.com"}, "code": "ADMİN"}),
            ("/code", "invalid_code"),
        ),
        bad("null in place of a code", "/v1/customers", json!({"external_id": null}), ("/email", "key_missing")),
        bad(
            "first order in the future",
            "/v1/customers",
            json!({"email": "a@example.com", "first_order_at": "2190-01-01T00:00:00Z"}),
            ("/first_order_at", "in_the_future"),
        ),
        bad("no e-mail", "/v1/customers", json!({"email": "a b@example.com"}), ("/email", "invalid_email")),
        bad(
            "header in an e-mail",
            "/v1/customers",
            json!({"email": "a@example.com\r\nBcc: b@example.com"}),
            ("/email", "control_character"),
        ),
    ]
}

fn bad_terms() -> Vec<Bad> {
    let at = |why, body, fault| bad(why, "PATCH /v1/program", body, fault);
    vec![
        at("unknown rule", json!({"hold_dais": 1}), ("/hold_dais", "unknown_field")),
        at("negative hold", json!({"hold_days": -1}), ("/hold_days", "out_of_range")),
        at("more than all", json!({"commission": {"type": "percent", "rate": "100.1"}}), ("/commission/rate", "invalid_value")),
        at("five decimals", json!({"commission": {"type": "percent", "rate": "1.00001"}}), ("/commission/rate", "invalid_value")),
        at("a rate as a number", json!({"commission": {"type": "percent", "rate": 7.5}}), ("/commission/rate", "invalid_type")),
        at("no zone", json!({"timezone": "Mars/Olympus"}), ("/timezone", "unknown_timezone")),
        at("no address", json!({"shop_url": "javascript:alert(1)"}), ("/shop_url", "invalid_url")),
        at("no host", json!({"allowed_hosts": ["https://x.example/"]}), ("/allowed_hosts", "invalid_host")),
        at("empty shop name", json!({"shop_name": ""}), ("/shop_name", "empty")),
        at("no months", json!({"lifetime": {"type": "months", "months": 0}}), ("/lifetime/months", "out_of_range")),
    ]
}

/// Sends each with the owner's token and looks that nothing has changed.
fn refuse(app: &App, cases: &[Bad]) {
    let owner = app.owner();
    let before = books(app);
    let mut faults = Vec::new();
    for case in cases {
        let answer = owner.send(case.method, &case.path, Some(case.body.to_string().into_bytes()));
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
    let answer = client.with("Content-Type", content_type).send("POST", path, Some(body.to_vec()));
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

/// The same token with one part replaced.
fn forged(token: &str, part: usize, with: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[part] = with;
    parts.join(".")
}

stories! {
    fn orders_that_contradict_themselves_are_refused(app: &App) {
        refuse(app, &bad_sales());
    }

    fn refunds_people_and_rules_that_cannot_be_are_refused(app: &App) {
        refuse(app, &bad_refunds());
        refuse(app, &bad_people());
        refuse(app, &bad_terms());
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
        for broken in ["", "{", "{\"order_id\":}", "nul", "{\"a\":1}{\"b\":2}", "\u{feff}{}", "{'a':1}", "{\"a\":NaN}", "{\"a\":1,}"] {
            assert_eq!(raw(&owner, json_type, "/v1/sales", broken.as_bytes()), (400, "invalid_json".to_owned()), "{broken:?}");
        }
        assert_eq!(raw(&owner, json_type, "/v1/sales", b"{\"order_id\":\"\xff\"}").0, 400);
        let nested = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
        assert!(matches!(raw(&owner, json_type, "/v1/sales/batch", &nested).0, 400 | 422));
        for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x", ""] {
            assert_eq!(raw(&owner, media, "/v1/sales", good), (415, "unsupported_media_type".to_owned()), "{media:?}");
        }
        for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip"] {
            let answer = owner.with("Content-Encoding", coding).send("POST", "/v1/sales", Some(good.to_vec()));
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
        owner.send("POST", "/v1/sales", Some(padded(64 * 1024 + 1))).refused(413, "too_large");
        let batch = [b"{\"sales\":[".to_vec(), vec![b' '; 4 * 1024 * 1024], b"]}".to_vec()].concat();
        owner.send("POST", "/v1/sales/batch", Some(batch)).refused(413, "too_large");
        assert_eq!(books(app), before);
        owner.send("POST", "/v1/sales", Some(padded(64 * 1024))).is(201);
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
            client.post("/v1/sales", &sale(json!({}))).refused(401, "unauthorized");
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
        for (query, name) in [("limit=0", "?limit"), ("limit=101", "?limit"), ("limit=x", "?limit"), ("after=x", "?after"), ("page=2", "?page"), ("status=sent", "?status")] {
            let problem = owner.exchange("GET", &format!("/v1/sales?{query}"), None).is(422);
            assert_eq!(problem["errors"][0]["pointer"], name, "{problem:#}");
        }
        for (method, path, status) in [("GET", "/v1/nothing", 404), ("GET", "/", 404), ("DELETE", "/v1/sales", 405), ("PUT", "/v1/program", 405)] {
            let answer = owner.exchange(method, path, None);
            assert_eq!((answer.status, answer.header("content-type")), (status, Some("application/problem+json")), "{method} {path}: {}", answer.text);
        }
        owner.get("/v1/reports/payouts?from=2026-02-01&to=2026-01-01").is(422);
        owner.get("/v1/reports/payouts?from=yesterday&to=2026-01-01").is(422);
        owner.get("/v1/reports/payouts").is(422);
    }

    fn money_moves_need_a_key_and_a_key_belongs_to_one_request(app: &App) {
        let owner = app.owner();
        let joe = enrol(&owner, "joe@example.com", "JOE");
        let thanks = json!({"referrer_id": joe, "kind": "adjust", "amount": 500, "currency": "EUR", "reason": "Thanks"});
        let before = books(app);
        owner.post("/v1/adjustments", &thanks).refused(400, "idempotency_key_missing");
        owner.post("/v1/payout-batches", &json!({})).refused(400, "idempotency_key_missing");
        app.sandbox().post("/v1/sandbox/advance", &json!({"days": 1})).refused(400, "idempotency_key_missing");
        let long = "k".repeat(256);
        owner.with("Idempotency-Key", &long).post("/v1/adjustments", &thanks).refused(400, "idempotency_key_invalid");
        for (name, value) in [("amount", json!(0)), ("amount", json!(i64::MIN)), ("currency", json!("EUX")), ("reason", json!("")), ("kind", json!("gift")), ("referrer_id", json!("joe"))] {
            let mut wrong = thanks.clone();
            wrong[name] = value;
            owner.post_once("/v1/adjustments", &wrong).is(422);
        }
        assert_eq!(books(app), before);

        let keyed = owner.with("Idempotency-Key", "k-1");
        let first = keyed.post("/v1/adjustments", &thanks).is(201);
        assert_eq!(keyed.post("/v1/adjustments", &thanks).is(201), first);
        let mut more = thanks.clone();
        more["amount"] = json!(501);
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
        let mut theirs = sale(json!({"source": "shop-b"}));
        shop.post("/v1/sales", &theirs).refused(403, "forbidden");
        theirs["source"] = json!("shop-a");
        theirs["customer"] = json!({"external_id": "c-1", "source": "shop-b"});
        shop.post("/v1/sales", &theirs).refused(403, "forbidden");
        shop.post("/v1/customers", &json!({"external_id": "c-1", "source": "shop-b"})).refused(403, "forbidden");
        assert_eq!(books(app), before);
    }
}
