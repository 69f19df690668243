//! Payment files held against what others say of them: the ISO 20022 schema, NACHA's own sums, golden
//! files, and a reader of PDF. Names come from the big list of naughty strings.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use houndplan::domain::id::{BatchId, PayoutId, ReferrerId};
use houndplan::domain::instant::Instant;
use houndplan::domain::money::Currency;
use houndplan::domain::payer::{AchOrigin, Payer, WiseTemplate};
use houndplan::domain::payout_details::{AccountKind, HolderKind, PayoutDetails};
use houndplan::rails::words::in_words;
use houndplan::rails::{Format, Order, PaymentFile, Run};
use jiff::civil::date;
use uuid::Uuid;

use super::dice::Dice;
use super::lists;

const SCHEMA: &str = "conformance/payout-files/pain.001.001.09.xsd";

/// Countries with the length of their account numbers, of digits only.
const COUNTRIES: [(&str, usize); 8] =
    [("DE", 18), ("AT", 16), ("BE", 12), ("ES", 20), ("FI", 14), ("PT", 21), ("NO", 11), ("PL", 24)];

fn id(kind: u128, place: usize) -> Uuid {
    Uuid::from_u128((0x0190_0000_0000_7000_8000_0000_0000_0000 | kind << 48) + u128::try_from(place).expect("a number"))
}

fn order(place: usize, amount: i64, currency: &str, details: PayoutDetails) -> Order {
    Order {
        payout_id: PayoutId::from_uuid(id(1, place)),
        referrer_id: ReferrerId::from_uuid(id(2, place)),
        amount,
        currency: Currency::parse(currency).expect("a currency"),
        details: details.checked("").expect("details"),
    }
}

fn payer() -> Payer {
    Payer {
        name: Some("Tee & Söhne <Import> GmbH".to_owned()),
        iban: Some("DE89370400440532013000".to_owned()),
        ach: Some(AchOrigin {
            bank_routing: "021000021".to_owned(),
            bank_name: "Chase Manhattan Bank".to_owned(),
            company_id: "1234567890".to_owned(),
            immediate_origin: None,
            entry_description: None,
        }),
        wise: Some(WiseTemplate { header: None, source_currency: Currency::EUR }),
        ..Payer::default()
    }
}

fn write(format: &str, orders: &[Order], payer: &Payer) -> Vec<PaymentFile> {
    let run = Run {
        batch_id: BatchId::from_uuid(id(0, 0)),
        approved_at: Instant::parse("2026-11-26T20:15:00Z").expect("a time"),
        execute_on: date(2026, 11, 30),
        payer,
        orders,
    };
    Format::named(format).expect("a format").write(&run).expect("files")
}

/// Names that somebody could give as an account's holder, the naughty ones among them.
fn names() -> Option<Vec<String>> {
    let list = lists::read("strings/blns.json")?;
    let naughty: Vec<String> = serde_json::from_str(&list).expect("a list of strings");
    let own =
        ["Zoë \"O'Neil\" <&> ]]>", "<!DOCTYPE a>", "&#0;&amp;", "Γεώργιος Παπαδόπουλος", "Щербаков Ы. Ъ.", "ﬀﬁ Ⅷ ½ ™", "//a//"];
    let long = ["Θ".repeat(70), "ẞ".repeat(70), format!("A{}", "\u{301}".repeat(69))];
    let all = naughty.into_iter().chain(own.map(str::to_owned)).chain(long);
    let fits = |name: &String| {
        let details = PayoutDetails::Sepa { holder: name.clone(), iban: "DE89370400440532013000".to_owned(), bic: None };
        details.checked("").is_ok()
    };
    let fitting: Vec<String> = all.filter(fits).collect();
    assert!(fitting.len() > 200, "{} names", fitting.len());
    Some(fitting)
}

