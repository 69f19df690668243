//! Referrers at the desk: found, looked at, invited one by one or three hundred at a time.

use serde_json::json;

use super::portal::links;
use super::sales::accountant;
use super::visit::{Visit, hidden, words};
use crate::app::{App, stories};
use crate::letters::until;
use crate::shop::{all, balance, enrol, id_of, order, rules, sell};

stories! {
    one_is_invited_by_hand_and_written_to,
    three_hundred_are_invited_with_one_word_and_nobody_twice,
    those_of_a_pasted_list_are_invited_and_strangers_left_out,
    whom_a_buyer_named_is_invited_from_his_page,
    a_referrer_is_found_by_name_address_and_code,
    a_page_shows_what_somebody_has_and_how_it_came_about,
    codes_are_added_retired_and_brought_back,
    a_correction_is_posted_once_however_often_it_is_sent,
    a_print_sheet_shows_code_image_and_gift,
    an_accountant_looks_at_referrers_and_changes_nothing,
}

fn one_is_invited_by_hand_and_written_to(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    enrol(&owner, "joe@example.com", "JOE");
    let mut send = |fields: &[(&str, &str)]| visit.submit("/desk/referrers/invite", fields);
    for (fields, fault) in [
        (&[("name", "Anna")][..], "Enter an e-mail address or a telephone number."),
        (&[("name", "Anna"), ("email", "anna")], "The e-mail address is not one."),
        (&[("name", "Anna"), ("email", "anna@example.com"), ("code", "J0E")], "Somebody else has this code"),
        (&[("name", "Anna"), ("email", "anna@example.com"), ("code", "an na")], "A code has 2 to 40 letters"),
    ] {
        let page = send(fields);
        assert_eq!(page.status, 422, "{fields:?}");
        assert!(words(&page.text).contains(fault) && page.text.contains("value=\"Anna\""), "{fault}: {}", page.text);
    }
    let page = send(&[("name", "Anna Berg"), ("email", "anna@example.com"), ("code", "ANNA")]);
    assert_eq!(page.status, 200, "{}", page.text);
    let said = words(&page.text);
    assert!(said.contains("Invited: the letter") && said.contains("Anna Berg, anna@example.com"), "{said}");
    until(app, "the letter arrives", || links(app, "anna@example.com", "/r/").contains("/r/ANNA"));
    let again = send(&[("email", "ANNA@example.com")]);
    assert!(words(&again.text).contains("This person recommends you already."), "{}", again.text);
    assert_eq!(all(&owner, "/v1/referrers").len(), 2);
}

