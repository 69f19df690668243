//! A file comes in at the desk: looked at, put right, taken in, taken back.
#![cfg(test)]

use std::time::{Duration, Instant};

use serde_json::json;

use super::visit::{Visit, words};
use crate::app::{App, execute, stories};
use crate::imports::tables::{ledger, workbook};

stories! {
    a_spreadsheet_of_customers_is_looked_at_taken_in_and_taken_back,
    rows_that_cannot_be_understood_are_named_with_line_and_cause,
    columns_that_were_guessed_wrong_are_put_right_before_anything_is_written,
    orders_of_the_past_come_in_and_stay,
    what_is_no_table_is_refused_in_words,
    a_file_too_large_or_packed_is_refused_in_a_page,
    only_the_owner_brings_files_in_and_only_from_here,
    a_draft_that_nobody_takes_up_is_forgotten,
}

/// Longer than any small file takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks at a page of an import until the worker is done with its file.
fn settled(visit: &mut Visit, place: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = visit.get(place);
        assert_eq!(answer.status, 200, "{place}: {}", answer.text);
        if answer.header("refresh").is_none() {
            return answer.text;
        }
        assert!(Instant::now() < deadline, "the worker does not take the file in: {}", words(&answer.text));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Uploads a file and waits for its preview; returns it with its place.
fn preview(visit: &mut Visit, kind: &str, name: &str, bytes: &[u8]) -> (String, String) {
    let answer = visit.upload("/desk/import", &[("kind", kind)], name, bytes);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = settled(visit, &visit.place.clone());
    (page, visit.place.clone())
}

/// Sends the form of a preview, and waits for what it leads to.
fn send(visit: &mut Visit, place: &str, page: &str, otherwise: &[(&str, &str)]) -> String {
    let answer = visit.fill(page, place.split('?').next().unwrap_or_default(), otherwise);
    assert_eq!(answer.status, 200, "{}", answer.text);
    settled(visit, &visit.place.clone())
}

fn florist() -> Vec<u8> {
    let head =
        vec!["Kundennr.".to_owned(), "Vorname".to_owned(), "Nachname".to_owned(), "E-Mail".to_owned(), "Telefon".to_owned()];
    let row = |number: usize| {
        vec![
            format!("K{number}"),
            format!("Vorname {number}"),
            format!("Müller & Söhne {number}"),
            format!("kundin{number}@example.com"),
            format!("+49 30 90182{number:04}"),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain((0..300).map(row)).collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    workbook(&cells.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn customers(app: &App) -> String {
    app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM customers").remove(0)
}

fn a_spreadsheet_of_customers_is_looked_at_taken_in_and_taken_back(app: &App) {
    let mut owner = Visit::owner(app);
    let before = ledger(app);
    let (page, place) = preview(&mut owner, "customers", "Kunden.xlsx", &florist());
    let said = words(&page);
    assert!(
        said.contains("Kunden.xlsx") && said.contains("300 new customers") && said.contains("Nothing is written yet"),
        "{said}"
    );
    for chosen in ["customer_id", "first_name", "last_name", "email", "phone"] {
        assert!(page.contains(&format!("<option value=\"{chosen}\" selected>")), "{chosen} was not guessed: {page}");
    }
    assert!(said.contains("Müller & Söhne 0") && said.contains("kundin1@example.com"), "{said}");
    assert_eq!(ledger(app), before, "a look writes nothing");

    let result = send(&mut owner, &place, &page, &[("act", "take")]);
    let first = owner.place.clone();
    let said = words(&result);
    assert!(
        said.contains("What the file brought") && said.contains("300 new customers") && said.contains("Invite them"),
        "{said}"
    );
    assert_eq!(customers(app), "300");
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM import_chunks"), ["0"], "no file is kept longer than needed");
    // The preview leads on, however often its form is sent.
    let again = send(&mut owner, &place, &page, &[("act", "take")]);
    assert_eq!((owner.place.as_str(), words(&again)), (first.as_str(), said));
    assert_eq!(customers(app), "300");

    let taken = ledger(app);
    let (page, place) = preview(&mut owner, "customers", "Kunden.xlsx", &florist());
    assert!(words(&page).contains("300 rows that are known already"), "{}", words(&page));
    let result = send(&mut owner, &place, &page, &[("act", "take")]);
    assert!(!result.contains("/undo\""), "there is nobody to take out");
    assert_eq!(ledger(app), taken, "the same file again changes nothing");

    let sale = json!({"order_id": "A-1", "currency": "EUR", "subtotal": 1_000, "customer": {"email": "kundin7@example.com"}});
    app.owner().post("/v1/sales", &sale).is(201);
    let gone = owner.submit(&format!("{first}/undo"), &[]);
    let said = words(&gone.text);
    assert!(said.contains("299 customers were taken out") && said.contains("1 stayed"), "{said}");
    assert_eq!(customers(app), "1", "whoever bought something stays");
    assert!(!gone.text.contains("/undo\""), "it is taken back once");
    owner.submit(&format!("{first}/undo"), &[]);
    assert_eq!(customers(app), "1");
    let (page, _) = preview(&mut owner, "customers", "Kunden.xlsx", &florist());
    assert!(
        words(&page).contains("299 new customers") && words(&page).contains("1 row that is known already"),
        "{}",
        words(&page)
    );
}

fn rows_that_cannot_be_understood_are_named_with_line_and_cause(app: &App) {
    let mut owner = Visit::owner(app);
    let table = "Name;E-Mail\nAnna;anna@example.com\nBob;bob-at-example\nCleo;\n=1+1;\"x\"\n";
    let (page, place) = preview(&mut owner, "customers", "liste.csv", table.as_bytes());
    let said = words(&page);
    assert!(said.contains("1 new customer") && said.contains("3 rows that cannot be understood"), "{said}");
    assert!(said.contains("Row 3 E-Mail") && said.contains("is not an e-mail address"), "{said}");
    assert!(said.contains("Row 4") && said.contains("names nobody"), "{said}");
    let mut german = owner.clone();
    german.cookies.insert("hound_language".to_owned(), "de".to_owned());
    let german = german.page(&place);
    assert!(words(&german).contains("Zeile 3") && words(&german).contains("ist keine E-Mail-Adresse"), "{}", words(&german));
    let rows = owner.get(&format!("{place}/rows.csv?outcome=refused"));
    assert_eq!((rows.status, rows.header("content-type")), (200, Some("text/csv; charset=utf-8; header=present")));
    let mut reader = csv::Reader::from_reader(rows.text.as_bytes());
    let lines: Vec<String> = reader.records().map(|row| row.expect("a row")[0].to_owned()).collect();
    assert_eq!(lines, ["3", "4", "5"]);
    let result = send(&mut owner, &place, &page, &[("act", "take")]);
    assert!(words(&result).contains("3 rows could not be understood and were left out"), "{}", words(&result));
    assert_eq!(customers(app), "1");
}

fn columns_that_were_guessed_wrong_are_put_right_before_anything_is_written(app: &App) {
    let mut owner = Visit::owner(app);
    let table = "Kontakt;Wer;Mail\nanna@example.com;Anna;Frankfurt\nbob@example.com;Bob;Mainz\n";
    let (page, place) = preview(&mut owner, "customers", "kontakte.csv", table.as_bytes());
    assert!(words(&page).contains("2 rows that cannot be understood"), "{}", words(&page));
    // Somebody puts two columns to the same use.
    let twice = owner.fill(&page, &place, &[("column-0", "email"), ("act", "again")]);
    assert_eq!(twice.status, 422);
    assert!(words(&twice.text).contains("Two columns are taken for “E-mail”"), "{}", words(&twice.text));
    // Whoever changes something and takes it in at once looks at it first.
    let right = [("column-0", "email"), ("column-1", "name"), ("column-2", "")];
    let changed = send(&mut owner, &place, &page, &[right[0], right[1], right[2], ("act", "take")]);
    let said = words(&changed);
    assert!(said.contains("You changed something") && said.contains("2 new customers"), "{said}");
    assert_eq!(customers(app), "0");
    let place = owner.place.clone();
    let result = send(&mut owner, &place, &changed, &[("act", "take")]);
    assert!(words(&result).contains("2 new customers"), "{}", words(&result));
    assert_eq!(app.ask("SELECT name AS line FROM customers ORDER BY name"), ["Anna", "Bob"]);

    let (page, place) = preview(&mut owner, "customers", "ohne.csv", b"Wer,Wo\nCleo,cleo@example.com\n");
    assert!(words(&page).contains("No column was recognised that names a customer"), "{}", words(&page));
    let mended = send(&mut owner, &place, &page, &[("column-1", "email"), ("act", "again")]);
    assert!(words(&mended).contains("1 new customer"), "{}", words(&mended));
}

fn orders_of_the_past_come_in_and_stay(app: &App) {
    let mut owner = Visit::owner(app);
    let table = "Bestell-Nr.;Datum;E-Mail;Summe\nA-1;03/04/2025;a@example.com;12,50\nA-2;03/05/2025;b@example.com;7,50\n";
    let (page, place) = preview(&mut owner, "orders", "alt.csv", table.as_bytes());
    assert!(words(&page).contains("3rd of April or the 4th of March"), "{}", words(&page));
    let page = send(&mut owner, &place, &page, &[("dates", "day_first"), ("time", "past"), ("act", "again")]);
    let said = words(&page);
    assert!(said.contains("2 rows of new orders") && said.contains("2 orders over €20.00"), "{said}");
    let place = owner.place.clone();
    let result = send(&mut owner, &place, &page, &[("time", "past"), ("act", "take")]);
    assert!(words(&result).contains("Orders stand in the books"), "{}", words(&result));
    let place = owner.place.clone();
    assert_eq!(owner.submit(&format!("{place}/undo"), &[]).status, 409);
    let found = app.owner().get("/v1/sales?limit=10").is(200);
    assert_eq!(found["data"].as_array().map(Vec::len), Some(2), "{found:#}");
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM commissions"), ["0"]);
}

fn what_is_no_table_is_refused_in_words(app: &App) {
    let mut owner = Visit::owner(app);
    let none = owner.upload("/desk/import", &[("kind", "orders")], "", b"");
    assert_eq!(none.status, 422);
    assert!(words(&none.text).contains("Choose a file first") && none.text.contains("value=\"orders\" checked"), "{}", none.text);
    for (name, bytes, said) in [
        ("bild.pdf", b"%PDF-1.7\n".as_slice(), "this is a PDF"),
        ("alt.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), "old Excel file"),
        ("<script>alert(1)</script>.csv", b"PK\x03\x04nonsense".as_slice(), "damaged"),
    ] {
        let (page, _) = preview(&mut owner, "customers", name, bytes);
        assert!(words(&page).contains(said) && words(&page).contains("Choose another file"), "{name}: {}", words(&page));
        assert!(!page.contains("<script>alert"), "{page}");
    }
    let (page, _) = preview(&mut owner, "customers", "..\\..\\..\\etc\\a\u{202e}b.csv", b"email\nanna@example.com\n");
    assert!(page.contains("1 new customer") && !page.contains("etc\\"), "{page}");
    let (page, place) =
        preview(&mut owner, "customers", "x.csv", "email,name\nanna@example.com,<img src=x onerror=alert(1)>\n".as_bytes());
    let result = send(&mut owner, &place, &page, &[("act", "take")]);
    assert!(!page.contains("<img") && !result.contains("<img"));
}

fn a_file_too_large_or_packed_is_refused_in_a_page(app: &App) {
    let mut owner = Visit::owner(app);
    let large = vec![b'x'; 16 * 1024 * 1024 + 1];
    let refused = owner.upload("/desk/import", &[("kind", "customers")], "groß.csv", &large);
    assert_eq!((refused.status, refused.header("content-type")), (413, Some("text/html; charset=utf-8")));
    assert!(words(&refused.text).contains("larger than 16777216 bytes"), "{}", words(&refused.text));
    let packed = owner.with("Content-Encoding", "gzip").upload("/desk/import", &[("kind", "customers")], "a.csv", b"email\n");
    assert_eq!(packed.status, 415);
    assert!(packed.text.contains("<h1>"), "{}", packed.text);
    let fields: Vec<(String, String)> = (0..100).map(|number| (format!("f{number}"), "x".to_owned())).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(owner.upload("/desk/import", &fields, "a.csv", b"email\n").status, 413, "more fields than any form has");
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM imports"), ["0"]);
}

fn only_the_owner_brings_files_in_and_only_from_here(app: &App) {
    let mut owner = Visit::owner(app);
    let elsewhere =
        owner.with("Sec-Fetch-Site", "cross-site").upload("/desk/import", &[("kind", "customers")], "a.csv", b"email\n");
    assert_eq!(elsewhere.status, 403);
    let (page, place) = preview(&mut owner, "customers", "a.csv", b"email\nanna@example.com\n");
    assert!(page.contains("name=\"act\""));
    execute(&app.place(), "UPDATE logins SET role = 'accountant'").expect("an accountant");
    let mut accountant = Visit::new(app);
    accountant.sign_in("bea@blumen.example");
    for path in ["/desk/import", place.as_str()] {
        let page = accountant.page(path);
        assert!(!page.contains("type=\"file\"") && !page.contains("name=\"act\""), "{path}: {page}");
    }
    assert_eq!(accountant.upload("/desk/import", &[("kind", "customers")], "a.csv", b"email\n").status, 403);
    assert_eq!(accountant.submit(&place, &[("act", "take")]).status, 403);
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM imports"), ["1"]);
    let mut nobody = Visit::new(app);
    nobody.upload("/desk/import", &[("kind", "customers")], "a.csv", b"email\n");
    assert!(nobody.place.starts_with("/sign-in"), "{}", nobody.place);
}

fn a_draft_that_nobody_takes_up_is_forgotten(app: &App) {
    let mut owner = Visit::owner(app);
    let (_, place) = preview(&mut owner, "customers", "a.csv", b"email\nanna@example.com\n");
    let kept = "SELECT CAST(count(*) AS TEXT) AS line FROM import_chunks";
    assert_eq!(app.ask(kept), ["1"]);
    let long_ago = if app.engine == crate::app::Engine::Sqlite { "0" } else { "'epoch'" };
    execute(&app.place(), &format!("UPDATE imports SET created_at = {long_ago}")).expect("time");
    let deadline = Instant::now() + PATIENCE;
    while app.ask(kept) != ["0"] {
        assert!(Instant::now() < deadline, "nobody forgets it");
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = owner.page(&place);
    assert!(words(&page).contains("no longer kept") && !page.contains("name=\"act\""), "{}", words(&page));
}
