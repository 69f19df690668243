//! The habits of letters: their language, their signature, who declines them, whom they do not reach, and
//! when several become one.
#![cfg(test)]

mod dkim;

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use houndplan::db::connect::Place;
use serde_json::{Value, json};

use super::app::{App, Engine, ask, stories};
use super::client::Client;
use super::letters::{borrowed, named, to, until};
use super::shop::{advance, all, enrol, id_of, order, rules, sell};
use super::smtp_server::{Fault, FaultPlan, Received, SmtpServer};

const SECRET: &str = "a-long-secret-of-the-operator";

stories! {
    each_reads_his_own_language,
    a_shop_says_it_in_its_own_words_and_the_doctor_names_what_is_wrong,
    an_independent_reader_verifies_both_signatures_and_one_changed_byte_breaks_them,
    an_address_that_nobody_has_gets_no_more_letters_until_there_is_a_new_one,
    mail_services_report_what_came_back,
    a_referrer_chooses_his_letters,
    more_of_a_kind_comes_as_one_letter,
    at_night_only_news_that_cannot_wait_goes_out,
    a_test_letter_shows_whether_letters_arrive,
    the_owner_is_told_of_a_payout_that_failed,
}

fn of_kind<'a>(letters: &'a [Received], kind: &str) -> Vec<&'a Received> {
    letters.iter().filter(|letter| letter.headers("List-Id").concat().starts_with(&format!("<{kind}."))).collect()
}

fn sent_of(app: &App, kind: &str, status: &str) -> usize {
    named_kind(app, kind, status).len()
}

fn named_kind(app: &App, kind: &str, status: &str) -> Vec<String> {
    app.ask(&format!("SELECT message_id AS line FROM mails WHERE kind = '{kind}' AND status = '{status}'"))
}

fn each_reads_his_own_language(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    rules(&shop, &json!({"letters": {"locale": "de", "legal_name": "Bergrad GmbH", "postal_address": "Hauptstr. 1, Ulm"}}));
    enrol(&shop, "anna@example.com", "ANNA");
    let joe =
        shop.post("/v1/referrers", &json!({"customer": {"email": "joe@example.com", "locale": "en"}, "code": "JOE"})).is(201);
    assert_eq!(joe["customer"]["locale"], "en", "{joe:#}");
    sell(&shop, &order("A-1", 123_450, "bea@example.com", "ANNA"));
    sell(&shop, &order("A-2", 123_450, "cleo@example.com", "JOE"));
    until(app, "four letters arrive", || server.messages().len() == 4);
    let letters = server.messages();
    for (reader, language, hello, other, sum) in
        [("anna@example.com", "de", "Hallo,", "Hello,", "123,45"), ("joe@example.com", "en", "Hello,", "Hallo,", "123.45")]
    {
        let his: Vec<&Received> = letters.iter().filter(|letter| letter.to == [reader]).collect();
        assert_eq!(his.len(), 2);
        for letter in his {
            assert_eq!(letter.headers("Content-Language"), [language]);
            assert!(letter.data.contains(hello) && !letter.data.contains(other), "{}", letter.data);
            assert!(letter.data.contains("Bergrad GmbH, Hauptstr. 1, Ulm"), "{}", letter.data);
        }
        let credited = of_kind(&letters, "sale_credited");
        let text = &credited.iter().find(|letter| letter.to == [reader]).expect("a letter").data;
        assert!(text.contains(sum), "{text}");
    }
    // A choice of the customer's is changed and given up.
    let customer = format!("/v1/customers/{}", id_of(&joe["customer"]));
    assert_eq!(shop.patch(&customer, &json!({"locale": "de"})).is(200)["locale"], "de");
    assert!(shop.patch(&customer, &json!({"locale": null})).is(200)["locale"].is_null());
    shop.patch(&customer, &json!({"locale": "fr"})).is(422);
}

