//! What the owner sets at the desk: rules that are tried before they count, keys for programs, shops, people, the log.
#![cfg(test)]

use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};

use super::visit::{PASSWORD, Visit, words};
use crate::app::{App, stories};
use crate::client::Client;
use crate::receiver::Receiver;
use crate::shop::{enrol, id_of, net, order, sell};
use crate::shop_signatures::{Envelope, Shop};
use crate::storefronts::woo_order;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

stories! {
    rules_are_tried_on_past_sales_before_they_count,
    a_token_made_here_works_until_it_is_revoked,
    a_shop_connected_here_sends_its_orders,
    a_program_is_told_again_what_it_missed,
    an_accountant_looks_and_changes_nothing_and_the_last_owner_stays,
    everybody_minds_his_own_name_and_password,
    the_log_names_who_did_it_and_the_server_says_what_it_has_set,
    who_is_paid_from_which_account_stands_in_the_files,
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Moment::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What stands between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start:?} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end:?} after {start:?}")).0
}

/// What is shown once on a page.
fn secret(page: &str) -> String {
    between(between(page, "<div class=\"notice\" role=\"status\">", "</div>"), "<code>", "</code>").to_owned()
}

fn rules_are_tried_on_past_sales_before_they_count(app: &App) {
    let (mut bea, api) = (Visit::owner(app), app.owner());
    enrol(&api, "joe@example.com", "JOE");
    let first = sell(&api, &order("A-1", 10_000, "ann@example.com", "JOE"));
    let before = api.get("/v1/program").is(200);

    let tried = bea.send("/desk/settings/terms", &[("act", "preview"), ("commission_rate", "20"), ("hold_days", "14")]);
    assert_eq!(tried.status, 200, "{}", tried.text);
    let said = words(&tried.text);
    assert!(said.contains("Nothing was written") && said.contains("€10.00") && said.contains("€20.00"), "{said}");
    assert!(said.contains("A-1"), "the changed sale is named: {said}");
    assert_eq!(api.get("/v1/program").is(200), before, "a try writes nothing");
    assert_eq!(net(&api, &id_of(&first)), 1_000);

    for (field, wrong, why) in [
        ("hold_days", "soon", "must be a whole number"),
        ("hold_days", "-1", "must be between 0 and 3650"),
        ("timezone", "Mars/Olympus", "is no time zone"),
        ("shop_url", "javascript:alert(1)", "is no address"),
        ("payout_minimum", "lots", "must be sums"),
        ("commission_rate", "120", "must be a percentage"),
    ] {
        for act in ["preview", "save"] {
            let refused = bea.send("/desk/settings/terms", &[("act", act), (field, wrong)]);
            assert_eq!(refused.status, 422, "{field} {act}: {}", refused.text);
            assert!(words(&refused.text).contains(why), "{field}: {}", words(&refused.text));
            assert!(
                refused.text.contains("aria-invalid=\"true\"") && refused.text.contains(&format!("value=\"{wrong}\"")),
                "{field}"
            );
        }
    }
    assert_eq!(api.get("/v1/program").is(200), before);

    let saved = bea.submit("/desk/settings/terms", &[("act", "save"), ("commission_rate", "20"), ("hold_days", "14")]);
    assert!(words(&saved.text).contains("The rules are in force from now on"), "{}", words(&saved.text));
    let after = api.get("/v1/program").is(200);
    let mut expected = before.clone();
    for field in ["version", "valid_from"] {
        expected[field] = after[field].clone();
    }
    expected["commission"] = json!({"type": "percent", "rate": "20"});
    expected["hold_days"] = json!(14);
    assert_eq!(after, expected, "what the form did not send stays as it was");
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + 1));
    let second = sell(&api, &order("A-2", 10_000, "carl@example.com", "JOE"));
    assert_eq!((net(&api, &id_of(&first)), net(&api, &id_of(&second))), (1_000, 2_000), "old promises stand, new ones count");
    let history = words(&bea.page("/desk/settings/terms"));
    assert!(
        history.contains("Percentage, Days until a reward is theirs") && history.contains("Bea (bea@blumen.example)"),
        "{history}"
    );
}

