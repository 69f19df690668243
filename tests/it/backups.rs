//! Backups are taken while the shop sells, and come back whole; after that nothing leaves the house
//! until somebody has looked.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::app::{App, Engine, stories};
use super::fake_paypal::FakePaypal;
use super::paypal;
use super::shop::{approved_batch, balance, enrol, id_of, order, rules, rush, sell};

use serde_json::json;

stories!(
    twenty_backups_under_load_come_back_whole,
    after_a_restore_nothing_leaves_before_somebody_has_looked,
    yesterdays_backup_pays_nothing_twice,
    letters_of_the_past_can_be_discarded,
    what_is_no_fit_backup_is_refused,
    a_key_travels_only_under_a_passphrase,
);

const BACKUPS: usize = 20;
const CLIENTS: usize = 4;

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

fn refused(output: &Output, words: &str) {
    let said = said(output);
    assert!(!output.status.success() && said.contains(words), "{said}");
}

/// The program with an embedded ledger in a folder of its own.
fn elsewhere(app: &App, home: &Path) -> Command {
    let mut hound = app.hound();
    hound.env_remove("HOUND_DATABASE_URL").env("HOUND_DATA_DIR", home);
    hound
}

/// A new data folder that has the house's signing key.
fn new_home(app: &App, name: &str) -> PathBuf {
    let home = app.data.path().join(name);
    fs::create_dir_all(&home).expect("a folder");
    fs::copy(app.key_file(), home.join("signing.key")).expect("the key");
    home
}

fn backup(app: &App, name: &str) -> String {
    let file = app.data.path().join(name).display().to_string();
    good(&app.run(&["backup", &file]));
    file
}

fn twenty_backups_under_load_come_back_whole(app: &App) {
    let owner = app.owner();
    rush(&owner);
    enrol(&owner, "joe@example.com", "JOE");
    let (done, sold) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut files = Vec::new();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (owner, done, sold) = (&owner, &done, &sold);
            scope.spawn(move || {
                for number in 0.. {
                    if done.load(Ordering::Acquire) {
                        break;
                    }
                    sell(owner, &order(&format!("B-{client}-{number}"), 1_000, &format!("{client}-{number}@example.com"), "JOE"));
                    sold.fetch_add(1, Ordering::AcqRel);
                }
            });
        }
        for number in 0..BACKUPS {
            let before = sold.load(Ordering::Acquire);
            files.push((before, backup(app, &format!("{number}.backup"))));
        }
        done.store(true, Ordering::Release);
    });
    assert!(sold.load(Ordering::Acquire) > BACKUPS, "the shop sold meanwhile");
    for (number, (before, file)) in files.iter().enumerate() {
        let home = new_home(app, &format!("home-{number}"));
        good(&elsewhere(app, &home).args(["restore", file]).output().expect("hound runs"));
        let checked = good(&elsewhere(app, &home).arg("check").output().expect("hound runs"));
        assert!(sales_in(&checked) >= *before, "what was acknowledged before the backup is in it: {before}, {checked}");
    }
}

/// How many sales a check has looked at.
fn sales_in(checked: &str) -> usize {
    let (before, _) = checked.split_once(" sales").expect("sales");
    before.rsplit([' ', '(']).next().and_then(|count| count.parse().ok()).expect("a count")
}

/// Yesterday's backup, of a batch approved but not yet paid.
fn a_batch_that_is_paid_after_the_backup(app: &App) -> (String, String, String) {
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "shop_url": "https://shop.example/"}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 100_000, "bea@example.com", "JOE"));
    let batch = approved_batch(&owner);
    let payout = batch["payouts"][0]["id"].as_str().expect("a payout").to_owned();
    let file = backup(app, "yesterday.backup");
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "paid", "reference": "cheque 7"})).is(200);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 10_000]);
    (joe, payout, file)
}

fn after_a_restore_nothing_leaves_before_somebody_has_looked(app: &App) {
    let (joe, payout, file) = a_batch_that_is_paid_after_the_backup(app);
    refused(&app.run(&["restore", &file]), "stop it first");
    assert!(app.stop(), "stopped");
    let told = good(&app.run(&["restore", &file]));
    assert!(told.contains("hound resume") && told.contains("before-restore-"), "{told}");
    app.kill_and_restart();
    let owner = app.owner();
    assert_eq!(balance(&owner, &joe), [0, 0, 10_000, 0], "as it was yesterday");
    sell(&owner, &order("A-2", 100_000, "cleo@example.com", "JOE"));
    let ready = owner.get("/health/ready").is(200);
    assert!(ready["outward"]["paused"].as_str().is_some_and(|why| why.contains("restored")), "{ready}");
    let before = letters(app);
    // The worker has had its rounds: the chores of the same worker have approved the new commission.
    until(|| balance(&owner, &joe)[1] > 0);
    assert_eq!(letters(app), before, "no letter left");
    owner.post(&format!("/v1/payout-batches/{}/approve", prepared(app)), &json!({})).is(409);

    // The owner compares with the bank, settles what was paid, and lets the rest go.
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "paid", "reference": "cheque 7"})).is(200);
    let told = good(&app.run(&["resume", "--yes"]));
    assert!(told.contains("send_mail"), "{told}");
    until(|| letters(app) > before);
    assert_eq!(owner.get("/health/ready").is(200)["outward"]["paused"], json!(null));
    assert!(good(&app.run(&["resume"])).contains("nothing is held up"));
}

