//! What the shop says and how it looks: its own words in letters, its colour, its logo.
#![cfg(test)]

use std::fs;

use super::visit::{Visit, words};
use crate::app::{App, stories};
use crate::letters::{borrowed, to, until};
use crate::shop::enrol;
use crate::smtp_server::{FaultPlan, SmtpServer};

stories! {
    a_letter_says_it_in_the_words_of_the_shop,
    what_the_server_says_cannot_be_said_otherwise_here,
    a_colour_that_can_be_read_and_a_picture_are_on_every_page,
}

const WELCOME: &str = "/desk/settings/letters/welcome";

fn a_letter_says_it_in_the_words_of_the_shop(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let mut bea = Visit::owner(app);
    let before = words(&bea.page(&format!("{WELCOME}?locale=en")));
    assert!(before.contains("Your link for Blumen Bea") && before.contains("{ $shop }"), "{before}");

    let text = |key: &'static str, text: &'static str| [("locale", "en"), ("key", key), ("act", "save"), ("text", text)];
    for (wrong, why) in [
        ("Come in, { $secret }", "There is no { $secret } in this text. It may use: { $shop }"),
        ("Come in, { $shop", "This cannot be read"),
        ("Come in, { NUMBER($shop) }", "no functions"),
        ("", "must say something"),
    ] {
        let refused = bea.send(WELCOME, &text("welcome-subject", wrong));
        assert_eq!(refused.status, 422, "{wrong}: {}", refused.text);
        assert!(words(&refused.text).contains(why), "{wrong}: {}", words(&refused.text));
    }
    assert_eq!(bea.send(WELCOME, &text("payout_sent-subject", "Hello")).status, 404, "a text of another letter");
    let kept = bea.submit(WELCOME, &text("welcome-subject", "Come in, it is { $shop }"));
    let said = words(&kept.text);
    assert!(said.contains("The next letter says it so") && said.contains("Come in, it is Blumen Bea"), "{said}");
    let listed = words(&bea.page("/desk/settings/letters"));
    assert!(listed.contains("one text of yours"), "{listed}");

    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    until(app, "a letter arrives", || server.messages().len() == 1);
    assert_eq!(server.messages().remove(0).headers("Subject"), ["Come in, it is Blumen Bea"]);

    let sent = bea.submit(&format!("{WELCOME}/test"), &[("locale", "en")]);
    assert!(words(&sent.text).contains("on its way to you"), "{}", words(&sent.text));
    until(app, "the test arrives", || server.messages().len() == 2);
    let tried = server.messages().remove(1);
    assert_eq!(tried.headers("Subject"), ["[Test] Come in, it is Blumen Bea"]);
    assert_eq!(tried.headers("To"), ["bea@blumen.example"]);

    let back = bea.submit(WELCOME, &[("locale", "en"), ("key", "welcome-subject"), ("act", "reset")]);
    assert!(words(&back.text).contains("Our words are back"), "{}", words(&back.text));
    enrol(&owner, "jim@example.com", "JIM");
    until(app, "another letter arrives", || server.messages().len() == 3);
    assert_eq!(server.messages().remove(2).headers("Subject"), ["Your link for Blumen Bea"]);
}

fn what_the_server_says_cannot_be_said_otherwise_here(app: &App) {
    let folder = app.data.path().join("texts");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("en.ftl"), "welcome-subject = From the server, { $shop }\n").expect("a file");
    app.restart_with(&[("HOUND_TEMPLATES_DIR", folder.to_str().expect("a path"))]);
    let mut bea = Visit::owner(app);
    let page = words(&bea.page(&format!("{WELCOME}?locale=en")));
    assert!(page.contains("From the server, Blumen Bea"), "{page}");
    assert!(page.contains("Set by HOUND_TEMPLATES_DIR on the server"), "{page}");
    let fields = [("locale", "en"), ("key", "welcome-subject"), ("act", "save"), ("text", "Mine")];
    assert_eq!(bea.send(WELCOME, &fields).status, 409);
    let german = words(&bea.page(&format!("{WELCOME}?locale=de")));
    assert!(!german.contains("Set by HOUND_TEMPLATES_DIR on the server, so"), "the other language is free: {german}");
}

fn a_colour_that_can_be_read_and_a_picture_are_on_every_page(app: &App) {
    let mut bea = Visit::owner(app);
    for (colour, why) in [("#ffdd00", "Too light to be read"), ("red", "That is no colour"), ("#12345", "That is no colour")] {
        let refused = bea.send("/desk/settings/look/colour", &[("act", "save"), ("accent", colour)]);
        assert_eq!(refused.status, 422, "{colour}");
        assert!(words(&refused.text).contains(why), "{colour}: {}", words(&refused.text));
    }
    assert!(!bea.page("/desk").contains("/assets/shop.css"), "nothing is set yet");
    bea.submit("/desk/settings/look/colour", &[("act", "save"), ("accent", "#7A1F5C")]);
    let page = bea.page("/desk/settings");
    let (_, rest) = page.split_once("/assets/shop.css").expect("the shop's style sheet");
    let sheet = bea.get(&format!("/assets/shop.css{}", rest.split('"').next().expect("an address")));
    assert_eq!((sheet.status, sheet.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert!(sheet.text.contains("--accent: #7a1f5c") && sheet.text.contains("prefers-color-scheme: dark"), "{}", sheet.text);

    let png = b"\x89PNG\r\n\x1a\nnot much of a picture";
    for (name, content) in [
        ("logo.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec()),
        ("logo.png", {
            let mut large = png.to_vec();
            large.resize(64 * 1024 + 1, 0);
            large
        }),
    ] {
        let refused = bea.upload("/desk/settings/look/logo", &[("act", "save")], name, &content);
        assert_eq!(refused.status, 422, "{name}");
    }
    let kept = bea.upload("/desk/settings/look/logo", &[("act", "save")], "logo.png", png);
    assert!(kept.text.contains("class=\"logo\""), "{}", kept.text);
    let (_, rest) = kept.text.split_once("/assets/logo").expect("the logo");
    let logo = bea.get(&format!("/assets/logo{}", rest.split('"').next().expect("an address")));
    assert_eq!((logo.header("content-type"), logo.header("x-content-type-options")), (Some("image/png"), Some("nosniff")));
    assert_eq!(logo.bytes, png);
    let gone = bea.upload("/desk/settings/look/logo", &[("act", "reset")], "", b"");
    assert!(!gone.text.contains("/assets/logo"), "{}", gone.text);
    bea.submit("/desk/settings/look/colour", &[("act", "reset")]);
    assert!(!bea.page("/desk/settings").contains("/assets/shop.css"));
}
