//! Tokens that programs hold: the shop's server, the page in the browser, a report that fetches itself.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::fields::{Choice, Field, Once, blame, by_name, filled};
use super::{ago, house};
use crate::db::tokens::{self, TokenRow};
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::TokenId;
use crate::domain::instant::Instant;
use crate::domain::principal::{Mode, Role};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;
use crate::operations::create_token::{NewToken, create_token};
use crate::operations::revoke_token::{Revoked, revoke_token};

/// Tokens on a page.
const SHOWN: i64 = 50;

/// The longest validity, in days.
const DAYS_MAX: i64 = 3_650;

const ROLES: [Role; 4] = [Role::Storefront, Role::Publishable, Role::Accountant, Role::Owner];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/tokens").route(web::get().to(show)).route(web::post().to(make)))
        .service(web::resource("/settings/tokens/{id}/revoke").route(web::post().to(revoke)));
}

struct Row {
    id: String,
    role: String,
    mode: String,
    bound: String,
    made: String,
    used: String,
    state: String,
    tag: &'static str,
    stands: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/tokens.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    older: Option<String>,
    once: Option<Once>,
    fields: Vec<Field>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    done: Option<String>,
    before: Option<Uuid>,
}

async fn show(desk: Desk, Query(query): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let form = Form { fields: fields(&frame), ..Form::default() };
    page(&desk, frame, form, query.before, StatusCode::OK).await
}

fn role_words(frame: &Frame, role: Role) -> String {
    match role {
        Role::Owner => frame.say("tokens-role-owner"),
        Role::Accountant => frame.say("tokens-role-accountant"),
        Role::Storefront => frame.say("tokens-role-storefront"),
        Role::Publishable => frame.say("tokens-role-publishable"),
        Role::Referrer => frame.say("tokens-role-referrer"),
    }
}

/// The word in a form and in the API.
fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn fields(frame: &Frame) -> Vec<Field> {
    let roles = ROLES.into_iter().map(|role| Choice::new(word(role), role_words(frame, role))).collect();
    let modes =
        vec![Choice::new("live", frame.say("tokens-mode-live")), Choice::new("sandbox", frame.say("tokens-mode-sandbox"))];
    let mode = if frame.sandbox { "sandbox" } else { "live" };
    vec![
        Field::choice("role", frame.say("tokens-role"), word(Role::Storefront), roles),
        Field::line("source", frame.say("tokens-source"), "").hint(frame.say("tokens-source-hint")),
        Field::line("origin", frame.say("tokens-origin"), "").hint(frame.say("tokens-origin-hint")),
        Field::choice("mode", frame.say("tokens-mode"), mode, modes),
        Field::short("days", frame.say("tokens-days"), "400").hint(frame.say("tokens-days-hint")),
    ]
}

/// What was filled in; each role has its own binding and takes no other.
fn wanted(sent: &Fields) -> Result<NewToken, FieldError> {
    let role = ROLES.into_iter().find(|role| Some(word(*role).as_str()) == sent.one("role"));
    let role = role.ok_or_else(|| FieldError::new("/role", "unknown_value", "is none of the answers"))?;
    let mode = if sent.one("mode") == Some("sandbox") { Mode::Sandbox } else { Mode::Live };
    let days = sent.one("days").unwrap_or("400").parse::<i64>().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    let days = days.ok_or_else(|| FieldError::new("/days", "out_of_range", format!("must be between 1 and {DAYS_MAX}")))?;
    let source = (role == Role::Storefront).then(|| sent.one("source").unwrap_or("main").to_owned());
    source.as_deref().map_or(Ok(()), |source| short_text("/source", source))?;
    let origin = if role == Role::Publishable { Some(origin(sent.one("origin").unwrap_or_default())?) } else { None };
    Ok(NewToken { role, mode, source, referrer_id: None, origin, valid_seconds: days * 86_400 })
}

