//! A letter's headers, and the fields that must not become any.

use super::*;

fn letter() -> Letter {
    Letter {
        message_id: message_id(MailId::from_uuid(Uuid::from_u128(7)), "shop.example"),
        date: Instant::parse("2026-11-22T09:30:00Z").expect("a time"),
        from: Sender::new("rewards@shop.example", Some("Anna at Bücher, & Co")).expect("a sender"),
        reply_to: Some("anna@shop.example".to_owned()),
        to: "jane@example.com".to_owned(),
        to_name: Some("Jane Doe".to_owned()),
        subject: "12.50 EUR is ready".to_owned(),
        text: "Hello,\n\n.\nmoney — ready\n".to_owned(),
        html: "<p>Hello</p>\n".to_owned(),
        unsubscribe: Some(
            "https://shop.example/u/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789".to_owned(),
        ),
        list_id: "commission_approved.shop.example".to_owned(),
        language: "en",
    }
}

fn formatted(letter: &Letter) -> String {
    String::from_utf8(letter.message().expect("a message").formatted()).expect("UTF-8")
}

/// The header lines, unfolded.
fn headers(letter: &Letter) -> Vec<String> {
    let message = formatted(letter).replace("\r\n ", " ");
    message.split_once("\r\n\r\n").expect("a body").0.lines().map(str::to_owned).collect()
}

#[test]
fn an_optional_letter_carries_every_header_once() {
    let headers = headers(&letter());
    for expected in [
        "Message-ID: <00000000-0000-0000-0000-000000000007@shop.example>",
        "Date: Sun, 22 Nov 2026 09:30:00 +0000",
        "Reply-To: anna@shop.example",
        "To: \"Jane Doe\" <jane@example.com>",
        "Subject: 12.50 EUR is ready",
        "Auto-Submitted: auto-generated",
        "Content-Language: en",
        "List-Unsubscribe: <https://shop.example/u/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Id: <commission_approved.shop.example>",
        "MIME-Version: 1.0",
    ] {
        assert_eq!(headers.iter().filter(|line| *line == expected).count(), 1, "{expected}\n{headers:#?}");
    }
    assert!(headers.iter().any(|line| line.starts_with("From: ") && line.ends_with(" <rewards@shop.example>")), "{headers:#?}");
    assert!(headers.iter().any(|line| line.starts_with("Content-Type: multipart/alternative;")), "{headers:#?}");
}

#[test]
fn plain_text_comes_before_the_page() {
    let message = formatted(&letter());
    assert!(message.find("text/plain") < message.find("text/html"));
    assert!(message.find("text/plain").is_some());
}

#[test]
fn a_letter_that_always_arrives_offers_no_way_out() {
    let headers = headers(&Letter { unsubscribe: None, ..letter() });
    assert!(!headers.iter().any(|line| line.starts_with("List-")), "{headers:#?}");
}

#[test]
fn one_click_is_promised_over_https_only() {
    let on_http = headers(&Letter { unsubscribe: Some("http://127.0.0.1:8080/u/1".to_owned()), ..letter() });
    assert!(on_http.contains(&"List-Unsubscribe: <http://127.0.0.1:8080/u/1>".to_owned()));
    assert!(!on_http.iter().any(|line| line.starts_with("List-Unsubscribe-Post")));
    for bad in ["javascript:alert(1)", "mailto:a@b.example", "/u/1", ""] {
        assert_eq!(
            Letter { unsubscribe: Some(bad.to_owned()), ..letter() }.message().err(),
            Some(LetterError::Field("unsubscribe link"))
        );
    }
}

const INJECTIONS: [&str; 9] = [
    "x\r\nBcc: eve@example.com",
    "x\nBcc: eve@example.com",
    "x\rBcc: eve@example.com",
    "x\r\n\r\nbody",
    "x\n.\nMAIL FROM:<eve@example.com>",
    "x\u{0}y",
    "x\u{85}y",
    "x\u{1b}[2J",
    "x\u{7f}",
];

