//! The pen against this server: the mailer's promises over a real socket.

use std::collections::BTreeSet;

use houndplan::domain::id::MailId;
use houndplan::domain::instant::Instant;
use houndplan::mail::letter::message_id;
use houndplan::mail::{Letter, Mailer, Secret, Security, SendError, Sender, SmtpSettings};
use uuid::Uuid;

use super::*;

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings { host: "127.0.0.1".to_owned(), port, security: Security::None, user: None, password: None, dkim: None }
}

fn mailer(server: &SmtpServer) -> Mailer {
    Mailer::smtp(&settings(server.port())).expect("settings")
}

fn letter(number: u128) -> Letter {
    Letter {
        message_id: message_id(MailId::from_uuid(Uuid::from_u128(number)), "shop.example"),
        date: Instant::from_micros(1_795_000_000_000_000),
        from: Sender::new("rewards@shop.example", Some("Bergrad")).expect("a sender"),
        reply_to: Some("anna@shop.example".to_owned()),
        to: "jane@example.com".to_owned(),
        to_name: Some("Jane".to_owned()),
        subject: format!("{number}.00 EUR is ready"),
        text: "Hello,\n.\n..\nMAIL FROM:<eve@example.com>\n.\nQUIT\n".to_owned(),
        html: "<p>Hello</p>\n".to_owned(),
        unsubscribe: Some("https://shop.example/u/1".to_owned()),
        list_id: "commission_approved.shop.example".to_owned(),
        language: "en",
    }
}

fn is_held_back(outcome: &Result<(), SendError>) -> bool {
    match outcome {
        Ok(()) => false,
        Err(error) if error.is_transient() => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn letters_arrive_whole_and_share_a_connection() {
    let server = SmtpServer::start(FaultPlan::clean());
    let mailer = mailer(&server);
    for number in 1..=3 {
        mailer.send(&letter(number)).expect("sent");
    }
    let messages = server.messages();
    assert_eq!((messages.len(), server.connections()), (3, 1));
    let first = &messages[0];
    assert_eq!((first.from.as_str(), first.to.as_slice()), ("rewards@shop.example", &["jane@example.com".to_owned()][..]));
    assert_eq!(first.message_id(), letter(1).message_id);
    assert_eq!(first.headers("list-unsubscribe-post"), ["List-Unsubscribe=One-Click"]);
    assert!(first.data.contains("Hello,\r\n.\r\n..\r\nMAIL FROM:<eve@example.com>\r\n.\r\nQUIT\r\n"), "{}", first.data);
}

#[test]
fn each_fault_is_judged_by_where_it_was_said() {
    let code = |fault| match fault {
        Fault::Busy => Some(421),
        Fault::MailTransient | Fault::DataTransient => Some(451),
        Fault::MailPermanent | Fault::RcptPermanent => Some(550),
        Fault::RcptTransient => Some(450),
        Fault::DataPermanent => Some(554),
        _ => None,
    };
    for fault in Fault::ALL {
        let server = SmtpServer::start(FaultPlan::repeating(&[fault, Fault::Clean]));
        let mailer = mailer(&server);
        let outcome = mailer.send(&letter(1));
        match fault {
            Fault::Clean | Fault::HangUp => assert_eq!(outcome, Ok(())),
            Fault::RcptPermanent | Fault::DataPermanent => assert!(
                matches!(&outcome, Err(SendError::Permanent { code: said, bounced, text })
                    if *said == code(fault) && *bounced == (fault == Fault::RcptPermanent) && !text.contains("jane")),
                "{fault:?}: {outcome:?}"
            ),
            _ => assert!(
                matches!(&outcome, Err(SendError::Transient { code: said, .. }) if *said == code(fault)),
                "{fault:?}: {outcome:?}"
            ),
        }
        assert_eq!(server.fault_counts(), BTreeMap::from([(fault, 1)]));
        // Whatever happened, the next letter goes.
        assert_eq!(mailer.send(&letter(2)), Ok(()), "after {fault:?}");
        let kept = matches!(fault, Fault::Clean | Fault::HangUp | Fault::DropAfterDot);
        assert_eq!(server.messages().len(), 1 + usize::from(kept), "{fault:?}");
    }
}

#[test]
fn a_server_that_goes_to_sleep_between_letters_is_called_again() {
    let server = SmtpServer::start(FaultPlan::repeating(&[Fault::Clean, Fault::Busy]));
    let mailer = mailer(&server);
    assert_eq!(mailer.send(&letter(1)), Ok(()));
    assert!(matches!(mailer.send(&letter(2)), Err(SendError::Transient { code: Some(421), .. })));
    assert_eq!(mailer.send(&letter(2)), Ok(()));
    assert_eq!(server.connections(), 2);
}

#[test]
fn every_letter_arrives_and_only_lost_answers_make_copies() {
    const LETTERS: u128 = 20;
    for seed in 1..=2 {
        let choices: Vec<_> =
            Fault::ALL.into_iter().filter(|fault| !matches!(fault, Fault::RcptPermanent | Fault::DataPermanent)).collect();
        let server = SmtpServer::start(FaultPlan::seeded(seed, 97, &choices));
        let mailer = mailer(&server);
        for number in 0..LETTERS {
            let attempts = (0..97).take_while(|_| is_held_back(&mailer.send(&letter(number)))).count();
            assert!(attempts < 97, "letter {number} never went");
        }
        let messages = server.messages();
        let distinct: BTreeSet<_> = messages.iter().map(Received::message_id).collect();
        assert_eq!(distinct, (0..LETTERS).map(|number| letter(number).message_id).collect(), "seed {seed}");
        let lost_answers = server.fault_counts().get(&Fault::DropAfterDot).copied().unwrap_or_default();
        assert_eq!(messages.len() - distinct.len(), lost_answers, "seed {seed}");
    }
}

#[test]
fn a_wrong_password_holds_letters_back_but_condemns_none() {
    let server = SmtpServer::start(FaultPlan::clean().with_login("shop", "right"));
    let send = |login: Option<&str>| {
        let user = login.map(|_| "shop".to_owned());
        let password = login.map(Secret::new);
        Mailer::smtp(&SmtpSettings { user, password, ..settings(server.port()) }).expect("settings").send(&letter(1))
    };
    assert!(matches!(send(Some("wrong")), Err(SendError::Transient { code: Some(535), .. })));
    assert!(matches!(send(None), Err(SendError::Transient { code: Some(530), .. })));
    assert_eq!(server.messages(), []);
    assert_eq!(send(Some("right")), Ok(()));
    assert_eq!(server.messages().len(), 1);
}

#[test]
fn nothing_is_said_to_a_server_without_the_encryption_asked_for() {
    let server = SmtpServer::start(FaultPlan::clean());
    for security in [Security::Starttls, Security::Tls] {
        let outcome = Mailer::smtp(&SmtpSettings { security, ..settings(server.port()) }).expect("settings").send(&letter(1));
        assert!(matches!(outcome, Err(SendError::Transient { code: None, .. })), "{security:?}: {outcome:?}");
    }
    assert_eq!(server.messages(), []);
    assert_eq!(server.fault_counts(), BTreeMap::new());
}

#[test]
fn an_absent_server_is_worth_another_try() {
    let server = SmtpServer::start(FaultPlan::clean());
    let mailer = mailer(&server);
    drop(server);
    assert!(matches!(mailer.send(&letter(1)), Err(SendError::Transient { code: None, .. })));
}
