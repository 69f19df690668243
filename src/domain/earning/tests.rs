use proptest::prelude::*;

use super::*;
use crate::domain::instant::Instant;
use crate::domain::money::Rate;
use crate::domain::rule::Caps;

fn percent(text: &str) -> CommissionRule {
    CommissionRule::Percent { rate: Rate::parse_percent(text).expect("a rate") }
}

fn euros(amount: i64) -> ByCurrency {
    [(Currency::EUR, amount)].into()
}

fn rule(name: &str, pays: CommissionRule) -> Rule {
    Rule {
        name: name.to_owned(),
        tiers: Vec::new(),
        categories: Vec::new(),
        skus: Vec::new(),
        from_deal: None,
        upto_deal: None,
        minimum_sale: ByCurrency::new(),
        pays,
    }
}

fn standing(deal: i64) -> Standing {
    Standing {
        referrer_id: ReferrerId::new(Instant::from_micros(0)),
        tier: None,
        deal,
        bonus_taken: false,
        code_sales: 0,
        code_amount: 0,
        month_sales: 0,
        month_amount: 0,
        spent: 0,
        granted: None,
    }
}

fn goods(category: &str, base: i64) -> Goods {
    Goods { category: Some(category.to_owned()), sku: None, base }
}

/// What a sale of 100.00 EUR earns as the referrer's `deal`-th.
fn earns(terms: &Terms, standing: &Standing) -> i64 {
    plan(terms, 10_000, Currency::EUR, &[], Some(standing)).owed(0, &[])
}

#[test]
fn the_first_rule_that_fits_pays_and_the_terms_own_commission_pays_the_rest() {
    let shoes = Rule { categories: vec!["shoes".to_owned()], ..rule("shoes", percent("20")) };
    let named = Rule { skus: vec!["S-1".to_owned()], ..rule("one", CommissionRule::Flat { amounts: euros(300) }) };
    let terms = Terms { rules: vec![named, shoes], ..Terms::default() };
    let of = |goods: &[Goods]| plan(&terms, goods.iter().map(|one| one.base).sum(), Currency::EUR, goods, None).owed(0, &[]);
    assert_eq!(of(&[goods("shoes", 10_000), goods("socks", 5_000)]), 2_000 + 500);
    let both = Goods { sku: Some("S-1".to_owned()), ..goods("shoes", 4_000) };
    assert_eq!(of(&[both, goods("shoes", 1_000)]), 300 + 200);
}

#[test]
fn a_tier_and_the_number_of_deals_move_the_rate() {
    let gold = Rule { tiers: vec!["gold".to_owned()], ..rule("gold", percent("15")) };
    let tenth = Rule { from_deal: Some(10), ..rule("from ten", percent("12.5")) };
    let few = Rule { upto_deal: Some(1), ..rule("the first", percent("20")) };
    let terms = Terms { rules: vec![gold, tenth, few], ..Terms::default() };
    let rates: Vec<i64> = [1, 2, 9, 10, 11].map(|deal| earns(&terms, &standing(deal))).to_vec();
    assert_eq!(rates, [2_000, 1_000, 1_000, 1_250, 1_250]);
    assert_eq!(earns(&terms, &Standing { tier: Some("gold".to_owned()), ..standing(10) }), 1_500);
    assert_eq!(earns(&terms, &Standing { tier: Some("silver".to_owned()), ..standing(2) }), 1_000);
}

#[test]
fn a_floor_holds_while_any_base_is_left_and_a_cap_always() {
    let terms = Terms { sale_floor: euros(500), sale_cap: euros(800), ..Terms::default() };
    let owed = |base, back| plan(&terms, base, Currency::EUR, &[], None).owed(back, &[]);
    assert_eq!((owed(100, 0), owed(6_000, 0), owed(90_000, 0)), (500, 600, 800));
    assert_eq!((owed(100, 99), owed(100, 100), owed(90_000, 85_000)), (500, 0, 500));
}

#[test]
fn what_comes_back_line_by_line_takes_its_own_rate_along() {
    let shoes = Rule { categories: vec!["shoes".to_owned()], ..rule("shoes", percent("20")) };
    let terms = Terms { rules: vec![shoes], ..Terms::default() };
    let plan = plan(&terms, 15_000, Currency::EUR, &[goods("shoes", 10_000), goods("socks", 5_000)], None);
    assert_eq!(plan.owed(0, &[]), 2_500);
    assert_eq!(plan.owed(10_000, &plan.by_part(&[10_000, 0])), 500, "the shoes came back");
    assert_eq!(plan.owed(5_000, &plan.by_part(&[0, 5_000])), 2_000, "the socks came back");
    assert_eq!(plan.owed(7_500, &[]), 1_250, "half of it came back, nobody said which");
    assert_eq!(plan.owed(15_000, &plan.by_part(&[10_000, 0])), 0);
}

