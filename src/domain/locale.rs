//! The languages letters are written in, and how each writes money, shares and days. Own short
//! tables after CLDR 47: two languages need no data files of fifty.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, Rate};

/// Keeps a number and its sign on one line.
const NO_BREAK: char = '\u{a0}';

const MONTHS: [(&str, &str); 12] = [
    ("January", "Januar"),
    ("February", "Februar"),
    ("March", "März"),
    ("April", "April"),
    ("May", "Mai"),
    ("June", "Juni"),
    ("July", "Juli"),
    ("August", "August"),
    ("September", "September"),
    ("October", "Oktober"),
    ("November", "November"),
    ("December", "Dezember"),
];

/// A language, with the habits of its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The tag (BCP 47), as `Content-Language` and the API name it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// `€1,234.50` or `1.234,50 €`; a currency without a sign of its own is named by its code.
    #[must_use]
    pub fn money(self, money: Money) -> String {
        let digits = Decimal::from_i128_with_scale(i128::from(money.amount).abs(), money.currency.exponent()).to_string();
        let digits = self.number(&digits);
        let minus = if money.amount < 0 { "-" } else { "" };
        match (self, sign(money.currency)) {
            (Self::En, Some(sign)) => format!("{minus}{sign}{digits}"),
            (Self::En, None) => format!("{minus}{}{NO_BREAK}{digits}", money.currency),
            (Self::De, Some(sign)) => format!("{minus}{digits}{NO_BREAK}{sign}"),
            (Self::De, None) => format!("{minus}{digits}{NO_BREAK}{}", money.currency),
        }
    }

    /// `7.5 %` or `7,5 %`.
    #[must_use]
    pub fn share(self, rate: Rate) -> String {
        format!("{}{NO_BREAK}%", self.number(&rate.percent()))
    }

    /// `22 December 2026` or `22. Dezember 2026`, which no country reads as another day.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        match self {
            Self::En => format!("{} {}", date.day(), self.month(date)),
            Self::De => format!("{}. {}", date.day(), self.month(date)),
        }
    }

    /// `December 2026` or `Dezember 2026`.
    #[must_use]
    pub fn month(self, date: Date) -> String {
        let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
        let (english, german) = month.copied().unwrap_or_default();
        format!("{} {}", if self == Self::En { english } else { german }, date.year())
    }

    /// `7.5 %` or `7,5 %` for the share `7.5`, digits with a point, as reports give it.
    #[must_use]
    pub fn per_cent(self, share: &str) -> String {
        match self {
            Self::En => format!("{share}{NO_BREAK}%"),
            Self::De => format!("{}{NO_BREAK}%", share.replace('.', ",")),
        }
    }

    /// `1,234` or `1.234`.
    #[must_use]
    pub fn whole(self, number: i64) -> String {
        let minus = if number < 0 { "-" } else { "" };
        format!("{minus}{}", self.number(&number.unsigned_abs().to_string()))
    }

    /// The first language of an `Accept-Language` field (RFC 9110 §12.5.4) that we write; weights do not count, for
    /// browsers list what their reader likes best first.
    #[must_use]
    pub fn accepted(field: &str) -> Option<Self> {
        let tags = field.split(',').map(|tag| tag.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase());
        tags.filter_map(|tag| Self::ALL.into_iter().find(|locale| locale.tag() == tag)).next()
    }

    /// `text` is plain digits with a point; groups of three are parted.
    fn number(self, text: &str) -> String {
        let (group, point) = match self {
            Self::En => (',', '.'),
            Self::De => ('.', ','),
        };
        let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let mut parted = String::with_capacity(text.len() + 4);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                parted.push(group);
            }
            parted.push(digit);
        }
        if let Some(rest) = rest {
            parted.push(point);
            parted.push_str(rest);
        }
        parted
    }
}

/// Signs that mean one currency only. `$` and `¥` are shared by several, so only the best known has it.
fn sign(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "USD" => Some("$"),
        "JPY" => Some("¥"),
        "INR" => Some("₹"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, code: &str) -> Money {
        Money { amount, currency: Currency::parse(code).expect("a currency") }
    }

    #[test]
    fn each_reader_finds_his_own_way_to_write_money() {
        for (amount, code, english, german) in [
            (400, "EUR", "€4.00", "4,00\u{a0}€"),
            (123_456_789, "EUR", "€1,234,567.89", "1.234.567,89\u{a0}€"),
            (-5, "GBP", "-£0.05", "-0,05\u{a0}£"),
            (1_250, "JPY", "¥1,250", "1.250\u{a0}¥"),
            (1_250, "CHF", "CHF\u{a0}12.50", "12,50\u{a0}CHF"),
            (1_250, "KWD", "KWD\u{a0}1.250", "1,250\u{a0}KWD"),
            (i64::MIN, "EUR", "-€92,233,720,368,547,758.08", "-92.233.720.368.547.758,08\u{a0}€"),
        ] {
            assert_eq!(Locale::En.money(money(amount, code)), english);
            assert_eq!(Locale::De.money(money(amount, code)), german);
        }
    }

    #[test]
    fn shares_and_days_follow_the_language() {
        let rate = Rate::parse_percent("7.5").expect("a rate");
        assert_eq!((Locale::En.share(rate), Locale::De.share(rate)), ("7.5\u{a0}%".to_owned(), "7,5\u{a0}%".to_owned()));
        let day: Date = "2026-03-02".parse().expect("a day");
        assert_eq!((Locale::En.day(day), Locale::De.day(day)), ("2 March 2026".to_owned(), "2. März 2026".to_owned()));
        assert_eq!((Locale::En.month(day), Locale::De.month(day)), ("March 2026".to_owned(), "März 2026".to_owned()));
        assert_eq!(
            (Locale::En.per_cent("-0.5"), Locale::De.per_cent("112.5")),
            ("-0.5\u{a0}%".to_owned(), "112,5\u{a0}%".to_owned())
        );
        assert!(Locale::ALL.iter().all(|locale| serde_json::to_value(locale).expect("a word") == locale.tag()));
    }
}
