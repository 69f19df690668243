//! The florist: from her customers in a spreadsheet to the first cheque, without a line of code.

use serde_json::{Value, json};

use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::imports::tables::workbook;
use crate::shop::{advance, balance, id_of};
use crate::shop_signatures::{connect, now, sale_of};

stories!(a_florist_imports_invites_sells_waits_and_pays);

/// How many customers a florist has.
const CUSTOMERS: usize = 300;

fn a_florist_imports_invites_sells_waits_and_pays(app: &App) {
    let sandbox = app.sandbox();
    let mut desk = Visit::owner(app);
    desk.submit("/desk/mode", &[("mode", "sandbox")]);
    let file = customers();

    let preview = desk.upload("/desk/import", &[("kind", "customers")], "customers.xlsx", &file);
    let import = desk.place.clone();
    let preview = read_to_its_end(&mut desk, &import, preview.text);
    assert!(words(&preview).contains("300"), "{}", words(&preview));
    let taken = desk.fill(&preview, &import, &[("act", "take")]).text;
    let done = read_to_its_end(&mut desk, &import, taken);
    assert!(words(&done).contains("300"), "{}", words(&done));

    let asked = desk.page("/desk/referrers/invite");
    let looked_at = desk.fill(&asked, "/invite/preview", &[("who", "all")]).text;
    assert!(words(&looked_at).contains("300"), "{}", words(&looked_at));
    let invited = desk.fill(&looked_at, "/invite/confirm", &[]).text;
    assert!(words(&invited).contains("300"), "{}", words(&invited));
    assert_eq!(count(&sandbox, "/v1/referrers"), CUSTOMERS);

    let anna = sandbox.get("/v1/referrers?limit=1").is(200)["data"][0].clone();
    let (referrer, code) = (id_of(&anna), anna["codes"][0]["code"].as_str().expect("a code").to_owned());
    let shop = connect(&sandbox, "woocommerce", &json!({"currency": "EUR"}));
    let delivery = shop.report(&sandbox, "order.created", &order(&code));
    let sale = sale_of(&sandbox, &delivery);
    assert_eq!(
        (&sale["verdict"]["referrer_id"], &sale["commission"]["amount"]["amount"]),
        (&json!(referrer), &json!(3_000)),
        "{sale:#}"
    );
    home_says(&mut desk, &["€300.00", "€30.00"]);

    advance(&sandbox, 31);
    assert_eq!(balance(&sandbox, &referrer), [0, 3_000, 0, 0]);
    let first_step = desk.page("/desk/payouts/new");
    assert!(words(&first_step).contains("€30.00"), "{}", words(&first_step));
    let review = desk.fill(&first_step, "/desk/payouts/new", &[]).text;
    let batch = desk.place.clone();
    let approved = desk.fill(&review, &format!("{batch}/approve"), &[]).text;
    let paid = desk.fill(&approved, &format!("{batch}/settle"), &[("result", "paid"), ("reference", "cheque 1")]).text;
    assert!(words(&paid).contains("€30.00"), "{}", words(&paid));
    assert_eq!(balance(&sandbox, &referrer), [0, 0, 0, 3_000]);

    // The month has changed with the clock; what the last one brought is still said, and nothing is owed any more.
    home_says(&mut desk, &["€300.00"]);
}

/// Looks at Home until it says all of `figures`: on a busy machine sums that took long stand a little longer.
fn home_says(desk: &mut Visit, figures: &[&str]) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let home = words(&desk.page("/desk"));
        if figures.iter().all(|figure| home.contains(figure)) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{home}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn customers() -> Vec<u8> {
    let rows: Vec<[String; 3]> = (1..=CUSTOMERS)
        .map(|number| [format!("Friend {number}"), format!("friend{number}@flowers.example"), "2024-05-01".to_owned()])
        .collect();
    let rows: Vec<[&str; 3]> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    let head: [&str; 3] = ["Name", "E-Mail", "First order"];
    let all: Vec<&[&str]> = std::iter::once(head.as_slice()).chain(rows.iter().map(<[&str; 3]>::as_slice)).collect();
    workbook(&all)
}

/// Looks again until a file was read, as its page does by itself.
fn read_to_its_end(desk: &mut Visit, import: &str, mut page: String) -> String {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    // A header asks the browser to look again: a refresh inside the page would be one that nobody can stop (WCAG 2.2.1).
    while page.contains("looks again by itself") {
        assert!(std::time::Instant::now() < deadline, "the file is not read: {}", words(&page));
        std::thread::sleep(std::time::Duration::from_millis(50));
        page = desk.page(import);
    }
    page
}

fn count(client: &crate::client::Client, list: &str) -> usize {
    let (mut seen, mut after) = (0, String::new());
    loop {
        let page = client.get(&format!("{list}?limit=100{after}")).is(200);
        let rows = page["data"].as_array().expect("rows");
        seen += rows.len();
        match rows.last().filter(|_| page["has_more"] == true) {
            Some(last) => after = format!("&after={}", id_of(last)),
            None => return seen,
        }
    }
}

/// An order of today over 300.00 for flowers, 57.00 of tax on top, with a friend's code.
fn order(code: &str) -> Value {
    let today = minute_before(now());
    json!({
        "id": 4711, "number": "4711", "status": "processing", "currency": "EUR", "prices_include_tax": false,
        "date_created_gmt": today, "date_modified_gmt": today, "date_paid_gmt": today,
        "discount_total": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00", "total_tax": "57.00", "cart_tax": "57.00",
        "total": "357.00", "customer_id": 0,
        "billing": {"first_name": "Nora", "last_name": "New", "email": "nora@newcomers.example", "phone": ""},
        "line_items": [{"id": 1, "sku": "ROSES", "product_id": 7, "quantity": 30, "subtotal": "300.00", "total": "300.00", "total_tax": "57.00"}],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [{"id": 2, "code": code.to_lowercase()}], "meta_data": [], "refunds": [],
    })
}

/// The minute before `seconds` as WooCommerce writes it.
fn minute_before(seconds: i64) -> String {
    let text = houndplan::domain::instant::Instant::from_micros((seconds - 60) * 1_000_000).to_string();
    text.trim_end_matches('Z').split('.').next().expect("a time").to_owned()
}
