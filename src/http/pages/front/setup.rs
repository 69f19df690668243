//! `/setup/{secret}`: the first run. One page asks everything; nothing is written before all of it can be.

mod asked;
mod trial;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use self::asked::{Asked, CURRENCIES, Checked, zones};
use self::trial::{Letters, Tried};
use super::entry::{give, let_in, present};
use super::reset::in_words;
use crate::db::{login_links, logins};
use crate::domain::id::LinkId;
use crate::domain::locale::Locale;
use crate::domain::login::LinkKind;
use crate::http::limits;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Visitor, keep_language};
use crate::http::pages::refusals;
use crate::http::problem::ApiError;
use crate::operations::open_session;
use crate::operations::set_up_shop::{Beginning, SetUp, set_up_shop};
use crate::passwords;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let resource = web::resource("/setup/{secret}").wrap(from_fn(refusals::in_words));
    cfg.service(resource.route(web::get().to(show)).route(web::post().to(answer)));
}

#[derive(Template)]
#[template(path = "http/pages/front/setup.html")]
struct Page {
    frame: Frame,
    secret: String,
    asked: Asked,
    /// By field: what is wrong.
    wrong: Vec<(&'static str, String)>,
    /// What the promise comes to.
    sentence: String,
    /// Whether the schedule is this page's to set.
    may_schedule: bool,
    letters: Letters,
    tried: Option<Tried>,
    /// This page's own address.
    back: String,
}

impl Page {
    fn new(visitor: &Visitor, secret: &str, asked: Asked, checked: &Checked) -> Self {
        let frame = visitor.frame();
        Self {
            sentence: trial::sentence(&frame, &checked.terms, visitor.app.books.live.clock.now()),
            frame,
            secret: secret.to_owned(),
            asked,
            wrong: Vec::new(),
            may_schedule: asked::may_schedule(&visitor.terms),
            letters: Letters::of(&visitor.app),
            tried: None,
            back: format!("/setup/{secret}"),
        }
    }

    /// What is wrong with `field`.
    fn fault(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(known, _)| *known == field).map(|(_, text)| text.as_str())
    }

    fn faults(&self) -> Vec<String> {
        self.wrong.iter().map(|(_, text)| text.clone()).collect()
    }

    fn zones(&self) -> &'static [String] {
        zones()
    }

    fn currencies(&self) -> &'static [&'static str] {
        &CURRENCIES
    }

    fn is_chosen(&self, tag: &str) -> bool {
        self.asked.locale == tag
    }

    fn locales(&self) -> [(&'static str, &'static str); 2] {
        Locale::ALL.map(|locale| match locale {
            Locale::En => (locale.tag(), "English"),
            Locale::De => (locale.tag(), "Deutsch"),
        })
    }
}

#[derive(Template)]
#[template(path = "http/pages/front/closed.html")]
struct Closed {
    frame: Frame,
    /// Which door: the first part of its texts' keys.
    door: &'static str,
}

impl Closed {
    fn text(&self, part: &str) -> String {
        self.frame.say(&format!("{}-{part}", self.door))
    }
}

/// A door that a link no longer opens; `door` begins the keys of its texts.
pub(super) fn closed(visitor: &Visitor, door: &'static str) -> Result<HttpResponse, ApiError> {
    let page = Closed { frame: visitor.frame(), door };
    page.frame.page_with(StatusCode::GONE, &page)
}

async fn show(visitor: Visitor, secret: web::Path<String>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    if let Err(door) = opens(&visitor, &secret, &req).await? {
        return closed(&visitor, door);
    }
    let asked = Asked::first(&visitor);
    let checked = asked.check(&visitor.terms);
    let page = Page::new(&visitor, &secret, asked, &checked);
    page.frame.page(&page)
}

