//! The last requests to the sandbox, with their answers, so that a developer sees what his program sent. In the memory of
//! this process only; a live request is never kept, nor any token or secret.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage, HttpRequest};
use serde_json::Value;

use super::body::BodyRead;
use super::sessions::Sessions;
use crate::domain::id::RequestId;
use crate::domain::instant::Instant;

/// Requests that are kept.
const KEPT: usize = 200;

/// Bytes of a body that are kept.
pub const BODY_KEPT: usize = 16 * 1024;

/// Bytes of all bodies that are kept together.
const ALL_KEPT: usize = 2 * 1024 * 1024;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Fields that hold what opens something.
const SECRET: [&str; 8] = ["secret", "key", "token", "password", "client_secret", "api_key", "iban", "account"];

/// Marks a request that was made with a token for the sandbox.
#[derive(Debug, Clone, Copy)]
pub struct InSandbox;

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As the answer named it.
    pub id: RequestId,
    /// When it was answered, by the live clock.
    pub at: Instant,
    /// Such as `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
    /// What was sent, secrets masked; none where there was no body.
    pub sent: Option<String>,
    /// What was answered, secrets masked; none where it came in pieces or was none.
    pub answered: Option<String>,
    /// Whether it can be sent again as it stands: nothing was cut or masked.
    pub whole: bool,
}

/// The log of one process.
#[derive(Debug, Default)]
pub struct RequestLog {
    entries: Mutex<VecDeque<Entry>>,
}

impl RequestLog {
    /// Keeps the request that `response` answers, if it was one to the sandbox.
    #[must_use]
    pub fn remember(&self, sessions: &Sessions, response: ServiceResponse<BoxBody>, at: Instant) -> ServiceResponse<BoxBody> {
        // A fault in the body may be told before anybody has looked at the token.
        let in_sandbox = response.request().extensions().get::<InSandbox>().is_some()
            || (response.status().is_client_error() && holds_sandbox_token(sessions, response.request()));
        if !in_sandbox {
            return response;
        }
        let (request, answer) = response.into_parts();
        let (answer, body) = answer.into_parts();
        let (body, answered) = match body.try_into_bytes() {
            Ok(bytes) => (BoxBody::new(bytes.clone()), Some(bytes)),
            Err(body) => (body, None),
        };
        let sent = request.extensions().get::<BodyRead>().map(|body| body.0.clone());
        let id = request.extensions().get::<RequestId>().copied();
        if let Some(id) = id {
            let (sent, whole) = sent.map_or((None, true), |bytes| shown(&bytes));
            self.add(Entry {
                id,
                at,
                method: request.method().to_string(),
                target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
                status: answer.status().as_u16(),
                sent,
                answered: answered.and_then(|bytes| shown(&bytes).0),
                whole,
            });
        }
        ServiceResponse::new(request, answer.set_body(body))
    }

    fn add(&self, entry: Entry) {
        let mut entries = lock(&self.entries);
        entries.push_front(entry);
        entries.truncate(KEPT);
        let mut all = 0;
        let fitting = entries.iter().take_while(|entry| {
            all += [&entry.sent, &entry.answered].into_iter().flatten().map(String::len).sum::<usize>();
            all <= ALL_KEPT
        });
        let fitting = fitting.count();
        entries.truncate(fitting.max(1));
    }

    /// What is kept, the newest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).iter().cloned().collect()
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: RequestId) -> Option<Entry> {
        lock(&self.entries).iter().find(|entry| entry.id == id).cloned()
    }
}

fn holds_sandbox_token(sessions: &Sessions, request: &HttpRequest) -> bool {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|text| text.split_once(' ')).is_some_and(|(_, token)| sessions.is_for_sandbox(token.trim()))
}

fn lock(entries: &Mutex<VecDeque<Entry>>) -> MutexGuard<'_, VecDeque<Entry>> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body as it is kept, and whether that is all of it. JSON is set out, its secrets masked.
fn shown(bytes: &[u8]) -> (Option<String>, bool) {
    if bytes.is_empty() {
        return (None, true);
    }
    let (text, masked) = match serde_json::from_slice::<Value>(bytes) {
        Ok(mut value) => {
            let masked = mask(&mut value);
            (serde_json::to_string_pretty(&value).unwrap_or_default(), masked)
        }
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), false),
    };
    if text.len() <= BODY_KEPT {
        return (Some(text), !masked);
    }
    let cut: String = text.char_indices().take_while(|(place, _)| *place < BODY_KEPT).map(|(_, sign)| sign).collect();
    (Some(cut), false)
}

/// Masks what opens something; returns whether there was anything.
fn mask(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| mask(item) | any),
        Value::Object(fields) => fields.iter_mut().fold(false, |any, (name, field)| {
            if SECRET.contains(&name.as_str()) && field.is_string() {
                *field = Value::from(MASK);
                return true;
            }
            mask(field) | any
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u128, size: usize) -> Entry {
        Entry {
            id: RequestId::from_uuid(uuid::Uuid::from_u128(number)),
            at: Instant::from_micros(0),
            method: "GET".to_owned(),
            target: "/v1/sales".to_owned(),
            status: 200,
            sent: None,
            answered: Some("x".repeat(size)),
            whole: true,
        }
    }

    #[test]
    fn the_oldest_make_room() {
        let log = RequestLog::default();
        (0..300).for_each(|number| log.add(entry(number, 10)));
        assert_eq!(log.entries().len(), KEPT);
        assert_eq!(log.entries()[0], entry(299, 10));
        (0..200).for_each(|number| log.add(entry(number, BODY_KEPT)));
        assert_eq!(log.entries().len(), ALL_KEPT / BODY_KEPT);
        assert!(log.find(entry(199, 0).id).is_some() && log.find(entry(1, 0).id).is_none());
    }

    #[test]
    fn secrets_are_masked_and_long_bodies_cut() {
        let (text, whole) = shown(br#"{"kind":"shopify","secret":"abc","api":{"key":"k"}}"#);
        let text = text.expect("a body");
        assert!(
            !whole && !text.contains("abc") && text.contains("\"secret\": \"***\"") && text.contains("\"key\": \"***\""),
            "{text}"
        );
        assert_eq!(shown(b"order,total"), (Some("order,total".to_owned()), true));
        assert_eq!(shown(b""), (None, true));
        let (long, whole) = shown("\u{e4}".repeat(BODY_KEPT).as_bytes());
        assert!(!whole && long.is_some_and(|text| text.len() <= BODY_KEPT + 1));
    }
}
