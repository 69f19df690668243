//! The referrer's portal: in by a link from a letter, shown his money, and nobody else's business.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::visit::{Visit, words};
use crate::app::{App, execute, stories};
use crate::letters::until;
use crate::shop::{enrol, id_of, order, rules, sell};

stories! {
    a_link_by_letter_lets_in_once_and_looking_at_it_burns_nothing,
    a_link_that_is_old_or_made_up_lets_nobody_in,
    who_asks_learns_nothing_about_addresses,
    a_link_from_a_money_letter_lets_look_and_change_nothing,
    signing_out_everywhere_ends_sessions_and_links,
    a_portal_tells_of_money_with_dates_and_never_of_friends,
    another_referrers_business_is_never_seen,
    changed_payout_details_are_told_and_held,
    a_referrer_claims_and_disagrees,
    the_shops_own_page_leads_into_the_portal,
    letters_and_language_are_chosen,
    data_is_taken_away_and_deleted,
}

/// The addresses beginning with `start` in all letters to `email`, as paths.
pub(super) fn links(app: &App, email: &str, start: &str) -> BTreeSet<String> {
    let files = fs::read_dir(app.data.path().join("mail")).map(|files| files.filter_map(Result::ok).collect::<Vec<_>>());
    let texts = files.unwrap_or_default().into_iter().filter_map(|file| fs::read_to_string(file.path()).ok());
    let to = format!("To: {email}");
    let mut found = BTreeSet::new();
    for text in texts.filter(|text| text.lines().any(|line| line == to || line.ends_with(&format!("<{email}>")))) {
        // Soft line breaks of quoted-printable (RFC 2045 §6.7).
        let text = text.replace("=\r\n", "").replace("=3D", "=");
        for piece in text.split(&format!("{}{start}", app.base())).skip(1) {
            let rest: String = piece.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "-_".contains(*sign)).collect();
            found.insert(format!("{start}{rest}"));
        }
    }
    found
}

/// The newest link that lets `email` in, asked for now.
fn mailed(app: &App, visit: &mut Visit, email: &str) -> String {
    let before = links(app, email, "/portal/enter/");
    let sent = visit.submit("/portal/sign-in", &[("email", email)]);
    assert_eq!((sent.status, visit.place.as_str()), (200, "/portal/sent"), "{}", sent.text);
    new_link(app, email, &before)
}

fn new_link(app: &App, email: &str, before: &BTreeSet<String>) -> String {
    let mut found = None;
    until(app, "a link arrives", || {
        found = links(app, email, "/portal/enter/").difference(before).next().cloned();
        found.is_some()
    });
    found.expect("a link")
}

/// Somebody at his portal, signed in.
pub(super) fn at_portal(app: &App, email: &str) -> Visit {
    let mut visit = Visit::new(app);
    let link = mailed(app, &mut visit, email);
    let entered = visit.submit(&link, &[]);
    assert_eq!((entered.status, visit.place.as_str()), (200, "/portal"), "{}", entered.text);
    visit
}

