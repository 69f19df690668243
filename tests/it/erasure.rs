//! Somebody wants to be forgotten: nothing tells of him any more, no sum changes, and what a shop tells again of his
//! orders brings nothing back.
#![cfg(test)]

use std::fs;
use std::path::Path;

use houndplan::db::Db;
use houndplan::db::tables::tables;
use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::fake_shop::until;
use super::pages::visit::{Visit, words};
use super::shop::{advance, approved_batch, balance, enrol, id_of, order, rules, rush, sell};
use super::shop_signatures::{Envelope, Shop, connect};

const NAME: &str = "Quirin Zauberberg";
const EMAIL: &str = "Quirin.Zauberberg@example.net";
const PHONE: &str = "+49 30 7654321";
const IBAN: &str = "DE89370400440532013000";

/// What tells of him, in lower case; his account among it.
const TELLING: [&str; 6] = ["quirin", "zauberberg", "49307654321", "+49 30 7654321", "kd-778812", "532013000"];

stories! {
    a_buyer_is_gone_from_every_table_letter_and_answer_and_his_orders_stay,
    what_a_shop_tells_again_brings_nobody_back,
    a_referrer_is_closed_and_his_payments_stay_in_the_books,
    an_erasure_waits_for_money_on_its_way,
    merged_entries_are_one_person,
    the_books_forget_a_recipient_when_the_law_does,
    the_owner_erases_at_the_desk,
}