fn three_hundred_are_invited_with_one_word_and_nobody_twice(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    for number in 0..300 {
        owner
            .post("/v1/customers", &json!({"email": format!("c{number}@example.com"), "name": format!("Carla {number}")}))
            .is(201);
    }
    owner.post("/v1/customers", &json!({"phone": "+49 30 901820"})).is(201);
    enrol(&owner, "joe@example.com", "JOE");
    let page = visit.submit("/desk/referrers/invite/preview", &[("who", "all")]);
    assert_eq!(page.status, 200, "{}", page.text);
    let said = words(&page.text);
    for part in [
        "300 people will be invited.",
        "One recommends you already.",
        "One has no e-mail address and is left out.",
        "Hello Carla",
        "Invite 300 people",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Whoever is filed after the look was not looked at.
    owner.post("/v1/customers", &json!({"email": "late@example.com"})).is(201);
    let fields = [("who", "all"), ("upto", &hidden(&page.text, "upto"))];
    let sent = visit.submit("/desk/referrers/invite/confirm", &fields);
    assert!(words(&sent.text).contains("300 people are invited"), "{}", sent.text);
    let again = visit.submit("/desk/referrers/invite/confirm", &fields);
    assert!(words(&again.text).contains("Nobody was left to invite."), "{}", again.text);
    assert_eq!(all(&owner, "/v1/referrers").len(), 301);
    assert_eq!(app.ask("SELECT kind AS line FROM mails WHERE kind = 'welcome'").len(), 301);
    until(app, "all letters leave", || app.ask("SELECT kind AS line FROM mails WHERE status = 'queued'").is_empty());
    assert!(words(&visit.page("/desk/referrers")).contains("Older"));
}

fn those_of_a_pasted_list_are_invited_and_strangers_left_out(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    for name in ["anna", "bea", "carla"] {
        owner.post("/v1/customers", &json!({"email": format!("{name}@example.com"), "name": name})).is(201);
    }
    let list = "Anna <ANNA@example.com>, bea@example.com;\r\nstranger@example.com and some words";
    let page = visit.submit("/desk/referrers/invite/preview", &[("who", "list"), ("list", list)]);
    let said = words(&page.text);
    assert!(said.contains("2 people will be invited.") && said.contains("One address is not in your customer file"), "{said}");
    let tried = visit.submit("/desk/referrers/invite/trial", &[("who", "list"), ("list", list)]);
    assert!(words(&tried.text).contains("A test letter is on its way to bea@blumen.example."), "{}", tried.text);
    let sent = visit.submit("/desk/referrers/invite/confirm", &[("who", "list"), ("list", list)]);
    assert!(words(&sent.text).contains("2 people are invited"), "{}", sent.text);
    let named = visit.submit("/desk/referrers/invite/confirm", &[("who", "search"), ("q", "CARL")]);
    assert!(words(&named.text).contains("One person is invited"), "{}", named.text);
    assert_eq!(all(&owner, "/v1/referrers").len(), 3);
    for (fields, fault) in [
        (&[("who", "list"), ("list", "nobody")][..], "There is no e-mail address in the list."),
        (&[("who", "search")], "Enter a part of the name."),
        (&[("who", "everybody")], "Choose whom to invite."),
    ] {
        let page = visit.submit("/desk/referrers/invite/preview", fields);
        assert_eq!(page.status, 422, "{fault}");
        assert!(words(&page.text).contains(fault), "{fault}: {}", page.text);
    }
}

fn whom_a_buyer_named_is_invited_from_his_page(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = json!({"customer": {"email": "joe@example.com"}, "invite": true});
    let joe = id_of(&owner.post("/v1/referrers", &joe).is(201));
    let page = visit.page(&format!("/desk/referrers/{joe}"));
    let (_, rest) = page.split_once("action=\"/desk/customers/").expect("a button");
    let customer = rest.split('/').next().expect("an id");
    let done = visit.submit(&format!("/desk/customers/{customer}/enrol"), &[]);
    assert!(words(&done.text).contains("Invited: the letter") && words(&done.text).contains("Active"), "{}", done.text);
    assert_eq!(owner.get(&format!("/v1/referrers/{joe}")).is(200)["status"], "active");
}

fn a_referrer_is_found_by_name_address_and_code(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    assert!(words(&visit.page("/desk/referrers")).contains("Nobody recommends you yet."));
    let joe = json!({"customer": {"email": "joe@example.com", "name": "Joe Doe"}, "code": "JOE10"});
    let joe = id_of(&owner.post("/v1/referrers", &joe).is(201));
    enrol(&owner, "ann@example.com", "ANN");
    owner.order(&format!("/v1/referrers/{joe}/pause")).is(200);
    for query in ["q=doe", "q=joe%40example.com", "q=J0E-10", "status=paused"] {
        let said = words(&visit.page(&format!("/desk/referrers?{query}")));
        assert!(said.contains("Joe Doe, joe@example.com") && !said.contains("ann@example.com"), "{query}: {said}");
    }
    assert!(words(&visit.page("/desk/referrers?q=nobody")).contains("Nobody fits this search."));
    let said = words(&visit.page("/desk/referrers"));
    assert!(said.contains("Joe Doe") && said.contains("ann@example.com"), "{said}");
}

fn a_page_shows_what_somebody_has_and_how_it_came_about(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let sale = id_of(&sell(&owner, &order("A-1", 10_000, "bea@example.com", "JOE")));
    let iban = json!({"rail": "sepa", "holder": "Joe Doe", "iban": "DE89370400440532013000"});
    owner.put(&format!("/v1/referrers/{joe}/payout-method"), &iban).is(201);
    until(app, "letters leave", || app.ask("SELECT kind AS line FROM mails WHERE status = 'sent'").len() == 2);
    let place = format!("/desk/referrers/{joe}");
    let page = visit.page(&place);
    let said = words(&page);
    for part in
        ["Earned €10.00", "On hold €10.00", "Earned by a sale", "+€10.00", "A friend bought", "Sent", "bank transfer (SEPA)"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(page.contains(&format!("/desk/sales/{sale}")) && !page.contains("DE89370400440532013000"), "{page}");
    let list = words(&visit.page("/desk/referrers"));
    assert!(list.contains("€10.00") && list.contains("Yes"), "{list}");

    let month = page.split("/statements/").nth(1).expect("a statement").split('?').next().expect("a month").to_owned();
    let csv = visit.get(&format!("{place}/statements/{month}?format=csv"));
    assert!(csv.status == 200 && csv.text.contains("A friend bought"), "{}", csv.text);
    let pdf = visit.get(&format!("{place}/statements/{month}?format=pdf"));
    assert_eq!((pdf.status, pdf.header("content-type")), (200, Some("application/pdf")));
    assert_eq!(visit.get(&format!("{place}/statements/soon")).status, 404);

    let paused = visit.submit(&format!("{place}/pause"), &[]);
    assert!(words(&paused.text).contains("Paused: new sales earn nothing"), "{}", paused.text);
    let resumed = visit.submit(&format!("{place}/resume"), &[]);
    assert!(words(&resumed.text).contains("Resumed."), "{}", resumed.text);
    visit.submit(&format!("{place}/letters"), &[("kind", "welcome"), ("locale", "de")]);
    let wants = owner.get(&format!("/v1/referrers/{joe}/mail-preferences")).is(200);
    let kinds = &wants["kinds"];
    assert_eq!((&wants["locale"], &kinds["welcome"], &kinds["sale_credited"]), (&json!("de"), &json!(true), &json!(false)));
    assert_eq!(visit.get("/desk/referrers/0190163d-8694-739b-aea5-966c26f8ad90").status, 404);
}

fn codes_are_added_retired_and_brought_back(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    let place = format!("/desk/referrers/{joe}/codes");
    let taken = visit.submit(&place, &[("code", "ANN")]);
    assert!(taken.status == 422 && words(&taken.text).contains("Somebody else has this code"), "{}", taken.text);
    let added = visit.submit(&place, &[("code", "joe-2027")]);
    assert!(words(&added.text).contains("The code works now.") && added.text.contains("/r/JOE-2027"), "{}", added.text);
    let status = |code: &str| owner.get(&format!("/v1/codes/{code}")).is(200)["status"].clone();
    visit.submit(&format!("{place}/state"), &[("code", "JOE-2027"), ("status", "retired")]);
    assert_eq!(status("JOE-2027"), "retired");
    visit.submit(&format!("{place}/state"), &[("code", "JOE-2027"), ("status", "active")]);
    assert_eq!((status("JOE-2027"), status("JOE")), (json!("active"), json!("active")));
}

fn a_correction_is_posted_once_however_often_it_is_sent(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let place = format!("/desk/referrers/{joe}");
    let form = hidden(&visit.page(&place), "form");
    let fields =
        [("form", form.as_str()), ("way", "give"), ("amount", "12,50"), ("currency", "EUR"), ("reason", "A <b>thank-you</b>")];
    for _ in 0..2 {
        let page = visit.submit(&format!("{place}/adjustments"), &fields);
        let said = words(&page.text);
        assert!(said.contains("The correction is posted.") && said.contains("Correction: A <b>thank-you</b>"), "{said}");
        assert!(!page.text.contains("<b>thank"), "{}", page.text);
    }
    assert_eq!(balance(&owner, &joe), [0, 1_250, 0, 0]);
    let form = hidden(&visit.page(&place), "form");
    let fields = [("form", form.as_str()), ("way", "take"), ("amount", "2.50"), ("currency", "EUR"), ("reason", "Typo")];
    visit.submit(&format!("{place}/adjustments"), &fields);
    assert_eq!(balance(&owner, &joe), [0, 1_000, 0, 0]);
    let unclear = visit.submit(&format!("{place}/adjustments"), &[("form", form.as_str()), ("amount", "1.234"), ("reason", "?")]);
    assert!(unclear.status == 422 && words(&unclear.text).contains("The amount is not clear."), "{}", unclear.text);
    let silent = visit.submit(&format!("{place}/adjustments"), &[("form", form.as_str()), ("amount", "5")]);
    assert!(silent.status == 422 && words(&silent.text).contains("Say why"), "{}", silent.text);
}

fn a_print_sheet_shows_code_image_and_gift(app: &App) {
    let (owner, mut visit) = (app.owner(), Visit::owner(app));
    rules(&owner, &json!({"friend_discounts": [{"gives": {"type": "percent", "rate": "5"}}]}));
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let page = visit.page(&format!("/desk/referrers/{joe}/sheet"));
    let said = words(&page);
    assert!(said.contains("JOE") && said.contains("/r/JOE") && said.contains("You save 5 %."), "{said}");
    let image = page.split("<img class=\"qr\" src=\"").nth(1).expect("an image").split('"').next().expect("its address");
    assert_eq!(image, "/q/JOE.svg");
    let image = visit.get(image);
    assert_eq!((image.status, image.header("content-type")), (200, Some("image/svg+xml")));
}

fn an_accountant_looks_at_referrers_and_changes_nothing(app: &App) {
    let owner = app.owner();
    let mut visit = accountant(app);
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let place = format!("/desk/referrers/{joe}");
    let page = visit.page(&place);
    assert!(!page.contains(&format!("action=\"{place}")), "{page}");
    assert!(!visit.page("/desk/referrers").contains("/desk/referrers/invite"));
    visit.page(&format!("{place}/sheet"));
    assert_eq!(visit.get("/desk/referrers/invite").status, 403);
    let verbs = ["pause", "resume", "codes", "codes/state", "adjustments", "letters"];
    let doors = ["invite", "invite/preview", "invite/trial", "invite/confirm"].map(|door| format!("/desk/referrers/{door}"));
    for path in verbs.map(|verb| format!("{place}/{verb}")).into_iter().chain(doors) {
        let answer = visit.send(&path, &[("who", "all"), ("email", "x@example.com"), ("code", "JOE"), ("status", "retired")]);
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
    }
    assert_eq!(all(&owner, "/v1/referrers").len(), 1);
    assert_eq!(owner.get("/v1/codes/JOE").is(200)["status"], "active");
}
