//! The snippet in a real browser, across two hosts: the link's and the shop's.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};

use super::app::{App, stories};
use super::browser::Browser;
use super::client::Client;
use super::shop::enrol;

/// Longer than any page here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

stories! {
    who_agrees_is_remembered_from_page_to_page,
    without_consent_nothing_is_kept_and_the_form_still_knows,
    consent_may_come_later_and_be_taken_back,
    a_program_that_follows_a_link_is_no_visitor,
}

/// A shop whose pages allow nothing but the snippet; what its form sends comes out of `orders`.
struct Shop {
    address: String,
    orders: Receiver<Vec<(String, String)>>,
}

impl Shop {
    fn open(mode: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, orders) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sender = sender.clone();
                std::thread::spawn(move || serve(stream, mode, &sender));
            }
        });
        Self { address, orders }
    }

    fn order(&self) -> Vec<(String, String)> {
        self.orders.recv_timeout(PATIENCE).expect("an order")
    }
}

fn serve(mut stream: TcpStream, mode: &str, orders: &Sender<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut length, mut first) = (0, String::new());
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().unwrap_or_else(|_| panic!("{name}: {value}"));
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    if first.starts_with("POST ") {
        let fields = url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned()));
        orders.send(fields.collect()).expect("a listener");
    }
    let page = format!(
        "<!doctype html><title>Shop</title><script src=\"http://refer.test/hound.js\" data-consent=\"{mode}\"></script>\
         <form method=post action=/checkout><input name=ref data-hound=ref><input name=code data-hound=code><button>Buy</button></form>"
    );
    let policy = "default-src 'none'; script-src http://refer.test; form-action 'self'";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close";
    drop(write!(stream, "{head}\r\nContent-Security-Policy: {policy}\r\nContent-Length: {}\r\n\r\n{page}", page.len()));
}

/// A shop at `http://shop.test/`, links at `http://refer.test/`, and a browser that knows both.
fn town(app: &App, mode: &'static str) -> (Client, Shop, Browser) {
    let shop = Shop::open(mode);
    app.restart_with(&[("HOUND_BASE_URL", "http://refer.test")]);
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"shop_url": "http://shop.test/", "fraud": {"click_seconds_min": 0}})).is(200);
    enrol(&owner, "joe@example.com", "JOE");
    let house = app.base().trim_start_matches("http://").to_owned();
    let browser = Browser::start(&[("refer.test", &house), ("shop.test", &shop.address)]);
    (owner, shop, browser)
}

fn shop_cookie(browser: &mut Browser) -> Option<Value> {
    browser.cookies().into_iter().find(|cookie| cookie["domain"] == "shop.test" && cookie["name"] == "hound_ref")
}

