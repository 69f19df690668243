//! Moving house from another program: people, codes, introductions and debts come along, letters do not.
#![cfg(test)]

use serde_json::json;

use super::tables::{bad, file, good, ledger};
use crate::app::{App, stories};
use crate::shop::{all, balance, sell};

stories! {
    an_affiliatewp_program_moves_in,
    a_rewardful_program_moves_in_with_lifetime_customers,
    dub_and_firstpromoter_move_in,
    files_of_another_kind_are_refused,
}

const AFFILIATES: &str = "\"Affiliate ID\",\"Email\",\"Name\",\"Payment Email\",\"Username\",\"Rate\",\"Rate Type\",\"Earnings\",\"Referrals\",\"Visits\",\"Conversion Rate\",\"Status\",\"Date Registered\"\n\
    \"11\",\"joe@example.com\",\"Joe Berg\",\"joe@example.com\",\"joe\",\"10\",\"percentage\",\"50\",\"5\",\"90\",\"5.5%\",\"active\",\"2023-01-02\"\n\
    \"12\",\"eve@example.com\",\"Eve\",\"eve@example.com\",\"eve-evil\",\"10\",\"percentage\",\"0\",\"0\",\"0\",\"0%\",\"rejected\",\"2023-01-03\"\n\
    \"7\",\"kim@example.com\",\"Kim\",\"kim@example.com\",\"kim\",\"10\",\"percentage\",\"9\",\"1\",\"3\",\"33%\",\"active\",\"2023-01-04\"\n";

const REFERRALS: &str = "\"Affiliate ID\",\"Email\",\"Name\",\"Payment Email\",\"Username\",\"Amount\",\"Currency\",\"Description\",\"Campaign\",\"Reference\",\"Context\",\"Status\",\"Date\"\n\
    \"11\",\"joe@example.com\",\"Joe Berg\",\"joe@example.com\",\"joe\",\"12.50\",\"EUR\",\"Tea\",\"\",\"1001\",\"woocommerce\",\"unpaid\",\"2025-01-02\"\n\
    \"11\",\"joe@example.com\",\"Joe Berg\",\"joe@example.com\",\"joe\",\"20.00\",\"EUR\",\"Tea\",\"\",\"1002\",\"woocommerce\",\"unpaid\",\"2025-01-03\"\n\
    \"11\",\"joe@example.com\",\"Joe Berg\",\"joe@example.com\",\"joe\",\"99.00\",\"EUR\",\"Tea\",\"\",\"1003\",\"woocommerce\",\"paid\",\"2025-01-03\"\n\
    \"7\",\"kim@example.com\",\"Kim\",\"kim@example.com\",\"kim\",\"9.00\",\"EUR\",\"Tea\",\"\",\"1004\",\"woocommerce\",\"pending\",\"2025-01-03\"\n";

const CUSTOMERS: &str = "Customer ID,Email,First Name,Affiliate ID\n501,bea@example.com,Bea,11\n502,cid@example.com,Cid,11\n";

/// Runs `hound import --from` over these files.
fn move_in(app: &App, words: &[&str], files: &[(&str, &str)]) -> std::process::Output {
    let mut all: Vec<String> = ["import", "--from"].iter().chain(words).map(|word| (*word).to_owned()).collect();
    all.extend(files.iter().map(|(name, text)| file(app, name, text.as_bytes()).to_string_lossy().into_owned()));
    app.run(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

fn an_affiliatewp_program_moves_in(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"lifetime": {"type": "forever"}})).is(200);
    let files = [("customers.csv", CUSTOMERS), ("referrals.csv", REFERRALS), ("affiliates.csv", AFFILIATES)];
    let before = ledger(app);
    let said = good(&move_in(app, &["affiliatewp", "--dry-run"], &files));
    assert!(said.contains("3 referrers (1 set aside), 5 codes, 2 customers they introduced, 32.50 EUR owed"), "{said}");
    assert!(said.contains("not taken over: 9.00 EUR") && said.contains("\"7\" cannot be a code"), "{said}");
    assert_eq!(ledger(app), before);
    let said = good(&move_in(app, &["affiliatewp"], &files));
    assert!(said.contains("taken over: 3 referrers, 5 codes, 2 introductions (0 stay with another), 32.50 EUR"), "{said}");
    let people = all(&owner, "/v1/referrers");
    let joe = people.iter().find(|one| one["codes"].to_string().contains("JOE")).expect("joe");
    let joe_id = joe["id"].as_str().expect("an id");
    assert_eq!(balance(&owner, joe_id), [0, 3_250, 0, 0]);
    assert_eq!(people.iter().filter(|one| one["status"] == "paused").count(), 1);
    // The old number and the old name work as codes; whom he introduced is his for good.
    let by_number = sell(
        &owner,
        &json!({"order_id": "N-1", "currency": "EUR", "subtotal": 1_000, "code": "11", "customer": {"email": "new@example.com"}}),
    );
    assert_eq!(
        (&by_number["verdict"]["kind"], by_number["verdict"]["referrer_id"].as_str()),
        (&json!("attributed"), Some(joe_id)),
        "{by_number:#}"
    );
    let lifelong =
        sell(&owner, &json!({"order_id": "N-2", "currency": "EUR", "subtotal": 1_000, "customer": {"email": "bea@example.com"}}));
    assert_eq!(
        (&lifelong["verdict"]["evidence"], lifelong["verdict"]["referrer_id"].as_str()),
        (&json!("referral"), Some(joe_id)),
        "{lifelong:#}"
    );
    // Nobody is welcomed twice, and the second time nothing is new.
    assert_eq!(app.ask("SELECT CAST(count(*) AS TEXT) AS line FROM mails WHERE kind = 'welcome'"), ["0"]);
    let after = ledger(app);
    let said = good(&move_in(app, &["affiliatewp"], &files));
    assert!(said.contains("taken over: 0 referrers, 0 codes, 0 introductions (0 stay with another), nothing"), "{said}");
    assert_eq!(ledger(app), after);
}

