//! A table with a head, as PayPal, Wise and many banks offer: a column with our name of the payment, and
//! one with what became of it. Columns are known by their names, in whatever order they stand.

use rust_decimal::Decimal;

use super::ach::returned;
use super::{Fate, LINES_MAX, Line, Report, Unread, Verdict, shown};

/// Heads of the column with our name of a payment, the surest first.
const KEYS: [&str; 14] = [
    "payoutid",
    "senderitemid",
    "customerid",
    "uniqueid",
    "endtoendid",
    "originalendtoendid",
    "individualid",
    "identificationnumber",
    "receiverid",
    "paymentreference",
    "reference",
    "zahlungsreferenz",
    "verwendungszweck",
    "memo",
];

/// Heads of the column that says what became of it.
const STATUSES: [&str; 7] = ["status", "transactionstatus", "payoutstatus", "paymentstatus", "result", "zustand", "state"];

/// Heads of the column with a return code of the clearing house.
const CODES: [&str; 6] = ["returncode", "returnreasoncode", "returnreason", "reasoncode", "errorcode", "code"];

/// Heads of the column that says why.
const REASONS: [&str; 6] = ["reason", "error", "errormessage", "returnreasondescription", "description", "grund"];

/// Heads of the column with the amount.
const AMOUNTS: [&str; 5] = ["amount", "grossamount", "gross", "targetamount", "betrag"];

struct Columns {
    key: usize,
    status: Option<usize>,
    code: Option<usize>,
    reason: Option<usize>,
    amount: Option<usize>,
}

pub(super) fn read(text: &str) -> Result<Report, Unread> {
    let head = text.lines().next().unwrap_or_default();
    let count = |sign: char| head.chars().filter(|one| *one == sign).count();
    let separator = [(';', b';'), ('\t', b'\t')].into_iter().find(|(sign, _)| count(*sign) > count(','));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator.map_or(b',', |(_, byte)| byte)).flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| Unread::Broken(format!("cannot be read as a table: {error}"));
    let columns = columns(reader.headers().map_err(broken)?).ok_or(Unread::Unknown)?;
    let mut report = Report::default();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let cell =
            |place: Option<usize>| place.and_then(|place| record.get(place)).map(str::trim).filter(|text| !text.is_empty());
        let Some(key) = cell(Some(columns.key)) else { continue };
        if report.lines.len() >= LINES_MAX {
            return Err(Unread::TooMany);
        }
        let amount = cell(columns.amount).and_then(|text| text.parse::<Decimal>().ok()).map(|amount| amount.abs());
        let fate = fate(cell(columns.status), cell(columns.code), cell(columns.reason));
        report.lines.push(Line { number: report.lines.len() + 1, key: shown(key, 200), amount, fate });
    }
    Ok(report)
}

/// Where the columns are; none when there is nothing to know a payment by, or nothing said of it.
fn columns(head: &csv::StringRecord) -> Option<Columns> {
    let plain = |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let names: Vec<String> = head.iter().map(plain).collect();
    let find = |wanted: &[&str]| wanted.iter().find_map(|wanted| names.iter().position(|name| name == wanted));
    let found = Columns {
        key: find(&KEYS)?,
        status: find(&STATUSES),
        code: find(&CODES),
        reason: find(&REASONS),
        amount: find(&AMOUNTS),
    };
    (found.status.is_some() || found.code.is_some()).then_some(found)
}

fn fate(status: Option<&str>, code: Option<&str>, reason: Option<&str>) -> Fate {
    if let Some(code) = code.filter(|code| is_return(code)) {
        return returned(&code.to_ascii_uppercase());
    }
    let said = status.unwrap_or_default();
    if is_return(said) {
        return returned(&said.to_ascii_uppercase());
    }
    let plain: String = said.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let (verdict, words) = match plain.as_str() {
        "success" | "succeeded" | "completed" | "complete" | "paid" | "settled" | "outgoingpaymentsent" | "processed" => {
            (Verdict::Paid, "paid")
        }
        "failed" | "denied" | "blocked" | "rejected" | "canceled" | "cancelled" => (Verdict::Back, "not paid"),
        "returned" | "refunded" | "reversed" | "fundsrefunded" | "bouncedback" => (Verdict::Back, "came back"),
        "unclaimed" => (Verdict::InProgress, "waits for the recipient to claim it"),
        _ => (Verdict::InProgress, "not final yet"),
    };
    let words = reason.map_or_else(|| words.to_owned(), |reason| format!("{words}: {}", shown(reason, 300)));
    Fate { verdict, code: shown(code.unwrap_or(said), 40), words }
}

/// R and two digits.
fn is_return(code: &str) -> bool {
    code.len() == 3 && code.starts_with(['R', 'r']) && code.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(text: &str) -> Vec<(String, Verdict, String)> {
        let report = super::super::read(text.as_bytes()).expect("a report");
        report.lines.into_iter().map(|line| (line.key, line.fate.verdict, line.fate.words)).collect()
    }

    #[test]
    fn tables_of_payment_houses_are_read_by_the_names_of_their_columns() {
        let paypal = "Recipient,Amount,Currency,Customer ID,Status,Error\r\na@example.com,10.00,USD,aaaa0001,Completed,\r\n\
                      b@example.com,\"1\",USD,aaaa0002,Unclaimed,\r\nc@example.com,1,USD,aaaa0003,DENIED,No such account\r\n,,,,,\r\n";
        assert_eq!(
            fates(paypal),
            [
                ("aaaa0001".to_owned(), Verdict::Paid, "paid".to_owned()),
                ("aaaa0002".to_owned(), Verdict::InProgress, "waits for the recipient to claim it".to_owned()),
                ("aaaa0003".to_owned(), Verdict::Back, "not paid: No such account".to_owned()),
            ]
        );
        let ach = "Individual ID;Return Code\nDEF0123456789AB;r02\n";
        assert_eq!(fates(ach), [("DEF0123456789AB".to_owned(), Verdict::Back, "the account is closed".to_owned())]);
    }

    #[test]
    fn a_table_that_says_nothing_of_payments_is_none() {
        for bad in ["a,b\n1,2", "Customer ID,Amount\n1,2", "Status\npaid"] {
            assert_eq!(super::super::read(bad.as_bytes()), Err(Unread::Unknown), "{bad}");
        }
    }
}
