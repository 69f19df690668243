//! One request and its answer.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, Request, Uri};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use super::resolve::{FORBIDDEN, Guarded};
use crate::domain::outward::Outward;

/// From the name's look-up to the answer's last byte (Standard Webhooks advises 15 to 30 s); well
/// under a job's lease.
const TIME_MAX: Duration = Duration::from_secs(15);

/// Calls other people's servers. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Outbound {
    agent: Agent,
    outward: Arc<Outward>,
}

/// What to do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What to do.
    pub method: Method,
    /// Where; screened once more before it is called.
    pub url: &'a str,
    /// Headers besides `Host`, `Content-Length` and `User-Agent`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; empty for none.
    pub body: &'a [u8],
    /// The most bytes of the answer's body that are read; what is beyond stays unread.
    pub answer_max: u64,
}

/// An answer, whatever its status. Redirects are answers too: none is followed.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its HTTP status.
    pub status: u16,
    /// The beginning of its body.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
    headers: HeaderMap,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// We do not call this address.
    #[error("{0}")]
    Forbidden(String),
    /// It could not be reached, or did not answer in time.
    #[error("{0}")]
    Failed(String),
}

impl Method {
    const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Reply {
    /// The header called `name`, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the status says that it was done: 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

impl Outbound {
    /// Calls what `outward` allows.
    #[must_use]
    pub fn new(outward: Outward) -> Self {
        let outward = Arc::new(outward);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The environment's proxy would resolve names in our stead.
            .proxy(None)
            .user_agent(concat!("houndplan/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(TIME_MAX))
            .max_response_header_size(16 * 1024)
            .max_idle_connections(32)
            .max_idle_connections_per_host(2)
            .max_idle_age(Duration::from_secs(10))
            .build();
        let resolver = Guarded { outward: Arc::clone(&outward), inner: DefaultResolver::default() };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver), outward }
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// When the address is forbidden or there was no answer in time.
    pub fn call(&self, call: Call<'_>) -> Result<Reply, CallError> {
        let url = self
            .outward
            .screen("the address", call.url)
            .map_err(|fault| CallError::Forbidden(format!("{} {}", fault.pointer, fault.message)))?;
        let uri: Uri = url.as_str().parse().map_err(|_| CallError::Forbidden("the address cannot be read".to_owned()))?;
        // Two parsers that disagree about the host are the oldest way around such a guard.
        if uri.host() != url.host_str() {
            return Err(CallError::Forbidden("the address can be read in two ways".to_owned()));
        }
        let mut request = Request::builder().method(call.method.word()).uri(uri);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let failed = |error: &dyn std::fmt::Display| CallError::Failed(error.to_string());
        let answer = if call.body.is_empty() && matches!(call.method, Method::Get | Method::Delete) {
            self.agent.run(request.body(()).map_err(|error| failed(&error))?)
        } else {
            self.agent.run(request.body(call.body).map_err(|error| failed(&error))?)
        };
        let answer = answer.map_err(|error| match error.to_string() {
            text if text.contains(FORBIDDEN) => CallError::Forbidden(text),
            text => CallError::Failed(text),
        })?;
        let (head, mut body) = answer.into_parts();
        let mut read = Vec::new();
        let most = call.answer_max.saturating_add(1);
        body.as_reader().take(most).read_to_end(&mut read).map_err(|error| failed(&error))?;
        let limit = usize::try_from(call.answer_max).unwrap_or(usize::MAX);
        let whole = read.len() <= limit;
        read.truncate(limit);
        Ok(Reply { status: head.status.as_u16(), body: read, whole, headers: head.headers })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    /// A server that gives each caller the next answer; returns where it listens.
    fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a caller");
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).expect("a request");
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
        });
        address
    }

    fn get(url: &str) -> Call<'_> {
        Call { method: Method::Get, url, headers: &[], body: &[], answer_max: 4 }
    }

    #[test]
    fn a_redirect_is_an_answer_and_a_long_answer_is_cut() {
        let address = server(&[
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX-Pages: 3\r\nConnection: close\r\nContent-Length: 8\r\n\r\nabcdefgh",
        ]);
        let outbound = Outbound::new(Outward::parse(&address).expect("a list"));
        let url = format!("http://{address}/");
        let moved = outbound.call(get(&url)).expect("an answer");
        assert_eq!((moved.status, moved.is_success(), moved.body.len()), (302, false, 0));
        let long = outbound.call(get(&url)).expect("an answer");
        assert_eq!(
            (long.status, long.body.as_slice(), long.whole, long.header("x-pages")),
            (200, &b"abcd"[..], false, Some("3"))
        );
    }

    #[test]
    fn our_own_network_is_not_called() {
        let outbound = Outbound::new(Outward::default());
        for url in ["http://127.0.0.1:1/", "https://localhost/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/"] {
            assert!(matches!(outbound.call(get(url)), Err(CallError::Forbidden(_))), "{url}");
        }
    }
}
