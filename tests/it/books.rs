//! What the accountant asks: what does not move, what was paid in a year, what each account holds, and
//! whether a closed month stays closed.
#![cfg(test)]

use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{advance, approved_batch, balance, enrol, id_of, order, rules, sell};

stories! {
    a_statement_says_each_movement_in_words_and_what_is_carried_over,
    a_fee_is_the_shops_and_stands_on_its_own_account,
    a_year_of_payments_is_held_against_its_threshold_by_rail,
    a_closed_month_stays_as_it_is_to_the_byte,
    a_debt_of_a_year_is_offered_to_be_written_off,
    the_program_report_says_what_introductions_brought_and_cost,
    balances_as_at_any_day,
    on_paper_stand_the_same_numbers,
}

/// The sandbox, where commissions are approved at once.
pub(crate) fn sandbox(app: &App) -> Client {
    let owner = app.sandbox();
    rules(&owner, &json!({"hold_days": 0}));
    owner
}

pub(crate) fn settle(owner: &Client, payout: &Value, result: &str) {
    let body = json!({"result": result, "reference": format!("T-{}", id_of(payout))});
    owner.post(&format!("/v1/payouts/{}/settle", id_of(payout)), &body).is(200);
}

pub(crate) fn payout_to<'a>(batch: &'a Value, referrer: &str) -> &'a Value {
    let all = batch["payouts"].as_array().expect("payouts");
    all.iter().find(|payout| payout["referrer_id"] == referrer).unwrap_or_else(|| panic!("no payout to {referrer}: {batch:#}"))
}

pub(crate) fn refund(owner: &Client, order_id: &str, amount: i64) {
    owner.post("/v1/refunds", &json!({"refund_id": order_id, "order_id": order_id, "amount": amount})).is(201);
}

pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn a_statement_says_each_movement_in_words_and_what_is_carried_over(app: &App) {
    let owner = sandbox(app);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &joe), "paid");
    refund(&owner, "A-1", 30_000);
    let today = owner.get(&format!("/v1/referrers/{joe}/balance")).header("date").map(str::to_owned);
    let month = this_month(&owner, &joe);
    let statement = owner.get(&format!("/v1/referrers/{joe}/statements/{month}")).is(200);
    let euro = &statement["currencies"][0];
    let texts: Vec<&str> =
        euro["lines"].as_array().expect("lines").iter().map(|line| line["text"].as_str().expect("words")).collect();
    assert!(texts.contains(&"A friend bought: 30.00 EUR for you"), "{texts:?} {today:?}");
    assert!(texts.iter().any(|text| text.starts_with("30.00 EUR was paid out, T-")), "{texts:?}");
    assert!(texts.contains(&"An order was returned: 30.00 EUR taken back"), "{texts:?}");
    assert!(!statement.to_string().contains("bea"), "no friend is named");
    let moved: i64 = euro["lines"].as_array().expect("lines").iter().map(|line| number(&line["amount"])).sum();
    assert_eq!((number(&euro["opening"]) + moved, number(&euro["closing"])), (-3_000, -3_000));
    assert!(euro["carried_over"].as_str().is_some_and(|said| said.starts_with("30.00 EUR had been paid out")), "{euro:#}");
    let table = owner.get(&format!("/v1/referrers/{joe}/statements/{month}?format=csv"));
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let last = table.text.lines().find(|line| line.contains("\"closing\"")).expect("a closing").to_owned();
    assert!(last.ends_with(",-3000"), "{last}");
    // Months join, and what is no month is not found.
    advance(&owner, 40);
    let next = owner.get(&format!("/v1/referrers/{joe}/statements/{}", this_month(&owner, &joe))).is(200);
    assert_eq!((&next["currencies"][0]["opening"], &next["currencies"][0]["lines"]), (&json!(-3_000), &json!([])));
    owner.get(&format!("/v1/referrers/{joe}/statements/soon")).refused(404, "not_found");
    owner.get("/v1/referrers/0190163d-8694-739b-aea5-966c26f8ad90/statements/2026-01").refused(404, "not_found");
}