/// A valid IBAN of digits thrown by `dice`.
fn iban(dice: &mut Dice) -> String {
    let (country, digits) = COUNTRIES[dice.below(COUNTRIES.len())];
    let account: String = (0..digits).map(|_| char::from(b'0' + u8::try_from(dice.below(10)).expect("a digit"))).collect();
    let turned = format!("{account}{country}00");
    let value = |sign: char| sign.to_digit(36).expect("a letter or digit");
    let rest = turned.chars().map(value).fold(0, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97);
    format!("{country}{:02}{account}", 98 - rest)
}

/// Between `<name>` and `</name>`, each time.
fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&start).skip(1).filter_map(|rest| rest.split_once(end.as_str())).map(|(text, _)| text).collect()
}

fn tool(name: &str, arguments: &[&Path]) -> Output {
    let ran = Command::new(name).args(arguments).output();
    ran.unwrap_or_else(|fault| panic!("{name} cannot be run ({fault}); ./test installs it"))
}

fn validate(schema: &Path, xml: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pain.xml");
    std::fs::write(&file, xml).expect("a file");
    let ran = tool("xmllint", &[Path::new("--noout"), Path::new("--schema"), schema, &file]);
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned()) }
}

#[test]
fn ten_thousand_payouts_with_hostile_names_follow_the_schema() {
    let (Some(schema), Some(names)) = (lists::path(SCHEMA), names()) else { return };
    let mut dice = Dice::new(20_261_126);
    let mut orders = Vec::new();
    for place in 0..10_000 {
        let bic = (dice.below(3) == 0).then(|| "COBADEFFXXX".to_owned());
        let details = PayoutDetails::Sepa { holder: names[dice.below(names.len())].clone(), iban: iban(&mut dice), bic };
        let amount = [1, 99_999_999_999, i64::try_from(dice.below(1_000_000)).expect("a number") + 1][dice.below(3)];
        orders.push(order(place, amount, "EUR", details));
    }
    let files = write("sepa", &orders, &payer());
    let xml = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
    validate(&schema, &xml).unwrap_or_else(|faults| panic!("{}", faults.lines().take(5).collect::<Vec<_>>().join("\n")));

    let cents: i64 = elements(&xml, "CdtTrfTxInf")
        .iter()
        .map(|one| one.split_once("Ccy=\"EUR\">").and_then(|(_, rest)| rest.split_once('<')).expect("an amount").0)
        .map(|amount| amount.replace('.', "").parse::<i64>().expect("cents"))
        .sum();
    assert_eq!(cents, orders.iter().map(|order| order.amount).sum::<i64>());
    let sum = format!("{}.{:02}", cents / 100, cents % 100);
    assert_eq!(elements(&xml, "CtrlSum"), [sum.as_str(); 2]);
    assert_eq!(elements(&xml, "NbOfTxs"), ["10000", "10000"]);
    assert_eq!(elements(&xml, "EndToEndId").iter().collect::<BTreeSet<_>>().len(), 10_000);
    // What the schema does not know: the letters and lengths of the European Payments Council.
    for text in elements(&xml, "Nm").into_iter().chain(elements(&xml, "Ustrd")) {
        let plain = text.replace("&apos;", "'");
        assert!(plain.chars().all(|sign| sign.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(sign)), "{text}");
        assert!((1..=70).contains(&plain.len()) && !plain.starts_with('/') && !plain.contains("//"), "{text}");
        assert!(plain.chars().any(|sign| sign.is_ascii_alphanumeric()), "{text}");
    }
}

#[test]
fn the_schema_would_see_a_fault() {
    let Some(schema) = lists::path(SCHEMA) else { return };
    let details = PayoutDetails::Sepa { holder: "Ann".to_owned(), iban: "DE89370400440532013000".to_owned(), bic: None };
    let files = write("sepa", &[order(1, 5, "EUR", details)], &payer());
    let xml = String::from_utf8(files[0].bytes.clone()).expect("UTF-8");
    assert_eq!(validate(&schema, &xml), Ok(()));
    for (good, bad) in [("<PmtMtd>TRF</PmtMtd>", ""), ("0.05<", "0,05<"), ("<ChrgBr>SLEV", "<ChrgBr>NONE"), ("DE89", "de89")] {
        assert!(validate(&schema, &xml.replacen(good, bad, 1)).is_err(), "{good} as {bad}");
    }
}

