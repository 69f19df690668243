//! The payout report: what each referrer earned, lost, was paid and is owed, per currency and in total.
//!
//! The report of a closed period is drawn from postings alone, which nobody can change or add to: it
//! names referrers by id (people may change their names or be erased) and leaves out what is only true
//! today, so it is the same to the byte for ever.

mod written;

use std::collections::BTreeMap;

use serde::Serialize;

pub use written::PayoutPages;

use crate::db::check::Span;
use crate::db::{Conn, DbFault, DbResult, periods, reports, terms};
use crate::domain::commission::TransferKind;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::{ByRail, Figures, Period};

/// Referrers per page: a few megabytes at most.
const PAGE: i64 = 2_000;

/// Which period is wanted: by name, or from and to ([`Period::parse`]).
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `2026-12` or `2026`.
    pub period: Option<String>,
    /// The first day or instant in it.
    pub from: Option<String>,
    /// The first after it.
    pub to: Option<String>,
}

/// What the report is about, once it is clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The span of time.
    pub period: Period,
    /// The zone in which days are cut.
    pub timezone: String,
    /// The closed period that this is, if it is one.
    pub closed: Option<String>,
}

/// The whole report, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayoutReport {
    /// The first day, or instant, in the period.
    pub from: String,
    /// The first after it.
    pub to: String,
    /// The zone in which days are cut.
    pub timezone: String,
    /// The closed period that this is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_period: Option<String>,
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
    /// His name, if known and the period is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// His newest active code, if the period is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub sums: Total,
    /// When he was last paid in the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Instant>,
    /// The reference of the one payout of the period, if the period is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Sums in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// ISO 4217.
    pub currency: Currency,
    /// How much.
    #[serde(flatten)]
    pub figures: Figures,
    /// Waiting for the owner's decision today, beside the identity; none for a closed period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<i64>,
    /// What was paid and came back by rail.
    pub rails: ByRail,
}

impl Total {
    fn empty(currency: Currency, closed: bool) -> Self {
        Self { currency, figures: Figures::default(), held: (!closed).then_some(0), rails: ByRail::new() }
    }

    fn add(&mut self, other: &Self) {
        self.figures.add(&other.figures);
        self.held = self.held.zip(other.held).map(|(held, more)| held + more);
        for (rail, sums) in &other.rails {
            let line = self.rails.entry(*rail).or_default();
            line.paid += sums.paid;
            line.returned += sums.returned;
        }
    }
}

/// Finds out what the report is about.
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn sheet(conn: &mut Conn<'_>, now: Instant, asked: &Asked) -> DbResult<Result<Sheet, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or_else(|| "UTC".to_owned(), |version| version.terms.timezone.clone());
    let wrong = |code, message| Ok(Err(FieldError::new("?period", code, message)));
    let period = match (&asked.period, &asked.from, &asked.to) {
        (Some(name), None, None) => {
            if let Some((row, _)) = periods::find(conn, name)? {
                return Ok(Ok(closed(&row)));
            }
            match Period::named(name, &timezone) {
                Some(period) => period,
                None => return wrong("invalid_period", "is neither a month such as 2026-12 nor a year such as 2026"),
            }
        }
        (Some(_), ..) => return wrong("ambiguous", "says it all; leave out from and to, or period"),
        (None, from, to) => match Period::parse(from.as_deref(), to.as_deref(), &timezone, now) {
            Ok(period) => period,
            Err(fault) => return Ok(Err(fault)),
        },
    };
    let known = periods::of_span(conn, period.from, period.to)?;
    Ok(Ok(known.map_or_else(|| Sheet { period, timezone, closed: None }, |row| closed(&row))))
}

/// What the report of a closed period is about: its own words, whatever the program's zone is today.
#[must_use]
pub fn closed(row: &periods::PeriodRow) -> Sheet {
    let (from_text, to_text) = (row.starts_at.day_in(&row.timezone), row.ends_at.day_in(&row.timezone));
    Sheet {
        period: Period { from: row.starts_at, to: row.ends_at, from_text, to_text },
        timezone: row.timezone.clone(),
        closed: Some(row.name.clone()),
    }
}

