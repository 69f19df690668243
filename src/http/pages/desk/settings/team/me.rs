//! What somebody at the desk sets for himself: name, language, password.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::super::fields::{Field, blame, by_name, filled};
use super::super::house;
use super::{language, languages, whose};
use crate::db::logins::Login;
use crate::domain::field::{FieldError, short_text};
use crate::http::limits;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, keep_language};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::change_team::{change_password, change_self};
use crate::passwords::{self, Weakness};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/me").route(web::get().to(show)).route(web::post().to(save)))
        .service(web::resource("/settings/me/password").route(web::post().to(password)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/team/me.html")]
struct Page {
    frame: Frame,
    email: String,
    fields: Vec<Field>,
    secrets: Vec<Field>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

async fn mine(desk: &Desk) -> Result<Login, ApiError> {
    whose(desk).await?.ok_or_else(|| ApiError::not_found("person"))
}

fn fields(frame: &Frame, me: &Login) -> Vec<Field> {
    vec![
        Field::line("name", frame.say("team-name"), me.name.as_str()).required(),
        Field::choice("locale", frame.say("team-language"), me.locale.tag(), languages()),
    ]
}

fn secrets(frame: &Frame) -> Vec<Field> {
    let length = i64::try_from(passwords::LENGTH_MIN).unwrap_or_default();
    vec![
        Field::secret("old", frame.say("me-old-password")).required(),
        Field::secret("new", frame.say("me-new-password")).hint(frame.count("me-new-password-hint", length, &[])).required(),
    ]
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let me = mine(&desk).await?;
    let page = Page { fields: fields(&frame, &me), secrets: secrets(&frame), email: me.email, faults: Vec::new(), frame };
    page.frame.page(&page)
}

async fn save(desk: Desk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (frame, me, actor) = (desk.frame("settings"), mine(&desk).await?, desk.principal.actor());
    let (name, locale) = (sent.one("name").unwrap_or_default().to_owned(), language(&sent));
    if let Err(fault) = short_text("/name", &name) {
        let mut fields = filled(fields(&frame, &me), &sent);
        let faults = blame(&frame, &mut fields, &[fault], |pointer| by_name(&["name"], pointer));
        let page = Page { fields, secrets: secrets(&frame), email: me.email, faults, frame };
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    house(&desk).write(move |tx, now| change_self(tx, now, me.id, &name, locale, &actor)).await?;
    let mut answer = frame.go("/desk/settings/me?done=me");
    let kept = answer.add_cookie(&keep_language(&desk.app, locale));
    kept.map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(answer)
}

/// What is wrong with a new password, in the words that people were told when they chose their first.
fn weak(frame: &Frame, weakness: Weakness) -> String {
    match weakness {
        Weakness::Short => frame.tell("password-short", &[("least", &passwords::LENGTH_MIN.to_string())]),
        Weakness::Long => frame.say("password-long"),
        Weakness::Monotonous => frame.say("password-monotonous"),
        Weakness::Common => frame.say("password-common"),
        Weakness::Named => frame.say("password-named"),
    }
}

async fn password(desk: Desk, req: HttpRequest, sent: Fields) -> Result<HttpResponse, ApiError> {
    limits::may_guess(&req, &desk.app)?;
    let (frame, me, actor) = (desk.frame("settings"), mine(&desk).await?, desk.principal.actor());
    let old = sent.all("old").next().unwrap_or_default().to_owned();
    let new = sent.all("new").next().unwrap_or_default().to_owned();
    let local = me.email.split('@').next().unwrap_or_default();
    let weakness = passwords::weakness(&new, &[&me.name, &me.email, local, &desk.terms.shop_name]);
    let weakness = weakness.map(|weakness| weak(&frame, weakness));
    let known = me.password_hash.clone();
    let checked = web::block(move || {
        if !passwords::matches(&old, Some(&known)) {
            return Ok(Err(FieldError::new("/old", "wrong_password", "is not your password")));
        }
        if let Some(words) = weakness {
            return Ok(Err(FieldError::new("/new", "weak_password", words)));
        }
        passwords::hash(&new).map(Ok)
    });
    let checked = checked.await.map_err(|error| ApiError::internal(error.to_string()))?;
    match checked.map_err(|error: passwords::PasswordError| ApiError::internal(error.to_string()))? {
        Ok(hash) => {
            let (id, token) = (me.id, desk.principal.token_id);
            house(&desk).write(move |tx, now| change_password(tx, now, id, &hash, token, &actor)).await?;
            Ok(frame.go("/desk/settings/me?done=own-password"))
        }
        Err(fault) => {
            if fault.code == "wrong_password" {
                limits::missed(&req, &desk.app)?;
            }
            let mut secrets = secrets(&frame);
            let faults = blame(&frame, &mut secrets, &[fault], |pointer| by_name(&["old", "new"], pointer));
            let page = Page { fields: fields(&frame, &me), secrets, email: me.email, faults, frame };
            page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
