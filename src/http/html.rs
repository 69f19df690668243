//! The few plain pages of version 1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Nothing is loaded from anywhere, and nobody frames us.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The policy of `page`: its own styles, named by their hashes (CSP3 §2.3.1), and nothing else. `forms` says
/// whether its forms may be sent, to us.
#[must_use]
pub fn policy(page: &str, forms: bool) -> String {
    let styles = page.split("<style>").skip(1).filter_map(|rest| rest.split_once("</style>"));
    let hashes = styles.map(|(style, _)| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style)))).collect::<String>();
    let styles = if hashes.is_empty() { String::new() } else { format!("; style-src{hashes}") };
    format!("{NOTHING}{styles}; form-action {}", if forms { "'self'" } else { "'none'" })
}

/// Text as it may stand in an element or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, symbol| {
        match symbol {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_only_look_as_it_was_written() {
        assert_eq!(policy("<p>plain", false), format!("{NOTHING}; form-action 'none'"));
        // printf '%s' 'p{color:red}' | openssl dgst -sha256 -binary | base64
        let styled = policy("<style>p{color:red}</style><p>", true);
        let hash = "p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64=";
        assert_eq!(styled, format!("{NOTHING}; style-src 'sha256-{hash}'; form-action 'self'"));
        assert!(!styled.contains("unsafe"));
    }
}
