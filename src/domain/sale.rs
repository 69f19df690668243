//! An order as the storefront reports it, and the base that earns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::customer::{CustomerFacts, CustomerKey, Metadata};
use super::field::FieldError;
use super::instant::Instant;
use super::money::{AMOUNT_MAX, Currency, spread};
use super::signal::Signal;

/// The most lines of one report over the API.
pub const LINES_MAX: usize = 200;

/// The most lines an order may have: invoices of wholesalers, as files bring them, pass a report's limit.
pub const LINES_STORED_MAX: usize = 2_000;

/// What names an order: the storefront and its own order number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// The storefront.
    pub source: String,
    /// The storefront's order number.
    pub order_id: String,
}

/// Where an order stands; it only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaleStatus {
    /// Ordered, not yet paid: nothing is earned.
    Placed,
    /// Paid: the hold starts.
    Paid,
    /// Cancelled: whatever was earned is taken back.
    Cancelled,
}

/// One line of an order. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The shop's article number.
    pub sku: String,
    /// The shop's category.
    pub category: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Price of one.
    pub unit_price: i64,
    /// Taken off the whole line.
    pub discount: i64,
    /// Whether the line earns.
    pub commissionable: bool,
}

/// What a report says about the order itself: the part that two reports of one version must agree on.
/// Absent fields stay absent. Amounts in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleContent {
    /// When the buyer ordered.
    pub occurred_at: Option<Instant>,
    /// ISO 4217.
    pub currency: Currency,
    /// The lines, kept in a table of their own.
    #[serde(skip)]
    pub lines: Vec<Line>,
    /// Goods before the order discount.
    pub subtotal: Option<i64>,
    /// Taken off the whole order.
    pub discount: Option<i64>,
    /// Tax on the lines.
    pub tax: Option<i64>,
    /// Whether prices include `tax`.
    pub tax_included: bool,
    /// Shipping, its own tax included.
    pub shipping: Option<i64>,
    /// What the buyer paid.
    pub total: Option<i64>,
    /// Codes the buyer typed, in the shop's order.
    pub codes: Vec<String>,
    /// The `ref` value the shop got from the link.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// The buyer's answer to "who sent you?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A key of a customer.
    Key(CustomerKey),
    /// A bare name: for people to match. An empty one was erased.
    Name(String),
}

impl Hint {
    /// What stands in the place of words that were erased.
    #[must_use]
    pub const fn blank() -> Self {
        Self::Name(String::new())
    }

    /// Whether the words were erased.
    #[must_use]
    pub const fn is_blank(&self) -> bool {
        matches!(self, Self::Name(name) if name.is_empty())
    }
}

/// One report of an order, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleReport {
    /// Which order.
    pub order: OrderKey,
    /// The revision; a higher one replaces a lower one.
    pub version: i64,
    /// How far the order is.
    pub status: SaleStatus,
    /// When it was paid.
    pub paid_at: Option<Instant>,
    /// Who bought.
    pub customer: Option<CustomerFacts>,
    /// Who sent the buyer, in his own words.
    pub referred_by: Option<Hint>,
    /// Whether this is an order of the past, reported to tell new customers from old.
    pub history: bool,
    /// The shop's own words.
    pub metadata: Metadata,
    /// What the shop told of address, network and payment.
    pub signals: Vec<Signal>,
    /// The part that is compared.
    pub content: SaleContent,
}

/// One line's share of the order's net goods and tax, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineShare {
    /// After all discounts, without tax.
    pub net: i64,
    /// Its part of the tax.
    pub tax: i64,
}

/// What an order's content comes to, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// What earns: the commissionable share of net goods.
    pub base: i64,
    /// What the buyer paid.
    pub total: i64,
    /// Whether the shop's `total` differs from net goods + tax + shipping.
    pub total_disagrees: bool,
    /// Each line's share, in the order of the lines.
    pub shares: Vec<LineShare>,
}

