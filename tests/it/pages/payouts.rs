//! Money leaves by the desk: who gets it, a batch in three steps, files, what the bank says.
#![cfg(test)]

use serde_json::json;

use super::visit::{Visit, hidden, words};
use crate::app::{App, execute, stories};
use crate::client::{Answer, Client};
use crate::shop::{balance, enrol, id_of, order, rules, sell};

stories! {
    a_batch_is_prepared_reviewed_approved_and_paid_by_a_file,
    whoever_is_not_paid_is_named_with_the_reason,
    what_the_bank_says_is_read_from_its_file,
    one_payout_is_settled_by_hand_and_its_fee_is_booked,
    a_form_that_is_sent_twice_pays_once,
    a_batch_that_was_not_meant_is_dropped,
    an_accountant_may_look_and_no_other_site_may_pay,
    nothing_leaves_after_a_restore_and_the_page_says_so,
    whoever_prepared_a_batch_does_not_approve_it_when_two_are_asked_for,
}

/// Referrers with 30 euro each, ready to be paid.
fn with_money(owner: &Client, names: &[&str]) -> Vec<String> {
    rules(owner, &json!({"hold_days": 0}));
    let with_money = |name: &&str| {
        let id = enrol(owner, &format!("{}@example.com", name.to_lowercase()), name);
        sell(owner, &order(&format!("A-{name}"), 30_000, &format!("friend.of.{name}@example.com"), name));
        id
    };
    names.iter().map(with_money).collect()
}

fn by_sepa(owner: &Client, people: &[String]) {
    for (person, iban) in people.iter().zip(["DE89370400440532013000", "NL91ABNA0417164300"]) {
        let details = json!({"rail": "sepa", "holder": "Zoë Müller", "iban": iban});
        owner.put(&format!("/v1/referrers/{person}/payout-method"), &details).is(201);
    }
}

fn count(app: &App, query: &str) -> String {
    app.ask(&format!("SELECT CAST(count(*) AS TEXT) AS line FROM {query}")).remove(0)
}

/// Prepares a batch by the form; returns its page. The visitor stands there.
fn prepared(visit: &mut Visit) -> String {
    let form_id = hidden(&visit.page("/desk/payouts/new"), "form_id");
    let batch = visit.submit("/desk/payouts/new", &[("form_id", &form_id), ("until", "")]);
    assert_eq!(batch.status, 200, "{}", batch.text);
    assert!(visit.place.starts_with("/desk/payouts/batches/"), "{}", visit.place);
    batch.text
}

/// Sends a form of the page at `place` that carries its id, and goes where it leads.
fn act(visit: &mut Visit, place: &str, verb: &str, fields: &[(&str, &str)]) -> Answer {
    let form_id = hidden(&visit.page(place), "form_id");
    let mut all = vec![("form_id", form_id.as_str())];
    all.extend_from_slice(fields);
    visit.submit(&format!("{place}/{verb}"), &all)
}

fn bare(place: &str) -> String {
    place.split('?').next().unwrap_or_default().to_owned()
}