/// The month that it is in this ledger.
fn this_month(owner: &Client, referrer: &str) -> String {
    let report = owner.get("/v1/reports/payouts").is(200);
    assert!(report["rows"].as_array().is_some_and(|rows| rows.iter().any(|row| row["referrer_id"] == referrer)), "{report:#}");
    report["from"].as_str().expect("a day").chars().take(7).collect()
}

fn a_fee_is_the_shops_and_stands_on_its_own_account(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "books": {"accounts": {"fees": "4970", "paid": "1200 Bank"}}}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    let batch = approved_batch(&owner);
    let payout = payout_to(&batch, &joe);
    settle(&owner, payout, "paid");
    let fee = format!("/v1/payouts/{}/fee", id_of(payout));
    let booked = owner.post(&fee, &json!({"amount": 35})).is(200);
    assert_eq!(booked["fee"], json!({"amount": 35, "currency": "EUR"}));
    owner.post(&fee, &json!({"amount": 35})).is(200);
    owner.post(&fee, &json!({"amount": 36})).refused(409, "fee_stands");
    owner.post(&fee, &json!({"amount": 0})).faults("/amount", "out_of_range");
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 3_000], "the referrer got what he earned");
    let report = owner.get("/v1/reports/payouts").is(200);
    let total = &report["totals"][0];
    assert_eq!([&total["fees"], &total["paid"], &total["closing"]].map(number), [35, 3_000, 0], "{total:#}");
    assert_eq!(total["rails"]["manual"], json!({"paid": 3_000, "returned": 0}));
    let journal = owner.get("/v1/reports/journal").text;
    assert!(journal.lines().any(|line| line.contains("\"4970\",0.35,,\"EUR\",\"Provider's fee\"")), "{journal}");
    assert!(journal.lines().any(|line| line.contains("\"1200 Bank\",,0.35,\"EUR\"")), "{journal}");
    let by_day = owner.get("/v1/reports/journal?by=day").text;
    assert!(by_day.lines().any(|line| line.contains("\"1200 Bank\",,30.00,\"EUR\",\"Payout arrived (1)\"")), "{by_day}");
    owner
        .patch("/v1/program", &json!({"books": {"form_thresholds": {"27": 5}}}))
        .faults("/books/form_thresholds/27", "out_of_range");
}

fn a_year_of_payments_is_held_against_its_threshold_by_rail(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"books": {"form_thresholds": {"2026": 150_000, "2030": 1}}}));
    let rich = enrol(&owner, "rich@example.com", "RICH");
    let poor = enrol(&owner, "poor@example.com", "POOR");
    for (referrer, amount) in [(&rich, 150_000), (&poor, 149_999)] {
        let body = json!({"referrer_id": referrer, "kind": "adjust", "amount": {"amount": amount, "currency": "USD"}, "reason": "Thanks"});
        owner.post_once("/v1/adjustments", &body).is(201);
    }
    let batch = approved_batch(&owner);
    for referrer in [&rich, &poor] {
        settle(&owner, payout_to(&batch, referrer), "paid");
    }
    let year: String = owner.get("/v1/reports/payouts").is(200)["from"].as_str().expect("a day").chars().take(4).collect();
    rules(&owner, &json!({"books": {"form_thresholds": {year.as_str(): 150_000}}}));
    let report = owner.get(&format!("/v1/reports/yearly?year={year}")).is(200);
    assert_eq!(report["threshold_usd"], 150_000);
    let row = |referrer: &str| {
        report["rows"].as_array().expect("rows").iter().find(|row| row["referrer_id"] == referrer).cloned().expect("a row")
    };
    let rich = row(&rich);
    assert_eq!(
        (&rich["net"], &rich["reportable"], &rich["form"], &rich["reached"]),
        (&json!(150_000), &json!(150_000), &json!("1099-NEC"), &json!(true))
    );
    assert_eq!(row(&poor)["reached"], false);
    let table = owner.get(&format!("/v1/reports/yearly?year={year}&format=csv")).text;
    assert!(
        table.lines().any(|line| line.ends_with("150000,0,150000,150000,\"1099-NEC\",150000,\"yes\",\"manual:150000:0\"")),
        "{table}"
    );
    assert_eq!(owner.get("/v1/reports/yearly?year=1999").is(200)["rows"], json!([]));
    owner.get("/v1/reports/yearly?year=99").faults("?year", "invalid_year");
    let printed = app.run(&["report", "yearly", &year]);
    assert_eq!(String::from_utf8(printed.stdout).expect("text"), table);
}