fn a_token_made_here_works_until_it_is_revoked(app: &App) {
    let mut bea = Visit::owner(app);
    let wrong = bea.send("/desk/settings/tokens", &[("role", "publishable"), ("origin", "https://shop.example/cart")]);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text).contains("without a path"), "{}", words(&wrong.text));
    let made = bea.send("/desk/settings/tokens", &[("role", "storefront"), ("source", "till"), ("days", "30")]);
    assert_eq!(made.status, 200, "{}", made.text);
    let token = secret(&made.text);
    let till = Client::new(&app.base(), Some(&token));
    assert_eq!(sell(&till, &json!({"order_id": "T-1", "currency": "EUR", "subtotal": 500}))["source"], "till");
    let page = bea.page("/desk/settings/tokens");
    assert!(!page.contains(&token) && words(&page).contains("till"), "the list knows it and does not show it");
    let id = between(&page, "/desk/settings/tokens/", "/revoke").to_owned();
    let gone = bea.submit(&format!("/desk/settings/tokens/{id}/revoke"), &[]);
    assert!(words(&gone.text).contains("Nobody gets in with it any more"), "{}", words(&gone.text));
    let revoked = Moment::now();
    until("the end of the token", || (till.get("/v1/sales").status == 401).then_some(()));
    assert!(revoked.elapsed() < Duration::from_secs(3), "revoked for {:?}", revoked.elapsed());
}

fn a_shop_connected_here_sends_its_orders(app: &App) {
    let (mut bea, api) = (Visit::owner(app), app.owner());
    enrol(&api, "joe@example.com", "JOE");
    let wrong = bea.send("/desk/settings/connections", &[("kind", "shopify"), ("name", "Blumen")]);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text).contains("Secret: is missing"), "{}", words(&wrong.text));
    let made = bea.send("/desk/settings/connections", &[("kind", "woocommerce"), ("name", "Blumen"), ("currency", "eur")]);
    assert_eq!(made.status, 200, "{}", made.text);
    let secret = secret(&made.text);
    let target = format!("/webhooks/woocommerce/{}", between(&made.text, "/webhooks/woocommerce/", "<"));
    let id = target.rsplit('/').next().expect("an id").to_owned();
    let shop = Shop { kind: "woocommerce", id: id.clone(), secret: secret.clone(), target, door: app.nobody() };
    let delivery = shop.report(&api, "order.created", &woo_order(501, "processing", "2026-03-01T09:05:00"));
    assert_eq!(delivery["status"], "applied", "{delivery:#}");

    let list = words(&bea.page("/desk/settings/connections"));
    assert!(list.contains("Blumen") && list.contains("just now"), "{list}");
    let one = bea.page(&format!("/desk/settings/connections/{id}"));
    assert!(words(&one).contains("order.created") && !one.contains(&secret), "{}", words(&one));
    let message = bea.page(&format!("/desk/settings/inbound/{}", id_of(&delivery)));
    assert!(message.contains("113.05") && !message.contains("bea@example.com"), "figures and nobody's address: {message}");
    let again = bea.submit(&format!("/desk/settings/inbound/{}", id_of(&delivery)), &[]);
    assert!(words(&again.text).contains("Done again") && words(&again.text).contains("2 tries"), "{}", words(&again.text));

    // A new secret is shown once; the old one signs for another day, nobody else's does.
    let rotated = bea.send(&format!("/desk/settings/connections/{id}/secret"), &[]);
    let fresh = self::secret(&rotated.text);
    assert_ne!(fresh, secret);
    let order = woo_order(502, "processing", "2026-03-02T09:05:00").to_string();
    let envelope = |number| Envelope { topic: "order.created", number, ..Envelope::default() };
    assert_eq!(shop.signing_with("guessed").send(order.as_bytes(), &envelope("n-1")).status, 401);
    assert_eq!(shop.signing_with(&fresh).send(order.as_bytes(), &envelope("n-2")).status, 200);
    assert_eq!(shop.send(order.as_bytes(), &envelope("n-3")).status, 200);
    let renamed = bea.submit(&format!("/desk/settings/connections/{id}"), &[("name", "Garten"), ("currency", "EUR")]);
    assert!(words(&renamed.text).contains("Garten") && !renamed.text.contains(&fresh), "{}", words(&renamed.text));
    let gone = bea.submit(&format!("/desk/settings/connections/{id}/remove"), &[]);
    assert!(words(&gone.text).contains("No shop is connected yet"), "{}", words(&gone.text));
    assert_eq!(shop.signing_with(&fresh).send(order.as_bytes(), &envelope("n-4")).status, 401);
}

