//! The finer rules of the terms: who earns how much on which goods, bonuses, caps, and what the friend gets.
//!
//! Order matters and is stated: for each kind of goods in a sale the first rule that fits it pays;
//! goods that no rule fits earn the terms' own `commission`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::commission::CommissionRule;
use super::field::FieldError;
use super::money::{AMOUNT_MAX, ByCurrency};

/// The most rules, bonuses and discounts that one version of the terms may hold.
pub const RULES_MAX: usize = 50;

/// The most tiers, categories or article numbers that one rule may name.
const NAMES_MAX: usize = 100;

/// The most deals a rule, bonus or cap can speak of.
const DEALS_MAX: i64 = 1_000_000;

/// One rule: what it wants, and what it pays. A want left empty is no want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Names the rule in explanations; unique among the rules.
    pub name: String,
    /// The referrer's grade is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// The goods are of one of these categories, or have one of `skus`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// The goods have one of these article numbers, or are of one of `categories`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<String>,
    /// This is at least the referrer's n-th deal (1 is the first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_deal: Option<i64>,
    /// This is at most the referrer's n-th deal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto_deal: Option<i64>,
    /// The base of the whole sale is at least this, in minor units; a currency not named has no minimum.
    #[serde(default, skip_serializing_if = "ByCurrency::is_empty")]
    pub minimum_sale: ByCurrency,
    /// What it pays: a percentage of the goods it fits, or a sum per sale while any of them is left.
    pub pays: CommissionRule,
}

/// A sum for the sale that is the referrer's n-th deal; once per referrer and `deal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bonus {
    /// n.
    pub deal: i64,
    /// Minor units by currency; a sale in another currency brings none.
    pub amounts: ByCurrency,
}

/// How much something may earn; what is not named is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// At most so many sales.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales: Option<i64>,
    /// At most so much commission, in minor units by currency.
    #[serde(default, skip_serializing_if = "ByCurrency::is_empty")]
    pub amounts: ByCurrency,
}

/// Beyond these a sale is held for the owner (`over_cap`), never dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Of one code, for ever.
    #[serde(default, skip_serializing_if = "Limit::is_none")]
    pub per_code: Limit,
    /// Of one referrer in the calendar month of the order, in the program's time zone.
    #[serde(default, skip_serializing_if = "Limit::is_none")]
    pub per_referrer_month: Limit,
    /// Of the whole program: all that was ever booked as expense, bonuses and adjustments included.
    #[serde(default, skip_serializing_if = "ByCurrency::is_empty")]
    pub budget: ByCurrency,
}

/// What the friend is given at the checkout; the first that fits the referrer's tier counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FriendDiscount {
    /// The referrer's grade is one of these; empty fits all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// A percentage of the goods, or a sum by currency.
    pub gives: CommissionRule,
}

impl Limit {
    /// Whether it limits nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.sales.is_none() && self.amounts.is_empty()
    }
}

impl Caps {
    /// Whether they limit nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.per_code.is_none() && self.per_referrer_month.is_none() && self.budget.is_empty()
    }
}

impl Rule {
    /// Whether it asks who the referrer is and how many deals he brought.
    #[must_use]
    pub const fn looks_at_referrer(&self) -> bool {
        !self.tiers.is_empty() || self.from_deal.is_some() || self.upto_deal.is_some()
    }

    /// Whether it asks what was bought.
    #[must_use]
    pub const fn looks_at_goods(&self) -> bool {
        !self.categories.is_empty() || !self.skus.is_empty()
    }
}

