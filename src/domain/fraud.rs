//! Signs that an order was not what it seems. A sign holds a commission until the owner has looked;
//! it never drops one: a household, an office or a busy weekend look much the same from here.

use serde::{Deserialize, Serialize};

use super::attribution::{ClickStanding, Evidence, Inputs};
use super::customer::{CustomerKey, KeyKind};
use super::field::FieldError;
use super::id::ReferrerId;

mod mailboxes;
pub use mailboxes::{is_disposable, mailbox};

/// Velocity of a referrer is counted over this long, in seconds.
pub const HOUR_SECONDS: i64 = 3_600;

/// Velocity of an address block is counted over this long, in seconds.
pub const DAY_SECONDS: i64 = 86_400;

/// The digits at the end of a telephone number that two spellings of it share: national numbers
/// have no country code and may have a leading 0 (E.164 leaves at most 15 digits).
const PHONE_TAIL: usize = 9;

/// Which signs hold a commission, with their numbers. Part of the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FraudRules {
    /// The buyer's e-mail or telephone is the referrer's, written differently. On unless set.
    pub similar_contact: bool,
    /// The order's address or payment was the referrer's own, or its payment that of other customers
    /// of his, or the buyer is paid into the referrer's account. On unless set.
    pub shared_signals: bool,
    /// The buyer's mailbox is one of those that anybody opens for an hour. On unless set.
    pub disposable_mail: bool,
    /// A page fetched the link as a part of itself (`Sec-Fetch-Dest` such as `iframe`, `image`). On unless set.
    pub stuffed_clicks: bool,
    /// An order sooner than so many seconds after its click; 0 is off. 10 unless set.
    pub click_seconds_min: i64,
    /// More than so many orders credited to one referrer within an hour; 0 is off. 100 unless set.
    pub referrer_orders_max: i64,
    /// More than so many orders credited to one referrer from one address block within a day; 0 is
    /// off. 5 unless set.
    pub block_orders_max: i64,
}

/// What an order has in common with one who would earn it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Who would earn it.
    pub referrer_id: ReferrerId,
    /// The same mailbox, written differently.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_email: bool,
    /// The same telephone number, written differently.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_phone: bool,
    /// Sent where his own orders went.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_address: bool,
    /// Paid with what he pays with.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_payment: bool,
    /// Has himself paid into the same account.
    #[serde(default, skip_serializing_if = "is_no")]
    pub same_account: bool,
    /// Other customers of his who paid with the same.
    #[serde(default, skip_serializing_if = "is_none")]
    pub payment_sharers: i64,
    /// Orders credited to him within the hour before; not counted beyond the rule's number.
    #[serde(default, skip_serializing_if = "is_none")]
    pub recent_orders: i64,
    /// Orders credited to him from the same address block within the day before.
    #[serde(default, skip_serializing_if = "is_none")]
    pub block_orders: i64,
}

/// A reason to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The buyer's mailbox is the referrer's.
    SameEmail,
    /// The buyer's telephone is the referrer's.
    SamePhone,
    /// Sent where the referrer's own orders went.
    SameAddress,
    /// Paid with what the referrer pays with.
    SamePayment,
    /// A referrer himself, who is paid into the same account.
    SameAccount,
    /// Paid with what other customers of the referrer paid with.
    SharedPayment,
    /// A mailbox for an hour.
    DisposableEmail,
    /// The click came from inside another page.
    StuffedClick,
    /// Ordered too soon after the click.
    QuickOrder,
    /// Too many orders for one referrer in an hour.
    ManyOrders,
    /// Too many orders for one referrer from one address block in a day.
    ManyOrdersFromOneBlock,
}

impl Default for FraudRules {
    fn default() -> Self {
        Self {
            similar_contact: true,
            shared_signals: true,
            disposable_mail: true,
            stuffed_clicks: true,
            click_seconds_min: 10,
            referrer_orders_max: 100,
            block_orders_max: 5,
        }
    }
}

impl FraudRules {
    /// Checks rules that are about to be in force.
    pub(super) fn check(&self) -> impl Iterator<Item = FieldError> {
        let within = |pointer: &str, value: i64, most: i64| {
            let fault = || FieldError::new(pointer, "out_of_range", format!("must be between 0 and {most}"));
            (!(0..=most).contains(&value)).then(fault)
        };
        let checks = [
            within("/fraud/click_seconds_min", self.click_seconds_min, 3_600),
            within("/fraud/referrer_orders_max", self.referrer_orders_max, 10_000),
            within("/fraud/block_orders_max", self.block_orders_max, 10_000),
        ];
        checks.into_iter().flatten()
    }
}

