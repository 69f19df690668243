//! Finer rules: who earns how much, what the friend saves, and where the owner is asked first.
#![cfg(test)]

use std::thread;

use serde_json::{Value, json};

use super::app::{App, Engine, stories};
use super::client::Client;
use super::races::post;
use super::shop::{advance, all, balance, enrol, id_of, net, order, rules, sell};

stories! {
    a_tier_moves_the_commission_and_what_the_friend_saves,
    goods_earn_by_category_and_take_their_own_rate_back,
    the_more_deals_the_more_each_of_them_earns,
    a_bonus_comes_once_for_the_nth_deal,
    beyond_a_cap_a_sale_waits_for_the_owner,
    no_cap_breaks_however_many_knock_at_once,
    an_introduction_earns_for_months_and_what_was_promised_stays,
}

pub(crate) fn percent(rate: &str) -> Value {
    json!({"type": "percent", "rate": rate})
}

fn amount(thing: &Value) -> i64 {
    thing["amount"].as_i64().unwrap_or_else(|| panic!("no amount: {thing:#}"))
}

fn tier(owner: &Client, referrer: &str, name: &Value) {
    let customer =
        owner.get(&format!("/v1/referrers/{referrer}")).is(200)["customer"]["id"].as_str().expect("a customer").to_owned();
    owner.patch(&format!("/v1/customers/{customer}"), &json!({ "tier": name })).is(200);
}

fn explained(owner: &Client, sale: &Value) -> Value {
    let explanation = owner.get(&format!("/v1/sales/{}/explanation", id_of(sale))).is(200);
    let last = explanation["verdicts"].as_array().and_then(|verdicts| verdicts.last()).expect("a verdict").clone();
    assert_eq!(last["verdict"], last["replayed"], "{last:#}");
    last
}

