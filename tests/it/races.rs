//! Many at once: whoever comes first, the books end the same, and nobody is told of the scuffle.
//! PostgreSQL is raced through two processes of the service, SQLite through the one it allows.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant as Moment};

use houndplan::clock::Clock;
use houndplan::db::outbox::{Mail, queue_mails};
use houndplan::db::transact::Link;
use houndplan::db::types::AnyId;
use houndplan::domain::id::{ReferrerId, SaleId};
use houndplan::domain::instant::Instant;
use houndplan::domain::notice::Notice;
use serde_json::{Value, json};

use super::app::{App, Engine, Node, stories};
use super::client::Client;
use super::dice::Dice;
use super::shop::{all, balance, enrol, id_of, order, rules, rush, sell};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The doors of the house, and the second process behind one of them.
struct Doors {
    clients: Vec<Client>,
    beside: Option<Node>,
}

impl Doors {
    fn of(app: &App) -> Self {
        let owner = app.owner();
        rush(&owner);
        let beside = (app.engine == Engine::Postgres).then(|| app.another_node());
        let mut clients = vec![owner.clone()];
        clients.extend(beside.as_ref().map(|node| owner.at(&node.base)));
        Self { clients, beside }
    }

    /// Client number `number`: they spread over the doors.
    fn client(&self, number: usize) -> &Client {
        &self.clients[number % self.clients.len()]
    }
}

/// Lets `count` threads do `act` at once and returns what each brings back.
fn crowd<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let act = &act;
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || act(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread of the crowd")).collect()
    })
}

/// Posts without the judge of contracts, who knows these shapes from quieter tests. A house with too
/// much to do says so (503 with Retry-After), and a shop then sends the same request again.
pub(crate) fn post(client: &Client, target: &str, body: &Value) -> (u16, Value) {
    let send = || client.exchange("POST", target, Some(body.to_string().as_bytes()));
    let mut answer = send();
    for _ in 0..PERSISTENCE {
        if !(answer.status == 503 && answer.text.contains("overloaded")) {
            break;
        }
        answer = send();
    }
    assert!(answer.status < 300, "POST {target}: {} {}", answer.status, answer.text);
    (answer.status, answer.json())
}

