//! The doors of the desk: the first run, signing in and out, lost passwords, and those who try them.
#![cfg(test)]

use std::fs;
use std::time::{Duration, Instant};

use super::visit::{PASSWORD, Visit, words};
use crate::app::{App, execute, stories};
use crate::client::{Answer, Client};

stories! {
    the_first_run_leads_from_the_printed_link_to_the_desk,
    wrong_answers_are_named_and_nothing_is_kept,
    the_promise_and_a_letter_can_be_tried_before_anything_is_kept,
    of_many_who_come_by_one_link_one_sets_the_shop_up,
    a_link_opens_one_door_and_not_for_ever,
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    guessing_runs_out_and_then_the_right_word_does_not_help,
    a_planted_session_is_not_adopted_and_ends,
    signing_out_ends_the_token,
    a_new_password_ends_every_other_session,
    the_sandbox_is_entered_and_left_under_new_tokens,
    the_doors_speak_the_language_that_was_chosen,
}

const EMAIL: &str = "bea@blumen.example";

const DESK: &str = "hound_desk";

/// Good answers of the first run.
const ANSWERS: [(&str, &str); 10] = [
    ("shop_name", "Blumen Bea"),
    ("shop_url", "blumen.example"),
    ("currency", "EUR"),
    ("timezone", "Europe/Berlin"),
    ("locale", "de"),
    ("percent", "12,5"),
    ("payout_minimum", "30"),
    ("name", "Bea"),
    ("email", "Bea@Blumen.example"),
    ("password", PASSWORD),
];

/// The good answers with others in their place.
fn answers<'a>(others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = ANSWERS.into_iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    kept.chain(others.iter().copied()).collect()
}

/// The address of a door, as something printed names it.
fn door(printed: &str, name: &str) -> String {
    let (_, rest) = printed.split_once(&format!("/{name}/")).unwrap_or_else(|| panic!("no link to {name}: {printed}"));
    format!("/{name}/{}", rest.split_whitespace().next().expect("a secret"))
}