fn a_shop_says_it_in_its_own_words_and_the_doctor_names_what_is_wrong(app: &App) {
    let folder = app.data.path().join("texts");
    fs::create_dir_all(folder.join("en")).expect("a folder");
    fs::write(
        folder.join("en/welcome.ftl"),
        "welcome-subject = Come in, it is { $shop }\nwelcome-disclose = Say { $secret }\nwelcome-bye = Bye\n",
    )
    .expect("a file");
    let server = SmtpServer::start(FaultPlan::clean());
    let mut settings = to(&server);
    settings.push(("HOUND_TEMPLATES_DIR".to_owned(), folder.display().to_string()));
    app.restart_with(&borrowed(&settings));
    assert!(app.said().contains("welcome-disclose uses $secret"), "the start names the fault");
    enrol(&app.owner(), "joe@example.com", "JOE");
    until(app, "a letter arrives", || server.messages().len() == 1);
    let letter = server.messages().remove(0);
    assert_eq!(letter.headers("Subject"), ["Come in, it is Our shop"]);
    assert!(letter.data.contains("I get a reward if you buy."), "ours stands in: {}", letter.data);
    let said = String::from_utf8(app.run(&["doctor"]).stdout).expect("text");
    for fault in [
        "BAD   texts: en/welcome.ftl: welcome-disclose uses $secret; it has none",
        "en/welcome.ftl: welcome-bye is the name of no text",
    ] {
        assert!(said.contains(fault), "{said}");
    }
}

fn an_independent_reader_verifies_both_signatures_and_one_changed_byte_breaks_them(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    let key = app.data.path().join("dkim.pem");
    fs::write(&key, include_str!("letter_habits/dkim.pem")).expect("a key");
    let mut settings = to(&server);
    settings.push(("HOUND_DKIM_KEY_FILE".to_owned(), key.display().to_string()));
    settings.push(("HOUND_BASE_URL".to_owned(), "https://refer.shop.example".to_owned()));
    app.restart_with(&borrowed(&settings));
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    until(app, "a letter arrives", || server.messages().len() == 1);
    let letter = server.messages().remove(0).data;
    let said = String::from_utf8(app.run(&["doctor"]).stdout).expect("text");
    let records = dkim::records(&said);
    let names: Vec<&str> = records.keys().map(String::as_str).collect();
    assert_eq!(names, ["hound-ed._domainkey.shop.example", "hound._domainkey.shop.example"], "{said}");

    assert_eq!(dkim::verify(&letter, &records), Ok(vec!["rsa-sha256".to_owned(), "ed25519-sha256".to_owned()]));
    let signed = dkim::signed_names(&letter);
    for name in [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
    ] {
        assert!(signed.iter().any(|known| known == name), "{name} is not signed: {signed:?}");
    }
    // One byte in the text, in the subject and in the way out.
    for place in ["Hello,", "Your link for", "One-Click"] {
        let at = letter.find(place).unwrap_or_else(|| panic!("no {place} in {letter}"));
        let mut changed = letter.clone().into_bytes();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("text");
        assert!(dkim::verify(&changed, &records).is_err(), "{place} was changed and nobody noticed");
    }
    // A second subject, which some readers would show instead.
    let doubled = format!("Subject: You won\r\n{letter}");
    assert!(dkim::verify(&doubled, &records).is_err());
}

