//! Sales at the desk: found, explained, decided, taken down by hand.

use serde_json::{Value, json};

use super::visit::{Visit, hidden, words};
use crate::app::{App, Engine, execute, stories};
use crate::client::Client;
use crate::shop::{enrol, id_of, order, sell};

stories! {
    the_list_shows_what_it_is_narrowed_to,
    the_table_is_the_list,
    a_sale_tells_its_story,
    a_held_sale_is_let_go_credited_or_denied_with_a_reason,
    money_given_back_twice_by_one_form_is_given_back_once,
    a_cancelled_order_was_asked_about_first,
    a_sale_at_the_till_says_at_once_who_earns,
    one_form_sent_twice_is_one_sale,
    what_is_wrong_with_a_sale_is_said_beside_what_was_typed,
    an_accountant_looks_and_changes_nothing,
}

/// The order numbers that a page of the list shows, in its order.
fn numbers(page: &str) -> Vec<String> {
    let rows = page.split("<th scope=\"row\">").skip(1);
    rows.map(|row| words(row.split("</th>").next().expect("a number"))).collect()
}

fn shown(visit: &mut Visit, query: &str) -> Vec<String> {
    numbers(&visit.page(&format!("/desk/sales{query}")))
}

/// Five sales, each of another sort; returns their ids by number.
fn assorted(owner: &Client) -> Vec<(String, String)> {
    enrol(owner, "anna@example.com", "ANNA");
    enrol(owner, "ben@example.com", "BEN");
    let plain = json!({"order_id": "PLAIN", "currency": "EUR", "subtotal": 2_000, "customer": {"email": "p@example.com"}});
    let mut blog = order("BLOG", 3_000, "blog@example.com", "BEN");
    blog["source"] = json!("blog");
    let mut placed = order("PLACED", 4_000, "placed@example.com", "ANNA");
    placed["status"] = json!("placed");
    let mut old = order("OLD", 5_000, "old@example.com", "BEN");
    old["occurred_at"] = json!("2024-05-05T12:00:00Z");
    let all = [
        order("CODED", 1_000, "c@example.com", "ANNA"),
        plain,
        blog,
        placed,
        order("HELD", 6_000, "h@mailinator.com", "ANNA"),
        old,
    ];
    let ids = all.iter().map(|sale| (sale["order_id"].as_str().expect("a number").to_owned(), id_of(&sell(owner, sale))));
    let ids = ids.collect();
    sell(owner, &order("GONE", 7_000, "g@example.com", "ANNA"));
    owner.post("/v1/sales/cancel", &json!({"order_id": "GONE"})).is(200);
    ids
}

fn the_list_shows_what_it_is_narrowed_to(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let page = words(&visit.page("/desk/sales"));
    assert!(page.contains("No sale yet"), "{page}");
    assorted(&owner);
    assert_eq!(shown(&mut visit, ""), ["GONE", "HELD", "PLACED", "BLOG", "PLAIN", "CODED", "OLD"]);
    for (query, numbers) in [
        ("?order=BLOG", &["BLOG"][..]),
        ("?state=held", &["HELD"]),
        ("?state=attributed", &["BLOG", "CODED"]),
        ("?state=attributed&from=2024-01-01", &["BLOG", "CODED", "OLD"]),
        ("?state=unattributed", &["PLAIN"]),
        ("?state=placed", &["PLACED"]),
        ("?state=cancelled", &["GONE"]),
        ("?source=blog", &["BLOG"]),
        ("?referrer=ben", &["BLOG", "OLD"]),
        ("?referrer=ben%40example.com&to=2024-12-31", &["OLD"]),
        ("?from=2024-05-05&to=2024-05-05", &["OLD"]),
        ("?from=2024-05-06&to=2024-05-30", &[]),
        ("?order=NONE", &[]),
        ("?order=&state=&from=", &["GONE", "HELD", "PLACED", "BLOG", "PLAIN", "CODED", "OLD"]),
    ] {
        assert_eq!(shown(&mut visit, query), numbers, "{query}");
    }
    for bad in ["?referrer=nobody", "?from=yesterday", "?to=2024-02-31"] {
        let page = visit.page(&format!("/desk/sales{bad}"));
        assert!(page.contains("role=\"alert\"") && numbers(&page).is_empty(), "{bad}: {page}");
    }
    let page = words(&visit.page("/desk/sales?state=attributed"));
    assert!(page.contains("Only the last 90 days"), "{page}");
}

