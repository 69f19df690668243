//! What rows become: sales, refunds, customers, or a word on what is wrong with them.
#![cfg(test)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::tables::{bad, good, import, ledger, upload, workbook};
use crate::app::{App, stories};
use crate::client::Client;
use crate::shop::{all, enrol, id_of, sell};
use crate::shop_signatures::{connect, sale_of};
use crate::storefronts::shopify_order;

stories! {
    a_german_spreadsheet_becomes_orders_of_the_past,
    lines_of_one_number_are_one_order_and_negative_ones_give_back,
    rows_without_a_number_keep_the_same_derived_one,
    a_shops_export_brings_states_codes_and_refunds,
    an_order_that_a_webhook_told_is_the_same_in_the_shops_export,
    a_workbook_reads_like_its_text,
    a_row_at_fault_is_named_and_its_order_left_out_whole,
    cells_that_look_like_formulas_stay_text,
    customers_of_a_file_are_old_customers,
    live_orders_of_a_file_earn,
    a_list_of_the_day_finds_what_is_missing_or_differs,
}

fn sale(owner: &Client, number: &str) -> Value {
    let found = owner.get(&format!("/v1/sales?order_id={number}")).is(200);
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{number}: {found:#}");
    found["data"][0].clone()
}

fn a_german_spreadsheet_becomes_orders_of_the_past(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"timezone": "Europe/Berlin"})).is(200);
    // Windows-1252, semicolons, decimal commas, German days.
    let table = "Bestell-Nr.;Datum;Uhrzeit;Kunde;E-Mail;Artikel;Menge;Einzelpreis\r\n\
                 R-1;01.07.2025;14:30;M\u{fc}ller;mueller@example.com;Tee;2;1.234,50\r\n\
                 R-2;15.01.2025;;Gr\u{fc}n;gruen@example.com;Kaffee;1;9,99\r\n";
    let bytes: Vec<u8> = table.chars().map(|sign| u8::try_from(u32::from(sign)).expect("Latin-1")).collect();
    let said = good(&import(app, &["orders"], "bestellungen.csv", &bytes));
    assert!(said.contains("2 recorded") && said.contains("2 orders, 2478.99 EUR"), "{said}");
    let first = sale(&owner, "R-1");
    assert_eq!(
        (&first["occurred_at"], &first["total"], &first["verdict"]["reason"]),
        (&json!("2025-07-01T12:30:00Z"), &json!(246_900), &json!("history"))
    );
    assert_eq!(sale(&owner, "R-2")["occurred_at"], "2025-01-14T23:00:00Z");
    let buyer = owner.get("/v1/customers?email=mueller@example.com").is(200);
    assert_eq!(buyer["data"][0]["name"], "Müller");
    // Whoever bought in the past is nobody's new customer.
    enrol(&owner, "joe@example.com", "JOE");
    let again = sell(
        &owner,
        &json!({"order_id": "N-1", "currency": "EUR", "subtotal": 1_000, "code": "JOE", "customer": {"email": "mueller@example.com"}}),
    );
    assert_eq!(again["verdict"]["reason"], "not_first_sale");
}

