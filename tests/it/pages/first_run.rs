//! The doors in a real browser, on a phone: the first run by hand, and how the doors look that only open once.
#![cfg(test)]

use std::fs;

use serde_json::json;

use super::visit::{PASSWORD, Visit};
use crate::app::{App, stories};
use crate::browser::Browser;

stories!(a_shop_is_set_up_on_a_phone, without_scripts_too, doors_that_open_once_are_there_for_everybody);

/// A link printed by `hound admin`.
fn link(app: &App, arguments: &[&str]) -> String {
    let output = app.run(&[&["admin"], arguments].concat());
    let printed = String::from_utf8(output.stdout).expect("text");
    let path = printed.trim().splitn(4, '/').nth(3).unwrap_or_else(|| panic!("no link: {printed}"));
    format!("{}/{path}", app.base())
}

/// Opens `address` on a phone.
fn on_a_phone(address: &str) -> Browser {
    let mut browser = Browser::start(&[]);
    browser.note_refusals();
    browser.window(320, 640, false);
    browser.open(address);
    browser
}

/// Answers the page's questions and opens the shop; the answer that the browser gives itself stays.
fn set_up(browser: &mut Browser) {
    for (field, text) in [("shop_name", "Blumen Bea"), ("percent", "20"), ("name", "Bea"), ("email", "bea@blumen.example")] {
        browser.fill(field, text);
    }
    browser.press("button[value=try]");
    browser.wait_for("the sentence", "document.querySelector('#sentence').innerText.includes('€8.00')");
    browser.fill("password", "kuno");
    // What the browser itself would refuse is tried all the same.
    browser.ask("document.querySelectorAll('form').forEach(form => { form.noValidate = true })");
    browser.press("button.primary");
    let faults = browser.ask("document.querySelectorAll('[aria-invalid=true]').length");
    assert_eq!(faults, json!(1));
    browser.fill("password", PASSWORD);
    browser.press("button.primary");
    browser.wait_for("the desk", "location.pathname === '/desk'");
    assert_eq!(browser.ask("document.cookie"), json!(""), "no script reads a session");
}

fn a_shop_is_set_up_on_a_phone(app: &App) {
    let mut browser = on_a_phone(&link(app, &["setup-link"]));
    let zone = browser.ask("document.querySelector('[name=timezone]').value");
    assert_eq!(zone, browser.ask("Intl.DateTimeFormat().resolvedOptions().timeZone"));
    set_up(&mut browser);
    assert_eq!(browser.ask("window.refused"), json!([]));
    browser.press("header form button");
    browser.wait_for("the door", "location.pathname === '/sign-in'");
    browser.fill("email", "bea@blumen.example");
    browser.fill("password", PASSWORD);
    browser.press("button.primary");
    browser.wait_for("the desk", "location.pathname === '/desk'");
}

fn without_scripts_too(app: &App) {
    let link = link(app, &["setup-link"]);
    let mut browser = on_a_phone(&format!("{}/sign-in", app.base()));
    browser.scripts(false);
    browser.open(&link);
    assert_eq!(browser.ask("document.querySelector('[name=timezone]').value"), json!("UTC"));
    set_up(&mut browser);
}

fn doors_that_open_once_are_there_for_everybody(app: &App) {
    let path = std::env::var("HOUND_TEST_AXE").expect("HOUND_TEST_AXE is not set: run ./test, which brings axe-core");
    let axe = fs::read_to_string(path).expect("axe-core");
    let setup = link(app, &["setup-link"]);
    let mut browser = on_a_phone(&setup);
    let look = |browser: &mut Browser, what: &str| {
        for dark in [false, true] {
            browser.window(320, 640, dark);
            let wide = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(wide, json!(0), "{what} is too wide for a phone");
            browser.ask(&axe);
            let found = browser.wait_and_ask(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(found => \
                 found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160)).join(' | ')))",
            );
            assert_eq!(found, json!([]), "{what}, dark: {dark}");
        }
    };
    look(&mut browser, "the first run");
    browser.ask("document.querySelectorAll('form').forEach(form => { form.noValidate = true })");
    browser.press("button.primary");
    look(&mut browser, "the first run with faults");
    Visit::owner(app);
    browser.open(&setup);
    look(&mut browser, "a closed door");
    browser.open(&link(app, &["reset", "bea@blumen.example"]));
    look(&mut browser, "a new password");
}