fn a_rewardful_program_moves_in_with_lifetime_customers(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"lifetime": {"type": "forever"}})).is(200);
    // One row per referred customer, as Rewardful's own import wants it.
    let affiliates = "stripe_customer_id,first_name,last_name,email,paypal_email,wise_email,token\n\
                      cus_1,Joe,Berg,joe@example.com,,,joe\ncus_2,Joe,Berg,joe@example.com,,,joe\n,Kim,Lee,kim@example.com,,,kim-lee\n";
    let commissions = "id,affiliate_email,amount,currency,state,created_at\nc1,joe@example.com,15.00,USD,due,2025-01-01\nc2,joe@example.com,5.00,USD,pending,2025-01-01\nc3,kim@example.com,7.00,USD,paid,2025-01-01\n";
    let said = good(&move_in(
        app,
        &["rewardful", "--source", "stripe"],
        &[("affiliates.csv", affiliates), ("commissions.csv", commissions)],
    ));
    assert!(said.contains("taken over: 2 referrers, 2 codes, 2 introductions (0 stay with another), 15.00 USD"), "{said}");
    let order = json!({"order_id": "N-1", "source": "stripe", "currency": "USD", "subtotal": 1_000, "customer": {"external_id": "cus_1"}});
    assert_eq!(sell(&owner, &order)["verdict"]["evidence"], "referral");
}

fn dub_and_firstpromoter_move_in(app: &App) {
    let partners = "ID,Name,Email,Country,Status,Enrolled at\npn_1,Joe Berg,joe@example.com,DE,approved,2025-01-01\npn_2,Eve,eve@example.com,DE,banned,2025-01-01\n";
    let links = "Partner ID,Key,Short link\npn_1,joe,https://refer.example/joe\npn_1,joe-tea,https://refer.example/joe-tea\n";
    let commissions = "ID,Type,Amount,Earnings,Currency,Status,Invoice ID,Quantity,Created at,Partner ID,Customer external ID,Customer email\n\
                       cm_1,sale,100.00,10.00,USD,processed,in_1,1,2025-01-01,pn_1,u-1,bea@example.com\ncm_2,sale,100.00,10.00,USD,pending,in_2,1,2025-01-01,pn_1,u-1,bea@example.com\n";
    let files = [("commissions.csv", commissions), ("links.csv", links), ("partners.csv", partners)];
    let said = good(&move_in(app, &["dub"], &files));
    assert!(said.contains("taken over: 2 referrers, 2 codes, 1 introductions (0 stay with another), 10.00 USD"), "{said}");
    let promoters = "id,first_name,last_name,email,ref_id,status,unpaid_balance\n1,Ann,Lee,ann@example.com,ann25,approved,8.25\n";
    let referrals = "uid,email,promoter_email,state\nu-9,dan@example.com,ann@example.com,customer\n";
    let said = good(&move_in(
        app,
        &["firstpromoter", "--currency", "USD"],
        &[("promoters.csv", promoters), ("referrals.csv", referrals)],
    ));
    assert!(said.contains("taken over: 1 referrers, 1 codes, 1 introductions (0 stay with another), 8.25 USD"), "{said}");
    // The parameter of an old link names the same person.
    assert_eq!(app.browser("https://shop.example").get("/v1/codes/ANN25").is(200)["valid"], true);
    app.check();
}

fn files_of_another_kind_are_refused(app: &App) {
    let before = ledger(app);
    let said = bad(&move_in(app, &["dub"], &[("songs.csv", "title,length\nx,1\n")]));
    assert!(said.contains("songs.csv") && said.contains("dub"), "{said}");
    let said = bad(&move_in(app, &["dub"], &[("links.csv", "Partner ID,Key\npn_9,joe\n")]));
    assert!(said.contains("row 2") && said.contains("list of affiliates"), "{said}");
    assert_eq!(ledger(app), before);
}