fn a_tier_moves_the_commission_and_what_the_friend_saves(app: &App) {
    let owner = app.owner();
    let anna = enrol(&owner, "anna@example.com", "ANNA");
    owner.send("PUT", "/v1/tiers/gold", Some(br#"{"title": "Gold"}"#)).is(200);
    let golden = json!({
        "rules": [{"name": "gold", "tiers": ["gold"], "pays": percent("15")}],
        "friend_discounts": [
            {"tiers": ["gold"], "gives": percent("20")},
            {"gives": {"type": "flat", "amounts": {"EUR": 500, "USD": 600}}},
        ],
    });
    rules(&owner, &golden);
    let with_discount = |order_id: &str, buyer: &str, discount: i64| {
        let mut order = order(order_id, 10_000, buyer, "ANNA");
        order["discount"] = json!(discount);
        sell(&owner, &order)
    };
    let plain = with_discount("A-1", "a1@example.com", 500);
    assert_eq!((amount(&plain["commission"]["net"]), &plain["friend_discount"]), (950, &json!(500)));

    let nobody =
        owner.patch(&format!("/v1/customers/{}", plain["customer_id"].as_str().expect("a customer")), &json!({"tier": "tin"}));
    assert_eq!(nobody.is(422)["errors"][0]["pointer"], "/tier");
    tier(&owner, &anna, &json!("gold"));
    // The shop took off less than was promised: that is what it cost.
    let golden = with_discount("A-2", "a2@example.com", 1_500);
    assert_eq!((amount(&golden["commission"]["net"]), &golden["friend_discount"]), (1_275, &json!(1_500)));
    assert_eq!(
        explained(&owner, &golden)["text"],
        "The buyer typed the code ANNA. Under version 2 of the terms 15 % of 85.00 EUR (rule \"gold\") earned 12.75 EUR. \
         The friend saved 15.00 EUR."
    );
    // A later grade changes nothing that was judged before, not even when the order is reported again.
    let mut revision = order("A-1", 20_000, "a1@example.com", "ANNA");
    revision["version"] = json!(1);
    let revised = owner.post("/v1/sales", &revision).is(200);
    assert_eq!((amount(&revised["commission"]["net"]), &revised["friend_discount"]), (2_000, &json!(0)));

    let browser = app.browser("https://shop.example");
    let seen = browser.get("/v1/codes/anna?currency=EUR&amount=1999").is(200);
    let saves = json!({"gives": percent("20"), "off": {"amount": 400, "currency": "EUR"}});
    assert_eq!(seen, json!({"code": "ANNA", "valid": true, "friend_discount": saves}));
    assert_eq!(browser.get("/v1/codes/anna").is(200)["friend_discount"], json!({"gives": percent("20")}));
    assert_eq!(browser.get("/v1/codes/anna?amount=5").is(422)["errors"][0]["pointer"], "?currency");
    assert_eq!(browser.get("/v1/codes/anna?currency=EUR&amount=-5").is(422)["errors"][0]["pointer"], "?amount");
    tier(&owner, &anna, &Value::Null);
    let flat = owner.get("/v1/codes/anna?currency=EUR&amount=300").is(200);
    assert_eq!(flat["friend_discount"]["off"], json!({"amount": 300, "currency": "EUR"}), "never more than the goods");
    assert_eq!(owner.get("/v1/codes/anna?currency=USD").is(200)["friend_discount"]["off"]["amount"], 600);
    owner.patch("/v1/codes/ANNA", &json!({"status": "retired"})).is(200);
    assert_eq!(browser.get("/v1/codes/anna").is(200), json!({"code": "ANNA", "valid": false}));
}

fn goods_earn_by_category_and_take_their_own_rate_back(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    rules(
        &owner,
        &json!({
            "rules": [
                {"name": "one book", "skus": ["BOOK-1"], "pays": {"type": "flat", "amounts": {"EUR": 250}}},
                {"name": "shoes", "categories": ["shoes", "boots"], "pays": percent("20")},
            ],
            "sale_cap": {"EUR": 5_000},
        }),
    );
    let line =
        |sku: &str, category: &str, price: i64| json!({"sku": sku, "category": category, "quantity": 1, "unit_price": price});
    let basket = |order_id: &str, lines: Value| {
        sell(
            &owner,
            &json!({"order_id": order_id, "currency": "EUR", "lines": lines, "code": "JOE", "customer": {"email": format!("{order_id}@example.com")}}),
        )
    };
    let lines = json!([line("S", "shoes", 10_000), line("BOOK-1", "books", 2_000), line("T", "toys", 3_000)]);
    let sale = basket("B-1", lines);
    assert_eq!(amount(&sale["commission"]["amount"]), 2_000 + 250 + 300);
    assert_eq!(
        explained(&owner, &sale)["text"],
        "The buyer typed the code JOE. Under version 2 of the terms 2.50 EUR on 20.00 EUR (rule \"one book\") and 20 % of \
         100.00 EUR (rule \"shoes\") and 10 % of 30.00 EUR earned 25.50 EUR."
    );
    // New rules in between: what was promised for this sale stays.
    rules(&owner, &json!({"rules": [{"name": "toys", "categories": ["toys"], "pays": percent("1")}]}));
    let back = |refund_id: &str, body: Value| {
        let mut refund = json!({"refund_id": refund_id, "order_id": "B-1"});
        body.as_object().expect("fields").iter().for_each(|(name, value)| refund[name] = value.clone());
        owner.post("/v1/refunds", &refund).is(201)
    };
    let shoes = back("R-1", json!({"lines": [{"line": 0, "quantity": 1}]}));
    assert_eq!(amount(&shoes["effect"]["net"]), 250 + 300, "{shoes:#}");
    // Half of the rest, nobody says which: 10 % of 15.00, and the sum for the book stays whole.
    assert_eq!(amount(&back("R-2", json!({"amount": 2_500}))["effect"]["net"]), 250 + 150);
    assert_eq!(amount(&back("R-3", json!({}))["effect"]["net"]), 0);
    assert_eq!(balance(&owner, &joe), [0, 0, 0, 0]);
    // The most for a sale.
    let dear = basket("B-2", json!([line("T", "toys", 900_000)]));
    assert_eq!(amount(&dear["commission"]["amount"]), 5_000);
    let text = explained(&owner, &dear)["text"].as_str().expect("text").to_owned();
    assert!(text.ends_with("1 % of 9000.00 EUR (rule \"toys\") earned 50.00 EUR, the most for a sale."), "{text}");
}

fn the_more_deals_the_more_each_of_them_earns(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    rules(
        &owner,
        &json!({"rules": [
            {"name": "fourth", "from_deal": 4, "pays": percent("20")},
            {"name": "second and third", "from_deal": 2, "pays": percent("15")},
        ]}),
    );
    let deal = |number: i64| {
        let sale = sell(&owner, &order(&format!("A-{number}"), 10_000, &format!("a{number}@example.com"), "JOE"));
        amount(&sale["commission"]["net"])
    };
    assert_eq!([deal(1), deal(2), deal(3), deal(4)], [1_000, 1_500, 1_500, 2_000]);
    // One that is cancelled counts no more, one that went back whole neither.
    owner.post("/v1/sales/cancel", &json!({"order_id": "A-1"})).is(200);
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "A-2"})).is(201);
    assert_eq!(deal(5), 1_500);
    // Which deal it was is settled: the fourth stays the fourth.
    let mut again = order("A-4", 20_000, "a4@example.com", "JOE");
    again["version"] = json!(1);
    assert_eq!(amount(&owner.post("/v1/sales", &again).is(200)["commission"]["net"]), 4_000);
    // Several in one bundle are counted in its order.
    let bundle: Vec<Value> =
        (6..9).map(|number| order(&format!("A-{number}"), 10_000, &format!("a{number}@example.com"), "JOE")).collect();
    let answer = owner.post("/v1/sales/batch", &json!({ "sales": bundle })).is(200);
    let nets: Vec<i64> =
        answer["data"].as_array().expect("data").iter().map(|item| amount(&item["sale"]["commission"]["net"])).collect();
    assert_eq!(nets, [2_000, 2_000, 2_000]);
}

