//! Small files as shops write them.
#![cfg(test)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::app::App;
use crate::client::Client;
use crate::shop::id_of;

/// Longer than any small file takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes a file beside the house's data.
pub(crate) fn file(app: &App, name: &str, bytes: &[u8]) -> PathBuf {
    let path = app.data.path().join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// Runs `hound import` with these words, the file last.
pub(crate) fn import(app: &App, words: &[&str], name: &str, bytes: &[u8]) -> Output {
    let path = file(app, name, bytes);
    let mut all = vec!["import"];
    all.extend_from_slice(words);
    let path = path.to_string_lossy().into_owned();
    all.push(&path);
    app.run(&all)
}

/// What an import said, when it succeeded.
pub(crate) fn good(output: &Output) -> String {
    let said = both(output);
    assert!(output.status.success(), "{said}");
    said
}

/// What an import said, when it failed.
pub(crate) fn bad(output: &Output) -> String {
    let said = both(output);
    assert!(!output.status.success(), "it should have failed: {said}");
    said
}

fn both(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Sends a file and waits until the worker is done with it.
pub(crate) fn upload(client: &Client, query: &str, bytes: &[u8]) -> Value {
    let sent = client.send("POST", &format!("/v1/imports?{query}"), Some(bytes)).is(202);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let import = client.get(&format!("/v1/imports/{}", id_of(&sent))).is(200);
        if matches!(import["status"].as_str(), Some("done" | "failed")) {
            return import;
        }
        assert!(Instant::now() < deadline, "the worker does not take the file in: {import:#}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every table that an import writes to, counted.
pub(crate) fn ledger(app: &App) -> Vec<String> {
    let tables = [
        "customers",
        "customer_keys",
        "sales",
        "sale_revisions",
        "sale_lines",
        "verdicts",
        "refunds",
        "commissions",
        "referrers",
        "codes",
        "referrals",
        "adjustments",
        "transfers",
        "mails",
    ];
    let count = |table: &&str| app.ask(&format!("SELECT CAST(count(*) AS TEXT) AS line FROM {table}")).remove(0);
    tables.iter().map(|table| format!("{table} {}", count(table))).collect()
}

/// A workbook with one sheet; each cell is a text, or a number when it parses as one.
pub(crate) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut sheet = String::from(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (row, cells) in rows.iter().enumerate() {
        sheet.push_str(&format!(r#"<row r="{}">"#, row + 1));
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let place = format!("{}{}", char::from(b'A' + u8::try_from(column).expect("few columns")), row + 1);
            match cell.strip_prefix("date:") {
                Some(serial) => sheet.push_str(&format!(r#"<c r="{place}" s="1"><v>{serial}</v></c>"#)),
                None if cell.parse::<f64>().is_ok() => sheet.push_str(&format!(r#"<c r="{place}"><v>{cell}</v></c>"#)),
                None => sheet.push_str(&format!(
                    r#"<c r="{place}" t="inlineStr"><is><t>{}</t></is></c>"#,
                    cell.replace('&', "&amp;").replace('<', "&lt;")
                )),
            }
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    parts(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())])
}

/// A workbook of the usual parts and these.
pub(crate) fn parts(more: &[(&str, &[u8])]) -> Vec<u8> {
    let usual: [(&str, &str); 5] = [
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Orders" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/styles.xml",
            r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#,
        ),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let all = usual.iter().map(|(name, text)| (*name, text.as_bytes())).chain(more.iter().copied());
    for (name, bytes) in all {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        archive.write_all(bytes).expect("bytes");
    }
    archive.finish().expect("a workbook").into_inner()
}
