//! The amounts of an order's rows: lines, returns, and what stands once per order.

use rust_decimal::Decimal;

use super::amount::{minor, number};
use super::columns::Column;
use super::order::{Judge, Row};
use crate::domain::field::short_text;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{Line, SaleContent};

/// What the rows come to, in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figures {
    /// ISO 4217.
    pub(super) currency: Currency,
    lines: Vec<Line>,
    /// Taken off: the order's own discount, and lines with a price below zero.
    discount: Option<i64>,
    subtotal: Option<i64>,
    tax: Option<i64>,
    shipping: Option<i64>,
    total: Option<i64>,
    /// What went back so far in all.
    pub(super) refunded: Option<i64>,
    /// What the negative rows give back.
    pub(super) returned: Option<i64>,
}

/// One row as a line: its goods, below zero for what came back.
struct Part {
    row: u32,
    goods: i64,
    discount: i64,
    quantity: i64,
    /// Whether the quantity, not the price, is below zero.
    back: bool,
    sku: Option<String>,
    category: Option<String>,
}

impl Figures {
    /// Whether nothing was sold and nothing given back, only counted down.
    pub(super) fn is_nothing(&self) -> bool {
        self.lines.is_empty() && self.returned == Some(0) && self.total.unwrap_or(0) == 0 && self.subtotal.is_none()
    }

    /// What went back, when nothing was sold.
    pub(super) fn only_returns(&self) -> Option<i64> {
        let sold = !self.lines.is_empty() || self.total.is_some_and(|total| total > 0) || self.subtotal.is_some();
        let negative = self.total.filter(|total| *total < 0).map(i64::saturating_neg);
        if sold { None } else { negative.or(self.returned) }
    }

    /// The content of a report.
    pub(super) fn content(self, occurred: Instant, codes: Vec<String>) -> SaleContent {
        let tax_included = self.tax_is_included();
        SaleContent {
            occurred_at: Some(occurred),
            currency: self.currency,
            // Shops write subtotals after discounts as often as before: the lines are surer.
            subtotal: if self.lines.is_empty() { self.subtotal } else { None },
            lines: self.lines,
            discount: self.discount.filter(|amount| *amount != 0),
            tax: self.tax,
            tax_included,
            shipping: self.shipping,
            // A row that returns part of an order leaves a total that is no longer that of the order.
            total: if self.returned.is_some() { None } else { self.total },
            codes,
            reference: None,
        }
    }

    /// Whether the prices include the tax: only then does the total come out without adding it.
    fn tax_is_included(&self) -> bool {
        let Some(tax) = self.tax.filter(|tax| *tax > 0) else { return false };
        let lines: i64 = self.lines.iter().map(|line| line.quantity.saturating_mul(line.unit_price) - line.discount).sum();
        let goods = if self.lines.is_empty() { self.subtotal.unwrap_or(0) } else { lines };
        let without = goods.saturating_sub(self.discount.unwrap_or(0)).saturating_add(self.shipping.unwrap_or(0));
        goods > 0 && self.total.is_some_and(|total| total == without && total != without.saturating_add(tax))
    }
}

/// Reads the amounts of the rows; `None` after a fault.
pub(super) fn figures(judge: &mut Judge<'_>, rows: &[Row]) -> Option<Figures> {
    let currency = currency(judge, rows)?;
    let mapping = &judge.reading.mapping;
    let by_line = mapping.has(Column::UnitPrice) || mapping.has(Column::LineTotal);
    // Without a price per line, the amount of each of several rows is that row's own.
    let line_amount = if by_line || rows.len() < 2 { None } else { Some(Column::Total) };
    let parts: Vec<Option<Part>> = if by_line || line_amount.is_some() {
        rows.iter().map(|row| part(judge, row, currency, line_amount)).collect()
    } else {
        Vec::new()
    };
    let mut once = |column: Column| once(judge, rows, column, currency);
    let total = if line_amount.is_some() { None } else { once(Column::Total) };
    let (subtotal, shipping, refunded) = (once(Column::Subtotal), once(Column::Shipping), once(Column::Refunded));
    let (discount, tax) = (once(Column::Discount).map(i64::abs), once(Column::Tax));
    if !judge.faults.is_empty() {
        return None;
    }
    let mut figures = Figures {
        currency,
        lines: Vec::new(),
        discount,
        subtotal,
        tax: tax.filter(|tax| *tax >= 0),
        shipping: shipping.filter(|shipping| *shipping >= 0),
        total: total.or_else(|| subtotal.filter(|amount| *amount < 0)),
        refunded: refunded.map(i64::abs).filter(|amount| *amount > 0),
        returned: None,
    };
    figures.subtotal = figures.subtotal.filter(|amount| *amount >= 0);
    figures.take_in(parts.into_iter().flatten());
    if figures.lines.is_empty() && figures.returned.is_none() && figures.total.is_none() && figures.subtotal.is_none() {
        let row = rows.first()?.number;
        let column =
            [Column::UnitPrice, Column::LineTotal, Column::Total].into_iter().find(|column| judge.reading.mapping.has(*column));
        judge.fault(row, column.unwrap_or(Column::Subtotal), "missing", "is empty; every order needs an amount");
        return None;
    }
    Some(figures)
}

impl Figures {
    fn take_in(&mut self, parts: impl Iterator<Item = Part>) {
        let mut below = 0_i64;
        for part in parts {
            if part.back || (part.goods < 0 && part.quantity == 1 && part.sku.is_none()) {
                self.returned = Some(self.returned.unwrap_or(0).saturating_add(part.goods.saturating_abs()));
            } else if part.goods < 0 {
                below = below.saturating_add(part.goods.saturating_abs());
            } else {
                self.lines.push(part.line());
            }
        }
        if below == 0 {
            return;
        }
        if self.lines.is_empty() {
            self.returned = Some(self.returned.unwrap_or(0).saturating_add(below));
        } else {
            // A line with a price below zero is how tills write a discount.
            self.discount = Some(self.discount.unwrap_or(0).saturating_add(below));
        }
    }
}