impl SaleContent {
    /// Whether the report brings evidence of its own.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        !self.codes.is_empty() || self.reference.is_some()
    }

    /// Works out base, total and line shares.
    ///
    /// # Errors
    /// Amounts that contradict each other or cannot be: the field at fault and how to mend it.
    pub fn amounts(&self) -> Result<Amounts, FieldError> {
        self.check_ranges()?;
        let line_goods = self.line_goods()?;
        let tax = self.tax.unwrap_or(0);
        let shipping = self.shipping.unwrap_or(0);
        let discount = self.discount.unwrap_or(0);
        let before_discount = self.goods(&line_goods, tax, shipping)?;
        let goods = before_discount - discount;
        if goods < 0 {
            return Err(FieldError::new("/discount", "discount_exceeds_goods", "is more than the goods are worth"));
        }
        if self.tax_included && self.tax.is_none() {
            return Err(FieldError::new(
                "/tax",
                "tax_required",
                "is needed when tax_included is true: commissions are paid on net prices",
            ));
        }
        let included = if self.tax_included { tax } else { 0 };
        let net_goods = goods - included;
        if net_goods < 0 {
            return Err(FieldError::new("/tax", "tax_exceeds_goods", "is more than the goods that include it"));
        }
        let shares = shares_of(&line_goods, discount, tax, self.tax_included);
        let base = if self.lines.is_empty() {
            net_goods
        } else {
            self.lines.iter().zip(&shares).filter(|(line, _)| line.commissionable).map(|(_, share)| share.net).sum()
        };
        let computed = net_goods + tax + shipping;
        Ok(Amounts {
            base,
            total: self.total.unwrap_or(computed),
            total_disagrees: self.total.is_some_and(|total| total != computed),
            shares,
        })
    }

    fn check_ranges(&self) -> Result<(), FieldError> {
        let sums = [
            ("/subtotal", self.subtotal),
            ("/discount", self.discount),
            ("/tax", self.tax),
            ("/shipping", self.shipping),
            ("/total", self.total),
        ];
        sums.into_iter().try_for_each(|(pointer, value)| check_amount(pointer, value.unwrap_or(0)))?;
        if self.lines.len() > LINES_STORED_MAX {
            return Err(FieldError::new("/lines", "too_many", format!("holds more than {LINES_STORED_MAX} lines")));
        }
        Ok(())
    }

    fn line_goods(&self) -> Result<Vec<i64>, FieldError> {
        self.lines.iter().enumerate().map(|(place, line)| line.goods(place)).collect()
    }

    /// Goods before the order discount: the lines, or the subtotal, or what the total leaves.
    fn goods(&self, lines: &[i64], tax: i64, shipping: i64) -> Result<i64, FieldError> {
        let of_lines: i64 = lines.iter().sum();
        check_amount("/lines", of_lines)?;
        match (lines.is_empty(), self.subtotal, self.total) {
            (false, Some(subtotal), _) if subtotal != of_lines => Err(FieldError::new(
                "/subtotal",
                "subtotal_disagrees",
                format!(
                    "is {subtotal}, but the lines come to {of_lines}; send lines before the order discount, or leave subtotal out"
                ),
            )),
            (false, _, _) => Ok(of_lines),
            (true, Some(subtotal), _) => Ok(subtotal),
            (true, None, Some(total)) => {
                let added_tax = if self.tax_included { 0 } else { tax };
                let goods = total - added_tax - shipping;
                if goods < 0 {
                    return Err(FieldError::new("/total", "total_too_small", "is less than tax and shipping"));
                }
                Ok(goods + self.discount.unwrap_or(0))
            }
            (true, None, None) => {
                Err(FieldError::new("/subtotal", "missing_amount", "is missing: send lines, subtotal or total, in minor units"))
            }
        }
    }
}

impl Line {
    fn goods(&self, place: usize) -> Result<i64, FieldError> {
        let at = |field: &str| format!("/lines/{place}/{field}");
        check_amount(&at("unit_price"), self.unit_price)?;
        check_amount(&at("discount"), self.discount)?;
        if !(0..=1_000_000).contains(&self.quantity) {
            return Err(FieldError::new(at("quantity"), "out_of_range", "must be between 0 and 1000000"));
        }
        let gross = self.quantity.checked_mul(self.unit_price).filter(|gross| *gross <= AMOUNT_MAX);
        let gross = gross
            .ok_or_else(|| FieldError::new(at("unit_price"), "too_large", "times quantity is more than the service can hold"))?;
        if self.discount > gross {
            return Err(FieldError::new(at("discount"), "discount_exceeds_goods", "is more than the line is worth"));
        }
        Ok(gross - self.discount)
    }
}

