//! Sends a request to this very service, as any program would: what is tried here goes the whole way.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::http::problem::ApiError;

/// Longer than any answer of the service takes.
const DEADLINE: Duration = Duration::from_secs(15);

/// More of an answer is not shown.
const ANSWER_MAX: usize = 256 * 1024;

/// A request to be sent.
pub(super) struct Outgoing {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) token: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Sends a request to the service that listens at `address`.
///
/// # Errors
/// 503 when it does not answer in time or in words.
pub(super) async fn exchange(address: SocketAddr, outgoing: &Outgoing) -> Result<Incoming, ApiError> {
    let unavailable = |cause: String| ApiError::unavailable("unavailable", cause, 2);
    match tokio::time::timeout(DEADLINE, converse(reachable(address), outgoing)).await {
        Ok(Ok(bytes)) => parse(&bytes).ok_or_else(|| unavailable("the service answered something else".to_owned())),
        Ok(Err(error)) => Err(unavailable(error.to_string())),
        Err(_) => Err(unavailable("the service did not answer in time".to_owned())),
    }
}

/// Who listens everywhere is reached at home.
fn reachable(address: SocketAddr) -> SocketAddr {
    let home = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(home, address.port())
}

async fn converse(address: SocketAddr, outgoing: &Outgoing) -> std::io::Result<Vec<u8>> {
    let stream = TcpStream::connect(address).await?;
    let request = head(address, outgoing);
    let mut rest: &[u8] = request.as_bytes();
    while !rest.is_empty() {
        stream.writable().await?;
        match stream.try_write(rest) {
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    let mut answer = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    while answer.len() < ANSWER_MAX {
        stream.readable().await?;
        match stream.try_read(&mut piece) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(answer)
}

/// The request as it goes over the wire. What comes from a form holds no line break by then.
fn head(address: SocketAddr, outgoing: &Outgoing) -> String {
    let Outgoing { method, target, token, idempotency_key, body } = outgoing;
    let mut head =
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n");
    if let Some(key) = idempotency_key {
        head.push_str(&format!("Idempotency-Key: {key}\r\n"));
    }
    if let Some(body) = body {
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    } else {
        head.push_str("Content-Length: 0\r\n\r\n");
    }
    head
}

fn parse(bytes: &[u8]) -> Option<Incoming> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..end)?).to_lowercase();
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let body = bytes.get(end + 4..)?;
    let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Incoming { status, body: pretty(&body) })
}

/// The pieces of a chunked body together (RFC 9112 §7.1).
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = rest
            .get(..end)
            .and_then(|line| std::str::from_utf8(line).ok())
            .map(|line| line.split(';').next().unwrap_or_default());
        let Some(size) = size.and_then(|text| usize::from_str_radix(text.trim(), 16).ok()).filter(|size| *size > 0) else {
            break;
        };
        let begin = end + 2;
        body.extend_from_slice(rest.get(begin..(begin + size).min(rest.len())).unwrap_or_default());
        rest = rest.get(begin + size + 2..).unwrap_or_default();
    }
    body
}

/// JSON set out over several lines; anything else as it is.
fn pretty(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_or_in_pieces() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(parse(whole), Some(Incoming { status: 201, body: "{\n  \"a\": 1\n}".to_owned() }));
        let pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n2;x=y\r\n1,\r\n0\r\n\r\n";
        assert_eq!(parse(pieces), Some(Incoming { status: 200, body: "a,b\n1,".to_owned() }));
        assert_eq!(parse(b"no answer"), None);
        assert!(unchunked(b"ffff\r\nshort").starts_with(b"short"));
    }

    #[test]
    fn who_listens_everywhere_is_reached_at_home() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        assert_eq!(reachable(address("0.0.0.0:80")), address("127.0.0.1:80"));
        assert_eq!(reachable(address("[::]:80")), address("[::1]:80"));
        assert_eq!(reachable(address("10.0.0.7:80")), address("10.0.0.7:80"));
    }
}