fn an_address_that_nobody_has_gets_no_more_letters_until_there_is_a_new_one(app: &App) {
    let server = SmtpServer::start(FaultPlan::repeating(&[Fault::RcptPermanent, Fault::Clean]));
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    let customer = json!({"external_id": "c-1", "email": "Joe@Example.com"});
    let joe = shop.post("/v1/referrers", &json!({"customer": customer, "code": "JOE"})).is(201);
    until(app, "the welcome comes back", || named(app, "undeliverable").len() == 1);
    let path = format!("/v1/customers/{}", id_of(&joe["customer"]));
    let bounces = shop.get(&path).is(200)["mail_bounces"].clone();
    assert_eq!(bounces[0]["address"], "joe@example.com", "{bounces:#}");
    assert!(bounces[0]["hard_at"].is_string(), "{bounces:#}");
    let decisions = all(&shop, "/v1/decisions?kind=unreachable_referrer");
    assert_eq!((decisions.len(), decisions[0]["referrer"]["id"].clone()), (1, joe["id"].clone()));
    let said = String::from_utf8(app.run(&["doctor"]).stdout).expect("text");
    assert!(said.contains("watch addresses: 1 referrers cannot be written to"), "{said}");

    sell(&shop, &order("A-1", 1_000, "bea@example.com", "JOE"));
    until(app, "the next ends", || named(app, "undeliverable").len() == 2);
    assert_eq!(server.messages().len(), 0, "nothing was sent to the dead address");
    shop.post("/v1/customers", &json!({"external_id": "c-1", "email": "joe@new.example"})).is(200);
    assert!(all(&shop, "/v1/decisions?kind=unreachable_referrer").is_empty());
    sell(&shop, &order("A-2", 1_000, "cleo@example.com", "JOE"));
    until(app, "a letter arrives", || server.messages().len() == 1);
    assert_eq!(server.messages()[0].to, ["joe@new.example"]);
}

fn report(app: &App, password: Option<&str>, body: &Value) -> super::client::Answer {
    let nobody = app.nobody();
    let caller = match password {
        Some(password) => nobody.with("Authorization", &format!("Basic {}", basic(password))),
        None => nobody,
    };
    caller.post("/webhooks/bounces", body)
}

fn basic(password: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("mail:{password}"))
}

