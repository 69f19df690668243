//! The program: one set of rules, in immutable numbered versions called terms.

use serde::{Deserialize, Serialize};

use super::bookkeeping::BookRules;
use super::claim::ClaimRules;
use super::commission::CommissionRule;
use super::field::{FieldError, short_text};
use super::fraud::FraudRules;
use super::instant::Instant;
use super::money::{ByCurrency, Currency, Rate};
use super::payout_rules::PayoutRules;
use super::post::LetterRules;
use super::rule::{Bonus, Caps, Faults, FriendDiscount, Rule};

/// The longest address a link may lead to, in bytes: what every browser takes.
const DESTINATION_MAX: usize = 2_000;

/// How long an introduction keeps earning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "WrittenLifetime")]
pub enum Lifetime {
    /// Only the first sale of a new customer.
    FirstSale,
    /// Every sale within so many months of the first.
    Months {
        /// 1 to 120 months of 30.4375 days (a year is 365.25 days).
        months: i64,
    },
    /// Every sale.
    Forever,
}

/// A lifetime as it is written; see the commission's written form for why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLifetime {
    r#type: WrittenType,
    months: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenType {
    FirstSale,
    Months,
    Forever,
}

impl TryFrom<WrittenLifetime> for Lifetime {
    type Error = &'static str;

    fn try_from(written: WrittenLifetime) -> Result<Self, Self::Error> {
        match (written.r#type, written.months) {
            (WrittenType::FirstSale, None) => Ok(Self::FirstSale),
            (WrittenType::Forever, None) => Ok(Self::Forever),
            (WrittenType::Months, Some(months)) => Ok(Self::Months { months }),
            (WrittenType::Months, None) => Err("missing field `months`"),
            (_, Some(_)) => Err("unknown field `months`"),
        }
    }
}

/// Which click of a visitor earns, when there are several inside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// The first.
    First,
    /// The last.
    Last,
}

/// One version of the program's rules. Its JSON form is what `PATCH /v1/program` merges into and what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The shop's name, as mails and pages show it.
    pub shop_name: String,
    /// How a commission is computed on goods that none of `rules` fits.
    pub commission: CommissionRule,
    /// Finer rules: for each kind of goods in a sale the first that fits pays.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Least commission of a sale while any base is left, in minor units by currency.
    #[serde(default)]
    pub sale_floor: ByCurrency,
    /// Most commission of a sale, in minor units by currency.
    #[serde(default)]
    pub sale_cap: ByCurrency,
    /// Sums for the n-th deal.
    #[serde(default)]
    pub bonuses: Vec<Bonus>,
    /// Beyond these a sale is held for the owner.
    #[serde(default)]
    pub caps: Caps,
    /// What the friend is given at the checkout.
    #[serde(default)]
    pub friend_discounts: Vec<FriendDiscount>,
    /// Days from `paid_at` until a commission is approved; 0 pays at once, as Girard did.
    pub hold_days: i64,
    /// Days a click counts before the order.
    pub window_days: i64,
    /// Smallest base that earns, in minor units by currency.
    pub minimum_sale: ByCurrency,
    /// Smallest payout, in minor units by currency; others default to 25 × 10^exponent.
    pub payout_minimum: ByCurrency,
    /// How long an introduction keeps earning.
    pub lifetime: Lifetime,
    /// Which click earns.
    pub touch: Touch,
    /// IANA zone in which days and periods are cut.
    pub timezone: String,
    /// The program's home currency.
    pub currency: Currency,
    /// Currencies that earn; empty means all.
    pub currencies: Vec<Currency>,
    /// Where links lead unless the code says otherwise.
    pub shop_url: Option<String>,
    /// Hosts that links may lead to, besides the host of `shop_url`.
    pub allowed_hosts: Vec<String>,
    /// Whether new sales stop earning.
    pub closed: bool,
    /// Days an introduction registered before the order counts, unless it says otherwise.
    pub introduction_days: i64,
    /// How referrers' claims are dealt with.
    pub claims: ClaimRules,
    /// Which signs hold a commission until the owner has looked.
    pub fraud: FraudRules,
    /// When and how referrers are paid.
    pub payouts: PayoutRules,
    /// How postings appear in the shop's own books.
    #[serde(default)]
    pub books: BookRules,
    /// How letters are written and when.
    pub letters: LetterRules,
}