/// Every row of every table, as the moving van packs it.
fn dump(app: &App) -> Vec<String> {
    let mut db: Db = app.place().open().expect("a connection");
    let mut conn = db.conn();
    let mut rows = Vec::new();
    for table in tables(&mut conn).expect("tables") {
        let mut after: Option<String> = None;
        loop {
            let page = table.page(&mut conn, after.as_deref()).expect("rows");
            rows.extend(page.rows.iter().map(|row| format!("{}: {row}", table.name)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    assert!(rows.len() > 8, "only {} rows", rows.len());
    rows
}

/// Whether a row tells of him, be it in bytes that the dump spells as hexadecimal.
fn tells(row: &str) -> Option<&'static str> {
    let low = row.to_lowercase();
    TELLING.into_iter().find(|word| low.contains(word) || low.contains(&hex::encode(word)) || has_hex_of(&low, word))
}

/// Bytes keep their capitals.
fn has_hex_of(row: &str, word: &str) -> bool {
    let capital: String = word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    row.contains(&hex::encode(capital))
}

fn assert_silent(app: &App) {
    let told: Vec<String> = dump(app).into_iter().filter_map(|row| tells(&row).map(|word| format!("{word} in {row}"))).collect();
    assert!(told.is_empty(), "{} rows tell of him:\n{}", told.len(), told.join("\n"));
}

fn letters(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| fs::read_to_string(entry.expect("an entry").path()).unwrap_or_default()).collect()
}

/// Letters in which he can be read.
fn letters_of_him(app: &App) -> usize {
    letters(&app.data.path().join("mail")).iter().filter(|letter| tells(letter).is_some()).count()
}

/// What the books come to, without anybody's name.
fn sums(app: &App, owner: &Client) -> Vec<String> {
    let mut sums = vec![owner.get("/v1/reports/balances").is(200)["data"].to_string()];
    let mut program = owner.get("/v1/reports/program").is(200);
    for currency in program["currencies"].as_array_mut().expect("currencies") {
        for best in currency["best"].as_array_mut().expect("referrers") {
            best["name"] = Value::Null;
        }
        sums.push(currency.to_string());
    }
    sums.extend(
        app.ask("SELECT currency || kind || CAST(SUM(amount) AS TEXT) AS line FROM transfers GROUP BY currency, kind ORDER BY 1"),
    );
    sums.extend(app.ask(
        "SELECT status || CAST(COUNT(*) AS TEXT) || '-' || CAST(SUM(base) AS TEXT) AS line FROM sales GROUP BY status ORDER BY 1",
    ));
    sums
}

fn erase(owner: &Client, customer: &str) -> Value {
    owner.send("DELETE", &format!("/v1/customers/{customer}"), None).is(200)
}

fn customers(app: &App) -> usize {
    app.ask("SELECT 'one' AS line FROM customers").len()
}

fn him() -> Value {
    json!({
        "external_id": "KD-778812", "email": EMAIL, "phone": PHONE, "name": NAME, "locale": "de",
        "metadata": {"called": "Quirin"},
    })
}

fn his_order(order_id: &str) -> Value {
    json!({
        "order_id": order_id, "currency": "EUR", "subtotal": 30_000, "customer": him(), "code": "JOE",
        "metadata": {"gift card": "from Quirin Zauberberg"},
    })
}

fn woo(id: u64, modified: &str) -> Value {
    json!({
        "id": id, "number": id.to_string(), "status": "completed", "currency": "EUR", "prices_include_tax": true,
        "date_created_gmt": "2026-03-01T09:00:00", "date_modified_gmt": modified, "date_paid_gmt": "2026-03-01T09:05:00",
        "discount_total": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00", "total_tax": "0.00", "cart_tax": "0.00",
        "total": "50.00", "customer_id": 0,
        "billing": {"first_name": "Quirin", "last_name": "Zauberberg", "email": EMAIL, "phone": PHONE},
        "line_items": [{"id": 1, "sku": "TEA", "product_id": 7, "quantity": 1, "subtotal": "50.00", "total": "50.00", "total_tax": "0.00"}],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "meta_data": [], "refunds": [],
    })
}

fn send_woo(owner: &Client, shop: &Shop, number: &str, order: &Value) -> Value {
    shop.report_as(owner, &Envelope { topic: "order.updated", number, ..Envelope::default() }, order)
}

fn table() -> String {
    format!("order,date,email,name,total\nI-1,2026-01-05,{EMAIL},{NAME},20.00\nI-2,2026-01-06,other@example.com,Otto,10.00\n")
}

fn import(owner: &Client) -> Value {
    let sent = owner.send("POST", "/v1/imports?kind=orders", Some(table().as_bytes())).is(202);
    let path = format!("/v1/imports/{}", id_of(&sent));
    until("the import", || Some(owner.get(&path).is(200)).filter(|import| import["status"] == "done"))
}

/// Joe brought him; he ordered by API, webhook and in a file of the past, and others spoke of him. Returns his entry.
fn a_life(owner: &Client, shop: &Shop) -> String {
    rush(owner);
    rules(owner, &json!({"hold_days": 0, "lifetime": {"type": "forever"}}));
    let joe = enrol(owner, "joe@example.com", "JOE");
    let sale = sell(owner, &his_order("A-1"));
    let customer = sale["customer_id"].as_str().expect("a customer").to_owned();
    assert_eq!(sale["verdict"]["kind"], "attributed", "{sale:#}");
    let delivery = send_woo(owner, shop, "w-1", &woo(501, "2026-03-01T09:05:00"));
    assert_eq!(delivery["status"], "applied", "{delivery:#}");
    import(owner);
    // A friend says by name that he sent him, and the owner says no.
    let claim = json!({"referrer_id": joe, "friend_name": "Quirin", "bought_on": "2026-03-01"});
    let claim = owner.post("/v1/claims", &claim).is(201);
    owner
        .post(&format!("/v1/claims/{}/decision", id_of(&claim)), &json!({"action": "decline", "reason": "not_confirmed"}))
        .is(200);
    // Somebody names him as the one who sent her, by name.
    let mut named = order("A-2", 5_000, "bea@example.com", "NONE");
    named["referred_by"] = json!({"name": NAME});
    assert_eq!(sell(owner, &named)["verdict"]["reason"], "needs_match");
    customer
}

fn a_buyer_is_gone_from_every_table_letter_and_answer_and_his_orders_stay(app: &App) {
    let owner = app.owner();
    let shop = connect(&owner, "woocommerce", &json!({"currency": "EUR"}));
    let customer = a_life(&owner, &shop);
    assert!(dump(app).iter().filter(|row| tells(row).is_some()).count() > 6, "the story tells of him");
    let before = (sums(app, &owner), customers(app));
    let gone = erase(&owner, &customer);
    assert_eq!((&gone["customer_id"], &gone["referrers"]), (&json!(customer), &json!([])), "{gone:#}");
    assert_silent(app);
    assert_eq!((sums(app, &owner), customers(app)), before);
    assert_eq!(erase(&owner, &customer), gone, "doing it again changes nothing");
    // His entry says when, and no list shows it.
    let entry = owner.get(&format!("/v1/customers/{customer}")).is(200);
    assert_eq!(
        (&entry["erased_at"], &entry["keys"], &entry["metadata"]),
        (&gone["erased_at"], &json!([]), &json!({})),
        "{entry:#}"
    );
    assert!(entry["name"].is_null() && entry["email"].is_null(), "{entry:#}");
    for search in ["search=Zauberberg", "email=quirin.zauberberg@example.net", "phone=%2B49307654321"] {
        assert_eq!(owner.get(&format!("/v1/customers?{search}")).is(200)["data"], json!([]), "{search}");
    }
    assert!(!owner.get("/v1/customers").is(200).to_string().contains(&customer));
    // Nothing can be said of him any more, and nobody turns out to be him.
    owner.patch(&format!("/v1/customers/{customer}"), &json!({"name": NAME})).refused(404, "not_found");
    let other = id_of(&owner.post("/v1/customers", &json!({"email": "new@example.com"})).is(201));
    owner.post(&format!("/v1/customers/{other}/merge"), &json!({"other_id": customer})).is(422);
    let orders = owner.get("/v1/sales?source=shop&order_id=501").is(200);
    assert_eq!(orders["data"][0]["customer_id"], json!(customer), "{orders:#}");
    assert!(!app.said().to_lowercase().contains("zauberberg"), "logs never told of him");
    assert!(letters(&app.data.path().join("mail")).iter().all(|letter| tells(letter).is_none()));
}

fn what_a_shop_tells_again_brings_nobody_back(app: &App) {
    let owner = app.owner();
    let shop = connect(&owner, "woocommerce", &json!({"currency": "EUR"}));
    let customer = a_life(&owner, &shop);
    erase(&owner, &customer);
    let (people, before) = (customers(app), sums(app, &owner));
    // The same order, once more and as a revision with somebody's name beside it.
    let again = owner.post("/v1/sales", &his_order("A-1")).is(200);
    assert_eq!(again["customer_id"], json!(customer), "{again:#}");
    let mut revised = his_order("A-1");
    revised["version"] = json!(1);
    revised["referred_by"] = json!({"name": NAME});
    let mut second = order("A-2", 5_000, "bea@example.com", "NONE");
    second["version"] = json!(1);
    second["referred_by"] = json!({"name": NAME});
    owner.post("/v1/sales", &revised).is(200);
    let named = owner.post("/v1/sales", &second).is(200);
    assert_eq!(named["verdict"]["reason"], "needs_match", "the owner still decides: {named:#}");
    // The webhook: repeated by the shop, and the order changed there later.
    for (number, modified) in [("w-1", "2026-03-01T09:05:00"), ("w-2", "2026-03-01T09:05:00"), ("w-3", "2026-03-04T09:05:00")] {
        let told = send_woo(&owner, &shop, number, &woo(501, modified));
        assert_eq!(told["status"], "applied", "{told:#}");
    }
    import(&owner);
    assert_eq!(customers(app), people);
    assert_eq!(sums(app, &owner), before);
    // The hint on his own order's revision is the buyer's word about another; it is not kept either.
    let told: Vec<String> = dump(app).into_iter().filter(|row| tells(row).is_some()).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    // Money can still go back.
    let refund = owner.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1"})).is(201);
    assert_eq!(refund["effect"]["base_refunded"], 30_000, "{refund:#}");
    owner.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1"})).is(200);
    owner.post("/v1/sales/cancel", &json!({"order_id": "A-1"})).is(200);
    // He comes back: somebody new, with a first order of his own.
    let fresh = sell(&owner, &his_order("A-9"));
    assert_ne!(fresh["customer_id"], json!(customer));
    assert_eq!(fresh["verdict"]["kind"], "attributed", "{fresh:#}");
    assert_eq!(customers(app), people + 1);
}

/// He is a referrer with 30 euro that reached his account.
fn paid(app: &App, owner: &Client) -> (String, String) {
    rush(owner);
    rules(owner, &json!({"hold_days": 0}));
    let body = json!({"customer": {"email": EMAIL, "name": NAME, "phone": PHONE}, "code": "QZ77"});
    let enrolled = owner.post("/v1/referrers", &body).is(201);
    let referrer = id_of(&enrolled);
    let method = json!({"rail": "sepa", "holder": NAME, "iban": IBAN});
    owner.put(&format!("/v1/referrers/{referrer}/payout-method"), &method).is(201);
    sell(owner, &order("F-1", 30_000, "friend@example.com", "QZ77"));
    let batch = approved_batch(owner);
    let payout = id_of(&batch["payouts"][0]);
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "paid", "reference": "T-1"})).is(200);
    assert_eq!(balance(owner, &referrer), [0, 0, 0, 3_000]);
    assert!(!app.said().contains(IBAN));
    (enrolled["customer"]["id"].as_str().expect("a customer").to_owned(), referrer)
}

