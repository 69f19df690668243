//! What a sale earns under its terms: which rule pays for which goods, the bonus, the caps, and what
//! the friend's discount cost. All of it follows from the terms and from what the verdict keeps.

use serde::{Deserialize, Serialize};

use super::attribution::{Inputs, Verdict, VerdictKind};
use super::commission::CommissionRule;
use super::id::ReferrerId;
use super::money::{ByCurrency, Currency, divide_rounded};
use super::program::Terms;
use super::rule::{Bonus, Limit, Rule};
use super::sale::{Line, LineShare, SaleContent};

const MILLION: i128 = 1_000_000;

/// Goods of one kind in a sale: those whose category and article number the rules tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// The category, if a rule speaks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The article number, if a rule speaks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Their part of the base, in minor units.
    pub base: i64,
}

/// The referrer as the law sees him: his grade, and what he, the code and the program earned besides
/// this sale. Sums in minor units of the sale's currency, after refunds, held ones left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who.
    pub referrer_id: ReferrerId,
    /// His grade when the sale was first judged to be his.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Which of his deals this is; 1 is the first.
    pub deal: i64,
    /// Whether another of his sales has the bonus for this deal.
    pub bonus_taken: bool,
    /// Other sales by this code.
    pub code_sales: i64,
    /// What they earn.
    pub code_amount: i64,
    /// His other sales ordered in this month.
    pub month_sales: i64,
    /// What they earn.
    pub month_amount: i64,
    /// What the program has spent besides this sale.
    pub spent: i64,
    /// What the verdict before granted for this sale: that much needs no room under a cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<i64>,
}

/// What the friend was offered it on: goods before all discounts, and the discounts given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Goods at list price, in minor units.
    pub list: i64,
    /// What the shop took off, in minor units.
    pub given: i64,
}

/// The goods that one rule pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'t> {
    /// The rule's name; none for the terms' own commission.
    pub rule: Option<&'t str>,
    /// What it pays.
    pub pays: &'t CommissionRule,
    /// On how much of the base, in minor units.
    pub base: i64,
}

/// What a sale earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'t> {
    /// Who pays for what, in the order of the rules.
    pub parts: Vec<Part<'t>>,
    /// ISO 4217.
    pub currency: Currency,
    /// Least commission while any base is left.
    pub floor: i64,
    /// Most commission.
    pub cap: Option<i64>,
    /// The deal that brings a bonus, and how much.
    pub bonus: Option<(i64, i64)>,
    base: i64,
    /// For each kind of goods, the place of its part.
    places: Vec<usize>,
}

/// Works out what a sale of `base` minor units earns, whose `goods` are of several kinds if not empty.
#[must_use]
pub fn plan<'t>(terms: &'t Terms, base: i64, currency: Currency, goods: &[Goods], standing: Option<&Standing>) -> Plan<'t> {
    let whole = [Goods { category: None, sku: None, base }];
    let goods = if goods.is_empty() { &whole } else { goods };
    let ranks: Vec<usize> = goods
        .iter()
        .map(|one| terms.rules.iter().position(|rule| fits(rule, one, base, currency, standing)).unwrap_or(terms.rules.len()))
        .collect();
    let mut used: Vec<usize> = ranks.clone();
    used.sort_unstable();
    used.dedup();
    let part = |rank: &usize| {
        let rule = terms.rules.get(*rank);
        let sums = goods.iter().zip(&ranks).filter(|(_, own)| *own == rank).map(|(one, _)| one.base);
        Part {
            rule: rule.map(|rule| rule.name.as_str()),
            pays: rule.map_or(&terms.commission, |rule| &rule.pays),
            base: sums.sum(),
        }
    };
    Plan {
        parts: used.iter().map(part).collect(),
        currency,
        floor: terms.sale_floor.get(&currency).copied().unwrap_or(0),
        cap: terms.sale_cap.get(&currency).copied(),
        bonus: standing.and_then(|standing| bonus(&terms.bonuses, currency, standing)),
        base,
        places: ranks.iter().filter_map(|rank| used.iter().position(|one| one == rank)).collect(),
    }
}

fn fits(rule: &Rule, goods: &Goods, base: i64, currency: Currency, standing: Option<&Standing>) -> bool {
    let among = |names: &[String], name: &Option<String>| name.as_ref().is_some_and(|name| names.contains(name));
    let of_kind = !rule.looks_at_goods() || among(&rule.categories, &goods.category) || among(&rule.skus, &goods.sku);
    let of_referrer = !rule.looks_at_referrer()
        || standing.is_some_and(|standing| {
            let deals = rule.from_deal.unwrap_or(1)..=rule.upto_deal.unwrap_or(i64::MAX);
            deals.contains(&standing.deal) && (rule.tiers.is_empty() || among(&rule.tiers, &standing.tier))
        });
    let large = base >= rule.minimum_sale.get(&currency).copied().unwrap_or(0);
    of_kind && of_referrer && large && rule.pays.knows(currency)
}

