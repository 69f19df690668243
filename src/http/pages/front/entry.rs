//! What the doors of the desk have in common: whoever comes in gets a session of his own, and goes where he wanted.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse};

use crate::db::tokens::TokenRow;
use crate::domain::id::TokenId;
use crate::http::app::App;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Door;
use crate::http::problem::ApiError;

/// Where somebody goes who names nothing else.
const HOME: &str = "/desk";

/// The longest address that somebody is sent on to, in bytes.
const PATH_MAX: usize = 1_000;

/// `to` if it is a path of ours, else the desk. Browsers take `\` for `/` and leave out tabs and line breaks (URL
/// Standard §4.4), so only plain signs pass.
pub(in crate::http::pages) fn inside(to: Option<&str>) -> &str {
    let plain = |path: &&str| path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let ours = |path: &&str| path.starts_with('/') && !path.starts_with("//") && path.len() <= PATH_MAX;
    to.filter(ours).filter(plain).unwrap_or(HOME)
}

/// The session that `req` brings, if it still stands: its token and its id.
pub(in crate::http::pages) async fn present(req: &HttpRequest, app: &App) -> Option<(String, TokenId)> {
    let token = Door::Desk.token(req, app)?;
    let principal = app.sessions.principal(&token).await.ok()?;
    Some((token, principal.token_id))
}

/// On to `path` with the session `row`, which takes the place of whatever the browser brought.
///
/// # Errors
/// 500 when the key does not sign.
pub(in crate::http::pages) fn let_in(app: &App, frame: &Frame, row: &TokenRow, path: &str) -> Result<HttpResponse, ApiError> {
    let mut answer = frame.go(path);
    give(&mut answer, &Door::Desk.open(app, row, app.sessions.mint(row)?))?;
    Ok(answer)
}

/// Lets the browser keep `cookie`.
///
/// # Errors
/// 500 for a cookie that is none, which ours never are.
pub(in crate::http::pages) fn give(answer: &mut HttpResponse, cookie: &Cookie<'_>) -> Result<(), ApiError> {
    answer.add_cookie(cookie).map_err(|error| ApiError::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_house() {
        for ours in ["/desk", "/desk/sales?after=1&state=held", "/portal", "/", "/desk/0190/../x", "/a//b", "/https://a"] {
            assert_eq!(inside(Some(ours)), ours);
        }
        let long = format!("/{}", "a".repeat(PATH_MAX));
        for other in [
            "",
            "desk",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/desk\\..\\evil",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /desk",
            " //evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            "\t//evil.example",
            "/desk\u{0}",
            "/ü",
            "/\u{2028}/evil.example",
            ".evil.example",
            "@evil.example",
            "?to=/desk",
            &long,
        ] {
            assert_eq!(inside(Some(other)), HOME, "{other:?}");
        }
        assert_eq!(inside(None), HOME);
    }
}