/// A link printed by `hound admin`.
fn link(app: &App, arguments: &[&str], name: &str) -> String {
    let output = app.run(&[&["admin"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    door(&String::from_utf8(output.stdout).expect("text"), name)
}

/// How `hound admin` refuses.
fn refusal(app: &App, arguments: &[&str]) -> String {
    let output = app.run(&[&["admin"], arguments].concat());
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn logins(app: &App) -> Vec<String> {
    app.ask("SELECT email AS line FROM logins ORDER BY id")
}

fn refused(answer: &Answer, status: u16, saying: &str) {
    assert_eq!(answer.status, status, "{}", words(&answer.text));
    assert!(words(&answer.text).contains(saying), "{saying}: {}", words(&answer.text));
}

/// Whether the session still opens the desk; else the desk sends to the door.
fn is_in(visit: &Visit) -> bool {
    let mut visit = visit.clone();
    visit.get("/desk");
    visit.place.starts_with("/desk")
}

/// Other connections and nodes learn of an end within a second.
fn ends(visit: &Visit) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while is_in(visit) {
        assert!(Instant::now() < deadline, "the session goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn the_first_run_leads_from_the_printed_link_to_the_desk(app: &App) {
    let door = door(&app.said(), "setup");
    let mut visit = Visit::new(app);
    // Looking uses nothing up, for whoever forwards a link has his mail program look first.
    visit.page(&door);
    let page = visit.page(&door);
    assert!(words(&page).contains("A usual friend earns the one who sent him €4.00") && words(&page).contains("7 friends"));
    for field in ["organization", "username", "new-password"] {
        assert!(page.contains(&format!("autocomplete=\"{field}\"")), "{field}");
    }
    let answer = visit.submit(&door, &ANSWERS);
    assert_eq!((answer.status, visit.place.as_str()), (200, "/desk?done=setup"), "{}", words(&answer.text));
    assert_eq!(visit.cookies.get("hound_language").map(String::as_str), Some("de"));
    let program = app.owner().get("/v1/program").is(200);
    assert_eq!(
        (&program["shop_name"], &program["shop_url"], &program["timezone"], &program["version"]),
        (&"Blumen Bea".into(), &"https://blumen.example".into(), &"Europe/Berlin".into(), &2.into())
    );
    assert_eq!((&program["commission"]["rate"], &program["payout_minimum"]["EUR"]), (&"12.5".into(), &3_000.into()));
    assert_eq!((&program["letters"]["owner_email"], &program["letters"]["locale"]), (&EMAIL.into(), &"de".into()));
    assert_eq!(program["payouts"]["schedule"], "none");
    assert_eq!(logins(app), [EMAIL]);
    // From now on the link opens nothing, and no other is made.
    for answer in [Visit::new(app).get(&door), Visit::new(app).send(&door, &ANSWERS)] {
        refused(&answer, 410, "This shop is set up");
    }
    assert!(refusal(app, &["setup-link"]).contains("hound admin reset"));
    app.kill_and_restart();
    assert_eq!(app.said().matches("to set the shop up").count(), 1);
    let mut again = Visit::new(app);
    again.sign_in(" Bea@blumen.EXAMPLE ");
    assert!(is_in(&again) && again.cookies.get("hound_language").map(String::as_str) == Some("de"));
}

fn wrong_answers_are_named_and_nothing_is_kept(app: &App) {
    let door = link(app, &["setup-link"], "setup");
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: [Case<'_>; 12] = [
        (&[("shop_name", " ")], "shop_name", "Give your shop a name"),
        (&[("shop_url", "javascript:alert(1)")], "shop_url", "no web address"),
        (&[("currency", "EURO")], "currency", "none of the codes"),
        (&[("timezone", "Berlin")], "timezone", "time zone is none"),
        (&[("percent", "101")], "percent", "no number from 0 to 100"),
        (&[("payout_minimum", "some")], "payout_minimum", "no amount"),
        (&[("name", "")], "name", "Tell your name"),
        (&[("email", "bea")], "email", "no e-mail address"),
        (&[("password", "short")], "password", "at least 10 characters"),
        (&[("password", "Password2026!")], "password", "among the first that anybody tries"),
        (&[("password", "Blumen Bea")], "password", "your name, your address"),
        (&[("shop_name", "<script>alert(1)</script>"), ("email", "\"><img src=x>")], "email", "no e-mail address"),
    ];
    for (others, field, saying) in cases {
        let mut visit = Visit::new(app);
        let answer = visit.send(&door, &answers(others));
        refused(&answer, 422, saying);
        let marked = format!("name=\"{field}\" aria-invalid=\"true\" aria-describedby=\"{field}-fault\"");
        assert!(answer.text.contains(&marked), "{field}");
        assert!(answer.text.contains(&format!("id=\"{field}-fault\"")), "{field}");
        // What was typed stands there again, as text and without the password.
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img") && !answer.text.contains(PASSWORD));
        assert!(visit.cookies.is_empty());
    }
    // With none at all each is named.
    let page = Visit::new(app).send(&door, &[]);
    assert_eq!(page.text.matches("aria-invalid=\"true\"").count(), 8, "{}", page.text);
    assert_eq!((logins(app).len(), app.owner().get("/v1/program").is(200)["version"].clone()), (0, 1.into()));
    let mut visit = Visit::new(app);
    visit.submit(&door, &ANSWERS);
    assert!(is_in(&visit));
}

fn the_promise_and_a_letter_can_be_tried_before_anything_is_kept(app: &App) {
    let door = link(app, &["setup-link"], "setup");
    let mut visit = Visit::new(app);
    let tried = visit.send(&door, &answers(&[("percent", "20"), ("payout_minimum", "16"), ("monthly", "1"), ("act", "try")]));
    assert_eq!(tried.status, 200);
    let said = words(&tried.text);
    assert!(said.contains("€8.00 (for a purchase of €40.00), paid after 2 friends, at the latest on 31 December"), "{said}");
    let by_hand = visit.send(&door, &answers(&[("percent", "0"), ("act", "try")]));
    assert!(words(&by_hand.text).contains("nobody earns anything yet"));
    assert!(said.contains("Letters become files") && said.contains("HOUND_MAIL_MODE"));
    let sent = visit.send(&door, &answers(&[("act", "letter")]));
    assert!(words(&sent.text).contains("A test letter to bea@blumen.example has left"), "{}", words(&sent.text));
    let letters = fs::read_dir(app.data.path().join("mail")).expect("letters").map(|entry| entry.expect("an entry").path());
    let texts: Vec<String> =
        letters.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).expect("a letter")).collect();
    assert!(texts.len() == 1 && texts[0].contains("letters from Blumen Bea arrive") && texts[0].contains(EMAIL), "{texts:?}");
    refused(&visit.send(&door, &answers(&[("email", "nobody"), ("act", "letter")])), 200, "no e-mail address");
    assert_eq!((logins(app).len(), app.owner().get("/v1/program").is(200)["version"].clone()), (0, 1.into()));
    app.restart_with(&[("HOUND_MAIL_MODE", "off")]);
    let page = Visit::new(app).page(&door);
    assert!(words(&page).contains("wait until HOUND_SMTP_HOST is set") && !page.contains("value=\"letter\""));
}

fn of_many_who_come_by_one_link_one_sets_the_shop_up(app: &App) {
    let door = link(app, &["setup-link"], "setup");
    let emails: Vec<String> = (0..6).map(|number| format!("owner-{number}@blumen.example")).collect();
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let come = |email: &str| Visit::new(app).send(&door, &answers(&[("email", email)])).status;
        let threads: Vec<_> = emails.iter().map(|email| scope.spawn(move || come(email))).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410, 410, 410, 410, 410]);
    assert_eq!((logins(app).len(), app.owner().get("/v1/program").is(200)["version"].clone()), (1, 2.into()));
}

fn a_link_opens_one_door_and_not_for_ever(app: &App) {
    let first = link(app, &["setup-link"], "setup");
    // While it works for some time more it is shown again.
    assert_eq!(link(app, &["setup-link"], "setup"), first);
    execute(&app.place(), "UPDATE login_links SET expires_at = created_at").expect("time passes");
    let mut visit = Visit::new(app);
    refused(&visit.get(&first), 410, "hound admin setup-link");
    refused(&visit.send(&first, &ANSWERS), 410, "works once, for half an hour");
    let second = link(app, &["setup-link"], "setup");
    assert_ne!(second, first);
    for other in ["/setup/nothing", "/reset/nothing", &second.replace("/setup/", "/reset/")] {
        refused(&visit.get(other), 410, "This link opens nothing any more");
    }
    visit.submit(&second, &ANSWERS);
    assert!(is_in(&visit));
    let reset = link(app, &["reset", EMAIL], "reset");
    refused(&Visit::new(app).get(&reset.replace("/reset/", "/setup/")), 410, "This link opens nothing any more");
    execute(&app.place(), "UPDATE login_links SET expires_at = created_at").expect("time passes");
    refused(&Visit::new(app).send(&reset, &[("password", "another dog")]), 410, "hound admin reset EMAIL");
    assert!(is_in(&visit));
}

fn a_wrong_password_and_an_unknown_address_are_answered_alike(app: &App) {
    Visit::owner(app);
    let mut visit = Visit::new(app);
    let page = visit.page("/sign-in");
    assert!(page.contains("autocomplete=\"username\"") && page.contains("autocomplete=\"current-password\""));
    let quickest = |email: &str| {
        let tries = (0..5).map(|_| {
            let (mut visit, start) = (Visit::new(app), Instant::now());
            let answer = visit.send("/sign-in", &[("email", email), ("password", "a cat named Kuno")]);
            assert!(visit.cookies.is_empty());
            (start.elapsed(), answer)
        });
        tries.min_by_key(|(took, _)| *took).expect("a try")
    };
    let (known, wrong) = quickest(EMAIL);
    let (unknown, nobody) = quickest("eve@blumen.example");
    refused(&wrong, 422, "Address and password do not go together");
    assert_eq!((wrong.status, wrong.text.replace(EMAIL, "")), (nobody.status, nobody.text.replace("eve@blumen.example", "")));
    assert!(unknown * 3 > known && known * 3 > unknown, "{known:?} for a wrong password, {unknown:?} for an unknown address");
    // Nor do those differ who were removed or have not chosen a password yet.
    for change in ["removed_at = created_at", "removed_at = NULL, password_hash = ''"] {
        execute(&app.place(), &format!("UPDATE logins SET {change}")).expect("a change");
        let answer = visit.send("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]);
        assert_eq!((answer.status, &answer.text), (wrong.status, &wrong.text));
    }
    assert_eq!(visit.send("/sign-in", &[("email", EMAIL), ("password", "")]).status, 422);
}

fn guessing_runs_out_and_then_the_right_word_does_not_help(app: &App) {
    Visit::owner(app);
    app.restart_with(&[("HOUND_RATE_LIMITS", "logins=4/86400")]);
    let mut visit = Visit::new(app);
    for _ in 0..4 {
        assert_eq!(visit.send("/sign-in", &[("email", EMAIL), ("password", "a cat named Kuno")]).status, 422);
    }
    let answer = visit.send("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]);
    refused(&answer, 429, "Too many tries came from here");
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds > 0)));
    assert!(visit.cookies.is_empty());
}

