//! How often one may ask: who asks too often hears when there is more, and nobody else notices.
#![cfg(test)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::{Answer, Client};
use super::contract;
use super::shop::{enrol, order};

stories! {
    the_request_after_the_last_hears_when_there_is_more,
    a_shops_reports_are_counted_for_themselves,
    a_thousand_guesses_learn_no_more_than_the_first_few,
    a_subscriber_is_his_network_and_no_header_makes_him_another,
    wrong_tokens_and_signatures_run_out_but_right_ones_pass,
    visits_run_out_per_address_and_health_never_does,
}

/// Small quotas whose units do not come back within a test, behind a proxy that the test plays.
fn narrow(app: &App, limits: &str) {
    app.restart_with(&[("HOUND_RATE_LIMITS", limits), ("HOUND_TRUSTED_PROXIES", "127.0.0.1")]);
}

fn from(client: &Client, address: &str) -> Client {
    client.with("X-Forwarded-For", address)
}

/// The parameter `name` of a structured field such as `"api";r=4;t=12`.
fn parameter(answer: &Answer, field: &str, name: &str) -> u64 {
    let value = answer.header(field).unwrap_or_else(|| panic!("no {field}"));
    let found = value.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{field}: {value}")).parse().expect("a number")
}

/// Asserts that `answer` refuses for `policy` and says when to come back.
fn is_over(answer: &Answer, policy: &str) {
    assert_eq!((answer.status, answer.json()["code"].as_str()), (429, Some("quota_exceeded")), "{}", answer.text);
    for field in ["ratelimit", "ratelimit-policy"] {
        assert!(answer.header(field).is_some_and(|value| value.starts_with(&format!("\"{policy}\";"))), "{field}");
    }
    assert_eq!(parameter(answer, "ratelimit", "r"), 0);
    let wait: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!(wait >= 1 && wait >= parameter(answer, "ratelimit", "t"));
}

fn the_request_after_the_last_hears_when_there_is_more(app: &App) {
    narrow(app, "api=5/86400");
    let owner = app.owner();
    for left in (0..5).rev() {
        let answer = owner.get("/v1/tiers");
        assert_eq!((answer.status, parameter(&answer, "ratelimit", "r")), (200, left));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"api\";q=5;w=86400"));
        assert!(parameter(&answer, "ratelimit", "t") <= 86_400 / 5);
    }
    for _ in 0..2 {
        is_over(&owner.get("/v1/tiers"), "api");
    }
    // Another address does not help, another token is another principal.
    is_over(&from(&owner, "203.0.113.7").get("/v1/program"), "api");
    app.accountant().get("/v1/tiers").is(200);
    // Its name is in the contract, for those who read answers by it.
    let statuses = &contract::schema("Problem")["properties"]["status"]["enum"];
    assert!(statuses.as_array().expect("an enum").contains(&json!(429)));
}

fn a_shops_reports_are_counted_for_themselves(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    narrow(app, "orders=3/86400,api=2/86400");
    let shop = app.storefront("shop-a");
    for number in 0..2 {
        shop.post("/v1/sales", &order(&format!("A-{number}"), 1_000, "bea@example.com", "JOE")).is(201);
    }
    // A batch is one request, however many orders it brings.
    let batch: Vec<Value> =
        (10..40).map(|number| order(&format!("A-{number}"), 1_000, &format!("b{number}@example.com"), "JOE")).collect();
    let taken = shop.post("/v1/sales/batch", &json!({ "sales": batch })).is(200);
    assert!(taken["data"].as_array().expect("answers").iter().all(|one| one["status"] == 201), "{taken:#}");
    is_over(&shop.post("/v1/sales", &order("A-3", 1_000, "bea@example.com", "JOE")), "orders");
    // What it only reads has a quota of its own.
    shop.get("/v1/sales").is(200);
    shop.get("/v1/sales").is(200);
    is_over(&shop.get("/v1/sales"), "api");
    app.storefront("shop-b").post("/v1/sales", &order("B-1", 1_000, "bea@example.com", "JOE")).is(201);
}