async fn answer(
    visitor: Visitor,
    secret: web::Path<String>,
    req: HttpRequest,
    form: Form<Asked>,
) -> Result<HttpResponse, ApiError> {
    let link = match opens(&visitor, &secret, &req).await? {
        Ok(link) => link,
        Err(door) => return closed(&visitor, door),
    };
    let Form(mut asked) = form;
    let checked = asked.check(&visitor.terms);
    let password = std::mem::take(&mut asked.password);
    match asked.act.as_deref() {
        Some("try") => {
            let mut page = Page::new(&visitor, &secret, asked, &checked);
            page.wrong = checked.faults_of(&page.frame, &["currency", "percent", "payout_minimum"]);
            page.frame.page(&page)
        }
        Some("letter") => {
            let mut page = Page::new(&visitor, &secret, asked, &checked);
            page.wrong = checked.faults_of(&page.frame, &["email"]);
            if page.wrong.is_empty() {
                limits::try_password(&req, &visitor.app)?;
                page.tried = Some(trial::letter(&visitor, &checked).await?);
            }
            page.frame.page(&page)
        }
        _ => begin(&visitor, &secret, &req, link, asked, &checked, password).await,
    }
}

/// Writes it all, or shows what is wrong.
async fn begin(
    visitor: &Visitor,
    secret: &str,
    req: &HttpRequest,
    link: LinkId,
    asked: Asked,
    checked: &Checked,
    password: String,
) -> Result<HttpResponse, ApiError> {
    let mut page = Page::new(visitor, secret, asked, checked);
    page.wrong = checked.faults_of(&page.frame, &asked::FIELDS);
    if let Some(weakness) = passwords::weakness(&password, &checked.names()) {
        page.wrong.push(("password", in_words(&page.frame, weakness)));
    }
    if !page.wrong.is_empty() {
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let hashed = web::block(move || passwords::hash(&password)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    let beginning = Beginning {
        link,
        name: checked.name.clone(),
        email: checked.email.clone(),
        password_hash: hashed.map_err(|error| ApiError::internal(error.to_string()))?,
        locale: checked.locale,
        terms: checked.patch.clone(),
    };
    let before = present(req, &visitor.app).await.map(|(_, id)| id);
    let done = visitor.app.books.live.writer.write(move |tx, now| {
        let done = set_up_shop(tx, now, &beginning)?;
        if let (SetUp::Done(_), Some(before)) = (&done, before) {
            open_session::end_session(tx, now, before)?;
        }
        Ok(done)
    });
    match done.await? {
        SetUp::Done(row) => {
            let mut answer = let_in(&visitor.app, &page.frame, &row, "/desk?done=setup")?;
            give(&mut answer, &keep_language(&visitor.app, checked.locale))?;
            Ok(answer)
        }
        SetUp::LinkEnded => closed(visitor, "setup-closed"),
        SetUp::SomebodyIsThere => closed(visitor, "setup-over"),
        SetUp::Refused(faults) => {
            let what: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.message)).collect();
            page.wrong.push(("rules", page.frame.tell("setup-fault-rules", &[("what", &what.join("; "))])));
            page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The link behind `secret`, or which door is closed.
async fn opens(visitor: &Visitor, secret: &str, req: &HttpRequest) -> Result<Result<LinkId, &'static str>, ApiError> {
    limits::may_guess(req, &visitor.app)?;
    let Some(id) = visitor.app.links.open(secret) else {
        limits::missed(req, &visitor.app)?;
        return Ok(Err("setup-closed"));
    };
    let book = Arc::clone(&visitor.app.books.live);
    let now = book.clock.now();
    let read = web::block(move || book.readers.read(|conn| Ok((login_links::find(conn, id)?, logins::none(conn)?)))).await;
    let (link, nobody) = read.map_err(|error| ApiError::internal(error.to_string()))??;
    Ok(match link.filter(|link| link.kind == LinkKind::Setup) {
        Some(_) if !nobody => Err("setup-over"),
        Some(link) if link.works(now) => Ok(id),
        _ => Err("setup-closed"),
    })
}