fn a_referrer_is_closed_and_his_payments_stay_in_the_books(app: &App) {
    let owner = app.owner();
    let (customer, referrer) = paid(app, &owner);
    sell(&owner, &order("F-2", 20_000, "second@example.com", "QZ77"));
    // She names him by his address; that order is his as well.
    let mut hinted = order("F-3", 10_000, "third@example.com", "NONE");
    hinted["referred_by"] = json!({"email": EMAIL});
    assert_eq!(sell(&owner, &hinted)["verdict"]["evidence"], "referred_by");
    until("his letters", || (letters_of_him(app) >= 4).then_some(()));
    let himself = app.referrer(&referrer);
    himself.get(&format!("/v1/referrers/{referrer}")).is(200);
    let year = this_year();
    let yearly = || app.accountant().get(&format!("/v1/reports/yearly?year={year}")).is(200);
    let (before, told) = (sums(app, &owner), yearly());
    let gone = erase(&owner, &customer);
    let owed = json!([{"currency": "EUR", "on_hold": 0, "ready": 3_000}]);
    assert_eq!((&gone["referrers"][0]["referrer_id"], &gone["referrers"][0]["owed"]), (&json!(referrer), &owed), "{gone:#}");
    let until_then = gone["referrers"][0]["recipient_kept_until"].as_str().expect("a time");
    assert!(until_then > "2035", "{until_then}");
    assert_silent(app);
    until("his letters to go", || (letters_of_him(app) == 0).then_some(()));
    assert_eq!(sums(app, &owner), before);
    // Only the report for the tax office names him, and tells which account it was.
    let after = yearly();
    let (row, known) = (&after["rows"][0], &told["rows"][0]);
    assert_eq!((&row["name"], &row["paid"], &row["net"]), (&json!(NAME), &known["paid"], &known["net"]), "{after:#}");
    assert!(row["restricted"]["accounts"][0].as_str().is_some_and(|account| account.ends_with("3000")), "{after:#}");
    let payouts = owner.get(&format!("/v1/payouts?referrer_id={referrer}")).is(200);
    assert!(payouts["data"][0]["account"].is_null(), "{payouts:#}");
    // He cannot come in again, nor earn.
    until("his token to end", || (himself.get(&format!("/v1/referrers/{referrer}")).status == 401).then_some(()));
    assert_eq!(owner.order(&format!("/v1/referrers/{referrer}/resume")).is(200)["status"], "paused");
    owner.post(&format!("/v1/referrers/{referrer}/codes"), &json!({"code": "QZ78"})).refused(404, "not_found");
    owner.patch("/v1/codes/QZ77", &json!({"status": "active"})).refused(404, "not_found");
    let method = json!({"rail": "paypal", "email": "new@example.com"});
    owner.put(&format!("/v1/referrers/{referrer}/payout-method"), &method).is(404);
    assert_eq!(sell(&owner, &order("F-4", 10_000, "fourth@example.com", "QZ77"))["verdict"]["kind"], "unattributed");
    // What his friends' shops tell again of old orders takes nothing from the books.
    let now = sums(app, &owner);
    for mut told_again in [order("F-2", 20_000, "second@example.com", "QZ77"), hinted] {
        told_again["version"] = json!(1);
        let sale = owner.post("/v1/sales", &told_again).is(200);
        assert_eq!(
            (&sale["verdict"]["kind"], &sale["verdict"]["referrer_id"]),
            (&json!("attributed"), &json!(referrer)),
            "{sale:#}"
        );
    }
    assert_eq!(sums(app, &owner), now);
    assert_silent(app);
    // The owner decides what becomes of the rest.
    let forfeit = json!({"referrer_id": referrer, "kind": "forfeit", "amount": {"amount": -3_000, "currency": "EUR"}, "reason": "Erased at his own wish"});
    owner.post_once("/v1/adjustments", &forfeit).is(201);
    assert_eq!(balance(&owner, &referrer)[1], 0);
    assert_eq!(erase(&owner, &customer)["referrers"][0]["owed"], json!([]));
}