fn a_link_by_letter_lets_in_once_and_looking_at_it_burns_nothing(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let mut visit = Visit::new(app);
    let link = mailed(app, &mut visit, "joe@example.com");
    for _ in 0..3 {
        let page = Visit::new(app).page(&link);
        assert!(page.contains("method=\"post\"") && !page.contains(">JOE<"), "{page}");
    }
    let entered = visit.send(&link, &[]);
    let cookie = entered.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("hound_portal=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = visit.page("/portal");
    assert!(page.contains(">JOE<"), "{page}");
    // Whoever finds the link later comes too late, by looking as by sending.
    let mut other = Visit::new(app);
    assert_eq!((other.get(&link).status, other.send(&link, &[]).status), (410, 410));
    assert!(other.cookies.is_empty());
    // A page of another site cannot send the form.
    let fresh = mailed(app, &mut Visit::new(app), "joe@example.com");
    assert_eq!(Visit::new(app).with("Sec-Fetch-Site", "cross-site").send(&fresh, &[]).status, 403);
    assert_eq!(Visit::new(app).send(&fresh, &[]).status, 303);
    // Signed out, he is shown the door.
    let left = visit.submit("/portal/sign-out", &[]);
    assert!(words(&left.text).contains("You are signed out"), "{}", left.text);
    visit.get("/portal");
    assert!(visit.place.starts_with("/portal/sign-in"), "{}", visit.place);
}

fn a_link_that_is_old_or_made_up_lets_nobody_in(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let mut visit = Visit::new(app);
    let link = mailed(app, &mut visit, "joe@example.com");
    execute(&app.place(), "UPDATE login_links SET expires_at = created_at").expect("old links");
    assert_eq!((visit.get(&link).status, visit.send(&link, &[]).status), (410, 410));
    for made_up in [format!("{link}x"), link.replace("enter/", "enter/A"), "/portal/enter/abc".to_owned()] {
        assert_eq!((visit.get(&made_up).status, visit.send(&made_up, &[]).status), (410, 410), "{made_up}");
    }
    assert!(visit.cookies.is_empty(), "{:?}", visit.cookies);
}

fn who_asks_learns_nothing_about_addresses(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    app.owner().post("/v1/customers", &json!({"email": "bea@example.com"})).is(201);
    let answer = |email: &str| {
        let mut visit = Visit::new(app);
        let first = visit.send("/portal/sign-in", &[("email", email)]);
        (first.status, first.header("location").map(str::to_owned), visit.page("/portal/sent"))
    };
    let known = answer("joe@example.com");
    assert_eq!(answer("bea@example.com"), known);
    assert_eq!(answer("nobody@example.com"), known);
    assert_eq!(Visit::new(app).send("/portal/sign-in", &[("email", "no address")]).status, 422);
    // Nobody can fill somebody's mailbox.
    for _ in 0..6 {
        answer("JOE@example.com");
    }
    until(app, "what was asked for is written", || app.ask("SELECT 'x' AS line FROM mails WHERE kind = 'login_link'").len() == 3);
    assert_eq!(app.ask("SELECT 'x' AS line FROM login_links WHERE kind = 'sign_in'").len(), 3);
}

fn a_link_from_a_money_letter_lets_look_and_change_nothing(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    sell(&shop, &order("A-1", 10_000, "cleo@example.com", "JOE"));
    let mut link = None;
    until(app, "news of money arrives", || {
        link = links(app, "joe@example.com", "/portal/l/").pop_first();
        link.is_some()
    });
    let link = link.expect("a link");
    let mut visit = Visit::new(app);
    let page = words(&visit.get(&link).text);
    assert_eq!(visit.place, "/portal", "the address keeps no secret");
    assert!(page.contains("€10.00 is on hold until") && page.contains("JOE"), "{page}");
    for path in ["/portal/sales", "/portal/claims", "/portal/payout", "/portal/statements", "/portal/settings"] {
        assert!(!visit.page(path).is_empty() && visit.place == path, "{path}");
    }
    // What changes anything asks for one step more, and changes nothing.
    let paypal = [("rail", "paypal"), ("email", "thief@example.com")];
    let commission = shop.get("/v1/commissions").is(200)["data"][0]["id"].as_str().expect("an id").to_owned();
    let disagree = format!("/portal/sales/{commission}/disagree");
    for (path, fields) in [
        ("/portal/payout", &paypal[..]),
        ("/portal/payout/remove", &[]),
        ("/portal/claims", &[("order_id", "A-9")]),
        (disagree.as_str(), &[]),
        ("/portal/settings", &[("locale", "de")]),
        ("/portal/sign-out-everywhere", &[]),
        ("/portal/delete", &[("sure", "yes")]),
    ] {
        let answer = visit.submit(path, fields);
        assert!(visit.place.starts_with("/portal/sign-in"), "{path} led to {}", visit.place);
        assert!(words(&answer.text).contains("To change anything, we mail you a link first"), "{path}: {}", answer.text);
    }
    for path in ["/portal/my-data", "/portal/delete"] {
        visit.get(path);
        assert!(visit.place.starts_with("/portal/sign-in"), "{path}");
    }
    shop.get(&format!("/v1/referrers/{joe}/payout-method")).is(404);
    assert_eq!(shop.get("/v1/claims").is(200)["data"], json!([]));
    // The step itself: one button, a letter to the address that is known.
    let before = links(app, "joe@example.com", "/portal/enter/");
    visit.submit("/portal/step-up", &[]);
    assert_eq!(visit.place, "/portal/sent");
    let entered = new_link(app, "joe@example.com", &before);
    visit.submit(&entered, &[]);
    let changed = visit.submit("/portal/payout", &[("rail", "paypal"), ("email", "joe@paypal.example.com")]);
    assert!(words(&changed.text).contains("PayPal j***@paypal.example.com"), "{}", changed.text);
    // A changed sign makes another link of it, which is none.
    let (start, end) = link.split_at(link.len() - 10);
    let other = if end.starts_with('A') { 'B' } else { 'A' };
    assert_eq!(Visit::new(app).get(&format!("{start}{other}{}", &end[1..])).status, 410);
    assert_eq!(Visit::new(app).get("/portal/l/abc").status, 410);
    // Whoever is signed in stays so.
    visit.get(&link);
    visit.page("/portal/my-data");
    assert_eq!(visit.place, "/portal/my-data");
}

fn signing_out_everywhere_ends_sessions_and_links(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let link = shop.order(&format!("/v1/referrers/{joe}/portal-links")).is(201)["url"].as_str().expect("a link").to_owned();
    let link = link.strip_prefix(&app.base()).expect("ours").to_owned();
    let (mut here, mut there, mut reading) =
        (at_portal(app, "joe@example.com"), at_portal(app, "joe@example.com"), Visit::new(app));
    reading.get(&link);
    assert_eq!(reading.place, "/portal");
    let left = here.submit("/portal/sign-out-everywhere", &[]);
    assert!(words(&left.text).contains("signed out everywhere"), "{}", left.text);
    until(app, "every node has heard of it", || {
        there.get("/portal");
        there.place.starts_with("/portal/sign-in")
    });
    reading.get("/portal");
    assert!(reading.place.starts_with("/portal/sign-in"), "{}", reading.place);
    assert_eq!(Visit::new(app).get(&link).status, 410);
    // A new one works.
    let again = shop.order(&format!("/v1/referrers/{joe}/portal-links")).is(201)["url"].as_str().expect("a link").to_owned();
    let mut visit = Visit::new(app);
    visit.get(again.strip_prefix(&app.base()).expect("ours"));
    assert_eq!(visit.place, "/portal");
}

fn a_portal_tells_of_money_with_dates_and_never_of_friends(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let mut visit = at_portal(app, "joe@example.com");
    let empty = words(&visit.page("/portal"));
    assert!(empty.contains("No clicks yet: send it to one friend") && empty.contains("€25.00 to go until €25.00"), "{empty}");
    assert!(empty.contains("(I get a reward if you buy)") && empty.contains("You get 10 % for each new customer"), "{empty}");

    let buyer = json!({"email": "cleo@example.com", "name": "Cleopatra Jones", "phone": "+49 30 901820"});
    let sale =
        sell(&shop, &json!({"order_id": "ORDER-77", "currency": "EUR", "subtotal": 10_000, "customer": buyer, "code": "JOE"}));
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "ORDER-77", "amount": 5_000})).is(201);
    rules(&shop, &json!({"caps": {"per_referrer_month": {"sales": 1}}}));
    let second = sell(&shop, &order("ORDER-78", 40_000, "dora@example.com", "JOE"));
    let held = words(&visit.page("/portal/sales"));
    assert!(held.contains("The shop is looking at it You brought more than the shop pays by itself"), "{held}");
    shop.post(&format!("/v1/sales/{}/decision", id_of(&second)), &json!({"action": "deny", "reason": "No"})).is(200);
    let (home, sales) = (visit.page("/portal"), visit.page("/portal/sales"));
    let said = words(&home);
    assert!(said.contains("€5.00 is coming: it is yours on") && said.contains("€5.00 is on hold until"), "{said}");
    let said = words(&sales);
    assert!(
        said.contains("On hold until") && said.contains("the order was returned, wholly or in part, so €5.00 was taken back"),
        "{said}"
    );
    assert!(said.contains("Not credited The shop decided that this purchase earns nothing"), "{said}");
    assert!(said.contains("I disagree") && said.contains("A friend bought"), "{said}");
    for secret in ["Cleo", "cleo", "Jones", "901820", "dora", "ORDER-7", &id_of(&sale), "100.00", "400.00"] {
        assert!(!home.contains(secret) && !sales.contains(secret), "{secret} is told");
    }
    let statement = visit.get("/portal/statements");
    assert!(words(&statement.text).contains("PDF"), "{}", statement.text);
    let month =
        statement.text.split("/portal/statements/").nth(1).and_then(|rest| rest.split('?').next()).expect("a month").to_owned();
    let pdf = visit.get(&format!("/portal/statements/{month}?format=pdf"));
    assert!(pdf.status == 200 && pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.status);
    let table = visit.page(&format!("/portal/statements/{month}?format=csv"));
    assert!(table.starts_with("\"day\",\"kind\",\"text\"") && !table.contains("leo"), "{table}");
}