fn a_program_is_told_again_what_it_missed(app: &App) {
    let receiver = Receiver::start();
    app.restart_with(&[("HOUND_PRIVATE_HOSTS", &receiver.address)]);
    let (mut bea, api) = (Visit::owner(app), app.owner());
    let refused = bea.send("/desk/settings/webhooks", &[("url", "http://10.1.2.3/hooks")]);
    assert_eq!(refused.status, 422, "{}", refused.text);
    let url = format!("http://{}/hooks", receiver.address);
    let made =
        bea.send("/desk/settings/webhooks", &[("url", &url), ("events", "referrer.enrolled"), ("events", "sale.recorded")]);
    assert_eq!(made.status, 200, "{}", made.text);
    let secret = secret(&made.text);
    enrol(&api, "joe@example.com", "JOE");
    let told = until("a message", || receiver.told().into_iter().next());
    assert_eq!((told.kind().as_str(), told.is_signed_with(&secret)), ("referrer.enrolled", true));
    let id = between(&bea.page("/desk/settings/webhooks"), "/desk/settings/webhooks/", "\"").to_owned();
    let place = format!("/desk/settings/webhooks/{id}");
    let page = until("the log", || Some(bea.page(&place)).filter(|page| words(page).contains("delivered")));
    assert!(!page.contains(&secret) && page.contains("HTTP 200"), "{}", words(&page));
    let delivery = between(&page, "name=\"delivery\" value=\"", "\"").to_owned();
    let again = bea.submit(&format!("{place}/replay"), &[("delivery", &delivery)]);
    assert!(words(&again.text).contains("On its way again"), "{}", words(&again.text));
    until("the message again", || (receiver.told().len() == 2).then_some(()));

    let off = bea.submit(&format!("{place}/status"), &[("status", "disabled")]);
    assert!(words(&off.text).contains("switched off"), "{}", words(&off.text));
    assert_eq!(bea.send(&format!("{place}/replay"), &[("delivery", &delivery)]).status, 409);
    bea.submit(&format!("{place}/status"), &[("status", "enabled")]);
    let rotated = bea.send(&format!("{place}/secret"), &[]);
    assert_ne!(self::secret(&rotated.text), secret);
    let gone = bea.submit(&format!("{place}/remove"), &[]);
    assert!(words(&gone.text).contains("No program is told yet"), "{}", words(&gone.text));
}

/// Invites an accountant and lets him in.
fn accountant(app: &App, bea: &mut Visit) -> Visit {
    let fields = [("name", "Carl"), ("email", "carl@blumen.example"), ("role", "accountant"), ("locale", "en")];
    let invited = bea.send("/desk/settings/team", &fields);
    assert_eq!(invited.status, 200, "{}", invited.text);
    let link = secret(&invited.text);
    assert!(!bea.page("/desk/settings/team").contains(&link), "the link is shown once");
    let path = link.split_once("/reset/").map(|(_, secret)| format!("/reset/{secret}")).expect("a link");
    let mut carl = Visit::new(app);
    assert_eq!(carl.get(&path).status, 200);
    let chosen = carl.submit(&path, &[("password", PASSWORD)]);
    assert!(carl.place.starts_with("/desk"), "{} {}", carl.place, chosen.text);
    carl
}