/// Nothing in the logs that an operator would be woken by.
fn nothing_went_wrong(app: &App) {
    let said = app.said();
    let bad = ["panicked", "is split", "was refused", "ERROR"];
    let lines: Vec<&str> = said.lines().filter(|line| bad.iter().any(|sign| line.contains(sign))).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// How often a shop sends a request again that met a house with too much to do.
const PERSISTENCE: usize = 20;

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Moment::now() + PATIENCE;
    while !done() {
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Reports `orders` in the order `places`: every fifth by itself, the others in batches. Returns
/// each order's answer by its place, and how many were called new.
fn report(client: &Client, orders: &[Value], places: &[usize], number: usize) -> (BTreeMap<usize, Value>, usize) {
    let (single, rest): (Vec<usize>, Vec<usize>) = places.iter().partition(|place| (*place + number).is_multiple_of(5));
    let mut told = BTreeMap::new();
    let mut new = 0;
    let mut note = |place: usize, status: u64, sale: Value| {
        new += usize::from(status == 201);
        assert!(matches!(status, 200 | 201), "{place}: {status} {sale:#}");
        told.insert(place, sale);
    };
    let mut single = single.into_iter();
    for batch in rest.chunks(25) {
        let sales: Vec<&Value> = batch.iter().map(|place| &orders[*place]).collect();
        let (_, answer) = post(client, "/v1/sales/batch", &json!({ "sales": sales }));
        for (place, item) in batch.iter().zip(answer["data"].as_array().expect("data")) {
            note(*place, item["status"].as_u64().expect("a status"), item["sale"].clone());
        }
        for place in single.by_ref().take(7) {
            let (status, sale) = post(client, "/v1/sales", &orders[place]);
            note(place, status.into(), sale);
        }
    }
    for place in single {
        let (status, sale) = post(client, "/v1/sales", &orders[place]);
        note(place, status.into(), sale);
    }
    (told, new)
}

/// What a sale came to, without ids and times.
fn outcome(sale: &Value) -> Value {
    let commission = &sale["commission"];
    json!([
        sale["status"],
        sale["verdict"]["kind"],
        sale["verdict"]["code"],
        commission["amount"],
        commission["net"],
        commission["status"],
    ])
}

fn refund(place: usize, name: &str, amount: i64) -> Value {
    json!({"refund_id": format!("{name}-{place}"), "order_id": format!("A-{place}"), "amount": amount})
}

stories! {
    sixty_four_clients_report_the_same_orders_and_each_is_one_sale,
    of_two_first_sales_of_each_customer_exactly_one_is_credited,
    a_refund_that_overtakes_its_sale_ends_as_one_that_follows_it,
    refunds_that_come_as_the_hold_ends_lose_no_cent,
    refunds_that_come_as_payouts_are_prepared_lose_no_cent,
    one_key_makes_one_batch_however_many_send_it,
    a_letter_that_was_queued_before_keeps_its_one_job,
}

fn sixty_four_clients_report_the_same_orders_and_each_is_one_sale(app: &App) {
    let doors = Doors::of(app);
    let codes = ["JOE", "ANN", "SUE"];
    let referrers = codes.map(|code| enrol(&doors.clients[0], &format!("{code}@example.com"), code));
    let orders: Vec<Value> = (0..500_i64)
        .map(|n| {
            order(
                &format!("S-{n}"),
                1_000 + 10 * n,
                &format!("buyer{n}@example.com"),
                ["JOE", "ANN", "SUE"][usize::try_from(n % 3).expect("small")],
            )
        })
        .collect();
    let answers = crowd(64, |number| {
        let places = Dice::new(u64::try_from(number).expect("small")).shuffled(orders.len());
        report(doors.client(number), &orders, &places, number)
    });

    // Everybody was told the same of every order, and one of the 64 that it is new.
    let (first, _) = &answers[0];
    assert_eq!(first.len(), 500);
    for (told, _) in &answers {
        for (place, sale) in told {
            assert_eq!(sale, &first[place]);
        }
        assert_eq!(told.len(), 500);
    }
    assert_eq!(answers.iter().map(|(_, new)| new).sum::<usize>(), 500);
    let sales = all(&doors.clients[0], "/v1/sales");
    assert_eq!(sales.len(), 500);
    assert!(sales.iter().all(|sale| sale["verdict"]["kind"] == "attributed"));
    let owed: i64 = referrers.iter().map(|referrer| balance(&doors.clients[0], referrer)[0]).sum();
    assert_eq!(owed, (0..500).map(|n| 100 + n).sum::<i64>());
    nothing_went_wrong(app);
    drop(doors.beside);
}

fn of_two_first_sales_of_each_customer_exactly_one_is_credited(app: &App) {
    let doors = Doors::of(app);
    let referrers = ["JOE", "ANN"].map(|code| enrol(&doors.clients[0], &format!("{code}@example.com"), code));
    crowd(16, |number| {
        // Both sides take the customers in the same order, so that they meet.
        let (side, first) = (number % 2, number / 2);
        for customer in (first..500).step_by(8) {
            let buyer = format!("buyer{customer}@example.com");
            let report = order(&format!("{side}-{customer}"), 10_000, &buyer, ["JOE", "ANN"][side]);
            assert_eq!(post(doors.client(number), "/v1/sales", &report).0, 201);
        }
    });
    let mut credited: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sale in all(&doors.clients[0], "/v1/sales") {
        let customer = sale["order_id"].as_str().and_then(|id| id.split('-').nth(1)).expect("a customer").to_owned();
        let word = sale["verdict"]["reason"].as_str().unwrap_or("credited").to_owned();
        credited.entry(customer).or_default().push(word);
    }
    assert_eq!(credited.len(), 500);
    for (customer, mut words) in credited {
        words.sort();
        assert_eq!(words, ["credited", "not_first_sale"], "customer {customer}");
    }
    let owed: i64 = referrers.iter().map(|referrer| balance(&doors.clients[0], referrer)[0]).sum();
    assert_eq!(owed, 500 * 1_000);
    nothing_went_wrong(app);
    drop(doors.beside);
}

fn a_refund_that_overtakes_its_sale_ends_as_one_that_follows_it(app: &App) {
    let doors = Doors::of(app);
    let joe = enrol(&doors.clients[0], "joe@example.com", "JOE");
    let early = AtomicUsize::new(0);
    crowd(24, |number| {
        let (role, first) = (number % 3, number / 3);
        for place in (first..240).step_by(8) {
            if role == 0 {
                let report = order(&format!("A-{place}"), 10_000, &format!("buyer{place}@example.com"), "JOE");
                assert_eq!(post(doors.client(first), "/v1/sales", &report).0, 201);
            } else {
                let (status, told) = post(doors.client(first + role), "/v1/refunds", &refund(place, ["", "R", "Q"][role], 2_500));
                assert_eq!(status, 201);
                early.fetch_add(usize::from(told["applied"] == false), Ordering::Relaxed);
            }
        }
    });
    eprintln!("{} of 480 refunds came before their sale", early.load(Ordering::Relaxed));
    let euro = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    for sale in all(&doors.clients[0], "/v1/sales") {
        let wanted = json!(["paid", "attributed", "JOE", euro(1_000), euro(500), "pending"]);
        assert_eq!(outcome(&sale), wanted, "{sale:#}");
    }
    assert_eq!(balance(&doors.clients[0], &joe), [240 * 500, 0, 0, 0]);
    nothing_went_wrong(app);
    drop(doors.beside);
}

fn refunds_that_come_as_the_hold_ends_lose_no_cent(app: &App) {
    let doors = Doors::of(app);
    let joe = enrol(&doors.clients[0], "joe@example.com", "JOE");
    // The holds end one after the other while the refunds come in.
    let start = Clock::wall().now().micros() + 1_500_000;
    for place in 0..240_i64 {
        let due = Instant::from_micros(start + place * 15_000).plus_days(-30);
        let mut report = order(&format!("A-{place}"), 10_000, &format!("buyer{place}@example.com"), "JOE");
        (report["occurred_at"], report["paid_at"]) = (json!(due.to_string()), json!(due.to_string()));
        sell(&doors.clients[0], &report);
    }
    crowd(8, |number| {
        for name in ["R", "Q", "P"] {
            for place in (number / 2..240).step_by(4) {
                // Two clients at a time report refunds of the same order.
                let name = format!("{name}{}", number % 2);
                assert_eq!(post(doors.client(number), "/v1/refunds", &refund(place, &name, 1_000)).0, 201);
            }
        }
    });
    until("every hold ends", || balance(&doors.clients[0], &joe)[0] == 0);
    assert_eq!(balance(&doors.clients[0], &joe), [0, 240 * 400, 0, 0]);
    let approved = all(&doors.clients[0], "/v1/commissions?status=approved");
    assert_eq!(approved.len(), 240);
    nothing_went_wrong(app);
    drop(doors.beside);
}

fn refunds_that_come_as_payouts_are_prepared_lose_no_cent(app: &App) {
    let doors = Doors::of(app);
    let owner = &doors.clients[0];
    rules(owner, &json!({"hold_days": 0}));
    let referrers: Vec<String> = (0..8).map(|n| enrol(owner, &format!("joe{n}@example.com"), &format!("JOE-{n}"))).collect();
    let orders: Vec<Value> =
        (0..240).map(|n| order(&format!("A-{n}"), 10_000, &format!("buyer{n}@example.com"), &format!("JOE-{}", n % 8))).collect();
    post(owner, "/v1/sales/batch", &json!({ "sales": orders }));
    crowd(10, |number| {
        if number < 8 {
            for place in (number..240).step_by(8) {
                assert_eq!(post(doors.client(number), "/v1/refunds", &refund(place, "R", 5_000)).0, 201);
            }
        } else {
            (0..8).for_each(|_| pay(doors.client(number)));
        }
    });
    pay(owner);
    for referrer in &referrers {
        let [on_hold, ready, in_transit, paid] = balance(owner, referrer);
        assert_eq!((on_hold, ready + in_transit + paid), (0, 30 * 500), "{ready} ready, {in_transit} in transit, {paid} paid");
    }
    nothing_went_wrong(app);
    drop(doors.beside);
}

fn one_key_makes_one_batch_however_many_send_it(app: &App) {
    let doors = Doors::of(app);
    let owner = &doors.clients[0];
    rules(owner, &json!({"hold_days": 0}));
    let joe = enrol(owner, "joe@example.com", "JOE");
    sell(owner, &order("A-1", 30_000, "bea@example.com", "JOE"));
    let batches = crowd(32, |number| {
        let client = doors.client(number).with("Idempotency-Key", "the-same-for-all");
        post(&client, "/v1/payout-batches", &json!({}))
    });
    assert!(batches.iter().all(|batch| *batch == batches[0]));
    assert_eq!(balance(owner, &joe), [0, 0, 3_000, 0]);
    assert_eq!(all(owner, "/v1/payout-batches").len(), 1);
    nothing_went_wrong(app);
    drop(doors.beside);
}

/// Asked for behind closed doors: nobody sees to it that a letter is asked for once, and nobody sends it.
fn a_letter_that_was_queued_before_keeps_its_one_job(app: &App) {
    // So soon after its start it may not have learnt yet to say goodbye.
    app.stop();
    let now = Clock::wall().now();
    let referrer = ReferrerId::new(now);
    let subjects: Vec<AnyId> = (0..3).map(|_| AnyId::from_uuid(SaleId::new(now).uuid())).collect();
    for asked in [&subjects[..2], &subjects[1..], &subjects[..]] {
        let letters = || asked.iter().map(|subject| Mail::new(Notice::SaleCredited, *subject, referrer, now)).collect();
        Link::new(app.place()).transact(&mut |tx| queue_mails(tx, letters(), now)).expect("queued");
    }
    let letters = app.ask("SELECT message_id AS line FROM mails ORDER BY message_id");
    let jobs =
        app.ask("SELECT '<' || dedupe_key || '@houndplan>' AS line FROM jobs WHERE kind = 'send_mail' ORDER BY dedupe_key");
    assert_eq!((letters.len(), letters), (3, jobs));
}

/// One round of the owner's work: prepare, approve, settle what was approved.
fn pay(owner: &Client) {
    let batch = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    let path = format!("/v1/payout-batches/{}", id_of(&batch));
    let approved = owner.order(&format!("{path}/approve")).is(200);
    if approved["status"] == "approved" {
        owner.post(&format!("{path}/settle"), &json!({"result": "paid", "reference": "T"})).is(200);
    }
}