/// The year in which these payments are made.
fn this_year() -> String {
    let seconds = super::shop_signatures::now();
    houndplan::domain::instant::Instant::from_micros(seconds * 1_000_000).day_in("UTC").chars().take(4).collect()
}

fn an_erasure_waits_for_money_on_its_way(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0}));
    let referrer = enrol(&owner, EMAIL, "QZ77");
    let customer = owner.get(&format!("/v1/referrers/{referrer}")).is(200)["customer"]["id"].as_str().expect("an id").to_owned();
    sell(&owner, &order("F-1", 30_000, "friend@example.com", "QZ77"));
    let batch = approved_batch(&owner);
    let path = format!("/v1/customers/{customer}");
    let refused = owner.send("DELETE", &path, None).refused(409, "money_in_transit");
    assert!(refused["detail"].as_str().is_some_and(|said| said.starts_with("30.00 EUR")), "{refused:#}");
    assert_eq!(owner.get(&path).is(200)["email"], EMAIL, "nothing happened");
    let settle = format!("/v1/payouts/{}/settle", id_of(&batch["payouts"][0]));
    owner.post(&settle, &json!({"result": "failed", "reason": "account closed"})).is(200);
    let gone = erase(&owner, &customer);
    assert_eq!(gone["referrers"][0]["owed"], json!([{"currency": "EUR", "on_hold": 0, "ready": 3_000}]));
    // Nothing reached him: there is nothing to keep.
    assert!(gone["referrers"][0]["recipient_kept_until"].is_null(), "{gone:#}");
    assert_silent(app);
    owner.send("DELETE", "/v1/customers/0193a1b2-0000-7000-8000-000000000009", None).refused(404, "not_found");
}

