//! Visits through links, counted and forgotten, and the images of links.
#![cfg(test)]

use std::time::{Duration, Instant as Moment};

use houndplan::db::connect::Place;
use serde_json::json;

use super::app::{App, ask, stories};
use super::shop::{advance, enrol};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

stories! {
    visits_are_counted_by_the_day_and_forgotten_after_the_window,
    a_links_image_shows_the_link_and_no_other_code_has_one,
    no_page_of_ours_allows_inline_styles_or_scripts,
}

fn sandbox(app: &App) -> Place {
    match app.place() {
        Place::Postgres { url, .. } => Place::Postgres { url, schema: Some("sandbox"), authority: None },
        Place::Sqlite(path) => Place::Sqlite(path.with_file_name("sandbox.db")),
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Moment::now() + PATIENCE;
    while !done() {
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn visits_are_counted_by_the_day_and_forgotten_after_the_window(app: &App) {
    let owner = app.sandbox();
    owner.patch("/v1/program", &json!({"shop_url": "https://shop.example/", "window_days": 30})).is(200);
    enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "jim@example.com", "JIM");
    let visitor = app.nobody();
    let visit = |code: &str| assert_eq!(visitor.get(&format!("/r/{code}?sandbox=1")).status, 302);
    let days = |code: &str| owner.get(&format!("/v1/codes/{code}/clicks")).is(200)["data"].as_array().expect("days").clone();
    let kept = || ask(&sandbox(app), "SELECT 'click' AS line FROM clicks").len();
    (0..3).for_each(|_| visit("JOE"));
    visit("JIM");
    assert_eq!(days("JOE").len(), 0);
    advance(&owner, 1);
    until("the first day", || days("JOE").len() == 1 && days("JIM").len() == 1);
    assert_eq!((days("JOE")[0]["clicks"].as_i64(), days("JIM")[0]["clicks"].as_i64()), (Some(3), Some(1)));
    visit("JOE");
    advance(&owner, 20);
    until("the second day", || days("JOE").len() == 2);
    assert_eq!(days("JOE").iter().map(|day| day["clicks"].as_i64().expect("a number")).collect::<Vec<_>>(), [1, 3]);
    assert!(days("JOE")[0]["day"].as_str() > days("JOE")[1]["day"].as_str(), "newest first");
    assert_eq!(kept(), 5);
    // The window ends for the first day's visits, then for all; the counts stay.
    advance(&owner, 11);
    until("the first day's end", || kept() == 1);
    advance(&owner, 2);
    until("the second day's end", || kept() == 0);
    assert_eq!(days("JOE").len(), 2);
    // A referrer sees his own.
    owner.get("/v1/codes/NOBODY/clicks").is(404);
}

fn a_links_image_shows_the_link_and_no_other_code_has_one(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let nobody = app.nobody();
    let svg = nobody.get("/q/joe.svg");
    assert_eq!((svg.status, svg.header("content-type")), (200, Some("image/svg+xml")));
    assert!(svg.text.starts_with("<svg ") && svg.text == nobody.get("/q/J0E.svg").text);
    for missing in ["/q/JIM.svg", "/q/JOE.gif", "/q/JOE", "/q/.svg", "/q/JOE.svg?sandbox=1"] {
        nobody.get(missing).is(404);
    }
}

fn no_page_of_ours_allows_inline_styles_or_scripts(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let nobody = app.nobody();
    for path in ["/r/JOE", "/r/NOBODY", "/docs", "/u/none"] {
        let page = nobody.get(path);
        let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy")).to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        // A style that the policy does not name would be dropped by the browser.
        assert_eq!(page.text.contains("<style>"), policy.contains("'sha256-"), "{path}: {policy}");
        let scripts = page.text.matches("<script").count();
        assert!(!page.text.contains(" style=") && scripts == page.text.matches("<script src=\"/").count(), "{path}");
    }
}
