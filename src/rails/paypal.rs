//! Mass payments of `PayPal` by file (PayPal, "Payouts on the web"): no head, one currency and at most
//! 5,000 payments in a file; recipient, amount, currency, our name of the payment, a note, the wallet.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Order, PaymentFile, Run, Unwritten, decimal, end_to_end, table};
use crate::domain::cell::bank_cell;
use crate::domain::money::Currency;
use crate::domain::payout::Rail;
use crate::domain::payout_details::PayoutDetails;

/// Payments in one file.
const ROWS_MAX: usize = 5_000;

/// Characters of our name of a payment: `Customer ID`.
pub(super) const KEY: usize = 30;

/// Characters of the note to the recipient.
const NOTE: usize = 400;

pub(super) fn write(run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
    let mut currencies: BTreeMap<Currency, Vec<&Order>> = BTreeMap::new();
    for order in run.orders {
        currencies.entry(order.currency).or_default().push(order);
    }
    let note: String = bank_cell(&run.reference()).chars().take(NOTE).collect();
    let mut files = Vec::new();
    for (currency, orders) in currencies {
        for (place, slice) in orders.chunks(ROWS_MAX).enumerate() {
            let rows: Vec<Vec<String>> = slice.iter().map(|order| row(order, &note)).collect::<Result<_, _>>()?;
            let part = match place {
                0 if orders.len() <= ROWS_MAX => currency.code().to_owned(),
                _ => format!("{currency}-{}", place + 1),
            };
            files.push(run.file("paypal", Some(&part), "text/csv; charset=utf-8; header=absent", "csv", table(b',', rows)?));
        }
    }
    Ok(files)
}

fn row(order: &Order, note: &str) -> Result<Vec<String>, Unwritten> {
    let PayoutDetails::Paypal { email } = &order.details else {
        return Err(Unwritten::Order(order.payout_id, "goes another way"));
    };
    Ok(vec![
        email.clone(),
        amount(order.amount, order.currency),
        order.currency.code().to_owned(),
        end_to_end(order.payout_id, KEY),
        note.to_owned(),
        "PAYPAL".to_owned(),
    ])
}

/// The amount as `PayPal` writes it: with the currency's decimals, or none where it knows none.
fn amount(minor: i64, currency: Currency) -> String {
    if Rail::Paypal.limits(currency).step == 1 {
        return decimal(minor, currency);
    }
    Decimal::from_i128_with_scale(i128::from(minor), currency.exponent()).trunc().normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{payer, paypal_order, run_of};
    use super::super::{Format, PaymentFile};
    use super::*;

    fn files(orders: &[Order]) -> Vec<PaymentFile> {
        let payer = payer();
        Format::named("paypal").expect("a format").write(&run_of(orders, &payer)).expect("files")
    }

    fn text(file: &PaymentFile) -> String {
        String::from_utf8(file.bytes.clone()).expect("UTF-8")
    }

    #[test]
    fn each_currency_has_a_file_of_its_own_with_its_own_decimals() {
        let orders = [
            paypal_order(1, 10_050, "USD", "mbrown@example.com"),
            paypal_order(2, 1_250, "JPY", "a@example.com"),
            paypal_order(3, 12_300, "HUF", "b@example.com"),
        ];
        let files = files(&orders);
        assert_eq!(files.len(), 3);
        let texts: Vec<String> = files.iter().map(text).collect();
        assert!(texts[0].starts_with("b@example.com,123,HUF,"), "{}", texts[0]);
        assert!(texts[1].starts_with("a@example.com,1250,JPY,"));
        assert_eq!(
            texts[2],
            format!(
                "mbrown@example.com,100.50,USD,{},Referral commission 2026-11,PAYPAL\r\n",
                end_to_end(orders[0].payout_id, 30)
            )
        );
        assert!(files[2].name.ends_with("-USD.csv"));
    }

    #[test]
    fn a_file_has_five_thousand_payments_at_most() {
        let orders: Vec<Order> = (1..=10_001).map(|place| paypal_order(place, 100, "USD", "a@example.com")).collect();
        let files = files(&orders);
        let counts: Vec<usize> = files.iter().map(|file| text(file).lines().count()).collect();
        assert_eq!(counts, [5_000, 5_000, 1]);
        assert!(files[0].name.ends_with("-USD-1.csv") && files[2].name.ends_with("-USD-3.csv"));
    }
}
