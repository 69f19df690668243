//! Runs that are interrupted, meet another, or share the ledger with a shop that goes on selling.
#![cfg(test)]

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use super::tables::{file, good, import, ledger, upload};
use crate::app::{App, stories};
use crate::shop::{id_of, sell};

stories! {
    an_import_that_is_killed_goes_on_where_it_stopped,
    an_upload_whose_worker_dies_is_taken_in_by_the_next,
    a_shop_sells_on_while_a_file_comes_in,
}

/// Orders of three lines each, with some credit notes.
fn table(orders: usize) -> String {
    let mut table = String::from("order,date,customer id,sku,quantity,price\n");
    for number in 0..orders {
        let day = 1 + number * 7 % 28;
        for line in 0..3 {
            table.push_str(&format!("A-{number},2025-02-{day:02},c-{},S-{line},2,1.25\n", number % 97));
        }
        if number % 10 == 0 {
            table.push_str(&format!("C-{number},2025-03-{day:02},c-{},S-1,-1,1.25\n", number % 97));
        }
    }
    table
}

/// The content of the ledger without its ids, and the results.
fn content(app: &App) -> Vec<String> {
    let mut lines = ledger(app);
    lines.extend(app.ask("SELECT order_id || ' ' || CAST(total AS TEXT) || ' ' || status AS line FROM sales ORDER BY order_id"));
    lines.extend(app.ask("SELECT CAST(line AS TEXT) || ' ' || outcome || ' ' || COALESCE(CAST(sold AS TEXT), '-') || ' ' || COALESCE(CAST(refunded AS TEXT), '-') AS line FROM import_rows ORDER BY import_rows.line"));
    lines
}

fn an_import_that_is_killed_goes_on_where_it_stopped(app: &App) {
    let table = table(1_200);
    let path = file(app, "orders.csv", table.as_bytes());
    for _ in 0..2 {
        let mut child = app.hound().args(["import", "orders"]).arg(&path).stdout(Stdio::piped()).spawn().expect("hound starts");
        let mut lines = BufReader::new(child.stdout.take().expect("output")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains(" %") && !line.contains("100 %")), "it ended too early");
        child.kill().expect("a kill");
        child.wait().expect("an end");
    }
    let unfinished = app.ask("SELECT status AS line FROM imports");
    assert_eq!(unfinished, ["running"]);
    let said = good(&import(app, &["orders"], "orders.csv", table.as_bytes()));
    assert!(said.contains("going on after"), "{said}");
    assert_eq!(app.ask("SELECT status AS line FROM imports"), ["done"], "one import, not three");
    // The same as in a house where nobody killed anything.
    let calm = App::start(app.engine);
    good(&import(&calm, &["orders"], "orders.csv", table.as_bytes()));
    assert_eq!(content(app), content(&calm));
}

fn an_upload_whose_worker_dies_is_taken_in_by_the_next(app: &App) {
    let owner = app.owner();
    let table = table(300);
    let sent = owner.send("POST", "/v1/imports?kind=orders", Some(table.as_bytes())).is(202);
    let again = owner.send("POST", "/v1/imports?kind=orders", Some(table.as_bytes()));
    // Unless it is done already, the same file is the same import.
    assert!(again.status == 202 || again.json()["id"] == sent["id"]);
    app.kill_and_restart();
    let long_ago = if app.engine == crate::app::Engine::Sqlite { "0" } else { "'epoch'" };
    crate::app::execute(&app.place(), &format!("UPDATE imports SET lease_until = {long_ago} WHERE lease_until IS NOT NULL"))
        .expect("leases");
    let owner = app.owner();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let done = loop {
        let import = owner.get(&format!("/v1/imports/{}", id_of(&sent))).is(200);
        if import["status"] == "done" {
            break import;
        }
        assert!(std::time::Instant::now() < deadline, "nobody takes it in: {import:#}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    assert_eq!(done["sums"][0]["sold"], json!({"amount": 300 * 750, "currency": "EUR"}), "{done:#}");
    assert_eq!(done["sums"][0]["refunds"], 30);
}

fn a_shop_sells_on_while_a_file_comes_in(app: &App) {
    let path = file(app, "orders.csv", table(600).as_bytes());
    let mut child = app.hound().args(["import", "orders"]).arg(&path).stdout(Stdio::null()).spawn().expect("hound starts");
    let owner = app.owner();
    let mut sold = 0;
    while child.try_wait().expect("a status").is_none() {
        sell(
            &owner,
            &json!({"order_id": format!("N-{sold}"), "currency": "EUR", "subtotal": 100, "customer": {"external_id": format!("c-{}", sold % 97)}}),
        );
        sold += 1;
    }
    assert!(child.wait().expect("an end").success());
    assert!(sold > 3, "only {sold} orders got through");
    let import = upload(&owner, "kind=orders", table(600).as_bytes());
    assert_eq!(import["outcomes"], json!({"known": 600 * 3 + 60}), "{import:#}");
}
