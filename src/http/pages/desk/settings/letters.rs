//! What letters say: every kind in every language, tried on made-up facts, in our words or the shop's own.

mod one;
mod samples;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use super::house;
use crate::db::letter_texts::{self, LetterText};
use crate::domain::locale::Locale;
use crate::domain::notice::Notice;
use crate::domain::owner_notice::OwnerNotice;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest};
use crate::http::problem::ApiError;
use crate::mail::OwnText;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/letters").route(web::get().to(show)));
    one::configure(cfg);
}

/// A letter that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// To a referrer.
    Referrer(Notice),
    /// To the owner.
    Owner(OwnerNotice),
    /// What stands in all of them.
    General,
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let referrers = Notice::ALL.into_iter().map(Self::Referrer);
        referrers.chain(OwnerNotice::ALL.into_iter().map(Self::Owner)).chain([Self::General])
    }

    /// The word in addresses.
    fn name(self) -> String {
        match self {
            Self::Referrer(kind) => kind.name().to_owned(),
            Self::Owner(kind) => format!("owner-{}", kind.name()),
            Self::General => "general".to_owned(),
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// What people call it.
    fn title(self, frame: &Frame) -> String {
        frame.say(&format!("letters-kind-{}", self.name().replace('_', "-")))
    }

    /// Whether the text `key` belongs to this letter.
    fn has(self, key: &str) -> bool {
        let begins = |kind: Self| key.strip_prefix(&kind.name()).is_some_and(|rest| rest.starts_with('-'));
        match self {
            Self::General => !Self::all().filter(|kind| *kind != Self::General).any(begins),
            kind => begins(kind),
        }
    }
}

struct Row {
    name: String,
    title: String,
    own: String,
}

/// Letters to the same people.
struct Group {
    caption: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/letters/list.html")]
struct Page {
    frame: Frame,
    groups: Vec<Group>,
    folder: Option<String>,
    mail_is_on: bool,
    sender: String,
}

/// The shop's own texts, also put before this process's pen.
async fn own_texts(guest: &Guest) -> Result<Vec<LetterText>, ApiError> {
    let rows = house(guest).read(letter_texts::all).await?;
    let own = |row: &LetterText| OwnText { locale: row.locale, key: row.key.clone(), text: row.text.clone() };
    guest.app.pen.texts.keep(&rows.iter().map(own).collect::<Vec<_>>());
    Ok(rows)
}

/// Where the operator's own texts are, if he has any.
fn folder(guest: &Guest) -> Option<String> {
    guest.app.shown.iter().find(|setting| setting.name == "HOUND_TEMPLATES_DIR").and_then(|setting| setting.value.clone())
}

async fn show(desk: Desk) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let own = own_texts(&desk).await?;
    let row = |kind: Kind| {
        let count = |locale: Locale| own.iter().filter(|row| row.locale == locale && kind.has(&row.key)).count();
        let count = Locale::ALL.into_iter().map(count).sum::<usize>();
        let own = match i64::try_from(count).unwrap_or(i64::MAX) {
            0 => frame.say("letters-ours"),
            some => frame.count("letters-own-count", some, &[]),
        };
        Row { name: kind.name(), title: kind.title(&frame), own }
    };
    let group = |key: &str, kinds: Vec<Kind>| Group { caption: frame.say(key), rows: kinds.into_iter().map(row).collect() };
    let groups = vec![
        group("letters-to-referrers", Notice::ALL.into_iter().map(Kind::Referrer).collect()),
        group("letters-to-owner", OwnerNotice::ALL.into_iter().map(Kind::Owner).collect()),
        group("letters-in-all", vec![Kind::General]),
    ];
    let page = Page {
        groups,
        folder: folder(&desk),
        mail_is_on: desk.app.pen.mailer.is_on(),
        sender: desk.app.pen.sender.as_ref().map_or_else(String::new, |sender| sender.address().to_owned()),
        frame,
    };
    page.frame.page(&page)
}