fn lines_of_one_number_are_one_order_and_negative_ones_give_back(app: &App) {
    let owner = app.owner();
    let table = "Invoice,Date,Customer ID,SKU,Quantity,Unit price,Refund of\n\
                 A-1,2025-03-01,c-1,TEA,3,2.50,\n\
                 A-1,2025-03-01,c-1,CUP,1,4.125,\n\
                 A-1,2025-03-02,c-1,TEA,-1,2.50,\n\
                 A-2,2025-03-01,c-2,TEA,2,2.50,\n\
                 A-2,2025-03-01,c-2,RABATT,1,-1.00,\n\
                 G-1,2025-03-05,c-2,TEA,-2,2.50,A-2\n\
                 C-9,2025-03-05,c-3,TEA,-4,2.50,\n\
                 S-1,2025-03-06,,TEA,-7,0,\n";
    let said = good(&import(app, &["orders", "--currency", "GBP"], "lines.csv", table.as_bytes()));
    assert!(said.contains("2 orders, 15.63 GBP; 3 times something went back, 17.50 GBP"), "{said}");
    let first = sale(&owner, "A-1");
    // A price of half a penny too much is exact over the line.
    assert_eq!(first["total"], 1_163);
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM sale_lines"), ["3"]);
    assert_eq!(sale(&owner, "A-2")["total"], 400);
    let outcome = |query: &str| app.ask(&format!("SELECT outcome AS line FROM import_rows WHERE {query}"));
    assert_eq!(
        (outcome("order_id = 'G-1'"), outcome("order_id = 'C-9'"), outcome("order_id = 'S-1'")),
        (vec!["refunded".to_owned()], vec!["parked".to_owned()], vec!["skipped".to_owned()])
    );
    // Who got money back is in the customer file, though nothing was sold to him here.
    assert_eq!(all(&owner, "/v1/customers").len(), 3);
    let before = ledger(app);
    let said = good(&import(app, &["orders", "--currency", "GBP"], "lines.csv", table.as_bytes()));
    assert!(said.contains("7 known, 1 skipped") && said.contains("2 orders, 15.63 GBP; 3 times"), "{said}");
    assert_eq!(ledger(app), before);
}

fn rows_without_a_number_keep_the_same_derived_one(app: &App) {
    let table = "Name;Datum;Produkt;Betrag\nBill;03.02.1975;Chevrolet;4.200,00\nBill;03.02.1975;Chevrolet;4.200,00\nAnna;04.02.1975;Impala;3.900,00\n";
    good(&import(app, &["orders"], "girard.csv", table.as_bytes()));
    let keys = app.ask("SELECT order_id AS line FROM sales ORDER BY order_id");
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key.starts_with("auto-")), "{keys:?}");
    // Sorted otherwise and with another column, the same rows have the same numbers.
    let sorted = "Datum;Name;Notiz;Produkt;Betrag\n04.02.1975;Anna;x;Impala;3.900,00\n03.02.1975;Bill;y;Chevrolet;4.200,00\n03.02.1975;Bill;z;Chevrolet;4.200,00\n";
    let said = good(&import(app, &["orders"], "girard.csv", sorted.as_bytes()));
    assert!(said.contains("3 known"), "{said}");
    assert_eq!(app.ask("SELECT order_id AS line FROM sales ORDER BY order_id"), keys);
}

fn a_shops_export_brings_states_codes_and_refunds(app: &App) {
    let owner = app.owner();
    let table = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Cancelled at,Refunded Amount\n\
                 #1001,a@example.com,paid,2025-05-01 10:00:00 +0200,EUR,18.00,5.00,3.67,23.00,SPRING,2.00,2025-05-01 10:00:00 +0200,1,Tea,10.00,T-1,Anna,,0.00\n\
                 #1001,a@example.com,,,,,,,,,,,1,Cup,10.00,C-1,,,\n\
                 #1002,b@example.com,partially_refunded,,EUR,30.00,0.00,0.00,30.00,,0.00,2025-05-02 10:00:00 +0200,3,Tea,10.00,T-1,Bert,,10.00\n\
                 #1003,c@example.com,voided,,EUR,10.00,0.00,0.00,10.00,,0.00,2025-05-03 10:00:00 +0200,1,Tea,10.00,T-1,Cleo,2025-05-04 10:00:00 +0200,0.00\n\
                 #1004,d@example.com,refunded,,EUR,10.00,0.00,0.00,10.00,,0.00,2025-05-03 10:00:00 +0200,1,Tea,10.00,T-1,Dora,,10.00\n";
    let said = good(&import(app, &["orders"], "orders_export.csv", table.as_bytes()));
    assert!(said.contains("5 recorded") && said.contains("2 times something went back, 20.00 EUR"), "{said}");
    let first = sale(&owner, "%231001");
    // 20.00 goods - 2.00 discount, tax included, 5.00 shipping: what the shop says was paid.
    assert_eq!((&first["total"], &first["base"]), (&json!(2_300), &json!(1_433)), "{first:#}");
    assert_eq!(first["total_disagrees"], false);
    assert_eq!(sale(&owner, "%231003")["status"], "cancelled");
    assert_eq!(sale(&owner, "%231002")["base_refunded"], 1_000);
    assert_eq!(sale(&owner, "%231004")["base_refunded"], 1_000);
    // A later export says that more went back: only the difference is booked.
    let later = table.replace(",,10.00\n#1003", ",,25.00\n#1003");
    good(&import(app, &["orders"], "orders_export.csv", later.as_bytes()));
    assert_eq!(sale(&owner, "%231002")["base_refunded"], 2_500);
    // What the shop's own webhook reported in the meantime is not booked twice.
    owner.post("/v1/refunds", &json!({"refund_id": "W-1", "order_id": "#1002", "amount": 500})).is(201);
    let last = table.replace(",,10.00\n#1003", ",,30.00\n#1003");
    good(&import(app, &["orders"], "orders_export.csv", last.as_bytes()));
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM refunds"), ["4"]);
}

