//! Reports at the desk show the numbers that the API tells, and closing is asked about first.

use serde_json::Value;

use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::books::{payout_to, settle};
use crate::shop::{approved_batch, enrol, order, rules, sell};

stories! {
    the_pages_sum_is_the_reports,
    every_file_can_be_taken_away,
    books_are_closed_after_a_question_and_once,
    an_unknown_period_is_refused_in_words,
}

fn euro(cents: &Value) -> String {
    let cents = cents.as_i64().expect("cents");
    let minus = if cents < 0 { "-" } else { "" };
    format!("{minus}€{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// A shop that owes, has paid and has taken back.
fn busy(app: &App) -> Visit {
    let (owner, visit) = (app.owner(), Visit::owner(app));
    rules(&owner, &serde_json::json!({"hold_days": 0, "payout_minimum": {"EUR": 1}}));
    let anna = enrol(&owner, "anna@example.com", "ANNA");
    enrol(&owner, "ben@example.com", "BEN");
    sell(&owner, &order("O-1", 50_000, "c@example.com", "ANNA"));
    let batch = approved_batch(&owner);
    settle(&owner, payout_to(&batch, &anna), "paid");
    owner.post("/v1/refunds", &serde_json::json!({"order_id": "O-1", "refund_id": "R-1", "amount": 10_000})).is(201);
    sell(&owner, &order("O-2", 30_000, "d@example.com", "BEN"));
    visit
}

fn the_pages_sum_is_the_reports(app: &App) {
    let mut visit = busy(app);
    let report = app.owner().get("/v1/reports/payouts").is(200);
    let page = visit.page("/desk/reports");
    let said = words(&page);
    let total = &report["totals"][0];
    for (label, field) in [
        ("Owed at the beginning", "opening"),
        ("+ Earned", "earned"),
        ("− Taken back", "reversed"),
        ("± Adjusted", "adjusted"),
        ("− Paid", "paid"),
        ("+ Came back", "returned"),
        ("= Owed at the end", "closing"),
    ] {
        let line = format!("{label} {}", euro(&total[field]));
        assert!(said.contains(&line), "no {line:?}: {said}");
    }
    assert_eq!((&total["paid"], &total["reversed"]), (&5_000.into(), &1_000.into()), "{total:#}");
    assert!(said.contains("The sum closes") && said.contains("By hand €50.00 €0.00"), "{said}");
    for row in report["rows"].as_array().expect("rows") {
        let id = row["referrer_id"].as_str().expect("an id");
        let (_, rest) = page.split_once(&format!("/desk/referrers/{id}\"")).unwrap_or_else(|| panic!("no {id}: {page}"));
        let line = words(rest.split("</tr>").next().expect("a row").split_once('>').expect("a tag").1);
        let figures = ["opening", "earned", "reversed", "adjusted", "paid", "returned", "closing"].map(|field| euro(&row[field]));
        assert!(line.ends_with(&figures.join(" ")), "{line:?} {figures:?}");
    }
    let program = app.owner().get("/v1/reports/program").is(200);
    let worth = &program["currencies"][0];
    let line = format!("EUR {} {} {} {}", worth["orders"], worth["deals"], euro(&worth["brought"]), euro(&worth["cost"]));
    assert!(said.contains(&line), "no {line:?}: {said}");
    assert!(said.contains("Refunds outran earnings") && said.contains("-€10.00"), "the money check's lines: {said}");
}

fn every_file_can_be_taken_away(app: &App) {
    let mut visit = busy(app);
    let page = visit.page("/desk/reports");
    let files: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .filter(|path| path.contains("/reports/files/"))
        .map(|path| path.replace("&amp;", "&").replace("&#38;", "&"))
        .collect();
    assert_eq!(files.len(), 9, "{files:?}");
    for file in &files {
        let answer = visit.get(file);
        assert_eq!(answer.status, 200, "{file}: {}", answer.text);
        let media = answer.header("content-type").expect("a type").split(';').next().expect("a type").to_owned();
        let wanted = match file {
            file if file.contains("pdf") => "application/pdf",
            file if file.contains("csv") || file.contains("journal") => "text/csv",
            _ => "application/json",
        };
        assert_eq!(media, wanted, "{file}");
        if media == "application/pdf" {
            assert!(answer.bytes.starts_with(b"%PDF-"), "{file}");
        }
    }
    let owner = app.owner();
    let period = files[0].split("period=").nth(1).and_then(|rest| rest.split('&').next()).expect("a period");
    let told = owner.get(&format!("/v1/reports/payouts?period={period}&format=json")).is(200);
    let here = visit.get(&format!("/desk/reports/files/payouts?period={period}&format=json")).json();
    assert_eq!(here, told, "the same report by either door");
    let stranger = Visit::new(app).get(&files[0]);
    assert!(!stranger.bytes.starts_with(b"%PDF-"), "nobody takes it away without signing in");
}

fn books_are_closed_after_a_question_and_once(app: &App) {
    let mut visit = busy(app);
    let page = visit.page("/desk/reports?period=2024-01");
    assert!(page.contains("/desk/reports/close/2024-01"), "{page}");
    let asked = words(&visit.page("/desk/reports/close/2024-01"));
    assert!(asked.contains("Closing cannot be undone."), "{asked}");
    let owner = app.owner();
    assert_eq!(owner.get("/v1/periods").is(200)["data"].as_array().map(Vec::len), Some(0), "asking closes nothing");
    for _ in 0..2 {
        let done = visit.submit("/desk/reports/close/2024-01", &[]);
        let said = words(&done.text);
        assert!(done.status == 200 && said.contains("The books are closed.") && said.contains("SHA-256"), "{said}");
    }
    let closed = owner.get("/v1/periods/2024-01").is(200);
    let page = visit.page("/desk/reports?period=2024-01");
    assert!(page.contains(closed["report_sha256"].as_str().expect("a hash")), "{page}");
    assert!(!page.contains("/desk/reports/close/"), "once is enough: {page}");
    let running = visit.page("/desk/reports");
    assert!(!running.contains("/desk/reports/close/"), "a month that runs cannot be closed: {running}");
    assert_eq!(visit.submit("/desk/reports/close/2099-01", &[]).status, 409);
}

fn an_unknown_period_is_refused_in_words(app: &App) {
    let mut visit = Visit::owner(app);
    for period in ["2024-13", "soon", "20240"] {
        let answer = visit.get(&format!("/desk/reports?period={period}"));
        assert_eq!(answer.status, 422, "{period}: {}", answer.text);
        assert!(answer.text.contains("<h1>"), "{period}");
    }
    assert_eq!(visit.get("/desk/reports/close/soon").status, 404);
    assert_eq!(visit.get("/desk/reports?period=2023").status, 200);
}
