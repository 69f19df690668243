//! What makes the pages the shop's own: its logo and its colour. Kept in the live ledger, remembered for a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::db::{Conn, DbResult, settings};
use crate::domain::colour::{Colour, Shades};
use crate::http::app::App;
use crate::http::problem::ApiError;
use crate::operations::books::Book;

/// Where the colour is kept, as `#rrggbb`.
pub const ACCENT: &str = "look_accent";

/// Where the logo is kept, as its media type, a comma and Base64.
pub const LOGO: &str = "look_logo";

/// The largest logo, in bytes.
pub const LOGO_MAX: usize = 64 * 1024;

/// What was read is good for so long; a change shows within that time on every node.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// A picture of the shop's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// `image/png` or `image/jpeg`.
    pub media: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The shop's own look; nothing is set until the owner does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Its colour.
    pub accent: Option<Colour>,
    /// Its logo.
    pub logo: Option<Logo>,
    /// Changes with the colour.
    pub accent_version: Option<String>,
    /// Changes with the logo.
    pub logo_version: Option<String>,
}

/// What was read last.
#[derive(Debug, Default)]
pub struct Looks(Mutex<Option<(Moment, Arc<Look>)>>);

impl Looks {
    /// The look as it stands.
    ///
    /// # Errors
    /// 503 when the ledger cannot be reached.
    pub async fn now(&self, live: &Arc<Book>) -> Result<Arc<Look>, ApiError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, look)) = known.filter(|(asked, _)| asked.elapsed() < STANDS_FOR) {
            return Ok(look);
        }
        let (asked, book) = (Moment::now(), Arc::clone(live));
        let read = web::block(move || book.readers.read(read)).await;
        let look = Arc::new(read.map_err(|error| ApiError::internal(error.to_string()))??);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, Arc::clone(&look)));
        Ok(look)
    }

    /// Forgets what was read, after a change.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Logo {
    /// The picture in `bytes`; none unless it begins as a PNG or JPEG does.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let media = match bytes {
            // PNG, third edition, §5.2; JPEG, ISO/IEC 10918-1 B.1.1.3.
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            _ => return None,
        };
        Some(Self { media, bytes: bytes.to_vec() })
    }

    /// As it is kept.
    #[must_use]
    pub fn kept(&self) -> String {
        format!("{},{}", self.media, STANDARD.encode(&self.bytes))
    }
}

fn read(conn: &mut Conn<'_>) -> DbResult<Look> {
    let (accent, logo) = (settings::get(conn, ACCENT)?, settings::get(conn, LOGO)?);
    let version = |text: &String| hex::encode(Sha256::digest(text)).chars().take(12).collect::<String>();
    let (accent_version, logo_version) = (accent.as_ref().map(version), logo.as_ref().map(version));
    let logo = logo.and_then(|text| text.split_once(',').and_then(|(_, file)| STANDARD.decode(file).ok()));
    let logo = logo.and_then(|bytes| Logo::of(&bytes));
    Ok(Look { accent: accent.and_then(|text| Colour::parse(&text)), logo, accent_version, logo_version })
}

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/assets/shop.css").route(web::get().to(style)))
        .service(web::resource("/assets/logo").route(web::get().to(logo)));
}

/// A page cannot say it itself: its policy forbids styles inside.
async fn style(app: web::Data<App>) -> Result<impl Responder, ApiError> {
    let look = app.looks.now(&app.books.live).await?;
    let shades = look.accent.and_then(|accent| accent.shades().ok()).ok_or_else(|| ApiError::not_found("file"))?;
    let kept = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/css; charset=utf-8")).insert_header(kept).body(sheet(&shades)))
}

fn sheet(shades: &Shades) -> String {
    let Shades { accent, wash, night_accent, night_wash } = shades;
    format!(
        ":root {{ --accent: {}; --on-accent: #fff; --wash: {}; }}\n\
         @media (prefers-color-scheme: dark) {{ :root {{ --accent: {}; --on-accent: #10131a; --wash: {}; }} }}\n",
        accent.hex(),
        wash.hex(),
        night_accent.hex(),
        night_wash.hex()
    )
}

async fn logo(app: web::Data<App>) -> Result<impl Responder, ApiError> {
    let look = app.looks.now(&app.books.live).await?;
    let logo = look.logo.as_ref().ok_or_else(|| ApiError::not_found("file"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, logo.media))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(logo.bytes.clone()))
}
