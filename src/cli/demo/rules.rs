//! Who sent whom, who enrolled, who clicked and what went back: the history does not say, so these
//! rules do, the same in every run. PROVENANCE.md states them in words.

use super::purchases::{DAYS, Purchase};

/// One customer in so many talks about the shop.
const TALKERS: usize = 8;

/// One talker in so many never asked for a code: only the friends he sends name him.
const QUIET: usize = 4;

/// One customer in so many was sent by an earlier buyer, as in Girard's best year.
const SENT: usize = 3;

/// One of the others in so many tries a coupon that nobody has.
const COUPONS: usize = 25;

/// One order in so many goes back.
const REFUNDS: usize = 29;

/// Days from being named to enrolling: time to read the letter.
const ENROLS_AFTER: usize = 7;

/// What the shop learns at a new customer's first order. Customers by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// He types this customer's code.
    Code(usize),
    /// He came through this customer's link.
    Click(usize),
    /// Asked "who sent you?", he gives this customer's number.
    Number(usize),
    /// Asked "who sent you?", he gives this customer's e-mail address.
    Address(usize),
    /// He types a code that nobody has.
    Coupon,
    /// Nothing.
    Nothing,
}

/// An order of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// The row of the history, from 1.
    pub(super) number: usize,
    pub(super) word: Word,
}

/// Money back for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refund {
    pub(super) order: usize,
    /// None is everything.
    pub(super) cents: Option<i64>,
}

/// What happens on one day, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// Customers who enrol.
    pub(super) enrolments: Vec<usize>,
    /// Who clicks whose link.
    pub(super) clicks: Vec<(usize, usize)>,
    pub(super) orders: Vec<Order>,
    pub(super) refunds: Vec<Refund>,
}

/// The customers, as far as the rules care.
struct Crowd {
    /// The day of each customer's first purchase.
    first_days: Vec<usize>,
    /// Those who talk, by the day of their first purchase.
    talkers: Vec<usize>,
}

/// The eighteen months, day by day.
pub(super) fn days(purchases: &[Purchase]) -> Vec<Day> {
    let mut days = vec![Day::default(); DAYS];
    let crowd = Crowd::of(purchases);
    for talker in crowd.talkers.iter().filter(|talker| !quiet(**talker)) {
        on(&mut days, crowd.first_day(*talker) + 1, |day| day.enrolments.push(*talker));
    }
    let mut named = Vec::new();
    let mut newest = None;
    for (place, purchase) in purchases.iter().enumerate() {
        let first = newest != Some(purchase.customer);
        newest = Some(purchase.customer);
        let word = if first { crowd.word(purchase.customer) } else { Word::Nothing };
        let number = place + 1;
        on(&mut days, purchase.day, |day| day.orders.push(Order { number, word }));
        if let Word::Click(sender) = word {
            on(&mut days, crowd.clicks_on(purchase.customer, sender), |day| day.clicks.push((purchase.customer, sender)));
        }
        if let Word::Number(sender) | Word::Address(sender) = word
            && quiet(sender)
            && !named.contains(&sender)
        {
            named.push(sender);
            on(&mut days, purchase.day + ENROLS_AFTER, |day| day.enrolments.push(sender));
        }
        if let Some((after, refund)) = refund(number, purchase.cents) {
            on(&mut days, purchase.day + after, |day| day.refunds.push(refund));
        }
    }
    days
}

impl Crowd {
    fn of(purchases: &[Purchase]) -> Self {
        let mut first_days: Vec<usize> = Vec::new();
        for purchase in purchases.iter() {
            if purchase.customer == first_days.len() {
                first_days.push(purchase.day);
            }
        }
        let mut talkers: Vec<usize> = (0..first_days.len()).filter(|customer| draw("talks", *customer, TALKERS) == 0).collect();
        talkers.sort_by_key(|talker| (first_days.get(*talker).copied(), *talker));
        Self { first_days, talkers }
    }

    fn first_day(&self, customer: usize) -> usize {
        self.first_days.get(customer).copied().unwrap_or(DAYS)
    }

