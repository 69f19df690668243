//! A request in words that a developer pastes: for a shell, for JavaScript, for PHP. The token comes from the environment,
//! so that none ends up in a file.

use std::fmt::Write as _;

use super::document::Operation;

/// The same request in three languages.
pub(super) struct Samples {
    pub(super) curl: String,
    pub(super) javascript: String,
    pub(super) php: String,
}

/// The parts of a request that all languages need.
struct Request<'a> {
    method: &'a str,
    url: String,
    headers: Vec<(&'static str, String)>,
    token: bool,
    body: Option<Payload<'a>>,
}

enum Payload<'a> {
    Json(&'a str),
    /// Bytes of a file of this name.
    File(&'static str),
}

/// The request of `operation` to the service at `base`.
pub(super) fn samples(operation: &Operation, base: &str) -> Samples {
    let request = Request::of(operation, base);
    Samples { curl: request.curl(), javascript: request.javascript(), php: request.php() }
}

impl<'a> Request<'a> {
    fn of(operation: &'a Operation, base: &str) -> Self {
        let example = operation.examples.first().map(|example| Payload::Json(&example.text));
        let body = match operation.media.as_deref() {
            None => None,
            Some("application/json") => Some(example.unwrap_or(Payload::Json("{}"))),
            Some("text/csv") => Some(Payload::File("file.csv")),
            Some(_) => Some(Payload::File("file.xml")),
        };
        let mut headers = Vec::new();
        if body.is_some() {
            headers.push(("Content-Type", operation.media.clone().unwrap_or_default()));
        }
        if operation.wants_key {
            headers.push(("Idempotency-Key", "order-2026-11-27-1".to_owned()));
        }
        Self {
            method: &operation.method,
            url: format!("{base}{}", operation.target),
            headers,
            token: !operation.roles.is_empty(),
            body,
        }
    }

    fn curl(&self) -> String {
        let mut text = format!("curl -X {} {}", self.method, quoted(&self.url));
        if self.token {
            text.push_str(" \\\n  -H \"Authorization: Bearer $HOUND_TOKEN\"");
        }
        for (name, value) in &self.headers {
            // Writing to a string cannot fail.
            let _ = write!(text, " \\\n  -H {}", quoted(&format!("{name}: {value}")));
        }
        match &self.body {
            None => {}
            Some(Payload::Json(json)) => {
                let _ = write!(text, " \\\n  -d {}", quoted(json));
            }
            Some(Payload::File(name)) => {
                let _ = write!(text, " \\\n  --data-binary @{name}");
            }
        }
        text
    }

    fn javascript(&self) -> String {
        let mut text = String::new();
        if let Some(Payload::File(_)) = self.body {
            text.push_str("import { readFile } from \"node:fs/promises\";\n\n");
        }
        let _ = write!(text, "const answer = await fetch({}, {{\n  method: \"{}\",\n", double(&self.url), self.method);
        if self.token || !self.headers.is_empty() {
            text.push_str("  headers: {\n");
            if self.token {
                text.push_str("    \"Authorization\": `Bearer ${process.env.HOUND_TOKEN}`,\n");
            }
            for (name, value) in &self.headers {
                let _ = writeln!(text, "    {}: {},", double(name), double(value));
            }
            text.push_str("  },\n");
        }
        match &self.body {
            None => {}
            // JSON is JavaScript.
            Some(Payload::Json(json)) => {
                let _ = writeln!(text, "  body: JSON.stringify({}),", json.replace('\n', "\n  "));
            }
            Some(Payload::File(name)) => {
                let _ = writeln!(text, "  body: await readFile({}),", double(name));
            }
        }
        text.push_str("});\nconsole.log(answer.status, await answer.text());");
        text
    }

    fn php(&self) -> String {
        let mut text = format!("<?php\n$request = curl_init({});\ncurl_setopt_array($request, [\n", quoted_php(&self.url));
        let _ = writeln!(text, "    CURLOPT_CUSTOMREQUEST => '{}',\n    CURLOPT_RETURNTRANSFER => true,", self.method);
        if self.token || !self.headers.is_empty() {
            text.push_str("    CURLOPT_HTTPHEADER => [\n");
            if self.token {
                text.push_str("        'Authorization: Bearer ' . getenv('HOUND_TOKEN'),\n");
            }
            for (name, value) in &self.headers {
                let _ = writeln!(text, "        {},", quoted_php(&format!("{name}: {value}")));
            }
            text.push_str("    ],\n");
        }
        match &self.body {
            None => {}
            Some(Payload::Json(json)) => {
                let _ = writeln!(text, "    CURLOPT_POSTFIELDS => <<<'JSON'\n    {}\n    JSON,", json.replace('\n', "\n    "));
            }
            Some(Payload::File(name)) => {
                let _ = writeln!(text, "    CURLOPT_POSTFIELDS => file_get_contents('{name}'),");
            }
        }
        text.push_str(
            "]);\n$answer = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $answer, PHP_EOL;",
        );
        text
    }
}

/// One word of a shell, whatever stands in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// One string of JavaScript.
fn double(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// One string of PHP.
fn quoted_php(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::reference::document::operation;

    #[test]
    fn each_language_quotes_in_its_own_way() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(double("a\"b"), r#""a\"b""#);
        assert_eq!(quoted_php(r"it's a \ b"), r"'it\'s a \\ b'");
    }

    #[test]
    fn a_sample_says_all_that_the_request_needs() {
        let sale = samples(operation("record_sale").expect("an operation"), "https://hound.example");
        assert!(
            sale.curl
                .starts_with("curl -X POST 'https://hound.example/v1/sales' \\\n  -H \"Authorization: Bearer $HOUND_TOKEN\"")
        );
        assert!(sale.curl.contains("\n  -d '{"), "{}", sale.curl);
        assert!(sale.javascript.contains("body: JSON.stringify({") && sale.php.contains("<<<'JSON'"));
        let keyed = samples(operation("advance_sandbox").expect("an operation"), "https://hound.example");
        assert!([&keyed.curl, &keyed.javascript, &keyed.php].iter().all(|sample| sample.contains("Idempotency-Key")));
        let public = samples(operation("erase_customer").expect("an operation"), "https://hound.example");
        assert!(public.curl.starts_with("curl -X DELETE") && !public.curl.contains("Content-Type"));
    }
}
