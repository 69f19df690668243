//! From facts to words: a subject, a text and an HTML page that say the same, because both are made
//! of the same texts.
//!
//! Every value is cleaned (one line, no control or direction-changing characters, links only to the
//! web), marked, put into its text, and the whole is escaped for HTML; only then do marks become
//! tags. So neither a value nor a shop's own text can bring markup along.

use std::collections::BTreeMap;

use askama::Template;
use fluent_bundle::FluentArgs;
use jiff::civil::Date;
use url::Url;

use super::layout::{Part, parts};
use super::texts::Texts;
use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};
use crate::domain::notice::{Line, NoticeFacts, Promise, Why};

/// What a phone shows of a subject. Longer ones lose the shop's name first; `From` has it too.
const SUBJECT_MAX: usize = 50;

/// How much of a shop's text (name, promise, reason) a letter repeats, in characters.
const VALUE_MAX: usize = 200;

/// Longer first names are not first names.
const FIRST_NAME_MAX: usize = 30;

/// So many things of a bundle are named one by one; the sum counts all.
const LINES_MAX: usize = 25;

/// Private-use characters around a value until the text is escaped; values cannot hold them.
const STRONG: (char, char) = ('\u{e000}', '\u{e001}');
const ANCHOR: (char, char) = ('\u{e002}', '\u{e003}');

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

/// Writes the letter for `facts`. It ends with `unsubscribe`, the page where kinds can be declined.
#[must_use]
pub fn render(texts: &Texts, facts: &NoticeFacts, unsubscribe: Option<&str>) -> Rendered {
    let facts = &cleaned(facts);
    let stop = unsubscribe.and_then(web_address);
    let said = Said { texts, facts, args: values(texts, facts, stop.as_deref()) };
    let blocks = said.blocks();
    let mut footer = vec![format!("{} {}", said.of_kind("why"), said.general("footer-reply"))];
    footer.extend(facts.imprint.clone());
    if stop.is_some() {
        footer.push(said.general(if facts.kind.optional() { "footer-stop" } else { "footer-choose" }));
    }
    lay_out(facts.locale, &said.subject(), blocks, &footer)
}

/// The same blocks as plain text and as a page; texts carry their marks.
pub(super) fn lay_out(locale: Locale, subject: &str, blocks: Vec<Block>, footer: &[String]) -> Rendered {
    let subject = plain(subject);
    let text = blocks.iter().map(Block::as_text).collect::<Vec<_>>().join("\n\n");
    let text = format!("{text}\n\n{}\n", footer.iter().map(|line| plain(line)).collect::<Vec<_>>().join("\n"));
    let page = Page {
        language: locale.tag(),
        subject: subject.clone(),
        blocks: blocks.into_iter().map(Block::marked_up).collect(),
        footer: footer.iter().map(|line| marked_up(line)).collect(),
    };
    // Writing strings into a string cannot fail; were it to, `Letter::message` refuses an empty page.
    let html = Html { letter: &page }.render().unwrap_or_default();
    Rendered { subject, text, html }
}

#[derive(Template)]
#[template(path = "mail/templates/letter.html")]
struct Html<'a> {
    letter: &'a Page,
}

struct Page {
    language: &'static str,
    subject: String,
    blocks: Vec<Block>,
    footer: Vec<String>,
}

/// What stands between two empty lines; texts carry their marks.
pub(super) enum Block {
    Paragraph(String),
    Link(String),
    List(Vec<String>),
}

impl Block {
    fn as_text(&self) -> String {
        match self {
            Self::Paragraph(text) => plain(text),
            Self::Link(link) => link.clone(),
            Self::List(lines) => lines.iter().map(|line| format!("- {}", plain(line))).collect::<Vec<_>>().join("\n"),
        }
    }

    fn marked_up(self) -> Self {
        match self {
            Self::Paragraph(text) => Self::Paragraph(marked_up(&text)),
            Self::List(lines) => Self::List(lines.iter().map(|line| marked_up(line)).collect()),
            Self::Link(link) => Self::Link(link),
        }
    }
}

/// A letter being said.
struct Said<'a> {
    texts: &'a Texts,
    facts: &'a NoticeFacts,
    args: FluentArgs<'a>,
}

