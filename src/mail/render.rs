//! From facts to words: a subject, a text and an HTML page that say the same.
//!
//! Templates are compiled in. `.html` ones escape every value, and every value is cleaned before:
//! one line, no control or direction-changing characters, links only to the web.

use askama::Template;
use jiff::civil::Date;
use url::Url;

use crate::domain::money::Money;
use crate::domain::notice::{Notice, NoticeFacts};

/// What a phone shows of a subject. Longer ones lose the shop's name first; `From` has it too.
const SUBJECT_MAX: usize = 50;

/// How much of a shop's text (name, promise, reason) a letter repeats, in characters.
const VALUE_MAX: usize = 200;

/// Longer first names are not first names.
const FIRST_NAME_MAX: usize = 30;

/// A letter's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, at most 50 characters where the amount allows it.
    pub subject: String,
    /// The plain text, with `\n` line ends.
    pub text: String,
    /// The HTML page: no images, no scripts, nothing fetched.
    pub html: String,
}

/// Writes the letter for `facts`. Optional kinds end with `unsubscribe`, the page where they can be
/// declined; must-have kinds ignore it.
#[must_use]
pub fn render(facts: &NoticeFacts, unsubscribe: Option<&str>) -> Rendered {
    let words = &Words::from(facts, unsubscribe);
    let (text, html) = match facts.kind {
        Notice::Welcome => (Text::Welcome { words }, Html::Welcome { words }),
        Notice::SaleCredited => (Text::SaleCredited { words }, Html::SaleCredited { words }),
        Notice::BonusEarned => (Text::BonusEarned { words }, Html::BonusEarned { words }),
        Notice::YouDidNotKnow => (Text::YouDidNotKnow { words }, Html::YouDidNotKnow { words }),
        Notice::CommissionApproved => (Text::CommissionApproved { words }, Html::CommissionApproved { words }),
        Notice::CommissionReduced => (Text::CommissionReduced { words }, Html::CommissionReduced { words }),
        Notice::PayoutSent => (Text::PayoutSent { words }, Html::PayoutSent { words }),
        Notice::PayoutFailed => (Text::PayoutFailed { words }, Html::PayoutFailed { words }),
        Notice::PayoutDetailsChanged => (Text::PayoutDetailsChanged { words }, Html::PayoutDetailsChanged { words }),
        Notice::DetailsMissing => (Text::DetailsMissing { words }, Html::DetailsMissing { words }),
        Notice::ClaimReceived => (Text::ClaimReceived { words }, Html::ClaimReceived { words }),
        Notice::ClaimAccepted => (Text::ClaimAccepted { words }, Html::ClaimAccepted { words }),
        Notice::ClaimDeclined => (Text::ClaimDeclined { words }, Html::ClaimDeclined { words }),
    };
    // Writing strings into a string cannot fail; were it to, `Letter::message` refuses an empty text.
    let text = text.render().unwrap_or_default();
    let html = html.render().unwrap_or_default();
    Rendered { subject: words.subject.clone(), text, html }
}