fn a_closed_month_stays_as_it_is_to_the_byte(app: &App) {
    let owner = sandbox(app);
    let shop = owner.clone();
    let enrolled =
        shop.post("/v1/referrers", &json!({"customer": {"email": "joe@example.com", "name": "Joe"}, "code": "JOE"})).is(201);
    let joe = id_of(&enrolled);
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    sell(&owner, &order("A-2", 50_000, "cleo@example.com", "JOE"));
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &joe), "paid");
    let month = this_month(&owner, &joe);
    owner.order(&format!("/v1/periods/{month}/close")).refused(409, "period_not_over");
    owner.get(&format!("/v1/periods/{month}")).refused(404, "not_found");
    owner.order("/v1/periods/sometime/close").refused(404, "not_found");
    let open = owner.get(&format!("/v1/reports/payouts?period={month}")).is(200);
    assert_eq!((&open["rows"][0]["name"], &open["rows"][0]["code"]), (&json!("Joe"), &json!("JOE")));
    advance(&owner, 32);
    let closed = owner.order(&format!("/v1/periods/{month}/close")).is(200);
    assert_eq!(owner.order(&format!("/v1/periods/{month}/close")).is(200), closed, "again is the same");
    let report = |format: &str| owner.get(&format!("/v1/reports/payouts?period={month}&format={format}")).text;
    let before = ["json", "csv"].map(report);
    assert_eq!(closed["report_sha256"].as_str().map(str::to_owned), Some(sha256(&before[0])));
    let shown: Value = serde_json::from_str(&before[0]).expect("JSON");
    assert_eq!(
        (&shown["closed_period"], &shown["rows"][0]["name"], &shown["totals"]),
        (&json!(month), &Value::Null, &closed["totals"])
    );
    assert_eq!(shown["rows"][0]["paid"], 8_000);
    // Asked for by its days it is the same.
    let (from, to) = (shown["from"].as_str().expect("a day"), shown["to"].as_str().expect("a day"));
    assert_eq!(owner.get(&format!("/v1/reports/payouts?from={from}&to={to}")).text, before[0]);

    refund(&owner, "A-1", 30_000);
    settle(&owner, payout_to(&batch, &joe), "returned");
    let customer = id_of(&enrolled["customer"]);
    owner.patch(&format!("/v1/customers/{customer}"), &json!({"name": "Somebody else"})).is(200);
    rules(&owner, &json!({"timezone": "Asia/Tokyo"}));
    assert_eq!(["json", "csv"].map(report), before);
    rules(&owner, &json!({"timezone": "UTC"}));
    let next = owner.get("/v1/reports/payouts").is(200);
    let row = &next["rows"][0];
    assert_eq!([&row["opening"], &row["reversed"], &row["returned"], &row["closing"]].map(number), [0, 3_000, 8_000, 5_000]);
    assert_eq!(owner.get("/v1/periods").is(200)["data"], json!([closed]));
    let said = app.run(&["close", &month, "--sandbox"]);
    assert!(String::from_utf8(said.stdout).expect("text").contains(&sha256(&before[0])));
    let printed = app.run(&["report", "payouts", "--sandbox", "--period", &month, "--format", "json"]);
    assert_eq!(String::from_utf8(printed.stdout).expect("text"), before[0]);
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn a_debt_of_a_year_is_offered_to_be_written_off(app: &App) {
    let owner = sandbox(app);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &joe), "paid");
    refund(&owner, "A-1", 20_000);
    let offered = || owner.get("/v1/decisions?kind=write_off").is(200)["data"].clone();
    advance(&owner, 364);
    assert_eq!(offered(), json!([]));
    advance(&owner, 1);
    let found = offered();
    assert_eq!(found[0]["write_off"], json!({"referrer_id": joe, "amount": {"amount": 2_000, "currency": "EUR"}}), "{found:#}");
    assert_eq!(number(&found[0]["age_days"]), 365);
    assert_eq!(owner.get("/v1/decisions").is(200)["data"], found);
    assert_eq!(balance(&owner, &joe), [0, -2_000, 0, 3_000], "nothing happens by itself");
    let forgive =
        json!({"referrer_id": joe, "kind": "forgive", "amount": {"amount": 2_000, "currency": "EUR"}, "reason": "Too old"});
    owner.post_once("/v1/adjustments", &forgive).is(201);
    assert_eq!((offered(), balance(&owner, &joe)), (json!([]), [0, 0, 0, 3_000]));
}

