use actix_web::web::ServiceConfig;

pub(super) fn configure(_cfg: &mut ServiceConfig) {}
