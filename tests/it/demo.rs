//! `hound demo`: eighteen months of a real shop through the whole house.
#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use houndplan::db::connect::Place;

use super::app::ask;

fn demo(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hound"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOUND_")) {
        command.env_remove(name);
    }
    // A server that cannot be reached: the demo must not even try.
    command.env("HOUND_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none").env("HOUND_LISTEN", "127.0.0.1:0");
    command.current_dir(home).arg("demo").args(arguments).output().expect("hound runs")
}

#[test]
fn the_demo_lives_through_eighteen_months_and_its_books_are_right() {
    let home = tempfile::tempdir().expect("a folder");
    let output = demo(home.path(), &["--no-serve"]);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("6919 real orders of 2357 customers"), "{said}");
    assert!(said.contains("HOUND_DATABASE_URL names is not touched"), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("199")).count(), 18, "a line a month: {said}");
    let sentence = said.lines().find(|line| line.starts_with("Introductions brought ")).expect("Girard's sentence");
    assert_eq!(sentence, SENTENCE);
    assert!(said.lines().any(|line| line.starts_with("check: clean (")), "{said}");

    let folder = home.path().join("data/demo");
    let ledger = Place::Sqlite(folder.join("hound.db"));
    let one = |query: &str| ask(&ledger, query).pop().expect("a row");
    assert_eq!(one("SELECT CAST(COUNT(*) AS TEXT) AS line FROM sales"), "6919");
    assert_eq!(one("SELECT CAST(COUNT(*) AS TEXT) AS line FROM customers"), "2357");
    assert_eq!(one("SELECT CAST(SUM(total) AS TEXT) AS line FROM sales"), "24409194");
    let letters = one("SELECT CAST(COUNT(*) AS TEXT) AS line FROM mails WHERE status = 'sent'");
    let files = fs::read_dir(folder.join("mail")).expect("letters").count();
    assert_eq!(letters, files.to_string(), "each letter is a file");
    assert_eq!(one("SELECT CAST(COUNT(*) AS TEXT) AS line FROM mails WHERE status <> 'sent'"), "0");
    // Every kind of evidence, letter and payout result is there to be seen.
    let kinds = |query: &str| ask(&ledger, query).join(" ");
    let evidence = kinds("SELECT DISTINCT evidence AS line FROM verdicts WHERE evidence IS NOT NULL ORDER BY 1");
    assert_eq!(evidence, "click code referral referred_by");
    assert_eq!(ask(&ledger, "SELECT DISTINCT kind AS line FROM mails").len(), 7);
    assert_eq!(kinds("SELECT DISTINCT status AS line FROM payouts ORDER BY 1"), "failed paid returned");
}

/// The rules are the same in every run, and so is what they come to.
const SENTENCE: &str = "Introductions brought 2069 deals, 29.9 % of all; they cost 7130.35 USD and brought 71279.44 USD.";

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("data/demo");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("hound.db"), "somebody's shop").expect("written");
    let output = demo(home.path(), &["--no-serve"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("left alone") && said.contains("--data-dir"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("hound.db")).expect("kept"), "somebody's shop");
}