fn an_order_that_a_webhook_told_is_the_same_in_the_shops_export(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "shopify", &json!({}));
    let told = shopify_order(9_007_199_254_740_995, "2026-03-01T10:00:05+01:00");
    sale_of(&owner, &shop.report(&owner, "orders/paid", &told));
    // The export writes the number on an order's first line only.
    let table = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Id\n\
                 #1001,bea@example.com,paid,2026-03-01 10:00:00 +0100,EUR,100.00,5.00,19.95,124.95,2026-03-01 10:00:00 +0100,1,Tea,50.00,9007199254740995\n\
                 #1001,bea@example.com,,,,,,,,,1,Tea,50.00,\n\
                 #1002,bob@example.com,paid,2026-03-01 11:00:00 +0100,EUR,10.00,0.00,0.00,10.00,2026-03-01 11:00:00 +0100,1,Tea,10.00,9007199254740996\n\
                 #1003,cleo@example.com,paid,2026-03-01 12:00:00 +0100,EUR,10.00,0.00,0.00,10.00,2026-03-01 12:00:00 +0100,1,Tea,10.00,9.00719925474E+15\n";
    for _ in 0..2 {
        good(&import(app, &["orders", "--source", "shop"], "orders_export.csv", table.as_bytes()));
        assert_eq!(
            app.ask("SELECT order_id AS line FROM sales WHERE source = 'shop' ORDER BY order_id"),
            ["#1003", "9007199254740995", "9007199254740996"]
        );
    }
}

fn a_workbook_reads_like_its_text(app: &App) {
    let owner = app.owner();
    let book = workbook(&[
        &["Order", "Date", "Customer ID", "Product", "Total"],
        &["A-1", "date:45658.5", "17850", "Tea & cake", "12.5"],
        &["A-2", "2025-01-02", "c-2", "<b>", "3.1"],
    ]);
    let import = upload(&owner, "kind=orders&name=orders.xlsx&currency=EUR", &book);
    assert_eq!((&import["status"], &import["outcomes"]), (&json!("done"), &json!({"recorded": 2})), "{import:#}");
    let first = sale(&owner, "A-1");
    assert_eq!((&first["occurred_at"], &first["total"]), (&json!("2025-01-01T12:00:00Z"), &json!(1_250)));
    // A customer number that a spreadsheet holds as a number is no fraction.
    assert_eq!(owner.get("/v1/customers?external_id=17850").is(200)["data"].as_array().map(Vec::len), Some(1));
}