fn yesterdays_backup_pays_nothing_twice(app: &App) {
    let fake = FakePaypal::open(0, 7);
    let owner = paypal::reachable(app, &fake);
    for place in 0..5 {
        paypal::payee(&owner, &format!("p{place}@example.com"), place);
    }
    paypal::connect(&owner, &fake, 2);
    let batch = id_of(&approved_batch(&owner));
    let file = backup(app, "yesterday.backup");
    let send = format!("/v1/payout-batches/{batch}/send");
    owner.order(&send).is(200);
    let paid = paypal::settled(app, &owner, &batch);
    assert_eq!(paid["payouts"], json!({"paid": 5}), "{paid:#}");
    let book = fake.book();
    assert!(app.stop(), "stopped");

    good(&app.run(&["restore", &file]));
    app.kill_and_restart();
    let owner = app.owner();
    owner.order(&send).refused(409, "outward_paused");
    good(&app.run(&["resume", "--yes"]));
    owner.order(&send).is(200);
    let paid = paypal::settled(app, &owner, &batch);
    assert_eq!(paid["payouts"], json!({"paid": 5}), "the provider says what it paid: {paid:#}");
    assert_eq!(fake.book(), book, "and was made to pay nothing again");
    paypal::one_book(&fake, &paypal::ours(&owner, &batch));
}

fn prepared(app: &App) -> String {
    app.owner().post_once("/v1/payout-batches", &json!({})).is(201)["id"].as_str().expect("a batch").to_owned()
}

fn letters(app: &App) -> usize {
    let folder = fs::read_dir(app.data.path().join("mail"));
    folder.map_or(0, |folder| {
        folder.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|end| end == "eml")).count()
    })
}

fn until(done: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !done() {
        assert!(std::time::Instant::now() < deadline, "it does not happen");
        thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn letters_of_the_past_can_be_discarded(app: &App) {
    let (_, _, file) = a_batch_that_is_paid_after_the_backup(app);
    assert!(app.stop(), "stopped");
    good(&app.run(&["restore", &file]));
    sell_offline(app);
    let told = good(&app.run(&["resume", "--yes", "--discard-letters"]));
    assert!(told.contains("letters were discarded"), "{told}");
    assert!(app.ask("SELECT kind AS line FROM jobs WHERE kind = 'send_mail'").is_empty());
    app.kill_and_restart();
}

/// A sale whose letter waits.
fn sell_offline(app: &App) {
    app.kill_and_restart();
    sell(&app.owner(), &order("A-3", 100_000, "dora@example.com", "JOE"));
    assert!(app.stop(), "stopped");
}

fn what_is_no_fit_backup_is_refused(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let file = backup(app, "one.backup");
    refused(&app.run(&["backup", &file]), "exists");
    assert!(app.stop(), "stopped");
    let plain = app.data.path().join("plain.db");
    fs::write(&plain, "no ledger").expect("a file");
    assert!(!app.run(&["restore", &plain.display().to_string()]).status.success());
    if app.engine == Engine::Sqlite {
        let ledger = app.data.path().join("hound.db").display().to_string();
        refused(&app.run(&["restore", &ledger]), "not made by hound backup");
    }
    // Another installation's key opens nothing in it.
    let stranger = app.data.path().join("stranger");
    fs::create_dir_all(&stranger).expect("a folder");
    good(&elsewhere(app, &stranger).args(["token", "create", "--role", "owner"]).output().expect("hound runs"));
    refused(&elsewhere(app, &stranger).args(["restore", &file]).output().expect("hound runs"), "signing key");
    let bare = app.data.path().join("bare");
    refused(&elsewhere(app, &bare).args(["restore", &file]).output().expect("hound runs"), "needs its signing key");
    app.kill_and_restart();
}

fn a_key_travels_only_under_a_passphrase(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let file = app.data.path().join("keyed.backup").display().to_string();
    refused(&app.run(&["backup", "--with-key", &file]), "HOUND_BACKUP_PASSPHRASE");
    let keyed = app.hound().args(["backup", "--with-key", &file]).env("HOUND_BACKUP_PASSPHRASE", "correct horse").output();
    good(&keyed.expect("hound runs"));
    let pem = fs::read_to_string(app.key_file()).expect("the key");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = fs::read(&file).expect("the backup");
    assert!(!bytes.windows(body.len()).any(|window| window == body.as_bytes()), "the key is not in it as it is");

    let home = app.data.path().join("new-machine");
    let restore = |passphrase: &str| {
        let mut hound = elsewhere(app, &home);
        hound.args(["restore", &file]).env("HOUND_BACKUP_PASSPHRASE", passphrase).output().expect("hound runs")
    };
    refused(&restore("wrong horse"), "does not open");
    good(&restore("correct horse"));
    assert_eq!(fs::read_to_string(home.join("signing.key")).expect("the key"), pem);
}