fn the_table_is_the_list(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    crate::shop::rush(&owner);
    assorted(&owner);
    enrol(&owner, "eve@example.com", "EVE");
    let named = json!({"order_id": "=1+1", "currency": "EUR", "subtotal": 100, "customer": {"email": "f@example.com", "name": "=HYPERLINK()"}, "code": "EVE"});
    sell(&owner, &named);
    for number in 0..60 {
        sell(&owner, &order(&format!("MANY-{number}"), 100, &format!("many{number}@example.com"), "EVE"));
    }
    for query in ["", "?referrer=EVE", "?state=held", "?source=blog"] {
        let mut listed = Vec::new();
        let mut place = format!("/desk/sales{query}");
        loop {
            let page = visit.page(&place);
            listed.extend(numbers(&page));
            let next = page.split("<a href=\"").find(|part| part.contains(">Older<")).and_then(|part| part.split('"').next());
            match next {
                Some(path) => place = path.replace("&amp;", "&").replace("&#38;", "&"),
                None => break,
            }
        }
        let answer = visit.get(&format!("/desk/sales.csv{query}"));
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        let mut reader = csv::Reader::from_reader(answer.bytes.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a record")).collect();
        let table: Vec<String> = records.iter().map(|record| record[1].trim_start_matches('\'').to_owned()).collect();
        assert_eq!(table, listed, "{query}");
        assert!(!listed.is_empty(), "{query}");
        assert!(records.iter().all(|record| record.iter().all(|cell| !cell.starts_with('='))), "no cell is a formula");
    }
}

fn a_sale_tells_its_story(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    let sale = id_of(&sell(&owner, &order("O-1", 10_000, "carla@example.com", "ANNA")));
    owner.post("/v1/refunds", &json!({"order_id": "O-1", "refund_id": "R-1", "amount": 2_500})).is(201);
    let said = words(&visit.page(&format!("/desk/sales/{sale}")));
    let mut from = 0;
    for part in [
        "Sale O-1",
        "earns €7.50. The buyer gave the code ANNA.",
        "The order came in",
        "The buyer paid €100.00; of that €100.00 earns.",
        "you or your team",
        "The buyer gave the code ANNA.",
        "10 % on €100.00",
        "makes €10.00 under version",
        "The buyer got €25.00 back",
        "Commission changed by -€2.50",
        "€7.50 is on hold until",
    ] {
        let found = said[from..].find(part).unwrap_or_else(|| panic!("no {part:?} after the others: {said}"));
        from += found;
    }
    let unknown = visit.get("/desk/sales/0190163d-8694-739b-aea5-966c26f8ad90");
    assert_eq!((unknown.status, visit.get("/desk/sales/none").status), (404, 404));
}

fn decide(visit: &mut Visit, sale: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let answer = visit.submit(&format!("/desk/sales/{sale}/decision"), fields);
    (answer.status, words(&answer.text))
}

fn verdict(owner: &Client, sale: &str) -> Value {
    owner.get(&format!("/v1/sales/{sale}")).is(200)["verdict"].clone()
}

fn a_held_sale_is_let_go_credited_or_denied_with_a_reason(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    let ben = enrol(&owner, "ben@example.com", "BEN");
    let sale = id_of(&sell(&owner, &order("O-1", 10_000, "x@mailinator.com", "ANNA")));
    let (status, said) = decide(&mut visit, &sale, &[("action", "release"), ("reason", " ")]);
    assert!(status == 422 && said.contains("Give a reason"), "{said}");
    let (status, said) = decide(&mut visit, &sale, &[("action", "release"), ("reason", "I know her")]);
    assert!(status == 200 && said.contains("Let go") && said.contains("Reason given: I know her"), "{said}");
    assert_eq!(verdict(&owner, &sale)["evidence"], "owner_decision");
    let (status, said) = decide(&mut visit, &sale, &[("action", "credit"), ("who", "nobody"), ("reason", "it was Ben")]);
    assert!(status == 422 && said.contains("No referrer has this code"), "{said}");
    let (status, said) = decide(&mut visit, &sale, &[("action", "credit"), ("who", "ben@example.com"), ("reason", "it was Ben")]);
    assert!(status == 200 && said.contains("Credited."), "{said}");
    assert_eq!(verdict(&owner, &sale)["referrer_id"], ben.as_str());
    let (_, said) = decide(&mut visit, &sale, &[("action", "deny"), ("reason", "after all nobody")]);
    assert!(said.contains("You decided that nobody earned it."), "{said}");
    assert_eq!(verdict(&owner, &sale)["reason"], "denied_by_owner");
}

fn money_given_back_twice_by_one_form_is_given_back_once(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    let sale = id_of(&sell(&owner, &order("O-1", 10_000, "carla@example.com", "ANNA")));
    let place = format!("/desk/sales/{sale}");
    let number = hidden(&visit.page(&place), "refund_id");
    let refund =
        |visit: &mut Visit, amount: &str| visit.submit(&format!("{place}/refund"), &[("refund_id", &number), ("amount", amount)]);
    assert_eq!(refund(&mut visit, "ten").status, 422);
    for _ in 0..2 {
        assert_eq!(refund(&mut visit, "25,00").status, 200);
    }
    assert_eq!(owner.get(&format!("/v1/sales/{sale}")).is(200)["base_refunded"], 2_500);
    let number = hidden(&visit.page(&place), "refund_id");
    let page = visit.submit(&format!("{place}/refund"), &[("refund_id", &number), ("amount", "")]);
    assert!(words(&page.text).contains("The buyer got everything back"), "{}", page.text);
    assert_eq!(owner.get(&format!("/v1/sales/{sale}")).is(200)["commission"]["net"]["amount"], 0);
}

fn a_cancelled_order_was_asked_about_first(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    let sale = id_of(&sell(&owner, &order("O-1", 10_000, "carla@example.com", "ANNA")));
    let asked = words(&visit.page(&format!("/desk/sales/{sale}/cancel")));
    assert!(asked.contains("Cancel this order?"), "{asked}");
    assert_eq!(owner.get(&format!("/v1/sales/{sale}")).is(200)["status"], "paid", "asking does nothing");
    let done = visit.submit(&format!("/desk/sales/{sale}/cancel"), &[]);
    assert!(words(&done.text).contains("The order is cancelled."), "{}", done.text);
    assert_eq!(owner.get(&format!("/v1/sales/{sale}")).is(200)["status"], "cancelled");
}

fn till(visit: &mut Visit, fields: &[(&str, &str)]) -> (u16, String) {
    let form = hidden(&visit.page("/desk/sales/new"), "form");
    let answer = visit.submit("/desk/sales/new", &[&[("form", form.as_str())], fields].concat());
    (answer.status, answer.text)
}

fn a_sale_at_the_till_says_at_once_who_earns(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let anna = enrol(&owner, "anna@example.com", "ANNA");
    let fields = [("amount", "49,90"), ("name", "Carla"), ("email", "carla@example.com"), ("sent_by", "anna")];
    let (status, page) = till(&mut visit, &fields);
    let said = words(&page);
    assert!(status == 200 && visit.place.starts_with("/desk/sales/"), "{page}");
    assert!(said.contains("The sale is recorded.") && said.contains("earns €4.99. The buyer gave the code ANNA."), "{said}");
    let sales = owner.get("/v1/sales").is(200);
    let sale = &sales["data"][0];
    assert_eq!((&sale["base"], &sale["source"], &sale["verdict"]["referrer_id"]), (&json!(4_990), &json!("main"), &json!(anna)));
    assert!(sale["order_id"].as_str().is_some_and(|number| number.starts_with("till-") && number.len() == 17), "{sale:#}");
    let mails = app.ask("SELECT kind AS line FROM mails");
    assert!(mails.contains(&"sale_credited".to_owned()), "{mails:?}");
    // By the address of somebody who is no referrer yet, by a name, and by nobody.
    owner.post("/v1/customers", &json!({"email": "dora@example.com", "name": "Dora"})).is(201);
    let (_, page) = till(&mut visit, &[("amount", "10.00"), ("phone", "030 901820"), ("sent_by", "dora@example.com")]);
    assert!(words(&page).contains("The buyer named the referrer."), "{page}");
    let (_, page) = till(&mut visit, &[("amount", "10"), ("email", "e@example.com"), ("sent_by", "the tall one")]);
    let said = words(&page);
    assert!(said.contains("The buyer named somebody whom you must match.") && said.contains("the tall one sent me"), "{page}");
    let (_, page) = till(&mut visit, &[("amount", "10"), ("name", "Somebody")]);
    assert!(words(&page).contains("Nothing pointed to anybody."), "{page}");
    let (_, page) = till(
        &mut visit,
        &[("amount", "11.90"), ("email", "f@example.com"), ("tax", "1,90"), ("order", "A-7"), ("currency", "usd")],
    );
    assert!(words(&page).contains("The buyer paid $11.90; of that $10.00 earns."), "{page}");
}

fn one_form_sent_twice_is_one_sale(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let form = hidden(&visit.page("/desk/sales/new"), "form");
    let fields = [("form", form.as_str()), ("amount", "49.90"), ("email", "carla@example.com")];
    let first = visit.submit("/desk/sales/new", &fields);
    assert!(words(&first.text).contains("The sale is recorded."), "{}", first.text);
    let second = visit.submit("/desk/sales/new", &fields);
    assert!(words(&second.text).contains("had been recorded already"), "{}", second.text);
    assert_eq!(owner.get("/v1/sales").is(200)["data"].as_array().map(Vec::len), Some(1));
    let (_, page) = till(&mut visit, &[("amount", "49.90"), ("email", "carla@example.com")]);
    assert!(words(&page).contains("The sale is recorded."), "another form is another sale: {page}");
}

fn what_is_wrong_with_a_sale_is_said_beside_what_was_typed(app: &App) {
    let mut visit = Visit::owner(app);
    for (fields, fault) in [
        (&[("amount", "much"), ("email", "carla@example.com")][..], "Give an amount above 0"),
        (&[("amount", "1.234"), ("email", "carla@example.com")], "Give an amount above 0"),
        (&[("amount", "5"), ("email", "carla")], "The e-mail address is none."),
        (&[("amount", "5"), ("phone", "12")], "The telephone number is none."),
        (&[("amount", "5"), ("name", "Carla"), ("sent_by", "Anna")], "Give the buyer’s e-mail address or telephone number"),
        (&[("amount", "5"), ("email", "c@example.com"), ("sent_by", "a@b")], "Who sent him"),
        (&[("amount", "5"), ("email", "c@example.com"), ("currency", "EURO")], "A currency has three letters"),
        (&[("amount", "5"), ("email", "c@example.com"), ("tax", "6")], "The tax is an amount below the price."),
    ] {
        let (status, page) = till(&mut visit, fields);
        assert_eq!(status, 422, "{fields:?}: {page}");
        assert!(words(&page).contains(fault) && page.contains("aria-invalid"), "{fields:?}: {page}");
        for (name, value) in fields {
            assert!(page.contains(&format!("name=\"{name}\"")) && page.contains(&format!("value=\"{value}\"")), "{name}: {page}");
        }
    }
    assert_eq!(app.ask("SELECT order_id AS line FROM sales"), Vec::<String>::new());
    let (_, page) = till(&mut visit, &[("amount", "5"), ("order", "A-1")]);
    assert!(words(&page).contains("The sale is recorded."), "{page}");
    let (status, page) = till(&mut visit, &[("amount", "6"), ("order", "A-1")]);
    assert!(status == 422 && words(&page).contains("belongs to another sale"), "{page}");
}

/// Somebody who may look at everything, with the owner's password.
pub(super) fn accountant(app: &App) -> Visit {
    drop(Visit::owner(app));
    let id = match app.engine {
        Engine::Sqlite => "x'0190163d8694739baea5966c26f8ad91'",
        Engine::Postgres => "'0190163d-8694-739b-aea5-966c26f8ad91'::uuid",
    };
    let copy = format!(
        "INSERT INTO logins (id, email, name, role, password_hash, locale, created_at) \
         SELECT {id}, 'acc@blumen.example', 'Acc', 'accountant', password_hash, locale, created_at FROM logins"
    );
    execute(&app.place(), &copy).expect("a login");
    let mut visit = Visit::new(app);
    visit.sign_in("acc@blumen.example");
    visit
}

fn an_accountant_looks_and_changes_nothing(app: &App) {
    let owner = app.owner();
    let mut visit = accountant(app);
    enrol(&owner, "anna@example.com", "ANNA");
    let sale = id_of(&sell(&owner, &order("O-1", 10_000, "carla@example.com", "ANNA")));
    let place = format!("/desk/sales/{sale}");
    let page = visit.page(&place);
    assert!(!page.contains("/decision") && !page.contains("/refund") && !page.contains("/cancel\""), "{page}");
    assert!(!visit.page("/desk").contains("/desk/test-sale"));
    visit.page("/desk/sales");
    for path in ["/desk/sales/new".to_owned(), format!("{place}/cancel"), "/desk/reports/close/2024-01".to_owned()] {
        assert_eq!(visit.get(&path).status, 403, "{path}");
    }
    let forms = ["/decision", "/refund", "/cancel"].map(|verb| format!("{place}{verb}"));
    for path in forms.into_iter().chain(["/desk/sales/new", "/desk/test-sale", "/desk/reports/close/2024-01"].map(str::to_owned))
    {
        let answer = visit.submit(&path, &[("action", "deny"), ("reason", "no"), ("amount", "1")]);
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        assert!(words(&answer.text).contains("You may not do this"), "{path}: {}", answer.text);
    }
    assert_eq!(owner.get(&format!("/v1/sales/{sale}")).is(200)["status"], "paid");
}