fn another_referrers_business_is_never_seen(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    enrol(&shop, "ann@example.com", "ANN");
    sell(&shop, &order("A-1", 12_340, "cleo@example.com", "JOE"));
    let commission = shop.get("/v1/commissions").is(200)["data"][0]["id"].as_str().expect("an id").to_owned();
    let mut ann = at_portal(app, "ann@example.com");
    for path in ["/portal", "/portal/sales", "/portal/payout", "/portal/statements", "/portal/settings", "/portal/my-data"] {
        let page = ann.page(path);
        assert!(
            !page.contains("JOE") && !page.contains("joe@") && !page.contains("12.34") && !page.contains(&commission),
            "{path}"
        );
    }
    assert_eq!(ann.submit(&format!("/portal/sales/{commission}/disagree"), &[]).status, 404);
    assert_eq!(shop.get("/v1/claims").is(200)["data"], json!([]));
    // The desk is another door.
    ann.get("/desk");
    assert!(!ann.place.starts_with("/desk"), "{}", ann.place);
}

fn changed_payout_details_are_told_and_held(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let mut visit = at_portal(app, "joe@example.com");
    let wrong = visit.submit("/portal/payout", &[("rail", "sepa"), ("holder", "Joe Girard"), ("iban", "DE00370400440532013000")]);
    assert_eq!(wrong.status, 422);
    let said = words(&wrong.text);
    assert!(said.contains("This IBAN is not right") && wrong.text.contains("value=\"Joe Girard\""), "{said}");
    let empty = visit.submit("/portal/payout", &[("rail", "sepa"), ("holder", ""), ("iban", "")]);
    assert_eq!(empty.status, 422);
    assert_eq!(visit.submit("/portal/payout", &[("rail", "offset")]).status, 422);
    let told = || app.ask("SELECT 'x' AS line FROM mails WHERE kind = 'payout_details_changed'").len();
    let first = visit.submit("/portal/payout", &[("rail", "paypal"), ("email", "joe@example.com")]);
    assert!(first.status == 200 && words(&first.text).contains("PayPal j***@example.com"), "{}", first.text);
    assert_eq!(told(), 0);
    let iban = [("rail", "sepa"), ("holder", "Joe Girard"), ("iban", "DE89 3704 0044 0532 0130 00")];
    let changed = visit.submit("/portal/payout", &iban);
    let said = words(&changed.text);
    assert!(said.contains("IBAN DE89…3000") && said.contains("nothing is paid before"), "{said}");
    assert!(!changed.text.contains("0532"), "the account is shown");
    assert_eq!(told(), 1);
    visit.submit("/portal/payout/remove", &[]);
    assert_eq!(told(), 2);
}

