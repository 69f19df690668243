//! `hound doctor`: looks at everything the service needs and says what is wrong and how to mend it.

use std::io::Write;

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::{Config, MailSettings};
use crate::db::outbox::SEND_MAIL;
use crate::db::{bounces, endpoints, jobs, providers, submissions, tokens};
use crate::domain::provider::Provider;
use crate::domain::webhook::{EndpointStatus, WhyDisabled};
use crate::mail::{Mailer, Sender, TextFault, Texts};
use crate::operations::books::Books;
use crate::operations::create_endpoint::ENDPOINTS_MAX;

/// Clocks that differ more than this put times of two nodes in the wrong order.
const CLOCK_DRIFT_SECONDS: i64 = 5;

/// A token that ends within this many days should be replaced now.
const TOKEN_WARNING_DAYS: i64 = 30;

/// A letter that could go for so long, in seconds, and did not, shows that something is broken.
const QUEUE_AGE_SECONDS: i64 = 900;

/// More than so many need not be counted.
const UNREACHABLE_MAX: i64 = 1_000;

/// How one look ended.
enum Finding {
    Good(String),
    Watch(String),
    Bad(String),
}

use Finding::{Bad, Good, Watch};

pub(super) fn run(config: &Config) -> Outcome {
    let mut bad = 0;
    let mut tell = |what: &str, finding: Finding| {
        let (word, text) = match finding {
            Good(text) => ("ok   ", text),
            Watch(text) => ("watch", text),
            Bad(text) => {
                bad += 1;
                ("BAD  ", text)
            }
        };
        say(format!("{word} {what}: {text}"));
    };
    tell("disk", disk(config));
    tell("links", links(config));
    match open_books(config) {
        Err(Failure(text)) => tell("database", Bad(text)),
        Ok(books) => {
            tell("database", Good(format!("{:?} is reachable and has this version's schema", books.live.place)));
            tell("clock", clock(&books));
            tell("tokens", tokens_of(&books));
            tell("letters", letters(config, &books));
            tell("addresses", addresses(&books));
            tell("webhooks", webhooks(&books));
            tell("payouts", payouts(&books));
        }
    }
    tell("mail", mail(config));
    if let Some(folder) = &config.templates_dir {
        for finding in texts(folder) {
            tell("texts", finding);
        }
    }
    for finding in dkim(config) {
        tell("dkim", finding);
    }
    if bad == 0 { Ok(()) } else { Err(Failure(format!("{bad} of these must be mended"))) }
}

/// Writes and syncs a file where the service keeps its own.
fn disk(config: &Config) -> Finding {
    let path = config.data_dir.join("doctor.tmp");
    let write = || {
        config.make_data_dir().map_err(fail)?;
        let mut file = std::fs::File::create(&path).map_err(fail)?;
        file.write_all(&[0; 4096]).and_then(|()| file.sync_all()).map_err(fail)?;
        std::fs::remove_file(&path).map_err(fail)
    };
    match write() {
        Ok(()) => Good(format!("{} can be written and synced", config.data_dir.display())),
        Err(Failure(text)) => {
            Bad(format!("{} cannot be written: {text}; set HOUND_DATA_DIR or free space", config.data_dir.display()))
        }
    }
}

fn links(config: &Config) -> Finding {
    match config.base_url.as_deref() {
        Some(url) if url.starts_with("https://") => Good(format!("point to {url}")),
        Some(url) => Watch(format!("point to {url}; browsers and mail readers want https")),
        None => Watch("point to the listening address; set HOUND_BASE_URL to where customers reach the service".to_owned()),
    }
}

fn clock(books: &Books) -> Finding {
    let asked = books.live.readers.read(jobs::clock);
    let here = books.live.clock.now();
    match asked {
        Ok(there) if (there.seconds() - here.seconds()).abs() <= CLOCK_DRIFT_SECONDS => {
            Good(format!("{here}, as the database has it"))
        }
        Ok(there) => Bad(format!("reads {here} here and {there} in the database; set up time synchronisation")),
        Err(error) => Bad(error.to_string()),
    }
}

fn tokens_of(books: &Books) -> Finding {
    let now = books.live.clock.now();
    let rows = match books.live.readers.read(tokens::all) {
        Ok(rows) => rows,
        Err(error) => return Bad(error.to_string()),
    };
    let valid = rows.iter().filter(|row| row.revoked_at.is_none() && row.expires_at > now);
    let (ending, lasting): (Vec<_>, Vec<_>) = valid.partition(|row| row.expires_at < now.plus_days(TOKEN_WARNING_DAYS));
    match (ending.len(), lasting.len()) {
        (0, 0) => Watch("none is valid; make the owner's with: hound token create --role owner".to_owned()),
        (0, count) => Good(format!("{count} valid")),
        (soon, count) => Watch(format!("{soon} end within {TOKEN_WARNING_DAYS} days (hound token list), {count} later")),
    }
}