#[test]
fn no_field_can_break_out_of_its_header() {
    for bad in INJECTIONS {
        let bad = || bad.to_owned();
        let letters = [
            Letter { message_id: bad(), ..letter() },
            Letter { message_id: format!("<{}@{}>", Uuid::from_u128(7), bad()), ..letter() },
            Letter { reply_to: Some(bad()), ..letter() },
            Letter { reply_to: Some(format!("{}@example.com", bad())), ..letter() },
            Letter { to: bad(), ..letter() },
            Letter { to: format!("\"{}\"@example.com", bad()), ..letter() },
            Letter { to: format!("jane@{}", bad()), ..letter() },
            Letter { to_name: Some(bad()), ..letter() },
            Letter { subject: bad(), ..letter() },
            Letter { list_id: bad(), ..letter() },
        ];
        for letter in letters {
            assert!(letter.message().is_err(), "{letter:?}");
        }
        assert!(Sender::new("rewards@shop.example", Some(&bad())).is_err());
        assert!(Sender::new(&format!("{}@shop.example", bad()), None).is_err());
    }
}

#[test]
fn bodies_keep_their_lines_and_nothing_else() {
    let letter = Letter { text: "a\n.\nb\n\n..\nQUIT\n".to_owned(), ..letter() };
    let message = formatted(&letter);
    assert!(message.contains("a\r\n.\r\nb\r\n\r\n..\r\nQUIT\r\n"), "{message}");
    for bad in ["", " \n", "a\rb", "a\r\nb", "a\u{0}b", "a\u{1b}b"] {
        assert_eq!(
            Letter { text: bad.to_owned(), ..letter.clone() }.message().err(),
            Some(LetterError::Field("text")),
            "{bad:?}"
        );
        assert_eq!(
            Letter { html: bad.to_owned(), ..letter.clone() }.message().err(),
            Some(LetterError::Field("page")),
            "{bad:?}"
        );
    }
}

#[test]
fn only_mail_addresses_are_written_to() {
    for bad in ["", "jane", "jane@", "@example.com", "jane@exa mple.com", "jane doe@example.com", "a@b@c", "<jane@example.com>"] {
        assert_eq!(Letter { to: bad.to_owned(), ..letter() }.message().err(), Some(LetterError::Recipient), "{bad}");
    }
    let long = format!("jane@{}.example", "a".repeat(250));
    assert_eq!(Letter { to: long, ..letter() }.message().err(), Some(LetterError::Recipient));
    let idn = headers(&Letter { to: "jane@müller.example".to_owned(), to_name: None, ..letter() });
    assert!(idn.contains(&"To: jane@xn--mller-kva.example".to_owned()), "{idn:#?}");
}

#[test]
fn names_and_subjects_in_any_script_stay_ascii_on_the_wire() {
    let letter = Letter {
        to_name: Some("Jürgen \"J\" <eve@example.com>, Ώ".to_owned()),
        subject: format!("{} für Sie =?utf-8?b?QmNjOg==?= 🎁", "Überraschung ".repeat(12)),
        ..letter()
    };
    let message = formatted(&letter);
    assert!(message.is_ascii());
    assert!(message.lines().all(|line| line.len() <= 998));
    let to: Vec<_> = headers(&letter).into_iter().filter(|line| line.starts_with("To: ")).collect();
    assert_eq!(to.len(), 1);
    assert!(to[0].ends_with("<jane@example.com>") && to[0].matches('@').count() == 1, "{to:?}");
}

#[test]
fn a_date_beyond_the_calendar_is_clamped() {
    for micros in [i64::MIN, -1, 0, i64::MAX] {
        assert!(Letter { date: Instant::from_micros(micros), ..letter() }.message().is_ok());
    }
}

#[test]
fn the_message_id_names_the_file_and_survives_odd_hosts() {
    assert_eq!(letter().uuid(), Ok(Uuid::from_u128(7)));
    assert!(Letter { message_id: "<../../etc/passwd@shop.example>".to_owned(), ..letter() }.uuid().is_err());
    let on_ipv6 = message_id(MailId::from_uuid(Uuid::from_u128(7)), "[::1]");
    assert_eq!(on_ipv6, "<00000000-0000-0000-0000-000000000007@localhost>");
    assert!(Letter { message_id: on_ipv6, ..letter() }.message().is_ok());
}

#[test]
fn a_letter_in_a_log_does_not_name_its_reader() {
    let shown = format!("{:?}", letter());
    assert!(shown.contains("j***@example.com") && !shown.contains("jane") && !shown.contains("Jane"), "{shown}");
}

#[test]
fn bare_line_ends_are_seen() {
    assert!(ends_every_line(b"a\r\nb\r\n"));
    assert!(ends_every_line(b""));
    for bad in [&b"a\nb"[..], b"a\rb", b"a\r", b"\n", b"a\r\r\nb"] {
        assert!(!ends_every_line(bad), "{bad:?}");
    }
}