fn a_referrer_claims_and_disagrees(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let mut visit = at_portal(app, "joe@example.com");
    let neither = visit.submit("/portal/claims", &[("order_id", ""), ("friend_name", "Cleo"), ("bought_on", "")]);
    assert!(neither.status == 422 && neither.text.contains("value=\"Cleo\""), "{}", neither.text);
    let tomorrow = visit.submit("/portal/claims", &[("friend_name", "Cleo"), ("bought_on", "2199-01-01")]);
    assert!(tomorrow.status == 422 && words(&tomorrow.text).contains("has not been yet"), "{}", tomorrow.text);
    let claimed = visit.submit("/portal/claims", &[("friend_name", "Cleo"), ("bought_on", "2026-01-05")]);
    let said = words(&claimed.text);
    assert!(said.contains("Cleo, on 5 January 2026") && said.contains("The shop answers by"), "{said}");
    sell(&shop, &order("A-1", 10_000, "cleo@example.com", "JOE"));
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1"})).is(201);
    let page = visit.page("/portal/sales");
    let (_, form) = page.split_once("action=\"/portal/sales/").expect("a form");
    let path = format!("/portal/sales/{}", form.split('"').next().expect("a path"));
    for _ in 0..2 {
        let answer = visit.submit(&path, &[]);
        assert!(words(&answer.text).contains("The shop looks at it again"), "{}", answer.text);
    }
    let claims = shop.get("/v1/claims").is(200);
    let open = claims["data"].as_array().expect("claims");
    assert_eq!((open.len(), &open[1]["order_id"], &open[1]["source"]), (2, &json!("A-1"), &json!("main")), "{claims:#}");
    assert_eq!(shop.get("/v1/decisions?kind=claim").is(200)["data"].as_array().expect("decisions").len(), 2);
}

