//! The customer file at the desk: one search box, and all that is known of one customer.

use serde_json::json;

use super::sales::accountant;
use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::client::Client;
use crate::shop::{enrol, id_of, order, sell};

stories! {
    one_search_box_finds_by_every_key,
    a_customer_shows_purchases_who_sent_him_and_whom_he_sent,
    a_grade_is_given_and_taken_away,
    two_entries_become_one_after_a_second_look,
    a_customer_becomes_a_referrer_with_one_click,
    an_accountant_looks_at_customers_and_changes_nothing,
}

/// Bea, who bought roses, and somebody else who did not.
fn bea(shop: &Client) -> String {
    let report = json!({"order_id": "A-17", "currency": "EUR", "code": "JOE",
        "customer": {"external_id": "C-9", "email": "Bea@example.com", "phone": "+49 30 901820", "name": "Bea Blum"},
        "lines": [{"sku": "ROSE-12", "quantity": 2, "unit_price": 2_500}]});
    let sale = sell(shop, &report);
    sell(shop, &order("A-18", 1_000, "carla@example.com", "JOE"));
    sale["customer_id"].as_str().expect("a customer").to_owned()
}

fn one_search_box_finds_by_every_key(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    assert!(words(&visit.page("/desk/customers")).contains("Your customer file is empty."));
    enrol(&owner, "joe@example.com", "JOE");
    bea(&owner);
    let all = words(&visit.page("/desk/customers"));
    assert!(all.contains("Bea Blum") && all.contains("carla@example.com") && all.contains("joe@example.com"), "{all}");
    for (query, by) in [
        ("bea%40EXAMPLE.com", "Found by address"),
        ("0049+30+901820", "Found by address"),
        ("C-9", "Found by address"),
        ("A-17", "Found by order number."),
        ("blum", "Found by name."),
        ("BEA", "Found by name."),
        ("ROSE-12", "Found by article"),
    ] {
        let said = words(&visit.page(&format!("/desk/customers?q={query}")));
        assert!(said.contains(by) && said.contains("Bea Blum") && said.contains("Bea@example.com"), "{query}: {said}");
        assert!(!said.contains("carla@example.com") && !said.contains("joe@example.com"), "{query}: {said}");
    }
    for nobody in ["nobody", "%25", "TULIP-1", "' OR 1=1 --"] {
        let query: String = url::form_urlencoded::byte_serialize(nobody.as_bytes()).collect();
        let said = words(&visit.page(&format!("/desk/customers?q={query}")));
        assert!(said.contains("Nobody fits this search."), "{nobody}: {said}");
    }
}

