//! Every letter is rendered, read and attacked.

use super::*;
use crate::domain::claim::DeclineReason;
use crate::domain::money::Rate;
use crate::domain::notice::Notice;

const STOP: &str = "https://go.bergrad.example/u/0193";

const PORTAL: &str = "https://go.bergrad.example/portal/l/AZM";

fn eur(amount: i64) -> Option<Money> {
    Some(Money { amount, currency: Currency::EUR })
}

fn render(facts: &NoticeFacts, unsubscribe: Option<&str>) -> Rendered {
    super::render(&Texts::built_in(), facts, unsubscribe)
}

fn facts(kind: Notice) -> NoticeFacts {
    NoticeFacts {
        kind,
        locale: Locale::En,
        shop: "Bergrad".to_owned(),
        shop_url: Some("https://bergrad.example/".to_owned()),
        name: Some("Anna Huber".to_owned()),
        code: Some("ANNA7K".to_owned()),
        link: Some("https://go.bergrad.example/r/ANNA7K".to_owned()),
        portal: kind.shows_money().then(|| PORTAL.to_owned()),
        amount: eur(1250),
        remaining: eur(250),
        due_on: Some("2026-12-02".to_owned()),
        promise: Some(Promise::Share(Rate::from_millionths(100_000))),
        reference: Some("RF18 5390 0754".to_owned()),
        reason: Some(Why::Said("the bank does not know the account".to_owned())),
        lines: Vec::new(),
        imprint: Some("Bergrad GmbH, Hauptstr. 1, 80331 München".to_owned()),
    }
}

fn bare(kind: Notice) -> NoticeFacts {
    let (name, code, link, due_on) = (None, None, None, None);
    NoticeFacts {
        name,
        code,
        link,
        portal: None,
        due_on,
        shop_url: None,
        amount: None,
        remaining: None,
        reference: None,
        reason: None,
        imprint: None,
        ..facts(kind)
    }
}

/// A bundle of three, in two currencies.
fn bundled(kind: Notice) -> NoticeFacts {
    let line = |amount, code: &str, due_on: Option<&str>| Line {
        amount: Money { amount, currency: Currency::parse(code).expect("a currency") },
        remaining: Some(Money { amount: 100, currency: Currency::parse(code).expect("a currency") }),
        due_on: due_on.map(str::to_owned),
    };
    let lines = vec![line(400, "EUR", Some("2026-12-02")), line(1_600, "EUR", None), line(700, "GBP", Some("2026-12-03"))];
    NoticeFacts { amount: None, remaining: None, due_on: None, lines, ..facts(kind) }
}

/// What a reader sees of a page.
fn visible(html: &str) -> String {
    let body = html.split_once("</head>").expect("a head").1;
    let text: String =
        body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect::<Vec<_>>().join(" ");
    let plain = text.replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&");
    squeeze(&plain)
}

fn squeeze(text: &str) -> String {
    // Where a tag stood is a space now, also before the full stop that follows it.
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".").replace(" ,", ",").replace(" :", ":")
}

#[test]
fn every_kind_says_the_same_twice_and_briefly() {
    for (kind, locale) in Notice::ALL.into_iter().flat_map(|kind| Locale::ALL.map(|locale| (kind, locale))) {
        let mut all = vec![facts(kind), bare(kind)];
        all.extend(kind.bundles().then(|| bundled(kind)));
        for facts in all.into_iter().map(|facts| NoticeFacts { locale, ..facts }) {
            let letter = render(&facts, Some(STOP));
            // A list has dashes in the text and dots on the page.
            assert_eq!(visible(&letter.html), squeeze(&letter.text.replace("\n- ", "\n")), "{kind:?}");
            // Who the shop is by law is as long as the law wants it.
            let said = facts.imprint.as_deref().map_or_else(|| letter.text.clone(), |imprint| letter.text.replace(imprint, ""));
            let words = said.split_whitespace().count();
            assert!((20..=90).contains(&words), "{kind:?} {locale:?} has {words} words:\n{}", letter.text);
            assert!(!letter.text.contains("\n\n\n") && !letter.text.contains(" \n"), "{kind:?}:\n{}", letter.text);
            assert!(!letter.text.contains('!') && !letter.text.contains("pending"), "{kind:?}");
            assert!(!letter.text.contains('{') && !letter.text.contains('$'), "{kind:?}:\n{}", letter.text);
            assert_eq!(letter.text.matches("Anna").count(), usize::from(facts.name.is_some()), "{kind:?}");
            assert!(letter.subject.chars().count() <= SUBJECT_MAX, "{kind:?}: {}", letter.subject);
        }
    }
}

