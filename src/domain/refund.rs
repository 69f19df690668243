//! Money given back to a buyer, and how much of the base goes with it.

use serde::{Deserialize, Serialize};

use super::field::FieldError;
use super::money::divide_rounded;
use super::sale::{LINES_MAX, Line, LineShare, check_amount};

/// One line that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// Which line of the order, counted from 0.
    pub line: usize,
    /// How many pieces.
    pub quantity: i64,
    /// Their net goods in minor units; absent: their part of the line.
    pub amount: Option<i64>,
}

/// What a refund says. Neither `amount` nor `lines` means everything. Amounts in minor units of the order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundContent {
    /// What the buyer got back, gross.
    pub amount: Option<i64>,
    /// The part that is tax.
    pub tax: Option<i64>,
    /// The part that is shipping.
    pub shipping: Option<i64>,
    /// The lines that came back.
    #[serde(default)]
    pub lines: Vec<RefundLine>,
}

/// The order as a refund sees it: amounts of the current revision, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct RefundedOrder<'a> {
    /// What earns.
    pub base: i64,
    /// What the buyer paid.
    pub total: i64,
    /// The lines.
    pub lines: &'a [Line],
    /// Their shares.
    pub shares: &'a [LineShare],
}

/// What a set of refunds comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// Base taken back, 0 to the whole base.
    pub base: i64,
    /// Gross given back.
    pub gross: i64,
    /// Whether more was given back than the buyer paid.
    pub over_refunded: bool,
}

enum Share {
    Everything,
    Itemised { base: i64, gross: i64 },
    Plain(i64),
}

impl RefundContent {
    /// Checks what can be checked without the order.
    ///
    /// # Errors
    /// The field at fault.
    pub fn check(&self) -> Result<(), FieldError> {
        let sums = [("/amount", self.amount), ("/tax", self.tax), ("/shipping", self.shipping)];
        sums.into_iter().try_for_each(|(pointer, value)| check_amount(pointer, value.unwrap_or(0)))?;
        if self.lines.len() > LINES_MAX {
            return Err(FieldError::new("/lines", "too_many", format!("holds more than {LINES_MAX} lines")));
        }
        for (place, line) in self.lines.iter().enumerate() {
            check_amount(&format!("/lines/{place}/amount"), line.amount.unwrap_or(0))?;
            if !(0..=1_000_000).contains(&line.quantity) {
                return Err(FieldError::new(format!("/lines/{place}/quantity"), "out_of_range", "must be between 0 and 1000000"));
            }
        }
        let parts = self.tax.unwrap_or(0) + self.shipping.unwrap_or(0);
        if self.amount.is_some_and(|amount| amount < parts) {
            return Err(FieldError::new("/amount", "parts_exceed_amount", "is less than its tax and shipping together"));
        }
        Ok(())
    }

    fn share(&self, order: &RefundedOrder<'_>) -> Share {
        if !self.lines.is_empty() {
            return self.share_of_lines(order);
        }
        let Some(amount) = self.amount else { return Share::Everything };
        match (self.tax, self.shipping) {
            (Some(tax), Some(shipping)) => Share::Itemised { base: amount - tax - shipping, gross: amount },
            (Some(part), None) | (None, Some(part)) if part == amount => Share::Itemised { base: 0, gross: amount },
            _ => Share::Plain(amount),
        }
    }

    fn share_of_lines(&self, order: &RefundedOrder<'_>) -> Share {
        let mut base = 0;
        let mut gross = 0;
        for back in &self.lines {
            let (Some(line), Some(share)) = (order.lines.get(back.line), order.shares.get(back.line)) else { continue };
            let net = back.net(line, share);
            if line.commissionable {
                base += net;
            }
            gross += net + back.part(line, share.tax);
        }
        Share::Itemised { base, gross: self.amount.unwrap_or(gross) }
    }
}

impl RefundLine {
    fn part(&self, line: &Line, whole: i64) -> i64 {
        divide_rounded(i128::from(whole) * i128::from(self.quantity.min(line.quantity)), i128::from(line.quantity))
    }

    fn net(&self, line: &Line, share: &LineShare) -> i64 {
        self.amount.unwrap_or_else(|| self.part(line, share.net))
    }
}

/// What `refunds` say came back of each line, at most its net goods; what they do not say of a line
/// is not in it.
#[must_use]
pub fn returned_by_line(order: &RefundedOrder<'_>, refunds: &[RefundContent]) -> Vec<i64> {
    let mut returned = vec![0_i64; order.lines.len()];
    for back in refunds.iter().flat_map(|refund| &refund.lines) {
        let line = (order.lines.get(back.line), order.shares.get(back.line), returned.get_mut(back.line));
        if let (Some(line), Some(share), Some(sum)) = line {
            *sum = sum.saturating_add(back.net(line, share)).clamp(0, share.net.max(0));
        }
    }
    returned
}