fn a_thousand_guesses_learn_no_more_than_the_first_few(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "old@example.com", "OLD");
    owner.patch("/v1/program", &json!({"shop_url": "https://shop.example/"})).is(200);
    owner.patch("/v1/codes/OLD", &json!({"status": "retired"})).is(200);
    narrow(app, "guesses=20/86400");
    let guesser = from(&app.nobody(), "203.0.113.7");
    let (mut answered, mut pages, mut refusals) = (0, BTreeSet::new(), BTreeSet::new());
    for number in 0..1_000 {
        // Retired or never there: the same.
        let code = if number % 2 == 0 { "OLD".to_owned() } else { format!("GUESS{number}") };
        let answer = guesser.get(&format!("/r/{code}"));
        if answer.status == 404 {
            answered += 1;
            pages.insert(answer.text);
        } else {
            is_over(&answer, "guesses");
            let mut problem = answer.json();
            problem["request_id"] = Value::Null;
            refusals.insert(problem.to_string());
        }
    }
    assert_eq!((answered, pages.len(), refusals.len()), (20, 1, 1));
    // From there nothing is told any more, by no door, also not of a code that is good.
    for path in ["/r/JOE", "/q/JOE.svg", "/q/OLD.svg"] {
        is_over(&guesser.get(path), "guesses");
        is_over(&from(&app.nobody(), "203.0.113.99").get(path), "guesses");
    }
    is_over(&guesser.order(&format!("/u/{}", uuid::Uuid::new_v4())), "guesses");
    let browser = app.browser("https://shop.example");
    let answer = from(&browser, "203.0.113.7").get("/v1/codes/JOE");
    is_over(&answer, "guesses");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    // Elsewhere everything is as ever, and what exists uses nothing up.
    let buyer = from(&app.nobody(), "198.51.100.1");
    for _ in 0..30 {
        assert_eq!(buyer.get("/r/JOE").status, 302);
    }
    let elsewhere = from(&browser, "198.51.100.1");
    let told = |code: &str| elsewhere.get(&format!("/v1/codes/{code}")).is(200);
    assert_eq!(told("OLD"), json!({"code": "OLD", "valid": false}));
    assert_eq!(told("NEVER"), json!({"code": "NEVER", "valid": false}));
    assert_eq!(told("JOE"), json!({"code": "JOE", "valid": true}));
    assert_eq!(parameter(&elsewhere.get("/v1/codes/NEVER"), "ratelimit", "r"), 17);
    for number in 0..17 {
        assert_eq!(buyer.get(&format!("/q/X{number}.png")).status, 404);
    }
    is_over(&elsewhere.get("/v1/codes/NEVER"), "guesses");
}

fn a_subscriber_is_his_network_and_no_header_makes_him_another(app: &App) {
    narrow(app, "guesses=2/86400");
    let at = |address: &str| from(&app.nobody(), address).get("/r/GUESS");
    for address in ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"] {
        assert_eq!(at(address).status, 404);
    }
    is_over(&at("2001:db8:0:1:1:2:3:4"), "guesses");
    assert_eq!(at("2001:db8:0:2::1").status, 404, "another /64");
    // What the client writes himself stands left of what the proxy saw.
    for address in ["1.2.3.4, 2001:db8:0:1::1", "5.6.7.8,2001:db8:0:1::9"] {
        is_over(&at(address), "guesses");
    }
    // Without a proxy that is trusted, the header is nobody's word.
    app.restart_with(&[("HOUND_TRUSTED_PROXIES", "")]);
    let spoofed =
        |number: u8| app.nobody().with("X-Forwarded-For", &format!("192.0.2.{number}")).with("Forwarded", "for=192.0.2.1");
    assert_eq!([1, 2].map(|number| spoofed(number).get("/r/GUESS").status), [404, 404]);
    (3..20).for_each(|number| is_over(&spoofed(number).get("/r/GUESS"), "guesses"));
    assert!(app.said().contains("HOUND_TRUSTED_PROXIES does not name"), "the operator hears of it");
}

fn wrong_tokens_and_signatures_run_out_but_right_ones_pass(app: &App) {
    narrow(app, "logins=10/86400");
    let owner = app.owner();
    let intruder = |number: usize| {
        let token = format!("{}x{number}", owner.token.clone().expect("a token"));
        from(&Client::new(&app.base(), Some(&token)), &format!("203.0.113.{number}")).get("/v1/program")
    };
    for number in 0..8 {
        intruder(number).refused(401, "unauthorized");
    }
    let forged = || from(&app.nobody(), "203.0.113.250").post("/webhooks/shopify", &json!({"id": 1}));
    forged().refused(401, "unauthorized");
    from(&app.nobody(), "203.0.113.251").get("/v1/program").refused(401, "unauthorized");
    is_over(&intruder(8), "logins");
    is_over(&forged(), "logins");
    // The shop next door, behind the same address, goes on.
    from(&owner, "203.0.113.1").get("/v1/program").is(200);
    from(&app.nobody(), "203.0.114.1").get("/v1/program").refused(401, "unauthorized");
}

fn visits_run_out_per_address_and_health_never_does(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    owner.patch("/v1/program", &json!({"shop_url": "https://shop.example/"})).is(200);
    narrow(app, "visits=5/86400");
    let visitor = from(&app.nobody(), "203.0.113.7");
    for path in ["/r/JOE", "/q/JOE.svg", "/hound.js", "/docs"] {
        let answer = visitor.get(path);
        let told = answer.header("ratelimit").is_some();
        // A browser that reads "nothing left" might not follow.
        assert_eq!((answer.status < 400, told), (true, answer.status != 302), "{path}");
    }
    from(&app.browser("https://shop.example"), "203.0.113.7").get("/v1/codes/JOE").is(200);
    for path in ["/r/JOE", "/q/JOE.svg", "/openapi.yaml"] {
        is_over(&visitor.get(path), "visits");
    }
    assert_eq!(from(&app.nobody(), "203.0.113.8").get("/r/JOE").status, 302, "the neighbour is another visitor");
    for _ in 0..10 {
        assert_eq!(visitor.get("/health/live").status, 200);
        assert_eq!(visitor.get("/metrics").status, 404);
    }
    app.restart_with(&[("HOUND_RATE_LIMITS", "off")]);
    let free = from(&app.nobody(), "203.0.113.7");
    assert!((0..10).all(|_| free.get("/r/JOE").status == 302));
}