#[test]
fn every_line_of_the_clearing_house_has_94_signs_and_its_sums_are_right() {
    let Some(names) = names() else { return };
    let mut dice = Dice::new(94);
    let routings = ["021000021", "011000015", "231380104", "121042882", "322271627"];
    let mut orders = Vec::new();
    for place in 0..10_000 {
        let details = PayoutDetails::Ach {
            holder: names[dice.below(names.len())].clone(),
            routing: routings[dice.below(routings.len())].to_owned(),
            account: format!("{}", dice.below(1_000_000_000) + 1),
            account_kind: [AccountKind::Checking, AccountKind::Savings][dice.below(2)],
            holder_kind: [HolderKind::Person, HolderKind::Business][dice.below(2)],
        };
        orders.push(order(place, i64::try_from(dice.below(5_000_000)).expect("a number") + 1, "USD", details));
    }
    let files = write("ach", &orders, &payer());
    let text = std::str::from_utf8(&files[0].bytes).expect("ASCII");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines.len().is_multiple_of(10) && lines.iter().all(|line| line.len() == 94 && line.is_ascii()));

    let number = |text: &str| text.parse::<u64>().expect("digits");
    let (mut count, mut hash, mut credit, mut file) = (0, 0, 0, (0, 0, 0, 0));
    for line in &lines {
        match &line[..1] {
            "6" => {
                count += 1;
                hash += number(&line[3..11]);
                credit += number(&line[29..39]);
                assert_eq!(houndplan::domain::bank::routing_number("", &line[3..12]).as_deref(), Ok(&line[3..12]));
            }
            "8" => {
                assert_eq!(
                    (number(&line[4..10]), number(&line[10..20]), number(&line[32..44])),
                    (count, hash % 10_000_000_000, credit)
                );
                file = (file.0 + 1, file.1 + count, file.2 + hash, file.3 + credit);
                (count, hash, credit) = (0, 0, 0);
            }
            _ => {}
        }
    }
    let control = lines.iter().find(|line| line.starts_with("900")).expect("a file control");
    assert_eq!(number(&control[1..7]), file.0);
    assert_eq!(usize::try_from(number(&control[7..13])).expect("blocks") * 10, lines.len());
    assert_eq!((number(&control[13..21]), number(&control[21..31])), (10_000, file.2 % 10_000_000_000));
    assert_eq!((number(&control[31..43]), number(&control[43..55])), (0, file.3));
    assert_eq!(i64::try_from(file.3).expect("cents"), orders.iter().map(|order| order.amount).sum::<i64>());
}

/// The figures of the sample file that moov-io/ach is tested with: one credit of a million dollars to 231380104.
#[test]
fn a_known_file_has_the_known_figures() {
    let details = PayoutDetails::Ach {
        holder: "Receiver Account Name".to_owned(),
        routing: "231380104".to_owned(),
        account: "12345678".to_owned(),
        account_kind: AccountKind::Checking,
        holder_kind: HolderKind::Person,
    };
    let files = write("ach", &[order(1, 100_000_000, "USD", details)], &payer());
    let text = String::from_utf8(files[0].bytes.clone()).expect("ASCII");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 10);
    assert_eq!(&lines[2][..39], "62223138010412345678         0100000000");
    assert_eq!(&lines[3][..44], "82200000010023138010000000000000000100000000");
    assert_eq!(&lines[4][..55], "9000001000001000000010023138010000000000000000100000000");
    assert!(lines[5..].iter().all(|line| *line == "9".repeat(94)));
}

