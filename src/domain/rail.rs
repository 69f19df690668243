//! How a payout leaves the house, and what each way can carry.

use serde::{Deserialize, Serialize};

use super::money::Currency;

/// How a payout leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// A cheque or transfer that the owner makes by hand.
    Manual,
    /// A SEPA credit transfer, in euro.
    Sepa,
    /// A transfer through the American clearing house, in US dollars.
    Ach,
    /// `PayPal`, by API or mass-pay file.
    Paypal,
    /// Wise, by batch file.
    Wise,
    /// Credit in the shop itself, booked by the shop when a signed webhook tells it to.
    StoreCredit,
    /// Items that net to nothing and close against each other; no money moves.
    Offset,
}

/// What one payment of a rail may be, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The least.
    pub least: i64,
    /// The most.
    pub most: i64,
    /// The amount is a multiple of this: 100 where the rail knows no decimals of a currency that has two.
    pub step: i64,
}

/// Currencies of `PayPal` Payouts (developer.paypal.com, "Payouts: supported currencies").
const PAYPAL: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN",
    "RUB", "SEK", "SGD", "THB", "TWD", "USD",
];

/// Currencies that `PayPal` pays in whole units only, though ISO 4217 gives them two decimals.
const PAYPAL_WHOLE: [&str; 2] = ["HUF", "TWD"];

impl Rail {
    /// Every rail.
    pub const ALL: [Self; 7] = [Self::Manual, Self::Sepa, Self::Ach, Self::Paypal, Self::Wise, Self::StoreCredit, Self::Offset];

    /// The word in addresses, files and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Sepa => "sepa",
            Self::Ach => "ach",
            Self::Paypal => "paypal",
            Self::Wise => "wise",
            Self::StoreCredit => "store_credit",
            Self::Offset => "offset",
        }
    }

    /// The rail that `name` spells.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.name() == name)
    }

    /// Whether the rail can pay out in `currency`.
    #[must_use]
    pub fn pays(self, currency: Currency) -> bool {
        match self {
            Self::Sepa => currency == Currency::EUR,
            Self::Ach => currency.code() == "USD",
            Self::Paypal => PAYPAL.contains(&currency.code()),
            Self::Manual | Self::Wise | Self::StoreCredit | Self::Offset => true,
        }
    }

    /// What one payment in `currency` may be.
    #[must_use]
    pub fn limits(self, currency: Currency) -> Limits {
        let most = match self {
            // 999,999,999.99 euro (EPC130-08, AT-T002).
            Self::Sepa => 99_999_999_999,
            // Ten digits of cents (NACHA, field 6-6).
            Self::Ach => 9_999_999_999,
            Self::Manual | Self::Paypal | Self::Wise | Self::StoreCredit | Self::Offset => i64::MAX,
        };
        let whole = self == Self::Paypal && PAYPAL_WHOLE.contains(&currency.code());
        let step = if whole { currency.units(1) } else { 1 };
        Limits { least: step, most, step }
    }

    /// Whether the rail can carry a payment of `amount` minor units of `currency`.
    #[must_use]
    pub fn carries(self, amount: i64, currency: Currency) -> bool {
        let limits = self.limits(currency);
        self.pays(currency) && (limits.least..=limits.most).contains(&amount) && amount % limits.step == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("a currency")
    }

    #[test]
    fn each_rail_pays_its_own_currencies() {
        assert!(Rail::Sepa.pays(Currency::EUR) && !Rail::Sepa.pays(currency("USD")));
        assert!(Rail::Ach.pays(currency("USD")) && !Rail::Ach.pays(Currency::EUR));
        assert!(Rail::Paypal.pays(currency("JPY")) && !Rail::Paypal.pays(currency("KWD")));
        assert!(Rail::Wise.pays(currency("KWD")) && Rail::Manual.pays(currency("KWD")));
    }

    #[test]
    fn each_rail_carries_what_fits_its_fields() {
        assert!(Rail::Sepa.carries(99_999_999_999, Currency::EUR) && !Rail::Sepa.carries(100_000_000_000, Currency::EUR));
        assert!(Rail::Ach.carries(9_999_999_999, currency("USD")) && !Rail::Ach.carries(10_000_000_000, currency("USD")));
        assert!(Rail::Paypal.carries(12_300, currency("HUF")) && !Rail::Paypal.carries(12_350, currency("HUF")));
        assert!(Rail::Paypal.carries(1, currency("JPY")));
        assert!(Rail::ALL.into_iter().all(|rail| !rail.carries(0, Currency::EUR)));
    }

    #[test]
    fn a_rail_is_named_as_it_is_written() {
        for rail in Rail::ALL {
            assert_eq!(Rail::named(rail.name()), Some(rail));
            assert_eq!(serde_json::to_value(rail).expect("a word"), rail.name());
        }
        assert_eq!(Rail::named("cash"), None);
    }
}
