//! The owner's first page says what is true of the ledger, and helps a new shop through its first steps.

use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};

use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::shop::{enrol, order, sell};

stories! {
    the_sentences_follow_a_sale_and_a_refund,
    the_charts_table_is_the_program_report,
    a_new_shop_has_first_steps_that_tick_themselves,
    a_test_sale_leaves_the_real_shop_alone,
    the_first_page_is_light,
    what_does_not_move_and_what_waits_is_named,
    german_readers_read_german,
}

/// Longer than sums of a test's ledger are ever remembered, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// The words of the first page once they hold all of `parts`: sums that took long are shown a little longer.
fn home_with(visit: &mut Visit, parts: &[&str]) -> String {
    let deadline = Moment::now() + PATIENCE;
    loop {
        let said = words(&visit.page("/desk"));
        if parts.iter().all(|part| said.contains(part)) {
            return said;
        }
        assert!(Moment::now() < deadline, "waited in vain for {parts:?}: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn the_sentences_follow_a_sale_and_a_refund(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    sell(&owner, &order("O-1", 10_000, "carla@example.com", "ANNA"));
    sell(&owner, &json!({"order_id": "O-2", "currency": "EUR", "subtotal": 30_000, "customer": {"email": "dora@example.com"}}));
    let said = home_with(&mut visit, &["have brought €100.00 so far, from one sale.", "They cost €10.00 :", "25.0 %"]);
    assert!(said.contains("On hold (EUR) €10.00"), "{said}");
    assert!(said.contains("ANNA earns €10.00"), "events name whoever earned: {said}");
    owner.post("/v1/refunds", &json!({"order_id": "O-1", "refund_id": "R-1", "amount": 4_000})).is(201);
    let said = home_with(&mut visit, &["have brought €60.00 so far", "They cost €6.00 :", "On hold (EUR) €6.00"]);
    assert!(said.contains("16.7 %"), "60 of 360: {said}");
}

/// The cells of a table of the page, row by row, without what a sign of a currency or a share adds.
fn cells(page: &str, table: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("id=\"{table}\"")).unwrap_or_else(|| panic!("no table {table}: {page}"));
    let (body, _) = rest.split_once("</table>").expect("its end");
    let (_, body) = body.split_once("<tbody>").expect("its body");
    let rows = body.split("<tr>").skip(1);
    let cell = |cell: &str| words(cell.split_once('>').expect("a cell").1);
    rows.map(|row| row.split("<t").filter(|part| part.starts_with('h') || part.starts_with('d')).map(cell).collect()).collect()
}

fn cents(text: &str) -> i64 {
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

fn the_charts_table_is_the_program_report(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "anna@example.com", "ANNA");
    let today = jiff::Timestamp::now().in_tz("Europe/Berlin").expect("a zone").date();
    let at = |months: i64| {
        let day = today.first_of_month().checked_sub(jiff::Span::new().months(months)).expect("a day");
        format!("{day}T12:00:00Z")
    };
    for (number, months) in [(1, 0), (2, 1), (3, 1), (4, 4), (5, 11)] {
        let mut sale = order(
            &format!("O-{number}"),
            1_000 * number,
            &format!("b{number}@example.com"),
            if number == 3 { "NONE" } else { "ANNA" },
        );
        if months > 0 {
            sale["occurred_at"] = json!(at(months));
        }
        sell(&owner, &sale);
    }
    let first = today.first_of_month().checked_sub(jiff::Span::new().months(11)).expect("a day");
    let report = owner.get(&format!("/v1/reports/program?from={first}&by=month")).is(200);
    home_with(&mut visit, &["€10.00", "€50.00"]);
    let rows = cells(&visit.page("/desk"), "months");
    let months = report["months"].as_array().expect("months");
    assert_eq!((rows.len(), months.len()), (12, 12), "{report:#}");
    for (row, month) in rows.iter().zip(months) {
        let euro = month["currencies"].as_array().expect("currencies").iter().find(|one| one["currency"] == "EUR").cloned();
        let euro = euro.unwrap_or_default();
        let figures = ["orders", "deals", "sales", "brought", "cost"].map(|field| euro[field].as_i64().unwrap_or(0));
        let shown: Vec<i64> = row[1..6].iter().map(|cell| cents(cell)).collect();
        assert_eq!(shown, figures, "{row:?} {month:#}");
        let share = euro["share_of_sales"].as_str().map_or_else(String::new, |share| format!("{share} %"));
        assert_eq!(row[6], share);
    }
    assert_eq!(months.iter().filter(|month| month["currencies"] != json!([])).count(), 4, "{report:#}");
}

fn ticked(page: &str) -> usize {
    page.matches("<li class=\"done\">").count()
}

fn a_new_shop_has_first_steps_that_tick_themselves(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let page = visit.page("/desk");
    assert!(words(&page).contains("Three first steps") && ticked(&page) == 0, "{page}");
    enrol(&owner, "anna@example.com", "ANNA");
    assert_eq!(ticked(&visit.page("/desk")), 1);
    owner.post("/v1/sales", &json!({"order_id": "O-1", "currency": "EUR", "subtotal": 1_000})).is(201);
    assert_eq!(ticked(&visit.page("/desk")), 2);
    let after = visit.submit("/desk/test-sale", &[]);
    assert_eq!(after.status, 200, "{}", after.text);
    let said = words(&visit.page("/desk"));
    assert!(!said.contains("Three first steps"), "all are taken: {said}");
}

fn a_test_sale_leaves_the_real_shop_alone(app: &App) {
    let mut visit = Visit::owner(app);
    let tables = ["customers", "referrers", "codes", "sales", "verdicts", "commissions", "transfers", "mails", "events"];
    let rows = || tables.map(|table| app.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}")));
    let before = rows();
    for _ in 0..2 {
        let page = visit.submit("/desk/test-sale", &[]);
        assert_eq!(page.status, 200, "{}", page.text);
        let said = words(&page.text);
        assert!(visit.place.starts_with("/desk/test-sale/"), "{}", visit.place);
        assert!(said.contains("Test earns €4.00") && said.contains("test sale in the sandbox"), "{said}");
        assert!(said.contains("10 % on €40.00") && said.contains("The buyer gave the code TEST"), "{said}");
        assert!(!page.text.contains("/decision"), "nothing on it can be pressed");
    }
    assert_eq!(rows(), before, "the real shop knows nothing of it");
    let sales = app.sandbox().get("/v1/sales").is(200);
    assert_eq!(sales["data"].as_array().map(Vec::len), Some(2), "{sales:#}");
}

fn the_first_page_is_light(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    for number in 0..12 {
        let code = format!("CODE-{number}");
        enrol(&owner, &format!("r{number}@example.com"), &code);
        sell(&owner, &order(&format!("O-{number}"), 5_000, &format!("b{number}@example.com"), &code));
    }
    let page = visit.page("/desk");
    let asset = |mark: &str| {
        let (_, rest) = page.split_once(mark).unwrap_or_else(|| panic!("no {mark}"));
        let path = rest.split('"').next().expect("a path").to_owned();
        assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
        path
    };
    let (style, script) = (asset("rel=\"stylesheet\" href=\""), asset("<script src=\""));
    let weight = page.len() + visit.get(&style).bytes.len() + visit.get(&script).bytes.len();
    assert!(weight <= 60 * 1024, "{weight} bytes");
}

fn what_does_not_move_and_what_waits_is_named(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let said = home_with(&mut visit, &["Nothing waits for you.", "Nothing forgotten"]);
    assert!(said.contains("Ledger checked"), "{said}");
    enrol(&owner, "anna@example.com", "ANNA");
    sell(&owner, &order("O-1", 10_000, "x@mailinator.com", "ANNA"));
    let said =
        home_with(&mut visit, &["1 thing waits for your decision", "Waits for your decision : €10.00 , one referrer, since"]);
    assert!(!said.contains("Nothing forgotten"), "{said}");
    let unmatched: Value = json!({"order_id": "O-2", "currency": "EUR", "subtotal": 1_000, "customer": {"email": "y@example.com"}, "referred_by": {"name": "Tall Tom"}});
    owner.post("/v1/sales", &unmatched).is(201);
    home_with(&mut visit, &["2 things wait for your decision", "One sale whose referrer must be matched by hand"]);
}

fn german_readers_read_german(app: &App) {
    let owner = app.owner();
    let mut visit = Visit::owner(app).with("Accept-Language", "de");
    visit.cookies.remove("hound_language");
    enrol(&owner, "anna@example.com", "ANNA");
    sell(&owner, &order("O-1", 123_450, "carla@example.com", "ANNA"));
    let said = home_with(&mut visit, &["haben Empfehlungen bisher 1.234,50 € gebracht, aus einem Verkauf."]);
    assert!(said.contains("Das sind 100,0 % von allem"), "{said}");
}