fn an_accountant_looks_and_changes_nothing_and_the_last_owner_stays(app: &App) {
    let mut bea = Visit::owner(app);
    let mut carl = accountant(app, &mut bea);
    let pages = [
        "",
        "/terms",
        "/tiers",
        "/letters",
        "/letters/welcome?locale=de",
        "/look",
        "/connections",
        "/tokens",
        "/webhooks",
        "/team",
        "/payer",
        "/audit",
        "/backup",
        "/installation",
        "/me",
    ];
    for page in pages {
        let shown = carl.page(&format!("/desk/settings{page}"));
        assert!(shown.matches("<h1>").count() == 1, "{page}: one heading");
        assert!(page == "/me" || !shown.contains("class=\"primary\""), "{page} offers him nothing to change");
    }
    let attempts = [
        "/terms",
        "/tiers",
        "/letters/welcome",
        "/look/colour",
        "/connections",
        "/tokens",
        "/webhooks",
        "/team",
        "/payer",
        "/payer/paypal",
    ];
    for form in attempts {
        let refused = carl.send(&format!("/desk/settings{form}"), &[("act", "save"), ("hold_days", "1"), ("role", "owner")]);
        assert_eq!(refused.status, 403, "{form}: {}", words(&refused.text));
    }
    let known = bea.send("/desk/settings/team", &[("name", "Carl"), ("email", "CARL@blumen.example"), ("role", "owner")]);
    assert_eq!(known.status, 422);
    assert!(words(&known.text).contains("belongs to somebody who is here already"), "{}", words(&known.text));

    let team = bea.page("/desk/settings/team");
    let ids: Vec<String> =
        team.match_indices("/remove\"").map(|(end, _)| team[..end].rsplit('/').next().expect("an id").to_owned()).collect();
    let [hers, his] = ids.as_slice() else { panic!("two people: {ids:?}") };
    for attempt in [format!("{hers}/remove"), format!("{hers}/role")] {
        let refused = bea.send(&format!("/desk/settings/team/{attempt}"), &[("role", "accountant")]);
        assert_eq!(refused.status, 409, "{attempt}");
        assert!(words(&refused.text).contains("must stay"), "{}", words(&refused.text));
    }
    let gone = bea.submit(&format!("/desk/settings/team/{his}/remove"), &[]);
    assert!(!gone.text.contains("carl@blumen.example"), "{}", words(&gone.text));
    until("the end of his session", || {
        carl.get("/desk/settings");
        carl.place.starts_with("/sign-in").then_some(())
    });
    let refused = carl.send("/sign-in", &[("email", "carl@blumen.example"), ("password", PASSWORD)]);
    assert_ne!(refused.status, 303, "nobody is let in who was removed");
}

fn everybody_minds_his_own_name_and_password(app: &App) {
    let mut bea = Visit::owner(app);
    let mut carl = accountant(app, &mut bea);
    let mut elsewhere = Visit::new(app);
    elsewhere.sign_in("carl@blumen.example");
    carl.submit("/desk/settings/me", &[("name", "Carlo"), ("locale", "de")]);
    assert!(carl.page("/desk/settings/me").contains("lang=\"de\""), "his pages speak his language");
    assert!(words(&bea.page("/desk/settings/team")).contains("Carlo"));
    for (old, new, status) in
        [("wrong old one", "a cat named Mimi", 422), (PASSWORD, "short", 422), (PASSWORD, "a cat named Mimi", 303)]
    {
        let answer = carl.send("/desk/settings/me/password", &[("old", old), ("new", new)]);
        assert_eq!(answer.status, status, "{new}: {}", words(&answer.text));
        assert!(!answer.text.contains(old) && !answer.text.contains("Mimi"), "a password is not repeated");
    }
    until("the end of the other session", || {
        elsewhere.get("/desk/settings");
        elsewhere.place.starts_with("/sign-in").then_some(())
    });
    assert_eq!(carl.get("/desk/settings").status, 200, "his own goes on");
    assert!(carl.place.starts_with("/desk/settings"), "{}", carl.place);
}

