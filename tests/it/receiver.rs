//! A program that takes webhooks, answers as it is told and keeps what it got.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use houndplan::domain::instant::Instant;
use houndplan::domain::signature::{SigningSecret, Standard, stands};
use serde_json::Value;

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Listens until the test's process ends.
pub(crate) struct Receiver {
    pub(crate) address: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    told: Vec<Told>,
    /// The answers to come; 200 when there are no more.
    answers: Vec<String>,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// Whether whoever knows `secret` sent it, judged as a receiver would.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let headers = Standard {
            id: self.header("webhook-id"),
            timestamp: self.header("webhook-timestamp"),
            signature: self.header("webhook-signature"),
        };
        let now: i64 = headers.timestamp.parse().expect("seconds");
        let now = Instant::from_micros(now * 1_000_000);
        stands(&[SigningSecret::parse(secret).expect("a secret")], headers, &self.body, now)
    }
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || attend(stream, &shared));
            }
        });
        Self { address, inner }
    }

    /// Says how the next requests are answered: a status, or a whole head.
    pub(crate) fn will_answer(&self, answers: &[&str]) {
        self.lock().answers = answers.iter().rev().map(|answer| (*answer).to_owned()).collect();
    }

    /// What came so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.lock().told.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn attend(mut stream: TcpStream, inner: &Mutex<Inner>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    while let Some(told) = read(&mut reader) {
        let answer = {
            let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
            inner.told.push(told);
            inner.answers.pop().unwrap_or_else(|| "200 OK".to_owned())
        };
        if write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Told> {
    let line = |reader: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        let read = reader.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let first = line(reader)?;
    let mut headers = Vec::new();
    loop {
        let text = line(reader)?;
        let Some((name, value)) = text.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().expect("bytes"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Told { path: first.split(' ').nth(1)?.to_owned(), headers, body })
}