/// Gathers the faults of a part of the terms.
#[derive(Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    pub(super) fn into_vec(self) -> Vec<FieldError> {
        self.0
    }

    pub(super) fn add(&mut self, pointer: &str, code: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(pointer, code, message));
    }

    fn within(&mut self, pointer: &str, value: i64, least: i64, most: i64) {
        if !(least..=most).contains(&value) {
            self.add(pointer, "out_of_range", format!("must be between {least} and {most}"));
        }
    }

    /// Amounts by currency, each 0 to the most the service can hold.
    pub(super) fn amounts(&mut self, pointer: &str, amounts: &ByCurrency) {
        for (currency, amount) in amounts {
            self.within(&format!("{pointer}/{currency}"), *amount, 0, AMOUNT_MAX);
        }
    }

    pub(super) fn pay(&mut self, pointer: &str, pay: &CommissionRule) {
        if let CommissionRule::Flat { amounts } = pay {
            self.some_amounts(&format!("{pointer}/amounts"), amounts);
        }
    }

    fn some_amounts(&mut self, pointer: &str, amounts: &ByCurrency) {
        if amounts.is_empty() {
            self.add(pointer, "empty", "must name a sum for one currency at least");
        }
        self.amounts(pointer, amounts);
    }

    fn names(&mut self, pointer: &str, names: &[String]) {
        if names.len() > NAMES_MAX {
            self.add(pointer, "too_many", format!("holds more than {NAMES_MAX} entries"));
        }
        for (place, name) in names.iter().enumerate() {
            self.text(&format!("{pointer}/{place}"), name);
        }
    }

    fn text(&mut self, pointer: &str, text: &str) {
        self.0.extend(super::field::short_text(pointer, text).err());
    }

    fn few(&mut self, pointer: &str, count: usize) {
        if count > RULES_MAX {
            self.add(pointer, "too_many", format!("holds more than {RULES_MAX} entries"));
        }
    }

    pub(super) fn rules(&mut self, rules: &[Rule]) {
        self.few("/rules", rules.len());
        let mut names = BTreeSet::new();
        for (place, rule) in rules.iter().enumerate() {
            let at = |field: &str| format!("/rules/{place}/{field}");
            self.text(&at("name"), &rule.name);
            if !names.insert(rule.name.as_str()) {
                self.add(&at("name"), "not_unique", "is the name of an earlier rule; give each rule a name of its own");
            }
            self.names(&at("tiers"), &rule.tiers);
            self.names(&at("categories"), &rule.categories);
            self.names(&at("skus"), &rule.skus);
            let (from, upto) = (rule.from_deal.unwrap_or(1), rule.upto_deal.unwrap_or(DEALS_MAX));
            self.within(&at("from_deal"), from, 1, DEALS_MAX);
            self.within(&at("upto_deal"), upto, 1, DEALS_MAX);
            if upto < from {
                self.add(&at("upto_deal"), "out_of_range", "is less than from_deal, so the rule would never fit");
            }
            self.amounts(&at("minimum_sale"), &rule.minimum_sale);
            self.pay(&at("pays"), &rule.pays);
        }
    }

    pub(super) fn bonuses(&mut self, bonuses: &[Bonus]) {
        self.few("/bonuses", bonuses.len());
        let mut deals = BTreeSet::new();
        for (place, bonus) in bonuses.iter().enumerate() {
            let at = |field: &str| format!("/bonuses/{place}/{field}");
            self.within(&at("deal"), bonus.deal, 1, DEALS_MAX);
            if !deals.insert(bonus.deal) {
                self.add(&at("deal"), "not_unique", "has a bonus above; name each deal once");
            }
            self.some_amounts(&at("amounts"), &bonus.amounts);
        }
    }

    pub(super) fn caps(&mut self, caps: &Caps) {
        for (pointer, limit) in [("/caps/per_code", &caps.per_code), ("/caps/per_referrer_month", &caps.per_referrer_month)] {
            if let Some(sales) = limit.sales {
                self.within(&format!("{pointer}/sales"), sales, 0, DEALS_MAX);
            }
            self.amounts(&format!("{pointer}/amounts"), &limit.amounts);
        }
        self.amounts("/caps/budget", &caps.budget);
    }

    pub(super) fn friend_discounts(&mut self, discounts: &[FriendDiscount]) {
        self.few("/friend_discounts", discounts.len());
        for (place, discount) in discounts.iter().enumerate() {
            self.names(&format!("/friend_discounts/{place}/tiers"), &discount.tiers);
            self.pay(&format!("/friend_discounts/{place}/gives"), &discount.gives);
        }
    }

    pub(super) fn floor_and_cap(&mut self, floor: &ByCurrency, cap: &ByCurrency) {
        self.amounts("/sale_floor", floor);
        self.amounts("/sale_cap", cap);
        for (currency, least) in floor {
            if cap.get(currency).is_some_and(|most| most < least) {
                self.add(&format!("/sale_cap/{currency}"), "out_of_range", "is less than the sale_floor in this currency");
            }
        }
    }
}

/// Checks the name of a tier: 1 to 40 lower-case letters, digits, `-` and `_`.
///
/// # Errors
/// Names the fault at `pointer`.
pub fn tier_name(pointer: &str, name: &str) -> Result<(), FieldError> {
    let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-' || sign == '_';
    if (1..=40).contains(&name.len()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(FieldError::new(pointer, "invalid_tier", "must be 1 to 40 lower-case letters, digits, hyphens or underscores"))
}
