//! Faults and kill -9 while payouts are under way: the provider's book and ours are one, with one effect each.
//! The full count is `HOUND_TEST_PAYOUTS=5000 HOUND_TEST_KILLS=100 ./test --test it paypal_kills::`.
#![cfg(test)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::app::{App, stories};
use super::crashes::leases_end;
use super::dice::Dice;
use super::fake_paypal::FakePaypal;
use super::paypal::{connect, hurry, one_book, open, ours, payee, reachable, sending, settled};
use super::shop::{approved_batch, id_of};

/// Where a process can be stopped, to be killed there.
const POINTS: [&str; 5] = ["claimed", "before_send", "after_send", "before_book", "after_book"];

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

stories! {
    faults_and_kills_pay_nobody_twice_and_nobody_not,
}

/// Addresses by fate: most are paid, some fail, come back, wait a while or are refused at once.
fn address(place: usize) -> String {
    let fate = match place % 20 {
        3 => "fails",
        7 => "unclaimed",
        11 => "held",
        13 => "blocked",
        17 if place % 100 == 17 => "refused",
        _ => "friend",
    };
    format!("{fate}{place}@example.com")
}

fn faults_and_kills_pay_nobody_twice_and_nobody_not(app: &App) {
    let (payouts, kills) = (number("HOUND_TEST_PAYOUTS", 200), number("HOUND_TEST_KILLS", 10));
    let seed = u64::try_from(number("HOUND_TEST_SEED", usize::try_from(std::process::id()).expect("small"))).expect("small");
    eprintln!("HOUND_TEST_SEED={seed}");
    let fake = FakePaypal::open(30, seed);
    let owner = reachable(app, &fake);
    connect(&owner, &fake, 25);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= payouts {
                        break;
                    }
                    payee(&owner, &address(place), place);
                }
            });
        }
    });
    let batch = id_of(&approved_batch(&owner));
    let sent = owner.order(&format!("/v1/payout-batches/{batch}/send")).is(200);
    assert_eq!(sent["payouts"], json!({"submitting": payouts}), "{sent:#}");
    let started = Instant::now();
    let mut dice = Dice::new(seed);
    for _ in 0..kills {
        let point = POINTS[dice.below(POINTS.len())];
        app.restart_with(&[("HOUND_TEST_HALT_AT", &format!("{point}:{}", 1 + dice.below(6)))]);
        fake.tell(&app.base());
        halted(app, &batch);
    }
    app.restart_with(&[("HOUND_TEST_HALT_AT", "")]);
    fake.tell(&app.base());
    leases_end(app);
    let owner = app.owner();
    let done = settled(app, &owner, &batch);
    let (requests, faults) = fake.told();
    eprintln!("{payouts} payouts, {kills} kills, {:?}, {requests} requests, {faults:?}: {}", started.elapsed(), done["payouts"]);
    let ours = ours(&owner, &batch);
    one_book(&fake, &ours);
    let expected =
        |fates: &[&str]| (0..payouts).filter(|place| fates.iter().any(|fate| address(*place).starts_with(fate))).count();
    assert_eq!(done["payouts"]["paid"], expected(&["friend", "held"]), "{done:#}");
    assert_eq!(done["payouts"]["returned"], expected(&["unclaimed"]), "{done:#}");
    assert_eq!(done["payouts"]["failed"], expected(&["fails", "blocked", "refused"]), "{done:#}");
    let health = owner.get("/health/ready").is(200);
    assert_eq!(health["payouts"], json!({"unknown": 0, "undecided": 0}), "{health:#}");
}

/// Waits until the process stands at its point, or has nothing left to do.
fn halted(app: &App, batch: &str) {
    let log = app.data.path().join("serve again.log");
    let deadline = Instant::now() + Duration::from_secs(60);
    // Once: whoever works now must keep his hold.
    leases_end(app);
    while Instant::now() < deadline {
        hurry(app);
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        if said.contains("halted at") || open(&sending(&app.owner(), batch)) == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