fn a_batch_is_prepared_reviewed_approved_and_paid_by_a_file(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    let empty = words(&visit.page("/desk/payouts"));
    assert!(empty.contains("Nobody's money is ready") && empty.contains("No batch is under way"), "{empty}");
    let people = with_money(&owner, &["JOE", "ANN"]);
    by_sepa(&owner, &people);
    let overview = words(&visit.page("/desk/payouts"));
    assert!(overview.contains("EUR €60.00 to 2 people"), "{overview}");
    let ask = words(&visit.page("/desk/payouts/new"));
    assert!(ask.contains("Step 1 of 3") && ask.contains("JOE €30.00 SEPA transfer"), "{ask}");

    let review = words(&prepared(&mut visit));
    let place = bare(&visit.place);
    assert!(review.contains("Step 2 of 3") && review.contains("€60.00 to 2 people") && review.contains("by Bea"), "{review}");
    let approved = act(&mut visit, &place, "approve", &[]);
    let said = words(&approved.text);
    assert!(said.contains("Approved. Now pay it") && said.contains("Frozen list") && said.contains("SEPA file"), "{said}");

    // The file needs to know who pays: that is asked for, and leads back.
    let asked = visit.submit(&format!("{place}/files/sepa"), &[]);
    assert!(visit.place.starts_with("/desk/payouts/payer"), "{}", visit.place);
    assert!(words(&asked.text).contains("One thing is missing for this file: SEPA file"), "{}", words(&asked.text));
    let (batch, format) = (hidden(&asked.text, "batch"), hidden(&asked.text, "format"));
    let fields = [("batch", batch.as_str()), ("format", &format), ("name", "Blumen Bea"), ("iban", "DE00")];
    let wrong = visit.submit("/desk/payouts/payer", &fields);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text).contains("IBAN:") && wrong.text.contains("value=\"DE00\""), "{}", wrong.text);
    let fields = [("batch", batch.as_str()), ("name", "Blumen Bea"), ("iban", "de89 3704 0044 0532 0130 00")];
    let saved = visit.submit("/desk/payouts/payer", &fields);
    assert!(bare(&visit.place) == place && words(&saved.text).contains("Saved."), "{}", visit.place);

    let file = visit.send(&format!("{place}/files/sepa"), &[("execute_on", "2026-12-01")]);
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/xml")), "{}", file.text);
    assert!(file.header("content-disposition").is_some_and(|name| name.starts_with("attachment; filename=\"sepa-")));
    let same = owner.get(&format!("/v1/payout-batches/{batch}/files/sepa?execute_on=2026-12-01"));
    assert_eq!(file.bytes, same.bytes, "the API's bytes");
    assert!(file.text.contains("pain.001.001.09") && file.text.contains("<NbOfTxs>2</NbOfTxs>"), "{}", file.text);
    let page = words(&visit.page(&place));
    assert!(page.contains("taken before") && !page.contains("Drop this batch"), "{page}");

    let done = act(&mut visit, &place, "settle", &[("result", "paid"), ("reference", "Auszug 48")]);
    assert!(words(&done.text).contains("Booked, and everybody is told"), "{}", words(&done.text));
    assert_eq!(balance(&owner, &people[0]), [0, 0, 0, 3_000]);
    let overview = words(&visit.page("/desk/payouts"));
    assert!(overview.contains("No batch is under way") && overview.contains("€60.00 2 payouts done"), "{overview}");
    assert!(words(&visit.page("/desk/payouts/batches")).contains("2 payouts done"));
    let list = words(&visit.page(&format!("{place}/payouts?limit=1")));
    assert!(list.contains("More"), "{list}");
}

fn whoever_is_not_paid_is_named_with_the_reason(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    let people = with_money(&owner, &["JOE", "ANN", "PIA"]);
    owner.order(&format!("/v1/referrers/{}/pause", people[1])).is(200);
    enrol(&owner, "small@example.com", "SMALL");
    sell(&owner, &order("A-SMALL", 5_000, "friend.of.small@example.com", "SMALL"));
    for path in ["/desk/payouts", "/desk/payouts/blocked", "/desk/payouts/new"] {
        let said = words(&visit.page(path));
        assert!(said.contains("ANN €30.00 the referrer is paused"), "{path}: {said}");
        assert!(said.contains("SMALL €5.00 less than the payout minimum"), "{path}: {said}");
    }
    assert!(words(&visit.page("/desk/payouts")).contains("€60.00 to 2 people"));
    let mut german = visit.clone();
    german.cookies.insert("hound_language".to_owned(), "de".to_owned());
    let german = words(&german.page("/desk/payouts"));
    assert!(german.contains("ANN 30,00 € ist pausiert"), "{german}");

    let review = words(&prepared(&mut visit));
    let place = bare(&visit.place);
    assert!(review.contains("Who is not paid, and why") && review.contains("ANN €30.00 the referrer is paused"), "{review}");
    // What happens between review and approval is told too.
    owner.order(&format!("/v1/referrers/{}/pause", people[2])).is(200);
    let approved = words(&act(&mut visit, &place, "approve", &[]).text);
    assert!(approved.contains("PIA €30.00 the referrer is paused"), "{approved}");
    assert!(words(&visit.page(&format!("{place}/not-paid"))).contains("SMALL €5.00"));
    act(&mut visit, &place, "settle", &[("result", "paid")]);
    // The next one is compared with it, and pays small rests when that is asked for.
    owner.order(&format!("/v1/referrers/{}/resume", people[2])).is(200);
    let form_id = hidden(&visit.page("/desk/payouts/new"), "form_id");
    let next = words(&visit.submit("/desk/payouts/new", &[("form_id", &form_id), ("sweep", "1")]).text);
    assert!(next.contains("€35.00 to 2 people") && next.contains("Other than last time"), "{next}");
    assert!(next.contains("New: SMALL") && next.contains("Missing: JOE"), "{next}");
    let future = visit.submit("/desk/payouts/new", &[("form_id", &form_id), ("until", "2999-01-01")]);
    assert_eq!(future.status, 422);
    assert!(words(&future.text).contains("The day lies ahead"), "{}", words(&future.text));
}