#[test]
fn files_of_payment_houses_are_as_they_always_were() {
    let paypal =
        |place, amount, currency, email: &str| order(place, amount, currency, PayoutDetails::Paypal { email: email.to_owned() });
    let orders = [
        paypal(1, 10_050, "USD", "mbrown@example.com"),
        paypal(2, 1, "USD", "ann+shop@example.com"),
        paypal(3, 1_250, "JPY", "Taro@Example.co.jp"),
        paypal(4, 99_999_999, "USD", "zoë@example.com"),
    ];
    let files = write("paypal", &orders, &Payer { reference: Some("Danke, \"Freunde\" {month}".to_owned()), ..payer() });
    let texts: Vec<&str> = files.iter().map(|file| std::str::from_utf8(&file.bytes).expect("UTF-8")).collect();
    assert_eq!(texts, [include_str!("../golden/paypal-JPY.csv"), include_str!("../golden/paypal-USD.csv")]);

    let wise = |place, amount, currency, holder: &str, email: &str| {
        order(place, amount, currency, PayoutDetails::Wise { holder: holder.to_owned(), email: email.to_owned() })
    };
    let orders = [
        wise(1, 12_345, "GBP", "Zoë \"Z\" O'Neil, Jr.", "zoe@example.com"),
        wise(2, 1_250, "JPY", "=HYPERLINK(\"http://x\")", "taro@example.co.jp"),
        wise(3, 1_005, "KWD", "王小明", "wang@example.com"),
    ];
    let by_mail = write("wise", &orders, &payer());
    assert_eq!(std::str::from_utf8(&by_mail[0].bytes), Ok(include_str!("../golden/wise-by-email.csv")));
    let header = "recipientId,name,account,sourceCurrency,targetCurrency,amountCurrency,amount,paymentReference";
    let template = Some(WiseTemplate { header: Some(header.to_owned()), source_currency: Currency::EUR });
    let own = write("wise", &orders, &Payer { wise: template, ..payer() });
    assert_eq!(std::str::from_utf8(&own[0].bytes), Ok(include_str!("../golden/wise-template.csv")));
}

#[test]
fn what_is_printed_on_cheques_can_be_read_back() {
    let names = ["Zoë Ångström", "Γεώργιος Παπαδόπουλος", "Иван Щербаков", "Łukasz Żółć"];
    let mut dice = Dice::new(7);
    let orders: Vec<Order> = (0..80)
        .map(|place| {
            let address = vec!["Hauptstraße 1".to_owned(), "10115 Berlin".to_owned()];
            let details = PayoutDetails::Manual { name: names[place % names.len()].to_owned(), address };
            order(place, i64::try_from(dice.below(10_000_000)).expect("a number") + 1, ["USD", "JPY", "KWD"][place % 3], details)
        })
        .collect();
    let files = write("manual", &orders, &payer());
    let pages = read_back(&files[0].bytes);
    let text = pages.join("\n");
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let list: Vec<String> = text.lines().map(plain).collect();
    for (place, order) in orders.iter().enumerate() {
        let amount = houndplan::domain::money::Money { amount: order.amount, currency: order.currency }.to_string();
        let PayoutDetails::Manual { name, .. } = &order.details else { unreachable!("a cheque") };
        assert!(list.iter().any(|line| line.starts_with(&format!("{} {name} {amount} ", place + 1))), "{name} {amount}");
        // The list takes some sheets; each cheque has its own.
        let sheet = plain(&pages[pages.len() - orders.len() + place]);
        assert!(sheet.contains(&in_words(order.amount, order.currency, Default::default())), "{sheet}");
        assert!(
            sheet.contains(name)
                && sheet.contains("Hauptstraße 1")
                && sheet.contains(&format!("Page {} of", pages.len() - orders.len() + place + 1))
        );
    }
}

/// The text of each page, as a reader of PDF that nobody here wrote finds it.
fn read_back(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).expect("a file");
    let ran = tool("pdftotext", &[Path::new("-layout"), Path::new("-enc"), Path::new("UTF-8"), &file, Path::new("-")]);
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}