fn merged_entries_are_one_person(app: &App) {
    let owner = app.owner();
    let one = id_of(&owner.post("/v1/customers", &json!({"email": EMAIL, "name": NAME})).is(201));
    let other = id_of(&owner.post("/v1/customers", &json!({"phone": PHONE, "name": "Q. Zauberberg"})).is(201));
    let third = id_of(&owner.post("/v1/customers", &json!({"external_id": "KD-778812", "name": "Quirin Z."})).is(201));
    owner.post(&format!("/v1/customers/{other}/merge"), &json!({"other_id": third})).is(200);
    owner.post(&format!("/v1/customers/{one}/merge"), &json!({"other_id": other})).is(200);
    // Whichever of them is named.
    let gone = erase(&owner, &third);
    assert_eq!(gone["customer_id"], json!(one));
    assert_silent(app);
    assert_eq!(erase(&owner, &one), gone);
    assert_eq!(erase(&owner, &other), gone);
}

fn the_books_forget_a_recipient_when_the_law_does(app: &App) {
    let sandbox = app.sandbox();
    rules(&sandbox, &json!({"books": {"retention_years": 1}}));
    let (customer, _) = paid(app, &sandbox);
    let year = this_year();
    let name = || sandbox.get(&format!("/v1/reports/yearly?year={year}")).is(200)["rows"][0]["name"].clone();
    let kept = erase(&sandbox, &customer)["referrers"][0]["recipient_kept_until"].as_str().expect("a time").to_owned();
    let next: i32 = year.parse::<i32>().expect("a year") + 2;
    assert!(kept.starts_with(&format!("{next}-01-01")) || kept.starts_with(&format!("{}-12-31", next - 1)), "{kept}");
    assert_eq!(name(), NAME);
    // The last day of the year after the payment, at the latest, and half a year into the next.
    advance(&sandbox, 360);
    assert_eq!(name(), NAME);
    advance(&sandbox, 2 * 366 - 360);
    assert_eq!(name(), Value::Null);
    assert!(erase(&sandbox, &customer)["referrers"][0]["recipient_kept_until"].is_null());
}

fn the_owner_erases_at_the_desk(app: &App) {
    let mut desk = Visit::owner(app);
    let owner = app.owner();
    let customer = id_of(&owner.post("/v1/customers", &him()).is(201));
    let path = format!("/desk/customers/{customer}/erase");
    let asked = words(&desk.page(&path));
    assert!(asked.contains(NAME) && asked.contains("This cannot be undone."), "{asked}");
    // Another site cannot make him do it.
    assert_eq!(desk.with("Sec-Fetch-Site", "cross-site").send(&path, &[]).status, 403);
    let done = desk.submit(&path, &[]);
    assert_eq!(done.status, 200, "{}", done.text);
    let said = words(&done.text);
    assert!(said.contains("The customer is erased.") && !said.contains("Quirin"), "{said}");
    assert_silent(app);
}
