//! 2,000 orders of which we know what they are. The mix is our own invention: it holds each trick the
//! rules are meant for, some that they cannot see, and honest people who look suspicious.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::dice::Dice;

/// What an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Honest,
    SelfReferral,
    StuffedClick,
    QuickClick,
    CardRing,
}

/// How an order came to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The code typed at checkout.
    Code,
    /// A link, followed so many seconds before the order; where the browser said the answer went.
    Click(i64, &'static str),
}

/// A labelled order, yet without its click.
#[derive(Debug, Clone)]
pub(super) struct Labelled {
    pub(super) label: Label,
    pub(super) kind: &'static str,
    pub(super) referrer: usize,
    pub(super) way: Way,
    pub(super) report: Value,
}

pub(super) const REFERRERS: usize = 40;

/// A referrer's mailbox: every second one is at Gmail.
pub(super) fn mailbox(referrer: usize) -> String {
    if referrer.is_multiple_of(2) { format!("ref.errer.{referrer}@gmail.com") } else { format!("referrer{referrer}@example.com") }
}

pub(super) fn code(referrer: usize) -> String {
    // No look-alikes: letters only, none of them O, I or L.
    let letter = |place: usize| char::from(b"ABCDEFGHJK"[place % 10]);
    format!("FRIEND{}{}", letter(referrer / 10), letter(referrer))
}

fn phone(referrer: usize) -> String {
    format!("30 5550{referrer:04}")
}

/// What a referrer's own orders say of him.
pub(super) fn signals(referrer: usize) -> Value {
    json!({"address": format!("Ring {referrer}, 10115 Berlin"), "ip": format!("198.51.{referrer}.10"), "payment": format!("card_referrer_{referrer}")})
}

/// A referrer as a customer.
pub(super) fn person(referrer: usize) -> Value {
    json!({"email": mailbox(referrer), "phone": format!("+49 {}", phone(referrer))})
}

struct Mint {
    dice: Dice,
    next: usize,
    orders: Vec<Labelled>,
}

impl Mint {
    fn add(&mut self, label: Label, kind: &'static str, way: Way, change: impl FnOnce(usize, usize, &mut Value)) {
        let number = self.next;
        self.next += 1;
        let referrer = number % REFERRERS;
        let domain = ["gmail.com", "example.net", "web.example", "post.example"][self.dice.below(4)];
        let mut report = json!({
            "order_id": format!("L-{number}"), "currency": "EUR", "subtotal": 1_000 + self.dice.below(20_000),
            "customer": {"email": format!("buyer.{number}@{domain}")},
        });
        change(number, referrer, &mut report);
        self.orders.push(Labelled { label, kind, referrer, way, report });
    }

    fn many(&mut self, count: usize, label: Label, kind: &'static str, way: Way, change: fn(usize, usize, &mut Value)) {
        (0..count).for_each(|_| self.add(label, kind, way, change));
    }
}

/// All orders, in a shuffled order that the seed fixes.
pub(super) fn orders(seed: u64) -> Vec<Labelled> {
    let mut mint = Mint { dice: Dice::new(seed), next: 0, orders: Vec::new() };
    honest(&mut mint);
    deceitful(&mut mint);
    assert_eq!(mint.orders.len(), 2_000);
    let Mint { mut dice, orders, .. } = mint;
    dice.shuffled(orders.len()).into_iter().map(|place| orders[place].clone()).collect()
}