/// Terms with their place in the program's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsVersion {
    /// 1, 2, 3 …
    pub version: i64,
    /// From when on these terms are in force.
    pub valid_from: Instant,
    /// The rules.
    pub terms: Terms,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            shop_name: "Our shop".to_owned(),
            commission: CommissionRule::Percent { rate: Rate::from_millionths(100_000) },
            rules: Vec::new(),
            sale_floor: ByCurrency::new(),
            sale_cap: ByCurrency::new(),
            bonuses: Vec::new(),
            caps: Caps::default(),
            friend_discounts: Vec::new(),
            hold_days: 30,
            window_days: 90,
            minimum_sale: ByCurrency::new(),
            payout_minimum: ByCurrency::new(),
            lifetime: Lifetime::FirstSale,
            touch: Touch::Last,
            timezone: "UTC".to_owned(),
            currency: Currency::EUR,
            currencies: Vec::new(),
            shop_url: None,
            allowed_hosts: Vec::new(),
            closed: false,
            introduction_days: 90,
            claims: ClaimRules::default(),
            fraud: FraudRules::default(),
            payouts: PayoutRules::default(),
            books: BookRules::default(),
            letters: LetterRules::default(),
        }
    }
}

impl Terms {
    /// The smallest payout in `currency`, in minor units.
    #[must_use]
    pub fn payout_minimum(&self, currency: Currency) -> i64 {
        self.payout_minimum.get(&currency).copied().unwrap_or_else(|| currency.units(25))
    }

    /// Whether a sale in `currency` earns under these terms.
    #[must_use]
    pub fn accepts(&self, currency: Currency) -> bool {
        (self.currencies.is_empty() || self.currencies.contains(&currency))
            && (self.commission.knows(currency) || self.rules.iter().any(|rule| rule.pays.knows(currency)))
    }

    /// Whether the law must know the referrer's tier, deals and sums to judge under these terms.
    #[must_use]
    pub fn looks_at_referrer(&self) -> bool {
        self.rules.iter().any(Rule::looks_at_referrer)
            || !self.bonuses.is_empty()
            || !self.caps.is_none()
            || self.friend_discounts.iter().any(|discount| !discount.tiers.is_empty())
    }

    /// Every tier these terms name, with where they name it.
    #[must_use]
    pub fn tiers_named(&self) -> Vec<(String, &str)> {
        let of_rules = self.rules.iter().enumerate().flat_map(|(place, rule)| named("rules", place, &rule.tiers));
        let discounts = self.friend_discounts.iter().enumerate();
        of_rules.chain(discounts.flat_map(|(place, one)| named("friend_discounts", place, &one.tiers))).collect()
    }

    /// Whether a link may lead to `address`: http or https, no user part, and a host that is the
    /// shop's or on the list, compared exactly after parsing (never by prefix or suffix).
    #[must_use]
    pub fn allows(&self, address: &str) -> bool {
        let Ok(parsed) = url::Url::parse(address) else { return false };
        let Some(host) = parsed.host_str() else { return false };
        let shop = self.shop_url.as_deref().and_then(|shop| url::Url::parse(shop).ok());
        let of_shop = shop.as_ref().and_then(url::Url::host_str) == Some(host);
        let listed = self.allowed_hosts.iter().any(|allowed| allowed == host);
        let plain = matches!(parsed.scheme(), "http" | "https") && parsed.username().is_empty() && parsed.password().is_none();
        plain && (of_shop || listed)
    }

    /// Checks where a code's link is to lead.
    ///
    /// # Errors
    /// When it may not lead there, or is too long for a header.
    pub fn check_destination(&self, pointer: &str, address: &str) -> Result<(), FieldError> {
        // Parsers drop line breaks silently; a header would obey them.
        if address.len() > DESTINATION_MAX || address.chars().any(|sign| sign.is_control() || sign.is_whitespace()) {
            return Err(FieldError::new(
                pointer,
                "invalid_url",
                format!("must be a web address of at most {DESTINATION_MAX} bytes without spaces or control characters"),
            ));
        }
        if self.allows(address) {
            return Ok(());
        }
        Err(FieldError::new(
            pointer,
            "host_not_allowed",
            "must be an http or https address on the host of the program's shop_url or one of its allowed_hosts",
        ))
    }

    fn faults_of_rules(&self) -> Vec<FieldError> {
        let mut faults = Faults::default();
        faults.amounts("/minimum_sale", &self.minimum_sale);
        faults.amounts("/payout_minimum", &self.payout_minimum);
        faults.pay("/commission", &self.commission);
        faults.rules(&self.rules);
        faults.floor_and_cap(&self.sale_floor, &self.sale_cap);
        faults.bonuses(&self.bonuses);
        faults.caps(&self.caps);
        faults.friend_discounts(&self.friend_discounts);
        faults.into_vec()
    }

