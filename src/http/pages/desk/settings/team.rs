//! The people who sign in: who they are, what they may do, and how another one gets in.

mod me;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::fields::{Choice, Field, Once, blame, by_name, filled};
use super::house;
use crate::db::login_links::LoginLink;
use crate::db::logins::{self, Login};
use crate::db::tokens;
use crate::domain::customer::CustomerKey;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::LoginId;
use crate::domain::locale::Locale;
use crate::domain::principal::Role;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::change_team::{self, Invited, Invitee, TeamChanged};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/team").route(web::get().to(show)).route(web::post().to(invite)))
        .service(web::resource("/settings/team/{id}/role").route(web::post().to(change)))
        .service(web::resource("/settings/team/{id}/remove").route(web::post().to(remove)))
        .service(web::resource("/settings/team/{id}/invitation").route(web::post().to(again)));
    me::configure(cfg);
}

struct Person {
    id: String,
    name: String,
    email: String,
    role: String,
    is_owner: bool,
    waits: bool,
    is_me: bool,
    since: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/team/list.html")]
struct Page {
    frame: Frame,
    people: Vec<Person>,
    once: Option<Once>,
    fields: Vec<Field>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

/// The form, what is wrong with it, and what came of it.
struct Form {
    fields: Vec<Field>,
    faults: Vec<String>,
    once: Option<Once>,
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let form = Form { fields: fields(&frame), faults: Vec::new(), once: None };
    page(&desk, frame, form, StatusCode::OK).await
}

/// Whose session a guest has.
pub(super) async fn whose(guest: &Guest) -> Result<Option<Login>, ApiError> {
    let token = guest.principal.token_id;
    house(guest)
        .read(move |conn| match tokens::find(conn, token)?.and_then(|row| row.login_id) {
            Some(login) => logins::find(conn, login),
            None => Ok(None),
        })
        .await
}

fn role_words(frame: &Frame, role: Role) -> String {
    frame.say(if role == Role::Owner { "team-role-owner" } else { "team-role-accountant" })
}

fn languages() -> Vec<Choice> {
    vec![Choice::new("en", "English"), Choice::new("de", "Deutsch")]
}

fn language(sent: &Fields) -> Locale {
    Locale::ALL.into_iter().find(|locale| Some(locale.tag()) == sent.one("locale")).unwrap_or_default()
}

fn fields(frame: &Frame) -> Vec<Field> {
    let roles = [("accountant", Role::Accountant), ("owner", Role::Owner)];
    let roles = roles.into_iter().map(|(word, role)| Choice::new(word, role_words(frame, role))).collect();
    vec![
        Field::line("name", frame.say("team-name"), "").required(),
        Field::line("email", frame.say("team-email"), "").required(),
        Field::choice("role", frame.say("team-role"), "accountant", roles).hint(frame.say("team-role-hint")),
        Field::choice("locale", frame.say("team-language"), frame.language(), languages()),
    ]
}

fn role(sent: &Fields) -> Result<Role, FieldError> {
    match sent.one("role") {
        Some("owner") => Ok(Role::Owner),
        Some("accountant") => Ok(Role::Accountant),
        _ => Err(FieldError::new("/role", "unknown_value", "is none of the answers")),
    }
}

fn invitee(sent: &Fields) -> Result<Invitee, FieldError> {
    let (name, email) = (sent.one("name").unwrap_or_default(), sent.one("email").unwrap_or_default());
    short_text("/name", name)?;
    let key = CustomerKey::email("/email", email)?;
    Ok(Invitee { email: key.value, name: name.to_owned(), role: role(sent)?, locale: language(sent) })
}

async fn invite(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (frame, actor) = (desk.frame("settings"), desk.principal.actor());
    let made = match invitee(&sent) {
        Ok(wish) => match house(&desk).write(move |tx, now| change_team::invite(tx, now, &wish, &actor)).await? {
            Invited::Done(login, link) => Ok((*login, link)),
            Invited::Known => Err(FieldError::new("/email", "already_here", "is the address of somebody who is here already")),
        },
        Err(fault) => Err(fault),
    };
    match made {
        Ok((login, link)) => invited(&desk, frame, &login, &link).await,
        Err(fault) => {
            let mut fields = filled(fields(&frame), &sent);
            let names = ["name", "email", "role", "locale"];
            let faults = blame(&frame, &mut fields, &[fault], |pointer| by_name(&names, pointer));
            page(&desk, frame, Form { fields, faults, once: None }, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Shows the link, once: whoever has it chooses the password.
async fn invited(guest: &Guest, frame: Frame, login: &Login, link: &LoginLink) -> Result<HttpResponse, ApiError> {
    let text = format!("{}/reset/{}", guest.app.base_url, guest.app.links.secret(link.id));
    let once =
        Some(Once { title: frame.tell("team-link", &[("name", &login.name), ("until", &frame.time(&link.expires_at))]), text });
    let form = Form { fields: fields(&frame), faults: Vec::new(), once };
    page(guest, frame, form, StatusCode::OK).await
}

async fn again(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (LoginId::from_uuid(id.into_inner()), desk.principal.actor());
    let made = house(&desk).write(move |tx, now| change_team::invite_again(tx, now, id, &actor)).await?;
    let (login, link) = made.ok_or_else(|| ApiError::not_found("invitation"))?;
    invited(&desk, desk.frame("settings"), &login, &link).await
}

async fn change(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor, role) = (LoginId::from_uuid(id.into_inner()), desk.principal.actor(), role(&sent)?);
    let changed = house(&desk).write(move |tx, now| change_team::change_role(tx, now, id, role, &actor)).await?;
    answer(&desk, changed, "person-changed").await
}

async fn remove(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (LoginId::from_uuid(id.into_inner()), desk.principal.actor());
    let changed = house(&desk).write(move |tx, now| change_team::remove(tx, now, id, &actor)).await?;
    answer(&desk, changed, "person-removed").await
}

async fn answer(guest: &Guest, changed: TeamChanged, done: &str) -> Result<HttpResponse, ApiError> {
    let frame = guest.frame("settings");
    match changed {
        TeamChanged::Done => Ok(frame.go(&format!("/desk/settings/team?done={done}"))),
        TeamChanged::Unknown => Err(ApiError::not_found("person")),
        TeamChanged::LastOwner => {
            let form = Form { fields: fields(&frame), faults: vec![frame.say("team-last-owner")], once: None };
            page(guest, frame, form, StatusCode::CONFLICT).await
        }
    }
}

async fn page(guest: &Guest, frame: Frame, form: Form, status: StatusCode) -> Result<HttpResponse, ApiError> {
    let me = whose(guest).await?.map(|login| login.id);
    let person = |login: Login| Person {
        id: login.id.to_string(),
        role: role_words(&frame, login.role),
        is_owner: login.role == Role::Owner,
        waits: login.password_hash.is_empty(),
        is_me: Some(login.id) == me,
        since: frame.day(&login.created_at),
        name: login.name,
        email: login.email,
    };
    let people = house(guest).read(logins::all).await?.into_iter().map(person).collect();
    let page = Page { people, once: form.once, fields: form.fields, faults: form.faults, frame };
    page.frame.page_with(status, &page)
}
