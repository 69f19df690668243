//! The developer's reference: every operation of `openapi.yaml` with what goes in and comes out, samples to paste, a form
//! that tries it in the sandbox, and the last requests there.

mod document;
mod exchange;
mod log;
mod samples;
mod schema;
mod trying;

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Path, ServiceConfig, get, post};
use askama::Template;

use self::document::{Chapter, Operation, document};
use self::samples::{Samples, samples};
use super::frame::Frame;
use super::people::Visitor;
use super::refusals::in_words;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let page = |path: &str| web::resource(path.to_owned()).wrap(from_fn(in_words));
    cfg.service(page("/docs").route(get().to(index)))
        .service(page("/docs/log").route(get().to(log::show)))
        .service(page("/docs/log/{id}/replay").route(post().to(log::replay)))
        .service(page("/docs/try").route(post().to(trying::send)))
        .service(page("/docs/{noun}").route(get().to(noun)));
}

/// A piece of a text: code where the contract writes it between backticks.
struct Piece<'a> {
    code: bool,
    text: &'a str,
}

/// The pieces of a text of the contract.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let pieces = text.split('`').enumerate().map(|(place, text)| Piece { code: place % 2 == 1, text });
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

/// What is a point of a list, without its star.
fn point(rule: &str) -> Option<&str> {
    rule.strip_prefix("* ")
}

#[derive(Template)]
#[template(path = "http/pages/reference/index.html")]
struct Index {
    frame: Frame,
    rules: &'static [String],
    chapters: &'static [Chapter],
}

async fn index(visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let page = Index { frame: visitor.frame(), rules: &document().rules, chapters: &document().chapters };
    page.frame.page(&page)
}

#[derive(Template)]
#[template(path = "http/pages/reference/noun.html")]
struct Page {
    frame: Frame,
    name: &'static str,
    operations: Vec<Shown>,
}

/// An operation with its samples.
struct Shown {
    operation: &'static Operation,
    samples: Samples,
    /// What the form begins with.
    body: Option<&'static str>,
}

async fn noun(visitor: Visitor, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let noun = document::noun(&name).ok_or_else(|| ApiError::not_found("page; see /docs"))?;
    let shown = |operation: &'static Operation| Shown {
        samples: samples(operation, &visitor.app.base_url),
        body: trying::takes_json(operation).then(|| operation.examples.first().map_or("{}", |example| example.text.as_str())),
        operation,
    };
    let page = Page { frame: visitor.frame(), name: &noun.name, operations: noun.operations.iter().map(shown).collect() };
    page.frame.page(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_backticks() {
        let told: Vec<(bool, &str)> = pieces("a `b` c").iter().map(|piece| (piece.code, piece.text)).collect();
        assert_eq!(told, [(false, "a "), (true, "b"), (false, " c")]);
        assert_eq!((point("* one"), point("two")), (Some("one"), None));
    }
}