    /// Checks terms that are about to become a version.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut faults: Vec<FieldError> = Vec::new();
        let mut within = |pointer: &str, value: i64, most: i64| {
            if !(0..=most).contains(&value) {
                faults.push(FieldError::new(pointer, "out_of_range", format!("must be between 0 and {most}")));
            }
        };
        within("/hold_days", self.hold_days, 3_650);
        within("/window_days", self.window_days, 3_650);
        within("/introduction_days", self.introduction_days, 3_650);
        faults.extend(self.faults_of_rules());
        if let Lifetime::Months { months } = self.lifetime
            && !(1..=120).contains(&months)
        {
            faults.push(FieldError::new("/lifetime/months", "out_of_range", "must be between 1 and 120"));
        }
        faults.extend(short_text("/shop_name", &self.shop_name).err());
        faults.extend(self.claims.check().chain(self.fraud.check()).chain(self.payouts.check()));
        faults.extend(self.books.check().chain(self.letters.check()));
        if jiff::tz::TimeZone::get(&self.timezone).is_err() {
            faults.push(FieldError::new("/timezone", "unknown_timezone", "is not an IANA time zone such as Europe/Berlin"));
        }
        if let Some(shop) = &self.shop_url
            && self.check_destination("/shop_url", shop).is_err()
        {
            faults.push(FieldError::new(
                "/shop_url",
                "invalid_url",
                "is not an http or https address such as https://shop.example",
            ));
        }
        for host in &self.allowed_hosts {
            if url::Host::parse(host).map(|parsed| parsed.to_string()).as_deref() != Ok(host) {
                faults.push(FieldError::new(
                    "/allowed_hosts",
                    "invalid_host",
                    format!("{host:?} is not a bare lower-case host name"),
                ));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn named<'a>(list: &'a str, place: usize, tiers: &'a [String]) -> impl Iterator<Item = (String, &'a str)> {
    tiers.iter().enumerate().map(move |(tier, name)| (format!("/{list}/{place}/tiers/{tier}"), name.as_str()))
}

/// The terms in force at `at` among `versions` in ascending order; the earliest if `at` is before all.
#[must_use]
pub fn in_force(versions: &[TermsVersion], at: Instant) -> Option<&TermsVersion> {
    versions.iter().rev().find(|terms| terms.valid_from <= at).or_else(|| versions.first())
}

/// The terms among `versions`, ascending, that are in force at `from` or were put in force later.
pub fn in_force_since(versions: &[TermsVersion], from: Instant) -> impl Iterator<Item = &TermsVersion> {
    let first = in_force(versions, from).map_or(0, |terms| terms.version);
    versions.iter().filter(move |terms| terms.version >= first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_what_every_shop_starts_with() {
        let terms = Terms::default();
        assert!(terms.check().is_ok());
        assert_eq!(terms.commission.owed(10_000, Currency::EUR), 1_000);
        assert_eq!(terms.payout_minimum(Currency::EUR), 2_500);
        assert_eq!(terms.payout_minimum(Currency::parse("JPY").expect("yen")), 25);
        assert_eq!(terms.payout_minimum(Currency::parse("KWD").expect("dinar")), 25_000);
    }

    #[test]
    fn terms_count_from_those_in_force_on() {
        let versions = [(1, 10), (2, 20), (3, 30)].map(|(version, from)| TermsVersion {
            version,
            valid_from: Instant::from_micros(from),
            terms: Terms::default(),
        });
        for (from, expected) in [(5, &[1, 2, 3][..]), (19, &[1, 2, 3]), (20, &[2, 3]), (99, &[3])] {
            let found: Vec<i64> = in_force_since(&versions, Instant::from_micros(from)).map(|terms| terms.version).collect();
            assert_eq!(found, expected, "from {from}");
        }
        assert_eq!(in_force_since(&[], Instant::from_micros(5)).count(), 0);
    }

    #[test]
    fn links_lead_only_to_listed_hosts() {
        let terms = Terms {
            shop_url: Some("https://shop.example/start".to_owned()),
            allowed_hosts: vec!["blog.example".to_owned()],
            ..Terms::default()
        };
        assert!(terms.check().is_ok());
        assert!(terms.allows("https://shop.example/x?y=1"));
        assert!(terms.allows("http://blog.example"));
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://shop.example@evil.example/",
            "https://shop.example.evil.example",
            "https://evil.example/shop.example",
            "javascript:alert(1)",
            "https://a@shop.example/",
            "https://ѕhop.example/",
            "ftp://shop.example",
            "data:text/html,shop.example",
            "https://[::1]/",
            "",
        ] {
            assert!(!terms.allows(bad), "{bad}");
        }
    }
}
