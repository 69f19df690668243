//! What each recipient was paid in a year, by the day of the payment and by rail, beside the sum from
//! which the tax office wants to know. Page by page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::erase_customer::kept_of;
use super::pages::{Cell, Format, Pages, header, json, json_rows, line};
use crate::db::check::Span;
use crate::db::{Conn, DbFault, DbResult, reports, terms};
use crate::domain::bookkeeping::{is_form_currency, reported_by_shop};
use crate::domain::commission::TransferKind;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::money::Currency;
use crate::domain::report::{ByRail, Period};
use crate::vault::Vault;

/// Referrers per page.
const PAGE: i64 = 2_000;

const COLUMNS: [&str; 11] =
    ["referrer_id", "name", "currency", "paid", "returned", "net", "reportable", "form", "threshold", "reached", "rails"];

/// The year in which the payments were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    number: i32,
    period: Period,
    timezone: String,
    /// US cents; none for a year whose threshold nobody has configured yet.
    threshold: Option<i64>,
}

/// One recipient in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// Who.
    pub referrer_id: ReferrerId,
    /// His name, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ISO 4217.
    pub currency: Currency,
    /// Arrived in the year.
    pub paid: i64,
    /// Came back in the year.
    pub returned: i64,
    /// The one less the other.
    pub net: i64,
    /// Of that, what the shop itself reports: processors report what they paid.
    pub reportable: i64,
    /// The form that wants it; US dollars only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Whether the threshold is reached; none when it is not known or there is no form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// By rail.
    pub rails: ByRail,
    /// What the books keep of somebody who was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted: Option<Restriction>,
}

/// What is told of somebody who was erased, for the tax office only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restriction {
    /// His postal address, as far as payouts went there.
    pub address: Vec<String>,
    /// The masked accounts that payouts went to.
    pub accounts: Vec<String>,
}

/// The totals on their way out.
pub struct YearPages {
    year: Year,
    format: Format,
    first: bool,
    at: At,
    /// Opens what is kept of people who were erased.
    vault: Option<Vault>,
}

enum At {
    Beginning,
    After(ReferrerId),
    End,
    Over,
}

/// Reads the year called `name`, such as `2026`, in the program's zone.
///
/// # Errors
/// What the database reports; inside, that it is no year.
pub fn year(conn: &mut Conn<'_>, name: &str) -> DbResult<Result<Year, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let rules = program.current().map(|version| version.terms.clone()).unwrap_or_default();
    let (Ok(number), Some(period), 4) = (name.parse::<i32>(), Period::named(name, &rules.timezone), name.len()) else {
        return Ok(Err(FieldError::new("?year", "invalid_year", "is not a year such as 2026")));
    };
    Ok(Ok(Year { number, period, threshold: rules.books.threshold(number), timezone: rules.timezone }))
}

impl YearPages {
    /// The totals of `year`, written as `format`.
    #[must_use]
    pub const fn new(year: Year, format: Format) -> Self {
        Self { year, format, first: true, at: At::Beginning, vault: None }
    }

    /// The same, which also names those who were erased and of whom the books must know.
    #[must_use]
    pub fn naming_the_erased(mut self, vault: Vault) -> Self {
        self.vault = Some(vault);
        self
    }

    fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Csv => header(out, &COLUMNS),
            Format::Json => {
                let head = serde_json::json!({
                    "year": self.year.number, "timezone": self.year.timezone, "threshold_usd": self.year.threshold,
                });
                json(out, &head);
                // The object goes on with its rows.
                out.truncate(out.len().saturating_sub(1));
                out.extend(br#","rows":["#);
            }
        }
    }

    fn record(&self, out: &mut Vec<u8>, row: &Recipient) {
        let id = row.referrer_id.to_string();
        let rails: Vec<String> =
            row.rails.iter().map(|(rail, sums)| format!("{}:{}:{}", rail.as_db(), sums.paid, sums.returned)).collect();
        let rails = rails.join(" ");
        let cells = [
            Cell::Text(&id),
            row.name.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Text(row.currency.code()),
            Cell::Number(row.paid),
            Cell::Number(row.returned),
            Cell::Number(row.net),
            Cell::Number(row.reportable),
            row.form.map_or(Cell::Empty, Cell::Text),
            row.form.and(self.year.threshold).map_or(Cell::Empty, Cell::Number),
            row.reached.map_or(Cell::Empty, |reached| Cell::Text(if reached { "yes" } else { "no" })),
            Cell::Text(&rails),
        ];
        line(out, &cells);
    }

    fn page(&self, conn: &mut Conn<'_>, after: Option<ReferrerId>) -> DbResult<(Vec<Recipient>, Option<ReferrerId>)> {
        let ids = reports::referrers_page(conn, after, PAGE)?;
        let Some(last) = ids.last().copied() else { return Ok((Vec::new(), None)) };
        let span = Span { above: after, upto: Some(last) };
        let mut rails: BTreeMap<(ReferrerId, Currency), ByRail> = BTreeMap::new();
        for moved in reports::by_rail(conn, span, self.year.period.from, self.year.period.to)? {
            let sums = rails.entry((moved.referrer_id, moved.currency)).or_default().entry(moved.rail).or_default();
            if moved.kind == TransferKind::Settle {
                sums.paid += moved.amount;
            } else {
                sums.returned += moved.amount;
            }
        }
        let paid: Vec<ReferrerId> = rails.keys().map(|(referrer, _)| *referrer).collect();
        let names: BTreeMap<ReferrerId, Option<String>> = reports::names(conn, &paid)?.into_iter().collect();
        let kept = self.vault.as_ref().map_or_else(|| Ok(BTreeMap::new()), |vault| kept_of(conn, vault, &paid))?;
        let shown = |((referrer, currency), rails): ((ReferrerId, Currency), ByRail)| {
            let name = names.get(&referrer).cloned().flatten();
            let row = self.recipient(referrer, name, currency, rails);
            match kept.get(&referrer) {
                Some(kept) => Recipient {
                    name: kept.name.clone(),
                    restricted: Some(Restriction { address: kept.address(), accounts: kept.accounts() }),
                    ..row
                },
                None => row,
            }
        };
        let full = i64::try_from(ids.len()).unwrap_or(0) == PAGE;
        Ok((rails.into_iter().map(shown).collect(), full.then_some(last)))
    }

    fn recipient(&self, referrer_id: ReferrerId, name: Option<String>, currency: Currency, rails: ByRail) -> Recipient {
        let paid = rails.values().map(|sums| sums.paid).sum();
        let returned = rails.values().map(|sums| sums.returned).sum();
        let own = rails.iter().filter(|(rail, _)| reported_by_shop(**rail));
        let reportable: i64 = own.map(|(_, sums)| sums.paid - sums.returned).sum();
        let form = is_form_currency(currency).then_some("1099-NEC");
        let reached = form.and(self.year.threshold).map(|threshold| reportable >= threshold);
        let net = paid - returned;
        Recipient { referrer_id, name, currency, paid, returned, net, reportable, form, reached, rails, restricted: None }
    }
}

impl Pages for YearPages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let after = match self.at {
            At::Beginning => {
                self.begin(&mut out);
                None
            }
            At::After(referrer) => Some(referrer),
            At::End => {
                if self.format == Format::Json {
                    out.extend(b"]}");
                }
                self.at = At::Over;
                return Ok(Some(out));
            }
            At::Over => return Ok(None),
        };
        let (rows, last) = self.page(conn, after)?;
        match self.format {
            Format::Json => json_rows(&mut out, &mut self.first, &rows),
            Format::Csv => rows.iter().for_each(|row| self.record(&mut out, row)),
        }
        self.at = last.map_or(At::End, At::After);
        Ok(Some(out))
    }
}