fn a_planted_session_is_not_adopted_and_ends(app: &App) {
    let attacker = Visit::owner(app);
    let known = attacker.cookies[DESK].clone();
    for planted in [known.clone(), format!("{known}x"), "fixed".to_owned(), String::new()] {
        let mut victim = Visit::new(app);
        victim.cookies.insert(DESK.to_owned(), planted.clone());
        let page = victim.get("/sign-in");
        assert!(page.header("set-cookie").is_none(), "looking at the door opens no session");
        victim.sign_in(EMAIL);
        assert!(is_in(&victim));
        assert_ne!(victim.cookies[DESK], planted);
    }
    // Whoever had planted a session of his own has lost it.
    ends(&attacker);
}

fn signing_out_ends_the_token(app: &App) {
    let mut visit = Visit::owner(app);
    let (kept, token) = (visit.clone(), visit.cookies[DESK].clone());
    assert!(is_in(&kept));
    let answer = visit.submit("/sign-out", &[]);
    assert!(words(&answer.text).contains("You are signed out") && !visit.cookies.contains_key(DESK));
    ends(&kept);
    Client::new(&app.base(), Some(&token)).get("/v1/program").is(401);
    assert_eq!(app.ask("SELECT role AS line FROM tokens WHERE revoked_at IS NULL AND login_id IS NOT NULL"), [""; 0]);
    // A second time is no fault, and what a program holds is not a session.
    assert_eq!(visit.submit("/sign-out", &[]).status, 200);
    let mut program = Visit::new(app);
    program.cookies.insert(DESK.to_owned(), app.token(&["--role", "owner"]));
    program.submit("/sign-out", &[]);
    app.owner().get("/v1/program").is(200);
}

