//! The payout report: what each referrer earned, lost, was paid and is owed, per currency and in total.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::db::{Conn, DbFault, DbResult, reports, terms};
use crate::domain::cell::safe_cell;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::{Figures, Period};

/// The report, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayoutReport {
    /// The first day, or instant, in the period.
    pub from: String,
    /// The first after it.
    pub to: String,
    /// The zone in which days are cut.
    pub timezone: String,
    /// By referrer and currency.
    pub rows: Vec<Row>,
    /// By currency.
    pub totals: Vec<Total>,
}

/// One referrer in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Who.
    pub referrer_id: ReferrerId,
    /// His name, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ISO 4217.
    pub currency: Currency,
    /// How much.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Everybody in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// ISO 4217.
    pub currency: Currency,
    /// How much.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Reads the report of the period from `from` to `to` ([`Period::parse`]) in the program's zone.
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn report_payouts(
    conn: &mut Conn<'_>,
    now: Instant,
    from: Option<&str>,
    to: Option<&str>,
) -> DbResult<Result<PayoutReport, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or("UTC", |version| &version.terms.timezone);
    match Period::parse(from, to, timezone, now) {
        Ok(period) => add_up(conn, &period, timezone).map(Ok),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Adds the report up from the postings.
fn add_up(conn: &mut Conn<'_>, period: &Period, timezone: &str) -> DbResult<PayoutReport> {
    let mut lines: BTreeMap<(ReferrerId, Currency), Figures> = BTreeMap::new();
    for (referrer, currency, moved) in reports::moved(conn, None, period.from)? {
        lines.entry((referrer, currency)).or_default().before(&moved);
    }
    for (referrer, currency, moved) in reports::moved(conn, Some(period.from), period.to)? {
        lines.entry((referrer, currency)).or_default().within(&moved);
    }
    for (referrer, currency, amount) in reports::held(conn)? {
        lines.entry((referrer, currency)).or_default().held = amount;
    }
    // Whoever had nothing, moved nothing and has nothing says nothing.
    lines.retain(|_, figures| *figures != Figures::default());
    let ids: Vec<ReferrerId> = lines.keys().map(|(referrer, _)| *referrer).collect();
    let mut names: HashMap<ReferrerId, Option<String>> = reports::names(conn, &ids)?.into_iter().collect();
    let mut totals: BTreeMap<Currency, Figures> = BTreeMap::new();
    let mut rows = Vec::with_capacity(lines.len());
    for ((referrer_id, currency), figures) in lines {
        totals.entry(currency).or_default().add(&figures);
        rows.push(Row { referrer_id, name: names.get_mut(&referrer_id).and_then(|name| name.clone()), currency, figures });
    }
    Ok(PayoutReport {
        from: period.from_text.clone(),
        to: period.to_text.clone(),
        timezone: timezone.to_owned(),
        rows,
        totals: totals.into_iter().map(|(currency, figures)| Total { currency, figures }).collect(),
    })
}

impl PayoutReport {
    /// The report as CSV (RFC 4180, CRLF): the same numbers in minor units, then one `total` row per
    /// currency. Text that a spreadsheet would run as a formula gets a leading apostrophe.
    ///
    /// # Errors
    /// None in practice: it is written to memory.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .quote_style(csv::QuoteStyle::NonNumeric)
            .from_writer(Vec::new());
        writer.write_record(HEADER)?;
        for row in &self.rows {
            let name = safe_cell(row.name.as_deref().unwrap_or_default());
            writer.write_record(record(&row.referrer_id.to_string(), &name, row.currency, &row.figures))?;
        }
        for total in &self.totals {
            writer.write_record(record("total", "", total.currency, &total.figures))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    }
}

const HEADER: [&str; 14] = [
    "referrer_id",
    "name",
    "currency",
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
];

fn record(id: &str, name: &str, currency: Currency, figures: &Figures) -> [String; 14] {
    [
        id.to_owned(),
        name.to_owned(),
        currency.code().to_owned(),
        figures.opening.to_string(),
        figures.earned.to_string(),
        figures.reversed.to_string(),
        figures.adjusted.to_string(),
        figures.paid.to_string(),
        figures.returned.to_string(),
        figures.closing.to_string(),
        figures.on_hold.to_string(),
        figures.ready.to_string(),
        figures.in_transit.to_string(),
        figures.held.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str) -> PayoutReport {
        let figures = Figures { opening: -5, earned: 1_000, closing: 995, ..Figures::default() };
        let currency = Currency::EUR;
        PayoutReport {
            from: "2026-11-01".to_owned(),
            to: "2026-12-01".to_owned(),
            timezone: "UTC".to_owned(),
            rows: vec![Row {
                referrer_id: ReferrerId::new(Instant::from_micros(0)),
                name: Some(name.to_owned()),
                currency,
                figures,
            }],
            totals: vec![Total { currency, figures }],
        }
    }

    #[test]
    fn no_name_becomes_a_formula_and_every_number_stays_one() {
        for name in [
            "=1+1",
            "+49 30",
            "-2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "\0x",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "A \"B\", C",
            "Zoë\r\n=1",
            "",
        ] {
            let text = report(name).csv().expect("csv");
            let mut reader = csv::Reader::from_reader(text.as_slice());
            let records: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a record")).collect();
            assert_eq!(records.len(), 2);
            assert_eq!(&records[0][1], safe_cell(name));
            assert!(!records[0][1].starts_with(['=', '+', '-', '@', '＝']), "{name:?}");
            assert_eq!((&records[0][3], &records[0][9]), ("-5", "995"));
            assert_eq!((&records[1][0], &records[1][4]), ("total", "1000"));
            assert!(String::from_utf8(text).expect("utf-8").contains(",-5,1000,0,"));
        }
    }
}