/// How much of the base `refunds` take back together. The result does not depend on their order,
/// and any split of a full refund takes back exactly the whole base.
///
/// `base refunded = E + round((base − E) × P / (total − G))` with E and G the base and gross of the
/// itemised refunds and P the sum of the plain ones.
#[must_use]
pub fn refunded(order: &RefundedOrder<'_>, refunds: &[RefundContent]) -> Refunded {
    let (mut itemised_base, mut itemised_gross, mut plain, mut everything) = (0_i64, 0_i64, 0_i64, false);
    for refund in refunds {
        match refund.share(order) {
            Share::Everything => everything = true,
            Share::Itemised { base, gross } => {
                itemised_base = itemised_base.saturating_add(base);
                itemised_gross = itemised_gross.saturating_add(gross);
            }
            Share::Plain(amount) => plain = plain.saturating_add(amount),
        }
    }
    let gross = itemised_gross.saturating_add(plain);
    let over_refunded = gross > order.total;
    let whole = everything || (!refunds.is_empty() && gross >= order.total);
    if whole {
        return Refunded { base: order.base, gross: gross.max(if everything { order.total } else { 0 }), over_refunded };
    }
    let taken = itemised_base.clamp(0, order.base);
    let rest = i128::from(order.base - taken) * i128::from(plain);
    let left = i128::from(order.total) - i128::from(itemised_gross);
    let pro_rata = if left <= 0 { if plain > 0 { order.base - taken } else { 0 } } else { divide_rounded(rest, left) };
    Refunded { base: taken.saturating_add(pro_rata).clamp(0, order.base), gross, over_refunded }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::Rate;

    fn plain(amount: i64) -> RefundContent {
        RefundContent { amount: Some(amount), ..RefundContent::default() }
    }

    fn shipping(amount: i64) -> RefundContent {
        RefundContent { amount: Some(amount), shipping: Some(amount), ..RefundContent::default() }
    }

    fn deltas(base: i64, total: i64, percent: &str, refunds: &[RefundContent]) -> Vec<i64> {
        let order = RefundedOrder { base, total, lines: &[], shares: &[] };
        let rate = Rate::parse_percent(percent).expect("a rate");
        let mut booked = rate.of(base);
        (1..=refunds.len())
            .map(|count| {
                let now = rate.of(base - refunded(&order, &refunds[..count]).base);
                let change = now - booked;
                booked = now;
                change
            })
            .collect()
    }

    #[test]
    fn golden_vectors() {
        assert_eq!(deltas(30, 30, "5", &[plain(10), plain(10), plain(10)]), [-1, 0, -1]);
        assert_eq!(deltas(999, 999, "7.5", &[plain(333), plain(333), plain(333)]), [-25, -25, -25]);
        assert_eq!(deltas(10_000, 10_000, "12.5", &[plain(1), plain(9_999)]), [0, -1_250]);
        assert_eq!(deltas(4_999, 4_999, "10", &[plain(2_500)]), [-250]);
    }

    #[test]
    fn gross_refunds_with_tax_and_shipping() {
        let of = |refunds: &[RefundContent]| deltas(10_000, 12_400, "10", refunds);
        assert_eq!(of(&[plain(6_200), plain(6_200)]), [-500, -500]);
        assert_eq!(of(&[plain(12_400)]), [-1_000]);
        assert_eq!(of(&[shipping(500)]), [0]);
        assert_eq!(of(&[plain(4_134), plain(4_133), plain(4_133)]), [-333, -334, -333]);
        assert_eq!(of(&[shipping(500), plain(11_900)]), [0, -1_000]);
        assert_eq!(of(&[RefundContent::default()]), [-1_000]);
    }

    #[test]
    fn lines_take_their_own_share() {
        let line = |commissionable| Line {
            sku: "A".to_owned(),
            category: None,
            quantity: 2,
            unit_price: 5_000,
            discount: 0,
            commissionable,
        };
        let lines = [line(true), line(false)];
        let shares = [LineShare { net: 10_000, tax: 1_900 }, LineShare { net: 10_000, tax: 1_900 }];
        let order = RefundedOrder { base: 10_000, total: 23_800, lines: &lines, shares: &shares };
        let back =
            |line| RefundContent { lines: vec![RefundLine { line, quantity: 1, amount: None }], ..RefundContent::default() };
        assert_eq!(refunded(&order, &[back(0)]), Refunded { base: 5_000, gross: 5_950, over_refunded: false });
        assert_eq!(refunded(&order, &[back(1)]).base, 0);
        assert_eq!(refunded(&order, &[back(7)]).base, 0);
    }

    proptest! {
        #[test]
        fn any_split_of_a_full_refund_takes_back_everything(
            base in 0_i64..1_000_000, extra in 0_i64..1_000_000, cuts in prop::collection::vec(1_i64..1000, 1..8)
        ) {
            let total = base + extra;
            let parts: Vec<RefundContent> = crate::domain::money::spread(total, &cuts).into_iter().map(plain).collect();
            let order = RefundedOrder { base, total, lines: &[], shares: &[] };
            prop_assert_eq!(refunded(&order, &parts).base, base);
        }

        #[test]
        fn more_refunds_never_take_back_less(base in 0_i64..1_000_000, extra in 0_i64..10_000, amounts in prop::collection::vec(0_i64..500_000, 1..6)) {
            let order = RefundedOrder { base, total: base + extra, lines: &[], shares: &[] };
            let parts: Vec<RefundContent> = amounts.into_iter().map(plain).collect();
            let mut last = 0;
            for count in 1..=parts.len() {
                let now = refunded(&order, &parts[..count]).base;
                prop_assert!(now >= last && now <= base);
                last = now;
            }
        }
    }
}
