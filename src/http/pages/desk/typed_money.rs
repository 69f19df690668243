//! Amounts as somebody types them at the desk.

use crate::domain::intake::amount::{DecimalVotes, minor, number};
use crate::domain::money::Currency;

/// `49,90` or `49.90` in minor units of `currency`; none when it is no amount above 0, or could be read in two ways.
pub(super) fn typed_money(text: &str, currency: Currency) -> Option<i64> {
    let mut votes = DecimalVotes::default();
    votes.look(text);
    let value = number(text, votes.winner().ok()?).ok()?;
    minor(value, currency).ok().filter(|amount| *amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_decimal_signs_are_understood_and_what_is_unclear_is_not_guessed() {
        let yen = Currency::parse("JPY").expect("yen");
        for (text, currency, amount) in [
            ("49,90", Currency::EUR, Some(4_990)),
            ("49.90", Currency::EUR, Some(4_990)),
            ("1.234,50 €", Currency::EUR, Some(123_450)),
            ("€ 12", Currency::EUR, Some(1_200)),
            ("1200", yen, Some(1_200)),
            ("1.234", Currency::EUR, None),
            ("0", Currency::EUR, None),
            ("-5", Currency::EUR, None),
            ("five", Currency::EUR, None),
            ("", Currency::EUR, None),
        ] {
            assert_eq!(typed_money(text, currency), amount, "{text}");
        }
    }
}
