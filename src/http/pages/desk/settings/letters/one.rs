//! One letter in one language: read it, send it to yourself, say it in other words, take that back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::super::house;
use super::super::team::whose;
use super::{Kind, folder, own_texts, samples};
use crate::db::letter_texts::LetterText;
use crate::domain::id::MailId;
use crate::domain::locale::Locale;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::pages::words;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::mail::own_texts::{WhyNot, built_in, check_text, keys, variables_of};
use crate::mail::{Letter, Rendered, message_id};
use crate::operations::set_letter_text::set_letter_text;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/letters/{kind}").route(web::get().to(show)).route(web::post().to(write)))
        .service(web::resource("/settings/letters/{kind}/test").route(web::post().to(test)));
}

/// A text of the letter.
struct Text {
    key: &'static str,
    text: String,
    variables: String,
    own: bool,
    locked: bool,
    fault: Option<String>,
}

/// A letter as it would arrive.
struct Sample {
    subject: String,
    text: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/letters/one.html")]
struct Page {
    frame: Frame,
    name: String,
    title: String,
    tag: &'static str,
    language: String,
    samples: Vec<Sample>,
    can_test: bool,
    texts: Vec<Text>,
    folder: Option<String>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    locale: Option<Locale>,
    done: Option<String>,
}

/// What was wrong with one text.
struct Wrong {
    key: String,
    text: String,
    words: String,
}

async fn show(desk: Desk, kind: Path<String>, Query(query): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let (kind, locale) = (named(&kind)?, query.locale.unwrap_or(desk.locale));
    let own = own_texts(&desk).await?;
    page(&desk, frame, (kind, locale), &own, None, Vec::new())
}

fn named(kind: &str) -> Result<Kind, ApiError> {
    Kind::named(kind).ok_or_else(|| ApiError::not_found("letter"))
}

fn locale_of(sent: &Fields) -> Result<Locale, ApiError> {
    let found = Locale::ALL.into_iter().find(|locale| Some(locale.tag()) == sent.one("locale"));
    found.ok_or_else(|| ApiError::not_found("language"))
}

/// Keeps a text in the shop's own words, or takes it back.
async fn write(desk: OwnerDesk, kind: Path<String>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (frame, actor) = (desk.frame("settings"), desk.principal.actor());
    let (kind, locale) = (named(&kind)?, locale_of(&sent)?);
    let key = sent.one("key").filter(|key| kind.has(key) && keys().contains(key)).map(str::to_owned);
    let key = key.ok_or_else(|| ApiError::not_found("text"))?;
    if desk.app.pen.texts.of_folder(locale, &key).is_some() {
        return Err(ApiError::conflict("locked", frame.say("letters-locked")));
    }
    let reset = sent.one("act") == Some("reset");
    let text = sent.all("text").next().unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
    if !reset && let Err(why) = check_text(&key, &text) {
        let own = own_texts(&desk).await?;
        let words = why_not(&frame, &key, &why);
        return page(&desk, frame, (kind, locale), &own, Some(&Wrong { key, text, words }), Vec::new());
    }
    let same = built_in(locale, &key).as_deref() == Some(text.as_str());
    let text = (!reset && !same).then_some(text);
    house(&desk).write(move |tx, now| set_letter_text(tx, now, &actor, locale, &key, text.as_deref())).await?;
    let done = if reset { "letter-reset" } else { "letter-text" };
    Ok(frame.go(&format!("/desk/settings/letters/{}?locale={}&done={done}", kind.name(), locale.tag())))
}

fn why_not(frame: &Frame, key: &str, why: &WhyNot) -> String {
    match why {
        WhyNot::Length => frame.say("letters-fault-length"),
        WhyNot::Control => frame.say("settings-fault-control-character"),
        WhyNot::Syntax => frame.say("letters-fault-syntax"),
        WhyNot::Foreign => frame.say("letters-fault-foreign"),
        WhyNot::NoSuchText => frame.say("letters-fault-unknown"),
        WhyNot::Unknown(name) => frame.tell("letters-fault-variable", &[("name", name), ("known", &variables(frame, key))]),
    }
}

/// The variables of a text as they are written in it.
fn variables(frame: &Frame, key: &str) -> String {
    let names: Vec<String> = variables_of(key).into_iter().map(|name| format!("{{ ${name} }}")).collect();
    if names.is_empty() { frame.say("letters-no-variables") } else { names.join(", ") }
}

/// Sends the letter to whoever asks.
async fn test(desk: OwnerDesk, kind: Path<String>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let (kind, locale) = (named(&kind)?, locale_of(&sent)?);
    let own = own_texts(&desk).await?;
    let me = whose(&desk).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let sample = samples::letters(&desk.app.pen.texts, &desk, kind, locale).into_iter().next();
    let sample = sample.ok_or_else(|| ApiError::not_found("letter"))?;
    let letter =
        letter(&desk, sample, locale, me.email).ok_or_else(|| ApiError::conflict("mail_off", frame.say("letters-mail-off")))?;
    let app = desk.app.clone();
    let went = web::block(move || app.pen.mailer.send(&letter)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    match went {
        Ok(()) => Ok(frame.go(&format!("/desk/settings/letters/{}?locale={}&done=letter-sent", kind.name(), locale.tag()))),
        Err(error) => {
            let fault = frame.tell("letters-not-sent", &[("why", &error.to_string())]);
            page(&desk, frame, (kind, locale), &own, None, vec![fault])
        }
    }
}

/// The letter as it goes out; none while there is no way out.
fn letter(guest: &Guest, sample: Rendered, locale: Locale, to: String) -> Option<Letter> {
    let pen = &guest.app.pen;
    let from = pen.sender.clone().filter(|_| pen.mailer.is_on())?;
    let now = guest.app.books.live.clock.now();
    let host = url::Url::parse(&guest.app.base_url).ok().and_then(|url| url.domain().map(str::to_owned));
    let mark = words::say(locale, "letters-test-mark", &fluent_bundle::FluentArgs::new());
    Some(Letter {
        message_id: message_id(MailId::new(now), host.as_deref().unwrap_or("localhost")),
        date: now,
        from,
        reply_to: pen.reply_to.clone(),
        to,
        to_name: None,
        subject: format!("{mark} {}", sample.subject),
        text: sample.text,
        html: sample.html,
        unsubscribe: None,
        list_id: String::new(),
        language: locale.tag(),
    })
}

fn page(
    guest: &Guest,
    frame: Frame,
    (kind, locale): (Kind, Locale),
    own: &[LetterText],
    wrong: Option<&Wrong>,
    mut faults: Vec<String>,
) -> Result<HttpResponse, ApiError> {
    let texts = &guest.app.pen.texts;
    let sample = |letter: Rendered| Sample { subject: letter.subject, text: letter.text };
    let text = |key: &'static str| {
        let from_folder = texts.of_folder(locale, key);
        let row = own.iter().find(|row| row.locale == locale && row.key == key);
        let wrong = wrong.filter(|wrong| wrong.key == key);
        let standing =
            from_folder.map(str::to_owned).or_else(|| row.map(|row| row.text.clone())).or_else(|| built_in(locale, key));
        Text {
            key,
            text: wrong.map_or_else(|| standing.unwrap_or_default(), |wrong| wrong.text.clone()),
            variables: variables(&frame, key),
            own: row.is_some(),
            locked: from_folder.is_some(),
            fault: wrong.map(|wrong| wrong.words.clone()),
        }
    };
    let shown: Vec<Text> = keys().into_iter().filter(|key| kind.has(key)).map(text).collect();
    faults.extend(wrong.as_ref().map(|wrong| format!("{}: {}", wrong.key, wrong.words)));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        name: kind.name(),
        title: kind.title(&frame),
        tag: locale.tag(),
        language: if locale == Locale::De { "Deutsch".to_owned() } else { "English".to_owned() },
        samples: samples::letters(texts, guest, kind, locale).into_iter().map(sample).collect(),
        can_test: kind != Kind::General && guest.app.pen.mailer.is_on(),
        texts: shown,
        folder: folder(guest),
        faults,
        frame,
    };
    page.frame.page_with(status, &page)
}