    /// Who sent this customer: one of the talkers who had bought on an earlier day.
    fn sender(&self, customer: usize) -> Option<usize> {
        let earlier = self.talkers.partition_point(|talker| self.first_day(*talker) < self.first_day(customer));
        let sent = customer.is_multiple_of(SENT) && earlier > 0;
        sent.then(|| self.talkers.get(draw("sender", customer, earlier)).copied()).flatten()
    }

    fn word(&self, customer: usize) -> Word {
        match (self.sender(customer), customer / SENT % 4) {
            (Some(sender), _) if quiet(sender) => Word::Address(sender),
            (Some(sender), 0 | 1) => Word::Code(sender),
            (Some(sender), 2) => Word::Click(sender),
            (Some(sender), _) => Word::Number(sender),
            (None, _) if draw("coupon", customer, COUPONS) == 0 => Word::Coupon,
            (None, _) => Word::Nothing,
        }
    }

    /// Up to two weeks before the first order, but not before the sender has a link.
    fn clicks_on(&self, customer: usize, sender: usize) -> usize {
        let lag = draw("click", customer, 15);
        self.first_day(customer).saturating_sub(lag).max(self.first_day(sender) + 1)
    }
}

fn quiet(talker: usize) -> bool {
    draw("quiet", talker, QUIET) == 0
}

/// Every twenty-ninth order that cost something goes back 3 to 47 days later, in turn wholly and half.
fn refund(order: usize, cents: i64) -> Option<(usize, Refund)> {
    if !order.is_multiple_of(REFUNDS) || cents == 0 {
        return None;
    }
    let whole = (order / REFUNDS).is_multiple_of(2);
    Some((3 + draw("refund", order, 45), Refund { order, cents: (!whole).then_some(cents / 2) }))
}

/// What falls after the last day does not happen.
fn on(days: &mut [Day], day: usize, happens: impl FnOnce(&mut Day)) {
    if let Some(day) = days.get_mut(day) {
        happens(day);
    }
}

/// A number under `below` that looks like chance and never changes (FNV-1a, mixed as SplitMix64 does).
fn draw(what: &str, number: usize, below: usize) -> usize {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let text = format!("{what} {number}");
    let hash = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mixed = mixed ^ (mixed >> 31);
    u64::try_from(below).ok().and_then(|below| mixed.checked_rem(below)).and_then(|rest| rest.try_into().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cli::demo::purchases::embedded;

    #[test]
    fn the_rules_say_the_same_each_time_and_nobody_is_sent_by_somebody_who_came_later() {
        let purchases = embedded().expect("the history");
        let all = days(&purchases);
        assert_eq!(all, days(&purchases));
        let crowd = Crowd::of(&purchases);
        let mut enrolled = BTreeSet::new();
        let mut clicked = BTreeSet::new();
        let (mut sent, mut kinds) = (0, BTreeSet::new());
        for (number, day) in all.iter().enumerate() {
            enrolled.extend(day.enrolments.iter().copied());
            for (visitor, sender) in &day.clicks {
                assert!(enrolled.contains(sender), "a link before the enrolment");
                clicked.insert(*visitor);
            }
            for order in &day.orders {
                let purchase = &purchases[order.number - 1];
                assert_eq!(purchase.day, number);
                let (kind, sender) = match order.word {
                    Word::Code(sender) => ("code", sender),
                    Word::Click(sender) => ("click", sender),
                    Word::Number(sender) => ("number", sender),
                    Word::Address(sender) => ("address", sender),
                    Word::Coupon | Word::Nothing => continue,
                };
                sent += 1;
                kinds.insert(kind);
                assert!(crowd.first_day(sender) < number);
                assert!(kind != "code" || enrolled.contains(&sender));
                assert!(kind != "click" || clicked.contains(&purchase.customer));
            }
        }
        assert_eq!(kinds.len(), 4);
        assert!((740..=786).contains(&sent), "about a third of 2,357: {sent}");
        let refunds = all.iter().map(|day| day.refunds.len()).sum::<usize>();
        assert!((200..=240).contains(&refunds), "a few percent of 6,919: {refunds}");
        assert_eq!(all.iter().map(|day| day.orders.len()).sum::<usize>(), 6_919);
    }
}