fn the_program_report_says_what_introductions_brought_and_cost(app: &App) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "friend_discounts": [{"gives": {"type": "percent", "rate": "5"}}]}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    sell(&owner, &order("A-1", 60_000, "a@example.com", "JOE"));
    let given_back = sell(&owner, &order("A-2", 20_000, "b@example.com", "ANN"));
    assert!(given_back["commission"].is_object());
    sell(&owner, &json!({"order_id": "A-3", "currency": "EUR", "subtotal": 40_000}));
    refund(&owner, "A-2", 10_000);
    let report = owner.get("/v1/reports/program?by=month").is(200);
    let euro = &report["currencies"][0];
    let saved = number(&euro["friend_discounts"]);
    assert_eq!(
        [&euro["orders"], &euro["deals"], &euro["sales"], &euro["brought"], &euro["commissions"]].map(number),
        [3, 2, 110_000, 70_000, 7_000]
    );
    assert_eq!(number(&euro["cost"]), 7_000 + saved);
    assert_eq!((&euro["share_of_orders"], &euro["share_of_sales"]), (&json!("66.7"), &json!("63.6")));
    assert!(
        euro["sentence"].as_str().is_some_and(|said| said.starts_with("Introductions brought 2 deals, 66.7 % of all;")),
        "{euro:#}"
    );
    let best = &euro["best"][0];
    assert_eq!((&best["referrer_id"], &best["brought"], &best["commissions"]), (&json!(joe), &json!(60_000), &json!(6_000)));
    assert_eq!(report["months"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["months"][0]["currencies"][0]["brought"], 70_000);
    // What commissions cost is what the payout report says was earned and kept.
    let total = owner.get("/v1/reports/payouts").is(200)["totals"][0].clone();
    assert_eq!(number(&total["earned"]) - number(&total["reversed"]), number(&euro["commissions"]));
    owner.get("/v1/reports/program?from=2000-01-01&to=2026-01-01&by=month").faults("?by", "too_many");
    let printed: Value = serde_json::from_slice(&app.run(&["report", "program"]).stdout).expect("JSON");
    assert_eq!(printed["currencies"], report["currencies"]);
}