#[test]
fn the_bonus_belongs_to_the_deal_and_to_nobody_else() {
    let bonuses = vec![Bonus { deal: 5, amounts: euros(5_000) }, Bonus { deal: 10, amounts: euros(9_000) }];
    let terms = Terms { bonuses, ..Terms::default() };
    let bonus = |standing: &Standing| plan(&terms, 10_000, Currency::EUR, &[], Some(standing)).bonus;
    assert_eq!((bonus(&standing(4)), bonus(&standing(5)), bonus(&standing(6))), (None, Some((5, 5_000)), None));
    assert_eq!(bonus(&Standing { bonus_taken: true, ..standing(5) }), None);
    let plan = plan(&terms, 10_000, Currency::EUR, &[], Some(&standing(10))).bonus_for(10, 9_999);
    assert_eq!(plan, 9_000);
}

#[test]
fn a_cap_is_full_when_the_sum_goes_over_it_and_what_was_granted_keeps_its_room() {
    let caps = |caps| Terms { caps, ..Terms::default() };
    let over = |terms: &Terms, standing: Standing| {
        over_cap(terms, &plan(terms, 10_000, Currency::EUR, &[], Some(&standing)), &standing, true)
    };
    let month = caps(Caps { per_referrer_month: Limit { sales: None, amounts: euros(5_000) }, ..Caps::default() });
    assert!(!over(&month, Standing { month_amount: 4_000, ..standing(1) }));
    assert!(over(&month, Standing { month_amount: 4_001, ..standing(1) }));
    assert!(!over(&month, Standing { month_amount: 4_900, granted: Some(1_000), ..standing(1) }));
    assert!(over(&month, Standing { month_amount: 4_900, granted: Some(999), ..standing(1) }));
    let uses = caps(Caps { per_code: Limit { sales: Some(3), amounts: ByCurrency::new() }, ..Caps::default() });
    assert!(!over(&uses, Standing { code_sales: 2, ..standing(1) }));
    assert!(over(&uses, Standing { code_sales: 3, ..standing(1) }));
    let budget = caps(Caps { budget: euros(100_000), ..Caps::default() });
    assert!(!over(&budget, Standing { spent: 99_000, ..standing(1) }));
    assert!(over(&budget, Standing { spent: 99_001, ..standing(1) }));
}

proptest! {
    /// However a sale is refunded, in however many parts: what it earned never grows by it, and all
    /// of it is gone when the base is.
    #[test]
    fn refunds_of_mixed_goods_take_back_exactly_what_was_booked(
        bases in prop::collection::vec(0_i64..=1_000_000_000, 1..5),
        rates in prop::collection::vec(0_i64..=1_000_000, 5),
        flat in 0_i64..10_000,
        backs in prop::collection::vec((0_usize..5, 0_i64..=400_000_000), 0..6),
    ) {
        let mut rules: Vec<Rule> = bases.iter().enumerate().map(|(place, _)| Rule {
            categories: vec![place.to_string()],
            ..rule(&place.to_string(), CommissionRule::Percent { rate: Rate::from_millionths(rates[place]) })
        }).collect();
        rules[0].pays = CommissionRule::Flat { amounts: euros(flat) };
        let terms = Terms { rules, ..Terms::default() };
        let goods: Vec<Goods> = bases.iter().enumerate().map(|(place, base)| goods(&place.to_string(), *base)).collect();
        let base: i64 = bases.iter().sum();
        let plan = plan(&terms, base, Currency::EUR, &goods, None);
        let (mut booked, mut refunded) = (plan.owed(0, &[]), 0_i64);
        let first = booked;
        let mut returned = vec![0_i64; bases.len()];
        let mut changes = 0;
        for (place, amount) in backs {
            if let Some(sum) = returned.get_mut(place) {
                let more = amount.min(bases[place] - *sum);
                *sum += more;
                refunded += more;
            }
            let target = plan.owed(refunded, &plan.by_part(&returned));
            prop_assert!(target <= booked, "{} after {}", target, booked);
            changes += target - booked;
            booked = target;
        }
        changes += plan.owed(base, &plan.by_part(&returned)) - booked;
        prop_assert_eq!(first + changes, 0);
    }
}
