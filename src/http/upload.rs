//! An uploaded file: any bytes, what they are is told by themselves. Limited in size and time.

use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::body::BodyRead;
use super::problem::ApiError;
use crate::domain::field::FieldError;

/// The most bytes of an upload; larger files go in by `hound import`.
pub const UPLOAD_MAX: usize = 16 * 1024 * 1024;

/// An upload must be there this soon after its head.
const UPLOAD_DEADLINE: Duration = Duration::from_secs(60);

/// The bytes of a request that carries a file; one at least.
#[derive(Debug)]
pub struct Upload(pub Bytes);

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let coded = req.headers().get_all(CONTENT_ENCODING).any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
        let announced = req.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = announced.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let (payload, req) = (web::Payload::from_request(req, payload), req.clone());
        Box::pin(async move {
            if coded {
                let said = "compressed bodies are not read; send a .csv.gz as it is, without Content-Encoding";
                return Err(ApiError::unsupported_media_type(said));
            }
            if announced > UPLOAD_MAX {
                return Err(ApiError::too_large(UPLOAD_MAX));
            }
            let broken = || ApiError::bad_request("broken_body", "the body broke off; send it again");
            let payload = payload.await.map_err(|_| broken())?;
            let bytes = match tokio::time::timeout(UPLOAD_DEADLINE, payload.to_bytes_limited(UPLOAD_MAX)).await {
                Ok(Ok(Ok(bytes))) => bytes,
                Ok(Ok(Err(_))) => return Err(broken()),
                Ok(Err(_)) => return Err(ApiError::too_large(UPLOAD_MAX)),
                Err(_) => return Err(ApiError::too_slow()),
            };
            req.extensions_mut().insert(BodyRead);
            if bytes.is_empty() {
                return Err(FieldError::new("", "empty", "is empty; send the file as the body").into());
            }
            Ok(Self(bytes))
        })
    }
}