fn a_bonus_comes_once_for_the_nth_deal(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    rules(&owner, &json!({"bonuses": [{"deal": 2, "amounts": {"EUR": 5_000}}]}));
    let deal = |number: i64| sell(&owner, &order(&format!("A-{number}"), 10_000, &format!("a{number}@example.com"), "JOE"));
    let first = deal(1);
    assert!(first.get("bonus").is_none(), "{first:#}");
    let second = deal(2);
    assert_eq!(amount(&second["bonus"]["net"]), 5_000);
    assert!(
        explained(&owner, &second)["text"]
            .as_str()
            .expect("text")
            .ends_with("It is deal number 2 of the referrer, which brings 50.00 EUR on top."),
        "{second:#}"
    );
    assert!(deal(3).get("bonus").is_none());
    assert_eq!(balance(&owner, &joe), [8_000, 0, 0, 0]);
    let bonuses: Vec<Value> = all(&owner, "/v1/commissions").into_iter().filter(|row| row["kind"] == "bonus").collect();
    assert_eq!((bonuses.len(), &bonuses[0]["bonus_deal"]), (1, &json!(2)));

    // The first goes back: two deals are left, and the bonus stays with the sale that brought it.
    owner.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1"})).is(201);
    assert!(deal(4).get("bonus").is_none(), "the third deal again");
    // A part of the second goes back: the bonus stays whole. All of it: the bonus falls.
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "A-2", "amount": 9_999})).is(201);
    assert_eq!(balance(&owner, &joe), [7_000, 0, 0, 0]);
    owner.post("/v1/refunds", &json!({"refund_id": "R-3", "order_id": "A-2", "amount": 1})).is(201);
    assert_eq!(balance(&owner, &joe), [2_000, 0, 0, 0]);
    assert!(owner.get(&format!("/v1/sales/{}", id_of(&second))).is(200).get("bonus").is_none());
    // One more goes back, so that the next is the second deal again: the place was free.
    owner.post("/v1/sales/cancel", &json!({"order_id": "A-3"})).is(200);
    assert_eq!(amount(&deal(5)["bonus"]["net"]), 5_000);
    owner.post("/v1/sales/cancel", &json!({"order_id": "A-5"})).is(200);
    assert_eq!(balance(&owner, &joe), [1_000, 0, 0, 0]);
}