fn honest(mint: &mut Mint) {
    use Label::Honest;
    mint.many(700, Honest, "plain", Way::Code, |_, _, _| {});
    mint.many(300, Honest, "with own signals", Way::Code, |number, _, report| {
        report["signals"] = json!({"address": format!("Gasse {number}, 20095 Hamburg"), "ip": format!("203.0.{}.7", number % 250), "payment": format!("card_{number}")});
    });
    mint.many(140, Honest, "own tag and telephone", Way::Code, |number, _, report| {
        report["customer"] =
            json!({"email": format!("buyer{number}+shop@example.net"), "phone": format!("+49 40 7770{number:04}")});
    });
    // They live in the referrer's network, not with him.
    mint.many(40, Honest, "neighbours", Way::Code, |number, referrer, report| {
        report["signals"] = json!({"address": format!("Ring {referrer} b, 10115 Berlin"), "ip": format!("198.51.{referrer}.77"), "payment": format!("card_{number}")});
    });
    for seconds in [25, 60, 120, 180, 240] {
        mint.many(61, Honest, "click", Way::Click(seconds, "document"), |_, _, _| {});
    }
    // Honest, but who could tell: they are counted against the rules.
    mint.many(4, Honest, "lives with the referrer", Way::Code, |_, referrer, report| {
        report["signals"] = json!({"address": signals(referrer)["address"]});
    });
    mint.many(2, Honest, "honest mailbox for an hour", Way::Code, |number, _, report| {
        report["customer"] = json!({"email": format!("shy{number}@yopmail.com")});
    });
    for _ in 0..9 {
        // Nine colleagues of one referrer in one office.
        mint.add(Honest, "one office", Way::Code, |_, _, report| report["signals"] = json!({"ip": "192.0.2.44"}));
        if let Some(last) = mint.orders.last_mut() {
            last.referrer = 7;
        }
    }
}

fn deceitful(mint: &mut Mint) {
    use Label::{CardRing, QuickClick, SelfReferral, StuffedClick};
    mint.many(60, SelfReferral, "same account", Way::Code, |_, referrer, report| report["customer"] = person(referrer));
    mint.many(80, SelfReferral, "same mailbox, tagged", Way::Code, |number, referrer, report| {
        let (name, domain) = mailbox(referrer).split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("an address");
        report["customer"] = json!({"email": format!("{name}+{number}@{domain}")});
    });
    mint.many(40, SelfReferral, "same mailbox, dots and other name", Way::Code, |number, referrer, report| {
        let name = mailbox(referrer & !1).split_once('@').map(|(name, _)| name.replace('.', "")).expect("an address");
        let tag = if number % 2 == 0 { format!("+{number}") } else { String::new() };
        let dotted = format!("{}.{}", &name[..1 + number % 5], &name[1 + number % 5..]);
        report["customer"] = json!({"email": format!("{dotted}{tag}@googlemail.com")});
    });
    mint.many(40, SelfReferral, "same telephone, written differently", Way::Code, |number, referrer, report| {
        report["customer"] = json!({"email": format!("alias{number}@example.net"), "phone": format!("0{}", phone(referrer))});
    });
    mint.many(40, SelfReferral, "same card", Way::Code, |number, referrer, report| {
        report["signals"] = json!({"address": format!("Parcel box {number}"), "payment": signals(referrer)["payment"]});
    });
    mint.many(30, SelfReferral, "same address", Way::Code, |number, referrer, report| {
        report["signals"] =
            json!({"address": format!("RING {referrer} / 10115 berlin"), "payment": format!("card_new_{number}")});
    });
    // Another mailbox, another card, another address: nobody could tell.
    mint.many(10, SelfReferral, "nothing in common", Way::Code, |_, _, _| {});
    for destination in ["iframe", "image", "script", "embed"] {
        mint.many(30, StuffedClick, "stuffed", Way::Click(90, destination), |_, _, _| {});
    }
    for seconds in [0, 2, 4, 9] {
        mint.many(10, QuickClick, "quick", Way::Click(seconds, "document"), |_, _, _| {});
    }
    for ring in 0..10 {
        for _ in 0..4 {
            mint.add(CardRing, "one card, many customers", Way::Code, |_, _, report| {
                report["signals"] = json!({"payment": format!("card_ring_{ring}")});
            });
            if let Some(last) = mint.orders.last_mut() {
                last.referrer = ring;
            }
        }
    }
    // The dotted ones belong to those who have a mailbox where dots do not count.
    for order in mint.orders.iter_mut().filter(|order| order.kind == "same mailbox, dots and other name") {
        order.referrer &= !1;
    }
}

/// How many of each label ended how.
pub(super) type Table = BTreeMap<(Label, &'static str), BTreeMap<String, usize>>;
