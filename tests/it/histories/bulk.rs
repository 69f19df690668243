//! Many histories at once: the first event of each in one slice, then the second of each, and so on.
//! Slices are also what the service makes of requests that wait for a commit.

use std::collections::BTreeMap;

use houndplan::domain::code::Code;
use houndplan::domain::id::ReferrerId;
use houndplan::domain::money::Currency;
use houndplan::domain::program::Terms;
use houndplan::domain::refund::{RefundContent, RefundLine};
use houndplan::domain::sale::{Line, SaleContent, SaleReport, SaleStatus};
use houndplan::operations::cancel_sale::cancel_sale;
use houndplan::operations::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use houndplan::operations::record_sales::{SaleRequest, record_sales};
use houndplan::operations::refund_sales::{RefundRequest, refund_sales};
use houndplan::operations::refund_so_far::refund_so_far;
use houndplan::operations::set_terms::{TermsSet, set_terms};

use super::desk::{Desk, START, key, person};
use crate::app::ask;

/// Requests in one transaction.
const SLICE: usize = 1_000;

/// What can happen to one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// Version, status, goods (half of them shoes), whose code.
    Sale(i64, SaleStatus, i64, Option<&'static str>),
    /// Its number and what went back; none means everything.
    Refund(&'static str, Option<i64>),
    /// Its number and how many of the two shoes went back.
    Shoes(&'static str, i64),
    /// Shipping went back.
    Shipping(&'static str, i64),
    /// A payment provider took money back for a dispute.
    Dispute(&'static str, i64),
    /// All that a payment provider says went back so far.
    SoFar(i64),
    Cancel,
}

/// The events of one order, in the order they arrive; `name` tells it and its people from others.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) name: String,
    /// Whose referrers: several histories may share them.
    pub(super) people: String,
    pub(super) events: Vec<Event>,
}

/// Sets the program's rules.
pub(super) fn set(desk: &Desk, patch: &serde_json::Value) {
    let patch = patch.as_object().expect("a patch").clone();
    let set = desk.book.writer.write_blocking(move |tx, now| set_terms(tx, now, "test", &patch)).expect("a write");
    let TermsSet::InForce(_, version) = set else { panic!("{set:?}") };
    assert_ne!(version.terms, Terms::default());
}

/// Enrols `code-people` for each of `people`, in one transaction.
pub(super) fn enrol(desk: &Desk, codes: &[&'static str], people: &[String]) -> BTreeMap<ReferrerId, String> {
    let mut known = BTreeMap::new();
    for slice in people.chunks(SLICE) {
        let names: Vec<String> =
            slice.iter().flat_map(|people| codes.iter().map(move |code| format!("{code}-{people}"))).collect();
        let enrol = move |tx: &mut houndplan::db::Tx<'_>, now| {
            names
                .iter()
                .map(|name| {
                    let wish = Enrolment { customer: person(name), code: Code::fold(name), invite: false };
                    Ok((enroll_referrer(tx, now, &wish)?, name.clone()))
                })
                .collect::<houndplan::db::DbResult<Vec<_>>>()
        };
        for (enrolled, name) in desk.book.writer.write_blocking(enrol).expect("a write") {
            let Enrolled::Done { referrer, .. } = enrolled else { panic!("{enrolled:?}") };
            known.insert(referrer.id, name);
        }
    }
    known
}

/// Plays all histories, event by event.
pub(super) fn play(desk: &Desk, histories: &[History]) {
    let longest = histories.iter().map(|history| history.events.len()).max().unwrap_or(0);
    for step in 0..longest {
        for slice in histories.chunks(SLICE) {
            let (mut sales, mut refunds, mut cancels, mut sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for history in slice {
                match history.events.get(step) {
                    Some(Event::Cancel) => cancels.push(key(&history.name)),
                    Some(Event::SoFar(amount)) => sums.push((key(&history.name), *amount)),
                    Some(event @ Event::Sale(..)) => sales.push(sale(history, event)),
                    Some(event) => refunds.push(refund(history, event)),
                    None => {}
                }
            }
            let write = move |tx: &mut houndplan::db::Tx<'_>, now| {
                drop(record_sales(tx, now, &sales)?);
                drop(refund_sales(tx, now, &refunds)?);
                for (order, amount) in &sums {
                    drop(refund_so_far(tx, now, order, &format!("ch-{}", order.order_id), *amount, "test")?);
                }
                cancels.iter().try_for_each(|key| cancel_sale(tx, now, key, "test").map(drop))
            };
            desk.book.writer.write_blocking(write).expect("a write");
        }
    }
}

fn sale(history: &History, event: &Event) -> SaleRequest {
    let Event::Sale(version, status, goods, code) = event else { panic!("{event:?} is no sale") };
    let line = |sku: &str, category: &str, quantity: i64, unit_price: i64| Line {
        sku: sku.to_owned(),
        category: Some(category.to_owned()),
        quantity,
        unit_price,
        discount: 0,
        commissionable: true,
    };
    let content = SaleContent {
        occurred_at: Some(START),
        currency: Currency::EUR,
        lines: vec![line("S", "shoes", 2, goods / 4), line("T", "toys", 1, goods - goods / 4 * 2)],
        subtotal: None,
        discount: Some(goods / 10),
        tax: None,
        tax_included: false,
        shipping: Some(500),
        total: None,
        codes: code.map(|code| format!("{code}-{}", history.people)).into_iter().collect(),
        reference: None,
    };
    let amounts = content.amounts().expect("amounts");
    let report = SaleReport {
        order: key(&history.name),
        version: *version,
        status: *status,
        paid_at: (*status == SaleStatus::Paid).then_some(START),
        customer: Some(person(&format!("buyer-{}", history.name))),
        referred_by: None,
        history: false,
        metadata: BTreeMap::new(),
        content,
        signals: Vec::new(),
    };
    SaleRequest { report, amounts, actor: "test".to_owned() }
}

fn refund(history: &History, event: &Event) -> RefundRequest {
    let (id, content) = match event {
        Event::Refund(id, amount) => (*id, RefundContent { amount: *amount, ..RefundContent::default() }),
        Event::Dispute(id, amount) => (*id, RefundContent { amount: Some(*amount), ..RefundContent::default() }),
        Event::Shipping(id, amount) => {
            (*id, RefundContent { amount: Some(*amount), shipping: Some(*amount), ..RefundContent::default() })
        }
        Event::Shoes(id, quantity) => {
            let line = RefundLine { line: 0, quantity: *quantity, amount: None };
            (*id, RefundContent { lines: vec![line], ..RefundContent::default() })
        }
        Event::Sale(..) | Event::Cancel | Event::SoFar(_) => panic!("{event:?} is no refund"),
    };
    let refund_id = format!("{}-{id}", history.name);
    RefundRequest { order: key(&history.name), refund_id, content, actor: "test".to_owned() }
}

/// How each order ended, by its name: all that HOUSE §4 says must not depend on the order of arrival,
/// without ids. The names of referrers lose what tells one history's people from another's.
pub(super) fn ends(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT s.order_id || '|' || s.status || '|' || CAST(s.base AS TEXT) || '|' || CAST(s.base_refunded AS TEXT)
            || '|' || CAST(s.friend_discount AS TEXT) || '|' || s.verdict_kind || '|' || COALESCE(s.verdict_reason, '')
            || '|' || COALESCE(v.evidence, '') || '|' || CAST(v.terms_version AS TEXT) || '|' || COALESCE(m.kind, '')
            || '|' || COALESCE(m.status, '') || '|' || COALESCE(CAST(m.net AS TEXT), '') || '|' || COALESCE(c.code, '') AS line
        FROM sales s JOIN verdicts v ON v.sale_id = s.id AND v.seq = s.verdict_seq
            LEFT JOIN commissions m ON m.sale_id = s.id AND m.net <> 0
            LEFT JOIN codes c ON c.referrer_id = m.referrer_id";
    let mut ends: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in ask(&desk.book.place, query) {
        let (name, end) = line.split_once('|').expect("a name");
        let (end, code) = end.rsplit_once('|').expect("a code");
        let whose = code.split('-').next().unwrap_or_default();
        ends.entry(name.to_owned()).or_default().push(format!("{end}|{whose}"));
    }
    ends.values_mut().for_each(|rows| rows.sort());
    ends
}

/// What each referrer has, by the name of his code.
pub(super) fn balances(desk: &Desk) -> BTreeMap<String, String> {
    let query = "SELECT c.code || '|' || CAST(b.on_hold AS TEXT) || ' ' || CAST(b.ready AS TEXT) || ' ' || CAST(b.expense AS TEXT) AS line
        FROM balances b JOIN codes c ON c.referrer_id = b.referrer_id";
    let rows = ask(&desk.book.place, query);
    rows.iter().filter_map(|line| line.split_once('|')).map(|(code, sums)| (code.to_owned(), sums.to_owned())).collect()
}