fn beyond_a_cap_a_sale_waits_for_the_owner(app: &App) {
    let owner = app.sandbox();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let deal = |number: i64, subtotal: i64, at: Option<&str>| {
        let mut order = order(&format!("A-{number}"), subtotal, &format!("a{number}@example.com"), "JOE");
        at.iter().for_each(|at| order["occurred_at"] = json!(at));
        sell(&owner, &order)
    };
    let waits = |sale: &Value| sale["verdict"]["reason"] == "over_cap" && sale["commission"]["status"] == "held";
    let owed = || balance(&owner, &joe).iter().take(2).sum::<i64>();
    // In the month of Auckland, where noon of Greenwich is midnight or later.
    rules(&owner, &json!({"timezone": "Pacific/Auckland", "caps": {"per_referrer_month": {"amounts": {"EUR": 2_000}}}}));
    let [middle, eve, last] = days_of_next_month();
    advance(&owner, 70);
    assert!(!waits(&deal(1, 20_000, Some(&middle))));
    let over = deal(2, 100, Some(&eve));
    assert!(waits(&over), "{over:#}");
    assert_eq!(
        explained(&owner, &over)["text"],
        "The buyer typed the code JOE. Under version 2 of the terms 10 % of 1.00 EUR would earn 0.10 EUR. That goes over a cap: \
         the owner decides."
    );
    assert!(!waits(&deal(3, 100, Some(&last))), "it is another month in Auckland");
    assert_eq!(owed(), 2_010);

    // The owner releases the one and denies the other; what went back meanwhile is taken off.
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "A-2", "amount": 50})).is(201);
    let decide = |sale: &Value, action: &str| {
        owner.post(&format!("/v1/sales/{}/decision", id_of(sale)), &json!({"action": action, "reason": "I know him"})).is(200)
    };
    assert_eq!(amount(&decide(&over, "release")["commission"]["net"]), 5);
    let denied = deal(4, 10_000, Some(&middle));
    assert!(waits(&denied));
    assert_eq!(decide(&denied, "deny")["verdict"]["reason"], "denied_by_owner");
    assert_eq!(owed(), 2_015);

    // A revision upward goes over the cap: what was on hold is held; downward it needs no room.
    rules(&owner, &json!({"caps": {"per_referrer_month": null, "per_code": {"amounts": {"EUR": 3_000}}}}));
    let fifth = deal(5, 9_000, None);
    assert!(!waits(&fifth), "{fifth:#}");
    let revise = |version: i64, subtotal: i64| {
        let mut order = order("A-5", subtotal, "a5@example.com", "JOE");
        order["version"] = json!(version);
        owner.post("/v1/sales", &order).is(200)
    };
    let more = revise(1, 10_000);
    assert!(waits(&more), "{more:#}");
    assert_eq!(owed(), 2_015);
    assert!(!waits(&revise(2, 9_000)));
    assert_eq!(owed(), 2_915);

    // The budget counts everything that was ever booked, the owner's thanks included.
    rules(&owner, &json!({"caps": {"per_code": null, "budget": {"EUR": 3_500}}}));
    let thanks = json!({"referrer_id": joe, "amount": {"amount": 500, "currency": "EUR"}, "reason": "Thanks"});
    owner.post_once("/v1/adjustments", &thanks).is(201);
    assert!(waits(&deal(6, 1_000, None)));
    assert!(!waits(&deal(7, 850, None)));
    // So many sales by one code; the released one is by the owner's word.
    rules(&owner, &json!({"caps": {"budget": null, "per_code": {"sales": 4}}}));
    assert!(waits(&deal(8, 100, None)));
}

/// Noon in the middle, on the last day but one and on the last day of the month that comes next.
fn days_of_next_month() -> [String; 3] {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let first = today.last_of_month().tomorrow().expect("a date");
    let last = first.last_of_month();
    let middle = first.checked_add(jiff::Span::new().days(14)).expect("a date");
    [middle, last.yesterday().expect("a date"), last].map(|date| format!("{date}T12:00:00Z"))
}