/// The origin as browsers send it.
fn origin(text: &str) -> Result<String, FieldError> {
    let wrong = || FieldError::new("/origin", "invalid_origin", "must be a page's origin such as https://shop.example");
    let parsed = url::Url::parse(text).map_err(|_| wrong())?;
    let bare = matches!(parsed.scheme(), "http" | "https") && matches!(parsed.path(), "" | "/") && parsed.query().is_none();
    let bare = bare && parsed.fragment().is_none() && parsed.username().is_empty() && parsed.password().is_none();
    if bare { Ok(parsed.origin().ascii_serialization()) } else { Err(wrong()) }
}

async fn make(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let new = match wanted(&sent) {
        Ok(new) => new,
        Err(fault) => {
            let mut fields = filled(fields(&frame), &sent);
            let names = ["role", "source", "origin", "mode", "days"];
            let faults = blame(&frame, &mut fields, &[fault], |pointer| by_name(&names, pointer));
            let form = Form { fields, faults, once: None };
            return page(&desk, frame, form, None, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let actor = desk.principal.actor();
    let row = house(&desk).write(move |tx, now| create_token(tx, now, &new, &actor)).await?;
    let text = desk.app.sessions.mint(&row)?;
    let once = Once { title: frame.tell("tokens-made", &[("role", &role_words(&frame, row.role))]), text };
    let form = Form { fields: fields(&frame), faults: Vec::new(), once: Some(once) };
    page(&desk, frame, form, None, StatusCode::OK).await
}

async fn revoke(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (TokenId::from_uuid(id.into_inner()), desk.principal.actor());
    match house(&desk).write(move |tx, now| revoke_token(tx, now, id, &actor)).await? {
        Revoked::Now | Revoked::Before => Ok(desk.frame("settings").go("/desk/settings/tokens?done=token-revoked")),
        Revoked::Unknown => Err(ApiError::not_found("token")),
    }
}

/// The form, what is wrong with it, and what came of it.
#[derive(Default)]
struct Form {
    fields: Vec<Field>,
    faults: Vec<String>,
    once: Option<Once>,
}

async fn page(
    guest: &Guest,
    frame: Frame,
    form: Form,
    before: Option<Uuid>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let (house, before) = (house(guest), before.map(TokenId::from_uuid));
    let found = List::cut(house.read(move |conn| tokens::of_programs(conn, before, SHOWN + 1)).await?, SHOWN);
    let older = found.goes_on_after().map(|last| last.id.to_string());
    let now = house.now();
    let rows = found.data.iter().map(|row| shown(&frame, row, now)).collect();
    let page = Page { rows, older, once: form.once, fields: form.fields, faults: form.faults, frame };
    page.frame.page_with(status, &page)
}

fn shown(frame: &Frame, row: &TokenRow, now: Instant) -> Row {
    let (state, tag) = match row.revoked_at {
        Some(at) => (frame.tell("tokens-revoked", &[("day", &frame.day(&at))]), "bad"),
        None if row.expires_at <= now => (frame.tell("tokens-expired", &[("day", &frame.day(&row.expires_at))]), "bad"),
        None if row.expires_at < now.plus_days(30) => {
            (frame.tell("tokens-stands", &[("day", &frame.day(&row.expires_at))]), "warn")
        }
        None => (frame.tell("tokens-stands", &[("day", &frame.day(&row.expires_at))]), "good"),
    };
    Row {
        id: row.id.to_string(),
        role: role_words(frame, row.role),
        mode: frame.say(if row.mode == Mode::Live { "tokens-mode-live" } else { "tokens-mode-sandbox" }),
        bound: row.source.clone().or_else(|| row.origin.clone()).unwrap_or_default(),
        made: frame.day(&row.created_at),
        used: row.last_used_at.map_or_else(|| frame.say("tokens-never-used"), |at| ago(frame, at, now)),
        stands: row.revoked_at.is_none() && row.expires_at > now,
        state,
        tag,
    }
}