fn what_the_bank_says_is_read_from_its_file(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    let people = with_money(&owner, &["JOE", "ANN"]);
    by_sepa(&owner, &people);
    owner.patch("/v1/payer", &json!({"name": "Blumen Bea", "iban": "DE89370400440532013000"})).is(200);
    prepared(&mut visit);
    let place = bare(&visit.place);
    act(&mut visit, &place, "approve", &[]);
    visit.send(&format!("{place}/files/sepa"), &[]);
    let batch = place.rsplit('/').next().expect("an id").to_owned();
    let shown = owner.get(&format!("/v1/payout-batches/{batch}")).is(200);
    let ids: Vec<String> = shown["payouts"].as_array().expect("payouts").iter().map(id_of).collect();
    let answer = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\
         <TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>\
         <TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>\
         </TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        batch.replace('-', ""),
        ids[0].replace('-', ""),
        ids[1].replace('-', "")
    );
    let upload = format!("{place}/status-file");
    let none = visit.upload(&upload, &[], "", b"");
    assert!(words(&none.text).contains("Choose a file first"), "{}", words(&none.text));
    let bad = visit.upload(&upload, &[], "x.xml", b"hello");
    assert!(words(&bad.text).contains("no status file that we can read"), "{}", words(&bad.text));
    let read = words(&visit.upload(&upload, &[], "pain002.xml", answer.as_bytes()).text);
    assert!(read.contains("2 payouts were booked") && read.contains("AC04 the account is closed booked"), "{read}");
    let again = words(&visit.upload(&upload, &[], "pain002.xml", answer.as_bytes()).text);
    assert!(again.contains("Nothing new was booked") && again.contains("booked before"), "{again}");
    let page = words(&visit.page(&place));
    assert!(page.contains("paid") && page.contains("failed"), "{page}");
    let failed = words(&visit.page(&format!("/desk/payouts/{}", ids[1])));
    assert!(failed.contains("AC04: the account is closed") && failed.contains("open again"), "{failed}");
}

fn one_payout_is_settled_by_hand_and_its_fee_is_booked(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    let people = with_money(&owner, &["JOE"]);
    prepared(&mut visit);
    let place = bare(&visit.place);
    act(&mut visit, &place, "approve", &[]);
    let batch = place.rsplit('/').next().expect("an id").to_owned();
    let id = id_of(&owner.get(&format!("/v1/payout-batches/{batch}")).is(200)["payouts"][0]);
    let one = format!("/desk/payouts/{id}");
    let page = words(&visit.page(&one));
    assert!(page.contains("€30.00") && page.contains("To JOE") && page.contains("Commission A-JOE €30.00"), "{page}");
    let table = visit.get(&format!("{place}/files/csv"));
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let cheque = visit.send(&format!("{place}/files/manual"), &[]);
    assert!(cheque.bytes.starts_with(b"%PDF-"), "{}", cheque.text);
    let early = words(&act(&mut visit, &one, "settle", &[("result", "returned")]).text);
    assert!(early.contains("Only a payout that counts as paid can come back"), "{early}");
    let paid = words(&act(&mut visit, &one, "settle", &[("result", "paid"), ("reference", "Scheck 7")]).text);
    assert!(paid.contains("Booked.") && paid.contains("Scheck 7"), "{paid}");
    let wrong = act(&mut visit, &one, "fee", &[("amount", "<b>much</b>")]);
    assert!(wrong.status == 422 && !wrong.text.contains("<b>much"), "{}", wrong.text);
    let fee_form = hidden(&visit.page(&one), "form_id");
    for _ in 0..2 {
        let fee = visit.submit(&format!("{one}/fee"), &[("form_id", &fee_form), ("amount", "0,35")]);
        assert!(words(&fee.text).contains("The fee is booked") && words(&fee.text).contains("€0.35"), "{}", words(&fee.text));
    }
    assert_eq!(count(app, "transfers WHERE kind = 'fee'"), "1");
    assert_eq!(balance(&owner, &people[0]), [0, 0, 0, 3_000], "the fee is the shop's");
    let back = words(&act(&mut visit, &one, "settle", &[("result", "returned"), ("reason", "account closed")]).text);
    assert!(back.contains("came back") && back.contains("account closed"), "{back}");
    assert_eq!(balance(&owner, &people[0]), [0, 3_000, 0, 0]);
    assert_eq!(visit.get("/desk/payouts/00000000-0000-7000-8000-000000000000").status, 404);
}

