//! How well the default rules tell fraud from honesty: 2,000 labelled orders through the front door.
//! The thresholds are the defaults of the terms, fixed before the orders were made up.
#![cfg(test)]

mod generator;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::generator::{Label, Labelled, REFERRERS, Table, Way, code, orders, person, signals};
use super::app::{App, stories};
use super::fraud::{verdict, visit};
use super::shop::{rules, sell};

const SEED: u64 = 0x1976_0550;

stories! {
    self_referrals_are_found_and_honest_customers_let_through,
}

/// The order as the shop reports it; a click is made now.
fn report(app: &App, order: &Labelled) -> Value {
    let mut report = order.report.clone();
    match order.way {
        Way::Code => report["code"] = json!(code(order.referrer)),
        Way::Click(seconds, destination) => {
            let click = visit(app, &code(order.referrer), destination);
            report["ref"] = json!(click.reference);
            report["occurred_at"] = json!(click.at.plus_seconds(seconds));
        }
    }
    report
}

fn self_referrals_are_found_and_honest_customers_let_through(app: &App) {
    let shop = app.owner();
    rules(&shop, &json!({"shop_url": "https://shop.example/"}));
    for referrer in 0..REFERRERS {
        shop.post("/v1/referrers", &json!({"customer": person(referrer), "code": code(referrer)})).is(201);
        let own = json!({"order_id": format!("R-{referrer}"), "currency": "EUR", "subtotal": 5_000, "customer": person(referrer), "signals": signals(referrer)});
        sell(&shop, &own);
    }
    let mut table = Table::new();
    for bundle in orders(SEED).chunks(200) {
        let reports: Vec<Value> = bundle.iter().map(|order| report(app, order)).collect();
        let answers = shop.post("/v1/sales/batch", &json!({"sales": reports})).is(200);
        for (order, answer) in bundle.iter().zip(answers["data"].as_array().expect("answers")) {
            assert_eq!(answer["status"], 201, "{answer:#}");
            let (kind, reason) = verdict(&answer["sale"]);
            let ended = if kind == "attributed" { "credited".to_owned() } else { format!("{kind} {reason}") };
            *table.entry((order.label, order.kind)).or_default().entry(ended).or_default() += 1;
        }
    }
    print(app, &table);
    let sum = |label: Label, wanted: fn(&str) -> bool| -> usize {
        let rows = table.iter().filter(|((of, _), _)| *of == label);
        rows.flat_map(|(_, ended)| ended.iter().filter(|(how, _)| wanted(how)).map(|(_, count)| *count)).sum()
    };
    let any = |_: &str| true;
    let credited = |how: &str| how == "credited";
    let of_thousand = |part: usize, whole: usize| part * 1_000 / whole;
    let found = sum(Label::SelfReferral, any) - sum(Label::SelfReferral, credited);
    assert!(of_thousand(found, sum(Label::SelfReferral, any)) >= 950, "recall");
    let stopped = sum(Label::Honest, any) - sum(Label::Honest, credited);
    assert!(stopped * 100 <= sum(Label::Honest, any), "{stopped} honest orders were held");
    assert_eq!(sum(Label::Honest, |how| how.starts_with("unattributed")), 0, "held, never dropped");
    assert_eq!(sum(Label::StuffedClick, credited), 0, "stuffed clicks are never paid without a decision");
    assert_eq!(sum(Label::StuffedClick, |how| how == "held suspected_fraud"), sum(Label::StuffedClick, any));
    assert_eq!(sum(Label::QuickClick, credited), 0);
}

/// The confusion table.
fn print(app: &App, table: &Table) {
    let mut sums: BTreeMap<Label, [usize; 3]> = BTreeMap::new();
    let mut lines = format!("{:?}\n{:<14} {:<38} credited  held  unattributed\n", app.engine, "label", "kind");
    for ((label, kind), ended) in table {
        let of = |start: &str| ended.iter().filter(|(how, _)| how.starts_with(start)).map(|(_, count)| *count).sum::<usize>();
        let row = [of("credited"), of("held"), of("unattributed")];
        lines += &format!("{:<14} {kind:<38} {:>8} {:>5} {:>13}\n", format!("{label:?}"), row[0], row[1], row[2]);
        let sum = sums.entry(*label).or_default();
        sum.iter_mut().zip(row).for_each(|(sum, part)| *sum += part);
    }
    for (label, row) in sums {
        lines += &format!("{:<14} {:<38} {:>8} {:>5} {:>13}\n", format!("{label:?}"), "ALL", row[0], row[1], row[2]);
    }
    eprintln!("{lines}");
}
