//! The chart of the first page, drawn by the server: bars for what introductions brought, a line for what they cost.

use crate::domain::money::Currency;
use crate::http::pages::frame::Frame;
use crate::operations::report_program::{Introductions, Month};

/// The drawing's own units.
const LEFT: i64 = 8;
const SLOT: i64 = 52;
const BAR: i64 = 34;
const TOP: i64 = 28;
const HEIGHT: i64 = 160;
/// Where the bars stand.
pub(super) const FLOOR: i64 = TOP + HEIGHT;

/// Twelve months, to be drawn and to be read.
pub(super) struct Chart {
    pub(super) width: i64,
    pub(super) floor: i64,
    pub(super) bars: Vec<Bar>,
    /// The line's corners, as SVG writes them.
    pub(super) line: String,
    /// What the highest bar comes to.
    pub(super) most: String,
    pub(super) rows: Vec<Row>,
}

/// One month's bar.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) middle: i64,
    pub(super) label: String,
    /// Whether the month is not over.
    pub(super) running: bool,
}

/// One month in numbers.
pub(super) struct Row {
    pub(super) month: String,
    pub(super) orders: String,
    pub(super) deals: String,
    pub(super) sales: String,
    pub(super) brought: String,
    pub(super) cost: String,
    pub(super) share: String,
}

impl Chart {
    /// The chart of `months` in one currency; the last of them is still running. None when nothing was sold in any.
    pub(super) fn of(frame: &Frame, months: &[Month], currency: Currency) -> Option<Self> {
        let found: Vec<(&str, Option<&Introductions>)> =
            months.iter().map(|month| (month.month.as_str(), in_currency(month, currency))).collect();
        if found.iter().all(|(_, worth)| worth.is_none_or(|worth| worth.orders == 0)) {
            return None;
        }
        let sums = found.iter().filter_map(|(_, worth)| *worth).flat_map(|worth| [worth.brought, worth.cost]);
        let most = sums.max().unwrap_or(0).max(1);
        let bars: Vec<Bar> = (0..)
            .zip(&found)
            .map(|(place, (month, worth))| {
                let height = scaled(worth.map_or(0, |worth| worth.brought), most);
                let x = LEFT + place * SLOT;
                Bar {
                    x,
                    y: FLOOR - height,
                    width: BAR,
                    height,
                    middle: x + BAR / 2,
                    label: frame.month(month).chars().take(3).collect(),
                    running: false,
                }
            })
            .collect();
        let corners = bars.iter().zip(&found).map(|(bar, (_, worth))| {
            let y = FLOOR - scaled(worth.map_or(0, |worth| worth.cost), most);
            format!("{},{y}", bar.middle)
        });
        let line = corners.collect::<Vec<_>>().join(" ");
        let width = LEFT + SLOT * i64::try_from(bars.len()).unwrap_or(0);
        let rows = found.iter().map(|(month, worth)| Row::of(frame, month, *worth, currency)).collect();
        let mut chart = Self { width, floor: FLOOR, bars, line, most: frame.amount(&most, &currency), rows };
        if let Some(last) = chart.bars.last_mut() {
            last.running = true;
        }
        Some(chart)
    }
}

impl Row {
    fn of(frame: &Frame, month: &str, worth: Option<&Introductions>, currency: Currency) -> Self {
        let count = |field: fn(&Introductions) -> i64| frame.number(&worth.map_or(0, field));
        let money = |field: fn(&Introductions) -> i64| frame.amount(&worth.map_or(0, field), &currency);
        Self {
            month: frame.month(month),
            orders: count(|worth| worth.orders),
            deals: count(|worth| worth.deals),
            sales: money(|worth| worth.sales),
            brought: money(|worth| worth.brought),
            cost: money(|worth| worth.cost),
            share: worth.and_then(|worth| worth.share_of_sales.as_deref()).map(|share| frame.per_cent(share)).unwrap_or_default(),
        }
    }
}

/// What introductions were worth in a month in one currency.
pub(super) fn in_currency(month: &Month, currency: Currency) -> Option<&Introductions> {
    month.currencies.iter().find(|worth| worth.currency == currency)
}

/// `amount` in the drawing's units, where `most` is the whole height.
fn scaled(amount: i64, most: i64) -> i64 {
    let units = i128::from(amount.max(0)) * i128::from(HEIGHT) / i128::from(most.max(1));
    i64::try_from(units).unwrap_or(HEIGHT).min(HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_sum_takes_the_whole_height_and_nothing_stands_below_the_floor() {
        assert_eq!((scaled(200, 200), scaled(100, 200), scaled(0, 200), scaled(-5, 200)), (HEIGHT, HEIGHT / 2, 0, 0));
        assert_eq!(scaled(i64::MAX, i64::MAX), HEIGHT);
        assert_eq!(scaled(5, 0), HEIGHT);
    }
}