#[test]
fn the_subject_is_the_fact() {
    let subject = |kind| render(&facts(kind), None).subject;
    assert_eq!(subject(Notice::Welcome), "Your link for Bergrad");
    assert_eq!(subject(Notice::SaleCredited), "A friend bought at Bergrad: €12.50 for you");
    assert_eq!(subject(Notice::BonusEarned), "A bonus of €12.50 from Bergrad");
    assert_eq!(subject(Notice::YouDidNotKnow), "Bergrad owes you €12.50");
    assert_eq!(subject(Notice::CommissionApproved), "€12.50 is ready");
    assert_eq!(subject(Notice::CommissionReduced), "€12.50 taken back: order returned");
    assert_eq!(subject(Notice::PayoutSent), "€12.50 is on its way");
    assert_eq!(subject(Notice::PayoutFailed), "We could not pay you €12.50");
    assert_eq!(subject(Notice::ClaimReceived), "Bergrad has your note");
    assert_eq!(subject(Notice::ClaimAccepted), "You are right: Bergrad credits you");
    assert_eq!(subject(Notice::ClaimDeclined), "Your note to Bergrad: not credited");
}

#[test]
fn a_german_reads_german() {
    let german = |kind| render(&NoticeFacts { locale: Locale::De, ..facts(kind) }, Some(STOP));
    assert_eq!(german(Notice::PayoutSent).subject, "12,50\u{a0}€ sind unterwegs");
    let letter = german(Notice::SaleCredited);
    assert_eq!(letter.subject, "Empfehlung bei Bergrad: 12,50\u{a0}€ für dich");
    assert!(letter.text.starts_with("Hallo Anna,\n\nJemand") && letter.text.contains("bis 2. Dezember 2026"), "{}", letter.text);
    assert!(
        letter.html.contains("<html lang=\"de\">") && letter.html.contains("<strong>12,50\u{a0}€</strong>"),
        "{}",
        letter.html
    );
    let declined = NoticeFacts { reason: Some(Why::Declined(DeclineReason::TooLate)), ..facts(Notice::ClaimDeclined) };
    let text = render(&NoticeFacts { locale: Locale::De, ..declined }, None).text;
    assert!(text.contains("Der Grund: Der Einkauf ist zu lange her."), "{text}");
}

#[test]
fn a_bundle_lists_what_it_tells_of_and_adds_up_each_currency() {
    let letter = render(&bundled(Notice::SaleCredited), Some(STOP));
    assert_eq!(letter.subject, "3 friends bought: €20.00 and £7.00 for you");
    let list = "in all:\n\n- €4.00, on hold until 2 December 2026 in case of a return\n- €16.00, yours now\n- £7.00, on hold";
    assert!(letter.text.contains(list), "{}", letter.text);
    let mut many = bundled(Notice::CommissionReduced);
    many.lines = (0..60).map(|_| many.lines[0].clone()).collect();
    let letter = render(&many, None);
    assert_eq!(letter.subject, "€240.00 taken back: 60 orders returned");
    assert_eq!((letter.text.matches("\n- €4.00").count(), letter.text.contains("\n- and 35 more\n")), (LINES_MAX, true));
}

#[test]
fn every_reason_has_its_sentence() {
    for locale in Locale::ALL {
        for name in [
            "not_confirmed",
            "not_a_new_customer",
            "another_introduced",
            "own_purchase",
            "order_returned",
            "too_late",
            "not_decided",
        ] {
            assert!(Texts::built_in().knows(locale, &format!("reason-{name}")), "{name}");
        }
    }
}

#[test]
fn each_kind_holds_what_its_reader_needs() {
    let text = |kind| render(&facts(kind), Some(STOP)).text;
    let link = "\nhttps://go.bergrad.example/r/ANNA7K\n";
    for (kind, needed) in [
        (Notice::Welcome, &[link, "ANNA7K", "10\u{a0}%", "\"I get a reward if you buy.\""][..]),
        (Notice::SaleCredited, &[link, "€12.50", "on hold until 2 December 2026", "can still be returned"]),
        (Notice::BonusEarned, &[link, "a bonus: €12.50", "on hold until 2 December 2026"]),
        (Notice::YouDidNotKnow, &[link, "€12.50", "(https://bergrad.example/)", "We have your address because", "not you"]),
        (Notice::CommissionApproved, &[link, "€12.50 is now yours", "next payout"]),
        (Notice::CommissionReduced, &["€12.50", "It was €15.00 and is now €2.50.\n\nYou did nothing wrong"]),
        (Notice::PayoutSent, &["€12.50", "Reference: RF18 5390 0754", "ten"]),
        (Notice::PayoutFailed, &["€12.50", "Your money is safe", "the bank does not know the account"]),
        (Notice::ClaimReceived, &["by 2 December 2026", "nothing more you need to do"]),
        (Notice::ClaimAccepted, &[link, "credited to you"]),
        (Notice::ClaimDeclined, &["The reason: the bank does not know the account", "please reply"]),
        (Notice::LoginLink, &[link, "once and for 15 minutes", "did not ask"]),
    ] {
        for part in needed {
            assert!(text(kind).contains(part), "{kind:?} lacks {part:?}:\n{}", text(kind));
        }
        let stops = text(kind).contains(&format!("No more letters of this kind: {STOP}"));
        assert_eq!((stops, text(kind).contains(STOP)), (kind.optional(), true), "{kind:?}");
        assert!(text(kind).contains("\nBergrad GmbH, Hauptstr. 1, 80331 München\n"), "{kind:?}");
        assert_eq!(text(kind).contains(&format!("\nSee your money: {PORTAL}\n")), kind.shows_money(), "{kind:?}");
    }
}

