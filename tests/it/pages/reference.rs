//! The developer's reference: every operation with samples that work, a form that tries them, and what was asked.

use std::process::Command;

use serde_json::{Value, json};

use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::client::Client;
use crate::contract;

stories! {
    every_operation_stands_on_a_page_with_three_samples,
    the_first_sample_works_as_it_is_printed,
    what_is_tried_goes_to_the_sandbox_and_nowhere_else,
    the_log_shows_what_was_asked_and_asks_it_again,
}

/// Text as it stands behind entities.
fn plain(html: &str) -> String {
    let signs = [("&#39;", "'"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    signs.into_iter().fold(html.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let mark = format!("aria-labelledby=\"{id}\"");
    let (_, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("no {id}"));
    rest.split("</section>").next().expect("a section")
}

fn sample(section: &str, language: &str) -> String {
    let mark = format!("data-language=\"{language}\">");
    let (_, rest) = section.split_once(&mark).unwrap_or_else(|| panic!("no {language}: {section}"));
    plain(rest.split("</code>").next().expect("an end"))
}

/// `/v1/sales/{id}` stands on the page `sales`.
fn page_of(path: &str) -> String {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    format!("/docs/{}", path.split('/').nth(1).expect("a noun"))
}

fn every_operation_stands_on_a_page_with_three_samples(app: &App) {
    let mut visit = Visit::new(app);
    let index = visit.page("/docs");
    for operation in contract::operations() {
        let place = page_of(&operation.path);
        let id = operation.item["operationId"].as_str().expect("an id");
        assert!(index.contains(&format!("{place}#{id}\"")), "{id} is in the index");
        let page = visit.page(&place);
        let section = section(&page, id);
        let title = plain(section);
        assert!(title.contains(&operation.name()), "{id}");
        for (language, begins) in [("curl", "curl -X"), ("javascript", ""), ("php", "<?php")] {
            let sample = sample(section, language);
            assert!(sample.starts_with(begins) && sample.contains(&operation.method), "{id} in {language}: {sample}");
            assert_eq!(sample.contains("HOUND_TOKEN"), operation.roles().is_some(), "{id} in {language}: {sample}");
            assert!(
                !sample.contains('{') || language != "curl" || sample.contains("-d '"),
                "{id}: nothing is left open: {sample}"
            );
        }
        for role in operation.roles().unwrap_or_default() {
            assert!(section.contains(&format!("<code>{role}</code>")), "{id} names {role}");
        }
        for status in operation.item["responses"].as_object().expect("answers").keys() {
            assert!(section.contains(&format!("<code>{status}</code>")), "{id} answers {status}");
        }
        assert!(!section.contains("$ref") && !section.contains("[object"), "{id}");
    }
    // What goes in is told field by field.
    let sales = plain(&visit.page("/docs/sales"));
    for field in ["customer.email", "lines[].sku", "referred_by.name", "placed | paid | cancelled"] {
        assert!(sales.contains(field), "{field}");
    }
    assert_eq!(visit.get("/docs/nonsense").status, 404);
    // No page is heavy, and none needs a script or another host.
    for place in ["/docs", "/docs/sales", "/docs/payout-batches"] {
        let page = visit.page(place);
        assert!(page.len() < 400_000, "{place}: {} bytes", page.len());
        assert!(!page.contains("<script>") && !page.contains("style=\""), "{place}");
    }
}

fn the_first_sample_works_as_it_is_printed(app: &App) {
    // The service must know its own address, as an operator's does.
    app.restart_with(&[("HOUND_BASE_URL", "http://hound.example")]);
    let mut visit = Visit::new(app);
    let page = visit.page("/docs/sales");
    let printed = sample(section(&page, "record_sale"), "curl");
    assert!(printed.contains("http://hound.example/v1/sales"), "{printed}");
    let run = printed.replace("http://hound.example", &app.base()).replacen("curl ", "curl -s -w '\\n%{http_code}' ", 1);
    let token = app.token(&["--role", "owner", "--mode", "sandbox"]);
    let output = Command::new("sh").args(["-c", &run]).env("HOUND_TOKEN", token).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.ends_with("\n201"), "{said} {}", String::from_utf8_lossy(&output.stderr));
    // A sample that wants a key has one.
    let page = visit.page("/docs/sandbox");
    let printed = sample(section(&page, "advance_sandbox"), "curl");
    let run = printed.replace("http://hound.example", &app.base()).replacen("curl ", "curl -s -w '\\n%{http_code}' ", 1);
    let output =
        Command::new("sh").args(["-c", &run]).env("HOUND_TOKEN", app.token(&["--role", "owner", "--mode", "sandbox"])).output();
    assert!(String::from_utf8_lossy(&output.expect("a shell").stdout).ends_with("\n200"));
}

fn sales(client: &Client) -> usize {
    client.get("/v1/sales").is(200)["data"].as_array().expect("sales").len()
}

fn what_is_tried_goes_to_the_sandbox_and_nowhere_else(app: &App) {
    let (live, sandbox) = (app.owner(), app.sandbox());
    let mut visit = Visit::new(app);
    let token = app.token(&["--role", "owner", "--mode", "sandbox"]);
    let body =
        json!({"order_id": "T-1", "currency": "EUR", "subtotal": 1_000, "customer": {"email": "tess@example.com"}}).to_string();
    let form = |token: &str, target: &str| -> Vec<(String, String)> {
        [("operation", "record_sale"), ("target", target), ("body", &body), ("token", token)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    };
    let send = |visit: &mut Visit, fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visit.send("/docs/try", &fields)
    };
    let tried = send(&mut visit, &form(&token, "/v1/sales"));
    assert_eq!(tried.status, 200, "{}", tried.text);
    assert!(
        words(&tried.text).contains("The answer is 201.") && plain(&tried.text).contains("\"order_id\": \"T-1\""),
        "{}",
        tried.text
    );
    assert!(!tried.text.contains(&token), "the token is not shown again");
    assert_eq!((sales(&sandbox), sales(&live)), (1, 0));
    // A live token, none, and something else: nothing is sent.
    let live_token = app.token(&["--role", "owner"]);
    for (token, said) in [
        (live_token.as_str(), "This is a live token."),
        ("", "Enter a token for the sandbox"),
        ("nonsense", "This token is not valid."),
        ("two words\r\nX-Evil: 1", "This token is not valid."),
    ] {
        let refused = send(&mut visit, &form(token, "/v1/sales"));
        assert_eq!(refused.status, 422, "{token}: {}", refused.text);
        assert!(words(&refused.text).contains(said), "{token}: {}", words(&refused.text));
    }
    for target in ["/desk", "/v1/nothing", "/v1/sales HTTP/1.1", "//evil.example/v1/sales", "/v1/sales\r\nX: 1"] {
        assert_eq!(send(&mut visit, &form(&token, target)).status, 422, "{target}");
    }
    let mut foreign = visit.with("Sec-Fetch-Site", "cross-site");
    assert_eq!(send(&mut foreign, &form(&token, "/v1/sales")).status, 403);
    assert_eq!((sales(&sandbox), sales(&live)), (1, 0));
    // At the desk the session will do, once it shows the sandbox.
    let mut desk = Visit::owner(app);
    let refused = send(&mut desk, &form("", "/v1/sales"));
    assert!(refused.status == 422 && words(&refused.text).contains("Your desk shows the live shop."), "{}", refused.text);
    desk.submit("/desk/mode", &[("mode", "sandbox")]);
    let again = send(&mut desk, &form("", "/v1/sales"));
    assert!(words(&again.text).contains("The answer is 200."), "{}", again.text);
}

fn the_log_shows_what_was_asked_and_asks_it_again(app: &App) {
    let (live, sandbox) = (app.owner(), app.sandbox());
    let order = json!({"order_id": "L-1", "currency": "EUR", "subtotal": 1_000, "customer": {"email": "log@example.com"}});
    sandbox.post("/v1/sales", &order).is(201);
    sandbox.post("/v1/sales", &json!({"order_id": "L-2"})).is(422);
    sandbox.post("/v1/connections", &json!({"kind": "woocommerce", "secret": "a very secret word"})).is(201);
    live.post("/v1/sales", &json!({"order_id": "LIVE-1", "currency": "EUR", "subtotal": 1_000})).is(201);
    let mut stranger = Visit::new(app);
    stranger.get("/docs/log");
    assert!(stranger.place.starts_with("/sign-in"), "{}", stranger.place);
    let mut desk = Visit::owner(app);
    let page = plain(&desk.page("/docs/log"));
    assert!(page.contains("\"order_id\": \"L-1\"") && page.contains("POST /v1/sales"), "{page}");
    assert!(page.contains("this process"), "it says whose memory this is");
    // A refusal is there with its reason; nothing live, no token, no secret.
    assert!(page.contains("\"order_id\": \"L-2\"") && page.contains("application") | page.contains("\"code\""), "{page}");
    let token = app.token(&["--role", "owner", "--mode", "sandbox"]);
    for hidden in ["LIVE-1", "a very secret word", token.as_str()] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    // Once more: the same order is answered as it stands.
    let (_, rest) = page.split_once("\"order_id\": \"L-1\"").expect("the order");
    let (_, rest) = rest.split_once("/docs/log/").expect("a form");
    let id = rest.split('/').next().expect("an id").to_owned();
    let replay = format!("/docs/log/{id}/replay");
    assert_eq!(desk.send(&replay, &[]).status, 422, "the desk shows the live shop");
    let again = desk.send(&replay, &[("token", &token)]);
    assert!(words(&again.text).contains("The answer is 200."), "{}", again.text);
    assert_eq!(sandbox.get("/v1/sales").is(200)["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.with("Sec-Fetch-Site", "cross-site").send(&replay, &[("token", &token)]).status, 403);
    assert_eq!(desk.send("/docs/log/0193a1b2-0000-7000-8000-000000000001/replay", &[("token", &token)]).status, 404);
    let seen: Value = json!(desk.page("/docs/log").matches("<details class=\"card\"").count());
    assert!(seen.as_u64().is_some_and(|seen| seen >= 5), "the replay is in the log too: {seen}");
}