impl Said<'_> {
    fn general(&self, key: &str) -> String {
        // A test holds texts and layout together; a key without a text would leave a gap, not stop a letter.
        self.texts.say(self.facts.locale, key, &self.args).unwrap_or_default()
    }

    fn of_kind(&self, part: &str) -> String {
        self.general(&format!("{}-{part}", self.facts.kind.name()))
    }

    fn subject(&self) -> String {
        if !self.facts.lines.is_empty() {
            return self.of_kind("many_subject");
        }
        let long = self.of_kind("subject");
        let short = format!("{}-subject_short", self.facts.kind.name());
        let fits = plain(&long).chars().count() <= SUBJECT_MAX;
        if fits || !self.texts.knows(self.facts.locale, &short) { long } else { self.general(&short) }
    }

    fn blocks(&self) -> Vec<Block> {
        let hello = if self.args.get("name").is_some() { "hello" } else { "hello-nobody" };
        let mut blocks = vec![Block::Paragraph(self.general(hello))];
        for part in parts(self.facts) {
            match part {
                Part::Say(key) => blocks.push(Block::Paragraph(self.of_kind(key))),
                Part::Link(key) => {
                    blocks.push(Block::Paragraph(self.of_kind(key)));
                    blocks.extend(self.facts.link.clone().map(Block::Link));
                }
                Part::Lines => blocks.push(Block::List(self.lines())),
            }
        }
        if self.facts.portal.is_some() {
            blocks.push(Block::Paragraph(self.general("see-money")));
        }
        blocks.push(Block::Paragraph(self.facts.shop.clone()));
        blocks
    }

    fn lines(&self) -> Vec<String> {
        let (locale, kind) = (self.facts.locale, self.facts.kind.name());
        let line = |line: &Line| {
            let mut args = FluentArgs::new();
            args.set("amount", strong(&locale.money(line.amount)));
            if let Some(left) = line.remaining {
                args.set("remaining", locale.money(left));
            }
            if let Some(day) = &line.due_on {
                args.set("due", calendar_day(locale, day));
            }
            let free = format!("{kind}-line_free");
            let key = if line.due_on.is_none() && self.texts.knows(locale, &free) { free } else { format!("{kind}-line") };
            self.texts.say(locale, &key, &args).unwrap_or_default()
        };
        let mut lines: Vec<String> = self.facts.lines.iter().take(LINES_MAX).map(line).collect();
        if let Some(more) = self.facts.lines.len().checked_sub(LINES_MAX).filter(|more| *more > 0) {
            let mut args = FluentArgs::new();
            args.set("count", more.to_string());
            lines.extend(self.texts.say(locale, "more-lines", &args));
        }
        lines
    }
}

/// The facts without what no letter may repeat.
fn cleaned(facts: &NoticeFacts) -> NoticeFacts {
    let text = |text: &Option<String>| text.as_deref().map(one_line).filter(|text| !text.is_empty());
    NoticeFacts {
        shop: one_line(&facts.shop),
        shop_url: facts.shop_url.as_deref().and_then(web_address),
        name: first_name(facts.name.as_deref()),
        code: text(&facts.code),
        link: facts.link.as_deref().and_then(web_address),
        portal: facts.portal.as_deref().and_then(web_address),
        due_on: text(&facts.due_on),
        reference: text(&facts.reference),
        imprint: text(&facts.imprint),
        ..facts.clone()
    }
}

/// The facts as texts print them.
fn values<'a>(texts: &Texts, facts: &NoticeFacts, stop: Option<&str>) -> FluentArgs<'a> {
    let locale = facts.locale;
    let mut args = FluentArgs::new();
    let none = FluentArgs::new();
    let said = |key: &str, args: &FluentArgs<'_>| texts.say(locale, key, args).unwrap_or_default();
    let shop = if facts.shop.is_empty() { said("our-shop", &none) } else { facts.shop.clone() };
    args.set("shop", shop.clone());
    let place = facts.shop_url.as_deref().map(|url| {
        let mut of_place = FluentArgs::new();
        of_place.set("shop", shop.clone());
        of_place.set("shop_url", url.to_owned());
        said("shop-at", &of_place)
    });
    args.set("place", place.unwrap_or(shop));
    let amount = sums_in_words(texts, locale, &sums(facts));
    args.set("amount", strong(&amount));
    let promise = match facts.promise {
        Some(Promise::Share(rate)) => locale.share(rate),
        Some(Promise::Sum(sum)) => locale.money(sum),
        None => said("some-reward", &none),
    };
    args.set("promise", strong(&promise));
    args.set("count", facts.lines.len());
    let mut optional = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            args.set(name, value);
        }
    };
    optional("name", facts.name.clone());
    optional("code", facts.code.as_deref().map(strong));
    optional("before", facts.before().map(|before| locale.money(before)));
    optional("remaining", facts.remaining.map(|left| locale.money(left)));
    optional("due", facts.due_on.as_deref().map(|day| calendar_day(locale, day)));
    optional("reference", facts.reference.as_deref().map(strong));
    optional("reason", facts.reason.as_ref().map(|why| why_in_words(texts, locale, why)));
    let anchor = |link: &str| format!("{}{link}{}", ANCHOR.0, ANCHOR.1);
    optional("portal", facts.portal.as_deref().map(anchor));
    optional("stop", stop.map(anchor));
    args
}

