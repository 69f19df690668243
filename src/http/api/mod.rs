//! The API, one file per noun.

use actix_web::web::ServiceConfig;

/// Adds the routes of every noun.
pub fn configure(_cfg: &mut ServiceConfig) {}