fn a_customer_shows_purchases_who_sent_him_and_whom_he_sent(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = id_of(
        &owner.post("/v1/referrers", &json!({"customer": {"email": "joe@example.com", "name": "Joe"}, "code": "JOE"})).is(201),
    );
    let id = bea(&owner);
    let page = visit.page(&format!("/desk/customers/{id}"));
    let said = words(&page);
    for part in
        ["Customer number C-9", "A-17", "ROSE-12", "€50.00", "Credited", "By Joe with the code JOE", "Erase this person's data"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(page.contains(&format!("/desk/referrers/{joe}")) && page.contains(&format!("/desk/customers/{id}/erase")), "{page}");
    let himself = owner.get(&format!("/v1/referrers/{joe}")).is(200)["customer"]["id"].as_str().expect("an id").to_owned();
    let said = words(&visit.page(&format!("/desk/customers/{himself}")));
    assert!(said.contains("Has introduced") && said.contains("Bea Blum") && said.contains("€5.00"), "{said}");
    assert_eq!(visit.get("/desk/customers/0190163d-8694-739b-aea5-966c26f8ad90").status, 404);
}

fn a_grade_is_given_and_taken_away(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let id = id_of(&owner.post("/v1/customers", &json!({"email": "bea@example.com"})).is(201));
    let place = format!("/desk/customers/{id}");
    assert!(words(&visit.page(&place)).contains("There are no grades yet."));
    owner.put("/v1/tiers/gold", &json!({"title": "Gold friends"})).is(200);
    let tier = || owner.get(&format!("/v1/customers/{id}")).is(200)["tier"].clone();
    let page = visit.submit(&format!("{place}/grade"), &[("grade", "gold")]);
    assert!(
        words(&page.text).contains("The grade is changed.") && page.text.contains("value=\"gold\" selected"),
        "{}",
        page.text
    );
    assert_eq!(tier(), "gold");
    let unknown = visit.submit(&format!("{place}/grade"), &[("grade", "lead")]);
    assert!(unknown.status == 422 && words(&unknown.text).contains("There is no such grade."), "{}", unknown.text);
    visit.submit(&format!("{place}/grade"), &[("grade", "")]);
    assert_eq!(tier(), json!(null));
}

fn two_entries_become_one_after_a_second_look(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let kept = id_of(&owner.post("/v1/customers", &json!({"email": "bea@example.com", "name": "Bea"})).is(201));
    let gone = id_of(&owner.post("/v1/customers", &json!({"phone": "+49 30 901820"})).is(201));
    let place = format!("/desk/customers/{kept}");
    for wrong in ["nobody@example.com", "bea@example.com"] {
        let page = visit.get(&format!("{place}/merge?other={}", wrong.replace('@', "%40")));
        assert!(page.status == 422 && words(&page.text).contains("This names nobody"), "{wrong}: {}", page.text);
    }
    let ask = words(&visit.page(&format!("{place}/merge?other=%2B49+30+901820")));
    assert!(ask.contains("Bea, bea@example.com, without orders") && ask.contains("+49 30 901820, without orders"), "{ask}");
    assert_eq!(owner.get(&format!("/v1/customers/{gone}")).is(200)["merged_into"], json!(null));
    let done = visit.submit(&format!("{place}/merge"), &[("other", &gone)]);
    assert!(words(&done.text).contains("The entries are one now."), "{}", done.text);
    assert_eq!(owner.get(&format!("/v1/customers/{gone}")).is(200)["merged_into"], kept);
    // The old address leads to the entry that stayed.
    visit.page(&format!("/desk/customers/{gone}"));
    assert_eq!(visit.place, place);
}

fn a_customer_becomes_a_referrer_with_one_click(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let id = id_of(&owner.post("/v1/customers", &json!({"email": "bea@example.com", "name": "Bea"})).is(201));
    for _ in 0..2 {
        let page = visit.submit(&format!("/desk/customers/{id}/enrol"), &[]);
        assert!(words(&page.text).contains("Invited: the letter"), "{}", page.text);
    }
    assert_eq!(app.ask("SELECT kind AS line FROM mails"), ["welcome"]);
    let page = visit.page(&format!("/desk/customers/{id}"));
    assert!(words(&page).contains("Codes, money and letters") && !page.contains("/enrol\""), "{page}");
}

fn an_accountant_looks_at_customers_and_changes_nothing(app: &App) {
    let owner = app.owner();
    let mut visit = accountant(app);
    let id = id_of(&owner.post("/v1/customers", &json!({"email": "bea@example.com", "name": "Bea"})).is(201));
    let place = format!("/desk/customers/{id}");
    let page = visit.page(&place);
    assert!(words(&page).contains("Bea") && !page.contains(&format!("action=\"{place}")) && !page.contains("/erase"), "{page}");
    for verb in ["grade", "enrol", "merge"] {
        let answer = visit.send(&format!("{place}/{verb}"), &[("grade", ""), ("other", &id)]);
        assert_eq!(answer.status, 403, "{verb}: {}", answer.text);
    }
    assert_eq!(visit.get(&format!("{place}/merge?other=x")).status, 403);
    assert_eq!(app.ask("SELECT status AS line FROM referrers"), Vec::<String>::new());
}
