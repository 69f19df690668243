//! Files for banks and payment houses, and what comes back from them.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::{Answer, Client};
use super::shop::{approved_batch, enrol, id_of, order, rules, sell};

stories! {
    only_an_approved_batch_is_handed_out_and_it_is_written_down_who_took_it,
    a_sepa_file_goes_out_and_its_answer_comes_back,
    what_left_in_a_file_leaves_by_no_other_way,
    the_command_line_writes_the_same_file,
    the_payer_is_kept_in_normal_form_and_faults_are_told_at_their_field,
    a_status_file_settles_what_it_names_and_nothing_else,
    a_banks_refusal_of_what_counts_as_paid_is_a_return,
    a_file_that_is_no_status_file_changes_nothing,
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

fn file(caller: &Client, batch: &Value, format: &str) -> Answer {
    caller.get(&format!("/v1/payout-batches/{}/files/{format}", id_of(batch)))
}

/// Uploads a status file.
fn report(owner: &Client, batch: &Value, text: &str) -> Answer {
    let target = format!("/v1/payout-batches/{}/status-file", id_of(batch));
    owner.with("Content-Type", "text/csv").send("POST", &target, Some(text.as_bytes()))
}

fn outcomes(report: &Value) -> Vec<&str> {
    report["lines"].as_array().expect("lines").iter().map(|line| line["outcome"].as_str().expect("an outcome")).collect()
}

fn statuses(owner: &Client, batch: &Value) -> Vec<String> {
    let now = owner.get(&format!("/v1/payout-batches/{}", id_of(batch))).is(200);
    now["payouts"].as_array().expect("payouts").iter().map(|row| row["status"].as_str().expect("a status").to_owned()).collect()
}

fn payout_ids(batch: &Value) -> Vec<String> {
    batch["payouts"].as_array().expect("payouts").iter().map(id_of).collect()
}

fn only_an_approved_batch_is_handed_out_and_it_is_written_down_who_took_it(app: &App) {
    let owner = app.owner();
    with_money(&owner, &["JOE", "ANN"]);
    let prepared = owner.post_once("/v1/payout-batches", &json!({})).is(201);
    file(&owner, &prepared, "csv").refused(409, "not_approved");
    let batch = owner.order(&format!("/v1/payout-batches/{}/approve", id_of(&prepared))).is(200);

    let table = file(&app.accountant(), &batch, "csv");
    assert_eq!(table.status, 200, "{}", table.text);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let name = format!("attachment; filename=\"payouts-{}.csv\"", id_of(&batch));
    assert_eq!((table.header("content-disposition"), table.header("cache-control")), (Some(name.as_str()), Some("no-store")));
    let mut reader = csv::Reader::from_reader(table.text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let found: Vec<(&str, &str, &str)> = rows.iter().map(|row| (&row[0], &row[3], &row[4])).collect();
    let ids = payout_ids(&batch);
    assert_eq!(found, [(ids[0].as_str(), "30.00", "EUR"), (ids[1].as_str(), "30.00", "EUR")]);
    assert_eq!(file(&owner, &batch, "csv").text, table.text, "the same again");

    let cheques = file(&owner, &batch, "manual");
    assert_eq!((cheques.status, cheques.header("content-type")), (200, Some("application/pdf")));
    assert!(cheques.bytes.starts_with(b"%PDF-"));
    file(&owner, &batch, "sepa").refused(409, "nothing_to_pay");
    file(&owner, &batch, "gold").refused(404, "not_found");
    owner.get(&format!("/v1/payout-batches/{}/files/csv?execute_on=soon", id_of(&batch))).faults("?execute_on", "invalid_date");

    owner.post(&format!("/v1/payout-batches/{}/settle", id_of(&batch)), &json!({"result": "paid"})).is(200);
    file(&owner, &batch, "csv").refused(409, "nothing_to_pay");
    let taken = app.ask("SELECT CAST(detail AS TEXT) AS line FROM audit_log WHERE action = 'payout_batch.export'");
    assert_eq!(taken.len(), 3, "{taken:?}");
}

/// Two referrers with accounts in Europe, a payer, and their approved batch.
fn sepa_batch(owner: &Client) -> Value {
    let people = with_money(owner, &["JOE", "ANN"]);
    for (person, iban) in people.iter().zip(["DE89370400440532013000", "NL91ABNA0417164300"]) {
        let details = json!({"rail": "sepa", "holder": "Zoë <Müller> & Co.", "iban": iban});
        owner.put(&format!("/v1/referrers/{person}/payout-method"), &details).is(201);
    }
    owner.patch("/v1/payer", &json!({"name": "Tea Shop", "iban": "DE89370400440532013000"})).is(200);
    approved_batch(owner)
}

fn a_sepa_file_goes_out_and_its_answer_comes_back(app: &App) {
    let owner = app.owner();
    let batch = sepa_batch(&owner);
    owner.patch("/v1/payer", &json!({"iban": null})).is(200);
    let problem = file(&owner, &batch, "sepa").refused(409, "payer_incomplete");
    assert_eq!(problem["errors"][0]["pointer"], "/iban");
    owner.patch("/v1/payer", &json!({"iban": "DE89370400440532013000"})).is(200);
    let target = format!("/v1/payout-batches/{}/files/sepa?execute_on=2026-12-01", id_of(&batch));
    let xml = owner.get(&target);
    assert_eq!((xml.status, xml.header("content-type")), (200, Some("application/xml")), "{}", xml.text);
    let message = id_of(&batch).replace('-', "");
    for part in [
        format!("<MsgId>{message}</MsgId>"),
        "<NbOfTxs>2</NbOfTxs><CtrlSum>60.00</CtrlSum>".to_owned(),
        "<ReqdExctnDt><Dt>2026-12-01</Dt></ReqdExctnDt>".to_owned(),
        "<Cdtr><Nm>Zoe .Muller. + Co.</Nm></Cdtr><CdtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></CdtrAcct>".to_owned(),
    ] {
        assert!(xml.text.contains(&part), "{part}\n{}", xml.text);
    }
    let ids = payout_ids(&batch);
    let keys: Vec<String> = ids.iter().map(|id| id.replace('-', "")).collect();
    assert!(keys.iter().all(|key| xml.text.contains(&format!("<EndToEndId>{key}</EndToEndId>"))));

    let answer = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\
         <TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>\
         <TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>\
         </TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        keys[0], keys[1]
    );
    assert_eq!(outcomes(&report(&owner, &batch, &answer).is(200)), ["settled", "settled"]);
    assert_eq!(outcomes(&report(&owner, &batch, &answer).is(200)), ["unchanged", "unchanged"]);
    assert_eq!(statuses(&owner, &batch), ["paid", "failed"]);
    assert_eq!(owner.get(&format!("/v1/payouts/{}", ids[1])).is(200)["reason"], "AC04: the account is closed");
    let found = owner.get("/v1/check").is(200);
    assert_eq!(found["clean"], true, "{found:#}");
}

fn what_left_in_a_file_leaves_by_no_other_way(app: &App) {
    let owner = app.owner();
    with_money(&owner, &["JOE"]);
    let joe = with_money(&owner, &["ANN"]).remove(0);
    owner.put(&format!("/v1/referrers/{joe}/payout-method"), &json!({"rail": "paypal", "email": "ann@example.com"})).is(201);
    let batch = approved_batch(&owner);
    let path = |verb: &str| format!("/v1/payout-batches/{}/{verb}", id_of(&batch));
    // The table of everything is for reading: it changes nothing.
    assert_eq!(file(&app.accountant(), &batch, "csv").status, 200);
    let paypal = file(&owner, &batch, "paypal");
    assert_eq!((paypal.status, paypal.text.lines().count()), (200, 1), "{}", paypal.text);
    assert!(paypal.text.starts_with("ann@example.com,30.00,EUR,"), "{}", paypal.text);
    assert_eq!(file(&owner, &batch, "paypal").text, paypal.text, "the same again");
    owner.order(&path("send")).refused(409, "exported");
    assert_eq!(owner.order(&path("cancel")).status, 409);
    let key = paypal.text.split(',').nth(3).expect("a name").to_owned();
    assert_eq!(outcomes(&report(&owner, &batch, &format!("Customer ID,Status\n{key},Completed\n")).is(200)), ["settled"]);
    let now = statuses(&owner, &batch);
    assert_eq!(now.iter().filter(|status| *status == "paid").count(), 1, "{now:?}");
}

fn the_command_line_writes_the_same_file(app: &App) {
    let owner = app.owner();
    let batch = sepa_batch(&owner);
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("pay.xml");
    let export = |format: &str| {
        let mut command = app.hound();
        command.args(["payouts", "export", &id_of(&batch), format, "--execute-on", "2026-12-01", "--out"]).arg(&out);
        command.output().expect("hound")
    };
    let ran = export("sepa");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let written = std::fs::read_to_string(&out).expect("a file");
    let fetched = owner.get(&format!("/v1/payout-batches/{}/files/sepa?execute_on=2026-12-01", id_of(&batch)));
    assert_eq!(written, fetched.text);
    let again = export("sepa");
    assert!(
        !again.status.success() && String::from_utf8_lossy(&again.stderr).contains("pay.xml"),
        "an existing file is left alone"
    );
    assert_eq!(std::fs::read_to_string(&out).expect("a file"), written);
    assert!(!export("gold").status.success());
}

fn the_payer_is_kept_in_normal_form_and_faults_are_told_at_their_field(app: &App) {
    let owner = app.owner();
    assert_eq!(owner.get("/v1/payer").is(200), json!({}));
    let patch = json!({"name": " Tea Shop ", "iban": "de89 3704 0044 0532 0130 00", "cheque": {"language": "de"}});
    let set = owner.patch("/v1/payer", &patch).is(200);
    let expected =
        json!({"name": "Tea Shop", "iban": "DE89370400440532013000", "cheque": {"language": "de", "letter_paper": false}});
    assert_eq!(set, expected);
    assert_eq!(owner.patch("/v1/payer", &json!({})).is(200), expected);
    owner.patch("/v1/payer", &json!({"iban": "DE88370400440532013000"})).faults("/iban", "invalid_iban");
    owner.patch("/v1/payer", &json!({"wise": {"source_currency": "XXX"}})).faults("/wise/source_currency", "invalid_value");
    owner.patch("/v1/payer", &json!({"ibn": 1})).faults("/ibn", "unknown_field");
    assert_eq!(app.accountant().get("/v1/payer").is(200), expected);
    assert_eq!(owner.patch("/v1/payer", &json!({"iban": null, "cheque": null})).is(200), json!({"name": "Tea Shop"}));
    let noted = app.ask("SELECT CAST(detail AS TEXT) AS line FROM audit_log WHERE action = 'payer.set'");
    assert!(noted.len() == 2 && noted.iter().all(|text| !text.contains("DE89")), "{noted:?}");
}

fn a_status_file_settles_what_it_names_and_nothing_else(app: &App) {
    let owner = app.owner();
    let people = with_money(&owner, &["JOE", "ANN", "BOB", "EVE"]);
    let batch = approved_batch(&owner);
    let ids = payout_ids(&batch);
    let text = format!(
        "Payout ID,Amount,Status,Reason\n{},30.00,Completed,\n{},30,R03,\n{},29.99,Completed,\n{},30.00,Pending,\nffffffffffffffff,1,Completed,\n",
        ids[0],
        ids[1].to_uppercase(),
        ids[2],
        ids[3].replace('-', ""),
    );
    let first = report(&owner, &batch, &text).is(200);
    assert_eq!(outcomes(&first), ["settled", "settled", "other_amount", "in_progress", "unknown"], "{first:#}");
    assert_eq!((&first["settled"], &first["lines"][1]["code"]), (&json!(2), &json!("R03")));
    assert_eq!(statuses(&owner, &batch), ["paid", "failed", "approved", "approved"]);
    let second = report(&owner, &batch, &text).is(200);
    assert_eq!(outcomes(&second), ["unchanged", "unchanged", "other_amount", "in_progress", "unknown"]);
    let failed = owner.get(&format!("/v1/payouts/{}", ids[1])).is(200);
    assert!(failed["reason"].as_str().is_some_and(|reason| reason.starts_with("R03: there is no such account")), "{failed:#}");
    let owed = |person: &str| super::shop::balance(&owner, person);
    let paid = people.iter().filter(|person| owed(person)[3] == 3_000).count();
    assert_eq!((paid, people.iter().filter(|person| owed(person)[1] == 3_000).count()), (1, 1));
    // Lines of another batch's payouts are none of this one's.
    let other = approved_batch(&owner);
    let stray = report(&owner, &other, &format!("payout_id,status\n{},paid\n", ids[2])).is(200);
    assert_eq!(outcomes(&stray), ["unknown"]);
    assert_eq!(owner.get("/v1/check").is(200)["clean"], true);
}

fn a_banks_refusal_of_what_counts_as_paid_is_a_return(app: &App) {
    let owner = app.owner();
    let people = with_money(&owner, &["JOE"]);
    let batch = approved_batch(&owner);
    let id = payout_ids(&batch)[0].clone();
    let line = |status: &str| format!("Customer ID;Status\n{};{status}\n", &id.replace('-', "")[2..]);
    assert_eq!(outcomes(&report(&owner, &batch, &line("SUCCESS")).is(200)), ["settled"]);
    assert_eq!(outcomes(&report(&owner, &batch, &line("Returned")).is(200)), ["settled"]);
    assert_eq!(outcomes(&report(&owner, &batch, &line("Returned")).is(200)), ["unchanged"]);
    assert_eq!(outcomes(&report(&owner, &batch, &line("SUCCESS")).is(200)), ["refused"]);
    assert_eq!(statuses(&owner, &batch), ["returned"]);
    assert_eq!(super::shop::balance(&owner, &people[0]), [0, 3_000, 0, 0]);
}

fn a_file_that_is_no_status_file_changes_nothing(app: &App) {
    let owner = app.owner();
    with_money(&owner, &["JOE"]);
    let batch = approved_batch(&owner);
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"x\">]><Document><CstmrPmtStsRpt>&b;</CstmrPmtStsRpt></Document>";
    for bad in ["hello", "a,b\n1,2\n", bomb, "<Document/>", "101 021\n"] {
        report(&owner, &batch, bad).faults("", "unreadable_file");
    }
    let answers = |message: &str, status: &str| {
        format!(
            "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{status}</GrpSts>\
             </OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
        )
    };
    report(&owner, &batch, &answers("0123", "RJCT")).refused(409, "other_file");
    // What is said of a whole SEPA file says nothing of payouts that went another way.
    let whole = report(&owner, &batch, &answers(&id_of(&batch).replace('-', ""), "RJCT")).is(200);
    assert_eq!(whole["lines"], json!([]));
    assert_eq!(statuses(&owner, &batch), ["approved"]);
    let missing = json!({"id": "01900000-0000-7000-8000-000000000000"});
    report(&owner, &missing, "payout_id,status\nx,paid\n").refused(404, "not_found");
}
