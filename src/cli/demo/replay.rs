//! Lives through the history day by day, on a clock of its own, through the same doors' operations
//! as the API.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::people::{People, SOURCE};
use super::purchases::Purchase;
use super::rules::{Day, Order, Refund, Word};
use crate::cli::{Failure, Outcome, fail, say};
use crate::db::referrers::{self, CodeRow};
use crate::domain::attribution::{Evidence, VerdictKind};
use crate::domain::click::{Click, reference_of};
use crate::domain::code::Code;
use crate::domain::field::FieldError;
use crate::domain::id::{ClickId, PayoutId, ReferrerId, SaleId, VisitorId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::refund::RefundContent;
use crate::domain::sale::{Hint, OrderKey, SaleContent, SaleReport, SaleStatus};
use crate::mail::Mailer;
use crate::operations::books::Book;
use crate::operations::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use crate::operations::mature_commissions::{SLICE, mature_commissions};
use crate::operations::record_sales::{SaleAnswer, SaleRequest};
use crate::operations::refund_sales::{RefundAnswer, RefundRequest};
use crate::operations::set_terms::{TermsSet, set_terms};
use crate::operations::track_clicks::ClickRequest;
use crate::worker::{Letterhead, send_waiting};

/// Who acts, in the audit log.
pub(super) const ACTOR: &str = "demo";

/// A coupon that nobody was given.
const COUPON: &str = "MUSIC97";

/// The history on its way into the ledger.
pub(super) struct Replay<'a> {
    pub(super) book: &'a Book,
    pub(super) mailer: Mailer,
    pub(super) letterhead: Letterhead,
    pub(super) currency: Currency,
    start: Instant,
    purchases: &'a [Purchase],
    people: People<'a>,
    codes: HashMap<usize, CodeRow>,
    clicks: HashMap<usize, ClickId>,
    /// The first order that each referrer was credited with.
    pub(super) credited: HashMap<ReferrerId, SaleId>,
    pub(super) letters: usize,
    pub(super) month: Month,
    /// A payout that will come back, and on which day.
    pub(super) coming_back: Option<(usize, PayoutId)>,
}