impl Part {
    /// The line whose goods are exact, be the price of one no whole number of cents.
    fn line(self) -> Line {
        let quantity = self.quantity.max(1);
        let each = self.goods.div_euclid(quantity);
        let unit_price = if each * quantity == self.goods { each } else { each + 1 };
        let rounding = unit_price.saturating_mul(quantity) - self.goods;
        let (quantity, unit_price, rounding) =
            if self.quantity == 0 { (0, self.goods, 0) } else { (quantity, unit_price, rounding) };
        Line {
            sku: self.sku.unwrap_or_else(|| format!("row {}", self.row)),
            category: self.category,
            quantity,
            unit_price,
            discount: rounding + if quantity == 0 { 0 } else { self.discount },
            commissionable: true,
        }
    }
}

fn part(judge: &mut Judge<'_>, row: &Row, currency: Currency, amount: Option<Column>) -> Option<Part> {
    let quantity = decimal(judge, row, Column::Quantity).unwrap_or(Decimal::ONE);
    let price = decimal(judge, row, Column::UnitPrice);
    let whole = decimal(judge, row, Column::LineTotal).or_else(|| amount.and_then(|column| decimal(judge, row, column)));
    let discount = decimal(judge, row, Column::LineDiscount).unwrap_or_default().abs();
    let negative = quantity.is_sign_negative() && !quantity.is_zero();
    let value = match (price, whole) {
        (Some(price), _) => price.checked_mul(quantity)?,
        // A line total of goods that came back may be written with or without its sign.
        (None, Some(whole)) if negative => -whole.abs(),
        (None, Some(whole)) => whole,
        (None, None) => return None,
    };
    let column =
        [Column::UnitPrice, Column::LineTotal, Column::Total].into_iter().find(|column| judge.reading.mapping.has(*column));
    let column = column.unwrap_or(Column::Total);
    let mut cents = |value: Decimal| match minor(value, currency) {
        Ok(amount) => Some(amount),
        Err(fault) => {
            judge.fault(row.number, column, "too_large", fault);
            None
        }
    };
    let (goods, discount) = (cents(value)?, cents(discount)?);
    let pieces = if quantity.fract().is_zero() { i64::try_from(quantity.abs()).ok() } else { Some(1) };
    let Some(pieces) = pieces.filter(|pieces| *pieces <= 1_000_000) else {
        judge.fault(row.number, Column::Quantity, "out_of_range", "must be between -1000000 and 1000000");
        return None;
    };
    let (sku, category) = (article(judge, row), category(judge, row));
    Some(Part { row: row.number, goods, discount, quantity: pieces, back: negative, sku, category })
}

/// The article number, else the article's name.
fn article(judge: &mut Judge<'_>, row: &Row) -> Option<String> {
    let reading = judge.reading;
    let found = [Column::Sku, Column::Product].into_iter().find_map(|column| Some((column, reading.cell(row, column)?)));
    let (column, text) = found?;
    if let Err(fault) = short_text("", text) {
        judge.fault(row.number, column, &fault.code, fault.message);
    }
    Some(text.to_owned())
}

fn category(judge: &mut Judge<'_>, row: &Row) -> Option<String> {
    let text = judge.reading.cell(row, Column::Category)?;
    if let Err(fault) = short_text("", text) {
        judge.fault(row.number, Column::Category, &fault.code, fault.message);
    }
    Some(text.to_owned())
}

fn decimal(judge: &mut Judge<'_>, row: &Row, column: Column) -> Option<Decimal> {
    let text = judge.reading.cell(row, column)?;
    match number(text, judge.reading.decimal) {
        Ok(value) => Some(value),
        Err(fault) => {
            judge.fault(row.number, column, "invalid_number", fault);
            None
        }
    }
}

/// An amount that stands once per order: on one row, or the same on each; else each row has its part.
fn once(judge: &mut Judge<'_>, rows: &[Row], column: Column, currency: Currency) -> Option<i64> {
    let mut amounts: Vec<i64> = Vec::new();
    for row in rows {
        let Some(value) = decimal(judge, row, column) else { continue };
        match minor(value, currency) {
            Ok(amount) => amounts.push(amount),
            Err(fault) => judge.fault(row.number, column, "too_large", fault),
        }
    }
    let first = *amounts.first()?;
    if amounts.iter().all(|amount| *amount == first) {
        return Some(first);
    }
    Some(amounts.into_iter().fold(0, i64::saturating_add))
}

fn currency(judge: &mut Judge<'_>, rows: &[Row]) -> Option<Currency> {
    let reading = judge.reading;
    let mut found: Option<Currency> = None;
    for row in rows {
        let Some(text) = reading.cell(row, Column::Currency) else { continue };
        let code = match text.trim() {
            "€" => "EUR".to_owned(),
            "£" => "GBP".to_owned(),
            other => other.to_ascii_uppercase(),
        };
        match Currency::parse(&code) {
            Ok(currency) if found.is_none_or(|known| known == currency) => found = Some(currency),
            Ok(_) => {
                let said = "is another currency than that of the order's other rows";
                judge.fault(row.number, Column::Currency, "differs", said);
            }
            Err(fault) => judge.fault(row.number, Column::Currency, "invalid_currency", fault),
        }
    }
    judge.faults.is_empty().then(|| found.unwrap_or(reading.currency))
}
