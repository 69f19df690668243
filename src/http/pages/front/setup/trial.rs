//! Trying things before they are kept: what the promise comes to, and whether a letter arrives.

use actix_web::web;
use jiff::civil::Date;

use super::asked::Checked;
use crate::domain::id::MailId;
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::payout_rules::Schedule;
use crate::domain::program::Terms;
use crate::http::app::App;
use crate::http::html::escape;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Visitor;
use crate::http::problem::ApiError;
use crate::mail::{Letter, message_id};

/// What a friend usually spends, in units of a currency with parts, and of one without.
const USUAL: (i64, i64) = (40, 4_000);

/// How letters leave the house, and which variable says so.
pub(super) struct Letters {
    /// The key of the text.
    pub(super) key: &'static str,
    /// The mail server.
    pub(super) host: String,
    /// From whom.
    pub(super) sender: String,
    /// Whether one can be tried.
    pub(super) on: bool,
}

/// How a test letter went.
pub(super) struct Tried {
    pub(super) sent: bool,
    pub(super) text: String,
}

impl Letters {
    /// As the settings of this process have it.
    pub(super) fn of(app: &App) -> Self {
        let shown = |name: &str| app.shown.iter().find(|one| one.name == name);
        let set = |name: &str| shown(name).and_then(|one| one.value.clone()).unwrap_or_default();
        let (host, mode, on) = (set("HOUND_SMTP_HOST"), set("HOUND_MAIL_MODE"), app.pen.mailer.is_on());
        let key = match mode.as_str() {
            _ if !on => "setup-letters-wait",
            "file" => "setup-letters-file",
            _ => "setup-letters-smtp",
        };
        let sender = app.pen.sender.as_ref().map(|sender| sender.address().to_owned()).unwrap_or_default();
        Self { key, host, sender, on }
    }
}

/// What the promise comes to for a usual friend.
pub(super) fn sentence(frame: &Frame, terms: &Terms, now: Instant) -> String {
    let currency = terms.currency;
    let usual = currency.units(if currency.exponent() == 0 { USUAL.1 } else { USUAL.0 });
    let earned = terms.commission.owed(usual, currency);
    let money = |amount: i64| frame.money(&Money { amount, currency });
    let purchase = money(usual);
    if earned <= 0 {
        return frame.tell("setup-sentence-nothing", &[("purchase", &purchase)]);
    }
    let friends = (terms.payout_minimum(currency).max(1) + earned - 1) / earned;
    let earned = money(earned);
    match latest(terms, now) {
        Some(day) => {
            let day = frame.date(&day);
            frame.count("setup-sentence", friends, &[("purchase", &purchase), ("earned", &earned), ("day", &day)])
        }
        None => frame.count("setup-sentence-open", friends, &[("purchase", &purchase), ("earned", &earned)]),
    }
}

/// The end of the month in which also small rests are paid of what is earned today.
fn latest(terms: &Terms, now: Instant) -> Option<Date> {
    if terms.payouts.schedule == Schedule::None {
        return None;
    }
    let month = i8::try_from(terms.payouts.sweep_month).ok().filter(|month| *month > 0)?;
    let free = now.plus_days(terms.hold_days).date_in(&terms.timezone);
    let this = Date::new(free.year(), month, 1).ok()?;
    let first = if free <= this { this } else { Date::new(free.year().checked_add(1)?, month, 1).ok()? };
    Some(first.last_of_month())
}

/// Sends a letter to the owner's address, and says how it went.
pub(super) async fn letter(visitor: &Visitor, checked: &Checked) -> Result<Tried, ApiError> {
    let (frame, app) = (visitor.frame(), visitor.app.clone());
    let Some(sender) = app.pen.sender.clone().filter(|_| app.pen.mailer.is_on()) else {
        return Ok(Tried { sent: false, text: frame.say("setup-letters-wait") });
    };
    let now = app.books.live.clock.now();
    let host = url::Url::parse(&app.base_url).ok().and_then(|url| url.domain().map(str::to_owned));
    let text = frame.tell("setup-letter-text", &[("shop", &checked.terms.shop_name)]);
    let letter = Letter {
        message_id: message_id(MailId::new(now), host.as_deref().unwrap_or("localhost")),
        date: now,
        from: sender,
        reply_to: app.pen.reply_to.clone(),
        to: checked.email.clone(),
        to_name: None,
        subject: frame.say("setup-letter-subject"),
        html: format!("<!doctype html><html lang=\"{}\"><body><p>{}</p></body></html>\n", frame.language(), escape(&text)),
        text: format!("{text}\n"),
        unsubscribe: None,
        list_id: String::new(),
        language: frame.language(),
    };
    let sent = web::block(move || app.pen.mailer.send(&letter)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(match sent {
        Ok(()) => Tried { sent: true, text: frame.tell("setup-letter-sent", &[("email", &checked.email)]) },
        Err(why) => Tried { sent: false, text: frame.tell("setup-letter-failed", &[("why", &why.to_string())]) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::locale::Locale;
    use crate::domain::payout_rules::PayoutRules;

    #[test]
    fn the_promise_is_said_in_one_sentence() {
        let payouts = PayoutRules { schedule: Schedule::Monthly, ..PayoutRules::default() };
        let terms = Terms { payouts, timezone: "Europe/Berlin".to_owned(), ..Terms::default() };
        let frame = Frame::new(Locale::En, "http://localhost", &terms, "");
        let says = |terms: &Terms, day: &str| sentence(&frame, terms, Instant::parse(day).expect("a time"));
        let said = says(&terms, "2026-11-01T12:00:00Z");
        assert!(said.contains("€4.00") && said.contains("7 friends") && said.contains("31 December 2026"), "{said}");
        // What comes free after the first of December is too late for this year's.
        assert!(says(&terms, "2026-11-02T12:00:00Z").contains("31 December 2027"));
        let by_hand = Terms { payouts: PayoutRules::default(), ..terms };
        assert!(!says(&by_hand, "2026-11-01T12:00:00Z").contains("December"));
    }
}
