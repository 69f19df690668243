//! The rows of a sale written through the same insert functions, in batches of 256, without HTTP,
//! law or locks: what the engine itself can do.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use houndplan::clock::Clock;
use houndplan::db::columns::Together;
use houndplan::db::commissions::{self, CommissionRow, ReferralRow};
use houndplan::db::connect::Place;
use houndplan::db::customers::{self, Customer, KeyRow};
use houndplan::db::ledger::{self, Transfer};
use houndplan::db::outbox::{self, Mail, NewEvent};
use houndplan::db::sales::{self, RevisionRow, SaleRow, VerdictRow};
use houndplan::db::transact::Link;
use houndplan::db::types::{AnyId, Json};
use houndplan::db::{DbResult, Tx, referrers};
use houndplan::domain::code::Code;
use houndplan::domain::commission::{Account, TransferKind};
use houndplan::domain::id::{CommissionId, CustomerId, EventId, ReferralId, ReferrerId, RevisionId, SaleId};
use houndplan::domain::instant::Instant;
use houndplan::domain::notice::Notice;
use houndplan::domain::sale::OrderKey;

use super::service::{Service, codes};

const BATCH: u64 = 256;

/// One sale as the service wrote it, to be written again under other names.
#[derive(Clone)]
struct Template {
    customer: Customer,
    keys: Vec<KeyRow>,
    sale: SaleRow,
    revision: RevisionRow,
    verdict: VerdictRow,
    referral: ReferralRow,
    commission: CommissionRow,
    referrers: Vec<ReferrerId>,
}

#[derive(Default)]
struct Rows {
    customers: Vec<Customer>,
    keys: Vec<KeyRow>,
    sales: Vec<SaleRow>,
    revisions: Vec<RevisionRow>,
    verdicts: Vec<VerdictRow>,
    referrals: Vec<ReferralRow>,
    commissions: Vec<CommissionRow>,
    transfers: Vec<Transfer>,
    mails: Vec<Mail>,
    events: Vec<NewEvent>,
}

/// Sales per second, with as many writers as the service has.
pub(crate) fn rate(service: &Service, span: Duration) -> f64 {
    service.report("template");
    let template = Link::new(service.place().clone()).transact(&mut read).expect("a template");
    let writers: u64 = if matches!(service.place(), Place::Sqlite(_)) { 1 } else { 2 };
    let (done, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let start = Moment::now();
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (template, done, over) = (&template, &done, &over);
            scope.spawn(move || {
                let mut link = Link::new(service.place().clone());
                for batch in 0_u64.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let first = (batch * writers + writer) * BATCH;
                    link.transact(&mut |tx| write(tx, rows(template, first))).expect("a batch");
                    done.fetch_add(BATCH, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(span);
        over.store(true, Ordering::Relaxed);
    });
    let sales = u32::try_from(done.load(Ordering::Relaxed)).expect("fewer sales than u32 holds");
    f64::from(sales) / start.elapsed().as_secs_f64()
}

fn read(tx: &mut Tx<'_>) -> DbResult<Template> {
    let key = OrderKey { source: "main".to_owned(), order_id: "template".to_owned() };
    let sale = sales::lock_by_keys(tx, &[key])?.pop().expect("the sale");
    let buyer = sale.customer_id.expect("the buyer");
    let skeletons: Vec<_> = codes().iter().filter_map(|code| Code::fold(code)).map(|code| code.skeleton()).collect();
    Ok(Template {
        customer: customers::find(tx, buyer)?.expect("the buyer"),
        keys: customers::keys_of(tx, &[buyer])?,
        revision: sales::revisions_of(tx, &[sale.id])?.pop().expect("the revision"),
        verdict: sales::verdicts_of(tx, &[sale.id])?.pop().expect("the verdict"),
        referral: commissions::referrals_of(tx, &[buyer])?.pop().expect("the referral"),
        commission: commissions::live_of(tx, &[sale.id])?.pop().expect("the commission"),
        referrers: referrers::codes_by_skeleton(tx, &skeletons)?.into_iter().map(|code| code.referrer_id).collect(),
        sale,
    })
}

fn rows(template: &Template, first: u64) -> Rows {
    let now = Clock::wall().now();
    let mut rows = Rows::default();
    let referrers = template.referrers.iter().copied().cycle();
    for (number, referrer) in (first..first + BATCH).zip(referrers) {
        rows.add(template.clone(), &format!("b-{number}"), referrer, now);
    }
    rows
}

impl Rows {
    fn add(&mut self, template: Template, name: &str, referrer_id: ReferrerId, now: Instant) {
        let (customer, sale, commission) = (CustomerId::new(now), SaleId::new(now), CommissionId::new(now));
        let earned = AnyId::from_uuid(commission.uuid());
        self.customers.push(Customer { id: customer, created_at: now, ..template.customer });
        for key in template.keys {
            let value = key.value.replace("template", name);
            self.keys.push(KeyRow { shown: value.clone(), value, customer_id: customer, ..key });
        }
        let row = SaleRow { id: sale, order_id: name.to_owned(), customer_id: Some(customer), ..template.sale };
        self.sales.push(SaleRow { referrer_id: Some(referrer_id), created_at: now, ..row });
        self.revisions.push(RevisionRow { sale_id: sale, id: RevisionId::new(now), ..template.revision });
        self.verdicts.push(VerdictRow { sale_id: sale, referrer_id: Some(referrer_id), ..template.verdict });
        let referral = ReferralRow { id: ReferralId::new(now), customer_id: customer, ..template.referral };
        self.referrals.push(ReferralRow { sale_id: sale, referrer_id, ..referral });
        self.transfers.push(Transfer {
            cause_id: earned,
            kind: TransferKind::Accrue,
            referrer_id,
            currency: template.commission.currency,
            from_account: Account::Expense,
            to_account: Account::OnHold,
            amount: template.commission.amount,
            posted_at: now,
        });
        self.commissions.push(CommissionRow { id: commission, sale_id: sale, referrer_id, ..template.commission });
        self.mails.push(Mail::new(Notice::SaleCredited, earned, referrer_id, now));
        self.events.push(NewEvent {
            id: EventId::new(now),
            kind: "sale.recorded",
            subject_id: AnyId::from_uuid(sale.uuid()),
            data: Json(serde_json::json!({ "verdict": "attributed", "reason": null, "referrer_id": referrer_id, "net": 1_000 })),
            created_at: now,
        });
    }
}

fn write(tx: &mut Tx<'_>, mut rows: Rows) -> DbResult<()> {
    let now = Clock::wall().now();
    customers::insert_with_keys(tx, &rows.customers, rows.keys)?;
    let moved = ledger::movements(&mut rows.transfers);
    let mut together = Together::default();
    together.add(&rows.sales).add(&rows.revisions).add(&rows.verdicts).add(&rows.referrals).add(&rows.commissions);
    together.add(&rows.transfers).add(&moved);
    outbox::write_and_tell(tx, together, &rows.events, rows.mails, now)
}