/// The whole report of the period that is `asked` for, in memory.
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn report_payouts(conn: &mut Conn<'_>, now: Instant, asked: &Asked) -> DbResult<Result<PayoutReport, FieldError>> {
    let sheet = match sheet(conn, now, asked)? {
        Ok(sheet) => sheet,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(collect(conn, sheet, usize::MAX)?.ok_or_else(|| FieldError::new("?period", "too_long", "has too many lines")))
}

/// As [`report_payouts`], unless it has more than `most` rows.
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn report_within(
    conn: &mut Conn<'_>,
    now: Instant,
    asked: &Asked,
    most: usize,
) -> DbResult<Result<Option<PayoutReport>, FieldError>> {
    match sheet(conn, now, asked)? {
        Ok(sheet) => collect(conn, sheet, most).map(Ok),
        Err(fault) => Ok(Err(fault)),
    }
}

fn collect(conn: &mut Conn<'_>, sheet: Sheet, most: usize) -> DbResult<Option<PayoutReport>> {
    let (mut rows, mut totals, mut after) = (Vec::new(), BTreeMap::new(), None);
    loop {
        let (page, last) = page(conn, &sheet, after)?;
        add_up(&mut totals, &page);
        rows.extend(page);
        if rows.len() > most {
            return Ok(None);
        }
        if last.is_none() {
            break;
        }
        after = last;
    }
    Ok(Some(PayoutReport {
        from: sheet.period.from_text,
        to: sheet.period.to_text,
        timezone: sheet.timezone,
        closed_period: sheet.closed,
        rows,
        totals: totals.into_values().collect(),
    }))
}

/// The rows of the next referrers after `after`, and the last of them if there may be more.
fn page(conn: &mut Conn<'_>, sheet: &Sheet, after: Option<ReferrerId>) -> DbResult<(Vec<Row>, Option<ReferrerId>)> {
    let ids = reports::referrers_page(conn, after, PAGE)?;
    let Some(last) = ids.last().copied() else { return Ok((Vec::new(), None)) };
    let span = Span { above: after, upto: Some(last) };
    let closed = sheet.closed.is_some();
    let mut lines: BTreeMap<(ReferrerId, Currency), Row> = BTreeMap::new();
    for (referrer, currency, before, within) in reports::moved_around(conn, span, sheet.period.from, sheet.period.to)? {
        let figures = &mut line(&mut lines, referrer, currency, closed).sums.figures;
        figures.before(&before);
        figures.within(&within);
    }
    for moved in reports::by_rail(conn, span, sheet.period.from, sheet.period.to)? {
        let row = line(&mut lines, moved.referrer_id, moved.currency, closed);
        let sums = row.sums.rails.entry(moved.rail).or_default();
        if moved.kind == TransferKind::Settle {
            sums.paid += moved.amount;
            row.paid_at = row.paid_at.max(moved.last_at);
            // Of several payouts no single reference tells anything.
            row.reference = moved.reference.filter(|_| moved.count == 1 && row.reference.is_none());
        } else {
            sums.returned += moved.amount;
        }
    }
    if !closed {
        for (referrer, currency, amount, ..) in reports::held(conn, span)? {
            line(&mut lines, referrer, currency, closed).sums.held = Some(amount);
        }
    }
    // Whoever had nothing, moved nothing and has nothing says nothing.
    lines.retain(|_, row| row.sums.figures != Figures::default() || row.sums.held.unwrap_or(0) != 0);
    let mut rows: Vec<Row> = lines.into_values().collect();
    if closed {
        rows.iter_mut().for_each(|row| row.reference = None);
    } else {
        name(conn, &mut rows)?;
    }
    let full = i64::try_from(ids.len()).unwrap_or(0) == PAGE;
    Ok((rows, full.then_some(last)))
}

fn line(
    lines: &mut BTreeMap<(ReferrerId, Currency), Row>,
    referrer_id: ReferrerId,
    currency: Currency,
    closed: bool,
) -> &mut Row {
    lines.entry((referrer_id, currency)).or_insert_with(|| Row {
        referrer_id,
        name: None,
        code: None,
        sums: Total::empty(currency, closed),
        paid_at: None,
        reference: None,
    })
}

fn name(conn: &mut Conn<'_>, rows: &mut [Row]) -> DbResult<()> {
    let mut ids: Vec<ReferrerId> = rows.iter().map(|row| row.referrer_id).collect();
    ids.dedup();
    let names: BTreeMap<ReferrerId, Option<String>> = reports::names(conn, &ids)?.into_iter().collect();
    let codes: BTreeMap<ReferrerId, String> = reports::first_codes(conn, &ids)?.into_iter().rev().collect();
    for row in rows {
        row.name = names.get(&row.referrer_id).cloned().flatten();
        row.code = codes.get(&row.referrer_id).cloned();
    }
    Ok(())
}

fn add_up(totals: &mut BTreeMap<Currency, Total>, rows: &[Row]) {
    for row in rows {
        let closed = row.sums.held.is_none();
        totals.entry(row.sums.currency).or_insert_with(|| Total::empty(row.sums.currency, closed)).add(&row.sums);
    }
}
