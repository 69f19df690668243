//! Which letters he gets and in which language; and the way out.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::reader::{Holder, Reader};
use super::shell::Shell;
use crate::domain::locale::Locale;
use crate::domain::notice::Notice;
use crate::http::pages::form::Fields;
use crate::http::pages::people::{Door, keep_language};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::choose_letters::{Choice, choose_letters, preferences};
use crate::operations::leave_portal::{end_links, end_sessions};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings").route(web::get().to(show)).route(web::post().to(change)))
        .service(web::resource("/sign-out-everywhere").route(web::post().to(leave_everywhere)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsQuery {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/portal/settings.html")]
struct Settings {
    frame: Shell,
    locale: Option<Locale>,
    kinds: Vec<(&'static str, bool)>,
    unreachable: bool,
}

impl Settings {
    fn is(&self, tag: &str) -> bool {
        self.locale.is_some_and(|locale| locale.tag() == tag)
    }
}

async fn show(reader: Reader, Query(query): Query<SettingsQuery>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (reader.id, reader.principal.scope());
    let found = reader.read(move |conn| preferences(conn, &scope, id)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("referrer"))?;
    let dead = found.bounces.iter().filter(|one| one.hard_at.is_some()).count();
    let page = Settings {
        frame: reader.shell("portal-settings").after(query.done.as_deref()),
        locale: found.locale,
        kinds: found.kinds.into_iter().collect(),
        unreachable: found.addresses <= dead,
    };
    page.frame.page(&page)
}

async fn change(holder: Holder, fields: Fields) -> Result<HttpResponse, ApiError> {
    let wanted: Vec<&str> = fields.all("letter").collect();
    let optional = Notice::ALL.into_iter().filter(|kind| kind.optional());
    let kinds = optional.map(|kind| (kind, wanted.contains(&kind.name()))).collect();
    let locale = Locale::ALL.into_iter().find(|locale| Some(locale.tag()) == fields.one("locale"));
    let choice = Choice { locale: Some(locale), kinds };
    let (id, actor, scope) = (holder.id, holder.principal.actor(), holder.principal.scope());
    let done = holder.write(move |tx, now| choose_letters(tx, now, &actor, &scope, id, &choice)).await?;
    done.ok_or_else(|| ApiError::not_found("referrer"))?;
    let mut answer = holder.shell("").go("/portal/settings?done=portal-settings");
    if let Some(locale) = locale {
        let cookie = keep_language(&holder.app, locale);
        answer.add_cookie(&cookie).map_err(|error| ApiError::internal(error.to_string()))?;
    }
    Ok(answer)
}

async fn leave_everywhere(holder: Holder, _: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (holder.id, holder.principal.actor());
    holder.write(move |tx, now| end_links(tx, now, &actor, id)).await?;
    holder.app.books.live.writer.write(move |tx, now| end_sessions(tx, now, id)).await?;
    let mut answer = holder.shell("").go("/portal/sign-in?done=portal-left-everywhere");
    answer.add_cookie(&Door::Portal.close(&holder.app)).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(answer)
}
