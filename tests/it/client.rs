//! Speaks to the service over HTTP and holds every exchange against openapi.yaml.
#![cfg(test)]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

use super::contract::{self, Exchange};

static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept("application/json")
        // Visits of programs are no clicks.
        .user_agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36")
        .timeout_global(Some(Duration::from_secs(60)))
        // A crowd keeps its connections, and gives them up before the service does.
        .max_idle_connections(256)
        .max_idle_connections_per_host(128)
        .max_idle_age(Duration::from_secs(10))
        .build()
        .new_agent()
});

/// A caller: where the service is and which token he holds.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) token: Option<String>,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// For messages: what was asked.
    title: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body; signs of a file that is no text are replaced.
    pub(crate) text: String,
    /// The body as it came.
    pub(crate) bytes: Vec<u8>,
}

impl Client {
    pub(crate) fn new(base: &str, token: Option<&str>) -> Self {
        Self { base: base.to_owned(), token: token.map(str::to_owned), headers: Vec::new() }
    }

    /// The same caller at another door.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The same caller with one header more.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut same = self.clone();
        same.headers.push((name.to_owned(), value.to_owned()));
        same
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, None)
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Answer {
        self.send("POST", target, Some(body.to_string().as_bytes()))
    }

    pub(crate) fn patch(&self, target: &str, body: &Value) -> Answer {
        self.send("PATCH", target, Some(body.to_string().as_bytes()))
    }

    pub(crate) fn put(&self, target: &str, body: &Value) -> Answer {
        self.send("PUT", target, Some(body.to_string().as_bytes()))
    }

    pub(crate) fn delete(&self, target: &str) -> Answer {
        self.send("DELETE", target, None)
    }

    /// A POST without a body.
    pub(crate) fn order(&self, target: &str) -> Answer {
        self.send("POST", target, None)
    }

    /// A POST with a fresh `Idempotency-Key`.
    pub(crate) fn post_once(&self, target: &str, body: &Value) -> Answer {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.with("Idempotency-Key", &format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))).post(target, body)
    }

    /// Sends bytes as they are; JSON unless a header says otherwise.
    pub(crate) fn send(&self, method: &str, target: &str, body: Option<&[u8]>) -> Answer {
        let answer = self.exchange(method, target, body);
        contract::judge(&Exchange {
            method,
            target,
            has_idempotency_key: self.has("idempotency-key"),
            request: body.unwrap_or_default(),
            status: answer.status,
            content_type: answer.header("content-type"),
            response: answer.text.as_bytes(),
        });
        answer
    }

    /// As [`Self::send`] but for addresses the document does not know.
    pub(crate) fn exchange(&self, method: &str, target: &str, body: Option<&[u8]>) -> Answer {
        self.attempt(method, target, body).unwrap_or_else(|fault| panic!("{method} {target}: {fault}"))
    }

    /// As [`Self::exchange`] but for a service that may die before it answers.
    pub(crate) fn attempt(&self, method: &str, target: &str, body: Option<&[u8]>) -> Result<Answer, ureq::Error> {
        let title = format!("{method} {target}");
        let mut request = Request::builder().method(method).uri(format!("{}{target}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if body.is_some() && !self.has("content-type") {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let sent = match body {
            Some(body) => AGENT.run(request.body(body).expect("a request")),
            None if method == "GET" => AGENT.run(request.body(()).expect("a request")),
            None => AGENT.run(request.body(&b""[..]).expect("a request")),
        };
        let mut response = sent?;
        let bytes = response.body_mut().read_to_vec()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { title, status: response.status().as_u16(), headers: response.headers().clone(), text, bytes })
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

impl Answer {
    /// The body, when the status is `status`.
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.title, self.text);
        self.json()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{}: {fault}: {}", self.title, self.text))
    }

    /// The problem, when it is `code` with `status`.
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        let title = self.title.clone();
        let problem = self.is(status);
        assert_eq!(problem["code"], code, "{title}: {problem:#}");
        problem
    }

    /// A 422 whose first fault is at `pointer` with `code`.
    pub(crate) fn faults(self, pointer: &str, code: &str) {
        let title = self.title.clone();
        let problem = self.is(422);
        let first = &problem["errors"][0];
        assert_eq!((first["pointer"].as_str(), first["code"].as_str()), (Some(pointer), Some(code)), "{title}: {problem:#}");
        assert!(first["message"].as_str().is_some_and(|message| message.len() > 10), "{title}: {problem:#}");
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
