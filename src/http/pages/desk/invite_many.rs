//! Inviting many: who they are, what they will read, and then, on one word, all of them.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, post, resource};
use askama::Template;

use super::invite::{Many, One, again};
use super::invite_letter::{Tried, try_welcome, welcome};
use crate::db::customers;
use crate::domain::customer::CustomerKey;
use crate::domain::field::short_text;
use crate::domain::id::CustomerId;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::mail::Rendered;
use crate::operations::choose_customers::{Choice, Chosen, choose_customers};
use crate::operations::enroll_customers::{SLICE, enroll_customers};

/// Addresses in one list; more is no list that anybody pasted.
const LIST_MAX: usize = 5_000;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/referrers/invite/preview").route(post().to(preview)))
        .service(resource("/referrers/invite/trial").route(post().to(trial)))
        .service(resource("/referrers/invite/confirm").route(post().to(confirm)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/invite_preview.html")]
struct Preview {
    frame: Frame,
    many: Many,
    /// The last customer that counts: whoever is filed later was not looked at.
    upto: CustomerId,
    /// What becomes of whom, in words.
    counts: Vec<String>,
    button: Option<String>,
    letter: Rendered,
    tried: Option<String>,
}

fn many(fields: &Fields) -> Many {
    let text = |name: &str| fields.one(name).unwrap_or_default().to_owned();
    Many { who: text("who"), q: text("q"), list: text("list") }
}

/// The choice that was entered, or the key of what is wrong with it.
fn choice(many: &Many) -> Result<Choice, &'static str> {
    if many.is("search") {
        return if short_text("", &many.q).is_ok() { Ok(Choice::Named(many.q.clone())) } else { Err("invite-fault-search") };
    }
    if many.is("list") {
        let words = many.list.split(|sign: char| sign.is_whitespace() || ",;<>\"()".contains(sign));
        let keys: BTreeSet<CustomerKey> = words.filter_map(|word| CustomerKey::email("", word).ok()).collect();
        return match keys.len() {
            0 => Err("invite-fault-list"),
            count if count > LIST_MAX => Err("invite-fault-long-list"),
            _ => Ok(Choice::With(keys.into_iter().collect())),
        };
    }
    if many.is("all") { Ok(Choice::All) } else { Err("invite-fault-who") }
}

fn upto(desk: &OwnerDesk, fields: &Fields) -> CustomerId {
    fields.one("upto").and_then(|id| id.parse().ok()).unwrap_or_else(|| CustomerId::new(desk.now()))
}

async fn preview(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    show(&desk, &fields, None).await
}

async fn trial(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("referrers");
    let said = match try_welcome(&desk.0).await? {
        Tried::Sent(email) => frame.tell("invite-tried", &[("email", &email)]),
        Tried::Off => frame.say("invite-tried-off"),
        Tried::Refused(why) => frame.tell("invite-tried-refused", &[("why", &why)]),
    };
    show(&desk, &fields, Some(said)).await
}

async fn show(desk: &OwnerDesk, fields: &Fields, tried: Option<String>) -> Result<HttpResponse, ApiError> {
    let (frame, many, upto) = (desk.frame("referrers"), many(fields), upto(desk, fields));
    let choice = match choice(&many) {
        Ok(choice) => choice,
        Err(key) => return again(desk, One::default(), many, vec![frame.say(key)]),
    };
    let read = desk.read(move |conn| {
        let chosen = choose_customers(conn, &choice, upto)?;
        let first = match chosen.ids.first() {
            Some(id) => customers::find(conn, *id)?.and_then(|row| row.name),
            None => None,
        };
        Ok((chosen, first))
    });
    let (chosen, first) = read.await?;
    let count = i64::try_from(chosen.ids.len()).unwrap_or(i64::MAX);
    let page = Preview {
        counts: counts(&frame, &chosen),
        button: (count > 0).then(|| frame.count("invite-confirm", count, &[])),
        letter: welcome(&desk.0, first).await?,
        many,
        upto,
        tried,
        frame,
    };
    page.frame.page(&page)
}

fn counts(frame: &Frame, chosen: &Chosen) -> Vec<String> {
    let count = |key: &str, count: usize| frame.count(key, i64::try_from(count).unwrap_or(i64::MAX), &[]);
    let mut said = vec![count("invite-count", chosen.ids.len())];
    let others = [
        ("invite-count-already", chosen.already),
        ("invite-count-without-mail", chosen.without_mail),
        ("invite-count-unknown", chosen.unknown),
    ];
    said.extend(others.into_iter().filter(|(_, number)| *number > 0).map(|(key, number)| count(key, number)));
    if chosen.more {
        said.push(frame.say("invite-count-more"));
    }
    said
}

async fn confirm(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let (frame, many, upto) = (desk.frame("referrers"), many(&fields), upto(&desk, &fields));
    let choice = match choice(&many) {
        Ok(choice) => choice,
        Err(key) => return again(&desk, One::default(), many, vec![frame.say(key)]),
    };
    let chosen = desk.read(move |conn| choose_customers(conn, &choice, upto)).await?;
    let mut invited = 0;
    // Whoever sends this again finds those of the slices that were written among the referrers.
    for slice in chosen.ids.chunks(SLICE) {
        let slice = slice.to_vec();
        invited += desk.write(move |tx, now| enroll_customers(tx, now, &slice)).await?.len();
    }
    let more = if chosen.more { "&more=true" } else { "" };
    Ok(frame.go(&format!("/desk/referrers/invite?sent={invited}{more}")))
}
