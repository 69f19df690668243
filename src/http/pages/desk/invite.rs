//! Inviting referrers: one by hand, or many from the customer file, whose letters can be looked at before.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, get, post, resource};
use askama::Template;
use serde::Deserialize;

use super::faults::in_words;
use crate::domain::code::Code;
use crate::domain::id::ReferrerId;
use crate::http::api::customer_body::CustomerBody;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers/invite").route(get().to(show)).route(post().to(invite)));
    super::invite_many::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// How many were invited just now.
    sent: Option<i64>,
    /// Whether there are more.
    more: Option<bool>,
}

/// Somebody to be invited, as entered.
#[derive(Debug, Clone, Default)]
pub(super) struct One {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) code: String,
}

/// Many to be invited, as entered.
#[derive(Debug, Clone, Default)]
pub(super) struct Many {
    pub(super) who: String,
    pub(super) q: String,
    pub(super) list: String,
}

impl Many {
    /// Whether this is how they are chosen; all of them, unless said otherwise.
    pub(super) fn is(&self, who: &str) -> bool {
        self.who == who || (self.who.is_empty() && who == "all")
    }
}

#[derive(Template)]
#[template(path = "http/pages/desk/invite.html")]
struct Page {
    frame: Frame,
    faults: Vec<String>,
    said: Option<String>,
    one: One,
    many: Many,
}

/// The forms as they came back, with what is wrong.
pub(super) fn again(desk: &OwnerDesk, one: One, many: Many, faults: Vec<String>) -> Result<HttpResponse, ApiError> {
    let page = Page { frame: desk.frame("referrers"), faults, said: None, one, many };
    page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn show(desk: OwnerDesk, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("referrers");
    let said = asked.sent.map(|sent| {
        let key = if asked.more == Some(true) { "invite-sent-more" } else { "invite-sent" };
        frame.count(key, sent, &[])
    });
    let page = Page { frame, faults: Vec::new(), said, one: One::default(), many: Many::default() };
    page.frame.page(&page)
}

async fn invite(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let text = |name: &str| fields.one(name).unwrap_or_default().to_owned();
    let one = One { name: text("name"), email: text("email"), phone: text("phone"), code: text("code") };
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let body =
        CustomerBody { name: given(&one.name), email: given(&one.email), phone: given(&one.phone), ..CustomerBody::default() };
    let frame = desk.frame("referrers");
    let mut faults = Vec::new();
    let customer = match body.parse_named(&desk.principal, "", desk.now()) {
        Ok(customer) => Some(customer),
        Err(error) if error.errors().is_empty() => return Err(error),
        Err(error) => {
            faults.extend(error.errors().iter().map(|fault| in_words(&frame, fault)));
            None
        }
    };
    let code = match given(&one.code).map(|text| Code::parse("/code", &text)).transpose() {
        Ok(code) => code,
        Err(fault) => {
            faults.push(in_words(&frame, &fault));
            None
        }
    };
    let (Some(customer), true) = (customer, faults.is_empty()) else {
        return again(&desk, one, Many::default(), faults);
    };
    let wish = Enrolment { customer, code, invite: false };
    let go = |id: ReferrerId, word: &str| Ok(frame.go(&format!("/desk/referrers/{id}?done={word}")));
    match desk.write(move |tx, now| enroll_referrer(tx, now, &wish)).await? {
        Enrolled::Done { referrer, new: true } => go(referrer.id, "referrer-invited"),
        Enrolled::Done { referrer, new: false } => go(referrer.id, "referrer-known"),
        Enrolled::CodeTaken => again(&desk, one, Many::default(), vec![frame.say("desk-fault-code_taken")]),
        Enrolled::Nameless => again(&desk, one, Many::default(), vec![frame.say("desk-fault-key_missing")]),
    }
}
