//! Decide: what waits for the owner, one card each. What he decides is carried out a few seconds later, so that he can
//! take it back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, get, post, resource};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::decide_cards::{Card, Context};
use super::decide_form::{CardForm, Read, kind, open};
use crate::db::pending_decisions::{self, PendingDecision};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult};
use crate::domain::field::short_text;
use crate::domain::id::DecisionId;
use crate::domain::instant::Instant;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::list_decisions::{Decision, list_decisions};
use crate::operations::make_decision::{Request, make_decision};
use crate::operations::undo_decision::undo_decision;

/// Cards on a page.
const CARDS: usize = 50;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/decide").route(get().to(show)).route(post().to(decide)))
        .service(resource("/decide/undo").route(post().to(undo)));
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    after: Option<Uuid>,
    done: Option<String>,
}

/// A decision that can still be taken back.
struct Waiting {
    id: DecisionId,
    said: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/decide.html")]
struct Inbox {
    frame: Frame,
    faults: Vec<String>,
    waiting: Vec<Waiting>,
    cards: Vec<Card>,
    older: Option<Uuid>,
}

/// What the inbox is made of, read in one go.
struct Found {
    open: Vec<Decision>,
    has_more: bool,
    pending: Vec<PendingDecision>,
    waiting: Vec<Decision>,
    context: Context,
}

impl Found {
    fn read(conn: &mut Conn<'_>, now: Instant, after: Option<Uuid>) -> DbResult<Self> {
        let pending = pending_decisions::all(conn)?;
        let most = i64::try_from(CARDS + 1 + pending.len()).unwrap_or(i64::MAX);
        let mut open = list_decisions(conn, now, None, after, most)?;
        let mut waiting = Vec::new();
        for row in pending.iter().filter(|row| row.refusal.is_none()) {
            let id = row.subject_id.uuid();
            open.retain(|decision| decision.id() != id);
            if let Some(kind) = kind(&row.kind) {
                waiting.extend(self::open(conn, now, kind, id)?);
            }
        }
        let has_more = open.len() > CARDS;
        open.truncate(CARDS);
        let context = Context::read(conn, &[open.as_slice(), waiting.as_slice()].concat())?;
        Ok(Self { open, has_more, pending, waiting, context })
    }

    fn cards(&self, frame: &Frame, now: Instant) -> Vec<Card> {
        let card = |decision: &Decision| {
            let card = Card::of(frame, decision, &self.context, now);
            let refusal = self.pending.iter().find(|row| row.subject_id.uuid() == card.id).and_then(|row| row.refusal.clone());
            match refusal {
                Some(why) => card.refused(frame, &why),
                None => card,
            }
        };
        self.open.iter().map(card).collect()
    }

    fn waiting(&self, frame: &Frame, now: Instant) -> Vec<Waiting> {
        let said = |row: &PendingDecision| {
            let subject = self.waiting.iter().find(|decision| decision.id() == row.subject_id.uuid());
            let what = subject.map(|decision| Card::of(frame, decision, &self.context, now).title).unwrap_or_default();
            let verb = frame.say(&format!("decide-verb-{}", row.decision.0.verb()));
            Waiting { id: row.id, said: frame.tell("decide-waits", &[("what", &what), ("verb", &verb)]) }
        };
        self.pending.iter().filter(|row| row.refusal.is_none()).map(said).collect()
    }
}

async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<HttpResponse, ApiError> {
    inbox(&desk.0, &asked, None).await
}

/// The inbox; with what was entered on one card, and what is wrong with it.
async fn inbox(guest: &Guest, asked: &Asked, returned: Option<(CardForm, String)>) -> Result<HttpResponse, ApiError> {
    let (now, after) = (guest.now(), asked.after);
    let found = guest.read(move |conn| Found::read(conn, now, after)).await?;
    let frame = guest.frame("decide").after(asked.done.as_deref());
    let mut cards = found.cards(&frame, now);
    let older = found.open.last().filter(|_| found.has_more).map(Decision::id);
    let status = if returned.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut faults = Vec::new();
    if let Some((form, fault)) = returned {
        faults.push(fault);
        if let Some(card) = cards.iter_mut().find(|card| card.id == form.id) {
            card.entered = form.entered;
        }
    }
    let page = Inbox { waiting: found.waiting(&frame, now), faults, cards, older, frame };
    page.frame.page_with(status, &page)
}

async fn decide(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let form = CardForm::of(&fields).ok_or_else(|| ApiError::not_found("decision"))?;
    let frame = desk.frame("decide");
    let note = form.entered.note.clone();
    if !note.is_empty() && short_text("", &note).is_err() {
        return inbox(&desk.0, &Asked::default(), Some((form, frame.say("decide-fault-note")))).await;
    }
    let (now, asked) = (desk.now(), form.clone());
    let decision = match desk.read(move |conn| asked.read(conn, now)).await? {
        Read::Decision(decision) => decision,
        Read::Fault(key) => return inbox(&desk.0, &Asked::default(), Some((form, frame.say(key)))).await,
        Read::Over => return Ok(frame.go("/desk/decide?done=decide-over")),
    };
    let request = Request {
        subject_id: AnyId::from_uuid(form.id),
        decision,
        reason: if note.is_empty() { frame.say("decide-note-default") } else { note },
        actor: desk.principal.actor(),
    };
    let made = desk.write(move |tx, now| make_decision(tx, now, &request)).await?;
    Ok(frame.go(if made.is_some() { "/desk/decide" } else { "/desk/decide?done=decide-over" }))
}

async fn undo(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id: Option<DecisionId> = fields.one("id").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| ApiError::not_found("decision"))?;
    let actor = desk.principal.actor();
    let undone = desk.write(move |tx, now| undo_decision(tx, now, id, &actor)).await?;
    let word = if undone { "decide-undone" } else { "decide-late" };
    Ok(desk.frame("decide").go(&format!("/desk/decide?done={word}")))
}
