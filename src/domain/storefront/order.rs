//! An order in the making: what every shop's order comes down to.

use super::event::{Delivered, Event, MapFault, version};
use super::evidence::Found;
use crate::domain::customer::{CustomerFacts, CustomerKey, Metadata};
use crate::domain::field::{TEXT_MAX, short_text};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{LINES_MAX, Line, OrderKey, SaleContent, SaleReport, SaleStatus};

/// What is gathered of an order, amounts in minor units.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) order_id: String,
    pub(super) status: SaleStatus,
    pub(super) currency: Currency,
    pub(super) occurred_at: Option<Instant>,
    pub(super) paid_at: Option<Instant>,
    pub(super) changed_at: Option<Instant>,
    pub(super) lines: Vec<Line>,
    pub(super) subtotal: Option<i64>,
    pub(super) discount: i64,
    pub(super) tax: i64,
    pub(super) tax_included: bool,
    pub(super) shipping: i64,
    pub(super) total: Option<i64>,
    pub(super) found: Found,
    pub(super) buyer: Buyer,
    pub(super) name: Option<String>,
}

/// Who bought, as the shop wrote it.
#[derive(Debug, Default)]
pub(super) struct Buyer {
    pub(super) external_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) name: Option<String>,
}

impl Buyer {
    /// The keys that can be understood; a telephone number somebody mistyped is no reason to lose an order.
    fn facts(self, source: &str) -> Option<CustomerFacts> {
        let mut keys = Vec::new();
        if let Some(text) = self.external_id {
            keys.extend(CustomerKey::external_id("", source, &text).ok().map(|key| (key, text)));
        }
        if let Some(text) = self.email {
            keys.extend(CustomerKey::email("", &text).ok().map(|key| (key, text)));
        }
        if let Some(text) = self.phone {
            keys.extend(CustomerKey::phone("", &text).ok().map(|key| (key, text)));
        }
        let name = self.name.filter(|name| short_text("", name).is_ok());
        (!keys.is_empty()).then(|| CustomerFacts { keys, name, ..CustomerFacts::default() })
    }
}

impl Draft {
    /// The order as an event.
    ///
    /// # Errors
    /// When its amounts cannot be: where and why.
    pub(super) fn finish(self, delivered: &Delivered<'_>, fallback: Option<Instant>) -> Result<Event, MapFault> {
        let order = order_key(delivered, &self.order_id)?;
        let content = SaleContent {
            occurred_at: self.occurred_at,
            currency: self.currency,
            lines: within_bounds(self.lines),
            subtotal: self.subtotal,
            discount: (self.discount != 0).then_some(self.discount),
            tax: Some(self.tax),
            tax_included: self.tax_included,
            shipping: Some(self.shipping),
            total: self.total,
            codes: self.found.codes,
            reference: self.found.reference,
        };
        let amounts = content
            .amounts()
            .map_err(|fault| MapFault::new(fault.pointer, format!("as read from this order: {}", fault.message)))?;
        let changed = self.changed_at.or(fallback);
        let report = SaleReport {
            order,
            version: changed.map_or(0, |at| version(at, &content)),
            status: self.status,
            paid_at: self.paid_at,
            customer: self.buyer.facts(delivered.source),
            referred_by: None,
            history: false,
            metadata: self
                .name
                .filter(|name| short_text("", name).is_ok())
                .map(|name| ("order_name".to_owned(), name))
                .into_iter()
                .collect::<Metadata>(),
            content,
            signals: Vec::new(),
        };
        Ok(Event::Sale(Box::new(report), amounts))
    }
}

/// The order that a shop's number names.
pub(super) fn order_key(delivered: &Delivered<'_>, order_id: &str) -> Result<OrderKey, MapFault> {
    short_text("", order_id).map_err(|fault| MapFault::new("/id", format!("the order number {}", fault.message)))?;
    Ok(OrderKey { source: delivered.source.to_owned(), order_id: order_id.to_owned() })
}

/// A line worth `goods` after its discounts, `before` them, in `quantity` pieces. What does not divide by
/// the pieces is taken off again, so that the line is worth exactly what the shop says.
pub(super) fn line(sku: String, category: Option<String>, quantity: i64, before: i64, goods: i64, commissionable: bool) -> Line {
    let quantity = quantity.clamp(1, 1_000_000);
    let before = before.max(goods).max(0);
    let unit_price = before / quantity + i64::from(before % quantity != 0);
    let discount = unit_price.saturating_mul(quantity) - goods.max(0);
    Line { sku, category, quantity, unit_price, discount, commissionable }
}

/// The first text that can name an article.
pub(super) fn sku(candidates: &[Option<String>]) -> String {
    let fits = |text: &&String| short_text("", text).is_ok();
    candidates.iter().flatten().find(fits).cloned().unwrap_or_else(|| "item".to_owned())
}

/// First and last name, if there is any.
pub(super) fn full_name(first: Option<String>, last: Option<String>) -> Option<String> {
    let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(TEXT_MAX).collect();
    (!name.is_empty()).then_some(name)
}

/// More lines than the ledger holds are added up, those that earn and those that do not.
fn within_bounds(lines: Vec<Line>) -> Vec<Line> {
    if lines.len() <= LINES_MAX {
        return lines;
    }
    [true, false]
        .into_iter()
        .filter_map(|commissionable| {
            let mine = lines.iter().filter(|line| line.commissionable == commissionable);
            let goods =
                mine.fold(0_i64, |sum, line| sum.saturating_add(line.unit_price.saturating_mul(line.quantity) - line.discount));
            (goods > 0).then(|| line("several".to_owned(), None, 1, goods, goods, commissionable))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_worth_what_the_shop_says_whatever_the_pieces() {
        for (quantity, before, goods) in
            [(3, 1_000, 1_000), (3, 1_000, 900), (1, 500, 500), (7, 100, 0), (0, 500, 500), (2, 0, 0)]
        {
            let line = line("A".to_owned(), None, quantity, before, goods, true);
            assert_eq!(line.unit_price * line.quantity - line.discount, goods, "{quantity} {before} {goods}");
            assert!(line.discount >= 0 && line.unit_price >= 0);
        }
    }

    #[test]
    fn an_order_of_a_thousand_lines_keeps_its_sums() {
        let many: Vec<Line> = (0..1_000).map(|n| line("A".to_owned(), None, 2, 200, 190, n % 10 != 0)).collect();
        let few = within_bounds(many);
        let sums: Vec<(i64, bool)> = few.iter().map(|line| (line.unit_price, line.commissionable)).collect();
        assert_eq!(sums, [(900 * 190, true), (100 * 190, false)]);
    }
}