fn a_row_at_fault_is_named_and_its_order_left_out_whole(app: &App) {
    let owner = app.owner();
    let table = "order,date,email,sku,quantity,price,status\n\
                 A-1,2025-03-01,a@example.com,TEA,1,2.50,paid\n\
                 A-1,2025-03-01,a@example.com,CUP,1,much,\n\
                 A-2,tomorrow,a@example.com,TEA,1,2.50,paid\n\
                 A-3,2025-03-01,a@example.com,TEA,1,2.50,dancing\n\
                 A-4,2025-03-01,a@example.com,TEA,1\n\
                 A-5,2025-03-01,not an address,TEA,1,2.50,paid\n\
                 A-6,2199-03-01,a@example.com,TEA,1,2.50,paid\n";
    let import = upload(&owner, "kind=orders", table.as_bytes());
    assert_eq!(import["outcomes"], json!({"recorded": 1, "refused": 6}), "{import:#}");
    let rows = owner.get(&format!("/v1/imports/{}/rows", id_of(&import))).is(200);
    let found: Vec<(u64, &str, &str, &str)> = rows["data"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap_or("-");
            (row["row"].as_u64().expect("a number"), text("outcome"), text("code"), text("column"))
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, "refused", "order_refused", "-"),
            (3, "refused", "invalid_number", "price"),
            (4, "refused", "invalid_date", "date"),
            (5, "refused", "unknown_status", "status"),
            (6, "refused", "cell_count", "-"),
            (7, "recorded", "invalid_email", "email"),
            (8, "refused", "in_the_future", "date"),
        ],
        "{rows:#}"
    );
    assert!(rows["data"].as_array().expect("rows").iter().all(|row| row["message"].as_str().is_some_and(|said| said.len() > 20)));
    assert_eq!(app.ask("SELECT order_id AS line FROM sales"), ["A-5"]);
    let page = owner.get(&format!("/v1/imports/{}/rows?outcome=refused&limit=2&after=3", id_of(&import))).is(200);
    assert_eq!((&page["data"][0]["row"], &page["has_more"]), (&json!(4), &json!(true)));
    // The command says the same and fails.
    let said = bad(&super::tables::import(app, &["orders"], "bad.csv", table.as_bytes()));
    assert!(said.contains("row 3, column \"price\"") && said.contains("6 rows were refused"), "{said}");
}

fn cells_that_look_like_formulas_stay_text(app: &App) {
    let cells = [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1+1)",
        "=HYPERLINK(\"http://x\",\"y\")",
        "'; DROP TABLE sales; --",
        "<script>",
        "ﷺ",
        "Ω≈ç√∫",
        "\u{202e}abc",
    ];
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["order", "date", "customer id", "name", "sku", "total", "quantity", "line total"]).expect("a row");
    for cell in cells {
        csv.write_record([cell, "2025-01-01", cell, cell, cell, "1.00", "1", "1.00"]).expect("a row");
    }
    let table = csv.into_inner().expect("a table");
    good(&import(app, &["orders"], "naughty.csv", &table));
    let whole: BTreeSet<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
    for (table, column) in [
        ("sales", "order_id"),
        ("customer_keys", "shown"),
        ("customers", "name"),
        ("sale_lines", "sku"),
        ("import_rows", "order_id"),
    ] {
        let stored: BTreeSet<String> = app.ask(&format!("SELECT {column} AS line FROM {table}")).into_iter().collect();
        assert_eq!(stored, whole, "{table}.{column}");
    }
}