fn no_cap_breaks_however_many_knock_at_once(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    rules(
        &owner,
        &json!({
            "caps": {"per_referrer_month": {"amounts": {"EUR": 7_000}}, "budget": {"EUR": 9_000}},
            "bonuses": [{"deal": 3, "amounts": {"EUR": 1_000}}],
        }),
    );
    let beside = (app.engine == Engine::Postgres).then(|| app.another_node());
    let doors = [owner.clone(), beside.as_ref().map_or_else(|| owner.clone(), |node| owner.at(&node.base))];
    thread::scope(|scope| {
        for worker in 0..8_usize {
            let door = &doors[worker % 2];
            scope.spawn(move || {
                for number in 0..4 {
                    let order = order(&format!("A-{worker}-{number}"), 10_000, &format!("a{worker}-{number}@example.com"), "JOE");
                    let (status, sale) = post(door, "/v1/sales", &order);
                    assert!(status == 201 && matches!(sale["verdict"]["kind"].as_str(), Some("attributed" | "held")), "{sale:#}");
                }
            });
        }
    });
    // Seven commissions fill the month, the third brought the bonus; the rest waits.
    assert_eq!(balance(&owner, &joe), [8_000, 0, 0, 0]);
    let kinds = |kind: &str| all(&owner, &format!("/v1/sales?verdict={kind}")).len();
    assert_eq!((kinds("attributed"), kinds("held")), (7, 25));
}

fn an_introduction_earns_for_months_and_what_was_promised_stays(app: &App) {
    let owner = app.sandbox();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    rules(&owner, &json!({"lifetime": {"type": "months", "months": 6}, "hold_days": 0}));
    let buy = |order_id: &str, code: &str| sell(&owner, &order(order_id, 10_000, "bea@example.com", code));
    let first = buy("A-1", "JOE");
    assert_eq!((net(&owner, &id_of(&first)), &first["verdict"]["terms_version"]), (1_000, &json!(2)));
    // The rules change for new friends: for Bea the old ones hold, whatever code she types.
    rules(&owner, &json!({"lifetime": {"type": "first_sale"}, "commission": percent("1"), "closed": true}));
    advance(&owner, 100);
    let second = buy("A-2", "ANN");
    assert_eq!((&second["verdict"]["evidence"], net(&owner, &id_of(&second))), (&json!("referral"), 1_000));
    assert_eq!(second["verdict"]["referrer_id"], json!(joe));
    // Six months are 182.6 days: the 182nd earns, the 183rd does not.
    advance(&owner, 82);
    assert_eq!(buy("A-3", "ANN")["verdict"]["kind"], "attributed");
    advance(&owner, 1);
    let late = buy("A-4", "ANN");
    assert_eq!(late["verdict"]["reason"], "not_first_sale", "{late:#}");
    // For ever is for ever.
    rules(&owner, &json!({"lifetime": {"type": "forever"}, "closed": false, "commission": percent("5")}));
    let cleo = |order_id: &str, code: Option<&str>| {
        let mut order =
            json!({"order_id": order_id, "currency": "EUR", "subtotal": 10_000, "customer": {"email": "cleo@example.com"}});
        code.iter().for_each(|code| order["code"] = json!(code));
        sell(&owner, &order)
    };
    cleo("C-1", Some("ANN"));
    rules(&owner, &json!({"lifetime": {"type": "first_sale"}}));
    for (number, days) in [(2, 30), (3, 300), (4, 3_000)] {
        advance(&owner, days);
        let sale = cleo(&format!("C-{number}"), None);
        assert_eq!((&sale["verdict"]["code"], net(&owner, &id_of(&sale))), (&json!("ANN"), 500), "{sale:#}");
    }
    // A refund of one sale takes nothing from another.
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "C-2"})).is(201);
    assert_eq!(balance(&owner, &joe), [0, 3_000, 0, 0]);
}