fn the_shops_own_page_leads_into_the_portal(app: &App) {
    let (owner, shop) = (app.owner(), app.storefront("shop-a"));
    rules(&owner, &json!({"shop_url": "https://shop.example/start"}));
    let joe = id_of(&shop.post("/v1/referrers", &json!({"customer": {"external_id": "r-1"}, "code": "JOE"})).is(201));
    let made = shop.order(&format!("/v1/referrers/{joe}/portal-links")).is(201);
    let path = made["url"].as_str().expect("an address").strip_prefix(&app.base()).expect("ours").to_owned();
    let mut visit = Visit::new(app);
    let page = visit.get(&path);
    assert_eq!((page.status, visit.place.as_str()), (200, "/portal"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.ends_with("frame-ancestors 'self' https://shop.example"), "{policy}");
    let door = Visit::new(app).get("/portal/sign-in");
    assert!(door.header("content-security-policy").expect("a policy").ends_with("frame-ancestors 'none'"));
    // He has no address to be mailed at: only the shop can help.
    let step = words(&visit.page("/portal/sign-in"));
    assert!(step.contains("We know no e-mail address of yours"), "{step}");
    app.storefront("shop-b").order(&format!("/v1/referrers/{joe}/portal-links")).is(404);
    owner.order("/v1/referrers/01900000-0000-7000-8000-000000000000/portal-links").is(404);
}

fn letters_and_language_are_chosen(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let mut visit = at_portal(app, "joe@example.com");
    let chosen = visit.submit("/portal/settings", &[("locale", "de"), ("letter", "welcome"), ("letter", "commission_approved")]);
    assert!(words(&chosen.text).contains("Gespeichert.") && chosen.text.contains("<html lang=\"de\">"), "{}", chosen.text);
    let kept = shop.get(&format!("/v1/referrers/{joe}/mail-preferences")).is(200);
    assert_eq!(
        (&kept["locale"], &kept["kinds"]["sale_credited"], &kept["kinds"]["welcome"]),
        (&json!("de"), &json!(false), &json!(true))
    );
    assert!(words(&visit.page("/portal")).contains("Noch keine Klicks: Schick ihn einem Freund"));
}

fn data_is_taken_away_and_deleted(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let customer = shop.get(&format!("/v1/referrers/{joe}")).is(200)["customer"]["id"].as_str().expect("an id").to_owned();
    sell(&shop, &order("A-1", 10_000, "cleo@example.com", "JOE"));
    let mut visit = at_portal(app, "joe@example.com");
    let data = visit.get("/portal/my-data");
    assert!(data.header("content-disposition").is_some_and(|kind| kind.starts_with("attachment")));
    let document = data.is(200);
    assert_eq!(
        (&document["customer"]["keys"][0]["value"], &document["codes"][0]["code"]),
        (&json!("joe@example.com"), &json!("JOE"))
    );
    assert_eq!((&document["commissions"][0]["net"], &document["referrer"]["id"]), (&json!(1_000), &json!(joe)));
    assert!(
        !document.to_string().contains("cleo") && document["letters"].as_array().expect("letters").len() >= 3,
        "{document:#}"
    );
    let page = words(&visit.page("/portal/delete"));
    assert!(page.contains("This is still yours") && page.contains("€10.00"), "{page}");
    assert_eq!(visit.submit("/portal/delete", &[]).status, 422);
    let gone = visit.submit("/portal/delete", &[("sure", "yes")]);
    assert!(words(&gone.text).contains("Your data is deleted"), "{}", gone.text);
    let left = shop.get(&format!("/v1/customers/{customer}")).is(200);
    assert!(!left.to_string().contains("joe@"), "{left:#}");
    visit.get("/portal");
    assert!(visit.place.starts_with("/portal/sign-in"), "{}", visit.place);
}