/// What the letter is about: its sum, or those of a bundle by currency.
fn sums(facts: &NoticeFacts) -> Vec<Money> {
    if facts.lines.is_empty() {
        return facts.amount.into_iter().collect();
    }
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for line in &facts.lines {
        let sum = sums.entry(line.amount.currency).or_default();
        *sum = sum.saturating_add(line.amount.amount);
    }
    sums.into_iter().map(|(currency, amount)| Money { amount, currency }).collect()
}

/// Sums in one phrase; nothing is "a reward".
pub(super) fn sums_in_words(texts: &Texts, locale: Locale, sums: &[Money]) -> String {
    let Some((first, rest)) = sums.split_first() else {
        return texts.say(locale, "some-reward", &FluentArgs::new()).unwrap_or_default();
    };
    rest.iter().fold(locale.money(*first), |before, next| {
        let mut both = FluentArgs::new();
        both.set("first", before);
        both.set("second", locale.money(*next));
        texts.say(locale, "and", &both).unwrap_or_default()
    })
}

pub(super) fn why_in_words(texts: &Texts, locale: Locale, why: &Why) -> String {
    let fixed = |name: &str| texts.say(locale, &format!("reason-{name}"), &FluentArgs::new()).unwrap_or_default();
    match why {
        Why::Declined(reason) => fixed(reason.name()),
        Why::NotDecided => fixed("not_decided"),
        Why::Said(text) => one_line(text),
    }
}

/// The first word of a name, if it is a word. A "name" like `free-money.example` typed into a shop's
/// form would otherwise become a link in a letter that we send.
fn first_name(name: Option<&str>) -> Option<String> {
    let word = one_line(name?).split(' ').next()?.to_owned();
    let plain = |letter: char| !letter.is_ascii() || letter.is_ascii_alphabetic() || letter == '-' || letter == '\'';
    let fits = (1..=FIRST_NAME_MAX).contains(&word.chars().count());
    (fits && word.chars().any(char::is_alphabetic) && word.chars().all(plain)).then_some(word)
}

pub(super) fn calendar_day(locale: Locale, day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| one_line(day), |date| locale.day(date))
}

/// Only a web address becomes a link: no `javascript:`, no credentials that dress up another host.
fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    plain.then(|| url.into())
}

/// `text` on one line, without characters that are invisible, turn the reading direction, or are our marks.
pub(super) fn one_line(text: &str) -> String {
    let visible = |letter: &char| !matches!(letter, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{e003}');
    let spaced: String = text.chars().filter(visible).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(VALUE_MAX).collect()
}

pub(super) fn strong(text: &str) -> String {
    format!("{}{text}{}", STRONG.0, STRONG.1)
}

/// A text without its marks, on one line: a shop's own text may have been written on several.
fn plain(text: &str) -> String {
    let unmarked: String = text.chars().filter(|letter| !matches!(letter, '\u{e000}'..='\u{e003}')).collect();
    unmarked.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A text as HTML: escaped, then its marks as tags.
fn marked_up(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push(' '),
            _ if letter == STRONG.0 => html.push_str("<strong>"),
            _ if letter == STRONG.1 => html.push_str("</strong>"),
            _ if letter == ANCHOR.0 => {
                let link = rest.split(ANCHOR.1).next().unwrap_or_default();
                html.push_str(&format!("<a href=\"{}\" style=\"color:inherit\">", marked_up(link)));
            }
            _ if letter == ANCHOR.1 => html.push_str("</a>"),
            _ => html.push(letter),
        }
    }
    html
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
