//! The payout report and statements on paper: the numbers of their JSON, with the currency's decimals.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;

use super::problem::ApiError;
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::operations::report_payouts::{PayoutReport, Total};
use crate::operations::show_statement::Statement;
use crate::print::{Column, Document, PrintError, Table};

/// More lines than anybody reads on paper; a table takes any number.
pub const LINES_MAX: usize = 5_000;

/// The payout report, drawn up `at`; that of a closed period at its end, so that it stays as it is to the byte.
///
/// # Errors
/// None in practice; see [`Document::render`].
pub fn payouts(report: &PayoutReport, at: Instant) -> Result<Vec<u8>, PrintError> {
    let end = report.closed_period.as_ref().and_then(|_| Instant::start_of_day(&report.to, &report.timezone).ok());
    let mut document = Document::new("Payout report", "en", end.unwrap_or(at)).landscape().heading("Payout report").pairs([
        ("From", report.from.clone()),
        ("To, not included", report.to.clone()),
        ("Time zone", report.timezone.clone()),
        ("Books", report.closed_period.as_ref().map_or_else(|| "open".to_owned(), |name| format!("{name} is closed"))),
    ]);
    document =
        document.text("Opening + earned - reversed + adjusted - paid + returned = closing = on hold + ready + in transit.");
    for total in &report.totals {
        document = document.heading(total.currency.code()).table(by_referrer(report, total)).table(by_rail(total));
    }
    document.render()
}

const SUMS: [&str; 12] = [
    "Opening",
    "Earned",
    "Reversed",
    "Adjusted",
    "Paid",
    "Returned",
    "Closing",
    "On hold",
    "Ready",
    "In transit",
    "Held",
    "Fees",
];

fn by_referrer(report: &PayoutReport, total: &Total) -> Table {
    let mut table = Table::new([Column::left("Referrer")].into_iter().chain(SUMS.map(Column::right)));
    for row in report.rows.iter().filter(|row| row.sums.currency == total.currency) {
        let who = row.name.clone().unwrap_or_else(|| row.referrer_id.to_string());
        table.row([who].into_iter().chain(sums(&row.sums)));
    }
    table.total(["Total".to_owned()].into_iter().chain(sums(total)));
    table
}

fn by_rail(total: &Total) -> Table {
    let mut table = Table::new([Column::left("Rail"), Column::right("Paid"), Column::right("Returned")]);
    for (rail, moved) in &total.rails {
        table.row([rail.name().to_owned(), decimal(moved.paid, total.currency), decimal(moved.returned, total.currency)]);
    }
    table
}

fn sums(total: &Total) -> Vec<String> {
    let figures = &total.figures;
    let mut shown: Vec<String> = figures.in_order().map(|amount| decimal(amount, total.currency)).into();
    shown.push(total.held.map_or_else(String::new, |held| decimal(held, total.currency)));
    shown.push(decimal(figures.fees, total.currency));
    shown
}

/// A referrer's statement.
///
/// # Errors
/// None in practice; see [`Document::render`].
pub fn statement(statement: &Statement, at: Instant) -> Result<Vec<u8>, PrintError> {
    let title = format!("Statement {} of {}", statement.period, statement.shop_name);
    let mut document = Document::new(&title, "en", at).heading(&title).pairs([
        ("For", statement.name.clone().unwrap_or_else(|| statement.referrer_id.to_string())),
        ("From", statement.from.clone()),
        ("To, not included", statement.to.clone()),
    ]);
    for one in &statement.currencies {
        let columns = [Column::left("Day"), Column::left("What happened"), Column::right("Amount"), Column::right("Owed")];
        let mut table = Table::new(columns);
        let edge =
            |day: &str, what: &str, owed: i64| [day.to_owned(), what.to_owned(), String::new(), decimal(owed, one.currency)];
        table.row(edge(&statement.from, "Owed when the period began", one.opening));
        for line in &one.lines {
            table.row([
                line.day.clone(),
                line.text.clone(),
                decimal(line.amount, one.currency),
                decimal(line.owed, one.currency),
            ]);
        }
        table.total(edge(&statement.to, "Owed when the period ended", one.closing));
        document = document.heading(one.currency.code()).table(table);
        if let Some(said) = &one.carried_over {
            document = document.text(said);
        }
    }
    if statement.currencies.is_empty() {
        document = document.text("Nothing was owed and nothing moved.");
    }
    document.render()
}

/// A finished PDF, to be saved as `name`.pdf.
///
/// # Errors
/// When it could not be printed.
pub fn answer(pdf: Result<Vec<u8>, PrintError>, name: &str) -> Result<HttpResponse, ApiError> {
    let pdf = pdf.map_err(|error| ApiError::internal(error.to_string()))?;
    let disposition = (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.pdf\""));
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header(disposition).body(pdf))
}

fn decimal(amount: i64, currency: Currency) -> String {
    Money { amount, currency }.to_string().split(' ').next().unwrap_or_default().to_owned()
}