fn a_form_that_is_sent_twice_pays_once(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    with_money(&owner, &["JOE", "ANN"]);
    let form_id = hidden(&visit.page("/desk/payouts/new"), "form_id");
    let base = visit.clone();
    let twice = |path: &str, fields: &[(&str, &str)]| -> Vec<(u16, String)> {
        std::thread::scope(|scope| {
            let one = || {
                let mut visit = base.clone();
                let answer = visit.send(path, fields);
                (answer.status, answer.header("location").unwrap_or_default().to_owned())
            };
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            runs.into_iter().map(|run| run.join().expect("an answer")).collect()
        })
    };
    let answers = twice("/desk/payouts/new", &[("form_id", &form_id)]);
    // Whoever comes while the first is at work may be asked to come again; nobody prepares a second batch.
    let led: Vec<&String> = answers.iter().filter(|(status, _)| *status == 303).map(|(_, to)| to).collect();
    assert!(!led.is_empty() && led.iter().all(|to| *to == led[0]), "{answers:?}");
    assert_eq!(count(app, "payout_batches"), "1");
    let place = led[0].clone();
    for (verb, result) in [("approve", "x"), ("settle", "paid")] {
        let form_id = hidden(&visit.page(&place), "form_id");
        let answers = twice(&format!("{place}/{verb}"), &[("form_id", &form_id), ("result", result)]);
        assert!(answers.iter().any(|(status, to)| *status == 303 && to.contains("?done=")), "{verb}: {answers:?}");
        assert!(
            answers.iter().all(|(status, to)| (*status == 303 && to.contains("?done=")) || *status == 409),
            "{verb}: {answers:?}"
        );
    }
    assert_eq!(count(app, "transfers WHERE kind = 'settle'"), "2");
    assert_eq!(count(app, "audit_log WHERE action = 'payout_batch.approve'"), "1");
    assert_eq!(count(app, "audit_log WHERE action = 'payout_batch.settle'"), "1");
    let without = visit.send(&format!("{place}/settle"), &[("result", "paid")]);
    assert_eq!(without.status, 400, "a form of ours has an id");
}

fn a_batch_that_was_not_meant_is_dropped(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    let people = with_money(&owner, &["JOE"]);
    prepared(&mut visit);
    let place = bare(&visit.place);
    assert_eq!(balance(&owner, &people[0]), [0, 0, 3_000, 0]);
    let early = act(&mut visit, &place, "settle", &[("result", "paid")]);
    assert!(words(&early.text).contains("Approve it first"), "{}", words(&early.text));
    let dropped = act(&mut visit, &place, "cancel", &[]);
    assert!(words(&dropped.text).contains("Dropped. All its money is ready again"), "{}", words(&dropped.text));
    assert_eq!(balance(&owner, &people[0]), [0, 3_000, 0, 0]);
    // Another batch leaves in a file: that is not dropped any more.
    prepared(&mut visit);
    let place = bare(&visit.place);
    let form_id = hidden(&visit.page(&place), "form_id");
    act(&mut visit, &place, "approve", &[]);
    visit.send(&format!("{place}/files/manual"), &[]);
    let late = visit.submit(&format!("{place}/cancel"), &[("form_id", &form_id)]);
    assert!(words(&late.text).contains("Some of its money has left"), "{}", words(&late.text));
    let other = visit.submit(&format!("{place}/files/sepa"), &[]);
    assert!(words(&other.text).contains("Nothing of this batch is still to be paid this way"), "{}", words(&other.text));
}