#[test]
fn a_long_shop_name_leaves_the_subject_before_the_amount_does() {
    let shop = "The Very Long Name of a Shop for Hand-Made Bicycles".to_owned();
    let subject = |kind| render(&NoticeFacts { shop: shop.clone(), ..facts(kind) }, None).subject;
    assert_eq!(subject(Notice::SaleCredited), "A friend bought: €12.50 for you");
    assert_eq!(subject(Notice::YouDidNotKnow), "We owe you €12.50");
    assert_eq!(subject(Notice::Welcome), "Your link");
}

const ATTACKS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</style><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><b>",
    "&lt;script&gt;",
    "a\r\nBcc: eve@example.com\r\n\r\n<b>",
    "a\u{2028}b\u{202e}c\u{0}d\u{1b}[31m",
    "<a href=//evil.example>",
];

#[test]
fn hostile_values_stay_text() {
    // The tags that a letter without any hostile value has.
    let tags = |html: &str| html.matches('<').count();
    for kind in Notice::ALL {
        for attack in ATTACKS {
            let attack = attack.to_owned();
            let plain = NoticeFacts { name: None, code: Some("A".to_owned()), ..facts(kind) };
            let hostile = NoticeFacts {
                shop: attack.clone(),
                name: Some(attack.clone()),
                code: Some(attack.clone()),
                due_on: Some(attack.clone()),
                reference: Some(attack.clone()),
                reason: Some(Why::Said(attack.clone())),
                imprint: Some(attack.clone()),
                ..facts(kind)
            };
            let (plain, hostile) = (render(&plain, None), render(&hostile, None));
            assert_eq!(tags(&plain.html), tags(&hostile.html), "{kind:?} {attack:?}:\n{}", hostile.html);
            assert!(!hostile.subject.chars().any(char::is_control), "{:?}", hostile.subject);
            assert_eq!(hostile.subject.lines().count(), 1);
            let lines = |text: &str| text.lines().count();
            assert_eq!(lines(&plain.text), lines(&hostile.text), "{kind:?} {attack:?}:\n{}", hostile.text);
            let stray = |letter: char| letter.is_control() && letter != '\n';
            assert!(!hostile.text.chars().chain(hostile.html.chars()).any(stray), "{kind:?} {attack:?}");
        }
    }
}

#[test]
fn hostile_links_are_left_out() {
    for bad in
        ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://bergrad.example@evil.example/", "not a link"]
    {
        for kind in Notice::ALL {
            let bad = Some(bad.to_owned());
            let hostile = NoticeFacts { link: bad.clone(), portal: bad.clone(), shop_url: bad.clone(), ..facts(kind) };
            let letter = render(&hostile, bad.as_deref());
            assert!(!letter.html.contains("href"), "{kind:?}:\n{}", letter.html);
            assert!(!letter.text.contains(bad.as_deref().expect("a link")), "{kind:?}");
        }
    }
}

#[test]
fn pages_fetch_nothing() {
    for kind in Notice::ALL {
        let html = render(&facts(kind), Some(STOP)).html.to_ascii_lowercase();
        for forbidden in ["<img", "<script", "<link", "<iframe", "url(", "@import", "<table", "src="] {
            assert!(!html.contains(forbidden), "{kind:?} holds {forbidden}");
        }
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("max-width:560px") && html.contains("lang=\"en\""));
        assert!(html.matches("class=\"button\"").count() <= 1);
    }
}

#[test]
fn only_names_are_greeted() {
    for (name, hello) in [
        ("Anna Huber", "Hello Anna,"),
        ("  Øystein\tBerg", "Hello Øystein,"),
        ("O'Neil", "Hello O'Neil,"),
        ("Jean-Luc", "Hello Jean-Luc,"),
        ("王小明", "Hello 王小明,"),
        ("free-money.example/win now", "Hello,"),
        ("jane@example.com", "Hello,"),
        ("4711", "Hello,"),
        ("--", "Hello,"),
        ("", "Hello,"),
        ("Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Hello,"),
    ] {
        let letter = render(&NoticeFacts { name: Some(name.to_owned()), ..facts(Notice::Welcome) }, None);
        assert_eq!(letter.text.lines().next(), Some(hello));
    }
}
