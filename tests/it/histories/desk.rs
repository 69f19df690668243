//! A ledger with a clock in the test's hand, and an owner, a shop and two referrers who act on it.

use std::collections::BTreeMap;

use houndplan::clock::Clock;
use houndplan::db::connect::Place;
use houndplan::db::ledger;
use houndplan::db::{commissions, payouts, sale_lists, sales};
use houndplan::domain::code::Code;
use houndplan::domain::customer::{CustomerFacts, CustomerKey};
use houndplan::domain::id::{BatchId, PayoutId, ReferrerId, SaleId};
use houndplan::domain::instant::Instant;
use houndplan::domain::money::{Currency, Money};
use houndplan::domain::payout::{AdjustmentKind, PayoutResult};
use houndplan::domain::principal::Mode;
use houndplan::domain::refund::RefundContent;
use houndplan::domain::sale::{OrderKey, SaleContent, SaleReport, SaleStatus};
use houndplan::operations::books::Book;
use houndplan::operations::cancel_sale::cancel_sale;
use houndplan::operations::check_ledger::check_ledger;
use houndplan::operations::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use houndplan::operations::mature_commissions::mature_commissions;
use houndplan::operations::record_sales::{SaleAnswer, SaleRequest};
use houndplan::operations::refund_sales::RefundRequest;
use houndplan::operations::{approve_batch, post_adjustment, prepare_payouts, settle_payout};
use tempfile::TempDir;

use crate::app::{Engine, ask, fresh_database};

/// 2026-01-01T00:00:00Z.
pub(super) const START: Instant = Instant::from_micros(1_767_225_600_000_000);

pub(super) struct Desk {
    pub(super) book: Book,
    _folder: TempDir,
    now: std::cell::Cell<Instant>,
    enrolled: std::cell::RefCell<Vec<ReferrerId>>,
    batches: std::cell::RefCell<Vec<BatchId>>,
    pub(super) payouts: std::cell::RefCell<Vec<PayoutId>>,
}

/// One report of an order, as short as a test can say it.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) order: String,
    pub(super) buyer: String,
    pub(super) version: i64,
    pub(super) status: SaleStatus,
    pub(super) subtotal: i64,
    pub(super) shipping: i64,
    pub(super) code: Option<String>,
    /// Days after [`START`].
    pub(super) day: i64,
}

/// What is left of an order when the ids are taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OrderEnd {
    pub(super) status: SaleStatus,
    pub(super) verdict: String,
    pub(super) base: i64,
    pub(super) base_refunded: i64,
    /// Whose commissions are worth what.
    pub(super) nets: BTreeMap<String, i64>,
}

impl Desk {
    pub(super) fn open(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = match engine {
            Engine::Sqlite => Place::Sqlite(folder.path().join("hound.db")),
            Engine::Postgres => Place::Postgres { url: fresh_database(), schema: None, authority: None },
        };
        let book = Book::open(place, Clock::simulated(START), Mode::Live).expect("a book");
        Self {
            book,
            _folder: folder,
            now: std::cell::Cell::new(START),
            enrolled: std::cell::RefCell::default(),
            batches: std::cell::RefCell::default(),
            payouts: std::cell::RefCell::default(),
        }
    }