impl Trace {
    /// Nothing in common yet.
    #[must_use]
    pub const fn none(referrer_id: ReferrerId) -> Self {
        Self {
            referrer_id,
            same_email: false,
            same_phone: false,
            same_address: false,
            same_payment: false,
            same_account: false,
            payment_sharers: 0,
            recent_orders: 0,
            block_orders: 0,
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::none(self.referrer_id)
    }

    /// Adds what was found when the order was judged before: a suspicion once raised stays until the
    /// owner decides, whatever later reports leave out.
    pub fn remember(&mut self, earlier: &Self) {
        self.same_email |= earlier.same_email;
        self.same_phone |= earlier.same_phone;
        self.same_address |= earlier.same_address;
        self.same_payment |= earlier.same_payment;
        self.same_account |= earlier.same_account;
        self.payment_sharers = self.payment_sharers.max(earlier.payment_sharers);
        self.recent_orders = self.recent_orders.max(earlier.recent_orders);
        self.block_orders = self.block_orders.max(earlier.block_orders);
    }
}

/// The signs against crediting `referrer` by `evidence`, and by `click` if one won. The owner's word
/// and claims he accepted were looked at by a person, and a lasting introduction was when it began.
#[must_use]
pub fn signs(
    rules: &FraudRules,
    inputs: &Inputs,
    evidence: Evidence,
    referrer: ReferrerId,
    click: Option<&ClickStanding>,
) -> Vec<Sign> {
    if matches!(evidence, Evidence::OwnerDecision | Evidence::AcceptedClaim | Evidence::Referral) {
        return Vec::new();
    }
    let nothing = Trace::none(referrer);
    let trace = inputs.traces.iter().find(|trace| trace.referrer_id == referrer).unwrap_or(&nothing);
    let quick = |click: &ClickStanding| inputs.occurred_at < click.at.plus_seconds(rules.click_seconds_min);
    let over = |count: i64, most: i64| most > 0 && count >= most;
    let found = [
        (Sign::SameEmail, rules.similar_contact && trace.same_email),
        (Sign::SamePhone, rules.similar_contact && trace.same_phone),
        (Sign::SameAddress, rules.shared_signals && trace.same_address),
        (Sign::SamePayment, rules.shared_signals && trace.same_payment),
        (Sign::SameAccount, rules.shared_signals && trace.same_account),
        (Sign::SharedPayment, rules.shared_signals && trace.payment_sharers > 0),
        (Sign::DisposableEmail, rules.disposable_mail && inputs.disposable),
        (Sign::StuffedClick, rules.stuffed_clicks && click.is_some_and(|click| click.embedded)),
        (Sign::QuickOrder, click.is_some_and(quick)),
        (Sign::ManyOrders, over(trace.recent_orders, rules.referrer_orders_max)),
        (Sign::ManyOrdersFromOneBlock, over(trace.block_orders, rules.block_orders_max)),
    ];
    found.into_iter().filter_map(|(sign, found)| found.then_some(sign)).collect()
}

/// Whether two keys reach one person though they are written differently, and of which kind they are.
#[must_use]
pub fn same_contact(one: &CustomerKey, other: &CustomerKey) -> Option<KeyKind> {
    let same = match (one.kind, other.kind) {
        (KeyKind::Email, KeyKind::Email) => mailbox(&one.value) == mailbox(&other.value),
        (KeyKind::Phone, KeyKind::Phone) => tail(&one.value).is_some_and(|end| tail(&other.value) == Some(end)),
        _ => false,
    };
    same.then_some(one.kind)
}

fn tail(phone: &str) -> Option<&str> {
    let digits = phone.trim_start_matches('+');
    digits.get(digits.len().checked_sub(PHONE_TAIL)?..)
}

const fn is_no(flag: &bool) -> bool {
    !*flag
}

const fn is_none(count: &i64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::Instant;

    #[test]
    fn a_number_with_and_without_its_country_is_one() {
        let phone = |text| CustomerKey::phone("/phone", text).expect("a number");
        assert_eq!(same_contact(&phone("+49 30 90182000"), &phone("030 9018 2000")), Some(KeyKind::Phone));
        assert_eq!(same_contact(&phone("+49 30 90182000"), &phone("+49 30 90182001")), None);
        assert_eq!(same_contact(&phone("12345"), &phone("12345")), None, "too short to tell");
    }

    #[test]
    fn a_suspicion_once_raised_stays() {
        let joe = ReferrerId::new(Instant::from_micros(1));
        let mut later = Trace::none(joe);
        later.remember(&Trace { same_phone: true, recent_orders: 7, ..Trace::none(joe) });
        assert!(later.same_phone && later.recent_orders == 7 && !later.is_empty());
    }
}