/// The cookie once the browser has it: a page's word is taken over a moment later.
fn kept_cookie(browser: &mut Browser) -> Value {
    let deadline = Moment::now() + PATIENCE;
    loop {
        if let Some(cookie) = shop_cookie(browser) {
            return cookie;
        }
        assert!(Moment::now() < deadline, "no cookie");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Sends the page's form, and reports what the shop got as an order; the verdict on it.
fn buy(owner: &Client, shop: &Shop, browser: &mut Browser, order: &str, evidence: &str) -> (String, Value) {
    browser.ask("document.forms[0].requestSubmit()");
    let fields = shop.order();
    let mut sale =
        json!({"order_id": order, "currency": "EUR", "subtotal": 10_000, "customer": {"email": format!("{order}@example.com")}});
    let value = field(&fields, evidence);
    if !value.is_empty() {
        sale[evidence] = json!(value);
    }
    (value, owner.post("/v1/sales", &sale).is(201)["verdict"].clone())
}

fn assert_joe(verdict: &Value, evidence: &str) {
    assert_eq!((verdict["kind"].as_str(), verdict["evidence"].as_str()), (Some("attributed"), Some(evidence)), "{verdict:#}");
}

fn who_agrees_is_remembered_from_page_to_page(app: &App) {
    let (owner, shop, mut browser) = town(app, "auto");
    browser.open("http://refer.test/r/JOE?to=/tea");
    let place = browser.ask("location.href");
    let place = place.as_str().expect("an address");
    assert!(place.starts_with("http://shop.test/tea?utm_source=houndplan&utm_medium=referral&utm_campaign=JOE&"), "{place}");
    let click = place.rsplit_once("&ref=").expect("a click").1.to_owned();
    // The first-party cookie of the link's host names the browser, the shop's names the click.
    let of_link = browser.cookies().into_iter().find(|cookie| cookie["name"] == "hound_visitor").expect("a cookie");
    assert_eq!(
        (&of_link["domain"], &of_link["httpOnly"], &of_link["sameSite"]),
        (&json!("refer.test"), &json!(true), &json!("Lax"))
    );
    let cookie = kept_cookie(&mut browser);
    assert_eq!(
        (&cookie["value"], &cookie["sameSite"], &cookie["path"]),
        (&json!(format!("{click}.JOE")), &json!("Lax"), &json!("/"))
    );
    assert_eq!(browser.ask("[hound.code(), hound.ref()]"), json!(["JOE", click]));
    // Another page, without anything in its address.
    browser.open("http://shop.test/cart");
    assert_eq!(browser.ask("[...document.querySelectorAll('input')].map(field => field.value)"), json!([click, "JOE"]));
    let (sent, verdict) = buy(&owner, &shop, &mut browser, "A-1", "ref");
    assert_eq!(sent, click);
    assert_joe(&verdict, "click");
    // A code in the address replaces the older link as a whole; what the buyer typed is left alone.
    enrol(&owner, "jim@example.com", "JIM");
    browser.open("http://shop.test/?via=jim");
    assert_eq!(browser.ask("[hound.code(), hound.ref()]"), json!(["jim", ""]));
    browser.ask("document.forms[0].code.value = 'JOE'");
    let (sent, verdict) = buy(&owner, &shop, &mut browser, "A-2", "code");
    assert_eq!(sent, "JOE");
    assert_joe(&verdict, "code");
}

fn without_consent_nothing_is_kept_and_the_form_still_knows(app: &App) {
    for mode in ["wait", "none"] {
        let (owner, shop, mut browser) = if mode == "wait" { town(app, "wait") } else { again(app, "none") };
        browser.open("http://refer.test/r/JOE");
        assert_eq!(shop_cookie(&mut browser), None, "{mode}");
        assert_eq!(browser.ask("hound.code()"), "JOE");
        if mode == "none" {
            browser.ask("hound.consent(true)");
            assert_eq!(shop_cookie(&mut browser), None, "none means none");
        }
        // On the page he landed on nothing needs to be kept: the address says it.
        let (click, verdict) = buy(&owner, &shop, &mut browser, &format!("{mode}-1"), "ref");
        assert_eq!(click.len(), 32, "{mode}");
        assert_joe(&verdict, "click");
        // On the next page it is forgotten.
        browser.open("http://shop.test/cart");
        assert_eq!(browser.ask("[hound.code(), hound.ref(), document.cookie]"), json!(["", "", ""]), "{mode}");
        let (click, verdict) = buy(&owner, &shop, &mut browser, &format!("{mode}-2"), "ref");
        assert_eq!((click.as_str(), verdict["reason"].as_str()), ("", Some("no_evidence")), "{mode}: {verdict:#}");
    }
}

/// [`town`] for a house that has its referrer already.
fn again(app: &App, mode: &'static str) -> (Client, Shop, Browser) {
    let shop = Shop::open(mode);
    let house = app.base().trim_start_matches("http://").to_owned();
    let browser = Browser::start(&[("refer.test", &house), ("shop.test", &shop.address)]);
    (app.owner(), shop, browser)
}

fn consent_may_come_later_and_be_taken_back(app: &App) {
    let (owner, shop, mut browser) = town(app, "wait");
    browser.open("http://refer.test/r/JOE");
    assert_eq!(shop_cookie(&mut browser), None);
    browser.ask("hound.consent(true)");
    let cookie = kept_cookie(&mut browser);
    let days = (cookie["expires"].as_f64().expect("a time") - browser.ask("Date.now() / 1000").as_f64().expect("now")) / 86_400.0;
    assert!((89.0..=90.1).contains(&days), "{days} days");
    browser.open("http://shop.test/cart");
    let (click, verdict) = buy(&owner, &shop, &mut browser, "A-1", "ref");
    assert!(cookie["value"].as_str().is_some_and(|value| value.starts_with(&click)), "{cookie:#}");
    assert_joe(&verdict, "click");
    browser.open("http://shop.test/cart");
    browser.ask("hound.consent(false)");
    browser.wait_for("the cookie to go", "document.cookie === ''");
    browser.open("http://shop.test/cart");
    assert_eq!(browser.ask("hound.code()"), "");
    assert_eq!(shop_cookie(&mut browser), None);
}

fn a_program_that_follows_a_link_is_no_visitor(app: &App) {
    let (_, shop, mut visitor) = town(app, "auto");
    let house = app.base().trim_start_matches("http://").to_owned();
    let mut program = Browser::start_as(&[("refer.test", &house), ("shop.test", &shop.address)], None);
    program.open("http://refer.test/r/JOE");
    assert_eq!(program.ask("location.href"), "http://shop.test/");
    assert_eq!(app.ask("SELECT 'click' AS line FROM clicks").len(), 0);
    visitor.open("http://refer.test/r/JOE");
    assert_eq!(app.ask("SELECT 'click' AS line FROM clicks").len(), 1);
}
