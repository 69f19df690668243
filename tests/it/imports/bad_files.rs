//! Files that are none: each is refused with what is wrong, and nothing is written.
#![cfg(test)]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::tables::{bad, good, import, ledger, parts, upload, workbook};
use crate::app::{App, stories};

stories! {
    a_file_that_cannot_be_read_says_why_and_writes_nothing,
    a_dry_run_tells_all_and_writes_nothing,
}

const HEAD: &str = "order,date,total\n";

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("gzip")
}

/// Each file with its name and a word that the refusal must say.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good_row = "A-1,2025-01-01,1.00\n";
    let table = format!("{HEAD}{good_row}");
    let book = workbook(&[&["order", "date", "total"], &["A-1", "2025-01-01", "1"]]);
    let bomb = parts(&[("xl/worksheets/sheet1.xml", b"<worksheet/>"), ("xl/sharedStrings.xml", &vec![b' '; 49 * 1024 * 1024])]);
    let strings =
        b"<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"99999999999999\"></sst>";
    let boast = parts(&[("xl/worksheets/sheet1.xml", b"<worksheet/>"), ("xl/sharedStrings.xml", strings)]);
    let gzip = packed(table.repeat(2_000).as_bytes());
    vec![
        ("empty.csv", Vec::new(), "empty"),
        ("header.csv", b"a;b;c\n1;2;3\n".to_vec(), "occurred_at"),
        ("amountless.csv", b"order,date\nA-1,2025-01-01\n".to_vec(), "amount"),
        ("cut.xlsx", book[..book.len() / 2].to_vec(), "damaged"),
        (
            "flipped.xlsx",
            {
                let mut bytes = book.clone();
                let place = bytes.len() / 2;
                bytes[place..place + 60].iter_mut().for_each(|byte| *byte ^= 0xff);
                bytes
            },
            "damaged",
        ),
        ("none.xlsx", b"PK\x03\x04 and nothing else".to_vec(), "damaged"),
        ("bomb.xlsx", bomb, "unpacks to more"),
        ("boast.xlsx", boast, "claims more texts"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest".to_vec(), ".xls"),
        ("paper.pdf", b"%PDF-1.7\n".to_vec(), "PDF"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "NUL"),
        ("cut.csv.gz", gzip[..gzip.len() - 20].to_vec(), "cannot be read"),
        ("cell.csv", format!("{HEAD}A-1,2025-01-01,\"{}\"\n", "9".repeat(10 * 1024 * 1024)).into_bytes(), "longer than"),
        ("open_quote.csv", format!("{HEAD}\"A-1,2025-01-01,1.00\n{}", good_row.repeat(100_000)).into_bytes(), "longer than"),
        (
            "mixed.csv",
            [format!("{HEAD}M\u{fc}ller,2025-01-01,1\n").as_bytes(), b"M\xfcller,2025-01-01,1\n"].concat(),
            "mixes encodings",
        ),
        ("wide.csv", format!("order,date,total{}\n", ",x".repeat(600)).into_bytes(), "columns"),
        ("days.csv", format!("{HEAD}A-1,03/04/2025,1.00\n").into_bytes(), "--dates"),
        ("contradiction.csv", format!("{HEAD}A-1,31/04/2025,1.00\nA-2,04/30/2025,1.00\n").into_bytes(), "2025-12-31"),
    ]
}

fn a_file_that_cannot_be_read_says_why_and_writes_nothing(app: &App) {
    let owner = app.owner();
    let before = ledger(app);
    for (name, bytes, word) in files() {
        let said = bad(&import(app, &["orders"], name, &bytes));
        assert!(said.contains(word), "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
        // By upload the worker says the same; an empty or too large one is refused at the door.
        if bytes.is_empty() {
            owner.send("POST", "/v1/imports?kind=orders", Some(b"")).is(422);
            continue;
        }
        let import = upload(&owner, &format!("kind=orders&name={name}"), &bytes);
        assert_eq!(import["status"], "failed", "{name}: {import:#}");
        assert!(import["problem"].as_str().is_some_and(|said| said.contains(word)), "{name}: {import:#}");
    }
    assert_eq!(ledger(app), before);
    // The wrong delimiter by force: the header is one cell, and is shown.
    let said = bad(&import(app, &["orders", "--delimiter", ","], "semicolons.csv", b"order;date;total\nA-1;2025-01-01;1\n"));
    assert!(said.contains("order;date;total"), "{said}");
    let said = bad(&import(
        app,
        &["orders", "--column", "order_id=Nummer"],
        "named.csv",
        format!("{HEAD}A-1,2025-01-01,1\n").as_bytes(),
    ));
    assert!(said.contains("Nummer"), "{said}");
    let said =
        bad(&import(app, &["orders", "--decimal", "comma"], "decimal.csv", format!("{HEAD}A-1,2025-01-01,12.50\n").as_bytes()));
    assert!(said.contains("decimal sign") && said.contains("row 2"), "{said}");
    assert_eq!(ledger(app), before);
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM import_chunks"), ["0"], "no file is kept longer than needed");
    for query in [
        "kind=orders&delimiter=ab",
        "kind=orders&columns=[]",
        "kind=orders&history=maybe",
        "kind=songs",
        "kind=orders&nonsense=1",
    ] {
        owner.send("POST", &format!("/v1/imports?{query}"), Some(b"a,b\n1,2\n")).is(422);
    }
}

fn a_dry_run_tells_all_and_writes_nothing(app: &App) {
    let table = "order,date,email,total\nA-1,2025-01-01,a@example.com,1.00\nA-2,2025-01-02,a@example.com,oops\nC-1,2025-01-03,a@example.com,-1.00\n";
    let before = ledger(app);
    let said = bad(&import(app, &["orders", "--dry-run"], "try.csv", table.as_bytes()));
    assert!(said.contains("1 recorded, 1 refunded, 1 refused") && said.contains("the ledger is as it was"), "{said}");
    let import_dry = upload(&app.owner(), "kind=customers&dry_run=true", b"email\na@example.com\n");
    assert_eq!(import_dry["outcomes"], serde_json::json!({"filed": 1}));
    assert_eq!(ledger(app), before);
    // For real, with the results in a file.
    let results = app.data.path().join("results.csv");
    let results = results.to_string_lossy().into_owned();
    let said = bad(&import(app, &["orders", "--results", &results], "try.csv", table.as_bytes()));
    assert!(said.contains("1 orders, 1.00 EUR"), "{said}");
    let written = std::fs::read_to_string(results).expect("results");
    assert_eq!(written.lines().count(), 4, "{written}");
    assert!(written.contains("3,refused,A-2") && written.contains("4,parked,C-1"), "{written}");
    let packed = packed(b"order,date,email,total\nA-7,2025-01-01,a@example.com,7.00\n");
    good(&import(app, &["orders"], "packed.csv.gz", &packed));
}
