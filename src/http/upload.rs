//! An uploaded file: any bytes, what they are is told by themselves. Limited in size and time.

use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::TryStreamExt;

use super::body::BodyRead;
use super::problem::ApiError;
use crate::domain::field::FieldError;

/// The most bytes of an upload; larger files go in by `hound import`.
pub const UPLOAD_MAX: usize = 16 * 1024 * 1024;

/// The most bytes that are listened to before a body is refused as too large.
const HEARD_MAX: usize = 4 * UPLOAD_MAX;

/// An upload must be there this soon after its head.
const UPLOAD_DEADLINE: Duration = Duration::from_secs(60);

/// The bytes of a request that carries a file; one at least.
#[derive(Debug)]
pub struct Upload(pub Bytes);

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let collected = collected(req, payload, UPLOAD_MAX);
        Box::pin(async move {
            let bytes = collected.await?;
            if bytes.is_empty() {
                return Err(FieldError::new("", "empty", "is empty; send the file as the body").into());
            }
            Ok(Self(bytes))
        })
    }
}

/// The whole body of a request, at most `most` bytes. One that is somewhat larger is read to its end all the same, so
/// that whoever sends it hears why it is refused instead of a broken connection.
pub(super) fn collected(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let coded = req.headers().get_all(CONTENT_ENCODING).any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let announced = req.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let (payload, req) = (web::Payload::from_request(req, payload), req.clone());
    async move {
        if coded {
            let said = "compressed bodies are not read; send a .csv.gz as it is, without Content-Encoding";
            return Err(ApiError::unsupported_media_type(said));
        }
        if announced > HEARD_MAX {
            return Err(ApiError::too_large(most));
        }
        let broken = || ApiError::bad_request("broken_body", "the body broke off; send it again");
        let payload = payload.await.map_err(|_| broken())?;
        let bytes = match tokio::time::timeout(UPLOAD_DEADLINE, gather(payload, most)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(_)) => return Err(broken()),
            Err(_) => return Err(ApiError::too_slow()),
        };
        let Gathered { kept, seen } = bytes;
        if seen <= HEARD_MAX {
            req.extensions_mut().insert(BodyRead(Bytes::new()));
        }
        if seen > most { Err(ApiError::too_large(most)) } else { Ok(kept) }
    }
}

/// What came of a body.
struct Gathered {
    /// Its bytes, unless they were too many.
    kept: Bytes,
    /// How many came; more than [`HEARD_MAX`] when it was not read to its end.
    seen: usize,
}

async fn gather(mut payload: web::Payload, most: usize) -> Result<Gathered, PayloadError> {
    let (mut kept, mut seen) = (BytesMut::new(), 0_usize);
    while let Some(piece) = payload.try_next().await? {
        seen = seen.saturating_add(piece.len());
        if seen > HEARD_MAX {
            break;
        }
        if seen <= most {
            kept.extend_from_slice(&piece);
        } else {
            kept = BytesMut::new();
        }
    }
    Ok(Gathered { kept: kept.freeze(), seen })
}