#[derive(Template)]
enum Text<'a> {
    #[template(path = "mail/templates/welcome/letter.txt")]
    Welcome { words: &'a Words },
    #[template(path = "mail/templates/sale_credited/letter.txt")]
    SaleCredited { words: &'a Words },
    #[template(path = "mail/templates/bonus_earned/letter.txt")]
    BonusEarned { words: &'a Words },
    #[template(path = "mail/templates/you_did_not_know/letter.txt")]
    YouDidNotKnow { words: &'a Words },
    #[template(path = "mail/templates/commission_approved/letter.txt")]
    CommissionApproved { words: &'a Words },
    #[template(path = "mail/templates/commission_reduced/letter.txt")]
    CommissionReduced { words: &'a Words },
    #[template(path = "mail/templates/payout_sent/letter.txt")]
    PayoutSent { words: &'a Words },
    #[template(path = "mail/templates/payout_failed/letter.txt")]
    PayoutFailed { words: &'a Words },
    #[template(path = "mail/templates/payout_details_changed/letter.txt")]
    PayoutDetailsChanged { words: &'a Words },
    #[template(path = "mail/templates/details_missing/letter.txt")]
    DetailsMissing { words: &'a Words },
    #[template(path = "mail/templates/claim_received/letter.txt")]
    ClaimReceived { words: &'a Words },
    #[template(path = "mail/templates/claim_accepted/letter.txt")]
    ClaimAccepted { words: &'a Words },
    #[template(path = "mail/templates/claim_declined/letter.txt")]
    ClaimDeclined { words: &'a Words },
}

#[derive(Template)]
enum Html<'a> {
    #[template(path = "mail/templates/welcome/letter.html")]
    Welcome { words: &'a Words },
    #[template(path = "mail/templates/sale_credited/letter.html")]
    SaleCredited { words: &'a Words },
    #[template(path = "mail/templates/bonus_earned/letter.html")]
    BonusEarned { words: &'a Words },
    #[template(path = "mail/templates/you_did_not_know/letter.html")]
    YouDidNotKnow { words: &'a Words },
    #[template(path = "mail/templates/commission_approved/letter.html")]
    CommissionApproved { words: &'a Words },
    #[template(path = "mail/templates/commission_reduced/letter.html")]
    CommissionReduced { words: &'a Words },
    #[template(path = "mail/templates/payout_sent/letter.html")]
    PayoutSent { words: &'a Words },
    #[template(path = "mail/templates/payout_failed/letter.html")]
    PayoutFailed { words: &'a Words },
    #[template(path = "mail/templates/payout_details_changed/letter.html")]
    PayoutDetailsChanged { words: &'a Words },
    #[template(path = "mail/templates/details_missing/letter.html")]
    DetailsMissing { words: &'a Words },
    #[template(path = "mail/templates/claim_received/letter.html")]
    ClaimReceived { words: &'a Words },
    #[template(path = "mail/templates/claim_accepted/letter.html")]
    ClaimAccepted { words: &'a Words },
    #[template(path = "mail/templates/claim_declined/letter.html")]
    ClaimDeclined { words: &'a Words },
}

/// The facts as a template prints them.
struct Words {
    subject: String,
    hello: String,
    shop: String,
    shop_url: Option<String>,
    code: Option<String>,
    link: Option<String>,
    amount: String,
    before: Option<String>,
    remaining: Option<String>,
    due: Option<String>,
    promise: String,
    reference: Option<String>,
    reason: Option<String>,
    unsubscribe: Option<String>,
}

impl Words {
    fn from(facts: &NoticeFacts, unsubscribe: Option<&str>) -> Self {
        let shop = Some(one_line(&facts.shop)).filter(|shop| !shop.is_empty()).unwrap_or_else(|| "our shop".to_owned());
        let amount = facts.amount.map_or_else(|| "a reward".to_owned(), |amount| amount.to_string());
        Self {
            subject: subject(facts.kind, &shop, &amount),
            hello: first_name(facts.name.as_deref()).map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
            shop,
            shop_url: facts.shop_url.as_deref().and_then(web_address),
            code: facts.code.as_deref().map(one_line),
            link: facts.link.as_deref().and_then(web_address),
            amount,
            before: before(facts.amount, facts.remaining).map(|before| before.to_string()),
            remaining: facts.remaining.map(|remaining| remaining.to_string()),
            due: facts.due_on.as_deref().map(calendar_day),
            promise: one_line(&facts.promise),
            reference: facts.reference.as_deref().map(one_line),
            reason: facts.reason.as_deref().map(one_line),
            unsubscribe: unsubscribe.filter(|_| facts.kind.optional()).and_then(web_address),
        }
    }
}

fn subject(kind: Notice, shop: &str, amount: &str) -> String {
    let (long, short) = match kind {
        Notice::Welcome => (format!("Your link for {shop}"), "Your link".to_owned()),
        Notice::SaleCredited => {
            (format!("A friend bought at {shop}: {amount} for you"), format!("A friend bought: {amount} for you"))
        }
        Notice::BonusEarned => (format!("A bonus of {amount} from {shop}"), format!("A bonus of {amount}")),
        Notice::YouDidNotKnow => (format!("{shop} owes you {amount}"), format!("We owe you {amount}")),
        Notice::CommissionApproved => (format!("{amount} is ready"), String::new()),
        Notice::CommissionReduced => (format!("{amount} taken back: order returned"), format!("{amount} taken back")),
        Notice::PayoutSent => (format!("{amount} is on its way"), String::new()),
        Notice::PayoutFailed => (format!("We could not pay you {amount}"), String::new()),
        Notice::PayoutDetailsChanged => {
            (format!("Your payout details at {shop} changed"), "Your payout details changed".to_owned())
        }
        Notice::DetailsMissing => {
            (format!("{shop}: where shall we send your money?"), "Where shall we send your money?".to_owned())
        }
        Notice::ClaimReceived => (format!("{shop} has your note"), "We have your note".to_owned()),
        Notice::ClaimAccepted => (format!("You are right: {shop} credits you"), "You are right: credited to you".to_owned()),
        Notice::ClaimDeclined => (format!("Your note to {shop}: not credited"), "Your note: not credited".to_owned()),
    };
    if long.chars().count() > SUBJECT_MAX && !short.is_empty() { short } else { long }
}

/// The first word of a name, if it is a word. A "name" like `free-money.example` typed into a shop's
/// form would otherwise become a link in a letter that we send.
fn first_name(name: Option<&str>) -> Option<String> {
    let word = one_line(name?).split(' ').next()?.to_owned();
    let plain = |letter: char| !letter.is_ascii() || letter.is_ascii_alphabetic() || letter == '-' || letter == '\'';
    let fits = (1..=FIRST_NAME_MAX).contains(&word.chars().count());
    (fits && word.chars().any(char::is_alphabetic) && word.chars().all(plain)).then_some(word)
}

/// `amount` taken back and `remaining` left make the sum that stood before.
fn before(amount: Option<Money>, remaining: Option<Money>) -> Option<Money> {
    let (taken, left) = (amount?, remaining?);
    let sum = left.amount.checked_add(taken.amount)?;
    (left.currency == taken.currency).then_some(Money { amount: sum, currency: left.currency })
}

/// `2026-12-22` as `22 December 2026`, which no country reads as another day.
fn calendar_day(day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| one_line(day), |date| date.strftime("%-d %B %Y").to_string())
}

/// Only a web address becomes a link: no `javascript:`, no credentials that dress up another host.
fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    plain.then(|| url.into())
}

/// `text` on one line, without characters that are invisible or turn the reading direction.
fn one_line(text: &str) -> String {
    let visible = |letter: &char| !matches!(letter, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let spaced: String = text.chars().filter(visible).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(VALUE_MAX).collect()
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