fn customers_of_a_file_are_old_customers(app: &App) {
    let owner = app.owner();
    let table = "Kundennummer;Vorname;Nachname;E-Mail;Telefon;Kunde seit;Anzahl Bestellungen\n\
                 1001;Anna;Berg;anna@example.com;+49 30 901820;03.05.2019;4\n\
                 1002;Bert;;bert@example.com;;;0\n\
                 ;;;keine;;;\n\
                 1001;Anna;Berg;anna@example.com;;;\n";
    let import = upload(&app.storefront("shop-a"), "kind=customers", table.as_bytes());
    assert_eq!(import["outcomes"], json!({"filed": 2, "known": 1, "refused": 1}), "{import:#}");
    let anna = owner.get("/v1/customers?external_id=1001&source=shop-a").is(200)["data"][0].clone();
    assert_eq!((&anna["name"], &anna["orders_before"]), (&json!("Anna Berg"), &json!(4)), "{anna:#}");
    enrol(&owner, "joe@example.com", "JOE");
    let order = |number: &str, buyer: &str| json!({"order_id": number, "currency": "EUR", "subtotal": 1_000, "code": "JOE", "customer": {"email": buyer}});
    assert_eq!(sell(&owner, &order("N-1", "anna@example.com"))["verdict"]["reason"], "not_first_sale");
    assert_eq!(sell(&owner, &order("N-2", "bert@example.com"))["verdict"]["kind"], "attributed");
    // Another storefront does not see this import.
    let id = id_of(&import);
    app.storefront("shop-b").get(&format!("/v1/imports/{id}")).is(404);
    app.storefront("shop-b").get(&format!("/v1/imports/{id}/rows")).is(404);
    app.storefront("shop-b").send("POST", "/v1/imports?kind=customers&source=shop-a", Some(b"email\na@example.com\n")).is(403);
}

fn live_orders_of_a_file_earn(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    let table =
        "order,date,email,total,coupon\nA-2,2025-03-02,b@example.com,50.00,joe\nA-1,2025-03-01,b@example.com,100.00,joe\n";
    good(&import(app, &["orders", "--live"], "live.csv", table.as_bytes()));
    // The earlier one is the first sale, though it stands last.
    assert_eq!(sale(&owner, "A-1")["commission"]["net"]["amount"], 1_000);
    assert_eq!(sale(&owner, "A-2")["verdict"]["reason"], "not_first_sale");
}

fn a_list_of_the_day_finds_what_is_missing_or_differs(app: &App) {
    let shop = app.storefront("shop-a");
    for (number, subtotal) in [("A-1", 1_000), ("A-2", 2_000), ("A-3", 3_000), ("A-4", 4_000)] {
        sell(&shop, &json!({"order_id": number, "currency": "EUR", "subtotal": subtotal, "occurred_at": "2025-03-01T12:00:00Z"}));
    }
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-3", "amount": 500})).is(201);
    let list = json!({"from": "2025-03-01T00:00:00Z", "to": "2025-03-02T00:00:00Z", "orders": [
        {"order_id": "A-1", "total": 1_000, "currency": "EUR", "status": "paid", "refunded": 0},
        {"order_id": "A-2", "total": 2_500, "status": "cancelled"},
        {"order_id": "A-3", "refunded": 3_000},
        {"order_id": "A-9", "total": 1},
    ]});
    let found = shop.post("/v1/reconciliations", &list).is(200);
    assert_eq!((&found["matching"], &found["missing"]), (&json!(1), &json!(["A-9"])), "{found:#}");
    let differences = &found["differing"][0]["differences"];
    assert_eq!((&found["differing"][0]["order_id"], differences.as_array().map(Vec::len)), (&json!("A-2"), Some(2)));
    assert_eq!(found["refunded"][0]["differences"][0], json!({"field": "refunded", "listed": "3000", "recorded": "500"}));
    assert_eq!(found["unlisted"][0]["order_id"], "A-4");
    // Another storefront has other orders.
    assert_eq!(app.storefront("shop-b").post("/v1/reconciliations", &list).is(200)["missing"].as_array().map(Vec::len), Some(4));
    shop.post("/v1/reconciliations", &json!({"from": "2025-03-01T00:00:00Z", "orders": []})).faults("/from", "invalid_period");
    let many: Vec<Value> = (0..20_001).map(|number| json!({"order_id": format!("{number}")})).collect();
    shop.post("/v1/reconciliations", &json!({"orders": many})).faults("/orders", "too_many");
}
