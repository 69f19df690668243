//! A form that carries a file (RFC 7578). As with every form, to take one is to have checked where it was sent from.

use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::{TryStreamExt, stream};

use super::form::{Fields, same_origin};
use crate::http::problem::ApiError;
use crate::http::upload::{UPLOAD_MAX, collected};

/// What a form's other fields, its heads and edges may come to, in bytes.
const REST_MAX: usize = 64 * 1024;

/// More fields than any form of ours has.
const FIELDS_MAX: usize = 64;

/// The longest name of a file that is kept, in characters.
const NAME_MAX: usize = 120;

/// A form with a file in the field `file`.
#[derive(Debug, Default)]
pub struct Upload {
    /// The file's bytes; none where no file was chosen.
    pub file: Bytes,
    /// What its owner calls it, without its folder.
    pub file_name: String,
    /// The other fields.
    pub fields: Fields,
}

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let from_us = same_origin(req);
        let (collected, req) = (collected(req, payload, UPLOAD_MAX + REST_MAX), req.clone());
        Box::pin(async move {
            from_us?;
            let bytes = collected.await?;
            let whole = stream::iter([Ok::<_, PayloadError>(bytes)]);
            parse(Multipart::new(req.headers(), whole)).await
        })
    }
}

async fn parse(mut parts: Multipart) -> Result<Upload, ApiError> {
    let (mut upload, mut fields, mut rest) = (Upload::default(), Vec::new(), 0_usize);
    while let Some(mut part) = parts.try_next().await.map_err(|error| unreadable(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|found| found.get_filename().map(shown));
        let most = if file_name.is_some() { UPLOAD_MAX } else { REST_MAX };
        let content = part.bytes(most).await.map_err(|_| ApiError::too_large(most))?.map_err(|error| unreadable(&error))?;
        if let Some(file_name) = file_name {
            if name == "file" && upload.file.is_empty() {
                (upload.file, upload.file_name) = (content, file_name);
            }
            continue;
        }
        rest += content.len();
        if rest > REST_MAX || fields.len() >= FIELDS_MAX {
            return Err(ApiError::too_large(REST_MAX));
        }
        let text =
            String::from_utf8(content.to_vec()).map_err(|_| ApiError::bad_request("broken_body", "the form is not UTF-8"))?;
        fields.push((name, text));
    }
    upload.fields = Fields::of(fields);
    Ok(upload)
}

fn unreadable(error: &actix_multipart::MultipartError) -> ApiError {
    ApiError::bad_request("broken_body", format!("the form cannot be read ({error}); send it again"))
}

/// A name to be shown: the last part of a path, in one line, not longer than people read.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks of direction make an .exe look like a .csv.
    let turns = |sign: char| matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    last.chars().filter(|sign| !sign.is_control() && !turns(*sign)).take(NAME_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_neither_folders_nor_control_signs() {
        for (name, kept) in [
            ("Kunden.xlsx", "Kunden.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Daten\\a.csv", "a.csv"),
            ("a\r\nSet-Cookie: x\0.csv", "aSet-Cookie: x.csv"),
            ("<img src=x onerror=1>.csv", "<img src=x onerror=1>.csv"),
            ("a\u{202e}vsc.exe", "avsc.exe"),
            ("", ""),
        ] {
            assert_eq!(shown(name), kept, "{name:?}");
        }
        assert_eq!(shown(&"ä".repeat(500)).chars().count(), NAME_MAX);
    }
}
