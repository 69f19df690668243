//! Which storefront a request speaks for.

use crate::domain::field::short_text;
use crate::domain::principal::{Principal, Role};
use crate::http::problem::ApiError;

/// The storefront of whoever names none.
const DEFAULT: &str = "main";

/// A storefront's token speaks for its own source only; others name one or mean `main`.
///
/// # Errors
/// 403 when the body names another source than the token's, 422 when it is no name.
pub(super) fn source_of(principal: &Principal, named: Option<&str>) -> Result<String, ApiError> {
    if let Some(named) = named {
        short_text("/source", named)?;
    }
    match (principal.role, principal.source.as_deref(), named) {
        (Role::Storefront, Some(own), Some(named)) if own != named => {
            Err(ApiError::forbidden(format!("this token reports for the source {own:?} only; leave source out")))
        }
        (Role::Storefront, Some(own), _) => Ok(own.to_owned()),
        (_, _, named) => Ok(named.unwrap_or(DEFAULT).to_owned()),
    }
}
