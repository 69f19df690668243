//! Who prepared and approved: people by their names, programs by what they are.

use actix_web::web;

use crate::db::logins::{self, Login};
use crate::db::tokens;
use crate::domain::id::TokenId;
use crate::http::callers::Caller;
use crate::http::pages::frame::Frame;
use crate::http::problem::ApiError;
use crate::operations::prepare_scheduled::SCHEDULE;

/// The person under whose session `actor` acted; none for programs and commands. Sessions live in the live ledger.
pub(super) async fn person(caller: &Caller, actor: &str) -> Result<Option<Login>, ApiError> {
    let Some(id) = actor.split_once(':').and_then(|(_, id)| id.parse::<TokenId>().ok()) else { return Ok(None) };
    let book = std::sync::Arc::clone(&caller.app.books.live);
    let found = web::block(move || {
        book.readers.read(|conn| match tokens::find(conn, id)?.and_then(|token| token.login_id) {
            Some(login) => logins::find(conn, login),
            None => Ok(None),
        })
    });
    Ok(found.await.map_err(|error| ApiError::internal(error.to_string()))??)
}

/// Who acted, in words.
pub(super) async fn named(caller: &Caller, frame: &Frame, actor: &str) -> Result<String, ApiError> {
    if actor == SCHEDULE {
        return Ok(frame.say("payouts-by-schedule"));
    }
    let person = person(caller, actor).await?.map(|login| if login.name.is_empty() { login.email } else { login.name });
    Ok(person.unwrap_or_else(|| frame.say("payouts-by-program")))
}

/// Whether both acted for the same person.
pub(super) async fn same_person(caller: &Caller, one: &str, other: &str) -> Result<bool, ApiError> {
    let (one, other) = (person(caller, one).await?, person(caller, other).await?);
    Ok(one.zip(other).is_some_and(|(one, other)| one.id == other.id))
}
