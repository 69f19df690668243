//! Logo and colour.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::fields::{Field, filled};
use super::house;
use crate::domain::colour::Colour;
use crate::domain::locale::Locale;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::look::{ACCENT, LOGO, LOGO_MAX, Logo};
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::pages::upload::Upload;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::set_look::set_look;

/// The colour of pages as long as the shop has none of its own.
const OURS: &str = "#1a56c4";

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/look").route(web::get().to(show)))
        .service(web::resource("/settings/look/logo").route(web::post().to(logo)))
        .service(web::resource("/settings/look/colour").route(web::post().to(colour)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/look.html")]
struct Page {
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<String>,
    legal_name: String,
    postal_address: String,
    sender: String,
    logo_hint: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let fields = fields(&frame, &desk);
    page(&desk, &frame, fields, Vec::new(), StatusCode::OK)
}

fn fields(frame: &Frame, guest: &Guest) -> Vec<Field> {
    let standing = guest.look.accent.map_or_else(|| OURS.to_owned(), Colour::hex);
    vec![Field::short("accent", frame.say("look-colour"), standing).hint(frame.say("look-colour-hint"))]
}

async fn colour(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let text = if sent.one("act") == Some("reset") { None } else { sent.one("accent") };
    let fault = match text.map(Colour::parse) {
        None => None,
        Some(None) => Some(frame.say("look-colour-none")),
        Some(Some(colour)) => colour.shades().err().map(|(contrast, darker)| {
            let contrast = format!("{contrast:.1}");
            let contrast = if frame.locale == Locale::De { contrast.replace('.', ",") } else { contrast };
            frame.tell("look-colour-light", &[("contrast", &contrast), ("darker", &darker.hex())])
        }),
    };
    if let Some(fault) = fault {
        let mut fields = filled(fields(&frame, &desk), &sent);
        fields.iter_mut().for_each(|field| field.fault = Some(fault.clone()));
        return page(&desk, &frame, fields, vec![fault], StatusCode::UNPROCESSABLE_ENTITY);
    }
    let value = text.and_then(Colour::parse).map(Colour::hex);
    keep(&desk, ACCENT, value).await?;
    Ok(frame.go("/desk/settings/look?done=look"))
}

async fn logo(desk: OwnerDesk, upload: Upload) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    if upload.fields.one("act") == Some("reset") {
        keep(&desk, LOGO, None).await?;
        return Ok(frame.go("/desk/settings/look?done=look"));
    }
    let logo = if upload.file.len() > LOGO_MAX { None } else { Logo::of(&upload.file) };
    let Some(logo) = logo else {
        let (fields, fault) = (fields(&frame, &desk), frame.say("look-logo-wrong"));
        return page(&desk, &frame, fields, vec![fault], StatusCode::UNPROCESSABLE_ENTITY);
    };
    keep(&desk, LOGO, Some(logo.kept())).await?;
    Ok(frame.go("/desk/settings/look?done=look"))
}

async fn keep(guest: &Guest, name: &'static str, value: Option<String>) -> Result<(), ApiError> {
    let actor = guest.principal.actor();
    house(guest).write(move |tx, now| set_look(tx, now, &actor, name, value.as_deref())).await?;
    guest.app.looks.forget();
    Ok(())
}

fn page(
    guest: &Guest,
    frame: &Frame,
    fields: Vec<Field>,
    faults: Vec<String>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let letters = &guest.terms.letters;
    let unset = || frame.say("settings-unset");
    let page = Page {
        legal_name: letters.legal_name.clone().unwrap_or_else(unset),
        postal_address: letters.postal_address.clone().unwrap_or_else(unset),
        sender: guest.app.pen.sender.as_ref().map_or_else(unset, |sender| sender.address().to_owned()),
        logo_hint: frame.tell("look-logo-hint", &[("kilobytes", &(LOGO_MAX / 1024).to_string())]),
        fields,
        faults,
        frame: frame.clone(),
    };
    page.frame.page_with(status, &page)
}