fn the_log_names_who_did_it_and_the_server_says_what_it_has_set(app: &App) {
    app.restart_with(&[("HOUND_SMTP_FROM", "rewards@blumen.example"), ("HOUND_METRICS_TOKEN", "hunter2-hunter2")]);
    let mut bea = Visit::owner(app);
    bea.submit("/desk/settings/tiers", &[("name", "gold"), ("title", "Gold customer")]);
    bea.submit("/desk/settings/terms", &[("act", "save"), ("hold_days", "21")]);
    let audit = words(&bea.page("/desk/settings/audit"));
    assert!(audit.contains("Bea (bea@blumen.example) Changed the rules program.set_terms"), "{audit}");
    assert!(audit.contains("Bea (bea@blumen.example) Set a tier"), "{audit}");
    let made: Value = app.owner().post("/v1/webhook-endpoints", &json!({"url": "https://hooks.example/x"})).is(201);
    assert!(made["id"].is_string());
    let audit = words(&bea.page("/desk/settings/audit"));
    assert!(audit.contains("a program with a token of the role owner Added a webhook address"), "{audit}");

    let page = bea.page("/desk/settings/installation");
    let said = words(&page);
    assert!(said.contains("HOUND_SMTP_FROM rewards@blumen.example locked set by HOUND_SMTP_FROM"), "{said}");
    assert!(said.contains("HOUND_WORKERS 2 our default"), "{said}");
    assert!(said.contains("locked set by HOUND_METRICS_TOKEN") && !page.contains("hunter2"), "secrets are masked: {said}");
    assert!(words(&bea.page("/desk/settings/letters")).contains("rewards@blumen.example (set by HOUND_SMTP_FROM)"));
    let overview = words(&bea.page("/desk/settings"));
    assert!(overview.contains("One tier") && overview.contains("No shop is connected"), "{overview}");
}

fn who_is_paid_from_which_account_stands_in_the_files(app: &App) {
    let (mut bea, api) = (Visit::owner(app), app.owner());
    api.patch("/v1/payer", &json!({"wise": {"source_currency": "EUR"}})).is(200);
    let wrong = bea.send("/desk/settings/payer", &[("name", "Blumen Bea"), ("iban", "DE00 1234")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    assert!(wrong.text.contains("id=\"f-iban-fault\""), "{}", words(&wrong.text));
    let saved =
        bea.submit("/desk/settings/payer", &[("name", "Blumen Bea"), ("iban", "DE89 3704 0044 0532 0130 00"), ("cheque", "de")]);
    assert!(words(&saved.text).contains("The details are kept"), "{}", words(&saved.text));
    let payer = api.get("/v1/payer").is(200);
    assert_eq!((&payer["iban"], &payer["cheque"]["language"]), (&json!("DE89370400440532013000"), &json!("de")), "{payer:#}");
    assert_eq!(payer["wise"]["source_currency"], "EUR", "what the form does not show stays");
    let connected = bea.submit("/desk/settings/payer/paypal", &[("client_id", "shop"), ("client_secret", "s3cr3t-of-paypal")]);
    assert!(
        words(&connected.text).contains("PayPal is connected") && !connected.text.contains("s3cr3t"),
        "{}",
        words(&connected.text)
    );
    assert_eq!(api.get("/v1/payout-providers/paypal").is(200)["client_id"], "shop");
}