fn shares_of(line_goods: &[i64], discount: i64, tax: i64, tax_included: bool) -> Vec<LineShare> {
    let discounts = spread(discount, line_goods);
    let after: Vec<i64> = line_goods.iter().zip(&discounts).map(|(goods, part)| goods - part).collect();
    let taxes = spread(tax, &after);
    let of = |(goods, tax): (&i64, &i64)| LineShare { net: if tax_included { goods - tax } else { *goods }, tax: *tax };
    after.iter().zip(&taxes).map(of).collect()
}

/// Checks one amount of a request: 0 to [`AMOUNT_MAX`] minor units.
///
/// # Errors
/// Names the fault at `pointer`.
pub fn check_amount(pointer: &str, amount: i64) -> Result<(), FieldError> {
    if amount < 0 {
        return Err(FieldError::new(pointer, "negative", "must not be negative"));
    }
    if amount > AMOUNT_MAX {
        return Err(FieldError::new(pointer, "too_large", format!("is more than {AMOUNT_MAX} minor units")));
    }
    Ok(())
}

/// Which fields of two contents differ, for a 409 that says what to mend.
#[must_use]
pub fn differences(stored: &SaleContent, sent: &SaleContent) -> Vec<&'static str> {
    let checks: BTreeMap<&'static str, bool> = [
        ("occurred_at", stored.occurred_at == sent.occurred_at),
        ("currency", stored.currency == sent.currency),
        ("lines", stored.lines == sent.lines),
        ("subtotal", stored.subtotal == sent.subtotal),
        ("discount", stored.discount == sent.discount),
        ("tax", stored.tax == sent.tax),
        ("tax_included", stored.tax_included == sent.tax_included),
        ("shipping", stored.shipping == sent.shipping),
        ("total", stored.total == sent.total),
        ("codes", stored.codes == sent.codes),
        ("ref", stored.reference == sent.reference),
    ]
    .into();
    checks.into_iter().filter_map(|(name, same)| (!same).then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> SaleContent {
        SaleContent {
            occurred_at: None,
            currency: Currency::EUR,
            lines: Vec::new(),
            subtotal: None,
            discount: None,
            tax: None,
            tax_included: false,
            shipping: None,
            total: None,
            codes: Vec::new(),
            reference: None,
        }
    }

    fn line(quantity: i64, unit_price: i64, commissionable: bool) -> Line {
        Line { sku: "A".to_owned(), category: None, quantity, unit_price, discount: 0, commissionable }
    }

    #[test]
    fn the_base_is_net_goods_after_discounts() {
        let added = SaleContent { subtotal: Some(10_000), tax: Some(1_900), shipping: Some(500), ..content() }
            .amounts()
            .expect("amounts");
        assert_eq!((added.base, added.total), (10_000, 12_400));
        let included =
            SaleContent { subtotal: Some(11_900), tax: Some(1_900), tax_included: true, shipping: Some(500), ..content() }
                .amounts()
                .expect("amounts");
        assert_eq!((included.base, included.total), (10_000, 12_400));
        let from_total =
            SaleContent { total: Some(12_400), tax: Some(1_900), shipping: Some(500), ..content() }.amounts().expect("amounts");
        assert_eq!((from_total.base, from_total.total_disagrees), (10_000, false));
    }

    #[test]
    fn only_commissionable_lines_earn_and_the_order_discount_is_spread() {
        let sale = SaleContent { lines: vec![line(3, 1_000, true), line(1, 7_000, false)], discount: Some(1_000), ..content() };
        let amounts = sale.amounts().expect("amounts");
        assert_eq!((amounts.base, amounts.total), (2_700, 9_000));
    }

    #[test]
    fn contradictions_are_named() {
        let code = |sale: SaleContent| sale.amounts().expect_err("a fault").code;
        assert_eq!(code(SaleContent { lines: vec![line(1, 100, true)], subtotal: Some(99), ..content() }), "subtotal_disagrees");
        assert_eq!(code(SaleContent { subtotal: Some(100), tax_included: true, ..content() }), "tax_required");
        assert_eq!(code(SaleContent { subtotal: Some(100), discount: Some(101), ..content() }), "discount_exceeds_goods");
        assert_eq!(code(SaleContent { lines: vec![line(1_000_000, AMOUNT_MAX, true)], ..content() }), "too_large");
        assert_eq!(code(SaleContent { subtotal: Some(-1), ..content() }), "negative");
        assert_eq!(code(content()), "missing_amount");
    }
}
