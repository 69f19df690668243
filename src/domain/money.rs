//! Money in integers: minor units (cents, yen, fils) beside an ISO 4217 code, rates in millionths.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest amount a request may name, in minor units. A million sales of this size, summed,
/// still fit 64 bits.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// An ISO 4217 currency that has minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The euro, the program's currency until the shop says otherwise.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Parses an upper-case ISO 4217 code; metals and test codes, which have no minor unit, are refused.
    ///
    /// # Errors
    /// When `code` is not such a code.
    pub fn parse(code: &str) -> Result<Self, &'static str> {
        iso_currency::Currency::from_code(code)
            .filter(|known| known.exponent().is_some())
            .map(Self)
            .ok_or("is not an ISO 4217 currency code such as EUR")
    }

    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the currency has (0 for JPY, 2 for EUR, 3 for KWD; ISO 4217 list one).
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// `units` of this currency as written, such as 12.50, in minor units: rounded half away from zero;
    /// none when that is more than [`AMOUNT_MAX`].
    #[must_use]
    pub fn minor(self, units: Decimal) -> Option<i64> {
        let scaled = units.checked_mul(Decimal::from(10_i64.saturating_pow(self.exponent())))?;
        let whole = scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(whole).ok().filter(|minor| minor.abs() <= AMOUNT_MAX)
    }

    /// `units` whole units of this currency, in minor units.
    #[must_use]
    pub fn units(self, units: i64) -> i64 {
        units.saturating_mul(10_i64.saturating_pow(self.exponent()))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(D::Error::custom)
    }
}

/// An amount in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
}

impl fmt::Display for Money {
    /// `12.50 EUR`, `1250 JPY`: for people, with the currency's own number of decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Decimal::from_i128_with_scale(i128::from(self.amount), self.currency.exponent()), self.currency)
    }
}

/// Sums by currency in minor units, for flat amounts and minimums; currencies are never mixed.
pub type ByCurrency = BTreeMap<Currency, i64>;

/// A share between 0 and 100 %, in millionths: 10 % = 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(i64);

const MILLION: i128 = 1_000_000;

impl Rate {
    /// From millionths, 0 to 1,000,000.
    #[must_use]
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// In millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Parses percent with up to 4 decimals, such as `7.5`.
    ///
    /// # Errors
    /// When `text` is no such number or lies outside 0 to 100.
    pub fn parse_percent(text: &str) -> Result<Self, &'static str> {
        let percent: Decimal = text.parse().map_err(|_| "is not a percentage such as \"7.5\"")?;
        let millionths = percent * Decimal::from(10_000);
        if !millionths.fract().is_zero() {
            return Err("has more than 4 decimals");
        }
        let value = i64::try_from(millionths).map_err(|_| "lies outside 0 to 100")?;
        if (0..=1_000_000).contains(&value) { Ok(Self(value)) } else { Err("lies outside 0 to 100") }
    }

    /// The rate as percent text, such as `7.5`.
    #[must_use]
    pub fn percent(self) -> String {
        Decimal::new(self.0, 4).normalize().to_string()
    }

    /// This share of `base` minor units, rounded once, half away from zero.
    #[must_use]
    pub fn of(self, base: i64) -> i64 {
        divide_rounded(i128::from(base) * i128::from(self.0), MILLION)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.percent())
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_percent(&text).map_err(D::Error::custom)
    }
}

/// `numerator / denominator`, rounded half away from zero: the one rounding of the house.
/// A denominator of 0 or less gives 0; results beyond 64 bits are clamped.
#[must_use]
pub fn divide_rounded(numerator: i128, denominator: i128) -> i64 {
    if denominator <= 0 {
        return 0;
    }
    let half = denominator / 2 + denominator % 2;
    let quotient = numerator / denominator;
    let rest = (numerator % denominator).abs();
    let away = if rest >= half { numerator.signum() } else { 0 };
    i64::try_from(quotient + away).unwrap_or(if numerator < 0 { i64::MIN } else { i64::MAX })
}

/// Splits `whole` over `weights` so that the parts add up to it exactly: largest remainder first,
/// earlier places first among equals. All-zero weights give zeros.
#[must_use]
pub fn spread(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum <= 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(whole) * i128::from(weight);
    let mut parts: Vec<i64> = weights.iter().map(|weight| i64::try_from(exact(*weight).div_euclid(sum)).unwrap_or(0)).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|place| std::cmp::Reverse(weights.get(*place).map_or(0, |weight| exact(*weight).rem_euclid(sum))));
    let left = whole - parts.iter().sum::<i64>();
    for place in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(place) {
            *part += 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_round_half_away_from_zero_once() {
        let rate = |text| Rate::parse_percent(text).expect("a rate");
        assert_eq!(rate("7.5").of(999), 75);
        assert_eq!(rate("5").of(30), 2);
        assert_eq!(rate("5").of(-30), -2);
        assert_eq!(rate("12.5").of(10_000), 1_250);
        assert_eq!(rate("0.0001").of(1_000_000), 1);
        assert_eq!(rate("7.5000").percent(), "7.5");
        for bad in ["", "ten", "7.12345", "-1", "100.0001", "1e3", "NaN"] {
            assert!(Rate::parse_percent(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn money_is_shown_with_its_own_decimals() {
        let show = |amount, code| Money { amount, currency: Currency::parse(code).expect("a currency") }.to_string();
        assert_eq!(show(1250, "EUR"), "12.50 EUR");
        assert_eq!(show(1250, "JPY"), "1250 JPY");
        assert_eq!(show(-1250, "KWD"), "-1.250 KWD");
        assert!(Currency::parse("eur").is_err());
        assert!(Currency::parse("XAU").is_err());
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(whole in 0_i64..=AMOUNT_MAX, weights in prop::collection::vec(0_i64..=AMOUNT_MAX, 1..30)) {
            let parts = spread(whole, &weights);
            let sum: i64 = parts.iter().sum();
            prop_assert!(parts.iter().all(|part| *part >= 0));
            prop_assert_eq!(sum, if weights.iter().any(|weight| *weight > 0) { whole } else { 0 });
        }

        #[test]
        fn rounding_is_never_off_by_more_than_half(numerator in any::<i64>(), denominator in 1_i64..) {
            let rounded = i128::from(divide_rounded(numerator.into(), denominator.into()));
            let error = (rounded * i128::from(denominator) - i128::from(numerator)).abs() * 2;
            prop_assert!(error <= i128::from(denominator));
        }
    }
}
