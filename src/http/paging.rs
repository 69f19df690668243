//! Lists: `?limit=&after=` in, `{"data": [], "has_more": true}` out.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::problem::ApiError;
use super::query;
use crate::domain::field::FieldError;

/// Rows on a page unless asked otherwise.
pub const LIMIT_DEFAULT: i64 = 50;

/// The most rows on a page.
pub const LIMIT_MAX: i64 = 100;

/// Which page is wanted. As an extractor it refuses every other parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// 1 to 100 rows.
    pub limit: i64,
    /// The last id of the page before.
    pub after: Option<Uuid>,
}

/// A page and the list's own filters: `Filtered(page, filter): Filtered<SalesFilter>`. `F` is a plain
/// struct of `Option`s with `deny_unknown_fields`.
#[derive(Debug)]
pub struct Filtered<F>(pub Page, pub F);

/// Parameters of something that is no list: `Query(request): Query<ReportQuery>`.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Whether there are more after the last.
    pub has_more: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFilter {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    limit: Option<i64>,
    after: Option<Uuid>,
}

impl Page {
    /// How many rows to ask the database for: one more than are shown, to know whether there are more.
    #[must_use]
    pub const fn fetch(self) -> i64 {
        self.limit + 1
    }
}

impl<T> List<T> {
    /// The page made of rows read with [`Page::fetch`].
    #[must_use]
    pub fn of(rows: Vec<T>, page: Page) -> Self {
        Self::cut(rows, page.limit)
    }

    /// The first `limit` of rows of which one more was asked for.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, limit: i64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Self { data: rows, has_more }
    }

    /// The last row, if others follow it.
    #[must_use]
    pub fn goes_on_after(&self) -> Option<&T> {
        self.data.last().filter(|_| self.has_more)
    }

    /// The same page with every row turned into its shown form.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> List<U> {
        List { data: self.data.into_iter().map(show).collect(), has_more: self.has_more }
    }
}

impl<F: DeserializeOwned> Filtered<F> {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let (page, filter): (Vec<_>, Vec<_>) =
            query::pairs(text)?.into_iter().partition(|(name, _)| matches!(name.as_str(), "limit" | "after"));
        let PageQuery { limit, after } = query::parse(page)?;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(FieldError::new("?limit", "out_of_range", format!("must be between 1 and {LIMIT_MAX}")).into());
        }
        Ok(Self(Page { limit, after }, query::parse(filter)?))
    }
}

impl FromRequest for Page {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Filtered::<NoFilter>::parse(req.query_string()).map(|Filtered(page, _)| page))
    }
}

impl<F: DeserializeOwned> FromRequest for Filtered<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(req.query_string()))
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query::pairs(req.query_string()).and_then(query::parse).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sale::SaleStatus;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        status: Option<SaleStatus>,
        customer_id: Option<Uuid>,
        test: Option<bool>,
    }

    #[test]
    fn a_page_and_its_filters_are_told_apart() {
        let Filtered(page, filter) = Filtered::<Filter>::parse("").expect("nothing");
        assert_eq!((page, filter), (Page { limit: 50, after: None }, Filter::default()));
        let id = "0190163d-8694-739b-aea5-966c26f8ad90";
        let text = format!("status=paid&limit=100&after={id}&customer_id={id}&test=true");
        let Filtered(page, filter) = Filtered::<Filter>::parse(&text).expect("all of it");
        assert_eq!((page.limit, page.after), (100, Some(id.parse().expect("an id"))));
        assert_eq!((filter.status, filter.test), (Some(SaleStatus::Paid), Some(true)));
    }

    #[test]
    fn what_a_list_does_not_know_is_refused() {
        for bad in ["limit=0", "limit=101", "limit=ten", "limit=1&limit=2", "after=x", "stauts=paid", "status=PAID", "test=maybe"]
        {
            let error = Filtered::<Filter>::parse(bad).map(drop).expect_err(bad);
            let shown = error.document();
            let name = format!("?{}", bad.split('=').next().unwrap_or_default());
            assert_eq!(
                (shown["status"].as_u64(), shown["errors"][0]["pointer"].as_str()),
                (Some(422), Some(name.as_str())),
                "{bad}"
            );
        }
    }
}