fn letters(config: &Config, books: &Books) -> Finding {
    let is_on = matches!(config.mail, MailSettings::File(_) | MailSettings::Smtp(_));
    match books.live.readers.read(jobs::backlog) {
        Ok((_, dead)) if dead > 0 => {
            Bad(format!("{dead} jobs were given up after many tries; see their last_error in the table jobs"))
        }
        Ok((waiting, _)) if waiting > 0 && !is_on => Watch(format!("{waiting} wait for a transport; set HOUND_MAIL_MODE")),
        Ok((waiting, _)) => match books.live.readers.read(|conn| jobs::due_since(conn, SEND_MAIL)) {
            Ok(Some(since)) if since.plus_seconds(QUEUE_AGE_SECONDS) < books.live.clock.now() => {
                Bad(format!("{waiting} waiting, one since {since}; is a worker running, and does the mail server take letters?"))
            }
            Ok(_) => Good(format!("{waiting} waiting")),
            Err(error) => Bad(error.to_string()),
        },
        Err(error) => Bad(error.to_string()),
    }
}

fn addresses(books: &Books) -> Finding {
    match books.live.readers.read(|conn| bounces::unreachable(conn, None, UNREACHABLE_MAX)) {
        Ok(rows) if rows.is_empty() => Good("every referrer with an address can be written to, as far as is known".to_owned()),
        Ok(rows) => Watch(format!("{} referrers cannot be written to; see GET /v1/decisions", rows.len())),
        Err(error) => Bad(error.to_string()),
    }
}

/// The shop's own texts: each fault by file and key.
fn texts(folder: &std::path::Path) -> Vec<Finding> {
    let (_, faults) = Texts::with_folder(folder);
    if faults.is_empty() {
        return vec![Good(format!("those in {} are used", folder.display()))];
    }
    let finding = |fault: TextFault| {
        if fault.refused { Bad(format!("{fault}; our own text is used instead")) } else { Watch(fault.to_string()) }
    };
    faults.into_iter().map(finding).collect()
}

/// What to publish so that receivers can verify our signatures.
fn dkim(config: &Config) -> Vec<Finding> {
    let MailSettings::Smtp(settings) = &config.mail else { return Vec::new() };
    match Mailer::smtp(settings) {
        Ok(Mailer::Smtp(server)) if settings.dkim.is_some() => {
            let record = |(name, text)| Good(format!("letters are signed; DNS must hold {name} TXT \"{text}\""));
            server.dkim_records().into_iter().map(record).collect()
        }
        Ok(_) => vec![Watch("letters are not signed unless the mail server does; set HOUND_DKIM_KEY_FILE".to_owned())],
        Err(_) => Vec::new(),
    }
}

fn webhooks(books: &Books) -> Finding {
    let rows = match books.live.readers.read(|conn| endpoints::list(conn, None, ENDPOINTS_MAX)) {
        Ok(rows) => rows,
        Err(error) => return Bad(error.to_string()),
    };
    let switched_off = rows.iter().filter(|row| matches!(row.why_disabled, Some(WhyDisabled::Gone | WhyDisabled::Failing)));
    let failing = rows.iter().filter(|row| row.status == EndpointStatus::Enabled && row.failing_since.is_some());
    match (switched_off.count(), failing.count(), rows.len()) {
        (0, 0, count) => Good(format!("{count} endpoints")),
        (0, failing, _) => Watch(format!("{failing} endpoints take nothing; see GET /v1/webhook-endpoints")),
        (off, _, _) => Watch(format!(
            "{off} endpoints were switched off; mend them, then PATCH /v1/webhook-endpoints/… {{\"status\": \"enabled\"}}"
        )),
    }
}

fn payouts(books: &Books) -> Finding {
    let read = books.live.readers.read(|conn| Ok((submissions::doubts(conn)?, providers::find(conn, Provider::Paypal)?)));
    match read {
        Err(error) => Bad(error.to_string()),
        Ok(((_, undecided), _)) if undecided > 0 => {
            Bad(format!("the provider no longer answers for {undecided}; look them up there, then POST /v1/payouts/…/settle"))
        }
        Ok(((unknown, _), _)) if unknown > 0 => {
            Watch(format!("of {unknown} it is not known whether they arrived; the provider is being asked"))
        }
        Ok((_, Some(account))) => Good(format!("PayPal is connected at {}", account.base_url)),
        Ok((_, None)) => Good("no provider is connected; they are made by hand or by file".to_owned()),
    }
}

fn mail(config: &Config) -> Finding {
    if let Some(address) = config.mail_from.as_deref()
        && let Err(error) = Sender::new(address, config.mail_from_name.as_deref())
    {
        return Bad(format!("HOUND_SMTP_FROM: {error}"));
    }
    match &config.mail {
        MailSettings::Unset => Watch("no transport is set: letters wait; set HOUND_MAIL_MODE to smtp or file".to_owned()),
        MailSettings::Off => Watch("is off on purpose: letters wait".to_owned()),
        MailSettings::File(folder) => Watch(format!("letters become files in {}; nobody receives them", folder.display())),
        MailSettings::Smtp(_) if config.mail_from.is_none() => {
            Bad("HOUND_SMTP_FROM is not set; receivers refuse letters from nowhere".to_owned())
        }
        MailSettings::Smtp(settings) => match Mailer::smtp(settings) {
            Ok(Mailer::Smtp(server)) => server.try_out().map_or_else(Bad, |()| Good(format!("{} takes letters", settings.host))),
            Ok(_) => Good("set".to_owned()),
            Err(text) => Bad(text),
        },
    }
}