    pub(super) fn enrol(&self, name: &str) -> ReferrerId {
        let code = Code::fold(name).expect("a code");
        let wish = Enrolment { customer: person(name), code: Some(code), invite: false };
        match self.book.writer.write_blocking(move |tx, now| enroll_referrer(tx, now, &wish)).expect("a write") {
            Enrolled::Done { referrer, .. } => {
                self.enrolled.borrow_mut().push(referrer.id);
                referrer.id
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn sell(&self, report: &Report) -> SaleAnswer {
        let content = SaleContent {
            occurred_at: Some(START.plus_days(report.day)),
            currency: Currency::EUR,
            lines: Vec::new(),
            subtotal: Some(report.subtotal),
            discount: None,
            tax: None,
            tax_included: false,
            shipping: Some(report.shipping),
            total: None,
            codes: report.code.clone().into_iter().collect(),
            reference: None,
        };
        let amounts = content.amounts().expect("amounts");
        let report = SaleReport {
            order: key(&report.order),
            version: report.version,
            status: report.status,
            paid_at: (report.status == SaleStatus::Paid).then(|| START.plus_days(report.day)),
            customer: Some(person(&report.buyer)),
            referred_by: None,
            history: false,
            metadata: BTreeMap::new(),
            signals: Vec::new(),
            content,
        };
        self.book.record_sales.ask_blocking(SaleRequest { report, amounts, actor: "test".to_owned() }).expect("an answer")
    }

    pub(super) fn refund(&self, order: &str, refund: &str, content: &RefundContent) {
        let request =
            RefundRequest { order: key(order), refund_id: refund.to_owned(), content: content.clone(), actor: "test".to_owned() };
        drop(self.book.refund_sales.ask_blocking(request).expect("an answer"));
    }

    pub(super) fn cancel(&self, order: &str) {
        let key = key(order);
        drop(self.book.writer.write_blocking(move |tx, now| cancel_sale(tx, now, &key, "test")).expect("a write"));
    }

    /// Lets days pass, and what falls due with them.
    pub(super) fn wait(&self, days: i64) {
        let now = self.now.get().plus_days(days);
        self.now.set(now);
        self.book.clock.set_offset_micros(now.micros());
        while self.book.writer.write_blocking(mature_commissions).expect("a write") > 0 {}
    }

    pub(super) fn prepare(&self) {
        let request = prepare_payouts::Request { cutoff: None, sweep: false, scheduled_for: None, actor: "test".to_owned() };
        let write = move |tx: &mut houndplan::db::Tx<'_>, now| {
            let id = prepare_payouts::prepare_payouts(tx, now, &request)?.expect("a batch");
            Ok((id, payouts::of_batch(tx, id)?))
        };
        let (id, mut payouts) = self.book.writer.write_blocking(write).expect("a write");
        self.batches.borrow_mut().push(id);
        // In the order of enrolment, which both engines share; ids made at one instant have none.
        payouts.sort_by_key(|payout| self.enrolled.borrow().iter().position(|id| *id == payout.referrer_id));
        self.payouts.borrow_mut().extend(payouts.into_iter().map(|payout| payout.id));
    }

    pub(super) fn approve(&self) {
        let Some(batch_id) = self.batches.borrow().last().copied() else { return };
        let request = approve_batch::Request { batch_id, actor: "test".to_owned() };
        let approve = move |tx: &mut houndplan::db::Tx<'_>, now| approve_batch::approve_batch(tx, now, &request);
        self.book.writer.write_blocking(approve).expect("a write");
    }

    pub(super) fn settle(&self, which: usize, result: PayoutResult) {
        let payouts = self.payouts.borrow();
        let Some(id) = payouts.get(which % payouts.len().max(1)).copied() else { return };
        let request = settle_payout::Request { result, reference: None, reason: None, actor: "test".to_owned() };
        drop(
            self.book.writer.write_blocking(move |tx, now| settle_payout::settle_payout(tx, now, id, &request)).expect("a write"),
        );
    }

    pub(super) fn adjust(&self, referrer_id: ReferrerId, amount: i64) {
        let request = post_adjustment::Request {
            referrer_id,
            kind: AdjustmentKind::Adjust,
            amount: Money { amount, currency: Currency::EUR },
            reason: "a test".to_owned(),
            actor: "test".to_owned(),
        };
        drop(
            self.book.writer.write_blocking(move |tx, now| post_adjustment::post_adjustment(tx, now, &request)).expect("a write"),
        );
    }

    /// on hold, ready, in transit, paid.
    pub(super) fn balance(&self, referrer: ReferrerId) -> [i64; 4] {
        let rows = self.book.readers.read(|conn| ledger::balances_of(conn, referrer)).expect("a read");
        rows.first().map_or([0; 4], |row| [row.on_hold, row.ready, row.in_transit, row.paid])
    }

    pub(super) fn order(&self, order: &str, names: &BTreeMap<ReferrerId, &str>) -> Option<OrderEnd> {
        let key = key(order);
        let filter = sale_lists::SaleFilter {
            scope: houndplan::domain::principal::Scope::All,
            source: Some(key.source),
            order_id: Some(key.order_id),
            customer_id: None,
            referrer_id: None,
            status: None,
            verdict: None,
            after: None,
            limit: 1,
        };
        let row = self.book.readers.read(|conn| sale_lists::list(conn, &filter)).expect("a read").pop()?;
        let verdicts = self.book.readers.read(|conn| sales::verdicts_of(conn, &[row.id])).expect("a read");
        let last = verdicts.last();
        let name = |id: ReferrerId| names.get(&id).map_or_else(|| "?".to_owned(), |name| (*name).to_owned());
        let verdict = last.map_or_else(String::new, |last| {
            format!(
                "{:?} {:?} {:?} {:?} {:?}",
                last.kind,
                last.reason,
                last.referrer_id.map(name),
                last.evidence,
                last.terms_version
            )
        });
        let mut nets: BTreeMap<String, i64> = BTreeMap::new();
        for (referrer, net) in self.nets(row.id) {
            *nets.entry(name(referrer)).or_default() += net;
        }
        nets.retain(|_, net| *net != 0);
        Some(OrderEnd { status: row.status, verdict, base: row.base, base_refunded: row.base_refunded, nets })
    }

    fn nets(&self, sale: SaleId) -> Vec<(ReferrerId, i64)> {
        let filter = commissions::CommissionFilter {
            scope: houndplan::domain::principal::Scope::All,
            referrer_id: None,
            sale_id: Some(sale),
            status: None,
            after: None,
            limit: 100,
        };
        let rows = self.book.readers.read(|conn| commissions::list(conn, &filter)).expect("a read");
        rows.into_iter().map(|row| (row.referrer_id, row.net)).collect()
    }

    /// paid − returned + owed = earned − reversed ± adjusted, from the bare postings.
    fn identity_holds(&self, referrers: &[ReferrerId]) {
        let query = "SELECT kind || ' ' || from_account || ' ' || CAST(CAST(SUM(amount) AS BIGINT) AS TEXT) AS line
                     FROM transfers GROUP BY kind, from_account";
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for line in ask(&self.book.place, query) {
            let (posting, amount) = line.rsplit_once(' ').expect("two words and a sum");
            sums.insert(posting.to_owned(), amount.parse().expect("a sum"));
        }
        let sum = |postings: &[&str]| postings.iter().filter_map(|posting| sums.get(*posting)).sum::<i64>();
        let owed: i64 = referrers
            .iter()
            .map(|id| self.balance(*id))
            .map(|[on_hold, ready, in_transit, _]| on_hold + ready + in_transit)
            .sum();
        let paid = sum(&["settle in_transit"]) - sum(&["return paid"]);
        let earned = sum(&["accrue expense"]) - sum(&["reverse on_hold", "reverse ready"]);
        let adjusted = sum(&["adjust expense"]) - sum(&["adjust ready"]);
        assert_eq!(paid + owed, earned + adjusted, "{sums:?}");
    }

    pub(super) fn check(&self, referrers: &[ReferrerId]) {
        self.identity_holds(referrers);
        let report = self.book.readers.read(check_ledger).expect("a read");
        assert!(report.clean, "{:#?}", report.differences);
    }
}

pub(super) fn key(order: &str) -> OrderKey {
    OrderKey { source: "main".to_owned(), order_id: order.to_owned() }
}

pub(super) fn person(name: &str) -> CustomerFacts {
    let address = format!("{}@example.com", name.to_lowercase());
    let key = CustomerKey::email("/email", &address).expect("an address");
    CustomerFacts { keys: vec![(key, address)], ..CustomerFacts::default() }
}