fn bonus(bonuses: &[Bonus], currency: Currency, standing: &Standing) -> Option<(i64, i64)> {
    let reached = bonuses.iter().find(|bonus| bonus.deal == standing.deal && !standing.bonus_taken)?;
    Some((reached.deal, *reached.amounts.get(&currency)?)).filter(|(_, amount)| *amount > 0)
}

impl Plan<'_> {
    /// The commission when `base_refunded` has gone back, of which `returned` is known by part (empty:
    /// of no part). The rest went back evenly from what was left of all parts. Rounded once, half away
    /// from zero; 0 when nothing is left.
    #[must_use]
    pub fn owed(&self, base_refunded: i64, returned: &[i64]) -> i64 {
        let left = self.base - base_refunded;
        if left <= 0 {
            return 0;
        }
        let (mut whole, mut shares, mut sums) = (0_i128, 0_i128, 0_i64);
        for (place, part) in self.parts.iter().enumerate() {
            let kept = part.base - returned.get(place).copied().unwrap_or(0).clamp(0, part.base.max(0));
            whole += i128::from(kept);
            match part.pays {
                CommissionRule::Percent { rate } => shares += i128::from(kept) * i128::from(rate.millionths()),
                CommissionRule::Flat { amounts } if kept > 0 => sums += amounts.get(&self.currency).copied().unwrap_or(0),
                CommissionRule::Flat { .. } => {}
            }
        }
        let commission = divide_rounded(shares * i128::from(left), whole * MILLION).saturating_add(sums);
        let commission = commission.max(self.floor);
        self.cap.map_or(commission, |cap| commission.min(cap))
    }

    /// The bonus for the `deal`-th deal when `base_refunded` has gone back: it stands and falls with the sale.
    #[must_use]
    pub fn bonus_for(&self, deal: i64, base_refunded: i64) -> i64 {
        self.bonus.filter(|(reached, _)| *reached == deal && base_refunded < self.base).map_or(0, |(_, amount)| amount)
    }

    /// Commission and bonus while nothing has gone back.
    #[must_use]
    pub fn granted(&self) -> i64 {
        self.owed(0, &[]).saturating_add(self.bonus.map_or(0, |(_, amount)| amount))
    }

    /// Whether refunds need to be told apart by part.
    #[must_use]
    pub fn is_split(&self) -> bool {
        self.parts.len() > 1
    }

    /// Adds up by part what came back of each kind of goods, at most the part's base.
    #[must_use]
    pub fn by_part(&self, of_goods: &[i64]) -> Vec<i64> {
        let mut sums = vec![0_i64; self.parts.len()];
        for (amount, place) in of_goods.iter().zip(&self.places) {
            if let Some(sum) = sums.get_mut(*place) {
                *sum = sum.saturating_add(*amount);
            }
        }
        sums.iter().zip(&self.parts).map(|(sum, part)| (*sum).clamp(0, part.base.max(0))).collect()
    }
}

/// Whether a sale that is about to earn `plan` would go over a cap of `terms`.
#[must_use]
pub fn over_cap(terms: &Terms, plan: &Plan<'_>, standing: &Standing, by_code: bool) -> bool {
    let commission = plan.owed(0, &[]);
    let room_kept = |amount: i64| standing.granted.is_some_and(|granted| amount <= granted);
    let beyond = |limit: &Limit, sales: i64, amount: i64| {
        let many = limit.sales.is_some_and(|most| sales >= most) && standing.granted.is_none();
        many || (over(&limit.amounts, plan.currency, amount, commission) && !room_kept(plan.granted()))
    };
    let caps = &terms.caps;
    (by_code && beyond(&caps.per_code, standing.code_sales, standing.code_amount))
        || beyond(&caps.per_referrer_month, standing.month_sales, standing.month_amount)
        || (over(&caps.budget, plan.currency, standing.spent, plan.granted()) && !room_kept(plan.granted()))
}

fn over(caps: &ByCurrency, currency: Currency, before: i64, more: i64) -> bool {
    caps.get(&currency).is_some_and(|cap| more > 0 && before.saturating_add(more) > *cap)
}