fn an_accountant_may_look_and_no_other_site_may_pay(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    with_money(&owner, &["JOE"]);
    prepared(&mut visit);
    let place = bare(&visit.place);
    let form_id = hidden(&visit.page(&place), "form_id");
    let elsewhere = visit.with("Sec-Fetch-Site", "cross-site").send(&format!("{place}/approve"), &[("form_id", &form_id)]);
    assert_eq!(elsewhere.status, 403);
    execute(&app.place(), "UPDATE logins SET role = 'accountant'").expect("an accountant");
    let mut accountant = Visit::new(app);
    accountant.sign_in("bea@blumen.example");
    let (payouts, not_paid) = (format!("{place}/payouts"), format!("{place}/not-paid"));
    let one = id_of(&owner.get("/v1/payouts").is(200)["data"][0]);
    let one = format!("/desk/payouts/{one}");
    let pages = ["/desk/payouts", "/desk/payouts/new", "/desk/payouts/blocked", "/desk/payouts/batches", "/desk/payouts/payer"];
    for path in pages.into_iter().chain([place.as_str(), &payouts, &not_paid, &one]) {
        let page = accountant.page(path);
        assert!(!page.contains("name=\"form_id\"") && !page.contains(">Save</button>"), "{path}: {page}");
    }
    for verb in ["approve", "cancel", "settle", "send", "files/manual", "files/csv"] {
        let refused = accountant.send(&format!("{place}/{verb}"), &[("form_id", &form_id), ("result", "paid")]);
        assert_eq!(refused.status, 403, "{verb}");
    }
    for path in ["/desk/payouts/new", "/desk/payouts/payer", &format!("{one}/settle"), &format!("{one}/fee")] {
        assert_eq!(accountant.send(path, &[("form_id", &form_id), ("result", "paid"), ("amount", "1")]).status, 403, "{path}");
    }
    assert_eq!(count(app, "payout_batches WHERE status = 'prepared'"), "1");
}

fn nothing_leaves_after_a_restore_and_the_page_says_so(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    with_money(&owner, &["JOE"]);
    prepared(&mut visit);
    let place = bare(&visit.place);
    let why = "INSERT INTO settings (name, value) VALUES ('outward_paused', 'the ledger was restored')";
    execute(&app.place(), why).expect("a setting");
    for path in ["/desk/payouts", &place] {
        let said = words(&visit.page(path));
        assert!(
            said.contains("Nothing leaves the house: the ledger was restored") && said.contains("hound resume"),
            "{path}: {said}"
        );
    }
    let refused = act(&mut visit, &place, "approve", &[]);
    assert!(words(&refused.text).contains("Nothing leaves the house since the ledger was restored"), "{}", words(&refused.text));
    assert_eq!(count(app, "payout_batches WHERE status = 'prepared'"), "1");
    execute(&app.place(), "DELETE FROM settings WHERE name = 'outward_paused'").expect("a setting");
    assert!(words(&act(&mut visit, &place, "approve", &[]).text).contains("Approved. Now pay it"));
}

fn whoever_prepared_a_batch_does_not_approve_it_when_two_are_asked_for(app: &App) {
    let mut visit = Visit::owner(app);
    let owner = app.owner();
    with_money(&owner, &["JOE"]);
    rules(&owner, &json!({"payouts": {"approval": "two_people"}}));
    prepared(&mut visit);
    let place = bare(&visit.place);
    // Whoever signs in once more is no second person.
    let mut again = Visit::new(app);
    again.sign_in("bea@blumen.example");
    for visit in [&mut visit, &mut again] {
        let refused = act(visit, &place, "approve", &[]);
        assert!(words(&refused.text).contains("Whoever prepared a batch may not approve it"), "{}", words(&refused.text));
    }
    owner.order(&format!("/v1/payout-batches/{}/approve", place.rsplit('/').next().expect("an id"))).is(200);
    assert!(words(&visit.page(&place)).contains("by a program or command"));
}