fn a_new_password_ends_every_other_session(app: &App) {
    let (first, mut second) = (Visit::owner(app), Visit::new(app));
    second.sign_in(EMAIL);
    assert!(refusal(app, &["reset", "eve@blumen.example"]).contains(EMAIL));
    let (older, newer) = (link(app, &["reset", EMAIL], "reset"), link(app, &["reset", "BEA@Blumen.example"], "reset"));
    let mut visit = Visit::new(app);
    let page = visit.page(&newer);
    assert!(page.contains("autocomplete=\"new-password\"") && page.contains(&format!("value=\"{EMAIL}\"")));
    for (weak, saying) in [("kuno", "at least 10 characters"), ("1234567890", "among the first"), (EMAIL, "your name")] {
        refused(&visit.send(&newer, &[("password", weak)]), 422, saying);
    }
    assert!(is_in(&first) && is_in(&second));
    visit.submit(&newer, &[("password", "a cat named Mimi")]);
    assert_eq!(visit.place, "/desk?done=password");
    ends(&first);
    ends(&second);
    assert!(is_in(&visit));
    for used in [&newer, &older] {
        refused(&Visit::new(app).send(used, &[("password", "a dog named Eve")]), 410, "opens nothing any more");
    }
    assert_eq!(Visit::new(app).send("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).status, 422);
    assert_eq!(Visit::new(app).send("/sign-in", &[("email", EMAIL), ("password", "a cat named Mimi")]).status, 303);
}

fn the_sandbox_is_entered_and_left_under_new_tokens(app: &App) {
    let mut visit = Visit::owner(app);
    let mut before = visit.clone();
    let banner = "This is the sandbox";
    assert!(!words(&visit.page("/desk")).contains(banner));
    let page = visit.submit("/desk/mode", &[("mode", "sandbox")]);
    assert!(words(&page.text).contains(banner), "{}", words(&page.text));
    ends(&before);
    before = visit.clone();
    let page = visit.submit("/desk/mode", &[("mode", "live")]);
    assert!(!words(&page.text).contains(banner) && is_in(&visit));
    ends(&before);
    assert_eq!(visit.send("/desk/mode", &[("mode", "elsewhere")]).status, 422);
    // Going to and fro lengthens no session.
    let ends = app.ask("SELECT CAST(expires_at AS TEXT) AS line FROM tokens WHERE login_id IS NOT NULL GROUP BY expires_at");
    assert_eq!(ends.len(), 1, "{ends:?}");
}

fn the_doors_speak_the_language_that_was_chosen(app: &App) {
    let door = link(app, &["setup-link"], "setup");
    let german = Visit::new(app).with("Accept-Language", "de-CH, en;q=0.5");
    let doors = [(door.as_str(), "Ihren Laden einrichten"), ("/sign-in", "Anmelden"), ("/reset/x", "öffnet nichts mehr")];
    for (path, said) in doors {
        let page = german.clone().get(path);
        assert!(words(&page.text).contains(said) && page.text.contains("<html lang=\"de\">"), "{path}: {}", words(&page.text));
        assert_eq!(page.header("content-language"), Some("de"));
    }
    let mut visit = german;
    let page = visit.submit("/language", &[("locale", "en"), ("back", &door)]);
    assert!(words(&page.text).contains("Set up your shop") && visit.place == door);
    assert_eq!(visit.send("/language", &[("locale", "tlh")]).status, 400);
    assert!(words(&visit.page("/sign-in")).contains("This shop is not set up yet"));
}
