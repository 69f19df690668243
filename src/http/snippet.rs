//! `/hound.js`: the few lines that a shop's pages load. Plain text without dependencies; it needs no more
//! of a content security policy than to be allowed itself.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::{self, ServiceConfig};

const SNIPPET: &str = include_str!("hound.js");

/// Pages of other sites load it (Fetch §3.7); those that isolate themselves ask for this header.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Adds the route.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/hound.js").route(web::get().to(snippet)));
}

async fn snippet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((RESOURCE_POLICY, "cross-origin"))
        .body(SNIPPET)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_snippet_is_small() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(SNIPPET.as_bytes()).expect("memory");
        let size = packed.finish().expect("memory").len();
        assert!(size <= 2_048, "{size} bytes");
        for power in ["eval", "innerHTML", "Function(", "document.write", "localStorage", "fetch("] {
            assert!(!SNIPPET.contains(power), "{power}");
        }
    }
}