/// What a line of progress shows.
#[derive(Default)]
pub(super) struct Month {
    orders: usize,
    friends: usize,
    deals: usize,
    pub(super) paid: i64,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        book: &'a Book,
        mailer: Mailer,
        letterhead: Letterhead,
        purchases: &'a [Purchase],
        start: Instant,
    ) -> Result<Self, Failure> {
        Ok(Self {
            book,
            mailer,
            letterhead,
            currency: Currency::parse("USD").map_err(fail)?,
            start,
            purchases,
            people: People::of(purchases),
            codes: HashMap::new(),
            clicks: HashMap::new(),
            credited: HashMap::new(),
            letters: 0,
            month: Month::default(),
            coming_back: None,
        })
    }

    /// Opens the shop, then lives through `days`.
    pub(super) fn run(&mut self, days: &[Day]) -> Outcome {
        self.set_terms()?;
        say("month      orders  new friends  their deals  paid to referrers");
        for (number, day) in days.iter().enumerate() {
            self.clock(number, 6);
            self.mature()?;
            self.pay(number)?;
            self.clock(number, 8);
            for customer in &day.enrolments {
                self.enroll(*customer)?;
            }
            self.clock(number, 9);
            self.click(&day.clicks)?;
            self.clock(number, 20);
            self.order(number, &day.orders)?;
            self.clock(number, 21);
            self.refund(&day.refunds)?;
            self.clock(number, 22);
            self.letters += send_waiting(self.book, &self.mailer, &self.letterhead).map_err(fail)?;
            if self.date(number + 1).ends_with("-01") {
                self.tell(&self.date(number));
            }
        }
        Ok(())
    }

    /// The calendar day, such as `1997-01-01`.
    pub(super) fn date(&self, day: usize) -> String {
        self.at(day, 0).day_in("UTC")
    }

    fn at(&self, day: usize, hour: i64) -> Instant {
        self.start.plus_days(i64::try_from(day).unwrap_or(0)).plus_seconds(hour * 3_600)
    }

    fn clock(&self, day: usize, hour: i64) {
        self.book.clock.set_offset_micros(self.at(day, hour).micros());
    }

    fn tell(&mut self, date: &str) {
        let Month { orders, friends, deals, paid } = std::mem::take(&mut self.month);
        let paid = Money { amount: paid, currency: self.currency }.to_string();
        say(format!("{:<9} {orders:>7} {friends:>12} {deals:>12} {paid:>18}", date.get(..7).unwrap_or(date)));
    }

    fn set_terms(&self) -> Outcome {
        let patch = json!({
            "shop_name": "CDNOW (demo)",
            "shop_url": "https://cdnow.example/",
            "currency": "USD",
            "hold_days": 30,
            "payout_minimum": { "USD": 1_000 },
            "lifetime": { "type": "months", "months": 12 },
        });
        let patch: Map<String, Value> = patch.as_object().cloned().unwrap_or_default();
        match self.book.writer.write_blocking(move |tx, now| set_terms(tx, now, ACTOR, &patch)).map_err(fail)? {
            TermsSet::InForce(..) => Ok(()),
            refused => Err(Failure(format!("the demo's terms were refused: {refused:?}"))),
        }
    }

    fn mature(&self) -> Outcome {
        let full = usize::try_from(SLICE).unwrap_or(usize::MAX);
        while self.book.writer.write_blocking(mature_commissions).map_err(fail)? >= full {}
        Ok(())
    }

    fn enroll(&mut self, customer: usize) -> Outcome {
        let code = Code::parse("/code", &self.people.code(customer)).map_err(refused)?;
        let wish = Enrolment { customer: self.people.facts(customer).map_err(refused)?, code: Some(code), invite: false };
        let enrolled = self.book.writer.write_blocking(move |tx, now| enroll_referrer(tx, now, &wish)).map_err(fail)?;
        let Enrolled::Done { referrer, .. } = enrolled else {
            return Err(Failure(format!("customer {} could not be enrolled: {enrolled:?}", self.people.master_id(customer))));
        };
        let codes = self.book.readers.read(|conn| referrers::codes_of(conn, &[referrer.id])).map_err(fail)?;
        self.codes.extend(codes.into_iter().next().map(|code| (customer, code)));
        Ok(())
    }

    fn click(&mut self, visits: &[(usize, usize)]) -> Outcome {
        let at = self.book.clock.now();
        let mut requests = Vec::with_capacity(visits.len());
        for (visitor, sender) in visits {
            let code = self.codes.get(sender).ok_or_else(|| fail("a link was followed that nobody has"))?;
            let (id, referrer_id) = (ClickId::new(at), code.referrer_id);
            self.clicks.insert(*visitor, id);
            requests.push(ClickRequest {
                click: Click { id, code_id: code.id, referrer_id, visitor: VisitorId::new(at), at, embedded: false, block: None },
            });
        }
        self.book.track_clicks.ask_all_blocking(requests).into_iter().collect::<Result<(), _>>().map_err(fail)
    }

    fn order(&mut self, day: usize, orders: &[Order]) -> Outcome {
        let opening = self.at(day, 10);
        let reports = orders.iter().zip(0..).map(|(order, place)| self.report(order, opening.plus_seconds(place * 60)));
        let requests = reports.collect::<Result<Vec<_>, _>>()?;
        for answer in self.book.record_sales.ask_all_blocking(requests) {
            let SaleAnswer::Created(view) = answer.map_err(fail)? else {
                return Err(fail("an order was reported that the ledger had already"));
            };
            self.month.orders += 1;
            let Some(verdict) = view.verdict.filter(|verdict| verdict.kind == VerdictKind::Attributed) else { continue };
            self.month.deals += 1;
            if verdict.evidence != Some(Evidence::Referral) {
                self.month.friends += 1;
            }
            if let Some(referrer) = verdict.referrer_id {
                self.credited.entry(referrer).or_insert(view.sale.id);
            }
        }
        Ok(())
    }

    fn report(&self, order: &Order, occurred_at: Instant) -> Result<SaleRequest, Failure> {
        let purchase = order.number.checked_sub(1).and_then(|place| self.purchases.get(place));
        let purchase = purchase.ok_or_else(|| fail("an order stands outside the history"))?;
        let mut codes = Vec::new();
        let mut reference = None;
        let mut referred_by = None;
        match order.word {
            Word::Code(sender) => codes.push(self.people.code(sender)),
            Word::Coupon => codes.push(COUPON.to_owned()),
            Word::Click(_) => reference = self.clicks.get(&purchase.customer).map(|click| reference_of(*click)),
            Word::Number(sender) => referred_by = Some(Hint::Key(self.people.number(sender).map_err(refused)?)),
            Word::Address(sender) => referred_by = Some(Hint::Key(self.people.address(sender).map_err(refused)?)),
            Word::Nothing => {}
        }
        let content = SaleContent {
            occurred_at: Some(occurred_at),
            currency: self.currency,
            lines: Vec::new(),
            subtotal: Some(purchase.cents),
            discount: None,
            tax: None,
            tax_included: false,
            shipping: None,
            total: None,
            codes,
            reference,
        };
        let amounts = content.amounts().map_err(refused)?;
        let report = SaleReport {
            order: order_key(order.number),
            version: 0,
            status: SaleStatus::Paid,
            paid_at: None,
            customer: Some(self.people.facts(purchase.customer).map_err(refused)?),
            referred_by,
            history: false,
            metadata: [("cds".to_owned(), purchase.discs.to_string())].into(),
            signals: Vec::new(),
            content,
        };
        Ok(SaleRequest { report, amounts, actor: ACTOR.to_owned() })
    }

    fn refund(&self, refunds: &[Refund]) -> Outcome {
        let request = |refund: &Refund| RefundRequest {
            order: order_key(refund.order),
            refund_id: format!("R-{}", refund.order),
            content: RefundContent { amount: refund.cents, ..RefundContent::default() },
            actor: ACTOR.to_owned(),
        };
        for answer in self.book.refund_sales.ask_all_blocking(refunds.iter().map(request).collect()) {
            let RefundAnswer::Created(_) = answer.map_err(fail)? else {
                return Err(fail("a refund was reported that the ledger had already"));
            };
        }
        Ok(())
    }
}

fn order_key(number: usize) -> OrderKey {
    OrderKey { source: SOURCE.to_owned(), order_id: number.to_string() }
}

fn refused(FieldError { pointer, message, .. }: FieldError) -> Failure {
    Failure(format!("the demo's own data was refused: {pointer} {message}"))
}
