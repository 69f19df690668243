//! Reports that leave page by page. Each page is read when the one before has been taken: a slow
//! reader holds neither a connection to the ledger nor more of the report than one page.

use std::sync::Arc;

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::Deserialize;

use super::callers::Caller;
use super::problem::ApiError;
use crate::operations::books::Book;
use crate::operations::pages::{Format, Pages};

/// What a report can be asked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// `?format=json`.
    Json,
    /// `?format=csv`.
    Csv,
}

impl Wish {
    /// What `?format` wants, or else `Accept`, or else JSON.
    #[must_use]
    pub fn of(asked: Option<Self>, req: &HttpRequest) -> Format {
        match asked {
            Some(Self::Csv) => Format::Csv,
            None if accepts(req, "text/csv") => Format::Csv,
            Some(Self::Json) | None => Format::Json,
        }
    }
}

/// What a report can be asked for as that is also printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperWish {
    /// `?format=json`.
    Json,
    /// `?format=csv`.
    Csv,
    /// `?format=pdf`.
    Pdf,
}

impl PaperWish {
    /// The text that `?format` wants, or else `Accept`, or else JSON; none when it is to be printed.
    #[must_use]
    pub fn text(asked: Option<Self>, req: &HttpRequest) -> Option<Format> {
        match asked {
            Some(Self::Json) => Some(Format::Json),
            Some(Self::Csv) => Some(Format::Csv),
            Some(Self::Pdf) => None,
            None if accepts(req, "application/pdf") => None,
            None => Some(Wish::of(None, req)),
        }
    }
}

fn accepts(req: &HttpRequest, media: &str) -> bool {
    let named = |text: &str| text.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == media);
    req.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok()).any(named)
}

struct Rest {
    book: Arc<Book>,
    pages: Box<dyn Pages>,
    page: Option<Bytes>,
}

/// Answers with a report; a table is called `name`.csv.
///
/// # Errors
/// When the first page cannot be read; a later one that cannot breaks the answer off.
pub async fn streamed(caller: &Caller, pages: Box<dyn Pages>, format: Format, name: &str) -> Result<HttpResponse, ApiError> {
    let rest = read(Rest { book: Arc::clone(&caller.book), pages, page: None }).await?;
    let body = stream::unfold(Some(rest), |rest| async move {
        let mut rest = rest?;
        let page = rest.page.take()?;
        match read(rest).await {
            Ok(rest) => Some((Ok(page), Some(rest))),
            Err(error) => {
                tracing::error!(%error, cause = error.cause(), "a report broke off");
                Some((Err(std::io::Error::other("the ledger could not be read further")), None))
            }
        }
    });
    let mut answer = HttpResponse::Ok();
    match format {
        Format::Json => answer.content_type("application/json"),
        Format::Csv => answer
            .content_type("text/csv; charset=utf-8; header=present")
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\""))),
    };
    Ok(answer.streaming(body))
}

async fn read(mut rest: Rest) -> Result<Rest, ApiError> {
    let read = web::block(move || {
        let page = rest.book.readers.read(|conn| rest.pages.next(conn))?;
        rest.page = page.map(Bytes::from);
        Ok::<_, ApiError>(rest)
    });
    read.await.map_err(|error| ApiError::internal(error.to_string()))?
}
