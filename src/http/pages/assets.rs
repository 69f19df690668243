//! The style sheet, the script and the sign, compiled in. Their names change with their content, so browsers keep
//! them for a year and never show an old one.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, ServiceConfig};
use sha2::{Digest, Sha256};

use crate::http::problem::ApiError;

/// A file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// The style sheet.
    Style,
    /// The script.
    Script,
    /// The sign in a browser's tab.
    Icon,
}

const ALL: [Asset; 3] = [Asset::Style, Asset::Script, Asset::Icon];

impl Asset {
    const fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Style => ("hound", "css", "text/css; charset=utf-8", include_str!("assets/hound.css")),
            Self::Script => ("hound", "js", "text/javascript; charset=utf-8", include_str!("assets/desk.js")),
            Self::Icon => ("hound", "svg", "image/svg+xml", include_str!("assets/icon.svg")),
        }
    }
}

static NAMES: LazyLock<[String; 3]> = LazyLock::new(|| {
    ALL.map(|asset| {
        let (stem, ending, _, content) = asset.parts();
        let hash = hex::encode(Sha256::digest(content));
        format!("{stem}-{}.{ending}", hash.get(..12).unwrap_or_default())
    })
});

/// The name under which browsers know `asset`.
#[must_use]
pub(super) fn name(asset: Asset) -> &'static str {
    let place = ALL.iter().position(|known| *known == asset).unwrap_or_default();
    NAMES.get(place).map(String::as_str).unwrap_or_default()
}

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/assets/{name}").route(web::get().to(read)));
}

async fn read(wanted: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let asset = ALL.into_iter().find(|asset| name(*asset) == wanted.as_str()).ok_or_else(|| ApiError::not_found("file"))?;
    let (_, _, media, content) = asset.parts();
    let kept = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, media)).insert_header(kept).body(content))
}
