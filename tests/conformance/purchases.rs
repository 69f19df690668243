//! A month of a real shop (UCI "Online Retail", December 2010), imported whole: 42,481 lines, 2,025
//! invoices, 326 of them cancellations, 70 corrections of stock, a third of the lines without a customer.
#![cfg(test)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use super::app::{App, stories};
use super::lists;

/// What PROVENANCE.md says of the file: sales 823,746.14, cancellations 74,789.12, net 748,957.02.
const TOTALS: &str = "1629 orders, 823746.14 GBP; 326 times something went back, 74789.12 GBP; net 748957.02 GBP";

fn month() -> Option<PathBuf> {
    lists::path("purchases/online_retail_2010-12.csv.gz")
}

stories! {
    a_month_of_invoices_imports_twice_with_the_same_result,
    a_month_of_invoices_that_is_killed_half_way_ends_the_same,
}

fn import(app: &App, path: &std::path::Path) -> String {
    let output = app.hound().args(["import", "orders", "--currency", "GBP"]).arg(path).output().expect("hound runs");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// The content of the ledger, without the ids that every house gives anew.
fn content(app: &App) -> Vec<String> {
    let mut lines = app.ask(
        "SELECT order_id || ' ' || CAST(total AS TEXT) || ' ' || CAST(base AS TEXT) || ' ' || status || ' ' || COALESCE(verdict_reason, '-') AS line
         FROM sales ORDER BY order_id",
    );
    lines.extend(app.ask("SELECT refund_id || ' ' || CAST(content AS TEXT) AS line FROM refunds ORDER BY refund_id"));
    lines.extend(app.ask("SELECT value AS line FROM customer_keys ORDER BY value"));
    lines.extend(app.ask("SELECT CAST(count(*) AS TEXT) || ' lines of ' || CAST(sum(quantity) AS TEXT) AS line FROM sale_lines"));
    lines
}

fn a_month_of_invoices_imports_twice_with_the_same_result(app: &App) {
    let Some(path) = month() else { return };
    let said = import(app, &path);
    eprintln!("{said}");
    assert!(said.contains(TOTALS), "{said}");
    assert!(said.contains("41683 recorded, 728 parked, 70 skipped"), "{said}");
    let one = |query: &str| app.ask(query).remove(0);
    // What the ledger itself says, not what the import says of it.
    assert_eq!(one("SELECT CAST(sum(total) AS TEXT) AS line FROM sales"), "82374614");
    assert_eq!(one("SELECT CAST(count(*) AS TEXT) AS line FROM refunds"), "326");
    assert_eq!(one("SELECT CAST(count(*) AS TEXT) AS line FROM customers"), "948");
    assert_eq!(one("SELECT CAST(count(*) AS TEXT) AS line FROM sale_lines"), "41683");
    assert_eq!(one("SELECT CAST(count(*) AS TEXT) AS line FROM commissions"), "0");
    let first = content(app);
    let again = import(app, &path);
    assert!(again.contains(TOTALS) && again.contains("42411 known, 70 skipped"), "{again}");
    assert_eq!(content(app), first);
}

fn a_month_of_invoices_that_is_killed_half_way_ends_the_same(app: &App) {
    let Some(path) = month() else { return };
    let mut child = app
        .hound()
        .args(["import", "orders", "--currency", "GBP"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("hound starts");
    let mut lines = BufReader::new(child.stdout.take().expect("output")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("50 %")), "it ended before half of it was done");
    child.kill().expect("a kill");
    child.wait().expect("an end");
    let half: usize = app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM sales").remove(0).parse().expect("a number");
    assert!((500..1_955).contains(&half), "{half} invoices when it was killed");
    let said = import(app, &path);
    assert!(said.contains("going on after") && said.contains(TOTALS), "{said}");
    assert!(said.contains("41683 recorded, 728 parked, 70 skipped"), "every row has the result of one run: {said}");
    let calm = App::start(app.engine);
    import(&calm, &path);
    assert_eq!(content(app), content(&calm));
    calm.check();
}