fn mail_services_report_what_came_back(app: &App) {
    report(app, Some(SECRET), &json!({})).is(404);
    app.restart_with(&[("HOUND_BOUNCE_SECRET", SECRET)]);
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let path = format!("/v1/referrers/{joe}/mail-preferences");
    let soft = json!({"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "Joe@example.com"}]}});
    report(app, None, &soft).is(401);
    report(app, Some("guessed"), &soft).is(401);
    for _ in 0..2 {
        assert_eq!(report(app, Some(SECRET), &soft).is(200)["noted"], 1);
    }
    let kinds = |wanted: bool| json!({"bonus_earned": wanted, "commission_approved": wanted, "sale_credited": wanted, "welcome": wanted, "you_did_not_know": wanted});
    let found = shop.get(&path).is(200);
    assert_eq!(
        (&found["bounces"][0]["soft_count"], &found["reachable"], &found["kinds"]),
        (&json!(2), &json!(true), &kinds(true))
    );

    let spam = json!({"RecordType": "SpamComplaint", "Email": "joe@example.com"});
    report(app, Some(SECRET), &spam).is(200);
    assert_eq!(shop.get(&path).is(200)["kinds"], kinds(false));

    // Mailgun signs; SNS wraps what SES says; what it asks us to open is only told.
    let failed = |signature: &str| json!({"signature": {"timestamp": "1529006854", "token": "a8ce0edb", "signature": signature}, "event-data": {"event": "failed", "severity": "permanent", "recipient": "joe@example.com"}});
    report(app, None, &failed("00")).is(401);
    let ask_us = json!({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-central-1:1:x", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Token=17"});
    assert_eq!(report(app, Some(SECRET), &ask_us).is(200)["noted"], 0);
    assert!(app.said().contains("https://sns.eu-central-1.amazonaws.com/?Token=17"));
    let evil = json!({"Type": "SubscriptionConfirmation", "TopicArn": "x", "SubscribeURL": "http://169.254.169.254/"});
    report(app, Some(SECRET), &evil).refused(400, "unknown_report");
    let key = houndplan::domain::signature::SigningSecret::of_text(SECRET).sign(&[b"1529006854a8ce0edb"]);
    let signature: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(report(app, None, &failed(&signature)).is(200)["noted"], 1);
    assert_eq!(shop.get(&path).is(200)["reachable"], false);
}

fn a_referrer_chooses_his_letters(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let path = format!("/v1/referrers/{joe}/mail-preferences");
    let himself = app.referrer(&joe);
    assert_eq!(himself.get(&path).is(200)["kinds"]["sale_credited"], true);
    let chosen = himself.patch(&path, &json!({"locale": "de", "kinds": {"sale_credited": false}})).is(200);
    assert_eq!(
        (&chosen["locale"], &chosen["kinds"]["sale_credited"], &chosen["kinds"]["welcome"]),
        (&json!("de"), &json!(false), &json!(true))
    );
    himself.patch(&path, &json!({"kinds": {"payout_sent": false}})).faults("/kinds/payout_sent", "always_sent");
    himself.patch(&path, &json!({"kinds": {"rain": false}})).faults("/kinds/rain", "unknown_kind");
    sell(&shop, &order("A-1", 1_000, "bea@example.com", "JOE"));
    until(app, "the letter is declined", || sent_of(app, "sale_credited", "declined") == 1);
    himself.patch(&path, &json!({"kinds": {"sale_credited": true}})).is(200);
    sell(&shop, &order("A-2", 1_000, "cleo@example.com", "JOE"));
    until(app, "the letter is sent", || sent_of(app, "sale_credited", "sent") == 1);

    // The way out of every letter offers all of them at once.
    let letters = server.messages();
    let link = of_kind(&letters, "sale_credited")[0].headers("List-Unsubscribe").pop().expect("a link");
    let way_out = link.trim_matches(['<', '>']).strip_prefix(&app.base()).expect("our own address").to_owned();
    assert!(app.nobody().get(&way_out).text.contains("value=\"all\""));
    let form = app.nobody().with("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(form.exchange("POST", &way_out, Some(b"letters=all")).status, 200);
    let kinds = himself.get(&path).is(200)["kinds"].clone();
    assert!(kinds.as_object().expect("kinds").values().all(|wanted| wanted == false), "{kinds:#}");
}

/// The letters in the sandbox's folder.
fn sandbox_letters(app: &App) -> Vec<String> {
    let folder: PathBuf = app.data.path().join("mail/sandbox");
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let letters = files.filter(|file| file.extension().is_some_and(|extension| extension == "eml"));
    letters.map(|file| fs::read_to_string(file).expect("a letter")).collect()
}

fn sandbox_place(app: &App) -> Place {
    match (app.engine, app.place()) {
        (Engine::Postgres, Place::Postgres { url, authority, .. }) => Place::Postgres { url, schema: Some("sandbox"), authority },
        _ => Place::Sqlite(app.data.path().join("sandbox.db")),
    }
}

fn more_of_a_kind_comes_as_one_letter(app: &App) {
    app.restart_with(&[("HOUND_MAIL_PACE", "calm")]);
    let shop: Client = app.sandbox();
    enrol(&shop, "joe@example.com", "JOE");
    sell(&shop, &order("A-0", 1_000, "friend0@example.com", "JOE"));
    until(app, "the first news goes at once", || sandbox_letters(app).len() == 2);
    for number in 1..=3 {
        sell(&shop, &order(&format!("A-{number}"), 1_000 * number, &format!("friend{number}@example.com"), "JOE"));
    }
    let place = sandbox_place(app);
    let ask_sandbox = |query: &str| ask(&place, query);
    let waiting = "SELECT dedupe_key AS line FROM jobs WHERE kind = 'send_mail' AND run_at > created_at AND status = 'ready'";
    until_there(app, "the others wait", || ask_sandbox(waiting).len() == 3);
    assert_eq!(sandbox_letters(app).len(), 2);

    advance(&shop, 1);
    let bundled = "SELECT message_id AS line FROM mails WHERE status = 'bundled'";
    until_there(app, "they come", || ask_sandbox(bundled).len() == 2);
    let letters = sandbox_letters(app);
    assert_eq!(letters.len(), 3);
    let together: Vec<&String> = letters.iter().filter(|letter| letter.contains("3 friends")).collect();
    assert_eq!(together.len(), 1, "{letters:#?}");
    for sum in ["6.00", "1.00", "2.00", "3.00"] {
        assert!(together[0].contains(sum), "{sum} is missing in {}", together[0]);
    }
    assert_eq!(ask_sandbox("SELECT kind AS line FROM jobs WHERE kind = 'send_mail'"), Vec::<String>::new());
    // One more after that waits again, and then goes as an ordinary letter.
    sell(&shop, &order("A-9", 1_000, "friend9@example.com", "JOE"));
    advance(&shop, 1);
    until_there(app, "the last comes", || sandbox_letters(app).len() == 4);
}

/// As `until`, but nothing is hurried.
fn until_there(app: &App, what: &str, mut done: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !done() {
        assert!(std::time::Instant::now() < deadline, "{what}: not in time on {:?}", app.engine);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn at_night_only_news_that_cannot_wait_goes_out(app: &App) {
    app.restart_with(&[("HOUND_MAIL_PACE", "calm")]);
    let shop = app.owner();
    let hour = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs() / 3_600 % 24;
    let night = json!({"from": (hour + 23) % 24, "until": (hour + 3) % 24});
    rules(&shop, &json!({"letters": {"quiet_hours": night}}));
    enrol(&shop, "joe@example.com", "JOE");
    sell(&shop, &order("A-1", 1_000, "bea@example.com", "JOE"));
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "amount": 500})).is(201);
    until_there(app, "what was taken back is told", || sent_of(app, "commission_reduced", "sent") == 1);
    let postponed = "SELECT dedupe_key AS line FROM jobs WHERE kind = 'send_mail' AND run_at > created_at AND attempts = 0";
    until_there(app, "the others wait for the morning", || app.ask(postponed).len() == 2);
    assert_eq!(named(app, "sent").len(), 1);
    // Hurrying them changes nothing while it is night.
    super::letters::waits_end(app);
    until_there(app, "they wait on", || app.ask(postponed).len() == 2);
    assert_eq!(named(app, "sent").len(), 1);
    rules(&shop, &json!({"letters": {"quiet_hours": null}}));
    until(app, "the morning comes", || named(app, "sent").len() == 3);
    shop.patch("/v1/program", &json!({"letters": {"quiet_hours": {"from": 24, "until": 8}}}))
        .faults("/letters/quiet_hours/from", "out_of_range");
}

fn a_test_letter_shows_whether_letters_arrive(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let sent = app.run(&["mail", "test", "anna@example.com"]);
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_eq!(server.messages()[0].to, ["anna@example.com"]);
    let refused = app.run(&["mail", "test", "nobody"]);
    assert!(!refused.status.success());
    assert_eq!(server.messages().len(), 1);
}

fn the_owner_is_told_of_a_payout_that_failed(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let owner = app.owner();
    rules(&owner, &json!({"hold_days": 0, "letters": {"owner_email": "anna@shop.example"}}));
    enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 90_000, "bea@example.com", "JOE"));
    until(app, "the referrer hears that it is his at once", || {
        server.messages().iter().any(|letter| letter.data.contains("It is yours and goes out with your next payout."))
    });
    let batch = super::shop::approved_batch(&owner);
    let failed = json!({"result": "failed", "reason": "account closed"});
    owner.post(&format!("/v1/payout-batches/{}/settle", id_of(&batch)), &failed).is(200);
    let of_owner = || server.messages().into_iter().filter(|letter| letter.to == ["anna@shop.example"]).collect::<Vec<_>>();
    until(app, "the owner is told", || !of_owner().is_empty());
    assert!(of_owner()[0].data.contains("account closed"), "{}", of_owner()[0].data);
    until(app, "the referrer is told", || sent_of(app, "payout_failed", "sent") == 1);
    assert_eq!(app.ask("SELECT status AS line FROM owner_notices"), ["sent"]);
}