fn balances_as_at_any_day(app: &App) {
    let owner = app.sandbox();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    let day = |report: &Value| report["before"].as_str().expect("a time").chars().take(10).collect::<String>();
    let first = owner.get("/v1/reports/balances").is(200);
    advance(&owner, 31);
    let later = owner.get("/v1/reports/balances").is(200);
    let standing =
        |on_hold: i64, ready: i64| json!([{"currency": "EUR", "on_hold": on_hold, "ready": ready, "in_transit": 0, "paid": 0}]);
    assert_eq!((&first["data"], &later["data"]), (&standing(3_000, 0), &standing(0, 3_000)));
    let at = |path: &str, day: &str| owner.get(&format!("{path}?at={day}")).is(200)["data"].clone();
    for path in ["/v1/reports/balances".to_owned(), format!("/v1/referrers/{joe}/balance")] {
        assert_eq!(at(&path, &day(&first)), standing(3_000, 0), "a day counts to its end");
        assert_eq!(at(&path, &day(&later)), standing(0, 3_000));
        assert_eq!(at(&path, "2020-01-01"), json!([]));
        owner.get(&format!("{path}?at=soon")).faults("?at", "invalid_time");
    }
    let printed = app.run(&["report", "balances", "--sandbox", "--at", &day(&first)]);
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(printed["data"], standing(3_000, 0));
}

/// The lines of a PDF, as a reader that nobody here wrote finds them.
fn read_back(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).expect("a file");
    let ran = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&file).arg("-").output();
    let ran = ran.expect("pdftotext of poppler-utils: run ./test, which installs it");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("text").lines().map(str::to_owned).collect()
}

fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

fn on_paper_stand_the_same_numbers(app: &App) {
    let owner = sandbox(app);
    let named = |name: &str, code: &str| {
        let customer = json!({"email": format!("{code}@example.com"), "name": name});
        id_of(&owner.post("/v1/referrers", &json!({"customer": customer, "code": code})).is(201))
    };
    let (zoe, joe) = (named("Zoë Ångström", "ZOE"), named("Joe", "JOE"));
    for place in 0..6 {
        let code = ["ZOE", "JOE"][place % 2];
        let goods = 30_000 + 1_111 * i64::try_from(place).expect("a number");
        sell(&owner, &order(&format!("A-{place}"), goods, &format!("b{place}@example.com"), code));
    }
    refund(&owner, "A-1", 7_770);
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &zoe), "paid");
    refund(&owner, "A-0", 30_000);
    owner.post(&format!("/v1/payouts/{}/fee", id_of(payout_to(&batch, &zoe))), &json!({"amount": 35})).is(200);

    let report = owner.get("/v1/reports/payouts").is(200);
    let printed = owner.with("Accept", "application/pdf").get("/v1/reports/payouts");
    assert_eq!((printed.status, printed.header("content-type")), (200, Some("application/pdf")));
    let lines = read_back(&printed.bytes);
    let sums = [
        "opening",
        "earned",
        "reversed",
        "adjusted",
        "paid",
        "returned",
        "closing",
        "on_hold",
        "ready",
        "in_transit",
        "held",
        "fees",
    ];
    let rows = report["rows"].as_array().expect("rows").iter().map(|row| (row["name"].as_str().expect("a name"), row));
    for (name, row) in rows.chain([("Total", &report["totals"][0])]) {
        let wanted: Vec<String> = sums.iter().map(|sum| decimal(number(&row[*sum]))).collect();
        let says = |line: &&String| {
            let found: Vec<&str> = line.split_whitespace().collect();
            line.contains(name) && found.len() > wanted.len() && found[found.len() - wanted.len()..] == wanted[..]
        };
        assert!(lines.iter().any(|line| says(&line)), "{name} {wanted:?} is not in\n{}", lines.join("\n"));
    }

    let path = format!("/v1/referrers/{joe}/statements/{}", this_month(&owner, &joe));
    let statement = owner.get(&path).is(200);
    let printed = owner.get(&format!("{path}?format=pdf"));
    assert_eq!(printed.header("content-type"), Some("application/pdf"));
    let text = read_back(&printed.bytes).join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    for line in statement["currencies"][0]["lines"].as_array().expect("lines") {
        let (amount, owed) = (decimal(number(&line["amount"])), decimal(number(&line["owed"])));
        assert!(text.contains(&format!("{amount} {owed}")), "{line} is not in {text}");
    }
    assert!(text.contains("An order was returned: 7.77 EUR taken back"), "{text}");
}
