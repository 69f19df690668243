//! The letter that welcomes a referrer, shown before it is sent, and tried.

use std::sync::Arc;

use actix_web::web;

use crate::db::letter_texts::{self, LetterText};
use crate::db::{logins, tokens};
use crate::domain::id::MailId;
use crate::domain::notice::{Notice, NoticeFacts};
use crate::http::pages::people::Guest;
use crate::http::problem::ApiError;
use crate::mail::{Letter, OwnText, Rendered, message_id, render};

/// A code that nobody has, in the place of the one that each is given.
const SAMPLE: &str = "K7M2QX4T";

/// How a letter that was tried went.
pub(super) enum Tried {
    /// It left.
    Sent(String),
    /// This installation sends no letters yet.
    Off,
    /// The mail server's words.
    Refused(String),
}

/// The letter as somebody called `name` would get it.
///
/// # Errors
/// 503 when the ledger cannot be read.
pub(super) async fn welcome(guest: &Guest, name: Option<String>) -> Result<Rendered, ApiError> {
    let live = Arc::clone(&guest.app.books.live);
    let rows = web::block(move || live.readers.read(letter_texts::all)).await;
    let rows: Vec<LetterText> = rows.map_err(|error| ApiError::internal(error.to_string()))??;
    let own = |row: LetterText| OwnText { locale: row.locale, key: row.key, text: row.text };
    let texts = &guest.app.pen.texts;
    texts.keep(&rows.into_iter().map(own).collect::<Vec<_>>());
    let terms = &guest.terms;
    let facts = NoticeFacts {
        kind: Notice::Welcome,
        locale: terms.letters.locale,
        shop: terms.shop_name.clone(),
        shop_url: terms.shop_url.clone(),
        name,
        code: Some(SAMPLE.to_owned()),
        link: Some(guest.code_url(SAMPLE)),
        portal: None,
        amount: None,
        remaining: None,
        due_on: None,
        promise: terms.commission.promise(terms.currency),
        reference: None,
        reason: None,
        lines: Vec::new(),
        imprint: terms.letters.imprint(),
    };
    Ok(render(texts, &facts, Some(&format!("{}/u/", guest.app.base_url))))
}

/// Sends the letter to whoever is at the desk.
///
/// # Errors
/// 503 when the ledger cannot be read; 500 when the one at the desk has no address.
pub(super) async fn try_welcome(guest: &Guest) -> Result<Tried, ApiError> {
    let (live, token) = (Arc::clone(&guest.app.books.live), guest.principal.token_id);
    let login = web::block(move || {
        live.readers.read(|conn| match tokens::find(conn, token)?.and_then(|row| row.login_id) {
            Some(login) => logins::find(conn, login),
            None => Ok(None),
        })
    });
    let login = login.await.map_err(|error| ApiError::internal(error.to_string()))??;
    let login = login.ok_or_else(|| ApiError::internal("a session at the desk is nobody's"))?;
    let app = guest.app.clone();
    let Some(sender) = app.pen.sender.clone().filter(|_| app.pen.mailer.is_on()) else { return Ok(Tried::Off) };
    let text = welcome(guest, Some(login.name.clone())).await?;
    let now = app.books.live.clock.now();
    let host = url::Url::parse(&app.base_url).ok().and_then(|url| url.domain().map(str::to_owned));
    let letter = Letter {
        message_id: message_id(MailId::new(now), host.as_deref().unwrap_or("localhost")),
        date: now,
        from: sender,
        reply_to: app.pen.reply_to.clone(),
        to: login.email.clone(),
        to_name: None,
        subject: text.subject,
        text: text.text,
        html: text.html,
        unsubscribe: None,
        list_id: String::new(),
        language: guest.terms.letters.locale.tag(),
    };
    let sent = web::block(move || app.pen.mailer.send(&letter)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(match sent {
        Ok(()) => Tried::Sent(login.email),
        Err(why) => Tried::Refused(why.to_string()),
    })
}