/// What the friend's discount cost on the sale judged: what was promised, as far as the shop gave it.
/// A friend who came by no code was promised nothing.
#[must_use]
pub fn friend_discount(terms: &Terms, inputs: &Inputs, verdict: &Verdict) -> i64 {
    let (Some(offer), Some(_), VerdictKind::Attributed) = (inputs.offer, &verdict.code, verdict.kind) else { return 0 };
    let tier = inputs.standing.as_ref().and_then(|standing| standing.tier.as_deref());
    discount_for(terms, tier).map_or(0, |gives| gives.owed(offer.list, inputs.currency).min(offer.list).min(offer.given).max(0))
}

/// What the friend of a referrer of this tier is given.
#[must_use]
pub fn discount_for<'t>(terms: &'t Terms, tier: Option<&str>) -> Option<&'t CommissionRule> {
    let fits = |tiers: &[String]| tiers.is_empty() || tier.is_some_and(|tier| tiers.iter().any(|one| one == tier));
    terms.friend_discounts.iter().find(|discount| fits(&discount.tiers)).map(|discount| &discount.gives)
}

/// Which categories and article numbers any of several terms speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds<'t> {
    categories: std::collections::HashSet<&'t str>,
    skus: std::collections::HashSet<&'t str>,
}

impl<'t> Kinds<'t> {
    /// Gathers them.
    pub fn of(terms: impl Iterator<Item = &'t Terms>) -> Self {
        let mut kinds = Self::default();
        for rule in terms.flat_map(|terms| &terms.rules) {
            kinds.categories.extend(rule.categories.iter().map(String::as_str));
            kinds.skus.extend(rule.skus.iter().map(String::as_str));
        }
        kinds
    }

    /// Whether goods need not be told apart at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.categories.is_empty() && self.skus.is_empty()
    }

    fn of_line<'l>(&self, line: &'l Line) -> (Option<&'l str>, Option<&'l str>) {
        let category = line.category.as_deref().filter(|category| self.categories.contains(category));
        (category, Some(line.sku.as_str()).filter(|sku| self.skus.contains(sku)))
    }

    /// The commissionable goods of an order by kind; empty when the rules tell none apart.
    #[must_use]
    pub fn goods(&self, lines: &[Line], shares: &[LineShare]) -> Vec<Goods> {
        let mut goods: Vec<Goods> = Vec::new();
        if self.is_empty() {
            return goods;
        }
        for (line, share) in lines.iter().zip(shares).filter(|(line, _)| line.commissionable) {
            let (category, sku) = self.of_line(line);
            let same = |one: &&mut Goods| (one.category.as_deref(), one.sku.as_deref()) == (category, sku);
            match goods.iter_mut().find(same) {
                Some(known) => known.base += share.net,
                None => goods.push(Goods {
                    category: category.map(ToOwned::to_owned),
                    sku: sku.map(ToOwned::to_owned),
                    base: share.net,
                }),
            }
        }
        goods
    }

    fn returned(&self, goods: &[Goods], lines: &[Line], of_lines: &[i64]) -> Vec<i64> {
        let of = |one: &Goods| {
            let same = |line: &Line| line.commissionable && self.of_line(line) == (one.category.as_deref(), one.sku.as_deref());
            lines.iter().zip(of_lines).filter(|(line, _)| same(line)).map(|(_, amount)| *amount).sum()
        };
        goods.iter().map(of).collect()
    }
}

/// What came back of each of `goods`, given what came back of each of the `lines` they were told apart from.
#[must_use]
pub fn returned_of(goods: &[Goods], lines: &[Line], of_lines: &[i64]) -> Vec<i64> {
    // The kinds as they were then: later terms may tell more apart.
    let kinds = Kinds {
        categories: goods.iter().filter_map(|one| one.category.as_deref()).collect(),
        skus: goods.iter().filter_map(|one| one.sku.as_deref()).collect(),
    };
    kinds.returned(goods, lines, of_lines)
}

impl Offer {
    /// What an order says of its discounts; an order that names none gave none.
    #[must_use]
    pub fn of(content: &SaleContent) -> Self {
        let given = content.discount.unwrap_or(0) + content.lines.iter().map(|line| line.discount).sum::<i64>();
        let gross = |line: &Line| line.quantity.saturating_mul(line.unit_price);
        let list = match (content.lines.is_empty(), content.subtotal, content.total) {
            (false, _, _) => content.lines.iter().map(gross).sum(),
            (true, Some(subtotal), _) => subtotal,
            (true, None, Some(total)) => {
                let added = if content.tax_included { 0 } else { content.tax.unwrap_or(0) };
                total - added - content.shipping.unwrap_or(0) + given
            }
            (true, None, None) => 0,
        };
        Self { list, given }
    }
}

#[cfg(test)]
mod tests;
